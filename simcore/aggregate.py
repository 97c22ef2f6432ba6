"""Concurrency of many users given what they share: cost does not grow with their number.

Given the shared factor, users are independent and alike, so mean, variance and third moment of the
slots in use grow with their number. What one user carries for what is offered is learned once from
the exact engine, ceiling and all; so is how many independent chances a week has to peak.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import erfc, log, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from simcore.activity import habits_of
from simcore.behaviour import Behaviour
from simcore.compiled import compiled
from simcore.concurrency import modulation, unspent, words_of
from simcore.kernel import Counts, Floats, Habits, Observed, nested_week
from simcore.offered import BIN_MINUTES, offered
from simcore.profile import HOURS_A_WEEK

LEARNED_USERS: Final = (100, 300)
"""Users of the weeks learned from: peaks of both numbers, the rest of the greater."""
LEARNED_WEEKS: Final = 64
_GROUPS: Final = 8
"""Groups of learned weeks, each left out once to see how far what was learned is uncertain."""
_SHIFTS: Final = (-0.5, 2.0)
"""Moves of the learned weeks, in standard deviations of the shared factor."""
_MOST_SHIFT: Final = 1.25
"""The highest move in the logarithm of the rate: it bounds the messages of a learned week."""
_CELLS: Final = 10
_LIKE: Final = 0.03
"""Loads that differ by less, in logarithms, are taken to be the same."""
_FIRST_CLASS: Final = 64
_CLASS_GROWTH: Final = 1.3
_POINT_GROWTH: Final = 1.3
_POOL_GROWTH: Final = 1.01
_CLOSE: Final = 1e-4
_NO_CHANCE: Final = 1e-14
_TRIALS: Final = np.geomspace(0.02, 100.0, 240)
_HIGH_POWER: Final = 4
"""Weeks count by this power of their peak's rank: it is high peaks that service levels ask for."""
_SLOPES: Final = np.linspace(-3.0, 3.0, 61)


Within = Callable[[float, float], Floats]
"""The share met of each week, or its chance, for so many users within so many slots."""


@dataclass(frozen=True, slots=True)
class Response:
    """What one user carries, by the logarithm of what is offered: shares of the offered slots.

    *mean*, *variance* and *third* are moments of the slots in use, over the slots offered.
    *trials* is how many independent chances to peak a bin of the week has, for one user and a
    week's highest load of one slot; *slope* is its elasticity to that load, and *growth* that to
    the number of users.
    """

    logs: Floats
    mean: Floats
    variance: Floats
    third: Floats
    ceiling: int
    trials: float = 1.0
    slope: float = 0.0
    growth: float = 0.0

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

    def trials_at(self, highest: Floats, users: float) -> Floats:
        """Return the chances to peak that a bin has in weeks of this *highest* load a user."""
        of_load = np.maximum(highest, 1e-300) ** self.slope
        return np.asarray(self.trials * of_load * users**self.growth)


