"""Rectangles of cells, and cells gathered into them: one fault in a column is one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from workbook.a1 import column_letters
from workbook.audit.formula import Reference

Place: TypeAlias = tuple[int, int]
"""Row and column of a cell, counted from 1."""


class Area(NamedTuple):
    """A rectangle of cells on a sheet, both corners included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    def has(self, place: Place) -> bool:
        """Whether a cell of its sheet is in it."""
        row, column = place
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    @property
    def ref(self) -> str:
        """The rectangle as a formula on another sheet would name it."""
        return f"{self.sheet}!{self.span}"

    @property
    def strip(self) -> bool:
        """Whether it is one cell, or cells of one row or one column."""
        return self.top == self.bottom or self.left == self.right

    @property
    def size(self) -> int:
        """How many cells it has."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    @property
    def span(self) -> str:
        """The rectangle without its sheet: A1, or A1:B2."""
        first, last = cell_text((self.top, self.left)), cell_text((self.bottom, self.right))
        return first if first == last else f"{first}:{last}"

    def cells(self) -> Iterator[Place]:
        """Each cell, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield row, column


def area_of(reference: Reference, sheet: str) -> Area:
    """The cells on *sheet* that a reference names."""
    (top, bottom), (left, right) = reference.rows, reference.columns
    return Area(sheet, top, left, bottom, right)


def cell_text(place: Place) -> str:
    """A cell in A1 style.

    >>> cell_text((12, 28))
    'AB12'
    """
    return f"{column_letters(place[1] - 1)}{place[0]}"


def gathered(sheet: str, cells: Iterable[Place]) -> list[Area]:
    """The rectangles that a reader would see in *cells*, from the top.

    Runs down a column are joined first, then equal runs side by side.

    >>> [a.span for a in gathered("S", [(1, 1), (2, 1), (1, 2), (2, 2), (5, 1)])]
    ['A1:B2', 'A5']
    """
    runs: list[Area] = []
    for column, row in sorted((column, row) for row, column in set(cells)):
        last = runs[-1] if runs else None
        if last is not None and (last.right, last.bottom) == (column, row - 1):
            runs[-1] = last._replace(bottom=row)
        else:
            runs.append(Area(sheet, row, column, row, column))
    wide: dict[tuple[int, int], list[Area]] = {}
    for run in runs:
        beside = wide.setdefault((run.top, run.bottom), [])
        if beside and beside[-1].right == run.left - 1:
            beside[-1] = beside[-1]._replace(right=run.right)
        else:
            beside.append(run)
    return sorted(area for areas in wide.values() for area in areas)
