"""The exact engine: its random words, its seeds, and any parameters within their limits."""

from math import exp
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from plain import behaving

from simcore.activity import habits_of, window_hours
from simcore.behaviour import Behaviour, Mode, Norm, Rung
from simcore.concurrency import Plan, Sample, ascending, simulate, words_of
from simcore.kernel import (
    BLOCK,
    WINDOWS,
    Record,
    expected_starts,
    highest,
    next_word,
    power,
    set_up,
    settle,
    uniform,
    user_week,
)
from simcore.limits import Limits, limits_table
from simcore.profile import HOURS_A_WEEK

CHAT = behaving(messages_per_session=25.0, ceiling=4, sigma=1.0, correlation=0.2, night_floor=0.02)
SEED = np.random.SeedSequence(99)


def same(a: Sample, b: Sample) -> bool:
    pairs = ((a.counts, b.counts), (a.peaks, b.peaks), (a.messages, b.messages))
    return all(np.array_equal(x, y) for x, y in pairs)


def test_words_are_those_of_numpy() -> None:
    """The kernel's generator gives the words of numpy's SFC64, bit for bit."""
    theirs = np.random.SFC64(123)
    state = np.array(theirs.state["state"]["state"], np.uint64)
    ours = [int(next_word(state)) for _ in range(1000)]
    assert ours == [int(word) for word in theirs.random_raw(1000)]


def test_uniforms_are_never_zero() -> None:
    """A uniform number has a finite logarithm."""
    assert 0 < uniform(np.zeros(4, np.uint64)) <= 1


@given(st.floats(-50, 50))
def test_powers_are_within_their_bound(logarithm: float) -> None:
    """Powers from the tables are within 3e-9 of the exponential."""
    assert power(logarithm) == pytest.approx(exp(logarithm), rel=3e-9)


@given(st.integers(0, 3 * BLOCK), st.integers(0, 2**32))
def test_peaks_by_blocks_are_peaks(cells: int, seed: int) -> None:
    """The highest level is that of every cell in turn, and 0 where all are below."""
    grid = np.random.default_rng(seed).integers(-2, 3, cells).astype(np.int32)
    assert highest(grid) == max([0, *np.cumsum(grid).tolist()])


@given(st.lists(st.tuples(st.integers(0, WINDOWS - 1), st.integers(0, 2**61)), max_size=200))
def test_the_tournament_finds_the_first(moves: list[tuple[int, int]]) -> None:
    """Whatever is put where, the top of the tournament is the least of all."""
    tree = set_up(1, 0).tree
    tree[:] = 1 << 62
    for window, key in moves:
        settle(tree, window, key)
        assert tree[1] == tree[WINDOWS:].min()


def test_jobs_change_nothing() -> None:
    """The sample is the same, number by number, whatever the threads."""
    plan = Plan((5, 20), batches=6, weeks=4, top=30)
    one = simulate(CHAT, plan, SEED, jobs=1)
    assert same(one, simulate(CHAT, plan, SEED, jobs=3))
    assert not same(one, simulate(CHAT, plan, np.random.SeedSequence(98), jobs=1))


def test_a_sample_can_be_continued() -> None:
    """Batches simulated later are those that a larger sample would have had."""
    whole = simulate(CHAT, Plan((10,), batches=5, weeks=3, top=30), SEED)
    rest = simulate(CHAT, Plan((10,), batches=2, weeks=3, top=30, first=3), SEED)
    assert np.array_equal(whole.counts[3:], rest.counts)


def test_users_are_nested() -> None:
    """The same users come first, so more users never use fewer slots at any quantile."""
    alone = simulate(CHAT, Plan((7,), batches=2, weeks=4, top=60), SEED)
    among = simulate(CHAT, Plan((7, 30), batches=2, weeks=4, top=60), SEED)
    assert np.array_equal(alone.counts[:, 0], among.counts[:, 0])
    assert np.all(among.peaks[..., 1] >= among.peaks[..., 0])
    assert np.all(among.time_within(9)[:, 1] <= among.time_within(9)[:, 0])


def test_ceiling_holds() -> None:
    """A user never holds more slots than the ceiling, however strong the modulation."""
    wild = behaving(messages_per_session=25.0, ceiling=3, sigma=2.0, messages_per_day=500.0)
    sample = simulate(wild, Plan((1, 4), batches=2, weeks=8, cells_per_minute=10.0), SEED)
    assert sample.peaks[..., 0].max() == 3
    assert sample.peaks[..., 1].max() <= 12
    assert np.all(sample.messages[:, 1] > 0)


