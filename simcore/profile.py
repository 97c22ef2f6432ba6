"""The expected course of a week: time of day over time zones, and weekdays."""

from typing import Final

import numpy as np

from simcore.behaviour import Behaviour
from simcore.kernel import WARM_HOURS, Floats

BINS: Final = 12
"""Bins of five minutes in an hour, within which the rate is level."""

HOURS_A_WEEK: Final = 168
_FINE: Final = 8
"""Points a bin for its average."""


def day_weight(behaviour: Behaviour, hour: Floats) -> Floats:
    """Return the weight of each time of day in *hour*; its mean over a day is 1.

    The von Mises density is exp(kappa cos(x)) / (2 pi I0(kappa)), so that its mean over the circle
    times 2 pi is 1.
    """
    bump = np.zeros_like(hour)
    for offset, weight in zip(behaviour.zone_offsets, behaviour.zone_weights, strict=True):
        angle = (hour - behaviour.peak_hour - offset) * (2 * np.pi / 24)
        # Scaled by exp(-kappa) above and below, or a large kappa would overflow.
        scale = np.i0(behaviour.kappa) * np.exp(-behaviour.kappa)
        bump += weight * np.exp(behaviour.kappa * (np.cos(angle) - 1)) / scale
    return behaviour.night_floor + (1 - behaviour.night_floor) * bump


def binned_week(behaviour: Behaviour) -> Floats:
    """Return the mean weight of each bin of the warm-up and the week, a row an hour.

    The warm-up's hours are the last of a Sunday; the week starts on Monday at midnight.
    """
    points = (np.arange(24 * BINS * _FINE) + 0.5) / (BINS * _FINE)
    day = day_weight(behaviour, points).reshape(24, BINS, _FINE).mean(axis=2)
    factors = np.array(behaviour.weekdays) / np.mean(behaviour.weekdays)
    week = (factors[:, None, None] * day).reshape(HOURS_A_WEEK, BINS)
    return np.concatenate([week[-WARM_HOURS:], week])


def cumulative(weights: Floats) -> Floats:
    """Return, for each hour, the minutes at weight 1 before each of its bins and at its end."""
    steps = weights * (60.0 / weights.shape[1])
    return np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)
