"""Policy and the peaks of Batch: sign-ups, pods, money, and the tables that they are read from."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import demands
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Entry
from seen import Given

import simcore.tables.make
from simcore.access import SignUps, load_policy
from simcore.batch import simulate_years
from simcore.behaviour import Rung
from simcore.capacity import needs
from simcore.ladder import Effort, Run
from simcore.policy import limited_behaviour, refused_share
from simcore.presets import load_preset
from simcore.research import Batch, load_batch
from simcore.tables.recipes import SEED
from simcore.tables.table import Cell, Recipe
from simcore.waitlist import Week, expected_weeks, flowing_weeks
from workbook.assumptions import Assumptions, InputFaults, load, taken
from workbook.cli import main
from workbook.paths import TEMPLATES
from workbook.simulated import simulate

OUTSIDE = "outside the table"
FLOWS = ("wanted", "admitted", "gave_up", "left", "waiting", "active")


def signing(changes: Mapping[str, Entry]) -> SignUps:
    shipped, _ = load_policy()
    return replace(shipped, **{key.partition(".")[2]: to for key, to in changes.items()})  # type: ignore[arg-type]


# --- users week by week ------------------------------------------------------------------------


@given(
    st.fixed_dictionaries(
        {
            "sign_ups.cap": st.integers(0, 400).map(float),
            "sign_ups.interest": st.floats(0, 600),
            "sign_ups.growth": st.floats(-0.1, 0.1),
            "sign_ups.burst": st.floats(0, 9000),
            "sign_ups.burst_week": st.integers(0, 60).map(float),
            "sign_ups.burst_weeks": st.floats(0.05, 20),
            "sign_ups.patience": st.floats(0.1, 60),
            "sign_ups.stay": st.floats(0.1, 200),
            "sign_ups.starting": st.integers(0, 2000).map(float),
        }
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_weeks_are_the_simulation_s_flow(at: Given, changes: dict[str, Entry]) -> None:
    """At the same inputs every week's wanted, admitted, waiting, active and gone are simcore's."""
    live = at(changes)
    weeks: list[Week] = flowing_weeks(signing(changes), 52)
    for name in FLOWS:
        expected = [getattr(week, name) for week in weeks]
        assert live.numbers("weeks", name) == pytest.approx(expected, rel=1e-9, abs=1e-7), name
    assert live.number("policy_people_gap") < 1e-12


def test_three_weeks_by_hand(at: Given) -> None:
    """120 wish to join and 100 may: 20 wait and 10 stay; then 30 and 15, then 35 and 17.5."""
    half = 1 / math.log(2)
    live = at(
        {
            "sign_ups.cap": 100.0,
            "sign_ups.burst": 0.0,
            "sign_ups.patience": half,
            "sign_ups.stay": half,
            "sign_ups.starting": 0.0,
        }
    )
    assert live.numbers("weeks", "waiting")[:3] == pytest.approx([10, 15, 17.5])
    # of 100 who come over a week 100 x (1 - 1/2) / ln 2 = 72.13 are there at its end
    active = live.numbers("weeks", "active")
    assert active[:3] == pytest.approx([72.13, 108.20, 126.24], abs=0.01)
    # one in ten counts 1 and nine a tenth: 0.19 of each
    assert live.numbers("weeks", "equivalents")[:3] == pytest.approx([0.19 * a for a in active[:3]])


def test_the_flow_is_near_what_is_expected(at: Given) -> None:
    """With the shipped inputs no week's users are off the expected by more than 5 of 2,859."""
    shipped, _ = load_policy()
    expected = [week.active for week in expected_weeks(shipped, 52)]
    assert np.abs(np.subtract(at({}).numbers("weeks", "active"), expected)).max() < 5


# --- slots, pods and money ---------------------------------------------------------------------

PICKED: dict[str, Entry] = {"access.preset": "time-share", "access.level": "99 in 100"}


@pytest.mark.parametrize("picked", [{}, PICKED])
@pytest.mark.parametrize("week", [1, 20, 52])
def test_a_week_needs_what_the_calculator_says(
    at: Given, picked: dict[str, Entry], week: int
) -> None:
    """Slots and pods are those of Demand for as many users; the cost is 7/30 of a month's."""
    live = at(picked)
    users = live.numbers("weeks", "equivalents")[week - 1]
    asked = {k.replace("access", "demand"): v for k, v in picked.items()}
    there = at({**asked, "demand.users": users})
    assert live.numbers("weeks", "free_slots")[week - 1] == pytest.approx(
        there.number("demand_slots"), rel=1e-12
    )
    assert live.numbers("weeks", "free_pods")[week - 1] == there["demand_pods"]
    for name in ("cost", "revenue", "margin"):
        own = live.numbers("weeks", f"free_{name}")[week - 1]
        assert own == pytest.approx(there.number(f"demand_{name}") * 7 / 30, rel=1e-9)


