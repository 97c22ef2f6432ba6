"""Costs: prices by term, ownership beside rent, and what each allocation costs and leaves."""

from __future__ import annotations

import costings
import oracle
import pytest
from finder import Finder
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Entry
from seen import Given, approx

RATE = 7.47688657716  # dollars an inference hour, as in test_model
SUPPLY = 85_010_000_000 / 7


# --- by hand -----------------------------------------------------------------------------------


def test_an_hour_of_trainium_by_its_terms(at: Given) -> None:
    """10 % at $1.40, 30 % at $0.90 and 60 % at $0.60 are $0.77; 1.5 chips make it $1.155."""
    live = at({})
    assert live["fleet.trainium2.effective"] == approx(0.14 + 0.27 + 0.36)
    assert live["fleet.trainium2.cost_per_chip_hour"] == approx(0.77)
    assert live["fleet.trainium2.cost_per_hour"] == approx(1.5 * 0.77)
    # a million chips, 8,760 hours
    assert live["fleet.trainium2.cost"] == approx(1e6 * 8760 * 0.77)


def test_the_commitment_costs_what_it_says(at: Given) -> None:
    """80 % of $30bn over 5 years is $4.8bn a year: $3.50 a B200 hour, $1.1667 an H100e hour."""
    live = at({})
    assert live["commitments.azure_nvidia.cost"] == approx(4.8e9)
    assert live["fleet.b200.cost_per_chip_hour"] == approx(3.50)
    assert live["fleet.b200.cost_per_hour"] == approx(3.50 / 3)


def test_the_blended_hour(at: Given) -> None:
    """$6.7452bn + $8.1468bn + $4.8bn = $19.692bn over 12,144,285,714 h is $1.6215 an hour."""
    live = at({})
    whole = 8.76e9 * 0.77 + 8.76e9 * 0.93 + 4.8e9
    assert live["compute_cost"] == approx(whole)
    assert live["cost_per_hour"] == approx(whole / SUPPLY)
    assert live["cost_per_hour"] == pytest.approx(1.6215, abs=5e-5)
    assert live["margin_per_hour"] == approx(RATE - whole / SUPPLY)


def test_supply_by_term(at: Given) -> None:
    """A third of supply, 4,114,285,714 h, is the five-year commitment; 10 % of chips on demand."""
    live = at({})
    assert live["terms.term_4.hours"] == approx(4_114_285_714.2857)
    assert live["terms.term_1.hours"] == approx(0.10 * (5_840e6 + 2_190e6))
    assert live["terms.term_3.share"] == approx(0.60 * 8_030e6 / SUPPLY)
    assert live["terms.term_6.hours"] == 0


def test_discounts_on_the_price_list(at: Given) -> None:
    """Trainium saves $0.40 and TPU $0.60 by negotiation on 8.76bn chip hours each: $8.76bn."""
    live = at({})
    assert live["saved_by_negotiation"] == approx(8.76e9 * (0.40 + 0.60))
    # the means of the effective prices are 0.77 and 0.93
    assert live["saved_by_term"] == approx(8.76e9 * (1.40 - 0.77 + 1.80 - 0.93))


def test_an_owned_chip_beside_a_rented_one(at: Given) -> None:
    """$45,000 over 5 years at 9 % is $11,569.16; with $3,600 and $1,226.40 it is $1.8716 an h."""
    live = at({})
    growth = 1.09**5  # 1.5386239549
    assert live["owned.b200.annuity"] == approx(45_000 * 0.09 * growth / (growth - 1))
    assert live["owned.b200.annuity"] == pytest.approx(11_569.16, abs=5e-3)
    assert live["owned.b200.electricity"] == approx(1.4 * 1.25 * 0.08 * 8760)
    assert live["owned.b200.hour"] == pytest.approx(16_395.56 / 8760, abs=1e-6)
    assert live.number("owned.b200.even") == approx(live.number("owned.b200.hour") / 3.50)
    assert live["owned.b200.cost"] == 0


def test_owning_replaces_rent_and_not_supply(at: Given) -> None:
    """200,000 of a million TPUs owned: the others rent at $0.93, and supply stays what it was."""
    live = at({"owned.b200.chip": "TPU", "owned.b200.quantity": 200_000.0})
    rent, own = 800_000 * 8760 * 0.93, 200_000 * live.number("owned.b200.year")
    assert live.number("supply_hours") == approx(SUPPLY)
    assert live.number("fleet.tpu.cost") == approx(rent + own)
    assert live.number("terms.term_5.hours") == approx(200_000 * 8760 / 4)
    assert live["checks_failed"] == 0


def test_money_without_interest_is_paid_off_evenly(at: Given) -> None:
    """At a cost of capital of 0 % the annuity is $45,000 ÷ 5."""
    assert at({"owned.b200.capital": 0.0})["owned.b200.annuity"] == approx(9_000)


