"""The part of a fit that is about modulation and volume."""

from math import exp, sqrt
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour, Mode, Norm
from simcore.fitting.daytime import LEAST_DAYS
from simcore.fitting.findings import Fit
from simcore.fitting.seasonality import (
    MOST_LAG,
    Seasonality,
    fit_seasonality,
    hourly,
    pairs_of,
)
from simcore.fitting.stamps import Clock, Floats
from simcore.fitting.trace import DAY, HOUR, Codes

SEASON_DAYS: Final = 13.0
"""Days below which the modulation cannot be told from users' own means."""
SEASON_STARTS: Final = 200
_MOST_CELLS: Final = 6_000_000
"""Hours times users for seasonality; of more users, so many are drawn as fit."""
_WEAK: Final = 0.5
"""A standard error of this share of the estimate makes it weak."""


def fit_modulation(
    fit: Fit,
    base: Behaviour,
    seed: np.random.SeedSequence,
    local: Floats,
    weights: Floats,
    users: Codes | None,
) -> None:
    """Fit sigma, memory and correlation to the starts, where there are users and time enough."""
    trace = fit.trace
    if users is None or trace.clock is Clock.OWN:
        return
    if trace.span < SEASON_DAYS * DAY or len(local) < SEASON_STARTS:
        fit.unknown.append(
            "less than two weeks, or too few sessions: no sigma, memory and correlation"
        )
        return
    users, local, weights = _drawn(fit, seed, users, local, weights)
    origin = np.floor(trace.local[0] / HOUR) * HOUR
    width = int(np.ceil((trace.local[0] + trace.span - origin) / HOUR))
    hours = np.clip(((local - origin) / HOUR).astype(np.int64), 0, width - 1)
    counts = hourly(users, hours, weights, width)
    dead = _dead_hours(fit)
    course = _course(counts, origin, fit.weekdays)
    found = fit_seasonality(pairs_of(counts, course, dead, min(MOST_LAG, width // 2)))
    fit.seasonality = found
    if found.memory > trace.span / HOUR / 4:
        fit.unknown.append(
            f"the memory would be {found.memory:.0f} h, too long for the trace to tell it from "
            "differences that stay: no sigma, memory and correlation"
        )
        return
    _take_season(fit, base, found)


def _drawn(
    fit: Fit, seed: np.random.SeedSequence, users: Codes, local: Floats, weights: Floats
) -> tuple[Codes, Floats, Floats]:
    """Return the starts of as many users as memory holds, drawn at random where there are more."""
    who = np.unique(users)
    most = max(2, int(_MOST_CELLS / (fit.trace.span / HOUR + 1)))
    if len(who) <= most:
        return users, local, weights
    fit.remarks.append(f"sigma, memory and correlation are those of {most:,} users drawn at random")
    kept = np.isin(users, np.random.default_rng(seed).choice(who, most, replace=False))
    return users[kept], local[kept], weights[kept]


def _dead_hours(fit: Fit) -> int:
    """Return the lag in hours from which pairs of starts are seen whole.

    A session found by gaps hides others that start before it ends; a rate hides what it averages.
    """
    if fit.sessions is None:
        return 1
    if fit.sessions.cut is None:
        return 0
    return int(np.ceil((fit.sessions.cut + float(fit.sessions.lengths.mean())) / HOUR)) + 1


def _course(counts: Floats, origin: float, weekdays: tuple[float, ...] | None) -> Floats:
    """Return the expected course by hour: that of the day, and of the weekdays if known."""
    hour = np.arange(counts.shape[1]) + int(origin // HOUR)
    every = counts.sum(axis=0)
    seen = np.bincount(hour % 24, minlength=24)
    day = np.bincount(hour % 24, every, minlength=24) / np.maximum(seen, 1)
    course = day[hour % 24]
    if weekdays is not None:
        # The first of January 1970 was a Thursday.
        course = course * np.array(weekdays)[(hour // 24 + 3) % 7]
    return np.asarray(course / course.mean())


def _take_season(fit: Fit, base: Behaviour, found: Seasonality) -> None:
    how = "factorial moments of session starts by lag"
    if fit.trace.window is not None:
        how = "moments of rates by lag; a customer, not a person"
    fit.take("sigma", found.sigma, how, found.sigma_error)
    fit.take("memory_hours", found.memory, how, found.memory_error)
    fit.take("mode", Mode.MIX, "the correlation is a share of what is there")
    fit.take("norm", Norm.MEAN, "messages a day are the mean of the trace")
    fit.take("shared_sigma", 0.0, "not used in mode mix")
    for name, value, error in (
        ("sigma", found.sigma, found.sigma_error),
        ("memory", found.memory, found.memory_error),
    ):
        if error > _WEAK * value:
            fit.remarks.append(f"{name} is weak: {value:.3g} with a standard error of {error:.2g}")
    if found.correlation is None or found.correlation_error is None:
        kept = base.correlation if base.mode is Mode.MIX else 0.0
        fit.take("correlation", kept, "not known with one user; kept from the base preset")
        fit.unknown.append("one user, or nothing shared to see: no correlation")
        return
    fit.take("correlation", found.correlation, how, found.correlation_error)


def fit_messages_a_day(fit: Fit, base: Behaviour) -> None:
    """Fit messages a day; with norm "median" they are those at modulation 1, which are fewer."""
    trace = fit.trace
    if trace.users is None or trace.clock is Clock.OWN:
        return
    if trace.span < LEAST_DAYS * DAY:
        fit.unknown.append("less than two days: no messages a day")
        return
    users, days = len(np.unique(trace.users)), trace.span / DAY
    each = np.bincount(trace.users, trace.weights) / days
    mean = float(trace.weights.sum() / users / days)
    error = float(each.std() / sqrt(users)) if users > 1 else None
    if base.norm is Norm.MEDIAN and "norm" not in fit.estimates:
        mean /= exp((base.own_scale**2 + base.shared_scale**2) / 2)
    fit.take("messages_per_day", mean, f"mean of {users:,} users over {days:.1f} days", error)
    fit.remarks.append("users who never appear in the trace are not counted in messages a day")
