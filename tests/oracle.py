"""The memos worked out again from their words in plain Python; shares no code with the workbook.

``MEMO`` has the memos' inputs by id. ``recompute`` gives every figure by id: a line by its name, a
cell of a table as table.row.column. A division by zero raises ZeroDivisionError.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import costings
import demands
import operations
import pods

Entry = float | str | None
Inputs = Mapping[str, Entry]
Figures = dict[str, float]

GROWTH_BY_MULTIPLE, GROWTH_BY_INCREASE = "Multiple (x4, memo)", "Increase (x5)"
SHARES_BY_CLASS, SHARES_AS_PRINTED = "From class weights (memo)", "As printed (3 % Haiku)"
ARITHMETIC, HARMONIC, HOURS_WEIGHTED = (
    "Arithmetic mean (memo)",
    "Harmonic mean (shares of tokens)",
    "Shares of hours, token shares follow",
)
RUN_IS_A_QUARTER, RUN_WITH_VARIANTS, RUN_PRE_TRAINING = (
    "A quarter more training (memo)",
    "A run with its variants",
    "Pre-training only",
)
NOTHING = 1e-9
"""A share of supply that only rounding can leave."""

BY_NEED, BY_SHARES = "By need", "By shares"
TARGET, HOURS = "Target", "Hours"
CATEGORIES = ("inference", "training", "research")

MODELS = {
    "GPT 5": "gpt_5",
    "GPT 4": "gpt_4",
    "GPT 4.5": "gpt_4_5",
    "Sonnet 4": "sonnet_4",
    "Opus 4": "opus_4",
    "Sonnet 3.7": "sonnet_3_7",
    "Grok 2": "grok_2",
    "Grok 3": "grok_3",
    "Llama 3.1": "llama_3_1",
}
SCENARIOS = {
    "1 · Recommendation": "recommendation",
    "2 · Serviceable revenue": "revenue_first",
    "3 · Training": "training_first",
    "4 · Your own": "own",
}
CASES = (
    "recommendation",
    "revenue_25b",
    "additional_run",
    "rate_550_target",
    "rate_550_hours",
    "growth_3x",
    "research_70",
    "own_1",
    "own_2",
    "own_3",
)
OVERRIDES = (
    "revenue_target",
    "revenue_per_hour",
    "flop_growth",
    "runs_per_year",
    "additional_runs",
    "research_share",
)


def _table(name: str, columns: str, rows: Mapping[str, tuple[Entry, ...]]) -> dict[str, Entry]:
    """Rows of values as inputs by id; *columns* are the names of the columns."""
    return {
        f"{name}.{row}.{column}": value
        for row, values in rows.items()
        for column, value in zip(columns.split(), values, strict=True)
    }


AGE_LIMITS = {
    "supply": 180.0,
    "demand": 60.0,
    "throughput": 365.0,
    "pricing": 180.0,
    "revenue": 120.0,
    "duration": 60.0,
    "attribution": 180.0,
    "training": 365.0,
    "inference": 120.0,
}

MEMO: dict[str, Entry] = {
    "control.stale_information": "Is shown",
    "last_plan.inference.hours": 2_790_000_000.0,
    "last_plan.training.hours": 2_207_500_000.0,
    "last_plan.research.hours": 4_777_500_000.0,
    **{f"information.{row}.age_limit": days for row, days in AGE_LIMITS.items()},
    "supply.hours_per_year": 365.0 * 24,
    "training.h100_flops": 990e12,
    "training.mfu": 0.50,
    "training.reference_model": "Opus 4",
    "training.flop_growth": 4.0,
    "training.growth_reading": GROWTH_BY_MULTIPLE,
    "training.runs_per_year": 2.0,
    "training.variants_per_run": 3.0,
    "training.post_training_share": 0.20,
    "training.overhead": 2.0,
    "pricing.share_reading": SHARES_BY_CLASS,
    "throughput.resource_constraint": 0.20,
    "throughput.input_length": 1000.0,
    "throughput.output_length": 2000.0,
    "throughput.weighting": ARITHMETIC,
    "utilization.inference": 0.20,
    "utilization.discount": 0.30,
    "allocation.revenue_target": 18e9,
    "allocation.p0": 0.10,
    "allocation.buffer": 0.15,
    "allocation.live_scenario": "1 · Recommendation",
    "sharing.roi": "Pessimistic end",
    "sharing.p0_inference": 0.60,
    "sharing.p0_training": 0.05,
    "sharing.p0_research": 0.35,
    "sensitivity.additional_run": RUN_IS_A_QUARTER,
    "sensitivity.additional_run_uplift": 0.25,
    "sensitivity.step": 0.01,
    "sensitivity.swing": 0.10,
    "sensitivity.remainder_to_inference": 0.5,
    **_table(
        "fleet",
        "provider chip quantity ratio",
        {
            "trainium2": ("AWS", "Trainium 2", 1_000_000.0, 1.5),
            "tpu": ("GCP", "TPU", 1_000_000.0, 4.0),
            "b200": ("Azure/Nvidia", "B200", 0.0, 1 / 3),
        },
    ),
    **_table(
        "commitments",
        "chip commitment compute_share years price",
        {"azure_nvidia": ("B200", 30e9, 0.80, 5.0, 3.50)},
    ),
    **_table(
        "models",
        "flop",
        {
            "gpt_5": (5e25,),
            "gpt_4": (2.1e25,),
            "gpt_4_5": (6.4e25,),
            "sonnet_4": (5e25,),
            "opus_4": (1.5e26,),
            "sonnet_3_7": (3.4e25,),
            "grok_2": (3e25,),
            "grok_3": (4.6e26,),
            "llama_3_1": (3.8e25,),
        },
    ),
    **_table(
        "prices",
        "model_class printed_share input output",
        {
            "opus_4_6": ("Opus", 0.10, 5.00, 25.00),
            "opus_4_5": ("Opus", 0.10, 5.00, 25.00),
            "opus_4_1": ("Opus", 0.10, 15.00, 75.00),
            "opus_4": ("Opus", 0.10, 15.00, 75.00),
            "sonnet_4_5": ("Sonnet", 0.25, 3.00, 15.00),
            "sonnet_4": ("Sonnet", 0.25, 3.00, 15.00),
            "haiku_4_5": ("Haiku", 0.03, 1.00, 5.00),
            "haiku_3_5": ("Haiku", 0.03, 0.80, 4.00),
            "haiku_3": ("Haiku", 0.03, 0.25, 1.25),
        },
    ),
    **_table(
        "sizes",
        "model_class system_rate tensor_parallel weight",
        {
            "s8b": ("Haiku", 13_505.23, 1.0, 0.10),
            "s70b": ("Sonnet", 3_708.93, 2.0, 0.50),
            "s405b": ("Opus", 2_884.69, 8.0, 0.40),
        },
    ),
    **_table(
        "levels",
        "utilization",
        {f"u{percent}": (percent / 100,) for percent in (20, 30, 40, 50, 60)},
    ),
    **_table(
        "scenarios",
        "initiative p1 p2_split inference training research",
        {
            "recommendation": ("None", 0.0, BY_NEED, 0.26, 0.24, 0.50),
            "revenue_first": ("Inference", 0.35, BY_SHARES, 0.0, 0.60, 0.40),
            "training_first": ("Training", 0.35, BY_SHARES, 0.40, 0.0, 0.60),
            "own": ("None", 0.0, BY_NEED, 0.26, 0.24, 0.50),
        },
    ),
    **{f"cases.{case}.{column}": None for case in CASES for column in OVERRIDES},
    **{f"cases.{case}.hold": TARGET for case in CASES},
    "cases.revenue_25b.revenue_target": 25e9,
    "cases.additional_run.additional_runs": 1.0,
    "cases.rate_550_target.revenue_per_hour": 5.50,
    "cases.rate_550_hours.revenue_per_hour": 5.50,
    "cases.rate_550_hours.hold": HOURS,
    "cases.growth_3x.flop_growth": 3.0,
    "cases.research_70.research_share": 0.70,
    **pods.MEMO,
    **demands.MEMO,
    **costings.MEMO,
}


CELLS: dict[str, Entry | date] = {**costings.CELLS, **operations.CELLS}
"""The cells of the shipped data files that cost, usage and outcomes read, by id."""


@dataclass(frozen=True)
class _Given:
    """Inputs, read by id."""

    inputs: Inputs

    def number(self, input_id: str) -> float:
        value = self.inputs[input_id]
        assert isinstance(value, float | int), f"{input_id} is {value!r}"
        return float(value)

    def text(self, input_id: str) -> str:
        value = self.inputs[input_id]
        assert isinstance(value, str), f"{input_id} is {value!r}"
        return value

    def or_else(self, input_id: str, default: float) -> float:
        """The number, or *default* where it was left blank."""
        return default if self.inputs[input_id] is None else self.number(input_id)

    def rows(self, table: str) -> list[str]:
        parts = (input_id.split(".") for input_id in self.inputs)
        return list(dict.fromkeys(part[1] for part in parts if part[0] == table))


def recompute(changes: Inputs | None = None) -> Figures:
    """Every figure by id, at the memo's inputs with *changes* by id."""
    known = set(changes or {}) - set(MEMO) - set(CELLS)
    assert not known, f"no inputs of the memo: {sorted(known)}"
    given = _Given(MEMO | costings.CELLS | dict(changes or {}))
    figures: Figures = {}
    for part in (_supply, _training, _throughput, _pricing, _utilization, _scenarios):
        figures |= part(given, figures)
    for part in (_live, _cases, _trade_off, _reverse, _swings, _organisations):
        figures |= part(given, figures)
    figures |= pods.figures(given.inputs, figures)
    figures |= costings.figures(given.inputs, figures)
    return figures | demands.figures(given.inputs, figures)


