"""The simulation against theory, each law with a tolerance from its standard error."""

from math import exp, log

import numpy as np
import pytest
from plain import behaving, errors_from, moments, sampled, shares, variance_ratio
from scipy import stats

from simcore.activity import gap_components, habits_of, shared_factor, window_hours
from simcore.behaviour import Behaviour
from simcore.concurrency import Sample
from simcore.inverse import exponential_table
from simcore.kernel import (
    TABLE_SIZE,
    WARM_HOURS,
    Counts,
    Observed,
    expected_starts,
    nested_week,
    next_word,
)
from simcore.profile import HOURS_A_WEEK, binned_week
from simcore.queueing import waits
from simcore.theory import course, cox_variance, erlang_b, erlang_c

SIGMAS = 4.0
"""Tolerance in standard errors."""


def paths(behaviour: Behaviour, users: int, weeks: int) -> list[Counts]:
    """The slots in use at the end of each minute of each week."""
    habits = habits_of(behaviour)
    shared = np.full(window_hours(), -behaviour.offset)
    found = []
    for seed in range(weeks):
        words = np.array(np.random.SFC64(seed).state["state"]["state"], np.uint64)
        grid = np.zeros(HOURS_A_WEEK * 60, np.int32)
        observed = Observed(
            np.zeros((1, 0), np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64)
        )
        nested_week(words, habits, shared, np.array([users]), grid, 1.0, observed)
        found.append(np.cumsum(grid, dtype=np.int64))
    return found


def test_single_messages_are_poisson() -> None:
    """M/G/infinity: with one message a session the slots in use are Poisson of mean N p."""
    users, mean = 30, 3.0  # 30 x 144 messages a day x 1 min / 1440
    share = shares(sampled(behaving(), users))
    for level in range(9):
        assert errors_from(share[:, level], stats.poisson.pmf(level, mean)) < SIGMAS


@pytest.mark.parametrize("cv", [0.0, 0.6, 2.0])
def test_poisson_whatever_the_holding_law(cv: float) -> None:
    """M/G/infinity depends on the mean holding time alone."""
    ratio, error = variance_ratio(sampled(behaving(holding_cv=cv), 30))
    assert abs(ratio - 1) < SIGMAS * error


def sessions(gap: float) -> dict[str, float]:
    """Sessions of 12 messages that hold a slot for 1 minute each, *gap* minutes apart."""
    return {
        "messages_per_session": 12.0,
        "holding_cv": 0.0,
        "short_share": 1.0,
        "short_gap": gap,
        "short_log_sd": 0.0,
    }


def chance_of_poisson(sample: Sample, mean: float) -> float:
    """The chance of shares of time this far from Poisson's, by Hotelling's T² over the batches.

    Moments of one week go together, so that their counts are no chi-square; batches are
    independent, and their covariance says how far their mean strays.
    """
    share = shares(sample)
    classes = np.column_stack([share[:, :1], share[:, 1:7]])
    off = classes - stats.poisson.pmf(np.arange(7), mean)
    size, kinds = off.shape
    squared = size * off.mean(axis=0) @ np.linalg.solve(np.cov(off.T), off.mean(axis=0))
    scaled = squared * (size - kinds) / (kinds * (size - 1))
    return float(stats.f.sf(scaled, kinds, size - kinds))


@pytest.mark.parametrize(
    ("behaviour", "is_poisson"),
    [
        (behaving(), True),
        (behaving(**sessions(gap=3.0)), True),
        (behaving(**sessions(gap=0.3)), False),
    ],
)
def test_marginal_law_of_sessions(behaviour: Behaviour, is_poisson: bool) -> None:  # noqa: FBT001
    """Poisson at any time where a session has at most one in flight, and not where they overlap."""
    chance = chance_of_poisson(sampled(behaviour, 30, batches=80, weeks=3), 3.0)
    assert chance > 1e-4 if is_poisson else chance < 1e-12


@pytest.mark.parametrize(("gap", "theory"), [(3.0, 1.0), (0.3, 3.1096)])
def test_variance_of_sessions_is_that_of_their_overlap(gap: float, theory: float) -> None:
    """Variance over mean is 1 + 2 (the expected overlap of pairs) / (the minutes held).

    With geometric sessions of mean m, q = 1 - 1/m, there are m q^k pairs k apart, and at a gap g
    they overlap for 1 - k g of their minute. For g = 0.3: 1 + 2 (11/12 x 0.7 + (11/12)² x 0.4 +
    (11/12)³ x 0.1) = 1 + 2 (0.64167 + 0.33611 + 0.07703) = 3.1096.
    """
    ratio, error = variance_ratio(sampled(behaving(**sessions(gap)), 30))
    assert abs(ratio - theory) < SIGMAS * error
    assert error < 0.05 * theory


