"""Policy: sign-ups against their recurrences, rate limits, queues and schedules."""

import argparse
import json
from dataclasses import replace
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import behaving
from scipy import stats

from simcore.access import Policy, SignUps, load_policy
from simcore.backlog import delays, queued_slots, share_in_time, slot_paths
from simcore.behaviour import Rung
from simcore.commands.policy import add
from simcore.documents import TEMPLATES
from simcore.faults import ParameterFaults
from simcore.ladder import Run
from simcore.limits import limits_table
from simcore.options import Needs, needs_of, open_minutes, options_at, queued_needs
from simcore.policy import (
    Crowding,
    Curve,
    crowding,
    limited_behaviour,
    need_curves,
    open_share,
    refused_share,
    slots_at_limit,
    users_to_fill,
)
from simcore.preset import Measure
from simcore.presets import SHIPPED, load_preset
from simcore.theory import erlang_b
from simcore.waitlist import (
    Law,
    expected_weeks,
    flowing_weeks,
    poisson_law,
    simulate_weeks,
    sum_law,
    thinned_law,
)

SIGMAS = 4.0
"""Tolerance in standard errors."""

SEED = np.random.SeedSequence(5150)


def signing(**changes: object) -> SignUps:
    sign_ups, _ = load_policy()
    return replace(sign_ups, **changes)  # type: ignore[arg-type]


def ruling(**changes: object) -> Policy:
    _, policy = load_policy()
    return replace(policy, **changes)  # type: ignore[arg-type]


def test_poisson_law_is_poisson() -> None:
    """The law's chances are Poisson's, for small means and large."""
    for mean in (0.0, 0.3, 150.0, 5000.0):
        law = poisson_law(mean)
        assert law.chances == pytest.approx(stats.poisson.pmf(law.numbers, mean), abs=1e-12)
        assert law.mean == pytest.approx(mean)


def test_sums_and_thinning_of_poisson_are_poisson() -> None:
    """The sum of Poisson numbers, and those kept of one, are Poisson of the sum and the share."""
    law = thinned_law(sum_law(poisson_law(40.0), poisson_law(60.0)), 0.3)
    assert law.chances == pytest.approx(stats.poisson.pmf(law.numbers, 30.0), abs=1e-10)


def test_thinning_is_binomial() -> None:
    """Of exactly 500 each is kept with chance 0.9 by himself."""
    law = thinned_law(Law(500, np.ones(1)), 0.9)
    assert law.chances == pytest.approx(stats.binom.pmf(law.numbers, 500, 0.9), abs=1e-10)


def test_the_excess_above_a_number() -> None:
    """Of 1, 2 or 3 with chances .2, .3, .5 the excess above 2 is 0 or 1 with .5 each."""
    law = Law(1, np.array([0.2, 0.3, 0.5]))
    assert law.beyond(2).chances == pytest.approx([0.5, 0.5])
    assert law.beyond(0) == law
    assert law.beyond(9).mean == 0


def test_a_full_list_fills_by_the_memos_curve() -> None:
    """With a cap s always filled, U(k) = s l (1 - e^(-k/l))."""
    sign_ups = signing(cap=150, interest=600.0, burst=0.0, stay=26.0, patience=4.0)
    weeks = expected_weeks(sign_ups, 52)
    for week in (1, 10, 52):
        # For k = 52: 150 x 26 x (1 - e^-2) = 3372.2
        theory = 150 * 26 * (1 - exp(-week / 26))
        assert weeks[week - 1].active == pytest.approx(theory, rel=1e-9)
    assert weeks[51].active == pytest.approx(3372.2, abs=0.05)


def test_sign_ups_by_hand() -> None:
    """Nobody may join: interest piles up and half of it gives up each week."""
    half = 1 / np.log(2)  # e^(-1/half) = 1/2
    sign_ups = signing(cap=0, interest=80.0, burst=0.0, patience=half, stay=half, starting=1000)
    first, second, third = expected_weeks(sign_ups, 3)
    # 80 wait and 40 stay; 120 wait and 60 stay; 140 wait and 70 stay.
    assert [week.waiting for week in (first, second, third)] == pytest.approx([40, 60, 70])
    assert [week.gave_up for week in (first, second, third)] == pytest.approx([40, 60, 70])
    assert [week.active for week in (first, second, third)] == pytest.approx([500, 250, 125])
    assert [week.left for week in (first, second, third)] == pytest.approx([500, 250, 125])