def test_users_who_pay_for_a_pod_leave_no_margin(at: Given) -> None:
    """As many users as the closed form says earn just what one pod costs, at each price."""
    live = at({})
    pod, user = live.number("policy_pod_week"), live.number("policy_user_week")
    assert pod == 35 * 168
    assert live.number("policy_even_realised") * user == pytest.approx(pod)
    assert live.number("policy_even_list") == pytest.approx(live.number("policy_even_realised") / 2)
    cut = live.number("policy_even_apart") * user
    assert cut == pytest.approx(pod * (1 - 0.7))
    assert live.number("policy_even_tight") > live.number("policy_even_realised")
    # such users on exactly one pod: Demand's margin is nothing where the pod holds them
    one = at({"pod.kv_memory": 2400.0, "demand.users": live["policy_even_realised"]})
    assert one["demand_pods"] == 1
    assert one.number("demand_margin") == pytest.approx(0, abs=1e-6)


@given(st.floats(0.6, 0.8), st.sampled_from(["weekly-max", "time-share"]))
@settings(max_examples=15, deadline=None)
def test_a_stack_of_its_own_saves_its_share(at: Given, cut: float, preset: str) -> None:
    """Cost is less by the share, revenue the same, and what pays goes on paying.

    Beside it stand the margins at 60 and at 80 %, whatever is picked between them.
    """
    live = at({"policy.stack_cut": cut, "access.preset": preset})
    cost, margin = live.numbers("options", "cost"), live.numbers("options", "margin")
    count = live.numbers("options", "count")
    for here, apart in ((0, 1), (2, 3)):
        assert cost[apart] == pytest.approx(cost[here] * (1 - cut))
        assert margin[apart] - margin[here] == pytest.approx(cost[here] * cut)
        assert count[apart] >= count[here]
        for end, least in (("margin_least", 0.6), ("margin_most", 0.8)):
            ends = live.numbers("options", end)
            assert ends[here] == margin[here]
            assert ends[apart] - margin[here] == pytest.approx(cost[here] * least)
    for course in ("free", "tight"):
        summed = live.numbers("weeks", f"{course}_summed")
        assert summed[-1] == pytest.approx(margin[2 * (course == "tight")])


def test_when_access_pays_is_said_in_words(at: Given) -> None:
    """Production loses all year and a stack of its own pays from its third week; at list price too.

    A user earns $71 a week and the pods that 500 of them need cost $130 each.
    """
    live = at({})
    words = ["in no week of the year", "first in week 3"] * 2
    assert live.column("options", "words") == words
    assert live["policy_pays_free"] == "not in the table"
    dear = at({"pod.realised_factor": 1.0})
    assert str(dear.column("options", "words")[0]).startswith("first in week")
    # the last row that loses is the one before
    covers = dear.numbers("paying", "free_cover")
    users = demands.curve("weekly-max", "correlation", 0.95)
    last = max(i for i, cover in enumerate(covers) if cover < 1)
    assert dear["policy_pays_free"] == users[last + 1][0]


def test_beyond_the_table_there_are_words_and_no_number(at: Given) -> None:
    """One wish a week is 0.19 users: no slots, no sum of weeks that have some, a failed check."""
    live = at({"sign_ups.interest": 1.0})
    slots = live.column("weeks", "free_slots")
    assert slots[:8] == [OUTSIDE] * 8
    assert isinstance(slots[12], float)  # the burst
    for key in ("most", "hours", "full", "cost", "revenue", "margin", "words"):
        assert set(live.column("options", key)) == {OUTSIDE}
    assert live.column("weeks", "free_summed") == [OUTSIDE] * 52
    assert live["check_policy_range"] == 1


# --- the peaks of batch experiments ------------------------------------------------------------


