"""How a value looks in its cell, and how a formula reads in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from workbook.audit.formula import Token, tokens
from workbook.engines import CellError, Value

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_FIGURES = re.compile(r"[#0?][#0?,.]*")
_DAYS = re.compile(r"[ymdhs]", re.IGNORECASE)
_EPOCH = date(1899, 12, 30).toordinal()
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
    """A value as its cell shows it, near enough to know it again: without colours and literals.

    >>> shown_as(12_144_444_444.0, '#,##0.000,,,_)'), shown_as(0.5, "0.0%")
    ('12.144', '50.0%')
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
            return f"“{value}”"
    return _figure(value, _plain(pattern), pattern, from_1904=from_1904)


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
    return _LITERAL.sub("", pattern).partition(";")[0]


def _figure(value: float, plain: str, pattern: str, *, from_1904: bool) -> str:
    found = _FIGURES.search(plain)
    if "E" in plain and found:
        return f"{value:.3g}"
    if found is None:
        days = value + (_APART_1904 if from_1904 else 0)
        if _DAYS.search(plain) and "general" not in plain.lower() and days >= 1:
            return date.fromordinal(_EPOCH + int(days)).isoformat()
        return f"{value:.12g}"
    places = len(found[0].rstrip(",").partition(".")[2])
    scaled = value / scale_of(pattern)
    return f"{scaled:,.{places}f}{'%' if '%' in plain else ''}"
