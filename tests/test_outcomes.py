"""Outcomes: capability per training hour, margin per request, and the rules that follow."""

from __future__ import annotations

import operations
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Entry
from seen import Given, approx

BEFORE, NOW = "2024-Q4", "2025-Q4"
SEGMENTS = (
    "Opus · Enterprise",
    "Opus · API",
    "Sonnet · Enterprise",
    "Sonnet · API",
    "Haiku · API",
)


# --- capability, by hand -----------------------------------------------------------------------


def test_capability_per_training_hour_by_hand(at: Given) -> None:
    """2024-Q4: (11/62 + 8/58 + 3/16) ÷ 3 of the headroom closed in 95m training hours."""
    live = at({})
    mean = (11 / 62 + 8 / 58 + 3 / 16) / 3
    assert live["quarters.quarter_2.gain"] == approx(mean)
    assert live["quarters.quarter_2.per_hour"] == approx(mean * 1e9 / 95e6)


def test_headroom_counts_and_not_points(at: Given) -> None:
    """From 90 to 95 closes half of the headroom, as from 0 to 50 does."""
    near = at({"benchmarks.row_1.score": 90.0, "benchmarks.row_2.score": 95.0})
    far = at({"benchmarks.row_1.score": 0.0, "benchmarks.row_2.score": 50.0})
    assert near["benchmarks.row_2.gain"] == far["benchmarks.row_2.gain"] == 0.5


def test_a_saturated_benchmark_is_warned_of_and_not_counted(at: Given) -> None:
    """Knowledge stands at 92.5 of 100; from 91, below 90 % and so 9 % short, it counts no more."""
    live = at({})
    flags = [live[f"listed_benchmarks.listed_benchmarks_{i}.flag"] for i in (1, 2, 3)]
    assert flags == ["", "", "▲ saturated"]
    counted = [live[f"quarters.quarter_{i}.counted"] for i in range(1, 7)]
    assert counted == [0, 3, 3, 3, 2, 2]
    assert at({"outcomes.headroom_limit": 0.05})["benchmarks_saturated"] == 0


def test_two_falls_in_a_row_raise_a_review_and_name_their_quarters(at: Given) -> None:
    """1.76, 1.89, 1.77, 1.49 and 1.28 a billion hours: three falls up to the latest quarter."""
    live = at({})
    assert (
        live["capability_flags"]
        == "▲ capability per hour fell in each quarter from 2025-Q3 to 2025-Q4: review research"
    )
    three = at({"outcomes.declines": 3.0})
    assert "fell in each quarter from 2025-Q2 to" in str(three["capability_flags"])
    four = at({"outcomes.declines": 4.0})
    assert four["capability_flags"] == "● no run of falls up to the latest quarter"


def test_a_rise_in_between_ends_a_run_of_falls(at: Given) -> None:
    """With half the training hours in 2025-Q4 capability per hour rises: no review is due."""
    fewer: dict[str, Entry] = {f"benchmarks.row_{row}.hours": 75e6 for row in (6, 12, 18)}
    live = at(fewer)
    assert live["quarters.quarter_6.fell"] == 0
    assert live["quarters.quarter_5.run"] == 1
    assert live["capability_review"] == 0
    assert live["capability_first"] == "none"


def test_equal_quarters_are_no_fall(at: Given) -> None:
    """The same share of headroom closed in as many hours is neither a fall nor a rise."""
    same: dict[str, Entry] = {}
    for i, score in enumerate((0.0, 50.0, 75.0, 87.5), 1):
        same[f"benchmarks.row_{i}.score"] = score
        same |= {f"benchmarks.row_{i + others}.hours": 1e8 for others in (0, 6, 12)}
    same |= {f"benchmarks.row_{row}.benchmark": None for row in range(7, 19)}
    live = at(same)
    assert [live[f"quarters.quarter_{i}.per_hour"] for i in (2, 3, 4)] == [5.0, 5.0, 5.0]
    assert [live[f"quarters.quarter_{i}.fell"] for i in (3, 4)] == [0, 0]


# --- margins, by hand --------------------------------------------------------------------------


def test_a_segment_by_hand(at: Given) -> None:
    """Haiku: 45,000m requests left $144.3m, 99,690m leave $321.3m: volume 175.37m, margin 1.63m."""
    live = at({})
    before, now = (189e6 - 44.7e6) / 45e9, (402e6 - 80.7e6) / 99.69e9
    row = "segments.segments_5"
    assert live[f"{row}.each_before"] == approx(before)
    assert live[f"{row}.each_now"] == approx(now)
    assert live[f"{row}.change"] == approx(177e6)
    assert live[f"{row}.volume"] == approx((99.69e9 - 45e9) * before)
    assert live[f"{row}.rate"] == approx((now - before) * 99.69e9)


def test_serving_hours_cost_what_an_hour_costs(at: Given) -> None:
    """A row without a cost is priced by its hours: 50.4m of them for Opus in 2024-Q4."""
    live = at({})
    assert live["margins.row_1.cost_used"] == approx(50.4e6 * live.number("cost_per_hour"))
    assert at({"margins.row_1.cost": 1e6})["margins.row_1.cost_used"] == 1e6


def test_a_decline_prioritises_research_and_names_who_and_how_much(at: Given) -> None:
    """Two segments fell; Sonnet · API lost most: from $20.49 to $16.88 for 1,000 requests."""
    live = at({})
    assert live["margin_fallen"] == 2
    assert live["margin_flags"] == (
        "▲ prioritise research: segments whose margin fell: 2, most Sonnet · API, "
        "$20.49 to $16.88 per 1,000 requests"
    )
    assert live["segments.segments_4.flag"] == "▲ fell"
    assert live["margin_total_flag"] == "▲ fell year on year"


