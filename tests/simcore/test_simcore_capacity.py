"""Slots for N users: against Poisson, and the two engines against each other."""

import json

import numpy as np
import pytest
from plain import behaving
from scipy import stats

from simcore.activity import window_hours
from simcore.aggregate import (
    chance_above,
    fresh_loads,
    learn,
    pooled,
    slots_at,
    time_within,
    weeks_within,
)
from simcore.behaviour import Rung
from simcore.capacity import exact_needs, needs, smooth_quantiles
from simcore.cli import main
from simcore.concurrency import Plan, simulate
from simcore.ladder import Effort, Run
from simcore.offered import offered, session_response
from simcore.preset import Measure
from simcore.presets import SHIPPED, load_preset

SEED = np.random.SeedSequence(31)


@pytest.mark.parametrize("messages", [1.0, 25.0])
def test_session_response_is_the_slot_minutes(messages: float) -> None:
    """A session holds its messages times the mean holding time, and one slot at its start."""
    held = session_response(behaving(messages_per_session=messages, holding_mean=3.0))
    assert held.sum() * 0.5 == pytest.approx(messages * 3.0)
    assert held[0] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("name", SHIPPED)
def test_offered_is_the_mean_without_a_ceiling(name: str) -> None:
    """Over a week without modulation, what is offered is messages a day times holding time."""
    there = load_preset(name).behaviour.at(Rung.TIME_OF_DAY)
    load = offered(there, np.zeros((1, window_hours())))
    assert load.mean() == pytest.approx(there.slots_per_user, rel=2e-3)


def test_offered_is_what_the_engine_carries() -> None:
    """Hour by hour of the day, the convolution is the mean of the exact engine."""
    behaviour = behaving(messages_per_session=25.0, night_floor=0.02, kappa=6.0)
    sample = simulate(behaviour, Plan((60,), 12, 8, 1.0, top=300), SEED)
    levels = np.arange(301)
    second = (sample.counts[:, 0] @ levels**2).sum() / sample.counts.sum()
    load = 60 * offered(behaviour, np.zeros((1, window_hours())))
    mean = (sample.counts[:, 0] @ levels).sum() / sample.counts.sum()
    assert load.mean() == pytest.approx(mean, rel=0.02)
    # The variance over a day is the course's own, plus each moment's, which is at least Poisson.
    assert second - mean**2 > load.var() + mean
    assert second - mean**2 < load.var() + 2 * mean


def test_poisson_need() -> None:
    """Independent single messages need the Poisson quantile, by both engines."""
    light = behaving(messages_per_day=14.4)  # 0.01 slots a user
    within = time_within(learn(light, SEED).whole, fresh_loads(light, SEED, range(1), 1))
    for users in (2000, 50_000):
        for level in (0.9, 0.99):
            found = slots_at(within, users, level, 2.0 * users)
            assert found == pytest.approx(stats.poisson.ppf(level, users * 0.01), rel=0.03)
    run = Run(SEED, Effort(32))
    exact, _ = exact_needs(light, Measure.TIME_SHARE, [300], [0.9], run)[300][0]
    # Poisson of mean 3: P(C <= 4) = 0.8153, P(C <= 5) = 0.9161.
    assert exact == pytest.approx(4 + (0.9 - 0.8153) / (0.9161 - 0.8153), abs=0.05)


def test_gamma_read_through_the_cube_root() -> None:
    """The moments' law is the gamma law where that is what the moments are of."""
    shape = 9.0
    for slots in (4, 9, 14, 20):
        theory = stats.gamma.sf(slots + 0.5, shape)
        assert chance_above(slots, shape, 3.0, 2 / 3) == pytest.approx(theory, abs=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("rung", [Rung.TIME_OF_DAY, Rung.SEASONALITY, Rung.CORRELATION])
def test_the_engines_agree(name: str, rung: Rung) -> None:
    """For 600 users and the same course of the shared factor, both engines say the same."""
    there = load_preset(name).behaviour.at(rung)
    users = 600
    sample = simulate(there, Plan((users,), 4, 16, 10.0, top=2400), SEED)
    learned = learn(there, np.random.SeedSequence(32))
    fresh = fresh_loads(there, SEED, range(4), 16)
    exact = smooth_quantiles(sample.counts.sum(axis=(0, 1)).astype(float), [0.9, 0.95])
    within = time_within(learned.whole, pooled(fresh))
    found = [slots_at(within, users, level, 5.0 * users) for level in (0.9, 0.95)]
    assert found == pytest.approx(exact, rel=0.04)
    peak = slots_at(weeks_within(learned.whole, fresh), users, 0.5, 5.0 * users)
    assert peak == pytest.approx(np.median(sample.peaks), rel=0.05)


def test_needs_grow_with_users_and_level() -> None:
    """More users and higher levels need more slots, across the change of engines."""
    there = load_preset("weekly-max").behaviour
    found = needs(
        there, Rung.TIME_OF_DAY, Measure.WEEKLY_MAX, [25, 75, 400, 10**6], [0.9, 0.95],
        Run(SEED, Effort(32)),
    )  # fmt: skip
    slots = np.array([need.slots for need in found]).reshape(4, 2)
    assert np.all(np.diff(slots, axis=0) > 0)
    assert np.all(np.diff(slots, axis=1) >= 0)
    assert [need.exact for need in found] == [True] * 4 + [False] * 4
    # A million users at the same time of day: their own chance is gone, and each brings the same.
    assert slots[3, 1] / 10**6 < slots[2, 1] / 400


def test_cli_prints_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """--users prints a need for each rung and number of users."""
    words = ["ladder", "--preset", "weekly-max", "--users", "20", "--users", "1000000"]
    assert main([*words, "--json", "--quiet", "--batches", "16"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["measure"] == "weekly maximum"
    assert [need["users"] for need in answer["needs"]] == [20, 1000000] * 4
    assert all(need["slots"] > 0 for need in answer["needs"])
