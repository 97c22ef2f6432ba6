"""Rows of a form into the text of its CSV file: lines that say the same stay as they were."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

from workbook.data import Field, Form
from workbook.data.line import joined, text_of
from workbook.roundtrip.findings import Value, same

Row = Mapping[str, Value]
"""The cells of a row by the key of their column; None where blank."""


def rewritten_csv(
    form: Form[object], text: str, before: Sequence[Row], after: Sequence[Row]
) -> str:
    """The text of a file that says *before*, with the rows of *after* in its place.

    The order of columns, the line ends, and each line that still says the same are kept, and in
    the others each cell that does.
    """
    lines = text.splitlines(keepends=True)
    (head_text, head), *body = _records(lines)
    columns = [_column(form, name) for name in head]
    more = [c for c in form.columns if c not in columns and any(_given(row, c) for row in after)]
    ending = head_text[len(_bare(head_text)) :] or "\n"
    known = {key_of(form, row): (own, row) for own, row in zip(body, before, strict=True)}
    written = [_with(head_text, [column.head for column in more])]
    for row in after:
        (raw, cells), was = known.get(key_of(form, row), (("", ()), None))
        if was is None or not all(same(row.get(c.key), was.get(c.key)) for c in columns):
            raw = joined(_cells(columns, row, was, cells))
        written.append(_with(raw, [text_of(c, row.get(c.key)) for c in more]))
    whole = ending.join(written)
    return whole + ending if text.endswith(("\r", "\n")) or len(after) != len(before) else whole


def _given(row: Row, column: Field) -> bool:
    return row.get(column.key) is not None


def _bare(record: str) -> str:
    return record.rstrip("\r\n")


def _with(record: str, cells: Sequence[str]) -> str:
    """A record without its line end, and more cells behind its last."""
    return _bare(record) + (joined(["", *cells]) if cells else "")


def lines_of(text: str) -> list[int]:
    """The line that each record after the header begins on, from 1."""
    lines = text.splitlines(keepends=True)
    reader, starts, before = csv.reader(lines, strict=True), [], 0
    for cells in reader:
        if any(cell.strip(" ") for cell in cells):
            starts.append(before + 1)
        before = reader.line_num
    return starts[1:]


def key_of(form: Form[object], row: Row) -> tuple[str, ...]:
    """What tells a row from the others of its file."""
    return tuple(text_of(form.column(key), row.get(key)).casefold() for key in form.unique)


def _records(lines: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Each record with its own text; blank ones are left out, as in reading."""
    reader = csv.reader(lines, strict=True)
    found, start = [], 0
    for cells in reader:
        if any(cell.strip(" ") for cell in cells):
            found.append(("".join(lines[start : reader.line_num]), tuple(cells)))
        start = reader.line_num
    return found


def _column(form: Form[object], name: str) -> Field:
    wanted = name.strip(" ").casefold()
    return next(c for c in form.columns if wanted in (c.key.casefold(), c.head.casefold()))


def _cells(columns: Sequence[Field], row: Row, was: Row | None, texts: Sequence[str]) -> list[str]:
    return [
        texts[at]
        if was is not None and same(row.get(column.key), was.get(column.key))
        else text_of(column, row.get(column.key))
        for at, column in enumerate(columns)
    ]
