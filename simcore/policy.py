"""What policies make of demand: rate limits, scheduled availability, and the slots of users."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, sqrt
from typing import Final

import numpy as np

from simcore.access import Policy
from simcore.behaviour import Behaviour, Rung
from simcore.capacity import needs
from simcore.concurrency import Plan, simulate
from simcore.kernel import Floats
from simcore.ladder import Run
from simcore.preset import Measure, Service
from simcore.profile import day_weight

HOURS_A_DAY: Final = 24.0
DAYS_A_WEEK: Final = 7.0
_POINTS_AN_HOUR: Final = 12
_GRID_POINTS: Final = 4
"""Numbers of users at which the need is simulated; between them it is read on log scales."""

_GRID_BEGINS: Final = 8

_LEAST_LEVEL: Final = 0.5
_ALMOST: Final = 1e-9
_THINNING_BATCHES: Final = 16
_THINNING_WEEKS: Final = 16
_THINNING_USERS: Final = 20


def slots_at_limit(requests_per_minute: float, holding_mean: float) -> float:
    """Return the slots of a user who always sends at the limit, by Little's law.

    >>> round(slots_at_limit(5, 0.606), 2)
    3.03
    """
    return requests_per_minute * holding_mean


def users_to_fill(requests_per_minute: float, holding_mean: float, slots: int) -> float:
    """Return how many users who always send at the limit fill *slots*.

    >>> round(users_to_fill(5, 0.606, 20), 1)
    6.6
    """
    return slots / slots_at_limit(requests_per_minute, holding_mean)


def limited_behaviour(behaviour: Behaviour, requests_per_minute: float) -> Behaviour:
    """Return *behaviour* under a rate limit, which enters as a ceiling on slots in flight.

    The ceiling is the limit times the mean holding time, rounded down and at least 1: a user who
    always has a request ready sends ceiling/holding a minute, which keeps to the limit as long as
    that is 1 or more. A message beyond the ceiling is not sent: the limit thins demand where it
    is densest and leaves the rest. A lower ceiling of the behaviour's own stays.

    >>> from simcore.presets import load_preset
    >>> limited_behaviour(load_preset("weekly-max").behaviour, 5).ceiling  # 5 x 0.606 = 3.03
    3
    """
    held = slots_at_limit(requests_per_minute, behaviour.holding_mean)
    ceiling = max(1, min(floor(held + _ALMOST), 64))
    if behaviour.ceiling:
        ceiling = min(ceiling, behaviour.ceiling)
    return replace(behaviour, ceiling=ceiling)


def refused_share(behaviour: Behaviour, run: Run) -> tuple[float, float]:
    """Return the share of messages beyond the ceiling, with its standard error.

    For a user of single messages at a level rate it is Erlang's B of the slots offered.
    """
    plan = Plan((_THINNING_USERS,), _THINNING_BATCHES, _THINNING_WEEKS)
    messages = simulate(behaviour, plan, run.seed, jobs=run.jobs).messages
    shares = messages[:, 1] / np.maximum(messages.sum(axis=1), 1)
    return float(shares.mean()), float(shares.std(ddof=1) / sqrt(len(shares)))


def open_share(behaviour: Behaviour, policy: Policy) -> float:
    """Return the share of a day's demand that falls into the open hours."""
    points = round(HOURS_A_DAY) * _POINTS_AN_HOUR
    hours = (np.arange(points) + 0.5) / _POINTS_AN_HOUR
    weight = day_weight(behaviour, hours)
    since = (hours - policy.opens_at) % HOURS_A_DAY
    return float(weight[since < policy.open_hours].sum() / weight.sum())


@dataclass(frozen=True, slots=True)
class Crowding:
    """What scheduled availability does: demand *times* as dense, a share *lost*.

    *level* is the share of open time that makes the preset's share of all time, when what is
    closed counts as fine; for a weekly maximum it is the level itself.
    """

    times: float
    lost: float
    level: float


def crowding(behaviour: Behaviour, policy: Policy, service: Service) -> Crowding:
    """Return what the open hours of *policy* do to the demand and the level.

    Demand in the open hours keeps its shape and grows by what moves in. The measure goes on being
    about all time, so that the same people meet shortages as often as before.
    """
    inside = open_share(behaviour, policy)
    times = 1 + policy.moved * (1 - inside) / inside
    level = service.level
    if service.measure is Measure.TIME_SHARE:
        level = max(_LEAST_LEVEL, 1 - (1 - level) * HOURS_A_DAY / policy.open_hours)
    return Crowding(times, (1 - policy.moved) * (1 - inside), level)


@dataclass(frozen=True, slots=True)
class Curve:
    """The slots needed by any number of users: *slots* at *users*, straight on log scales between.

    Below the fewest the need is theirs; without users there is none.
    """

    users: Floats
    slots: Floats

    def at(self, users: float) -> float:
        """Return the slots that so many *users* need, between whole numbers."""
        if users <= 0:
            return 0.0
        logs = np.interp(np.log(users), np.log(self.users), np.log(self.slots))
        return float(np.exp(logs))

    def pods(self, users: float, slots_per_pod: int) -> int:
        """Return the pods that so many *users* need."""
        return ceil(self.at(users) / slots_per_pod - _ALMOST)


def need_curves(
    behaviour: Behaviour,
    rung: Rung,
    measure: Measure,
    most_users: float,
    levels: Sequence[float],
    run: Run,
) -> list[Curve]:
    """Return for each of *levels* the slots that up to *most_users* need, by simulation."""
    top = max(ceil(most_users), 2)
    low = min(_GRID_BEGINS, top / 2)
    grid = sorted({round(users) for users in np.geomspace(low, top, _GRID_POINTS)})
    found = needs(behaviour, rung, measure, grid, levels, run)
    slots = np.array([need.slots for need in found]).reshape(len(grid), len(levels))
    # Monte Carlo may put two close sizes the wrong way round; a need below a slot is a slot.
    slots = np.maximum(np.maximum.accumulate(slots, axis=0), 1.0)
    return [Curve(np.array(grid, float), slots[:, at]) for at in range(len(levels))]
