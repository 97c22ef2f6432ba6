"""Demand: the simulated ladder, a calculator that reads it, and whether it is still right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Chart, Charts, Column, Line, Lines, Series, Tab, Table, entered
from workbook.demand_facts import Simulated
from workbook.expr import (
    Expr,
    Operand,
    Text,
    highest,
    joined,
    nth,
    pick,
    position,
    same,
    shown,
    when,
    whole_up,
)
from workbook.tabs import gaps, held, needs, reading
from workbook.tabs.bridge import Bridge
from workbook.tabs.constants import Constants
from workbook.tabs.guard import Guard
from workbook.tabs.pod import LABEL_WIDTH, Pod

DOTS = ("held", "inference", "training", "research")
RESULT_NOTE = (
    "Intervals are those of the simulation’s samples. Pods are whole, and held all month. Revenue "
    "counts the messages that users send in the simulation, modulation and ceiling included."
)


class Demand(NamedTuple):
    """Lines that other tabs may use."""

    inside: Line
    long: needs.Long
    shape: needs.Shape
    users: reading.Users
    levels: Column
    messages: tuple[Column, ...]
    one_pod: Line
    tab: Tab


class _Read(NamedTuple):
    """What the calculator reads between two rows of the table."""

    inside: Line
    reach: Line
    between: Line
    error: Line
    lines: tuple[Line, ...]

    def or_nothing(self, figure: Operand) -> Expr:
        """The figure inside the table, and words in its place outside."""
        return when(same(self.inside, 1), figure, needs.OUTSIDE)


def build(
    a: Assumptions,
    found: Sequence[Simulated],
    guard: Guard,
    constants: Constants,
    pod: Pod,
    bridge: Bridge,
) -> Demand:
    """The tab for the tables that were *found* for the presets of *a*."""
    users, preset, rung, level = (entered(entry) for entry in a.demand.inputs())
    long, rungs = needs.long_table(found), needs.rungs_of(found, a.demand)
    levels, shares = needs.levels_of(found, a.demand)
    presets = guard.presets
    memo = Line(
        "demand_memo_level",
        "Service level of the memo",
        "text",
        Text("95 in 100"),
        how=None,
        memo="Memo 000",
    )
    picked = (
        Line(
            "demand_preset_place",
            "Place of the preset",
            "1",
            position(preset, presets.names),
        ),
        Line("demand_rung_place", "Place of the rung", "1", position(rung, rungs.axis.names)),
        Line("demand_level_place", "Place of the level", "1", position(level, levels.names)),
        Line("demand_memo_level_place", "Place of the memo’s", "1", position(memo, levels.names)),
    )
    grid_users = found[0].ladder.users
    one_pod = Line("one_pod", "One pod", "pod", constant=1.0, memo="Definition")
    width = Line(
        "demand_width",
        "Standard errors on either side of an interval of 95%",
        "1",
        constant=1.959963984540054,
        show="decimal3",
        memo="Normal distribution",
    )
    pod_slots = Line("demand_pod_slots", "Slots of one pod", "slot", pod.slots * one_pod)
    axis, grid = needs.grid_of(grid_users)
    shape = needs.shape_of(rungs.number, shares, grid, picked[2], picked[3])
    in_pod = held.per_pod(
        found, shape, long, pod_slots, bridge.users_per_pod, rungs, picked[0], width
    )
    curves = needs.curves(long, rungs.axis, in_pod.start, axis, grid)
    table = reading.users_of("demand", grid, shape.users)
    read = _read(users, nth(in_pod.start, picked[1]), long, table)
    sent, means = needs.sent(found, rungs)
    messages = Line(
        "demand_messages",
        "Messages that a user sends a day",
        "req/(user·day)",
        pick(picked[0], *(nth(column, picked[1]) for column in means)),
        how="By preset and rung, from the table of messages",
    )
    results = _results(users, messages, read, width, pod, constants)
    state = guard.state_of("demand", "ladder", "messages", "gaps", "laws")
    behaviour = gaps.build(found, constants.range_ends)
    tab = Tab(
        "Demand",
        "Slots and pods that users need, from the simulated ladder, and what they cost and earn",
        "pod",
        (
            Lines("State of the simulated tables", (state,)),
            Lines(
                "Calculator: type and pick in the cream cells",
                (users, preset, rung, level, *results),
                note=RESULT_NOTE,
            ),
            *in_pod.beside,
            sent,
            Charts((_chart(curves, users, preset, level, results[1]),)),
            Lines(
                "Working: between two rows of the table",
                (memo, *picked, *shape.lines, one_pod, pod_slots, messages, width, *read.lines),
            ),
            behaviour.reading,
            behaviour.charts,
            *in_pod.working,
            Table("Service levels of the table", levels, (shares,)),
            Lines("All simulated tables", (guard.state,)),
            *guard.blocks,
            curves,
            *behaviour.tables,
            long.table,
        ),
        grid="wide",
        label_width=LABEL_WIDTH,
    )
    return Demand(read.inside, long, shape, table, levels.names, means, one_pod, tab)


def _line(key: str, label: str, unit: str, algebra: Expr, *, how: str = "", show: str = "") -> Line:
    return Line(f"demand_{key}", label, unit, algebra, how=how, show=show)


def _read(users: Line, start: Expr, long: needs.Long, table: reading.Users) -> _Read:
    """Slots and error at any users, between the rows below and above: straight on logarithms."""
    found = reading.steps(_line, users, table)
    before = Line("demand_start", "Rows before the curve", "1", start)
    slots = reading.between(_line, long.slots, before + found.place, found.way)
    low_error, high_error = (
        _line(f"error_{end}", f"Error in the row {words}", "slot", nth(long.error, row))
        for end, words, row in (
            ("low", "below", before + found.place),
            ("high", "above", before + found.place + 1),
        )
    )
    error = Line(
        "demand_error",
        "Standard error between the rows",
        "slot",
        low_error + found.way * (high_error - low_error),
        show="decimal3",
    )
    ends = (shown(end, "#,##0", 0) for end in table.lines)
    words = joined(next(ends), " to ", next(ends), " users")
    reach = Line("demand_reach_words", "What the table has", "text", words, how=None)
    working = (*table.lines, reach, found.inside, found.asked, before, found.place)
    rest = (found.fewer, found.more, slots.lower, slots.upper, low_error, high_error)
    last = (found.way, slots.times, slots.slots, error)
    return _Read(found.inside, reach, slots.slots, error, (*working, *rest, *last))


def _results(
    users: Line, messages: Line, read: _Read, width: Line, pod: Pod, constants: Constants
) -> tuple[Line, ...]:
    """Slots with their interval, pods, and what they cost and earn a month."""
    words = when(
        same(read.inside, 1),
        "● within the table",
        joined("▲ outside the table, which has ", read.reach),
    )
    state = Line("demand_reach", "Where it reads", "text", words, show="status", how=None)
    slots = Line(
        "demand_slots",
        "Slots that they need",
        "slot",
        read.or_nothing(read.between),
        how="Between the rows of the table, straight on logarithms",
        strong=True,
        output=True,
    )
    spread = width * read.error
    low = Line(
        "demand_from",
        "… from, with 95% confidence",
        "slot",
        read.or_nothing(highest(0, read.between - spread)),
        how="Slots − 1.96 standard errors",
    )
    high = Line(
        "demand_to",
        "… to, with 95% confidence",
        "slot",
        read.or_nothing(read.between + spread),
        how="Slots + 1.96 standard errors",
    )
    # what only rounding adds to a whole number of pods buys none
    whole = whole_up(read.between / pod.slots * (1 - constants.tolerance))
    pods = Line(
        "demand_pods",
        "Pods",
        "pod",
        read.or_nothing(whole),
        how="Slots ÷ slots of a pod, rounded up",
        show="whole",
        strong=True,
        output=True,
    )
    cost = Line(
        "demand_cost",
        "Cost a month",
        "USD/mo",
        read.or_nothing(pods * pod.hour_cost * pod.month_hours),
        how="Pods × cost of a pod hour × hours in a month",
    )
    requests = Line(
        "demand_requests",
        "Requests a month",
        "req/mo",
        read.or_nothing(users * messages * pod.month_hours / constants.hours_per_day),
        how="Users × messages sent a day × days in a month",
    )
    revenue = Line(
        "demand_revenue",
        "Revenue a month, realised price",
        "USD/mo",
        read.or_nothing(requests * pod.request_revenue),
        how="Requests × revenue of a request at the realised price",
    )
    margin = Line(
        "demand_margin",
        "Margin a month",
        "USD/mo",
        read.or_nothing(revenue - cost),
        how="Revenue − cost",
        strong=True,
        output=True,
    )
    return (state, slots, low, high, pods, cost, requests, revenue, margin)


def _chart(curves: Table, users: Line, preset: Line, level: Line, slots: Line) -> Chart:
    grid, *rungs = curves.columns
    series = [
        Series(rung.label, rung, colour, across=grid, style="dashed" if at % 2 else "line")
        for at, (rung, colour) in enumerate(zip(rungs, DOTS, strict=True))
    ]
    dot = Series("Calculator", slots, "down", across=users, style="dot", labels="decimal1")
    return Chart(
        kind="curves",
        headline=joined("Slots against users: ", preset, ", ", level),
        title="Slots that users need, by rung",
        series=(*series, dot),
        categories=None,
        across_title="Users (each line is ten times the last)",
        value_title="Slots (each line is ten times the last)",
        value_show="whole",
        alt="Slots against users on logarithmic axes, a curve for each rung of the ladder, with "
        "the calculator's answer as a dot.",
    )