@dataclass(frozen=True, slots=True)
class Learned:
    """The response from all learned weeks, and from all but each group of them."""

    whole: Response
    left_out: tuple[Response, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """Mean, standard deviation and skewness of the slots that one user has in use, by load.

    Of N users alike and independent, given the load, the mean is N times it, the deviation the
    root of N times, and the skewness is divided by the root of N.
    """

    mean: Floats
    deviation: Floats
    skew: Floats


@dataclass(frozen=True, slots=True)
class Loads:
    """Slots offered by one user in weeks, high to low: *value[w, k]* for *bins[k]* bins of each.

    The highest bins stand alone; below, more and more are put together.
    """

    value: Floats
    bins: Floats

    @property
    def highest(self) -> Floats:
        """The highest load of each week."""
        return self.value[:, 0]


def condensed(load: Floats) -> Loads:
    """Return the *load* of weeks, a row a week and an entry a bin, without its order in time."""
    size = load.shape[1]
    edges = [0]
    while edges[-1] < size:
        step = max(1, int(edges[-1] * (_POINT_GROWTH - 1)))
        edges.append(min(edges[-1] + step, size))
    bins = np.diff(edges).astype(float)
    ordered = -np.sort(-load, axis=1)
    return Loads(np.add.reduceat(ordered, edges[:-1], axis=1) / bins, bins)


def fresh_loads(
    behaviour: Behaviour,
    seed: np.random.SeedSequence,
    batches: range,
    weeks: int,
    jobs: int = 1,
) -> Loads:
    """Return what is offered in fresh *weeks* of each of *batches*.

    The shared factor is that of simulate for *seed*. The answer does not depend on *jobs*.
    """
    habits = habits_of(behaviour)

    def batch(child: np.random.SeedSequence) -> Loads:
        (shared_seed,) = unspent(child).spawn(1)
        return condensed(offered(behaviour, modulation(behaviour, habits, weeks, shared_seed)))

    seeds = unspent(seed).spawn(batches.stop)[batches.start :]
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        parts = list(pool.map(batch, seeds))
    return Loads(np.concatenate([part.value for part in parts]), parts[0].bins)


def learn(
    behaviour: Behaviour, seed: np.random.SeedSequence, jobs: int = 1, weeks: int = LEARNED_WEEKS
) -> Learned:
    """Learn the response of users from *weeks* of the exact engine.

    Some weeks are moved below and most above what the shared factor gives, so that the response
    is known where the highest weeks of a large sample will go.
    """
    shared_seed, *week_seeds = unspent(seed).spawn(1 + weeks)
    habits = habits_of(behaviour)
    shared = modulation(behaviour, habits, weeks, shared_seed)
    if behaviour.shared_scale:
        low, high = (move * behaviour.shared_scale for move in _SHIFTS)
        shared = shared + np.linspace(low, min(high, _MOST_SHIFT), weeks)[:, None]
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        each = list(pool.map(lambda s, w: _seen(habits, s, w), shared, week_seeds))
    seen, peaks = np.stack([levels for levels, _ in each]), np.stack([peak for _, peak in each])
    load, ceiling = offered(behaviour, shared), int(behaviour.ceiling)

    def without(group: int) -> Response:
        kept = np.arange(weeks) % _GROUPS != group
        return _response(load[kept], seen[kept], peaks[kept], ceiling)

    return Learned(without(_GROUPS), tuple(without(group) for group in range(_GROUPS)))


def _seen(habits: Habits, shared: Floats, seed: np.random.SeedSequence) -> tuple[Counts, Counts]:
    """Return the slots in use at the middle of each bin of one week, and the week's peaks."""
    grid = np.zeros(HOURS_A_WEEK * 60 * _CELLS, np.int32)
    users = np.array(LEARNED_USERS, np.int64)
    peaks = np.zeros(len(users), np.int64)
    observed = Observed(np.zeros((len(users), 0), np.int64), peaks, np.zeros(2, np.int64))
    nested_week(words_of(seed), habits, shared, users, grid, _CELLS, observed)
    # A cell is seen at its end: the last one of the first half is the middle of its bin.
    middles = np.cumsum(grid, dtype=np.int64)[BIN_MINUTES * _CELLS // 2 - 1 :: BIN_MINUTES * _CELLS]
    return middles, peaks


def _response(load: Floats, seen: Counts, peaks: Floats, ceiling: int) -> Response:
    x, y, users = load.ravel(), seen.ravel(), LEARNED_USERS[-1]
    classes = _classes(x)
    logs = np.array([np.average(np.log(x[c]), weights=x[c]) for c in classes])
    whole = np.array([x[c].sum() for c in classes]) * users
    mean = np.array([y[c].sum() for c in classes]) / whole
    left = y - users * x * np.interp(np.log(x), logs, mean)
    variance = np.array([(left[c] ** 2).sum() for c in classes]) / whole
    third = np.array([(left[c] ** 3).sum() for c in classes]) / whole
    rough = Response(logs, mean, variance, third, ceiling)
    return _with_trials(rough, condensed(load), peaks.astype(float))


def _classes(load: Floats) -> list[Counts]:
    """Return the places of *load*, low to high, in classes that are the narrower the higher.

    A class has enough places, the more the lower it lies, and is not narrower than what is alike.
    """
    order = np.argsort(load)
    logs = np.log(load[order])
    edges, size = [len(order)], float(_FIRST_CLASS)
    while edges[-1] > 0:
        alike = int(np.searchsorted(logs, logs[edges[-1] - 1] - _LIKE))
        edges.append(max(min(edges[-1] - int(size), alike), 0))
        size *= _CLASS_GROWTH
    return np.split(order, edges[-2:0:-1])


def _with_trials(response: Response, loads: Loads, peaks: Floats) -> Response:
    """Return the *response* with the trials under which the learned peaks are likeliest.

    A week stays within c with the chance exp(-trials x sum over its bins of P(C > c)): peaks of a
    process that forgets come as a Poisson process of clumps (Aldous, 1989). The slope is that of
    the greater number of users; the trials of both numbers give the growth.
    """
    spread = np.log(loads.highest)
    slopes = _SLOPES if np.ptp(spread) > _LIKE else np.zeros(1)
    few, many = LEARNED_USERS
    at_many, slope = _likeliest(response, loads, peaks[:, 1], many, slopes)
    at_few, _ = _likeliest(response, loads, peaks[:, 0], few, np.array([slope]))
    growth = log(at_many / at_few) / log(many / few)
    return replace(response, trials=at_many / many**growth, slope=slope, growth=growth)


def _likeliest(
    response: Response, loads: Loads, peaks: Floats, users: int, slopes: Floats
) -> tuple[float, float]:
    """Return the trials at a load of 1 that place high peaks right, and the likeliest slope.

    The ranks of peaks, their chances to stay within what they were, should be uniform; the trials
    are those at which the mean of a high power of the ranks is that of a uniform number.
    """
    one = carried(response, loads.value)
    above, below = (
        exceedances(peaks - less, float(users), one.mean, one.deviation, one.skew, loads.bins)
        for less in (0.0, 1.0)
    )
    spread = np.log(loads.highest)
    trials = _TRIALS[:, None, None] * np.exp(slopes[:, None] * (spread - spread.mean()))
    chance = np.exp(-trials * above) - np.exp(-trials * below)
    likelihood = np.log(np.maximum(chance, 1e-12)).sum(axis=2)
    which = int(likelihood.max(axis=0).argmax())
    slope = float(slopes[which])
    turned = np.exp(slope * (spread - spread.mean()))
    ranks = np.exp(-_TRIALS[:, None] * turned * (above + below) / 2)
    high = (ranks**_HIGH_POWER).mean(axis=1)
    logs = np.interp(-1 / (1 + _HIGH_POWER), -high, np.log(_TRIALS))
    return float(np.exp(logs - slope * spread.mean())), slope


def carried(response: Response, load: Floats) -> Carried:
    """Return what one user carries of each *load*."""
    mean, variance, third = response.moments(load)
    deviation = np.sqrt(np.maximum(variance, 1e-300))
    return Carried(mean, deviation, np.asarray(third / deviation**3))


@compiled
def chance_above(slots: float, mean: float, deviation: float, skew: float) -> float:
    """Return the chance of more than *slots* in use, from three moments of their number.

    A gamma law is fitted to the moments and shifted (Pearson's third type), and read through the
    Wilson-Hilferty cube root; a half is added for whole slots.
    """
    z = (slots + 0.5 - mean) / deviation
    bent = min(max(skew, 1e-4), 3.0)
    root = 2.0 / bent
    share = max(1.0 + z / root, 0.0)
    normal = 3.0 * root * (share ** (1.0 / 3.0) - 1.0 + 1.0 / (9.0 * root * root))
    return 0.5 * erfc(normal / sqrt(2.0))


@compiled
def exceedances(
    slots: Floats, users: float, mean: Floats, deviation: Floats, skew: Floats, bins: Floats
) -> Floats:
    """Return the bins of each week that *users* are expected to spend above its entry of *slots*.

    The rest are the moments of one user, a row a week and its loads from high to low; once a load
    has no chance left, lower ones have none.
    """
    found = np.zeros(mean.shape[0])
    root = sqrt(users)
    for week in range(mean.shape[0]):
        for at in range(mean.shape[1]):
            chance = chance_above(
                slots[week],
                users * mean[week, at],
                root * deviation[week, at],
                skew[week, at] / root,
            )
            found[week] += chance * bins[at]
            if chance < _NO_CHANCE:
                break
    return found


def time_within(response: Response, loads: Loads) -> Within:
    """Return the share of each week's time within so many slots."""
    one, whole = carried(response, loads.value), loads.bins.sum()

    def within(users: float, slots: float) -> Floats:
        wanted = np.full(len(loads.value), slots)
        above = exceedances(wanted, users, one.mean, one.deviation, one.skew, loads.bins)
        return np.asarray(1 - above / whole)

    return within


def weeks_within(response: Response, loads: Loads) -> Within:
    """Return the chance of each week to stay within so many slots."""
    one = carried(response, loads.value)

    def within(users: float, slots: float) -> Floats:
        wanted = np.full(len(loads.value), slots)
        above = exceedances(wanted, users, one.mean, one.deviation, one.skew, loads.bins)
        return np.asarray(np.exp(-response.trials_at(loads.highest, users) * above))

    return within


def slots_at(within: Within, users: float, level: float, most: float) -> float:
    """Return the slots, at most *most*, at which the mean of *within* reaches *level*.

    By false position on the normal quantile of the share, which is nearly straight; a step that
    does not halve the bracket is followed by one that does.
    """
    normal = NormalDist()

    def height(slots: float) -> float:
        met = float(within(users, slots).mean())
        return normal.inv_cdf(min(max(met, 1e-15), 1 - 1e-15)) - normal.inv_cdf(level)

    low, high = -0.5, most
    below, above = height(low), height(high)
    while high - low > _CLOSE * max(high, 1.0) and below < 0 < above:
        width = high - low
        for share in (below / (below - above), 0.5):
            middle = low + (high - low) * min(max(share, 0.02), 0.98)
            found = height(middle)
            if found < 0:
                low, below = middle, found
            else:
                high, above = middle, found
            if high - low < width / 2:
                break
    return max((low + high) / 2 if below < 0 else low, 0.0)


def pooled(loads: Loads) -> Loads:
    """Return the loads of all weeks as one week's, where it is not asked which week has which.

    The highest stand alone; below, more and more are put together.
    """
    order = np.argsort(-loads.value, axis=None)
    value = loads.value.ravel()[order]
    bins = np.broadcast_to(loads.bins, loads.value.shape).ravel()[order]
    steps = np.floor(np.log1p(np.cumsum(bins)) / log(_POOL_GROWTH))
    firsts = np.flatnonzero(np.diff(steps, prepend=-1.0))
    whole = np.add.reduceat(bins, firsts)
    mean = np.add.reduceat(value * bins, firsts) / whole
    return Loads(mean[None], whole)


def most_slots(response: Response, loads: Loads, users: float) -> float:
    """Return more slots than *users* will ever hold, for a search to begin from."""
    one = carried(response, loads.value[:, :1])
    return float((users * one.mean + 40 * sqrt(users) * one.deviation).max()) + 1
