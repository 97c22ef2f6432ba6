"""Capacity: the slots that N users need at a service level, for any N.

Every user is simulated up to a size; beyond it the conditional aggregate answers, whose cost does
not grow with N. Where both can answer, they are held against each other by a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, hypot, sqrt
from typing import Final

import numpy as np

from simcore.aggregate import courses, learn, time_quantiles, week_peaks
from simcore.behaviour import Behaviour, Rung
from simcore.concurrency import Plan, simulate, unspent
from simcore.kernel import Floats
from simcore.ladder import Run
from simcore.preset import Measure

EXACT_USERS: Final = 300
"""The most users that are simulated one by one."""

_TOP: Final = 20_000
_CELLS: Final = {Measure.WEEKLY_MAX: 10.0, Measure.TIME_SHARE: 2.0}
_WORK: Final = 120_000
"""Weeks of users that an exact answer simulates, about."""

_BATCHES: Final = 16
_LEARNED: Final = 0.01
"""Standard error, as a share, of what the aggregate learned: seen in repetitions."""


@dataclass(frozen=True, slots=True)
class Need:
    """The *slots* that *users* need at *level*, with the standard error of Monte Carlo.

    Slots are a quantile between whole numbers, so that they can be interpolated; round up for a
    purchase. *exact* says whether every user was simulated.
    """

    rung: Rung
    users: int
    level: float
    slots: float
    error: float
    exact: bool


def needs(
    behaviour: Behaviour, rung: Rung, measure: Measure, users: Sequence[int],
    levels: Sequence[float], run: Run,
) -> list[Need]:  # fmt: skip
    """Return the need of each number of users at each level, in the order of users and levels."""
    there = behaviour.at(rung)
    first, second = unspent(run.seed).spawn(2)
    small = sorted({n for n in users if n <= EXACT_USERS})
    large = sorted({n for n in users if n > EXACT_USERS})
    answers: dict[int, Floats] = {}
    for n in small:
        answers[n] = exact_quantiles(there, measure, n, levels, replace(run, seed=first))
    if large:
        answers |= aggregate_quantiles(there, measure, large, levels, replace(run, seed=second))
    return [
        _need(rung, n, level, answers[n][:, at]) for n in users for at, level in enumerate(levels)
    ]


def _need(rung: Rung, users: int, level: float, left_out: Floats) -> Need:
    """Return the need from estimates made with each batch left out."""
    size = len(left_out)
    slots = float(left_out.mean())
    error = sqrt((size - 1) / size * float(((left_out - slots) ** 2).sum()))
    exact = users <= EXACT_USERS
    if not exact:
        error = hypot(error, _LEARNED * slots)
    return Need(rung, users, level, slots, error, exact)


def exact_quantiles(
    behaviour: Behaviour, measure: Measure, users: int, levels: Sequence[float], run: Run
) -> Floats:
    """Return the need at each level with each batch left out: a row a batch."""
    weeks = max(8, ceil(_WORK / users / _BATCHES))
    is_time = measure is Measure.TIME_SHARE
    most = users * behaviour.ceiling if behaviour.ceiling else _TOP
    top = min(most + 2, _TOP) if is_time else 0
    plan = Plan((users,), _BATCHES, min(weeks, 256), _CELLS[measure], top)
    sample = simulate(behaviour, plan, run.seed, jobs=run.jobs)
    if is_time:
        held = sample.counts[:, 0].astype(float)
    else:
        peaks = sample.peaks[..., 0]
        held = np.stack([np.bincount(row, minlength=int(peaks.max()) + 1) for row in peaks]) * 1.0
    without = held.sum(axis=0) - held
    return np.stack([smooth_quantiles(row, levels) for row in without])


def smooth_quantiles(counts: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles of whole numbers, read between them along the distribution's steps.

    The chance of at most c is taken to be reached at c, and the chances between run straight.

    >>> smooth_quantiles(np.array([50.0, 40.0, 10.0]), [0.5, 0.7, 0.9]).round(6)
    array([0. , 0.5, 1. ])
    """
    within = np.cumsum(counts) / counts.sum()
    return np.asarray(np.interp(levels, within, np.arange(len(counts), dtype=float)))


def aggregate_quantiles(
    behaviour: Behaviour,
    measure: Measure,
    users: Sequence[int],
    levels: Sequence[float],
    run: Run,
) -> dict[int, Floats]:
    """Return the same for many users, by the conditional aggregate."""
    learned, fresh, drawn = unspent(run.seed).spawn(3)
    response = learn(behaviour, learned, run.jobs)
    sample = courses(behaviour, fresh, _BATCHES, 32)
    if measure is Measure.TIME_SHARE:
        loads = sample.condensed()
        return {
            n: np.stack(
                [
                    time_quantiles(response, np.delete(loads, b, axis=0), n, levels)
                    for b in range(_BATCHES)
                ]
            )
            for n in users
        }
    rng = np.random.Generator(np.random.SFC64(drawn))
    answers = {}
    for n in users:
        peaks = np.stack([week_peaks(response, load, n, rng) for load in sample.load])
        rows = [np.quantile(np.delete(peaks, b, axis=0), levels) for b in range(_BATCHES)]
        answers[n] = np.stack(rows)
    return answers
