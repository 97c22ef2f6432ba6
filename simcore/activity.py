"""Behaviour made ready for the kernel, and the factor that all users share."""

from math import log

import numpy as np

from simcore.behaviour import MINUTES_A_DAY, Behaviour, log_normal
from simcore.inverse import LogNormal, length_biased, mixture_table, normal_cdf, normal_table
from simcore.kernel import WARM_HOURS, Floats, Habits
from simcore.profile import HOURS_A_WEEK, binned_week, cumulative

__all__ = ["gap_components", "habits_of", "shared_factor", "stratified", "window_hours"]


def window_hours() -> int:
    """Return the hours of a simulated week with its warm-up."""
    return WARM_HOURS + HOURS_A_WEEK


def gap_components(behaviour: Behaviour) -> tuple[LogNormal, ...]:
    """Return the mixture of the gaps between the messages of a session."""
    return (
        LogNormal(behaviour.short_share, log(behaviour.short_gap), behaviour.short_log_sd),
        LogNormal(1 - behaviour.short_share, log(behaviour.long_gap), behaviour.long_log_sd),
    )


def habits_of(behaviour: Behaviour) -> Habits:
    """Return what the kernel reads for this *behaviour*."""
    mean = behaviour.messages_per_session
    gaps = gap_components(behaviour)
    holding = LogNormal(1.0, *log_normal(behaviour.holding_mean, behaviour.holding_cv))
    return Habits(
        rate=behaviour.messages_per_day / mean / MINUTES_A_DAY,
        inverse_stopping=1 / log(1 - 1 / mean) if mean > 1 else 0.0,
        ceiling=int(behaviour.ceiling),
        own_scale=behaviour.own_scale,
        memory=behaviour.memory,
        open_minutes=(mean - 1) * behaviour.mean_gap,
        profile=cumulative(binned_week(behaviour)),
        gaps=mixture_table(gaps),
        biased_gaps=mixture_table(length_biased(gaps)),
        holds=mixture_table((holding,)),
        normals=normal_table(),
    )


def stratified(rng: np.random.Generator, paths: int) -> Floats:
    """Return one standard normal from each of *paths* equally likely strata, in random order."""
    strata = rng.permutation(paths)
    chances = (strata + rng.random(paths)) / paths
    grid = np.linspace(-6, 6, 4801)
    return np.interp(chances, normal_cdf(grid), grid)


def shared_factor(rng: np.random.Generator, weeks: int, memory: float, weight: Floats) -> Floats:
    """Return hourly AR(1) paths of variance 1, a row a week, stratified by their weighted sum.

    Each path is drawn freely and then moved along the regression on its sum weighted by *weight*,
    so that the sums fill equally likely strata while the law of the paths stays exact.
    """
    hours = len(weight)
    paths = rng.standard_normal((weeks, hours))
    fresh = np.sqrt(1 - memory**2)
    for hour in range(1, hours):
        paths[:, hour] = memory * paths[:, hour - 1] + fresh * paths[:, hour]
    distance = np.abs(np.subtract.outer(np.arange(hours), np.arange(hours)))
    with_sum = memory**distance @ weight
    deviation = float(np.sqrt(weight @ with_sum))
    wanted = stratified(rng, weeks) * deviation
    return paths + np.outer((wanted - paths @ weight) / deviation**2, with_sum)
