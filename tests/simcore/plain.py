"""Plain behaviour for tests against theory, and standard errors over independent batches."""

from dataclasses import replace
from typing import Any

import numpy as np

from simcore.behaviour import Behaviour, Mode, Norm
from simcore.concurrency import Plan, Sample, simulate
from simcore.kernel import Floats

SINGLE = Behaviour(
    messages_per_day=144.0,
    messages_per_session=1.0,
    ceiling=0,
    holding_mean=1.0,
    holding_cv=0.6,
    short_share=0.667,
    short_gap=1.0,
    short_log_sd=0.6,
    long_gap=4.0,
    long_log_sd=0.8,
    night_floor=1.0,
    kappa=4.0,
    peak_hour=15.0,
    zone_offsets=(0.0,),
    zone_weights=(1.0,),
    weekdays=(1.0,) * 7,
    sigma=0.0,
    correlation=0.0,
    shared_sigma=0.0,
    memory_hours=24.0,
    mode=Mode.MIX,
    norm=Norm.MEAN,
)
"""Independent single messages at a level rate: p = 144 x 1/1440 = 0.1 slots a user."""


def behaving(**changes: Any) -> Behaviour:
    return replace(SINGLE, **changes)


def sampled(behaviour: Behaviour, users: int, batches: int = 24, weeks: int = 8) -> Sample:
    plan = Plan((users,), batches, weeks, cells_per_minute=1.0, top=400)
    return simulate(behaviour, plan, np.random.SeedSequence(20250707))


def shares(sample: Sample) -> Floats:
    """The share of time at each level, a row a batch."""
    counts = sample.counts[:, 0, :]
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def moments(sample: Sample) -> tuple[Floats, Floats]:
    """The mean and the second moment of the slots in use, by batch."""
    levels = np.arange(sample.counts.shape[2], dtype=float)
    share = shares(sample)
    return share @ levels, share @ levels**2


def mean_and_error(by_batch: Floats) -> tuple[float, float]:
    """The mean over independent batches, and its standard error."""
    return float(by_batch.mean()), float(by_batch.std(ddof=1) / np.sqrt(len(by_batch)))


def errors_from(by_batch: Floats, theory: float) -> float:
    """How many standard errors the mean of the batches lies from *theory*."""
    mean, error = mean_and_error(by_batch)
    return abs(mean - theory) / error


def variance_ratio(sample: Sample) -> tuple[float, float]:
    """Variance over mean of the slots in use, with its standard error by the jackknife."""
    first, second = moments(sample)
    size = len(first)

    def ratio(a: float, b: float) -> float:
        return (b - a**2) / a

    whole = ratio(first.mean(), second.mean())
    out = np.array(
        [
            ratio((first.sum() - a) / (size - 1), (second.sum() - b) / (size - 1))
            for a, b in zip(first, second, strict=True)
        ]
    )
    return whole, float(np.sqrt((size - 1) / size * ((out - out.mean()) ** 2).sum()))
