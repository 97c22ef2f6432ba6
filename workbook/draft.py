"""Drafts: the least xlsx that an engine can recalculate, with a layout's constants and formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from itertools import count
from typing import NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_STORED, ZipFile

from workbook.layout.places import column_letters
from workbook.layout.sheet import Cell, Excel, Layout, Sheet, digits

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
    return Drafts(
        _package(_frame(sheets, names), [whole for whole, _ in rows]),
        _package(_frame(sheets, {}), [shared for _, shared in rows]),
    )


def _package(frame: Mapping[str, str], sheets: Sequence[str]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as package:
        for name, xml in frame.items():
            package.writestr(name, xml)
        for number, rows in enumerate(sheets, 1):
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


def _rows(sheet: Sheet, names: Mapping[str, str]) -> tuple[str, str]:
    """The rows of a sheet in each draft; cells without content are left out."""
    runs = _runs(sheet)
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
        ref = f"{column_letters(cell.col)}{cell.row + 1}"
        if isinstance(cell.content, Excel):
            # without a value, one engine complains of each cell; none hands this one back
            whole.append(f'<c r="{ref}"><f>{escape(cell.content.text[1:])}</f><v>0</v></c>')
            formula = _shared(cell, cell.content, runs, names)
            shared.append(f'<c r="{ref}">{formula}<v>0</v></c>')
        else:
            text = f'<c r="{ref}"{_constant(cell.content)}</c>'
            whole.append(text)
            shared.append(text)
    end = "" if row is None else "</row>"
    return "".join(whole) + end, "".join(shared) + end


def _constant(content: float | str | date) -> str:
    if isinstance(content, str):
        return f' t="str"><v>{escape(content)}</v>'
    number = content.toordinal() - _DAY_0 if isinstance(content, date) else content
    return f"><v>{digits(number)}</v>"


class _Run(NamedTuple):
    """Cells of one formula, one below the other."""

    number: int
    rows: list[int]


def _runs(sheet: Sheet) -> dict[tuple[int, int], _Run]:
    """For each cell of a column's formula its run, by row and column."""
    numbers = count()
    latest: dict[tuple[int, int], _Run] = {}
    runs: dict[tuple[int, int], _Run] = {}
    for row, col, content, _, _ in sheet.cells:
        if isinstance(content, Excel) and content.pattern is not None:
            run = latest.get((col, id(content.pattern)))
            if run is None or run.rows[-1] != row - 1:
                run = latest[col, id(content.pattern)] = _Run(next(numbers), [])
            run.rows.append(row)
            runs[row, col] = run
    return runs


def _shared(
    cell: Cell, formula: Excel, runs: Mapping[tuple[int, int], _Run], names: Mapping[str, str]
) -> str:
    """The ``f`` element of a cell: that of a run's first cell speaks for the others."""
    run = runs.get((cell.row, cell.col))
    if run is not None and cell.row != run.rows[0]:
        return f'<f t="shared" si="{run.number}"/>'
    text = escape(_WORD.sub(lambda word: names.get(word[1] or "", word[0]), formula.text[1:]))
    if run is None or len(run.rows) == 1:
        return f"<f>{text}</f>"
    column = column_letters(cell.col)
    area = f"{column}{cell.row + 1}:{column}{run.rows[-1] + 1}"
    return f'<f t="shared" ref="{area}" si="{run.number}">{text}</f>'
