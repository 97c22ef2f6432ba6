"""Needs: the simulated ladder and the messages behind it, as tables that formulas read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.assumptions import Demand
from workbook.book import Axis, Column, Entity, Line, Table
from workbook.demand_facts import Simulated
from workbook.expr import (
    At,
    Expr,
    counted,
    no_figure,
    nth,
    ordinal,
)

RUNGS = ("independent", "time_of_day", "seasonality", "correlation")
OUTSIDE = no_figure("outside the table")
LONG_NOTE = (
    "Constants of the simulation; slots stand between whole numbers, so that they can be "
    "interpolated. Standard errors are of the sample, and hold nothing of the presets’ fit."
)
SENT_NOTE = (
    "Simulated: modulation adds messages in a preset whose norm is the median, and a user’s own "
    "ceiling stops some. Without a ceiling: messages a day × e to half the variance, less the norm."
)


class Long(NamedTuple):
    """The long table: presets × rungs × levels × users, the last changing fastest."""

    table: Table
    users: Column
    slots: Column
    error: Column
    block: Column


class Shape(NamedTuple):
    """How many rungs, levels and users the table has; the places of two levels: chosen, memo's."""

    rungs: Line
    levels: Line
    users: Line
    level: Line
    memo_level: Line

    def start(self, preset: Expr, rung: Expr, level: Expr) -> Expr:
        """The row before the first of a preset, a rung and a level, each by its place."""
        return (((preset - 1) * self.rungs + rung - 1) * self.levels + level - 1) * self.users

    @property
    def lines(self) -> tuple[Line, ...]:
        """Those that stand in a block; the places of levels stand with the other places."""
        return (self.rungs, self.levels, self.users)


def long_table(found: Sequence[Simulated]) -> Long:
    """Every row of the ladders of all presets, as constants."""
    rows = [
        (preset.name, rung, level, users)
        for preset in found
        for rung in preset.ladder.rungs
        for level in preset.ladder.levels
        for users in preset.ladder.users
    ]
    axis = Axis(
        "needs", "Preset", tuple(Entity(f"row_{i}", row[0]) for i, row in enumerate(rows, 1))
    )
    per_block = len(found[0].ladder.users)
    blocks = [1.0 + i // per_block for i in range(len(rows))]
    slots = [value for preset in found for value in preset.ladder.slots]
    errors = [value for preset in found for value in preset.ladder.errors]
    columns = (
        axis.fixed("rung", "Rung", [row[1] for row in rows], "open"),
        axis.fixed("level", "Service level", [row[2] for row in rows], "stamp", unit="share"),
        axis.fixed("users", "Users", [row[3] for row in rows], "stamp", unit="user"),
        axis.fixed("slots", "Slots", slots, "stamp", unit="slot"),
        axis.fixed("error", "Standard error", errors, "stamp", unit="slot"),
        axis.fixed("block", "Curve", blocks, "stamp", unit="1"),
    )
    table = Table("The ladder: slots that users need, simulated", axis, columns, note=LONG_NOTE)
    return Long(table, *columns[2:])


def levels_of(found: Sequence[Simulated], entry: Demand) -> tuple[Axis, Column]:
    """The levels of the table by the words that pick them, and as shares."""
    levels, words = found[0].ladder.levels, entry.level.options
    if any(f.ladder.levels != levels for f in found) or list(map(float, map(_share, words))) != [
        round(level, 6) for level in levels
    ]:
        raise ValueError(f"demand.level has {words}, where the tables have {levels}")
    entities = tuple(Entity(f"held_{i}", text) for i, text in enumerate(words, 1))
    axis = Axis("held_levels", "Service level", entities)
    return axis, axis.fixed("share", "Share", list(levels), "stamp", unit="share")


def _share(words: str) -> float:
    """The share that words such as “95 in 100” say."""
    part, _, whole = words.partition(" in ")
    return round(float(part) / float(whole), 6)


class Rungs(NamedTuple):
    """The rungs by the words that pick them, and their numbers."""

    axis: Axis
    number: Column

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Key and words of each rung."""
        return [(entity.key, entity.label) for entity in self.axis.entities]


def rungs_of(found: Sequence[Simulated], entry: Demand) -> Rungs:
    """The rungs of the table, counted from 1."""
    words = entry.rung.options
    if any(len(f.ladder.rungs) != len(words) for f in found):
        raise ValueError(f"demand.rung has {words}, where the tables have others")
    axis = Axis("rungs", "Rung", tuple(Entity(k, w) for k, w in zip(RUNGS, words, strict=True)))
    number = axis.formula("number", "Number", "1", ordinal(axis.names), how="Counted from 1")
    return Rungs(axis, number)


def sent(found: Sequence[Simulated], rungs: Rungs) -> tuple[Table, tuple[Column, ...]]:
    """The messages that a user sends a day, by rung, with a column for each preset."""
    axis, unit = rungs.axis, "req/(user·day)"
    columns: list[Column] = []
    means = []
    for f in found:
        grid = f.tables["messages"]
        told = (("sent", f.name), ("error", "Standard error"), ("law", "Without a ceiling"))
        own = [
            axis.fixed(
                f"{f.key}_{key}",
                label,
                grid.numbers(key),
                "stamp",
                unit=unit,
                units=((unit, "decimal1"),) * len(axis.entities),
            )
            for key, label in told
        ]
        columns += own
        means.append(own[0])
    table = Table("Messages that a user sends a day", axis, tuple(columns), note=SENT_NOTE)
    return table, tuple(means)


def grid_of(ladder_users: Sequence[float]) -> tuple[Axis, Column]:
    """The numbers of users of every curve."""
    axis = Axis(
        "curves",
        "Users of the curves",
        tuple(
            Entity(f"curve_{i}", f"{users:,.0f} users") for i, users in enumerate(ladder_users, 1)
        ),
    )
    return axis, axis.fixed("users", "Users", list(ladder_users), "stamp", unit="user")


def curves(long: Long, rungs: Axis, start: Column, axis: Axis, users: Column) -> Table:
    """Slots by users and rung for the preset and level chosen: what the chart shows."""
    columns = tuple(
        axis.formula(
            e.key,
            e.label,
            "slot",
            nth(long.slots, At(start, e.key) + ordinal(users)),
            how=None,
        )
        for e in rungs.entities
    )
    return Table(
        "Slots by users and rung, for the preset and level chosen", axis, (users, *columns)
    )


def shape_of(rungs: Column, levels: Column, users: Column, level: Line, memo_level: Line) -> Shape:
    """The counts of the table."""
    return Shape(
        Line("demand_rungs", "Rungs of the table", "1", counted(rungs)),
        Line("demand_levels", "Service levels of the table", "1", counted(levels)),
        Line("demand_grid", "Numbers of users of the table", "1", counted(users)),
        level,
        memo_level,
    )
