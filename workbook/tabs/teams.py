"""Teams: calendar, teams and pools of the usage, its rows, and hours by team and month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column, Entity, Table
from workbook.data import Form, words
from workbook.data.usage import HOURS, MOST_MONTHS, MOST_POOLS, MOST_TEAMS, PEAKS, USAGE
from workbook.expr import (
    At,
    above,
    filled,
    highest,
    no_figure,
    total_where,
    when,
    where_filled,
)
from workbook.tabs.constants import Constants
from workbook.tabs.entities import rows_of, typed_of

MILLIONS = "hours_m"
YEAR = 12
"""Months of a year: as many stand side by side in one block."""

FEWEST_TEAMS, SPARE_TEAMS = 12, 4
FEWEST_POOLS, SPARE_POOLS = 5, 2


class Calendar(NamedTuple):
    """The months of the tables: twelve from the first of the data, or two dozen."""

    axis: Axis
    start: Column


class Rows(NamedTuple):
    """The usage as typed in, and the idle hours of each row."""

    axis: Axis
    month: Column
    organisation: Column
    team: Column
    pool: Column
    allocated: Column
    requested: Column
    used: Column
    peak: Column
    idle: Column
    table: Table


class PoolPeaks(NamedTuple):
    """The peaks of pools, beside those of their teams, and what pooling saves."""

    month: Column
    pool: Column
    peak: Column
    teams: Column
    saved: Column
    beyond: Column
    table: Table


class Grid(NamedTuple):
    """Hours or shares of each team (down) and month, in blocks of a year."""

    columns: tuple[Column, ...]
    tables: tuple[Table, ...]


def calendar_of(a: Assumptions) -> Calendar:
    """The months from the first of the usage on."""
    months = [use.month for use in a.data.of(USAGE).rows] or [a.control.as_of.value.replace(day=1)]
    first, last = min(months), max(months)
    span = (last.year - first.year) * YEAR + last.month - first.month + 1
    count = YEAR if span <= YEAR else MOST_MONTHS
    starts = [_later(first, i) for i in range(count)]
    axis = Axis(
        "months",
        "Month",
        tuple(Entity(f"month_{i}", f"{day:%Y-%m}") for i, day in enumerate(starts, 1)),
    )
    return Calendar(axis, axis.fixed("start", "First day", starts, "memo", unit="date"))


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, YEAR)
    return date(day.year + years, month + 1, 1)


def listed(
    key: str,
    label: str,
    form: Form[Any],
    known: Sequence[str],
    fewest: int,
    spare: int,
    most: int,
) -> Axis:
    """An axis of names in the order of their first mention, with blank ones to be typed in.

    They are those of the rows of *form*.
    """
    names = list({name.casefold(): name for name in reversed(known)}.values())[::-1]
    room = max(len(names), min(most, max(fewest, len(names) + spare)))
    labels = [*names, *([""] * (room - len(names)))]
    entities = tuple(Entity(f"{key}_{i}", name) for i, name in enumerate(labels, 1))
    naming = words("name", label, f"{label}, as in the rows of data", listed_in=form.key)
    return Axis(key, label, entities, naming)


def teams_of(a: Assumptions) -> Axis:
    """The teams of the usage."""
    known = [use.team for use in a.data.of(USAGE).rows]
    return listed("teams", "Team", USAGE, known, FEWEST_TEAMS, SPARE_TEAMS, MOST_TEAMS)


def pools_of(a: Assumptions) -> Axis:
    """The pools of the usage and of the measured peaks."""
    known = [use.pool for use in a.data.of(USAGE).rows]
    known += [peak.pool for peak in a.data.of(PEAKS).rows]
    return listed("used_pools", "Pool", USAGE, known, FEWEST_POOLS, SPARE_POOLS, MOST_POOLS)


def rows(a: Assumptions, room: int) -> Rows:
    """The usage, row by row: as many as there are teams and months, at most."""
    file = a.data.of(USAGE)
    axis = rows_of(file, room=min(room, USAGE.most))
    typed = {
        c.key: typed_of(file, axis, c.key, show=MILLIONS if c.is_number else "")
        for c in USAGE.columns
    }
    idle = axis.formula(
        "idle",
        "Idle",
        HOURS,
        where_filled(typed["month"], highest(0, typed["allocated"] - typed["used"])),
        how="Allocated − used, where positive",
        show=MILLIONS,
    )
    table = Table("Usage: hours by team and month", axis, (*typed.values(), idle))
    return Rows(axis=axis, **typed, idle=idle, table=table)


def pool_peaks(a: Assumptions, usage: Rows, room: int, constants: Constants) -> PoolPeaks:
    """What the teams of a pool would hold for peaks of their own, less the peak of the pool."""
    file = a.data.of(PEAKS)
    axis = rows_of(file, room=min(room, PEAKS.most))
    month, pool = typed_of(file, axis, "month"), typed_of(file, axis, "pool")
    peak = typed_of(file, axis, "peak", show=MILLIONS)
    teams = axis.formula(
        "teams",
        "Teams’ own peaks",
        HOURS,
        where_filled(
            month,
            when(
                filled(pool), total_where(usage.peak, (usage.pool, pool), (usage.month, month)), 0
            ),
        ),
        how="Sum of the peaks of the pool’s teams in the month",
        show=MILLIONS,
    )
    saved = axis.formula(
        "saved",
        "Saved by pooling",
        HOURS,
        where_filled(month, highest(0, teams - peak)),
        how="Teams’ own peaks − peak of the pool: never negative, as peaks do not add up to more",
        show=MILLIONS,
    )
    beyond = axis.formula(
        "beyond",
        "Above the teams’ peaks",
        "1",
        where_filled(month, when(above(peak, teams * (1 + constants.tolerance)), 1, 0)),
        how="1 where a pool’s peak is more than the sum of its teams’: a fault of the data",
        show="flag",
    )
    table = Table("Peaks of pools", axis, (month, pool, peak, teams, saved, beyond))
    return PoolPeaks(month, pool, peak, teams, saved, beyond, table)


def hours_of(teams: Axis, calendar: Calendar, usage: Rows, what: Column, title: str) -> Grid:
    """The hours of *what*, summed for each team and month."""
    columns = tuple(
        teams.formula(
            f"{what.key}_{month.key}",
            month.label,
            HOURS,
            total_where(
                what, (usage.team, teams.names), (usage.month, At(calendar.start, month.key))
            ),
            how=None,
            show=MILLIONS,
        )
        for month in calendar.axis.entities
    )
    return Grid(columns, _blocks(title, teams, columns))


def shares_of(teams: Axis, part: Grid, whole: Grid, title: str) -> Grid:
    """One grid as a share of another, nothing where there is nothing to share."""
    columns = tuple(
        teams.formula(
            column.key.replace("used", "share"),
            column.label,
            "share",
            when(above(base, 0), column / base, no_figure("")),
            how=None,
            show="pct0",
        )
        for column, base in zip(part.columns, whole.columns, strict=True)
    )
    return Grid(columns, _blocks(title, teams, columns, heat="heat"))


def _blocks(
    title: str, teams: Axis, columns: tuple[Column, ...], heat: str = ""
) -> tuple[Table, ...]:
    """The columns in tables of a year, the second below the first."""
    years = [columns[i : i + YEAR] for i in range(0, len(columns), YEAR)]
    titles = (title, f"{title}, continued")
    return tuple(
        Table(name, teams, part, heat=heat) for name, part in zip(titles, years, strict=False)
    )
