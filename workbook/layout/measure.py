"""How much room text takes in Arial, so that wrapped rows get their height."""

from __future__ import annotations

import math

# Widths of Arial's letters, in parts of the type size; what is in no group is as wide as a digit.
EM = (
    (frozenset("ijl|'"), 0.222),
    (frozenset(" .,:;!/[]ftI·"), 0.278),
    (frozenset("r()-‹"), 0.333),
    (frozenset("ckvxyzsJ"), 0.5),
    (frozenset("wCDHNRUGOQ"), 0.722),
    (frozenset("ABEKPSVXYFTLZ"), 0.667),
    (frozenset("mM%W@●▲—"), 0.9),
)
DIGIT_EM = 0.556
PIXELS_PER_POINT = 96 / 72
WRAP_SLACK = 0.93


def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """The width of *text* in pixels at 100 % zoom, a little over rather than under."""
    em = sum(_em(c) for c in text)
    return em * points * PIXELS_PER_POINT * (1.08 if bold else 1.0)


def wrapped_lines(text: str, points: float, width: float, *, bold: bool = False) -> int:
    """How many lines *text* takes in a cell of *width* pixels."""
    return max(1, math.ceil(text_width(text, points, bold=bold) / (width * WRAP_SLACK)))


def _em(character: str) -> float:
    return next((em for letters, em in EM if character in letters), DIGIT_EM)
