"""Tables of data in the edited workbook: their rows now, against the rows of their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from workbook.assumptions import Assumptions, DataFile, Day, Input, Number, Text
from workbook.audit.facts import SheetFacts
from workbook.data import Field, Form, Records
from workbook.roundtrip.cell import Bad, blank, typed, value_of
from workbook.roundtrip.csvfile import Row, key_of
from workbook.roundtrip.edited import Edited, Spot
from workbook.roundtrip.findings import Change, Error, Findings, same
from workbook.roundtrip.merge import Merge

_FACT = re.compile(r"(?P<name>.+), \d+ rows?, (?P<digest>[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row of a table of data: its values, and the cell of each column."""

    values: Row
    cells: Mapping[str, Spot]


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
                values = {key: self._read(form.column(key), s, form) for key, s in cells.items()}
                yield TypedRow(values, cells)

    def _read(self, column: Field, spot: Spot, form: Form[Any]) -> Any:  # noqa: ANN401  of any kind
        held = self.edited.held(spot)
        try:
            return value_of(_kind(column), held, from_1904=self.edited.facts.from_1904)
        except Bad as bad:
            self.found.errors.append(Error(str(spot), f"{form.key}.{column.key}", str(bad)))
            return None

    def _compare(self, key: str, file: DataFile[Any], rows: Sequence[TypedRow]) -> None:
        old = rows_of(file.records)
        self._note_built(key, file, rows)
        if _alike(old, [row.values for row in rows]):
            return
        built = self._digest_at_build(file.form)
        changes = list(_changes(file.form, old, rows))
        if built is None or built == file.records.digest[:12]:
            self.merge.changed += changes
            self.result.wanted[key] = tuple(rows)
        elif _digest(file, rows) != built and self._settled(changes):
            # what the file had at the build is not known: any row that differs may be a conflict
            self.result.wanted[key] = tuple(rows)

    def _note_built(self, key: str, file: DataFile[Any], rows: Sequence[TypedRow]) -> None:
        """Note what the file was at the build, as far as the workbook tells, if it was another."""
        fact = _FACT.fullmatch(self.edited.said(file.form.title))
        day = self.edited.registry.get(f"data.{key}.as_of")
        if fact is None or day is None:
            return
        records, source = file.records, day.source
        if (fact["name"], fact["digest"], source) == (
            records.file,
            records.digest[:12],
            file.source,
        ):
            return
        if fact["digest"] != records.digest[:12]:
            records = _records(file, rows)
        then = Records(fact["name"], records.rows, records.lines)
        as_of = file.as_of.model_copy(update={"source": source})
        self.result.built[key] = DataFile(file.form, then, as_of, source)

    def _settled(self, changes: Sequence[Change]) -> bool:
        settled = [self.merge.settles(change) for change in changes]
        return all(settled)

    def _digest_at_build(self, form: Form[Any]) -> str | None:
        fact = _FACT.fullmatch(self.edited.said(form.title))
        return fact["digest"] if fact else None


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


def _alike(old: Sequence[Row], new: Sequence[Row]) -> bool:
    return len(old) == len(new) and all(
        all(same(row.get(key), value) for key, value in was.items())
        for was, row in zip(old, new, strict=True)
    )


def _digest(file: DataFile[Any], rows: Sequence[TypedRow]) -> str:
    """The digest of the rows, as a file of them would have it."""
    return _records(file, rows).digest[:12]


def _records(file: DataFile[Any], rows: Sequence[TypedRow]) -> Records[Any]:
    made = tuple(file.form.row(**row.values) for row in rows)
    return Records(file.records.file, made, ())


def _changes(form: Form[Any], old: Sequence[Row], new: Sequence[TypedRow]) -> Iterator[Change]:
    """What differs: cells of rows that are in both, rows that are new, and rows that are gone."""
    before = {key_of(form, row): row for row in old}
    seen = set()
    for row in new:
        key = key_of(form, row.values)
        seen.add(key)
        name, first = _named(form, row.values), next(iter(row.cells.values()))
        if key not in before:
            yield Change(name, str(first), None, "a new row", None)
            continue
        for column, value in row.values.items():
            was = before[key].get(column)
            if not same(value, was):
                yield Change(f"{name}.{column}", str(row.cells[column]), was, value, was)
    for key, was_there in before.items():
        if key not in seen:
            yield Change(_named(form, was_there), "", "a row", None, "a row")


def _named(form: Form[Any], row: Row) -> str:
    """A row of a form as an id: what tells it from the others."""
    return f"{form.key}.{'/'.join(str(row.get(key) or '') for key in form.unique)}"
