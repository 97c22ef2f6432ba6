"""Where a workbook shows each line and column, found by the labels that a reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from workbook.book import Book, Column, Tab, Table, Typed, lines_of, tables_of
from workbook.engines import Cell
from workbook.layout import Excel, Layout, Place

LABELS, FIRST_ACROSS = 1, 4
"""The column of labels, and that of the first entity of a table laid out sideways."""


class Finder:
    """The cells of lines by name, and of columns by title, head and label.

    No dataclass: hypothesis would print the whole book with each failure.
    """

    def __init__(self, book: Book, layout: Layout) -> None:
        self.book = book
        self.layout = layout

    def line(self, name: str) -> Cell:
        """The cell of a line or of an input by its defined name."""
        place = self.layout.names[name]
        return Cell(place.sheet, place.ref)

    def tables(self) -> Iterator[tuple[Tab, Table]]:
        """Every table with its tab."""
        for tab in self.book.tabs:
            for table in tables_of(tab):
                yield tab, table

    def strip(self, tab: Tab, table: Table, column: Column) -> list[Cell]:
        """The cells of a column of a table, one for each entity."""
        title = self._title(tab, table.title)
        count = len(table.axis.entities)
        if table.across:
            row = title + 1 if column is table.heads else self._row(tab, column.label, title)
            places = [Place(tab.name, row, FIRST_ACROSS + i) for i in range(count)]
        else:
            head, first = title + 1, self._first_row(tab, title + 2)
            if column is table.axis.names:
                return [
                    Cell(tab.name, Place(tab.name, first + i, LABELS).ref) for i in range(count)
                ]
            col = LABELS + 1 + table.columns.index(column)
            assert self.text(tab, head, col) == column.label
            places = [Place(tab.name, first + i, col) for i in range(count)]
        return [Cell(place.sheet, place.ref) for place in places]

    def named_by(self, table: Table) -> tuple[Column, ...]:
        """The names of a table's entities, where they are typed in, in this table."""
        names = table.axis.names
        if not isinstance(names.content, Typed):
            return ()
        first = next(other for _, other in self.tables() if other.axis is table.axis)
        return (names,) if first is table else ()

    @cached_property
    def figures(self) -> dict[str, Cell]:
        """The cell of every figure by id: lines by name, cells of tables as table.row.column."""
        found = {name: self.line(name) for name in self.layout.names}
        for tab, table in self.tables():
            for column in table.columns:
                cells = self.strip(tab, table, column)
                for entity, cell in zip(table.axis.entities, cells, strict=True):
                    found[f"{table.axis.key}.{entity.key}.{column.key}"] = cell
        return found

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of every line and of every cell of a table, by the same ids."""
        lines = {line.key: line.unit for tab in self.book.tabs for line in lines_of(tab)}
        for _, table in self.tables():
            for column in table.columns:
                for i, entity in enumerate(table.axis.entities):
                    unit = column.units[i][0] if column.units else column.unit
                    lines[f"{table.axis.key}.{entity.key}.{column.key}"] = unit
        return lines

    def text(self, tab: Tab, row: int, col: int) -> object:
        """What stands in a cell: a value, or a formula's text."""
        content = self._contents(tab).get((row, col))
        return content.text if isinstance(content, Excel) else content

    @cached_property
    def _by_sheet(self) -> dict[str, dict[tuple[int, int], object]]:
        return {
            sheet.name: {(cell.row, cell.col): cell.content for cell in sheet.cells}
            for sheet in self.layout.sheets
        }

    def _contents(self, tab: Tab) -> dict[tuple[int, int], object]:
        return self._by_sheet[tab.name]

    def _title(self, tab: Tab, title: str) -> int:
        cells = next(sheet for sheet in self.layout.sheets if sheet.name == tab.name).cells
        rows = [c.row for c in cells if c.style.role == "section" and c.content == title]
        assert len(rows) == 1, f"{tab.name} has {len(rows)} sections {title!r}"
        return rows[0]

    def _row(self, tab: Tab, label: str, after: int) -> int:
        rows = [
            row
            for (row, col), content in self._contents(tab).items()
            if col == LABELS and row > after and content == label
        ]
        assert rows, f"{tab.name} has no row {label!r} after {after}"
        return min(rows)

    def _first_row(self, tab: Tab, start: int) -> int:
        rows = [
            row
            for (row, col), content in self._contents(tab).items()
            if col == LABELS and row >= start and content is not None
        ]
        return min(rows)
