"""Segments: each model and customer tier now and a year before, and why its margin changed."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line
from workbook.data.outcomes import MARGINS
from workbook.expr import (
    above,
    below,
    count_where,
    given,
    joined,
    no_figure,
    rounded,
    same,
    total_where,
    when,
)
from workbook.tabs.constants import Constants
from workbook.tabs.sales import EACH, MONEY, MONEY_MILLIONS, REQUEST_MILLIONS, Sales
from workbook.tabs.sums import named
from workbook.tabs.teams import listed

FELL = "▲ fell"
TIMES = ("before", "now")
FEWEST_SEGMENTS, SPARE_SEGMENTS, MOST_SEGMENTS = 8, 3, 40
_NONE = no_figure("")


class Year(NamedTuple):
    """Each segment in the quarter of a year before, and in the latest."""

    axis: Axis
    rows: Column
    requests: tuple[Column, Column]
    revenue: tuple[Column, Column]
    cost: tuple[Column, Column]
    margin: tuple[Column, Column]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The figures, in order."""
        return (*self.requests, *self.revenue, *self.cost, *self.margin)


class Split(NamedTuple):
    """The change of each segment's margin: what volume did, and what margin per request did."""

    each: Column
    before: Column
    now: Column
    change: Column
    volume: Column
    rate: Column
    flag: Column
    reason: Column
    columns: tuple[Column, ...]


def year_of(a: Assumptions, sales: Sales, compared: tuple[Line, Line]) -> Year:
    """Requests, revenue, cost and margin of each segment, in the two quarters *compared*."""
    known = [f"{row.model} · {row.tier}" for row in a.data.of(MARGINS).rows]
    axis = listed(
        "segments", "Segment", MARGINS, known, FEWEST_SEGMENTS, SPARE_SEGMENTS, MOST_SEGMENTS
    )
    names = axis.names

    def pair(what: Column, key: str, label: str, show: str) -> tuple[Column, Column]:
        before, now = (
            axis.formula(
                f"{key}_{time}",
                f"{label} {time}",
                what.unit,
                named(axis, total_where(what, (sales.segment, names), (sales.quarter, quarter))),
                how=None,
                show=show,
            )
            for time, quarter in zip(TIMES, compared, strict=True)
        )
        return before, now

    rows = axis.formula(
        "rows", "Rows", "1", named(axis, count_where((sales.segment, names))), how=None
    )
    requests = pair(sales.requests, "requests", "Requests", REQUEST_MILLIONS)
    revenue = pair(sales.revenue, "revenue", "Revenue", MONEY_MILLIONS)
    cost = pair(sales.cost, "cost", "Cost", MONEY_MILLIONS)
    before, now = (
        axis.formula(
            f"margin_{time}",
            f"Margin {time}",
            MONEY,
            named(axis, revenue[i] - cost[i]),
            how=None,
            show=MONEY_MILLIONS,
        )
        for i, time in enumerate(TIMES)
    )
    return Year(axis, rows, requests, revenue, cost, (before, now))


def split_of(year: Year, constants: Constants) -> Split:
    """The change of margin: volume at last year's margin, and margin at this year's volume."""
    axis = year.axis
    per_before, per_now = (
        axis.formula(
            f"each_{time}",
            f"Per request {time}",
            EACH,
            named(axis, when(above(year.requests[i], 0), year.margin[i] / year.requests[i], _NONE)),
            how="Margin ÷ requests; nothing where there are none",
            show="usd4",
        )
        for i, time in enumerate(TIMES)
    )
    old = axis.formula(
        "base_before",
        "Before, or now if new",
        EACH,
        when(given(per_before), per_before, when(given(per_now), per_now, 0)),
        how="Per request before; for a new segment its own of now, so that all is volume",
        show="usd4",
    )
    new = axis.formula(
        "base_now",
        "Now, or before if gone",
        EACH,
        when(given(per_now), per_now, old),
        how="Per request now; for a segment that is gone that of before",
        show="usd4",
    )
    change = axis.formula(
        "change",
        "Change of margin",
        MONEY,
        named(axis, year.margin[1] - year.margin[0]),
        how="Margin now − margin before",
        show=MONEY_MILLIONS,
    )
    volume = axis.formula(
        "volume",
        "Volume effect",
        MONEY,
        named(axis, (year.requests[1] - year.requests[0]) * old),
        how="(Requests now − before) × margin per request before",
        show=MONEY_MILLIONS,
    )
    rate = axis.formula(
        "rate",
        "Margin effect",
        MONEY,
        named(axis, (new - old) * year.requests[1]),
        how="(Margin per request now − before) × requests now",
        show=MONEY_MILLIONS,
    )
    flag = axis.formula(
        "flag",
        "Flag",
        "text",
        when(below(rounded(new - old, constants.order_places), 0), FELL, ""),
        how="Where margin per request is less than a year before",
        show="status",
    )
    old_many, new_many = (
        axis.formula(
            f"many_{time}",
            f"Per 1,000 {time}",
            EACH,
            each * constants.thousand,
            how=f"For 1,000 requests {time}",
            show="usd",
        )
        for time, each in zip(TIMES, (old, new), strict=True)
    )
    fallen_from = axis.formula(
        "fallen_from",
        "Fell from",
        "text",
        when(same(flag, FELL), constants.dollars(old_many), ""),
        how="Margin per 1,000 requests before, where it fell",
    )
    reason = axis.formula(
        "reason",
        "Per 1,000 requests",
        "text",
        when(same(flag, FELL), joined(fallen_from, " to ", constants.dollars(new_many)), ""),
        how="Margin per 1,000 requests before and now, where it fell",
    )
    columns = (
        per_before,
        per_now,
        old,
        new,
        change,
        volume,
        rate,
        old_many,
        new_many,
        flag,
        fallen_from,
        reason,
    )
    return Split(per_before, old, new, change, volume, rate, flag, reason, columns)
