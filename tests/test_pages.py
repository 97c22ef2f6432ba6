"""Printed pages: where they break, what is left out, and how much room text takes."""

from __future__ import annotations

from collections import Counter

import pytest

from workbook import theme
from workbook.build import Built
from workbook.layout.measure import text_width, wrapped_lines
from workbook.layout.pages import Pages, Stretch, pages_of, paginate

ROOM = 200.0
PAGE = {"width": 11.0, "height": 8.5, "left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6}


def rows(*sizes: int, spare: int | None = None) -> list[Stretch]:
    """Blocks of so many rows each, from row 0 on; the last one has spare rows from *spare* on."""
    found, start = [], 0
    for size in sizes:
        found.append(Stretch(start, start + size))
        start += size
    last = found.pop()
    return [*found, Stretch(last.start, last.end, spare)]


def paged(stretches: list[Stretch]) -> Pages:
    """Their pages where ten rows of 20 fit on each."""
    return paginate(stretches, Counter(dict.fromkeys(range(stretches[-1].end), 20)), ROOM)


@pytest.mark.parametrize(
    ("sizes", "breaks"),
    [
        ((4, 6), ()),  # ten rows: one page
        ((4, 7), (4,)),  # 7 do not fit below 4
        ((4, 4, 4), (8,)),
        ((5, 12), (10,)),  # longer than a page and half of one is left: it starts there
        ((7, 12), (7, 17)),  # three tenths left are not worth starting on
        ((25,), (10, 20)),
    ],
)
def test_blocks_stay_whole_where_they_can(sizes: tuple[int, ...], breaks: tuple[int, ...]) -> None:
    """Pages of ten rows break before a block that does not fit, and within one that never would."""
    assert paged(rows(*sizes)) == Pages(breaks, ((0, sum(sizes) - 1),))


@pytest.mark.parametrize(("spare", "end"), [(3, 9), (10, 9), (12, 19), (0, 9), (40, 39)])
def test_empty_rows_fill_a_page_and_no_more(spare: int, end: int) -> None:
    """Of 40 rows those are printed that have data, and the empty ones on the same page."""
    found = paged(rows(40, spare=spare))
    assert found.printed == ((0, end),)
    assert found.breaks == tuple(range(10, end, 10))


def test_what_follows_empty_rows_is_printed_too() -> None:
    """A block after a form is a run of its own, which begins a page without a break."""
    form, after = Stretch(0, 30, 4), Stretch(30, 36)
    assert paged([form, after]) == Pages((), ((0, 9), (30, 35)))


def test_a_little_more_than_a_page_is_printed_on_one() -> None:
    """A tab 979 pixels wide has 689 for rows, 34 of 20 beside titles of 9; up to 1.2 pages shrink.

    979.2 = 10.2 inches × 96, 689.1 = 7.4 × 96 × 0.97.
    """
    heights = Counter({row: 1 if row < 9 else 20 for row in range(80)})

    def found(last: int) -> Pages:
        halves = [Stretch(6, 20), Stretch(20, last)]
        return pages_of(halves, heights, 9, 979, PAGE)

    assert found(43) == Pages((), ((0, 42),), single=True)
    assert found(49) == Pages((), ((0, 48),), single=True)  # 40 rows: 800 of 816
    assert found(50) == Pages((20,), ((0, 49),))


def test_words_stay_whole() -> None:
    """A line takes as many words as fit; a word longer than the cell is cut."""
    width = text_width("changed and", 9) / 0.9
    assert wrapped_lines("changed and", 9, width) == 1
    assert wrapped_lines("changed and changed and", 9, width) == 2
    assert wrapped_lines("changed changed changed", 9, width) == 3
    assert wrapped_lines("changed" * 4, 9, width) >= 3
    assert wrapped_lines("", 9, width) == 1


def test_every_purpose_fits_its_cell_on_the_cover(built: Built) -> None:
    """The list of tabs on the Cover shows what each is for, whole."""
    look = theme.load()
    room, size = look.width["cover_purpose"], float(look.font["small"])
    wide = {t.purpose: text_width(t.purpose, size) for t in built.book.tabs}
    assert {purpose: width for purpose, width in wide.items() if width > room} == {}
