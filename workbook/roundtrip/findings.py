"""What an import finds: changes, conflicts, what is no input, and errors; as text and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

Value: TypeAlias = float | str | date | None
"""A value of an input: a number, text, a date, or blank."""

DIGITS = 15
"""Significant digits that spreadsheet programs keep of a number."""

CLOSE = 1e-14
"""Numbers that differ by no more than this part of themselves are one number, saved twice."""

NEW_ROW = "a new row"
"""What a row of data is that was not there at the build."""

SHOWN = 40
"""Findings of one kind that are printed; JSON has all of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """An input whose cell is not what it was at the build.

    *where* is the cell now, or empty for a row that is gone. *base* is the value at the build,
    *cell* the value typed, *file* what the files say now.
    """

    id: str
    where: str
    base: Value
    cell: Value
    file: Value

    def __str__(self) -> str:
        if not self.where:
            return f"{self.id}: {told(self.base)} → removed"
        was = "" if self.cell == NEW_ROW else f"{told(self.base)} → "
        return f"{self.id} ({self.where}): {was}{told(self.cell)}"


@dataclass(frozen=True, slots=True)
class Extra:
    """What was changed and is no input: a cell, a tab, a name or a note."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Error:
    """What cannot be imported: where it stands, the input's id if there is one, what to do."""

    where: str
    id: str
    message: str

    def __str__(self) -> str:
        name = f" ({self.id})" if self.id and self.where else self.id
        return f"{self.where}{name}: {self.message}"


class Unusable(Exception):
    """The edited workbook, or the file to import into, is not one that can be used."""


@dataclass(slots=True)
class Findings:
    """Everything that one import found; *diff* is what is written, *written* where.

    Notes that came of comments are among the changes, as ``training.mfu.note``.
    """

    changed: list[Change] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    errors: list[Error] = field(default_factory=list)
    diff: str = ""
    written: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, object]:
        """The findings as one JSON object."""
        return {
            "changed": [_plain(each) for each in self.changed],
            "conflicts": [_plain(each) for each in self.conflicts],
            "extras": [{"where": each.where, "message": each.message} for each in self.extras],
            "errors": [
                {"where": each.where, "id": each.id, "message": each.message}
                for each in self.errors
            ],
        }


def _plain(change: Change) -> dict[str, object]:
    return {
        "id": change.id,
        "base": plain(change.base),
        "cell": plain(change.cell),
        "file": plain(change.file),
    }


def plain(value: Value) -> float | str | None:
    """A value as JSON has it: dates as text."""
    return value.isoformat() if isinstance(value, date) else value


def told(value: Value) -> str:
    """A value as a person reads it."""
    if value is None or value == "":
        return "blank"
    return f"{value:.{DIGITS}g}" if isinstance(value, float | int) else str(value)


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same to every digit that a spreadsheet program keeps.

    >>> same(0.1 + 0.2, 0.3), same(0.3, 0.3000001), same(None, "")
    (True, False, True)
    """
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=CLOSE)
    return (None if one == "" else one) == (None if other == "" else other)


def listed(title: str, found: Iterable[object]) -> list[str]:
    """A title with its findings below it, or nothing where there are none."""
    lines = [f"  {each}" for each in found]
    more = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [title, *lines[:SHOWN], *more] if lines else []
