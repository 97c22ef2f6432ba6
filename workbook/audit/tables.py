"""Tables that are found by their heads, wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.audit.facts import Facts, SheetFacts


@dataclass(frozen=True, slots=True)
class HeadedTable:
    """A table: the column of each head, and the rows that hold its entities."""

    sheet: SheetFacts
    head: int
    columns: Mapping[str, int]
    rows: tuple[int, ...]

    def value(self, head: str, row: int) -> object:
        """What stands under *head* in a row."""
        held = self.sheet.cells.get((row, self.columns[head]))
        return held.value if held else None


def find_table(facts: Facts, heads: Sequence[str]) -> HeadedTable | None:
    """The first table with all these heads in one row; None where there is none."""
    for sheet in facts.sheets:
        rows: dict[int, dict[str, int]] = {}
        for (row, column), held in sheet.cells.items():
            if isinstance(held.value, str) and held.formula is None:
                rows.setdefault(row, {}).setdefault(held.value.strip(), column)
        for row, columns in sorted(rows.items()):
            if all(head in columns for head in heads):
                return HeadedTable(sheet, row, columns, _rows(sheet, row, columns[heads[0]]))
    return None


def _rows(sheet: SheetFacts, head: int, column: int) -> tuple[int, ...]:
    """The rows down to the first without a name or with a bold one, which is a total."""
    found: list[int] = []
    row = head + 1
    if _name(sheet, row, column) is None:
        row += 1  # the units stand under the heads
    while _name(sheet, row, column) is not None:
        found.append(row)
        row += 1
    return tuple(found)


def _name(sheet: SheetFacts, row: int, column: int) -> str | None:
    held = sheet.cells.get((row, column))
    plain = held is not None and isinstance(held.value, str) and not held.look.bold
    return str(held.value) if held and plain else None
