"""How inputs are grouped: a section has single inputs, a table has one for each row and column."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Generic, TypeVar

from workbook.assumptions.inputs import ColumnInfo, Input

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False)
class Section:
    """A group of inputs; every field is one."""

    def inputs(self) -> tuple[Input, ...]:
        """Return the inputs in the order of the file."""
        values = (getattr(self, field.name) for field in fields(self))
        return tuple(value for value in values if isinstance(value, Input))


@dataclass(frozen=True, eq=False)
class Question(Section):
    """What is asked of the model: picks of a calculator, and no assumptions.

    Asking something else changes no figure of the memo.
    """


@dataclass(frozen=True, eq=False)
class Row(Section):
    """One entity of a table: its key, its label and one input a column."""

    key: str
    label: str


R_co = TypeVar("R_co", bound=Row, covariant=True)


@dataclass(frozen=True, eq=False)
class Table(Generic[R_co]):
    """Entities by columns; the id of a cell is ``table.row.column``."""

    key: str
    label: str
    rows: tuple[R_co, ...]
    columns: Mapping[str, ColumnInfo]

    def inputs(self) -> tuple[Input, ...]:
        """Return the inputs row by row."""
        return tuple(cell for row in self.rows for cell in row.inputs())

    def row(self, key: str) -> R_co:
        """Return the row with *key*; KeyError names the keys there are."""
        for row in self.rows:
            if row.key == key:
                return row
        known = ", ".join(row.key for row in self.rows)
        raise KeyError(f"{self.key} has no row {key!r}; it has {known}")
