"""All tabs, in order, into one book."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workbook import memo_facts
from workbook.assumptions import PRESETS, Assumptions
from workbook.book import (
    Book,
    Line,
    Stamp,
    Tab,
    entered,
    entry_value,
    lines_of,
    tables_of,
    unit_faults,
)
from workbook.demand_facts import Simulated
from workbook.evaluate import Model
from workbook.expr import At, Expr, highest, largest, total
from workbook.functions import Value
from workbook.tabs import (
    batch,
    bridge,
    checks,
    constants,
    costs,
    cover,
    dashboard,
    demand,
    information,
    inputs,
    ledger,
    memo,
    operations,
    outcomes,
    plan,
    pod,
    policy,
    pricing,
    records,
    scenarios,
    scores,
    sensitivity,
    sharing,
    sharing_checks,
    sources,
    supply,
    throughput,
    training,
    usage,
    utilization,
)
from workbook.units import UnitError

Simulation: TypeAlias = Callable[[Assumptions], Sequence[Simulated]]
"""Returns the presets of a set of assumptions, with their tables."""

FAULTS_SHOWN = 5
GROUPS = {
    "start": "Start here",
    "assume": "Assumptions",
    "capacity": "Capacity and price",
    "decide": "Decisions",
    "operate": "Operations",
    "pod": "Small-scale inference",
    "control": "Proof",
}


@dataclass(frozen=True, slots=True, repr=False)
class Core:
    """The model itself: the tabs of the memo, before anything that looks back at them."""

    constants: constants.Constants
    policy: policy.Policy
    supply: supply.Supply
    training: training.Training
    throughput: throughput.Throughput
    pricing: pricing.Pricing
    utilization: utilization.Utilization
    scenarios: scenarios.Scenarios
    sensitivity: sensitivity.Sensitivity
    costs: costs.Costs
    usage: usage.Usage
    outcomes: outcomes.Outcomes
    pod: pod.Pod
    batch: batch.Batch
    bridge: bridge.Bridge
    demand: demand.Demand
    information: information.Information
    sharing: sharing.Sharing
    as_of: Line
    days: Mapping[str, Line]
    tabs: tuple[Tab, ...]

    def figures(self) -> dict[str, Expr]:
        """Every figure by id: lines by key, cells of tables as table.row.column."""
        found: dict[str, Expr] = {}
        for tab in self.tabs:
            found |= {line.key: line for line in lines_of(tab)}
            for table in tables_of(tab):
                for column in table.columns:
                    for entity in table.axis.entities:
                        at = At(column, entity.key)
                        found[f"{table.axis.key}.{entity.key}.{column.key}"] = at
        return found


def core(a: Assumptions, found: Sequence[Simulated], originals: Mapping[str, Stamp]) -> Core:
    """The model for a set of assumptions and the tables that were *found* for its presets.

    *originals* are the memo's values of the inputs.
    """
    fixed = constants.build()
    rules = policy.build(a.allocation)
    as_of = entered(a.control.as_of)
    stale_fails = entered(a.control.stale_information)
    days = {key: entered(file.as_of) for key, file in a.data.files.items()}
    fleet = supply.build(a, fixed, rules)
    models = training.build(a, fixed)
    tokens = throughput.build(a, fixed)
    prices = pricing.build(a, tokens)
    earned = utilization.build(a, fixed, tokens, prices)
    plans = scenarios.build(a, fixed, rules, fleet, models, earned)
    moves = sensitivity.build(a, fixed, rules, fleet, models, earned, plans)
    spent = costs.build(a, fleet, earned, plans, moves)
    limits = tuple(entered(e) for e in (*a.usage.inputs(), *a.outcomes.inputs()))
    hours = usage.build(a, fixed, spent, limits[0])
    results = outcomes.build(a, fixed, spent, scores.Limits(*limits[1:]))
    one_pod = pod.build(a, fixed, fleet)
    runs = batch.build(a, fixed, fleet, one_pod)
    across = bridge.build(a, fleet, earned, plans, one_pod)
    served = demand.build(a, found, fixed, one_pod, across)
    shared = sharing.build(a, fixed, fleet, plans.live.hours)
    switches = (
        models.growth_reading,
        prices.reading,
        tokens.weighting,
        moves.additional_run,
        *one_pod.switches,
        *runs.switches,
        shared.reading,
    )
    groups: tuple[tuple[str, Sequence[Line]], ...] = (
        ("Assumptions", (as_of, stale_fails)),
        ("Supply", (fleet.hours_a_year,)),
        ("Training need", models.entries),
        ("Revenue per inference hour", (*tokens.entries, prices.reading.line, *earned.entries)),
        ("Allocation policy", rules.entries),
        ("Sensitivity", moves.entries),
        ("Inference pod", one_pod.entries),
        ("Batch experiments", runs.entries),
        ("Bridge to the allocation", across.entries),
        ("Usage and outcomes", limits),
        ("Requests and pools", shared.entries),
    )
    if days:
        groups += (("Data files", tuple(days.values())),)
    front = inputs.build(groups, switches, fixed, originals)
    known = information.build(a, as_of, days, stale_fails)
    flags = {
        "Usage": hours.flags,
        "Capability per training hour": results.capability.flags,
        "Margin per request": results.margins.flags,
        "Simulated tables": served.state,
    }
    page = plan.build(a, plan.Drawn(fleet, earned, plans, shared, known, as_of), flags)
    shown = dashboard.build(rules, fixed, fleet, earned, plans, moves)
    tabs = (
        shown,
        front,
        fleet.tab,
        models.tab,
        prices.tab,
        tokens.tab,
        earned.tab,
        plans.tab,
        moves.tab,
        spent.tab,
        *shared.tabs,
        hours.tab,
        results.tab,
        ledger.build((*hours.records, *results.records)),
        page.tab,
        one_pod.tab,
        runs.tab,
        across.tab,
        served.tab,
        known.tab,
    )
    return Core(
        fixed,
        rules,
        fleet,
        models,
        tokens,
        prices,
        earned,
        plans,
        moves,
        spent,
        hours,
        results,
        one_pod,
        runs,
        across,
        served,
        known,
        shared,
        as_of,
        days,
        tabs,
    )


def assemble(
    a: Assumptions,
    baseline: Assumptions,
    facts: Mapping[str, str],
    simulation: Simulation,
) -> Book:
    """The whole workbook for *a*, compared with the memo's own assumptions.

    *simulation* gives the tables of a set of assumptions. *facts* are what the file says of itself
    on the cover and in its properties.
    """
    originals = {entry.id: entry_value(entry) for entry in baseline.inputs()}
    model = core(a, simulation(a), originals)
    figures = model.figures()
    held = records.build(records.recorded(a.data.files, model.tabs), model.days)
    removed = len(originals.keys() - {entry.id for entry in a.inputs()})
    registry = sources.build(a.inputs(), _cells(a, figures), originals, removed)
    own = model
    if a.digest != baseline.digest:
        own = core(baseline, simulation(baseline), originals)
    at_memo = _at_memo(own)
    proof = memo.build(
        # a set that removes rows of the memo has nothing to hold against what it prints of them
        [each for each in memo_facts.printed() if each.id in figures],
        memo_facts.quoted(),
        [each for each in memo_facts.readings() if each.measure in figures],
        figures,
        at_memo,
        registry.changed,
        model.constants,
    )
    verdict = checks.build(_checks(model, proof, registry, held), model.constants)
    front = cover.build(
        a.meta.purpose,
        model.as_of,
        cover.State(
            model.policy, model.scenarios, verdict, registry, model.demand, model.information
        ),
        facts,
    )
    tabs = (front.tab, *model.tabs, held.tab, proof.tab, verdict.tab, registry.tab)
    if faults := unit_faults(tabs):
        shown = faults[:FAULTS_SHOWN]
        more = [f"and {len(faults) - len(shown)} more"] if len(faults) > len(shown) else []
        raise UnitError("\n".join(shown + more))
    return Book(a.meta.title, tabs, front.band, GROUPS, facts)


def _cells(a: Assumptions, figures: Mapping[str, Expr]) -> dict[str, Expr]:
    """The cell of each input: a line of its own, or its place in a table."""
    return {entry.id: figures.get(entry.name) or figures[entry.id] for entry in a.inputs()}


def _at_memo(baseline: Core) -> Callable[[str, Mapping[str, float | str]], float]:
    """A function from a figure's id, and changes of inputs, to its value at the memo's inputs."""
    figures = baseline.figures()
    unchanged = Model(baseline.tabs)

    def value(figure: str, changes: Mapping[str, float | str]) -> float:
        model = Model(baseline.tabs, changes) if changes else unchanged
        found: Value = model.value(figures[figure])
        if not isinstance(found, float):
            raise TypeError(f"{figure} is not a number: {found!r}")
        return found

    return value


def _checks(
    model: Core, proof: memo.Memo, registry: sources.Sources, held: records.Records
) -> tuple[checks.Check, ...]:
    gaps, supplied, deals = model.scenarios.deviations, model.supply.fleet, model.supply.commitments
    return (
        checks.Check(
            "tiers",
            "Tiers sum to supply",
            "P0 + P1 + P2 + buffer against supply, in every scenario",
            largest(gaps.tiers),
        ),
        checks.Check(
            "categories",
            "Categories sum to supply",
            "P0 + categories + buffer − shortfall against supply, in every scenario",
            largest(gaps.categories),
        ),
        checks.Check(
            "splits",
            "Shares of P2 sum to 100%",
            "Inference + training + research shares, where a scenario splits P2 by shares",
            largest(gaps.splits),
        ),
        checks.Check(
            "idle_p1",
            "No P1 share without an initiative",
            "A P1 share typed in a scenario whose initiative is None goes to no category",
            total(gaps.idle_p1),
        ),
        checks.Check(
            "shortfall",
            "No scenario promises more than supply",
            "Hours promised beyond supply, in any scenario, against supply",
            total(gaps.shortfall) / model.supply.hours,
        ),
        checks.Check(
            "case_shortfall",
            "No sensitivity case promises more than supply",
            "Hours promised beyond what can be allocated, in any case, against supply",
            total(model.sensitivity.case_shortfall) / model.supply.hours,
        ),
        checks.Check(
            "recommendation",
            "Sensitivity departs from the recommendation",
            "Research of the Sensitivity tab's base against scenario 1: no initiative, P2 by need",
            (model.sensitivity.base_research - model.scenarios.recommended["research"])
            / model.supply.hours,
        ),
        checks.Check(
            "supply",
            "Supply adds up",
            "H100 equivalents × hours a year against the sum of the providers' hours",
            supplied.total_h100e * model.supply.hours_a_year / model.supply.hours - 1,
        ),
        checks.Check(
            "commitments",
            "Every commitment buys chips of the fleet",
            "Chips bought by commitments against those that reach the fleet table",
            (deals.total - total(supplied.bought)) / total(supplied.chips),
        ),
        *operations.checks_of(model.costs, model.usage, model.outcomes),
        checks.Check(
            "weights",
            "Weights of model sizes sum to 100%",
            "Sum of the weights on Throughput",
            model.throughput.weights - 1,
        ),
        checks.Check(
            "token_shares",
            "Shares of tokens sum to 100%",
            "Sum of the shares on Pricing; Haiku's literal 3% makes 99% and fails, as it should",
            model.pricing.shares - 1,
        ),
        checks.Check(
            "ranges",
            "Every input is within its range",
            "Number of inputs outside the range stated on Sources",
            registry.outside,
        ),
        checks.Check(
            "usable",
            "Every input can be used",
            "Number of inputs that are blank, or text where a number is needed",
            registry.unusable,
        ),
        checks.Check(
            "memo",
            "The memo ties at its own inputs",
            "Printed numbers not reproduced to every digit when the file was made",
            proof.untied,
        ),
        checks.Check(
            "memo_live",
            "The memo ties live",
            "Printed numbers that live values do not reproduce; applies while no input differs",
            proof.untied_live,
            applies=proof.unmoved,
        ),
        checks.Check(
            "quoted",
            "Memo 000 is reproduced by the readings named",
            "Printed numbers that the reading named did not show when the file was made",
            proof.unquoted,
        ),
        checks.Check(
            "quoted_live",
            "Memo 000 stands live as stated",
            "Printed numbers that live values show otherwise; applies while no input differs",
            proof.unquoted_live,
            applies=proof.unmoved,
        ),
        checks.Check(
            "pod_memory",
            "Weights and cache fit in a pod",
            "Memory for the KV cache beyond what the weights leave, against all of a pod’s memory",
            highest(0, model.pod.kv_memory - model.pod.free_memory) / model.pod.memory,
        ),
        *(
            checks.Check(
                f"stale_{key}",
                f"The tables of {PRESETS[key]} are of its inputs",
                "Number of inputs that differ from those its tables were computed from",
                changed,
            )
            for key, changed in model.demand.changed.items()
        ),
        checks.Check(
            "demand_range",
            "The calculator stays within its table",
            "1 where users are asked for that the simulated table does not have",
            1 - model.demand.inside,
        ),
        checks.Check(
            "data_ranges",
            "Every cell of data is within its range",
            "Number of cells of data files outside the range stated on Data",
            held.outside,
        ),
        checks.Check(
            "data_rows",
            "Every row of data is whole",
            "Number of cells that a row lacks, or that stand in a row without its first cell",
            held.torn,
        ),
        checks.Check(
            "stale_information",
            "No information is stale",
            "Items of the memo’s list that are older than their limit; by a switch on Inputs",
            model.information.stale,
            applies=model.information.counts,
        ),
        *sharing_checks.checks_of(model.sharing, model.supply.hours),
        *checks.errors_on([tab.name for tab in model.tabs]),
    )
