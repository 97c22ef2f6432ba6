"""How much room text takes in Arial, so that wrapped rows get their height."""

from __future__ import annotations

import math

# Widths of Arial's letters, in parts of the type size; what is not here is as wide as a digit.
EM = {
    letter: em
    for letters, em in (
        ("ijl|'", 0.222),
        (" .,:;!/[]ftI·", 0.278),
        ("r()-‹", 0.333),
        ("ckvxyzsJ", 0.5),
        ("FTLZ", 0.611),
        ("ABEKPSVXY", 0.667),
        ("wCDHNRUGOQ", 0.722),
        ("mM%W@●▲—", 0.9),
    )
    for letter in letters
}
DIGIT_EM = 0.556
WIDEST_EM = max(EM.values())
BOLDER = 1.08
PIXELS_PER_POINT = 96 / 72
WRAP_SLACK = 0.93


def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """The width of *text* in pixels at 100 % zoom, a little over rather than under."""
    em = sum(EM.get(c, DIGIT_EM) for c in text)
    return em * points * PIXELS_PER_POINT * (BOLDER if bold else 1.0)


def wrapped_lines(text: str, points: float, width: float, *, bold: bool = False) -> int:
    """How many lines *text* takes in a cell of *width* pixels."""
    if len(text) * WIDEST_EM * points * PIXELS_PER_POINT * BOLDER <= width * WRAP_SLACK:
        return 1
    return max(1, math.ceil(text_width(text, points, bold=bold) / (width * WRAP_SLACK)))
