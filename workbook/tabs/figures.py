"""Figures of memo 000: calculated lines with what the memo prints for them beside them."""

from __future__ import annotations

from workbook.book import Line
from workbook.expr import Expr
from workbook.memo_facts import quoted_beside


def figure(
    key: str,
    label: str,
    unit: str,
    algebra: Expr,
    *,
    how: str = "",
    show: str = "",
    strong: bool = False,
    output: bool = False,
) -> Line:
    """A calculated line; its source says what memo 000 prints, and how that ties."""
    return Line(
        key,
        label,
        unit,
        algebra,
        memo=quoted_beside(key),
        how=how,
        show=show,
        strong=strong,
        output=output,
    )
