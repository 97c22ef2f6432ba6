"""The time of day and the weekdays of a trace: a von Mises bump on a floor, and seven factors."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import i0e

from simcore.fitting.one_thread import one_thread
from simcore.fitting.stamps import Floats
from simcore.fitting.trace import DAY

BINS: Final = 288
"""Bins of five minutes in a day."""
LEAST_DAYS: Final = 2.0
"""Days below which a time of day cannot be told from chance."""
LEAST_WEEKS: Final = 3
"""Whole weeks below which weekdays cannot be told from chance."""
LEAST_STARTS: Final = 50
_KAPPA: Final = (0.01, 50.0)
_FLOOR: Final = (0.001, 1.0)
"""Ranges looked in: the parameters' own limits, but for a kappa of 0, which is a floor of 1."""
_MOST_BLOCKS: Final = 20
_STARTS: Final = ((1.0, 0.05), (8.0, 0.1))
_THURSDAY: Final = 3
"""The weekday of 1970-01-01, with Monday 0."""


@dataclass(frozen=True, slots=True)
class Day:
    """The bump's concentration *kappa*, its centre in hours, and the floor, with standard errors.

    *misfit* is the share of starts that lies in other hours than the bump says; *hours* are the
    observed weights of the hours of the day, with mean 1.
    """

    kappa: float
    peak_hour: float
    floor: float
    kappa_error: float
    peak_error: float
    floor_error: float
    misfit: float
    hours: tuple[float, ...]


def bump(kappa: float, peak_hour: float, floor: float, hour: Floats) -> Floats:
    """Return the weight of each time of day in hours; its mean over a day is 1."""
    angle = (hour - peak_hour) * (2 * pi / 24)
    return np.asarray(floor + (1 - floor) * np.exp(kappa * (np.cos(angle) - 1)) / i0e(kappa))


def exposure(start: float, end: float) -> Floats:
    """Return the seconds from *start* to *end* (local) that lie in each bin of the day."""
    edges = np.arange(BINS + 1) * (DAY / BINS)

    def before(at: float) -> Floats:
        whole, rest = divmod(at, DAY)
        return np.asarray(whole * (DAY / BINS) + np.diff(np.minimum(edges, rest)))

    return before(end) - before(start)


def _hours() -> Floats:
    """Return the middle of each bin in hours."""
    return np.arange(0.5, BINS, dtype=np.float64) * (24 / BINS)


def _counts(local: Floats, weights: Floats) -> Floats:
    bins = ((local % DAY) * (BINS / DAY)).astype(np.int64)
    return np.bincount(np.minimum(bins, BINS - 1), weights, minlength=BINS).astype(np.float64)


def _fit(counts: Floats, seconds: Floats) -> tuple[float, float, float]:
    """Return kappa, the peak hour and the floor of the greatest likelihood."""
    hour = _hours()
    share = counts / counts.sum()
    seen = seconds > 0

    def misfit(at: Floats) -> float:
        weight = bump(exp(at[0]), at[1], exp(at[2]), hour)
        return log(seconds @ weight) - float(share[seen] @ np.log(weight[seen]))

    rate = np.divide(counts, seconds, out=np.zeros(BINS), where=seen)
    peak = float(np.angle(np.sum(rate * np.exp(2j * pi * hour / 24)))) * 24 / (2 * pi)
    bounds = [(log(_KAPPA[0]), log(_KAPPA[1])), (peak - 12, peak + 12), (log(_FLOOR[0]), 0.0)]
    found = [
        minimize(misfit, (log(kappa), peak, log(floor)), method="L-BFGS-B", bounds=bounds)
        for kappa, floor in _STARTS
    ]
    best = min(found, key=lambda one: float(one.fun)).x
    return exp(float(best[0])), float(best[1]), exp(float(best[2]))


def _jackknife(days: Floats, estimate: Callable[[NDArray[np.bool_]], Floats]) -> Floats:
    """Return the standard errors of *estimate*, leaving out blocks of whole days in turn."""
    first, last = int(days.min()), int(days.max()) + 1
    blocks = min(_MOST_BLOCKS, last - first)
    which = ((days - first) * blocks / (last - first)).astype(np.int64)
    left = np.array([estimate(which != block) for block in range(blocks) if (which != block).any()])
    spread = (len(left) - 1) / len(left) * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.sqrt(spread))


@one_thread
def fit_day(local: Floats, weights: Floats, start: float, end: float) -> Day:
    """Fit the day to starts at *local* times, seen from *start* to *end* (all in seconds).

    The likelihood is that of independent starts; the errors leave out days in turn, so that they
    hold what makes days differ.
    """
    seconds = exposure(start, end)
    kappa, peak, floor = _fit(_counts(local, weights), seconds)

    def again(kept: NDArray[np.bool_]) -> Floats:
        one, at, low = _fit(_counts(local[kept], weights[kept]), seconds)
        return np.array([one, (at - peak + 12) % 24 - 12, low])

    errors = _jackknife(np.floor(local / DAY), again)
    counts = _counts(local, weights).reshape(24, -1).sum(axis=1)
    said = (seconds * bump(kappa, peak, floor, _hours())).reshape(24, -1).sum(axis=1)
    rates = counts / np.maximum(seconds.reshape(24, -1).sum(axis=1), 1.0)
    return Day(
        kappa=kappa,
        peak_hour=peak % 24,
        floor=floor,
        kappa_error=float(errors[0]),
        peak_error=float(errors[1]),
        floor_error=float(errors[2]),
        misfit=float(np.abs(counts / counts.sum() - said / said.sum()).sum() / 2),
        hours=tuple((rates / rates.mean()).tolist()),
    )


def fit_weekdays(
    local: Floats, weights: Floats, start: float, end: float
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Return the factors of the weekdays, Monday first with mean 1, and their standard errors.

    Only whole days count. None where there are fewer than three whole weeks.
    """
    first, last = int(np.ceil(start / DAY)), int(np.floor(end / DAY))
    weeks = (last - first) // 7
    if weeks < LEAST_WEEKS:
        return None
    day = np.floor(local / DAY).astype(np.int64) - first
    kept = (day >= 0) & (day < 7 * weeks)
    daily = np.bincount(day[kept], weights[kept], minlength=7 * weeks).reshape(weeks, 7)
    monday = -(first + _THURSDAY) % 7
    daily = np.roll(daily, -monday, axis=1).astype(np.float64)

    def factors(rows: NDArray[np.generic]) -> Floats:
        sums = rows.astype(np.float64).sum(axis=0)
        return np.asarray(sums / sums.mean())

    left = np.array([factors(np.delete(daily, week, axis=0)) for week in range(weeks)])
    spread = (weeks - 1) / weeks * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    return tuple(factors(daily).tolist()), tuple(np.sqrt(spread).tolist())
