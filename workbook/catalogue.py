"""Every figure of the tabs by id: lines by their key, cells of tables as table.row.column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from typing_extensions import override

from workbook.book import Column, Tab, lines_of, tables_of
from workbook.expr import At, Expr


class Catalogue(Mapping[str, Expr]):
    """Figures by id; a cell is looked up among its column's rows only when it is asked for."""

    def __init__(self, tabs: Sequence[Tab]) -> None:
        self._lines = {line.key: line for tab in tabs for line in lines_of(tab)}
        self._columns: dict[tuple[str, str], Column] = {
            (table.axis.key, column.key): column
            for tab in tabs
            for table in tables_of(tab)
            for column in table.columns
        }
        self._rows = {
            column.axis.key: {entity.key for entity in column.axis.entities}
            for column in self._columns.values()
        }

    @override
    def __getitem__(self, name: str) -> Expr:
        if name in self._lines:
            return self._lines[name]
        axis, _, rest = name.partition(".")
        row, _, key = rest.rpartition(".")
        if row not in self._rows.get(axis, ()):
            raise KeyError(name)
        return At(self._columns[axis, key], row)

    @override
    def __iter__(self) -> Iterator[str]:
        yield from self._lines
        for (axis, key), column in self._columns.items():
            yield from (f"{axis}.{entity.key}.{key}" for entity in column.axis.entities)

    @override
    def __len__(self) -> int:
        cells = sum(len(column.axis.entities) for column in self._columns.values())
        return len(self._lines) + cells
