"""Policy: a year of access by sign-up, with and without a rate limit, and whether it pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import (
    Chart,
    Charts,
    Column,
    Line,
    Lines,
    Series,
    Tab,
    Table,
    entered,
)
from workbook.demand_facts import Simulated
from workbook.expr import (
    At,
    counted,
    joined,
    position,
    same,
    shown,
    total,
    when,
)
from workbook.tabs import economics, options, paying, rationed, signups, weekly
from workbook.tabs.constants import Constants
from workbook.tabs.demand import Demand
from workbook.tabs.guard import Guard
from workbook.tabs.pod import LABEL_WIDTH, Pod
from workbook.tabs.weekly import Course, Curve

USERS_NOTE = (
    "Users like the memo’s, on the last rung of the ladder, at what such a user sends there. Under "
    "the rate limit the messages that it refuses earn nothing."
)


class Access(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    inside: Line
    people_gap: Line
    tab: Tab


class _Picked(NamedTuple):
    """The preset and level chosen, with their places in the tables."""

    preset: Line
    level: Line
    preset_place: Line
    level_place: Line
    rung_place: Line

    @property
    def working(self) -> tuple[Line, ...]:
        """The places."""
        return (self.preset_place, self.level_place, self.rung_place)


def build(
    a: Assumptions,
    found: Sequence[Simulated],
    guard: Guard,
    demand: Demand,
    constants: Constants,
    pod: Pod,
) -> Access:
    """The tab for the tables that were *found* for the presets of *a*."""
    entries = tuple(entered(entry) for entry in a.sign_ups.inputs())
    keys = [entry.id.rpartition(".")[2] for entry in a.sign_ups.inputs()]
    people = signups.build(dict(zip(keys, entries, strict=True)), constants)
    picked = _picked(a, guard, demand)
    limit = rationed.build(found, guard.presets)
    money = economics.build(
        a.policy, (picked.preset_place, picked.rung_place), demand.messages, limit, constants, pod
    )
    prices, saved = money.prices, money.saved
    curves = _curves(picked, demand, limit)
    paid = (prices.user_week, prices.user_week * prices.served)
    steps = weekly.steps_of(people.weeks, people.equivalents, demand.users)
    courses = [
        weekly.build(people.weeks, steps, people.number, curve, each, prices, constants)
        for curve, each in zip(curves, paid, strict=True)
    ]
    all_inside = Line(
        "policy_inside",
        "Every week’s users are within the table",
        "1",
        when(same(total(steps.inside), counted(people.number)), 1, 0),
        show="flag",
        how="1 where as many weeks are within it as there are",
    )
    by_policy, words = options.build(courses, all_inside, money, constants)
    pays = paying.build(
        found[0].ladder.users,
        demand.users,
        tuple(zip(curves, paid, strict=True)),
        prices,
        constants,
    )
    working = (
        Table(
            "Working: rows of the simulated tables below and above",
            people.weeks,
            (steps.inside, steps.asked, steps.place, steps.fewer, steps.more, steps.way),
        ),
        Table(
            "Working: slots between them",
            people.weeks,
            tuple(column for course in courses for column in course.working),
        ),
    )
    tab = Tab(
        "Policy",
        "A year of access by sign-up: users, slots, pods and money, and whether access pays",
        "pod",
        (
            Lines(
                "State of the simulated tables",
                (guard.state_of("policy", "ladder", "limited", "messages"),),
            ),
            Lines("Pick in the cream cells", (picked.preset, picked.level), note=USERS_NOTE),
            by_policy,
            Lines("When access pays for itself", (*money.even, *pays.starts)),
            Charts((_people_chart(people), _money_chart(people.number, courses, words))),
            Lines(
                "What a week of it costs and pays",
                (*money.lines, *picked.working, *(c.start for c in curves), all_inside),
            ),
            people.rates,
            people.table,
            people.people,
            *working,
            *(course.table for course in courses),
            pays.table,
            pays.working,
            limit.shares,
            limit.table,
        ),
        grid="wide",
        label_width=LABEL_WIDTH,
    )
    return Access((*entries, saved), all_inside, people.gap, tab)


def _picked(a: Assumptions, guard: Guard, demand: Demand) -> _Picked:
    preset, level = entered(a.access.preset), entered(a.access.level)
    return _Picked(
        preset,
        level,
        Line(
            "policy_preset_place",
            "Place of the preset",
            "1",
            position(preset, guard.presets.names),
        ),
        Line("policy_level_place", "Place of the level", "1", position(level, demand.levels)),
        Line(
            "policy_rung_place",
            "Place of the last rung",
            "1",
            demand.shape.rungs,
            how="With all correlates: tables under a rate limit have no other",
        ),
    )


def _curves(picked: _Picked, demand: Demand, limit: rationed.Rationed) -> tuple[Curve, Curve]:
    shape, place = demand.shape, picked.preset_place
    free, tight = (
        Line(f"policy_{key}_start", f"Rows before the curve, {words}", "1", algebra)
        for key, words, algebra in (
            ("free", "as it is", shape.start(place, picked.rung_place, picked.level_place)),
            ("tight", "rate limit", limit.start(place, picked.level_place, shape)),
        )
    )
    return (
        Curve("free", "As it is", "as it is", demand.long.slots, free),
        Curve("tight", "Rate limit", "rate limit", limit.slots, tight),
    )


def _people_chart(people: signups.SignUps) -> Chart:
    active, waiting = (At(column, signups.LAST) for column in (people.active, people.waiting))
    # one engine writes 0 as "0," by the pattern with thousands, and often nobody waits
    ends = (shown(active, "#,##0", 0), shown(waiting, "0", 0))
    return Chart(
        kind="weeks",
        headline=joined(
            "At the end of the year ", ends[0], " users are active, ", ends[1], " wait"
        ),
        title="Active users and waiting list by week",
        series=(
            Series("Active users", people.active, "inference", people.number, "line"),
            Series("Waiting list", people.waiting, "training", people.number, "dashed"),
        ),
        categories=None,
        across_title="Week",
        value_title="Users",
        value_show="axis_whole",
        alt="Lines: active users and the waiting list at the end of each week of the year",
    )


def _money_chart(number: Column, courses: Sequence[Course], words: Column) -> Chart:
    free, tight = courses
    return Chart(
        kind="weeks",
        headline=joined(
            "Pays for itself: ", At(words, "free"), "; rate limit: ", At(words, "tight")
        ),
        title="Cost and revenue by week, $",
        series=(
            Series("Cost", free.cost, "held", number, "line"),
            Series("Revenue", free.revenue, "inference", number, "line"),
            Series("Cost, rate limit", tight.cost, "training", number, "dashed"),
            Series("Revenue, rate limit", tight.revenue, "research", number, "dashed"),
        ),
        categories=None,
        across_title="Week",
        value_title="$ a week",
        value_show="axis_usd0",
        alt="Lines: cost and revenue of each week of the year, as it is and under the rate limit",
    )
