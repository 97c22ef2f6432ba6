"""Scaling in the workbook: static and scaled pods, sample weeks, cascades, and their tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
import scalings
from oracle import Entry

from simcore.batch import simulate_years
from simcore.behaviour import Rung
from simcore.capacity import needs
from simcore.cascade import Cascade, Waiting
from simcore.concurrency import Plan, simulate
from simcore.ladder import Effort, Run
from simcore.operation import Policy, Span, operated
from simcore.performance import peaks_of, performance
from simcore.policy import limited_behaviour
from simcore.presets import load_preset
from simcore.research import Batch, load_batch
from simcore.scaling import MOST_PODS, Scaling, perfect, static
from simcore.tables.gaps import gap_rows, law_rows
from simcore.traces import trace
from workbook.book import Charts, Column, tables_of
from workbook.build import Built
from workbook.evaluate import Model
from workbook.functions import Value
from workbook.tabs.operated import minutes_words, share_of, share_words, users_words

NO_ROW = "not in table"
SEED = np.random.SeedSequence(81)
PRESETS = ("weekly-max", "time-share")

At = Callable[[Mapping[str, Entry]], Model]


@pytest.fixture(scope="module")
def at(built: Built) -> At:
    """The model at changed inputs."""
    return lambda changes: Model(built.book.tabs, changes)


def number(value: Value) -> float:
    assert isinstance(value, float), value
    return value


def column(built: Built, axis: str, key: str) -> Column:
    """A column by its table's key and its own."""
    return next(
        c
        for tab in built.book.tabs
        for table in tables_of(tab)
        for c in table.columns
        if (table.axis.key, c.key) == (axis, key)
    )


# --- hand-worked -------------------------------------------------------------------------------


def test_a_scaled_pod_by_hand(at: At) -> None:
    """1.11564 pods for 720 h at $35 are $28,114 a month: 11.6 % above one pod's $25,200."""
    live = at({})
    row = scalings.found("autoscale", "time-share", users=25, run="scaled", spin_up=1, headroom=0)
    assert row is not None
    pods = float(row["pods"])
    assert pods == pytest.approx(1.11564, abs=5e-6)
    assert live["scaled_hours"] == pytest.approx(pods * 720)
    assert live["scaled_cost"] == pytest.approx(pods * 720 * 35)
    assert live["static_cost"] == 25_200
    assert live["scaling_added"] == pytest.approx(pods - 1)
    # 12 batches have 11 degrees of freedom: t = 2.201
    assert live["scaling_added_to"] == pytest.approx(
        pods - 1 + 2.201 * float(row["pods_error"]), abs=1e-6
    )
    assert live["scaling_words"] == "costs +12%"
    assert live["scaling_spares"] == "1075 → 4 min"


def test_what_was_never_seen_may_still_come(at: At) -> None:
    """No outage in 96 weeks: one in 20 samples sees none at ln 20 / 96 = 0.031 a week."""
    live = at({})
    assert live["scaled_long"] == 0
    assert live["scaled_long_from"] == 0
    assert live["scaled_long_to"] == pytest.approx(math.log(20) / 96)


def test_a_pod_that_never_empties_has_no_row(at: At) -> None:
    """Of 500 users there are scaled pods and no static one: words on one side, figures beside."""
    live = at({"scaling.users": "500 users"})
    assert live["scaling_reach"] == "● scaled only: one pod never empties"
    assert live["static_pods"] == live["static_cost_to"] == live["scaling_added"] == NO_ROW
    assert number(live["scaled_pods"]) > 3
    assert live["checks_failed"] == 0


@pytest.mark.parametrize("pick", ["preset", "users", "spin_up", "headroom"])
def test_what_no_table_has_gets_words_and_no_number(at: At, pick: str) -> None:
    """Whatever was picked that is in no row: no figure, the words, and a check that fails."""
    live = at({f"scaling.{pick}": "something else"})
    assert {live[f"scaled_{key}{end}"] for key in scalings.MEASURES for end in ("", "_to")} == {
        NO_ROW
    }
    assert str(live["scaling_reach"]).startswith("▲")
    assert live["check_scaling_range"] == 1
    assert live["scaling_words"] == "–"


@pytest.mark.parametrize(
    ("retry", "zombie", "gain", "runs"),
    [
        ("none", "none", 0.0, False),
        ("nine tenths", "none", 0.9, False),
        ("half", "half", 1.0, True),
        ("nine tenths", "half", 1.4, True),
    ],
)
def test_a_cascade_runs_away_from_a_gain_of_one(
    at: At, retry: str, zombie: str, gain: float, *, runs: bool
) -> None:
    """Gain = what comes back + what is worked for nobody; from 1 on there are words alone."""
    live = at({"scaling.retry": retry, "scaling.zombie": zombie})
    assert live["cascade_gain"] == pytest.approx(gain)
    told = f"▲ runs away: a failure brings back {gain:.2f}"
    assert (live["cascade_state"] == told) is runs
    assert (live["cascade_attempts"] == "never drains") is runs
    if not runs:
        assert str(live["cascade_state"]).startswith("● drains")
        assert number(live["cascade_attempts"]) >= 1


