"""Scenarios: the tiers, what each category gets, and what that buys, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line, Lines, Margin, Tab, Table
from workbook.expr import (
    At,
    Expr,
    above,
    below,
    both,
    highest,
    joined,
    magnitude,
    nth,
    position,
    same,
    when,
)
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.policy import Policy
from workbook.tabs.supply import Supply
from workbook.tabs.training import Training
from workbook.tabs.utilization import Utilization

HOURS, SHARE, MONEY = "H100e·h/yr", "share", "USD/yr"
CATEGORIES = ("inference", "training", "research")
BY_NEED, NO_INITIATIVE = "By need", "None"
MEMO = "Memo 004, scenarios"


@dataclass(frozen=True, slots=True)
class Live:
    """The live scenario: what everything after it reads."""

    place: Line
    words: Line
    hours: dict[str, Line]
    shares: dict[str, Line]
    revenue: Line
    covered: Line
    shortfall: Line
    p1: Line
    p0_share: Line
    buffer_share: Line


@dataclass(frozen=True, slots=True)
class Deviations:
    """What must be nothing in every scenario."""

    tiers: Column
    categories: Column
    splits: Column
    idle_p1: Column
    shortfall: Column


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Lines that other tabs may use."""

    axis: Axis
    heads: Column
    shares: dict[str, Column]
    live: Live
    recommended: dict[str, Line]
    recommended_revenue: Line
    deviations: Deviations
    tab: Tab


@dataclass(frozen=True, slots=True)
class _Drivers:
    supply: Column
    target: Column
    rate: Column
    need: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        return (self.supply, self.target, self.rate, self.need)


