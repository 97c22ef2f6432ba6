"""Cells as spreadsheets write them: the letters of columns, the numbers of days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

EPOCH = date(1899, 12, 30)
"""The day that spreadsheets count from, unless a file says 1904."""

_DAY_0 = EPOCH.toordinal()


@lru_cache(maxsize=1024)
def column_letters(col: int) -> str:
    """The letters of a column counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def serial(day: date) -> int:
    """A day as the number that a cell holds.

    >>> serial(date(2026, 3, 1))
    46082
    """
    return day.toordinal() - _DAY_0
