"""Costs worked out again in plain Python from the price list and the words, for ``oracle``.

``MEMO`` has the inputs by id, ``CELLS`` the shipped price list (``chip_prices.row_1.chip``), and
``figures`` every figure by id, beside those of memo 004.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Entry = float | str | None
Figures = dict[str, float]

TEMPLATES = Path(__file__).parents[1] / "templates"
PRICE_KEYS = (
    "provider",
    "chip",
    "term",
    "share",
    "listed",
    "contracted",
    "effective",
    "source",
)
TERMS: dict[str, float | None] = {
    "On demand": None,
    "1 year": 1.0,
    "3 years": 3.0,
    "5 years": 5.0,
    "Owned": None,
    "Another term": None,
}


def shipped_prices() -> dict[str, Entry]:
    """The cells of the shipped price list by id."""
    with (TEMPLATES / "prices.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    cells: dict[str, Entry] = {}
    for i, row in enumerate(rows, 1):
        for key, text in zip(PRICE_KEYS, row, strict=True):
            words = key in ("provider", "chip", "term", "source")
            cells[f"chip_prices.row_{i}.{key}"] = text if words else _number(text)
    return cells


def _number(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


MEMO: dict[str, Entry] = {
    "owned.b200.chip": "B200",
    "owned.b200.quantity": 0.0,
    "owned.b200.capex": 45_000.0,
    "owned.b200.life": 5.0,
    "owned.b200.capital": 0.09,
    "owned.b200.operations": 0.08,
    "owned.b200.power": 1.4,
    "owned.b200.pue": 1.25,
    "owned.b200.energy": 0.08,
    "owned.b200.utilization": 0.8,
    "usage.unused_limit": 0.6,
    "outcomes.headroom_limit": 0.1,
    "outcomes.declines": 2.0,
}
CELLS = shipped_prices()
ROWS = sorted({name.split(".")[1] for name in CELLS})
FLEET = ("trainium2", "tpu", "b200")


@dataclass(frozen=True)
class _Book:
    """The inputs and cells, the figures of memo 004, and sums by chip and by term as they grow."""

    inputs: Mapping[str, Entry]
    known: Mapping[str, float]
    cost: dict[str, list[float]]
    hours: dict[str, list[float]]
    spent: dict[str, list[float]]

    def number(self, name: str) -> float:
        value = self.inputs[name]
        assert isinstance(value, float | int), f"{name} is {value!r}"
        return float(value)

    def text(self, name: str) -> str:
        return str(self.inputs[name]).casefold()

    @property
    def year(self) -> float:
        return self.number("supply.hours_per_year")

    def chip(self, name: str) -> str:
        """The fleet row of the chip that an input names; empty where there is none."""
        wanted = self.text(name)
        return next((c for c in FLEET if self.text(f"fleet.{c}.chip") == wanted), "")

    def add(self, way: int, chip: str, term: str, hours: float, cost: float) -> None:
        """Count hours and their cost: at the price list (0), by commitment (1) or owned (2)."""
        if chip:
            self.cost[chip][way] += cost
        if term in self.hours:
            self.hours[term][way] += hours
            self.spent[term][way] += cost


def figures(inputs: Mapping[str, Entry], known: Mapping[str, float]) -> Figures:
    """Every figure of Costs by id; *known* are the figures of memo 004."""
    terms = [term.casefold() for term in TERMS]
    b = _Book(
        inputs,
        known,
        {chip: [0.0, 0.0, 0.0] for chip in FLEET},
        {term: [0.0, 0.0, 0.0] for term in terms},
        {term: [0.0, 0.0, 0.0] for term in terms},
    )
    f: Figures = {
        "costs_supply_hours": known["supply_hours"],
        "costs_revenue_per_hour": known["revenue_per_hour"],
        "costs_live_revenue": known["live_revenue"],
        "costs_live_shortfall": known["live_shortfall"],
    }
    f |= _rented(b)
    f |= _owned(b, f)
    f |= _listed(b, f)
    f |= _committed(b)
    f |= _by_chip(b)
    f |= _by_term(b)
    return f | _allotted(f, known, known["revenue_per_hour"])


def _rented(b: _Book) -> Figures:
    f: Figures = {}
    for chip in FLEET:
        held = b.number("owned.b200.quantity") if b.chip("owned.b200.chip") == chip else 0.0
        stated, ratio = b.number(f"fleet.{chip}.quantity"), b.number(f"fleet.{chip}.ratio")
        mine = [row for row in ROWS if b.chip(f"chip_prices.{row}.chip") == chip]
        shares = sum(b.number(f"chip_prices.{row}.share") for row in mine)
        priced = sum(
            b.number(f"chip_prices.{row}.share") * b.number(f"chip_prices.{row}.effective")
            for row in mine
        )
        rented = max(0.0, stated - held)
        f |= {
            f"fleet.{chip}.owned": held,
            f"fleet.{chip}.owned_beyond": max(0.0, held - stated),
            f"fleet.{chip}.rented": rented,
            f"fleet.{chip}.rented_chip_hours": rented * b.year,
            f"fleet.{chip}.rented_hours": rented * b.year / ratio,
            f"fleet.{chip}.list_shares": shares,
            f"fleet.{chip}.effective": priced / shares if shares > 0 else 0.0,
        }
    return f


def _owned(b: _Book, known: Figures) -> Figures:
    own = {key: b.number(f"owned.b200.{key}") for key in _OWNED}
    interest, life, chip = own["capital"], own["life"], b.chip("owned.b200.chip")
    # 1 - (1 + i)^-n, which is n i where i is next to nothing
    repaid = -math.expm1(-life * math.log1p(interest))
    f = {
        "annuity": own["capex"] * (interest / repaid if interest else 1 / life),
        "running": own["capex"] * own["operations"],
        "electricity": own["power"] * own["pue"] * own["energy"] * b.year,
    }
    a_year = sum(f.values())
    rent = known[f"fleet.{chip}.effective"] if chip else 0.0
    hours = own["quantity"] * b.year / b.number(f"fleet.{chip}.ratio") if chip else 0.0
    f |= {
        "year": a_year,
        "cost": a_year * own["quantity"],
        "hour": a_year / b.year,
        "used_hour": a_year / b.year / own["utilization"],
        "rent": rent,
        "even": a_year / b.year / rent if rent > 0 else 0.0,
        "hours": hours,
    }
    b.add(2, chip, "owned", hours, f["cost"])
    return {f"owned.b200.{key}": value for key, value in f.items()}


def _listed(b: _Book, known: Figures) -> Figures:
    f: Figures = {"saved_by_negotiation": 0.0, "saved_by_term": 0.0}
    for row in ROWS:
        at, chip = f"chip_prices.{row}", b.chip(f"chip_prices.{row}.chip")
        same = [r for r in ROWS if b.text(f"chip_prices.{r}.chip") == b.text(f"{at}.chip")]
        share = b.number(f"{at}.share")
        part = share / sum(b.number(f"chip_prices.{r}.share") for r in same) if share > 0 else 0.0
        hours = part * known.get(f"fleet.{chip}.rented_hours", 0.0)
        chips = part * known.get(f"fleet.{chip}.rented_chip_hours", 0.0)
        listed, agreed, paid = (
            b.number(f"{at}.{key}") for key in ("listed", "contracted", "effective")
        )
        f |= {
            f"{at}.negotiated": 1 - agreed / listed if listed > 0 else 0.0,
            f"{at}.committed": 1 - paid / agreed if agreed > 0 else 0.0,
            f"{at}.weighted": share * paid,
            f"{at}.of_chip": part,
            f"{at}.hours": hours,
            f"{at}.chip_hours": chips,
            f"{at}.cost": chips * paid,
            f"{at}.saved_negotiated": chips * (listed - agreed),
            f"{at}.saved_committed": chips * (agreed - paid),
        }
        f["saved_by_negotiation"] += chips * (listed - agreed)
        f["saved_by_term"] += chips * (agreed - paid)
        b.add(0, chip, b.text(f"{at}.term"), hours, chips * paid)
    return f


def _committed(b: _Book) -> Figures:
    deal = "commitments.azure_nvidia"
    chip, years = b.chip(f"{deal}.chip"), b.number(f"{deal}.years")
    cost = b.number(f"{deal}.commitment") * b.number(f"{deal}.compute_share") / years
    hours = 0.0
    if chip:
        hours = b.known[f"{deal}.chips"] * b.year / b.number(f"fleet.{chip}.ratio")
    term = next((t for t, length in TERMS.items() if length == years), "Another term")
    b.add(1, chip, term.casefold(), hours, cost)
    return {f"{deal}.hours": hours, f"{deal}.cost": cost}


def _by_chip(b: _Book) -> Figures:
    whole, rate = sum(sum(each) for each in b.cost.values()), b.known["revenue_per_hour"]
    f: Figures = {"compute_cost": whole, "cost_per_hour": whole / b.known["supply_hours"]}
    for chip, ways in b.cost.items():
        cost, at = sum(ways), f"fleet.{chip}"
        count, hours = b.known[f"{at}.chips"], b.known[f"{at}.hours"]
        per_hour = cost / hours if hours > 0 else 0.0
        f |= {f"{at}.cost_{i}": each for i, each in enumerate(ways, 1)}
        f |= {
            f"{at}.cost": cost,
            f"{at}.cost_per_chip_hour": cost / (count * b.year) if count > 0 else 0.0,
            f"{at}.cost_per_hour": per_hour,
            f"{at}.left_per_hour": rate - per_hour,
        }
        f |= {f"{at}.cost_share": cost / whole} if whole > 0 else {}
    return f


def _by_term(b: _Book) -> Figures:
    supply = b.known["supply_hours"]
    f: Figures = {}
    for i, term in enumerate(b.hours, 1):
        hours, cost = sum(b.hours[term]), sum(b.spent[term])
        f |= {
            f"terms.term_{i}.hours": hours,
            f"terms.term_{i}.share": hours / supply,
            f"terms.term_{i}.cost": cost,
            f"terms.term_{i}.cost_per_hour": cost / hours if hours > 0 else 0.0,
        }
    f["terms_hours"] = sum(sum(each) for each in b.hours.values())
    f["terms_share"] = f["terms_hours"] / supply
    f["terms_cost"] = sum(sum(each) for each in b.spent.values())
    return f


_OWNED = (
    "quantity",
    "capex",
    "life",
    "capital",
    "operations",
    "power",
    "pue",
    "energy",
    "utilization",
)


def _allotted(f: Figures, known: Mapping[str, float], rate: float) -> Figures:
    """What each allocation costs and leaves, and what a step moves."""
    per_hour, supply = f["cost_per_hour"], known["supply_hours"]
    given = {"p0": known["p0_hours"], "buffer": known["buffer_hours"]}
    given |= {c: known[f"live_{c}_hours"] for c in ("inference", "training", "research")}
    g: Figures = {
        "margin_per_hour": rate - per_hour,
        "margin_share": (rate - per_hour) / rate if rate > 0 else 0.0,
        "left_after_compute": known["live_revenue"] - f["compute_cost"],
        "hours_paying_compute": f["compute_cost"] / rate,
    }
    for key, hours in given.items():
        earns = hours * rate if key == "inference" else 0.0
        g |= {
            f"costs_of.{key}.hours": hours,
            f"costs_of.{key}.part": hours / supply,
            f"costs_of.{key}.cost": hours * per_hour,
            f"costs_of.{key}.revenue": earns,
            f"costs_of.{key}.left": earns - hours * per_hour,
        }
    g["costs_hours"] = sum(given.values())
    g["costs_share"] = sum(given.values()) / supply
    g["costs_allocated"] = sum(given.values()) * per_hour
    g["costs_revenue"] = given["inference"] * rate
    g["costs_left"] = g["costs_revenue"] - g["costs_allocated"]
    step = known["step_hours"]
    g["step_cost"], g["step_margin"] = step * per_hour, step * (rate - per_hour)
    categories = ("inference", "training", "research")
    worth = {
        "revenue": ("inference", step * rate),
        "margin": ("inference", g["step_margin"]),
        "runs": ("training", known["step_runs"]),
        "research": ("research", step),
    }
    for source in categories:
        for target in (c for c in categories if c != source):
            shift = f"shifts.{source}_to_{target}"
            g |= {f"{shift}.moved": step, f"{shift}.carried": g["step_cost"]}
            for key, (category, value) in worth.items():
                sign = (target == category) - (source == category)
                g[f"{shift}.{key}"] = sign * value
    return g
