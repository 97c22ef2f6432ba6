"""Pods that follow the need, against their limits, by hand, and against Erlang."""

import argparse
import json
from dataclasses import replace
from math import ceil, log, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import behaving, errors_from

from simcore.cascade import PATIENT, Cascade, Waiting
from simcore.commands import scale
from simcore.demand import Arrivals
from simcore.faults import ParameterFaults
from simcore.kernel import Floats
from simcore.operation import Outcome, Policy, Span, Station, Week, operated, span_of
from simcore.performance import peaks_of, performance, static_peak
from simcore.scaling import Scaling, perfect, static
from simcore.theory import erlang_b, erlang_c

SIGMAS = 4.0
"""Tolerance in standard errors."""

HOLD = 0.606
SEED = np.random.SeedSequence(404)
REACTIVE = Scaling(slots_per_pod=1, minimum=1, maximum=9, headroom=0.0, spin_up=2.0, cool_down=3.0)
LOSS = Cascade(waiting=Waiting.FIXED, patience=0.0, retry=0.0, retry_delay=1.0, zombie=0.0)


def run(scaling: Scaling, demand: Arrivals, horizon: float, **policy: Any) -> Week:
    return Station(Policy("tested", scaling, **policy), horizon).run(demand, SEED)


def poisson(
    rng: np.random.Generator, offered: float, horizon: float, law: str = "exponential"
) -> Arrivals:
    """Poisson arrivals that offer so many slots, from time 0."""
    size = rng.poisson(offered / HOLD * horizon)
    match law:
        case "exponential":
            holds = rng.exponential(HOLD, size)
        case "lognormal":
            # cv 1.5: the variance of the logarithm is log(1 + 1.5²).
            holds = rng.lognormal(log(HOLD) - log(3.25) / 2, sqrt(log(3.25)), size)
        case _:
            holds = np.full(size, HOLD)
    return Arrivals(np.sort(rng.random(size) * horizon), holds)


def need_of(demand: Arrivals, slots: int, minimum: int, horizon: float) -> list[tuple[float, int]]:
    """When the ceiling of the need changed from 0 on, by counting starts and ends."""
    ends = np.sort(demand.start + demand.hold)
    times = np.unique(np.concatenate([demand.start, ends]))
    inside = np.searchsorted(demand.start, times, "right") - np.searchsorted(ends, times, "right")
    pods = np.maximum(-(-inside // slots), minimum)
    is_new = np.diff(np.concatenate([[minimum], pods])) != 0
    return [(t, int(n)) for t, n in zip(times[is_new], pods[is_new], strict=True) if t < horizon]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.1, 60), st.integers(1, 30), st.integers(0, 3))
def test_without_delay_pods_are_the_ceiling_of_the_need(
    seed: int, offered: float, slots: int, minimum: int
) -> None:
    """With no spin-up and no cool-down the pods are ceil(need/slots) at every instant."""
    demand = poisson(np.random.default_rng(seed), offered, horizon=30.0)
    week = run(replace(perfect(slots), minimum=minimum), demand, horizon=25.0)
    found = [(float(t), int(n)) for t, n in zip(week.changes, week.pods[:, 0], strict=True)]
    assert found[0][1] == minimum
    assert found[1:] == need_of(demand, slots, minimum, 25.0)
    assert week.course["waited"] == 0
    assert len(week.spells) == 0
    assert np.array_equal(week.pods[:, 0], week.pods[:, 1])


@pytest.mark.parametrize("cascade", [PATIENT, replace(LOSS, patience=0.2, retry=0.5, zombie=0.3)])
def test_with_endless_spin_up_pods_are_static(cascade: Cascade) -> None:
    """Pods that would not be ready within the horizon are never there: all is as without."""
    demand = poisson(np.random.default_rng(1), 18.0, horizon=2000.0)
    scaling = Scaling(
        slots_per_pod=20, minimum=1, maximum=50, headroom=0.3, spin_up=2000.0, cool_down=7.0
    )
    scaled = run(scaling, demand, 2000.0, cascade=cascade)
    fixed = run(static(1, 20), demand, 2000.0, cascade=cascade)
    assert scaled.course == fixed.course
    assert np.array_equal(scaled.spells, fixed.spells)
    assert scaled.course["paid_minutes"] == 2000.0


