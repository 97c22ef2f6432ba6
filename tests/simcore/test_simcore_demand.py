"""Arrivals: the generations behind the counts, one by one."""

import numpy as np
import pytest
from plain import behaving

from simcore.behaviour import Behaviour, Rung
from simcore.concurrency import Plan, simulate
from simcore.demand import Arrivals, arrivals
from simcore.presets import SHIPPED, load_preset

SEED = np.random.SeedSequence(17)
MINUTES = 7 * 24 * 60


def slots_in_use(week: Arrivals, cells_per_minute: int) -> np.ndarray:
    """Slots in use at the end of each cell: those started in it or before, less those ended."""
    cells = MINUTES * cells_per_minute
    first = np.floor(np.maximum(week.start, 0) * cells_per_minute).astype(int)
    last = np.floor((week.start + week.hold) * cells_per_minute).astype(int)
    changes = np.zeros(cells + 1, int)
    np.add.at(changes, np.minimum(first, cells), 1)
    np.add.at(changes, np.minimum(last, cells), -1)
    return np.cumsum(changes[:cells])


def agree(behaviour: Behaviour, users: int) -> None:
    sample = simulate(behaviour, Plan((users,), 1, 3, 2.0, top=300), SEED)
    weeks = arrivals(behaviour, users, 3, SEED)
    levels = [slots_in_use(week, 2) for week in weeks]
    assert [level.max() for level in levels] == sample.peaks[0, :, 0].tolist()
    counts = np.bincount(np.concatenate(levels), minlength=301)
    assert counts.tolist() == sample.counts[0, 0].tolist()
    started = sum(int((week.start >= 0).sum()) for week in weeks)
    assert started == sample.messages[0, 0]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("rung", Rung)
def test_arrivals_are_what_is_counted(name: str, rung: Rung) -> None:
    """Counted one by one, the arrivals of a seed give the counts and peaks of the simulation."""
    agree(load_preset(name).behaviour.at(rung), users=20)


def test_arrivals_without_a_ceiling() -> None:
    """Overlapping sessions of users without a ceiling are all there."""
    agree(behaving(messages_per_session=40.0, messages_per_day=400.0, sigma=1.0), users=8)


def test_arrivals_ascend_and_reach_into_the_week() -> None:
    """Starts ascend within the week, and every generation holds a slot at some time in it."""
    for week in arrivals(load_preset("time-share").behaviour, 25, 2, SEED):
        assert np.all(np.diff(week.start) >= 0)
        assert np.all(week.start <= MINUTES)
        assert np.all(week.start + week.hold > 0)
        assert np.all(week.hold > 0)


def test_long_generations_run_in_from_before() -> None:
    """With holding times of 15 minutes some generations began before the week."""
    behaviour = behaving(holding_mean=15.0, messages_per_day=1440.0)
    week = arrivals(behaviour, 20, 1, SEED)[0]
    # 20 users hold 15 slots each: about 300 run at any time.
    assert 200 < (week.start < 0).sum() < 400


def test_jobs_change_no_arrival() -> None:
    """Threads change nothing; another seed does."""
    chat = load_preset("time-share").behaviour
    one, two = arrivals(chat, 10, 4, SEED), arrivals(chat, 10, 4, SEED, jobs=3)
    assert all(np.array_equal(a.start, b.start) for a, b in zip(one, two, strict=True))
    other = arrivals(chat, 10, 4, np.random.SeedSequence(18))
    assert not np.array_equal(one[0].start, other[0].start)
