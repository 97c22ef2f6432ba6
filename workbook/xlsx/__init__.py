"""The writer: a layout into the bytes of an xlsx file. The only package that knows xlsxwriter."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from workbook.xlsx.faults import WriteError
from workbook.xlsx.writer import Writer

if TYPE_CHECKING:
    from workbook.layout.sheet import Cached, Layout
    from workbook.theme import Theme

__all__ = ["WriteError", "write"]


def write(
    layout: Layout,
    theme: Theme,
    created: datetime,
    values: Mapping[tuple[str, str], Cached] | None = None,
) -> bytes:
    """The workbook as bytes: the same layout, values and time give the same bytes.

    *values* has the cached value of each formula cell, by sheet and reference; a cell that it
    does not have shows 0 until a program recalculates it.
    """
    buffer = io.BytesIO()
    # column widths count digits of the default font, so it is the theme's
    default = {"font_name": theme.font["family"], "font_size": theme.font["body"]}
    options = {"in_memory": True, "default_format_properties": default}
    book = xlsxwriter.Workbook(buffer, options)
    Writer(book, theme, values or {}).write(layout, created)
    book.close()
    return buffer.getvalue()
