"""Usage: hours held, used and idle, peaks and pools, and who asked and did not use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import operations
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Entry
from seen import Given, approx

from workbook.assumptions import load
from workbook.build import make
from workbook.values import Value

TEAMS = (
    "API platform",
    "Enterprise",
    "Frontier runs",
    "Data quality",
    "Architectures",
    "Scaling laws",
)
MONTHS = 6


# --- by hand -----------------------------------------------------------------------------------


def test_a_month_by_hand(at: Given) -> None:
    """September 2025: 310 + 160 + 260 + 65 + 150 + 120 = 1,065m h allocated, 703m used, 66.0 %."""
    live = at({})
    assert live["months.month_1.allocated"] == 1_065e6
    assert live["months.month_1.used"] == 703e6
    assert live["months.month_1.utilization"] == approx(703 / 1065)
    # nobody used more than was held, so what is left is idle: 362m h at the cost of an hour
    assert live["months.month_1.idle"] == 362e6
    assert live["months.month_1.cost"] == approx(362e6 * live.number("cost_per_hour"))


def test_peaks_of_teams_and_of_their_pool(at: Given) -> None:
    """Two teams of a pool would hold hours for peaks of their own, more than for that of both."""
    live = at({})
    rows = operations.ROWS["usage"]
    teams = sum(operations.number(r, "peak") for r in rows[:2])
    pool = operations.number(operations.ROWS["pool_peaks"][0], "peak")
    assert live["pool_peaks.row_1.teams"] == teams
    assert live["pool_peaks.row_1.saved"] == teams - pool > 0


def test_those_who_asked_and_did_not_use_are_named(at: Given) -> None:
    """Architectures used 41.6 % and Scaling laws 58.9 % of what they asked; the limit is 60 %."""
    live = at({})
    flags = [live[f"teams.teams_{i}.flag"] for i in range(1, 7)]
    assert flags == ["", "", "", "", "▲ unused", "▲ unused"]
    assert live["usage_flagged_teams"] == 2
    assert live["usage_flags"] == (
        "▲ teams that used under 60% of what they asked for: 2, first Architectures"
    )


def test_a_lower_limit_takes_flags_away(at: Given) -> None:
    """At 50 % only Architectures is flagged, at 30 % nobody; at 90 % every month is."""
    assert at({"usage.unused_limit": 0.5})["usage_flagged_teams"] == 1
    quiet = at({"usage.unused_limit": 0.3})
    assert quiet["usage_flagged_teams"] == 0
    assert quiet["usage_flagged_first"] == ""
    assert quiet["usage_flags"] == "● every team uses what it asked for"
    assert at({"usage.unused_limit": 0.9})["usage_flagged_months"] == MONTHS


def test_hours_used_beyond_those_held_leave_nothing_idle(at: Given) -> None:
    """A team that borrows 90m h of others in a month has no idle hours in it, not −90m."""
    live = at({"usage.row_1.used": 400e6, "usage.row_1.peak": 400e6})
    assert live["usage.row_1.idle"] == 0
    assert live["teams.teams_1.share_month_1"] == approx(400 / 310)


def test_a_team_that_is_typed_in_is_counted_once_it_is_listed(at: Given) -> None:
    """A row of a new team fails the check until its name stands among the teams."""
    row: dict[str, Entry] = {
        "usage.row_37.month": _serial(date(2026, 3, 1)),
        "usage.row_37.organisation": "Research",
        "usage.row_37.team": "Newcomers",
        "usage.row_37.pool": "Scaling",
        "usage.row_37.allocated": 10e6,
        "usage.row_37.requested": 10e6,
        "usage.row_37.used": 9e6,
        "usage.row_37.peak": 9e6,
    }
    assert at(row)["checks.usage_counted.failed"] == 1
    live = at(row | {"teams.teams_7.name": "Newcomers"})
    assert live["checks.usage_counted.failed"] == 0
    assert live["teams.teams_7.utilization"] == approx(0.9)
    assert live["teams.teams_7.first_pool"] == "Scaling"
    assert live["months.month_7.allocated"] == 10e6


def _serial(day: date) -> float:
    return float((day - date(1899, 12, 30)).days)


def test_a_pool_peak_above_its_teams_is_a_fault_of_the_data(at: Given) -> None:
    """Peaks of teams add up to at least the peak of all: more is flagged, and nothing is saved."""
    live = at({"pool_peaks.row_1.peak": 1e9})
    assert live["pool_peaks.row_1.saved"] == 0
    assert live["checks.usage_peaks.failed"] == 1


# --- laws --------------------------------------------------------------------------------------


@st.composite
def hours_changed(draw: st.DrawFn) -> dict[str, Entry]:
    """Any hours in any cells of the shipped rows, and any pool or team that is listed."""
    changes: dict[str, Entry] = {}
    hours = st.integers(0, 10**9).map(float)
    for row in draw(st.lists(st.integers(1, 36), unique=True, max_size=12)):
        for key in ("allocated", "requested", "used", "peak"):
            changes[f"usage.row_{row}.{key}"] = draw(hours)
        changes[f"usage.row_{row}.team"] = draw(st.sampled_from(TEAMS))
        changes[f"usage.row_{row}.pool"] = draw(st.sampled_from(("API serving", "Scaling")))
    for row in draw(st.lists(st.integers(1, 18), unique=True, max_size=6)):
        changes[f"pool_peaks.row_{row}.peak"] = draw(hours)
    return changes


@given(changes=hours_changed())
@settings(max_examples=20)
def test_every_sum_is_that_of_plain_arithmetic(at: Given, changes: dict[str, Entry]) -> None:
    """By team, month and pool, for any rows: hours, idle hours, and what pooling saves."""
    live, rows = at(changes), operations.changed("usage", changes)
    used, given_ = (operations.summed(rows, "team", key) for key in ("used", "allocated"))
    for i, team in enumerate(TEAMS, 1):
        assert live[f"teams.teams_{i}.used"] == approx(used.get(team, 0.0))
        share = live[f"teams.teams_{i}.utilization"]
        held = given_.get(team, 0.0)
        assert share == (approx(used[team] / held) if held > 0 else "")
    assert live["usage_idle"] == approx(operations.idle(rows))
    months = operations.summed(rows, "month", "requested")
    for i, month in enumerate(sorted(months, key=str), 1):
        assert live[f"months.month_{i}.requested"] == approx(months[month])
    peaks = operations.changed("pool_peaks", changes)
    pooled = operations.saved(rows, peaks)
    assert live["usage_saved"] == approx(sum(pooled.values()))
    assert min(pooled.values()) >= 0


@given(changes=hours_changed())
@settings(max_examples=20)
def test_nothing_is_lost_between_rows_teams_months_and_pools(
    at: Given, changes: dict[str, Entry]
) -> None:
    """Each way of adding up gives the same hours, pooling saves no less than nothing."""
    live = at(changes)
    for what in ("allocated", "used"):
        whole = sum(live.numbers("usage", what))
        assert sum(live.numbers("months", what)) == approx(whole)
        assert sum(live.numbers("teams", what)) == approx(whole)
        assert sum(live.numbers("used_pools", what)) == approx(whole)
        grid = [x for i in range(1, 13) for x in live.numbers("teams", f"{what}_month_{i}")]
        assert sum(grid) == approx(whole)
    assert min(live.numbers("pool_peaks", "saved")) >= 0
    assert sum(live.numbers("months", "pooled_saved")) == approx(live.number("usage_saved"))
    shares = [x for i in range(1, 7) for x in live.numbers("teams", f"share_month_{i}")]
    assert min(shares, default=0) >= 0


# --- full size ---------------------------------------------------------------------------------


def usage_file(folder: Path, teams: int, months: int) -> Path:
    """A file of so many teams and months, and whole numbers of hours that tell them apart."""
    lines = ["Month,Organisation,Team,Pool,Allocated,Requested,Used,Peak"]
    for m in range(months):
        for t in range(teams):
            month = f"{2024 + m // 12}-{m % 12 + 1:02d}"
            held = 1_000_000 + 1000 * t + m
            names = f"{month},Research,Team {t + 1},Pool {t % 5 + 1}"
            lines.append(f"{names},{held},{held + 5},{held - t},{held}")
    path = folder / "usage.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.slow
def test_forty_teams_over_two_years_are_all_counted(tmp_path: Path) -> None:
    """960 rows: two engines agree on every formula, and totals are those of arithmetic."""
    path = usage_file(tmp_path, 40, 24)
    found = make(load(data=[f"usage={path}"]), load())
    value: Callable[[str], Value] = found.value
    held = sum(1_000_000 + 1000 * t + m for m in range(24) for t in range(40))
    assert value("usage_allocated") == held
    assert value("usage_used") == held - 24 * sum(range(40))
    assert value("usage_idle") == 24 * sum(range(40))
    assert value("check_usage_counted") == pytest.approx(0, abs=1e-12)