def test_a_pod_comes_late_and_stays_to_cool_down() -> None:
    """By hand: one slot a pod, 2 minutes of spin-up, 3 of cool-down."""
    # Two requests at 0 and 1, for 10 and 4 minutes. The second wants a pod at 1, gets it at 3
    # and ends at 7. The want falls to 1 at 7, and the pod goes at 10.
    week = run(REACTIVE, Arrivals(np.array([0.0, 1.0]), np.array([10.0, 4.0])), horizon=20.0)
    assert week.changes[1:].tolist() == [1.0, 3.0, 10.0]
    assert week.pods.tolist() == [[1, 1], [1, 2], [2, 2], [1, 1]]
    assert week.spells.tolist() == [[1.0, 3.0]]
    assert week.course["waited"] == 2.0
    assert week.course["paid_minutes"] == 20 + 9
    assert week.course["ready_minutes"] == 20 + 7


def test_without_cool_down_a_pod_goes_at_once() -> None:
    """By hand: the same, but the second pod goes when its request ends at 7."""
    demand = Arrivals(np.array([0.0, 1.0]), np.array([10.0, 4.0]))
    week = run(replace(REACTIVE, cool_down=0.0), demand, horizon=20.0)
    assert week.changes[1:].tolist() == [1.0, 3.0, 7.0]
    assert week.course["paid_minutes"] == 20 + 6


def test_a_want_that_returns_is_not_cooled_down() -> None:
    """By hand: a second request within the cool-down keeps the pod until 3 minutes after it."""
    # As above, with a third at 9 for 2 minutes: the want is 2 from 9 to 10 (the first ends).
    demand = Arrivals(np.array([0.0, 1.0, 9.0]), np.array([10.0, 4.0, 2.0]))
    week = run(REACTIVE, demand, horizon=20.0)
    assert week.changes[1:].tolist() == [1.0, 3.0, 13.0]


def test_a_pod_no_longer_wanted_stops_spinning_up() -> None:
    """By hand: the slot is free again before the pod is ready, so the pod is never ready."""
    demand = Arrivals(np.array([0.0, 1.0]), np.array([2.0, 4.0]))
    week = run(replace(REACTIVE, cool_down=0.0), demand, horizon=20.0)
    assert week.pods.tolist() == [[1, 1], [1, 2], [1, 1]]
    assert week.changes[1:].tolist() == [1.0, 2.0]
    assert week.course["waited"] == 1.0


def test_each_pod_has_a_timer_of_its_own() -> None:
    """By hand: pods wanted at 1.0 and 1.5 are ready at 3.0 and 3.5."""
    demand = Arrivals(np.array([0.0, 1.0, 1.5]), np.array([10.0, 9.0, 8.0]))
    week = run(REACTIVE, demand, horizon=9.0)
    assert week.changes[1:].tolist() == [1.0, 1.5, 3.0, 3.5]
    assert week.pods.tolist() == [[1, 1], [1, 2], [1, 3], [2, 3], [3, 3]]


def test_headroom_is_a_share_of_the_need() -> None:
    """By hand: 200 requests and a tenth more want 11 pods of 20 slots, and not 12."""
    demand = Arrivals(np.full(200, 1.0), np.full(200, 2.0))
    scaling = replace(perfect(20), headroom=0.1)
    assert run(scaling, demand, horizon=5.0).course["most"] == 11
    assert run(replace(scaling, headroom=0.11), demand, horizon=5.0).course["most"] == 12
    assert run(replace(scaling, maximum=4), demand, horizon=5.0).course["most"] == 4


RULES = st.builds(
    lambda slots, low, more, headroom, spin_up, cool_down: Scaling(
        slots_per_pod=slots,
        minimum=low,
        maximum=low + more,
        headroom=headroom,
        spin_up=spin_up,
        cool_down=cool_down,
    ),
    st.integers(1, 20),
    st.integers(0, 3),
    st.integers(0, 20),
    st.floats(0, 2),
    st.sampled_from([0.0, 0.1, 1.0, 10.0, 1000.0]),
    st.sampled_from([0.0, 0.2, 5.0, 1000.0]),
)
CASCADES = st.builds(
    lambda waiting, patience, retry, delay, zombie: Cascade(
        waiting=waiting, patience=patience, retry=retry, retry_delay=delay, zombie=zombie
    ),
    st.sampled_from(Waiting),
    st.sampled_from([0.0, 0.1, 1.0, 50.0]),
    st.floats(0, 1),
    st.sampled_from([0.01, 1.0, 20.0]),
    st.sampled_from([0.0, 0.4, 1.0]),
)