def differences(
    expected: Figures, found: Mapping[str, object], units: Mapping[str, str]
) -> dict[str, tuple[float, object]]:
    """The figures that differ: both values by id.

    Figures agree within 1e-9 of the larger, or within 1e-12 of the largest figure in their unit:
    what is left of terms that cancel is no better known than they are.
    """
    largest: defaultdict[str, float] = defaultdict(float)
    for name, value in expected.items():
        largest[units[name]] = max(largest[units[name]], abs(value))
    return {
        name: (value, found[name])
        for name, value in expected.items()
        if not _close(value, found[name], largest[units[name]])
    }


def _close(a: float, b: object, scale: float) -> bool:
    return isinstance(b, float) and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12 * scale)


def largest_driver(figures: Figures) -> str:
    """The key of the driver that moves research most."""
    return DRIVERS[round(figures["ranked.rank_1.found"]) - 1]


def _supply(g: _Given, _: Figures) -> Figures:
    year = g.number("supply.hours_per_year")
    f: Figures = {}
    for row in g.rows("commitments"):
        spend = g.number(f"commitments.{row}.commitment")
        spend *= g.number(f"commitments.{row}.compute_share")
        hours = g.number(f"commitments.{row}.years") * year
        f[f"commitments.{row}.chips"] = spend / hours / g.number(f"commitments.{row}.price")
    for row in g.rows("fleet"):
        chip = g.text(f"fleet.{row}.chip")
        f[f"fleet.{row}.bought"] = bought = sum(
            f[f"commitments.{deal}.chips"]
            for deal in g.rows("commitments")
            if g.text(f"commitments.{deal}.chip").lower() == chip.lower()
        )
        f[f"fleet.{row}.chips"] = chips = g.number(f"fleet.{row}.quantity") + bought
        f[f"fleet.{row}.h100e"] = h100e = chips / g.number(f"fleet.{row}.ratio")
        f[f"fleet.{row}.hours"] = h100e * year
    f["chips_bought"] = sum(f[f"commitments.{row}.chips"] for row in g.rows("commitments"))
    f["supply_h100e"] = sum(f[f"fleet.{row}.h100e"] for row in g.rows("fleet"))
    f["supply_hours"] = supply = sum(f[f"fleet.{row}.hours"] for row in g.rows("fleet"))
    for row in g.rows("fleet"):
        f[f"fleet.{row}.share"] = f[f"fleet.{row}.hours"] / supply
    f["supply_share_total"] = 1.0
    f["p0_hours"] = supply * g.number("allocation.p0")
    f["buffer_hours"] = supply * g.number("allocation.buffer")
    f["allocatable_hours"] = max(0.0, supply - f["p0_hours"] - f["buffer_hours"])
    return f | _steps(g.rows("fleet"), f)


