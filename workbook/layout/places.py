"""Where leaves stand, and the text of cell references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from workbook.a1 import column_letters

CELL_SHAPED = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc]?[0-9]*|[Rr]?[0-9]*[Cc][0-9]*")
LOGICAL = frozenset({"true", "false"})
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class LayoutError(ValueError):
    """The book cannot be laid out: a line is missing, shown twice, or misnamed."""


class Place(NamedTuple):
    """One cell, counted from 0."""

    sheet: str
    row: int
    col: int

    @property
    def ref(self) -> str:
        """The cell within its sheet, such as D12."""
        return f"{column_letters(self.col)}{self.row + 1}"

    @property
    def fixed_ref(self) -> str:
        """The cell within its sheet, anchored, such as $D$12."""
        return f"${column_letters(self.col)}${self.row + 1}"

    def seen_from(self, sheet: str, *, anchored: bool) -> str:
        """The reference to this cell in a formula on *sheet*."""
        ref = self.fixed_ref if anchored else self.ref
        return ref if sheet == self.sheet else f"{self.sheet}!{ref}"


@dataclass(frozen=True, slots=True)
class Strip:
    """The cells of a column's entities, or of lines: *count* of them down or across."""

    first: Place
    count: int
    across: bool = False

    def cell(self, place: int) -> Place:
        """The cell of the entity at *place*."""
        step_row, step_col = (0, place) if self.across else (place, 0)
        return Place(self.first.sheet, self.first.row + step_row, self.first.col + step_col)

    def __iter__(self) -> Iterator[Place]:
        """Each cell in turn."""
        sheet, row, col = self.first
        down, right = (0, 1) if self.across else (1, 0)
        for i in range(self.count):
            yield Place(sheet, row + down * i, col + right * i)

    @property
    def last(self) -> Place:
        """The last cell."""
        return self.cell(self.count - 1)

    def seen_from(self, sheet: str) -> str:
        """The anchored reference to the whole strip in a formula on *sheet*."""
        return _area(self.first, self.last, sheet)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells on one sheet, both corners included."""

    first: Place
    last: Place

    def seen_from(self, sheet: str) -> str:
        """The anchored reference to the rectangle in a formula on *sheet*."""
        return _area(self.first, self.last, sheet)


def _area(first: Place, last: Place, sheet: str) -> str:
    span = f"{first.fixed_ref}:{last.fixed_ref}"
    return span if sheet == first.sheet else f"{first.sheet}!{span}"


def check_name(name: str) -> str:
    """*name*, when it can be a defined name in every spreadsheet program.

    Raises LayoutError for names that are not snake_case or read as a cell (A1 or R1C1 style).
    """
    if not SNAKE_CASE.fullmatch(name):
        raise LayoutError(f"{name!r} is not snake_case; rename it")
    if CELL_SHAPED.fullmatch(name):
        raise LayoutError(f"{name!r} reads as a cell; give it another word")
    if name in LOGICAL:
        raise LayoutError(f"{name!r} reads as a value; give it another word")
    return name
