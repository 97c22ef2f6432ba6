"""The parts of the Dashboard: the selector, cards and charts."""

from __future__ import annotations

from workbook.book import Card, Charts, Selector
from workbook.layout.canvas import Canvas
from workbook.layout.grid import LABEL
from workbook.theme import Style

GRID_COLUMNS = 12
"""Six cards and the gaps after them."""


def place_selector(canvas: Canvas, block: Selector) -> None:
    """An input in large, its label above and a hint beside it."""
    canvas.put(canvas.row, LABEL, block.line.label, Style("card_label"))
    canvas.line(block.line, canvas.row + 1, LABEL, "selector")
    canvas.calculate(canvas.row + 1, LABEL + 2, block.hint, Style("footnote"))
    canvas.height(canvas.row + 1, canvas.theme.height["selector"])
    canvas.row += 3


def place_cards(canvas: Canvas, cards: tuple[Card, ...]) -> None:
    """Label, figure and a line below it, side by side."""
    for col, card in zip(range(LABEL, GRID_COLUMNS, 2), cards, strict=True):
        canvas.put(canvas.row, col, card.label, Style(f"card_top_{card.data}"))
        canvas.calculate(canvas.row + 1, col, card.figure, Style("card_figure", card.show))
        canvas.calculate(canvas.row + 2, col, card.below, Style("card_below"))
    for offset, key in enumerate(("card_label", "card_figure", "card_below")):
        canvas.height(canvas.row + offset, canvas.theme.height[key])
    canvas.row += 4


def place_charts(canvas: Canvas, block: Charts) -> None:
    """Each chart under its headline, in rows."""
    span = GRID_COLUMNS // block.per_row
    row_height = canvas.theme.height["row"]
    rows = -(-max(map(canvas.chart_height, block.charts)) // row_height)
    for start in range(0, len(block.charts), block.per_row):
        if start:
            canvas.cuts.append(canvas.row)
        canvas.height(canvas.row, canvas.theme.height["section"])
        for i, chart in enumerate(block.charts[start : start + block.per_row]):
            col = LABEL + span * i
            canvas.calculate(canvas.row, col, chart.headline, Style("headline"))
            width = sum(canvas.grid.widths[c] for c in range(col, col + span - 1))
            canvas.chart(chart, canvas.row + 1, col, width)
        for row in range(canvas.row + 1, canvas.row + 1 + rows):
            canvas.height(row, row_height)
        canvas.row += 1 + rows
