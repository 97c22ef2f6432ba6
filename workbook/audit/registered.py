"""What a file lists as its inputs: cells by name, and columns of data by the range they fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbook.audit.facts import Key
from workbook.audit.ranges import Area
from workbook.audit.tables import HeadedTable

REGISTRY = ("Input", "Unit", "As of", "Source")
COLUMNS = ("Column of data", "Unit", "Filled", "As of", "Source")
"""The formula under Filled counts the cells of the column, and so tells where they are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list of inputs; *cells* are where it is typed, None where that leads nowhere."""

    place: Key
    id: str
    unit: object
    as_of: object
    source: object
    cells: Area | None

    @property
    def key(self) -> Key | None:
        """The cell of an input that has one of its own."""
        cells = self.cells
        return (cells.sheet, cells.top, cells.left) if cells and cells.size == 1 else None


def named(table: HeadedTable, cells_of: Callable[[str], Area | None]) -> Iterator[Entry]:
    """The rows of a list by name; an id with its dots as underscores names its cell."""
    for row in table.rows:
        area = cells_of(str(table.value("Input", row)).replace(".", "_").casefold())
        yield _entry(table, row, REGISTRY, area if area and area.size == 1 else None)


def columns(table: HeadedTable, areas_of: Callable[[str, str], Iterable[Area]]) -> Iterator[Entry]:
    """The rows of a list of columns of data."""
    for row in table.rows:
        held = table.sheet.cells.get((row, table.columns["Filled"]))
        formula = held.formula if held and held.formula else ""
        found = set(areas_of(formula, table.sheet.name))
        one = found.pop() if len(found) == 1 else None
        heads = tuple(head for head in COLUMNS if head != "Filled")
        yield _entry(table, row, heads, one if one and one.left == one.right else None)


def _entry(table: HeadedTable, row: int, heads: Sequence[str], cells: Area | None) -> Entry:
    id_, unit, as_of, source = (table.value(head, row) for head in heads)
    place = table.sheet.name, row, table.columns[heads[0]]
    return Entry(place, str(id_), unit, as_of, source, cells)
