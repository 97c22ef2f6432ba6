"""Plan: one page for the allocation meeting, drawn from the other tabs (memo 004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import (
    Column,
    Gathered,
    Line,
    Lines,
    Margin,
    Owned,
    Prose,
    Tab,
    Table,
    entered,
)
from workbook.expr import (
    At,
    Expr,
    above,
    count_where,
    joined,
    no_figure,
    same,
    total,
    when,
    where_filled,
)
from workbook.tabs.information import Information
from workbook.tabs.pools import HOURS, SHARE
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.sharing import Sharing
from workbook.tabs.supply import Supply
from workbook.tabs.utilization import Utilization

NAME = "Plan"
MONEY = "USD/yr"
WIDTHS = (190, 136, *(98,) * 10)
METHOD = (
    ("Tiers", "P0 is taken first: safety, reliability and contracted SLAs. The buffer is kept."),
    ("", "P1 is the strategic initiative, where there is one; P2 is flexible, and is traded off."),
    ("Allotment", "The live scenario divides P1 and P2; pools take shares of their organisation."),
    ("Requests", "Critical first, then company goals, then growth bets by return; ties by date."),
    ("", "A pool grants in that order until its hours are given; the last may get a part."),
    (
        "Borrowing",
        "What a pool leaves idle is lent in its cohort, and taken back when it is asked.",
    ),
    ("", "P0 and SLA hours are never lent."),
    ("Trade-off", "What was deferred, as revenue forgone, training not done and research hours."),
    ("Information", "Sources has where each figure is from; Information has what is too old."),
)


class Plan(NamedTuple):
    """Lines that other tabs may use."""

    last_day: Line
    tab: Tab


class Drawn(NamedTuple):
    """The tabs that the page is drawn from."""

    supply: Supply
    utilization: Utilization
    scenarios: Scenarios
    sharing: Sharing
    information: Information
    as_of: Line


def build(a: Assumptions, drawn: Drawn, flags: Mapping[str, Line]) -> Plan:
    """The page; *flags* are texts of other tabs that the meeting should look at, by label."""
    last_day = entered(a.plan.last_day)
    allotted, share = _allotments(a, drawn)
    blocks = (
        _state(drawn, last_day, share),
        allotted,
        _pools(drawn.sharing),
        _tradeoff(drawn),
        _flags({"Requests": drawn.sharing.totals.state, **flags}, drawn.information),
        Prose("Method", METHOD),
    )
    tab = Tab(
        NAME,
        "For the allocation meeting: who gets what, and what to look at",
        "operate",
        blocks,
        widths=WIDTHS,
        how_column=0,
        one_page=True,
    )
    return Plan(last_day, tab)


def _state(drawn: Drawn, last_day: Line, share: Line) -> Lines:
    live = drawn.scenarios.live
    scenario = Line("plan_scenario", "Live scenario", "text", drawn.scenarios.live.name)
    day = Line("plan_day", "As of", "date", drawn.as_of)
    revenue = Line("plan_revenue", "Serviceable revenue", MONEY, live.revenue)
    trained = Line("plan_training", "Training funded, of what is needed", SHARE, live.covered)
    kept = Line(
        "plan_kept",
        "Buffer and hours left over, of supply",
        SHARE,
        1 - share,
        how="What no organisation is allotted",
    )
    return Lines("This plan", (scenario, day, last_day, revenue, trained, kept))


def _allotments(a: Assumptions, drawn: Drawn) -> tuple[Table, Line]:
    """Hours of each organisation by tier, against those of the last plan; their part of supply."""
    owners, live = drawn.sharing.quotas.organisations, drawn.scenarios.live
    axis = owners.axis
    keys = [entity.key for entity in axis.entities]
    p0 = axis.formula("plan_p0", "P0, its part", HOURS, owners.p0, how=None)
    p1 = Column("plan_p1", "P1", HOURS, axis, Gathered(tuple(live.p1[key] for key in keys)))
    p2 = Column("plan_p2", "P2", HOURS, axis, Gathered(tuple(live.p2[key] for key in keys)))
    hours = axis.formula("plan_hours", "All tiers", HOURS, p0 + p1 + p2, how=None, strong=True)
    part = axis.formula("plan_share", "Of supply", SHARE, hours / drawn.supply.hours, how=None)
    lines = tuple(entered(a.last_plan.row(key).hours) for key in keys)
    last = Column("plan_last", "Last plan", HOURS, axis, Owned(lines))
    change = axis.formula("plan_change", "Change", HOURS, hours - last, how=None)
    relative = axis.formula(
        "plan_relative",
        "Relative change",
        SHARE,
        when(above(last, 0), change / last, no_figure("new")),
        how=None,
    )
    summed = (p0, p1, p2, hours, part, last, change)
    sums = _sums("allotments", summed)
    share = next(line for column, line in sums.lines if column is part)
    table = Table(
        "Allotment of each organisation, a year, in the live scenario and in the last plan",
        axis,
        (*summed, relative),
        margin=sums,
        note="Change = all tiers − last plan. With the buffer and hours left over, shares sum to "
        "100%.",
    )
    return table, share


def _pools(sharing: Sharing) -> Table:
    """What each pool was asked for, granted and deferred, in hours and in requests."""
    form, uses, numbers = sharing.quotas.form, sharing.uses, sharing.verdicts.number
    axis, pool = form.axis, form.pool
    name = axis.formula("plan_pool", "Pool", "text", where_filled(pool, pool), how=None)
    owner = axis.formula(
        "plan_owner", "Organisation", "text", where_filled(pool, form.organisation), how=None
    )

    def hours(key: str, label: str, algebra: Expr) -> Column:
        return axis.formula(f"plan_{key}", label, HOURS, algebra, how=None, show="quiet_hours")

    def requests(key: str, label: str) -> Column:
        found = count_where(
            (sharing.form["pool"], pool), (sharing.answers.verdict, At(numbers, key))
        )
        return axis.formula(f"plan_{key}", label, "1", where_filled(pool, found), how=None)

    summed = (
        hours("guaranteed", "Guaranteed", sharing.quotas.guaranteed),
        hours("asked", "Asked for", sharing.asked),
        hours("own", "Granted, own", uses.own),
        hours("borrowed", "Granted, borrowed", uses.borrowed),
        hours("unmet", "Deferred", uses.unmet),
        hours("free", "Free", uses.free),
        requests("granted", "Requests granted in full"),
        requests("partly", "Partly granted"),
        requests("deferred", "Not granted"),
    )
    return Table(
        "Requests granted and deferred, by pool",
        axis,
        (name, owner, *summed),
        margin=_sums("pools", summed),
        note="Asked for = granted of its own + borrowed + deferred. A rejected request is in none "
        "of them; its row on Requests says why.",
    )


def _tradeoff(drawn: Drawn) -> Table:
    """Deferred hours in the memo's terms, and what granting them would take from others."""
    deferred = drawn.sharing.by_organisation.deferred
    axis, rate = deferred.axis, drawn.utilization.per_hour
    needed = drawn.scenarios.recommended["training"]
    hours = axis.formula("plan_put_off", "Deferred", HOURS, deferred, how=None, strong=True)

    def own(key: str, label: str, unit: str, organisation: str, worth: Expr) -> Column:
        algebra = when(same(axis.names, organisation), worth, 0)
        return axis.formula(f"plan_{key}", label, unit, algebra, how=None)

    summed = (
        hours,
        own("forgone", "Revenue forgone", MONEY, "Inference", hours * rate),
        own("untrained", "Of recommended training", SHARE, "Training", hours / needed),
        own("unresearched", "Research hours", HOURS, "Research", hours),
        axis.formula("plan_costs", "Revenue it would take", MONEY, hours * rate, how=None),
        axis.formula("plan_takes", "Training it would take", SHARE, hours / needed, how=None),
    )
    return Table(
        "What was deferred, by the organisation that asks, and what granting it would take",
        axis,
        summed,
        margin=_sums("tradeoff", summed),
        note="Revenue that might be forgone, recommended training hours and research hours that "
        "were deferred; last, what granting the hours would take from inference, or from training.",
    )


def _flags(flags: Mapping[str, Line], information: Information) -> Lines:
    drawn = tuple(
        Line(f"plan_{line.key}", label, "text", line, show="status")
        for label, line in flags.items()
    )
    none = "● nothing is older than its limit"
    stale = Line(
        "plan_stale",
        "Stale information",
        "text",
        when(same(information.stale, 0), none, joined("▲ older than its limit", information.named)),
        show="status",
    )
    return Lines("What to look at", (*drawn, stale))


def _sums(prefix: str, columns: Sequence[Column]) -> Margin:
    """The total of each column, as a line of its own."""
    lines = tuple(
        (c, Line(f"{prefix}_{c.key}", f"{c.label}, in all", c.unit, total(c), show=c.show))
        for c in columns
    )
    return Margin("Total", lines)
