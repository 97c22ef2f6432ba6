"""What recipes have in common: the inputs that a preset gives, and runs."""

from dataclasses import fields

import numpy as np

from simcore.behaviour import Behaviour
from simcore.concurrency import Progress
from simcore.ladder import Effort, Run
from simcore.preset import Preset
from simcore.tables.table import Column

USERS = Column("users", "users", "Users of the model", is_key=True)


def behaviour_inputs(behaviour: Behaviour) -> dict[str, str | int | float | tuple[float, ...]]:
    """Return every parameter of a behaviour by its dotted key."""
    values = {item.name: getattr(behaviour, item.name) for item in fields(behaviour)}
    return {
        f"behaviour.{name}": value if isinstance(value, int | float | tuple) else str(value)
        for name, value in values.items()
    }


def pod_inputs(preset: Preset) -> dict[str, str | int | float | tuple[float, ...]]:
    """Return what a pod of a preset's users is: their behaviour, and its slots."""
    return {**behaviour_inputs(preset.behaviour), "service.slots": preset.service.slots}


def part_of(progress: Progress | None, at: int, parts: int) -> Progress | None:
    """Return who hears of one of several equal *parts* of a task."""
    if progress is None:
        return None
    return lambda done, total: progress(at * total + done, parts * total)


def run(seed: int, at: int, effort: Effort, jobs: int) -> Run:
    """Return the run number *at* of a table's *seed*."""
    return Run(np.random.SeedSequence([seed, at]), effort, jobs)
