"""Sigma, memory and correlation of the modulation, from pairs of session starts.

For session starts of rate nu w(t) exp(sigma z - sigma²/2) with z an hourly AR(1) process, the
factorial moments are E[n(h) n(h+u)] = mu² w(h) w(h+u) exp(sigma² e^(-u/tau)) for one user (at lag
0: n(n-1)) and the same with rho sigma² for two users. So the pairs at lag u, over those expected
without modulation, say sigma and tau, whatever each user's own mean. They are fitted by the
composite likelihood of the lags of pairs (Guan, 2006, J. Am. Stat. Assoc. 101:1502). Plain
autoregression on counts is biased towards 0, because counts are noisy.
"""

from dataclasses import dataclass
from math import exp, log
from typing import Final

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from simcore.fitting.one_thread import one_thread
from simcore.fitting.stamps import Floats
from simcore.fitting.trace import Codes

MOST_LAG: Final = 720
"""Hours: 30 days, beyond which pairs say nothing more of memories of a week."""
HOURS_A_DAY: Final = 24
_BLOCKS: Final = 20
"""Blocks of time that the jackknife leaves out in turn."""
_SIGMA: Final = (0.0, 3.0)
_MEMORY: Final = (0.1, 2000.0)
"""Ranges looked in: sigma, and memory in hours. They are the parameters' own limits."""
_STARTS: Final = ((0.3, 5.0), (1.0, 24.0), (1.0, 100.0))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of session starts by block of time and lag in hours, and those expected.

    *own* are of one user, *cross* of two, *expected* those of a steady rate, up to a factor. The
    last column holds all longer lags together.
    """

    lags: Floats
    own: Floats
    cross: Floats
    expected: Floats


@dataclass(frozen=True, slots=True)
class Seasonality:
    """Estimates and their standard errors by the jackknife over blocks of time.

    *memory* is in hours; *correlation* is None where there is one user.
    """

    sigma: float
    memory: float
    correlation: float | None
    sigma_error: float
    memory_error: float
    correlation_error: float | None


def hourly(users: Codes, hours: Codes, weights: Floats, width: int) -> Floats:
    """Return the weight of each user's starts in each hour, a row a user."""
    who, rows = np.unique(users, return_inverse=True)
    cells = np.bincount(rows * width + hours, weights, minlength=len(who) * width)
    return np.asarray(cells.reshape(len(who), width))


def pairs_of(counts: Floats, weight: Floats, first: int, last: int) -> Pairs:
    """Count pairs from lag *first* to *last* (hours); *weight* is the expected course by hour.

    At lag 0 a start makes no pair with itself, and each pair is counted once.
    """
    hours = counts.shape[1]
    lags = np.arange(first, last + 1)
    blocks = min(_BLOCKS, hours)
    edges = np.linspace(0, hours, blocks + 1).astype(int)[:-1]
    every = counts.sum(axis=0)
    sums = np.zeros((3, blocks, len(lags) + 1))
    for index, lag in enumerate([*lags.tolist(), None]):
        # The last column pairs each hour with all that are more than *last* hours later.
        later = [
            _far(part, last) if lag is None else part[..., lag:] for part in (counts, every, weight)
        ]
        width = later[1].shape[-1]
        own = np.einsum("uh,uh->h", counts[:, :width], later[0])
        both = every[:width] * later[1] - own
        steady = weight[:width] * later[2]
        if lag == 0:
            own, both, steady = (own - every) / 2, both / 2, steady / 2
        for part, values in enumerate((own, both, steady)):
            whole = np.concatenate([values, np.zeros(hours - width)])
            sums[part, :, index] = np.add.reduceat(whole, edges)
    # Of two times in a span, the mean distance is a third of the span.
    shown = np.append(lags, last + (hours - last) / 3)
    return Pairs(shown, *sums)


def _far(values: Floats, last: int) -> Floats:
    """Return, for each hour, the sum over all hours more than *last* later."""
    after = np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(after[..., last + 1 :])


def _surplus(variance: float, memory: float, lags: Floats) -> Floats:
    """Return the logarithm of the pairs over those expected."""
    return np.asarray(variance * np.exp(-lags / memory))


def _misfit(pairs: Floats, expected: Floats, surplus: Floats) -> float:
    """Return minus the composite log-likelihood of the lags, a pair."""
    share = pairs / pairs.sum()
    return float(log(expected @ np.exp(surplus) / expected.sum()) - share @ surplus)


def own_fit(
    lags: Floats, pairs: Floats, expected: Floats, near: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Return sigma and the memory in hours that fit the pairs within users.

    The search begins at several places, or *near* one that is known to be close.
    """

    def misfit(at: Floats) -> float:
        return _misfit(pairs, expected, _surplus(at[0] ** 2, exp(at[1]), lags))

    bounds = [_SIGMA, (log(_MEMORY[0]), log(_MEMORY[1]))]
    found = [
        minimize(misfit, (sigma, log(memory)), method="L-BFGS-B", bounds=bounds)
        for sigma, memory in (_STARTS if near is None else (near,))
    ]
    best = min(found, key=lambda one: float(one.fun))
    return float(best.x[0]), exp(float(best.x[1]))


def cross_fit(lags: Floats, pairs: Floats, expected: Floats, sigma: float, memory: float) -> float:
    """Return the correlation that fits the pairs between users, given *sigma* and *memory*.

    Only the pairs within a day against all later ones are used: the shared factor has one path,
    and the course of its later lags would add that path's noise.
    """
    near = lags < HOURS_A_DAY
    both, steady = (
        np.array([values[near].sum(), values[~near].sum()]) for values in (pairs, expected)
    )

    def misfit(rho: float) -> float:
        surplus = _surplus(rho * sigma**2, memory, lags)
        more = expected * np.exp(surplus)
        gain = np.log(np.array([more[near].sum(), more[~near].sum()]) / steady)
        return _misfit(both, steady, gain)

    return float(minimize_scalar(misfit, bounds=(0.0, 1.0), method="bounded").x)


def _fit(
    pairs: Pairs, kept: "slice | Codes", near: tuple[float, float] | None = None
) -> tuple[float, float, float]:
    own, cross, expected = (
        part[kept].sum(axis=0) for part in (pairs.own, pairs.cross, pairs.expected)
    )
    sigma, memory = own_fit(pairs.lags, own, expected, near)
    several = cross.sum() > 0 and sigma > 0
    rho = cross_fit(pairs.lags, cross, expected, sigma, memory) if several else np.nan
    return sigma, log(memory), rho


@one_thread
def fit_seasonality(pairs: Pairs) -> Seasonality:
    """Fit sigma, memory and correlation, and leave out each block of time for the errors."""
    sigma, memory, rho = _fit(pairs, slice(None))
    near = (sigma, exp(memory))
    every = np.arange(len(pairs.own))
    left = np.array([_fit(pairs, np.delete(every, block), near) for block in every])
    spread = (len(left) - 1) / len(left) * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    errors = np.sqrt(spread)
    several = bool(np.isfinite(rho))
    return Seasonality(
        sigma=sigma,
        memory=exp(memory),
        correlation=rho if several else None,
        sigma_error=float(errors[0]),
        memory_error=float(errors[1]) * exp(memory),
        correlation_error=float(errors[2]) if several else None,
    )
