"""The columns of a tab: which column holds labels, units, values, How and source, and how wide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook.book import Tab, tables_of

LABEL, UNIT, VALUE = 1, 2, 3
FEWEST_WIDE = 8
"""Value columns of a wide tab: How runs over those that a block of lines leaves empty."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Column numbers, counted from 0; None where the tab has no such column."""

    widths: dict[int, int]
    how: int | None
    source: int | None
    last: int
    status: int
    unit: int | None = UNIT
    value: int = VALUE
    wrap_how: bool = True
    aside: int = 0
    value_role: str = ""


def grid_of(tab: Tab, width: Mapping[str, int]) -> Grid:
    """The grid of a tab by its kind."""
    match tab.grid:
        case "standard":
            return _standard(tab, width)
        case "wide":
            return _wide(tab, width)
        case "across":
            return _across(tab, width)
        case "cover":
            return _cover(width)
        case "dashboard":
            return _dashboard(width)


def _standard(tab: Tab, width: Mapping[str, int]) -> Grid:
    given = tab.widths or tuple(width[k] for k in ("label", "unit", "value", "how", "source"))
    widths = {0: width["gutter"]} | dict(enumerate(given, 1))
    last = len(given)
    how = tab.how_column or None
    return Grid(widths, how, how and how + 1, last=last, status=min(tab.how_column or 4, last))


def _wide(tab: Tab, width: Mapping[str, int]) -> Grid:
    count = max(FEWEST_WIDE, *(len(t.columns) for t in tables_of(tab)))
    given = [tab.label_width or width["wide_label"], width["wide_first"]]
    given += [width["wide_value"]] * (count - 1)
    given = list(tab.widths) or given
    widths = {0: width["gutter"]} | dict(enumerate(given, 1))
    last = len(given) + 1
    widths[last] = width["source"]
    return Grid(widths, how=4, source=last, last=last, status=max(4, last - 3), wrap_how=False)


def _across(tab: Tab, width: Mapping[str, int]) -> Grid:
    count = max(len(t.axis.entities) for t in tables_of(tab))
    widths = {0: width["gutter"], 1: width["across_label"], 2: width["unit"], 3: width["value_scn"]}
    widths |= {4 + i: width["value_scn"] for i in range(count)}
    how = 4 + count
    widths |= {how: width["across_how"], how + 1: width["source"]}
    return Grid(widths, how=how, source=how + 1, last=how + 1, status=how)


def _cover(width: Mapping[str, int]) -> Grid:
    keys = ("gutter", "cover_name", "cover_purpose", "cover_gap", "cover_label", "cover_value")
    widths = {i: width[k] for i, k in enumerate(keys)}
    return Grid(
        widths, None, None, last=5, status=5, unit=None, value=5, aside=4, value_role="cover_value"
    )


def _dashboard(width: Mapping[str, int]) -> Grid:
    widths = {0: width["gutter"]}
    widths |= {i: width["card"] if i % 2 else width["card_gap"] for i in range(1, 12)}
    return Grid(widths, None, None, last=11, status=9, unit=None, value=1)
