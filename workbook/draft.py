"""Drafts: the least xlsx that an engine can recalculate, with a layout's constants and formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import NamedTuple

from workbook import frame
from workbook.a1 import serial
from workbook.frame import escaped
from workbook.layout.places import Place
from workbook.layout.sheet import Cell, Excel, Layout, Sheet, digits

# In a formula: a text, a sheet's name in quotes; else a word that may be a name, unless it goes on
# as the name of a sheet or a function.
_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|(?<![\w.$!])([A-Za-z_][\w.]*)(?![\w.(!])")


class Drafts(NamedTuple):
    """Two drafts of one layout.

    *whole* has each formula as it will stand in the file, names and all. *shared* has cells in
    place of names, and one formula for all rows of a column: some engines look every name up among
    all others, and read every formula anew. What one engine gives for the one draft agrees with
    what another gives for the other only where names are bound to the right cells and the rows of
    a column follow from its first.
    """

    whole: bytes
    shared: bytes


def drafts(layout: Layout) -> Drafts:
    """Both drafts of a layout."""
    names = {name: f"{place.sheet}!{place.fixed_ref}" for name, place in layout.names.items()}
    rows = [_rows(sheet, names) for sheet in layout.sheets]
    sheets = [sheet.name for sheet in layout.sheets]
    whole, shared = BytesIO(), BytesIO()
    frame.write(whole, sheets, [each for each, _ in rows], names.items())
    frame.write(shared, sheets, [each for _, each in rows])
    return Drafts(whole.getvalue(), shared.getvalue())


def _rows(sheet: Sheet, names: Mapping[str, str]) -> tuple[str, str]:
    """The rows of a sheet in each draft; cells without content are left out."""
    numbers: dict[Place, int] = {}
    whole, shared = list[str](), list[str]()
    row = None
    for cell in sheet.cells:
        if cell.content is None:
            continue
        if cell.row != row:
            begin = f'{"" if row is None else "</row>"}<row r="{cell.row + 1}">'
            row = cell.row
            whole.append(begin)
            shared.append(begin)
        ref = cell.ref
        if isinstance(cell.content, Excel):
            # without a value, one engine complains of each cell; none hands this one back
            whole.append(f'<c r="{ref}"><f>{escaped(cell.content.text[1:])}</f><v>0</v></c>')
            formula = _shared(cell, cell.content, names, numbers)
            shared.append(f'<c r="{ref}">{formula}<v>0</v></c>')
        else:
            text = f'<c r="{ref}"{_constant(cell.content)}</c>'
            whole.append(text)
            shared.append(text)
    end = "" if row is None else "</row>"
    return "".join(whole) + end, "".join(shared) + end


def _constant(content: float | str | date) -> str:
    if isinstance(content, str):
        return f' t="str"><v>{escaped(content)}</v>'
    number = serial(content) if isinstance(content, date) else content
    return f"><v>{digits(number)}</v>"


def _shared(cell: Cell, formula: Excel, names: Mapping[str, str], numbers: dict[Place, int]) -> str:
    """The ``f`` element of a cell: that of a column's first cell speaks for the others."""
    column = formula.column
    if column is not None and cell.row != column.first.row:
        return f'<f t="shared" si="{numbers[column.first]}"/>'
    text = escaped(_WORD.sub(lambda word: names.get(word[1] or "", word[0]), formula.text[1:]))
    if column is None or column.count == 1:
        return f"<f>{text}</f>"
    number = numbers[column.first] = len(numbers)
    area = f"{column.first.ref}:{column.last.ref}"
    return f'<f t="shared" ref="{area}" si="{number}">{text}</f>'
