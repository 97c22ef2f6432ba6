"""Capability: what benchmarks gain for the training hours of a quarter, and which are saturated.

Capability per training hour is the mean share of headroom that the benchmarks close in a quarter,
divided by the quarter's H100e hours of training. Headroom is what is left to the ceiling before the
quarter. Points alone would not do: 5 points from 40 and 5 points from 90 are no equal progress, and
benchmarks have scales of their own. A benchmark with next to no headroom is not counted, as what it
gains then says little.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Entity, Line, Table
from workbook.data.outcomes import BENCHMARKS, MARGINS, QUARTERS
from workbook.expr import (
    Expr,
    Text,
    above,
    as_expr,
    at_least,
    below,
    both,
    count_beyond,
    count_filled,
    count_where,
    given,
    joined,
    largest,
    no_figure,
    nth,
    ordinal,
    position,
    rounded,
    running,
    same,
    total,
    total_where,
    when,
    where_filled,
)
from workbook.tabs.constants import Constants
from workbook.tabs.entities import rows_of, typed_of
from workbook.tabs.sums import named
from workbook.tabs.teams import MILLIONS, listed

SHARE, HOURS, PER_HOUR = "share", "H100e·h", "1/(H100e·h)"
MEMO = "Memo 004, capacity"
FEWEST_QUARTERS, SPARE_QUARTERS, MOST_QUARTERS = 8, 2, 16
FEWEST_SCORES, SPARE_SCORES = 24, 8
FEWEST_BENCHMARKS, SPARE_BENCHMARKS, MOST_BENCHMARKS = 5, 2, 12
SATURATED = "▲ saturated"


@dataclass(frozen=True, slots=True)
class Limits:
    """Inputs: least headroom of a benchmark, and quarters of decline that raise a review."""

    headroom: Line
    declines: Line


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores as typed in, and what each gained of its headroom."""

    benchmark: Column
    quarter: Column
    score: Column
    ceiling: Column
    hours: Column
    counted: Column
    gain: Column
    last: Column
    table: Table


@dataclass(frozen=True, slots=True)
class Capability:
    """Capability per training hour by quarter, and what follows from it."""

    per_hour: Column
    flags: Line
    saturated: Line
    lines: tuple[Line, ...]
    uncounted: Expr
    records: tuple[Table, ...]
    tables: tuple[Table, ...]


def quarters_of(a: Assumptions) -> Axis:
    """The quarters from the first of scores and margins on, and some to come."""
    scores, sales = a.data.of(BENCHMARKS).rows, a.data.of(MARGINS).rows
    named_in = [row.quarter for row in scores] + [row.quarter for row in sales]
    known = {QUARTERS.index(quarter) for quarter in named_in} or {0}
    span = max(known) - min(known) + 1
    room = max(FEWEST_QUARTERS, min(span + SPARE_QUARTERS, MOST_QUARTERS))
    names = QUARTERS[min(known) :][:room]
    entities = tuple(Entity(f"quarter_{i}", name) for i, name in enumerate(names, 1))
    return Axis("quarters", "Quarter", entities)


def build(a: Assumptions, constants: Constants, limits: Limits, quarters: Axis) -> Capability:
    """Capability per training hour, its falls, and saturation (memo 004, capacity management)."""
    scores = _scores(a, limits, quarters)
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
    tested, saturated, bench = _benchmarks(a, scores, limits)
    by_quarter = Table(
        "Capability per training hour, by quarter",
        quarters,
        (number, counts, hours, counted, gain, per_hour, *falls.columns),
        note="Memo 004: if it falls in consecutive quarters, research’s share, or shares within "
        "research, might need to be reevaluated. Benchmarks saturate: see below.",
    )
    filled_rows = count_filled(scores.benchmark)
    return Capability(
        per_hour,
        lines[-1],
        saturated,
        (*lines, saturated),
        filled_rows - total(counts) + filled_rows - total(tested),
        (scores.table,),
        (by_quarter, bench),
    )


