"""Demand from a file of rows: levels over time, or arrivals that hold a unit or bring work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path as File
from typing import TYPE_CHECKING, Final

import numpy as np

from simcore.faults import Fault, ParameterFaults
from simcore.fitting.reading import read_sheet

if TYPE_CHECKING:
    # The kernel brings the compiler, which reading does not need.
    from simcore.kernel import Floats

TIME_NAMES: Final = ("time", "timestamp", "timestamp_s", "t", "arrival_s", "ts", "date")
"""Names of a column of times that are found without being given, in any case."""

TIME_UNITS: Final[Mapping[str, float]] = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_SHOWN: Final = 5
"""Bad rows that are told by line."""
_WIDTH: Final = 80
"""Characters of a bad row that are told."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What to read of each row: the time, and a sum of columns, each times its weight.

    *time* is a column's name, or empty to find it among TIME_NAMES. Times are numbers of
    *time_unit*, or ISO 8601 dates with a time. *base* is added to the sum.
    """

    amounts: Mapping[str, float]
    base: float = 0.0
    time: str = ""
    time_unit: str = "s"


@dataclass(frozen=True, slots=True)
class Rows:
    """The times in seconds from the first, ascending, with an amount each; and the bad rows."""

    times: Floats
    amounts: Floats
    bad: int
    first_bad: tuple[Fault, ...]


def read_rows(file: File, columns: Columns) -> Rows:
    """Read a CSV file (plain or gzip) or a Parquet file.

    A row with a time or an amount that is missing, no finite number or below zero is left out and
    counted; the first few are told by line. ParameterFaults if the file cannot be read, there is
    no such column, or there are fewer than two good rows.
    """
    sheet = read_sheet(file)
    places = _places(file, sheet.header, columns)
    scale, weights = TIME_UNITS[columns.time_unit], list(columns.amounts.values())
    times, amounts = [], []
    bad = list(sheet.faults)
    for row, line in zip(sheet.rows, sheet.lines, strict=True):
        try:
            time = _seconds(row[places[0]], scale)
            parts = [float(row[place]) for place in places[1:]]
        except ValueError:
            bad.append((line, ",".join(row)))
            continue
        amount = columns.base + sum(a * b for a, b in zip(weights, parts, strict=True))
        if isfinite(time) and isfinite(amount) and min([amount, *parts]) >= 0:
            times.append(time)
            amounts.append(amount)
        else:
            bad.append((line, ",".join(row)))
    told = [Fault(f"{file}:{line}", "", what[:_WIDTH]) for line, what in sorted(bad)[:_SHOWN]]
    if not times or min(times) == max(times):
        message = f"{len(times)} good and {len(bad)} bad rows; two different times are needed"
        _refuse(file, message, told)
    order = np.argsort(times, kind="stable")
    sorted_times = np.array(times)[order] - min(times)
    return Rows(sorted_times, np.array(amounts)[order], len(bad), tuple(told))


def _places(file: File, header: Sequence[str], columns: Columns) -> list[int]:
    """Return where the time and the amounts stand in a row."""
    names = [name.strip() for name in header]
    time = columns.time
    if not time:
        time = next((name for name in names if name.lower() in TIME_NAMES), "")
    wanted = [time or "a time", *columns.amounts]
    if missing := [name for name in wanted if name not in names]:
        shown = ", ".join(names) or "nothing"
        _refuse(file, f"no column {', '.join(missing)}; the header has {shown}", ())
    return [names.index(name) for name in wanted]


def _seconds(text: str, scale: float) -> float:
    """Return a number times *scale*, or an ISO 8601 time as seconds; UTC where it has no zone."""
    try:
        return float(text) * scale
    except ValueError:
        found = datetime.fromisoformat(text.strip())
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _refuse(file: File, message: str, told: Sequence[Fault]) -> None:
    raise ParameterFaults([Fault(str(file), "", message), *told])
