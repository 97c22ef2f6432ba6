"""A small book of requests and pools, and its grants worked out one request after the other.

``served`` walks down the queue and hands out what is left; the workbook has a formula a column. It
shares no code with the workbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from workbook.assumptions import Assumptions, Data, DataFile, baseline
from workbook.book import Line, Lines, Tab, Table
from workbook.data import Form, read
from workbook.data.pools import POOLS
from workbook.data.requests import REQUESTS
from workbook.tabs import constants, policy, sharing, supply

HERE = Path(__file__).parent
RATIOS = {"Trainium 2": 1.5, "TPU": 4.0, "B200": 1 / 3}
CRITICAL, ALIGNMENT, GROWTH = "Critical", "Alignment with company goal", "Growth bet"
ORDER = (CRITICAL, ALIGNMENT, GROWTH)
PESSIMISTIC, MIDDLE = "Pessimistic end", "Middle"
HOURS_A_DAY, HOURS_A_YEAR = 24.0, 8760.0


@dataclass(frozen=True)
class Small:
    """A book of the three tabs, with the few lines that they draw from elsewhere."""

    shared: sharing.Sharing
    tabs: tuple[Tab, ...]


def small(
    pools: Path, requests: Path, allotments: Mapping[str, float], pool_rows: int, rows: int
) -> Small:
    """The tabs with these files, organisations with these hours, and forms of so many rows."""
    a = shortened(
        baseline(), {POOLS: pool_rows, REQUESTS: rows}, {POOLS: pools, REQUESTS: requests}
    )
    fixed, rules = constants.build(), policy.build(a.allocation)
    fleet = supply.build(a, fixed, rules)
    hours = {
        key: Line(f"{key}_given_hours", key.title(), "H100e·h/yr", constant=value)
        for key, value in allotments.items()
    }
    shared = sharing.build(a, fixed, fleet, hours)
    lines = (*fixed.lines, *rules.entries, fleet.hours_a_year, *shared.entries, *hours.values())
    given = Tab(
        "Given",
        "For a test",
        "start",
        (
            Lines("Lines", (*lines, shared.reading.position)),
            Table("Options", shared.reading.options, ()),
        ),
    )
    drawn = (replace(tab, group="start") for tab in (fleet.tab, *shared.tabs))
    return Small(shared, (given, *drawn))


def shortened(
    a: Assumptions,
    rows: Mapping[Form[Any], int],
    paths: Mapping[Form[Any], Path] | None = None,
) -> Assumptions:
    """The assumptions with forms of so many rows, and other files where *paths* has some."""
    files = dict(a.data.files)
    for form, most in rows.items():
        old, shorter = files[form.key], replace(form, most=most)
        records = read(shorter, paths[form]) if paths else old.records
        files[form.key] = DataFile(shorter, records, old.as_of, old.source)
    return replace(a, data=Data(files))


# --- the same in words of a queue ------------------------------------------------------------


@dataclass
class Pool:
    """A pool while the queue is served."""

    organisation: str
    share: float
    floor: float
    lends: float | None
    borrows: float | None
    cohort: str | None
    guaranteed: float = 0.0
    left: float = 0.0
    lendable: float = 0.0
    borrowed: float = 0.0


@dataclass
class Ask:
    """A request in the queue; *row* is its row in the form."""

    row: int
    pool: str
    hours: float
    nature: str
    roi: float
    submitted: date
    own: float = 0.0
    borrowed: float = 0.0


@dataclass
class Served:
    """What came of it: pools by name, requests by row, hours lent by pool."""

    pools: dict[str, Pool]
    asks: dict[int, Ask]
    lent: dict[str, float] = field(default_factory=dict)

    def granted(self, row: int) -> float:
        """All hours that a request gets."""
        return self.asks[row].own + self.asks[row].borrowed


def hours_of(cells: Mapping[str, Any]) -> float:
    """The hours a year that a request takes: H100 equivalents by the hours of its days."""
    if cells.get("end") is not None:
        days = (cells["end"] - cells["start"]).days + 1
    else:
        days = cells["days"]
    h100e: float = cells["cores"] / RATIOS[cells["chip"]]
    hours: float = min(days * HOURS_A_DAY, HOURS_A_YEAR)
    return h100e * hours


def served(pools: Mapping[str, Pool], asks: list[Ask], allotments: Mapping[str, float]) -> Served:
    """Serve the queue: from each pool's own hours first, then from what its cohort leaves idle."""
    _guarantee(pools.values(), allotments)
    queue = sorted(asks, key=lambda a: (ORDER.index(a.nature), -_roi(a), a.submitted, a.row))
    for ask in queue:
        pool = pools[ask.pool]
        ask.own = min(ask.hours, pool.left)
        pool.left -= ask.own
    idle: dict[str, float] = {}
    for pool in pools.values():
        if pool.cohort:
            most = pool.guaranteed if pool.lends is None else pool.guaranteed * pool.lends
            pool.lendable = min(pool.left, most)
            idle[pool.cohort] = idle.get(pool.cohort, 0.0) + pool.lendable
    whole = dict(idle)
    for ask in queue:
        pool = pools[ask.pool]
        if pool.cohort:
            room = _room(pool)
            ask.borrowed = min(ask.hours - ask.own, room, idle[pool.cohort])
            pool.borrowed += ask.borrowed
            idle[pool.cohort] -= ask.borrowed
    lent = {name: _lent(pool, idle, whole) for name, pool in pools.items()}
    return Served(dict(pools), {ask.row: ask for ask in asks}, lent)


def _roi(ask: Ask) -> float:
    return round(ask.roi, 4) if ask.nature == GROWTH else 0.0


def _room(pool: Pool) -> float:
    if pool.borrows is None:
        return float("inf")
    return max(0.0, pool.guaranteed * pool.borrows - pool.borrowed)


def _lent(pool: Pool, idle: Mapping[str, float], whole: Mapping[str, float]) -> float:
    if not pool.cohort or not whole[pool.cohort]:
        return 0.0
    return pool.lendable * (1 - idle[pool.cohort] / whole[pool.cohort])


def _guarantee(pools: Any, allotments: Mapping[str, float]) -> None:
    pools = list(pools)
    for organisation, hours in allotments.items():
        own = [pool for pool in pools if pool.organisation.lower() == organisation]
        floors = sum(pool.floor for pool in own)
        beyond = {id(p): max(p.share * hours, p.floor) - p.floor for p in own}
        wanted = sum(beyond.values())
        kept = max(0.0, min(1.0, (hours - floors) / wanted)) if wanted > 1e-9 * hours else 1.0
        for pool in own:
            pool.guaranteed = pool.floor + beyond[id(pool)] * kept
            pool.left = pool.guaranteed
