"""Sign-ups: who wants access week by week, who is admitted, waits, gives up, stays and leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Line, Lines, Table
from workbook.expr import (
    At,
    above,
    at_least,
    before,
    exponential,
    highest,
    logarithm,
    lowest,
    magnitude,
    ordinal,
    total,
    when,
)
from workbook.tabs.constants import Constants

WEEKS = 52
LAST = f"week_{WEEKS}"
RATE = "user/wk"
NOTE = (
    "A flow without chance, as the simulation’s own: the list is what is left of it and of those "
    "who come, beyond the cap, and part of it gives up; at the week’s end. Near the cap chance "
    "makes the list somewhat longer (simcore policy)."
)


class SignUps(NamedTuple):
    """Columns and lines that other blocks may use."""

    weeks: Axis
    number: Column
    waiting: Column
    active: Column
    equivalents: Column
    weight: Line
    gap: Line
    rates: Lines
    people: Lines
    table: Table


class _Rates(NamedTuple):
    """What of each stock is there a week later, and what a burst and growth begin with."""

    kept_waiting: Line
    kept: Line
    admitted_weeks: Line
    burst_rate: Line
    growth_log: Line
    weight: Line

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them, in order."""
        return (
            self.kept_waiting,
            self.kept,
            self.admitted_weeks,
            self.burst_rate,
            self.growth_log,
            self.weight,
        )


def build(given: Mapping[str, Line], constants: Constants) -> SignUps:
    """A year of sign-ups; *given* are the inputs by key."""
    week, cap, starting = constants.one_week, given["cap"], given["starting"]
    rates = _rates(given, week)
    axis = Axis(
        "weeks", "Week", tuple(Entity(f"week_{i}", f"Week {i}") for i in range(1, WEEKS + 1))
    )
    number = axis.formula("number", "Number", "1", ordinal(axis.names), how=None)
    gone = axis.formula("gone", "Weeks gone", "wk", (number - 1) * week, how=None, show="whole")
    usual = axis.formula(
        "usual",
        "Usual",
        RATE,
        given["interest"] * exponential(gone / week * rates.growth_log),
        how="Interest × e to the power of weeks gone × logarithm of (1 + growth)",
    )
    since = (given["burst_week"] - gone) / given["burst_weeks"]
    burst = axis.formula(
        "burst",
        "Burst",
        RATE,
        when(at_least(gone, given["burst_week"]), rates.burst_rate * exponential(since), 0),
        how="From its week on, what it brings then × e to the power of − weeks since ÷ mean delay",
    )
    wanted = axis.formula("wanted", "Wanted", RATE, usual + burst, how="Usual + burst")
    waiting = axis.course(
        "waiting",
        "Waiting list",
        "user",
        lambda own: highest(0, before(own, number, 0) + (wanted - cap) * week) * rates.kept_waiting,
        how="(List a week ago + wanted − cap, if above 0) × share kept waiting",
    )
    came = before(waiting, number, 0) / week + wanted
    admitted = axis.formula(
        "admitted", "Admitted", RATE, lowest(cap, came), how="List a week ago + wanted, up to cap"
    )
    gave_up = axis.formula(
        "gave_up",
        "Gave up",
        RATE,
        (came - admitted) * (1 - rates.kept_waiting),
        how="Those not admitted × (1 − share kept waiting)",
    )
    active = axis.course(
        "active",
        "Active users",
        "user",
        lambda own: before(own, number, starting) * rates.kept + admitted * rates.admitted_weeks,
        how="Active a week ago × share kept + admitted × weeks that they are there of their first",
    )
    left = axis.formula(
        "left",
        "Left",
        RATE,
        before(active, number, starting) * (1 - rates.kept) / week
        + admitted * (1 - rates.admitted_weeks / week),
        how="Of those active and of those admitted, who is not there at the week’s end",
    )
    equivalents = axis.formula(
        "equivalents",
        "Counted as",
        "user",
        active * rates.weight,
        how="Active users × weight of one: users like the memo’s",
        show="decimal1",
        strong=True,
    )
    columns = (number, gone, usual, burst, wanted, waiting, admitted, gave_up, active, left)
    flows = {"wanted": wanted, "admitted": admitted, "gave_up": gave_up, "left": left}
    people = _gap(flows, waiting, active, starting, week)
    return SignUps(
        axis,
        number,
        waiting,
        active,
        equivalents,
        rates.weight,
        people[-1],
        Lines("Rates that the weeks go by", rates.lines),
        Lines("Nobody is lost", people),
        Table("Users, week by week", axis, (*columns, equivalents), note=NOTE),
    )


def _rates(given: Mapping[str, Line], week: Line) -> _Rates:
    kept = Line(
        "policy_kept",
        "Users who are still there a week later",
        "share",
        exponential(0 - week / given["stay"]),
        how="e to the power of − a week ÷ mean stay",
    )
    return _Rates(
        kept_waiting=Line(
            "policy_kept_waiting",
            "Those waiting who are still there a week later",
            "share",
            exponential(0 - week / given["patience"]),
            how="e to the power of − a week ÷ mean patience",
        ),
        kept=kept,
        admitted_weeks=Line(
            "policy_admitted_weeks",
            "Weeks of a week’s sign-ups that count at its end",
            "wk",
            given["stay"] * (1 - kept),
            show="decimal3",
            how="Mean stay × (1 − share kept): they come evenly over the week, and some have left",
        ),
        burst_rate=Line(
            "policy_burst_rate",
            "Sign-ups of the burst in its first week",
            RATE,
            given["burst"] * (1 - exponential(0 - week / given["burst_weeks"])) / week,
            how="Users of the burst × (1 − e to the power of − a week ÷ mean delay)",
        ),
        growth_log=Line(
            "policy_growth_log",
            "Logarithm of growth",
            "log",
            logarithm(1 + given["growth"]),
            how="Logarithm of (1 + growth of sign-ups wanted)",
        ),
        weight=Line(
            "policy_weight",
            "Weight of a new user",
            "x",
            given["heavy_share"] * given["heavy_weight"]
            + (1 - given["heavy_share"]) * given["light_weight"],
            how="Heavy share × weight of a heavy user + the rest × weight of a light one",
        ),
    )


def _gap(
    table: dict[str, Column], waiting: Column, active: Column, starting: Line, week: Line
) -> tuple[Line, ...]:
    """Whether all who came are somewhere: on the list, gone from it, active, or left."""
    came, admitted, gave_up, left = (
        Line(f"policy_sum_{key}", f"{column.label}, over the year", "user", total(column) * week)
        for key, column in table.items()
    )
    on_list = Line(
        "policy_list_found",
        "Of those who wanted, admitted, gone or waiting",
        "share",
        when(above(came, 0), (admitted + gave_up + At(waiting, LAST)) / came, 1),
        how="(Admitted + gave up + waiting at the end) ÷ wanted; all, if nobody did",
    )
    entered = starting + admitted
    inside = Line(
        "policy_users_found",
        "Of those who were users, left or active",
        "share",
        when(above(entered, 0), (left + At(active, LAST)) / entered, 1),
        how="(Left + active at the end) ÷ (users at the start + admitted); all, if there are none",
    )
    gap = Line(
        "policy_people_gap",
        "What either misses",
        "share",
        highest(magnitude(on_list - 1), magnitude(inside - 1)),
        show="tiny",
        how="The larger of both distances from all",
    )
    return came, admitted, gave_up, left, on_list, inside, gap
