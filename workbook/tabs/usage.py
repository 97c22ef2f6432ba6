"""Usage: what was held and used, what stood idle and what that cost, and what pooling saves."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import (
    Axis,
    Chart,
    Charts,
    Column,
    Entity,
    Line,
    Lines,
    Margin,
    Series,
    Tab,
    Table,
)
from workbook.data.pools import ORGANISATIONS
from workbook.data.usage import HOURS
from workbook.expr import (
    Expr,
    Text,
    above,
    count_where,
    joined,
    lookup,
    no_figure,
    shown,
    total,
    when,
)
from workbook.tabs import sums
from workbook.tabs import teams as parts
from workbook.tabs.constants import Constants
from workbook.tabs.costs import Costs
from workbook.tabs.links import drawn
from workbook.tabs.sums import Pooled, Sums, Totals
from workbook.tabs.teams import MILLIONS, Calendar, Rows

MONEY, SHARE, MONEY_MILLIONS = "USD", "share", "usd_m"
MEMO = "Memo 004, capacity"
_AS_BY_MONTH = "Columns come about as by month."
WIDTHS = (216, *(88,) * 13)


class Usage(NamedTuple):
    """Lines that other tabs may use."""

    utilization: Line
    idle_cost: Line
    flagged_teams: Line
    flagged_months: Line
    flags: Line
    saved: Line
    uncounted: Expr
    unpooled: Expr
    misstated: Expr
    records: tuple[Table, ...]
    tab: Tab


class Short(NamedTuple):
    """The usage in a few lines."""

    utilization: Line
    idle_cost: Line
    saved: Line
    teams: Line
    months: Line
    first: Line
    flags: Line
    idle_words: Line
    saved_words: Line
    lines: tuple[Line, ...]


def build(a: Assumptions, constants: Constants, costs: Costs, limit: Line) -> Usage:
    """Utilization, idle hours, peaks and flags (memo 004, compute capacity management)."""
    calendar, teams, pools = parts.calendar_of(a), parts.teams_of(a), parts.pools_of(a)
    months = len(calendar.axis.entities)
    rows = parts.rows(a, len(teams.entities) * months)
    peaks = parts.pool_peaks(a, rows, len(pools.entities) * months, constants)
    used = parts.hours_of(teams, calendar, rows, rows.used, "Hours used, by team and month")
    given = parts.hours_of(
        teams, calendar, rows, rows.allocated, "Hours allocated, by team and month"
    )
    heat = parts.shares_of(teams, used, given, "Utilization, by team and month")
    hour = drawn("usage", costs.per_hour)
    month = sums.of(calendar.axis, (calendar.start, rows.month), rows, hour, limit, told=True)
    team = sums.of(teams, (teams.names, rows.team), rows, hour, limit, told=False)
    pool = sums.of(pools, (pools.names, rows.pool), rows, hour, limit, told=False)
    owners = Axis(
        "usage_owners", "Organisation", tuple(Entity(o.lower(), o) for o in ORGANISATIONS)
    )
    owner = sums.of(owners, (owners.names, rows.organisation), rows, hour, limit, told=False)
    peak = sums.peaks(calendar.axis, calendar.start, peaks.month, peaks, hour)
    saving = sums.peaks(pools, pools.names, peaks.pool, peaks, hour)
    totals = month.totals("usage", "of all rows")
    whole, of_teams, of_pools = (
        Line(f"usage_{key}", label, HOURS, total(column), how=None, show=MILLIONS)
        for key, label, column in (
            ("rows", "Allocated in all rows", rows.allocated),
            ("of_teams", "… of teams that are listed", team.allocated),
            ("of_pools", "… of pools that are listed", pool.allocated),
        )
    )
    short = _short(constants, limit, totals, peak, month, team)
    tab = Tab(
        "Usage",
        "What was held, used and idle, and what pooling saves: by month, team and pool",
        "operate",
        (
            Lines("Drivers, drawn from other tabs", (hour,)),
            Charts(_charts(short, month, peak, calendar)),
            Table(
                "By month",
                calendar.axis,
                (calendar.start, *month.columns),
                margin=Margin("Total", totals.margin),
                note="Rows are on Ledger. Peak: the highest rate of use, held all month.",
            ),
            Table("Peaks by month, where the pool’s own was measured", calendar.axis, peak.columns),
            Table("By team", teams, (*_belongs(teams, rows), *team.columns), note=_AS_BY_MONTH),
            Lines("In short", short.lines),
            Table("By organisation", owners, owner.columns, note=_AS_BY_MONTH),
            Table("By pool", pools, pool.columns, note=_AS_BY_MONTH),
            Table("What pooling saves, by pool", pools, saving.columns),
            *heat.tables,
            Lines("What the tables count", (whole, of_teams, of_pools)),
        ),
        grid="wide",
        widths=WIDTHS,
    )
    return Usage(
        utilization=short.utilization,
        idle_cost=short.idle_cost,
        flagged_teams=short.teams,
        flagged_months=short.months,
        flags=short.flags,
        saved=short.saved,
        uncounted=_gap(whole, totals.allocated - whole + (of_teams - whole)),
        unpooled=_gap(whole, of_pools - whole),
        misstated=total(peaks.beyond),
        records=(rows.table, peaks.table, *used.tables, *given.tables),
        tab=tab,
    )


def _gap(whole: Line, missed: Expr) -> Expr:
    """What a table misses, as a part of the whole."""
    return when(above(whole, 0), missed / whole, 0)


def _belongs(teams: Axis, rows: Rows) -> tuple[Column, Column]:
    """The organisation and the pool of each team, as in its first row."""

    def first(what: Column, label: str) -> Column:
        known = above(count_where((rows.team, teams.names)), 0)
        return teams.formula(
            f"first_{what.key}",
            label,
            "text",
            when(known, lookup(teams.names, rows.team, what), no_figure("")),
            how=None,
        )

    return first(rows.organisation, "Organisation"), first(rows.pool, "Pool")


def _short(
    constants: Constants, limit: Line, totals: Totals, peak: Pooled, month: Sums, team: Sums
) -> Short:
    """Totals, and the flags in words."""
    utilization = Line(
        "usage_utilization",
        "Utilization",
        SHARE,
        when(above(totals.allocated, 0), totals.used / totals.allocated, 0),
        how="Used ÷ allocated, over all rows",
        memo=MEMO,
        strong=True,
        output=True,
    )
    idle_share = Line(
        "usage_idle_share",
        "Idle hours of those allocated",
        SHARE,
        when(above(totals.allocated, 0), totals.idle / totals.allocated, 0),
        how="Idle ÷ allocated",
    )
    saved = Line(
        "usage_saved",
        "Saved by pooling",
        HOURS,
        total(peak.saved),
        how="Dedicated peaks − pooled peaks, where measured",
        show=MILLIONS,
        memo=MEMO,
    )
    worth = Line(
        "usage_saved_cost", "… at the cost of an hour", MONEY, total(peak.cost), show=MONEY_MILLIONS
    )
    flagged = [
        Line(
            f"usage_flagged_{name}",
            f"{name.title()} that asked and did not use",
            "1",
            count_where((each.flag, Text(sums.FLAGGED))),
            how=f"How many {name} are flagged",
            memo=MEMO,
        )
        for name, each in (("teams", team), ("months", month))
    ]
    first = Line(
        "usage_flagged_first",
        "First team flagged",
        "text",
        when(above(flagged[0], 0), lookup(Text(sums.FLAGGED), team.flag, team.flag.axis.names), ""),
        how=None,
    )
    fraction = Line(
        "usage_limit_words",
        "The limit in words",
        "text",
        joined("teams that used under ", constants.percent(limit), " of what they asked for"),
        how=None,
    )
    told = Line(
        "usage_flagging",
        "While any team is flagged",
        "text",
        joined("▲ ", fraction, ": ", shown(flagged[0], "0", 0), ", first ", first),
        how=None,
    )
    flags = Line(
        "usage_flags",
        "Flags in words",
        "text",
        when(above(flagged[0], 0), told, "● every team uses what it asked for"),
        show="status",
        how=None,
    )
    idle_words = Line(
        "usage_words",
        "Usage in words",
        "text",
        joined(constants.percent(utilization), " of hours allocated were used"),
        how=None,
    )
    dedicated = total(peak.teams)
    part = Line(
        "usage_saved_share",
        "… of dedicated peaks",
        SHARE,
        when(above(dedicated, 0), saved / dedicated, 0),
        how="Saved ÷ dedicated peaks, where measured",
    )
    saved_words = Line(
        "usage_saved_words",
        "Pooling in words",
        "text",
        joined("Pooling saves ", constants.percent(part), " of dedicated peaks"),
        how=None,
    )
    shares = (utilization, idle_share, saved, part, worth)
    lines = (*shares, *flagged, first, fraction, told, flags, idle_words, saved_words)
    return Short(
        utilization,
        totals.cost,
        saved,
        flagged[0],
        flagged[1],
        first,
        flags,
        idle_words,
        saved_words,
        lines,
    )


def _charts(short: Short, month: Sums, peak: Pooled, calendar: Calendar) -> tuple[Chart, ...]:
    """Hours used and idle by month, and dedicated beside pooled peaks."""
    return (
        Chart(
            kind="stacked",
            headline=short.idle_words,
            title="Hours used and idle, by month",
            series=(
                Series("Used", month.used, "inference"),
                Series("Idle", month.idle, "buffer"),
            ),
            categories=calendar.axis.names,
            across_title="",
            value_title="m H100e-hr",
            value_show="chart_m",
            alt="Columns of the hours used and, on top, the hours idle in each month.",
            from_zero=True,
        ),
        Chart(
            kind="stacked",
            headline=short.saved_words,
            title="What pools need at their peak, and what pooling saves",
            series=(
                Series("Pooled peak", peak.peak, "training"),
                Series("Saved by pooling", peak.saved, "buffer"),
            ),
            categories=calendar.axis.names,
            across_title="",
            value_title="m H100e-hr",
            value_show="chart_m",
            alt="Columns of the pools’ peaks and, on top, what teams’ own peaks would take more.",
            from_zero=True,
        ),
    )
