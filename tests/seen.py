"""The model of some tabs at changed inputs and cells, read by the ids of figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from workbook.book import Stamp, Tab, tables_of
from workbook.evaluate import Model
from workbook.expr import At
from workbook.functions import Value


class Seen:
    """Figures by id: a line by its name, a cell of a table as table.row.column.

    No dataclass: hypothesis would print the whole book with each failure.
    """

    def __init__(self, tabs: Sequence[Tab], changes: Mapping[str, Stamp]) -> None:
        self._model = Model(tabs, changes)
        self._columns = {
            (table.axis.key, column.key): column
            for tab in tabs
            for table in tables_of(tab)
            for column in table.columns
        }

    def __getitem__(self, figure: str) -> Value:
        if "." not in figure:
            return self._model[figure]
        table, row, key = figure.split(".")
        return self._model.value(At(self._columns[table, key], row))

    def number(self, figure: str) -> float:
        """The value of a figure that is a number."""
        value = self[figure]
        assert isinstance(value, float), f"{figure} is {value!r}"
        return value

    def column(self, table: str, key: str) -> list[Value]:
        """The cells of a column, from the top."""
        column = self._columns[table, key]
        return [self._model.cell(column, i) for i in range(len(column.axis.entities))]

    def numbers(self, table: str, key: str) -> list[float]:
        """The numbers of a column; texts and blanks are passed over."""
        return [cell for cell in self.column(table, key) if isinstance(cell, float)]


Given = Callable[[Mapping[str, Stamp]], Seen]
"""The workbook at changed inputs and cells."""


def approx(value: float) -> object:
    """That number, as near as engines come to each other."""
    return pytest.approx(value, rel=1e-9)
