"""A policy's options for so many users, side by side: slots, pods, pod-hours a week and cost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from types import MappingProxyType
from typing import Final

import numpy as np

from simcore.access import Policy
from simcore.backlog import MINUTES_A_WEEK, queued_slots, slot_paths
from simcore.behaviour import Rung
from simcore.concurrency import unspent
from simcore.kernel import Floats
from simcore.ladder import Run
from simcore.policy import (
    DAYS_A_WEEK,
    HOURS_A_DAY,
    Crowding,
    Curve,
    crowding,
    limited_behaviour,
    need_curves,
    refused_share,
)
from simcore.preset import Preset

AS_IT_IS: Final = "as it is"
RATE_LIMIT: Final = "rate limit"
_MOST_FOLLOWED: Final = 1000
"""The most users whose queue is simulated; beyond, slots grow in proportion."""

_USER_WEEKS: Final = 12_000
_WEEKS: Final = (40, 200)
_ALMOST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Option:
    """One option: the slots and pods it needs, pod-hours a week, and cost beside *as it is*.

    *lost* is the share of messages that are not served: refused, or not moved into open hours.
    """

    name: str
    slots: float
    pods: int
    pod_hours: float
    cost: float
    lost: float


@dataclass(frozen=True, slots=True)
class Needs:
    """What numbers of users need: as it is, under the rate limit, at the lower service level.

    *crowding* says what open hours do, and *refused* which share of messages meets the ceiling.
    """

    as_it_is: Curve
    limited: Curve
    lower: Curve
    crowding: Crowding
    refused: Mapping[str, float]


def needs_of(preset: Preset, rung: Rung, policy: Policy, most_users: float, run: Run) -> Needs:
    """Simulate what up to *most_users* need as it is and under the *policy*.

    The lower level is never above the preset's own.
    """
    service, free = preset.service, preset.behaviour
    limited = limited_behaviour(free, policy.requests_per_minute)
    first, second = (replace(run, seed=seed) for seed in unspent(run.seed).spawn(2))
    crowded = crowding(free.at(rung), policy, service)
    lower = min(policy.lower_level, service.level)
    levels = [service.level, lower]
    most = most_users * crowded.times
    # The same seeds for both behaviours, so that their difference is the limit's.
    as_it_is, less = need_curves(free, rung, service.measure, most, levels, first)
    below = need_curves(limited, rung, service.measure, most, levels[:1], first)[0]
    refused = {
        AS_IT_IS: refused_share(free.at(rung), second)[0],
        RATE_LIMIT: refused_share(limited.at(rung), second)[0],
    }
    return Needs(as_it_is, below, less, crowded, MappingProxyType(refused))


def queued_needs(
    preset: Preset, rung: Rung, policy: Policy, users: float, run: Run
) -> tuple[float, float]:
    """Return the slots with queueing, and with queueing in open hours, for so many *users*.

    In the open hours the demand of the same minutes is as much denser as moves in; what is left at
    closing is done from the next opening on.
    """
    if users <= 0:
        return 0.0, 0.0
    behaviour, service = preset.behaviour.at(rung), preset.service
    followed = max(1, min(round(users), _MOST_FOLLOWED))
    weeks = min(max(_USER_WEEKS // followed, _WEEKS[0]), _WEEKS[1])
    paths = slot_paths(behaviour, followed, weeks, unspent(run.seed))
    crowded = crowding(behaviour, policy, service)
    wait = policy.wait_minutes
    whole = queued_slots(paths, service.measure, service.level, wait)
    denser: Floats = paths[:, open_minutes(policy)] * np.float64(crowded.times)
    open_hours = queued_slots(denser, service.measure, crowded.level, wait)
    return whole * users / followed, open_hours * users / followed


def open_minutes(policy: Policy) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return which minutes of a week are open."""
    hours = (np.arange(MINUTES_A_WEEK) + 0.5) / 60 % HOURS_A_DAY
    return np.asarray((hours - policy.opens_at) % HOURS_A_DAY < policy.open_hours)


def options_at(
    found: Needs, queued: tuple[float, float], policy: Policy, preset: Preset, users: float
) -> list[Option]:
    """Return the options for so many *users*, as it is first.

    A stack of its own is taken to need the same slots, and to cost less by the policy's cut. A
    queue keeps all work and its backlog outlasts the overload, so that by a share of time it may
    need more than *as it is*, which only asks how long demand exceeds the slots.
    """
    slots_per_pod = preset.service.slots
    all_hours = HOURS_A_DAY * DAYS_A_WEEK
    some_hours = policy.open_hours * DAYS_A_WEEK
    own, limited = found.refused[AS_IT_IS], found.refused[RATE_LIMIT]
    closed = 1 - (1 - own) * (1 - found.crowding.lost)
    plain = found.as_it_is.at(users)
    denser = found.as_it_is.at(users * found.crowding.times)
    made = [
        (AS_IT_IS, plain, all_hours, 1.0, own),
        (RATE_LIMIT, found.limited.at(users), all_hours, 1.0, limited),
        ("lower service level", found.lower.at(users), all_hours, 1.0, own),
        ("queueing", queued[0], all_hours, 1.0, own),
        ("open hours", denser, some_hours, 1.0, closed),
        ("queueing in open hours", queued[1], some_hours, 1.0, closed),
        ("separate stack", plain, all_hours, 1 - policy.stack_cut, own),
    ]
    base = ceil(plain / slots_per_pod - _ALMOST) * all_hours
    options = []
    for name, slots, hours, price, lost in made:
        pods = ceil(slots / slots_per_pod - _ALMOST)
        cost = pods * hours * price / base if base else 0.0
        options.append(Option(name, slots, pods, pods * hours, cost, lost))
    return options
