"""Scores: benchmarks by quarter as typed in, what each gained, and which are saturated."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Entity, Line, Table
from workbook.data.outcomes import BENCHMARKS, MARGINS, QUARTERS
from workbook.expr import (
    Text,
    above,
    as_expr,
    at_least,
    below,
    both,
    count_beyond,
    count_where,
    no_figure,
    position,
    same,
    total_where,
    when,
    where_filled,
)
from workbook.tabs.entities import rows_of, typed_of
from workbook.tabs.sums import named
from workbook.tabs.teams import MILLIONS, listed

SHARE = "share"
MEMO = "Memo 004, capacity"
FEWEST_QUARTERS, SPARE_QUARTERS, MOST_QUARTERS = 8, 2, 16
FEWEST_SCORES, SPARE_SCORES = 24, 8
FEWEST_BENCHMARKS, SPARE_BENCHMARKS, MOST_BENCHMARKS = 5, 2, 12
SATURATED = "▲ saturated"


class Limits(NamedTuple):
    """Inputs: least headroom of a benchmark, and quarters of decline that raise a review."""

    headroom: Line
    declines: Line


class Scores(NamedTuple):
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


def scores_of(a: Assumptions, limits: Limits, quarters: Axis) -> Scores:
    """The scores as typed in, and the share of headroom that each closed."""
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


def benchmarks_of(a: Assumptions, scores: Scores, limits: Limits) -> tuple[Column, Line, Table]:
    """The latest score of each benchmark, and whether it is saturated."""
    known = [row.benchmark for row in a.data.of(BENCHMARKS).rows]
    axis = listed(
        "listed_benchmarks",
        "Benchmark",
        BENCHMARKS,
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
