"""The least xlsx around sheets of cells, as engines are given it: no look and no chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELS = "application/vnd.openxmlformats-package.relationships+xml"
_PLAIN = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
# one engine wants each of these, down to the name of the only style
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Arial"/>'
    '</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/>'
    f'<top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf {_PLAIN}/>'
    f'</cellStyleXfs><cellXfs count="1"><xf {_PLAIN} xfId="0"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def escaped(text: str) -> str:
    """*text* as XML holds it between tags."""
    special = "&" in text or "<" in text or ">" in text
    return escape(text, quote=False) if special else text


def write(
    target: Path | BytesIO,
    sheets: Sequence[str],
    rows: Iterable[str],
    names: Iterable[tuple[str, str]] = (),
    *,
    from_1904: bool = False,
) -> None:
    """Put a workbook at *target*: *rows* has the ``row`` elements of each of the *sheets*.

    *names* are defined names with what they stand for. Dates count from 1904 if *from_1904*.
    Nothing is compressed: such a file is read once, on the same machine.
    """
    numbers = range(1, len(sheets) + 1)
    links = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in numbers}
    with ZipFile(target, "w", ZIP_STORED) as package:
        package.writestr("[Content_Types].xml", _types(numbers))
        package.writestr("_rels/.rels", _links({"rId1": ("officeDocument", "xl/workbook.xml")}))
        package.writestr(
            "xl/_rels/workbook.xml.rels", _links(links | {"rId0": ("styles", "styles.xml")})
        )
        package.writestr("xl/workbook.xml", _book(sheets, names, from_1904=from_1904))
        package.writestr("xl/styles.xml", _STYLES)
        for number, data in zip(numbers, rows, strict=True):
            xml = f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{data}</sheetData></worksheet>'
            package.writestr(f"xl/worksheets/sheet{number}.xml", xml)


def _types(numbers: Iterable[int]) -> str:
    kinds = {"workbook": "sheet.main", "styles": "styles"}
    kinds |= {f"worksheets/sheet{n}": "worksheet" for n in numbers}
    parts = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_KIND}.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{_RELS}"/>{parts}</Types>'
    )


def _links(targets: Mapping[str, tuple[str, str]]) -> str:
    rows = (
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(rows)}</Relationships>'


def _book(sheets: Sequence[str], names: Iterable[tuple[str, str]], *, from_1904: bool) -> str:
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, title in enumerate(sheets, 1)
    )
    defined = "".join(
        f'<definedName name="{escape(name)}">{escaped(formula)}</definedName>'
        for name, formula in names
    )
    dates = '<workbookPr date1904="1"/>' if from_1904 else ""
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{dates}<bookViews><workbookView/>'
        f"</bookViews><sheets>{listed}</sheets>"
        + (f"<definedNames>{defined}</definedNames>" if defined else "")
        + '<calcPr calcId="0" fullCalcOnLoad="1"/></workbook>'
    )
