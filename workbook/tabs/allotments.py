"""Allotments: what each scenario gives each category, what that buys, and what must be nothing."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Axis, Column, Line
from workbook.expr import (
    At,
    Expr,
    above,
    both,
    highest,
    magnitude,
    same,
    when,
)
from workbook.tabs.tiers import (
    BY_NEED,
    CATEGORIES,
    HOURS,
    MEMO,
    MONEY,
    NO_INITIATIVE,
    SHARE,
    Drivers,
    Settings,
    Tiers,
)

UNPRINTED = "Not printed"
CATEGORY_WORDS = {
    "p0": "P0 · Safety and SLAs",
    "inference": "Inference",
    "training": "Training",
    "research": "Research",
    "buffer": "Buffer",
}


class Deviations(NamedTuple):
    """What must be nothing in every scenario."""

    tiers: Column
    categories: Column
    splits: Column
    idle_p1: Column
    shortfall: Column

    @property
    def shown(self) -> tuple[Column, ...]:
        """Those with a table of their own; the shortfall stands with the hours."""
        return (self.tiers, self.categories, self.splits, self.idle_p1)


class Allotments(NamedTuple):
    """Hours by category, by tier and in all, and their shares of supply."""

    p1: dict[str, Column]
    p2: dict[str, Column]
    within: dict[str, Column]
    hours: dict[str, Column]
    shortfall: Column
    shares: dict[str, Column]

    @property
    def by_tier(self) -> tuple[Column, ...]:
        """What each tier gives each category."""
        return (*self.p1.values(), *self.p2.values(), *self.within.values())


class Outcomes(NamedTuple):
    """What each scenario earns and trains, and how it stands against the first."""

    revenue: Column
    covered: Column
    runs: Column
    against: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        return (self.revenue, self.covered, self.runs, *self.against)


def allot(axis: Axis, settings: Settings, drivers: Drivers, tiers: Tiers) -> Allotments:
    """P1 to the initiative's category; P2 by need or by shares."""
    p1 = {
        c: axis.formula(
            f"{c}_p1",
            f"{c.title()} in P1",
            HOURS,
            when(same(settings.initiative, c.title()), tiers.hours["p1"], 0),
            how=f"P1 hours where the initiative is {c}",
            memo=MEMO,
        )
        for c in CATEGORIES
    }
    p2 = _p2(axis, settings, drivers, tiers, p1)
    within = {
        c: axis.formula(
            f"{c}_within",
            f"{c.title()} within P2",
            SHARE,
            when(above(tiers.hours["p2"], 0), p2[c] / tiers.hours["p2"], 0),
            how="Hours ÷ P2 hours",
            memo=MEMO,
        )
        for c in CATEGORIES
    }
    hours = {
        c: axis.formula(f"{c}_hours", c.title(), HOURS, p1[c] + p2[c], memo=MEMO, strong=True)
        for c in CATEGORIES
    }
    shortfall = axis.formula(
        "shortfall",
        "Shortfall: hours promised beyond supply",
        HOURS,
        drivers.supply * tiers.excess + _beyond_p2(settings, p2, tiers),
        how="Tiers over 100%, and in P2 what inference and training need beyond it",
        strong=True,
    )
    given = {"p0": tiers.hours["p0"], **hours, "buffer": tiers.hours["buffer"]}
    shares = {
        key: axis.formula(
            f"{key}_share",
            CATEGORY_WORDS[key],
            SHARE,
            given[key] / drivers.supply,
            how="Hours ÷ total supply",
            memo=MEMO,
        )
        for key in CATEGORY_WORDS
    }
    return Allotments(p1, p2, within, hours, shortfall, shares)


