"""Sales: requests, revenue and cost of inference as typed in, and all segments by quarter."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line, Table
from workbook.data.outcomes import MARGINS
from workbook.expr import (
    above,
    count_where,
    joined,
    largest,
    no_figure,
    nth,
    ordinal,
    override,
    total_where,
    when,
    where_filled,
)
from workbook.tabs.constants import Constants
from workbook.tabs.entities import rows_of, typed_of
from workbook.tabs.scores import place_of
from workbook.tabs.teams import MILLIONS

MONEY, EACH = "USD", "USD/req"
MONEY_MILLIONS, REQUEST_MILLIONS = "usd_m", "req_m"
FEWEST_SALES, SPARE_SALES = 40, 12


class Sales(NamedTuple):
    """Requests, revenue and cost as typed in, row by row."""

    model: Column
    quarter: Column
    requests: Column
    revenue: Column
    cost: Column
    segment: Column
    table: Table


class Trend(NamedTuple):
    """All segments by quarter."""

    rows: Column
    each: Column
    sold: Column
    table: Table


def sales_of(a: Assumptions, hour: Line, quarters: Axis) -> Sales:
    """The rows as typed in, with their segment, and the cost of serving hours where needed."""
    file = a.data.of(MARGINS)
    axis = rows_of(file, room=min(max(FEWEST_SALES, len(file.rows) + SPARE_SALES), MARGINS.most))
    shows = {
        "requests": REQUEST_MILLIONS,
        "hours": MILLIONS,
        "revenue": MONEY_MILLIONS,
        "cost": MONEY_MILLIONS,
    }
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
            "Inference: requests, revenue and cost", axis, (*typed.values(), place, cost, segment)
        ),
    )


def trend_of(sales: Sales, quarters: Axis) -> Trend:
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
    requests = of(sales.requests, "requests", "Requests", REQUEST_MILLIONS)
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


def compared(constants: Constants, quarters: Axis, sold: Column) -> tuple[Line, Line, Line]:
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
