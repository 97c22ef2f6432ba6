"""Chips: what of the fleet is owned and rented, and what an hour costs by chip and by term."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Line, Margin, Table
from workbook.data.prices import TERMS
from workbook.expr import above, highest, magnitude, total, total_where, when
from workbook.tabs.rents import (
    CHIP_HOURS,
    CHIP_PRICE,
    HOURS,
    MONEY,
    OTHER_TERM,
    OWNED,
    SHARE,
    Listed,
    Owned,
    Part,
)
from workbook.tabs.supply import Supply

RATE = "USD/(H100e·h)"


@dataclass(frozen=True, slots=True)
class Rented:
    """What of each chip of the fleet is owned, and what is rented at the price list."""

    owned: Column
    beyond: Column
    chips: Column
    chip_hours: Column
    hours: Column
    shares: Column
    gap: Column
    effective: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        return tuple(getattr(self, field.name) for field in fields(self))


class Priced(NamedTuple):
    """What each chip of the fleet costs."""

    per_hour: Column
    blended: Line
    total: Line
    table: Table


class ByTerm(NamedTuple):
    """Supply by how long it is bought for."""

    hours: Line
    table: Table


def terms() -> tuple[Axis, Column]:
    """The terms of the price list with their years, ownership, and what no term fits."""
    names = (*TERMS, OWNED, OTHER_TERM)
    axis = Axis("terms", "Term", tuple(Entity(f"term_{i}", n) for i, n in enumerate(names, 1)))
    years = [float(n.split()[0]) if n[0].isdigit() else None for n in names]
    return axis, axis.fixed("length", "Length", years, "constant", unit="yr")


def rented(supply: Supply, owned: Owned, listed: Listed) -> Rented:
    """What of the quantity on hand is owned, and what is left to rent at the price list."""
    fleet = supply.fleet
    axis, chip = fleet.axis, fleet.chip
    held = axis.formula(
        "owned",
        "Owned",
        "chip",
        total_where(owned.quantity, (owned.chip, chip)),
        how="Chips owned of this kind",
    )
    beyond = axis.formula(
        "owned_beyond", "Owned beyond those on hand", "chip", highest(0, held - fleet.stated)
    )
    chips = axis.formula(
        "rented",
        "Rented at the price list",
        "chip",
        highest(0, fleet.stated - held),
        how="Quantity on hand − owned; what commitments bought comes on top",
    )
    chip_hours = axis.formula(
        "rented_chip_hours", "Chip hours rented", CHIP_HOURS, chips * supply.hours_a_year
    )
    hours = axis.formula("rented_hours", "Hours rented", HOURS, chip_hours / fleet.ratio)
    shares = axis.formula(
        "list_shares",
        "Shares on the price list",
        SHARE,
        total_where(listed.share, (listed.chip, chip)),
        how="Sum of the shares of hours of the chip’s prices",
    )
    gap = axis.formula(
        "list_gap",
        "… less 100%",
        SHARE,
        when(above(chips, 0), magnitude(shares - 1), 0),
        how="Where any are rented at the price list",
        show="deviation",
    )
    effective = axis.formula(
        "effective",
        "Effective price",
        CHIP_PRICE,
        when(above(shares, 0), total_where(listed.weighted, (listed.chip, chip)) / shares, 0),
        how="Mean of the chip’s effective prices, each by its share of hours",
    )
    return Rented(held, beyond, chips, chip_hours, hours, shares, gap, effective)


def priced(
    supply: Supply,
    rate: Line,
    parts: tuple[Part, Part, Part],
    names: tuple[Column, Column, Column],
) -> Priced:
    """Cost by chip; *parts* and the *names* of their chips: price list, commitments, owned."""
    fleet, axis = supply.fleet, supply.fleet.axis
    labels = ("At the price list", "By commitment", "Owned")
    costs = [
        axis.formula(
            f"cost_{i}",
            label,
            MONEY,
            total_where(part.cost, (name, fleet.chip)),
            how=f"Cost a year of this chip: {label[0].lower()}{label[1:]}",
        )
        for i, (label, part, name) in enumerate(zip(labels, parts, names, strict=True), 1)
    ]
    cost = axis.formula("cost", "Cost a year", MONEY, costs[0] + costs[1] + costs[2], strong=True)
    whole = Line("compute_cost", "Cost of all compute", MONEY, total(cost), output=True)
    blended = Line(
        "cost_per_hour",
        "Cost of an H100e hour, blended",
        RATE,
        whole / fleet.total_hours,
        output=True,
    )
    chip_hour = axis.formula(
        "cost_per_chip_hour",
        "A chip hour",
        CHIP_PRICE,
        when(above(fleet.chips, 0), cost / (fleet.chips * supply.hours_a_year), 0),
        how="Cost a year ÷ chip hours a year",
    )
    per_hour = axis.formula(
        "cost_per_hour",
        "An H100e hour",
        RATE,
        when(above(fleet.hours, 0), cost / fleet.hours, 0),
        how="Cost a year ÷ annual instance hours in H100e",
        strong=True,
    )
    left = axis.formula(
        "left_per_hour", "Left of an inference hour", RATE, rate - per_hour, show="usd"
    )
    part = axis.formula("cost_share", "Share of cost", SHARE, cost / whole)
    table = Table(
        "What an hour costs, by chip",
        axis,
        (*costs, cost, chip_hour, per_hour, left, part),
        margin=Margin("Total and blended", ((cost, whole), (per_hour, blended))),
    )
    return Priced(per_hour, blended, whole, table)


def by_term(terms: Axis, parts: tuple[Part, Part, Part], supplied: Line) -> ByTerm:
    """Hours and cost by how long they are bought for."""
    names = terms.names

    def each(key: str, label: str, unit: str, of: Callable[[Part], Column]) -> list[Column]:
        ways = ("at the price list", "by commitment", "owned")
        return [
            terms.formula(
                f"{key}_{i}",
                f"{label} {way}",
                unit,
                total_where(of(part), (part.term, names)),
                how=f"Sum over this term, {way}",
            )
            for i, (way, part) in enumerate(zip(ways, parts, strict=True), 1)
        ]

    hours = each("hours", "Hours", HOURS, lambda part: part.hours)
    costs = each("cost", "Cost", MONEY, lambda part: part.cost)
    all_hours = terms.formula("hours", "Hours", HOURS, hours[0] + hours[1] + hours[2])
    share = terms.formula("share", "Share of supply", SHARE, all_hours / supplied, strong=True)
    cost = terms.formula("cost", "Cost a year", MONEY, costs[0] + costs[1] + costs[2])
    per_hour = terms.formula(
        "cost_per_hour",
        "An H100e hour",
        RATE,
        when(above(all_hours, 0), cost / all_hours, 0),
        how="Cost a year ÷ hours",
    )
    sums = {
        column: Line(f"terms_{key}", f"{label} of all terms", column.unit, total(column))
        for column, key, label in (
            (all_hours, "hours", "Hours"),
            (share, "share", "Share"),
            (cost, "cost", "Cost"),
        )
    }
    table = Table(
        "Supply by term",
        terms,
        (*hours, all_hours, share, *costs, cost, per_hour),
        margin=Margin("Total", tuple(sums.items())),
    )
    return ByTerm(sums[all_hours], table)
