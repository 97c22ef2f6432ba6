"""Margins: what a request leaves, what moved it in a year, and the memo's rule on research."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line, Margin, Table
from workbook.expr import (
    Expr,
    Text,
    above,
    as_expr,
    below,
    count_filled,
    count_where,
    joined,
    nth,
    position,
    rounded,
    shown,
    smallest,
    total,
    when,
)
from workbook.tabs.constants import Constants
from workbook.tabs.sales import EACH, MONEY, MONEY_MILLIONS, compared, sales_of, trend_of
from workbook.tabs.scores import MEMO
from workbook.tabs.segments import FELL, TIMES, Split, Year, split_of, year_of

CAVEAT = (
    "Memo 004: margin per request says nothing of volume. A high one may add little at few "
    "requests, a low one much at many: read revenue and the volume effect beside it."
)


class Totals(NamedTuple):
    """All segments together."""

    before: Line
    now: Line
    unsplit: Expr
    margin: tuple[tuple[Column, Line], ...]
    lines: tuple[Line, ...]


class Margins(NamedTuple):
    """Margin per request and the memo's rule."""

    per_request: Line
    by_quarter: Column
    fallen: Line
    flags: Line
    unsplit: Expr
    uncounted: Expr
    lines: tuple[Line, ...]
    records: tuple[Table, ...]
    tables: tuple[Table, ...]


def build(a: Assumptions, constants: Constants, hour: Line, quarters: Axis) -> Margins:
    """Margin per inference request by model and tier (memo 004, capacity management).

    The change of a segment's margin in a year is exactly its volume effect (more requests at last
    year's margin) and its margin effect (this year's requests at the change of margin). A segment
    that is new or gone is a change of volume. *hour* prices serving hours that have no cost.
    """
    sales = sales_of(a, hour, quarters)
    trend = trend_of(sales, quarters)
    quarter_lines = compared(constants, quarters, trend.sold)
    year = year_of(a, sales, (quarter_lines[2], quarter_lines[1]))
    split = split_of(year, constants)
    totals = _totals(year, split)
    told = _told(year, split, totals, constants)
    rows = Line("sales_rows", "Rows of sales", "1", count_filled(sales.model), how=None)
    costless = Line(
        "sales_costless", "… without a cost", "1", count_where((sales.cost, as_expr(0))), how=None
    )
    uncounted = Line(
        "sales_uncounted",
        "… of a quarter or a segment that is not listed",
        "1",
        rows - total(trend.rows) + (rows - total(year.rows)),
        how="Rows less those in both tables",
    )
    return Margins(
        per_request=totals.now,
        by_quarter=trend.each,
        fallen=told[0],
        flags=told[-1],
        unsplit=totals.unsplit,
        uncounted=uncounted + costless,
        lines=(*quarter_lines, *totals.lines, *told, rows, costless, uncounted),
        records=(sales.table,),
        tables=(
            trend.table,
            Table("Segments: a year before, and now", year.axis, (year.rows, *year.columns)),
            Table(
                "Segments: why margin changed",
                year.axis,
                split.columns,
                margin=Margin("Total", totals.margin),
                note=CAVEAT,
            ),
        ),
    )


def _totals(year: Year, split: Split) -> Totals:
    """All segments: volume, mix and margin, which add up to the change."""

    def of(key: str, label: str, column: Column) -> Line:
        return Line(f"margin_{key}", label, column.unit, total(column), how=None, show=column.show)

    requests = [
        of(f"requests_{time}", f"Requests {time}", year.requests[i]) for i, time in enumerate(TIMES)
    ]
    margins = [
        of(f"total_{time}", f"Margin {time}", year.margin[i]) for i, time in enumerate(TIMES)
    ]
    before, now = (
        Line(
            f"margin_each_{time}",
            f"Margin per request {time}",
            EACH,
            when(above(requests[i], 0), margins[i] / requests[i], 0),
            how="Margin ÷ requests, all segments",
            show="usd4",
            memo=MEMO,
            output=time == TIMES[1],
        )
        for i, time in enumerate(TIMES)
    )
    change = of("change", "Change of margin, all segments", split.change)
    volumes = of("volume_effects", "Volume effects, all segments", split.volume)
    rates = of("rate_effects", "Margin effects, all segments", split.rate)
    volume = Line(
        "margin_pure_volume",
        "Volume: more requests at the mean margin of before",
        MONEY,
        (requests[1] - requests[0]) * before,
        how="(Requests now − before) × margin per request before, of all segments",
        show=MONEY_MILLIONS,
    )
    mix = Line(
        "margin_mix",
        "Mix: requests moved to segments of other margins",
        MONEY,
        volumes - volume,
        how="Volume effects of the segments − volume",
        show=MONEY_MILLIONS,
    )
    revenue = of("revenue_now", "Revenue now", year.revenue[1])
    rest = (volume + mix + rates - change) / revenue
    return Totals(
        now=now,
        before=before,
        unsplit=when(above(revenue, 0), rest, 0),
        margin=((split.change, change), (split.volume, volumes), (split.rate, rates)),
        lines=(*requests, *margins, before, now, volume, mix, revenue),
    )


def _told(year: Year, split: Split, totals: Totals, constants: Constants) -> tuple[Line, ...]:
    """The memo's rule: where margin per request declines, research is prioritised."""
    fallen = Line(
        "margin_fallen",
        "Segments whose margin per request fell",
        "1",
        count_where((split.flag, Text(FELL))),
        how="Where it is less than a year before: research is prioritised",
        memo=MEMO,
    )
    place = Line(
        "margin_worst_place",
        "Segment that lost most by it, its row",
        "1",
        when(above(fallen, 0), position(smallest(split.rate), split.rate), 0),
        how="The smallest margin effect",
    )
    worst = Line(
        "margin_worst",
        "Segment that lost most by it",
        "text",
        when(above(fallen, 0), nth(year.axis.names, place), "none"),
        how=None,
    )
    amounts = Line(
        "margin_worst_amounts",
        "… its margin per 1,000 requests",
        "text",
        when(
            above(fallen, 0),
            joined(worst, ", ", nth(split.reason, place), " per 1,000 requests"),
            "none",
        ),
        how=None,
    )
    whole = Line(
        "margin_total_flag",
        "Margin per request, all segments",
        "text",
        when(
            below(rounded(totals.now - totals.before, constants.order_places), 0),
            "▲ fell year on year",
            "● did not fall year on year",
        ),
        show="status",
        how=None,
    )
    count = shown(fallen, "0", 0)
    rule = Line(
        "margin_rule",
        "While any fell",
        "text",
        joined("▲ prioritise research: segments whose margin fell: ", count, ", most ", amounts),
        how=None,
    )
    flags = Line(
        "margin_flags",
        "Margin per request in words",
        "text",
        when(above(fallen, 0), rule, "● margin per request fell in no segment"),
        show="status",
        how=None,
    )
    return fallen, place, worst, amounts, whole, rule, flags
