"""How much room text takes in Arial, so that wrapped rows get their height."""

from __future__ import annotations

import math

NARROW = frozenset("iljtfrI.,:;'|!()[]/ -·‹")
WIDE = frozenset("mwMW@%—×÷●▲")
EM = {"narrow": 0.31, "wide": 0.86, "upper": 0.69, "other": 0.555}
PIXELS_PER_POINT = 96 / 72
WRAP_SLACK = 0.92


def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """The width of *text* in pixels at 100 % zoom, a little over rather than under."""
    em = sum(EM[_kind(c)] for c in text)
    return em * points * PIXELS_PER_POINT * (1.08 if bold else 1.0)


def wrapped_lines(text: str, points: float, width: float, *, bold: bool = False) -> int:
    """How many lines *text* takes in a cell of *width* pixels."""
    return max(1, math.ceil(text_width(text, points, bold=bold) / (width * WRAP_SLACK)))


def _kind(character: str) -> str:
    if character in NARROW:
        return "narrow"
    if character in WIDE:
        return "wide"
    return "upper" if character.isupper() else "other"