def test_those_who_come_back_make_attempts(at: At) -> None:
    """At a share f of attempts that fail a message makes 1/(1 - f retry) of them, and more fail."""
    first = at({"scaling.retry": "none"})
    more = at({"scaling.retry": "nine tenths"})
    assert first["cascade_attempts"] == 1
    assert number(more["cascade_attempts"]) > 2
    assert number(more["cascade_overload"]) > number(first["cascade_overload"])


def test_picks_of_the_table_s_words() -> None:
    """The words of a pick name its number, and back."""
    assert (users_words(500), minutes_words(0), share_words(0.9)) == (
        "500 users",
        "no time",
        "nine tenths",
    )
    assert [share_of(share_words(share)) for share in (0.0, 0.2, 0.5, 0.9)] == [0, 0.2, 0.5, 0.9]


# --- laws --------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_headroom_costs_and_spares_waits(preset: str) -> None:
    """More headroom is more pods and less overload; a longer spin-up is more overload."""
    for users in scalings.USERS.values():
        for spin_up in scalings.SPIN_UPS.values():
            those = [
                row
                for share in (0.0, 0.2, 0.5)
                if (
                    row := scalings.found(
                        "autoscale",
                        preset,
                        users=users,
                        run="scaled",
                        spin_up=spin_up,
                        headroom=share,
                    )
                )
            ]
            assert len(those) == 3
            pods = [float(row["pods"]) for row in those]
            overload = [float(row["overload"]) for row in those]
            assert pods == sorted(pods)
            assert overload == sorted(overload, reverse=True)
            if spin_up == 0:
                assert overload == [0, 0, 0]


def test_the_memo_s_scaling_is_shown_by_time_share(built: Built, at: At) -> None:
    """Two outages a week and some 20 %: of the time-share preset; weekly-max has neither."""
    live = at({"scaling.preset": "weekly-max", "scaling.users": "50 users"})
    quiet, added = at({"scaling.preset": "weekly-max"}), column(built, "autoscale", "added")
    assert number(quiet["static_long"]) == 0
    assert number(quiet["scaling_added"]) < 0.001
    assert 1.5 <= number(at({})["static_long"]) < 2.5
    keys = [entity.key for entity in added.axis.entities]
    found = live.cell(added, keys.index("time_share_25_scaled_1_20"))
    assert 0.15 <= number(found) < 0.25


def test_pods_on_other_slots_are_stale(at: At) -> None:
    """Pod's memory decides its slots: the tables were computed for 20, and say so here alone."""
    live = at({"pod.kv_memory": 450.0})
    assert live["pod_slots"] == 30
    words = "▲ weekly-max: 1 changed, first: Slots of a pod, on Pod. "
    assert str(live["scaling_state"]).startswith(words)
    assert str(live["demand_state"]).startswith("●")
    assert (live["check_stale_weekly_max"], live["check_stale_time_share"]) == (1, 1)
    assert str(at({"weekly_max.slots": 30.0})["scaling_state"]).startswith("▲ weekly-max")


# --- the simulation's own answer ---------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_shipped_scaling_is_what_is_simulated_now(preset: str) -> None:
    """Pods and long outages of 25 users with another seed, within 4 standard errors."""
    told = load_preset(preset)
    scaling = Scaling(
        slots_per_pod=20, minimum=1, maximum=MOST_PODS, headroom=0.2, spin_up=1.0, cool_down=5.0
    )
    policies = [
        Policy("need", perfect(20)),
        Policy("static", static(1, 20)),
        Policy("scaled", scaling),
    ]
    span = Span(np.random.SeedSequence(77), 6, 4, 2)
    need, still, moved = operated(told.behaviour, 25, policies, span)
    peaks = peaks_of(need)
    for outcome, wanted in (
        (still, {"run": "static"}),
        (moved, {"run": "scaled", "spin_up": 1, "headroom": 0.2}),
    ):
        now = performance(outcome, peaks)
        row = scalings.found("autoscale", preset, users=25, **wanted)
        assert row is not None
        for key, (value, error) in {"pods": now.pods, "long": now.overloads.long}.items():
            allowed = 4 * math.hypot(error, float(row[f"{key}_error"])) + 1e-4
            assert abs(value - float(row[key])) < allowed, (preset, key)


def test_shipped_cascades_are_what_is_simulated_now() -> None:
    """Attempts, losses and overload of 25 impatient users, within 4 standard errors."""
    impatient = Cascade(
        waiting=Waiting.EXPONENTIAL, patience=2.0, retry=0.5, retry_delay=1.0, zombie=0.0
    )
    policies = [Policy("need", perfect(20)), Policy("static", static(1, 20), impatient)]
    span = Span(np.random.SeedSequence(80), 6, 4, 2)
    need, still = operated(load_preset("time-share").behaviour, 25, policies, span)
    now = performance(still, peaks_of(need))
    row = scalings.found("cascade", "time-share", users=25, retry=0.5, zombie=0)
    assert row is not None
    measures = {"attempts": now.attempts, "lost": now.lost, "overload": now.overloads.minutes}
    for key, (value, error) in measures.items():
        assert abs(value - float(row[key])) < 4 * math.hypot(error, float(row[f"{key}_error"])), key


