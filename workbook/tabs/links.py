"""Lines drawn from other tabs, so that a tab shows what it works with."""

from __future__ import annotations

from workbook.book import Line


def drawn(tab: str, line: Line, show: str = "") -> Line:
    """A link to *line*, to stand in a block of drivers; *tab* begins its name.

    *show* names a number format where the line's own does not suit the block.
    """
    return Line(
        f"{tab}_{line.key}",
        line.label,
        line.unit,
        line,
        how="Link",
        show=show or line.show,
    )