def _steps(fleet: Iterable[str], f: Figures) -> Figures:
    """The waterfall: each bar stands on its foot; what is held back hangs from the last level."""
    steps: Figures = {}
    level = 0.0
    bars = [(row, f[f"fleet.{row}.hours"], "chips") for row in fleet]
    bars += [("supply", f["supply_hours"], "total"), ("p0", f["p0_hours"], "held")]
    bars += [("buffer", f["buffer_hours"], "held")]
    bars += [("allocatable", f["allocatable_hours"], "total")]
    for key, amount, kind in bars:
        before, change = level, {"chips": amount, "total": 0.0, "held": -amount}[kind]
        level += change
        foot = {"chips": before, "total": 0.0, "held": level}[kind]
        for name, value in (
            ("amount", amount),
            ("change", change),
            ("level", level),
            ("foot", foot),
        ):
            steps[f"steps.{key}.{name}"] = value
        for name in ("chips", "total", "held"):
            steps[f"steps.{key}.{name}"] = amount if name == kind else 0.0
    return steps


def _growth(g: _Given, growth: float) -> float:
    return growth + 1 if g.text("training.growth_reading") == GROWTH_BY_INCREASE else growth


def _training(g: _Given, _: Figures) -> Figures:
    f: Figures = {}
    f["h100_flop_per_hour"] = g.number("training.h100_flops") * 3600
    f["training_flop_per_hour"] = rate = f["h100_flop_per_hour"] * g.number("training.mfu")
    for row in g.rows("models"):
        f[f"models.{row}.hours"] = g.number(f"models.{row}.flop") / rate
    reference = MODELS[g.text("training.reference_model")]
    f["training_reference_hours"] = f[f"models.{reference}.hours"]
    f["training_growth_factor"] = _growth(g, g.number("training.flop_growth"))
    f["training_pre_hours"] = pre = f["training_reference_hours"] * f["training_growth_factor"]
    share, variants = (
        g.number("training.post_training_share"),
        g.number("training.variants_per_run"),
    )
    f["training_post_hours"] = post = share * pre
    f["training_family_multiple"] = 1 + variants * share
    f["training_run_hours"] = pre + variants * post
    f["training_year_hours"] = g.number("training.runs_per_year") * (pre + variants * post)
    f["training_need_hours"] = f["training_year_hours"] * g.number("training.overhead")
    return f


