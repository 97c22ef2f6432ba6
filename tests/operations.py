"""Usage and outcomes worked out again in plain Python from rows of data, for their tests.

``CELLS`` has the shipped rows by id (``usage.row_1.used``). The functions here take rows as plain
mappings and share nothing with the workbook.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

Entry = float | str | None
Cell = float | str | date | None
Row = dict[str, Cell]

TEMPLATES = Path(__file__).parents[1] / "templates"
FILES = {
    "usage": "month organisation team pool allocated requested used peak",
    "pool_peaks": "month pool peak",
    "benchmarks": "benchmark quarter score ceiling hours",
    "margins": "model tier quarter requests revenue hours cost",
}
WORDS = {"organisation", "team", "pool", "benchmark", "quarter", "model", "tier"}


def shipped(name: str) -> list[Row]:
    """The rows of a shipped file."""
    with (TEMPLATES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    keys = FILES[name].split()
    return [{k: _cell(k, text) for k, text in zip(keys, row, strict=True)} for row in rows]


def _cell(key: str, text: str) -> Cell:
    if key == "month":
        return date.fromisoformat(f"{text}-01")
    if key in WORDS:
        return text
    return float(text) if text else None


ROWS: dict[str, list[Row]] = {name: shipped(name) for name in FILES}


CELLS: dict[str, Cell] = {
    f"{name}.row_{i}.{key}": value
    for name, rows in ROWS.items()
    for i, row in enumerate(rows, 1)
    for key, value in row.items()
}


def changed(name: str, changes: Mapping[str, Entry]) -> list[Row]:
    """The shipped rows with changes by id."""
    rows = [dict(row) for row in ROWS[name]]
    for where, value in changes.items():
        table, row, key = where.split(".")
        if table == name:
            rows[int(row.removeprefix("row_")) - 1][key] = value
    return rows


def number(row: Row, key: str) -> float:
    value = row[key]
    assert isinstance(value, float | int), f"{key} is {value!r}"
    return float(value)


def summed(rows: Sequence[Row], by: str, what: str) -> dict[Cell, float]:
    """The sum of a column for each value of another."""
    sums: defaultdict[Cell, float] = defaultdict(float)
    for row in rows:
        sums[row[by]] += number(row, what)
    return dict(sums)


def idle(rows: Sequence[Row]) -> float:
    """Hours allocated and not used, row by row."""
    return sum(max(0.0, number(row, "allocated") - number(row, "used")) for row in rows)


def saved(rows: Sequence[Row], peaks: Sequence[Row]) -> dict[tuple[Cell, Cell], float]:
    """For each pool and month that was measured, teams' peaks less the pool's."""
    found = {}
    for peak in peaks:
        mine = [r for r in rows if (r["month"], r["pool"]) == (peak["month"], peak["pool"])]
        teams = sum(number(row, "peak") for row in mine)
        found[peak["month"], peak["pool"]] = max(0.0, teams - number(peak, "peak"))
    return found


def capability(rows: Sequence[Row], limit: float) -> dict[Cell, float]:
    """Mean share of headroom closed for a billion training hours, by quarter."""
    quarters = sorted({str(row["quarter"]) for row in rows})
    scores = {(row["benchmark"], row["quarter"]): number(row, "score") for row in rows}
    found: dict[Cell, float] = {}
    for before, quarter in pairwise(quarters):
        gains, hours = [], []
        for row in (row for row in rows if row["quarter"] == quarter):
            hours.append(number(row, "hours"))
            ceiling = number(row, "ceiling")
            earlier = scores.get((row["benchmark"], before))
            if earlier is not None and 0 < ceiling - earlier >= limit * ceiling:
                gains.append((number(row, "score") - earlier) / (ceiling - earlier))
        if gains:
            found[quarter] = sum(gains) / len(gains) * 1e9 / (sum(hours) / len(hours))
    return found


class Segment:
    """A model and tier in two quarters."""

    def __init__(self, before: Row | None, now: Row | None, hour: float) -> None:
        self.n0, self.m0 = _volume_and_margin(before, hour)
        self.n1, self.m1 = _volume_and_margin(now, hour)
        each0 = self.m0 / self.n0 if self.n0 > 0 else None
        each1 = self.m1 / self.n1 if self.n1 > 0 else None
        self.each0 = each0 if each0 is not None else each1 or 0.0
        self.each1 = each1 if each1 is not None else self.each0

    @property
    def volume(self) -> float:
        """More requests, at the margin of before."""
        return (self.n1 - self.n0) * self.each0

    @property
    def rate(self) -> float:
        """Requests of now, at the change of margin."""
        return (self.each1 - self.each0) * self.n1


def _volume_and_margin(row: Row | None, hour: float) -> tuple[float, float]:
    if row is None:
        return 0.0, 0.0
    cost = row["cost"] if row["cost"] is not None else number(row, "hours") * hour
    assert isinstance(cost, float)
    return number(row, "requests"), number(row, "revenue") - cost


def segments(rows: Sequence[Row], before: str, now: str, hour: float) -> dict[str, Segment]:
    """Each segment in the quarters *before* and *now*; serving costs *hour* an H100e hour."""
    by_key = {(f"{row['model']} · {row['tier']}", row["quarter"]): row for row in rows}
    names = dict.fromkeys(name for name, _ in by_key)
    return {n: Segment(by_key.get((n, before)), by_key.get((n, now)), hour) for n in names}
