"""Tiers: what each scenario sets, what it draws from other tabs, and its priority tiers."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line
from workbook.expr import (
    above,
    below,
    same,
    when,
)
from workbook.tabs.entities import column_of
from workbook.tabs.policy import Policy
from workbook.tabs.supply import Supply
from workbook.tabs.training import Training
from workbook.tabs.utilization import Utilization

HOURS, SHARE, MONEY = "H100e·h/yr", "share", "USD/yr"
CATEGORIES = ("inference", "training", "research")
BY_NEED, NO_INITIATIVE = "By need", "None"
MEMO = "Memo 004, scenarios"


TIER_WORDS = {
    "p0": "P0 · Safety and SLAs",
    "p1": "P1 · Strategic initiative",
    "p2": "P2 · Flex",
    "buffer": "Buffer",
}


class Settings(NamedTuple):
    """What a person chooses for each scenario."""

    initiative: Column
    p1: Column
    p2_split: Column
    shares: dict[str, Column]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        return (self.initiative, self.p1, self.p2_split, *self.shares.values())


class Drivers(NamedTuple):
    """What each scenario draws from other tabs."""

    supply: Column
    target: Column
    rate: Column
    need: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        return (self.supply, self.target, self.rate, self.need)


class Tiers(NamedTuple):
    """P0, P1, P2 and the buffer as shares of supply and in hours; what exceeds supply."""

    shares: dict[str, Column]
    hours: dict[str, Column]
    excess: Column


def settings_of(a: Assumptions, axis: Axis) -> Settings:
    """The inputs of each scenario."""

    def column(key: str) -> Column:
        return column_of(a.scenarios, axis, key)

    shares = {category: column(category) for category in CATEGORIES}
    return Settings(column("initiative"), column("p1"), column("p2_split"), shares)


def drivers_of(
    axis: Axis, policy: Policy, supply: Supply, training: Training, utilization: Utilization
) -> Drivers:
    """Links, the same for every scenario, so that each column can be read on its own."""

    def link(key: str, label: str, line: Line, tab: str) -> Column:
        return axis.formula(key, label, line.unit, line, how="Link", memo=tab)

    return Drivers(
        link("supply", "Total supply", supply.hours, "Supply"),
        link("target", "Revenue to serve", policy.revenue_target, "Inputs"),
        link("rate", "Revenue per inference hour", utilization.per_hour, "Utilization"),
        link("need", "Training hours needed", training.need, "Training"),
    )


def tiers_of(
    axis: Axis, policy: Policy, settings: Settings, drivers: Drivers, tolerance: Line
) -> Tiers:
    """P0 and the buffer as everywhere, P1 where there is an initiative, P2 what is left."""
    p0 = axis.formula("p0", "P0 · Safety and SLAs", SHARE, policy.p0, how="Link", memo=MEMO)
    p1 = axis.formula(
        "p1_used",
        "P1 · Strategic initiative",
        SHARE,
        when(same(settings.initiative, NO_INITIATIVE), 0, settings.p1),
        how="The share typed above, where there is an initiative",
        memo=MEMO,
    )
    buffer = axis.formula("buffer", "Buffer", SHARE, policy.buffer, how="Link", memo=MEMO)
    # the buffer stands below P2, and a calculation reads from above
    left = 1 - p0 - p1 - policy.buffer
    p2 = axis.formula(
        "p2",
        "P2 · Flex",
        SHARE,
        when(above(left, tolerance), left, 0),
        how="1 − P0 − P1 − buffer, where above nothing",
        memo=MEMO,
    )
    excess = axis.formula(
        "excess",
        "Tiers over 100%",
        SHARE,
        when(below(left, 0 - tolerance), 0 - left, 0),
        how="P0 + P1 + buffer − 1, where above nothing",
    )
    shares = {"p0": p0, "p1": p1, "p2": p2, "buffer": buffer}
    hours = {
        key: axis.formula(f"{key}_hours", TIER_WORDS[key], HOURS, drivers.supply * share, memo=MEMO)
        for key, share in shares.items()
    }
    return Tiers(shares, hours, excess)
