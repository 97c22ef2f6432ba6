"""Cases of the sensitivity table: what each one changes, uses, and gives each category."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import (
    Axis,
    Column,
    Line,
)
from workbook.expr import (
    above,
    either,
    given,
    highest,
    override,
    same,
    when,
)
from workbook.tabs.links import drawn
from workbook.tabs.policy import Policy
from workbook.tabs.supply import Supply
from workbook.tabs.switches import Switch
from workbook.tabs.training import Training
from workbook.tabs.utilization import Utilization

HOURS, SHARE, MONEY, RATE = "H100e·h/yr", "share", "USD/yr", "USD/(H100e·h)"
HOLD_HOURS = "Hours"
MEMO = "Memo 004, sensitivity"
OVERRIDDEN = "The case's own figure where it changes it, otherwise the recommendation's"
OVERRIDES = (
    "hold",
    "revenue_target",
    "revenue_per_hour",
    "flop_growth",
    "runs_per_year",
    "additional_runs",
    "research_share",
)


class Base(NamedTuple):
    """The recommendation that every case departs from."""

    supply: Line
    flex: Line
    target: Line
    rate: Line
    need: Line
    per_factor: Line
    inference: Line
    research: Line

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them, in order."""
        return (
            self.supply,
            self.flex,
            self.target,
            self.rate,
            self.need,
            self.per_factor,
            self.inference,
            self.research,
        )


def base(policy: Policy, supply: Supply, training: Training, utilization: Utilization) -> Base:
    """The figures that a case uses where it changes nothing."""
    total, flex, target, rate = (
        drawn("sensitivity", line)
        for line in (
            supply.hours,
            supply.allocatable,
            policy.revenue_target,
            utilization.per_hour,
        )
    )
    need = drawn("sensitivity", training.need, "hours_bn")
    inference = Line("sensitivity_inference_hours", "Inference hours", HOURS, target / rate)
    research = Line(
        "sensitivity_research_hours",
        "Research hours: what the two leave",
        HOURS,
        highest(0, flex - inference - need),
    )
    per_factor = Line(
        "sensitivity_hours_per_factor",
        "Training hours of one run, per multiple of the reference FLOP",
        "H100e·h",
        training.reference_hours * training.family * training.overhead,
        show="hours_bn",
    )
    return Base(total, flex, target, rate, need, per_factor, inference, research)


def working(
    cases: Axis,
    over: dict[str, Column],
    base: Base,
    training: Training,
    added: tuple[Switch, Line, Line, Line],
) -> dict[str, Column]:
    """What each case uses in place of the recommendation's figures.

    *added* has the reading of an additional run, and what each of its three options counts as.
    """
    reading, uplift, family_run, pre_run = added
    runs = cases.formula(
        "runs_used",
        "Training runs",
        "1/yr",
        override(over["runs_per_year"], training.runs),
        how=OVERRIDDEN,
    )
    one_added = cases.formula(
        "one_added",
        "One additional run counts as",
        "1/yr",
        reading.pick(uplift * runs, family_run, pre_run),
        how="Runs: the memo's uplift × training runs, or one run with or without its variants",
    )
    growth = cases.formula(
        "growth_used",
        "FLOP growth",
        "x",
        override(over["flop_growth"], training.growth),
        how=OVERRIDDEN,
    )
    return {
        "target": cases.formula(
            "target_used",
            "Revenue target",
            MONEY,
            override(over["revenue_target"], base.target),
            how=OVERRIDDEN,
        ),
        "rate": cases.formula(
            "rate_used",
            "Revenue per inference hour",
            RATE,
            override(over["revenue_per_hour"], base.rate),
            how=OVERRIDDEN,
        ),
        "growth": growth,
        "factor": cases.formula(
            "factor",
            "Reference FLOP multiplied by",
            "x",
            training.growth_reading.pick(growth, 1 + growth),
            how="The growth, or 1 + the growth, by its reading on Inputs",
        ),
        "runs": runs,
        "one_added": one_added,
        "extra": cases.formula(
            "extra",
            "Added by additional runs",
            "1/yr",
            override(over["additional_runs"], 0) * one_added,
            how="Additional training runs × what one counts as",
        ),
    }


def hours_of(
    cases: Axis, over: dict[str, Column], used: dict[str, Column], base: Base, remainder: Line
) -> dict[str, Column]:
    """Inference, training and research: by need, or beside a fixed research share."""
    fixed, fixed_research = given(over["research_share"]), over["research_share"] * base.supply
    needed = cases.formula(
        "training_needed",
        "Training hours needed",
        HOURS,
        base.per_factor * used["factor"] * (used["runs"] + used["extra"]),
    )
    served = cases.formula(
        "inference_needed",
        "Inference hours needed",
        HOURS,
        when(same(over["hold"], HOLD_HOURS), base.inference, used["target"] / used["rate"]),
        how="Revenue target ÷ revenue per hour; the recommendation's where hours are held",
    )
    left = cases.formula(
        "left",
        "Left beside fixed research",
        HOURS,
        when(fixed, highest(0, base.flex - fixed_research), 0),
        how="What can be allocated − research share × total supply, where a share is fixed",
    )
    inference = cases.formula(
        "inference",
        "Inference hours",
        HOURS,
        when(fixed, left * remainder, served),
        how="As needed; beside a fixed research share, its part of what is left",
    )
    trained = cases.formula(
        "training",
        "Training hours",
        HOURS,
        when(fixed, left * (1 - remainder), needed),
        how="As needed; beside a fixed research share, the rest of what is left",
    )
    research = cases.formula(
        "research_hours",
        "Research hours",
        HOURS,
        when(fixed, fixed_research, highest(0, base.flex - inference - trained)),
        how="What inference and training leave, or the fixed share × total supply",
        memo=MEMO,
    )
    shortfall = cases.formula(
        "shortfall",
        "Shortfall",
        HOURS,
        highest(0, when(fixed, fixed_research, inference + trained) - base.flex),
        how="Hours promised beyond what can be allocated",
    )
    return {
        "needed": needed,
        "served": served,
        "left": left,
        "inference": inference,
        "training": trained,
        "research": research,
        "shortfall": shortfall,
    }


def results(
    cases: Axis,
    over: dict[str, Column],
    used: dict[str, Column],
    hours: dict[str, Column],
    base: Base,
) -> dict[str, Column]:
    """The memo's sensitivity table, and what it does not print."""
    shares = {
        f"{key}_share": cases.formula(
            f"{key}_of_supply",
            key.title(),
            SHARE,
            hours[key] / base.supply,
            how="Hours ÷ total supply",
            memo=MEMO,
        )
        for key in ("inference", "training", "research")
    }
    numbers = [given(column) for key, column in over.items() if key != "hold"]
    return shares | {
        "revenue": cases.formula(
            "revenue", "Serviceable revenue", MONEY, hours["inference"] * used["rate"]
        ),
        "funded": cases.formula(
            "funded",
            "% of recommended training hrs",
            SHARE,
            when(above(base.need, 0), hours["training"] / base.need, 1),
            how="Training hours ÷ training hours needed in the recommendation",
        ),
        "research": cases.formula("research", "Research hours", HOURS, hours["research"]),
        "against": cases.formula(
            "against", "Research against recommendation", HOURS, hours["research"] - base.research
        ),
        "changed": cases.formula(
            "changed",
            "Departs from it",
            "1",
            when(either(*numbers, same(over["hold"], HOLD_HOURS)), 1, 0),
            how="1 where the case changes anything",
        ),
    }