def test_a_burst_brings_what_it_has() -> None:
    """The burst adds its users in all, from its week on."""
    sign_ups = signing(interest=100.0, burst=3000.0, burst_week=8, burst_weeks=2.0)
    wanted = [sign_ups.wanted(week) for week in range(200)]
    assert wanted[:8] == [100.0] * 8
    # 3000 x (1 - e^(-1/2)) = 1180.4 in the first week
    assert wanted[8] == pytest.approx(1280.4, abs=0.05)
    assert sum(wanted) == pytest.approx(200 * 100 + 3000)


def test_interest_grows_week_by_week() -> None:
    """2 % a week on 100: 100, 102, 104.04, and the burst comes on top of what has grown."""
    sign_ups = signing(interest=100.0, growth=0.02, burst=3000.0, burst_week=2, burst_weeks=2.0)
    assert [sign_ups.wanted(week) for week in (0, 1)] == pytest.approx([100, 102])
    assert sign_ups.wanted(2) == pytest.approx(104.04 + 1180.41, abs=0.01)


def test_growth_beyond_what_can_be_followed_is_told() -> None:
    """120 x 1.5^51 is above 10,000 users a week; ten weeks of it are not."""
    sign_ups = signing(growth=0.5)
    assert len(expected_weeks(sign_ups, 10)) == 10
    with pytest.raises(ParameterFaults, match=r"sign_ups.growth: 0.5 makes .* follow fewer weeks"):
        expected_weeks(sign_ups, 52)


def test_flows_by_hand() -> None:
    """120 wish to join and 100 may: 20 wait and 10 stay; then 30 and 15, then 35 and 17.5."""
    half = 1 / np.log(2)
    sign_ups = signing(cap=100, interest=120.0, burst=0.0, patience=half, stay=half)
    weeks = flowing_weeks(sign_ups, 3)
    assert [week.waiting for week in weeks] == pytest.approx([10, 15, 17.5])
    assert [week.gave_up for week in weeks] == pytest.approx([10, 15, 17.5])
    # of 100 admitted over a week 100 x (1 - 1/2)/ln 2 = 72.13 are there at its end
    assert [week.active for week in weeks] == pytest.approx([72.13, 108.20, 126.24], abs=0.01)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 300),
    st.floats(0, 300),
    st.floats(-0.02, 0.02),
    st.floats(0.5, 30),
    st.floats(1, 60),
)
def test_chance_only_makes_lists_longer(
    cap: int, interest: float, growth: float, patience: float, stay: float
) -> None:
    """The expected list is never below the flow's, and no more have been admitted by then."""
    sign_ups = signing(cap=cap, interest=interest, growth=growth, patience=patience, stay=stay)
    by_flow = by_chance = 0.0
    for flow, mean in zip(flowing_weeks(sign_ups, 20), expected_weeks(sign_ups, 20), strict=True):
        assert flow.waiting <= mean.waiting + 1e-6
        by_flow, by_chance = by_flow + flow.admitted, by_chance + mean.admitted
        assert by_flow >= by_chance - 1e-6


def test_a_flow_is_near_the_expected() -> None:
    """With the shipped sign-ups no week is off by more than 5 of up to 2,900 users."""
    for flow, mean in zip(flowing_weeks(signing(), 52), expected_weeks(signing(), 52), strict=True):
        assert np.abs(np.subtract(flow, mean)).max() < 5


SETTINGS = [
    {},
    {"cap": 100, "interest": 100.0, "burst": 0.0},  # at the edge, where the mean alone is wrong
    {"cap": 200, "interest": 90.0, "patience": 1.0, "stay": 4.0, "starting": 300},
]


@pytest.mark.parametrize("changes", SETTINGS)
def test_simulation_agrees_with_the_recurrences(changes: dict[str, object]) -> None:
    """Every expected number of every week is within 4 standard errors of simulated sign-ups."""
    sign_ups = signing(**changes)
    weeks, size = 40, 600
    expected = expected_weeks(sign_ups, weeks)
    found = simulate_weeks(sign_ups, weeks, size, SEED)
    for name in ("wanted", "admitted", "gave_up", "left", "waiting", "active"):
        theory = np.array([getattr(week, name) for week in expected])
        simulated = getattr(found, name)
        # A rare event's own count may show no spread; the expected count then bounds its error.
        error = np.maximum(simulated.std(axis=0, ddof=1), np.sqrt(theory / 2)) / sqrt(size)
        away = np.abs(simulated.mean(axis=0) - theory)
        assert np.all(away < SIGMAS * error + 1e-2), name


