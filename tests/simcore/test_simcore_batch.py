"""Batch research: the memo's arithmetic, and years of experiments against theory."""

import argparse
import csv
import json
from dataclasses import replace
from math import exp, factorial, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import errors_from
from scipy import stats

from simcore.batch import BATCHES, Years, ring_path, simulate_years, start_times, years_a_ring
from simcore.commands.batch import add
from simcore.documents import TEMPLATES
from simcore.faults import ParameterFaults
from simcore.limits import limits_table
from simcore.research import HOURS_A_YEAR, Batch, Research, batch_of, load_batch, memo_batch
from simcore.season import expected_course, poisson_shares, start_rate, survival_hours

SIGMAS = 4.0
"""Tolerance in standard errors."""

SEED = np.random.SeedSequence(90210)


def researching(hours: float, **changes: object) -> Batch:
    _, research = load_batch()
    return Batch(research=replace(research, **changes), hours=hours, pods_each=1)  # type: ignore[arg-type]


def steady(starts_a_year: float, hours: float, cv: float = 1.0) -> Batch:
    """Starts at any time alone: M/G/infinity."""
    return researching(
        hours,
        researchers=2,
        experiments_per_year=starts_a_year / 2,
        deadline_share=0.0,
        hours_cv=cv,
    )


def mean_errors(years: Years, theory: float) -> float:
    mean, error = years.mean()
    return abs(mean - theory) / error


def test_the_memos_experiment() -> None:
    """80,000 requests of 4k tokens at 400k a minute take 800 minutes on one pod's 20 slots."""
    experiment, _ = load_batch()
    assert experiment.requests == 80_000
    assert experiment.tokens == 320e6
    assert experiment.hours == pytest.approx(800 / 60)  # 320e6 / 400e3 = 800 minutes
    assert experiment.completions_per_minute == 100
    assert experiment.streams == pytest.approx(20)  # 100 x 0.2
    assert experiment.whole_pods == 1
    assert experiment.pod_hours == pytest.approx(800 / 60)


def test_the_memos_other_reading() -> None:
    """20 permutations are 8,000 requests in 1.3 hours; 25 streams are more than one pod."""
    experiment, _ = load_batch()
    fewer = replace(experiment, permutations=20)
    assert (fewer.requests, round(fewer.hours, 3)) == (8000, 1.333)
    longer = replace(experiment, completion_minutes=0.25)
    assert (longer.streams, longer.pods, longer.whole_pods) == (25, 1.25, 2)


@pytest.mark.parametrize("shocks", [0.0, 3.0])
@pytest.mark.parametrize("share", [0.0, 0.7])
def test_little(share: float, shocks: float) -> None:
    """Pods in use in the mean are starts an hour times hours, whatever the starts cluster by."""
    batch = researching(96.0, deadline_share=share, shocks_per_year=shocks)
    # (45 + 10 a shock) x 96 / 8760
    theory = (45 + 10 * shocks) * 96 / 8760
    assert batch.mean_pods == pytest.approx(theory)
    assert mean_errors(simulate_years(batch, 2000, SEED), theory) < SIGMAS
    assert expected_course(batch).mean() == pytest.approx(theory, rel=1e-3)


@pytest.mark.parametrize("cv", [0.0, 1.0, 2.0])
def test_without_deadlines_it_is_poisson(cv: float) -> None:
    """M/G/infinity: the share of time with k under way is Poisson, whatever the law of lengths."""
    shares = simulate_years(steady(90.0, 195.0, cv), 2000, SEED).shares
    for level in range(6):
        # 90 x 195 / 8760
        theory = stats.poisson.pmf(level, 90 * 195 / 8760)
        assert errors_from(shares[:, level], theory) < SIGMAS


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_starts_in_a_year_are_poisson(share: float) -> None:
    """The number of starts in a year varies as a Poisson number, at any time or for deadlines."""
    _, research = load_batch()
    research = replace(research, deadline_share=share)
    rng = np.random.default_rng(12)
    counts = np.array([len(start_times(research, 1, rng)) for _ in range(4000)])
    assert abs(counts.mean() - 45) < SIGMAS * sqrt(45 / 4000)
    # The variance of a sample variance is 2 s^4/(n - 1) and a bit.
    assert abs(counts.var(ddof=1) / 45 - 1) < SIGMAS * sqrt(2.03 / 3999)