@settings(max_examples=150, deadline=None)
@given(RULES, CASCADES, st.floats(0, 40), st.integers(0, 2**32))
def test_no_message_is_made_or_lost(
    scaling: Scaling, cascade: Cascade, offered: float, seed: int
) -> None:
    """Arrivals are served, lost, waiting or in orbit; no slot works beyond what is ready."""
    demand = poisson(np.random.default_rng(seed), offered, horizon=20.0)
    week = run(scaling, demand, 60.0, cascade=cascade)
    course = week.course
    kept = course["served"] + course["lost"] + course["waiting"] + course["orbit"]
    assert kept == len(demand.start)
    assert course["attempts"] == kept + course["failed"] - course["lost"] - course["orbit"]
    assert course["late"] <= len(demand.start)
    assert scaling.minimum <= week.pods.min()
    assert week.pods.max() == course["most"] <= scaling.maximum
    assert np.all(week.pods[:, 0] <= week.pods[:, 1])
    ends = demand.start + demand.hold
    if course["busy"] == 0 and (len(ends) == 0 or ends.max() < 60.0):
        # All was worked within the horizon, on slots of pods that were ready.
        assert course["worked"] <= scaling.slots_per_pod * course["ready_minutes"] + 1e-6
    assert np.diff(week.spells, axis=1).sum() == pytest.approx(course["overload"])


@pytest.mark.parametrize("offered", [14.0, 16.0, 18.0])
def test_a_static_pod_waits_by_erlang_c(offered: float) -> None:
    """Poisson arrivals and exponential holding: share waiting, mean wait, time with a queue."""
    rng = np.random.default_rng(int(offered))
    horizon = 3000.0
    found = []
    for _ in range(30):
        demand = poisson(rng, offered, horizon)
        # The first 100 minutes fill the station, and are not counted.
        shifted = Arrivals(demand.start - 100.0, demand.hold)
        course = run(static(1, 20), shifted, horizon - 100, late_after=0.0).course
        size = len(demand.start)
        found.append((course["late"] / size, course["waited"] / size, course["overload"]))
    late, wait, overload = np.array(found, dtype=float).T
    chance = erlang_c(offered, 20)
    assert errors_from(late, chance) < SIGMAS
    assert errors_from(wait, chance * HOLD / (20 - offered)) < SIGMAS
    # There is a queue with the chance that an arrival waits times the load.
    assert errors_from(overload / (horizon - 100), chance * offered / 20) < SIGMAS


@pytest.mark.parametrize("law", ["exponential", "constant", "lognormal"])
def test_without_a_queue_a_static_pod_loses_by_erlang_b(law: str) -> None:
    """Those who do not wait are lost by Erlang B, whatever the law of holding times."""
    rng = np.random.default_rng(7)
    lost = []
    for _ in range(30):
        demand = poisson(rng, 16.0, 3000.0, law)
        course = run(static(1, 20), demand, 3000.0, cascade=LOSS).course
        lost.append(course["lost"] / len(demand.start))
    assert errors_from(np.array(lost), erlang_b(16.0, 20)) < SIGMAS


def test_generations_from_before_the_week_hold_their_slots() -> None:
    """A generation that began before 0 is in a slot, and the station opens with pods for it."""
    demand = Arrivals(np.array([-3.0, -1.0]), np.array([5.0, 2.0]))
    week = run(REACTIVE, demand, horizon=10.0)
    assert week.pods[0].tolist() == [2, 2]
    # Both end by 2, so that the want falls to 1 at 1 and the second pod cools down until 4.
    assert week.course["paid_minutes"] == 10 + 4
    static_week = run(static(1, 1), demand, horizon=10.0)
    # With one slot the second waits from -1 to 2, of which the week sees 2 minutes.
    assert static_week.course["overload"] == 2.0


BUSY = behaving(messages_per_day=400.0, sigma=0.8, correlation=0.3, night_floor=0.1)
POLICIES = (
    Policy("need", perfect(3)),
    Policy("one", static(1, 3)),
    Policy("scaled", Scaling(slots_per_pod=3, minimum=1, maximum=99, headroom=0.0,
           spin_up=1.0, cool_down=5.0), replace(LOSS, patience=0.5, retry=0.5)),
)  # fmt: skip