def test_the_list_at_the_edge_is_longer_than_means_say() -> None:
    """With interest at the cap people wait all the same, though in the mean all could join."""
    sign_ups = signing(cap=100, interest=100.0, burst=0.0, patience=50.0)
    weeks = expected_weeks(sign_ups, 20)
    # After one week the excess of Poisson of 100 above 100: 100 P(X = 100) = 3.99, kept e^(-1/50).
    excess = 100 * stats.poisson.pmf(100, 100)
    assert weeks[0].waiting == pytest.approx(excess * exp(-1 / 50), rel=1e-9)
    assert weeks[19].waiting > 2 * weeks[0].waiting


def test_people_are_conserved() -> None:
    """Those who wanted are admitted, gave up or wait; those admitted left or are active."""
    sign_ups = signing(starting=50)
    weeks = expected_weeks(sign_ups, 52)
    came = sum(week.wanted for week in weeks)
    admitted = sum(week.admitted for week in weeks)
    assert came == pytest.approx(admitted + sum(w.gave_up for w in weeks) + weeks[-1].waiting)
    assert 50 + admitted == pytest.approx(sum(w.left for w in weeks) + weeks[-1].active)
    found = simulate_weeks(sign_ups, 52, 50, SEED)
    assert np.array_equal(
        found.wanted.sum(axis=1),
        found.admitted.sum(axis=1) + found.gave_up.sum(axis=1) + found.waiting[:, -1],
    )
    assert found.active.min() >= 0


def test_equivalents_of_heavy_and_light_users() -> None:
    """One in ten as heavy as the memo's researcher and the others a tenth: 0.19 of one each."""
    assert signing().equivalence == pytest.approx(0.1 * 1 + 0.9 * 0.1)


WIDE = {
    name: st.integers(int(limits.low), min(int(limits.high), 3000))
    if limits.whole
    else st.floats(limits.low, min(limits.high, 600))
    for name, limits in limits_table(SignUps).items()
}


@settings(max_examples=25, deadline=None)
@given(st.fixed_dictionaries(WIDE))
def test_any_sign_ups_give_sound_weeks(values: dict[str, object]) -> None:
    """Within the limits nothing is negative or no number, and the cap is kept."""
    sign_ups = SignUps(**values)  # type: ignore[arg-type]
    for week in expected_weeks(sign_ups, 6):
        assert np.all(np.isfinite(week))
        assert min(week) >= -1e-6
        assert week.admitted <= sign_ups.cap + 1e-6


def test_five_a_minute_are_three_slots() -> None:
    """5 requests a minute of 0.606 minutes hold 3.03 slots: 15 % of a pod, which 6.6 users fill."""
    assert slots_at_limit(5, 0.606) == pytest.approx(3.03)
    assert slots_at_limit(5, 0.606) / 20 == pytest.approx(5 / 33, rel=2e-3)
    assert users_to_fill(5, 0.606, 20) == pytest.approx(6.6, abs=0.01)
    behaviour = load_preset("weekly-max").behaviour
    assert [limited_behaviour(behaviour, rate).ceiling for rate in (0.5, 1.7, 4.9, 5, 7, 99)] == [
        1, 1, 2, 3, 4, 5,
    ]  # fmt: skip  # floor of 0.3, 1.03, 2.97, 3.03, 4.2; the preset's own is 5
    assert limited_behaviour(replace(behaviour, ceiling=0), 20).ceiling == 12


def test_a_user_at_the_ceiling_keeps_to_the_limit() -> None:
    """A user who always has a request ready sends 3 / 0.606 = 4.95 a minute, and not 5 or more."""
    eager = behaving(messages_per_day=2000.0, holding_mean=0.606 * 20)
    behaviour = limited_behaviour(eager, 5 / 20)  # slower by 20, as a day has only 2,000 messages
    assert behaviour.ceiling == 3
    refused, error = refused_share(behaviour, Run(SEED))
    sent = 2000 / 1440 * (1 - refused)
    assert sent < 5 / 20
    offered = 2000 / 1440 * 0.606 * 20
    assert abs(refused - erlang_b(offered, 3)) < SIGMAS * error


@pytest.mark.parametrize("offered", [0.1, 1.0])
def test_the_limit_thins_by_erlang_b(offered: float) -> None:
    """Single messages at a level rate are refused by Erlang's B of the slots offered."""
    behaviour = behaving(messages_per_day=144.0, holding_mean=10 * offered, ceiling=2)
    refused, error = refused_share(behaviour, Run(SEED))
    assert abs(refused - erlang_b(offered, 2)) < SIGMAS * error


