"""Experiments: the simulated table of experiments at once, read at any hours and share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Line, Table
from workbook.demand_facts import Grid
from workbook.expr import (
    MIXED,
    At,
    Constant,
    Expr,
    Operand,
    at_least,
    at_most,
    both,
    counted,
    joined,
    largest,
    lowest,
    no_figure,
    nth,
    ordinal,
    same,
    shown,
    step,
    when,
)

OUTSIDE = no_figure("outside the table")
QUANTILES = {
    "peak_5": "Peak, quiet year (5%)",
    "peak_50": "Peak, middling year (50%)",
    "peak_95": "Peak, busy year (95%)",
}
SHOWN = {"mean": "decimal3", "mean_error": "decimal5", "peak": "decimal3", "peak_error": "decimal3"}
SHOWN |= dict.fromkeys(QUANTILES, "whole")
"""Number formats of the table, which has no unit."""

LONG_NOTE = (
    "Constants of the simulation: experiments at once, each of which holds the pods that it takes. "
    "Standard errors are of the sample. Annual peaks are not exceeded in 5, 50 and 95% of years."
)


class Long(NamedTuple):
    """The whole table, and the lengths and shares that its rows go over, the share faster."""

    columns: Mapping[str, Column]
    table: Table
    lengths: Axis
    hours: Column
    shares: Column


class Now(NamedTuple):
    """The pods at the hours of this experiment, and how they are read."""

    inside: Line
    reach: Line
    lines: Mapping[str, Line]
    working: tuple[Line, ...]
    beside: Table

    def or_nothing(self, figure: Operand) -> Expr:
        """The figure within the table, and words in its place outside."""
        return when(same(self.inside, 1), figure, OUTSIDE)


def long_of(grid: Grid) -> Long:
    """Every row of the table, as constants."""
    hours, shares = grid.numbers("hours"), grid.numbers("deadline_share")
    rows = tuple(
        Entity(f"run_{i}", f"{length:.1f} h, {share:.0%}")
        for i, (length, share) in enumerate(zip(hours, shares, strict=True), 1)
    )
    axis = Axis("experiments", "Hours and share that keeps to deadlines", rows)
    labels = {
        "mean": "Mean at once",
        "mean_error": "Standard error",
        "peak": "Mean of the annual peak",
        "peak_error": "Standard error of it",
        **QUANTILES,
    }
    own = {
        key: axis.fixed(
            key,
            label,
            grid.numbers(key),
            "stamp",
            unit=MIXED,
            units=(("1", SHOWN[key]),) * len(rows),
        )
        for key, label in labels.items()
    }
    keys = (
        axis.fixed("hours", "Hours", hours, "stamp", unit="h"),
        axis.fixed("share", "Share", shares, "stamp", unit="share"),
    )
    lengths, levels = tuple(dict.fromkeys(hours)), tuple(dict.fromkeys(shares))
    by_hours = Axis(
        "lengths",
        "Hours of an experiment",
        tuple(Entity(f"length_{i}", f"{length:.1f} h") for i, length in enumerate(lengths, 1)),
    )
    by_share = Axis(
        "deadline_shares",
        "Share that keeps to deadlines",
        tuple(Entity(f"keeping_{i}", f"{share:.0%} of them") for i, share in enumerate(levels, 1)),
    )
    if len(lengths) * len(levels) != len(rows):
        raise ValueError("the table of batch experiments is not every length by every share")
    title = "The table: experiments at once, simulated"
    return Long(
        own,
        Table(title, axis, (*keys, *own.values()), note=LONG_NOTE),
        by_hours,
        by_hours.fixed("hours", "Hours", lengths, "stamp", unit="h"),
        by_share.fixed("share", "Share", levels, "stamp", unit="share"),
    )


def columns_read(columns: Mapping[str, Column]) -> list[tuple[str, str, Column]]:
    """What is read of the table: key, what it is called, and its column."""
    named = {
        "mean": "In use on average",
        "peak": "Mean of the annual peak",
        "error": "Standard error of that",
        **QUANTILES,
    }
    return [
        (key, label, columns["peak_error" if key == "error" else key])
        for key, label in named.items()
    ]


def between_shares(share: Line, shares: Column) -> tuple[Line, ...]:
    """The place of the share of the table below *share*, that and the one above, and the way."""
    place = Line(
        "batch_share_place",
        "Share of the table below",
        "1",
        lowest(step(share, shares), counted(shares) - 1),
        how="The last that is not above the share that keeps to deadlines",
    )
    low = Line("batch_share_low", "Share below", "share", nth(shares, place))
    high = Line("batch_share_high", "Share above", "share", nth(shares, place + 1))
    way = Line(
        "batch_way",
        "Way to the share above",
        "1",
        (share - low) / (high - low),
        show="decimal3",
        how="(Share − share below) ÷ (share above − share below)",
    )
    return place, low, high, way


def mixed(column: Column, first: Expr, way: Expr) -> Expr:
    """The value *way* from one row of a column to the next."""
    return _way(nth(column, first), nth(column, first + 1), way)


def _way(low: Expr, high: Expr, way: Expr) -> Expr:
    """The value *way* from one to the other, on a straight line."""
    return low + way * (high - low)


def now_of(hours: Line, long: Long, read: Mapping[str, Column]) -> Now:
    """What is read at the hours of the experiment, between two lengths of the table."""
    shortest = Line("batch_shortest", "Shortest of the table", "h", nth(long.hours, Constant(1)))
    longest = Line("batch_longest", "Longest of the table", "h", largest(long.hours))
    within = both(at_least(hours, shortest), at_most(hours, longest))
    inside = Line(
        "batch_inside",
        "Hours are within the table",
        "1",
        when(within, 1, 0),
        show="flag",
        how="1 where they are; outside there is no answer",
    )
    asked = Line("batch_asked", "Hours asked for", "h", when(same(inside, 1), hours, shortest))
    place = Line(
        "batch_hours_place",
        "Hours of the table below",
        "1",
        lowest(step(asked, long.hours), counted(long.hours) - 1),
        how="The last that are not above those asked for",
    )
    low = Line("batch_hours_low", "Hours below", "h", nth(long.hours, place))
    high = Line("batch_hours_high", "Hours above", "h", nth(long.hours, place + 1))
    way = Line(
        "batch_hours_way",
        "Way to the hours above",
        "1",
        (asked - low) / (high - low),
        show="decimal3",
        how="(Hours − hours below) ÷ (hours above − hours below)",
    )
    axis = Axis(
        "beside", "Hours of the table", (Entity("below", "Below"), Entity("above", "Above"))
    )
    row = axis.formula(
        "row", "Row", "1", place + ordinal(axis.names) - 1, how="Of the lengths, counted from 1"
    )
    ends = {
        key: axis.formula(key, column.label, "pod", nth(column, row), how=None)
        for key, column in read.items()
    }
    lines = {
        key: Line(
            f"batch_sim_{key}",
            f"Pods: {column.label[:1].lower()}{column.label[1:]}",
            "pod",
            when(same(inside, 1), _way(At(column, "below"), At(column, "above"), way), OUTSIDE),
            how="Between the hours of the table below and above, on a straight line",
            show="decimal",
            output=key in ("mean", "peak"),
        )
        for key, column in ends.items()
    }
    beside = Table("Working: the hours below and above", axis, (row, *ends.values()))
    ends_of = (shown(shortest, "0", 0), shown(longest, "0", 0))
    words = joined(ends_of[0], " to ", ends_of[1], " hours")
    reach = Line("batch_reach_words", "What the table has", "text", words, how=None)
    working = (shortest, longest, reach, asked, place, low, high, way)
    return Now(inside, reach, lines, working, beside)
