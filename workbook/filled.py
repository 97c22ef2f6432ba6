"""A layout into a finished file: written, with the values that two engines agree on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workbook import theme
from workbook.layout import Layout
from workbook.values import Cell, Value, cached, calculating
from workbook.xlsx import Writer


@dataclass(frozen=True, slots=True, repr=False)
class Filled:
    """A finished file: its bytes, and the value of each formula cell."""

    data: bytes
    values: dict[Cell, Value]

    @property
    def formulas(self) -> int:
        """How many formulas there are."""
        return len(self.values)


def filled(layout: Layout, stamp: datetime) -> Filled:
    """The file of a layout, with its values; *stamp*, with its time zone, is the only clock.

    The same layout and stamp give the same bytes. Raises values.ValueFault where two engines
    differ or a formula has no value.
    """
    with calculating(layout, stamp) as answer:
        writer = Writer(layout, theme.load(), stamp.replace(tzinfo=None))
        values = answer()
    data = writer.finish({cell: cached(value) for cell, value in values.items()})
    return Filled(data, values)
