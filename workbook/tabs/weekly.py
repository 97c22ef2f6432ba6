"""Weekly: what the users of each week need, cost and pay, with and without the rate limit."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from workbook.book import Axis, Column, Line, Table
from workbook.expr import (
    Expr,
    Leaf,
    Operand,
    at_least,
    no_figure,
    running,
    same,
    when,
    whole_up,
)
from workbook.tabs import reading
from workbook.tabs.constants import Constants

OUTSIDE = no_figure("outside the table")
WEEKLY = "USD/wk"


class Prices(NamedTuple):
    """What a week of a pod costs, what one user pays, and what a stack of its own saves."""

    slots: Line
    pod_week: Line
    user_week: Line
    served: Line
    saved: Line


class Course(NamedTuple):
    """One policy, week by week."""

    pods: Column
    cost: Column
    revenue: Column
    margin: Column
    pays: Column
    pays_apart: Column
    table: Table
    working: tuple[Column, ...]


class Curve(NamedTuple):
    """Where a policy's slots stand: their column, and the line with the row before its curve."""

    key: str
    title: str
    short: str
    slots: Column
    start: Line


def build(
    axis: Axis,
    steps: reading.Steps[Column],
    number: Column,
    curve: Curve,
    revenue_each: Expr,
    prices: Prices,
    constants: Constants,
) -> Course:
    """Slots, pods and money of each week on a *curve*; a user pays *revenue_each* a week."""
    make = partial(_column, axis, curve.key)
    found = reading.between(make, curve.slots, curve.start + steps.place, steps.way)

    def within(
        key: str, label: str, unit: str, figure: Operand, how: str, show: str = ""
    ) -> Column:
        algebra = when(same(steps.inside, 1), figure, OUTSIDE)
        return make(key, label, unit, algebra, how=how, show=show)

    slots = within("slots", "Slots", "slot", found.slots, "Between the rows of the table")
    # what only rounding adds to a whole number of pods buys none
    whole = whole_up(found.slots / prices.slots * (1 - constants.tolerance))
    pods = within("pods", "Pods", "pod", whole, "Slots ÷ slots of a pod, rounded up", "whole")
    cost = within("cost", "Cost", WEEKLY, pods * prices.pod_week, "Pods × cost of a pod a week")
    revenue = within(
        "revenue",
        "Revenue",
        WEEKLY,
        steps.asked * revenue_each,
        "Users, as they count × revenue of one a week",
    )
    margin = within("margin", "Margin", WEEKLY, revenue - cost, "Revenue − cost")
    apart = within(
        "apart",
        "Margin, separate stack",
        WEEKLY,
        revenue - cost * (1 - prices.saved),
        "Revenue − cost × (1 − cost saved by a separate stack)",
    )
    summed = make(
        "summed",
        "Margin so far",
        "USD",
        when(same(running(steps.inside), number), running(margin) * constants.one_week, OUTSIDE),
        how="Sum of the margins down to here",
        show="usd0",
    )
    pays, pays_apart = (
        make(
            key,
            label,
            "1",
            when(same(steps.inside, 1), when(at_least(of, 0), 1, 0), 0),
            how="1 where the margin is 0 or more",
            show="flag",
        )
        for key, label, of in (
            ("pays", "Pays", margin),
            ("pays_apart", "Pays, separate stack", apart),
        )
    )
    columns = (slots, pods, cost, revenue, margin, summed, apart, pays, pays_apart)
    working = (found.lower, found.upper, found.times, found.slots)
    return Course(
        pods, cost, revenue, margin, pays, pays_apart, Table(curve.title, axis, columns), working
    )


def _column(
    axis: Axis,
    prefix: str,
    key: str,
    label: str,
    unit: str,
    algebra: Expr,
    *,
    how: str = "",
    show: str = "",
) -> Column:
    return axis.formula(f"{prefix}_{key}", label, unit, algebra, how=how, show=show)


def steps_of(axis: Axis, users: Leaf, table: reading.Users) -> reading.Steps[Column]:
    """Between which rows of the curves the users of each row are."""
    return reading.steps(partial(_column, axis, "read"), users, table)
