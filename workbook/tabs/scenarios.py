"""Scenarios: the tiers, what each category gets, and what that buys, side by side."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line, Lines, Margin, Tab, Table
from workbook.expr import (
    At,
    above,
    joined,
    nth,
    position,
    same,
    when,
)
from workbook.tabs.allotments import (
    Allotments,
    Deviations,
    Outcomes,
    allot,
    deviations_of,
    outcomes_of,
)
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of
from workbook.tabs.policy import Policy
from workbook.tabs.supply import Supply
from workbook.tabs.tiers import CATEGORIES, HOURS, MONEY, drivers_of, settings_of, tiers_of
from workbook.tabs.training import Training
from workbook.tabs.utilization import Utilization


class Live(NamedTuple):
    """The live scenario: what everything after it reads."""

    place: Line
    name: Line
    words: dict[str, Line]
    p1: dict[str, Line]
    p2: dict[str, Line]
    hours: dict[str, Line]
    shares: dict[str, Line]
    revenue: Line
    covered: Line
    shortfall: Line
    promised: Line

    @property
    def p2_research(self) -> Line:
        """The hours that P2 leaves to research."""
        return self.p2["research"]


class Scenarios(NamedTuple):
    """Lines that other tabs may use."""

    axis: Axis
    heads: Column
    shares: dict[str, Column]
    live: Live
    recommended: dict[str, Line]
    deviations: Deviations
    tab: Tab


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
    settings = settings_of(a, axis)
    drivers = drivers_of(axis, policy, supply, training, utilization)
    tiers = tiers_of(axis, policy, settings, drivers, constants.tolerance)
    given = allot(axis, settings, drivers, tiers)
    bought = outcomes_of(axis, drivers, given.hours, training.runs)
    deviations = deviations_of(axis, settings, drivers, tiers, given.hours, given.shortfall)
    live, live_lines = _live(axis, live_place, constants, tiers.shares["p1"], given, bought)
    recommended, recommended_revenue = _recommended(axis, given, bought)
    tab = Tab(
        "Scenarios",
        "Who gets the hours under each scenario, what it earns and what it costs",
        "decide",
        (
            _sideways("Scenarios", (axis.names, *settings.columns), live_lines, live_place, heads),
            _sideways("Drivers, drawn from other tabs", drivers.columns, live_lines, live_place),
            _sideways(
                "Priority tiers, share of supply",
                (*tiers.shares.values(), tiers.excess),
                live_lines,
                live_place,
                note="P0: safety, reliability and contracted SLAs, taken first. P1: company-wide "
                "strategic initiative. P2: flexible, where the trade-offs are made. Buffer: "
                "incidents and spikes.",
            ),
            _sideways("Priority tiers, hours", tuple(tiers.hours.values()), live_lines, live_place),
            _sideways("P1 and P2 breakout", given.by_tier, live_lines, live_place),
            _sideways(
                "Hours by category",
                (*given.hours.values(), given.shortfall),
                live_lines,
                live_place,
            ),
            _sideways("Share of supply", tuple(given.shares.values()), live_lines, live_place),
            _sideways("What it buys", bought.columns, live_lines, live_place),
            _sideways("What must be nothing", deviations.shown, live_lines, live_place),
            Lines(
                "For other tabs",
                (
                    live_place,
                    *live.words.values(),
                    live.promised,
                    *recommended.values(),
                    recommended_revenue,
                ),
            ),
        ),
        grid="across",
        freeze_head=True,
    )
    return Scenarios(axis, heads, given.shares, live, recommended, deviations, tab)


def _live(
    axis: Axis,
    place: Line,
    constants: Constants,
    p1: Column,
    given: Allotments,
    bought: Outcomes,
) -> tuple[Live, dict[Column, Line]]:
    """The lines that follow the live scenario, and the column that each one repeats."""

    def follow(column: Column, key: str, label: str = "", *, output: bool = False) -> Line:
        return Line(
            key,
            label or f"Live: {column.label}",
            column.unit,
            nth(column, place),
            show=column.show,
            output=output,
        )

    hours = {c: follow(given.hours[c], f"live_{c}_hours", output=True) for c in CATEGORIES}
    shares = {key: follow(column, f"live_{key}_share") for key, column in given.shares.items()}
    revenue = follow(bought.revenue, "live_revenue", output=True)
    covered = follow(bought.covered, "live_training_funded")
    p1_hours = {c: follow(given.p1[c], f"live_p1_{c}_hours") for c in CATEGORIES}
    p2_hours = {c: follow(given.p2[c], f"live_p2_{c}_hours") for c in CATEGORIES}
    name = follow(axis.names, "live_name", "Live scenario")
    shortfall = follow(given.shortfall, "live_shortfall")
    beside = {
        axis.names: name,
        p1: follow(p1, "live_p1_share"),
        given.shortfall: shortfall,
        bought.revenue: revenue,
        bought.covered: covered,
        bought.runs: follow(bought.runs, "live_training_runs"),
    }
    beside |= {given.p1[c]: line for c, line in p1_hours.items()}
    beside |= {given.p2[c]: line for c, line in p2_hours.items()}
    beside |= {given.hours[c]: line for c, line in hours.items()}
    beside |= {given.shares[key]: line for key, line in shares.items()}
    words = {
        c: Line(
            f"live_{c}_words",
            f"Live {c} in words",
            "text",
            joined(f"{c} ", constants.percent(shares[c])),
        )
        for c in CATEGORIES
    }
    promised = Line(
        "live_promised",
        "Live shortfall in words",
        "text",
        when(
            above(shortfall, 0),
            joined("; ", constants.billions(shortfall), " bn more are promised"),
            "",
        ),
        how="Blank where no more is promised than there is",
    )
    live = Live(
        place,
        name,
        words,
        p1_hours,
        p2_hours,
        hours,
        shares,
        revenue,
        covered,
        shortfall,
        promised,
    )
    return live, beside


def _recommended(axis: Axis, given: Allotments, bought: Outcomes) -> tuple[dict[str, Line], Line]:
    """The first scenario is the memo's recommendation."""
    first = axis.entities[0].key
    hours = {
        c: Line(
            f"recommended_{c}_hours",
            f"Recommended {c} hours",
            HOURS,
            At(given.hours[c], first),
            output=True,
        )
        for c in CATEGORIES
    }
    revenue = Line(
        "recommended_revenue",
        "Recommended serviceable revenue",
        MONEY,
        At(bought.revenue, first),
    )
    return hours, revenue


def _sideways(
    title: str,
    columns: tuple[Column, ...],
    live: dict[Column, Line],
    place: Line,
    heads: Column | None = None,
    *,
    note: str = "",
) -> Table:
    """Scenarios side by side, the live one repeated in the margin."""
    lines = tuple((column, live[column]) for column in columns if column in live)
    margin = Margin("LIVE", lines, place)
    axis = columns[0].axis
    return Table(title, axis, columns, across=True, margin=margin, note=note, heads=heads)
