"""The whole fit of one trace, part by part."""

import numpy as np

from simcore.behaviour import Behaviour
from simcore.fitting.findings import Fit, within_limits
from simcore.fitting.fit_days import fit_times_of_day, starts_of
from simcore.fitting.fit_requests import fit_gaps, fit_holding
from simcore.fitting.fit_seasons import fit_messages_a_day, fit_modulation
from simcore.fitting.one_thread import one_thread
from simcore.fitting.stamps import Clock
from simcore.fitting.trace import Trace
from simcore.fitting.usage import dispersion, usage_of


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
        fit_gaps(fit, spread)
    holding = fit_holding(fit, speed)
    fit.usage = usage_of(trace, fit.sessions, holding)
    starts = starts_of(fit)
    fit_times_of_day(fit, *starts)
    fit_modulation(fit, base, drawn, *starts)
    fit_messages_a_day(fit, base)
    if trace.window is None and trace.clock is not Clock.OWN:
        fit.dispersion = dispersion(trace)
    within_limits(fit)
    return fit
