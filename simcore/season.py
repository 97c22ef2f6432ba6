"""The expected course of batch research over a year, by convolution: no simulation."""

from math import lgamma
from typing import Final

import numpy as np

from simcore.batch import HOURS_A_DAY
from simcore.behaviour import log_normal
from simcore.inverse import normal_cdf
from simcore.kernel import Floats
from simcore.research import HOURS_A_YEAR, Batch, Research
from simcore.theory import course

_HOURS: Final = int(HOURS_A_YEAR)
_LEAD_YEARS: Final = 8
"""Years over which leads are followed: a lead of a year in the mean is beyond with e^-8."""

_SURVIVAL_YEARS: Final = 20
_NARROW: Final = 1e-4


def start_rate(research: Research) -> Floats:
    """Return the experiments expected to start in each hour of the year."""
    steady = research.planned_a_year * (1 - research.deadline_share) + research.copied_a_year
    rate = np.full(_HOURS, steady / HOURS_A_YEAR)
    if not research.deadlines:
        return rate
    lead = _lead_chances(research)
    pushed = research.planned_a_year * research.deadline_share / len(research.deadlines)
    for day in research.deadlines:
        at = round(day * HOURS_A_DAY)
        rate += pushed * np.roll(lead[::-1], at)
    return rate


def _lead_chances(research: Research) -> Floats:
    """Return the chance of a lead of each hour, wrapped around the year: entry u is u to u + 1."""
    shape = research.lead_shape
    scale = research.lead_days * HOURS_A_DAY / shape
    middle = (np.arange(_HOURS * _LEAD_YEARS) + 0.5) / scale
    density = np.exp((shape - 1) * np.log(middle) - middle - lgamma(shape))
    chances = density.reshape(_LEAD_YEARS, _HOURS).sum(axis=0)
    return np.asarray(chances / chances.sum())


def survival_hours(batch: Batch) -> Floats:
    """Return the mean time that an experiment is under way in each hour from its start's hour on.

    Starts and times of observation are spread over their hours. The sum is the mean duration.
    With M(u) the mean of what a lognormal exceeds u by, an hour holds M(u) - M(u + 1).
    """
    mu, sd = log_normal(batch.hours, batch.research.hours_cv)
    sd = max(sd, _NARROW)
    lags = np.arange(1.0, _SURVIVAL_YEARS * HOURS_A_YEAR)
    beyond = batch.hours * normal_cdf((mu + sd**2 - np.log(lags)) / sd)
    beyond -= lags * normal_cdf((mu - np.log(lags)) / sd)
    held = -np.diff(np.concatenate([[batch.hours], beyond, [0.0]]))
    return np.asarray((np.append(held, 0.0) + np.append(0.0, held)) / 2)


def expected_course(batch: Batch) -> Floats:
    """Return the mean experiments under way in each hour of the year.

    The convolution of the rate of starts with the survival of durations. Without shocks the number
    at any time is Poisson with this mean (non-homogeneous M/G/infinity).
    """
    return np.maximum(course(start_rate(batch.research), survival_hours(batch)), 0.0)


def poisson_shares(means: Floats, top: int) -> Floats:
    """Return the share of time at each of 0 to *top*, Poisson with each of *means* in turn.

    >>> poisson_shares(np.array([0.0, 1.0]), 1).round(4).tolist()
    [0.6839, 0.1839]
    """
    safe = np.maximum(means, 1e-300)
    chances = [
        np.exp(level * np.log(safe) - safe - lgamma(level + 1)).mean() for level in range(top + 1)
    ]
    return np.array(chances)
