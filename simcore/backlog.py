"""Slots with a queue that may hold work back: the least with which delays stay within a wait."""

from typing import Final

import numpy as np

from simcore.activity import habits_of
from simcore.behaviour import Behaviour
from simcore.concurrency import modulation, unspent, words_of
from simcore.kernel import Counts, Floats, Observed, nested_week
from simcore.preset import Measure
from simcore.profile import HOURS_A_WEEK

MINUTES_A_WEEK: Final = HOURS_A_WEEK * 60
_HALVINGS: Final = 24
_NEAR: Final = 1e-9
"""Backlog below this share of a slot-minute is none: sums of whole numbers carry rounding."""


def slot_paths(
    behaviour: Behaviour, users: int, weeks: int, seed: np.random.SeedSequence
) -> Counts:
    """Return the slots that *users* want, without a queue: a row a week, a column a minute."""
    habits = habits_of(behaviour)
    shared_seed, *week_seeds = unspent(seed).spawn(1 + weeks)
    shared = modulation(behaviour, habits, weeks, shared_seed)
    numbers, grid = np.array([users]), np.zeros(MINUTES_A_WEEK, np.int32)
    paths = np.zeros((weeks, MINUTES_A_WEEK), np.int64)
    for week, week_seed in enumerate(week_seeds):
        observed = Observed(
            np.zeros((1, 0), np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64)
        )
        nested_week(words_of(week_seed), habits, shared[week], numbers, grid, 1.0, observed)
        paths[week] = np.cumsum(grid)
    return paths


def delays(wanted: Floats | Counts, slots: float) -> Floats:
    """Return the minutes that work waits at the end of each minute, a row a week.

    Work flows: what is wanted beyond *slots* is held back and done when slots are free. A week
    begins with no backlog. With S the running sum of wanted - slots, the backlog is S less the
    lowest that S has been, and the delay is the backlog over the slots.

    >>> delays(np.array([[3.0, 3.0, 0.0, 0.0]]), 2.0).tolist()
    [[0.5, 1.0, 0.0, 0.0]]
    """
    running = np.cumsum(wanted - slots, axis=1)
    lowest = np.minimum(np.minimum.accumulate(running, axis=1), 0.0)
    backlog = running - lowest
    return np.asarray(np.where(backlog < _NEAR * slots, 0.0, backlog) / slots)


def share_in_time(wanted: Floats | Counts, slots: float, wait: float, measure: Measure) -> float:
    """Return the share of weeks, or of time, in which delays are within *wait* minutes."""
    late = delays(wanted, slots) > wait
    return float(1 - (late.any(axis=1) if measure is Measure.WEEKLY_MAX else late).mean())


def queued_slots(wanted: Floats | Counts, measure: Measure, level: float, wait: float) -> float:
    """Return the least slots with which delays are within *wait* minutes at the *level*.

    With no wait and the weekly maximum it is the quantile of the weeks' peaks; with a long one it
    falls to what the busiest spells want in the mean.
    """
    low, high = 1e-3, max(float(wanted.max()), 1e-3)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if share_in_time(wanted, middle, wait, measure) >= level:
            high = middle
        else:
            low = middle
    return high
