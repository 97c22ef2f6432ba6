"""Demand from a CSV file: levels over time, or arrivals that hold a unit or bring work."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path as File
from typing import TYPE_CHECKING, Final, TextIO

import numpy as np

from simcore.faults import Fault, ParameterFaults

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
    """Read a CSV file with a header, gzipped if its name ends so.

    A row with a time or an amount that is missing, no finite number or below zero is left out and
    counted; the first few are told by line. ParameterFaults if there is no such column, or fewer
    than two good rows.
    """
    try:
        with _opened(file) as text:
            return _rows(file, text, columns)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ParameterFaults([Fault(str(file), "", f"cannot be read: {reason}")]) from None
    except (UnicodeDecodeError, csv.Error, EOFError) as error:
        raise ParameterFaults([Fault(str(file), "", f"is no CSV text: {error}")]) from None


def _opened(file: File) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _rows(file: File, text: TextIO, columns: Columns) -> Rows:
    reader = csv.reader(text)
    header = next(reader, [])
    places = _places(file, header, columns)
    if (rows := _clean_rows(file, places, columns)) is not None:
        return rows
    scale = TIME_UNITS[columns.time_unit]
    weights = list(columns.amounts.values())
    times, amounts, bad = [], [], 0
    told: list[Fault] = []
    for row in reader:
        if not row:
            continue
        try:
            found = [row[place] for place in places]
            time = _seconds(found[0], scale)
            parts = [float(part) for part in found[1:]]
            amount = columns.base + sum(a * b for a, b in zip(weights, parts, strict=True))
            good = isfinite(time) and isfinite(amount) and min([amount, *parts]) >= 0
        except (ValueError, IndexError):
            good, time, amount = False, 0.0, 0.0
        if good:
            times.append(time)
            amounts.append(amount)
            continue
        bad += 1
        if bad <= _SHOWN:
            told.append(Fault(f"{file}:{reader.line_num}", "", ",".join(row)[:_WIDTH]))
    if not times or min(times) == max(times):
        _refuse(file, f"{len(times)} good and {bad} bad rows; two different times are needed", told)
    order = np.argsort(times, kind="stable")
    return Rows(np.array(times)[order] - min(times), np.array(amounts)[order], bad, tuple(told))


def _clean_rows(file: File, places: Sequence[int], columns: Columns) -> Rows | None:
    """Return the rows of a file whose rows are all good numbers, read at once; else None."""
    try:
        with _opened(file) as text:
            lines = text.readlines()[1:]
        if not any(line.strip() for line in lines):
            return None
        read = np.loadtxt(
            lines, delimiter=",", usecols=places, comments=None, quotechar='"', ndmin=2
        )
    except ValueError:
        return None
    times = read[:, 0] * TIME_UNITS[columns.time_unit]
    amounts = read[:, 1:] @ np.array(list(columns.amounts.values())) + columns.base
    if not np.isfinite(read).all() or read[:, 1:].min() < 0:
        return None
    if times.min() == times.max():
        return None
    order = np.argsort(times, kind="stable")
    return Rows(times[order] - times.min(), amounts[order], 0, ())


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