def test_close_looks_see_little_more() -> None:
    """Peaks looked for every 6 s are within 4 % of peaks looked for every 1 s."""
    fine = simulate(CHAT, Plan((40,), batches=2, weeks=20, cells_per_minute=60.0), SEED)
    used = simulate(CHAT, Plan((40,), batches=2, weeks=20, cells_per_minute=10.0), SEED)
    assert np.all(used.peaks <= fine.peaks)
    assert used.peaks.mean() > 0.96 * fine.peaks.mean()


def numbers(limits: Limits) -> st.SearchStrategy[float]:
    if limits.whole:
        return st.integers(int(limits.low), int(limits.high))
    return st.floats(limits.low, limits.high)


@st.composite
def behaviours(draw: st.DrawFn) -> Behaviour:
    """Any behaviour within its hard limits."""
    values: dict[str, Any] = {}
    for name, limits in limits_table(Behaviour).items():
        values[name] = draw(numbers(limits))
    zones = draw(st.integers(1, 3))
    values["zone_offsets"] = tuple(draw(st.floats(-12, 12)) for _ in range(zones))
    values["zone_weights"] = (1 / zones,) * zones
    values["weekdays"] = tuple(draw(st.floats(0.01, 10)) for _ in range(7))
    mode = draw(st.sampled_from(Mode))
    values["shared_sigma" if mode is Mode.MIX else "correlation"] = 0.0
    return Behaviour(**values, mode=mode, norm=draw(st.sampled_from(Norm)))


@settings(max_examples=40)
@given(behaviours(), st.integers(0, 2**32))
def test_no_parameters_break_the_engine(behaviour: Behaviour, seed: int) -> None:
    """Within the limits, every count is a count, time adds up, and every run ends."""
    plan = Plan((1, 2), batches=1, weeks=1, cells_per_minute=0.5, top=50)
    for rung in Rung:
        sample = simulate(behaviour.at(rung), plan, np.random.SeedSequence(seed))
        assert np.all(sample.counts >= 0)
        assert np.all(sample.counts.sum(axis=2) == 5040)
        assert np.all(sample.peaks >= 0)
        assert np.all(sample.messages >= 0)
        if behaviour.ceiling:
            assert np.all(sample.peaks[..., 0] <= behaviour.ceiling)


def a_few_users(behaviour: Behaviour, seed: int, room: int) -> list[NDArray[Any]]:
    """The words left over, the grid and the messages of users with room for records, or without."""
    habits, hours = habits_of(behaviour), window_hours()
    words, messages = words_of(np.random.SeedSequence(seed)), np.zeros(2, np.int64)
    grid = np.zeros(HOURS_A_WEEK * 60, np.int32)
    record = Record(np.zeros(room), np.zeros(room), np.zeros(1, np.int64))
    desk, shared = set_up(hours, habits.ceiling), np.full(hours, -behaviour.offset)
    expected_starts(words, habits, shared, desk.until)
    for _ in range(3):
        user_week(words, habits, shared, desk, grid, 1.0, record, messages)
    return [words, grid, messages]


@settings(max_examples=60)
@given(st.one_of(behaviours(), st.just(CHAT)), st.integers(0, 2**32))
def test_shortcuts_send_what_the_tournament_sends(behaviour: Behaviour, seed: int) -> None:
    """One or two open sessions need none; where every message is recorded, all go through it."""
    for rung in Rung:
        short, long = (a_few_users(behaviour.at(rung), seed, room) for room in (0, 1))
        assert all(np.array_equal(x, y) for x, y in zip(short, long, strict=True))


def test_levels_beyond_the_top_are_refused() -> None:
    """Time within slots that were not counted one by one is an error, not a guess."""
    sample = simulate(CHAT, Plan((3,), batches=1, weeks=1, top=5), SEED)
    with pytest.raises(ValueError, match="not counted"):
        sample.time_within(5)


@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=20))
def test_user_numbers_ascend(numbers: list[float]) -> None:
    """Any list of numbers becomes whole users, ascending, each once."""
    users = ascending(numbers)
    assert list(users) == sorted(set(users))
    assert users[0] >= 1
