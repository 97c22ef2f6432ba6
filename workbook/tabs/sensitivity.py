"""Sensitivity: the memo's cases and the user's own, trade-offs, and answers in reverse."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.assumptions import Assumptions
from workbook.book import (
    Axis,
    Column,
    Entity,
    Gathered,
    Line,
    Lines,
    Tab,
    Table,
    entered,
)
from workbook.expr import (
    At,
    above,
    either,
    given,
    highest,
    lowest,
    magnitude,
    nth,
    order,
    ordinal,
    override,
    position,
    same,
    total_of,
    when,
)
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.links import drawn
from workbook.tabs.policy import Policy
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.supply import Supply
from workbook.tabs.switches import Switch, switch
from workbook.tabs.training import Training
from workbook.tabs.utilization import Utilization

HOURS, SHARE, MONEY, RATE = "H100e·h/yr", "share", "USD/yr", "USD/(H100e·h)"
HOLD_HOURS = "Hours"
ADDS, TAKES, DIVIDES = "Adds", "Takes", "Divides"
MEMO = "Memo 004, sensitivity"
UNPRINTED = "Not printed"
OVERRIDDEN = "The case's own figure where it changes it, otherwise the recommendation's"


@dataclass(frozen=True, slots=True)
class Swings:
    """The drivers of research hours, largest first."""

    name: Column
    worse: Column
    better: Column
    first: Line


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    additional_run: Switch
    swing: Line
    base_research: Line
    case_shortfall: Column
    swings: Swings
    tab: Tab


@dataclass(frozen=True, slots=True)
class _Base:
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


def build(
    a: Assumptions,
    constants: Constants,
    policy: Policy,
    supply: Supply,
    training: Training,
    utilization: Utilization,
    scenarios: Scenarios,
) -> Sensitivity:
    """Departures from the recommendation: no initiative, P2 by need (memo 004, sensitivity)."""
    s = a.sensitivity
    reading = switch(s.additional_run)
    uplift, step, swing, remainder = (
        entered(e) for e in (s.additional_run_uplift, s.step, s.swing, s.remainder_to_inference)
    )
    base = _base(policy, supply, training, utilization)
    alone = Line(
        "pre_run_a_year",
        "A pre-training run alone, in runs with variants",
        "1/yr",
        constants.one_run / training.family,
    )
    cases = axis_of(a.cases, "Case")
    overrides = {key: column_of(a.cases, cases, key) for key in _OVERRIDES}
    added = (reading, uplift, constants.one_run, alone)
    working = _working(cases, overrides, base, training, added)
    hours = _hours(cases, overrides, working, base, remainder)
    results = _results(cases, overrides, working, hours, base)
    swings, swing_tables = _swings(base, swing, supply)
    blocks = (
        Lines("Drivers: drawn from other tabs, and what follows", (*base.lines, alone)),
        Table(
            "What each case changes",
            cases,
            tuple(overrides.values()),
            note="Blank means as in the recommendation. Held “Target”: the revenue target stands "
            "and hours follow. Held “Hours”: the hours stand and revenue follows.",
            mute=results["changed"],
        ),
        Table(
            "Working: what each case uses", cases, tuple(working.values()), mute=results["changed"]
        ),
        Table("Working: hours", cases, tuple(hours.values()), mute=results["changed"]),
        Table("Sensitivity analysis", cases, tuple(results.values()), mute=results["changed"]),
        Lines("What a step of supply is worth", _trade_off(step, base, training)),
        Lines("Answers in reverse", _reverse(base, policy, scenarios)),
        *swing_tables,
    )
    tab = Tab(
        "Sensitivity",
        "What moves the allocation: the memo's cases, your own, trade-offs and what must be true",
        "decide",
        blocks,
        grid="wide",
        label_width=300,
    )
    return Sensitivity(
        entries=(reading.line, uplift, step, swing, remainder),
        additional_run=reading,
        swing=swing,
        base_research=base.research,
        case_shortfall=hours["shortfall"],
        swings=swings,
        tab=tab,
    )


_OVERRIDES = (
    "hold",
    "revenue_target",
    "revenue_per_hour",
    "flop_growth",
    "runs_per_year",
    "additional_runs",
    "research_share",
)


def _base(policy: Policy, supply: Supply, training: Training, utilization: Utilization) -> _Base:
    total, flex, target, rate, need = (
        drawn("sensitivity", line)
        for line in (
            supply.hours,
            supply.allocatable,
            policy.revenue_target,
            utilization.per_hour,
            training.need,
        )
    )
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
    )
    return _Base(total, flex, target, rate, need, per_factor, inference, research)


def _working(
    cases: Axis,
    over: dict[str, Column],
    base: _Base,
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


def _hours(
    cases: Axis, over: dict[str, Column], used: dict[str, Column], base: _Base, remainder: Line
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


def _results(
    cases: Axis,
    over: dict[str, Column],
    used: dict[str, Column],
    hours: dict[str, Column],
    base: _Base,
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


def _trade_off(step: Line, base: _Base, training: Training) -> tuple[Line, ...]:
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
    return (hours, revenue, runs, research)


def _reverse(base: _Base, policy: Policy, scenarios: Scenarios) -> tuple[Line, ...]:
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


def _swings(base: _Base, swing: Line, supply: Supply) -> tuple[Swings, tuple[Lines | Table, ...]]:
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
    place = axis.formula("place", "Order", "1", order(size), how="1 is the largest change")
    first = Table(
        "Swings: change of research hours when one driver moves, the others as they are",
        axis,
        (kind, moved, low, high, size, place),
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
