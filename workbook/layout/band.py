"""The header of every tab: what it is, and the state of the workbook."""

from __future__ import annotations

from workbook.book import Book
from workbook.layout.canvas import BODY_ROW, Canvas
from workbook.theme import Style

ROWS = ("strip", "crumb", "title", "purpose", "banner", "gap")


def place_band(canvas: Canvas, book: Book) -> None:
    """Group strip, way back, title, purpose; live scenario, checks, date; the banner."""
    tab, last = canvas.tab, canvas.grid.last
    for row, key in enumerate(ROWS):
        canvas.height(row, canvas.theme.height[key])
    canvas.fill(0, 0, last + 1, Style("strip", fill=tab.group))
    if tab.grid == "cover":
        _place_title(canvas, book)
        return
    texts = {
        (1, 1): (f"‹ Cover · {book.group_titles[tab.group]}", "crumb"),
        (2, 1): (tab.name, "title"),
        (3, 1): (tab.purpose, "purpose"),
    }
    state = {
        (1, canvas.grid.status): (book.band.live, "band_live"),
        (2, canvas.grid.status): (book.band.checks, "band_status"),
        (3, canvas.grid.status): (book.band.as_of, "band_as_of"),
        (4, 1): (book.band.banner, "band_banner"),
    }
    for row in range(1, BODY_ROW):
        for col in range(last + 2):
            if (row, col) in state:
                expr, role = state[row, col]
                canvas.calculate(row, col, expr, Style(role))
            else:
                text, role = texts.get((row, col), (None, "band"))
                role = "band_bottom" if row == BODY_ROW - 1 else role
                canvas.put(row, col, text, Style(role), link="Cover" if role == "crumb" else "")


def _place_title(canvas: Canvas, book: Book) -> None:
    canvas.height(2, canvas.theme.height["cover_title"])
    canvas.put(2, 1, book.title, Style("cover_title"))
    canvas.put(3, 1, canvas.tab.purpose, Style("cover_purpose"))
    canvas.calculate(4, 1, book.band.banner, Style("cover_banner"))
