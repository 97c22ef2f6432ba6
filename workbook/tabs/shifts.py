"""Shifts: what each allocation costs, and what a step of supply costs and earns where it goes."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Gathered, Line, Margin, Table
from workbook.expr import Expr, same, total, when
from workbook.tabs.allotments import CATEGORY_WORDS
from workbook.tabs.reverse import Step
from workbook.tabs.scenarios import Live
from workbook.tabs.supply import Supply

HOURS, MONEY, SHARE = "H100e·h/yr", "USD/yr", "share"
INFERENCE, TRAINING, RESEARCH = "Inference", "Training", "Research"
MOVES = (
    (RESEARCH, INFERENCE),
    (INFERENCE, RESEARCH),
    (RESEARCH, TRAINING),
    (TRAINING, RESEARCH),
    (TRAINING, INFERENCE),
    (INFERENCE, TRAINING),
)


class Allocated(NamedTuple):
    """What the allocations of the live scenario cost."""

    cost: Column
    total: Line
    table: Table


def allocated(live: Live, supply: Supply, supplied: Line, rate: Line, per_hour: Line) -> Allocated:
    """Each allocation of the live scenario at the cost of an H100e hour, beside what it earns."""
    axis = Axis("costs_of", "Allocation", tuple(Entity(k, v) for k, v in CATEGORY_WORDS.items()))
    links: dict[str, Expr] = {"p0": supply.p0_hours, **live.hours, "buffer": supply.buffer_hours}
    hours = Column("hours", "Hours", HOURS, axis, Gathered(tuple(links[k] for k in CATEGORY_WORDS)))
    part = axis.formula("part", "Share of supply", SHARE, hours / supplied)
    cost = axis.formula("cost", "Cost a year", MONEY, hours * per_hour, strong=True)
    earns = axis.formula(
        "revenue",
        "Revenue a year",
        MONEY,
        when(same(axis.names, INFERENCE), hours * rate, 0),
        how="Inference hours × revenue per H100 hour; the others earn later, if at all",
    )
    left = axis.formula("left", "Revenue less cost", MONEY, earns - cost)
    hours_total = Line("costs_hours", "Hours of all allocations", HOURS, total(hours))
    part_total = Line("costs_share", "Share of all allocations", SHARE, total(part))
    cost_total = Line("costs_allocated", "Cost of all allocations", MONEY, total(cost))
    revenue_total = Line("costs_revenue", "Revenue of all allocations", MONEY, total(earns))
    left_total = Line("costs_left", "Revenue less cost of all allocations", MONEY, total(left))
    margin = Margin(
        "Total",
        (
            (hours, hours_total),
            (part, part_total),
            (cost, cost_total),
            (earns, revenue_total),
            (left, left_total),
        ),
    )
    table = Table(
        "What each allocation costs in the live scenario",
        axis,
        (hours, part, cost, earns, left),
        margin=margin,
        note="At the blended cost of an H100e hour: which chip serves which allocation is open.",
    )
    return Allocated(cost, cost_total, table)


def shifted(step: Step, cost: Line, margin: Line) -> Table:
    """One step of supply from one category to another: the cost goes along, the gains differ."""
    axis = Axis(
        "shifts",
        "Shift of a step of supply",
        tuple(Entity(f"{a}_to_{b}".lower(), f"{a} to {b.lower()}") for a, b in MOVES),
    )
    source = axis.fixed("source", "From", [a for a, _ in MOVES], "muted")
    target = axis.fixed("target", "To", [b for _, b in MOVES], "muted")

    def gain(key: str, label: str, unit: str, category: str, worth: Expr, show: str = "") -> Column:
        return axis.formula(
            key,
            label,
            unit,
            when(same(target, category), worth, when(same(source, category), 0 - worth, 0)),
            how=f"What a step is worth in {category.lower()}: gained by it, lost from it",
            show=show,
        )

    moved = axis.formula("moved", "Hours moved", HOURS, step.hours, how="Link")
    carried = axis.formula("carried", "Cost that moves along", MONEY, cost, how="Link")
    columns = (
        source,
        target,
        moved,
        carried,
        gain("revenue", "Revenue", MONEY, INFERENCE, step.revenue),
        gain("margin", "Inference margin", MONEY, INFERENCE, margin),
        gain("runs", "Training runs", "1/yr", TRAINING, step.runs, "decimal3"),
        gain("research", "Research hours", HOURS, RESEARCH, step.hours),
    )
    return Table(
        "What a shift of a step of supply costs and earns",
        axis,
        columns,
        note="The step is that of Sensitivity. All hours are paid for in any use, so the cost of "
        "supply stays as it is: the shift costs what the hours no longer do.",
    )
