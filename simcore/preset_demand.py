"""The demand of a preset's users as paths to buy for, with the law of its messages alone."""

from typing import Final

import numpy as np

from simcore.behaviour import Behaviour, log_normal
from simcore.buying import HOLDS, Demand, demand_of, independent_demand
from simcore.concurrency import Progress, unspent
from simcore.demand import arrivals
from simcore.offered import mean_rate_factor
from simcore.overload import Poisson
from simcore.path import Path, of_arrivals
from simcore.profile import HOURS_A_WEEK
from simcore.replay import Replay, memory_of, service_holds

_SECONDS: Final = 60.0
"""Seconds in a minute, the preset's unit of time."""


def preset_demand(
    behaviour: Behaviour,
    users: int,
    weeks: int,
    seed: np.random.SeedSequence,
    *,
    independent: bool = False,
    progress: Progress | None = None,
) -> Demand:
    """Return the slots that *users* hold in *weeks*, each simulated with a seed of its own.

    With *independent*, as many messages of the same holding times come independently of each
    other, for which the Poisson law is exact. Without, it stands beside the laws fitted to the
    moments, and its distance from the replay is what sessions, hours and modulation do.
    """
    hold = log_normal(behaviour.holding_mean * _SECONDS, behaviour.holding_cv)
    per_hour = users * behaviour.messages_per_day * mean_rate_factor(behaviour) / 24
    seeds = unspent(seed).spawn(weeks)
    if independent:
        return independent_demand(per_hour, hold, HOURS_A_WEEK, seeds)
    paths = []
    for done, one in enumerate(seeds, start=1):
        paths.append(_week(behaviour, users, one))
        if progress:
            progress(done, weeks)
    law = Poisson(per_hour / 3600, service_holds(*hold, HOLDS))
    memory = float(np.mean([memory_of(path) for path in paths]))
    return demand_of(Replay(tuple(paths), weeks, unit_arrivals=True, memory=memory), law)


def _week(behaviour: Behaviour, users: int, seed: np.random.SeedSequence) -> Path:
    (week,) = arrivals(behaviour, users, 1, seed)
    return of_arrivals(
        week.start * _SECONDS, week.hold * _SECONDS, 0.0, HOURS_A_WEEK * 60 * _SECONDS
    )
