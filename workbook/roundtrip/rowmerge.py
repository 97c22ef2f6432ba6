"""The three-way merge of rows of data: as at the build, as typed, and as their file has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook.data import Form
from workbook.roundtrip.csvfile import Row, key_of
from workbook.roundtrip.edited import Spot
from workbook.roundtrip.findings import NEW_ROW, Change, Value, same
from workbook.roundtrip.merge import Merge

Key = tuple[str, ...]

A_ROW = "a row"
AS_BUILT, SORTED, OTHERWISE = "as at the build", "sorted anew", "in an order of its own"


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row of a table of data: its values, and the cell of each column, if it stands in one.

    *bad* are the columns whose cells say nothing that the column takes.
    """

    values: Row
    cells: Mapping[str, Spot] = field(default_factory=dict)
    bad: frozenset[str] = frozenset()

    @property
    def where(self) -> str:
        """Its first cell."""
        return str(next(iter(self.cells.values()), ""))


@dataclass(slots=True)
class RowMerge:
    """One form's rows being merged; changes and conflicts are noted in *merge*."""

    form: Form[object]
    merge: Merge
    base: Mapping[Key, Row]
    typed: Mapping[Key, TypedRow]
    file: Mapping[Key, Row]

    def rows(self) -> list[TypedRow]:
        """The rows that the file is to have, in their order."""
        found: dict[Key, TypedRow] = {}
        for key, row in self.typed.items():
            if (merged := self._typed(key, row)) is not None:
                found[key] = merged
        for key, own in self.file.items():
            if key not in self.typed and self._stays(key, own):
                found[key] = TypedRow(own)
        return [found[key] for key in self._order(found)]

    def _typed(self, key: Key, row: TypedRow) -> TypedRow | None:
        """What becomes of a row that stands in the workbook."""
        base, file = self.base.get(key), self.file.get(key)
        name = named(self.form, row.values)
        if file is not None:
            return self._cells(name, row, base, file)
        if base is None:
            self.merge.changed.append(Change(name, row.where, None, NEW_ROW, None))
            return row
        if _alike(base, row.values):
            return None  # the file has removed it since
        changed = Change(name, row.where, A_ROW, "a changed row", None)
        return row if self.merge.settles(changed) else None

    def _cells(self, name: str, row: TypedRow, base: Row | None, file: Row) -> TypedRow:
        values: dict[str, Value] = {column: file[column] for column in row.bad}
        for column, value in row.values.items():
            if column in row.bad:
                continue
            was = None if base is None else base.get(column)
            change = Change(f"{name}.{column}", str(row.cells[column]), was, value, file[column])
            values[column] = value if self.merge.takes(change) else file[column]
        return TypedRow(values, row.cells, row.bad)

    def _stays(self, key: Key, file: Row) -> bool:
        """Whether a row of the file that is not in the workbook stays in the file."""
        base = self.base.get(key)
        if base is None:
            return True
        change = Change(named(self.form, file), "", A_ROW, None, A_ROW)
        if _alike(base, file):
            self.merge.changed.append(change)
            return False
        return not self.merge.settles(change)

    def _order(self, found: Mapping[Key, TypedRow]) -> list[Key]:
        """The keys in the order of the file, or as typed where rows were sorted there."""
        both = [key for key in self.base if key in self.typed]
        now = [key for key in self.typed if key in self.base]
        if both == now or not self._sorted(now):
            return _woven(
                [k for k in self.file if k in found], [k for k in self.typed if k in found]
            )
        return _woven([k for k in self.typed if k in found], [k for k in self.file if k in found])

    def _sorted(self, now: Sequence[Key]) -> bool:
        """Note that rows were sorted; whether the file takes that order."""
        known = [key for key in self.file if key in self.base]
        common = [key for key in now if key in self.file]
        file = AS_BUILT if known == [k for k in self.base if k in self.file] else OTHERWISE
        if [key for key in known if key in self.typed] == common:
            file = SORTED
        where = self.typed[now[0]].where
        return self.merge.takes(Change(self.form.key, where, AS_BUILT, SORTED, file))


def by_key(form: Form[object], rows: Iterable[Row]) -> dict[Key, Row]:
    """Rows by what tells them apart."""
    return {key_of(form, row): row for row in rows}


def named(form: Form[object], row: Row) -> str:
    """A row of a form as an id: what tells it from the others."""
    return f"{form.key}.{'/'.join(str(row.get(key) or '') for key in form.unique)}"


def _alike(one: Row, other: Row) -> bool:
    return all(same(value, other.get(key)) for key, value in one.items())


def _woven(first: Sequence[Key], second: Sequence[Key]) -> list[Key]:
    """The keys of *first*, and behind its predecessor in *second* each that only that has.

    >>> _woven([("a",), ("b",)], [("a",), ("x",), ("b",)])
    [('a',), ('x',), ('b',)]
    """
    order, known = list(first), set(first)
    for place, key in enumerate(second):
        if key not in known:
            order.insert(order.index(second[place - 1]) + 1 if place else 0, key)
            known.add(key)
    return order
