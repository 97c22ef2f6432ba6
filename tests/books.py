"""Small books for the tests: figures, words and tables on tabs, laid out and written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from workbook import assumptions, theme
from workbook.assumptions import Basis, Number
from workbook.book import Band, Block, Book, Column, Entity, Line, Lines, Tab, Table
from workbook.engines import Cell
from workbook.expr import Text
from workbook.layout import Excel, Layout, Sheet, lay_out
from workbook.xlsx import Writer

STAMP = datetime(2026, 1, 1)  # noqa: DTZ001 - the writer takes a time without a zone


def about(name: str) -> dict[str, Any]:
    """What an input says of itself, where no test looks."""
    told = dict.fromkeys(("label", "note", "source", "memo"), "As the test has it")
    return told | {"id": f"data.{name}", "as_of": date(2026, 1, 1), "basis": Basis.ASSUMED}


def typed(name: str, value: float | None) -> Number:
    """An input that may be left blank."""
    return Number(**about(name), unit="1", value=value, low=-1e6, high=1e6, optional=True)


def words(name: str, value: str) -> Line:
    """A line of text that was typed in."""
    return Line(f"data_{name}", name, "text", entry=assumptions.Text(**about(name), value=value))


def figure(key: str, value: float) -> Line:
    """A line with a figure."""
    return Line(key, key.replace("_", " "), "1", constant=value)


def day(name: str, value: date) -> Line:
    """A line with a date that was typed in."""
    entry = assumptions.Day(**about(name), value=value, low=date(2000, 1, 1), high=date(2100, 1, 1))
    return Line(f"data_{name}", name, "date", entry=entry)


def optional(name: str, value: float | None) -> Line:
    """A line whose cell may be blank."""
    return Line(f"data_{name}", name, "1", entry=typed(name, value))


def entities(*keys: str) -> tuple[Entity, ...]:
    """Rows with these keys; their labels begin with a capital."""
    return tuple(Entity(key, key.capitalize()) for key in keys)


def table(title: str, *columns: Column, across: bool = False) -> Table:
    """A table of columns of one axis."""
    return Table(title, columns[0].axis, columns, across=across)


def tab(name: str, *blocks: Block, across: bool = False) -> Tab:
    """A tab of blocks."""
    columns = max((len(b.columns) for b in blocks if isinstance(b, Table)), default=0)
    widths = () if across else (100,) * (columns + 6)
    return Tab(
        name, "For a test", "start", blocks, grid="across" if across else "standard", widths=widths
    )


def book(*tabs: Tab) -> Book:
    """A book of tabs, and one more for what the headers show."""
    shown = [
        Line(key, key, "text", algebra=Text(key)) for key in ("live", "state", "dated", "flagged")
    ]
    last = tab("Header", Lines("Header", tuple(shown)))
    return Book(
        "Test", (*tabs, last), Band(*shown), {"start": "Start here"}, {"comments": "A test"}
    )


def laid(*tabs: Tab) -> Layout:
    """The layout of a book of tabs."""
    return lay_out(book(*tabs), theme.load())


def written(*tabs: Tab) -> bytes:
    """The file of a book of tabs, without cached values."""
    return Writer(laid(*tabs), theme.load(), STAMP).finish({})


def cells_of(sheet: Sheet, column: Column) -> list[Cell]:
    """The cells of a table's column, found by the label beside or above them."""
    [head] = [cell for cell in sheet.cells if cell.content == column.label]
    return [
        Cell(sheet.name, cell.ref)
        for cell in sheet.cells
        if isinstance(cell.content, Excel)
        and (cell.row == head.row or (cell.col == head.col and cell.row > head.row))
    ]
