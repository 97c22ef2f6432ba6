"""Pricing: list prices of the models and their average, weighted by share of tokens."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Line, Margin, Tab, Table
from workbook.expr import count_where, total, total_where
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.switches import Switch, switch
from workbook.tabs.throughput import Throughput


class Pricing(NamedTuple):
    """Lines that other tabs may use."""

    reading: Switch
    shares: Line
    input: Line
    output: Line
    tab: Tab


def build(a: Assumptions, throughput: Throughput) -> Pricing:
    """Weighted average prices per million tokens (memo 004, pricing matrix and assumptions 3)."""
    reading = switch(a.pricing.share_reading)
    axis = axis_of(a.prices, "Model")
    release, model_class, printed, price_in, price_out = (
        column_of(a.prices, axis, key)
        for key in ("release", "model_class", "printed_share", "input", "output")
    )
    derived = axis.formula(
        "derived_share",
        "Share from class weight",
        "share",
        total_where(throughput.token_share, (throughput.model_class, model_class))
        / count_where((model_class, model_class)),
        how="Share of tokens of the model's class ÷ number of models in the class",
    )
    share = axis.formula(
        "share",
        "Assumed share of total tokens",
        "share",
        reading.pick(derived, printed),
        how="From the class weight, or as the memo prints it, by the reading on Inputs",
    )
    part_in = axis.formula("part_input", "Share × input price", "USD/Mtok", share * price_in)
    part_out = axis.formula("part_output", "Share × output price", "USD/Mtok", share * price_out)
    shares = Line("price_shares", "Total of the shares of tokens", "share", total(share))
    price_input = Line(
        "price_input", "Weighted average price per M input", "USD/Mtok", total(part_in), output=True
    )
    price_output = Line(
        "price_output",
        "Weighted average price per M output",
        "USD/Mtok",
        total(part_out),
        output=True,
    )
    table = Table(
        "Pricing matrix and weighted average price per million input and output tokens",
        axis,
        (model_class, release, derived, printed, share, price_in, price_out, part_in, part_out),
        margin=Margin(
            "Weighted average",
            ((share, shares), (part_in, price_input), (part_out, price_output)),
        ),
        note="List prices of input and output tokens only; other pricing components are left out "
        "(memo 004, assumptions 3).",
    )
    tab = Tab(
        "Pricing",
        "List prices by model, and the price of an average million tokens",
        "capacity",
        (table,),
        grid="wide",
    )
    return Pricing(reading, shares, price_input, price_output, tab)
