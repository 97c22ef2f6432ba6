"""Demand from files and presets, plans for it, and the command that prints them."""

import argparse
import csv
import gzip
import io
import json
from pathlib import Path as File

import numpy as np
import pytest
from scipy import stats

from simcore.buying import (
    chosen_by,
    demand_of,
    held_demand,
    independent_demand,
    level_demand,
    plans,
    work_demand,
)
from simcore.commands import reserve
from simcore.demand_csv import Columns, Rows, read_rows
from simcore.faults import ParameterFaults
from simcore.path import Path, averages_above
from simcore.replay import Replay, checks
from simcore.reserve import Overflow, Terms


def terms(increment: float = 1.0, quantum: float = 0.0, *, whole: bool = False) -> Terms:
    return Terms(
        reserved=1.75,
        on_demand=6.0,
        increment=increment,
        quantum=quantum,
        commitment=0.0,
        overflow=Overflow.WHOLE if whole else Overflow.METERED,
    )


def written(folder: File, text: str, name: str = "trace.csv") -> File:
    file = folder / name
    file.write_text(text)
    return file


def rows_of(times: list[float], amounts: list[float]) -> Rows:
    return Rows(np.array(times), np.array(amounts), 0, ())


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    reserve.add(parser.add_subparsers())
    options = parser.parse_args(["reserve", *words])
    return int(options.command(options))


def test_columns_add_up_with_their_weights(tmp_path: File) -> None:
    """An amount is the base and each column times its weight; times count from the first."""
    file = written(tmp_path, 'name,out,Timestamp,in\n"a, b",10,5,100\nc,20,3.5,200\n')
    rows = read_rows(file, Columns({"in": 1.0, "out": 4.0}, base=7.0))
    assert rows.times.tolist() == [0.0, 1.5]
    assert rows.amounts.tolist() == [7 + 200 + 80, 7 + 100 + 40]


@pytest.mark.parametrize(
    ("times", "unit", "seconds"),
    [
        (("1000", "2500"), "ms", 1.5),
        (("1", "1.5"), "h", 1800.0),
        (("2023-11-16 18:15:46.6805900", "2023-11-16 18:15:48.1805900"), "s", 1.5),
        (("2023-11-16T23:59:59Z", "2023-11-17T02:00:00+02:00"), "s", 1.0),
    ],
)
def test_common_forms_of_time(
    tmp_path: File, times: tuple[str, str], unit: str, seconds: float
) -> None:
    """Numbers of the unit that is named, and ISO 8601 dates with a time, with a zone or without."""
    text = "".join(f"{time},1\n" for time in times)
    file = written(tmp_path, "when,units\n" + text)
    rows = read_rows(file, Columns({"units": 1.0}, time="when", time_unit=unit))
    assert rows.times[-1] == pytest.approx(seconds, abs=1e-6)


def test_bad_rows_are_counted_and_told_by_line(tmp_path: File) -> None:
    """Missing, negative, infinite and unreadable rows are left out; empty lines are no rows."""
    text = "time,units\n1,2\nx,2\n\n3,-1\n4,inf\n5\n6,3\n"
    rows = read_rows(written(tmp_path, text), Columns({"units": 1.0}))
    assert rows.amounts.tolist() == [2.0, 3.0]
    assert rows.bad == 4
    assert [fault.place.rpartition(":")[2] for fault in rows.first_bad] == ["3", "5", "6", "7"]


def test_one_bad_row_changes_no_other(tmp_path: File) -> None:
    """Rows read at once and rows read one by one, because of a bad one, are the same."""
    lines = "".join(f"{k * 0.7:.4f},{k % 13}.25,{k}\n" for k in range(100))
    columns = Columns({"a": 2.0, "b": 0.5}, base=1.0, time_unit="min")
    clean = read_rows(written(tmp_path, "t,a,b\n" + lines), columns)
    mended = read_rows(written(tmp_path, "t,a,b\n" + lines + "9,9\n"), columns)
    assert (clean.bad, mended.bad) == (0, 1)
    assert clean.times == pytest.approx(mended.times)
    assert clean.amounts == pytest.approx(mended.amounts)