def test_deadlines_are_the_convolution() -> None:
    """With deadlines the shares of time are Poisson's, mixed over the course of the year."""
    batch = researching(96.0)
    theory = poisson_shares(expected_course(batch), 6)
    shares = simulate_years(batch, 4000, SEED).shares
    for level in range(7):
        assert errors_from(shares[:, level], theory[level]) < SIGMAS
    # It is far from Poisson of the mean alone.
    assert theory[0] - exp(-batch.mean_pods) > 20 * shares[:, 0].std() / sqrt(BATCHES)


def test_the_course_before_and_after_a_deadline() -> None:
    """At set hours about a deadline the mean under way is that of the course."""
    batch = researching(96.0, deadlines=(100.0,))
    course = expected_course(batch)
    found = []
    for seed in np.random.SeedSequence(4).spawn(3000):
        hours, running = ring_path(batch, 10, np.random.default_rng(seed))
        at = (np.arange(10) * HOURS_A_YEAR)[:, None] + 24 * np.array([60.5, 90.5, 100.5, 106.5])
        found.append(running[np.searchsorted(hours, at, side="right") - 1].mean(axis=0))
    for column, day in enumerate((60.5, 90.5, 100.5, 106.5)):
        theory = course[int(day * 24) - 1 : int(day * 24) + 1].mean()
        assert errors_from(np.array(found)[:, column], theory) < SIGMAS


def test_leads_lie_before_the_deadline() -> None:
    """Starts for a deadline follow the gamma law of the lead, back from the deadline."""
    _, research = load_batch()
    research = replace(research, deadline_share=1.0, deadlines=(200.0,), lead_shape=3.0)
    rate = start_rate(research)
    assert rate.sum() == pytest.approx(45)
    assert rate[200 * 24 :].sum() < 1e-9
    # A lead below 10 days: gamma of shape 3 and mean 10.
    chance = stats.gamma.cdf(10, 3, scale=10 / 3)
    assert rate[190 * 24 : 200 * 24].sum() == pytest.approx(45 * chance, rel=1e-3)


def test_shocks_add_their_clusters() -> None:
    """Shocks make the variance exceed the mean by s c² [d - t (1 - e^{-d/t})] for fixed lengths.

    A copy is under way a time u after its shock with chance q(u); the integral of q² is the
    bracket, for exponential delays of mean t and lengths of d.
    """
    batch = researching(
        120.0, researchers=0, shocks_per_year=6.0, copies_per_shock=8.0, shock_days=4.0, hours_cv=0
    )
    years = simulate_years(batch, 6000, SEED)
    mean = 6 * 8 * 120 / 8760
    extra = 6 / 8760 * 8**2 * (120 - 96 * (1 - exp(-120 / 96)))
    levels = np.arange(years.shares.shape[1])
    assert mean_errors(years, mean) < SIGMAS
    assert errors_from(years.shares @ (levels - mean) ** 2, mean + extra) < SIGMAS
    assert extra > mean  # 2.0 on 0.66


def test_two_labs_are_one_of_twice_the_size() -> None:
    """Superposition: with twice the people the number at any time is Poisson of twice the mean."""
    both = simulate_years(researching(96.0, researchers=36), 4000, SEED)
    # Both labs follow the same deadlines, so that their sum is not Poisson of one mean.
    theory = poisson_shares(2 * expected_course(researching(96.0)), 6)
    for level in range(7):
        assert errors_from(both.shares[:, level], theory[level]) < SIGMAS


def test_a_year_without_experiments() -> None:
    """The peak is 0 in e^-(starts + under way at New Year) of the years."""
    starts, hours = 2.0, 400.0
    peaks = simulate_years(steady(starts, hours), 20_000, SEED).peaks
    theory = exp(-(starts + starts * hours / HOURS_A_YEAR))
    assert errors_from((peaks == 0).mean(axis=1), theory) < SIGMAS


