"""Sensitivity: the memo's cases and the user's own, trade-offs, and answers in reverse."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import (
    Column,
    Line,
    Lines,
    Tab,
    Table,
    entered,
)
from workbook.tabs import cases, reverse, swings
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.policy import Policy
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.supply import Supply
from workbook.tabs.switches import Switch, switch
from workbook.tabs.training import Training
from workbook.tabs.utilization import Utilization


class Sensitivity(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    additional_run: Switch
    swing: Line
    base_research: Line
    case_shortfall: Column
    step: reverse.Step
    swings: swings.Swings
    tab: Tab


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
    base = cases.base(policy, supply, training, utilization)
    alone = Line(
        "pre_run_a_year",
        "A pre-training run alone, in runs with variants",
        "1/yr",
        constants.one_run / training.family,
    )
    axis = axis_of(a.cases, "Case")
    overrides = {key: column_of(a.cases, axis, key) for key in cases.OVERRIDES}
    added = (reading, uplift, constants.one_run, alone)
    working = cases.working(axis, overrides, base, training, added)
    hours = cases.hours_of(axis, overrides, working, base, remainder)
    results = cases.results(axis, overrides, working, hours, base)
    swung, swing_tables = swings.build(base, swing, supply, constants.order_places)
    worth = reverse.trade_off(step, base, training)
    blocks = (
        Lines("Drivers: drawn from other tabs, and what follows", (*base.lines, alone)),
        Table(
            "What each case changes",
            axis,
            tuple(overrides.values()),
            note="Blank means as in the recommendation. Held “Target”: the revenue target stands "
            "and hours follow. Held “Hours”: the hours stand and revenue follows.",
            mute=results["changed"],
        ),
        Table(
            "Working: what each case uses", axis, tuple(working.values()), mute=results["changed"]
        ),
        Table("Working: hours", axis, tuple(hours.values()), mute=results["changed"]),
        Table("Sensitivity analysis", axis, tuple(results.values()), mute=results["changed"]),
        Lines("What a step of supply is worth", worth.lines),
        Lines("Answers in reverse", reverse.reverse(base, policy, scenarios)),
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
        step=worth,
        swings=swung,
        tab=tab,
    )
