"""Paying: at which numbers of users revenue covers the cost of the pods that they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Line, Table
from workbook.expr import (
    Expr,
    above,
    below,
    largest,
    no_figure,
    nth,
    ordinal,
    when,
    whole_up,
)
from workbook.tabs import reading
from workbook.tabs.constants import Constants
from workbook.tabs.weekly import Curve, Prices

NOWHERE = no_figure("not in the table")
NOTE = (
    "Whole pods for users like the memo’s, who pay the realised price. A user takes less of a pod "
    "the more there are, and the last pod is seldom full: the share goes up in steps."
)


class Paying(NamedTuple):
    """From how many users on each policy pays, and the tables that show it."""

    starts: tuple[Line, ...]
    table: Table
    working: Table


class _Covered(NamedTuple):
    """Revenue over cost on one curve, with and without a stack of its own."""

    columns: tuple[Column, ...]
    losses: tuple[Column, Column]


def build(
    users: Sequence[float],
    table: reading.Users,
    curves: Sequence[tuple[Curve, Expr]],
    prices: Prices,
    constants: Constants,
) -> Paying:
    """Each number of users of the table, on *curves* with what a user pays a week there."""
    axis = Axis(
        "paying",
        "Users",
        tuple(Entity(f"size_{i}", f"{each:,.0f} users") for i, each in enumerate(users, 1)),
    )
    number = axis.formula("number", "Row", "1", ordinal(axis.names), how=None)
    each = axis.formula("users", "Users", "user", nth(table.grid, number), how=None)
    covered = [
        _covered(axis, number, each, curve, paid, prices, constants) for curve, paid in curves
    ]
    losses = [loss for pair in covered for loss in pair.losses]
    starts = tuple(
        Line(
            f"policy_pays_{loss.key}",
            f"Users from whom on it pays, {loss.label[:1].lower()}{loss.label[1:]}",
            "user",
            when(below(largest(loss), table.count), nth(each, largest(loss) + 1), NOWHERE),
            how="The first row of the table below after the last that loses",
            output=True,
        )
        for loss in losses
    )
    shown = (number, each, *(column for pair in covered for column in pair.columns))
    return Paying(
        starts,
        Table("Revenue against cost, by number of users", axis, shown, note=NOTE),
        Table("Working: rows that lose", axis, tuple(losses)),
    )


def _covered(
    axis: Axis,
    number: Column,
    users: Column,
    curve: Curve,
    paid: Expr,
    prices: Prices,
    constants: Constants,
) -> _Covered:
    slots = axis.formula(
        f"{curve.key}_slots",
        f"Slots, {curve.short}",
        "slot",
        nth(curve.slots, curve.start + number),
        how=None,
    )
    pods = axis.formula(
        f"{curve.key}_pods",
        f"Pods, {curve.short}",
        "pod",
        whole_up(slots / prices.slots * (1 - constants.tolerance)),
        how=None,
        show="whole",
    )
    cover = axis.formula(
        f"{curve.key}_cover",
        f"Covered, {curve.short}",
        "share",
        when(above(pods, 0), users * paid / (pods * prices.pod_week), no_figure("no pod")),
        how="Users × revenue of one ÷ (pods × cost of one): 100% and more pays",
    )
    apart = axis.formula(
        f"{curve.key}_apart_cover",
        "… separate stack",
        "share",
        when(above(pods, 0), cover / (1 - prices.saved), no_figure("no pod")),
        how=None,
    )
    losses = [
        axis.formula(
            key,
            label,
            "1",
            when(above(pods, 0), when(below(of, 1), number, 0), 0),
            how="The row’s number where revenue is below cost",
            show="flag",
        )
        for key, label, of in (
            (curve.key, curve.title, cover),
            (f"{curve.key}_apart", f"{curve.title}, separate stack", apart),
        )
    ]
    return _Covered((slots, pods, cover, apart), (losses[0], losses[1]))
