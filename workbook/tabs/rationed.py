"""Rationed: slots that users need under the rate limit, from the simulated tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Table
from workbook.demand_facts import Grid, Ladder, Simulated
from workbook.expr import Expr
from workbook.tabs.needs import Shape

KIND = "limited"
NOTE = (
    "Constants of the simulation, on the last rung of the ladder: a user’s slots at once are "
    "capped at the rate limit × the time that a message holds one; what is beyond is refused."
)


class Rationed(NamedTuple):
    """The long table, presets × levels × users, and the shares of messages that are refused."""

    slots: Column
    refused: Column
    refused_before: Column
    table: Table
    shares: Table

    def start(self, preset: Expr, level: Expr, shape: Shape) -> Expr:
        """The row before the first of a preset and level."""
        return ((preset - 1) * shape.levels + level - 1) * shape.users


def build(found: Sequence[Simulated], presets: Axis) -> Rationed:
    """The tables of all presets; their levels and users are those of the ladder."""
    grids = [preset.tables[KIND] for preset in found]
    for preset, grid in zip(found, grids, strict=True):
        _alike(grid, preset.ladder)
    rows = [
        (preset.name, level, users)
        for preset, grid in zip(found, grids, strict=True)
        for level, users in zip(grid.numbers("level"), grid.numbers("users"), strict=True)
    ]
    axis = Axis(
        "rationed",
        "Preset",
        tuple(Entity(f"rationed_{i}", row[0]) for i, row in enumerate(rows, 1)),
    )

    def gathered(key: str) -> list[float]:
        return [value for grid in grids for value in grid.numbers(key)]

    slots = axis.fixed("slots", "Slots", gathered("slots"), "stamp", unit="slot")
    columns = (
        axis.fixed("level", "Service level", [row[1] for row in rows], "stamp", unit="share"),
        axis.fixed("users", "Users", [row[2] for row in rows], "stamp", unit="user"),
        slots,
        axis.fixed("error", "Standard error", gathered("error"), "stamp", unit="slot"),
    )
    refused, before = (
        presets.fixed(key, label, [grid.numbers(key)[0] for grid in grids], "stamp", unit="share")
        for key, label in (
            ("refused", "Refused under the limit"),
            ("refused_before", "Refused without it"),
        )
    )
    return Rationed(
        slots,
        refused,
        before,
        Table("Slots under the rate limit, simulated", axis, columns, note=NOTE),
        Table("Messages that are refused, simulated", presets, (refused, before)),
    )


def _alike(grid: Grid, ladder: Ladder) -> None:
    levels, users = (tuple(dict.fromkeys(grid.numbers(key))) for key in ("level", "users"))
    if (levels, users) != (ladder.levels, ladder.users):
        raise ValueError(f"{grid.origin.title!r} has not the levels and users of the ladder")
