"""Options: the year of each policy on either stack: pods, cost, revenue, margin, when it pays."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.book import Axis, Column, Entity, Gathered, Line, Owned, Table
from workbook.expr import (
    Constant,
    Expr,
    Operand,
    above,
    joined,
    largest,
    no_figure,
    position,
    same,
    shown,
    total,
    when,
)
from workbook.tabs.constants import Constants
from workbook.tabs.economics import Money
from workbook.tabs.weekly import OUTSIDE, Course

OPTIONS_NOTE = (
    "A separate stack is taken to need the same pods and to cost less by the share on Inputs; "
    "least and most are the ends of the memo’s 60-80%. Pods are whole and held all week."
)


def build(
    courses: Sequence[Course], all_inside: Line, money: Money, constants: Constants
) -> tuple[Table, Column]:
    """The table, and its column of when each pays for itself, in words."""
    week = constants.one_week
    rows = [(course, apart) for course in courses for apart in (False, True)]
    keys = ("free", "free_apart", "tight", "tight_apart")
    labels = ("As it is", "Separate stack", "Rate limit", "Rate limit on a separate stack")
    axis = Axis("options", "Policy", tuple(map(Entity, keys, labels)))

    def inside(figure: Operand) -> Expr:
        return when(same(all_inside, 1), figure, OUTSIDE)

    def drawn(key: str, label: str, unit: str, links: Sequence[Expr], show: str = "") -> Column:
        lines = (
            Line(f"options_{row.key}_{key}", f"{label}, {row.label}", unit, link)
            for row, link in zip(axis.entities, links, strict=True)
        )
        return Column(key, label, unit, axis, Owned(tuple(lines)), show=show)

    pays = [course.pays_apart if apart else course.pays for course, apart in rows]
    most = drawn("most", "Most pods", "pod", [inside(largest(c.pods)) for c, _ in rows], "whole")
    hours = drawn(
        "hours",
        "Pod hours",
        "pod·h",
        [inside(total(c.pods) * money.week_hours * week) for c, _ in rows],
    )
    full = drawn(
        "full", "Cost in full", "USD", [inside(total(c.cost) * week) for c, _ in rows], "usd0"
    )
    shares = Gathered(tuple(money.saved if apart else money.unsaved for _, apart in rows))
    saved = Column("saved", "Saved", "share", axis, shares)
    cost = axis.formula(
        "cost", "Cost", "USD", inside(full * (1 - saved)), show="usd0", how="In full × (1 − saved)"
    )
    revenue = drawn(
        "revenue", "Revenue", "USD", [inside(total(c.revenue) * week) for c, _ in rows], "usd0"
    )
    margin = axis.formula(
        "margin",
        "Margin",
        "USD",
        inside(revenue - cost),
        show="usd0",
        strong=True,
        how="Revenue − cost",
    )
    ends = tuple(
        axis.formula(
            f"margin_{end_name}",
            f"Margin, {end_name} saved",
            "USD",
            inside(revenue - full * (1 - when(above(saved, 0), end, 0))),
            show="usd0",
            how=None,
        )
        for end_name, end in zip(("least", "most"), money.ends, strict=True)
    )
    count = drawn("count", "Weeks that pay", "1", [total(column) for column in pays])
    none = no_figure("none")
    firsts = [when(above(total(c), 0), position(Constant(1), c), none) for c in pays]
    first = drawn("first", "First such week", "1", firsts)
    found = joined("first in week ", shown(first, "0", 0))
    words = axis.formula(
        "words",
        "Pays for itself",
        "text",
        inside(when(above(count, 0), found, "in no week of the year")),
        how=None,
    )
    columns = (most, hours, full, saved, cost, revenue, margin, *ends, count, first, words)
    return Table("The year, by policy", axis, columns, note=OPTIONS_NOTE), words
