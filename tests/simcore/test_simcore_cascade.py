"""Patience, retries and zombie work against queueing theory and by hand."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain import errors_from
from scipy import stats

from simcore.cascade import PATIENT, Cascade, Waiting, erlang_a, slow_retry_blocking
from simcore.demand import Arrivals
from simcore.faults import ParameterFaults
from simcore.kernel import Floats
from simcore.operation import Policy, Station
from simcore.scaling import static
from simcore.theory import erlang_c

SIGMAS = 4.0
"""Tolerance in standard errors."""

GIVING_UP = Cascade(
    waiting=Waiting.EXPONENTIAL, patience=1.0, retry=0.0, retry_delay=1.0, zombie=0.0
)
FIXED = replace(GIVING_UP, waiting=Waiting.FIXED)


def counted(
    cascade: Cascade, offered: float, servers: int, horizon: float, runs: int = 24
) -> dict[str, Floats]:
    """What stations count of Poisson arrivals with exponential holds of mean 1, a run each.

    The first twentieth of each run fills the station; pods and overload are not counted in it.
    """
    station = Station(Policy("tested", static(1, servers), cascade), horizon * 0.95)
    names = ("served", "lost", "attempts", "failed", "waited", "overload", "wasted", "worked")
    rows = []
    for seed in np.random.SeedSequence(31).spawn(runs):
        rng = np.random.default_rng(seed)
        size = rng.poisson(offered * horizon)
        start = np.sort(rng.random(size)) * horizon - horizon / 20
        course = station.run(Arrivals(start, rng.exponential(1.0, size)), seed).course
        rows.append([float(course[name]) for name in names])
    return dict(zip(names, np.array(rows).T, strict=True))


@pytest.mark.parametrize(
    ("offered", "patience"), [(16.0, 0.5), (16.0, 2.0), (22.0, 0.5), (30.0, 1.0)]
)
def test_giving_up_is_erlang_a(offered: float, patience: float) -> None:
    """With exponential patience and no retries the share that gives up is that of M/M/c+M."""
    seen = counted(replace(GIVING_UP, patience=patience), offered, 20, 2000.0)
    assert errors_from(seen["lost"] / seen["attempts"], erlang_a(offered, 20, patience)) < SIGMAS
    assert np.array_equal(seen["lost"], seen["failed"])


def test_erlang_a_where_patience_is_a_holding_time() -> None:
    """All leave at one rate, so the number in the system is Poisson, as without any queue."""
    at = np.arange(400)
    chance = stats.poisson.pmf(at, 22.0)
    queue = (np.maximum(at - 20, 0) * chance).sum()
    assert erlang_a(22.0, 20, 1.0) == pytest.approx(queue / 22.0, rel=1e-12)


def test_erlang_a_between_its_limits() -> None:
    """Without patience the loss is Erlang B's; with endless patience only what exceeds is lost."""
    assert erlang_a(16.0, 20, 1e-9) == pytest.approx(0.06441, abs=5e-6)
    assert erlang_a(25.0, 20, 1e4) == pytest.approx(1 - 20 / 25, rel=1e-4)
    assert erlang_a(16.0, 20, 1e4) == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(("waiting", "patience"), [("exponential", 0.5), ("fixed", 0.3)])
def test_work_for_nobody_keeps_the_whole_queue(waiting: str, patience: float) -> None:
    """With zombies that run to their end the queue is M/M/c: the wait outlasts the patience.

    A wait is longer than t with chance C e^{-(c - a) t}, so that C e^{-(c - a) T} give up after
    a fixed T, and C/(1 + (c - a) T) after an exponential patience of mean T.
    """
    cascade = replace(GIVING_UP, waiting=Waiting(waiting), patience=patience, zombie=1.0)
    seen = counted(cascade, 18.0, 20, 3000.0, runs=40)
    share = exp(-2 * patience) if waiting == "fixed" else 1 / (1 + 2 * patience)
    theory = erlang_c(18.0, 20) * share
    assert errors_from(seen["lost"] / seen["attempts"], theory) < SIGMAS
    # Whether the work is for somebody has nothing to do with how long it is.
    assert errors_from(seen["wasted"] / seen["worked"], theory) < SIGMAS


@pytest.mark.parametrize("retry", [0.0, 0.5, 0.9])
def test_where_all_fail_attempts_are_geometric(retry: float) -> None:
    """With no slot at all each message makes 1/(1 - p) attempts in the mean."""
    size = 40_000
    cascade = replace(FIXED, patience=0.1, retry=retry, retry_delay=0.1)
    station = Station(Policy("none", static(0, 20), cascade), horizon=1000.0)
    course = station.run(Arrivals(np.zeros(size), np.ones(size)), np.random.SeedSequence(2)).course
    assert course["lost"] == size
    # A geometric number has the variance p/(1 - p)².
    error = np.sqrt(retry / size) / (1 - retry)
    assert abs(course["attempts"] / size - 1 / (1 - retry)) <= SIGMAS * error


