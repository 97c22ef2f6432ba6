"""The styles of a workbook: what each style number means for a cell."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from workbook.audit.facts import Look
from workbook.audit.sheetpart import child, children, is_on

# What these numbers mean is told in no file: ECMA-376, part 1, 18.8.30.
_BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
}


def looks(root: ET.Element) -> tuple[Look, ...]:
    """The look of each style number, in order; one plain look where the file has none."""
    fonts = list(children(child(root, "fonts"), "font"))
    fills = list(children(child(root, "fills"), "fill"))
    custom = {
        int(element.get("numFmtId", "0")): element.get("formatCode", "")
        for element in children(child(root, "numFmts"), "numFmt")
    }
    shows = _BUILT_IN | custom
    styles = list(children(child(root, "cellXfs"), "xf"))
    return tuple(_look(style, fonts, fills, shows) for style in styles) or (Look(),)


def _look(
    style: ET.Element, fonts: list[ET.Element], fills: list[ET.Element], shows: dict[int, str]
) -> Look:
    font = _nth(fonts, style.get("fontId"))
    pattern = child(_nth(fills, style.get("fillId")), "patternFill")
    solid = pattern is not None and pattern.get("patternType", "none") != "none"
    protection = child(style, "protection")
    bold = child(font, "b")
    return Look(
        font=_colour(child(font, "color")),
        fill=_colour(child(pattern, "fgColor")) if solid else "",
        bold=bold is not None and bold.get("val", "1") in ("1", "true"),
        show=shows.get(int(style.get("numFmtId", "0")), "General"),
        locked=protection is None or is_on(protection, "locked", "1"),
        wrapped=is_on(child(style, "alignment"), "wrapText"),
    )


def _nth(items: list[ET.Element], at: str | None) -> ET.Element | None:
    return items[int(at)] if at is not None and int(at) < len(items) else None


def _colour(element: ET.Element | None) -> str:
    """RRGGBB, without the alpha that no spreadsheet shows; ``theme 4``, ``indexed 9`` or empty."""
    if element is None:
        return ""
    if rgb := element.get("rgb"):
        return rgb[-6:].upper()
    for kind in ("theme", "indexed"):
        if number := element.get(kind):
            return f"{kind} {number}"
    return ""
