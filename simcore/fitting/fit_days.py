"""The part of a fit that is about days: session starts, time of day, weekdays."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simcore.behaviour import Behaviour
from simcore.fitting.daytime import LEAST_DAYS, LEAST_STARTS, Day, fit_day, fit_weekdays
from simcore.fitting.findings import Estimate, Fit
from simcore.fitting.stamps import Clock, Floats
from simcore.fitting.trace import DAY, Codes
from simcore.limits import limits_table

_NO_FLOOR: Final = 1.01
"""Multiple of the least floor allowed, below which none is seen."""
_LASTING: Final = 0.9
"""Share of the trace that a group of customers must span to be seen throughout."""
_MISSED: Final = 0.1
"""Share of the starts in other hours than the bump says, from which that is remarked."""


def starts_of(fit: Fit) -> tuple[Floats, Floats, Codes | None]:
    """Return the local times, weights and users of what modulation acts on: session starts.

    Where sessions are not known they are the requests, and in a trace of rates the rates.
    """
    trace = fit.trace
    if fit.sessions is None or trace.clock is Clock.OWN:
        kept = np.ones(trace.rows, bool)
        if trace.groups is not None:
            kept = _lasting(fit, trace.groups)
        users = trace.users if trace.window is not None else None
        weights = _even(fit) if trace.window is not None else trace.weights
        return trace.local[kept], weights[kept], None if users is None else users[kept]
    ahead = np.interp(fit.sessions.starts, trace.seconds, trace.local - trace.seconds)
    users = fit.sessions.users if trace.sessions is None else None
    if trace.sessions is not None and trace.users is not None:
        of = np.zeros(int(trace.sessions.max()) + 1, np.int64)
        of[trace.sessions] = trace.users
        users = of[fit.sessions.users]
    return fit.sessions.starts + ahead, np.ones(len(ahead)), users


def _even(fit: Fit) -> Floats:
    """Return the weights of a trace of rates, with the same sum for each customer.

    Customers differ a hundredfold; without this the largest alone would be fitted.
    """
    trace = fit.trace
    if trace.users is None:
        return trace.weights
    fit.remarks.append(
        "a row is the rate of a customer: time of day, sigma, memory and correlation are those of "
        "a customer, each counting the same, and not of a person"
    )
    whole = np.bincount(trace.users, trace.weights)[trace.users]
    return np.divide(trace.weights, whole, out=np.zeros(trace.rows), where=whole > 0)


def _lasting(fit: Fit, groups: Codes) -> NDArray[np.bool_]:
    """Return the rows of groups that were seen for nearly the whole of the trace."""
    trace = fit.trace
    ends = np.zeros((2, int(groups.max()) + 1))
    ends[0] = np.inf
    np.minimum.at(ends[0], groups, trace.seconds)
    np.maximum.at(ends[1], groups, trace.seconds)
    long = ends[1] - ends[0] >= _LASTING * trace.span
    kept = long[groups]
    if not kept.all() and trace.users is not None:
        out = len(np.unique(trace.users[~kept]))
        fit.remarks.append(
            f"{out} customers belong to groups that were seen for a shorter time; they are left "
            "out of the time of day, sigma, memory and correlation"
        )
    return np.asarray(kept)


def fit_times_of_day(fit: Fit, local: Floats, weights: Floats, _: Codes | None) -> None:
    """Fit the time of day and the weekdays to the starts, and say where they are not known."""
    trace = fit.trace
    if trace.clock is Clock.OWN:
        fit.unknown.append(
            "times count from each user's own start: time of day, weekdays, messages a day, "
            "sigma, memory and correlation cannot be known"
        )
        return
    start = float(trace.local[0])
    end = start + trace.span
    if trace.span < LEAST_DAYS * DAY or len(local) < LEAST_STARTS:
        fit.unknown.append("less than two days, or too few requests: no time of day")
    else:
        fit.day = fit_day(local, weights, start, end)
        _take_day(fit, fit.day)
    _fit_weekdays(fit, local, weights, start, end)


def _fit_weekdays(fit: Fit, local: Floats, weights: Floats, start: float, end: float) -> None:
    found = fit_weekdays(local, weights, start, end) if fit.trace.dated else None
    if found is None:
        fit.unknown.append("less than three whole weeks with dates: no weekdays")
        return
    fit.weekdays, errors = found
    fit.estimates["weekdays"] = Estimate(fit.weekdays, errors, "counts of whole weeks")


def _take_day(fit: Fit, day: Day) -> None:
    how = "von Mises bump on a floor, by maximum likelihood"
    fit.take("kappa", day.kappa, how, day.kappa_error)
    at_end = day.floor < _NO_FLOOR * limits_table(Behaviour)["night_floor"].low
    low = how + ("; no floor is seen, this is the least allowed" if at_end else "")
    fit.take("night_floor", day.floor, low, None if at_end else day.floor_error)
    fit.take("zone_offsets", (0.0,), "one bump for all users")
    fit.take("zone_weights", (1.0,), "one bump for all users")
    if fit.trace.dated:
        fit.take("peak_hour", day.peak_hour, how, day.peak_error)
    else:
        fit.unknown.append("times without dates: the hour of the peak is not known; give --start")
    if day.misfit > _MISSED:
        fit.remarks.append(
            f"one bump misses the day: {day.misfit:.0%} of the starts lie in other hours than it "
            "says"
        )