def _throughput(g: _Given, _: Figures) -> Figures:
    f: Figures = {}
    arithmetic = hours_a_token = weights = 0.0
    for row in g.rows("sizes"):
        peak = g.number(f"sizes.{row}.system_rate") / g.number(f"sizes.{row}.tensor_parallel")
        served = peak * g.number("throughput.resource_constraint")
        weight = g.number(f"sizes.{row}.weight")
        f[f"sizes.{row}.peak"], f[f"sizes.{row}.served"] = peak, served
        f[f"sizes.{row}.weighted"], f[f"sizes.{row}.taken"] = weight * served, weight / served
        arithmetic += weight * served
        hours_a_token += weight / served
        weights += weight
    reading = g.text("throughput.weighting")
    for row in g.rows("sizes"):
        weight = g.number(f"sizes.{row}.weight")
        by_hours = f[f"sizes.{row}.weighted"] / arithmetic if reading == HOURS_WEIGHTED else weight
        f[f"sizes.{row}.token_share"] = by_hours
    f["throughput_weights"] = weights
    f["throughput_arithmetic"], f["throughput_harmonic"] = arithmetic, 1 / hours_a_token
    f["output_tokens_per_second"] = 1 / hours_a_token if reading == HARMONIC else arithmetic
    f["output_tokens_per_hour"] = out = f["output_tokens_per_second"] * 3600
    lengths = g.number("throughput.input_length"), g.number("throughput.output_length")
    f["input_tokens_per_hour"] = out * lengths[0] / lengths[1]
    return f