def test_open_hours_hold_their_share() -> None:
    """Twelve level hours hold half of a day; at the peak they hold nearly all of it."""
    twelve = ruling(opens_at=20.0, open_hours=12.0)
    assert open_share(behaving(), twelve) == pytest.approx(0.5)
    preset = load_preset("weekly-max")
    assert open_share(preset.behaviour, ruling()) > 0.98
    level = crowding(behaving(), twelve, preset.service)
    # All of the other half moves in: twice as dense. Or half of it: 1.5 times, and a quarter lost.
    assert [level.times, level.lost] == pytest.approx([2.0, 0.0])
    half = crowding(behaving(), replace(twelve, moved=0.5), preset.service)
    assert [half.times, half.lost] == pytest.approx([1.5, 0.25])
    assert crowding(behaving(), ruling(open_hours=24.0), preset.service).times == pytest.approx(1)


def test_the_level_while_open() -> None:
    """Short for 5 % of all time is short for 10 % of twelve open hours; a weekly maximum stays."""
    policy = ruling(open_hours=12.0)
    by_time, by_week = (load_preset(name) for name in ("time-share", "weekly-max"))
    assert crowding(by_time.behaviour, policy, by_time.service).level == pytest.approx(0.9)
    assert crowding(by_week.behaviour, policy, by_week.service).level == 0.95


def test_open_minutes_are_those_of_the_clock() -> None:
    """From 22 h for four hours: 22 to 24 and 0 to 2, each day."""
    there = open_minutes(ruling(opens_at=22.0, open_hours=4.0)).reshape(7, 24, 60)
    assert np.all(there == there[0])
    assert [hour for hour in range(24) if there[0, hour].all()] == [0, 1, 22, 23]
    assert there.sum() == 7 * 4 * 60


def test_delays_by_hand() -> None:
    """Three minutes at 4 on 2 slots leave 6 slot-minutes: 3 minutes' work, done in 3 minutes."""
    found = delays(np.array([[0.0, 4, 4, 4, 0, 0, 0, 0]]), 2.0)
    assert found.tolist() == [[0, 1, 2, 3, 2, 1, 0, 0]]


def test_a_queue_that_may_not_wait_needs_the_peak() -> None:
    """With no wait, the weekly maximum's slots are the quantile of the weeks' peaks."""
    rng = np.random.default_rng(2)
    wanted = rng.poisson(5.0, (40, 500))
    peaks = np.sort(wanted.max(axis=1))
    found = queued_slots(wanted, Measure.WEEKLY_MAX, 0.95, 0.0)
    assert found == pytest.approx(peaks[37], abs=1e-3)  # 38 of 40 weeks


def test_a_long_wait_needs_the_mean() -> None:
    """The longer the wait, the fewer slots, down to the mean and a bit."""
    rng = np.random.default_rng(3)
    wanted = rng.poisson(5.0, (40, 5000))
    slots = [queued_slots(wanted, Measure.TIME_SHARE, 0.95, wait) for wait in (0, 1, 5, 60)]
    assert np.all(np.diff(slots) < 0)
    assert slots[-1] == pytest.approx(5.0, rel=0.05)
    assert share_in_time(wanted, slots[1] + 0.01, 1, Measure.TIME_SHARE) >= 0.95
    assert share_in_time(wanted, slots[1] - 0.05, 1, Measure.TIME_SHARE) < 0.95


def test_paths_are_the_slots_in_use() -> None:
    """The paths of 30 users at 0.1 slots each have a mean of 3, as Little's law says."""
    paths = slot_paths(behaving(), 30, 30, SEED)
    by_week = paths.mean(axis=1)
    assert abs(by_week.mean() - 3.0) < SIGMAS * by_week.std(ddof=1) / sqrt(30)


def test_curves_are_straight_on_log_scales() -> None:
    """Between 10 users with 4 slots and 1000 with 400, 100 need 40; below 10, four; none, none."""
    curve = Curve(np.array([10.0, 1000.0]), np.array([4.0, 400.0]))
    assert [curve.at(users) for users in (0, 3, 10, 100, 1000)] == pytest.approx([0, 4, 4, 40, 400])
    assert [curve.pods(users, 20) for users in (0, 3, 100, 101)] == [0, 1, 2, 3]


def test_need_curves_are_the_poisson_need() -> None:
    """Independent single messages need the Poisson quantile at each number of users."""
    light = behaving(messages_per_day=14.4, holding_mean=10.0)  # 0.1 slots a user
    curves = need_curves(light, Rung.INDEPENDENT, Measure.TIME_SHARE, 300, [0.9, 0.99], Run(SEED))
    for curve, level in zip(curves, (0.9, 0.99), strict=True):
        assert np.all(np.diff(curve.slots) >= 0)
        assert curve.at(300) == pytest.approx(stats.poisson.ppf(level, 30), abs=1)


