"""A tab of a built workbook as Markdown or plain data: the values of its cells, worked out once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from workbook import theme
from workbook.a1 import EPOCH
from workbook.book import Column, Line, Lines, Prose, Stamp, Tab, Table
from workbook.build import Built
from workbook.layout import Place
from workbook.values import Cell, Value

Plain: TypeAlias = float | str | None

_PATTERN = re.compile(
    r'(?P<before>\$?)(?P<whole>[#,]*0)(?P<fraction>\.0+)?(?P<scale>,*)(?P<after>%|"[^"]*")?'
)
_LITERAL = re.compile(r'_.|"')
_ZERO = 2
"""The section of a number format that shows nothing at all, counted from 0."""

_THOUSAND = 1000.0
_PERCENT = 100
STATE = ("checks_state", "banner")
"""What the header of every tab says of the checks."""

_UNITLESS = ("text", "choice", "date", "1")


@dataclass(frozen=True, slots=True)
class Report:
    """One tab of a workbook, read cell by cell."""

    built: Built
    tab: Tab

    def markdown(self) -> str:
        """The tab as Markdown: a heading for each block, a table or a list under it.

        The state of the checks comes first, as in the header of the tab.
        """
        state, banner = (str(self.built.value(name)) for name in STATE)
        parts = [f"# {self.tab.name}", self.tab.purpose + "."]
        parts.append(f"**{_escaped(banner or state)}**")
        for block in self.tab.blocks:
            match block:
                case Table():
                    parts += [f"## {block.title}", self._table(block), _escaped(block.note)]
                case Lines():
                    parts += [f"## {block.title}", self._lines(block), _escaped(block.note)]
                case Prose():
                    parts += [f"## {block.title}", _listed(block.rows)]
                case _:
                    continue
        return "\n\n".join(part for part in parts if part) + "\n"

    def data(self) -> dict[str, Plain]:
        """The value of every line by name, and of every cell as table.row.column.

        Those that say whether the checks hold are among them.
        """
        found: dict[str, Plain] = {name: str(self.built.value(name)) for name in STATE}
        for block in self.tab.blocks:
            match block:
                case Table(axis=axis, columns=columns, margin=margin):
                    for place, entity in enumerate(axis.entities):
                        for column in columns:
                            value = self._cell(column, place)
                            found[f"{axis.key}.{entity.key}.{column.key}"] = _plain(
                                value, column.unit
                            )
                    lines = [line for _, line in margin.lines] if margin else []
                case Lines(lines=shown):
                    lines = list(shown)
                case _:
                    lines = []
            found |= {line.key: _plain(self._line(line), line.unit) for line in lines}
        return found

    def _table(self, table: Table) -> str:
        heads = (table.axis.label, *(self._head(column) for column in table.columns))
        rows = [heads, tuple(_alignment(c) for c in (table.axis.names, *table.columns))]
        for place, entity in enumerate(table.axis.entities):
            cells = [self._shown(column, place) for column in table.columns]
            if any(cells):
                rows.append((entity.label, *cells))
        if table.margin:
            rows.append((f"**{table.margin.label}**", *self._totals(table)))
        return "\n".join(f"| {' | '.join(map(_escaped, row))} |" for row in rows)

    def _totals(self, table: Table) -> Iterator[str]:
        assert table.margin is not None
        beside = dict(table.margin.lines)
        for column in table.columns:
            line = beside.get(column)
            show = line.show or column.show if line else ""
            yield self._text(self._line(line), line.unit, show) if line else ""

    def _lines(self, block: Lines) -> str:
        rows = []
        for line in block.lines:
            unit = "" if line.unit in _UNITLESS else self._words(line.unit, line.show)
            text = self._text(self._line(line), line.unit, line.show)
            # a dollar or percent sign stands with the figure already
            rows.append((line.label, f"{text} {unit.strip('$% ')}"))
        return _listed(rows)

    def _head(self, column: Column) -> str:
        unit = "" if column.unit in _UNITLESS else self._words(column.unit, column.show)
        return f"{column.label} ({unit})" if unit else column.label

    def _words(self, unit: str, show: str) -> str:
        return theme.load().words_of(unit, show)

    def _shown(self, column: Column, place: int) -> str:
        unit, show = column.units[place] if column.units else (column.unit, column.show)
        return self._text(self._cell(column, place), unit, show)

    def _text(self, value: Value | Stamp, unit: str, show: str) -> str:
        look = theme.load()
        return text_of(value, look.numfmt[look.show_of(unit, show)])

    def _line(self, line: Line) -> Value | Stamp:
        return self._at(self.built.layout.names[line.key])

    def _cell(self, column: Column, place: int) -> Value | Stamp:
        return self._at(self.built.layout.columns[column].cell(place))

    def _at(self, place: Place) -> Value | Stamp:
        """What a cell shows: a calculated value, or what stands in it."""
        cell = Cell(place.sheet, place.ref)
        if cell in self.built.filled.values:
            return self.built.filled.values[cell]
        sheet = next(s for s in self.built.layout.sheets if s.name == place.sheet)
        content = next(c.content for c in sheet.cells if (c.row, c.col) == (place.row, place.col))
        assert not hasattr(content, "text")
        return content


def report_of(built: Built, name: str) -> Report:
    """The report of the tab called *name*. Raises KeyError where there is none."""
    for tab in built.book.tabs:
        if tab.name == name:
            return Report(built, tab)
    raise KeyError(f"the workbook has no tab {name!r}")


def text_of(value: Value | Stamp, pattern: str) -> str:
    """A value as a cell with this number format shows it, for the formats of the theme.

    >>> text_of(12_144_285_714.3, '#,##0.000,,,_);(#,##0.000,,,);"–"_);@_)')
    '12.144'
    >>> text_of(-0.0312, '0.0%_);(0.0%);"–"_);@_)'), text_of(0.0, '0.0%_);(0.0%);"–"_);@_)')
    ('−3.1%', '–')
    """
    if isinstance(value, bool) or not isinstance(value, float | int):
        return "" if value is None else str(value)
    if pattern.startswith("yyyy"):
        return (EPOCH + timedelta(days=int(value))).isoformat()
    sections = pattern.split(";")
    if value == 0 and len(sections) > _ZERO:
        return _LITERAL.sub("", sections[_ZERO])
    found = _PATTERN.search(sections[0])
    return _by(found, float(value)) if found else f"{value:.15g}"


def _by(pattern: re.Match[str], value: float) -> str:
    after = (pattern["after"] or "").strip('"')
    places = len(pattern["fraction"] or ".") - 1
    scaled = abs(value) / _THOUSAND ** len(pattern["scale"]) * (_PERCENT if after == "%" else 1)
    # 15 significant digits are what a spreadsheet shows of a double; halves go up
    rounded = Decimal(f"{scaled:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    digits = f"{rounded:,f}" if "," in pattern["whole"] else f"{rounded:f}"
    return f"{'−' if value < 0 else ''}{pattern['before']}{digits}{after}"


def _plain(value: Value | Stamp, unit: str) -> Plain:
    if unit == "date" and isinstance(value, float):
        return (EPOCH + timedelta(days=int(value))).isoformat()
    return value if isinstance(value, float | int) or value is None else str(value)


def _alignment(column: Column) -> str:
    return "---" if column.unit in ("text", "choice") else "---:"


def _listed(rows: Sequence[tuple[str, str]]) -> str:
    return "\n".join(
        f"- **{_escaped(label)}**: {_escaped(text).strip()}" if label else f"  {_escaped(text)}"
        for label, text in rows
    )


def _escaped(text: str) -> str:
    return re.sub(r"([|\\`<])", r"\\\1", text)
