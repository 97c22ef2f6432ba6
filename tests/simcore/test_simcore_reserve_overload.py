"""Laws of windows against closed forms, and against replays of independent seeds."""

from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import integrate, stats

from simcore.kernel import Floats
from simcore.overload import Fitted, Poisson
from simcore.path import Path, average_variance
from simcore.replay import (
    Check,
    Replay,
    checks,
    fitted,
    independent_path,
    memory_of,
    service_holds,
)

SECONDS = 40.0
"""Mean holding time."""


def exponential(count: int = 4000) -> Floats:
    """Equally likely exponential holding times: the means between quantiles, x log x - x."""
    left = 1 - np.arange(count + 1) / count
    whole = left * np.log(np.maximum(left, 1e-300)) - left
    return np.asarray(np.diff(whole) * count * SECONDS, dtype=np.float64)


def lognormal(cv: float = 0.6, count: int = 1000) -> Floats:
    variance = log(1 + cv**2)
    return service_holds(log(SECONDS) - variance / 2, sqrt(variance), count)


def law(mean: float, holds: Floats) -> Poisson:
    return Poisson(mean / float(holds.mean()), holds)


def replayed(of: Poisson, seconds: float, paths: int = 32, seed: int = 5) -> Replay:
    seeds = np.random.SeedSequence(seed).spawn(paths)
    made = tuple(independent_path(of, seconds, one) for one in seeds)
    return Replay(made, paths, unit_arrivals=True, memory=SECONDS)


def found(all_: list[Check], quantity: str, law_name: str = "poisson") -> list[Check]:
    return [check for check in all_ if (check.quantity, check.law) == (quantity, law_name)]


@pytest.mark.parametrize("mean", [0.3, 14.0, 900.0])
def test_counts_are_poisson(mean: float) -> None:
    """Time, arrivals, overflow and quantiles are those of the Poisson law."""
    of, theory = law(mean, lognormal()), stats.poisson(mean)
    for units in (0.0, float(round(mean)), round(mean + 2 * sqrt(mean)) + 0.5):
        assert of.time_above(units) == pytest.approx(theory.sf(units), rel=1e-9)
        assert of.arrivals_above(units) == pytest.approx(theory.sf(np.floor(units) - 1), rel=1e-9)
        counts = np.arange(int(mean + 30 * sqrt(mean) + 30))
        excess = np.maximum(counts - units, 0) @ theory.pmf(counts)
        assert of.excess(units) == pytest.approx(excess, rel=1e-9)
    for level in (0.05, 0.5, 0.95, 0.999):
        assert of.quantile(level) == theory.ppf(level)


