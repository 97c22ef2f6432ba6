"""Ledger: the rows of data behind Usage and Outcomes, and what is worked out row by row."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.book import Tab, Table

WIDTHS = (150, *(98,) * 12)


def build(tables: Sequence[Table]) -> Tab:
    """The tab: *tables* of rows in cream, and working tables."""
    return Tab(
        "Ledger",
        "The rows that Usage and Outcomes read: type below the last one, or build with a CSV file",
        "operate",
        tuple(tables),
        grid="wide",
        widths=WIDTHS,
    )
