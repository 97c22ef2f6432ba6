"""The formula cells of an xlsx and their cached values, read straight from its XML."""

import posixpath
import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree as ET
from zipfile import ZIP_STORED, ZipFile

from workbook.engines.base import Cell, CellError, Value

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CELL, _FORMULA, _VALUE, _SHEET = (f"{_MAIN}{tag}" for tag in ("c", "f", "v", "sheet"))
_NAME = f"{_MAIN}definedName"
_FORMULA_TEXT = re.compile(rb"(?<=<f>)[^<]+")
# In a formula: a text, a sheet's name in quotes, an entity of XML; else a word that may be a name,
# unless it goes on as the name of a sheet or a function.
_WORD = re.compile(rb"\"[^\"]*\"|'[^']*'|&\w+;|(?<![\w.$!])([A-Za-z_][\w.]*)(?![\w.(!])")


class FormulaCell(NamedTuple):
    """One formula (without its equals sign) and its cached value; None if it has none."""

    cell: Cell
    formula: str
    cached: Value


def formula_cells(data: bytes) -> list[FormulaCell]:
    """Every formula cell of the xlsx *data*, sheet by sheet, in reading order."""
    with ZipFile(BytesIO(data)) as package:
        return [
            found
            for name, part in _sheets(package)
            for found in _formula_cells(name, package.read(part))
        ]


def sheet_names(data: bytes) -> list[str]:
    """The sheets' names of the xlsx *data*, in order."""
    with ZipFile(BytesIO(data)) as package:
        return [name for name, _ in _sheets(package)]


def by_address(data: bytes) -> bytes:
    """The xlsx *data* with cells in place of their defined names in formulas, not compressed.

    Some engines look every name up among all others. What an engine gives for this file agrees
    with the named one's only where the names are bound to the right cells.
    """
    with ZipFile(BytesIO(data)) as package:
        book = _parsed(package.read("xl/workbook.xml"))
        cells = {
            each.get("name", "").encode(): (each.text or "").encode()
            for each in book.iter(_NAME)
            if each.get("localSheetId") is None
        }
        sheets = {part for _, part in _sheets(package)}
        out = BytesIO()
        with ZipFile(out, "w", ZIP_STORED) as plain:
            for part in package.namelist():
                xml = package.read(part)
                plain.writestr(part, _spelled_by(cells, xml) if part in sheets else xml)
    return out.getvalue()


def _spelled_by(cells: dict[bytes, bytes], xml: bytes) -> bytes:
    def cell(word: re.Match[bytes]) -> bytes:
        return cells.get(word[1] or b"", word[0])

    return _FORMULA_TEXT.sub(lambda formula: _WORD.sub(cell, formula[0]), xml)


def _parsed(xml: bytes) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 - the writer's own output, not a stranger's file


def _sheets(package: ZipFile) -> Iterator[tuple[str, str]]:
    links = _parsed(package.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links.iter(_PACKAGE)}
    for sheet in _parsed(package.read("xl/workbook.xml")).iter(_SHEET):
        target = targets[sheet.get(_RELATIONSHIP)]
        yield sheet.get("name", ""), posixpath.join("/xl", target).removeprefix("/")


def _formula_cells(sheet: str, xml: bytes) -> Iterator[FormulaCell]:
    for element in _parsed(xml).iter(_CELL):
        formula = element.find(_FORMULA)
        if formula is not None:
            cell = Cell(sheet, element.get("r", ""))
            yield FormulaCell(cell, formula.text or "", _cached(element))


def _cached(element: ET.Element) -> Value:
    found = element.find(_VALUE)
    if found is None:
        return None
    text = found.text or ""
    match element.get("t"):
        case "str":
            return text
        case "b":
            return text == "1"
        case "e":
            return CellError(text)
        case _:
            return float(text) if text else None
