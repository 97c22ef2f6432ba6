"""Fitting: synthetic truth comes back, from a generator that shares nothing with the engine."""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from simcore.commands import fit as command
from simcore.faults import ParameterFaults
from simcore.fitting.daytime import bump, fit_day, fit_weekdays
from simcore.fitting.families import (
    Component,
    fit_families,
    fit_lomax,
    fit_mixture,
    fit_pareto,
    merged,
)
from simcore.fitting.fit import fit_trace
from simcore.fitting.preset_file import preset_text, write_preset
from simcore.fitting.seasonality import fit_seasonality, hourly, pairs_of
from simcore.fitting.sessions import cut_of, divided, gaps_of
from simcore.fitting.stamps import Clock
from simcore.fitting.trace import DAY, HOUR, Trace
from simcore.fitting.usage import dispersion, peak_concurrency
from simcore.presets import load_preset

Floats = NDArray[np.float64]
SEED = np.random.SeedSequence(7)
THURSDAY = 1_704_326_400.0
"""2024-01-04 00:00, in seconds since 1970: a Thursday."""


class Starts(NamedTuple):
    """Session starts: whose, and seconds from midnight of the first day."""

    users: NDArray[np.int64]
    seconds: Floats


def ou(rng: np.random.Generator, hours: int, memory: float) -> Floats:
    """An hourly AR(1) path of variance 1, drawn step by step."""
    keep = np.exp(-1 / memory)
    path = np.empty(hours)
    path[0] = rng.standard_normal()
    for hour, fresh in enumerate(rng.standard_normal(hours - 1) * np.sqrt(1 - keep**2), start=1):
        path[hour] = keep * path[hour - 1] + fresh
    return path


def cox(
    rng: np.random.Generator, users: int, days: int, a_day: float, law: tuple[float, float, float]
) -> Starts:
    """Starts of users with *law* (sigma, memory, correlation), busiest before noon."""
    sigma, memory, rho = law
    hours = 24 * days
    course = 1 + 0.8 * np.cos((np.arange(hours) % 24 - 11) * np.pi / 12)
    shared = ou(rng, hours, memory)
    who, when = [], []
    for user in range(users):
        z = np.sqrt(rho) * shared + np.sqrt(1 - rho) * ou(rng, hours, memory)
        many = rng.poisson(a_day / 24 * course * np.exp(sigma * z - sigma**2 / 2))
        hour = np.repeat(np.arange(hours), many)
        who.append(np.full(len(hour), user))
        when.append((hour + rng.random(len(hour))) * HOUR)
    return Starts(np.concatenate(who), np.concatenate(when))


def with_messages(rng: np.random.Generator, starts: Starts, mean: float) -> Starts:
    """Geometric numbers of messages, with gaps of medians 1 and 4 minutes in shares 0.6 and 0.4."""
    many = rng.geometric(1 / mean, len(starts.users))
    whole = int(many.sum())
    short = rng.random(whole) < 0.6
    gaps = np.where(
        short, rng.lognormal(np.log(60), 0.5, whole), rng.lognormal(np.log(240), 0.5, whole)
    )
    first = np.cumsum(many) - many
    since = np.cumsum(gaps) - np.repeat(np.cumsum(gaps)[first], many)
    return Starts(np.repeat(starts.users, many), np.repeat(starts.seconds, many) + since)


def traced(starts: Starts, clock: Clock = Clock.NAIVE, **more: Floats) -> Trace:
    order = np.argsort(starts.seconds, kind="stable")
    seconds = starts.seconds[order] + (0.0 if clock is Clock.RELATIVE else THURSDAY)
    return Trace(
        file="made.csv",
        columns={},
        clock=clock,
        seconds=seconds,
        local=seconds,
        weights=np.ones(len(seconds)),
        resolution=1e-6,
        users=starts.users[order],
        **more,  # type: ignore[arg-type]  # tokens or durations
    )


