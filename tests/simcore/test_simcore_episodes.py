"""Episodes of overload: by hand, and against the theory of level crossings and busy periods."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import behaving, errors_from
from scipy import stats

from simcore.demand import Arrivals
from simcore.episodes import bridged, episodes, spells_above
from simcore.estimates import Estimate, mean_of, ratio_of
from simcore.kernel import Floats
from simcore.operation import Policy, Station, operated, span_of
from simcore.performance import shortages
from simcore.scaling import perfect, static
from simcore.theory import erlang_c

SIGMAS = 4.0
"""Tolerance in standard errors."""

OFFERED, HORIZON = 16.0, 4000.0


def stationary(rng: np.random.Generator) -> Arrivals:
    """Poisson arrivals with exponential holds of mean 1, 40 minutes before the window on."""
    size = rng.poisson(OFFERED * (HORIZON + 40))
    return Arrivals(np.sort(rng.random(size)) * (HORIZON + 40) - 40, rng.exponential(1.0, size))


def test_the_need_crosses_a_level_as_often_as_theory_says() -> None:
    """M/M/infinity passes c at the rate a P(c), and is above it for P(more than c) of the time."""
    station = Station(Policy("need", perfect(20)), HORIZON)
    numbers, minutes = [], []
    for seed in np.random.SeedSequence(12).spawn(24):
        week = station.run(stationary(np.random.default_rng(seed)), seed)
        spells = week.ready_above(1, HORIZON)
        numbers.append(len(spells) / HORIZON)
        minutes.append(np.diff(spells, axis=1).sum() / HORIZON)
    assert errors_from(np.array(numbers), OFFERED * stats.poisson.pmf(20, OFFERED)) < SIGMAS
    assert errors_from(np.array(minutes), stats.poisson.sf(20, OFFERED)) < SIGMAS


def test_overloads_are_busy_periods() -> None:
    """A static pod's overloads are busy periods of M/M/1 at c: their mean is 1/(c - a).

    A fresh arrival that finds all slots taken and no queue begins one; c - a is 4.
    """
    station = Station(Policy("one", static(1, 20)), HORIZON)
    weeks = [
        station.run(stationary(np.random.default_rng(seed)), seed).spells
        for seed in np.random.SeedSequence(13).spawn(24)
    ]
    lengths = np.array([np.diff(spells, axis=1).mean() for spells in weeks])
    assert errors_from(lengths, 1 / (20 - OFFERED)) < SIGMAS
    found = episodes([[spells] for spells in weeks])
    theory = erlang_c(OFFERED, 20) * OFFERED / 20 * HORIZON
    assert abs(found.minutes.value - theory) < SIGMAS * found.minutes.error


def test_episodes_by_hand() -> None:
    """Two weeks: spells of 4, 5 and 40 minutes, and none."""
    weeks = [[np.array([[0.0, 4.0], [10.0, 15.0], [16.0, 56.0]])], [np.empty((0, 2))]]
    found = episodes(weeks)
    # The batches' means are 2 and 0: the error of their mean is sqrt(2)/sqrt(2) = 1.
    assert found.short == Estimate(1.0, 1.0)
    assert found.long == Estimate(0.5, 0.5)
    assert found.minutes == Estimate(24.5, 24.5)
    assert found.short_length.value == 22.5
    assert found.long_length.value == 40.0
    assert found.longest.value == 20.0
    # With dips of up to 1 minute bridged, 10 to 56 is one episode.
    joined = episodes(weeks, gap=1.0)
    assert joined.short.value == 0.5
    assert joined.long_length.value == 46.0
    # From 4 to 10 there are 6 minutes: a gap of 6 joins all three, one of 5.9 does not.
    assert [len(bridged(weeks[0][0], gap)) for gap in (0.9, 5.9, 6.0)] == [3, 2, 1]


def test_no_episode_has_no_length() -> None:
    """Without any episode the lengths are unknown, and the numbers are 0."""
    found = episodes([[np.empty((0, 2))], [np.empty((0, 2))]])
    assert found.short == Estimate(0.0, 0.0)
    assert np.isnan(found.short_length.value)


SPELLS = st.lists(st.floats(0.01, 50), max_size=30).map(
    lambda steps: np.cumsum(steps[: len(steps) // 2 * 2]).reshape(-1, 2)
)


@given(SPELLS, st.floats(0, 60), st.floats(0, 60))
def test_bridging_only_joins(spells: Floats, gap: float, wider: float) -> None:
    """A gap joins spells and fills dips: fewer, no shorter, the same ends, and once is enough."""
    joined = bridged(spells, gap)
    assert len(bridged(spells, gap + wider)) <= len(joined) <= len(spells)
    assert len(bridged(spells, inf)) == min(len(spells), 1)
    assert np.diff(joined, axis=1).sum() >= np.diff(spells, axis=1).sum() - 1e-9
    assert np.array_equal(bridged(joined, gap), joined)
    if len(spells):
        assert (joined[0, 0], joined[-1, 1]) == (spells[0, 0], spells[-1, 1])


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(0, 4))
def test_spells_are_where_the_path_is_above(levels: list[int], capacity: int) -> None:
    """The minutes of the spells are those of the path's steps above the capacity."""
    changes = np.arange(len(levels), dtype=float)
    found = spells_above(changes, np.array(levels, float), capacity, float(len(levels)))
    assert np.diff(found, axis=1).sum() == sum(level > capacity for level in levels)
    assert np.all(found[1:, 0] > found[:-1, 1])


def test_errors_are_those_of_batches() -> None:
    """The error of a ratio is that of its residuals over batches."""
    above, below = np.array([[2.0], [6.0]]), np.array([[2.0], [2.0]])
    # Ratio 8/4 = 2; residuals -2 and 2, sd 2.828, over sqrt(2) and the mean of 2: 1.
    assert ratio_of(above, below) == pytest.approx((2.0, 1.0))
    assert mean_of(above) == pytest.approx((4.0, 2.0))
    assert np.isnan(ratio_of(above, np.zeros((2, 1))).value)
    assert np.isnan(mean_of(above[:1]).error)


def test_shortages_are_the_need_above_the_pods() -> None:
    """More pods are short less often, and none where they are as many as the peak."""
    behaviour = behaving(messages_per_day=600.0)
    span = span_of(behaviour, 20, weeks=4, seed=np.random.SeedSequence(3))
    (need,) = operated(behaviour, 20, [Policy("need", perfect(4))], span)
    minutes = [shortages(need, pods).minutes.value for pods in range(1, 9)]
    assert minutes == sorted(minutes, reverse=True)
    assert shortages(need, int(need.counted("most").max())).minutes.value == 0
    # 20 users hold 20 x 600 x 1/1440 = 8.33 slots in the mean: Poisson above 4.
    expected = stats.poisson.sf(4, 20 * 600 / 1440) * 10080
    assert minutes[0] == pytest.approx(expected, rel=0.01)