def made_needs(crowded: Crowding) -> Needs:
    """Each user needs a slot; four fifths of one with the limit, .7 at the lower level."""
    users = np.array([1.0, 1000.0])
    as_it_is, limited, lower = (Curve(users, users * factor) for factor in (1, 0.8, 0.7))
    refused = {"as it is": 0.06, "rate limit": 0.1}
    return Needs(as_it_is, limited, lower, crowded, refused)


def test_options_by_hand() -> None:
    """200 slots are ten pods for 1,680 hours; half the hours of eleven cost 55 % of that."""
    preset, policy = load_preset("weekly-max"), ruling(stack_cut=0.7, open_hours=12.0)
    found = options_at(made_needs(Crowding(1.1, 0.5, 0.95)), (60.0, 41.0), policy, preset, 200.0)
    rows = {option.name: option for option in found}
    assert rows["as it is"].pods == 10
    assert rows["as it is"].pod_hours == 10 * 168
    assert [round(option.cost, 6) for option in found] == [
        1.0,
        0.8,  # 160 slots
        0.7,  # 140 slots
        0.3,  # 60 slots
        0.55,  # 220 slots, 11 pods for half the hours
        0.15,  # 41 slots, 3 pods for half the hours
        0.3,  # 1 - 0.7
    ]
    assert rows["rate limit"].lost == 0.1
    assert rows["open hours"].lost == pytest.approx(1 - 0.94 * 0.5)


def test_options_without_users() -> None:
    """Without users nothing is needed, and nothing costs anything."""
    preset, policy = load_preset("weekly-max"), ruling()
    found = options_at(made_needs(Crowding(1.0, 0.0, 0.95)), (0.0, 0.0), policy, preset, 0.0)
    assert {(option.pods, option.cost) for option in found} == {(0, 0.0)}
    assert queued_needs(preset, Rung.CORRELATION, policy, 0.0, Run(SEED)) == (0.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_policies_save_what_they_should(name: str) -> None:
    """The limit, a lower level and a queue need fewer slots, and refuse no fewer messages."""
    preset, policy = load_preset(name), ruling()
    rung = Rung.TIME_OF_DAY
    found = needs_of(preset, rung, policy, 40.0, Run(SEED))
    queued = queued_needs(preset, rung, policy, 40.0, Run(SEED))
    base, limit, lower, queue, opened, _, stack = options_at(found, queued, policy, preset, 40.0)
    assert limit.slots < base.slots
    assert lower.slots < base.slots
    if preset.service.measure is Measure.WEEKLY_MAX:
        assert queue.slots < base.slots
    assert opened.pod_hours <= base.pod_hours
    assert limit.lost >= base.lost
    assert stack.cost == pytest.approx(0.3)


def test_every_fault_is_said(tmp_path: Path) -> None:
    """Faults of a copy of the document are found at once, each with its line."""
    text = (TEMPLATES / "policy.toml").read_text(encoding="utf-8")
    text = text.replace("value = 150", "value = 1.5").replace("value = 0.8", "value = 0.4")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterFaults) as caught:
        load_policy(str(path))
    first, second = str(caught.value).splitlines()
    assert "sign_ups.cap: 1.5, where a whole number is needed" in first
    assert "policy.lower_level: 0.4 is outside 0.5 to 0.9999" in second


def test_the_command_prints_weeks_and_options(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """JSON has a row a week and the options; the simulation agrees with what is expected."""
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers())
    picture = tmp_path / "policy.png"
    words = ["policy", "--quiet", "--json", "--weeks", "6", "--cap", "20", "--stay", "4"]
    words += [
        "--preset",
        "time-share",
        "--rung",
        "independent",
        "--jobs",
        "1",
        "--plot",
        str(picture),
    ]
    options = parser.parse_args(words)
    assert options.command(options) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rate_limit"]["slots"] == 3.03
    assert answer["rate_limit"]["ceiling"] == 3
    assert [week["week"] for week in answer["weeks"]] == [1, 2, 3, 4, 5, 6]
    # 20 x 4 x (1 - e^(-6/4)), as 120 wish to join in a week.
    assert answer["weeks"][5]["active"] == pytest.approx(62.15, abs=0.01)
    assert answer["weeks"][5]["equivalents"] == pytest.approx(62.15 * 0.19, abs=0.01)
    assert len(answer["options"]) == 7
    assert answer["options"][0]["cost"] == 1.0
    assert answer["check"]["largest_z"] < 5
    assert picture.stat().st_size > 1000
