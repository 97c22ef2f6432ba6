"""Capability: what benchmarks gain for the training hours of a quarter, and which are saturated.

Capability per training hour is the mean share of headroom that the benchmarks close in a quarter,
divided by the quarter's H100e hours of training. Headroom is what is left to the ceiling before the
quarter. Points alone would not do: 5 points from 40 and 5 points from 90 are no equal progress, and
benchmarks have scales of their own. A benchmark with next to no headroom is not counted, as what it
gains then says little.
"""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Line, Table
from workbook.expr import (
    above,
    at_least,
    below,
    both,
    count_filled,
    count_where,
    given,
    joined,
    largest,
    no_figure,
    nth,
    ordinal,
    rounded,
    running,
    same,
    total,
    total_where,
    when,
)
from workbook.tabs.constants import Constants
from workbook.tabs.scores import MEMO, Limits, benchmarks_of, scores_of
from workbook.tabs.teams import MILLIONS

SHARE, HOURS, PER_HOUR = "share", "H100e·h", "1/(H100e·h)"


class Capability(NamedTuple):
    """Capability per training hour by quarter, and what follows from it."""

    per_hour: Column
    flags: Line
    saturated: Line
    lines: tuple[Line, ...]
    uncounted: Line
    records: tuple[Table, ...]
    tables: tuple[Table, ...]


def build(a: Assumptions, constants: Constants, limits: Limits, quarters: Axis) -> Capability:
    """Capability per training hour, its falls, and saturation (memo 004, capacity management)."""
    scores = scores_of(a, limits, quarters)
    number = quarters.formula("number", "No.", "1", ordinal(quarters.names), how=None)
    counts = quarters.formula(
        "scores", "Scores", "1", count_where((scores.quarter, quarters.names)), how=None
    )
    hours = quarters.formula(
        "training_hours",
        "Training hours",
        HOURS,
        when(
            above(counts, 0),
            total_where(scores.hours, (scores.quarter, quarters.names)) / counts,
            no_figure(""),
        ),
        how="Mean of the training hours in the quarter’s rows, which should be alike",
        show=MILLIONS,
    )
    counted = quarters.formula(
        "counted",
        "Benchmarks counted",
        "1",
        total_where(scores.counted, (scores.quarter, quarters.names)),
        how="Those with a score of the quarter before, and headroom enough then",
    )
    gain = quarters.formula(
        "gain",
        "Headroom closed",
        SHARE,
        when(
            above(counted, 0),
            total_where(scores.gain, (scores.quarter, quarters.names)) / counted,
            no_figure(""),
        ),
        how="Mean over those benchmarks of gain in score ÷ headroom before",
    )
    per_hour = quarters.formula(
        "per_hour",
        "… per bn training hours",
        PER_HOUR,
        when(above(counted, 0), gain * constants.billion / hours, no_figure("")),
        how="Headroom closed × one billion ÷ training hours",
        show="decimal",
        strong=True,
    )
    falls = _falls(quarters, number, per_hour, constants, limits)
    lines = _review(quarters, per_hour, falls, limits)
    tested, saturated, bench = benchmarks_of(a, scores, limits)
    by_quarter = Table(
        "Capability per training hour, by quarter",
        quarters,
        (number, counts, hours, counted, gain, per_hour, *falls.columns),
        note="Memo 004: if it falls in consecutive quarters, research’s share, or shares within "
        "research, might need to be reevaluated. Benchmarks saturate: see below.",
    )
    rows = Line("scores_rows", "Rows of scores", "1", count_filled(scores.benchmark), how=None)
    uncounted = Line(
        "scores_uncounted",
        "… of a quarter or a benchmark that is not listed",
        "1",
        rows - total(counts) + (rows - total(tested)),
        how="Rows less those in both tables",
    )
    return Capability(
        per_hour,
        lines[-1],
        saturated,
        (*lines, saturated, rows, uncounted),
        uncounted,
        (scores.table,),
        (by_quarter, bench),
    )


class _Falls(NamedTuple):
    before: Column
    fell: Column
    so_far: Column
    run: Column
    measured: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        return (self.before, self.fell, self.so_far, self.run, self.measured)


def _falls(
    quarters: Axis, number: Column, per_hour: Column, constants: Constants, limits: Limits
) -> _Falls:
    before = quarters.formula(
        "before",
        "Quarter before",
        PER_HOUR,
        when(above(number, 1), nth(per_hour, number - 1), no_figure("")),
        how="Capability per bn training hours, one row up",
        show="decimal",
    )
    fell = quarters.formula(
        "fell",
        "Fell",
        "1",
        when(
            both(given(per_hour), given(before)),
            when(below(rounded(per_hour - before, constants.order_places), 0), 1, 0),
            0,
        ),
        how="1 where it is below the quarter before",
        show="flag",
    )
    so_far = quarters.formula("falls", "Falls so far", "1", running(fell), how=None)
    earlier = when(above(number, limits.declines), nth(so_far, number - limits.declines), 0)
    run = quarters.formula(
        "run",
        "In a row",
        "1",
        when(at_least(so_far - earlier, limits.declines), 1, 0),
        how="1 where it fell in as many quarters in a row as raise a review (Inputs)",
        show="flag",
    )
    measured = quarters.formula(
        "measured", "No. if measured", "1", when(given(per_hour), number, 0), how=None
    )
    return _Falls(before, fell, so_far, run, measured)


def _review(quarters: Axis, per_hour: Column, falls: _Falls, limits: Limits) -> tuple[Line, ...]:
    """The latest quarter, and whether it raises a review; the last line is the flag."""
    place = Line(
        "capability_place",
        "Latest quarter measured, its number",
        "1",
        largest(falls.measured),
    )
    any_yet = above(place, 0)
    latest = Line(
        "capability_per_hour",
        "Headroom closed per bn training hours, latest",
        PER_HOUR,
        when(any_yet, nth(per_hour, place), 0),
        how="Of the latest quarter measured",
        show="decimal",
        memo=MEMO,
        strong=True,
        output=True,
    )
    last = Line(
        "capability_quarter",
        "Latest quarter measured",
        "text",
        when(any_yet, nth(quarters.names, place), "none"),
        how=None,
    )
    review = Line(
        "capability_review",
        "Review of research’s share",
        "1",
        when(any_yet, nth(falls.run, place), 0),
        how="1 where capability per hour fell in enough quarters in a row up to the latest",
        show="flag",
        memo=MEMO,
    )
    first = Line(
        "capability_first",
        "First quarter of the falls",
        "text",
        when(same(review, 1), nth(quarters.names, place - limits.declines + 1), "none"),
        how=None,
    )
    told = Line(
        "capability_told",
        "While a review is due",
        "text",
        joined(
            "▲ capability per hour fell in each quarter from ",
            first,
            " to ",
            last,
            ": review research",
        ),
        how=None,
    )
    flags = Line(
        "capability_flags",
        "Capability in words",
        "text",
        when(
            same(review, 1),
            told,
            "● no run of falls up to the latest quarter",
        ),
        show="status",
        how=None,
    )
    return place, latest, last, review, first, told, flags