def test_little_with_a_ceiling() -> None:
    """Where messages are refused, the mean in use is those sent a minute times the holding time."""
    behaviour = behaving(
        messages_per_session=25.0, ceiling=3, sigma=1.0, messages_per_day=400.0, night_floor=0.1
    )
    sample = sampled(behaviour, 30)
    mean, _ = moments(sample)
    carried = sample.messages[:, 0] * behaviour.holding_mean / (8 * 7 * 1440)
    assert errors_from(mean - carried, 0.0) < SIGMAS
    assert sample.messages[:, 1].sum() > 0.1 * sample.messages.sum()


@pytest.mark.parametrize("messages", [1.0, 25.0])
@pytest.mark.parametrize("night_floor", [1.0, 0.02])
def test_little(messages: float, night_floor: float) -> None:
    """Little's law: mean slots in use are messages a minute times the mean holding time."""
    behaviour = behaving(messages_per_session=messages, night_floor=night_floor)
    mean, _ = moments(sampled(behaviour, 30))
    assert errors_from(mean, 3.0) < SIGMAS


def test_the_window_opens_in_the_steady_state() -> None:
    """The first hour's mean is that of every hour, although sessions last for many hours."""
    behaviour = behaving(messages_per_session=100.0, short_share=0.0, long_gap=8.0)
    first, later = [], []
    for grid in paths(behaviour, users=40, weeks=500):
        first.append(grid[:60].mean())
        later.append(grid[600:6000].mean())
    difference = np.array(first) - np.array(later)
    assert errors_from(difference, 0.0) < SIGMAS
    assert np.mean(later) == pytest.approx(4.0, rel=0.05)  # 40 x 0.1


def test_closed_loop_is_binomial() -> None:
    """Users who hold at most one slot, and start again after idling, are binomial."""
    behaviour = behaving(ceiling=1, messages_per_day=720.0)
    busy = 0.5 / 1.5  # offered 720 x 1/1440 = 0.5 to a single slot
    sample = sampled(behaviour, 20)
    share = shares(sample)
    for level in range(3, 11):
        assert errors_from(share[:, level], stats.binom.pmf(level, 20, busy)) < SIGMAS
    ratio, _ = variance_ratio(sample)
    assert ratio == pytest.approx(1 - busy, rel=0.03)


@pytest.mark.parametrize("cv", [0.0, 0.6, 1.5])
def test_ceiling_loses_by_erlang_b(cv: float) -> None:
    """A user with a ceiling of 20 who offers 16 slots loses 6.441 %, whatever the holding law."""
    behaviour = behaving(ceiling=20, messages_per_day=1920.0, holding_mean=12.0, holding_cv=cv)
    messages = sampled(behaviour, 1).messages
    lost = messages[:, 1] / messages.sum(axis=1)
    assert errors_from(lost, erlang_b(16.0, 20)) < SIGMAS
    assert erlang_b(16.0, 20) == pytest.approx(0.06441, abs=5e-6)


def test_cox_variance() -> None:
    """Lognormal rates with a shared part give N p + p² [N (e^v - 1) + N (N - 1) (e^s - 1)]."""
    sigma, rho, users = 0.5, 0.3, 30
    behaviour = behaving(sigma=sigma, correlation=rho, memory_hours=2.0, messages_per_day=432.0)
    ratio, error = variance_ratio(sampled(behaviour, users, batches=40, weeks=16))
    theory = cox_variance(users, 0.3, sigma**2, rho * sigma**2) / (users * 0.3)
    assert abs(ratio - theory) < SIGMAS * error
    assert ratio == pytest.approx(theory, rel=0.02)


def test_shared_factor_is_autoregressive() -> None:
    """The shared factor has variance 1 and autocorrelation phi^k, strata or no strata."""
    rng = np.random.default_rng(5)
    memory = exp(-1 / 8)
    weight = np.concatenate([np.zeros(WARM_HOURS), binned_week(behaving()).mean(axis=1)[6:]])
    found = shared_factor(rng, 4000, memory, weight)
    for lag in (0, 1, 4, 12, 24):
        products = found[:, : found.shape[1] - lag] * found[:, lag:]
        assert products.mean() == pytest.approx(memory**lag, abs=0.02)
    assert abs((found @ weight).mean()) < 0.02 * (found @ weight).std()


def test_own_factor_is_autoregressive() -> None:
    """A user's own factor in the kernel has the stated scale and autocorrelation phi^k."""
    behaviour = behaving(sigma=0.8, memory_hours=8.0)
    habits = habits_of(behaviour)
    words = np.array(np.random.SFC64(7).state["state"]["state"], np.uint64)
    until = np.zeros(window_hours() + 1)
    rows = []
    for _ in range(4000):
        expected_starts(words, habits, np.zeros(window_hours()), until)
        rows.append(np.log(np.diff(until)) - log(habits.rate * 60))
    found = np.array(rows) / 0.8
    for lag in (0, 1, 4, 12):
        products = found[:, : found.shape[1] - lag] * found[:, lag:]
        assert products.mean() == pytest.approx(habits.memory**lag, abs=0.02)


