"""Rows of the tables of demand: slots that N users need, rate limited too, and what they send."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour, Rung
from simcore.capacity import needs
from simcore.concurrency import Plan, simulate
from simcore.estimates import mean_of
from simcore.ladder import Effort, Run
from simcore.offered import mean_rate_factor
from simcore.policy import limited_behaviour, refused_share
from simcore.preset import Measure, Preset
from simcore.tables import recipes
from simcore.tables.table import Cell

_DAYS: Final = 7


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


def message_rows(preset: Preset, seed: int, jobs: int) -> list[tuple[Cell, ...]]:
    """Return rung, messages that a user sends a day, their error, and the law without a ceiling.

    The law is messages a day x e^(variance/2 - offset) of the modulation. A user sends fewer where
    the ceiling, or as many sessions as the kernel holds open at once, leaves no room for more.
    """
    plan = Plan((recipes.SENT_USERS,), recipes.SENT_BATCHES, recipes.SENT_WEEKS)
    rows: list[tuple[Cell, ...]] = []
    for at, rung in enumerate(Rung):
        behaviour = preset.behaviour.at(rung)
        sample = simulate(behaviour, plan, np.random.SeedSequence([seed, at]), jobs=jobs)
        days = recipes.SENT_USERS * recipes.SENT_WEEKS * _DAYS
        sent = mean_of(sample.messages[:, :1] / days)
        law = behaviour.messages_per_day * mean_rate_factor(behaviour)
        rows.append((str(rung), *sent, law))
    return rows


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