@pytest.mark.parametrize("preset", PRESETS)
def test_shipped_messages_are_what_is_simulated_now(preset: str) -> None:
    """Messages sent on the last rung with another seed, within 4 standard errors."""
    behaviour = load_preset(preset).behaviour.at(Rung.CORRELATION)
    sample = simulate(behaviour, Plan((8,), 24), np.random.SeedSequence(78))
    sent = sample.messages[:, 0] / (8 * 32 * 7)
    error = sent.std(ddof=1) / math.sqrt(24)
    row = scalings.found("messages", preset, rung="correlation")
    assert row is not None
    assert abs(sent.mean() - float(row["sent"])) < 4 * math.hypot(error, float(row["error"]))


@pytest.mark.parametrize("preset", PRESETS)
def test_shipped_weeks_are_of_the_seed(preset: str) -> None:
    """The sample week of 25 users is the one that the workbook's seed gives."""
    scaling = Scaling(
        slots_per_pod=20, minimum=1, maximum=MOST_PODS, headroom=0.0, spin_up=1.0, cool_down=5.0
    )
    rows = [row for row in scalings.rows("traces", preset) if row["users"] == 25]
    policy, seed = Policy("scaled", scaling), np.random.SeedSequence(20250707)
    week = trace(load_preset(preset).behaviour, 25, policy, seed, 30.0)
    assert week.slots_peak == pytest.approx([float(row["slots_peak"]) for row in rows])
    assert 20 * week.pods_ready == pytest.approx(
        [float(row["slots_ready"]) for row in rows], rel=1e-5
    )


def test_shipped_gaps_are_what_is_simulated_now() -> None:
    """The share of every class with another seed, within 5 standard errors: 44 are looked at."""
    preset = load_preset("weekly-max")
    rows = scalings.rows("gaps", preset.name)
    for row, (_, _, seen, error, *_) in zip(rows, gap_rows(preset, 79, 1), strict=True):
        allowed = 5 * math.hypot(float(row["error"]), float(error)) + 1e-5
        assert abs(float(row["seen"]) - float(seen)) < allowed, row["from"]


def test_shipped_laws_are_what_is_fitted_now() -> None:
    """With another seed the same order, and distances within 0.02: the laws' own, not the noise."""
    preset = load_preset("weekly-max")
    rows = scalings.rows("laws", preset.name)
    for row, (law, parameters, _, distance) in zip(rows, law_rows(preset, 79, 1), strict=True):
        assert (row["law"], row["parameters"]) == (law, parameters)
        assert float(row["distance"]) == pytest.approx(float(distance), abs=0.02)


def test_shipped_limits_are_what_is_simulated_now() -> None:
    """Slots of 20 users under the rate limit with another seed, within 4 standard errors."""
    told = load_preset("time-share")
    behaviour, run = limited_behaviour(told.behaviour, 5.0), Run(SEED, Effort(16, 32, 0.05), 2)
    [need] = needs(behaviour, Rung.CORRELATION, told.service.measure, (20,), (0.95,), run)
    row = scalings.found("limited", told.name, level=0.95, users=20)
    assert row is not None
    assert abs(need.slots - float(row["slots"])) < 4 * math.hypot(need.error, float(row["error"]))


def test_shipped_batches_are_what_is_simulated_now() -> None:
    """Pods of experiments of 96 hours with another seed, within 4 standard errors."""
    _, research = load_batch()
    rows = [r for r in scalings.rows_of("batch") if (r["hours"], r["deadline_share"]) == (96, 0.7)]
    years = simulate_years(Batch(research=research, hours=96.0, pods_each=1), 400, SEED)
    for key, (value, error) in {"mean": years.mean(), "peak": years.mean_peak()}.items():
        allowed = 4 * math.hypot(error, float(rows[0][f"{key}_error"]))
        assert abs(value - float(rows[0][key])) < allowed, key


# --- charts ------------------------------------------------------------------------------------


def test_charts_of_simulated_tables_are_titled_with_units(built: Built) -> None:
    """Six weeks and two histograms: headline, title, both axes, and ranges of equal length."""
    tabs = [tab for tab in built.book.tabs if tab.name in ("Demand", "Scaling")]
    blocks = [block for tab in tabs for block in tab.blocks if isinstance(block, Charts)]
    charts = [chart for block in blocks for chart in block.charts if chart.kind != "curves"]
    assert sorted(chart.kind for chart in charts) == ["course"] * 6 + ["density"] * 2
    for chart in charts:
        assert chart.title
        assert chart.across_title
        assert chart.value_title
        for series in chart.series:
            assert isinstance(series.values, Column)
            assert isinstance(series.across, Column)
            assert len(series.values.axis.entities) == len(series.across.axis.entities)
