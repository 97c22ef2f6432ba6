"""Swings: how research moves when one driver at a time moves by the same share."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import (
    Axis,
    Column,
    Entity,
    Gathered,
    Line,
    Lines,
    Table,
)
from workbook.expr import (
    At,
    highest,
    lowest,
    magnitude,
    nth,
    order,
    ordinal,
    position,
    rounded,
    same,
    when,
)
from workbook.tabs.cases import Base
from workbook.tabs.supply import Supply

HOURS, SHARE, MONEY, RATE = "H100e·h/yr", "share", "USD/yr", "USD/(H100e·h)"
ADDS, TAKES, DIVIDES = "Adds", "Takes", "Divides"


class Swings(NamedTuple):
    """The drivers of research hours, largest first."""

    name: Column
    worse: Column
    better: Column
    first: Line


def build(
    base: Base, swing: Line, supply: Supply, order_places: Line
) -> tuple[Swings, tuple[Lines | Table, ...]]:
    """How research hours move when one driver at a time moves by the same share, largest first."""
    drivers = (
        ("supply", "Supply", base.flex, ADDS),
        ("p0", "P0 share", supply.p0_hours, TAKES),
        ("buffer", "Buffer share", supply.buffer_hours, TAKES),
        ("target", "Revenue target", base.inference, TAKES),
        ("rate", "Revenue per inference hour", base.inference, DIVIDES),
        ("need", "Training need: growth, runs or overhead", base.need, TAKES),
    )
    axis = Axis("swings", "Driver", tuple(Entity(key, label) for key, label, _, _ in drivers))
    kind = axis.fixed("kind", "Effect on research", [k for _, _, _, k in drivers], "muted")
    moved = Column("moved", "Hours it drives", HOURS, axis, Gathered(tuple(d[2] for d in drivers)))
    low = axis.formula(
        "low",
        "Research, driver down",
        HOURS,
        when(
            same(kind, DIVIDES),
            moved - moved / (1 - swing),
            when(same(kind, ADDS), 0 - moved * swing, moved * swing),
        ),
        how="Change when the driver falls by the swing: what it adds falls, what it takes is freed",
    )
    high = axis.formula(
        "high",
        "Research, driver up",
        HOURS,
        when(
            same(kind, DIVIDES),
            moved - moved / (1 + swing),
            when(same(kind, ADDS), moved * swing, 0 - moved * swing),
        ),
        how="Change when the driver rises by the swing",
    )
    size = axis.formula("size", "Larger change", HOURS, highest(magnitude(low), magnitude(high)))
    weight = axis.formula(
        "weight",
        "Share of supply, rounded",
        SHARE,
        rounded(size / base.supply, order_places),
        how="Larger change ÷ total supply, to as many places as decide the order",
    )
    place = axis.formula("place", "Order", "1", order(weight), how="1 is the largest change")
    first = Table(
        "Swings: change of research hours when one driver moves, the others as they are",
        axis,
        (kind, moved, low, high, size, weight, place),
        note="Before any shortfall: research would be cut below nothing where the sum asks for it.",
    )
    ranks = Axis(
        "ranked", "Rank", tuple(Entity(f"rank_{i}", f"No. {i}") for i in range(1, len(drivers) + 1))
    )
    rank = ranks.formula("rank", "Row", "1", ordinal(ranks.names), how="1 is the largest change")
    found = ranks.formula("found", "Row of the driver", "1", position(rank, place))
    name = ranks.formula(
        "driver",
        "Driver",
        "text",
        nth(axis.names, found),
        how="The driver in that row of the table above",
    )
    worse = ranks.formula(
        "worse",
        "Unfavourable",
        HOURS,
        lowest(nth(low, found), nth(high, found)),
        how="The smaller of the driver’s two changes",
    )
    better = ranks.formula(
        "better",
        "Favourable",
        HOURS,
        highest(nth(low, found), nth(high, found)),
        how="The larger of the driver’s two changes",
    )
    leader = Line("largest_driver", "Driver that moves research most", "text", At(name, "rank_1"))
    ranked = Table("Swings, largest first", ranks, (rank, found, worse, better, name))
    return Swings(name, worse, better, leader), (first, ranked, Lines("Largest swing", (leader,)))