def _pricing(g: _Given, known: Figures) -> Figures:
    f: Figures = {"price_shares": 0.0, "price_input": 0.0, "price_output": 0.0}
    classes = [g.text(f"prices.{row}.model_class") for row in g.rows("prices")]
    for row, model_class in zip(g.rows("prices"), classes, strict=True):
        of_class = [s for s in g.rows("sizes") if g.text(f"sizes.{s}.model_class") == model_class]
        tokens = sum(known[f"sizes.{size}.token_share"] for size in of_class)
        derived = tokens / classes.count(model_class)
        as_printed = g.text("pricing.share_reading") == SHARES_AS_PRINTED
        share = g.number(f"prices.{row}.printed_share") if as_printed else derived
        f[f"prices.{row}.derived_share"], f[f"prices.{row}.share"] = derived, share
        f["price_shares"] += share
        for side in ("input", "output"):
            part = share * g.number(f"prices.{row}.{side}")
            f[f"prices.{row}.part_{side}"] = part
            f[f"price_{side}"] += part
    return f


def _utilization(g: _Given, known: Figures) -> Figures:
    out = known["output_tokens_per_hour"] / 1e6 * known["price_output"]
    full = out + known["input_tokens_per_hour"] / 1e6 * known["price_input"]
    kept = 1 - g.number("utilization.discount")
    f = {f"utilization_{key}": known[key] for key in _DRAWN_BY_UTILIZATION}
    f["revenue_per_full_hour"] = full
    f["revenue_per_hour_list"] = full * g.number("utilization.inference")
    f["revenue_per_hour"] = f["revenue_per_hour_list"] * kept
    for row in g.rows("levels"):
        f[f"levels.{row}.list"] = full * g.number(f"levels.{row}.utilization")
        f[f"levels.{row}.discount"] = g.number("utilization.discount")
        f[f"levels.{row}.revenue"] = f[f"levels.{row}.list"] * kept
    return f


_DRAWN_BY_UTILIZATION = (
    "output_tokens_per_hour",
    "input_tokens_per_hour",
    "price_output",
    "price_input",
)


def _scenarios(g: _Given, known: Figures) -> Figures:
    f: Figures = {}
    for row in g.rows("scenarios"):
        one = _tiers(g, row, known) | {
            "supply": known["supply_hours"],
            "target": g.number("allocation.revenue_target"),
            "rate": known["revenue_per_hour"],
            "need": known["training_need_hours"],
        }
        one |= _p1_and_p2(g, row, one)
        one |= _bought(g, one)
        f |= {f"scenarios.{row}.{key}": value for key, value in one.items()}
    for row in g.rows("scenarios"):
        for key in ("inference_hours", "training_hours", "research_hours", "revenue"):
            gap = f[f"scenarios.{row}.{key}"] - f[f"scenarios.recommendation.{key}"]
            f[f"scenarios.{row}.{key}_against"] = gap
    return f


