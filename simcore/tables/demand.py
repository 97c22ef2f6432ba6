"""Rows of the tables of demand: the slots that N users need, as they are and rate limited."""

from collections.abc import Sequence

import numpy as np

from simcore.behaviour import Behaviour, Rung
from simcore.capacity import needs
from simcore.ladder import Effort, Run
from simcore.policy import limited_behaviour, refused_share
from simcore.preset import Measure, Preset
from simcore.tables import recipes
from simcore.tables.table import Cell


def ladder_rows(preset: Preset, seed: int, jobs: int) -> list[tuple[Cell, ...]]:
    """Return rung, level, users, slots and error, in that order of change."""
    effort = Effort(recipes.BATCHES, recipes.WEEKS, recipes.WITHIN)
    rows: list[tuple[Cell, ...]] = []
    for at, rung in enumerate(Rung):
        run = Run(np.random.SeedSequence([seed, at]), effort, jobs)
        found = curve(preset.behaviour, rung, preset.service.measure, recipes.USER_GRID, run)
        rows += [(str(rung), *row) for row in found]
    return rows


def limited_rows(
    preset: Preset, requests_per_minute: float, seed: int, jobs: int
) -> list[tuple[Cell, ...]]:
    """Return level, users, slots, error and shares refused under the limit, on the last rung."""
    effort = Effort(recipes.LIMITED_BATCHES, recipes.WEEKS, recipes.LIMITED_WITHIN)
    run = Run(np.random.SeedSequence([seed, 0]), effort, jobs)
    rung, measure = Rung.CORRELATION, preset.service.measure
    behaviour = limited_behaviour(preset.behaviour, requests_per_minute)
    found = curve(behaviour, rung, measure, recipes.USER_GRID, run)
    # The same seed for both, so that their difference is the limit's.
    thinned = Run(np.random.SeedSequence([seed, 1]), jobs=jobs)
    limited, free = (
        refused_share(each.at(rung), thinned)[0] for each in (behaviour, preset.behaviour)
    )
    return [(*row, limited, free) for row in found]


def curve(
    behaviour: Behaviour, rung: Rung, measure: Measure, users: Sequence[int], run: Run
) -> list[tuple[float, int, float, float]]:
    """Return level, users, slots and error, by level and then users; slots never fall."""
    found = needs(behaviour, rung, measure, users, recipes.LEVELS, run)
    rows = []
    for level in recipes.LEVELS:
        those = [need for need in found if need.level == level]
        # Where two samples meet, chance can turn a small step of a smooth curve round.
        slots = np.maximum.accumulate([need.slots for need in those])
        rows += [(level, n.users, float(s), n.error) for n, s in zip(those, slots, strict=True)]
    return rows
