"""Supply: chips by provider, in H100 equivalents and hours a year."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Entity, Gathered, Line, Lines, Margin, Tab, Table, entered
from workbook.expr import At, highest, joined, running, same, total, total_where, when
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.policy import Policy

CHIPS, TOTAL, HELD = "Chips", "Total", "Held back"


class Commitments(NamedTuple):
    """Chips bought by committed spend."""

    axis: Axis
    chip: Column
    commitment: Column
    compute_share: Column
    years: Column
    chips: Column
    total: Line
    table: Table


class Fleet(NamedTuple):
    """The fleet in H100 equivalents and hours."""

    axis: Axis
    chip: Column
    stated: Column
    bought: Column
    chips: Column
    ratio: Column
    hours: Column
    total_h100e: Line
    total_hours: Line
    table: Table


class Steps(NamedTuple):
    """The waterfall from the providers' hours to what can be allocated."""

    foot: Column
    chips: Column
    total: Column
    held: Column
    table: Table


class Supply(NamedTuple):
    """Lines that other tabs may use."""

    hours_a_year: Line
    hours: Line
    words: Line
    p0_hours: Line
    buffer_hours: Line
    allocatable: Line
    fleet: Fleet
    commitments: Commitments
    steps: Steps
    tab: Tab


def build(a: Assumptions, constants: Constants, policy: Policy) -> Supply:
    """The fleet in H100e hours a year (memo 004, supply table and assumptions 1)."""
    hours_a_year = entered(a.supply.hours_per_year)
    commitments = _commitments(a, hours_a_year)
    fleet = _fleet(a, constants, hours_a_year, commitments)
    held = _held(policy, fleet.total_hours)
    words = Line(
        "supply_words",
        "Supply in words",
        "text",
        joined(constants.billions(fleet.total_hours), " bn hours"),
    )
    steps = _steps(fleet, held)
    tab = Tab(
        "Supply",
        "What the fleet can deliver: chips by provider, in H100-equivalent hours a year",
        "capacity",
        (
            commitments.table,
            fleet.table,
            Lines("What can be allocated", (*held, words)),
            steps.table,
        ),
        grid="wide",
    )
    return Supply(hours_a_year, fleet.total_hours, words, *held, fleet, commitments, steps, tab)


def _commitments(a: Assumptions, hours_a_year: Line) -> Commitments:
    """The chips that committed spend buys, running all year for the whole term."""
    axis = axis_of(a.commitments, "Provider")
    chip, spend, share, years, price = (
        column_of(a.commitments, axis, key)
        for key in ("chip", "commitment", "compute_share", "years", "price")
    )
    chips = axis.formula(
        "chips", "Chips bought", "chip", spend * share / (years * hours_a_year) / price
    )
    bought = Line("chips_bought", "Chips bought by commitment", "chip", total(chips))
    table = Table(
        "Capacity bought by commitment",
        axis,
        (chip, spend, share, years, price, chips),
        margin=Margin("Total", ((chips, bought),)),
    )
    return Commitments(axis, chip, spend, share, years, chips, bought, table)


def _fleet(
    a: Assumptions, constants: Constants, hours_a_year: Line, commitments: Commitments
) -> Fleet:
    axis = axis_of(a.fleet, "Provider and chip")
    provider, chip, stated, ratio = (
        column_of(a.fleet, axis, key) for key in ("provider", "chip", "quantity", "ratio")
    )
    bought = axis.formula(
        "bought",
        "Bought by commitment",
        "chip",
        total_where(commitments.chips, (commitments.chip, chip)),
        how="Chips bought by all commitments to this chip",
    )
    chips = axis.formula("chips", "Total quantity", "chip", stated + bought)
    h100e = axis.formula("h100e", "H100e", "H100e", chips / ratio)
    hours = axis.formula("hours", "Annual instance hours", "H100e·h/yr", h100e * hours_a_year)
    total_hours = Line(
        "supply_hours", "Total H100 equivalent supply", "H100e·h/yr", total(hours), output=True
    )
    total_h100e = Line("supply_h100e", "Total H100 equivalents", "H100e", total(h100e))
    share = axis.formula("share", "Share of supply", "share", hours / total_hours)
    bar = axis.formula("bar", "Share, drawn", "text", constants.bar(share), show="bar", how=None)
    shares = Line("supply_share_total", "Total of the shares of supply", "share", total(share))
    table = Table(
        "Supply by provider",
        axis,
        (provider, chip, stated, bought, chips, ratio, h100e, hours, share, bar),
        margin=Margin(
            "Total H100 equivalent supply",
            ((h100e, total_h100e), (hours, total_hours), (share, shares)),
        ),
        note="Capacity is on 100% of the time, all of it from cloud providers (memo 004, "
        "assumptions 1).",
    )
    return Fleet(axis, chip, stated, bought, chips, ratio, hours, total_h100e, total_hours, table)


def _held(policy: Policy, supply: Line) -> tuple[Line, Line, Line]:
    p0 = Line("p0_hours", "P0 · Safety and SLAs", "H100e·h/yr", supply * policy.p0)
    buffer = Line("buffer_hours", "Buffer", "H100e·h/yr", supply * policy.buffer)
    left = Line(
        "allocatable_hours",
        "P1 and P2 · can be allocated",
        "H100e·h/yr",
        highest(0, supply - p0 - buffer),
        strong=True,
    )
    return p0, buffer, left


def _steps(fleet: Fleet, held: tuple[Line, Line, Line]) -> Steps:
    p0, buffer, left = held
    entities = (
        *fleet.axis.entities,
        Entity("supply", "Supply"),
        Entity("p0", "P0"),
        Entity("buffer", "Buffer"),
        Entity("allocatable", "P1 and P2"),
    )
    axis = Axis("steps", "Step", entities)
    links = (
        *(At(fleet.hours, e.key) for e in fleet.axis.entities),
        fleet.total_hours,
        p0,
        buffer,
        left,
    )
    kinds = (CHIPS,) * len(fleet.axis.entities) + (TOTAL, HELD, HELD, TOTAL)
    kind = axis.fixed("kind", "Kind of step", kinds, "muted")
    amount = Column("amount", "Hours", "H100e·h/yr", axis, Gathered(links))
    change = axis.formula(
        "change",
        "Change",
        "H100e·h/yr",
        when(same(kind, CHIPS), amount, when(same(kind, HELD), 0 - amount, 0)),
        how="Hours, negative where held back; nothing for totals",
    )
    level = axis.formula("level", "Level after", "H100e·h/yr", running(change))
    foot = axis.formula(
        "foot",
        "Foot of the bar",
        "H100e·h/yr",
        when(same(kind, TOTAL), 0, level - highest(change, 0)),
        how="Where the bar begins: the level before a rise or after a fall; nothing for totals",
    )

    def bar(key: str, label: str, word: str) -> Column:
        return axis.formula(key, label, "H100e·h/yr", when(same(kind, word), amount, 0))

    chips = bar("chips", "Bar: chips", CHIPS)
    whole = bar("total", "Bar: total", TOTAL)
    back = bar("held", "Bar: held back", HELD)
    table = Table(
        "From supply to what can be allocated",
        axis,
        (kind, amount, change, level, foot, chips, whole, back),
    )
    return Steps(foot, chips, whole, back, table)
