"""Margins: what a request leaves by model and customer tier, and why that changed in a year."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line, Margin, Table
from workbook.data.outcomes import MARGINS
from workbook.expr import (
    Expr,
    Text,
    above,
    as_expr,
    below,
    count_filled,
    count_where,
    given,
    joined,
    largest,
    no_figure,
    nth,
    ordinal,
    override,
    position,
    rounded,
    same,
    shown,
    smallest,
    total,
    total_where,
    when,
    where_filled,
)
from workbook.tabs.capability import MEMO, place_of
from workbook.tabs.constants import Constants
from workbook.tabs.entities import rows_of, typed_of
from workbook.tabs.sums import named
from workbook.tabs.teams import MILLIONS, listed

MONEY, REQUESTS, EACH = "USD", "req", "USD/req"
MONEY_MILLIONS = "usd_m"
FELL = "▲ fell"
TIMES = ("before", "now")
_NONE = no_figure("")
FEWEST_SALES, SPARE_SALES = 40, 12
FEWEST_SEGMENTS, SPARE_SEGMENTS, MOST_SEGMENTS = 8, 3, 40
CAVEAT = (
    "Memo 004: margin per request says nothing of volume. A high one may add little at few "
    "requests, a low one much at many: read revenue and the volume effect beside it."
)


@dataclass(frozen=True, slots=True)
class Sales:
    """Requests, revenue and cost as typed in, row by row."""

    model: Column
    quarter: Column
    requests: Column
    revenue: Column
    cost: Column
    segment: Column
    table: Table


@dataclass(frozen=True, slots=True)
class Trend:
    """All segments by quarter."""

    rows: Column
    each: Column
    sold: Column
    table: Table


@dataclass(frozen=True, slots=True)
class Year:
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


@dataclass(frozen=True, slots=True)
class Split:
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


@dataclass(frozen=True, slots=True)
class Totals:
    """All segments together."""

    before: Line
    now: Line
    unsplit: Expr
    margin: tuple[tuple[Column, Line], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Margins:
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
    sales = _sales(a, hour, quarters)
    trend = _trend(sales, quarters)
    compared = _compared(constants, quarters, trend.sold)
    year = _year(a, sales, (compared[2], compared[1]))
    split = _split(year, constants)
    totals = _totals(year, split)
    told = _told(year, split, totals, constants)
    rows, zero = count_filled(sales.model), as_expr(0)
    return Margins(
        per_request=totals.now,
        by_quarter=trend.each,
        fallen=told[0],
        flags=told[-1],
        unsplit=totals.unsplit,
        uncounted=rows
        - total(trend.rows)
        + (rows - total(year.rows))
        + count_where((sales.cost, zero)),
        lines=(*compared, *totals.lines, *told),
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


def _sales(a: Assumptions, hour: Line, quarters: Axis) -> Sales:
    file = a.data.of(MARGINS)
    axis = rows_of(file, room=min(max(FEWEST_SALES, len(file.rows) + SPARE_SALES), MARGINS.most))
    shows = {"requests": MILLIONS, "hours": MILLIONS, "revenue": "usd_m", "cost": "usd_m"}
    typed = {
        c.key: typed_of(
            file,
            axis,
            c.key,
            allowed=quarters.names if c.key == "quarter" else None,
            show=shows.get(c.key, ""),
        )
        for c in MARGINS.columns
    }
    model, tier = typed["model"], typed["tier"]
    segment = axis.formula(
        "segment",
        "Segment",
        "text",
        where_filled(model, joined(model, " · ", tier)),
        how="Model and customer tier",
    )
    place = place_of(axis, model, typed["quarter"], quarters)
    cost = axis.formula(
        "cost_used",
        "Cost used",
        MONEY,
        where_filled(model, override(typed["cost"], typed["hours"] * hour)),
        how="Cost where given, otherwise serving hours × cost of an H100e hour",
        show=MONEY_MILLIONS,
    )
    return Sales(
        model,
        typed["quarter"],
        typed["requests"],
        typed["revenue"],
        cost,
        segment,
        Table(
            "Inference: requests, revenue and cost", axis, (*typed.values(), segment, place, cost)
        ),
    )


def _trend(sales: Sales, quarters: Axis) -> Trend:
    """All segments together, by quarter."""

    def of(what: Column, key: str, label: str, show: str) -> Column:
        return quarters.formula(
            key,
            label,
            what.unit,
            total_where(what, (sales.quarter, quarters.names)),
            how=None,
            show=show,
        )

    rows = quarters.formula(
        "sales", "Rows", "1", count_where((sales.quarter, quarters.names)), how=None
    )
    requests = of(sales.requests, "requests", "Requests", MILLIONS)
    revenue = of(sales.revenue, "revenue", "Revenue", MONEY_MILLIONS)
    cost = of(sales.cost, "cost", "Cost", MONEY_MILLIONS)
    margin = quarters.formula(
        "margin", "Margin", MONEY, revenue - cost, how="Revenue − cost", show=MONEY_MILLIONS
    )
    each = quarters.formula(
        "each",
        "Margin per request",
        EACH,
        when(above(requests, 0), margin / requests, no_figure("")),
        how="Margin ÷ requests",
        show="usd4",
        strong=True,
    )
    sold = quarters.formula(
        "sold",
        "No. if sold",
        "1",
        when(above(requests, 0), ordinal(quarters.names), 0),
        how="The quarter’s number where it has requests",
    )
    table = Table(
        "Margin per inference request, by quarter",
        quarters,
        (rows, requests, revenue, cost, margin, each, sold),
    )
    return Trend(rows, each, sold, table)


def _compared(constants: Constants, quarters: Axis, sold: Column) -> tuple[Line, Line, Line]:
    """The latest quarter with requests, and that of a year before."""
    place = Line("margin_place", "Latest quarter with requests, its number", "1", largest(sold))
    now = Line(
        "margin_quarter",
        "Latest quarter with requests",
        "text",
        when(above(place, 0), nth(quarters.names, place), "none"),
        how=None,
    )
    before = Line(
        "margin_quarter_before",
        "The quarter of a year before",
        "text",
        when(
            above(place, constants.quarters_per_year),
            nth(quarters.names, place - constants.quarters_per_year),
            "none",
        ),
        how=None,
    )
    return place, now, before


def _year(a: Assumptions, sales: Sales, compared: tuple[Line, Line]) -> Year:
    """Requests, revenue, cost and margin of each segment, in the two quarters *compared*."""
    known = [f"{row.model} · {row.tier}" for row in a.data.of(MARGINS).rows]
    axis = listed("segments", "Segment", known, FEWEST_SEGMENTS, SPARE_SEGMENTS, MOST_SEGMENTS)
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
    requests = pair(sales.requests, "requests", "Requests", MILLIONS)
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


def _split(year: Year, constants: Constants) -> Split:
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
    thousand = constants.thousand
    reason = axis.formula(
        "reason",
        "Per 1,000 requests",
        "text",
        when(
            same(flag, FELL),
            joined(
                "$", constants.decimal(old * thousand), " to $", constants.decimal(new * thousand)
            ),
            "",
        ),
        how="Margin per 1,000 requests before and now, where it fell",
    )
    columns = (per_before, per_now, old, new, change, volume, rate, flag, reason)
    return Split(per_before, old, new, change, volume, rate, flag, reason, columns)


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
    rest = (volume + mix + rates - change) / total(year.revenue[1])
    return Totals(
        now=now,
        before=before,
        unsplit=when(above(total(year.revenue[1]), 0), rest, 0),
        margin=((split.change, change), (split.volume, volumes), (split.rate, rates)),
        lines=(*requests, *margins, before, now, volume, mix),
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
        when(above(fallen, 0), nth(split.reason, place), "none"),
        how=None,
    )
    whole = Line(
        "margin_total_flag",
        "All segments together",
        "text",
        when(
            below(rounded(totals.now - totals.before, constants.order_places), 0),
            "▲ margin per request fell year on year",
            "● margin per request did not fall year on year",
        ),
        show="status",
        how=None,
    )
    count = shown(fallen, "0", 0)
    rule = Line(
        "margin_rule",
        "While any fell",
        "text",
        joined("▲ prioritise research: ", count, " fell, most ", worst, ", ", amounts),
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