def _tiers(g: _Given, row: str, known: Figures) -> Figures:
    """P0 first, the initiative, the buffer; P2 is what is left, and never below nothing."""
    p0, buffer = g.number("allocation.p0"), g.number("allocation.buffer")
    typed = g.number(f"scenarios.{row}.p1")
    p1 = 0.0 if g.text(f"scenarios.{row}.initiative") == "None" else typed
    left = 1 - (p0 + p1 + buffer)
    shares = {"p0": p0, "p1": p1, "p2": max(0.0, left), "buffer": buffer}
    hours = {f"{key}_hours": known["supply_hours"] * share for key, share in shares.items()}
    split = sum(g.number(f"scenarios.{row}.{category}") for category in CATEGORIES)
    by_shares = g.text(f"scenarios.{row}.p2_split") == BY_SHARES
    return {
        "p0": p0,
        "p1_used": p1,
        "p2": shares["p2"],
        "buffer": buffer,
        "excess": max(0.0, -left),
        "tier_gap": 0.0,
        "category_gap": _category_gap(split, shares["p2"]) if by_shares else 0.0,
        "split_gap": abs(split - 1) if by_shares else 0.0,
        "idle_p1": typed - p1,
    } | hours


def _category_gap(split: float, p2: float) -> float:
    """Shares of P2 that do not sum to 100 % leave hours to nobody, or give them out twice."""
    return abs(split - 1) * p2


def _p1_and_p2(g: _Given, row: str, one: Figures) -> Figures:
    initiative = g.text(f"scenarios.{row}.initiative").lower()
    f: Figures = {f"{c}_p1": one["p1_hours"] if c == initiative else 0.0 for c in CATEGORIES}
    flex, beyond = one["p2_hours"], 0.0
    if g.text(f"scenarios.{row}.p2_split") == BY_NEED:
        served = one["target"] / one["rate"]
        f["inference_p2"] = max(0.0, served - f["inference_p1"])
        f["training_p2"] = max(0.0, one["need"] - f["training_p1"])
        left = flex - f["inference_p2"] - f["training_p2"]
        f["research_p2"], beyond = max(0.0, left), max(0.0, -left)
    else:
        for c in CATEGORIES:
            f[f"{c}_p2"] = flex * g.number(f"scenarios.{row}.{c}")
    for c in CATEGORIES:
        f[f"{c}_within"] = f[f"{c}_p2"] / flex if one["p2"] > NOTHING else 0.0
        f[f"{c}_hours"] = f[f"{c}_p1"] + f[f"{c}_p2"]
    return f | {"shortfall": one["supply"] * one["excess"] + beyond}


def _bought(g: _Given, one: Figures) -> Figures:
    f = {f"{c}_share": one[f"{c}_hours"] / one["supply"] for c in ("p0", *CATEGORIES, "buffer")}
    covered = one["training_hours"] / one["need"]
    runs = covered * g.number("training.runs_per_year")
    revenue = one["inference_hours"] * one["rate"]
    return f | {"revenue": revenue, "covered": covered, "families": runs}


def _live(g: _Given, known: Figures) -> Figures:
    live = SCENARIOS[g.text("allocation.live_scenario")]
    names = {
        "p1_used": "live_p1_share",
        "revenue": "live_revenue",
        "covered": "live_training_funded",
        "families": "live_training_runs",
        "shortfall": "live_shortfall",
        "research_p2": "live_p2_research_hours",
    }
    names |= {f"{c}_hours": f"live_{c}_hours" for c in CATEGORIES}
    names |= {f"{c}_share": f"live_{c}_share" for c in ("p0", *CATEGORIES, "buffer")}
    f = {name: known[f"scenarios.{live}.{key}"] for key, name in names.items()}
    f["live_position"] = 1.0 + list(SCENARIOS.values()).index(live)
    for c in CATEGORIES:
        f[f"recommended_{c}_hours"] = known[f"scenarios.recommendation.{c}_hours"]
    return f | {"recommended_revenue": known["scenarios.recommendation.revenue"]}


