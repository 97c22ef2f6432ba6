"""From a CSV file to the typed rows of a form, or every fault of the file at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic

from workbook.data.cell import Refused, parsed
from workbook.data.field import Field, Found
from workbook.data.form import Form, R, Records
from workbook.data.text import Cells, Unreadable, cells_of
from workbook.faults import Fault, InputFaults, shown

Options = Mapping[str, "tuple[str, ...]"]
_LONGEST_SHOWN = 40
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read(form: Form[R], path: Path, options: Options | None = None, name: str = "") -> Records[R]:
    """The rows of the file at *path*.

    *options* are those of the choices that are listed elsewhere, by column; one that is absent is
    not checked. *name* is what faults call the file. Raises InputFaults with every fault.
    """
    name = name or str(path)
    try:
        lines, stopped = cells_of(path)
    except Unreadable as error:
        raise InputFaults([Fault(name, error.line, "", str(error))]) from None
    reader = _Reader(form, name, options or {})
    rows = reader.rows(lines)
    if stopped:
        reader.faults.append(Fault(name, stopped.line, "", str(stopped)))
    if reader.faults:
        raise InputFaults(sorted(reader.faults, key=lambda fault: fault.line or 0))
    return Records(path.name, tuple(rows.values()), tuple(rows))


@dataclass(slots=True)
class _Reader(Generic[R]):
    """One file being read."""

    form: Form[R]
    name: str
    options: Options
    faults: list[Fault] = field(default_factory=list)

    def rows(self, lines: Sequence[Cells]) -> dict[int, R]:
        """The sound rows, by line."""
        head, *body = lines
        places = self._places(head)
        if places is None:
            return {}
        if len(body) > self.form.most:
            many = f"has {len(body)} rows, where the workbook takes {self.form.most}"
            self._fault(body[self.form.most].line, "", f"{many}; remove those from here on")
            body = body[: self.form.most]
        found = {line.line: self._row(line, len(head.cells), places) for line in body}
        sound = {line: self.form.row(**cells) for line, cells in found.items() if cells is not None}
        self._unique(found)
        self._rules(sound)
        return sound

    def _fault(self, line: int, key: str, message: str) -> None:
        self.faults.append(Fault(self.name, line, key, message))

    # --- the header --------------------------------------------------------------------------

    def _places(self, head: Cells) -> dict[str, int] | None:
        """Where each column stands, by key; None where the header leaves no row readable."""
        known = {name.casefold(): c for c in self.form.columns for name in (c.key, c.head)}
        names = [cell.strip(" ") for cell in head.cells]
        if not any(name.casefold() in known for name in names):
            self._fault(head.line, "", self._no_header(head.cells[0], known))
            return None
        places: dict[str, int] = {}
        for place, name in enumerate(names):
            column = known.get(name.casefold())
            if column is None:
                self._fault(head.line, _short(name), self._unknown(name, place))
            elif column.key in places:
                self._fault(head.line, column.head, "is the header of two columns; remove one")
            else:
                places[column.key] = place
        for column in self.form.columns:
            if column.required and column.key not in places:
                self._fault(head.line, column.head, "the column is missing; add it")
        return places

    def _no_header(self, first: str, known: Mapping[str, Field]) -> str:
        for sign, plural in _SEPARATORS.items():
            if any(part.strip(' "').casefold() in known for part in first.split(sign)[:-1]):
                return f"columns are separated by {plural}; separate them by commas"
        heads = ",".join(column.head for column in self.form.columns)
        return f"{shown(_short(first))} is no header of this form; begin with the line {heads}"

    def _unknown(self, name: str, place: int) -> str:
        if not name:
            return f"column {place + 1} has no header; name it, or remove the column"
        heads = [column.head for column in self.form.columns]
        near = difflib.get_close_matches(name, heads, n=1)
        return f"unknown column; {f'did you mean {near[0]}?' if near else 'remove it'}"

    # --- rows --------------------------------------------------------------------------------

    def _row(self, line: Cells, width: int, places: Mapping[str, int]) -> dict[str, Any] | None:
        """The values of a row by key; None where any has a fault."""
        if len(line.cells) != width:
            found = len(line.cells)
            remedy = "add the others" if found < width else "put text with a comma in quotes"
            message = f"has {found} cells, where the header has {width}; {remedy}"
            self._fault(line.line, "", message)
            return None
        before = len(self.faults)
        values: dict[str, Any] = {}
        for column in self.form.columns:
            if column.key in places:
                values[column.key] = self._cell(column, line, line.cells[places[column.key]])
            else:
                values[column.key] = None
        missing = any(c.required and values[c.key] is None for c in self.form.columns)
        return None if missing or len(self.faults) > before else values

    def _cell(self, column: Field, line: Cells, text: str) -> Found:
        options = column.options or self.options.get(column.key)
        try:
            return parsed(column, text, options)
        except Refused as refused:
            self._fault(line.line, column.head, str(refused))
            return None

    def _unique(self, found: Mapping[int, Mapping[str, Any] | None]) -> None:
        seen: dict[tuple[str, ...], int] = {}
        heads = " and ".join(self.form.column(key).head for key in self.form.unique)
        for line, values in found.items():
            if values is not None:
                own = tuple(str(values[key]).casefold() for key in self.form.unique)
                first = seen.setdefault(own, line)
                if first != line:
                    said = shown(", ".join(str(values[key]) for key in self.form.unique))
                    self._fault(line, heads, f"{said} stands on line {first} already; change one")

    def _rules(self, sound: Mapping[int, R]) -> None:
        for line, row in sound.items():
            for rule in self.form.rules:
                if broken := rule(row):
                    key, message = broken
                    self._fault(line, self.form.column(key).head, message)


def _short(text: str) -> str:
    kept = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return kept if len(kept) <= _LONGEST_SHOWN else kept[:_LONGEST_SHOWN] + "…"
