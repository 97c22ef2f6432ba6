"""The whole fit of one trace: what it says, with errors, and what it cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simcore.behaviour import Behaviour, Mode, Norm
from simcore.fitting.daytime import LEAST_DAYS, LEAST_STARTS, Day, fit_day, fit_weekdays
from simcore.fitting.families import Component, Family, merged
from simcore.fitting.one_thread import one_thread
from simcore.fitting.seasonality import (
    MOST_LAG,
    Seasonality,
    fit_seasonality,
    hourly,
    pairs_of,
)
from simcore.fitting.sessions import Gaps, Sessions, cut_of, divided, fitted, gaps_of, mixture_of
from simcore.fitting.stamps import Clock, Floats
from simcore.fitting.trace import DAY, HOUR, Codes, Trace
from simcore.fitting.usage import Usage, dispersion, usage_of
from simcore.limits import limits_table

Value = float | tuple[float, ...] | str
GAP_NAMES: Final = ("short_share", "short_gap", "short_log_sd", "long_gap", "long_log_sd")
SEASON_NAMES: Final = ("sigma", "correlation", "shared_sigma", "memory_hours", "mode", "norm")
DAY_NAMES: Final = ("night_floor", "kappa", "peak_hour", "zone_offsets", "zone_weights")
_GROUPS: Final = (GAP_NAMES, SEASON_NAMES, DAY_NAMES)
"""Parameters that mean something only together: all are taken from the trace, or none."""
SEASON_DAYS: Final = 13.0
"""Days below which the modulation cannot be told from users' own means."""
SEASON_STARTS: Final = 200
_MOST_CELLS: Final = 6_000_000
"""Hours times users for seasonality; of more users, so many are drawn as fit."""
_BATCHED: Final = 0.1
"""Share of gaps of 0 on a fine clock from which times are those of batches."""
_LASTING: Final = 0.9
"""Share of the trace that a group of customers must span to be seen throughout."""
_MISSED: Final = 0.1
"""Share of the starts in other hours than the bump says, from which that is remarked."""
_WEAK: Final = 0.5
"""A standard error of this share of the estimate makes it weak."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A fitted parameter: its value, its standard error where there is one, and how it was got."""

    value: Value
    error: float | tuple[float, ...] | None
    how: str


@dataclass(slots=True)
class Fit:
    """What one trace says.

    *families* are laws of all gaps, best first; *within* of those inside sessions. *estimates* are
    the parameters that go into a preset; *beyond* those fitted but outside the model's limits, and
    *unknown* what the trace cannot say, each a sentence.
    """

    trace: Trace
    usage: Usage = field(default_factory=dict)
    gaps: Gaps | None = None
    gaps_are: str = ""
    families: tuple[Family, ...] = ()
    within: tuple[Family, ...] = ()
    sessions: Sessions | None = None
    day: Day | None = None
    weekdays: tuple[float, ...] | None = None
    seasonality: Seasonality | None = None
    dispersion: Mapping[float, float] = field(default_factory=dict)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    beyond: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def take(self, name: str, value: Value, how: str, error: float | None = None) -> None:
        """Hold an estimate."""
        self.estimates[name] = Estimate(value, error, how)


@one_thread
def fit_trace(
    trace: Trace, base: Behaviour, seed: np.random.SeedSequence, speed: float | None = None
) -> Fit:
    """Fit all that *trace* can say of one user's behaviour; *base* says what stays.

    *speed* is the tokens a second of one slot, by which tokens become holding times.
    """
    fit = Fit(trace)
    spread, drawn = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key).spawn(2)
    if trace.window is None:
        _fit_gaps(fit, spread)
    holding = _fit_holding(fit, speed)
    fit.usage = usage_of(trace, fit.sessions, holding)
    starts = _starts(fit)
    _fit_day(fit, *starts)
    _fit_season(fit, base, drawn, *starts)
    _fit_rate(fit, base)
    if trace.window is None and trace.clock is not Clock.OWN:
        fit.dispersion = dispersion(trace)
    _within_limits(fit)
    return fit


def _fit_gaps(fit: Fit, seed: np.random.SeedSequence) -> None:
    trace = fit.trace
    one, other = seed.spawn(2)
    who = trace.sessions if trace.sessions is not None else trace.users
    fit.gaps_are = "between the requests of one user"
    if trace.sessions is not None:
        fit.gaps_are = "between the requests of one session"
    if who is None:
        who = np.zeros(trace.rows, np.int64)
        fit.gaps_are = "of the merged stream of all users, not of one user"
        fit.unknown.append(
            "no column of users or sessions: one user's gaps, sessions, sigma, memory and "
            "correlation cannot be known"
        )
    if trace.resolution >= HOUR:
        fit.unknown.append("the clock ticks in hours or days: gaps and sessions cannot be known")
        return
    fit.gaps = gaps_of(who, trace.seconds, trace.resolution, one)
    if not fit.gaps.jittered and fit.gaps.zeros > _BATCHED * fit.gaps.total:
        fit.unknown.append(
            f"{fit.gaps.zeros / fit.gaps.total:.0%} of the gaps are 0 on a clock of "
            f"{trace.resolution:g} s: times were written in batches, and gaps cannot be known"
        )
        return
    fit.families = fitted(fit.gaps, one)
    if not fit.families:
        fit.unknown.append(f"only {len(fit.gaps.seconds)} gaps: too few for a law of gaps")
    elif trace.users is not None or trace.sessions is not None:
        _fit_sessions(fit, who, other)


