"""The ladder: where the share met falls to the level, its interval, and the memo's four rungs."""

import json

import numpy as np
import pytest
from plain import behaving
from scipy import stats

from simcore.behaviour import Rung
from simcore.calibrate import TARGETS, Knob, least_errors, stages
from simcore.cli import main
from simcore.kernel import Floats
from simcore.ladder import Effort, Run, Step, climb, crossing, jackknifed, ladder
from simcore.preset import Measure, Service
from simcore.presets import SHIPPED, load_preset

SINGLE_SLOTS = Service(Measure.TIME_SHARE, 0.95, 20)


def test_crossing_finds_the_level() -> None:
    """A curve straight in probit against log users is crossed exactly."""
    users = (20, 22, 25, 28, 32)
    met = stats.norm.cdf(1.6449 - 3 * np.log(np.array(users) / 25))
    assert crossing(users, met, 0.95) == pytest.approx(25, rel=1e-3)


def test_jackknife_has_the_spread_of_repetition() -> None:
    """The jackknife's standard error is the spread of the estimate over repetitions."""
    rng = np.random.default_rng(4)
    users = (20, 22, 25, 28, 32)
    curve = 1.6449 - 3 * np.log(np.array(users) / 25)
    runs = [
        jackknifed(users, stats.norm.cdf(curve + rng.normal(0, 0.3, (30, 1))), 0.95)
        for _ in range(300)
    ]
    estimates, errors = np.array(runs).T
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.15)


def test_poisson_rung_is_the_poisson_quantile() -> None:
    """Independent single messages: the most users whose Poisson demand is within 20 slots."""
    # Poisson of mean 13.9 has P(C <= 20) = 0.9529; of 14.1, 0.9477. At 0.1 a user: 140.
    mean = next(m for m in np.arange(10, 20, 0.001) if stats.poisson.cdf(20, m) < 0.95)
    step = climb(
        behaving(), Rung.INDEPENDENT, SINGLE_SLOTS, Run(np.random.SeedSequence(6), Effort(8, 8))
    )
    assert step.users == pytest.approx(mean / 0.1, rel=0.01)
    assert step.low < step.users < step.high


def test_lower_levels_serve_more_users() -> None:
    """The users served fall as the level rises."""
    served = [
        climb(
            behaving(messages_per_session=10.0),
            Rung.INDEPENDENT,
            Service(measure, level, 20),
            Run(np.random.SeedSequence(2), Effort(8, 8)),
        ).users
        for measure in Measure
        for level in (0.9, 0.95, 0.99)
    ]
    assert served[0] > served[1] > served[2]
    assert served[3] > served[4] > served[5]
    assert served[1] < served[4]


def test_the_seed_decides_and_jobs_do_not() -> None:
    """The same seed gives the same ladder on one thread and on three."""
    preset = load_preset("weekly-max")

    def at(seed: int, jobs: int) -> tuple[Step, ...]:
        run = Run(np.random.SeedSequence(seed), Effort(batches=2, weeks=4), jobs=jobs)
        return ladder(preset.behaviour, preset.service, run)

    assert at(seed=3, jobs=1) == at(seed=3, jobs=3)
    assert at(seed=3, jobs=1) != at(seed=4, jobs=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_presets_reproduce_the_memo(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On a seed that fitted nothing, each rung is within 10 % of 250, 75, 50 and 25."""
    command = ["ladder", "--preset", name, "--seed", "20250704", "--json", "--quiet"]
    assert main(command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["preset"], answer["level"], answer["slots"]) == (name, 0.95, 20)
    assert answer["seed"] == 20250704
    assert [rung["rung"] for rung in answer["rungs"]] == [str(rung) for rung in Rung]
    for rung, target in zip(answer["rungs"], TARGETS.values(), strict=True):
        assert rung["users"] == pytest.approx(target, rel=0.10)
        assert rung["low"] <= rung["users"] <= rung["high"]
        assert rung["high"] - rung["low"] < 0.10 * rung["users"]


KNOBS = (Knob("kappa", 1.0, 100.0, 5.0), Knob("sigma", 0.1, 10.0, 1.0))


def test_least_errors_finds_the_root() -> None:
    """Two knobs that bend two errors to nothing at 10 and 0.5 are found there, near enough."""

    def errors(logs: Floats) -> Floats:
        a, b = logs - np.log([10.0, 0.5])
        return np.array([a + 0.3 * b + 0.1 * a * a, -0.8 * b + 0.2 * a * b])

    assert np.exp(least_errors(errors, KNOBS)) == pytest.approx([10.0, 0.5], rel=0.02)


def test_least_errors_weighs_what_cannot_be_met() -> None:
    """One knob between two targets goes between them; a target out of range stops at its end."""

    def between(logs: Floats) -> Floats:
        return np.array([logs[0] - np.log(8), logs[0] - np.log(18)])

    assert np.exp(least_errors(between, KNOBS[:1])) == pytest.approx([12.0], rel=0.02)
    assert np.exp(least_errors(lambda logs: logs - 9.0, KNOBS[:1])) == pytest.approx([100.0])


def test_every_rung_is_fitted() -> None:
    """The stages of each preset bring every rung to its target, from starts within the ranges."""
    for name in SHIPPED:
        found = stages(load_preset(name).behaviour)
        assert [rung for stage in found for rung in stage.rungs] == list(Rung)
        for stage in found:
            assert len(stage.knobs) == len(stage.rungs)
            assert all(knob.low < knob.start < knob.high for knob in stage.knobs)


def test_what_is_said_to_be_fitted_is_fitted() -> None:
    """The presets name the fit as the source of the knobs, and of nothing else."""
    for name in SHIPPED:
        preset = load_preset(name)
        said = {key for key, entry in preset.entries.items() if "Fitted" in entry.source}
        knobs = {knob.name for stage in stages(preset.behaviour) for knob in stage.knobs}
        assert said == {f"behaviour.{knob}" for knob in knobs}


def test_bad_input_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    """A preset that is not there exits with 2 and one line."""
    assert main(["ladder", "--preset", "nowhere"]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ladder", "--seed", "x"], "'x' is not a whole number"),
        (["ladder", "--level", "2"], "2 is outside 0.5 to 0.9999"),
        (["ladder", "--level", "high"], "'high' is not a number, such as 0.95"),
        (["calibrate", "--batches", "1"], "1 is outside 2 to 10000"),
    ],
)
def test_bad_options_are_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An option out of range exits with 2 and says what is allowed."""
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_text_and_lists_of_levels(capsys: pytest.CaptureFixture[str]) -> None:
    """Several levels give each rung a row a level."""
    words = ["ladder", "--preset", "weekly-max", "--batches", "2", "--within", "0.5"]
    assert main([*words, "--json", "--level", "0.9", "--level", "0.95"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["level"] == [0.9, 0.95]
    easy, hard = ([r for r in answer["rungs"] if r["level"] == level] for level in (0.9, 0.95))
    assert [row["rung"] for row in easy] == [row["rung"] for row in hard] == list(Rung)
    assert all(a["users"] > b["users"] for a, b in zip(easy, hard, strict=True))
    assert main([*words, "--level", "0.9"]) == 0
    text = capsys.readouterr().out
    assert "0.9 of weeks" in text
    assert text.count("seasonality") == 1
