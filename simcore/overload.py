"""Laws of demand and of its windows: the chance of overload without simulation.

The law of independent arrivals (M/G/infinity) follows from their rate and holding times alone.
The normal and the gamma law are fitted to moments of a path, and know nothing else of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import exp, floor, lgamma, log, sqrt
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from simcore.special import (
    gamma_above,
    gamma_below,
    gamma_quantile,
    normal_above,
    normal_quantile,
)

if TYPE_CHECKING:
    # The kernel brings the compiler, which laws do not need.
    from simcore.kernel import Floats

_REACH: Final = 10.0
"""Standard deviations beyond which counts are left out."""

_FINE: Final = 256
_LATTICE: Final = 1 << 20
"""Points of the lattice that window averages are computed on, about, and those of one unit."""

_NOISE: Final = 1e-12
"""Chances below this are lost in the rounding of a transform, and count as none."""

_STATES: Final = 600
"""States of the equivalent Markov chain, at most: beyond, excursions are taken as independent."""


class Law(Protocol):
    """A stationary law of demand, in units; windows and rates are in seconds.

    *whole* is whether demand comes in whole units.
    """

    @property
    def name(self) -> str:
        """What the law is called."""

    @property
    def mean(self) -> float:
        """Mean demand."""

    def quantile(self, level: float) -> float:
        """Return the least demand that is not exceeded with the chance *level*."""

    def time_above(self, units: float) -> float:
        """Return the chance that demand exceeds *units* at a time."""

    def excess(self, units: float) -> float:
        """Return the mean demand above *units*."""

    def averages_above(self, units: float, window: float) -> float:
        """Return the chance that the mean demand over a window exceeds *units*."""

    def maxima_above(self, units: float, window: float) -> float:
        """Return the chance that demand exceeds *units* at any time within a window."""


@dataclass(frozen=True)
class Poisson:
    """Independent arrivals at *rate* a second, each holding a unit for one of *holds* seconds.

    The units held are Poisson at any time, whatever the law of the holding time (M/G/infinity).
    Averages over a window are a compound Poisson sum of what each arrival holds within it; their
    law is its transform, inverted on a lattice. *holds* are equally likely.
    """

    rate: float
    holds: Floats
    name: str = "poisson"

    @cached_property
    def mean(self) -> float:
        """Mean units held (Little's law)."""
        return self.rate * float(self.holds.mean())

    def quantile(self, level: float) -> float:
        """Return the least number of units that is not exceeded with the chance *level*."""
        low, high = -1, floor(self.mean + 2 * _REACH * sqrt(self.mean) + 2 * _REACH)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.time_above(middle) <= 1 - level else (middle, high)
        return float(high)

    def time_above(self, units: float) -> float:
        """Return the chance of more than *units*."""
        return _poisson_from(floor(units) + 1, self.mean)

    def arrivals_above(self, units: float) -> float:
        """Return the share of arrivals that find no room: they see what time sees (PASTA)."""
        return _poisson_from(max(floor(units), 0), self.mean)

    def excess(self, units: float) -> float:
        """Return the mean units above *units*: m P(N >= k) - r P(N > k), with k of r rounded."""
        k = floor(units)
        return self.mean * _poisson_from(k, self.mean) - units * _poisson_from(k + 1, self.mean)

    def autocovariance(self, lag: float) -> float:
        """Return the covariance of the units held *lag* seconds apart: rate E[(S - lag)+]."""
        return self.rate * float(np.maximum(self.holds - lag, 0.0).mean())

    def average_variance(self, window: float) -> float:
        """Return the variance of the mean over a window: (2/w) x integral of (1 - t/w) R(t).

        The integral is rate E[m³ 2/3 + |S - w| m²]/w² with m the lesser of S and w.
        """
        held = np.minimum(self.holds, window)
        parts = held**3 * (2 / 3) + np.abs(self.holds - window) * held**2
        return self.rate * float(parts.mean()) / window**2

    def averages_above(self, units: float, window: float) -> float:
        """Return the chance that the mean over a window exceeds *units*, strictly."""
        most = self.mean + _REACH * sqrt(self.mean) + 2 * _REACH
        if units >= most:
            return 0.0
        fine = int(min(max(_LATTICE // most, 4), _FINE))
        chances = self._lattice(window, fine, 1 << int(2 * most * fine).bit_length())
        at = floor(units * fine + 1e-9)
        above = float(chances[at + 1 :].sum())
        if units == floor(units):
            # At a whole number the lattice point holds the windows that are there exactly, which
            # do not exceed, and those near it on either side; at 0 there is one side only.
            near = max(float(chances[at]) - self._exactly(floor(units), window), 0.0)
            above += near / 2 if units else near
        return min(above, 1.0) if above > _NOISE else 0.0

    def _lattice(self, window: float, fine: int, size: int) -> Floats:
        """Return the chances of the mean over a window, in steps of 1/*fine* of a unit.

        An arrival in a random place holds up to m, the lesser of S and w: any part of it in two
        ramps of that length, and all of it in between, for |S - w|.
        """
        step = window / fine
        held = np.minimum(self.holds, window)
        places = np.minimum(held / step, fine)
        left = np.minimum(places.astype(np.int64), fine - 1)
        weights = self.rate * np.abs(self.holds - window) / len(held)
        jumps = np.zeros(size)
        jumps[: fine + 1] += np.bincount(left, weights * (1 - (places - left)), fine + 1)
        jumps[: fine + 1] += np.bincount(left + 1, weights * (places - left), fine + 1)
        jumps[: fine + 1] += 2 * self.rate * _hats(held, step, fine)
        jumps[0] = 0.0
        transform = np.exp(np.fft.rfft(jumps) - jumps.sum())
        return np.asarray(np.fft.irfft(transform, size))

    def _exactly(self, units: int, window: float) -> float:
        """Return the chance that the same *units* arrivals hold for all the window, no others."""
        through = self.rate * float(np.maximum(self.holds - window, 0.0).mean())
        part = self.rate * float((self.holds + window).mean()) - through
        if through == 0.0:
            return 0.0 if units else exp(-part)
        return exp(_log_poisson(units, through) - part)

    def maxima_above(self, units: float, window: float) -> float:
        """Return the chance that more than *units* are held at any time within a window.

        Exact where holding times are exponential: the chain of arrivals and departures is stopped
        when it leaves 0 to *units*. For other laws the chain with the same mean stands in; how
        often demand rises beyond *units*, rate P(N = units), is the same for all.
        """
        top = floor(units)
        rate, mean = self.rate, self.mean
        bottom = max(0, floor(mean - _REACH * sqrt(mean)))
        if top < bottom:
            return 1.0
        if top > mean + 2 * _REACH * sqrt(mean) + 2 * _REACH:
            return 0.0
        if top - bottom > _STATES:
            crossings = rate * exp(_log_poisson(top, mean))
            return _from_crossings(self.time_above(units), crossings, window)
        rates, weights = _ways_out(rate, mean, bottom, top)
        stays = float(weights @ np.exp(-rates * window))
        return min(max(1 - stays, 0.0), 1.0)


@dataclass(frozen=True)
class Fitted:
    """A normal or a gamma law with the moments of a path.

    *variance_of* gives the variance of the mean over a window; *up_crossings* how often a second
    demand rises beyond a level. *lattice* is 1 where demand comes in whole units, and 0 where not:
    half of it is added to a level, since whole units above it begin there.
    """

    name: str
    mean: float
    variance: float
    lattice: float
    variance_of: Callable[[float], float]
    up_crossings: Callable[[float], float]

    def quantile(self, level: float) -> float:
        """Return the demand that is not exceeded with the chance *level*."""
        if self.name == "gamma":
            shape = self.mean**2 / self.variance
            return gamma_quantile(shape, level) * self.mean / shape
        return self.mean + sqrt(self.variance) * normal_quantile(level)

    def time_above(self, units: float) -> float:
        """Return the chance of more than *units* at a time."""
        return self._above(units + self.lattice / 2, self.variance)

    def excess(self, units: float) -> float:
        """Return the mean demand above *units*."""
        if self.name == "gamma":
            shape, scale = self.mean**2 / self.variance, self.variance / self.mean
            x = max(units, 0.0) / scale
            return self.mean * gamma_above(shape + 1, x) - units * gamma_above(shape, x)
        deviation = sqrt(self.variance)
        z = (units - self.mean) / deviation
        density = exp(-(z**2) / 2) / sqrt(2 * np.pi)
        return deviation * (density - z * normal_above(z))

    def averages_above(self, units: float, window: float) -> float:
        """Return the chance that the mean over a window exceeds *units*."""
        return self._above(units, self.variance_of(window))

    def maxima_above(self, units: float, window: float) -> float:
        """Return the chance of any overload in a window, its beginnings taken as independent."""
        return _from_crossings(self.time_above(units), self.up_crossings(units), window)

    def _above(self, units: float, variance: float) -> float:
        if variance <= 0:
            return float(self.mean > units)
        if self.name == "gamma":
            shape = self.mean**2 / variance
            return gamma_above(shape, max(units, 0.0) * shape / self.mean)
        return normal_above((units - self.mean) / sqrt(variance))


@lru_cache(maxsize=8)
def _ways_out(rate: float, mean: float, bottom: int, top: int) -> tuple[Floats, Floats]:
    """Return the rates and weights of the exponentials by which the chain stays up to *top*.

    The chain of arrivals and departures starts as it stands at any time. It is made symmetric by
    the square roots of the stationary chances.
    """
    states = np.arange(bottom, top + 1)
    leaving = states * (rate / mean)
    across = -np.sqrt(rate * leaving[1:])
    leaving[0] = 0.0 if bottom else leaving[0]
    chain = np.diag(rate + leaving) + np.diag(across, 1) + np.diag(across, -1)
    rates, modes = np.linalg.eigh(chain)
    start = np.array([exp(_log_poisson(int(state), mean) / 2) for state in states])
    return rates, (start @ modes) ** 2


def _hats(held: Floats, step: float, fine: int) -> Floats:
    """Return the measure with density P(held > x) shared between the lattice's neighbours of x.

    Each part goes to both in proportion to its nearness, which keeps the mean: second differences
    of the twofold integral of the density, the mean of (x² - (x - held)+²)/2.
    """
    ordered = np.sort(held)
    below = np.searchsorted(ordered, step * np.arange(fine + 1), side="right")
    first, second = (np.append(0.0, np.cumsum(ordered**power)) for power in (1, 2))
    x = step * np.arange(fine + 1)
    beyond = (below * x**2 - 2 * x * first[below] + second[below]) / len(held)
    twofold = (x**2 - beyond) / 2
    hats = np.zeros(fine + 1)
    hats[1:-1] = np.diff(twofold, 2) / step
    hats[-1] = held.mean() - (twofold[-1] - twofold[-2]) / step
    return hats


def _from_crossings(above: float, crossings: float, window: float) -> float:
    """Return the chance of overload in a window whose beginnings come independently.

    A window is free of it if it starts below and none of the *crossings* a second comes within.
    """
    below = 1 - above
    return 1 - below * exp(-crossings * window / below) if below > 0 else 1.0


def _poisson_from(count: int, mean: float) -> float:
    """Return the chance of *count* or more."""
    return gamma_below(count, mean) if count > 0 else 1.0


def _log_poisson(count: int, mean: float) -> float:
    return count * log(mean) - mean - lgamma(count + 1)
