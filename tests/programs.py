"""Every spreadsheet engine in turn, and what it finds in a small book."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from books import STAMP

from workbook import theme
from workbook.engines import NAMES, Cell, Value, engine, missing
from workbook.layout import Layout
from workbook.xlsx import Writer

EACH = [
    pytest.param(name, marks=pytest.mark.libreoffice if name == "libreoffice" else ())
    for name in NAMES
]
"""The engines' names, as parameters of a test."""


def usable(name: str) -> None:
    """Skip the test where the engine is not installed."""
    if reason := missing(name):
        pytest.skip(reason)


def values_in(name: str, layout: Layout, keys: Sequence[str], folder: Path) -> dict[str, Value]:
    """What the engine finds in the lines with these keys."""
    path = folder / "book.xlsx"
    path.write_bytes(Writer(layout, theme.load(), STAMP).finish({}))
    cells = {key: Cell(layout.names[key].sheet, layout.names[key].ref) for key in keys}
    with engine(name).open(path) as session:
        found = session.read(cells.values())
    return {key: found[cell] for key, cell in cells.items()}