def build(
    a: Assumptions,
    constants: Constants,
    policy: Policy,
    supply: Supply,
    training: Training,
    utilization: Utilization,
) -> Scenarios:
    """The memo's scenarios and one of the user's own (memo 004, scenarios 1 to 3)."""
    axis = axis_of(a.scenarios, "Scenario")
    live_place = Line(
        "live_position", "Place of the live scenario", "1", position(policy.live, axis.names)
    )
    heads = axis.formula(
        "head",
        "Scenario",
        "text",
        joined(when(same(axis.names, policy.live), "● ", ""), axis.names),
    )
    settings = {key: column_of(a.scenarios, axis, key) for key in _SETTINGS}
    drivers = _Drivers(
        axis.formula("supply", "Total supply", HOURS, supply.hours, how="Link", memo="Supply"),
        axis.formula(
            "target", "Revenue to serve", MONEY, policy.revenue_target, how="Link", memo="Inputs"
        ),
        axis.formula(
            "rate",
            "Revenue per inference hour",
            "USD/(H100e·h)",
            utilization.per_hour,
            how="Link",
            memo="Utilization",
        ),
        axis.formula(
            "need", "Training hours needed", HOURS, training.need, how="Link", memo="Training"
        ),
    )
    tiers = _tiers(axis, policy, settings, constants.tolerance)
    tier_hours = {
        key: axis.formula(
            f"{key}_hours", f"{_TIER_WORDS[key]}", HOURS, drivers.supply * tiers[key], memo=MEMO
        )
        for key in _TIER_WORDS
    }
    p1 = {
        c: axis.formula(
            f"{c}_p1",
            f"{c.title()} in P1",
            HOURS,
            when(same(settings["initiative"], c.title()), tier_hours["p1"], 0),
            how=f"P1 hours where the initiative is {c}",
            memo=MEMO,
        )
        for c in CATEGORIES
    }
    p2 = _p2(axis, settings, drivers, tier_hours, p1)
    within = {
        c: axis.formula(
            f"{c}_within",
            f"{c.title()} within P2",
            SHARE,
            when(above(tier_hours["p2"], 0), p2[c] / tier_hours["p2"], 0),
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
        drivers.supply * tiers["excess"] + _beyond_p2(settings, p2, tier_hours),
        how="Tiers over 100%, and in P2 what inference and training need beyond it",
        strong=True,
    )
    given = {"p0": tier_hours["p0"], **hours, "buffer": tier_hours["buffer"]}
    shares = {
        key: axis.formula(
            f"{key}_share",
            _CATEGORY_WORDS[key],
            SHARE,
            given[key] / drivers.supply,
            how="Hours ÷ total supply",
            memo=MEMO,
        )
        for key in _CATEGORY_WORDS
    }
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
        memo="Not printed",
    )
    families = axis.formula(
        "families",
        "Training runs funded",
        "1/yr",
        covered * training.runs,
        how="Recommended training funded × training runs a year",
        memo="Not printed",
    )
    first = axis.entities[0].key
    against = [
        axis.formula(
            f"{column.key}_against",
            f"{label} against the recommendation",
            column.unit,
            column - At(column, first),
            how=f"Scenario − {axis.entities[0].label}",
            memo="Not printed",
        )
        for column, label in (
            (hours["inference"], "Inference"),
            (hours["training"], "Training"),
            (hours["research"], "Research"),
            (revenue, "Revenue"),
        )
    ]
    deviations = _deviations(axis, settings, drivers, tiers, tier_hours, hours, shortfall)

    def live(
        column: Column, key: str, label: str = "", *, output: bool = False
    ) -> tuple[Column, Line]:
        line = Line(
            key,
            label or f"Live: {column.label}",
            column.unit,
            nth(column, live_place),
            show=column.show,
            output=output,
        )
        return column, line

    def margin(*lines: tuple[Column, Line]) -> Margin:
        return Margin("LIVE", lines, live_place)

    live_hours = {c: live(hours[c], f"live_{c}_hours", output=True) for c in CATEGORIES}
    live_shares = {key: live(shares[key], f"live_{key}_share") for key in shares}
    live_revenue = live(revenue, "live_revenue", output=True)
    live_covered = live(covered, "live_training_funded")
    live_families = live(families, "live_training_runs")
    live_shortfall = live(shortfall, "live_shortfall")
    live_p1 = live(tiers["p1"], "live_p1_share")
    live_name = live(axis.names, "live_name", "Live scenario")
    recommended = {
        c: Line(
            f"recommended_{c}_hours",
            f"Recommended {c} hours",
            HOURS,
            At(hours[c], first),
            output=True,
        )
        for c in CATEGORIES
    }
    recommended_revenue = Line(
        "recommended_revenue", "Recommended serviceable revenue", MONEY, At(revenue, first)
    )
    words = Line(
        "live_words",
        "Live inference and training in words",
        "text",
        joined(
            "Inference ",
            constants.percent(live_shares["inference"][1]),
            ", training ",
            constants.percent(live_shares["training"][1]),
        ),
    )
    blocks = (
        Table(
            "Settings",
            axis,
            (axis.names, *settings.values()),
            heads=heads,
            margin=margin(live_name),
        ),
        Table("Drivers, drawn from other tabs", axis, drivers.columns, margin=margin()),
        Table(
            "Priority tiers, share of supply",
            axis,
            tuple(tiers.values()),
            margin=margin(live_p1),
            note="P0: safety, reliability and contracted SLAs, taken first. P1: company-wide "
            "strategic initiative. P2: flexible, where the trade-offs are made. Buffer: incidents "
            "and spikes.",
        ),
        Table("Priority tiers, hours", axis, tuple(tier_hours.values()), margin=margin()),
        Table(
            "P1 and P2 breakout",
            axis,
            (*p1.values(), *p2.values(), *within.values()),
            margin=margin(),
        ),
        Table(
            "Hours by category",
            axis,
            (*hours.values(), shortfall),
            margin=margin(*live_hours.values(), live_shortfall),
        ),
        Table(
            "Share of supply", axis, tuple(shares.values()), margin=margin(*live_shares.values())
        ),
        Table(
            "What it buys",
            axis,
            (revenue, covered, families, *against),
            margin=margin(live_revenue, live_covered, live_families),
        ),
        Table(
            "What must be nothing",
            axis,
            (deviations.tiers, deviations.categories, deviations.splits, deviations.idle_p1),
            margin=margin(),
        ),
        Lines(
            "For other tabs",
            (live_place, words, *recommended.values(), recommended_revenue),
        ),
    )
    tab = Tab(
        "Scenarios",
        "Who gets the hours under each scenario, what it earns and what it costs",
        "decide",
        tuple(_sideways(block) for block in blocks),
        grid="across",
        freeze_head=True,
    )
    return Scenarios(
        axis=axis,
        heads=heads,
        shares=shares,
        live=Live(
            place=live_place,
            words=words,
            hours={c: live_hours[c][1] for c in CATEGORIES},
            shares={key: live_shares[key][1] for key in live_shares},
            revenue=live_revenue[1],
            covered=live_covered[1],
            shortfall=live_shortfall[1],
            p1=live_p1[1],
            p0_share=live_shares["p0"][1],
            buffer_share=live_shares["buffer"][1],
        ),
        recommended=recommended,
        recommended_revenue=recommended_revenue,
        deviations=deviations,
        tab=tab,
    )