def _scores(a: Assumptions, limits: Limits, quarters: Axis) -> Scores:
    file = a.data.of(BENCHMARKS)
    room = min(max(FEWEST_SCORES, len(file.rows) + SPARE_SCORES), BENCHMARKS.most)
    axis = rows_of(file, room=room)
    benchmark, quarter, score, ceiling, hours = (
        typed_of(
            file,
            axis,
            c.key,
            allowed=quarters.names if c.key == "quarter" else None,
            show=MILLIONS if c.key == "hours" else "decimal1" if c.is_number else "",
        )
        for c in BENCHMARKS.columns
    )
    place = place_of(axis, benchmark, quarter, quarters)
    earlier = (benchmark, benchmark), (place, place - 1)
    known = axis.formula(
        "known", "Scores before", "1", where_filled(benchmark, count_where(*earlier)), how=None
    )
    before = axis.formula(
        "before",
        "Score before",
        "1",
        where_filled(benchmark, total_where(score, *earlier)),
        how="Of the same benchmark in the quarter before",
        show="decimal1",
    )
    left = ceiling - before
    counted = axis.formula(
        "counted",
        "Counted",
        "1",
        where_filled(
            benchmark,
            when(
                both(above(known, 0), above(left, 0), at_least(left, limits.headroom * ceiling)),
                1,
                0,
            ),
        ),
        how="1 where there is a score before, and headroom of at least the limit (Inputs)",
        show="flag",
    )
    gain = axis.formula(
        "gain",
        "Headroom closed",
        SHARE,
        where_filled(benchmark, when(same(counted, 1), (score - before) / left, 0)),
        how="(Score − score before) ÷ (ceiling − score before)",
    )
    last = axis.formula(
        "last",
        "Latest",
        "1",
        where_filled(
            benchmark, when(above(count_beyond(benchmark, benchmark, place, place), 0), 0, 1)
        ),
        how="1 where the benchmark has no later score",
        show="flag",
    )
    typed = (benchmark, quarter, score, ceiling, hours)
    table = Table(
        "Benchmarks: scores by quarter", axis, (*typed, place, known, before, counted, gain, last)
    )
    return Scores(*typed, counted, gain, last, table)


def place_of(axis: Axis, first: Column, quarter: Column, quarters: Axis) -> Column:
    """The place of a row's quarter in the list of quarters; 0 where that does not have it."""
    names = quarters.names
    return axis.formula(
        "place",
        "No. of the quarter",
        "1",
        where_filled(
            first,
            when(above(count_where((names, quarter)), 0), position(quarter, names), 0),
            0,
        ),
        how="In the list of quarters on Outcomes; 0 where that ends before it",
    )


@dataclass(frozen=True, slots=True)
class _Falls:
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
    flags = Line(
        "capability_flags",
        "Capability in words",
        "text",
        when(
            same(review, 1),
            joined("▲ fell in each quarter from ", first, " to ", last, ": review research"),
            "● no run of falls up to the latest quarter",
        ),
        show="status",
        how=None,
    )
    return place, latest, last, review, first, flags


def _benchmarks(a: Assumptions, scores: Scores, limits: Limits) -> tuple[Column, Line, Table]:
    """The latest score of each benchmark, and whether it is saturated."""
    known = [row.benchmark for row in a.data.of(BENCHMARKS).rows]
    axis = listed(
        "listed_benchmarks",
        "Benchmark",
        known,
        FEWEST_BENCHMARKS,
        SPARE_BENCHMARKS,
        MOST_BENCHMARKS,
    )
    rows = axis.formula(
        "scores", "Scores", "1", named(axis, count_where((scores.benchmark, axis.names))), how=None
    )

    def latest(what: Column, label: str) -> Column:
        keys = (scores.benchmark, axis.names), (scores.last, as_expr(1))
        algebra = named(axis, total_where(what, *keys))
        return axis.formula(what.key, label, "1", algebra, how=None, show="decimal1")

    score, ceiling = latest(scores.score, "Latest score"), latest(scores.ceiling, "Ceiling")
    headroom = axis.formula(
        "headroom",
        "Headroom",
        SHARE,
        named(axis, when(above(ceiling, 0), 1 - score / ceiling, no_figure(""))),
        how="1 − latest score ÷ ceiling",
    )
    counted = axis.formula(
        "counted",
        "Quarters counted",
        "1",
        named(axis, total_where(scores.counted, (scores.benchmark, axis.names))),
        how=None,
    )
    flag = axis.formula(
        "flag",
        "Warning",
        "text",
        named(axis, when(both(above(rows, 0), below(headroom, limits.headroom)), SATURATED, "")),
        how="Where headroom is below the least headroom of a benchmark (Inputs)",
        show="status",
    )
    count = Line(
        "benchmarks_saturated",
        "Benchmarks saturated",
        "1",
        count_where((flag, Text(SATURATED))),
        how="How many are warned of",
        memo=MEMO,
    )
    table = Table(
        "Benchmarks and their headroom",
        axis,
        (rows, score, ceiling, headroom, counted, flag),
        note="Memo 004: with little headroom a benchmark may not move while models still improve.",
    )
    return rows, count, table
