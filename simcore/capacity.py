"""Capacity: the slots that N users need at a service level, for any N.

Every user is simulated up to a size; beyond it the conditional aggregate answers, whose cost does
not grow with N. Where both can answer, they are held against each other by a test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, inf, sqrt
from types import MappingProxyType
from typing import Final

import numpy as np

from simcore.aggregate import (
    Learned,
    Loads,
    Response,
    Within,
    fresh_loads,
    learn,
    most_slots,
    pooled,
    slots_at,
    time_within,
    weeks_within,
)
from simcore.behaviour import Behaviour, Rung
from simcore.concurrency import Plan, ascending, simulate, unspent
from simcore.kernel import Floats
from simcore.ladder import REACH, Effort, Run
from simcore.preset import Measure

EXACT_USERS: Final = MappingProxyType({Measure.WEEKLY_MAX: 75, Measure.TIME_SHARE: 20})
"""The most users that are simulated one by one.

Beyond, the aggregate was within 3 % of weekly maxima and within 1 % of shares of time, for the
shipped presets at levels from 0.90 to 0.99; standard errors hold nothing of that.
"""

PRECISE_LEVEL: Final = 0.95
"""The highest level whose interval decides how much is simulated; rarer ones take what it gives."""

_TOP: Final = 20_000
_CELLS: Final = {Measure.WEEKLY_MAX: 10.0, Measure.TIME_SHARE: 2.0}
_BAND: Final = 4
"""The most that users may differ within a band, as a factor."""

_ROUND: Final = 16
"""Batches by which a sample grows."""

_SLOPE_STEP: Final = 0.02
_FEW_WEEKS: Final = 512
_LEARNED_WEEKS: Final = MappingProxyType({Measure.WEEKLY_MAX: 240, Measure.TIME_SHARE: 64})
"""Weeks to learn from. A week has one peak, and many times."""

_FRESH: Final = 4
"""Fresh weeks of the shared factor for each week of users: they cost that much less."""


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
    """Return the need of each number of users at each level, in the order of users and levels.

    The effort of *run* bounds the sample: it grows until 95 % intervals at levels up to
    PRECISE_LEVEL are *within* the share of the slots asked for, or as large as allowed.
    """
    there = behaviour.at(rung)
    first, second = unspent(run.seed).spawn(2)
    answers: dict[int, list[tuple[float, float]]] = {}
    for band in bands([n for n in users if n <= EXACT_USERS[measure]]):
        answers |= exact_needs(there, measure, band, levels, replace(run, seed=first))
    if large := sorted({n for n in users if n > EXACT_USERS[measure]}):
        answers |= aggregate_needs(there, measure, large, levels, replace(run, seed=second))
    return [
        Need(rung, n, level, *answers[n][at], n <= EXACT_USERS[measure])
        for n in users
        for at, level in enumerate(levels)
    ]


def bands(users: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the numbers of users, ascending, in bands that are simulated as one sample each.

    Within a band the users are the same and more, which makes the needs rise with their number.

    >>> bands([40, 5, 10, 160])
    [(5, 10), (40, 160)]
    """
    found: list[tuple[int, ...]] = []
    for n in ascending(users) if users else ():
        if found and n <= _BAND * found[-1][0]:
            found[-1] = (*found[-1], n)
        else:
            found.append((n,))
    return found


def jackknife_error(left_out: Floats) -> Floats:
    """Return the standard error from estimates with each batch left out, along the first axis."""
    size = len(left_out)
    return np.asarray(np.sqrt((size - 1) * left_out.var(axis=0)))


def exact_needs(
    behaviour: Behaviour, measure: Measure, users: Sequence[int], levels: Sequence[float], run: Run
) -> dict[int, list[tuple[float, float]]]:
    """Return the needs of ascending *users*, with their errors, from every one of them.

    All users of the largest number are simulated; the smaller numbers are the first of them.
    """
    effort = run.effort
    judged = np.array(levels) <= PRECISE_LEVEL
    held: list[Floats] = [np.zeros((0, 1)) for _ in users]
    answers: list[Floats] = []
    reach, done = inf, 0
    while done < effort.batches and reach > effort.within:
        more = _observed(behaviour, measure, users, replace(run, effort=_round(effort, done)), done)
        held = [_stacked(old, new) for old, new in zip(held, more, strict=True)]
        done += len(more[0])
        answers = [_left_out(seen, levels) for seen in held]
        reach = max(_reach(found[:, judged]) for found in answers) if judged.any() else inf
    return {
        n: list(zip(found.mean(axis=0).tolist(), jackknife_error(found).tolist(), strict=True))
        for n, found in zip(users, answers, strict=True)
    }


def _round(effort: Effort, done: int) -> Effort:
    return replace(effort, batches=min(_ROUND, effort.batches - done))


def _observed(
    behaviour: Behaviour, measure: Measure, users: Sequence[int], run: Run, done: int
) -> list[Floats]:
    """Return, for each number of users, how often each level was held: a row a batch."""
    is_time = measure is Measure.TIME_SHARE
    most = users[-1] * behaviour.ceiling if behaviour.ceiling else _TOP
    top = min(most + 2, _TOP) if is_time else 0
    effort = run.effort
    plan = Plan(tuple(users), effort.batches, effort.weeks, _CELLS[measure], top, done)
    sample = simulate(behaviour, plan, run.seed, jobs=run.jobs)
    if is_time:
        return [sample.counts[:, at].astype(float) for at in range(len(users))]
    most = int(sample.peaks.max()) + 1
    return [
        np.stack([np.bincount(row, minlength=most) for row in sample.peaks[..., at]]).astype(float)
        for at in range(len(users))
    ]


