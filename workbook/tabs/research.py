"""Research: who runs batch experiments in the simulation, at the build and now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.assumptions import Number
from workbook.assumptions import Research as Given
from workbook.book import Axis, Column, Entity, Line, Owned, Table, entered
from workbook.demand_facts import Grid
from workbook.expr import MIXED, at_most, given, highest, magnitude, when
from workbook.tabs.constants import Constants
from workbook.tabs.parameters import Watched

DEADLINES = "research.deadlines"
NOTE = (
    "Change cream cells to try something else: the table below is then of other inputs, a check "
    "fails, and a build with the same values (workbook build --set id=value) computes it."
)
LISTS_NOTE = "A list is not changed here: change it in templates/batch.toml, and build again."


class Research(NamedTuple):
    """Lines that other blocks may use, what the guard watches, and the blocks themselves."""

    deadline_share: Line
    watched: Watched
    blocks: tuple[Table, ...]


def build(entries: Given, grid: Grid, constants: Constants) -> Research:
    """The inputs of the table of batch experiments; the share of deadlines is read within it."""
    numbers = [entry for entry in entries.inputs() if isinstance(entry, Number)]
    keys = [entry.id.rpartition(".")[2] for entry in numbers]
    lines = tuple(entered(entry) for entry in numbers)
    rows = zip(keys, numbers, strict=True)
    axis = Axis("research", "Input", tuple(Entity(key, entry.label) for key, entry in rows))
    units = tuple((entry.unit, "") for entry in numbers)
    now = Column("now", "Now", MIXED, axis, Owned(lines), units=units)
    values = [entry.value for entry in numbers]
    built = axis.fixed("built", "At build", values, "stamp", unit=MIXED, units=units)
    ones = [1.0 if key in grid.origin.parameters else 0.0 for key in keys]
    read = axis.fixed("read", "Read by the table", ones, "stamp", unit="1")
    near = at_most(magnitude(now - built), constants.tolerance * highest(1, magnitude(built)))
    changed = axis.formula(
        "changed",
        "Changed",
        "1",
        when(given(now), when(near, 0, read), read),
        how="1 where the table was computed from another value",
        show="flag",
    )
    told = axis.fixed("note", "How it is used", [entry.note for entry in numbers], "open")
    table = Table(
        "Who runs experiments in the simulation, at the build and now",
        axis,
        (axis.units(units), now, built, read, changed, told),
        note=NOTE,
    )
    watched = Watched(
        "batch experiments", axis.names, {grid.origin.parameters & frozenset(keys): changed}
    )
    deadline_share = lines[keys.index("deadline_share")]
    return Research(deadline_share, watched, (table, _lists(grid.origin.lists[DEADLINES])))


def _lists(deadlines: Sequence[float]) -> Table:
    axis = Axis("research_lists", "Input", (Entity("deadlines", "Deadlines"),))
    days = " · ".join(f"{day:g}" for day in deadlines)
    column = axis.fixed("days", "Days of the year", [days], "open")
    return Table("Inputs that are no single number", axis, (column,), note=LISTS_NOTE)
