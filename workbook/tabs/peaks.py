"""Peaks: how many pods experiments hold at once, simulated, and what pods held for them forgo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Gathered, Line, Lines, Table
from workbook.demand_facts import Grid
from workbook.expr import (
    above,
    below,
    counted,
    joined,
    ordinal,
    rounded,
    same,
    when,
    whole_up,
)
from workbook.tabs import experiments
from workbook.tabs.constants import Constants
from workbook.tabs.experiments import QUANTILES, Long, Now
from workbook.tabs.pod import Pod

HELD_NOTE = (
    "Held all year at the lost profit of a research pod (Pod); and if only so much of them is "
    "research, as the memo assumes. Pods are whole, to the two places that the table has."
)
LENGTHS_NOTE = (
    "The memo has 1 pod on average and a peak of 5 to 8: as simulated, with the inputs it came "
    "with, those take experiments of 96 to 195 hours, where its own take 13."
)
MONTH = "USD/mo"


class Given(NamedTuple):
    """What peaks are read at, and what the memo says of them."""

    hours: Line
    deadline_share: Line
    pods: Line
    peaks: tuple[Line, Line]
    shares: tuple[Line, Line]
    opportunity: tuple[Line, Line]


class Peaks(NamedTuple):
    """Lines that other tabs may use, and the blocks."""

    inside: Line
    mean: Line
    results: tuple[Lines | Table, ...]
    working: tuple[Lines | Table, ...]


def build(given: Given, grid: Grid, pod: Pod, constants: Constants) -> Peaks:
    """Pods at the hours of the experiment and the share that keeps to deadlines."""
    long = experiments.long_of(grid)
    each = Line(
        "batch_pods_each",
        "Whole pods of an experiment",
        "pod",
        # what only rounding adds to a whole number of pods takes none
        whole_up(given.pods * (1 - constants.tolerance)),
        how="Pods that the experiment takes, rounded up",
        show="whole",
    )
    shares = experiments.between_shares(given.deadline_share, long.shares)
    place, *_, way = shares
    first = long.lengths.formula(
        "first",
        "Row below",
        "1",
        (ordinal(long.lengths.names) - 1) * counted(long.shares) + place,
        how="The row of the table with these hours and the share below",
    )
    read = {
        key: long.lengths.formula(
            key, label, "pod", experiments.mixed(column, first, way) * each, how=None
        )
        for key, label, column in experiments.columns_read(long.columns)
    }
    now = experiments.now_of(given.hours, long, read)
    state = Line(
        "batch_reach",
        "Where it reads",
        "text",
        when(
            same(now.inside, 1),
            "● within the table",
            joined("▲ outside the table, which has ", now.reach),
        ),
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
            Table("Working: rows of the simulated table", long.lengths, (first,)),
            _lengths(long, read, given, pod, constants),
        ),
        (
            Lines("Working: between the rows of the table", (*shares, now.inside, *now.working)),
            now.beside,
            Table("Shares that keep to deadlines", long.shares.axis, (long.shares,)),
            long.table,
        ),
    )


def _held(now: Now, given: Given, pod: Pod, constants: Constants) -> Table:
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
            f"… at {end} share",
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
            f"Of the memo’s {end}",
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
    long: Long, read: Mapping[str, Column], given: Given, pod: Pod, constants: Constants
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
    middling = axis.formula(
        "middling",
        "Middling peak",
        "pod",
        rounded(read["peak_50"], constants.places),
        show="decimal",
        how="To two places, to be compared",
    )
    words = when(above(middling, most), "above the memo’s", "as the memo’s")
    verdict = axis.formula(
        "verdict",
        "It is",
        "text",
        when(below(middling, fewest), "below the memo’s", words),
        how="Against the memo’s fewest and most pods at a peak",
    )
    columns = (long.hours, *read.values(), held, cost, middling, verdict)
    return Table("Pods by hours of an experiment", axis, columns, note=LENGTHS_NOTE)