_SETTINGS = ("initiative", "p1", "p2_split", "inference", "training", "research")
_TIER_WORDS = {
    "p0": "P0 · Safety and SLAs",
    "p1": "P1 · Strategic initiative",
    "p2": "P2 · Flex",
    "buffer": "Buffer",
}
_CATEGORY_WORDS = {
    "p0": "P0 · Safety and SLAs",
    "inference": "Inference",
    "training": "Training",
    "research": "Research",
    "buffer": "Buffer",
}


def _sideways(block: Table | Lines) -> Table | Lines:
    if isinstance(block, Lines):
        return block
    return Table(
        block.title,
        block.axis,
        block.columns,
        across=True,
        margin=block.margin,
        note=block.note,
        heads=block.heads,
    )


def _tiers(
    axis: Axis, policy: Policy, settings: dict[str, Column], tolerance: Line
) -> dict[str, Column]:
    p0 = axis.formula("p0", "P0 · Safety and SLAs", SHARE, policy.p0, how="Link", memo=MEMO)
    p1 = axis.formula(
        "p1_used",
        "P1 · Strategic initiative",
        SHARE,
        when(same(settings["initiative"], NO_INITIATIVE), 0, settings["p1"]),
        how="The share typed above, where there is an initiative",
        memo=MEMO,
    )
    buffer = axis.formula("buffer", "Buffer", SHARE, policy.buffer, how="Link", memo=MEMO)
    left = 1 - p0 - p1 - buffer
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
    return {"p0": p0, "p1": p1, "p2": p2, "buffer": buffer, "excess": excess}


def _p2(
    axis: Axis,
    settings: dict[str, Column],
    drivers: _Drivers,
    tier_hours: dict[str, Column],
    p1: dict[str, Column],
) -> dict[str, Column]:
    """P2 by need (inference, then training, research the rest) or by the stated shares."""
    by_need, flex = same(settings["p2_split"], BY_NEED), tier_hours["p2"]

    def split(category: str, need: Expr, how: str) -> Column:
        return axis.formula(
            f"{category}_p2",
            f"{category.title()} in P2",
            HOURS,
            when(by_need, highest(0, need), flex * settings[category]),
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


def _beyond_p2(
    settings: dict[str, Column], p2: dict[str, Column], tier_hours: dict[str, Column]
) -> Expr:
    return when(
        same(settings["p2_split"], BY_NEED),
        highest(0, p2["inference"] + p2["training"] - tier_hours["p2"]),
        0,
    )


def _deviations(
    axis: Axis,
    settings: dict[str, Column],
    drivers: _Drivers,
    tiers: dict[str, Column],
    tier_hours: dict[str, Column],
    hours: dict[str, Column],
    shortfall: Column,
) -> Deviations:
    tier_sum = tier_hours["p0"] + tier_hours["p1"] + tier_hours["p2"] + tier_hours["buffer"]
    given = (
        tier_hours["p0"]
        + hours["inference"]
        + hours["training"]
        + hours["research"]
        + tier_hours["buffer"]
    )
    splits = settings["inference"] + settings["training"] + settings["research"]
    return Deviations(
        tiers=axis.formula(
            "tier_gap",
            "Tiers less supply",
            SHARE,
            magnitude(tier_sum / drivers.supply - 1 - tiers["excess"]),
            how="P0 + P1 + P2 + buffer − over-commitment, against supply",
            show="tiny",
        ),
        categories=axis.formula(
            "category_gap",
            "Categories less supply",
            SHARE,
            magnitude((given - shortfall) / drivers.supply - 1),
            how="P0 + inference + training + research + buffer − shortfall, against supply",
            show="tiny",
        ),
        splits=axis.formula(
            "split_gap",
            "Shares of P2 less 100%",
            SHARE,
            when(same(settings["p2_split"], BY_NEED), 0, magnitude(splits - 1)),
            how="Inference + training + research shares, where P2 is split by shares",
            show="tiny",
        ),
        idle_p1=axis.formula(
            "idle_p1",
            "P1 share without an initiative",
            SHARE,
            when(
                both(same(settings["initiative"], NO_INITIATIVE), above(settings["p1"], 0)),
                settings["p1"],
                0,
            ),
            how="A P1 share that no category receives",
            show="tiny",
        ),
        shortfall=shortfall,
    )