def _seen(fit: Fit, who: Codes) -> None:
    """Remark on how long a user with a clock of their own is seen."""
    if fit.trace.clock is Clock.OWN:
        ends = np.zeros(int(who.max()) + 1)
        np.maximum.at(ends, who, fit.trace.seconds)
        fit.remarks.append(
            f"a user is seen for {np.median(ends) / 60:.3g} min (median): longer gaps cannot be "
            "seen, and those that are may be cut short"
        )


def _fit_sessions(fit: Fit, who: Codes, seed: np.random.SeedSequence) -> None:
    trace, gaps = fit.trace, fit.gaps
    assert gaps is not None
    _seen(fit, who)
    cut = cut_of(mixture_of(fit.families))
    if trace.resolution > 1:
        fit.remarks.append(f"the clock ticks in {trace.resolution:g} s: shorter gaps are a guess")
    if cut is None and trace.sessions is None:
        fit.unknown.append(
            "no component of the gaps is long enough to lie between sessions: sessions, messages "
            "a session and what follows from them cannot be known"
        )
    else:
        fit.sessions = divided(who, trace.seconds, cut)
        mean, many = float(fit.sessions.sizes.mean()), len(fit.sessions.starts)
        how = f"{many:,} sessions, " + (f"gaps above {cut / 60:.3g} min divide" if cut else "given")
        fit.take("messages_per_session", mean, how, sqrt(max(mean * (mean - 1), 0) / many))
        _check_geometric(fit, mean)
    inside = gaps.seconds if cut is None else gaps.seconds[gaps.seconds <= cut]
    fit.within = fit.families if cut is None else fitted(Gaps(inside, 0, False, 0), seed)  # noqa: FBT003
    if parts := mixture_of(fit.within):
        _take_gaps(fit, merged(parts, 2), len(parts))
    else:
        fit.unknown.append("too few gaps within sessions for their law")


def _check_geometric(fit: Fit, mean: float) -> None:
    """Remark on sessions of one message, where they are not as many as a geometric law has."""
    assert fit.sessions is not None
    single = float((fit.sessions.sizes == 1).mean())
    if abs(single - 1 / mean) > max(0.1, 4 * sqrt(1 / mean / len(fit.sessions.sizes))):
        fit.remarks.append(
            f"{single:.0%} of the sessions have one message, where a geometric law of this mean "
            f"has {1 / mean:.0%}: the number of messages a session is not geometric"
        )


def _take_gaps(fit: Fit, parts: tuple[Component, ...], fitted_parts: int) -> None:
    assert fit.gaps is not None
    size = len(fit.gaps.seconds)
    short, long = parts[0], parts[-1]
    how = "one lognormal" if fitted_parts == 1 else f"{fitted_parts} lognormals"
    how += " within sessions by BIC"
    if fitted_parts > 2:  # noqa: PLR2004  # the model has two
        how += ", merged into two"
    share = short.weight if len(parts) > 1 else 1.0
    fit.take("short_share", share, how)
    for name, part in (("short", short), ("long", long)):
        error = part.median / 60 * part.log_sd / sqrt(part.weight * size)
        fit.take(f"{name}_gap", part.median / 60, how, error)
        fit.take(f"{name}_log_sd", part.log_sd, how)


def _fit_holding(fit: Fit, speed: float | None) -> Floats | None:
    """Fit the holding time; returns the seconds in flight by request, where they are known."""
    trace = fit.trace
    known = next(
        (x for x in (trace.durations, trace.tokens) if x is not None and np.isfinite(x).any()), None
    )
    if known is None:
        fit.unknown.append("no column of durations or tokens: the holding time cannot be known")
        return None
    good = known[np.isfinite(known) & (known > 0)]
    if len(good) > 1:
        fit.take("holding_cv", float(good.std() / good.mean()), _holding_how(trace))
    if trace.durations is None and speed is None:
        fit.unknown.append(
            "tokens but no durations: the mean holding time cannot be known without --speed; its "
            "spread is taken as that of the tokens"
        )
        return None
    holding = known if trace.durations is not None else known / (speed or 1.0)
    minutes = holding[np.isfinite(holding)] / 60
    error = float(minutes.std() / sqrt(len(minutes)))
    fit.take("holding_mean", float(minutes.mean()), _holding_how(trace), error)
    return holding


def _holding_how(trace: Trace) -> str:
    return "durations" if trace.durations is not None else "tokens, as if time went with them"


def _starts(fit: Fit) -> tuple[Floats, Floats, Codes | None]:
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


def _fit_day(fit: Fit, local: Floats, weights: Floats, _: Codes | None) -> None:
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
    at_end = day.floor <= limits_table(Behaviour)["night_floor"].low
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


def _fit_season(
    fit: Fit,
    base: Behaviour,
    seed: np.random.SeedSequence,
    local: Floats,
    weights: Floats,
    users: Codes | None,
) -> None:
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


def _fit_rate(fit: Fit, base: Behaviour) -> None:
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


def _within_limits(fit: Fit) -> None:
    """Move estimates outside the model's limits to what is said only, with their group."""
    for name, estimate in list(fit.estimates.items()):
        if name not in fit.estimates:
            continue
        limits = limits_table(Behaviour).get(name)
        values = estimate.value if isinstance(estimate.value, tuple) else (estimate.value,)
        if limits is None or all(
            isinstance(v, float) and limits.low <= v <= limits.high for v in values
        ):
            continue
        shown = ", ".join(f"{v:.4g}" if isinstance(v, float) else v for v in values)
        group = next((names for names in _GROUPS if name in names), (name,))
        rest = [other for other in group if other != name and other in fit.estimates]
        message = (
            f"{name} would be {shown}, outside {limits.low:g} to {limits.high:g} {limits.unit}"
        )
        message += "; left at the base preset" + (f", with {', '.join(rest)}" if rest else "")
        fit.beyond.append(message)
        for other in (name, *rest):
            fit.estimates.pop(other)
