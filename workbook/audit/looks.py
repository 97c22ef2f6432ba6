"""What a colour and a number format say of a cell, whatever their exact shade or pattern."""

from __future__ import annotations

import colorsys
import math
import re
from functools import lru_cache

BLACK, BLUE, GREEN, PURPLE, OTHER = "black", "blue", "green", "purple", "another colour"
"""Families of font colours; black is every shade that is too dark or too grey to be a colour."""

_DARK, _GREY = 0.15, 0.22
_FAMILIES = ((85, 175, GREEN), (195, 250, BLUE), (250, 300, PURPLE))
_RGB = re.compile(r"[0-9A-F]{6}")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_(.)|\[[^\]]*\]|\*.')


def hue(colour: str) -> str:
    """The family of a font colour given as RRGGBB; a theme's colour is taken as black.

    >>> hue("1646C9"), hue("0B6B3A"), hue("6B3FA0"), hue("0F1B2D"), hue("8E1B12")
    ('blue', 'green', 'purple', 'black', 'another colour')
    """
    if not _RGB.fullmatch(colour):
        return BLACK
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    turn, light, strength = colorsys.rgb_to_hls(red, green, blue)
    if light < _DARK or strength < _GREY:
        return BLACK
    return next((name for low, high, name in _FAMILIES if low <= turn * 360 < high), OTHER)


def shown_length(value: float, pattern: str) -> int:
    """About how many characters a number takes in a number format; 0 where that cannot be told.

    >>> shown_length(12_144_285_714, '#,##0.000,,,_);(#,##0.000,,,);"–"_);@_)')
    7
    """
    bare, around, is_number = _read(_section(value, pattern))
    return around + (_digits(abs(value), bare) if is_number else 0)


@lru_cache(maxsize=1024)
def _read(section: str) -> tuple[str, int, bool]:
    """A section without its literals, how long these are, and whether a number is shown in it."""
    bare = _LITERAL.sub("", section)
    around = sum(len(m[1] or m[2] or m[3] or "") for m in _LITERAL.finditer(section))
    is_number = bool(re.search(r"[0#]", bare)) and not re.search(r"[ymdhs]", bare, re.IGNORECASE)
    return bare, around if is_number or not bare else 0, is_number


def _section(value: float, pattern: str) -> str:
    parts = _sections(pattern)
    if value == 0 and len(parts) > 2:  # noqa: PLR2004 - the third part is for zero
        return parts[2]
    return parts[1] if value < 0 and len(parts) > 1 else parts[0]


@lru_cache(maxsize=1024)
def _sections(pattern: str) -> list[str]:
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', pattern)


def _digits(value: float, bare: str) -> int:
    """The length of the number itself, with signs that stand in the pattern."""
    exponent = re.search(r"E[+-]0+", bare)
    body = bare[: exponent.start()] if exponent else bare
    tail = re.search(r"[0#](,+)(?![0#,.])", body)
    value *= 100 ** body.count("%") / 1000 ** (len(tail[1]) if tail else 0)
    core = re.sub(r",+(?![0#])", "", body)
    whole, _, fraction = core.partition(".")
    decimals = len(re.findall(r"[0#?]", fraction))
    other = len(re.sub(r"[0#?,.]", "", core))
    if exponent:
        return len(exponent[0]) + 1 + decimals + (decimals > 0) + other
    size = max(1, math.floor(math.log10(value)) + 1) if value >= 1 else 1
    commas = (size - 1) // 3 if "," in whole else 0
    return size + commas + decimals + (decimals > 0) + other
