"""How a value looks in its cell, and how a formula reads in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from workbook.a1 import EPOCH
from workbook.audit.formula import Token, tokens
from workbook.engines import CellError, Value

_UNSEEN = re.compile(r"_.|\*.|\[[^\]]*\]")
_PIECES = re.compile(r'"([^"]*)"|\\(.)|([#0?][#0?,.]*)|(.)')
_FIRST = re.compile(r'(?:"[^"]*"|\\.|[^;])*')
_FIGURES = re.compile(r"[#0?][#0?,.]*")
_DAYS = re.compile(r"[ymdhs]", re.IGNORECASE)
_APART_1904 = 1462
_THOUSAND = 1000.0

# What a reader would say for each operator between two values.
_SAID = {
    "*": " × ",
    "/": " ÷ ",
    "-": " − ",
    "+": " + ",
    "&": " & ",
    "=": " is ",
    "<>": " is not ",
    "<=": " is at most ",
    ">=": " is at least ",
    "<": " is below ",
    ">": " is above ",
    ",": ", ",
}
_UNSAID = frozenset({"", "%", "#", "x", "0 or 1", "text", "list", "date"})
"""Units that the figure shows, or that say nothing to a reader."""

_BEFORE_A_SIGN = frozenset("(,*/+-^=<>&") | {"<=", ">=", "<>"}


def scale_of(pattern: str) -> float:
    """By what a number format divides a value to show it: 1e9 for billions, 0.01 for percent.

    >>> scale_of('#,##0.000,,,_)'), scale_of("0.0%"), scale_of("General")
    (1000000000.0, 0.01, 1.0)
    """
    plain = _plain(pattern)
    found = _FIGURES.search(plain)
    commas = len(found[0]) - len(found[0].rstrip(",")) if found else 0
    return _THOUSAND**commas * (0.01 if "%" in plain else 1.0)


def shown_as(value: Value, pattern: str, *, from_1904: bool = False) -> str:
    """A value as its cell shows it, near enough to know it again; zeros and negatives in full.

    >>> shown_as(12_144_444_444.0, '$#,##0.000,,," bn"_)'), shown_as(0.5, "0.0%")
    ('$12.144 bn', '50.0%')
    >>> shown_as(46082.0, "yyyy-mm-dd")
    '2026-03-01'
    """
    match value:
        case None:
            return "(blank)"
        case CellError(code=code):
            return code
        case bool():
            return str(value).upper()
        case str():
            return f"“{value}”" if value else "(blank)"
    return _figure(value, _plain(pattern), pattern, from_1904=from_1904)


def with_unit(shown: str, unit: str) -> str:
    """What a cell shows with its unit, as people write it.

    >>> with_unit("$18.00", "$ bn"), with_unit("12.144", "bn H100e-hr"), with_unit("50.0%", "%")
    ('$18.00 bn', '12.144 bn H100e-hr', '50.0%')
    >>> with_unit("4.00 : 1", "chips : H100e"), with_unit("3", "#"), with_unit("-3", "$ / hr")
    ('4.00 : 1 (chips : H100e)', '3', '-$3 / hr')
    """
    if unit in _UNSAID or (unit and shown.endswith(unit)):
        return shown
    if unit[0] == "$" and "$" not in shown:
        shown = f"-${shown[1:]}" if shown.startswith("-") else f"${shown}"
    if unit[0] in "$%" and unit[0] in shown:
        unit = unit[1:].strip()
    return f"{shown} ({unit})" if " : " in unit else f"{shown} {unit}".rstrip()


def in_words(formula: str, label: Callable[[Token], str]) -> str:
    """The formula with what *label* says for each reference and name, and words for operators.

    >>> in_words("A1*-(B1+2)", lambda token: token.text.lower())
    'a1 × -(b1 + 2)'
    """
    words = [token for token in tokens(formula) if token.kind != "space"]
    before = [Token("operator", "("), *words]
    return "".join(_said(last, word, label) for last, word in pairwise(before))


def _said(last: Token, word: Token, label: Callable[[Token], str]) -> str:
    if word.kind in ("reference", "name"):
        return label(word)
    signed = last.kind == "operator" and last.text in _BEFORE_A_SIGN
    if word.kind == "operator" and not (signed and word.text in "+-"):
        return _SAID.get(word.text, word.text)
    return word.text


def _plain(pattern: str) -> str:
    """The part of a number format that positive numbers take, without its literals."""
    pieces = _PIECES.finditer(_section(pattern))
    return "".join(piece[3] or piece[4] or "" for piece in pieces)


def _section(pattern: str) -> str:
    """The part that positive numbers take, without colours and the room it leaves."""
    return _UNSEEN.sub("", _FIRST.match(pattern)[0])  # type: ignore[index]  # it fits everything


def _figure(value: float, plain: str, pattern: str, *, from_1904: bool) -> str:
    found = _FIGURES.search(plain)
    if "E" in plain and found:
        return f"{value:.3g}"
    if found is None or "/" in plain:
        days = value + (_APART_1904 if from_1904 else 0)
        if _DAYS.search(plain) and "general" not in plain.lower() and days >= 1:
            return date.fromordinal(EPOCH.toordinal() + int(days)).isoformat()
        return f"{value:.12g}"
    places = len(found[0].rstrip(",").partition(".")[2])
    number = f"{abs(value) / scale_of(pattern):,.{places}f}"
    pieces = _PIECES.finditer(_section(pattern))
    said = "".join(number if m[3] else m[1] or m[2] or m[4] or "" for m in pieces)
    return f"{'-' if value < 0 else ''}{said.strip()}"
