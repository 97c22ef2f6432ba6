"""Trade-offs and answers in reverse: what a step is worth, and what must be true."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import (
    Line,
)
from workbook.expr import (
    above,
    highest,
    total_of,
    when,
)
from workbook.tabs.cases import Base
from workbook.tabs.policy import Policy
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.training import Training

HOURS, SHARE, MONEY, RATE = "H100e·h/yr", "share", "USD/yr", "USD/(H100e·h)"
UNPRINTED = "Not printed"


class Step(NamedTuple):
    """What one step of supply is, and what it is worth in each use."""

    hours: Line
    revenue: Line
    runs: Line
    research: Line

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them, in order."""
        return (self.hours, self.revenue, self.runs, self.research)


def trade_off(step: Line, base: Base, training: Training) -> Step:
    """What one step of supply is worth as revenue, training and research."""
    hours = Line("step_hours", "Hours in one step of supply", HOURS, step * base.supply)
    revenue = Line(
        "step_revenue", "As inference: revenue", MONEY, hours * base.rate, memo=UNPRINTED
    )
    runs = Line(
        "step_runs",
        "As training: runs with their variants",
        "1/yr",
        hours / (training.run_hours * training.overhead),
        how="Hours ÷ (hours of a run with its variants × overhead)",
        show="decimal3",
        memo=UNPRINTED,
    )
    research = Line(
        "step_research",
        "As research: share of what can be allocated",
        SHARE,
        hours / base.flex,
        memo=UNPRINTED,
    )
    return Step(hours, revenue, runs, research)


def reverse(base: Base, policy: Policy, scenarios: Scenarios) -> tuple[Line, ...]:
    """What must be true: closed forms, no goal seek."""
    live_inference = scenarios.live.hours["inference"]
    room = Line(
        "reverse_room",
        "Share of supply that can be allocated",
        SHARE,
        1 - policy.p0 - policy.buffer,
    )
    serving = Line(
        "reverse_research_share",
        "Largest research share that serves the revenue target",
        SHARE,
        room - base.inference / base.supply,
        how="Share that can be allocated − inference hours ÷ supply: training gives way",
        memo=UNPRINTED,
    )
    serving_and_trained = Line(
        "reverse_research_share_trained",
        "… and also funds the training needed",
        SHARE,
        serving - base.need / base.supply,
        how="That share − training hours needed ÷ supply",
        memo=UNPRINTED,
    )
    rate = Line(
        "reverse_rate",
        "Break-even revenue per inference hour",
        RATE,
        base.target / (base.flex - base.need),
        how="Revenue target ÷ (what can be allocated − training needed): no research left",
        memo=UNPRINTED,
    )
    exists = Line(
        "reverse_rate_state",
        "… whether such a rate exists",
        "text",
        when(above(base.flex, base.need), "● yes", "▲ no: training takes all"),
        show="status",
        how="Whether training leaves any hours to inference",
    )
    live_rate = Line(
        "reverse_rate_live",
        "Revenue per hour at which live inference hours earn the target",
        RATE,
        when(above(live_inference, 0), base.target / live_inference, 0),
        how="Revenue target ÷ live inference hours; nothing where there are none",
        memo=UNPRINTED,
    )
    just = Line(
        "reverse_supply_needs",
        "Supply that just funds revenue target and training",
        HOURS,
        (base.inference + base.need) / room,
        how="(Inference + training hours needed) ÷ share that can be allocated",
        memo=UNPRINTED,
    )
    wanted = tuple(
        Line(
            f"reverse_{category}_hours",
            f"{category.title()}: the larger of live and recommended",
            HOURS,
            highest(scenarios.live.hours[category], scenarios.recommended[category]),
        )
        for category in ("inference", "training", "research")
    )
    everything = Line(
        "reverse_supply",
        "Supply that would fund everything",
        HOURS,
        total_of(wanted) / room,
        how="Those three ÷ share that can be allocated: none below live or recommended",
        memo=UNPRINTED,
    )
    shares = (room, serving, serving_and_trained)
    return (*shares, rate, exists, live_rate, just, *wanted, everything)