def test_a_compressed_file_is_read(tmp_path: File) -> None:
    """A name that ends in .gz is unpacked."""
    file = tmp_path / "trace.csv.gz"
    file.write_bytes(gzip.compress(b"t,units\n0,1\n5,2\n"))
    assert read_rows(file, Columns({"units": 1.0})).times.tolist() == [0.0, 5.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("time,load\n1,2\n", "no column units; the header has time, load"),
        ("time,units\n1,2\n1,3\n", "two different times are needed"),
        ("time,units\nx,2\n", "0 good and 1 bad rows"),
        ("time,units\n\n", "has a header and no rows"),
    ],
)
def test_an_unusable_file_is_refused(tmp_path: File, text: str, said: str) -> None:
    """What was found and what is needed is said, with the file."""
    with pytest.raises(ParameterFaults, match=said):
        read_rows(written(tmp_path, text), Columns({"units": 1.0}))
    with pytest.raises(ParameterFaults, match="cannot be read"):
        read_rows(tmp_path / "none.csv", Columns({"units": 1.0}))


def test_a_compressed_file_that_is_none_is_refused(tmp_path: File) -> None:
    """A file that only says it is compressed is no fault of the program."""
    with pytest.raises(ParameterFaults, match="has a header and no rows"):
        read_rows(written(tmp_path, "time,units\n", "trace.csv.gz"), Columns({"units": 1.0}))


def test_laws_choose_what_the_replay_finds() -> None:
    """Where arrivals are independent, Poisson's newsvendor is that of the replay: 1 - 1.75/6."""
    hold = (np.log(40.0) - 0.15, np.sqrt(0.3))
    demand = independent_demand(1260.0, hold, 12.0, np.random.SeedSequence(3).spawn(8))
    found = {plan.name: plan for plan in plans(demand, terms())}
    expected = stats.poisson(1260 * 40 / 3600).ppf(1 - 1.75 / 6)
    assert found["by poisson"].split.units == expected
    assert found["least cost"].split.units == expected
    within = stats.poisson(14).cdf(expected)
    assert found["least cost"].time_within == pytest.approx(within, abs=0.02)
    arrivals = found["least cost"].arrivals_within
    assert arrivals == pytest.approx(stats.poisson(14).cdf(expected - 1), abs=0.02)
    costs = [plan.split.cost for plan in found.values()]
    assert min(costs) == found["least cost"].split.cost