@pytest.mark.parametrize("retry", [0.6, 1.0])
def test_late_retries_are_fresh_arrivals(retry: float) -> None:
    """Where retries come back late, B = Erlang B(a/(1 - p B)) of the attempts fail."""
    cascade = replace(FIXED, patience=0.0, retry=retry, retry_delay=100.0)
    seen = counted(cascade, 16.0, 20, 6000.0)
    share = seen["failed"] / seen["attempts"]
    # The orbit is empty at first and fills over some delays, a sixtieth of a run each.
    assert errors_from(share, slow_retry_blocking(16.0, 20, retry)) < SIGMAS
    assert slow_retry_blocking(16.0, 20, retry) > 1.1 * 0.06441


def test_hasty_retries_are_a_queue() -> None:
    """Those who come back at once and always wait as long as in a queue, by Erlang C."""
    cascade = replace(FIXED, patience=0.0, retry=1.0, retry_delay=0.03)
    seen = counted(cascade, 18.0, 20, 1000.0)
    # C/(c - a) = 0.2754 holding times. A slot is free a little longer until somebody comes back.
    theory = erlang_c(18.0, 20) / 2
    wait = seen["waited"] / seen["served"]
    assert abs(wait.mean() - theory) < SIGMAS * wait.std(ddof=1) / np.sqrt(24) + 0.03
    assert np.all(seen["lost"] == 0)


def run(cascade: Cascade, start: list[float], hold: list[float]) -> np.void:
    station = Station(Policy("tested", static(1, 1), cascade), horizon=100.0)
    return station.run(Arrivals(np.array(start), np.array(hold)), np.random.SeedSequence(1)).course


def test_zombies_hold_a_slot_by_hand() -> None:
    """One slot: who gave up takes half of his time all the same, and delays the next."""
    # The second waits from 1 and gives up at 3. The slot is free at 10; its zombie takes half of
    # 4 minutes, until 12; the third comes at 11 and begins at 12.
    start, hold = [0.0, 1.0, 11.0], [10.0, 4.0, 1.0]
    course = run(replace(FIXED, patience=2.0, zombie=0.5), start, hold)
    assert (course["served"], course["lost"], course["failed"]) == (2, 1, 1)
    assert (course["waited"], course["wasted"], course["worked"]) == (1.0, 2.0, 13.0)
    # The queue holds somebody, or his zombie, from 1 to 10 and from 11 to 12.
    assert course["overload"] == 10.0
    without = run(replace(FIXED, patience=2.0), start, hold)
    assert (without["waited"], without["wasted"], without["overload"]) == (0.0, 0.0, 2.0)


def test_the_middle_of_the_queue_can_leave_by_hand() -> None:
    """One slot and patience of 5: whoever stands where, the order of the others stays."""
    # 0 holds until 6. The second (at 1) gives up at 6 just as the slot is free: it is served, for
    # ends come first. The third (at 2) gives up at 7, the fourth (at 4) at 9, the fifth (at 8)
    # begins at 8.5, when the second ends.
    course = run(replace(FIXED, patience=5.0), [0.0, 1.0, 2.0, 4.0, 8.0], [6.0, 2.5, 1.0, 9.0, 1.0])
    # The fourth is before the fifth and begins at 8.5 until 17.5; the fifth gives up at 13.
    assert (course["served"], course["lost"]) == (3, 2)
    assert course["waited"] == 5.0 + 4.5
    assert course["overload"] == 13.0 - 1.0


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.0, 0.98), st.floats(0.001, 0.01))
def test_the_gain_says_whether_failures_relieve(
    retry: float, zombie: float, failing: float, more: float
) -> None:
    """Slot time a message falls with the share that fails below a gain of 1, and rises above."""
    cascade = replace(FIXED, retry=retry, zombie=zombie)
    change = cascade.load(failing + more) - cascade.load(failing)
    if abs(cascade.gain - 1) > 1e-9:
        assert (change < 0) is cascade.drains
    assert cascade.load(0.0) == 1.0


def test_the_flag_of_a_cascade_that_feeds_itself() -> None:
    """A gain of 1 or more is flagged, whatever it is made of; nobody gives up without patience."""
    assert replace(FIXED, retry=0.5, zombie=0.4).drains
    assert not replace(FIXED, retry=0.5, zombie=0.5).drains
    assert not replace(FIXED, retry=1.0).drains
    assert replace(PATIENT, retry=1.0, zombie=1.0).drains


def test_retries_and_zombies_lengthen_an_overload() -> None:
    """The same spike: with retries, and more so with zombie work, the overload lasts longer."""
    start = np.sort(np.concatenate([np.linspace(0, 60, 600), np.linspace(20, 25, 200)]))
    demand = Arrivals(start, np.full(start.size, 1.0))

    def overload(cascade: Cascade) -> float:
        station = Station(Policy("tested", static(1, 12), cascade), horizon=500.0)
        return float(station.run(demand, np.random.SeedSequence(8)).course["overload"])

    alone = overload(FIXED)
    again = overload(replace(FIXED, retry=0.7))
    wasted = overload(replace(FIXED, retry=0.7, zombie=0.28))
    assert 5 < alone < again < wasted


def test_faults_are_told() -> None:
    """A cascade outside its limits says what was found and what is allowed."""
    with pytest.raises(ParameterFaults, match=r"cascade\.retry: 1\.5 is outside 0 to 1 share"):
        replace(FIXED, retry=1.5)
