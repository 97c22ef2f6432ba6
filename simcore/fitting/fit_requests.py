"""The part of a fit that is about requests: gaps, sessions and holding times."""

from math import sqrt
from typing import Final

import numpy as np

from simcore.fitting.families import Component, merged
from simcore.fitting.findings import Fit
from simcore.fitting.sessions import Gaps, cut_of, divided, fitted, gaps_of, mixture_of
from simcore.fitting.stamps import Clock, Floats
from simcore.fitting.trace import HOUR, Codes, Trace

_BATCHED: Final = 0.1
"""Share of gaps of 0 on a fine clock from which times are those of batches."""


def fit_gaps(fit: Fit, seed: np.random.SeedSequence) -> None:
    """Fit the laws of the gaps, and divide the requests into sessions where users are known."""
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


def fit_holding(fit: Fit, speed: float | None) -> Floats | None:
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
