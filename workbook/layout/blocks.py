"""Lines, prose, legends and contents: blocks that are lists of rows."""

from __future__ import annotations

from workbook.book import Contents, Legend, Line, Lines, Prose, Tab
from workbook.layout.canvas import Canvas
from workbook.layout.grid import LABEL
from workbook.layout.sheet import Content
from workbook.theme import Style


def section(canvas: Canvas, title: str, left: int, right: int) -> None:
    """The title of a block, ruled over its width."""
    canvas.height(
        canvas.row, canvas.theme.height["cover_section" if canvas.grid.aside else "section"]
    )
    canvas.put(canvas.row, left, title, Style("section"))
    canvas.fill(canvas.row, left + 1, right, Style("section"))
    canvas.row += 1


def note(canvas: Canvas, text: str, left: int) -> None:
    """A line of small text under a block."""
    if text:
        canvas.put(canvas.row, left, text, Style("footnote"))
        canvas.height(canvas.row, canvas.theme.height["note"])
        canvas.row += 1


def place_lines(canvas: Canvas, block: Lines, left: int) -> None:
    """Label, unit, value, how it comes about, source: as far as the tab has columns for them."""
    grid = canvas.grid
    right = grid.value if grid.aside else grid.last
    section(canvas, block.title, left, right)
    if grid.how is not None:
        _line_heads(canvas, left, right)
    for line in block.lines:
        _place_line(canvas, line, left, right)
    note(canvas, block.note, left)
    canvas.row += 1


def _line_heads(canvas: Canvas, left: int, right: int) -> None:
    grid = canvas.grid
    heads = {
        LABEL: ("Line", "head"),
        grid.unit: ("Unit", "head"),
        grid.value: ("Value", "head_figure"),
        grid.how: ("How", "head_how"),
        grid.source: ("Source", "head"),
    }
    for col in range(left, right + 1):
        text, role = heads.get(col, (None, "head"))
        canvas.put(canvas.row, col, text, Style(role))
    canvas.height(canvas.row, canvas.theme.height["head"])
    canvas.row += 1
    canvas.freeze(canvas.row)


def _place_line(canvas: Canvas, line: Line, left: int, right: int) -> None:
    grid, row = canvas.grid, canvas.row
    taken = {left, grid.unit, grid.value, grid.how, grid.source}
    for col in set(range(left, right + 1)) - taken:
        canvas.put(row, col, None, Style("row"))
    texts = [(line.label, grid.widths[left], "body")]
    canvas.put(row, left, line.label, Style("label", strong=line.strong))
    if grid.unit is not None:
        words = canvas.theme.words_of(line.unit, line.show)
        canvas.put(row, grid.unit, words, Style("unit"))
    if grid.how is not None:
        canvas.put(row, grid.how, line.words or None, Style("how" if grid.wrap_how else "how_open"))
        texts += [(line.words, grid.widths[grid.how], "small")] if grid.wrap_how else []
    if grid.source is not None:
        canvas.source(line, row, grid.source)
    canvas.wrap(row, texts)
    canvas.line(line, row, grid.value, grid.value_role if line.show != "status" else "")
    if line.show == "status":
        canvas.telling.add(row)
    canvas.row += 1


def place_prose(canvas: Canvas, block: Prose, left: int) -> None:
    """Two columns of text."""
    section(canvas, block.title, left, left + 1)
    for label, text in block.rows:
        canvas.put(canvas.row, left, label, Style("label", strong=True))
        _right(canvas, left, text)
    canvas.row += 1


def place_legend(canvas: Canvas, block: Legend, left: int) -> None:
    """A sample of each kind of cell beside its meaning."""
    section(canvas, block.title, left, left + 1)
    for role, sample, meaning in block.rows:
        content: Content = float(sample) if sample.replace(".", "").isdigit() else sample
        show = "decimal" if isinstance(content, float) else "text"
        canvas.put(canvas.row, left, content, Style(role, show))
        _right(canvas, left, meaning)
    canvas.row += 1


def place_contents(canvas: Canvas, block: Contents, left: int, tabs: tuple[Tab, ...]) -> None:
    """The tabs, each a link beside the colour of its group."""
    section(canvas, block.title, left, left + 1)
    for tab in tabs:
        canvas.put(canvas.row, left - 1, None, Style(f"group_{tab.group}"))
        canvas.put(canvas.row, left, tab.name, Style("contents"), link=tab.name)
        _right(canvas, left, tab.purpose)
    canvas.row += 1


def _right(canvas: Canvas, left: int, text: str) -> None:
    canvas.put(canvas.row, left + 1, text, Style("how_open"))
    canvas.height(canvas.row, canvas.theme.height["row"])
    canvas.row += 1