def _cases(g: _Given, known: Figures) -> Figures:
    rate, target = known["revenue_per_hour"], g.number("allocation.revenue_target")
    served, need = target / rate, known["training_need_hours"]
    flex = known["allocatable_hours"]
    factor = known["training_reference_hours"] * known["training_family_multiple"]
    f: Figures = {
        "sensitivity_supply_hours": known["supply_hours"],
        "sensitivity_allocatable_hours": flex,
        "sensitivity_allocation_revenue_target": target,
        "sensitivity_revenue_per_hour": rate,
        "sensitivity_training_need_hours": need,
        "sensitivity_hours_per_factor": factor * g.number("training.overhead"),
        "sensitivity_inference_hours": served,
        "sensitivity_research_hours": max(0.0, flex - served - need),
        "pre_run_a_year": known["training_pre_hours"] / known["training_run_hours"],
    }
    for row in g.rows("cases"):
        case = _case(g, row, known, f)
        f |= {f"cases.{row}.{key}": value for key, value in case.items()}
    return f


def _additional_run(g: _Given, known: Figures, runs: float) -> float:
    """How many runs with their variants one additional run counts as, in a year of *runs*."""
    reading = g.text("sensitivity.additional_run")
    if reading == RUN_WITH_VARIANTS:
        return 1.0
    if reading == RUN_PRE_TRAINING:
        return known["training_pre_hours"] / known["training_run_hours"]
    return g.number("sensitivity.additional_run_uplift") * runs


def _case(g: _Given, row: str, known: Figures, base: Figures) -> Figures:
    key = f"cases.{row}"
    c: Figures = {
        "target_used": g.or_else(f"{key}.revenue_target", g.number("allocation.revenue_target")),
        "rate_used": g.or_else(f"{key}.revenue_per_hour", known["revenue_per_hour"]),
        "growth_used": g.or_else(f"{key}.flop_growth", g.number("training.flop_growth")),
        "runs_used": g.or_else(f"{key}.runs_per_year", g.number("training.runs_per_year")),
    }
    c["one_added"] = _additional_run(g, known, c["runs_used"])
    c["extra"] = g.or_else(f"{key}.additional_runs", 0.0) * c["one_added"]
    c["factor"] = _growth(g, c["growth_used"])
    a_run = known["training_reference_hours"] * c["factor"] * known["training_family_multiple"]
    year = a_run * (c["runs_used"] + c["extra"])
    c["training_needed"] = year * g.number("training.overhead")
    hold_hours = g.text(f"{key}.hold") == HOURS
    as_recommended = base["sensitivity_inference_hours"]
    c["inference_needed"] = as_recommended if hold_hours else c["target_used"] / c["rate_used"]
    c |= _given_out(g, row, c, known)
    supply, need = known["supply_hours"], known["training_need_hours"]
    c |= {f"{name}_of_supply": c[_HOURS_OF[name]] / supply for name in CATEGORIES}
    c["revenue"], c["funded"] = c["inference"] * c["rate_used"], c["training"] / need
    c["research"] = c["research_hours"]
    c["against"] = c["research"] - base["sensitivity_research_hours"]
    typed = any(g.inputs[f"{key}.{column}"] is not None for column in OVERRIDES)
    return c | {"changed": 1.0 if typed or hold_hours else 0.0}


_HOURS_OF = {"inference": "inference", "training": "training", "research": "research_hours"}


def _given_out(g: _Given, row: str, c: Figures, known: Figures) -> Figures:
    """Research takes what is left; or it has a share of supply, and the others what it leaves."""
    flex = known["allocatable_hours"]
    if g.inputs[f"cases.{row}.research_share"] is None:
        left = flex - c["inference_needed"] - c["training_needed"]
        return {
            "left": 0.0,
            "inference": c["inference_needed"],
            "training": c["training_needed"],
            "research_hours": max(0.0, left),
            "shortfall": max(0.0, -left),
        }
    research = g.number(f"cases.{row}.research_share") * known["supply_hours"]
    left = max(0.0, flex - research)
    to_inference = left * g.number("sensitivity.remainder_to_inference")
    return {
        "left": left,
        "inference": to_inference,
        "training": left - to_inference,
        "research_hours": research,
        "shortfall": max(0.0, research - flex),
    }


