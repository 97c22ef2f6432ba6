"""Forms: which columns a CSV file has, which rows it takes, and what was read from one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar, get_type_hints

from workbook.data.field import Field, Found

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Broken: TypeAlias = "tuple[str, str] | None"
"""The key of the column that breaks a rule of its row, and what is wrong; or nothing."""

_TYPES: dict[str, type] = {
    "id": str,
    "text": str,
    "choice": str,
    "number": float,
    "whole": float,
    "share": float,
    "date": date,
    "month": date,
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Form(Generic[R]):
    """A CSV form: one column a field of *row*, a frozen dataclass, under the same names.

    The columns in *unique* tell rows apart, together; the first column is one of them, and a row
    of the workbook counts as filled where it is. *most* is how many rows the workbook takes.
    *dated* names a column of dates, the latest of which dates a file that nobody dated. *rules*
    look at whole rows: an end before its start.
    """

    key: str
    title: str
    purpose: str
    row: type[R]
    columns: tuple[Field, ...]
    unique: tuple[str, ...]
    most: int
    memo: str
    dated: str = ""
    rules: tuple[Callable[[R], Broken], ...] = ()

    def __post_init__(self) -> None:
        hints = get_type_hints(self.row)
        wanted = {
            c.key: _TYPES[c.kind] if c.required else _TYPES[c.kind] | None for c in self.columns
        }
        names = [part.name for part in fields(self.row)]  # type: ignore[arg-type]  # any dataclass
        if names != list(wanted) or any(hints[name] != wanted[name] for name in names):
            raise TypeError(f"{self.key}: {self.row.__name__} needs the fields {wanted}")
        if self.columns[0].key not in self.unique or not all(
            self.column(key).required for key in self.unique
        ):
            raise TypeError(f"{self.key}: the first column is required, and among the unique ones")
        heads = [c.head.casefold() for c in self.columns]
        if len(set(heads)) != len(heads):
            raise TypeError(f"{self.key}: two columns have the same header")

    def column(self, key: str) -> Field:
        """The column with this key. Raises KeyError."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(f"{self.key} has no column {key!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Records(Generic[R_co]):
    """What a file says: its *rows*, the *lines* they stand on, its name and its digest.

    The digest is of the rows, whatever the order of columns or the line ends of the file.
    """

    file: str
    rows: tuple[R_co, ...]
    lines: tuple[int, ...]

    @property
    def digest(self) -> str:
        """The SHA-256, in hex, of the rows: equal rows in equal order give equal digests."""
        content = [[_plain(getattr(row, f.name)) for f in fields(row)] for row in self.rows]  # type: ignore[arg-type]  # any dataclass
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def values(self, key: str) -> tuple[Found, ...]:
        """The cells of a column, row by row."""
        return tuple(getattr(row, key) for row in self.rows)


def _plain(value: Any) -> float | str | None:  # noqa: ANN401  a cell is of any kind
    return value.isoformat() if isinstance(value, date) else value
