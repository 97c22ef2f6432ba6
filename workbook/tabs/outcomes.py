"""Outcomes: what training hours bring in capability, what requests leave, and when to act."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Chart, Charts, Lines, Series, Tab, Table
from workbook.expr import Expr
from workbook.tabs import capability, margins
from workbook.tabs.constants import Constants
from workbook.tabs.costs import Costs
from workbook.tabs.links import drawn
from workbook.tabs.scores import Limits, quarters_of

WIDTHS = (250, *(92,) * 12)


class Outcomes(NamedTuple):
    """Lines that other tabs may use."""

    capability: capability.Capability
    margins: margins.Margins
    records: tuple[Table, ...]
    uncounted: Expr
    unsplit: Expr
    tab: Tab


def build(a: Assumptions, constants: Constants, costs: Costs, limits: Limits) -> Outcomes:
    """The two metrics of memo 004, capacity management, each with its flag and its caveat."""
    quarters = quarters_of(a)
    hour = drawn("outcomes", costs.per_hour)
    gained = capability.build(a, constants, limits, quarters)
    earned = margins.build(a, constants, hour, quarters)
    tab = Tab(
        "Outcomes",
        "Capability per training hour and margin per request over time, and when to act on them",
        "operate",
        (
            Lines("Drivers, drawn from other tabs", (hour,)),
            Charts(_charts(gained, earned)),
            *gained.tables,
            Lines("Capability in short", gained.lines),
            *earned.tables,
            Lines(
                "Margin in short",
                earned.lines,
                note="Memo 004: if margin per request declines year over year, research is "
                "prioritised, for cheaper training and serving and further capability.",
            ),
        ),
        grid="wide",
        widths=WIDTHS,
    )
    return Outcomes(
        gained,
        earned,
        (*gained.records, *earned.records),
        gained.uncounted + earned.uncounted,
        earned.unsplit,
        tab,
    )


def _charts(gained: capability.Capability, earned: margins.Margins) -> tuple[Chart, ...]:
    """The two metrics by quarter."""
    quarters = gained.per_hour.axis.names
    return (
        Chart(
            kind="stacked",
            headline=gained.flags,
            title="Headroom closed per bn training hours, by quarter",
            series=(Series("Headroom closed per bn hours", gained.per_hour, "training"),),
            categories=quarters,
            across_title="",
            value_title="share of headroom per bn H100e-hr",
            value_show="axis_decimal1",
            alt="Columns of the share of headroom closed for a billion training hours.",
        ),
        Chart(
            kind="stacked",
            headline=earned.flags,
            title="Margin per inference request, by quarter",
            series=(Series("Margin per request", earned.by_quarter, "inference"),),
            categories=quarters,
            across_title="",
            value_title="$ a request",
            value_show="axis_usd3",
            alt="Columns of the margin per inference request in each quarter.",
        ),
    )