def _organisations(g: _Given, known: Figures) -> Figures:
    """What each organisation is allotted in the live scenario, and its part of P0."""
    f: Figures = {"pools_p0_parts": 0.0}
    for category in CATEGORIES:
        part = g.number(f"sharing.p0_{category}")
        f[f"organisations.{category}.allotment"] = known[f"live_{category}_hours"]
        f[f"organisations.{category}.p0"] = known["p0_hours"] * part
        f["pools_p0_parts"] += part
    f["pools_allotted_hours"] = sum(known[f"live_{category}_hours"] for category in CATEGORIES)
    return f | {"pools_p0_hours": known["p0_hours"] * f["pools_p0_parts"]}


def _trade_off(g: _Given, known: Figures) -> Figures:
    hours = known["supply_hours"] * g.number("sensitivity.step")
    a_run = known["training_run_hours"] * g.number("training.overhead")
    f = {
        "step_hours": hours,
        "step_revenue": hours * known["revenue_per_hour"],
        "step_runs": hours / a_run,
    }
    flex = known["allocatable_hours"]
    return f | ({"step_research": hours / flex} if flex > 0 else {})


def _reverse(g: _Given, known: Figures) -> Figures:
    """What must be true: each answer put back into the model gives what was asked for."""
    room = 1 - (g.number("allocation.p0") + g.number("allocation.buffer"))
    served, need = known["sensitivity_inference_hours"], known["training_need_hours"]
    supply, target = known["supply_hours"], g.number("allocation.revenue_target")
    f = {
        "reverse_room": room,
        "reverse_research_share": room - served / supply,
        "reverse_research_share_trained": room - served / supply - need / supply,
    }
    for c in CATEGORIES:
        f[f"reverse_{c}_hours"] = max(known[f"live_{c}_hours"], known[f"recommended_{c}_hours"])
    if room > 0:
        f["reverse_supply_needs"] = (served + need) / room
        f["reverse_supply"] = sum(f[f"reverse_{c}_hours"] for c in CATEGORIES) / room
    if known["allocatable_hours"] > need:
        f["reverse_rate"] = target / (known["allocatable_hours"] - need)
    live = known["live_inference_hours"]
    return f | {"reverse_rate_live": target / live if live > 0 else 0.0}


DRIVERS = ("supply", "p0", "buffer", "target", "rate", "need")


def _swings(g: _Given, known: Figures) -> Figures:
    s = g.number("sensitivity.swing")
    served = known["sensitivity_inference_hours"]
    moved = {
        "supply": known["allocatable_hours"],
        "p0": known["p0_hours"],
        "buffer": known["buffer_hours"],
        "target": served,
        "rate": served,
        "need": known["training_need_hours"],
    }
    f: Figures = {}
    for driver, hours in moved.items():
        down, up = hours * s, -hours * s
        if driver == "supply":
            down, up = up, down
        if driver == "rate":
            down, up = hours - hours / (1 - s), hours - hours / (1 + s)
        size = max(abs(down), abs(up))
        for key, value in (("moved", hours), ("low", down), ("high", up), ("size", size)):
            f[f"swings.{driver}.{key}"] = value
    # sizes equal to twelve places of supply keep the order of the table
    whole = known["supply_hours"]
    ranked = sorted(DRIVERS, key=lambda d: -round(f[f"swings.{d}.size"] / whole, 12))
    for rank, driver in enumerate(ranked, 1):
        changes = f[f"swings.{driver}.low"], f[f"swings.{driver}.high"]
        f[f"swings.{driver}.place"] = f[f"ranked.rank_{rank}.rank"] = float(rank)
        f[f"ranked.rank_{rank}.found"] = 1.0 + DRIVERS.index(driver)
        f[f"ranked.rank_{rank}.worse"] = min(changes)
        f[f"ranked.rank_{rank}.better"] = max(changes)
    return f
