"""What verifying takes in processor time and memory: bench/verify_load.py.

Each program is started afresh; its time is that of the program and the engines that it starts.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import formualizer
import xlsxwriter

ROWS = 5_000
"""Rows of the large book, with five formulas each."""


class Load(NamedTuple):
    """Seconds of processor time, and the most memory that any one process held, in MB."""

    seconds: float
    memory: float


def main() -> int:
    """Print the table; 1 if a program failed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own, large = folder / "own.xlsx", write_large(folder / "large.xlsx")
        rows = (
            ("build", ("build", "--quiet", "--out", str(own))),
            ("verify", ("verify", str(own))),
            ("verify --random 50", ("verify", str(own), "--random", "50")),
            ("lint", ("lint", str(own))),
            ("diff with itself", ("diff", str(own), str(own))),
            ("explain", ("explain", str(own), "supply_hours")),
            (f"verify {5 * ROWS} formulas", ("verify", str(large))),
            ("explain --drivers", ("explain", str(own), "supply_hours", "--drivers")),
        )
        print(f"{'':<24} processor s  of a build  most MB in one process")
        build = 0.0
        for title, arguments in rows:
            load = load_of(arguments)
            build = build or load.seconds
            share = load.seconds / build
            print(f"{title:<24} {load.seconds:11.2f}  {share:10.2f}  {load.memory:22.0f}")
    return 0


def load_of(arguments: Sequence[str]) -> Load:
    """What one run of ``workbook`` takes. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "workbook", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Load(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_large(path: Path) -> Path:
    """A book of products, sums over rows, tests and lookups, with right values stored."""
    with xlsxwriter.Workbook(path) as book:
        data, calc = book.add_worksheet("Data"), book.add_worksheet("Calc")
        for row in range(1, ROWS + 1):
            data.write_row(row - 1, 0, [row * column + 1.5 for column in range(4)])
            calc.write_formula(row - 1, 0, f"=Data!A{row}*Data!B{row}")
            calc.write_formula(row - 1, 1, f"=A{row}+Data!C{row}")
            calc.write_formula(row - 1, 2, f"=SUM(Data!A{row}:D{row})")
            calc.write_formula(row - 1, 3, f"=IF(C{row}>B{row},1,0)")
            calc.write_formula(row - 1, 4, f"=INDEX(Data!$D$1:$D${ROWS},{row})")
    stamp = datetime(2026, 1, 1, tzinfo=UTC)
    filled = formualizer.recalculate_xlsx_bytes(
        path.read_bytes(), deterministic_timestamp_utc=stamp
    )
    path.write_bytes(filled["bytes"])
    return path


if __name__ == "__main__":
    sys.exit(main())
