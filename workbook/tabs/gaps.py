"""Gaps: how long one user waits between messages, with the laws fitted to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.book import Axis, Chart, Charts, Column, Entity, Line, Series, Table
from workbook.demand_facts import Simulated
from workbook.expr import Text, exponential, logarithm

LAWS = (
    ("3 lognormals", "inference", "line"),
    ("lognormal", "training", "dashed"),
    ("Lomax", "research", "dashed"),
    ("Pareto", "down", "dashed"),
)
"""The laws of the table, with the colour and style of each in the chart."""

SIMPLE = 2.0
"""Numbers of the simplest laws fitted."""

FIT_NOTE = (
    "BIC above the best: 10 and more is strong evidence against a law. Distance: the largest "
    "between the distributions (Kolmogorov-Smirnov). Lomax is a Pareto law that begins at 0."
)
NOTE = (
    "Simulated over 512 weeks of one user. Memo 000: Pareto seems closest, somewhat off; then a "
    "mixture of three lognormals. The gaps within sessions here are two lognormals by assumption."
)


class Gaps(NamedTuple):
    """The charts and the reading, to stand high on the tab, and the tables, to stand low."""

    reading: Table
    charts: Charts
    tables: tuple[Table, ...]


def build(found: Sequence[Simulated], halves: Line) -> Gaps:
    """The gaps of both presets; *halves* are the two ends of a class whose middle is drawn."""
    first = found[0].tables["gaps"]
    starts, ends = first.numbers("from"), first.numbers("to")
    entities = tuple(Entity(f"gap_{i}", f"Class {i}") for i in range(1, len(starts) + 1))
    axis = Axis("gaps", "Gaps", entities)
    least = axis.fixed("from", "From", starts, "stamp", unit="min")
    most = axis.fixed("to", "To", ends, "stamp", unit="min")
    middle = axis.formula(
        "middle",
        "Middle",
        "min",
        least * exponential(logarithm(most / least) / halves),
        how="On logarithms: where the chart draws the class",
    )
    columns: list[Column] = [least, most, middle]
    charts = []
    for f in found:
        seen = _share(axis, f, "seen", "seen")
        laws = [_share(axis, f, law, law) for law, *_ in LAWS]
        columns += [seen, *laws]
        charts.append(_chart(f, middle, seen, laws))
    table = Table("Gaps between the messages of one user", axis, tuple(columns), note=NOTE)
    fits = tuple(_fits(f) for f in found)
    return Gaps(_reading(found), Charts(tuple(charts)), (*fits, table))


def _share(axis: Axis, f: Simulated, key: str, label: str) -> Column:
    name = f"{f.key}_{key.lower().replace(' ', '_')}"
    shares = f.tables["gaps"].numbers(key)
    return axis.fixed(name, f"{f.name}: {label}", shares, "stamp", unit="share")


def _chart(f: Simulated, middle: Column, seen: Column, laws: Sequence[Column]) -> Chart:
    lines = tuple(
        Series(law, column, colour, across=middle, style="dashed" if style == "dashed" else "line")
        for column, (law, colour, style) in zip(laws, LAWS, strict=True)
    )
    return Chart(
        kind="density",
        headline=Text(f"Gaps between one user’s messages, {f.name}: {_best(f)} fit best"),
        title=f"Gaps between the messages of one user, {f.name}",
        series=(*lines, Series("Simulated", seen, "held", across=middle, style="thin")),
        categories=None,
        across_title="Minutes (each line is ten times the last)",
        value_title="Share of gaps, for each factor e of time",
        value_show="chart_pct_axis",
        alt=f"Histogram of one user’s gaps on a log axis, {f.name}, with four laws.",
    )


def _ranked(f: Simulated) -> list[tuple[str, float, float, float]]:
    """Law, parameters, BIC above the best and distance, the best first."""
    grid = f.tables["laws"]
    numbers = (grid.numbers(key) for key in ("parameters", "bic", "distance"))
    rows = zip(grid.texts("law"), *numbers, strict=True)
    return sorted(rows, key=lambda row: row[2])


def _best(f: Simulated) -> str:
    return _ranked(f)[0][0]


def _reading(found: Sequence[Simulated]) -> Table:
    """Which law fits best, and which of the simplest, in words."""
    axis = Axis("laws_read", "Preset", tuple(Entity(f.key, f.name) for f in found))
    texts = []
    for f in found:
        ranked = _ranked(f)
        law, numbers, _, distance = ranked[0]
        simple, _, bic, far = next(row for row in ranked if row[1] == SIMPLE)
        pareto = next(row for row in ranked if row[0] == "Pareto")
        texts.append(
            f"{law} fit best: {numbers:.0f} numbers, {distance:.1%} off at most. Of the laws of "
            f"two numbers {simple} is closest, {far:.1%} off and {bic:,.0f} of BIC behind; "
            f"Pareto from the shortest gap on is {pareto[3]:.0%} off."
        )
    return Table(
        "One user: which law the gaps follow",
        axis,
        (axis.fixed("words", "Reading", texts, "open"),),
        note=FIT_NOTE,
    )


def _fits(f: Simulated) -> Table:
    ranked = _ranked(f)
    axis = Axis(
        f"laws_{f.key}",
        "Law",
        tuple(Entity(f"law_{i}", law) for i, (law, *_) in enumerate(ranked, 1)),
    )
    columns = (
        axis.fixed("parameters", "Numbers fitted", [row[1] for row in ranked], "stamp", unit="1"),
        axis.fixed("bic", "BIC above the best", [row[2] for row in ranked], "stamp", unit="1"),
        axis.fixed("distance", "Distance", [row[3] for row in ranked], "stamp", unit="share"),
    )
    return Table(f"Laws fitted to the gaps, {f.name}", axis, columns)