def _stacked(old: Floats, new: Floats) -> Floats:
    """Return the batches of both, with as many levels as the longer has."""
    most = max(old.shape[1], new.shape[1])
    return np.concatenate(
        [np.pad(part, ((0, 0), (0, most - part.shape[1]))) for part in (old, new)]
    )


def _left_out(held: Floats, levels: Sequence[float]) -> Floats:
    without = held.sum(axis=0) - held
    return np.stack([smooth_quantiles(row, levels) for row in without])


def _reach(left_out: Floats) -> float:
    """Return the widest half interval of 95 %, as a share of the slots (at least one slot)."""
    wide = REACH * jackknife_error(left_out)
    return float((wide / np.maximum(left_out.mean(axis=0), 1.0)).max())


def smooth_quantiles(counts: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles of whole numbers, read between them along the distribution's steps.

    The chance of at most c is taken to be reached at c, and the chances between run straight.

    >>> smooth_quantiles(np.array([50.0, 40.0, 10.0]), [0.5, 0.7, 0.9]).round(6)
    array([0. , 0.5, 1. ])
    """
    within = np.cumsum(counts) / counts.sum()
    return np.asarray(np.interp(levels, within, np.arange(len(counts), dtype=float)))


def aggregate_needs(
    behaviour: Behaviour,
    measure: Measure,
    users: Sequence[int],
    levels: Sequence[float],
    run: Run,
) -> dict[int, list[tuple[float, float]]]:
    """Return the needs of many users, with their errors, by the conditional aggregate."""
    learned, fresh = unspent(run.seed).spawn(2)
    response = learn(behaviour, learned, run.jobs, _LEARNED_WEEKS[measure])
    effort, most = run.effort, _FRESH * run.effort.batches
    is_alike = behaviour.shared_scale == 0.0
    batches, weeks = (1, 1) if is_alike else (min(most, _FRESH * _ROUND), effort.weeks)
    loads = fresh_loads(behaviour, fresh, range(batches), weeks, run.jobs)
    judged = [level for level in levels if level <= PRECISE_LEVEL]
    while not is_alike and batches < most:
        # Where there are many users their own chance is gone: one number speaks for all.
        rows = _read(response.whole, loads, measure, users[-1:], judged, batches)[users[-1]]
        reaches = [REACH * error / max(slots, 1.0) for slots, error in rows]
        if max(reaches, default=inf) <= effort.within:
            break
        size = min(batches, most - batches)
        added = range(batches, batches + size)
        more = fresh_loads(behaviour, fresh, added, weeks, run.jobs)
        loads = Loads(np.concatenate([loads.value, more.value]), loads.bins)
        batches += size
    found = _read(response.whole, loads, measure, users, levels, batches)
    return _with_learning(found, response, loads, measure, levels)


def _read(
    response: Response,
    loads: Loads,
    measure: Measure,
    users: Sequence[int],
    levels: Sequence[float],
    batches: int,
) -> dict[int, list[tuple[float, float]]]:
    """Return the needs and their errors from the chance of fresh weeks.

    The error is that of the share met there, made slots by the share's slope.
    """
    within = _MET[measure](response, loads)

    def error(n: int, slots: float) -> float:
        if batches == 1:
            return 0.0
        step = max(_SLOPE_STEP * slots, 0.5)
        slope = float(within(n, slots + step).mean() - within(n, slots - step).mean()) / (2 * step)
        by_batch = within(n, slots).reshape(batches, -1).mean(axis=1)
        return float(by_batch.std(ddof=1)) / sqrt(batches) / max(slope, 1e-300)

    solved = _solved(response, loads, measure, users, levels)
    return {n: [(slots, error(n, slots)) for slots in solved[n]] for n in users}


def _solved(
    response: Response,
    loads: Loads,
    measure: Measure,
    users: Sequence[int],
    levels: Sequence[float],
) -> dict[int, list[float]]:
    asked = pooled(loads) if measure is Measure.TIME_SHARE else loads
    within = _MET[measure](response, asked)
    bounds = {n: most_slots(response, asked, n) for n in users}
    return {n: [slots_at(within, n, level, bounds[n]) for level in levels] for n in users}


def _with_learning(
    found: dict[int, list[tuple[float, float]]],
    learned: Learned,
    loads: Loads,
    measure: Measure,
    levels: Sequence[float],
) -> dict[int, list[tuple[float, float]]]:
    """Add to each error what the learned weeks leave open: by leaving groups of them out."""
    few = Loads(loads.value[:_FEW_WEEKS], loads.bins)
    others = [_solved(other, few, measure, list(found), levels) for other in learned.left_out]
    added = {}
    for n, rows in found.items():
        errors = jackknife_error(np.array([other[n] for other in others]))
        added[n] = [
            (slots, hypot(error, more)) for (slots, error), more in zip(rows, errors, strict=True)
        ]
    return added


_MET: Final[Mapping[Measure, Callable[[Response, Loads], Within]]] = MappingProxyType(
    {Measure.TIME_SHARE: time_within, Measure.WEEKLY_MAX: weeks_within}
)
