"""Scaling: one static pod beside pods that follow the need, sample weeks, and cascades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Chart, Charts, Column, Line, Lines, Series, Tab, entered
from workbook.demand_facts import Simulated
from workbook.expr import Text, below, both, given, joined, magnitude, same, shown, when
from workbook.tabs import cascades, operated, sides
from workbook.tabs.constants import Constants
from workbook.tabs.guard import Guard
from workbook.tabs.pod import LABEL_WIDTH, Pod

PICKS_NOTE = (
    "Questions, not assumptions: picking something else leaves the memo’s ties alone. Scaled pods "
    "are at least one, and cool down for 5 minutes. Cost is that of a pod hour on Pod."
)


class Scaling(NamedTuple):
    """Lines that other tabs may use."""

    added: Line
    inside: Line
    tab: Tab


def build(
    a: Assumptions,
    found: Sequence[Simulated],
    guard: Guard,
    one_pod: Line,
    constants: Constants,
    pod: Pod,
) -> Scaling:
    """The tab for the tables that were *found* for the presets of *a*."""
    operated.check_picks(found, a.scaling)
    preset, users, spin_up, headroom, retry, zombie = map(entered, a.scaling.inputs())
    table, cascaded = operated.autoscale(found, one_pod), operated.cascade(found)
    reach = sides.Reach(
        Line(
            "scaling_t",
            "Standard errors on either side of an interval of 95%",
            "1",
            constant=2.200985160082949,
            show="decimal3",
            memo="Student’s t, 12 batches",
        ),
        Line(
            "scaling_unseen",
            "Most events of which none is seen, 1 time in 20",
            "1",
            constant=2.995732273553991,
            show="decimal3",
            memo="Poisson distribution",
        ),
    )
    static = sides.picked("static", table, (preset, users, Text(operated.STATIC)), reach)
    scaled = sides.picked(
        "scaled", table, (preset, users, Text(operated.SCALED), spin_up, headroom), reach
    )
    minute_seconds = Line(
        "minute_seconds",
        "Seconds in a minute",
        "s/min",
        constants.seconds_per_hour / constants.minutes_per_hour,
        show="whole",
    )
    costs = sides.Costs(pod.month_hours, pod.hour_cost, minute_seconds)
    still = sides.side(static, table, reach, costs)
    moved = sides.side(scaled, table, reach, costs)
    inside, state = _where(static, scaled)
    added = _added(still, moved, one_pod)
    hour, weeks, long = operated.traces(found)
    fed = cascades.build(cascaded, (preset, users, retry, zombie), a.scaling, reach, constants)
    words = _reading(added[0], still, moved, constants)
    tab = Tab(
        "Scaling",
        "One static pod beside pods that follow the need: cost, outages, waits; what feeds itself",
        "pod",
        (
            Lines(
                "State of the simulated tables",
                (guard.state_of("scaling", "autoscale", "cascade", "traces"),),
            ),
            Lines(
                "Question: pick in the cream cells",
                (preset, users, spin_up, headroom, state, *added, *words),
                note=PICKS_NOTE,
            ),
            sides.beside(still, moved),
            Charts(tuple(_chart(week, hour) for week in weeks)),
            *fed.blocks,
            Lines(
                "Working: the rows that are read",
                (inside, *static.lines, *scaled.lines, *fed.working, minute_seconds, *reach.lines),
            ),
            *fed.tables,
            *table.tables,
            *cascaded.tables,
            long,
        ),
        grid="wide",
        label_width=LABEL_WIDTH,
    )
    return Scaling(added[0], inside, tab)


def _where(static: sides.Picked, scaled: sides.Picked) -> tuple[Line, Line]:
    """Whether the tables have what was picked: as a flag, and in words."""
    inside = Line(
        "scaling_inside",
        "The table has scaled pods as picked",
        "1",
        scaled.found,
        show="flag",
        how="1 where it does; otherwise there is no answer",
    )
    alone = when(same(static.found, 0), "● scaled only: one pod never empties", "● in the table")
    state = Line(
        "scaling_reach",
        "Where it reads",
        "text",
        when(same(inside, 0), "▲ not in table", alone),
        show="status",
        how=None,
    )
    return inside, state


def _added(still: sides.Side, moved: sides.Side, one_pod: Line) -> tuple[Line, ...]:
    """What scaled pods cost beyond one static pod, with its interval."""

    def line(end: str, label: str) -> Line:
        pods = moved.lines["pods"][end]
        known = both(given(still.lines["pods"][""]), given(pods))
        return Line(
            f"scaling_added{end}",
            label,
            "share",
            when(known, pods / one_pod - 1, sides.NO_ROW),
            how="Scaled pods paid ÷ one static pod − 1" if not end else None,
            strong=not end,
            output=not end,
        )

    return (
        line("", "Cost added by scaling"),
        line("_from", "… from, with 95% confidence"),
        line("_to", "… to, with 95% confidence"),
    )


def _reading(
    added: Line, still: sides.Side, moved: sides.Side, constants: Constants
) -> tuple[Line, Line]:
    """The comparison in words."""
    sense = when(below(added, 0), "saves ", "costs +")
    cost = joined(sense, constants.percent(magnitude(added)))
    before = shown(still.lines["overload"][""], "0", 0)
    overload = joined(before, " → ", shown(moved.lines["overload"][""], "0", 0), " min")
    return (
        Line("scaling_words", "In words", "text", when(given(added), cost, "–"), how=None),
        Line(
            "scaling_spares", "Overload a week", "text", when(given(added), overload, "–"), how=None
        ),
    )


def _chart(week: operated.Trace, hour: Column) -> Chart:
    who = f"{operated.users_words(week.users)}, {week.preset}"
    return Chart(
        kind="course",
        headline=Text(f"A sample week of {who}"),
        title=f"Slots in use and ready, {who}",
        series=(
            Series(
                "Slots of pods ready, scaled", week.ready, "training", across=hour, style="thin"
            ),
            Series(
                "Slots in use, highest of the half hour",
                week.in_use,
                "held",
                across=hour,
                style="thin",
            ),
        ),
        categories=None,
        across_title="Hours from Monday’s midnight (a line a day)",
        value_title="Slots",
        value_show="plain",
        alt=f"Slots in use and slots of pods ready over a simulated week of {who}.",
    )