def test_a_peak_of_one_is_a_scan_without_a_pair() -> None:
    """With fixed lengths d the peak is at most 1 when no two starts are within d of each other.

    Of n uniform starts on a length L, none are within d with chance (1 - (n - 1) d/L)^n; the
    starts that matter fall on the year and the d before it.
    """
    starts, hours = 12.0, 240.0
    peaks = simulate_years(steady(starts, hours, cv=0.0), 20_000, SEED).peaks
    length = HOURS_A_YEAR + hours
    mean = starts / HOURS_A_YEAR * length
    theory = sum(
        exp(-mean) * mean**n / factorial(n) * max(1 - (n - 1) * hours / length, 0) ** n
        for n in range(1, 40)
    ) + exp(-mean)
    assert errors_from((peaks <= 1).mean(axis=1), theory) < SIGMAS


def test_peaks_stay_within_the_crossing_bound() -> None:
    """A year exceeds k with at most P(C > k) + starts x P(C = k), near equality for rare peaks."""
    starts, hours = 90.0, 195.0
    peaks = simulate_years(steady(starts, hours), 20_000, SEED).peaks
    mean = starts * hours / HOURS_A_YEAR
    for level in (6, 7, 8, 9):
        bound = stats.poisson.sf(level, mean) + starts * stats.poisson.pmf(level, mean)
        by_ring = (peaks > level).mean(axis=1)
        assert by_ring.mean() < bound + SIGMAS * by_ring.std() / sqrt(BATCHES)
        assert by_ring.mean() > 0.5 * min(bound, 1)


FACTS = [(40 / 3, (2, 3, 4)), (96.0, (4, 6, 8)), (195.0, (5, 8, 11))]


@pytest.mark.parametrize(("hours", "peaks"), FACTS)
def test_annual_peaks(hours: float, peaks: tuple[int, int, int]) -> None:
    """45 experiments a year peak at 3 pods if they take 13.3 h, and at 5 to 11 if 195 h."""
    years = simulate_years(researching(hours), 4000, SEED)
    for level, expected in zip((0.05, 0.5, 0.95), peaks, strict=True):
        found, low, high = years.peak_quantile(level)
        assert low <= expected <= high
        assert low <= found <= high


def test_the_memos_one_pod_in_the_mean_takes_195_hours() -> None:
    """18 researchers with 2.5 a year hold .07 pods in the mean at 13.3 h, and 1.0 at 195 h."""
    assert round(memo_batch().mean_pods, 2) == 0.07
    assert round(researching(195.0).mean_pods, 2) == 1.0


def test_pods_of_an_experiment_count_each() -> None:
    """An experiment on three pods trebles the pods in use, in the mean and at the peak."""
    one = simulate_years(researching(96.0), 200, SEED)
    three = simulate_years(replace(researching(96.0), pods_each=3), 200, SEED)
    assert three.mean()[0] == pytest.approx(3 * one.mean()[0])
    assert three.time_quantile(0.99) == 3 * one.time_quantile(0.99)
    assert three.peak_quantile(0.5)[0] == 3 * one.peak_quantile(0.5)[0]
    assert three.share_within(5)[0] == one.share_within(1)[0]


def test_a_path_counts_what_is_under_way() -> None:
    """Two experiments by hand: 0.25 of the ring at 1, and the last runs on into the first year."""
    years = Years(np.array([[0.5, 0.25, 0.25]]), np.array([[2, 1]]), 1)
    assert [years.time_quantile(level) for level in (0.4, 0.5, 0.51, 0.75, 0.9, 1.0)] == [
        0, 0, 1, 1, 2, 2,
    ]  # fmt: skip
    assert years.peak_quantile(0.5)[0] == 1
    hours, running = ring_path(steady(5.0, 900.0), 10, np.random.default_rng(1))
    assert running[-1] == running[0]  # the ring closes
    assert np.all(np.diff(hours) >= 0)


def test_jobs_do_not_matter() -> None:
    """The same seed gives the same years on one thread and on three."""
    one = simulate_years(researching(96.0), 400, SEED, jobs=1)
    three = simulate_years(researching(96.0), 400, SEED, jobs=3)
    assert np.array_equal(one.shares, three.shares)
    assert np.array_equal(one.peaks, three.peaks)


def test_every_fault_is_said() -> None:
    """Values outside their limits and a share without deadlines are all named at once."""
    _, research = load_batch()
    with pytest.raises(ParameterFaults) as caught:
        replace(research, researchers=900, lead_days=float("nan"), deadlines=())
    first, second, third = str(caught.value).splitlines()
    assert first == "research.researchers: 900 is outside 0 to 500 researchers"
    assert second == "research.lead_days: nan is outside 0.01 to 365 days"
    assert third.startswith("research.deadlines: there are none for deadline_share; give days")


