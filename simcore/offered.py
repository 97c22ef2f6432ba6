"""What users offer in the mean, given the factor that they share: by convolution, no simulation."""

from functools import lru_cache
from math import exp
from typing import Final

import numpy as np

from simcore.activity import gap_components
from simcore.behaviour import Behaviour, log_normal
from simcore.inverse import LogNormal, mixture_cdf
from simcore.kernel import WARM_HOURS, Floats
from simcore.profile import BINS, binned_week

BIN_MINUTES: Final = 60 // BINS
_STEPS: Final = 10
"""Steps of the convolution in a bin: half a minute each."""

_SPAN: Final = 1 << 16
"""Steps over which a session is followed: 22 days."""


@lru_cache(maxsize=64)
def session_response(behaviour: Behaviour) -> Floats:
    """Return the mean slots that a session holds, by half minutes from its start.

    Messages of a session are a renewal process that goes on with chance q = 1 - 1/m, so their
    density has the transform 1/(1 - q g); each holds a slot with the chance that its time is not
    over. The sum is the session's slot-minutes, m times the mean holding time.
    """
    step = BIN_MINUTES / _STEPS
    edges = np.log(np.maximum((np.arange(_SPAN + 1) - 0.5) * step, 1e-12))
    components = [LogNormal(c.weight, c.mu, max(c.sd, 1e-4)) for c in gap_components(behaviour)]
    gap = np.diff(mixture_cdf(components, edges))
    mu, sd = log_normal(behaviour.holding_mean, behaviour.holding_cv)
    survival = 1 - mixture_cdf([LogNormal(1.0, mu, max(sd, 1e-4))], edges[1:])
    going_on = 1 - 1 / behaviour.messages_per_session
    transform = np.fft.rfft(survival) / (1 - going_on * np.fft.rfft(gap))
    held = np.maximum(np.fft.irfft(transform, _SPAN), 0.0)
    whole = behaviour.messages_per_session * behaviour.holding_mean
    return np.asarray(held * (whole / (held.sum() * step)))


def offered(behaviour: Behaviour, shared: Floats) -> Floats:
    """Return the slots that one user offers in the mean at the middle of each bin of the week.

    *shared* holds the logarithm of the common modulation, a row a week and an entry an hour from
    the warm-up's start. The mean is over the user's own factor; the ceiling is not in it. Before
    the warm-up, its first hour is taken to have gone on.
    """
    weights = binned_week(behaviour)
    starts = behaviour.messages_per_day / behaviour.messages_per_session / 1440.0
    level = np.exp(np.minimum(shared + behaviour.own_scale**2 / 2, 50.0))
    rate = (starts * level[:, :, None] * weights[None]).reshape(len(shared), -1)
    step = BIN_MINUTES / _STEPS
    held = session_response(behaviour) * step
    kernel = np.concatenate([[held[: _STEPS // 2].sum()], _binned(held[_STEPS // 2 :])])
    bins = rate.shape[1]
    size = 1 << (2 * bins - 1).bit_length()
    inside = np.zeros(bins)
    inside[: min(bins, len(kernel))] = kernel[:bins]
    transform = np.fft.rfft(rate, size, axis=1) * np.fft.rfft(inside, size)
    answer = np.fft.irfft(transform, size, axis=1)[:, :bins]
    older = np.maximum(kernel.sum() - np.cumsum(inside), 0.0)
    return np.asarray((answer + rate[:, :1] * older)[:, WARM_HOURS * BINS :])


def _binned(held: Floats) -> Floats:
    whole = len(held) // _STEPS * _STEPS
    return np.asarray(held[:whole].reshape(-1, _STEPS).sum(axis=1))


def mean_rate_factor(behaviour: Behaviour) -> float:
    """Return how many times its first rung a user offers, over all modulation.

    >>> from simcore.presets import load_preset
    >>> mean_rate_factor(load_preset("weekly-max").behaviour)
    1.0
    """
    variance = behaviour.own_scale**2 + behaviour.shared_scale**2
    return exp(variance / 2 - behaviour.offset)
