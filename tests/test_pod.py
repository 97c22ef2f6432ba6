"""Memo 000 in the workbook: its pod, experiment and bridge, and each of its 37 printed numbers."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pods
import pytest
from finder import Finder
from hypothesis import given
from hypothesis import strategies as st
from oracle import Entry
from seen import Given, approx

from workbook import memo_facts
from workbook.assemble import assemble
from workbook.assumptions import Assumptions
from workbook.build import Built
from workbook.evaluate import Model
from workbook.paths import TEMPLATES
from workbook.simulated import simulate

STATUSES = {"exact": 11, "approximate": 6, "off": 3, "inconsistent": 2, "note": 6}
STATUSES |= {"input": 3, "simulated": 6}
Value = float | str | bool | None


# --- hand-worked -------------------------------------------------------------------------------


def test_a_pod_hour_costs_35_dollars(at: Given) -> None:
    """$50,000 less 50 % is $25,000 for 720 hours: $34.72, in whole dollars $35; 730 give $34."""
    live = at({})
    assert live["pod_month_cost"] == 25_000
    assert live["pod_hour_exact"] == approx(25_000 / 720)
    assert live["pod_hour_cost"] == 35
    assert at({"pod.hour_reading": pods.EXACT_HOUR})["pod_hour_cost"] == approx(25_000 / 720)
    assert at({"pod.month_hours": 730.0})["pod_hour_cost"] == 34


def test_the_payment_is_more_than_finance(at: Given) -> None:
    """$1m at $50k a month is repaid in 20 months; 36 months pay $1.8m, 26.7 % a year on top."""
    live = at({})
    assert live["pod_payback"] == 20
    assert live["pod_paid_over_term"] == 1_800_000
    assert live["pod_flat_rate"] == approx(0.8 / 3)


def test_twenty_slots_hold_a_request_for_six_tenths_of_a_minute(at: Given) -> None:
    """300 GB at 15 GB are 20 slots; 20 ÷ 33.33 a minute is 0.6 min, ÷ the printed 33 is 0.606."""
    live = at({})
    assert live["pod_slots"] == 20
    assert live["pod_requests"] == approx(1_000_000 / 30_000)
    assert live["pod_holding"] == approx(0.6)
    assert live["pod_holding_printed"] == approx(20 / 33)
    assert live["pod_memory_free"] == 32 * 141 - 2000


def test_break_even_and_lost_profit_at_both_prices(at: Given) -> None:
    """60m tokens in at $15 and 0.48m out at $75 are $936 an hour; $35 is 3.74 %, of half 7.48 %."""
    live = at({})
    for price, revenue in (("list", 936.0), ("realised", 468.0)):
        assert live[f"prices_at.{price}.revenue"] == approx(revenue)
        assert live[f"prices_at.{price}.breakeven"] == approx(35 / revenue)
        assert live[f"prices_at.{price}.lost"] == approx((0.70 - 0.25) * revenue * 720)
    assert live["prices_at.list.lost"] == approx(303_264)
    assert live["pod_lost_profit"] == approx(151_632)
    assert at({"pod.price_reading": pods.LIST})["pod_lost_profit"] == approx(303_264)


def test_the_printed_ends_stand_around_half_the_list_price(at: Given) -> None:
    """$120,000 is 39.6 % of $303,264 and $170,000 is 56.1 %."""
    live = at({})
    assert live["pod_factor_low"] == approx(120_000 / 303_264)
    assert live["pod_factor_high"] == approx(170_000 / 303_264)


def test_the_experiment_of_the_memo(at: Given) -> None:
    """200 x 400 requests of 4,000 tokens at 400,000 a minute: 13 h, $4,800 less 13 x $35 = $455."""
    live = at({})
    assert live["batch_requests"] == 80_000
    assert live["batch_hours_exact"] == approx(800 / 60)
    assert live["batch_pods"] == approx(1)
    assert live["batch_revenue"] == approx(4800)
    assert live["batch_cost"] == approx(455)
    assert live["batch_profit"] == approx(4345)
    assert live["batch_average_pods"] == approx(45 * 800 / 60 / 8760)


def test_its_inconsistencies_are_switches(at: Given) -> None:
    """20 permutations are 80 minutes; 25 streams are 1.25 pods; a quarter as output, 12.5 pods."""
    words = at({"batch.permutations_reading": pods.BY_WORDS})
    assert (words["batch_requests"], words["batch_minutes"]) == (8000, 80)
    assert words["batch_revenue"] == approx(480)
    assert at({"batch.streams_reading": pods.TIME_IMPLIED})["batch_pods"] == approx(1.25)
    output = at({"batch.output_reading": pods.SOME_OUTPUT})
    assert output["batch_pods"] == approx(12.5)
    assert output["batch_output_each"] == approx(80)
    assert output["batch_revenue"] == approx(240 * 15 + 80 * 75)
    assert at({"batch.hours_reading": pods.EXACT_HOURS})["batch_cost"] == approx(800 / 60 * 35)


def test_only_the_fewest_pods_forgo_what_the_memo_says(at: Given) -> None:
    """5 pods x 30 % x $120k to 5 x 50 % x $170k; with this pod's $151,632, $227,448 to $379,080."""
    live = at({})
    rows = ("few_low", "few_high", "many_low", "many_high")
    assert [live[f"peaks.{row}.by_memo"] for row in rows] == [
        approx(180e3),
        approx(425e3),
        approx(288e3),
        approx(680e3),
    ]
    assert live["batch_opportunity_low_live"] == approx(227_448)
    assert live["batch_opportunity_high_live"] == approx(379_080)


