"""Costs: what an hour of each chip costs, what each allocation costs, and what it leaves."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Column, Line, Lines, Tab, Table
from workbook.expr import Expr, above, largest, total, total_where, when
from workbook.tabs import chips, rents, shifts
from workbook.tabs.chips import RATE
from workbook.tabs.links import drawn
from workbook.tabs.rents import HOURS, MONEY, SHARE, Part
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.sensitivity import Sensitivity
from workbook.tabs.supply import Supply
from workbook.tabs.utilization import Utilization


class Deviations(NamedTuple):
    """What must be nothing, each against the whole of it."""

    terms: Expr
    shares: Expr
    allocations: Expr
    owned: Expr


class Costs(NamedTuple):
    """Lines that other tabs may use."""

    per_hour: Line
    of_supply: Line
    margin: Line
    chip_per_hour: Column
    deviations: Deviations
    tab: Tab


def build(
    a: Assumptions,
    supply: Supply,
    utilization: Utilization,
    scenarios: Scenarios,
    sensitivity: Sensitivity,
) -> Costs:
    """From prices, commitments and ownership to the cost of an H100e hour and of an allocation.

    Information (d) of memo 004: pricing by provider, and total cost of ownership.
    """
    live = scenarios.live
    drivers = tuple(
        drawn("costs", line)
        for line in (supply.hours, utilization.per_hour, live.revenue, live.shortfall)
    )
    supplied, rate, revenue, shortfall = drivers
    terms, lengths = chips.terms()
    listed = rents.listed_of(a, supply.fleet.chip)
    owned = rents.owned_of(a, supply)
    rented = chips.rented(supply, owned, listed)
    deals = rents.of_commitments(supply, terms, lengths)
    bought = rents.of_list(listed, (supply.fleet.chip, rented.hours, rented.chip_hours))
    held = rents.of_owned(owned, supply)
    beside = rents.beside_rent(
        owned, supply, total_where(rented.effective, (supply.fleet.chip, owned.chip))
    )
    parts = (bought, deals, held)
    priced = chips.priced(supply, rate, parts, (listed.chip, supply.commitments.chip, owned.chip))
    per_hour, of_supply = priced.blended, priced.total
    by_term = chips.by_term(terms, parts, supplied)
    margin = _margin(rate, revenue, per_hour, of_supply)
    spent = shifts.allocated(live, supply, supplied, rate, per_hour)
    step = _step(sensitivity, per_hour)
    saved = _saved(bought)
    tab = Tab(
        "Costs",
        "What an hour of compute costs by chip, term and allocation, and what inference leaves",
        "decide",
        (
            Lines("Drivers, drawn from other tabs", drivers),
            Table(
                "Terms",
                terms,
                (lengths,),
                note="Those of the price list; a commitment of Supply goes with one as long.",
            ),
            Table(
                "Price list",
                listed.chip.axis,
                listed.columns,
                note="Prices in the words of FOCUS, the FinOps Open Cost and Usage Specification. "
                "Illustrative but for the B200’s effective $3.50 (memo 004, assumptions 1).",
            ),
            Table(
                "Owned capacity",
                owned.chip.axis,
                owned.columns,
                note="Memo 004 has none: all capacity is rented, so the quantity is 0. Prices are "
                "illustrative.",
            ),
            Table("Owned capacity: cost of a chip", owned.chip.axis, owned.breakdown),
            Table("What is owned and what is rented", supply.fleet.axis, rented.columns),
            Table("Working: what the price list costs", listed.chip.axis, bought.columns),
            Table("Working: what commitments cost", supply.commitments.axis, deals.columns),
            Table("Owned beside rented", owned.chip.axis, (*held.columns, *beside)),
            priced.table,
            by_term.table,
            Lines("What terms and negotiation save on the price list", saved),
            Lines("Margin of an inference hour", margin),
            spent.table,
            Lines("A step of supply, as on Sensitivity", step),
            shifts.shifted(sensitivity.step, step[0], step[1]),
        ),
        grid="wide",
        label_width=300,
    )
    unmatched = total(owned.quantity) - total(rented.owned) + total(rented.beyond)
    deviations = Deviations(
        terms=by_term.hours / supplied - 1,
        shares=largest(rented.gap),
        allocations=(spent.total - shortfall * per_hour) / of_supply - 1,
        owned=unmatched / total(supply.fleet.chips),
    )
    return Costs(per_hour, of_supply, margin[0], priced.per_hour, deviations, tab)


def _saved(bought: Part) -> tuple[Line, Line]:
    """What discounts on the price list are worth a year."""
    *_, negotiated, committed = bought.columns
    return (
        Line("saved_by_negotiation", "Saved by negotiation", MONEY, total(negotiated)),
        Line("saved_by_term", "Saved by committing to a term", MONEY, total(committed)),
    )


def _margin(rate: Line, revenue: Line, per_hour: Line, of_supply: Line) -> tuple[Line, ...]:
    """What an hour of inference leaves, and what all compute needs."""
    margin = Line(
        "margin_per_hour",
        "Margin of an inference hour",
        RATE,
        rate - per_hour,
        how="Revenue per H100 hour − cost of an H100e hour, blended",
        strong=True,
        output=True,
    )
    share = Line(
        "margin_share",
        "… as a share of revenue",
        SHARE,
        when(above(rate, 0), margin / rate, 0),
        how="Margin ÷ revenue per H100 hour",
    )
    needed = Line(
        "hours_paying_compute",
        "Inference hours whose revenue pays for all compute",
        HOURS,
        of_supply / rate,
    )
    left = Line(
        "left_after_compute",
        "Live revenue less the cost of all compute",
        MONEY,
        revenue - of_supply,
        how="Training, research, P0 and the buffer are paid for as well",
    )
    return margin, share, needed, left


def _step(sensitivity: Sensitivity, per_hour: Line) -> tuple[Line, Line]:
    step = sensitivity.step
    cost = Line(
        "step_cost", "Cost of the hours in one step", MONEY, step.hours * per_hour, show="usd_bn"
    )
    margin = Line("step_margin", "As inference: revenue less cost", MONEY, step.revenue - cost)
    return cost, margin