def test_what_inference_leaves(at: Given) -> None:
    """2,407,419,160 h cost $3.904bn of the $18bn they earn; 2.634bn h would pay for all compute."""
    live = at({})
    hours = 18e9 / RATE
    assert live.number("costs_of.inference.cost") == approx(hours * live.number("cost_per_hour"))
    assert live.number("costs_of.inference.left") == approx(
        18e9 - hours * live.number("cost_per_hour")
    )
    assert live.number("hours_paying_compute") == approx(live.number("compute_cost") / RATE)
    assert live.number("left_after_compute") == approx(18e9 - live.number("compute_cost"))


def test_a_shift_is_worth_what_sensitivity_says(at: Given) -> None:
    """1 % of supply, 121,442,857 h, carries $196.9m of cost; as inference it earns $908m."""
    live = at({})
    shift = "shifts.research_to_inference"
    assert live.number(f"{shift}.carried") == approx(
        121_442_857.142857 * live.number("cost_per_hour")
    )
    assert live[f"{shift}.revenue"] == live["step_revenue"]
    assert live.number(f"{shift}.margin") == approx(
        121_442_857.142857 * live.number("margin_per_hour")
    )
    assert live[f"{shift}.research"] == approx(-121_442_857.142857)
    assert live["shifts.inference_to_training.runs"] == live["step_runs"]
    assert live.number("shifts.inference_to_training.revenue") == -live.number("step_revenue")


def test_a_shift_back_undoes_a_shift(at: Given) -> None:
    """What goes from one category to another and back gains nothing."""
    live = at({})
    for key in ("revenue", "margin", "runs", "research"):
        for one, other in (("research", "inference"), ("training", "research")):
            there, back = (
                live.number(f"shifts.{one}_to_{other}.{key}"),
                live.number(f"shifts.{other}_to_{one}.{key}"),
            )
            assert there + back == 0


def test_a_commitment_of_another_length_is_another_term(at: Given) -> None:
    """A deal of 4 years is on no term of the list: its hours stand under another term."""
    live = at({"commitments.azure_nvidia.years": 4.0})
    assert live["terms.term_4.hours"] == 0
    assert live["terms.term_6.cost"] == approx(24e9 / 4)
    assert live["checks_failed"] == 0


# --- laws --------------------------------------------------------------------------------------


@st.composite
def price_lists(draw: st.DrawFn) -> dict[str, Entry]:
    """Shares and prices of any size on the rows of the shipped list, and some chips owned."""
    changes: dict[str, Entry] = {}
    for row in costings.ROWS:
        changes[f"chip_prices.{row}.share"] = draw(st.sampled_from((0.0, 0.1, 0.25, 0.5, 1.0)))
        changes[f"chip_prices.{row}.effective"] = draw(st.floats(0, 50))
        changes[f"chip_prices.{row}.chip"] = draw(st.sampled_from(("Trainium 2", "tpu", "B200")))
    changes["owned.b200.chip"] = draw(st.sampled_from(("Trainium 2", "TPU", "B200")))
    changes["owned.b200.quantity"] = draw(st.floats(0, 2e6))
    changes["allocation.live_scenario"] = draw(st.sampled_from(sorted(oracle.SCENARIOS)))
    return changes


@given(changes=price_lists())
@settings(max_examples=60)
def test_costs_are_those_of_plain_arithmetic(
    at: Given, found: Finder, changes: dict[str, Entry]
) -> None:
    """Every figure is the independent recomputation's, for any price list."""
    figures = oracle.recompute(changes)
    mine = {name: value for name, value in figures.items() if name in _OWN or "." in name}
    live = at(changes)
    values = {
        name: live[name]
        for name in mine
        if name in _OWN or name.split(".")[0] in ("terms", "costs_of", "chip_prices", "owned")
    }
    expected = {name: figures[name] for name in values}
    assert oracle.differences(expected, values, found.units) == {}


_OWN = ("compute_cost", "cost_per_hour", "terms_cost", "terms_hours", "costs_allocated")


@given(changes=price_lists())
@settings(max_examples=60)
def test_allocations_cost_what_supply_costs(at: Given, changes: dict[str, Entry]) -> None:
    """No cost is lost between chips, terms and allocations, where prices cover what is rented."""
    live = at(changes)
    if live["checks.list_shares.failed"] == 0 and live["checks.owned_chips.failed"] == 0:
        assert live.number("terms_cost") == approx(live.number("compute_cost"))
        assert live["terms_hours"] == approx(SUPPLY)
    assert live.number("costs_allocated") == approx(live.number("compute_cost"))


@given(price=st.floats(0, 100), chip=st.sampled_from(costings.FLEET))
@settings(max_examples=30)
def test_a_dearer_chip_never_makes_the_blend_cheaper(at: Given, price: float, chip: str) -> None:
    """The blended cost lies between the costs of the chips."""
    row = {"trainium2": "row_3", "tpu": "row_6", "b200": "row_7"}[chip]
    live = at({f"chip_prices.{row}.effective": price})
    by_chip = [live.number(f"fleet.{c}.cost_per_hour") for c in costings.FLEET]
    assert min(by_chip) - 1e-9 <= live.number("cost_per_hour") <= max(by_chip) + 1e-9
