"""Addresses: every leaf gets its tab, cell and name, and every formula its text. Pure."""

from __future__ import annotations

from workbook.book import Book
from workbook.expr import joined
from workbook.layout.flow import Page
from workbook.layout.page import Cell, Excel, Layout, Sheet
from workbook.layout.places import LayoutError, Place
from workbook.layout.spell import Atlas, Spot, formula
from workbook.theme import Style, Theme

__all__ = ["Cell", "Excel", "Layout", "LayoutError", "Place", "Sheet", "lay_out"]


def lay_out(book: Book, theme: Theme) -> Layout:
    """The book with every cell, name and formula in its place.

    Raises LayoutError for a line that is used but not shown, shown twice, or misnamed.
    """
    atlas, names = Atlas(), dict[str, Place]()
    pages = [Page(tab, theme, atlas, names) for tab in book.tabs]
    for page in pages:
        page.place(book.tabs)
    for page in pages:
        _band(page, book, theme, atlas)
    sheets = tuple(page.finish() for page in pages)
    return Layout(book.title, sheets, names, book.properties)


def _band(page: Page, book: Book, theme: Theme, atlas: Atlas) -> None:
    """The header of a tab: group strip, title, purpose, and the state of the workbook."""
    tab, last = page.tab, page.grid.last
    for row, key in enumerate(("strip", "crumb", "title", "purpose", "banner", "gap")):
        page.height(row, theme.height[key])
    for col in range(last + 2):
        page.put(0, col, None, Style("strip", fill=tab.group))
    if tab.grid == "cover":
        _cover_band(page, book, theme, atlas)
        return
    texts = {(1, 1): ("crumb", f"‹ Cover · {book.group_titles[tab.group]}")}
    texts |= {(2, 1): ("title", tab.name), (3, 1): ("purpose", tab.purpose)}
    state = {
        (1, page.grid.status): ("band_live", joined("Live scenario: ", book.band.live)),
        (2, page.grid.status): ("band_status", book.band.checks),
        (3, page.grid.status): ("band_as_of", book.band.as_of),
        (4, 1): ("banner", book.band.banner),
    }
    for row in range(1, 6):
        for col in range(last + 2):
            if (row, col) in state:
                role, expr = state[row, col]
                text = formula(expr, Spot(tab.name), atlas)
                page.put(row, col, Excel(text), Style(role))
            else:
                role, content = texts.get((row, col), ("band", None))
                role = "band_bottom" if row == 5 else role
                page.put(row, col, content, Style(role), link="Cover" if role == "crumb" else "")


def _cover_band(page: Page, book: Book, theme: Theme, atlas: Atlas) -> None:
    page.height(1, theme.height["gap"])
    page.height(2, theme.height["cover_title"])
    page.put(2, 1, book.title, Style("cover_title"))
    page.put(3, 1, page.tab.purpose, Style("cover_purpose"))
    facts = formula(book.band.as_of, Spot(page.tab.name), atlas)
    page.put(4, 1, Excel(facts), Style("cover_facts"))