def test_gaps_have_the_mean_of_the_mixture() -> None:
    """Gaps drawn through the tables have the mean of the two lognormals."""
    habits = habits_of(behaving())
    # 0.667 x 1 x e^(0.6²/2) + 0.333 x 4 x e^(0.8²/2)
    mean = 0.667 * exp(0.18) + 0.333 * 4 * exp(0.32)
    words = np.array(np.random.SFC64(3).state["state"]["state"], np.uint64)
    drawn = np.array([habits.gaps[int(next_word(words)) % TABLE_SIZE] for _ in range(200_000)])
    assert abs(drawn.mean() - mean) < SIGMAS * drawn.std() / np.sqrt(drawn.size)
    assert habits.gaps.mean(dtype=float) == pytest.approx(mean, rel=1e-6)


def test_gaps_follow_the_mixture() -> None:
    """The tables' entries lie between the quantiles of the mixture."""
    cells = np.sort(habits_of(behaving()).gaps.astype(float))
    below = sum(
        c.weight * stats.norm.cdf(np.log(cells), c.mu, c.sd) for c in gap_components(behaving())
    )
    edges = np.arange(TABLE_SIZE) / TABLE_SIZE
    assert np.all(below >= edges - 1e-5)
    assert np.all(below <= edges + 1 / TABLE_SIZE + 1e-5)


@pytest.mark.parametrize(("sources", "is_poisson"), [(1, False), (3, False), (400, True)])
def test_palm_khintchine(sources: int, is_poisson: bool) -> None:  # noqa: FBT001
    """Superposed renewal streams from stationarity turn Poisson as the streams grow in number."""
    habits = habits_of(behaving())
    rng = np.random.default_rng(11)
    mean = float(habits.gaps.mean(dtype=float))
    horizon = 4000.0
    arrivals = []
    for _ in range(sources):
        wait = habits.biased_gaps[rng.integers(TABLE_SIZE)] * rng.random()
        gaps = habits.gaps[rng.integers(TABLE_SIZE, size=int(3 * horizon / sources) + 60)]
        arrivals.append((wait + np.concatenate([[0.0], np.cumsum(gaps)])) / mean * sources)
    merged = np.sort(np.concatenate(arrivals))
    merged = merged[merged < horizon]
    assert abs(merged.size - horizon) < SIGMAS * 1.5 * np.sqrt(horizon)
    chance = stats.kstest(np.diff(merged), "expon").pvalue
    assert bool(chance > 1e-3) is is_poisson


def test_time_of_day_is_the_convolution() -> None:
    """Over the day the slots are Poisson of the rate convolved with the survival of holding."""
    behaviour = behaving(night_floor=0.02, holding_mean=10.0, holding_cv=0.5)
    users, steps = 6, 10  # six-second steps
    habits = habits_of(behaviour)
    rate = np.repeat(binned_week(behaviour)[WARM_HOURS:].ravel(), 5 * steps)
    rate *= users * habits.rate / steps
    ages = np.arange(400 * steps) / steps
    survival = stats.lognorm.sf(ages, np.sqrt(log(1.25)), scale=10 * exp(-log(1.25) / 2))
    # The trapezium's first step counts half.
    survival[0] = 0.5
    theory = course(rate, survival).reshape(7, 1440, steps)[0, :, 0]
    found = np.array(paths(behaviour, users, weeks=1000)).reshape(-1, 1440)
    at = np.arange(30, 1440, 45)
    expected = theory[(at + 1) % 1440]
    seen = found[:, at]
    error = np.sqrt(expected / len(found))
    assert np.all(np.abs(seen.mean(axis=0) - expected) < SIGMAS * error + 1e-9)
    assert np.all(np.abs(np.quantile(seen, 0.99, axis=0) - stats.poisson.ppf(0.99, expected)) <= 1)


@pytest.mark.parametrize("offered", [14.0, 16.0, 18.0])
def test_waiting_is_erlang_c(offered: float) -> None:
    """With exponential holding, the share that waits and the mean wait are Erlang C's."""
    holds = exponential_table(mean=0.606)
    seeds = np.random.SeedSequence(8).spawn(30)
    runs = [waits(offered / 0.606, holds, 20, 100_000, seed) for seed in seeds]
    chance = erlang_c(offered, 20)
    assert errors_from(np.array([run.waited / run.arrivals for run in runs]), chance) < SIGMAS
    # The mean wait is C H / (servers - offered).
    wait = chance * 0.606 / (20 - offered)
    assert errors_from(np.array([run.minutes / run.arrivals for run in runs]), wait) < SIGMAS