def courses(outcomes: list[Outcome]) -> Floats:
    names = ("served", "lost", "waited", "paid_minutes", "overload")
    return np.array([[outcome.counted(name) for name in names] for outcome in outcomes])


def test_jobs_change_no_outcome() -> None:
    """Each batch has a seed of its own, so threads change nothing."""
    span = Span(SEED, batches=3, weeks=2)
    one = courses(operated(BUSY, 10, POLICIES, span))
    assert np.array_equal(one, courses(operated(BUSY, 10, POLICIES, replace(span, jobs=3))))
    other = replace(span, seed=np.random.SeedSequence(405))
    assert not np.array_equal(one, courses(operated(BUSY, 10, POLICIES, other)))


def test_performance_adds_up() -> None:
    """Static pods cost what they must; scaled ones lie between the need and the peak."""
    span = span_of(BUSY, 10, weeks=8, seed=SEED)
    need, one, scaled = operated(BUSY, 10, POLICIES, span)
    peaks = peaks_of(need)
    found = performance(one, peaks)
    assert found.pods == (1.0, 0.0)
    assert found.pod_hours == (168.0, 0.0)
    assert found.attempts == (1.0, 0.0)
    assert found.to_peak.value == pytest.approx(1 / peaks.mean())
    follows = performance(scaled, peaks)
    assert performance(need, peaks).pods.value < follows.pods.value < peaks.mean()
    assert follows.overloads.minutes.value < found.overloads.minutes.value
    assert follows.lost.value > 0
    assert static_peak(peaks, 1.0) == peaks.max()
    assert ceil(peaks.mean()) <= static_peak(peaks, 1.0)


def test_a_cascade_that_never_drains_is_refused() -> None:
    """A gain of 1 or more is told, with what would help, and not simulated."""
    policy = replace(POLICIES[2], cascade=replace(LOSS, retry=0.7, zombie=0.4))
    with pytest.raises(ParameterFaults, match=r"gain of 1\.1, which never drains; make them add"):
        operated(BUSY, 10, [policy], Span(SEED, batches=2, weeks=1))


def test_all_faults_are_told_at_once() -> None:
    """Scaling outside its limits says every fault, with what is allowed."""
    with pytest.raises(ParameterFaults) as caught:
        replace(REACTIVE, minimum=12, headroom=-1.0, spin_up=float("nan"))
    text = str(caught.value)
    assert "scaling.headroom: -1.0 is outside 0 to 10 share" in text
    assert "scaling.spin_up: nan is outside" in text
    assert "scaling.minimum: 12 is above the maximum of 9" in text


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    parser = argparse.ArgumentParser()
    scale.add(parser.add_subparsers(required=True))
    options = parser.parse_args(["scale", "--weeks", "2", "--users", "5", *arguments])
    assert options.command(options) == 0
    return capsys.readouterr().out


def test_the_command_prints_its_policies(capsys: pytest.CaptureFixture[str]) -> None:
    """The rows are the policies, each with and without the cascade; all numbers have errors."""
    people = ("--patience", "0.5", "--retry", "0.5")
    answer = json.loads(printed(capsys, "--json", *people, "--slots", "2"))
    assert (answer["users"], answer["slots"], answer["gain"]) == (5, 2, 0.5)
    names = [(row["policy"], row["cascade"]) for row in answer["policies"]]
    three = ["one pod", "static peak", "scaled"]
    assert names == [("no delay", False), *((n, False) for n in three), *((n, True) for n in three)]
    one = answer["policies"][1]
    assert (one["pods"], one["pods_error"], one["pod_hours"]) == (1.0, 0.0, 168.0)
    # Who counts on coming back loads the pod more.
    assert answer["policies"][4]["attempts"] > one["attempts"] == 1.0


def test_the_command_flags_what_never_drains(capsys: pytest.CaptureFixture[str]) -> None:
    """At a gain of 1 the rows with the cascade hold no numbers, and the answer says why."""
    people = ("--patience", "0.5", "--retry", "0.6", "--zombie", "0.4")
    answer = json.loads(printed(capsys, "--json", *people))
    assert answer["drains"] is False
    assert answer["policies"][-1] == {"policy": "scaled", "cascade": True}
    text = printed(capsys, *people)
    assert "The cascade never drains: its gain is 1, 1 or more." in text
