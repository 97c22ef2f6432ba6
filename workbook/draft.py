"""Drafts: the least xlsx that an engine can recalculate, with a layout's constants and formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from io import BytesIO
from typing import TypeAlias
from xml.sax.saxutils import escape
from zipfile import ZIP_STORED, ZipFile

from workbook.layout.places import column_letters
from workbook.layout.sheet import Cell, Excel, Layout, Sheet

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PLAIN = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
# one engine wants each of these, down to the name of the only style
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="10"/><name val="Arial"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf {_PLAIN}/></cellStyleXfs>'
    f'<cellXfs count="1"><xf {_PLAIN} xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_DAY_0 = date(1899, 12, 30).toordinal()

# In a formula: a text, a sheet's name in quotes; else a word that may be a name, unless it goes on
# as the name of a sheet or a function.
_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|(?<![\w.$!])([A-Za-z_][\w.]*)(?![\w.(!])")

_Spelled: TypeAlias = Callable[[Cell, Excel], str]
"""What gives the ``f`` element of a formula cell."""


def whole(layout: Layout) -> bytes:
    """A draft in which each formula stands as it will in the file, names and all."""
    return _package(layout, lambda _: _whole, _bound(layout))


def shared(layout: Layout) -> bytes:
    """A draft with cells in place of names, in which a column has one formula for all its rows.

    Some engines look every name up among all others, and read every formula anew. What one gives
    for this draft agrees with what another gives for the whole one only where names are bound to
    the right cells and the rows of a column follow from its first.
    """
    names = _bound(layout)
    return _package(layout, lambda sheet: _shared(sheet, names), {})


def _bound(layout: Layout) -> dict[str, str]:
    return {name: f"{place.sheet}!{place.fixed_ref}" for name, place in layout.names.items()}


def _whole(_: Cell, formula: Excel) -> str:
    return f"<f>{escape(formula.text[1:])}</f>"


def _shared(sheet: Sheet, names: Mapping[str, str]) -> _Spelled:
    runs = _runs(sheet)

    def by_address(word: re.Match[str]) -> str:
        return names.get(word[1] or "", word[0])

    def spelled(cell: Cell, formula: Excel) -> str:
        number, first, last = runs.get((cell.row, cell.col), (0, 0, 0))
        if first < cell.row <= last:
            return f'<f t="shared" si="{number}"/>'
        text = escape(_WORD.sub(by_address, formula.text[1:]))
        if first == last:
            return f"<f>{text}</f>"
        column = column_letters(cell.col)
        area = f"{column}{first + 1}:{column}{last + 1}"
        return f'<f t="shared" ref="{area}" si="{number}">{text}</f>'

    return spelled


def _runs(sheet: Sheet) -> dict[tuple[int, int], tuple[int, int, int]]:
    """For each cell of a column's formula its run: number, first row, last row."""
    rows: dict[tuple[int, int], list[list[int]]] = {}
    for cell in sheet.cells:
        if isinstance(cell.content, Excel) and cell.content.pattern is not None:
            found = rows.setdefault((cell.col, id(cell.content.pattern)), [])
            if not found or found[-1][-1] != cell.row - 1:
                found.append([])
            found[-1].append(cell.row)
    runs = [(col, run) for (col, _), found in rows.items() for run in found]
    return {
        (row, col): (number, run[0], run[-1])
        for number, (col, run) in enumerate(runs)
        for row in run
    }


def _package(
    layout: Layout, spelling: Callable[[Sheet], _Spelled], names: Mapping[str, str]
) -> bytes:
    sheets = [sheet.name for sheet in layout.sheets]
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as package:
        for name, xml in _frame(sheets, names).items():
            package.writestr(name, xml)
        for number, sheet in enumerate(layout.sheets, 1):
            rows = "".join(_rows(sheet, spelling(sheet)))
            xml = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            package.writestr(f"xl/worksheets/sheet{number}.xml", xml)
    return out.getvalue()


def _frame(sheets: list[str], names: Mapping[str, str]) -> dict[str, str]:
    """The parts around the sheets."""
    numbers = range(1, len(sheets) + 1)
    overrides = [("workbook", "sheet.main"), ("styles", "styles")]
    overrides += [(f"worksheets/sheet{i}", "worksheet") for i in numbers]
    links = [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in numbers]
    links.append(("rId0", "styles", "styles.xml"))
    listed = [
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(sheets, 1)
    ]
    bound = [f'<definedName name="{name}">{cell}</definedName>' for name, cell in names.items()]
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            + "".join(
                f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
                for part, kind in overrides
            )
            + "</Types>"
        ),
        "_rels/.rels": _links([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{"".join(listed)}</sheets>'
            + (f"<definedNames>{''.join(bound)}</definedNames>" if bound else "")
            + "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _links(links),
        "xl/styles.xml": _STYLES,
    }


def _links(links: list[tuple[str, str, str]]) -> str:
    listed = [
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, kind, target in links
    ]
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(listed)}</Relationships>'


def _rows(sheet: Sheet, spelled: _Spelled) -> Iterator[str]:
    """The rows of a sheet; cells without content are left out."""
    row = -1
    for cell in sheet.cells:
        if cell.content is None:
            continue
        if cell.row != row:
            yield f'</row><row r="{cell.row + 1}">' if row >= 0 else f'<row r="{cell.row + 1}">'
            row = cell.row
        yield _cell(cell, f"{column_letters(cell.col)}{row + 1}", spelled)
    if row >= 0:
        yield "</row>"


def _cell(cell: Cell, ref: str, spelled: _Spelled) -> str:
    content = cell.content
    if isinstance(content, Excel):
        # without a value, one engine complains of each cell; none hands this one back
        return f'<c r="{ref}">{spelled(cell, content)}<v>0</v></c>'
    if isinstance(content, str):
        return f'<c r="{ref}" t="str"><v>{escape(content)}</v></c>'
    if isinstance(content, date):
        return f'<c r="{ref}"><v>{content.toordinal() - _DAY_0}</v></c>'
    return f'<c r="{ref}"><v>{content!r}</v></c>'
