"""Figures by id: what is there, and nothing else."""

import books
import pytest

from workbook.book import Axis, Lines
from workbook.catalogue import Catalogue
from workbook.expr import At


def test_lines_go_by_key_and_cells_by_table_row_and_column() -> None:
    """An id finds its figure, whatever dots the row has; others are no key."""
    line = books.figure("hours", 2.0)
    axis = Axis("fleet", "Chip", books.entities("tpu", "b.200"))
    chips = axis.fixed("chips", "Chips", [1.0, 3.0], "stamp", unit="chip")
    found = Catalogue([books.tab("One", Lines("Lines", (line,)), books.table("Fleet", chips))])
    assert found["hours"] is line
    cell = found["fleet.b.200.chips"]
    assert isinstance(cell, At)
    assert (cell.column, cell.entity) == (chips, "b.200")
    assert list(found) == ["hours", "fleet.tpu.chips", "fleet.b.200.chips"]
    assert len(found) == 3
    for name in ("minutes", "fleet.gpu.chips", "fleet.tpu.price", "fleet", ""):
        assert name not in found
        with pytest.raises(KeyError):
            found[name]
