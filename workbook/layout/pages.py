"""Pages: where a printed tab breaks, so that blocks stay whole, and which of its rows are printed.

A tab is printed to the width of a page, so its scale is known, and with it the rows of a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.layout.measure import PIXELS_PER_INCH

FITS = 0.97
"""Part of a page's height that is counted on: programs draw rows a little higher or lower."""

WORTH_STARTING = 0.4
"""Part of a page that must be left for a block longer than a page to start there."""

SHRUNK = 1.2
"""Pages that are printed on one, a little smaller."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of a block, *end* not included; those from *spare* on are kept ready, and empty."""

    start: int
    end: int
    spare: int | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """The first rows of pages, and the runs of rows that are printed, both ends included."""

    breaks: tuple[int, ...] = ()
    printed: tuple[tuple[int, int], ...] = ()
    single: bool = False


def pages_of(
    stretches: Sequence[Stretch],
    heights: Mapping[int, int],
    titles: int,
    wide: int,
    page: Mapping[str, float],
) -> Pages:
    """The pages of a tab *wide* pixels wide, each of which repeats the first *titles* rows.

    *stretches* are its blocks, from the first row below the header on.
    """
    across = page["width"] - page["left"] - page["right"]
    down = page["height"] - page["top"] - page["bottom"]
    percent = min(100, int(100 * across * PIXELS_PER_INCH / wide))
    repeated = sum(heights[row] for row in range(titles))
    room = FITS * down * PIXELS_PER_INCH * 100 / percent - repeated
    first, *rest = stretches
    found = paginate((Stretch(titles, first.end, first.spare), *rest), heights, room)
    (_, end), *others = found.printed
    body = sum(heights[row] for row in range(titles, end + 1))
    if not others and body <= SHRUNK * room:
        return Pages((), ((0, end),), single=True)
    return Pages(found.breaks, ((0, end), *others))


def paginate(stretches: Sequence[Stretch], heights: Mapping[int, int], room: float) -> Pages:
    """The pages of *stretches*, which follow each other, with *room* for rows of these heights.

    A stretch goes to the next page where it would not fit on this one. One with spare rows ends
    with the page of its last filled row, so that there is room to write and no page without data;
    what follows is a run of its own, on a new page.
    """
    breaks: list[int] = []
    runs: list[tuple[int, int]] = []
    first, used = stretches[0].start, 0.0
    for stretch in stretches:
        height = sum(heights[row] for row in range(stretch.start, stretch.end))
        left = room - used
        if used and height > left and (height <= room or left < WORTH_STARTING * room):
            breaks.append(stretch.start)
            used = 0.0
        end = stretch.end
        for row in range(stretch.start, stretch.end):
            if used and used + heights[row] > room:
                if stretch.spare is not None and row >= stretch.spare:
                    end = row
                    break
                breaks.append(row)
                used = 0.0
            used += heights[row]
        if end < stretch.end:
            runs.append((first, end - 1))
            first, used = stretch.end, 0.0
    if first < stretches[-1].end:
        runs.append((first, stretches[-1].end - 1))
    starts = {start for start, _ in runs}
    return Pages(tuple(row for row in breaks if row not in starts), tuple(runs))
