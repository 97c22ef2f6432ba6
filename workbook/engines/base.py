"""The face of a spreadsheet engine: cells, values, sessions, and when two values agree."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from typing_extensions import override

NEAR_ZERO = 1e-12
"""Difference that counts as none, in units of the terms that were added up."""

_A1 = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LETTERS = 26
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384

# LibreOffice has no error of its own for an impossible number and reports #VALUE!.
_SAME_ERROR = {"#NUM!": "#VALUE!"}


class EngineError(Exception):
    """An engine cannot open a workbook, or was asked for a cell that it cannot serve."""


class EngineMissing(EngineError):
    """An engine's package or program is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class CellError:
    """An error as a cell shows it, such as ``#DIV/0!`` or ``#N/A``."""

    code: str

    @override
    def __str__(self) -> str:
        return self.code


Value = float | str | bool | CellError | None
"""What a cell holds; None is an empty cell."""

Settable = float | str | bool | None
"""What an input cell can be given; None or empty text clears it."""


class Cell(NamedTuple):
    """One cell: the sheet's name, and an A1 reference without ``$``."""

    sheet: str
    ref: str

    @override
    def __str__(self) -> str:
        return f"{self.sheet}!{self.ref}"


class Session(Protocol):
    """A workbook open in an engine; use it in a ``with`` statement.

    A value that is read is always recalculated from the formulas, after the last `set`; a
    cached value in the file is never handed back.
    """

    def set(self, cell: Cell, value: Settable) -> None:
        """Put *value* in an input cell; EngineError if it holds a formula or is unknown."""

    def recalculate(self) -> None:
        """Recalculate every formula that can have changed."""

    def read(self, cells: Iterable[Cell]) -> dict[Cell, Value]:
        """Give the value of each cell, in the order asked; EngineError if one is unknown."""

    def close(self) -> None:
        """Let the workbook go; a second call does nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Engine(Protocol):
    """A program that recalculates a workbook."""

    name: str

    def open(self, path: Path) -> Session:
        """Open the xlsx at *path*; EngineError if it cannot be read."""


class LiveSession(ABC):
    """What all sessions share: cells are checked, and a read never sees stale values."""

    def __init__(self, name: str, sheets: Iterable[str]) -> None:
        self._name = name
        self._sheets = dict.fromkeys(sheets)
        self._stale = True

    def set(self, cell: Cell, value: Settable) -> None:
        """Put *value* in an input cell."""
        self._check(cell)
        if isinstance(value, float) and not math.isfinite(value):
            raise EngineError(f"{cell} cannot be set to {value}; give a finite number")
        if self._has_formula(cell):
            raise EngineError(f"{cell} holds a formula; only an input cell can be set")
        self._put(cell, None if value == "" else value)
        self._stale = True

    def recalculate(self) -> None:
        """Recalculate the workbook now."""
        self._evaluate()
        self._stale = False

    def read(self, cells: Iterable[Cell]) -> dict[Cell, Value]:
        """Give the value of each cell, recalculated after the last `set`."""
        wanted = list(dict.fromkeys(cells))
        for cell in wanted:
            self._check(cell)
        if self._stale:
            self.recalculate()
        return dict(zip(wanted, self._fetch(wanted), strict=True))

    def close(self) -> None:  # noqa: B027 - most engines hold nothing to let go
        """Let the workbook go."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _check(self, cell: Cell) -> None:
        position(cell.ref)
        if cell.sheet not in self._sheets:
            known = ", ".join(self._sheets)
            raise EngineError(f"{cell}: the workbook has no sheet {cell.sheet!r}; it has {known}")

    @abstractmethod
    def _has_formula(self, cell: Cell) -> bool: ...

    @abstractmethod
    def _put(self, cell: Cell, value: Settable) -> None: ...

    @abstractmethod
    def _evaluate(self) -> None: ...

    @abstractmethod
    def _fetch(self, cells: Sequence[Cell]) -> list[Value]: ...


@lru_cache(maxsize=1 << 15)
def position(ref: str) -> tuple[int, int]:
    """Row and column, both from 1, of an A1 reference; EngineError if it is not one.

    >>> position("D12")
    (12, 4)
    >>> position("AA1")
    (1, 27)
    """
    match = _A1.fullmatch(ref)
    row, column = (int(match[2]), _column(match[1])) if match else (0, 0)
    if not match or row > _LAST_ROW or column > _LAST_COLUMN:
        raise EngineError(f"{ref!r} is not a cell; write it as D12, from A1 to XFD1048576")
    return row, column


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number


def agree(a: Value, b: Value, rel: float = 1e-9, scale: float = 1.0) -> bool:
    """Whether two engines mean the same by *a* and *b*.

    Numbers agree within *rel* of the larger, or within 1e-12 of *scale*, the size of the terms
    that cancelled to give them. Text is exact; a boolean equals 1 or 0; empty text equals an
    empty cell; errors go by code, with ``#NUM!`` and ``#VALUE!`` as one.

    >>> agree(0.1 + 0.2, 0.3), agree(5.6e-17, 0.0), agree(True, 1.0), agree("1", 1.0)
    (True, True, True, False)
    """
    if isinstance(a, CellError) and isinstance(b, CellError):
        return _SAME_ERROR.get(a.code, a.code) == _SAME_ERROR.get(b.code, b.code)
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=rel, abs_tol=NEAR_ZERO * scale)
    return ("" if a is None else a) == ("" if b is None else b)
