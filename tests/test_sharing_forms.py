"""The forms of requests and pools: what their files refuse, every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.assumptions import InputFaults, baseline, load
from workbook.cli import main
from workbook.commands.face import BAD_INPUT
from workbook.data.pools import POOLS
from workbook.data.requests import REQUESTS

HEAD = (
    "Id,Organisation,Team,Pool,Accelerator,Cores,Start,End,Days,Workload,Nature,ROI low,"
    "ROI middle,ROI high,Requested"
)
GOOD = "R-1,Research,A,Scaling,TPU,10,2026-03-01,,10,B,Critical,,,,2026-01-01"
POOL_HEAD = "Pool,Organisation,Workload,Share of hours,Floor,Lends at most,Borrows at most,Cohort"

REFUSED = {
    "a pool that is not there": (("Scaling", "Scalding"), 'Pool: "Scalding" is not a choice'),
    "a chip that nobody has": (("TPU", "H100"), 'Accelerator: "H100" is not a choice'),
    "no cores": (("10,2026-03-01", "0,2026-03-01"), "Cores: 0 is outside 1 to 100,000,000 chip"),
    "part of a core": (("10,2026-03-01", "1.5,2026-03-01"), 'Cores: "1.5" has a fraction'),
    "neither end nor days": (("2026-03-01,,10", "2026-03-01,,"), "Days: has neither an end nor"),
    "end and days": (("2026-03-01,,10", "2026-03-01,2026-04-01,10"), "Days: has an end as well"),
    "end before start": (
        ("2026-03-01,,10", "2026-03-01,2026-02-01,"),
        "End: 2026-02-01 is before the start 2026-03-01; correct one",
    ),
    "a bet without a return": (("Critical", "Growth bet"), "ROI low: is blank; growth bets"),
    "an interval that falls": (
        ("Critical,,,", "Critical,2,1,3"),
        "ROI middle: 1 is below 2; give low, middle and high in that order",
    ),
    "a formula": (("A,Scaling", "=A1,Scaling"), 'Team: "=A1" starts with ='),
    "no id": (("R-1", ""), "Id: is blank; write an id of its own"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_that_cannot_be_is_refused(tmp_path: Path, case: str) -> None:
    """The message names the file, the line and the column, what was found and what to do."""
    (old, new), words = REFUSED[case]
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEAD}\n{GOOD.replace(old, new, 1)}\n")
    with pytest.raises(InputFaults) as caught:
        load(data=[f"requests={path}"])
    [fault] = caught.value.faults
    assert str(fault).startswith(f"{path}:2: {words}")


def test_a_file_has_all_its_faults_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three wrong rows and a doubled id are four messages, exit code 2 and no workbook."""
    rows = [GOOD.replace(*REFUSED[case][0], 1) for case in ("no cores", "a formula", "no id")]
    path, out = tmp_path / "mine.csv", tmp_path / "book.xlsx"
    path.write_text("\n".join([HEAD, GOOD, *rows, GOOD]) + "\n")
    assert main(["build", "--data", f"requests={path}", "--out", str(out)]) == BAD_INPUT
    said = capsys.readouterr()
    assert [line.split(": ")[0] for line in said.err.splitlines()] == [
        f"{path}:{line}" for line in (3, 4, 5, 6)
    ]
    assert '"R-1" stands on line 2 already; change one' in said.err
    assert not out.exists()


def test_a_request_may_ask_a_pool_of_the_file_beside_it(tmp_path: Path) -> None:
    """Pools are read first, so a new pool's name is a choice; a pool that left is none."""
    pools, asks = tmp_path / "pools.csv", tmp_path / "asks.csv"
    pools.write_text(f"{POOL_HEAD}\nRobots,Research,Robots,100%,,,,\n")
    asks.write_text(f"{HEAD}\n{GOOD.replace('Scaling', 'robots')}\n")
    chosen, dated = [f"pools={pools}", f"requests={asks}"], ["data.pools.as_of=2026-03-01"]
    a = load(settings=dated, data=chosen)
    assert [row.pool for row in a.data.of(REQUESTS).rows] == ["Robots"]
    with pytest.raises(InputFaults, match="is not a choice"):
        load(settings=dated, data=[chosen[0]])


def test_a_limit_wants_a_cohort(tmp_path: Path) -> None:
    """A pool that neither lends nor borrows has no limit of it."""
    path = tmp_path / "pools.csv"
    path.write_text(f"{POOL_HEAD}\nScaling,Research,Robots,100%,,20%,,\n")
    with pytest.raises(InputFaults, match="Lends at most: is given, but the pool has no cohort"):
        load(data=[f"pools={path}"])


def test_parts_of_p0_sum_to_all_of_it() -> None:
    """60% and 5% and 45% are 110%, and the message names all three inputs."""
    with pytest.raises(InputFaults, match=r"parts of P0 sum to 1\.1, not to 1; change sharing"):
        load(settings=["sharing.p0_research=45%"])


def test_the_shipped_files_are_plainly_illustrative() -> None:
    """Both say so in their source, and fit with room to spare."""
    data = baseline().data
    for form in (POOLS, REQUESTS):
        file = data.files[form.key]
        assert file.source.startswith("Illustrative: ")
        assert 0 < len(file.rows) < form.most