def seasonal(starts: Starts, users: int, days: int) -> "tuple[float, float, float]":
    hours = (starts.seconds // HOUR).astype(np.int64)
    counts = hourly(starts.users, hours, np.ones(len(hours)), 24 * days)
    assert len(counts) == users
    course = np.tile(1 + 0.8 * np.cos((np.arange(24) - 11) * np.pi / 12), days)
    found = fit_seasonality(pairs_of(counts, course, 0, 720))
    assert found.correlation is not None
    return found.sigma, np.exp(-24 / found.memory), found.correlation


def test_sigma_memory_and_correlation_come_back() -> None:
    """(sigma, daily phi, rho) = (1, 0.7, 0.15) within 0.05, 0.06, 0.05: 12 users, 548 days.

    The memory in hours is -24/log(0.7) = 67.3. The spread over seeds is 0.04, 0.03 and 0.028 for
    one trace, so that the mean of two lies well within.
    """
    found = []
    for seed in (11, 12):
        starts = cox(np.random.default_rng(seed), 12, 548, 2.0, (1.0, -24 / np.log(0.7), 0.15))
        found.append(seasonal(starts, 12, 548))
    sigma, phi, rho = np.mean(found, axis=0)
    assert sigma == pytest.approx(1.0, abs=0.05)
    assert phi == pytest.approx(0.7, abs=0.06)
    assert rho == pytest.approx(0.15, abs=0.05)


def test_a_short_memory_comes_back() -> None:
    """A memory of 5 h is seen within the day, which daily counts could not say."""
    starts = cox(np.random.default_rng(5), 30, 200, 4.0, (1.0, 5.0, 0.3))
    sigma, phi, rho = seasonal(starts, 30, 200)
    assert sigma == pytest.approx(1.0, abs=0.06)
    assert -24 / np.log(phi) == pytest.approx(5.0, rel=0.2)
    assert rho == pytest.approx(0.3, abs=0.08)


def test_steady_starts_have_no_sigma() -> None:
    """A Poisson process, of users of different size, shows no modulation."""
    starts = cox(np.random.default_rng(6), 20, 120, 3.0, (0.0, 24.0, 0.0))
    more = np.random.default_rng(7).random(len(starts.users)) < (1 + starts.users) / 20
    sigma, _, _ = seasonal(Starts(starts.users[more], starts.seconds[more]), 20, 120)
    # Some 2,000 pairs within hours leave sigma² a standard error of 1/sqrt(2000) = 0.022.
    assert sigma**2 < 4 * 0.022


def test_pairs_by_hand() -> None:
    """Counts (2, 1, 0) and (0, 3, 1): own pairs at lags 0, 1, 2, and those of two users."""
    counts = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
    pairs = pairs_of(counts, np.ones(3), 0, 1)
    # Lag 0: 2x1/2 + 3x2/2 = 4. Lag 1: 2x1 + 1x0 + 0x3 + 3x1 = 5. Later, lag 2: 2x0 + 0x1 = 0.
    assert pairs.own.sum(axis=0).tolist() == [4.0, 5.0, 0.0]
    # Lag 0: 2x0 + 1x3 + 0x1 = 3. Lag 1: 2x3 + 0x1 + 1x1 + 3x0 = 7. Lag 2: 2x1 + 0x0 = 2.
    assert pairs.cross.sum(axis=0).tolist() == [3.0, 7.0, 2.0]
    # Hours in half pairs at lag 0: 3/2; at lag 1: 2; at lag 2: 1.
    assert pairs.expected.sum(axis=0).tolist() == [1.5, 2.0, 1.0]


def test_a_mixture_of_gaps_comes_back() -> None:
    """Of 10,000 gaps, medians within 5 %, weights within 0.03, and BIC takes three."""
    rng = np.random.default_rng(3)
    truth = ((0.5, 60.0, 0.5), (0.3, 300.0, 0.4), (0.2, 20_000.0, 1.0))
    gaps = np.concatenate(
        [rng.lognormal(np.log(median), sd, int(10_000 * w)) for w, median, sd in truth]
    )
    best = fit_families(gaps, SEED)[0]
    assert best.name == "3 lognormals"
    for component, (weight, median, sd) in zip(best.components, truth, strict=True):
        assert component.weight == pytest.approx(weight, abs=0.03)
        assert component.median == pytest.approx(median, rel=0.05)
        assert component.log_sd == pytest.approx(sd, rel=0.1)


@pytest.mark.parametrize(
    ("law", "name"),
    [
        (stats.lognorm(1.2, scale=90), "lognormal"),
        (stats.lomax(1.5, scale=200), "Lomax"),
        (stats.pareto(1.2, scale=30), "Pareto"),
    ],
)
def test_bic_takes_the_law_that_is_true(law: stats.rv_continuous, name: str) -> None:
    """Of 2,500 gaps of each law, that law is best."""
    gaps = law.rvs(size=2500, random_state=np.random.default_rng(4))
    assert fit_families(gaps, SEED)[0].name == name


def test_likelihoods_are_those_of_scipy() -> None:
    """Each family's log-likelihood is scipy's at the same parameters; Lomax fits as well."""
    gaps = stats.lomax(1.5, scale=200).rvs(size=2000, random_state=np.random.default_rng(8))
    lomax, pareto, normal = fit_lomax(gaps), fit_pareto(gaps), fit_mixture(gaps, 1, 1)
    theirs = stats.lomax.fit(gaps, floc=0)
    assert lomax.log_likelihood >= stats.lomax.logpdf(gaps, *theirs).sum() - 0.01
    for family, law in (
        (lomax, stats.lomax(lomax.shape, scale=lomax.scale)),
        (pareto, stats.pareto(pareto.shape, scale=pareto.scale)),
        (normal, stats.lognorm(normal.components[0].log_sd, scale=normal.components[0].median)),
    ):
        assert family.log_likelihood == pytest.approx(law.logpdf(gaps).sum(), rel=1e-4)
        assert family.bic == pytest.approx(
            family.parameters * np.log(2000) - 2 * family.log_likelihood
        )
        logs = np.log(gaps[:50])
        assert family.density(logs) == pytest.approx(law.pdf(gaps[:50]) * gaps[:50], rel=1e-6)


def test_one_more_component_never_fits_worse() -> None:
    """On gaps of a kind that traps the search, the likelihood rises with the components."""
    rng = np.random.default_rng(12)
    truth = ((0.13, 1e-4, 1.1), (0.25, 2e-3, 0.75), (0.2, 0.098, 0.04), (0.42, 0.12, 1.35))
    gaps = np.concatenate([rng.lognormal(np.log(m), sd, int(3000 * w)) for w, m, sd in truth])
    found = {f.parameters: f for f in fit_families(gaps, SEED) if f.components}
    fits = [found[3 * k - 1].log_likelihood for k in (1, 2, 3, 4, 5)]
    assert (np.diff(fits) > -1).all()
    assert min(found.values(), key=lambda family: family.bic).name == "4 lognormals"


def test_merging_keeps_the_moments_of_the_logarithm() -> None:
    """The two near components become one; the mean and variance of all stay."""
    three = (Component(0.3, 50.0, 0.5), Component(0.3, 70.0, 0.6), Component(0.4, 900.0, 0.4))
    two = merged(three, 2)
    assert [round(c.weight, 9) for c in two] == [0.6, 0.4]

    def moments(parts: tuple[Component, ...]) -> tuple[float, float]:
        mean = sum(c.weight * np.log(c.median) for c in parts)
        square = sum(c.weight * (np.log(c.median) ** 2 + c.log_sd**2) for c in parts)
        return float(mean), float(square)

    assert moments(two) == pytest.approx(moments(three))


def test_zero_gaps_are_dropped_or_moved() -> None:
    """On a fine clock two equal times are one request; on a coarse one they are two."""
    users, times = np.array([0, 0, 0, 1]), np.array([5.0, 5.0, 9.0, 5.0])
    fine = gaps_of(users, times, 1e-3, SEED)
    assert (fine.seconds.tolist(), fine.zeros, fine.total) == ([4.0], 1, 2)
    coarse = gaps_of(users, times, 1.0, SEED)
    assert coarse.zeros == 1
    assert len(coarse.seconds) == 2
    assert 0 < coarse.seconds[0] < 1
    assert 3 < coarse.seconds[1] < 5


def test_sessions_end_where_the_posterior_says() -> None:
    """Between equal parts of 1 min and 100 min of one spread the cut is the middle: 10 min."""
    parts = (Component(0.5, 60.0, 0.5), Component(0.5, 6000.0, 0.5))
    cut = cut_of(parts)
    assert cut == pytest.approx(600, rel=0.01)
    assert cut_of(parts[:1]) is None
    sessions = divided(np.array([0, 0, 0, 1]), np.array([0.0, 599.0, 1300.0, 1310.0]), cut)
    assert sessions.sizes.tolist() == [2, 1, 1]
    assert sessions.lengths.tolist() == [599.0, 0.0, 0.0]


@pytest.mark.parametrize(("kappa", "peak", "floor"), [(6.0, 15.0, 0.05), (2.0, 23.5, 0.2)])
def test_the_day_comes_back(kappa: float, peak: float, floor: float) -> None:
    """Kappa, peak and floor lie within four standard errors, and the errors are small."""
    rng = np.random.default_rng(9)
    many = 20_000
    hour = rng.vonmises(0.0, kappa, many) * 24 / (2 * np.pi) + peak
    hour = np.where(rng.random(many) < floor, rng.random(many) * 24, hour) % 24
    local = (rng.integers(0, 28, many) * 24 + hour) * HOUR
    day = fit_day(local, np.ones(many), 0.0, 28 * DAY)
    assert abs(day.kappa - kappa) < 4 * day.kappa_error < 0.2 * 4 * kappa
    assert abs((day.peak_hour - peak + 12) % 24 - 12) < 4 * day.peak_error < 0.4
    assert abs(day.floor - floor) < 4 * day.floor_error < 0.2
    assert day.misfit < 0.02


def test_hours_seen_less_often_are_not_quieter() -> None:
    """Steady starts over a day and a half: the half day seen twice weighs no more."""
    rng = np.random.default_rng(10)
    many = 20_000
    day = fit_day(rng.random(many) * 1.5 * DAY, np.ones(many), 0.0, 1.5 * DAY)
    assert np.array(day.hours) == pytest.approx(np.ones(24), abs=0.2)
    assert bump(day.kappa, day.peak_hour, day.floor, np.arange(24.0)) == pytest.approx(
        np.ones(24), abs=0.1
    )


def test_weekdays_begin_on_monday() -> None:
    """Twice as much on Saturdays, over five weeks from a Thursday, is seen on the sixth day."""
    days = np.arange(35)
    many = np.where((days + 3) % 7 == 5, 20, 10)
    local = (THURSDAY + np.repeat(days, many) * DAY + HOUR).astype(np.float64)
    found = fit_weekdays(local, np.ones(len(local)), THURSDAY, THURSDAY + 35 * DAY)
    assert found is not None
    assert found[0] == pytest.approx([7 / 8] * 5 + [14 / 8] + [7 / 8])
    assert fit_weekdays(local, np.ones(len(local)), THURSDAY, THURSDAY + 20 * DAY) is None


def test_a_whole_trace_comes_back(tmp_path: Path) -> None:
    """Messages a day and a session, gaps, holding, day and seasonality, in a preset that loads."""
    rng = np.random.default_rng(21)
    starts = cox(rng, 40, 100, 0.4, (0.8, 48.0, 0.2))
    messages = with_messages(rng, starts, 12.0)
    durations = rng.lognormal(np.log(30), 0.5, len(messages.users))
    trace = traced(messages, durations=durations)
    base = load_preset("weekly-max")
    fit = fit_trace(trace, base.behaviour, SEED)
    path = tmp_path / "mine.toml"
    write_preset(preset_text(fit, base, "mine"), path)
    preset = load_preset(str(path))
    found = preset.behaviour
    assert found.messages_per_day == pytest.approx(len(messages.users) / 40 / 100, rel=0.01)
    assert found.messages_per_session == pytest.approx(12.0, rel=0.1)
    assert found.short_gap == pytest.approx(1.0, rel=0.1)
    assert found.long_gap == pytest.approx(4.0, rel=0.15)
    # Sessions of one user overlap, and their mixed gaps are short: the share is some points high.
    assert found.short_share == pytest.approx(0.6, abs=0.1)
    # 30 s x e^(0.5²/2) = 34.0 s, and sqrt(e^0.25 - 1) = 0.533.
    assert found.holding_mean == pytest.approx(34.0 / 60, rel=0.02)
    assert found.holding_cv == pytest.approx(0.533, abs=0.03)
    assert found.peak_hour == pytest.approx(11.5, abs=0.5)
    assert found.sigma == pytest.approx(0.8, abs=0.15)
    assert found.correlation == pytest.approx(0.2, abs=0.15)
    assert found.ceiling == base.behaviour.ceiling
    assert preset.entries["behaviour.sigma"].source == (
        f"Fitted to made.csv ({trace.rows:,} rows, 2024-01-04 to 2024-04-13)"
    )
    assert preset.entries["behaviour.ceiling"].source.startswith("Not fitted; from preset weekly")


def test_what_a_trace_cannot_say_is_said() -> None:
    """Without users, an hour long, without tokens: only bursts are left, and no preset."""
    rng = np.random.default_rng(22)
    seconds = np.sort(rng.random(3000) * HOUR)
    users = traced(Starts(np.zeros(3000, np.int64), seconds))
    nobody = Trace(
        **{
            name: getattr(users, name)
            for name in ("file", "columns", "clock", "seconds", "local", "weights", "resolution")
        }
    )
    base = load_preset("weekly-max")
    fit = fit_trace(nobody, base.behaviour, SEED)
    said = " ".join(fit.unknown)
    assert not fit.estimates
    for text in ("no column of users", "less than two days", "no weekdays", "holding time"):
        assert text in said
    assert fit.gaps_are.startswith("of the merged stream")
    with pytest.raises(ParameterFaults, match="so none is written"):
        preset_text(fit, base, "none")


def test_one_user_has_no_correlation() -> None:
    """With one user sigma is fitted, and the correlation stays the base preset's."""
    starts = cox(np.random.default_rng(23), 1, 100, 3.0, (0.8, 24.0, 0.0))
    rng = np.random.default_rng(24)
    base = load_preset("weekly-max").behaviour
    fit = fit_trace(traced(with_messages(rng, starts, 5.0)), base, SEED)
    assert fit.estimates["correlation"].value == base.correlation
    assert any("no correlation" in text for text in fit.unknown)


def test_what_lies_outside_the_limits_stays_with_its_group() -> None:
    """Messages for hours each are said, not clamped; the mean holding time stays the base's."""
    starts = cox(np.random.default_rng(25), 5, 30, 3.0, (0.5, 24.0, 0.0))
    long = np.full(len(starts.users), 7200.0)
    fit = fit_trace(traced(starts, durations=long), load_preset("weekly-max").behaviour, SEED)
    assert "holding_mean" not in fit.estimates
    assert any("holding_mean would be 120, outside 0.01 to 15 min" in said for said in fit.beyond)


def test_dispersion_of_poisson_is_one() -> None:
    """Of a steady Poisson stream the index is 1 in windows of 1 to 60 s, within 4 errors.

    Its standard error is sqrt(2/(windows - 1)).
    """
    rng = np.random.default_rng(26)
    trace = traced(Starts(np.zeros(20_000, np.int64), np.sort(rng.random(20_000) * 4 * HOUR)))
    for window, found in dispersion(trace).items():
        assert abs(found - 1) < 4 * np.sqrt(2 / (4 * HOUR / window - 1))


def test_peak_concurrency_by_hand() -> None:
    """Three requests of 10 s at 0, 5 and 10 s: two at once, as one ends where another starts."""
    assert peak_concurrency(np.array([0.0, 5.0, 10.0]), np.full(3, 10.0)) == 2


def test_the_same_seed_gives_the_same_fit() -> None:
    """Two fits of one trace agree in every number."""
    starts = cox(np.random.default_rng(27), 3, 20, 4.0, (0.8, 24.0, 0.2))
    base = load_preset("weekly-max").behaviour
    one, other = (fit_trace(traced(starts), base, np.random.SeedSequence(3)) for _ in range(2))
    assert one.estimates == other.estimates
    assert [f.bic for f in one.families] == [f.bic for f in other.families]


def ran(arguments: list[str]) -> int:
    """The code of `simcore fit` with these arguments."""
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers())
    options = parser.parse_args(["fit", *arguments])
    code: int = options.command(options)
    return code