def test_one_percent_of_research_carries_162_pods(at: Given) -> None:
    """32 x 8,760 h a pod; 1 % of 4,545,912,971 h is 162.2 pods, and 40,542 independent users."""
    live = at({})
    hours = 32 * 8760
    assert live["bridge_pod_hours"] == hours
    pods_carried = 45_459_129.71233608 / hours
    assert live["bridge_part_pods"] == approx(pods_carried)
    for rung, users in pods.RUNGS.items():
        assert live[f"ladder.{rung}.carried"] == approx(pods_carried * users)
        assert live[f"ladder.{rung}.cost"] == approx(500 / users * 35 * 720)
    assert live["ladder.correlation.carried"] == pytest.approx(4054.2, abs=0.05)
    none = at({"training.overhead": 12.0})
    assert (none["bridge_pod_share"], none["bridge_part_pods"]) == (0, 0)


def test_the_bridge_follows_the_live_scenario(at: Given) -> None:
    """Scenario 2 leaves research 16 % of supply, in P2: 1,943,085,714 h."""
    live = at({"allocation.live_scenario": "2 · Serviceable revenue"})
    assert live["bridge_live_p2_research_hours"] == approx(0.16 * 85_010_000_000 / 7)
    own: dict[str, Entry] = {
        "allocation.live_scenario": "4 · Your own",
        "scenarios.own.initiative": "Research",
        "scenarios.own.p1": 0.10,
    }
    initiative = at(own)
    assert initiative["bridge_live_p2_research_hours"] == approx(
        initiative.number("live_research_hours") - 85_010_000_000 / 70
    )


def test_nothing_is_divided_by_what_rounds_to_nothing(at: Given) -> None:
    """Long requests, a production no busier than research and a short experiment break no cell."""
    long = at({"pod.request_tokens": 3e6})
    assert long["pod_holding_printed"] == long["pod_holding"] == approx(60)
    even = at({"pod.production_utilization": 0.25})
    assert (even["pod_lost_profit"], even["pod_factor_low"], even["pod_factor_high"]) == (0, 0, 0)
    short = at({"batch.samples": 1.0})
    assert (short["batch_hours"], short["batch_cost"]) == (approx(2 / 60), approx(35 / 30))
    cheap = at({"pod.financed": 100.0})
    assert cheap["pod_hour_cost"] == approx(50 / 720)
    for live in (long, even, cheap):
        assert live["checks_failed"] == 0
    # two minutes are shorter than any experiment that is simulated
    assert (short["checks_failed"], short["check_batch_range"]) == (1, 1)


# --- what must be true -------------------------------------------------------------------------


