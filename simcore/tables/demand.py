"""Tables of demand: the slots that N users need, as they are and under a rate limit."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour, Rung
from simcore.capacity import needs
from simcore.concurrency import Progress
from simcore.ladder import Effort, Run
from simcore.policy import limited_behaviour
from simcore.preset import Preset
from simcore.tables.shared import USERS, behaviour_inputs, part_of, run
from simcore.tables.table import Cell, Column, Recipe

LEVELS: Final = (0.90, 0.95, 0.99, 0.999)
"""Service levels of the ladder's tables."""

USER_GRID: Final = (
    5, 7, 10, 15, 20, 25, 35, 50, 75, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000,
    10_000, 30_000, 100_000, 300_000, 1_000_000,
)  # fmt: skip
"""Users of the ladder's tables: close enough to interpolate on logarithms within 1 %."""

EFFORT: Final = Effort(batches=320, weeks=32, within=0.02)
_LIMITED_EFFORT: Final = Effort(batches=160, weeks=32, within=0.03)
_RATE_LIMIT: Final = 5.0
"""Requests a minute; memo 000, near-term improvement: heavy rate limits."""


def ladder_recipe(preset: Preset) -> Recipe:
    """Return the slots that N users need, by rung and service level."""
    return Recipe(
        name=f"ladder-{preset.name}",
        title=f"Slots that N users need, {preset.name}",
        method=1,
        columns=(
            Column("rung", "", "Correlates in the model, each with those before it", is_key=True),
            Column("level", "share", f"Service level: {preset.service.measure}", is_key=True),
            USERS,
            Column("slots", "slots", "Slots that hold them, between whole numbers"),
            Column("error", "slots", "Standard error of the slots"),
        ),
        inputs={
            **behaviour_inputs(preset.behaviour),
            "service.measure": str(preset.service.measure),
            "levels": LEVELS,
            "users": USER_GRID,
            **_effort_inputs(EFFORT),
        },
        compute=lambda seed, jobs, progress: _ladder_rows(preset, seed, jobs, progress),
        weight=40.0,
    )


def _effort_inputs(effort: Effort) -> dict[str, int | float]:
    values = {"batches": effort.batches, "weeks": effort.weeks, "within": effort.within}
    return {f"effort.{name}": value for name, value in values.items()}


def _ladder_rows(
    preset: Preset, seed: int, jobs: int, progress: Progress | None
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for at, rung in enumerate(Rung):
        rows += [
            (str(rung), level, users, slots, error)
            for level, users, slots, error in curve(
                preset, preset.behaviour, rung, run(seed, at, EFFORT, jobs), USER_GRID
            )
        ]
        if told := part_of(progress, at, len(Rung)):
            told(1, 1)
    return rows


def curve(
    preset: Preset,
    behaviour: Behaviour,
    rung: Rung,
    task: Run,
    users: Sequence[int],
) -> list[tuple[float, int, float, float]]:
    """Return level, users, slots and error, by level and then users; slots never fall."""
    found = needs(behaviour, rung, preset.service.measure, users, LEVELS, task)
    rows = []
    for level in LEVELS:
        curve = [need for need in found if need.level == level]
        # Where two samples meet, chance can turn a small step of a smooth curve round.
        slots = np.maximum.accumulate([need.slots for need in curve])
        rows += [(level, n.users, float(s), n.error) for n, s in zip(curve, slots, strict=True)]
    return rows


def limited_recipe(preset: Preset) -> Recipe:
    """Return the slots that N users need under memo 000's rate limit, on the last rung."""
    behaviour = limited_behaviour(preset.behaviour, _RATE_LIMIT)
    return Recipe(
        name=f"limited-{preset.name}",
        title=f"Slots that N users need under a rate limit, {preset.name}",
        method=1,
        columns=(
            Column("level", "share", f"Service level: {preset.service.measure}", is_key=True),
            USERS,
            Column("slots", "slots", "Slots that hold them, between whole numbers"),
            Column("error", "slots", "Standard error of the slots"),
        ),
        inputs={
            **behaviour_inputs(preset.behaviour),
            "requests_per_minute": _RATE_LIMIT,
            "service.measure": str(preset.service.measure),
            "levels": LEVELS,
            "users": USER_GRID,
            **_effort_inputs(_LIMITED_EFFORT),
        },
        compute=lambda seed, jobs, _: curve(
            preset, behaviour, Rung.CORRELATION, run(seed, 0, _LIMITED_EFFORT, jobs), USER_GRID
        ),
        weight=20.0,
    )