@pytest.mark.parametrize(("pod", "chosen"), [(5, 15), (6, 18), (12, 12)])
def test_a_law_chooses_next_to_its_quantile(pod: int, chosen: int) -> None:
    """With pods metered, the multiple next to 16 that costs less by the law, of all multiples."""
    demand = independent_demand(
        1260.0, (np.log(40.0), 0.0), 4.0, np.random.SeedSequence(3).spawn(4)
    )
    law = demand.laws[0]
    level = 1 - 1.75 / 6

    def cost(units: float) -> float:
        return 1.75 * units + 6.0 * law.excess(units)

    assert chosen_by(law, terms(pod), level) == chosen == min(range(0, 60, pod), key=cost)
    # Pods bought whole on demand: the least multiple that demand stays within as long.
    assert chosen_by(law, terms(pod, whole=True), level) == -(-16 // pod) * pod
    assert chosen_by(law, terms(pod), 0.0) == 0.0


def test_plans_of_a_steady_demand() -> None:
    """A demand that never changes has no fitted laws, and all of it is reserved."""
    path = Path(np.array([0.0, 100.0]), np.array([3.0]))
    demand = demand_of(Replay((path,), 8, unit_arrivals=False, memory=0.0))
    found = {plan.name: plan.split for plan in plans(demand, terms(), asked=[2.0])}
    assert demand.laws == ()
    assert found["least cost"].units == found["all reserved"].units == 3.0
    assert found["asked 2"].cost == pytest.approx(2 * 1.75 + 1 * 6.0)
    assert found["all on demand"].cost == pytest.approx(18.0)


def test_what_rows_mean() -> None:
    """The same rows as levels, as arrivals that hold, and as work to be done."""
    rows = rows_of([0.0, 10.0, 20.0, 40.0], [4.0, 2.0, 6.0, 4.0])
    assert level_demand(rows).whole.demand.tolist() == [4.0, 2.0, 6.0, 4.0]
    # 4 + 2 + 6 seconds held within the 34 s after the first arrivals have settled (at most 6 s).
    held = held_demand(rows).whole
    assert held.mean * held.span == pytest.approx(2 + 6)
    work = work_demand(rows, throughput=0.5, interval=10.0).whole
    assert work.demand.tolist() == [4 / 5, 2 / 5, 6 / 5, 0.0, 4 / 5]


def test_windows_of_work_are_no_matter_of_the_clock() -> None:
    """Random work over clock seconds exceeds as often as over seconds of any phase.

    Spread evenly over its clock second first, it would exceed less often.
    """
    rng = np.random.default_rng(6)
    times, work = np.sort(rng.random(40_000)) * 8000, rng.exponential(1.0, 40_000)
    demand = work_demand(rows_of(times.tolist(), work.tolist()), 1.0, 1.0)
    clock = demand.whole.time_above(7.0)
    (seen,) = (
        check
        for check in checks(demand.replay, demand.laws[:1], 7.0, [1.0])
        if check.quantity == "average above"
    )
    assert seen.error is not None
    assert abs(seen.simulated - clock) < 4 * seen.error
    assert averages_above(demand.whole, 7.0, 1.0) < clock - 8 * seen.error


def test_a_billing_quantum_is_beyond_the_laws() -> None:
    """Laws choose no reserve where the highest of an hour is billed."""
    rows = rows_of([0.0, 10.0, 20.0, 40.0], [4.0, 2.0, 6.0, 4.0])
    names = [plan.name for plan in plans(level_demand(rows), terms(quantum=30.0))]
    assert names == ["least cost", "all reserved", "all on demand"]


@pytest.fixture
def trace(tmp_path: File) -> str:
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.exponential(2.0, 4000))
    lines = [f"{t:.3f},{h:.3f}" for t, h in zip(times, rng.exponential(20.0, 4000), strict=True)]
    return str(written(tmp_path, "time,hold\n" + "\n".join([*lines, "bad,row"])))


def test_the_command_prints_what_it_says(trace: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON object has the keys that --help names, and the laws of an M/M/infinity hold."""
    assert run("--trace", trace, "--hold", "hold", "--window", "60", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    for key in ("source", "seed", "prices", "increment", "bad_rows", "demand", "plans", "units"):
        assert key in answer
    assert answer["bad_rows"] == 1
    assert answer["demand"]["mean"] == pytest.approx(10.0, rel=0.1)
    poisson = [check for check in answer["checks"] if check["law"] == "poisson"]
    assert {check["window"] for check in poisson} == {0.0, 60.0}
    assert not any(check["disagrees"] for check in poisson)
    (best,) = (plan for plan in answer["plans"] if plan["plan"] == "least cost")
    assert answer["units"] == best["units"]


def test_the_command_prints_rows_and_text(trace: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV holds the checks; the text shows bad rows by line, plans and both numbers."""
    words = ("--trace", trace, "--hold", "hold", "--window", "10", "--units", "12")
    assert run(*words, "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["quantity"] for row in rows} >= {"time above", "average above", "maximum above"}
    assert run(*words) == 0
    text = capsys.readouterr().out
    for part in ("1 bad rows", ":4002: bad,row", "least cost", "asked 12", "A reserve of 12"):
        assert part in text


def test_the_command_draws(trace: str, tmp_path: File, capsys: pytest.CaptureFixture[str]) -> None:
    """A figure of the cost over the reserve appears."""
    file = tmp_path / "cost.svg"
    assert run("--trace", trace, "--hold", "hold", "--window", "10", "--plot", str(file)) == 0
    assert "<svg" in file.read_text()[:500]
    assert capsys.readouterr().out


def test_the_command_asks_what_rows_mean(trace: str) -> None:
    """A trace without a column to read is refused with what to give."""
    with pytest.raises(ParameterFaults, match="--demand, --hold or --work"):
        run("--trace", trace)
