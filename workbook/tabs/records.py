"""Records: every column of every data file, with its range and the cells that cannot be used.

The cells of data files are inputs, but too many to have a name and a row each: they are registered
by column, ``requests.cores``, and counted. So are names that tabs take from them, ``teams.name``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workbook.assumptions import DataFile
from workbook.book import (
    Axis,
    Column,
    Entity,
    Gathered,
    Line,
    Margin,
    Owned,
    Tab,
    Table,
    Typed,
    tables_of,
)
from workbook.data import Field
from workbook.data.line import line_of
from workbook.expr import (
    MIXED,
    At,
    Expr,
    count_filled,
    count_gaps,
    count_outside,
    count_torn,
    counted,
    total,
)

NOTE = (
    "Outside: cells that are no number or day within the range, or a number where text is needed. "
    "Choices are held to their lists when typed; a row that names what is not there is refused on "
    "its own tab."
)
NOTE_OF_ROWS = (
    "Cells in the order of the columns above, with commas between them. Import holds the rows of "
    "the other tabs against these."
)
WIDTHS = (160, 240, 92, 104, 190, 50, 84, 118, 58, 64, 90, 80, 280)

TAKES = {
    "number": "a number",
    "whole": "a whole number",
    "share": "a share, 0.3 or 30%",
    "date": "a day",
    "month": "the first day of a month",
}
FEW = 6
"""Choices that are told one by one."""


class Recorded(NamedTuple):
    """A column of a data file where a tab shows it, and the column that says which rows count."""

    file: DataFile[Any]
    field: Field
    column: Column
    key: Column

    @property
    def id(self) -> str:
        """The id of the column, such as requests.cores."""
        return f"{self.column.axis.key}.{self.field.key}"


class Records(NamedTuple):
    """Lines that other tabs may use."""

    outside: Line
    torn: Line
    tab: Tab


def recorded(files: Mapping[str, DataFile[Any]], tabs: Sequence[Tab]) -> list[Recorded]:
    """Every column of every file, then the names that tabs have from files, where a tab shows them.

    Raises KeyError for a column that none shows.
    """
    shown = {
        (column.axis.key, column.key): column
        for tab in tabs
        for table in tables_of(tab)
        for column in table.columns
        if isinstance(column.content, Typed)
    }
    return [
        Recorded(file, field, shown[key, field.key], shown[key, file.form.columns[0].key])
        for key, file in files.items()
        for field in file.form.columns
    ] + [
        Recorded(files[axis.naming.listed_in], axis.naming, axis.names, axis.names)
        for axis in dict.fromkeys(table.axis for tab in tabs for table in tables_of(tab))
        if axis.naming is not None
    ]


def build(columns: Sequence[Recorded], days: Mapping[str, Line]) -> Records:
    """The tab; *days* has the live day of each file by the key of its form."""
    axis = Axis("data_columns", "Column of data", tuple(Entity(_name(c), c.id) for c in columns))
    fields = [column.field for column in columns]
    files = [column.file for column in columns]
    units = tuple((c.field.unit, c.column.show) for c in columns)
    low = axis.fixed("low", "Lowest", [f.low for f in fields], "memo", unit=MIXED, units=units)
    high = axis.fixed("high", "Highest", [f.high for f in fields], "memo", unit=MIXED, units=units)
    outside = _owned(axis, columns, "outside", "Outside", [_outside(c, low, high) for c in columns])
    torn = _owned(axis, columns, "torn", "Torn rows", [_torn(c) for c in columns])
    links = tuple(count_filled(c.column) for c in columns)
    filled = Column("filled", "Filled", "1", axis, Gathered(links))
    days_of = tuple(days[file.form.key] for file in files)
    outside_total = Line("data_outside", "Cells of data outside their range", "1", total(outside))
    torn_total = Line("data_torn", "Rows of data that are not whole", "1", total(torn))
    shown = (
        axis.fixed("meaning", "What it is", [f.meaning for f in fields], "note"),
        axis.units(units),
        axis.fixed("file", "File", [file.records.file for file in files], "open"),
        axis.fixed("allowed", "Takes", [_takes(f) for f in fields], "note"),
        filled,
        low,
        high,
        outside,
        torn,
        axis.fixed("needed", "Needed", [_needed(f) for f in fields], "muted"),
        Column("as_of", "As of", "date", axis, Gathered(days_of)),
        axis.fixed("source", "Source", [file.source for file in files], "note"),
    )
    margin = Margin("Total", ((outside, outside_total), (torn, torn_total)))
    table = Table("Every column of data", axis, shown, margin=margin, note=NOTE)
    tab = Tab(
        "Data",
        "What each column of the data files takes, and cells that cannot be used",
        "control",
        (table, _rows_at_build(columns)),
        widths=WIDTHS,
        freeze_head=True,
    )
    return Records(outside_total, torn_total, tab)


def _rows_at_build(columns: Sequence[Recorded]) -> Table:
    """Every row of every file as one line of text."""
    files = dict.fromkeys(column.file for column in columns)
    lines = {
        f"{file.form.key}.row_{i}": line_of(file.form, row)
        for file in files
        for i, row in enumerate(file.rows, 1)
    }
    names = tuple(Entity(name.replace(".", "_"), name) for name in lines)
    axis = Axis("data_rows", "Row of data", names)
    text = axis.fixed("at_build", "Row at build", list(lines.values()), "open")
    return Table("Every row of data at the build", axis, (text,), note=NOTE_OF_ROWS)


def _name(column: Recorded) -> str:
    return column.id.replace(".", "_")


def _owned(
    axis: Axis, columns: Sequence[Recorded], key: str, label: str, counts: Sequence[Expr]
) -> Column:
    lines = tuple(
        Line(f"{_name(c)}_{key}", f"{c.id}: {label.lower()}", "1", count, show="flag")
        for c, count in zip(columns, counts, strict=True)
    )
    units = (("1", "flag"),) * len(lines)
    return Column(key, label, MIXED, axis, Owned(lines), units=units)


def _outside(column: Recorded, low: Column, high: Column) -> Expr:
    """Cells outside the range; for text, cells that are numbers."""
    if column.field.low is None:
        return counted(column.column)
    return count_outside(column.column, At(low, _name(column)), At(high, _name(column)))


def _torn(column: Recorded) -> Expr:
    """Rows that lack the cell, and cells of rows that do not count."""
    if column.field.required:
        return count_torn(column.key, column.column)
    return count_gaps(column.column, column.key)


def _needed(field: Field) -> str:
    return "always" if field.required else "may be blank"


def _takes(field: Field) -> str:
    if field.kind == "choice":
        if field.listed_in:
            return f"one of {field.listed_in}"
        return field.allowed if len(field.options) <= FEW else f"{len(field.options)} choices"
    return TAKES.get(field.kind, field.allowed)