@given(
    research=st.floats(0.05, 1),
    factor=st.floats(0.05, 1),
    cost=st.floats(1e5, 1e7),
    load=st.floats(1, 1000),
)
def test_an_answer_put_back_breaks_even(
    at: Given, research: float, factor: float, cost: float, load: float
) -> None:
    """Utilization, price, cost and users that the answers name leave research with no profit."""
    changes: dict[str, Entry] = {
        "pod.hour_reading": pods.EXACT_HOUR,
        "pod.research_utilization": research,
        "pod.realised_factor": factor,
        "pod.cost": cost,
        "pod.financed": cost / 20,
        "pod.user_requests": load,
    }
    live = at(changes)
    scale = live.number("pod_revenue") * 720

    def profit(**moved: float) -> float:
        answered = at(changes | {f"pod.{key}": value for key, value in moved.items()})
        return answered.number("pod_research_profit")

    even = live.number("pod_breakeven")
    assert profit(research_utilization=even) == pytest.approx(0, abs=1e-9 * scale)
    price = live.number("pod_true_factor")
    assert profit(realised_factor=price) == pytest.approx(0, abs=1e-9 * scale)
    hardware = live.number("pod_true_cost")
    assert profit(cost=hardware, financed=hardware / 20) == pytest.approx(0, abs=1e-9 * scale)
    users = live.number("pod_true_users")
    assert users * load / 1440 == approx(even * live.number("pod_requests"))


# --- the 37 printed numbers --------------------------------------------------------------------


def test_every_number_of_memo_000_has_a_row_and_a_status() -> None:
    """37 rows; the simulation gives the rungs, the outages and the cost of scaling."""
    rows = memo_facts.quoted()
    assert Counter(row.status for row in rows) == STATUSES
    assert sum(STATUSES.values()) == len(rows) == 37
    simulated = [row for row in rows if row.status == "simulated"]
    assert [row.id for row in simulated] == [
        *(f"rungs.{rung}.weekly_max" for rung in pods.RUNGS),
        "autoscale.time_share_25_static.long",
        "autoscale.time_share_25_scaled_1_0.added",
    ]
    assert [row.item for row in rows if not row.id] == ["Assumptions not derived"]


def test_a_status_is_what_the_arithmetic_says(built: Built, found: Finder) -> None:
    """Exact ties as it is; off and inconsistent tie by the reading only; all of them tie by it."""
    tab, table = next((tab, t) for tab, t in found.tables() if t.axis.key == "quoted")
    strips = {column.key: found.strip(tab, table, column) for column in table.columns}
    values = built.filled.values
    for i, row in enumerate(memo_facts.quoted()):
        tied, shown_by = (values[strips[key][i]] for key in ("tied", "shown_by"))
        assert values[strips["moved"][i]] == 0
        assert values[strips["state"][i]] == "as stated"
        compared = row.low is not None
        assert shown_by == float(compared), row
        if row.status == "exact":
            assert tied == 1, row
        if row.status in ("off", "inconsistent"):
            assert tied == 0, row


@pytest.mark.parametrize("by", [-1, 1])
def test_a_wrong_digit_of_memo_000_is_seen(
    memo_inputs: Assumptions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: int
) -> None:
    """With each printed figure one digit off, none of those that are no ranges is reproduced."""
    with (TEMPLATES / "memo_000_printed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    single = [row for row in rows if row["low"] and not row["high"]]
    for row in single:
        number, half = memo_facts.read_figure(row["low"])
        other = number + by * 2 * half
        percent = row["low"].endswith("%")
        row["low"] = f"{other * 100:f}%" if percent else f"{other:f}"
    path = tmp_path / "memo_000_printed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    wrong = memo_facts.quoted(path)
    monkeypatch.setattr(memo_facts, "quoted", lambda: wrong)
    model = Model(assemble(memo_inputs, memo_inputs, {}, simulate).tabs)
    assert model["quoted_untied"] == len(single)
    assert model["check_quoted"] == len(single)


def test_moved_inputs_move_the_live_values_of_memo_000(at: Given) -> None:
    """At a discount of 40 % the hour costs $42 and the experiment $546: live ties are lost."""
    live = at({"pod.discount": 0.4})
    assert (live["pod_hour_cost"], live["batch_cost"]) == (42, approx(546))
    # monthly cost, hourly cost, direct cost and profit
    assert live["quoted_untied_live"] == 4
    assert live["quoted_untied"] == 0
    assert live["checks.quoted_live.applies"] == 0
    assert live["checks_failed"] == 0
