"""From an edited workbook to what is wanted in the files: every input found, read and merged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from workbook.assumptions import Assumptions, Day, Input, Number, Row, Table
from workbook.assumptions.sections import KINDS, SECTIONS, TABLES
from workbook.roundtrip.cell import Bad, blank, value_of
from workbook.roundtrip.edited import Edited, Registered, Spot, row_label
from workbook.roundtrip.findings import Change, Error, Findings, Value, same
from workbook.roundtrip.merge import Merge, NewRow, Wanted
from workbook.roundtrip.scalars import base_of, place_of
from workbook.roundtrip.tables import Finder, Laid, TableNow

BLANK = "is blank; type a value"
GONE = "has neither its id nor its name left; bring back the cell, or build the workbook anew"


@dataclass(slots=True)
class Gathered:
    """What was found: where each input stands, the build's values, and what the files are to have.

    *lines* has the cells of table rows, kept and added, by table and key; *typed* has the cells of
    tables of data.
    """

    wanted: Wanted = field(default_factory=Wanted)
    cells: dict[str, Spot] = field(default_factory=dict)
    built: Wanted = field(default_factory=Wanted)
    lines: dict[tuple[str, str], Laid] = field(default_factory=dict)
    typed: set[Spot] = field(default_factory=set)


@dataclass(slots=True)
class Gatherer:
    """Compares each input of *edited* with the build and with the files *now*."""

    edited: Edited
    now: Assumptions
    merge: Merge
    found: Findings
    result: Gathered = field(default_factory=Gathered)

    def gather(self) -> Gathered:
        """Go through every input once; faults and changes are noted in the findings."""
        registry = dict(self._known())
        entries = {entry.id: entry for entry in self.now.inputs()}
        for input_id, registered in registry.items():
            if input_id.partition(".")[0] not in TABLES:
                self._single(registered, entries.get(input_id))
        for name in TABLES:
            own = {i: r for i, r in registry.items() if i.partition(".")[0] == name}
            self._table(name, own)
        for input_id in entries:
            section = input_id.partition(".")[0]
            if section in SECTIONS and input_id not in registry:
                self._error("", input_id, "has no row among the inputs on Sources; bring it back")
        return self.result

    def _known(self) -> Iterator[tuple[str, Registered]]:
        for input_id, registered in self.edited.registry.items():
            section, *rest = input_id.split(".")
            if section == "data" or (rest and rest[-1] in KINDS.get(section, {})):
                yield input_id, registered
            else:
                self._error(registered.where, input_id, "is no input of this program; remove it")

    def _error(self, where: object, input_id: str, message: str) -> None:
        self.found.errors.append(Error(str(where), input_id, message))

    # --- single inputs -----------------------------------------------------------------------

    def _single(self, registered: Registered, entry: Input | None) -> None:
        kind = _kind(registered.id)
        spot = place_of(self.edited, registered)
        if spot is None:
            self._error(registered.where, registered.id, GONE)
            return
        self.result.cells[registered.id] = spot
        if entry is not None:
            self._compare(kind, registered, entry, spot)

    def _compare(self, kind: type[Input], registered: Registered, entry: Input, spot: Spot) -> None:
        """Note an input's value where the cell or the file differs from the build."""
        base, cell = self._base(kind, registered), self._read(kind, registered.id, spot)
        file = _value(entry)
        if not same(base, file):
            self.result.built.values[registered.id] = base
        if isinstance(cell, Bad):
            return
        optional = isinstance(entry, Number) and entry.optional
        if cell is None and not optional:
            self._error(spot, registered.id, BLANK)
        elif self.merge.takes(Change(registered.id, str(spot), base, cell, file)):
            self.result.wanted.values[registered.id] = cell

    def _base(self, kind: type[Input], registered: Registered) -> Value:
        return base_of(self.edited, kind, registered)

    def _read(self, kind: type[Input], input_id: str, spot: Spot) -> Value | Bad:
        held = self.edited.held(spot)
        try:
            return value_of(kind, held, from_1904=self.edited.facts.from_1904)
        except Bad as bad:
            self._error(spot, input_id, str(bad))
            return bad

    # --- tables of inputs --------------------------------------------------------------------

    def _table(self, name: str, registry: Mapping[str, Registered]) -> None:
        table: Table[Row] = getattr(self.now, name)
        columns = {key: table.columns[key].label for key in KINDS[name]}
        labels: dict[str, str] = {}
        for input_id, registered in registry.items():
            _, row, column = input_id.split(".")
            labels.setdefault(row, row_label(registered, columns[column]))
        needed = tuple(key for key in columns if key not in _optional(table))
        found = Finder(self.edited, name, tuple(columns), labels, needed).find() if labels else None
        if found is None:
            if labels:
                first = next(iter(registry.values())).where
                self._error(first, name, "no cell of this table has its name left; build anew")
            return
        rows = {row.key: row for row in table.rows}
        self._rows_since(name, labels, rows, registry)
        self._kept(name, found, labels, rows, registry)
        self._added(name, found, rows, needed)
        for key in found.gone:
            self._removed(name, key, rows.get(key), registry)

    def _rows_since(
        self,
        name: str,
        labels: Mapping[str, str],
        rows: Mapping[str, Row],
        registry: Mapping[str, Registered],
    ) -> None:
        """Note what rows the files had at the build, where that is not what they have now."""
        built = self.result.built
        built.removed += [(name, key) for key in rows if key not in labels]
        before = ""
        for key, label in labels.items():
            if key not in rows:
                built.added[name, key] = NewRow(label, before, self._bases(name, key, registry))
            elif rows[key].label != label:
                built.labels[name, key] = label
            before = key

    def _bases(self, name: str, key: str, registry: Mapping[str, Registered]) -> dict[str, Value]:
        own = {column: registry.get(f"{name}.{key}.{column}") for column in KINDS[name]}
        return {c: self._base(KINDS[name][c], r) for c, r in own.items() if r is not None}

    def _kept(
        self,
        name: str,
        found: TableNow,
        labels: Mapping[str, str],
        rows: Mapping[str, Row],
        registry: Mapping[str, Registered],
    ) -> None:
        for key, laid in found.kept.items():
            self.result.lines[name, key] = laid
            row = rows.get(key)
            for column, spot in laid.cells.items():
                input_id = f"{name}.{key}.{column}"
                self.result.cells[input_id] = spot
                registered = registry.get(input_id)
                if registered is None:
                    self._error(spot, input_id, "has no row among the inputs on Sources")
                elif row is not None:
                    self._compare(KINDS[name][column], registered, getattr(row, column), spot)
                else:
                    self._lost(KINDS[name][column], registered, spot)
            if row is not None:
                self._label(name, laid, labels[key], row)

    def _lost(self, kind: type[Input], registered: Registered, spot: Spot) -> None:
        """A cell of a row that the files no longer have: a conflict where it was changed."""
        cell = self._read(kind, registered.id, spot)
        base = self._base(kind, registered)
        if not isinstance(cell, Bad) and not same(cell, base):
            self.merge.conflicts.append(Change(registered.id, str(spot), base, cell, None))

    def _label(self, name: str, laid: Laid, base: str, row: Row) -> None:
        where = str(laid.label_at or "")
        if laid.label_at is None or blank(self.edited.held(laid.label_at)):
            return
        change = Change(f"{name}.{laid.key}.label", where, base, laid.label, row.label)
        if self.merge.takes(change):
            self.result.wanted.labels[name, laid.key] = laid.label

    def _added(
        self, name: str, found: TableNow, rows: Mapping[str, Row], needed: Collection[str]
    ) -> None:
        by_label = {row.label.casefold(): row for row in rows.values()}
        for key, (laid, after) in found.added.items():
            where = str(laid.label_at or next(iter(laid.cells.values())))
            if not laid.label:
                self._error(where, f"{name}.{key}", "is a new row without a label; type one")
                continue
            values = {
                column: self._read(KINDS[name][column], f"{name}.{key}.{column}", spot)
                for column, spot in laid.cells.items()
            }
            for column, spot in laid.cells.items():
                if column in needed and values[column] is None:
                    self._error(spot, f"{name}.{key}.{column}", BLANK)
            self.result.lines[name, key] = laid
            there = by_label.get(laid.label.casefold())
            sound = {c: value for c, value in values.items() if not isinstance(value, Bad)}
            if len(sound) == len(values):
                self._new(name, laid, NewRow(laid.label, after, sound), there)

    def _new(self, name: str, laid: Laid, row: NewRow, there: Row | None) -> None:
        """A row that was typed in: new, in the files as well, or there with other values."""
        where = str(laid.label_at)
        own = {} if there is None else {c: _value(getattr(there, c)) for c in row.values}
        start, cells = f"{name}.{laid.key}", laid.cells
        changes = [
            Change(f"{start}.{column}", str(cells[column]), None, value, own.get(column))
            for column, value in row.values.items()
            if not same(value, own.get(column))
        ]
        if there is None:
            label = Change(f"{start}.label", where, None, row.label, None)
            self.merge.changed += [label, *changes]
            self.result.wanted.added[name, laid.key] = row
            return
        for change in changes:
            if self.merge.settles(change):
                input_id = f"{name}.{there.key}.{change.id.rpartition('.')[2]}"
                self.result.wanted.values[input_id] = change.cell

    def _removed(
        self, name: str, key: str, row: Row | None, registry: Mapping[str, Registered]
    ) -> None:
        if row is None:
            return
        bases = self._bases(name, key, registry)
        same_as_built = all(same(_value(getattr(row, c)), base) for c, base in bases.items())
        for column, base in bases.items():
            file = _value(getattr(row, column))
            if not same(file, base):
                self.result.built.values[f"{name}.{key}.{column}"] = base
        change = Change(f"{name}.{key}", "", row.label, None, row.label)
        if same_as_built:
            self.merge.changed.append(change)
            self.result.wanted.removed.append((name, key))
        elif self.merge.settles(change):
            self.result.wanted.removed.append((name, key))


def _kind(input_id: str) -> type[Input]:
    section, *_, key = input_id.split(".")
    return Day if section == "data" else KINDS[section][key]


def _value(entry: Input) -> Value:
    value: Value = getattr(entry, "value", None)
    return value


def _optional(table: Table[Row]) -> set[str]:
    """The columns whose cells may be blank."""
    first = table.rows[0] if table.rows else None
    cells = {} if first is None else {key: getattr(first, key) for key in KINDS[table.key]}
    return {key for key, cell in cells.items() if isinstance(cell, Number) and cell.optional}