def test_the_command_prints_plain_data_and_writes_a_preset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON has every parameter; those fitted are in the preset, which loads."""
    starts = cox(np.random.default_rng(31), 4, 20, 3.0, (0.5, 24.0, 0.0))
    lines = [f"{user},{at:.3f}" for user, at in zip(*starts, strict=True)]
    source, out = tmp_path / "t.csv", tmp_path / "out.toml"
    source.write_text("\n".join(["user,t", *lines, "7,soon"]), encoding="utf-8")
    assert ran([str(source), "--start", "2024-01-01", "--json", "--out", str(out)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["bad_rows"] == 1
    assert answer["faults"] == [
        f't.csv:{len(lines) + 2}: "soon" is no number, as the other times are'
    ]
    rows = {row["parameter"]: row for row in answer["parameters"]}
    behaviour = load_preset(str(out)).behaviour
    assert rows["messages_per_day"]["fitted"]
    assert behaviour.messages_per_day == rows["messages_per_day"]["value"]
    assert not rows["ceiling"]["fitted"]
    assert ran([str(source), "--plot", str(tmp_path / "plot.png")]) == 0
    assert "What this trace cannot say" in capsys.readouterr().out
    assert (tmp_path / "plot.png").stat().st_size > 0
    with pytest.raises(ParameterFaults, match="--force"):
        ran([str(source), "--out", str(out)])


def test_a_file_in_the_way_stays(tmp_path: Path) -> None:
    """Without force no file is replaced."""
    path = tmp_path / "mine.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterFaults, match="--force"):
        write_preset("new", path)
    assert path.read_text(encoding="utf-8") == "mine"
    write_preset("new", path, force=True)
    assert path.read_text(encoding="utf-8") == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["mine.toml"]
