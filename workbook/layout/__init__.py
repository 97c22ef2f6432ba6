"""Addresses: every leaf gets its tab, cell and name, and every formula its text. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import assert_never

from workbook.book import (
    Block,
    Book,
    Cards,
    Charts,
    Contents,
    Legend,
    Lines,
    Prose,
    Selector,
    Tab,
    Table,
)
from workbook.layout.band import place_band
from workbook.layout.blocks import place_contents, place_legend, place_lines, place_prose
from workbook.layout.canvas import BODY_ROW, Canvas
from workbook.layout.dashboard import place_cards, place_charts, place_selector
from workbook.layout.grid import LABEL
from workbook.layout.pages import Stretch
from workbook.layout.places import LayoutError, Place
from workbook.layout.sheet import Cell, Excel, Layout, Sheet
from workbook.layout.spell import Atlas
from workbook.layout.tables import place_across, place_down
from workbook.theme import Theme

__all__ = ["Cell", "Excel", "Layout", "LayoutError", "Place", "Sheet", "lay_out"]


def lay_out(book: Book, theme: Theme) -> Layout:
    """The book with every cell, name and formula in its place.

    Raises LayoutError for a line that is used but not shown, shown twice, or misnamed.
    """
    atlas, names = Atlas(), dict[str, Place]()
    canvases = [Canvas(tab, theme, atlas, names) for tab in book.tabs]
    for canvas in canvases:
        _place(canvas, book.tabs)
        place_band(canvas, book)
    sheets = tuple(canvas.finish() for canvas in canvases)
    return Layout(book.title, sheets, names, book.properties, atlas.columns)


def _place(canvas: Canvas, tabs: tuple[Tab, ...]) -> None:
    _flow(canvas, canvas.tab.blocks, LABEL, tabs)
    bottom = canvas.row
    canvas.row = BODY_ROW
    _flow(canvas, canvas.tab.aside, canvas.grid.aside, tabs)
    canvas.row = max(bottom, canvas.row)
    canvas.close()


def _flow(canvas: Canvas, blocks: Iterable[Block], left: int, tabs: tuple[Tab, ...]) -> None:
    for block in blocks:
        canvas.cuts, canvas.spare = [canvas.row], None
        _place_block(canvas, block, left, tabs)
        for start, end in pairwise((*canvas.cuts, canvas.row)):
            canvas.stretches.append(Stretch(start, end, canvas.spare))


def _place_block(canvas: Canvas, block: Block, left: int, tabs: tuple[Tab, ...]) -> None:
    match block:
        case Table(across=True):
            place_across(canvas, block)
        case Table():
            place_down(canvas, block, left)
        case Lines():
            place_lines(canvas, block, left)
        case Prose():
            place_prose(canvas, block, left)
        case Legend():
            place_legend(canvas, block, left)
        case Contents():
            place_contents(canvas, block, left, tabs)
        case Selector():
            place_selector(canvas, block)
        case Cards(cards=cards):
            place_cards(canvas, cards)
        case Charts():
            place_charts(canvas, block)
        case _:
            assert_never(block)