def test_a_documents_fault_has_its_line(tmp_path: Path) -> None:
    """A wrong unit in a copy of the document is found by file, line and key."""
    text = (TEMPLATES / "batch.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('"days"', '"weeks"', 1))
    with pytest.raises(ParameterFaults, match=r'mine.toml:\d+: research.lead_days.unit: "weeks"'):
        load_batch(str(path))


RANGES = {
    name: st.integers(int(limits.low), int(limits.high))
    if limits.whole
    else st.floats(limits.low, limits.high)
    for name, limits in limits_table(Research).items()
}
RANGES["deadlines"] = st.lists(st.floats(0, 365), min_size=1, max_size=4).map(tuple)  # type: ignore[assignment]
RANGES["researchers"] = st.integers(0, 30)


@settings(max_examples=20, deadline=None)
@given(st.fixed_dictionaries(RANGES), st.floats(0.01, 1000), st.integers(1, 1000))
def test_any_research_gives_sound_years(values: dict[str, object], hours: float, pods: int) -> None:
    """Within the limits, shares add up to 1, nothing is negative, and quantiles are in order."""
    batch = Batch(research=Research(**values), hours=hours, pods_each=pods)  # type: ignore[arg-type]
    path_hours, running = ring_path(batch, 2, np.random.default_rng(1))
    assert running.min() >= 0
    assert 0 <= path_hours[0] <= path_hours[-1] <= 2 * HOURS_A_YEAR
    rate = start_rate(batch.research)
    assert rate.min() >= 0
    assert rate.sum() == pytest.approx(batch.research.starts_a_year, abs=1e-9)
    held = survival_hours(batch)
    assert held.min() >= -1e-9
    assert held.sum() == pytest.approx(hours, rel=1e-6)


def test_the_busiest_research_ends() -> None:
    """The most of everything is simulated with fewer years, and its mean is Little's."""
    busiest = researching(
        1000.0, researchers=500, experiments_per_year=50.0, shocks_per_year=20.0,
        copies_per_shock=500.0,
    )  # fmt: skip
    assert years_a_ring(busiest.research, 10**6) == 10
    calmer = replace(busiest, research=replace(busiest.research, researchers=25))
    years = simulate_years(calmer, 100, SEED)
    assert np.allclose(years.shares.sum(axis=1), 1)
    assert mean_errors(years, calmer.mean_pods) < SIGMAS


def test_the_length_follows_from_the_experiment() -> None:
    """Half the rate limit doubles the hours and the pods in use in the mean."""
    experiment, research = load_batch()
    slower = replace(experiment, tokens_per_minute=200_000.0)
    assert batch_of(slower, research).mean_pods == pytest.approx(2 * memo_batch().mean_pods)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers())
    options = parser.parse_args(["batch", "--quiet", "--years", "200", *words])
    code: int = options.command(options)
    return code


def test_the_command_prints_a_row_for_each_length(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the memo's experiment and a row for each length, in the order given."""
    assert run("--json", "--hours", "195", "--hours", "13") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["experiment"]["streams"] == 20
    assert answer["experiments_a_year"] == 45
    assert answer["hours_for_one_pod"] == pytest.approx(8760 / 45, abs=0.05)
    assert [row["hours"] for row in answer["lengths"]] == [195, 13]
    long, short = answer["lengths"]
    assert long["peak_p5"] <= long["peak_p50"] <= long["peak_p95"]
    assert short["mean"] < long["mean"]
    assert all(abs(row["mean"] - row["little"]) < 4 * row["mean_error"] for row in (long, short))


def test_the_command_takes_changes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Options change the researchers, their deadlines and shocks; CSV and a drawing go out."""
    picture = tmp_path / "batch.svg"
    words = ["--researchers", "0", "--deadline-share", "0", "--shocks", "2"]
    assert run(*words, "--csv", "--plot", str(picture)) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    # 2 x 10 copies a year of 13.33 h.
    assert float(rows[0]["little"]) == pytest.approx(20 * 13.333 / 8760, abs=1e-5)
    assert picture.stat().st_size > 1000
    assert run("--researchers", "0") == 0
    assert "0 experiments a year" in capsys.readouterr().out
