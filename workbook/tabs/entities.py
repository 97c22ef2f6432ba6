"""Tables of inputs and of data files as axes and columns."""

from __future__ import annotations

from typing import Any

from workbook.assumptions import DataFile, Row, Table
from workbook.book import Axis, Column, Entity, Entries


def axis_of(table: Table[Row], label: str) -> Axis:
    """The rows of a table of inputs; *label* heads their names."""
    return Axis(table.key, label, tuple(Entity(row.key, row.label) for row in table.rows))


def column_of(table: Table[Row], axis: Axis, key: str) -> Column:
    """One column of a table of inputs."""
    info = table.columns[key]
    entries = tuple(getattr(row, key) for row in table.rows)
    memo = entries[0].memo if entries else ""
    return Column(key, info.label, info.unit, axis, Entries(entries), memo=memo)


def rows_of(file: DataFile[Any], label: str = "Row", room: int = 0) -> Axis:
    """The rows of a data file and, below them, blank ones: as many as its form takes in all.

    Where *room* is given there are that many in all, and as many as the file has at least.
    """
    numbers = range(1, max(room, len(file.rows)) + 1 if room else file.form.most + 1)
    entities = tuple(Entity(f"row_{i}", f"{label} {i}") for i in numbers)
    return Axis(file.form.key, label, entities, filled=len(file.rows))


def typed_of(
    file: DataFile[Any], axis: Axis, key: str, *, allowed: Column | None = None, show: str = ""
) -> Column:
    """One column of a data file; *allowed* has the options of a choice in its cells."""
    return axis.typed(file.form.column(key), file.records.values(key), allowed=allowed, show=show)
