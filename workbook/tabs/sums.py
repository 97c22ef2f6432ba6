"""Sums: what rows of usage and of peaks add up to, for each month, team, organisation or pool."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Axis, Column, Line
from workbook.data.usage import HOURS
from workbook.expr import (
    Expr,
    Vector,
    above,
    below,
    both,
    count_where,
    filled,
    no_figure,
    total,
    total_where,
    when,
)
from workbook.tabs.teams import MILLIONS, PoolPeaks, Rows

MONEY, SHARE, RATIO, MONEY_MILLIONS = "USD", "share", "x", "usd_m"
FLAGGED = "▲ unused"


class Totals(NamedTuple):
    """What all rows add up to."""

    allocated: Line
    requested: Line
    used: Line
    idle: Line
    cost: Line
    margin: tuple[tuple[Column, Line], ...]


class Sums(NamedTuple):
    """What the rows of each entity add up to."""

    allocated: Column
    requested: Column
    used: Column
    utilization: Column
    idle: Column
    cost: Column
    ratio: Column
    asked: Column
    flag: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        hours = (self.allocated, self.requested, self.used, self.utilization, self.idle)
        return (*hours, self.cost, self.ratio, self.asked, self.flag)

    def totals(self, key: str, of: str) -> Totals:
        """Lines of the sums over all entities; *key* begins their names."""
        columns = (self.allocated, self.requested, self.used, self.idle, self.cost)
        allocated, requested, used, idle, cost = lines = tuple(
            Line(f"{key}_{c.key}", f"{c.label} {of}", c.unit, total(c), show=c.show)
            for c in columns
        )
        margin = tuple(zip(columns, lines, strict=True))
        return Totals(allocated, requested, used, idle, cost, margin)


class Pooled(NamedTuple):
    """The peaks of pools beside those of their teams."""

    months: Column
    teams: Column
    peak: Column
    saved: Column
    share: Column
    cost: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        return (self.months, self.teams, self.peak, self.saved, self.share, self.cost)


def named(axis: Axis, algebra: Expr) -> Expr:
    """The algebra where the entity has a name: some are blank, to be typed in."""
    return when(filled(axis.names), algebra, no_figure("")) if axis.naming else algebra


def of(
    axis: Axis, keys: tuple[Column, Vector], rows: Rows, hour: Line, limit: Line, *, told: bool
) -> Sums:
    """The sums of the rows of each entity; *keys* are its own key and that of the rows.

    Each column says how it comes about where *told*.
    """
    key, theirs = keys

    def how(words: str) -> str | None:
        return words if told else None

    def hours(what: Column, label: str) -> Column:
        algebra = named(axis, total_where(what, (theirs, key)))
        words = how(f"Sum of {what.label.lower()} hours over its rows")
        return axis.formula(what.key, label, HOURS, algebra, how=words, show=MILLIONS)

    allocated, requested = hours(rows.allocated, "Allocated"), hours(rows.requested, "Requested")
    used, idle = hours(rows.used, "Used"), hours(rows.idle, "Idle")

    def part(key: str, label: str, some: Expr, whole: Column, words: str, unit: str) -> Column:
        algebra = named(axis, when(above(whole, 0), some / whole, no_figure("")))
        return axis.formula(key, label, unit, algebra, how=how(words))

    return Sums(
        allocated,
        requested,
        used,
        part("utilization", "Utilization", used, allocated, "Used ÷ allocated", SHARE),
        idle,
        axis.formula(
            "cost",
            "Cost of idle hours",
            MONEY,
            named(axis, idle * hour),
            how=how("Idle hours × cost of an H100e hour"),
            show=MONEY_MILLIONS,
        ),
        part(
            "ratio",
            "Peak to average",
            total_where(rows.peak, (theirs, key)),
            used,
            "Sum of its rows’ peaks ÷ used",
            RATIO,
        ),
        part("asked", "Used of requested", used, requested, "Used ÷ requested", SHARE),
        axis.formula(
            "flag",
            "Flag",
            "text",
            named(
                axis,
                when(both(above(requested, 0), below(used, limit * requested)), FLAGGED, ""),
            ),
            how=how("Where less than the least use of what was requested was used (Inputs)"),
            show="status",
        ),
    )


def peaks(axis: Axis, key: Column, keys: Vector, rows: PoolPeaks, hour: Line) -> Pooled:
    """What pooling saves, over the rows whose cell in *keys* is the entity's in *key*."""

    def hours(what: Column, label: str, how: str) -> Column:
        algebra = named(axis, total_where(what, (keys, key)))
        return axis.formula(f"pooled_{what.key}", label, HOURS, algebra, how=how, show=MILLIONS)

    months = axis.formula(
        "measured",
        "Peaks measured",
        "1",
        named(axis, count_where((keys, key))),
        how="How many peaks of pools were measured",
    )
    teams = hours(rows.teams, "Dedicated peaks", "What teams would hold for peaks of their own")
    peak = hours(rows.peak, "Pooled peak", "What the pool needs for the peak of all together")
    saved = hours(rows.saved, "Saved by pooling", "Dedicated peaks − pooled peak")
    share = axis.formula(
        "pooled_share",
        "… of dedicated peaks",
        SHARE,
        named(axis, when(above(teams, 0), saved / teams, no_figure(""))),
        how="Saved ÷ dedicated peaks",
    )
    cost = axis.formula(
        "pooled_cost",
        "Worth",
        MONEY,
        named(axis, saved * hour),
        how="Saved hours × cost of an H100e hour",
        show=MONEY_MILLIONS,
    )
    return Pooled(months, teams, peak, saved, share, cost)
