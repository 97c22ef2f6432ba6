"""What a trace says without a model: how much is used, when most, and how bursty it is."""

from typing import Final

import numpy as np

from simcore.fitting.sessions import Sessions
from simcore.fitting.stamps import Clock, Floats
from simcore.fitting.trace import DAY, HOUR, Trace

Usage = dict[str, float]
WINDOWS: Final = (1.0, 10.0, 60.0, 600.0, 3600.0)
"""Seconds of the windows of the index of dispersion."""
_LEAST_WINDOWS: Final = 20
_HEAVY: Final = 0.1
"""The heaviest share of users, whose part of all requests is told."""


def usage_of(trace: Trace, sessions: Sessions | None, holding: Floats | None) -> Usage:
    """Return the counts and rates of a trace; *holding* are seconds in flight by request."""
    total = float(trace.weights.sum())
    found: Usage = {"rows": trace.rows, "messages": total}
    if trace.clock is not Clock.OWN and trace.span > 0:
        found["days"] = trace.span / DAY
        found["messages an hour"] = total / trace.span * HOUR
    if trace.users is not None:
        found |= _by_user(trace, total)
    if sessions is not None:
        found["sessions"] = len(sessions.starts)
        found["messages a session"] = float(sessions.sizes.mean())
    if trace.tokens is not None and np.isfinite(trace.tokens).any():
        tokens = trace.tokens[np.isfinite(trace.tokens)]
        found |= {
            "tokens": float(tokens.sum()),
            "mean tokens a message": float(tokens.mean()),
            "median tokens a message": float(np.median(tokens)),
            "messages without tokens": trace.rows - len(tokens),
        }
    if trace.dated and trace.span > DAY:
        hours = np.bincount((trace.local % DAY // HOUR).astype(np.int64), trace.weights)
        found["busiest hour"] = float(hours.argmax())
        found["share of the busiest hour"] = float(hours.max() / hours.sum())
    if holding is not None and trace.clock is not Clock.OWN:
        found["peak concurrency"] = peak_concurrency(trace.seconds, holding)
    return found


def _by_user(trace: Trace, total: float) -> Usage:
    assert trace.users is not None
    each = np.sort(np.bincount(trace.users, trace.weights))[::-1]
    heavy = max(1, round(_HEAVY * len(each)))
    found: Usage = {
        "users": len(each),
        "median messages of a user": float(np.median(each)),
        "share of the heaviest tenth of users": float(each[:heavy].sum() / total),
    }
    if trace.span >= DAY and trace.clock is not Clock.OWN:
        found["messages a user and day"] = total / len(each) / (trace.span / DAY)
    return found


def peak_concurrency(seconds: Floats, holding: Floats) -> int:
    """Return the most requests in flight at once; those of unknown length are left out.

    >>> peak_concurrency(np.array([0.0, 1.0, 2.0]), np.array([1.5, 1.5, 1.5]))
    2
    """
    known = np.isfinite(holding)
    at = np.concatenate([seconds[known], seconds[known] + holding[known]])
    step = np.repeat([1, -1], int(known.sum()))
    # A request that ends as another starts leaves its slot to it.
    return int(np.cumsum(step[np.lexsort((step, at))]).max(initial=0))


def dispersion(trace: Trace) -> dict[float, float]:
    """Return the index of dispersion of the requests by the seconds of a window.

    It is the variance over the mean of counts: 1 for a Poisson process, more for bursts. Windows
    are shown that are longer than the clock's tick and of which the trace holds enough.
    """
    found = {}
    since = trace.seconds - trace.seconds[0]
    for window in WINDOWS:
        many = int(trace.span // window)
        if many >= _LEAST_WINDOWS and window >= trace.resolution:
            counts = np.bincount((since // window).astype(np.int64), minlength=many)[:many]
            found[window] = float(counts.var(ddof=1) / counts.mean())
    return found
