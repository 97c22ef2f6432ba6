"""Inverse-CDF tables: the mean of a law between its quantiles, one entry for equal chances.

An entry is the conditional mean of its cell, so a table's mean is the law's own mean exactly.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import erf, exp, pi, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from simcore.kernel import TABLE_SIZE, Floats, Table

_REACH: Final = 6.0
_NARROW: Final = 1e-4
_SMALL_STEP: Final = 0.01
_ERF = np.vectorize(erf, otypes=[np.float64])


class LogNormal(NamedTuple):
    """A lognormal component: its weight, and mean and sd of the logarithm."""

    weight: float
    mu: float
    sd: float

    @property
    def mean(self) -> float:
        """Mean of the component, e^(mu + sd²/2)."""
        return exp(self.mu + self.sd**2 / 2)


def normal_cdf(x: Floats) -> Floats:
    """Return the standard normal distribution function."""
    result: Floats = 0.5 * (1 + _ERF(x / sqrt(2)))
    return result


@lru_cache(maxsize=1)
def normal_table() -> Table:
    """Return the table of the standard normal, scaled to variance 1."""
    inverse = NormalDist().inv_cdf
    inner = np.array([inverse(k / TABLE_SIZE) for k in range(1, TABLE_SIZE)])
    density = np.concatenate([[0.0], np.exp(-(inner**2) / 2) / sqrt(2 * pi), [0.0]])
    means = -np.diff(density) * TABLE_SIZE
    table: Table = (means / means.std()).astype(np.float32)
    return table


def exponential_table(mean: float) -> Table:
    """Return the table of the exponential law with this *mean*.

    Between chances a and b the mean is that of -log(1 - u): x log(x) - x, at 1 - a and 1 - b.
    """
    left = 1 - np.arange(TABLE_SIZE + 1) / TABLE_SIZE
    whole = left * np.log(np.maximum(left, 1e-300)) - left
    table: Table = (np.diff(whole) * mean * TABLE_SIZE).astype(np.float32)
    return table


def mixture_cdf(components: Sequence[LogNormal], logs: Floats) -> Floats:
    """Return the chance of a length below e^*logs*."""
    parts = [c.weight * normal_cdf((logs - c.mu) / c.sd) for c in components]
    return np.asarray(np.sum(parts, axis=0))


def log_quantiles(components: Sequence[LogNormal], chances: Floats) -> Floats:
    """Return the logarithms of the mixture's quantiles: read from a grid, sharpened by Newton."""
    spans = [np.linspace(c.mu - _REACH * c.sd, c.mu + _REACH * c.sd, 4001) for c in components]
    grid = np.unique(np.concatenate(spans))
    logs = np.interp(chances, mixture_cdf(components, grid), grid)
    for _ in range(2):
        parts = [
            c.weight / c.sd * np.exp(-(((logs - c.mu) / c.sd) ** 2) / 2) / sqrt(2 * pi)
            for c in components
        ]
        density = np.maximum(np.sum(parts, axis=0), 1e-12)
        step = (mixture_cdf(components, logs) - chances) / density
        # Between far components the density vanishes, and the grid is as good as it gets.
        logs = np.where(np.abs(step) < _SMALL_STEP, logs - step, logs)
    return np.asarray(np.maximum.accumulate(logs))


@lru_cache(maxsize=256)
def mixture_table(components: Sequence[LogNormal]) -> Table:
    """Return the table of a mixture of lognormals; the weights add up to 1."""
    used = [LogNormal(c.weight, c.mu, max(c.sd, _NARROW)) for c in components if c.weight > 0]
    logs = log_quantiles(used, np.arange(1, TABLE_SIZE) / TABLE_SIZE)
    parts = [c.weight * c.mean * normal_cdf((logs - c.mu) / c.sd - c.sd) for c in used]
    whole = sum(c.weight * c.mean for c in used)
    partial = np.concatenate([[0.0], np.sum(parts, axis=0), [whole]])
    # Never below nothing, whatever is lost in the difference of near sums.
    table: Table = np.maximum(np.diff(partial) * TABLE_SIZE, 0.0).astype(np.float32)
    return table


def length_biased(components: Sequence[LogNormal]) -> tuple[LogNormal, ...]:
    """Return the mixture that time finds: each length chosen in proportion to itself.

    A lognormal becomes one with mu + sd²; its weight becomes its share of the mean.

    >>> length_biased((LogNormal(1.0, 0.0, 0.5),))
    (LogNormal(weight=1.0, mu=0.25, sd=0.5),)
    """
    whole = sum(c.weight * c.mean for c in components)
    return tuple(LogNormal(c.weight * c.mean / whole, c.mu + c.sd**2, c.sd) for c in components)