def outcomes_of(
    axis: Axis, drivers: Drivers, hours: dict[str, Column], runs_a_year: Line
) -> Outcomes:
    """Serviceable revenue, training funded, and the differences from the first scenario."""
    revenue = axis.formula(
        "revenue",
        "Serviceable revenue",
        MONEY,
        hours["inference"] * drivers.rate,
        memo=MEMO,
        strong=True,
    )
    covered = axis.formula(
        "covered",
        "Recommended training funded",
        SHARE,
        when(above(drivers.need, 0), hours["training"] / drivers.need, 1),
        how="Training hours ÷ training hours needed",
        memo=UNPRINTED,
    )
    families = axis.formula(
        "families",
        "Training runs funded",
        "1/yr",
        covered * runs_a_year,
        how="Recommended training funded × training runs a year",
        memo=UNPRINTED,
    )
    first = axis.entities[0].key
    against = [
        axis.formula(
            f"{column.key}_against",
            f"{label} against the recommendation",
            column.unit,
            column - At(column, first),
            how=f"Scenario − {axis.entities[0].label}",
            memo=UNPRINTED,
        )
        for column, label in (
            (hours["inference"], "Inference"),
            (hours["training"], "Training"),
            (hours["research"], "Research"),
            (revenue, "Revenue"),
        )
    ]
    return Outcomes(revenue, covered, families, tuple(against))


def _p2(
    axis: Axis,
    settings: Settings,
    drivers: Drivers,
    tiers: Tiers,
    p1: dict[str, Column],
) -> dict[str, Column]:
    """P2 by need (inference, then training, research the rest) or by the stated shares."""
    by_need, flex = same(settings.p2_split, BY_NEED), tiers.hours["p2"]

    def split(category: str, need: Expr, how: str) -> Column:
        return axis.formula(
            f"{category}_p2",
            f"{category.title()} in P2",
            HOURS,
            when(by_need, highest(0, need), flex * settings.shares[category]),
            how=f"By need: {how}. By shares: P2 hours × share",
            memo=MEMO,
        )

    inference = split(
        "inference",
        drivers.target / drivers.rate - p1["inference"],
        "revenue to serve ÷ revenue per inference hour, less P1",
    )
    training = split("training", drivers.need - p1["training"], "training hours needed, less P1")
    research = split("research", flex - inference - training, "what inference and training leave")
    return {"inference": inference, "training": training, "research": research}


def _beyond_p2(settings: Settings, p2: dict[str, Column], tiers: Tiers) -> Expr:
    return when(
        same(settings.p2_split, BY_NEED),
        highest(0, p2["inference"] + p2["training"] - tiers.hours["p2"]),
        0,
    )


def deviations_of(
    axis: Axis,
    settings: Settings,
    drivers: Drivers,
    tiers: Tiers,
    hours: dict[str, Column],
    shortfall: Column,
) -> Deviations:
    """What is off where a scenario does not add up."""
    tier_sum = tiers.hours["p0"] + tiers.hours["p1"] + tiers.hours["p2"] + tiers.hours["buffer"]
    given = (
        tiers.hours["p0"]
        + hours["inference"]
        + hours["training"]
        + hours["research"]
        + tiers.hours["buffer"]
    )
    splits = (
        settings.shares["inference"] + settings.shares["training"] + settings.shares["research"]
    )
    return Deviations(
        tiers=axis.formula(
            "tier_gap",
            "Tiers less supply",
            SHARE,
            magnitude(tier_sum / drivers.supply - 1 - tiers.excess),
            how="P0 + P1 + P2 + buffer − over-commitment, against supply",
            show="deviation",
        ),
        categories=axis.formula(
            "category_gap",
            "Categories less supply",
            SHARE,
            magnitude((given - shortfall) / drivers.supply - 1),
            how="P0 + inference + training + research + buffer − shortfall, against supply",
            show="deviation",
        ),
        splits=axis.formula(
            "split_gap",
            "Shares of P2 less 100%",
            SHARE,
            when(same(settings.p2_split, BY_NEED), 0, magnitude(splits - 1)),
            how="Inference + training + research shares, where P2 is split by shares",
            show="deviation",
        ),
        idle_p1=axis.formula(
            "idle_p1",
            "P1 share without an initiative",
            SHARE,
            when(
                both(same(settings.initiative, NO_INITIATIVE), above(settings.p1, 0)),
                settings.p1,
                0,
            ),
            how="A P1 share that no category receives",
            show="deviation",
        ),
        shortfall=shortfall,
    )
