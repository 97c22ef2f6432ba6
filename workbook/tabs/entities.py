"""Tables of inputs as axes and columns."""

from __future__ import annotations

from workbook.assumptions import Row, Table
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
