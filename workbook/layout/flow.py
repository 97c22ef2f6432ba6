"""Blocks onto a sheet: each one's cells in reading order, formulas still to be spelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbook.assumptions import Choice, Input
from workbook.book import (
    Card,
    Cards,
    Chart,
    Charts,
    Column,
    Contents,
    Entries,
    Fixed,
    Formula,
    Gathered,
    Legend,
    Line,
    Lines,
    Owned,
    Prose,
    Selector,
    Tab,
    Table,
    entry_value,
)
from workbook.expr import At, Expr, Leaf
from workbook.layout.grid import LABEL, Grid, grid_of
from workbook.layout.measure import wrapped_lines
from workbook.layout.page import Cell, Condition, Content, Excel, PlacedChart, PlacedSeries, Sheet
from workbook.layout.places import Area, LayoutError, Place, Strip, check_name
from workbook.layout.rules import validation_of
from workbook.layout.spell import Atlas, Spot, formula
from workbook.theme import Style, Theme

BODY_ROW = 6
"""The first row below the header band."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A formula cell whose text waits until every leaf has its place."""

    row: int
    col: int
    expr: Expr
    spot: Spot
    style: Style


class Page:
    """One sheet being laid out; ``place`` first on every page, then ``finish`` on each."""

    def __init__(self, tab: Tab, theme: Theme, atlas: Atlas, names: dict[str, Place]) -> None:
        self.tab = tab
        self.grid: Grid = grid_of(tab, theme.width)
        self.sheet = Sheet(tab.name, tab.group)
        self._theme = theme
        self._atlas = atlas
        self._names = names
        self._pending: list[Pending] = []
        self._inputs: list[tuple[Input, Place]] = []
        self._charts: list[tuple[Chart, Place, int]] = []
        self._scenario_heads: list[tuple[Column, int, int]] = []
        self._muted: list[tuple[Column, int, int, int]] = []
        self._row = BODY_ROW

    # --- primitives -------------------------------------------------------------------------

    def put(self, row: int, col: int, content: Content, style: Style, link: str = "") -> None:
        """A cell with plain content."""
        self.sheet.cells.append(Cell(row, col, content, style, link))

    def calculate(
        self, row: int, col: int, expr: Expr, style: Style, place: int | None = None, across: bool = False
    ) -> None:
        """A cell with a formula."""
        spot = Spot(self.tab.name, place, across)
        self._pending.append(Pending(row, col, expr, spot, style))

    def height(self, row: int, pixels: int) -> None:
        """The height of a row; the largest asked for wins."""
        self.sheet.heights[row] = max(pixels, self.sheet.heights.get(row, 0))

    def _name(self, name: str, place: Place) -> None:
        if name in self._names:
            raise LayoutError(f"{name!r} is shown twice: {self._names[name]} and {place}")
        self._names[check_name(name)] = place

    # --- blocks -----------------------------------------------------------------------------

    def place(self, contents: Iterable[Tab]) -> None:
        """Give every block its cells."""
        tabs = tuple(contents)
        bottom = self._flow(self.tab.blocks, LABEL, tabs)
        if self.tab.aside:
            self._row = BODY_ROW
            bottom = max(bottom, self._flow(self.tab.aside, self.grid.aside, tabs))
        self.sheet.widths = dict(self.grid.widths)
        self.sheet.last = (bottom, self.grid.last)
        first, last = (BODY_ROW, LABEL), (bottom, self.grid.last)
        self._atlas.bodies[self.tab.name] = Area(
            Place(self.tab.name, *first), Place(self.tab.name, *last)
        )
        if not self.sheet.freeze[0]:
            self.sheet.freeze = (BODY_ROW, 0)

    def _flow(self, blocks: Iterable[object], left: int, tabs: tuple[Tab, ...]) -> int:
        for block in blocks:
            match block:
                case Table(across=True):
                    self._across(block)
                case Table():
                    self._down(block, left)
                case Lines():
                    self._lines(block, left)
                case Prose():
                    self._prose(block, left)
                case Legend():
                    self._legend(block, left)
                case Contents():
                    self._contents(block, left, tabs)
                case Selector():
                    self._selector(block)
                case Cards(cards=cards):
                    self._cards(cards)
                case Charts():
                    self._place_charts(block)
                case _:
                    raise TypeError(block)
        return self._row

    def _section(self, title: str, left: int, right: int) -> None:
        self.height(self._row, self._theme.height["section"])
        self.put(self._row, left, title, Style("section"))
        for col in range(left + 1, right + 1):
            self.put(self._row, col, None, Style("section"))
        self._row += 1

    def _head(self, texts: dict[int, tuple[str, bool]], left: int, right: int) -> None:
        """A row of column heads: text and whether it stands over figures."""
        needed = 1
        for col in range(left, right + 1):
            text, figures = texts.get(col, ("", False))
            self.put(self._row, col, text or None, Style("head_figure" if figures else "head"))
            width = self.grid.widths[col]
            needed = max(needed, wrapped_lines(text, self._points("small"), width, bold=True))
        self.height(self._row, self._theme.height["head"] + 13 * (needed - 1))
        self._row += 1
        if self.tab.freeze_head and not self.sheet.freeze[0]:
            self.sheet.freeze = (self._row, 2)

    def _points(self, size: str) -> float:
        return float(self._theme.font[size])

    def _lines(self, block: Lines, left: int) -> None:
        grid = self.grid
        right = grid.last if left == LABEL and not grid.aside else grid.value
        self._section(block.title, left, right)
        if grid.how is not None:
            heads = {LABEL: ("Line", False), grid.value: ("Value", True), grid.how: ("How", False)}
            heads |= {grid.unit: ("Unit", False)} if grid.unit else {}
            heads |= {grid.source: ("Source", False)} if grid.source else {}
            self._head(heads, left, right)
        for line in block.lines:
            self._line(line, left, right)
        self._note(block.note, left)
        self._row += 1

    def _line(self, line: Line, left: int, right: int) -> None:
        grid, row = self.grid, self._row
        how, needed = (line.words if grid.how else ""), 1
        if grid.how is not None and grid.wrap_how:
            needed = wrapped_lines(how, self._points("small"), grid.widths[grid.how])
        plain = self._theme.height["row"]
        self.height(row, plain if needed == 1 else 5 + self._theme.height["line9"] * needed)
        for col in range(left, right + 1):
            if col not in (left, grid.unit, grid.value, grid.how, grid.source):
                self.put(row, col, None, Style("row"))
        self.put(row, left, line.label, Style("label", strong=line.strong))
        if grid.unit is not None:
            self.put(row, grid.unit, self._unit_words(line.unit, line.show), Style("unit"))
        if grid.how is not None:
            self.put(row, grid.how, how, Style("how" if grid.wrap_how else "how_open"))
        if grid.source is not None:
            self.put(row, grid.source, line.memo or None, Style("source"))
        self._own(line, row, grid.value)
        self._row += 1

    def _unit_words(self, unit: str, show: str) -> str:
        return self._theme.words_of(unit, show)

    def _own(self, line: Line, row: int, col: int, role: str = "", show: str = "") -> None:
        """Give a line its cell, its name and its content."""
        place = Place(self.tab.name, row, col)
        if line in self._atlas.lines:
            raise LayoutError(f"line {line.key!r} is shown twice")
        self._atlas.lines[line] = place
        self._name(line.key, place)
        show = self._theme.show_of(line.unit, show or line.show)
        if line.entry is not None:
            self._input(line.entry, place, show, role)
        elif line.algebra is not None:
            status = "status" if line.show == "status" else ""
            style = Style(role or status or self._role(line.algebra), show, line.strong)
            self.calculate(row, col, line.algebra, style)
        else:
            self.put(row, col, line.constant, Style(role or "constant", show))

    def _input(self, entry: Input, place: Place, show: str, role: str = "") -> None:
        self._inputs.append((entry, place))
        content = entry_value(entry)
        self.put(place.row, place.col, content, Style(role or "input", show))

    def _role(self, expr: Expr) -> str:
        """Green for a pure link to another tab, black for algebra."""
        leaf = expr.column if isinstance(expr, At) else expr
        if isinstance(leaf, Leaf):
            return f"?{self.tab.name}"
        return "calculation"

    def _down(self, table: Table, left: int) -> None:
        columns = table.columns
        right = max(left + len(columns), self.grid.last if left == LABEL else 0)
        if table.title:
            self._section(table.title, left, right)
        heads = {left: (table.axis.label, False)}
        heads |= {left + i: (c.label, self._figures(c)) for i, c in enumerate(columns, 1)}
        self._head(heads, left, right)
        self._units(columns, left, right)
        first, count = self._row, len(table.axis.entities)
        self._names_down(table, left)
        for i, column in enumerate(columns, 1):
            self._column(column, Strip(Place(self.tab.name, first, left + i), count), table)
        for row in range(first, first + count):
            self.height(row, self._row_height(columns, row - first, left))
            for col in range(left + len(columns) + 1, right + 1):
                self.put(row, col, None, Style("row"))
        if table.mute is not None:
            self._muted.append((table.mute, first, left, left + len(columns)))
        self._row = first + count
        if table.margin is not None:
            self._total_row(table, left, right)
        self._hows(columns, left)
        self._note(table.note, left)
        self._row += 1

    def _figures(self, column: Column) -> bool:
        return self._theme.show_of(column.unit, column.show) != "text"

    def _units(self, columns: tuple[Column, ...], left: int, right: int) -> None:
        words = [
            "" if c.unit in ("text", "mixed", "flag") else self._unit_words(c.unit, c.show)
            for c in columns
        ]
        if not any(words):
            return
        for col in range(left, right + 1):
            i = col - left - 1
            text = words[i] if 0 <= i < len(words) else ""
            figures = bool(text) and self._figures(columns[i])
            self.put(self._row, col, text or None, Style("head_unit_figure" if figures else "head_unit"))
        self.height(self._row, self._theme.height["unit_row"])
        self._row += 1

    def _names_down(self, table: Table, left: int) -> None:
        names, first = table.axis.names, self._row
        strip = Strip(Place(self.tab.name, first, left), len(table.axis.entities))
        owner = names not in self._atlas.columns
        if owner:
            self._atlas.columns[names] = strip
        for i, entity in enumerate(table.axis.entities):
            if owner:
                self.put(first + i, left, entity.label, Style("label"))
            else:
                self.calculate(first + i, left, names, Style("label"), i)

    def _row_height(self, columns: tuple[Column, ...], place: int, left: int) -> int:
        needed = 1
        for i, column in enumerate(columns, 1):
            if isinstance(column.content, Fixed) and column.content.role in ("note", "muted"):
                text = column.content.values[place]
                if isinstance(text, str):
                    width = self.grid.widths[left + i]
                    needed = max(needed, wrapped_lines(text, self._points("small"), width))
        plain = self._theme.height["row"]
        return plain if needed == 1 else 5 + self._theme.height["line9"] * needed

    def _column(self, column: Column, strip: Strip, table: Table) -> None:
        if column in self._atlas.columns:
            raise LayoutError(f"column {column.key!r} of {column.axis.key!r} is shown twice")
        self._atlas.columns[column] = strip
        for i in range(strip.count):
            self._entity_cell(column, strip.cell(i), i, table.across)

    def _entity_cell(self, column: Column, place: Place, i: int, across: bool) -> None:
        unit, own = column.units[i] if column.units else (column.unit, column.show)
        show = self._theme.show_of(unit, own)
        match column.content:
            case Formula(algebra=algebra):
                style = Style(self._formula_role(column), show, column.strong)
                self.calculate(place.row, place.col, algebra, style, i, across)
            case Entries(entries=entries):
                self._name(entries[i].name, place)
                self._input(entries[i], place, show)
            case Fixed(values=values, role=role):
                content = self._theme.words_of(str(values[i])) if role == "unit" else values[i]
                self.put(place.row, place.col, content, Style(role, show))
            case Gathered(links=links):
                style = Style(self._role(links[i]), show)
                self.calculate(place.row, place.col, links[i], style, i, across)
            case Owned(lines=lines):
                self._own(lines[i], place.row, place.col, "", own if column.units else "")

    def _formula_role(self, column: Column) -> str:
        if column.show in ("status", "notice"):
            return column.show
        assert isinstance(column.content, Formula)
        return self._role(column.content.algebra)

    def _total_row(self, table: Table, left: int, right: int) -> None:
        assert table.margin is not None
        beside = {left + 1 + table.columns.index(c): (c, line) for c, line in table.margin.lines}
        self.put(self._row, left, table.margin.label, Style("total"))
        for col in range(left + 1, right + 1):
            if col not in beside:
                self.put(self._row, col, None, Style("total"))
                continue
            column, line = beside[col]
            self._own(line, self._row, col, "total", line.show or column.show)
        self.height(self._row, self._theme.height["row"])
        self._row += 1

    def _hows(self, columns: tuple[Column, ...], left: int) -> None:
        for column in columns:
            if column.words:
                self.put(self._row, left, f"{column.label}: {column.words}", Style("how_open"))
                self.height(self._row, self._theme.height["note"])
                self._row += 1

    def _note(self, note: str, left: int) -> None:
        if note:
            self.put(self._row, left, note, Style("how_open"))
            self.height(self._row, self._theme.height["note"])
            self._row += 1

    def _across(self, table: Table) -> None:
        grid, count = self.grid, len(table.axis.entities)
        first_col = 4
        assert grid.how is not None and grid.source is not None
        if table.title:
            self._section(table.title, LABEL, grid.last)
        if table.heads is not None:
            self._across_heads(table, first_col)
        live = dict((c, line) for c, line in table.margin.lines) if table.margin else {}
        for column in table.columns:
            row = self._row
            strip = Strip(Place(self.tab.name, row, first_col), count, across=True)
            needed = wrapped_lines(self._across_how(column), self._points("small"), grid.widths[grid.how])
            plain = self._theme.height["row"]
            self.height(row, plain if needed == 1 else 5 + self._theme.height["line9"] * needed)
            self.put(row, LABEL, column.label, Style("label", strong=column.strong))
            unit = "" if column.unit == "text" else self._unit_words(column.unit, column.show)
            self.put(row, 2, unit or None, Style("unit"))
            if column in live:
                self._own(live[column], row, 3, "live", column.show)
            else:
                self.put(row, 3, None, Style("live"))
            if column is table.axis.names:
                self._atlas.columns[column] = strip
                for i, entity in enumerate(table.axis.entities):
                    self.put(row, first_col + i, entity.label, Style("label_right"))
            else:
                self._column(column, strip, table)
            self.put(row, grid.how, self._across_how(column), Style("how"))
            self.put(row, grid.source, column.memo or None, Style("source"))
            self._row += 1
        self._note(table.note, LABEL)
        self._row += 1

    def _across_how(self, column: Column) -> str:
        if isinstance(column.content, Entries) and not column.how:
            return column.content.entries[0].note
        return column.words

    def _across_heads(self, table: Table, first_col: int) -> None:
        grid, count = self.grid, len(table.axis.entities)
        assert table.heads is not None and isinstance(table.heads.content, Formula)
        row = self._row
        heads = {LABEL: ("Line", False), 2: ("Unit", False), 3: ("LIVE", True)}
        heads |= {grid.how or 0: ("How", False), grid.source or 0: ("Source", False)}
        for col in range(LABEL, grid.last + 1):
            if not first_col <= col < first_col + count:
                text, figures = heads.get(col, ("", False))
                role = "head_live" if text == "LIVE" else "head_figure" if figures else "head"
                self.put(row, col, text or None, Style(role))
        self._atlas.columns[table.heads] = Strip(Place(self.tab.name, row, first_col), count, True)
        for i in range(count):
            algebra = table.heads.content.algebra
            self.calculate(row, first_col + i, algebra, Style("head_figure"), i, across=True)
        self._scenario_heads.append((table.heads, row, first_col))
        self.height(row, self._theme.height["head"])
        self._row += 1
        if self.tab.freeze_head and not self.sheet.freeze[0]:
            self.sheet.freeze = (self._row, 2)

    def _prose(self, block: Prose, left: int) -> None:
        right = self.grid.last if left == LABEL and not self.grid.aside else left + 1
        self._section(block.title, left, right)
        for label, text in block.rows:
            self.put(self._row, left, label, Style("label", strong=True))
            self.put(self._row, left + 1, text, Style("how_open"))
            self.height(self._row, self._theme.height["row"])
            self._row += 1
        self._row += 1

    def _legend(self, block: Legend, left: int) -> None:
        self._section(block.title, left, left + 1)
        for role, sample, meaning in block.rows:
            content: Content = float(sample) if sample.replace(".", "").isdigit() else sample
            show = "decimal" if isinstance(content, float) else "text"
            self.put(self._row, left, content, Style(role, show))
            self.put(self._row, left + 1, meaning, Style("how_open"))
            self.height(self._row, self._theme.height["row"])
            self._row += 1
        self._row += 1

    def _contents(self, block: Contents, left: int, tabs: tuple[Tab, ...]) -> None:
        self._section(block.title, left, left + 1)
        for tab in tabs:
            self.put(self._row, left, tab.name, Style("contents", fill=""), link=tab.name)
            self.put(self._row, left + 1, tab.purpose, Style("how_open"))
            self.put(self._row, left - 1, None, Style(f"group_{tab.group}"))
            self.height(self._row, self._theme.height["row"])
            self._row += 1
        self._row += 1

    def _selector(self, block: Selector) -> None:
        self.put(self._row, LABEL, block.line.label, Style("card_label"))
        self._row += 1
        self._own(block.line, self._row, LABEL, "selector")
        self.calculate(self._row, LABEL + 2, block.hint, Style("how_open"))
        self.height(self._row, self._theme.height["selector"])
        self._row += 2

    def _cards(self, cards: tuple[Card, ...]) -> None:
        for i, card in enumerate(cards):
            col = LABEL + 2 * i
            self.put(self._row, col, card.label, Style(f"card_top_{card.data}"))
            self.calculate(self._row + 1, col, card.figure, Style("card_figure", card.show))
            self.calculate(self._row + 2, col, card.below, Style("card_below"))
        for offset, key in enumerate(("card_label", "card_figure", "card_below")):
            self.height(self._row + offset, self._theme.height[key])
        self._row += 4

    def _place_charts(self, block: Charts) -> None:
        step = 12 // block.per_row
        row_height, chart_height = self._theme.height["row"], self._theme.height["chart"]
        rows = -(-chart_height // row_height) + 1
        for start in range(0, len(block.charts), block.per_row):
            self.height(self._row, self._theme.height["section"])
            for i, chart in enumerate(block.charts[start : start + block.per_row]):
                col = LABEL + step * i
                self.calculate(self._row, col, chart.headline, Style("headline"))
                width = sum(self.grid.widths[c] for c in range(col, col + step - 1))
                self._charts.append((chart, Place(self.tab.name, self._row + 1, col), width))
            for row in range(self._row + 1, self._row + 1 + rows):
                self.height(row, row_height)
            self._row += 1 + rows

    # --- second pass ------------------------------------------------------------------------

    def finish(self) -> Sheet:
        """Spell what waited for addresses."""
        for p in self._pending:
            text = formula(p.expr, p.spot, self._atlas)
            self.put(p.row, p.col, Excel(text), self._settled(p))
        for entry, place in self._inputs:
            self.sheet.validations.append(
                validation_of(entry, place, self._options(entry, place), self._theme)
            )
        self.sheet.charts.extend(self._chart(*spec) for spec in self._charts)
        self._add_conditions()
        self.sheet.cells.sort(key=lambda c: (c.row, c.col))
        return self.sheet

    def _settled(self, pending: Pending) -> Style:
        """The role of a link depends on where its target stands."""
        style = pending.style
        if not style.role.startswith("?"):
            return style
        expr = pending.expr
        if isinstance(expr, Line):
            home = self._atlas.line(expr).sheet
        else:
            column = expr.column if isinstance(expr, At) else expr
            assert isinstance(column, Column)
            home = self._atlas.strip(column).first.sheet
        role = "calculation" if home == self.tab.name else "link"
        return Style(role, style.show, style.strong, style.fill)

    def _options(self, entry: Input, place: Place) -> str:
        """The cells that hold the options of a choice, where a table's names are those options."""
        if isinstance(entry, Choice):
            for column, strip in self._atlas.columns.items():
                content = column.content
                if isinstance(content, Fixed) and content.values == entry.options:
                    return "=" + strip.seen_from(place.sheet)
        return ""

    def _chart(self, chart: Chart, corner: Place, width: int) -> PlacedChart:
        series = tuple(
            PlacedSeries(self._area(s.values), self._area(s.across or chart.categories))
            for s in chart.series
        )
        return PlacedChart(chart, corner, width, self._theme.height["chart"], series)

    def _area(self, leaf: Column | Line | None) -> Area:
        if isinstance(leaf, Line):
            place = self._atlas.line(leaf)
            return Area(place, place)
        if leaf is None:
            raise LayoutError("a chart's series has neither categories nor values across")
        strip = self._atlas.strip(leaf)
        return Area(strip.first, strip.last)

    def _add_conditions(self) -> None:
        for cell in self.sheet.cells:
            if cell.style.role in ("status", "band_status", "cover_status"):
                place = Place(self.tab.name, cell.row, cell.col)
                here = Area(place, place)
                for mark, role in (("▲", "failed"), ("●", "passed")):
                    test = f'=LEFT({place.ref},1)="{mark}"'
                    self.sheet.conditions.append(Condition(here, test, role))
        for column, first, left, right in self._muted:
            strip = self._atlas.strip(column)
            corner = Place(self.tab.name, first, left)
            area = Area(corner, Place(self.tab.name, first + strip.count - 1, right))
            flag = f"=${strip.first.ref}=0"
            self.sheet.conditions.append(Condition(area, flag, "muted_row"))
        for heads, row, col in self._scenario_heads:
            strip = self._atlas.strip(heads)
            place = Place(self.tab.name, row, col)
            area = Area(place, strip.last)
            test = f'=LEFT({place.ref},1)="●"'
            self.sheet.conditions.append(Condition(area, test, "head_is_live"))
