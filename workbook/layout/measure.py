"""How much room text takes in Arial, so that wrapped rows get their height."""

from __future__ import annotations

import math
from functools import lru_cache

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
PIXELS_PER_INCH = 96
PIXELS_PER_POINT = PIXELS_PER_INCH / 72
WIDEST_EM = max(EM.values())
BOLDER = 1.08
WRAP_SLACK = 0.93


@lru_cache(maxsize=1 << 14)
def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """The width of *text* in pixels at 100 % zoom, a little over rather than under."""
    em = sum(EM.get(c, DIGIT_EM) for c in text)
    return em * points * PIXELS_PER_POINT * (BOLDER if bold else 1.0)


def wrapped_lines(text: str, points: float, width: float, *, bold: bool = False) -> int:
    """How many lines *text* takes in a cell of *width* pixels; words are cut where none fits."""
    room = width * WRAP_SLACK
    if len(text) * WIDEST_EM * points * PIXELS_PER_POINT * BOLDER <= room:
        return 1
    if text_width(text, points, bold=bold) <= room:
        return 1
    blank = text_width(" ", points, bold=bold)
    lines, left = 1, room
    for word in text.split(" "):
        size = text_width(word, points, bold=bold)
        if left < room and size > left:
            lines, left = lines + 1, room
        cuts = max(0, math.ceil(size / left) - 1)
        lines, left = lines + cuts, left - size + cuts * room - blank
    return lines
