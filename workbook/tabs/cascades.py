"""Cascades: what those who give up and come back do to one static pod, and when it runs away."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Choice
from workbook.assumptions import Scaling as Asked
from workbook.book import Axis, Column, Entity, Line, Lines, Owned, Table
from workbook.expr import (
    MIXED,
    Expr,
    above,
    at_least,
    both,
    count_where,
    given,
    joined,
    lookup,
    no_figure,
    rounded,
    same,
    when,
)
from workbook.tabs import sides
from workbook.tabs.constants import Constants
from workbook.tabs.operated import Measure, Measured, share_of

RUNS_AWAY = no_figure("never drains")
NOTE = (
    "Gain: what one failure brings back, in requests. From 1 on each failure brings at least as "
    "much work as it sheds: the overload never ends by itself, and its length is no figure."
)
MEASURES = (
    Measure("attempts", "Attempts a message", "x"),
    Measure("lost", "Messages lost for good", "share"),
    Measure("overload", "Minutes of overload a week", "min/wk", "decimal1"),
    Measure("long", "Outages of 30 minutes and more", "1/wk"),
)


class Cascades(NamedTuple):
    """The blocks of the question, those of its words, and the lines of its working."""

    blocks: tuple[Lines | Table, ...]
    tables: tuple[Table, ...]
    working: tuple[Line, ...]


def build(
    table: Measured,
    picks: tuple[Expr, Line, Line, Line],
    asked: Asked,
    reach: sides.Reach,
    constants: Constants,
) -> Cascades:
    """The cascade of the *picks*: preset, users, the chance of coming back, work for nobody."""
    *_, retry, zombie = picks
    back, of_retry = _share("retry_share", "Chance of coming back", retry, asked.retry)
    lost, of_zombie = _share("zombie_share", "Share worked for nobody", zombie, asked.zombie)
    gain = Line(
        "cascade_gain",
        "Gain of the cascade",
        "x",
        when(both(given(back), given(lost)), back + lost, sides.NO_ROW),
        how="Chance of coming back + share worked for nobody",
        strong=True,
    )
    runs = Line(
        "cascade_runs_away",
        "It runs away",
        "1",
        when(given(gain), when(at_least(rounded(gain, constants.order_places), 1), 1, 0), 0),
        show="flag",
        how="1 where the gain is 1 or more",
    )
    brings = Line(
        "cascade_brings",
        "What a failure does",
        "text",
        when(given(gain), joined("a failure brings back ", constants.decimal(gain)), "–"),
        how=None,
    )
    verdict = when(same(runs, 1), "▲ runs away: ", "● drains: ")
    state = Line(
        "cascade_state",
        "What it does",
        "text",
        when(given(gain), joined(verdict, brings), "▲ not in table"),
        show="status",
        how=None,
    )
    place = sides.picked("cascade", table, picks, reach)
    absent = when(same(runs, 1), RUNS_AWAY, sides.NO_ROW)
    found = {m.key: sides.measured(place, table, m, reach, absent=absent) for m in MEASURES}
    question = Lines(
        "A cascade on one static pod: pick in the cream cells",
        (retry, zombie, gain, state),
        note=NOTE,
    )
    return Cascades(
        (question, _answers(found)),
        (of_retry, of_zombie),
        (back, lost, runs, brings, *place.lines),
    )


def _share(key: str, label: str, pick: Line, entry: Choice) -> tuple[Line, Table]:
    """The share that a pick's words name, and the table of those words."""
    entities = tuple(Entity(f"{key}_{i}", text) for i, text in enumerate(entry.options, 1))
    axis = Axis(f"{key}s", label, entities)
    shares = [share_of(text) for text in entry.options]
    share = axis.fixed("share", "Share", shares, "stamp", unit="share")
    known = above(count_where((axis.names, pick)), 0)
    algebra = when(known, lookup(pick, axis.names, share), sides.NO_ROW)
    line = Line(key, label, "share", algebra, how="By the words picked")
    return line, Table(f"Words: {entry.label.lower()}", axis, (share,))


def _answers(found: dict[str, sides.Lines]) -> Table:
    axis = Axis("cascaded", "Measure", tuple(Entity(m.key, m.label) for m in MEASURES))
    units = tuple((m.unit, m.show) for m in MEASURES)
    columns = [
        Column(
            key,
            label,
            MIXED,
            axis,
            Owned(tuple(found[m.key][end] for m in MEASURES)),
            units=units,
        )
        for key, end, label in (
            ("value", "", "One pod"),
            ("from", "_from", "From"),
            ("to", "_to", "To"),
        )
    ]
    title = "What the cascade does to one static pod"
    return Table(title, axis, (axis.units(units), *columns))
