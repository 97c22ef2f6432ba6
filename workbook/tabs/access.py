"""Policy: a year of access by sign-up, with and without a rate limit, and whether it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbook.assumptions import Assumptions
from workbook.book import (
    Axis,
    Chart,
    Charts,
    Column,
    Entity,
    Gathered,
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
    Constant,
    Expr,
    Operand,
    above,
    counted,
    joined,
    largest,
    no_figure,
    nth,
    position,
    same,
    shown,
    total,
    when,
)
from workbook.tabs import paying, rationed, signups, weekly
from workbook.tabs.constants import Constants
from workbook.tabs.demand import Demand
from workbook.tabs.guard import Guard
from workbook.tabs.pod import LABEL_WIDTH, Pod
from workbook.tabs.weekly import OUTSIDE, Course, Curve, Prices

USERS_NOTE = (
    "Users like the memo’s, at what such a user sends in the preset chosen. Revenue counts "
    "messages as Demand does; under the rate limit, those that the limit refuses are taken off."
)
OPTIONS_NOTE = (
    "A separate stack is taken to need the same pods and to cost less by the share on Inputs "
    "(memo: 60-80%). Pods are whole and held all week."
)


@dataclass(frozen=True, slots=True)
class Access:
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    inside: Line
    people_gap: Line
    tab: Tab


@dataclass(frozen=True, slots=True)
class _Picked:
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
    money = _money(a, picked, guard, limit, constants, pod)
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
    )
    options = _options(courses, all_inside, money, constants)
    pays = paying.build(
        found[0].ladder.users,
        demand.users,
        tuple(zip(curves, paid, strict=True)),
        prices,
        constants,
    )
    working = Table(
        "Working: between two rows of the tables",
        people.weeks,
        (
            *(steps.inside, steps.asked, steps.place, steps.fewer, steps.more, steps.way),
            *(column for course in courses for column in course.working),
        ),
    )
    tab = Tab(
        "Policy",
        "A year of access by sign-up: users, slots, pods and money, and whether access pays",
        "pod",
        (
            Lines(
                "State of the simulated tables", (guard.state_of("policy", "ladder", "limited"),)
            ),
            Lines("Pick in the cream cells", (picked.preset, picked.level), note=USERS_NOTE),
            options,
            Lines("When access pays for itself", (*money.even, *pays.starts)),
            Charts((_people_chart(people), _money_chart(people.number, courses))),
            Lines(
                "What a week of it costs and pays",
                (*money.lines, *picked.working, *(c.start for c in curves), all_inside),
            ),
            people.rates,
            people.table,
            *(course.table for course in courses),
            pays.table,
            working,
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
            ("free", "as it is", shape.start_at(place, picked.rung_place, picked.level_place)),
            ("tight", "rate limit", limit.start(place, picked.level_place, shape)),
        )
    )
    return (
        Curve("free", "As it is", "as it is", demand.long.slots, free),
        Curve("tight", "Rate limit", "rate limit", limit.slots, tight),
    )


@dataclass(frozen=True, slots=True)
class _Money:
    """Prices, the saving of a separate stack, and the users who pay for a pod."""

    prices: Prices
    saved: Line
    unsaved: Line
    week_hours: Line
    lines: tuple[Line, ...]
    even: tuple[Line, ...]


def _money(
    a: Assumptions,
    picked: _Picked,
    guard: Guard,
    limit: rationed.Rationed,
    constants: Constants,
    pod: Pod,
) -> _Money:
    place, saved = picked.preset_place, entered(a.access.stack_cut)
    unsaved = Line("policy_unsaved", "Cost saved without it", "share", constant=0.0, memo="Model")
    week_hours = Line(
        "policy_week_hours",
        "Hours in a week",
        "h/wk",
        constants.hours_per_day * constants.days_per_week,
    )
    pod_week = Line(
        "policy_pod_week", "Cost of a pod a week", "USD/(pod·wk)", pod.hour_cost * week_hours
    )
    messages = Line(
        "policy_messages", "Messages of a user a day", "req/(user·day)", nth(guard.messages, place)
    )
    user_week, list_week = (
        Line(
            f"policy_user_{key}",
            f"Revenue of a user a week, {words} price",
            "USD/(user·wk)",
            messages * constants.days_per_week * request,
            how=f"Messages a day × days in a week × revenue of a request at the {words} price",
        )
        for key, words, request in (
            ("week", "realised", pod.request_revenue),
            ("list_week", "list", pod.request_list_revenue),
        )
    )
    refused, before = (
        Line(f"policy_{key}", label, "share", nth(column, place))
        for key, label, column in (
            ("refused", "Messages refused under the limit", limit.refused),
            ("refused_before", "Messages refused without it", limit.refused_before),
        )
    )
    served = Line(
        "policy_served",
        "Messages served under the limit, of those without it",
        "share",
        (1 - refused) / (1 - before),
        how="(1 − refused under the limit) ÷ (1 − refused without it)",
    )
    prices = Prices(pod.slots, pod_week, user_week, served, saved)
    even = _even(prices, list_week)
    lines = (week_hours, pod_week, messages, user_week, list_week, refused, before, served, unsaved)
    return _Money(prices, saved, unsaved, week_hours, lines, even)


def _even(prices: Prices, list_week: Line) -> tuple[Line, ...]:
    """Users whose messages pay for one pod: a closed form at each price."""

    def line(key: str, words: str, cost: Expr, paid: Expr, how: str) -> Line:
        never = no_figure("never: they pay nothing")
        return Line(
            f"policy_even_{key}",
            f"Users who pay for a pod, {words}",
            "user/pod",
            when(above(paid, 0), cost / paid, never),
            how=how,
            output=True,
        )

    week, paid = prices.pod_week, prices.user_week
    each = "Cost of a pod a week ÷ revenue of a user a week"
    apart = week * (1 - prices.saved)
    return (
        line("realised", "realised price", week, paid, each),
        line("list", "list price", week, list_week, f"{each} at list price"),
        line("tight", "rate limit", week, paid * prices.served, f"{each} × messages served"),
        line("apart", "separate stack", apart, paid, f"{each}, less what the stack saves"),
    )


def _options(
    courses: Sequence[Course], all_inside: Line, money: _Money, constants: Constants
) -> Table:
    """The year of each policy on either stack: pods, cost, revenue, margin, when it pays."""
    week = constants.one_week
    rows = [(course, apart) for apart in (False, True) for course in courses]
    keys = ("free", "tight", "free_apart", "tight_apart")
    labels = ("As it is", "Rate limit", "Separate stack", "Rate limit on a separate stack")
    axis = Axis("options", "Policy", tuple(map(Entity, keys, labels)))

    def inside(figure: Operand) -> Expr:
        return when(same(all_inside, 1), figure, OUTSIDE)

    def drawn(key: str, label: str, unit: str, links: Sequence[Expr], show: str = "") -> Column:
        return Column(key, label, unit, axis, Gathered(tuple(links)), show=show)

    pays = [course.pays_apart if apart else course.pays for course, apart in rows]
    most = drawn("most", "Most pods", "pod", [inside(largest(c.pods)) for c, _ in rows], "whole")
    hours = drawn(
        "hours",
        "Pod hours",
        "pod·h",
        [inside(total(c.pods) * money.week_hours * week) for c, _ in rows],
    )
    full = drawn(
        "full", "Cost in full", "USD", [inside(total(c.cost) * week) for c, _ in rows], "usd0"
    )
    saved = drawn(
        "saved", "Saved", "share", [money.saved if apart else money.unsaved for _, apart in rows]
    )
    cost = axis.formula(
        "cost", "Cost", "USD", inside(full * (1 - saved)), show="usd0", how="In full × (1 − saved)"
    )
    revenue = drawn(
        "revenue", "Revenue", "USD", [inside(total(c.revenue) * week) for c, _ in rows], "usd0"
    )
    margin = axis.formula(
        "margin",
        "Margin",
        "USD",
        inside(revenue - cost),
        show="usd0",
        strong=True,
        how="Revenue − cost",
    )
    count = drawn("count", "Weeks that pay", "1", [total(column) for column in pays])
    none = no_figure("none")
    firsts = [when(above(total(c), 0), position(Constant(1), c), none) for c in pays]
    first = drawn("first", "First of them", "1", firsts)
    found = joined("first in week ", shown(first, "0", 0), ", in ", shown(count, "0", 0), " in all")
    words = axis.formula(
        "words",
        "Pays for itself",
        "text",
        inside(when(above(count, 0), found, "in no week of the year")),
        how=None,
    )
    columns = (most, hours, full, saved, cost, revenue, margin, count, first, words)
    return Table("The year, by policy", axis, columns, note=OPTIONS_NOTE)


def _people_chart(people: signups.SignUps) -> Chart:
    active, waiting = (At(column, signups.LAST) for column in (people.active, people.waiting))
    ends = (shown(each, "#,##0", 0) for each in (active, waiting))
    return Chart(
        kind="course",
        headline=joined(
            "At the end of the year ", next(ends), " users are active, ", next(ends), " wait"
        ),
        title="Active users and waiting list by week",
        series=(
            Series("Active users", people.active, "inference", people.number, "line"),
            Series("Waiting list", people.waiting, "training", people.number, "dashed"),
        ),
        categories=None,
        across_title="Week",
        value_title="Users",
        value_show="whole",
        alt="Lines: active users and the waiting list at the end of each week of the year",
    )


def _money_chart(number: Column, courses: Sequence[Course]) -> Chart:
    free, tight = courses
    return Chart(
        kind="course",
        headline=joined("Cost and revenue a week, with and without the rate limit"),
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
        value_show="usd0",
        alt="Lines: cost and revenue of each week of the year, as it is and under the rate limit",
    )
