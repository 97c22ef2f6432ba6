"""How far the clock on the users' wall is ahead of UTC."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from simcore.faults import Fault, ParameterFaults
from simcore.fitting.stamps import Clock, Floats, Times

_HOUR: Final = 3600.0
"""Seconds."""


def zone_shift(times: Times, zone: str | None) -> tuple[Floats, tuple[str, ...]]:
    """Return how far the users' clock is ahead of that of the seconds, and what to say of it."""
    if zone is not None:
        try:
            there = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f'there is no time zone "{zone}"; give one such as Europe/Berlin'
            raise ParameterFaults([Fault("", "--zone", message)]) from None
        if times.clock in {Clock.ZONED, Clock.EPOCH}:
            return _shift(times.seconds, there), (f"times of day are those of {zone}",)
        if times.clock is Clock.NAIVE:
            return np.zeros(len(times.seconds)), (f"the times are taken as those of {zone}",)
        message = "the times count from a start without a date; say when with --start"
        raise ParameterFaults([Fault("", "--zone", message)])
    if times.clock is Clock.EPOCH or (times.clock is Clock.ZONED and not times.shift.any()):
        note = "times of day are those of UTC; give --zone if the users live elsewhere"
        return np.zeros(len(times.seconds)), (note,)
    if times.clock is Clock.NAIVE:
        note = "the times have no zone; they are taken as the users' own clock"
        return np.zeros(len(times.seconds)), (note,)
    return times.shift, ()


def _shift(seconds: Floats, zone: ZoneInfo) -> Floats:
    """Return by hour how far the clock of *zone* is ahead of UTC."""
    hours, which = np.unique(np.floor(np.nan_to_num(seconds) / _HOUR), return_inverse=True)
    ahead = [
        datetime.fromtimestamp(float(hour) * _HOUR, UTC).astimezone(zone).utcoffset()
        for hour in hours
    ]
    return np.array([one.total_seconds() if one else 0.0 for one in ahead])[which]
