"""Peaks: how many pods experiments hold at once, simulated, and what pods held for them forgo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook.book import Axis, Column, Entity, Gathered, Line, Lines, Table
from workbook.demand_facts import Grid
from workbook.expr import (
    Constant,
    Expr,
    Operand,
    above,
    at_least,
    at_most,
    below,
    both,
    counted,
    joined,
    largest,
    lowest,
    no_figure,
    nth,
    ordinal,
    rounded,
    same,
    shown,
    step,
    when,
    whole_up,
)
from workbook.tabs.constants import Constants
from workbook.tabs.pod import Pod

OUTSIDE = no_figure("outside the table")
QUANTILES = {
    "peak_5": "peak of a quiet year (5%)",
    "peak_50": "peak of a middling year (50%)",
    "peak_95": "peak of a busy year (95%)",
}
LONG_NOTE = (
    "Constants of the simulation: experiments at once, each of which holds the pods that it takes. "
    "Standard errors are of the sample. Annual peaks are not exceeded in 5, 50 and 95% of years."
)
HELD_NOTE = (
    "Held all year at the lost profit of a research pod (Pod); and if only so much of them is "
    "research, as the memo assumes. Pods are whole, to the two places that the table has."
)
LENGTHS_NOTE = (
    "The memo has 1 pod on average and a peak of 5 to 8: as simulated, with the inputs it came "
    "with, those take experiments of 96 to 195 hours, where its own take 13."
)
MONTH = "USD/mo"


@dataclass(frozen=True, slots=True)
class Given:
    """What peaks are read at, and what the memo says of them."""

    hours: Line
    deadline_share: Line
    pods: Line
    peaks: tuple[Line, Line]
    shares: tuple[Line, Line]
    opportunity: tuple[Line, Line]


@dataclass(frozen=True, slots=True)
class Peaks:
    """Lines that other tabs may use, and the blocks."""

    inside: Line
    mean: Line
    results: tuple[Lines | Table, ...]
    working: tuple[Lines | Table, ...]


@dataclass(frozen=True, slots=True)
class _Long:
    """The whole table, and the lengths and shares that its rows go over, the share faster."""

    columns: Mapping[str, Column]
    table: Table
    lengths: Axis
    hours: Column
    shares: Column


@dataclass(frozen=True, slots=True)
class _Now:
    """The pods at the hours of this experiment, and how they are read."""

    inside: Line
    lines: Mapping[str, Line]
    working: tuple[Line, ...]

    def or_nothing(self, figure: Operand) -> Expr:
        """The figure within the table, and words in its place outside."""
        return when(same(self.inside, 1), figure, OUTSIDE)


def build(given: Given, grid: Grid, pod: Pod, constants: Constants) -> Peaks:
    """Pods at the hours of the experiment and the share that keeps to deadlines."""
    long = _long(grid)
    each = Line(
        "batch_pods_each",
        "Whole pods of an experiment",
        "pod",
        # what only rounding adds to a whole number of pods takes none
        whole_up(given.pods * (1 - constants.tolerance)),
        how="Pods that the experiment takes, rounded up",
        show="whole",
    )
    place, way = _between_shares(given.deadline_share, long.shares)
    first = long.lengths.formula(
        "first",
        "Row below",
        "1",
        (ordinal(long.hours) - 1) * counted(long.shares) + place,
        how="The row of the table with these hours and the share below",
    )
    read = {
        key: long.lengths.formula(key, label, "pod", _mixed(column, first, way) * each, how=None)
        for key, label, column in _columns_read(long.columns)
    }
    now = _now(given.hours, long, read)
    state = Line(
        "batch_reach",
        "Where it reads",
        "text",
        _reach(now.inside, long.hours),
        show="status",
        how=None,
    )
    return Peaks(
        now.inside,
        now.lines["mean"],
        (
            Lines("Deadlines and peaks, simulated", (state, each, *now.lines.values())),
            _held(now, given, pod, constants),
            Lines("The memo’s estimate", _worth(given, pod)),
            _lengths(long, read, given, pod, constants),
        ),
        (
            Lines("Working: between the rows of the table", (place, way, now.inside, *now.working)),
            Table("Working: the rows below", long.lengths, (first,)),
            Table("Shares that keep to deadlines", long.shares.axis, (long.shares,)),
            long.table,
        ),
    )


def _long(grid: Grid) -> _Long:
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
        **{key: label.capitalize() for key, label in QUANTILES.items()},
    }
    own = {
        key: axis.fixed(key, label, grid.numbers(key), "stamp", unit="1")
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
        tuple(Entity(f"keeping_{i}", f"{share:.0%}") for i, share in enumerate(levels, 1)),
    )
    if len(lengths) * len(levels) != len(rows):
        raise ValueError("the table of batch experiments is not every length by every share")
    title = "The table: experiments at once, simulated"
    return _Long(
        own,
        Table(title, axis, (*keys, *own.values()), note=LONG_NOTE),
        by_hours,
        by_hours.fixed("hours", "Hours", lengths, "stamp", unit="h"),
        by_share.fixed("share", "Share", levels, "stamp", unit="share"),
    )


def _columns_read(columns: Mapping[str, Column]) -> list[tuple[str, str, Column]]:
    """What is read of the table: key, what it is called, and its column."""
    named = {
        "mean": "In use on average",
        "peak": "Mean of the annual peak",
        "error": "Standard error of that",
        **{key: label.capitalize() for key, label in QUANTILES.items()},
    }
    return [
        (key, label, columns["peak_error" if key == "error" else key])
        for key, label in named.items()
    ]


def _between_shares(share: Line, shares: Column) -> tuple[Line, Line]:
    place = Line(
        "batch_share_place",
        "Share of the table below",
        "1",
        lowest(step(share, shares), counted(shares) - 1),
        how="The last that is not above the share that keeps to deadlines",
    )
    low, high = nth(shares, place), nth(shares, place + 1)
    way = Line(
        "batch_way",
        "Way to the share above",
        "1",
        (share - low) / (high - low),
        show="decimal3",
        how="(Share − share below) ÷ (share above − share below)",
    )
    return place, way


def _mixed(column: Column, first: Expr, way: Expr) -> Expr:
    """The value *way* from one row of a column to the next, on a straight line."""
    return nth(column, first) + way * (nth(column, first + 1) - nth(column, first))


def _now(hours: Line, long: _Long, read: Mapping[str, Column]) -> _Now:
    """What is read at the hours of the experiment, between two lengths of the table."""
    shortest = Line("batch_shortest", "Shortest of the table", "h", nth(long.hours, Constant(1)))
    within = both(at_least(hours, shortest), at_most(hours, largest(long.hours)))
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
    low, high = nth(long.hours, place), nth(long.hours, place + 1)
    way = Line(
        "batch_hours_way",
        "Way to the hours above",
        "1",
        (asked - low) / (high - low),
        show="decimal3",
        how="(Hours − hours below) ÷ (hours above − hours below)",
    )
    lines = {
        key: Line(
            f"batch_sim_{key}",
            f"Pods: {column.label[:1].lower()}{column.label[1:]}",
            "pod",
            when(same(inside, 1), _mixed(column, place, way), OUTSIDE),
            how="Between the rows by hours below, on a straight line",
            show="decimal",
            output=key in ("mean", "peak"),
        )
        for key, column in read.items()
    }
    return _Now(inside, lines, (shortest, asked, place, way))


def _reach(inside: Line, hours: Column) -> Expr:
    ends = (nth(hours, Constant(1)), largest(hours))
    low, high = (shown(end, "0", 0) for end in ends)
    words = joined("▲ outside the table, which has ", low, " to ", high, " hours")
    return when(same(inside, 1), "● within the table", words)


def _held(now: _Now, given: Given, pod: Pod, constants: Constants) -> Table:
    """Whole pods for the peak of a quiet, a middling and a busy year, and what they forgo."""
    axis = Axis(
        "held_pods",
        "Pods held for the",
        tuple(Entity(key, label) for key, label in QUANTILES.items()),
    )
    links = Gathered(tuple(now.lines[key] for key in QUANTILES))
    pods = Column("pods", "Simulated", "pod", axis, links, show="decimal")
    held = axis.formula(
        "held",
        "Pods held",
        "pod",
        now.or_nothing(whole_up(rounded(pods, constants.places))),
        show="whole",
        how="Rounded up",
    )
    cost = axis.formula(
        "cost",
        "Opportunity cost",
        MONTH,
        now.or_nothing(held * pod.lost),
        strong=True,
        how="Pods held × lost profit of a research pod a month",
    )
    parts = [
        axis.formula(
            key,
            f"… at the {end} research share",
            MONTH,
            now.or_nothing(cost * share),
            how=None,
        )
        for key, end, share in zip(
            ("at_low", "at_high"), ("lowest", "highest"), given.shares, strict=True
        )
    ]
    against = [
        axis.formula(
            key,
            f"Against the memo’s {end}",
            "x",
            now.or_nothing(cost / line),
            how=None,
        )
        for key, end, line in zip(
            ("of_low", "of_high"), ("lowest", "highest"), given.opportunity, strict=True
        )
    ]
    title = "Pods to hold, and what they forgo a month"
    return Table(title, axis, (pods, held, cost, *parts, *against), note=HELD_NOTE)


def _worth(given: Given, pod: Pod) -> tuple[Line, ...]:
    """The memo's opportunity cost, and the pods whose lost profit it is."""
    return tuple(
        Line(
            f"batch_opportunity_pods_{end}",
            f"Pods whose lost profit is the memo’s {words}",
            "pod",
            when(above(pod.lost, 0), line / pod.lost, 0),
            show="decimal",
            how=f"{line.label} ÷ lost profit of a research pod a month, if there is any",
        )
        for end, words, line in zip(
            ("low", "high"), ("lowest", "highest"), given.opportunity, strict=True
        )
    )


def _lengths(
    long: _Long, read: Mapping[str, Column], given: Given, pod: Pod, constants: Constants
) -> Table:
    """Pods by the hours of an experiment at the share that keeps to deadlines, beside the memo."""
    axis, (fewest, most) = long.lengths, given.peaks
    held = axis.formula(
        "held",
        "Pods held",
        "pod",
        whole_up(rounded(read["peak_95"], constants.places)),
        how="For the peak of a busy year",
        show="whole",
    )
    cost = axis.formula("cost", "Opportunity cost", MONTH, held * pod.lost, how=None)
    middling = rounded(read["peak_50"], constants.places)
    words = when(above(middling, most), "above the memo’s", "as the memo’s")
    verdict = axis.formula(
        "verdict",
        "Middling peak",
        "text",
        when(below(middling, fewest), "below the memo’s", words),
        how="Against the memo’s fewest and most pods at a peak",
    )
    columns = (long.hours, *read.values(), held, cost, verdict)
    return Table("Pods by hours of an experiment", axis, columns, note=LENGTHS_NOTE)
