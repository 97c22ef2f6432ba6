"""Lines drawn from other tabs, so that a tab shows what it works with."""

from __future__ import annotations

from workbook.book import Line


def drawn(tab: str, line: Line) -> Line:
    """A link to *line*, to stand in a block of drivers; *tab* begins its name."""
    return Line(
        f"{tab}_{line.key}",
        line.label,
        line.unit,
        line,
        how="Link",
        show=line.show,
    )
