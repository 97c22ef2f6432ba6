"""Concurrency of many users given what they share: cost does not grow with their number.

Given the shared factor, users are independent and alike, so mean, variance and third moment of the
slots in use grow with their number. What one user carries for what is offered is learned once from
the exact engine, ceiling and all; so is how far a week's peak stands above the mean's course.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from simcore.activity import habits_of
from simcore.behaviour import Behaviour
from simcore.concurrency import modulation, unspent, words_of
from simcore.inverse import normal_cdf
from simcore.kernel import Counts, Floats, Habits, Observed, nested_week
from simcore.offered import BIN_MINUTES, offered
from simcore.profile import HOURS_A_WEEK

LEARNED_USERS: Final = 250
_WEEKS: Final = 96
_SHIFTS: Final = (-0.5, 1.0)
"""Moves of the learned weeks, in standard deviations of the shared factor."""
_CELLS: Final = 10
_CLASSES: Final = 32
_LIKE: Final = 0.01
_COURSE_POINTS: Final = 400
_HALVINGS: Final = 50


@dataclass(frozen=True, slots=True)
class Response:
    """What one user carries, by the logarithm of what is offered: shares of the offered slots.

    *mean*, *variance* and *third* are moments of the slots in use, over the slots offered.
    *heights* are weeks' peaks in standard deviations above the mean, at the time that gives it.
    """

    logs: Floats
    mean: Floats
    variance: Floats
    third: Floats
    heights: Floats
    ceiling: int

    def moments(self, load: Floats) -> tuple[Floats, Floats, Floats]:
        """Return mean, variance and third central moment of one user who offers *load* slots."""
        logs = np.log(np.maximum(load, 1e-300))
        mean, variance, third = (
            load * np.interp(logs, self.logs, share)
            for share in (self.mean, self.variance, self.third)
        )
        if self.ceiling:
            mean = np.minimum(mean, self.ceiling)
        return mean, variance, third


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean, standard deviation and skewness of the slots in use, at each time of each week."""

    mean: Floats
    deviation: Floats
    skew: Floats

    def at(self, z: Floats) -> Floats:
        """Return the level *z* standard deviations up, bent by the skewness (Cornish-Fisher)."""
        return np.asarray(self.mean + self.deviation * (z + self.skew * (z**2 - 1) / 6))


@dataclass(frozen=True, slots=True)
class Courses:
    """Slots offered by one user in many weeks: an array by batch, week and bin of the week."""

    load: Floats

    def condensed(self) -> Floats:
        """Return each batch as equally likely loads, for answers that do not ask when."""
        flat = np.sort(self.load.reshape(len(self.load), -1), axis=1)
        points = np.linspace(0, flat.shape[1], _COURSE_POINTS + 1).astype(int)
        parts = [flat[:, a:b].mean(axis=1) for a, b in pairwise(points)]
        return np.stack(parts, axis=1)


def courses(
    behaviour: Behaviour, seed: np.random.SeedSequence, batches: int, weeks: int
) -> Courses:
    """Return what is offered in fresh weeks; the shared factor is that of simulate for *seed*."""
    habits = habits_of(behaviour)
    loads = []
    for child in unspent(seed).spawn(batches):
        (shared_seed,) = unspent(child).spawn(1)
        loads.append(offered(behaviour, modulation(behaviour, habits, weeks, shared_seed)))
    return Courses(np.stack(loads))


def learn(behaviour: Behaviour, seed: np.random.SeedSequence, jobs: int = 1) -> Response:
    """Learn the response of users from weeks of the exact engine.

    Some weeks are moved below and most above what the shared factor gives, so that the response
    is known where the highest weeks of a large sample will go.
    """
    shared_seed, *week_seeds = unspent(seed).spawn(1 + _WEEKS)
    habits = habits_of(behaviour)
    shared = modulation(behaviour, habits, _WEEKS, shared_seed)
    if behaviour.shared_scale:
        shared = shared + np.linspace(*_SHIFTS, _WEEKS)[:, None] * behaviour.shared_scale
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        weeks = list(pool.map(lambda s, w: _seen(habits, s, w), shared, week_seeds))
    seen, peaks = np.stack([levels for levels, _ in weeks]), np.array([peak for _, peak in weeks])
    return _response(offered(behaviour, shared), seen, peaks, int(behaviour.ceiling))


