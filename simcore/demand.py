"""Demand as it arrives: when each generation of N users starts and how long it holds a slot."""

from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from simcore.activity import habits_of
from simcore.behaviour import Behaviour
from simcore.concurrency import modulation, unspent, words_of
from simcore.kernel import Floats, Habits, Record, recorded_week

_DAYS: Final = 7
_SPARE: Final = 4.0
"""Standard deviations of room beyond the mean, for weeks without modulation."""


class Arrivals(NamedTuple):
    """The generations of one week, in minutes from its start, ascending by *start*.

    Those that began before the week and still run are among them, with a negative start; those
    refused at a user's ceiling are not. *hold* is how long each holds its slot.
    """

    start: Floats
    hold: Floats


def arrivals(
    behaviour: Behaviour, users: int, weeks: int, seed: np.random.SeedSequence, *, jobs: int = 1
) -> list[Arrivals]:
    """Return what *users* send in each of *weeks* independent weeks.

    These are the generations that `simulate` counts with the same seed and a plan of one batch of
    *weeks*; so they are the same for any number of *jobs* (threads). Give `behaviour.at(rung)` for
    a rung below the last.

    >>> from simcore.presets import load_preset
    >>> chat = load_preset("weekly-max").behaviour
    >>> week = arrivals(chat, users=5, weeks=1, seed=np.random.SeedSequence(1))[0]
    >>> bool((week.start + week.hold > 0).all() and (np.diff(week.start) >= 0).all())
    True
    """
    habits = habits_of(behaviour)
    # The seeds of the first batch of a simulation.
    shared_seed, *week_seeds = unspent(unspent(seed).spawn(1)[0]).spawn(1 + weeks)
    shared = modulation(behaviour, habits, weeks, shared_seed)
    mean = users * behaviour.messages_per_day * _DAYS
    room = int(mean + _SPARE * sqrt(mean * behaviour.messages_per_session)) + users
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        return list(pool.map(lambda s, w: _week(habits, s, users, w, room), shared, week_seeds))


def _week(
    habits: Habits, shared: Floats, users: int, seed: np.random.SeedSequence, room: int
) -> Arrivals:
    """Return one week, simulated again with more room if there were more generations than that."""
    record = Record(np.empty(room), np.empty(room), np.zeros(1, np.int64))
    recorded_week(words_of(seed), habits, shared, users, record)
    size = int(record.size[0])
    if size > room:
        return _week(habits, shared, users, seed, size)
    order = np.argsort(record.starts[:size], kind="stable")
    return Arrivals(record.starts[order], record.holds[order])
