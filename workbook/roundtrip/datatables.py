"""Tables of data in the edited workbook: their rows now, against the rows of their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from workbook.assumptions import Assumptions, DataFile, Day, Input, Number, Text
from workbook.audit.facts import SheetFacts
from workbook.data import Field, Form, Records
from workbook.data.line import row_of
from workbook.roundtrip.cell import Bad, blank, typed, value_of
from workbook.roundtrip.csvfile import Row, key_of
from workbook.roundtrip.edited import Edited, Spot
from workbook.roundtrip.findings import Error, Findings, same
from workbook.roundtrip.merge import Merge
from workbook.roundtrip.rowmerge import RowMerge, TypedRow, by_key
from workbook.roundtrip.scalars import base_of

_NO_BASE = (
    'what its rows were at the build (tab Data, "Row at build") is gone or was changed; bring that '
    "back, or build the workbook anew"
)
_FACT = re.compile(r"(?P<name>.+), \d+ rows?, (?P<digest>[0-9a-f]{12})")


@dataclass(slots=True)
class DataGathered:
    """The rows that files are to have, by form; and every cell that a row may be typed in.

    *built* are the files of the build where they are not the files now.
    """

    wanted: dict[str, tuple[TypedRow, ...]] = field(default_factory=dict)
    built: dict[str, DataFile[Any]] = field(default_factory=dict)
    cells: set[Spot] = field(default_factory=set)


@dataclass(slots=True)
class DataGatherer:
    """Compares the tables of data of *edited* with the files *now*."""

    edited: Edited
    now: Assumptions
    merge: Merge
    found: Findings
    result: DataGathered = field(default_factory=DataGathered)

    def gather(self) -> DataGathered:
        """Go through every form; faults and changes are noted in the findings."""
        for key, file in self.now.data.files.items():
            place = _place(self.edited, file.form)
            if place is None:
                message = "no row of any tab has all heads of this table; bring them back"
                self.found.errors.append(Error(file.form.title, f"data.{key}", message))
                continue
            self._compare(key, file, list(self._rows(file.form, *place)))
        return self.result

    def _rows(
        self, form: Form[Any], sheet: SheetFacts, head: int, places: Mapping[str, int]
    ) -> Iterator[TypedRow]:
        for row in _body(sheet, head, min(places.values())):
            cells = {key: Spot(sheet.name, row, column) for key, column in places.items()}
            self.result.cells |= set(cells.values())
            if any(not blank(self.edited.held(spot)) for spot in cells.values()):
                read = {key: self._read(form.column(key), s, form) for key, s in cells.items()}
                bad = frozenset(key for key, value in read.items() if isinstance(value, Bad))
                values = {key: None if key in bad else value for key, value in read.items()}
                yield TypedRow(values, cells, bad)

    def _read(self, column: Field, spot: Spot, form: Form[Any]) -> Any:  # noqa: ANN401  of any kind
        held = self.edited.held(spot)
        try:
            return value_of(_kind(column), held, from_1904=self.edited.facts.from_1904)
        except Bad as bad:
            self.found.errors.append(Error(str(spot), f"{form.key}.{column.key}", str(bad)))
            return bad

    def _compare(self, key: str, file: DataFile[Any], rows: Sequence[TypedRow]) -> None:
        base, old = self._base(file, rows), rows_of(file.records)
        if base is None and alike(old, [row.values for row in rows]):
            return  # whatever they were: the file has them
        if base is None:
            where = self._registered(key) or file.form.title
            self.found.errors.append(Error(where, f"data.{key}", _NO_BASE))
            return
        self._note_built(key, file, base)
        typed = {key_of(file.form, row.values): row for row in rows}
        merged: Sequence[TypedRow] = rows  # rows that cannot be told apart are told as faults
        if len(typed) == len(rows):
            known = by_key(file.form, rows_of(base)), typed, by_key(file.form, old)
            merged = RowMerge(file.form, self.merge, *known).rows()
        if not alike(old, [row.values for row in merged]):
            self.result.wanted[key] = tuple(merged)

    def _registered(self, key: str) -> str:
        day = self.edited.registry.get(f"data.{key}.as_of")
        return day.where if day else ""

    def _note_built(self, key: str, file: DataFile[Any], base: Records[Any]) -> None:
        """Note what the file was at the build, if it was another."""
        day = self.edited.registry.get(f"data.{key}.as_of")
        then, source = file.records, file.source if day is None else day.source
        value = file.as_of.value if day is None else base_of(self.edited, Day, day)
        known = (then.file, then.digest, file.source, file.as_of.value)
        if (base.file, base.digest, source, value) != known:
            said = {"source": source, "value": value, "as_of": value}
            as_of = file.as_of.model_copy(update=said)
            self.result.built[key] = DataFile(file.form, base, as_of, source)

    def _base(self, file: DataFile[Any], rows: Sequence[TypedRow]) -> Records[Any] | None:
        """The rows at the build: as the workbook says, or those here that have their digest."""
        fact = _FACT.fullmatch(self.edited.said(file.form.title))
        name = fact["name"] if fact else file.records.file
        lines = self.edited.built_rows.get(file.form.key, [])
        said = [row_of(file.form, line) for line in lines]
        kept = tuple(row for row in said if row is not None)
        typed = tuple(file.form.row(**row.values) for row in rows)
        for found in (kept, file.rows, typed):
            records = Records(name, found, ())
            if fact and records.digest.startswith(fact["digest"]):
                return records
        whole = fact is None and bool(said) and len(kept) == len(said)
        return Records(name, kept, ()) if whole else None


def rows_of(records: Records[Any]) -> list[Row]:
    """The rows of a file, by the keys of their columns."""
    return [{f.name: getattr(row, f.name) for f in fields(row)} for row in records.rows]


def _kind(column: Field) -> type[Input]:
    if column.is_number:
        return Number
    return Day if column.is_day else Text


def _place(edited: Edited, form: Form[Any]) -> tuple[SheetFacts, int, dict[str, int]] | None:
    """The tab, the row of heads, and the column of each head, where all heads stand in one row."""
    heads = {column.head: column.key for column in form.columns}
    for sheet in edited.facts.sheets:
        rows: dict[int, dict[str, int]] = {}
        for (row, column), held in sorted(sheet.cells.items()):
            if held.formula is None and held.value in heads:
                rows.setdefault(row, {}).setdefault(heads[str(held.value)], column)
        for row, places in rows.items():
            if len(places) == len(heads):
                return sheet, row, places
    return None


def _body(sheet: SheetFacts, head: int, first: int) -> Iterator[int]:
    """The rows of a table: those that are numbered left of it, and what was put between them."""
    lane = next((c for c in range(first - 1, 0, -1) if typed(sheet.cells.get((head, c)))), first)
    title = sheet.cells.get((head, lane))
    numbered = re.compile(rf"{re.escape(str(title.value if title else ''))} \d+")
    last = max((row for row, _ in sheet.cells), default=head)
    begun, between = False, []
    for row in range(head + 1, last + 1):
        label = sheet.cells.get((row, lane))
        if label is None or blank(label):
            between += [row] if begun else []  # the row of units stands before the first
        elif label.formula is None and numbered.fullmatch(str(label.value)):
            yield from (*between, row)
            begun, between = True, []
        else:
            return


def alike(old: Sequence[Row], new: Sequence[Row]) -> bool:
    """Whether two lists of rows say the same, in the same order."""
    return len(old) == len(new) and all(
        all(same(row.get(key), value) for key, value in was.items())
        for was, row in zip(old, new, strict=True)
    )