def test_peaks_are_those_measured(at: Given) -> None:
    """13.3 h: 2, 3 and 4 pods in 5, 50 and 95 % of years; 96 h: 4, 6 and 8; 195 h: 5, 8 and 11."""
    live = at({})
    rows = [live.numbers("lengths", f"peak_{level}") for level in (5, 50, 95)]
    peaks = list(zip(*rows, strict=True))
    assert peaks[1] == pytest.approx((2, 3, 4))
    assert peaks[3] == pytest.approx((4, 6, 8))
    assert peaks[5] == pytest.approx((5, 8, 11))
    verdicts = live.column("lengths", "verdict")
    assert verdicts == ["below the memo’s"] * 3 + ["as the memo’s"] * 3
    assert [live[f"batch_sim_peak_{level}"] for level in (5, 50, 95)] == pytest.approx([2, 3, 4])
    # four pods at $151,632 are three times the memo's $200,000
    assert live.numbers("held_pods", "cost") == pytest.approx([n * 151_632 for n in (2, 3, 4)])
    assert live.numbers("held_pods", "of_low")[2] == pytest.approx(4 * 151_632 / 200_000)


def test_peaks_are_read_between_hours_and_shares(at: Given) -> None:
    """Half way from 13.3 to 48 h and from 35 to 70 % is the mean of four rows of the table."""
    hours, share = (13.3333 + 48) / 2, (0.35 + 0.7) / 2
    samples = hours * 60 * 400_000 / 4000 / 200  # of each permutation
    live = at({"batch.samples": samples, "research.deadline_share": share})
    assert live.number("batch_hours_exact") == pytest.approx(hours)
    rows = [row for row in demands.shipped("batch") if row[0] in (13.3333, 48.0)]
    corners = [float(row[4]) for row in rows if row[1] in (0.35, 0.7)]
    assert len(corners) == 4
    assert live.number("batch_sim_peak") == pytest.approx(sum(corners) / 4)


def test_an_experiment_on_more_pods_holds_more(at: Given) -> None:
    """A quarter of the tokens as output takes 12.5 pods, so that every peak is thirteen times."""
    live = at({"batch.output_reading": "A share is output"})
    assert live["batch_pods_each"] == 13
    assert live.numbers("lengths", "peak_50")[1] == pytest.approx(3 * 13)


def test_hours_beyond_the_table_have_no_peaks(at: Given) -> None:
    """Of 6,000 samples an experiment takes 200 hours, where the table has 4 to 195."""
    live = at({"batch.samples": 6000.0})
    assert live["batch_sim_peak"] == live["batch_sim_mean"] == OUTSIDE
    assert live.column("held_pods", "held") == [OUTSIDE] * 3
    assert live["batch_reach"] == "▲ outside the table, which has 4 to 195 hours"
    assert live["check_batch_range"] == 1


# --- the guard ---------------------------------------------------------------------------------


def test_the_guard_names_changed_research(at: Given) -> None:
    """On Batch and on the Cover; the share of deadlines is read within the table, and is none."""
    live = at({"research.researchers": 20.0, "research.deadline_share": 0.4})
    words = "▲ batch experiments: 1 changed, first: Researchers of the simulation. "
    assert live["batch_state"] == live["cover_simulated_batch"] == words
    assert str(live["cover_simulated_weekly_max"]).startswith("●")
    assert str(live["policy_state"]).startswith("●")
    assert (live["check_stale_batch"], live["checks_failed"]) == (1, 1)


def test_the_guard_names_a_changed_rate_limit(at: Given) -> None:
    """Policy's tables under the limit are of 5 requests a minute; Demand's are of none."""
    live = at({"pod.rate_limit": 4.0})
    assert "first: Rate limit of a user, on Inputs" in str(live["policy_state"])
    assert str(live["demand_state"]).startswith("●")
    assert (live["check_stale_weekly_max"], live["check_stale_time_share"]) == (1, 1)


# --- the tables' files -------------------------------------------------------------------------


@pytest.mark.parametrize("row", [5, 14])
def test_shipped_rows_of_experiments_are_what_is_simulated_now(row: int) -> None:
    """Two rows with another seed: means within 4 standard errors, quantiles within 1."""
    hours, share, *shipped = (float(cell) for cell in demands.shipped("batch")[row])
    research = replace(load_batch()[1], deadline_share=share)
    years = simulate_years(
        Batch(research=research, hours=hours, pods_each=1), 2000, np.random.SeedSequence(99)
    )
    for (mean, error), at_build, its_error in (
        (years.mean(), shipped[0], shipped[1]),
        (years.mean_peak(), shipped[2], shipped[3]),
    ):
        assert abs(mean - at_build) < 4 * math.hypot(error, its_error)
    for level, quantile in zip((0.05, 0.5, 0.95), shipped[4:], strict=True):
        assert abs(years.peak_quantile(level)[0] - quantile) <= 1


