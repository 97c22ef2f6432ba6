"""Utilization: what an H100 hour of inference earns, by utilization and after discount."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Column, Line, Lines, Tab, Table, entered
from workbook.expr import joined
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.links import drawn
from workbook.tabs.pricing import Pricing
from workbook.tabs.throughput import Throughput


class Utilization(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    inference: Line
    per_hour: Line
    words: Line
    level: Column
    list_revenue: Column
    revenue: Column
    tab: Tab


def build(
    a: Assumptions, constants: Constants, throughput: Throughput, pricing: Pricing
) -> Utilization:
    """Revenue per H100 hour (memo 004, utilization sensitivity and assumptions 5)."""
    inference, discount = entered(a.utilization.inference), entered(a.utilization.discount)
    drivers = tuple(
        drawn("utilization", line)
        for line in (
            throughput.output_tokens,
            throughput.input_tokens,
            pricing.output,
            pricing.input,
        )
    )
    out_tokens, in_tokens, out_price, in_price = drivers
    per_hour = "USD/(H100e·h)"
    from_output = Line(
        "revenue_from_output",
        "From output tokens, fully utilized",
        per_hour,
        out_tokens * out_price / constants.tokens_per_mtok,
    )
    from_input = Line(
        "revenue_from_input",
        "From input tokens, fully utilized",
        per_hour,
        in_tokens * in_price / constants.tokens_per_mtok,
    )
    full = Line(
        "revenue_per_full_hour",
        "Revenue per H100 hour, fully utilized",
        per_hour,
        from_output + from_input,
    )
    levels = axis_of(a.levels, "Utilization level")
    level = column_of(a.levels, levels, "utilization")
    list_revenue = levels.formula("list", "Revenue per H100 hour", per_hour, full * level)
    cut = levels.formula("discount", "Discount", "share", discount, how="As on Inputs")
    revenue = levels.formula(
        "revenue", "Revenue per H100 hour after discount", per_hour, list_revenue * (1 - cut)
    )
    at_list = Line(
        "revenue_per_hour_list",
        "Revenue per H100 hour at list price",
        per_hour,
        full * inference,
        memo="Memo 004, utilization",
        output=True,
    )
    after = Line(
        "revenue_per_hour",
        "Revenue per H100 hour",
        per_hour,
        at_list * (1 - discount),
        memo="Memo 004, utilization",
        strong=True,
        output=True,
    )
    words = Line(
        "revenue_words",
        "Revenue per H100 hour in words",
        "text",
        joined("$", constants.decimal(after)),
    )
    tab = Tab(
        "Utilization",
        "What an H100 hour of inference earns, by utilization, before and after discount",
        "capacity",
        (
            Lines("Drivers, drawn from other tabs", drivers),
            Lines("Revenue per H100 hour", (from_output, from_input, full, at_list, after, words)),
            Table(
                "Utilization sensitivity",
                levels,
                (level, list_revenue, cut, revenue),
                note="API revenue only, likely overstated before discount (assumptions 5).",
            ),
        ),
        grid="wide",
        label_width=240,
    )
    return Utilization(
        entries=(inference, discount),
        inference=inference,
        per_hour=after,
        words=words,
        level=level,
        list_revenue=list_revenue,
        revenue=revenue,
        tab=tab,
    )