@pytest.mark.parametrize("window", [1.0, 40.0, 600.0])
def test_window_variance_of_exponential_holding(window: float) -> None:
    """With R(t) = m e^(-ut) the mean over w varies by 2 m (uw - 1 + e^(-uw))/(uw)²."""
    of, x = law(14.0, exponential()), window / SECONDS
    closed = 2 * 14.0 * (x - 1 + exp(-x)) / x**2
    # Equally likely holding times cut the tail a little.
    assert of.average_variance(window) == pytest.approx(closed, rel=2e-3)
    assert of.autocovariance(window) == pytest.approx(14.0 * exp(-x), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("window", [5.0, 60.0, 600.0])
def test_window_variance_is_the_integral_of_the_autocovariance(window: float) -> None:
    """Whatever the holding law: (2/w) x integral of (1 - t/w) R(t) from 0 to w."""
    of = law(14.0, lognormal(count=200))
    lags = np.linspace(0, window, 4001)
    inside = [(1 - lag / window) * of.autocovariance(float(lag)) for lag in lags]
    whole = integrate.trapezoid(inside, lags)
    assert of.average_variance(window) == pytest.approx(2 / window * whole, rel=1e-4)


def test_any_demand_at_all_in_a_window() -> None:
    """The mean over a window exceeds 0 unless nobody is there and nobody comes.

    The chance of that is e^(-rate (E[S] + w)), for the average as for the maximum.
    """
    of = law(0.1, exponential())
    # The last window is longer than every holding time.
    for window in (1.0, 10.0, 60.0, 600.0):
        any_ = 1 - exp(-of.rate * (SECONDS + window))
        assert of.averages_above(0.0, window) == pytest.approx(any_, rel=1e-6)
        assert of.maxima_above(0.0, window) == pytest.approx(any_, rel=1e-9)


def test_averages_exceed_no_more_often_than_maxima() -> None:
    """Where the chain of maxima only stands in, too; the lattice is good to 2 in 1,000."""
    for mean in (0.07, 2.0, 14.0):
        of = law(mean, lognormal(0.6))
        for window in (1.0, 40.0, 300.0):
            for units in (0.0, 1.0, float(round(mean))):
                average = of.averages_above(units, window)
                assert average <= of.maxima_above(units, window) * 1.002 + 1e-9


def test_short_windows_are_moments_in_time() -> None:
    """The average over a vanishing window exceeds as the count does, at whole numbers too."""
    of = law(14.0, lognormal())
    for units in (10.5, 18.0, 18.5, 25.0):
        assert of.averages_above(units, 1e-3) == pytest.approx(of.time_above(units), rel=1e-3)
        assert of.maxima_above(units, 1e-3) == pytest.approx(of.time_above(units), rel=1e-3)


def test_averages_have_the_mean_and_variance_of_their_window() -> None:
    """Integrated over levels, the chances above give back the mean and the variance."""
    of = law(6.0, lognormal())
    for window in (4.0, 40.0, 400.0):
        levels = (np.arange(160) + 0.5) / 160 * 40
        above = np.array([of.averages_above(float(x), window) for x in levels])
        mean = above.sum() * 0.25
        second = 2 * levels @ above * 0.25
        assert mean == pytest.approx(6.0, rel=0.01)
        assert second - mean**2 == pytest.approx(of.average_variance(window), rel=0.05)


@pytest.mark.parametrize("units", [19.5, 24.0])
def test_averages_above_the_mean_rarely_exceed_over_long_windows(units: float) -> None:
    """Beyond the holding time, the longer the window the rarer an average far above the mean."""
    of = law(14.0, lognormal())
    chances = [of.averages_above(units, w) for w in (10.0, 30.0, 60.0, 120.0, 240.0)]
    assert all(later < earlier for earlier, later in pairwise(chances))
    maxima = [of.maxima_above(units, w) for w in (1.0, 10.0, 60.0, 600.0)]
    assert all(later > earlier for earlier, later in pairwise(maxima))


@pytest.mark.parametrize("cv", [0.0, 0.6, 2.0])
def test_the_law_of_windows_agrees_with_replay(cv: float) -> None:
    """Averages over 1 s to 10 min, and all that has no window, within 4 standard errors."""
    of = law(14.0, lognormal(cv))
    replay = replayed(of, 6000.0)
    seen = checks(replay, [of], 18.0, (1.0, 10.0, 60.0, 600.0))
    quiet = [check for check in seen if check.quantity != "maximum above"]
    assert len(quiet) == 9
    assert [check for check in quiet if check.disagrees or check.z is None] == []


def test_maxima_agree_with_replay_for_exponential_holding() -> None:
    """The chain of arrivals and departures gives the chance of any overload in a window."""
    of = law(14.0, exponential())
    seen = found(checks(replayed(of, 6000.0), [of], 20.0, (1.0, 30.0, 300.0)), "maximum above")
    assert len(seen) == 3
    assert not any(check.disagrees for check in seen)


def test_a_law_that_does_not_hold_is_flagged() -> None:
    """Fixed holding times do not have the maxima of exponential ones, nor counts a normal tail."""
    of = law(14.0, lognormal(0.0))
    replay = replayed(of, 25_000.0)
    bent = fitted("normal", replay.whole, 1.0)
    seen = checks(replay, [of, bent], 20.0, (60.0,))
    assert found(seen, "maximum above")[0].disagrees
    assert found(seen, "overflow", "normal")[0].disagrees
    assert not found(seen, "overflow")[0].disagrees


def test_demand_that_comes_in_bursts_is_flagged() -> None:
    """Arrivals in pairs are not independent: the Poisson law of their rate is far off."""
    single = law(7.0, lognormal())
    path = independent_path(single, 200_000.0, np.random.SeedSequence(2))
    pairs = Path(path.edges, 2 * path.demand)
    replay = Replay((pairs,), 32, unit_arrivals=False, memory=memory_of(pairs))
    seen = checks(replay, [law(14.0, lognormal())], 20.0, (60.0,))
    assert not found(seen, "mean demand")[0].disagrees
    assert found(seen, "time above")[0].disagrees
    assert found(seen, "average above")[0].disagrees


def test_fitted_laws_are_those_of_scipy() -> None:
    """Normal and gamma of mean 10 and variance 4: tails, quantiles and mean excess."""
    cases = {"normal": stats.norm(10, 2), "gamma": stats.gamma(25, scale=0.4)}
    for name, theory in cases.items():
        of = Fitted(name, 10.0, 4.0, 0.0, lambda _: 1.0, lambda _: 0.01)
        assert of.time_above(12.0) == pytest.approx(theory.sf(12.0))
        assert of.quantile(0.9) == pytest.approx(theory.ppf(0.9))
        excess, _ = integrate.quad(theory.sf, 12.0, 60.0)
        assert of.excess(12.0) == pytest.approx(excess)
        # Free of overload: begins below, and no beginning within 30 s at 0.01 a second.
        below = theory.cdf(12.0)
        assert of.maxima_above(12.0, 30.0) == pytest.approx(1 - below * exp(-0.3 / below))


def test_moments_of_a_path_are_taken_over() -> None:
    """A fitted law has the path's mean and variance, and windows those of the path's windows."""
    path = independent_path(law(14.0, lognormal()), 5000.0, np.random.SeedSequence(1))
    of = fitted("gamma", path, 1.0)
    assert (of.mean, of.variance) == (path.mean, path.variance)
    assert of.variance_of(60.0) == average_variance(path, 60.0)
    # Var(mean over w) is about 2 w⁻¹ x the integral of R, m E[S²]/(2 E[S]): 40 s x 1.36 here.
    many = [
        memory_of(independent_path(law(14.0, lognormal()), 5000.0, seed))
        for seed in np.random.SeedSequence(3).spawn(20)
    ]
    assert abs(np.mean(many) - 40 * 1.36) < 4 * np.std(many, ddof=1) / sqrt(20) + 6


def test_a_path_too_short_to_tell_is_not_judged() -> None:
    """Where fewer than four parts hold two windows each there is no error and no verdict."""
    of = law(14.0, lognormal())
    path = independent_path(of, 1000.0, np.random.SeedSequence(1))
    replay = Replay((path,), 32, unit_arrivals=True, memory=SECONDS)
    seen = checks(replay, [of], 18.0, (10.0, 400.0, 5000.0))
    assert {check.window for check in seen} == {0.0, 10.0, 400.0}
    for check in seen:
        assert (check.z is None) == (check.window == 400.0)
        assert not (check.z is None and check.disagrees)


def test_few_replications_need_a_wider_difference() -> None:
    """Four standard errors from four replications are a chance of 3 %, and are no disagreement."""

    def seen(values: list[float]) -> Check:
        paths = tuple(
            Path(np.array([0.0, 100.0]), np.array([value], dtype=float)) for value in values
        )
        replay = Replay(paths, len(paths), unit_arrivals=False, memory=1.0)
        return checks(replay, [law(14.0, lognormal())], 20.0, ())[0]

    # Mean 18, error 1: 4 from the law's 14. Student's t with 3 degrees: P(T > 4) = .01400.
    few = seen([15.63, 17.21, 18.79, 20.37])
    assert few.error is not None
    assert few.error == pytest.approx(1.0, abs=0.03)
    assert few.z == pytest.approx(stats.norm.isf(stats.t.sf(4 / few.error, 3)), abs=1e-6)
    assert not few.disagrees


def test_independent_paths_do_not_depend_on_what_was_spawned() -> None:
    """The same seed gives the same path, and another seed another."""
    of = law(14.0, lognormal())
    first, again, other = (
        independent_path(of, 500.0, np.random.SeedSequence(seed)) for seed in (1, 1, 2)
    )
    assert (first.edges == again.edges).all()
    assert len(first.edges) != len(other.edges) or (first.edges != other.edges).any()


def test_replays_start_in_the_steady_state() -> None:
    """The first seconds hold as much as all others: the mean, and as spread, 14 of 14."""
    of = law(14.0, lognormal(2.0))
    seeds = np.random.SeedSequence(9).spawn(800)
    first = np.array([independent_path(of, 1.0, seed).demand[0] for seed in seeds])
    assert abs(first.mean() - 14.0) < 4 * sqrt(14.0 / 800)
    # The variance of a sample variance of a Poisson law of mean m is about (m + 2 m²)/n.
    assert abs(first.var(ddof=1) - 14.0) < 4 * sqrt((14.0 + 2 * 14.0**2) / 800)
    # What was there at the start leaves as fast as others come: a minute later it is the same.
    ends = np.array([independent_path(of, 60.0, seed).demand[-1] for seed in seeds])
    assert abs(ends.mean() - 14.0) < 4 * sqrt(14.0 / 800)


def test_large_demand_is_no_harder() -> None:
    """At a mean of 50,000 the laws answer within their normal limits."""
    of = law(50_000.0, lognormal())
    units = 50_000 + 2 * sqrt(50_000)
    assert of.time_above(units) == pytest.approx(stats.norm.sf(2), rel=0.02)
    deviation = sqrt(of.average_variance(60.0))
    chance = of.averages_above(50_000 + 2 * deviation, 60.0)
    assert chance == pytest.approx(stats.norm.sf(2), rel=0.02)
    assert of.time_above(units) < of.maxima_above(units, 10.0) < 1