@pytest.mark.parametrize("preset", demands.PRESETS.values())
def test_shipped_rows_of_the_limit_are_what_is_simulated_now(preset: str) -> None:
    """A few users with another seed, within 4 standard errors; so are the shares refused."""
    told, (_, policy) = load_preset(preset), load_policy()
    behaviour = limited_behaviour(told.behaviour, policy.requests_per_minute)
    rows = {(row[0], row[1]): row for row in demands.shipped(f"limited-{preset}")}
    run = Run(np.random.SeedSequence(7), Effort(24, 32, 0.05), 2)
    found = needs(behaviour, Rung.CORRELATION, told.service.measure, (15, 75), (0.9, 0.95), run)
    for need in found:
        _, _, slots, error, *_ = map(float, rows[need.level, need.users])
        assert abs(slots - need.slots) < 4 * math.hypot(error, need.error), need
    for each, at_build in zip((behaviour, told.behaviour), rows[0.9, 15][4:], strict=True):
        share, error = refused_share(each.at(Rung.CORRELATION), run)
        assert abs(share - float(at_build)) < 4 * math.sqrt(2) * error


class Counted:
    """Stands in for the simulation: shipped rows, counted."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, recipe: Recipe, seed: int) -> Sequence[Sequence[Cell]]:
        """The shipped rows of the table."""
        assert seed == SEED
        self.asked.append(recipe.name)
        return demands.shipped(recipe.name)


@pytest.mark.parametrize(
    ("setting", "tables"),
    [
        ("research.lead_days=20", ["batch"]),
        ("pod.rate_limit=7", ["limited-time-share", "limited-weekly-max"]),
        ("research.deadline_share=0.2", []),
        ("sign_ups.cap=200", []),
        ("policy.stack_cut=0.65", []),
    ],
)
def test_only_tables_of_a_changed_number_are_computed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, tables: list[str]
) -> None:
    """What a table does not read leaves it as it is."""
    counted = Counted()
    monkeypatch.setattr(simcore.tables.make, "_computed", counted)
    simulate(load((), [setting]), kept=tmp_path)
    assert sorted(counted.asked) == tables


# --- the files ---------------------------------------------------------------------------------


def test_every_number_stands_in_one_file(memo_inputs: Assumptions) -> None:
    """What policy.toml and batch.toml give, memo.toml does not, and each comes with its source."""
    memo = tomllib.loads((TEMPLATES / "memo.toml").read_text(encoding="utf-8"))
    for name, inputs in taken.INPUTS.items():
        tree = tomllib.loads((TEMPLATES / f"{name}.toml").read_text(encoding="utf-8"))
        for (table, key), each in inputs.items():
            section, attribute = each.target
            assert attribute not in memo.get(section, {})
            entry = memo_inputs.input(".".join(each.target))
            assert entry.source == tree[table][key]["source"]
            assert getattr(entry, "value") == tree[table][key]["value"]  # noqa: B009


def test_every_parameter_of_sign_ups_is_an_input(memo_inputs: Assumptions) -> None:
    """The workbook has all that the simulation's sign-ups have, in the same order."""
    own = [entry.id.partition(".")[2] for entry in memo_inputs.sign_ups.inputs()]
    assert own == [item.name for item in fields(SignUps)]


def test_faults_of_the_files_come_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its file, its line and its key; nothing is written, and nothing is traced."""
    for name, right, wrong in (
        ("policy", "value = 150", "value = 1.5"),
        ("batch", "value = [30, 135, 270]", "value = [30, 400]"),
    ):
        text = (TEMPLATES / f"{name}.toml").read_text("utf-8")
        (tmp_path / f"{name}.toml").write_text(text.replace(right, wrong, 1), "utf-8")
    monkeypatch.setattr(taken, "TEMPLATES", tmp_path)
    out = tmp_path / "book.xlsx"
    assert main(["build", "--out", str(out)]) == 2
    first, second = capsys.readouterr().err.strip().split("\n")
    assert first.startswith("policy.toml:")
    assert "sign_ups.cap: 1.5, where a whole number is needed" in first
    assert second.startswith("batch.toml:")
    assert "research.deadlines" in second
    assert not out.exists()


@pytest.mark.parametrize("cut", ["0.5", "90%"])
def test_a_stack_that_saves_otherwise_is_refused(cut: str) -> None:
    """The memo says 60 to 80 %, and the input is kept within that."""
    with pytest.raises(InputFaults, match=r"policy\.stack_cut: 0\.\d is outside 0\.6 to 0\.8"):
        load((), [f"policy.stack_cut={cut}"])
