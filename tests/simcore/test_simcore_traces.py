"""Sample weeks: their bins against the paths that they come from."""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain import behaving

from simcore.commands import trace as command
from simcore.demand import Arrivals, arrivals
from simcore.operation import Policy
from simcore.scaling import Scaling, static
from simcore.traces import binned, in_flight, trace

SEED = np.random.SeedSequence(77)
SCALED = Scaling(slots_per_pod=3, minimum=1, maximum=99, headroom=0.0, spin_up=4.0, cool_down=10.0)
BEHAVIOUR = behaving(messages_per_day=400.0, sigma=0.8, correlation=0.3, night_floor=0.1)


@given(
    st.lists(st.tuples(st.floats(-5, 12), st.floats(0, 9)), max_size=20),
    st.sampled_from([1.0, 2.5, 10.0]),
)
def test_bins_hold_the_whole_path(requests: list[tuple[float, float]], width: float) -> None:
    """The bins' means add up to the time in flight, and the peaks are seen in every bin."""
    requests = sorted(requests)
    start = np.array([begin for begin, _ in requests])
    hold = np.array([length for _, length in requests])
    edges = np.append(np.arange(0.0, 10.0, width), 10.0)
    mean, peak = binned(*in_flight(Arrivals(start, hold)), edges)
    inside = np.clip(start + hold, 0, 10) - np.clip(start, 0, 10)
    assert (mean * width).sum() == pytest.approx(inside.sum())
    assert np.all(peak >= mean - 1e-9)
    for first, last, highest in zip(edges[:-1], edges[1:], peak, strict=True):
        at = np.append(start[(start >= first) & (start < last)], first)
        count = [((start <= t) & (t < start + hold)).sum() for t in at]
        assert highest == max(count)


def test_a_trace_is_the_demand_of_its_seed() -> None:
    """Slots wanted are those of the arrivals, pods needed their ceiling, for every bin."""
    found = trace(BEHAVIOUR, 10, Policy("scaled", SCALED), SEED)
    of_demand, _ = np.random.SeedSequence(77).spawn(2)
    demand = arrivals(BEHAVIOUR, 10, 1, of_demand)[0]
    ends = np.minimum(demand.start + demand.hold, 10080.0)
    assert (found.slots_mean * 15).sum() == pytest.approx(
        (ends - np.maximum(demand.start, 0.0)).sum()
    )
    assert len(found.hours) == 672  # 168 x 4
    assert found.hours[[1, -1]].tolist() == [0.25, 167.75]
    assert np.array_equal(found.pods_needed, np.ceil(found.slots_peak / 3))
    assert np.all(found.pods_ready <= found.pods_paid + 1e-12)


def test_the_policy_does_not_change_the_demand() -> None:
    """With static pods the slots wanted are the same, and the pods are what they are."""
    scaled = trace(BEHAVIOUR, 10, Policy("scaled", SCALED), SEED)
    fixed = trace(BEHAVIOUR, 10, Policy("static", static(2, 3)), SEED)
    assert np.array_equal(scaled.slots_peak, fixed.slots_peak)
    assert fixed.pods_ready == pytest.approx(2.0)
    assert scaled.overload.sum() < fixed.overload.sum()


def test_overload_lasts_no_longer_than_the_spin_up() -> None:
    """Where each bin's need is met in the end, overload is there only while pods spin up."""
    quick = trace(BEHAVIOUR, 10, Policy("quick", replace(SCALED, spin_up=0.5)), SEED)
    slow = trace(BEHAVIOUR, 10, Policy("slow", SCALED), SEED)
    none = trace(BEHAVIOUR, 10, Policy("none", replace(SCALED, spin_up=0.0)), SEED)
    assert none.overload.sum() == 0 < quick.overload.sum() < slow.overload.sum()


def test_the_command_prints_a_row_for_each_bin(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Two numbers of users give their weeks one after the other, and a drawing of both."""
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(required=True))
    file = tmp_path / "week.svg"
    words = ["trace", "--users", "5", "--users", "7", "--bin", "60", "--csv", "--plot", str(file)]
    options = parser.parse_args(words)
    assert options.command(options) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.startswith("users,hours,slots_mean,slots_peak,pods_needed,pods_ready,pods_paid")
    assert [row.split(",")[:2] for row in rows[167:169]] == [["5", "167.0"], ["7", "0.0"]]
    assert len(rows) == 2 * 168
    assert "day of the week" in file.read_text()
