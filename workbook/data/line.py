"""A row of a form as one line of text, and such a line as a row again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from workbook.data.cell import Refused, parsed
from workbook.data.field import Field, Found
from workbook.data.form import Form, R


def text_of(column: Field, value: Found) -> str:
    """A value as a file has it: dates as 2026-02-24, months as 2026-02, numbers plainly."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:7] if column.kind == "month" else value.isoformat()
    if isinstance(value, float | int):
        return repr(int(value)) if value == int(value) else repr(float(value))
    return value


def joined(cells: Sequence[str], ending: str = "") -> str:
    """The cells of one record with commas between them."""
    file = io.StringIO()
    csv.writer(file, lineterminator=ending).writerow(cells)
    return file.getvalue()


def line_of(form: Form[R], row: R) -> str:
    """A row as one line, its cells in the order of the form's columns."""
    values = (getattr(row, part.name) for part in fields(row))  # type: ignore[arg-type]  # any dataclass
    return joined([text_of(c, value) for c, value in zip(form.columns, values, strict=True)])


def row_of(form: Form[R], line: str) -> R | None:
    """The row that a line says; None where it is no line of this form."""
    cells = next(csv.reader([line]), [])
    if len(cells) != len(form.columns):
        return None
    try:
        values = [parsed(c, text, None) for c, text in zip(form.columns, cells, strict=True)]
    except Refused:
        return None
    return form.row(**{c.key: v for c, v in zip(form.columns, values, strict=True)})
