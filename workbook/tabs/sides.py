"""Sides: one row of a simulated table, measure by measure with its interval, and two beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Line, Owned, Table
from workbook.expr import (
    MIXED,
    Expr,
    Operand,
    above,
    both,
    count_where,
    given,
    highest,
    joined,
    no_figure,
    nth,
    position,
    when,
)
from workbook.tabs.operated import BETWEEN, Measure, Measured

NO_ROW = no_figure("not in table")
EVENTS = ("short", "long")
"""Measures that count events: of none seen, some may still come."""

PAID = (
    Measure("pods", "Pods paid", "pod"),
    Measure("hours", "Pod hours a month", "pod·h/mo"),
    Measure("cost", "Cost a month", "USD/mo"),
)
OF_PODS = (
    Measure("overload", "Minutes of overload a week", "min/wk", "decimal1"),
    Measure("short", "Outages of 5 minutes and more", "1/wk"),
    Measure("long", "Outages of 30 minutes and more", "1/wk"),
    Measure("wait", "Mean wait for a slot", "s", "decimal1"),
    Measure("most", "Most pods in a week", "pod", "decimal1"),
    Measure("to_peak", "Pods paid ÷ static pods at the week’s peak", "x"),
)
NOTE = (
    "Intervals of 95% are of the sample alone. Where no outage was seen, the interval goes to what "
    "would stay unseen 1 time in 20. Overload: requests wait for a slot."
)


class Reach(NamedTuple):
    """How far an interval reaches: in standard errors, and in events where none was seen."""

    errors: Line
    unseen: Line

    @property
    def lines(self) -> tuple[Line, Line]:
        """Both, to stand in a block."""
        return (self.errors, self.unseen)


class Costs(NamedTuple):
    """What turns pods into pod hours and cost, and minutes into seconds."""

    month_hours: Line
    hour_cost: Line
    minute_seconds: Line


class Picked(NamedTuple):
    """The row of a table with the label that the picks make, if any, and what it may not see."""

    name: str
    label: Line
    found: Line
    row: Line
    unseen: Line

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them, to stand in a block."""
        return (self.label, self.found, self.row, self.unseen)


Lines = dict[str, Line]
"""The lines of one measure: under "", "_from" and "_to"."""

END_WORDS = {"": "", "_from": " from", "_to": " to"}


class Side(NamedTuple):
    """The measures of one row, by key."""

    lines: Mapping[str, Lines]


def picked(name: str, table: Measured, picks: Sequence[Expr], reach: Reach) -> Picked:
    """The row whose label is the words of the *picks*."""
    first, *others = picks
    whole = joined(first, *(part for pick in others for part in (BETWEEN, pick)))
    label = Line(f"{name}_label", f"Label of the row, {name}", "text", whole, how=None)
    names = table.axis.names
    found = Line(
        f"{name}_found",
        f"Rows of that label, {name}",
        "1",
        count_where((names, label)),
        show="flag",
    )
    row = Line(
        f"{name}_row",
        f"Place of the row, {name}",
        "1",
        when(above(found, 0), position(label, names), 1),
        how="Where it stands; the first where there is none, which nothing then reads",
    )
    unseen = Line(
        f"{name}_unseen",
        f"Events a week that may stay unseen, {name}",
        "1/wk",
        reach.unseen / nth(table.weeks, row),
        how="Most events of which none is seen ÷ weeks simulated",
    )
    return Picked(name, label, found, row, unseen)


def measured(
    place: Picked,
    table: Measured,
    measure: Measure,
    reach: Reach,
    scale: Line | None = None,
    absent: Operand = NO_ROW,
) -> Lines:
    """One measure of a row by its key, and the ends of its interval by key_from and key_to.

    *scale* turns the table's unit into the measure's; *absent* stands where there is no row.
    """

    def read(column: Column) -> Expr:
        cell = nth(column, place.row)
        return cell * scale if scale else cell

    value = _line(
        place, measure, "", when(above(place.found, 0), read(table.mean[measure.key]), absent)
    )
    spread = reach.errors * read(table.error[measure.key])
    top: Expr = value + spread
    if measure.key in EVENTS:
        top = highest(top, place.unseen)
    return {"": value} | {
        end: _line(place, measure, end, when(given(value), algebra, NO_ROW))
        for end, algebra in (("_from", highest(0, value - spread)), ("_to", top))
    }


def _line(place: Picked, measure: Measure, end: str, algebra: Expr) -> Line:
    label = f"{measure.label}{END_WORDS[end]}, {place.name}"
    return Line(f"{place.name}_{measure.key}{end}", label, measure.unit, algebra, show=measure.show)


def side(place: Picked, table: Measured, reach: Reach, costs: Costs) -> Side:
    """All measures of a row: pods and what they cost, then how they serve."""
    pods, hours, cost = PAID
    lines = {pods.key: measured(place, table, pods, reach)}
    lines[hours.key] = _times(place, hours, lines[pods.key], costs.month_hours)
    lines[cost.key] = _times(place, cost, lines[hours.key], costs.hour_cost)
    for measure in OF_PODS:
        scale = costs.minute_seconds if measure.key == "wait" else None
        lines[measure.key] = measured(place, table, measure, reach, scale)
    return Side(lines)


def _times(place: Picked, measure: Measure, before: Lines, factor: Line) -> Lines:
    return {
        end: _line(place, measure, end, when(given(own), own * factor, NO_ROW))
        for end, own in before.items()
    }


def beside(still: Side, moved: Side) -> Table:
    """Static beside scaled, measure by measure, with the difference."""
    measures = (*PAID, *OF_PODS)
    axis = Axis("sides", "Measure", tuple(Entity(m.key, m.label) for m in measures))
    units = tuple((m.unit, m.show) for m in measures)
    columns = [
        Column(
            f"{name}{end}",
            label,
            MIXED,
            axis,
            Owned(tuple(one.lines[m.key][end] for m in measures)),
            units=units,
        )
        for name, one in (("static", still), ("scaled", moved))
        for end, label in (("", name.capitalize()), ("_from", "From"), ("_to", "To"))
    ]
    known = both(given(columns[0]), given(columns[3]))
    difference = axis.formula(
        "difference",
        "Scaled − static",
        MIXED,
        when(known, columns[3] - columns[0], NO_ROW),
        units=units,
        how=None,
    )
    title = "One static pod beside scaled pods"
    return Table(title, axis, (axis.units(units), *columns, difference), note=NOTE)