def _seen(habits: Habits, shared: Floats, seed: np.random.SeedSequence) -> tuple[Counts, int]:
    """Return the slots in use at the middle of each bin of one week, and the week's peak."""
    grid = np.zeros(HOURS_A_WEEK * 60 * _CELLS, np.int32)
    users = np.array([LEARNED_USERS], np.int64)
    observed = Observed(np.zeros((1, 0), np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64))
    nested_week(words_of(seed), habits, shared, users, grid, _CELLS, observed)
    # A cell is seen at its end: the last one of the first half is the middle of its bin.
    middles = np.cumsum(grid, dtype=np.int64)[BIN_MINUTES * _CELLS // 2 - 1 :: BIN_MINUTES * _CELLS]
    return middles, int(observed.peaks[0])


def _response(load: Floats, seen: Counts, peaks: Floats, ceiling: int) -> Response:
    x, y = load.ravel(), seen.ravel()
    classes = _classes(x)
    logs = np.array([np.average(np.log(x[c]), weights=x[c]) for c in classes])
    whole = np.array([x[c].sum() for c in classes]) * LEARNED_USERS
    mean = np.array([y[c].sum() for c in classes]) / whole
    left = y - LEARNED_USERS * x * np.interp(np.log(x), logs, mean)
    variance = np.array([(left[c] ** 2).sum() for c in classes]) / whole
    third = np.array([(left[c] ** 3).sum() for c in classes]) / whole
    rough = Response(logs, mean, variance, third, np.zeros(0), ceiling)
    return replace(rough, heights=_heights(_of_many(rough, load, LEARNED_USERS), peaks))


def _classes(load: Floats) -> list[Counts]:
    """Return the places of *load* in classes of like size, narrower where more is offered.

    A load that hardly varies is one class: more would only tell chance from chance.
    """
    order = np.argsort(load)
    logs = np.log(load[order])
    if logs[-1] - logs[0] < _LIKE:
        return [order]
    share = np.cumsum(np.sqrt(load[order]))
    edges = np.searchsorted(share, share[-1] * np.arange(1, _CLASSES) / _CLASSES)
    return [part for part in np.split(order, edges) if part.size]


def _of_many(response: Response, load: Floats, users: float) -> Moments:
    mean, variance, third = (users * moment for moment in response.moments(load))
    deviation = np.sqrt(np.maximum(variance, 1e-300))
    return Moments(mean, deviation, np.clip(third / deviation**3, 0.0, 3.0))


def _heights(moments: Moments, peaks: Floats) -> Floats:
    """Return z for each week so that the highest level at z is the week's peak."""
    low, high = np.zeros(len(peaks)), np.full(len(peaks), 30.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = moments.at(middle[:, None]).max(axis=1) > peaks
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray((low + high) / 2)


def chance_within(slots: float, moments: Moments) -> Floats:
    """Return the chance of at most *slots* in use, from three moments of their number.

    A gamma law is fitted to the moments and shifted (Pearson's third type), and read through the
    Wilson-Hilferty cube root; a half is added for whole slots.
    """
    skew = np.maximum(moments.skew, 1e-4)
    z = (slots + 0.5 - moments.mean) / moments.deviation
    shape = 4 / skew**2
    share = np.maximum(1 + z / np.sqrt(shape), 0.0)
    return normal_cdf(3 * np.sqrt(shape) * (np.cbrt(share) - 1 + 1 / (9 * shape)))


def time_quantiles(
    response: Response, loads: Floats, users: float, levels: Sequence[float]
) -> Floats:
    """Return the slots that hold *users* for each share of time, over equally likely *loads*."""
    moments = _of_many(response, loads.ravel(), users)
    answers = []
    for level in levels:
        low, high = -0.5, float((moments.mean + 40 * moments.deviation).max()) + 1
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            within = chance_within(middle, moments).mean()
            low, high = (middle, high) if within < level else (low, middle)
        answers.append(max((low + high) / 2, 0.0))
    return np.array(answers)


def week_peaks(response: Response, load: Floats, users: float, rng: np.random.Generator) -> Floats:
    """Return the peak of each week in *load* (week by bin), with heights drawn from those seen."""
    heights = rng.choice(response.heights, size=len(load))
    return np.asarray(_of_many(response, load, users).at(heights[:, None]).max(axis=1))
