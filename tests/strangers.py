"""Workbooks that this project did not make: written by hand, whole or broken on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    "</Types>"
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def links(**targets: str) -> str:
    """A part of relationships: each kind with its target, numbered from 1."""
    rows = (
        f'<Relationship Id="rId{i}" Type="{_TYPES}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_RELS}">{"".join(rows)}</Relationships>'


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A worksheet with these rows."""
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(rows: str = "", before: str = "", after: str = "", names: str = "") -> dict[str, str]:
    """The least parts of a workbook of one sheet, ``Data``."""
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_TYPES}"><sheets>'
        f'<sheet name="Data" sheetId="1" r:id="rId1"/></sheets>{names}</workbook>'
    )
    return {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": links(officeDocument="xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": links(worksheet="worksheets/sheet1.xml"),
        "xl/workbook.xml": book,
        "xl/worksheets/sheet1.xml": sheet(rows, before, after),
    }


def packed(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """A zip of these parts."""
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def written(path: Path, cells: Mapping[str, object], *, cached: object = 0) -> Path:
    """A workbook by xlsxwriter: sheet ``Calc``, each cell a value or a formula with *cached*."""
    with xlsxwriter.Workbook(path) as book:
        calc = book.add_worksheet("Calc")
        for ref, content in cells.items():
            if isinstance(content, str) and content.startswith("="):
                calc.write_formula(ref, content, None, cached)
            else:
                calc.write(ref, content)
    return path