def test_without_a_decline_no_flag_stands(at: Given) -> None:
    """With the revenue of Opus and Sonnet by API up by half, margin per request fell nowhere."""
    live = at({"margins.row_10.revenue": 517.5e6, "margins.row_20.revenue": 1732.5e6})
    assert live["margin_fallen"] == 0
    assert live["margin_flags"] == "● margin per request fell in no segment"
    assert live["margin_worst"] == "none"


def test_a_new_segment_is_all_volume(at: Given) -> None:
    """Without a year before, what a segment leaves now is a volume effect, and no decline."""
    live = at({"margins.row_1.quarter": "2024-Q3"})
    row = "segments.segments_1"
    assert live[f"{row}.each_before"] == ""
    assert live[f"{row}.volume"] == approx(live.number(f"{row}.margin_now"))
    assert live[f"{row}.rate"] == 0
    assert live[f"{row}.flag"] == ""


def test_a_segment_that_is_gone_is_all_volume(at: Given) -> None:
    """Without requests now, what a segment left a year before is lost to volume."""
    live = at({"margins.row_5.quarter": "2025-Q3"})
    row = "segments.segments_1"
    assert live[f"{row}.volume"] == approx(-live.number(f"{row}.margin_before"))
    assert live[f"{row}.rate"] == 0


def test_what_is_not_listed_fails_a_check(at: Given) -> None:
    """A score or a sale of a quarter, benchmark or segment that no table has is counted."""
    for cell, value in (
        ("benchmarks.row_1.quarter", "2034-Q1"),
        ("benchmarks.row_1.benchmark", "Unheard of"),
        ("margins.row_1.tier", "Nobody"),
        ("margins.row_1.hours", None),
    ):
        assert at({})["checks.outcomes_counted.failed"] == 0
        assert at({cell: value})["checks.outcomes_counted.failed"] == 1


def test_revenue_without_requests_fits_no_effect(at: Given) -> None:
    """What nobody asked for has no margin per request, so the split is short of it, and says so."""
    live = at({"margins.row_1.requests": 0.0})
    assert live["checks.margin_split.failed"] == 1


# --- laws --------------------------------------------------------------------------------------


@st.composite
def scores_changed(draw: st.DrawFn) -> dict[str, Entry]:
    """Any scores up to the ceiling, and hours that are alike in a quarter."""
    changes: dict[str, Entry] = {}
    for row in draw(st.lists(st.integers(1, 18), unique=True, max_size=12)):
        changes[f"benchmarks.row_{row}.score"] = draw(st.integers(0, 100).map(float))
    for quarter in range(6):
        hours = draw(st.integers(1, 10**9).map(float))
        for first in (1, 7, 13):
            changes[f"benchmarks.row_{first + quarter}.hours"] = hours
    return changes


@given(changes=scores_changed(), limit=st.sampled_from((0.0, 0.1, 0.25)))
@settings(max_examples=25)
def test_capability_is_that_of_plain_arithmetic(
    at: Given, changes: dict[str, Entry], limit: float
) -> None:
    """By quarter, for any scores, hours and limit of headroom."""
    live = at(changes | {"outcomes.headroom_limit": limit})
    expected = operations.capability(operations.changed("benchmarks", changes), limit)
    for i, quarter in enumerate(
        sorted({str(r["quarter"]) for r in operations.ROWS["benchmarks"]}), 1
    ):
        found = live[f"quarters.quarter_{i}.per_hour"]
        assert found == (approx(expected[quarter]) if quarter in expected else "")


@st.composite
def sales_changed(draw: st.DrawFn) -> dict[str, Entry]:
    """Any requests, revenue and cost in the quarters compared; some segments new, some gone."""
    changes: dict[str, Entry] = {}
    for row in draw(st.lists(st.sampled_from((1, 5, 6, 10, 11, 15, 16, 20, 21, 25)), unique=True)):
        changes[f"margins.row_{row}.requests"] = draw(st.sampled_from((1.0, 1e6, 7e9)))
        changes[f"margins.row_{row}.revenue"] = draw(st.integers(0, 10**9).map(float))
        changes[f"margins.row_{row}.cost"] = draw(st.integers(1, 10**9).map(float))
    for row in draw(st.lists(st.sampled_from((1, 6, 11, 5, 15)), unique=True, max_size=2)):
        changes[f"margins.row_{row}.quarter"] = "2024-Q3"
    return changes


@given(changes=sales_changed())
@settings(max_examples=25)
def test_volume_and_margin_effects_are_the_change(at: Given, changes: dict[str, Entry]) -> None:
    """Exactly, in each segment; and volume, mix and margin effects are the change of them all."""
    live = at(changes)
    hour = live.number("cost_per_hour")
    mine = operations.segments(operations.changed("margins", changes), BEFORE, NOW, hour)
    scale = max(abs(s.m0) + abs(s.m1) + abs(s.volume) for s in mine.values()) + 1
    assert list(mine) == list(SEGMENTS)
    for i, segment in enumerate(mine.values(), 1):
        row = f"segments.segments_{i}"
        volume, rate = live.number(f"{row}.volume"), live.number(f"{row}.rate")
        assert volume == pytest.approx(segment.volume, abs=1e-9 * scale)
        assert rate == pytest.approx(segment.rate, abs=1e-9 * scale)
        assert volume + rate == pytest.approx(segment.m1 - segment.m0, abs=1e-9 * scale)
    parts = [live.number(f"margin_{key}") for key in ("pure_volume", "mix", "rate_effects")]
    whole = sum(s.m1 - s.m0 for s in mine.values())
    assert sum(parts) == pytest.approx(whole, abs=1e-9 * scale)
