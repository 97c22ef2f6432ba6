"""Memo 000 worked out again from its own words in plain Python, for ``oracle``.

``MEMO`` has its inputs by id, ``figures`` every figure by id, beside those of memo 004.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

Entry = float | str | None
Figures = dict[str, float]

WHOLE_DOLLARS, EXACT_HOUR = "Whole dollars (memo)", "Not rounded"
REALISED, LIST = "Realised price (memo)", "List price"
BY_ARITHMETIC, BY_WORDS = "As in the arithmetic (memo)", "As in words"
WHOLE_HOURS, EXACT_HOURS = "Whole hours (memo)", "Not rounded"
TIME_STATED, TIME_IMPLIED = (
    "From the time stated (memo)",
    "From the time that the streams imply",
)
ALL_INPUT, SOME_OUTPUT = "All tokens as input (memo)", "A share is output"
RUNGS = {"independent": 250.0, "time_of_day": 75.0, "seasonality": 50.0, "correlation": 25.0}

POD: Mapping[str, Entry] = {
    "nodes": 4.0,
    "chips_per_node": 8.0,
    "cost": 1e6,
    "financed": 50_000.0,
    "term": 36.0,
    "discount": 0.5,
    "month_hours": 30.0 * 24,
    "hour_reading": WHOLE_DOLLARS,
    "retail": 120.0,
    "chip_memory": 141.0,
    "weights_memory": 2000.0,
    "kv_memory": 300.0,
    "slot_memory": 15.0,
    "input_rate": 1e6,
    "output_rate": 8000.0,
    "request_tokens": 30_000.0,
    "input_price": 15.0,
    "output_price": 75.0,
    "realised_factor": 0.5,
    "price_reading": REALISED,
    "production_utilization": 0.7,
    "research_utilization": 0.25,
    "lost_profit_low": 120_000.0,
    "lost_profit_high": 170_000.0,
    "user_requests": 130.0,
    "rate_limit": 5.0,
}
BATCH: Mapping[str, Entry] = {
    "permutations": 20.0,
    "permutations_used": 200.0,
    "permutations_reading": BY_ARITHMETIC,
    "samples": 400.0,
    "request_tokens": 4000.0,
    "rate_limit": 400_000.0,
    "hours_reading": WHOLE_HOURS,
    "completion_time": 0.2,
    "completion_time_implied": 0.25,
    "streams_reading": TIME_STATED,
    "output_share": 0.25,
    "output_reading": ALL_INPUT,
    "researchers_low": 15.0,
    "researchers_high": 20.0,
    "runs_low": 2.0,
    "runs_high": 3.0,
    "peak_low": 5.0,
    "peak_high": 8.0,
    "peak_share_low": 0.3,
    "peak_share_high": 0.5,
}
MEMO: dict[str, Entry] = {
    **{f"pod.{key}": value for key, value in POD.items()},
    **{f"batch.{key}": value for key, value in BATCH.items()},
    "bridge.chip_ratio": 1.0,
    "bridge.research_part": 0.01,
    "bridge.users": 500.0,
    **{f"ladder.{rung}.users_per_pod": users for rung, users in RUNGS.items()},
}


def whole(value: float) -> float:
    """*value* to a whole number, half away from zero, by the 15 digits that a sheet shows."""
    return float(Decimal(f"{value:.15g}").quantize(Decimal(1), ROUND_HALF_UP))


class _Part:
    """The inputs of one section."""

    def __init__(self, inputs: Mapping[str, Entry], section: str) -> None:
        self._inputs, self._section = inputs, section

    def __getitem__(self, key: str) -> float:
        value = self._inputs[f"{self._section}.{key}"]
        assert isinstance(value, float | int), f"{self._section}.{key} is {value!r}"
        return float(value)

    def chosen(self, key: str) -> str:
        value = self._inputs[f"{self._section}.{key}"]
        assert isinstance(value, str)
        return value


def figures(inputs: Mapping[str, Entry], known: Figures) -> Figures:
    """Every figure of Pod, Batch and Bridge; *known* has those of memo 004."""
    year = float(inputs["supply.hours_per_year"] or 0)
    f = _pod(_Part(inputs, "pod"), year)
    f |= _batch(_Part(inputs, "batch"), _Part(inputs, "pod"), f, year)
    return f | _bridge(inputs, f, known, year)


def _pod(p: _Part, year: float) -> Figures:
    chips = p["nodes"] * p["chips_per_node"]
    month = p["financed"] * (1 - p["discount"])
    exact = month / p["month_hours"]
    in_dollars = p.chosen("hour_reading") == WHOLE_DOLLARS
    hour = (in_dollars and whole(exact)) or exact
    requests, slots = p["input_rate"] / p["request_tokens"], p["kv_memory"] / p["slot_memory"]
    free = chips * p["chip_memory"] - p["weights_memory"]
    f = {
        "pod_chips": chips,
        "pod_chip_cost": p["cost"] / chips,
        "pod_payback": p["cost"] / p["financed"],
        "pod_paid_over_term": p["financed"] * p["term"],
        "pod_flat_rate": (p["financed"] * p["term"] / p["cost"] - 1) * 12 / p["term"],
        "pod_month_cost": month,
        "pod_hour_exact": exact,
        "pod_hour_whole": whole(exact),
        "pod_hour_cost": hour,
        "pod_chip_hour": hour / chips,
        "pod_retail_chip_hour": p["retail"] / chips,
        "pod_share_of_retail": hour / p["retail"],
        "pod_requests": requests,
        "pod_output_per_request": p["output_rate"] / requests,
        "pod_slots": slots,
        "pod_holding": slots / requests,
        "pod_holding_printed": slots / (whole(requests) or requests),
        "pod_slot_rate": p["output_rate"] / slots,
        "pod_memory": chips * p["chip_memory"],
        "pod_memory_free": free,
        "pod_slots_fitting": free / p["slot_memory"],
    }
    return f | _earned(p, f, year)


def _earned(p: _Part, f: Figures, year: float) -> Figures:
    tokens_in, tokens_out = p["input_rate"] * 60 / 1e6, p["output_rate"] * 60 / 1e6
    of_input, of_output = tokens_in * p["input_price"], tokens_out * p["output_price"]
    gap = p["production_utilization"] - p["research_utilization"]
    hour, requests = f["pod_hour_cost"], f["pod_requests"]
    e: Figures = {
        "pod_input_revenue": of_input,
        "pod_output_revenue": of_output,
        "pod_output_lost": of_output * gap * year,
        "pod_output_breakeven": hour / of_output,
    }
    for price, factor in (("list", 1.0), ("realised", p["realised_factor"])):
        revenue = (of_input + of_output) * factor
        row = {
            "factor": factor,
            "revenue": revenue,
            "per_request": revenue / requests / 60,
            "breakeven": hour / revenue,
            "needed": requests * hour / revenue,
            "lost": revenue * gap * p["month_hours"],
        }
        for use in ("production", "research"):
            earned = revenue * p[f"{use}_utilization"] - hour
            row[use] = earned * p["month_hours"]
        e |= {f"prices_at.{price}.{key}": value for key, value in row.items()}
    return e | _answers(p, f | e)


def _answers(p: _Part, f: Figures) -> Figures:
    row = "prices_at.list" if p.chosen("price_reading") == LIST else "prices_at.realised"
    revenue, hour = f[f"{row}.revenue"], f["pod_hour_cost"]
    paid = revenue * p["research_utilization"]
    a_minute = p["user_requests"] / (24 * 60)
    needed = f[f"{row}.needed"]
    a = {
        "pod_revenue": revenue,
        "pod_breakeven": f[f"{row}.breakeven"],
        "pod_research_revenue": paid,
        "pod_research_profit": f[f"{row}.research"],
        "pod_lost_profit": f[f"{row}.lost"],
        "pod_true_factor": hour / (f["prices_at.list.revenue"] * p["research_utilization"]),
        "pod_true_hour_cost": paid,
        # the cost of hardware whose hours, paid for and discounted alike, cost just as much
        "pod_true_cost": p["cost"] * paid * p["month_hours"] / f["pod_month_cost"],
        "pod_true_requests": needed,
        "pod_user_slots": a_minute * f["pod_holding"],
        "pod_true_users": needed / a_minute,
        "pod_users_full": f["pod_requests"] / a_minute,
        "pod_user_share": p["rate_limit"] / f["pod_requests"],
        "pod_users_at_limit": f["pod_requests"] / p["rate_limit"],
    }
    for end in ("low", "high"):
        lost = f["prices_at.list.lost"]
        a[f"pod_factor_{end}"] = p[f"lost_profit_{end}"] / lost if lost > 0 else 0.0
    return a


def _batch(b: _Part, p: _Part, f: Figures, year: float) -> Figures:
    words = b.chosen("permutations_reading") == BY_WORDS
    permutations = b["permutations" if words else "permutations_used"]
    requests = permutations * b["samples"]
    tokens = requests * b["request_tokens"]
    minutes = tokens / b["rate_limit"]
    in_hours = b.chosen("hours_reading") == WHOLE_HOURS
    hours = (in_hours and whole(minutes / 60)) or minutes / 60
    completions = b["rate_limit"] / b["request_tokens"]
    stated = b.chosen("streams_reading") == TIME_STATED
    time = b["completion_time" if stated else "completion_time_implied"]
    share = b["output_share"] if b.chosen("output_reading") == SOME_OUTPUT else 0.0
    by_slots = completions * time / f["pod_slots"]
    used = b["rate_limit"] * share / p["output_rate"]
    pods = max(by_slots, b["rate_limit"] / p["input_rate"], used)
    price = p["input_price"] + (p["output_price"] - p["input_price"]) * share
    revenue, cost = tokens / 1e6 * price, hours * pods * f["pod_hour_cost"]
    low, high = (b[f"researchers_{end}"] * b[f"runs_{end}"] for end in ("low", "high"))
    busy = (low + high) / 2 * minutes / 60 * pods
    r: Figures = {
        "batch_permutation_count": permutations,
        "batch_requests": requests,
        "batch_tokens": tokens,
        "batch_minutes": minutes,
        "batch_hours_exact": minutes / 60,
        "batch_hours_whole": whole(minutes / 60),
        "batch_hours": hours,
        "batch_completions": completions,
        "batch_completions_printed": requests / (hours * 60),
        "batch_completion": time,
        "batch_streams": completions * time,
        "batch_pods_slots": by_slots,
        "batch_pods_input": b["rate_limit"] / p["input_rate"],
        "batch_output_each": by_slots * p["output_rate"] / completions,
        "batch_output_wanted": b["output_share"] * b["request_tokens"],
        "batch_pods_output": b["output_share"] * b["rate_limit"] / p["output_rate"],
        "batch_output_used": share,
        "batch_pods_output_used": used,
        "batch_pods": pods,
        "batch_price": price,
        "batch_revenue": revenue,
        "batch_cost": cost,
        "batch_profit": revenue - cost,
        "batch_revenue_realised": revenue * p["realised_factor"],
        "batch_profit_realised": revenue * p["realised_factor"] - cost,
        "batch_experiments_low": low,
        "batch_experiments_high": high,
        "batch_experiments": (low + high) / 2,
        "batch_experiments_product": (b["researchers_low"] + b["researchers_high"])
        / 2
        * (b["runs_low"] + b["runs_high"])
        / 2,
        "batch_pod_hours": busy,
        "batch_average_pods": busy / year,
    }
    return r | _peaks(b, p, f)


def _peaks(b: _Part, p: _Part, f: Figures) -> Figures:
    r: Figures = {}
    for pods in ("few", "many"):
        for end in ("low", "high"):
            held = b["peak_low" if pods == "few" else "peak_high"] * b[f"peak_share_{end}"]
            r[f"peaks.{pods}_{end}.by_memo"] = held * p[f"lost_profit_{end}"]
            r[f"peaks.{pods}_{end}.live"] = held * f["pod_lost_profit"]
    for end in ("low", "high"):
        r[f"batch_opportunity_{end}"] = r[f"peaks.few_{end}.by_memo"]
        r[f"batch_opportunity_{end}_live"] = r[f"peaks.few_{end}.live"]
    return r


def _bridge(inputs: Mapping[str, Entry], f: Figures, known: Figures, year: float) -> Figures:
    b, p = _Part(inputs, "bridge"), _Part(inputs, "pod")
    size = f["pod_chips"] / b["chip_ratio"]
    hours, research = size * year, known["live_p2_research_hours"]
    share = hours / research if research > 0 else 0.0
    pods = b["research_part"] * research / hours
    r = {
        "bridge_pod_size": size,
        "bridge_pod_hours": hours,
        "bridge_pod_share": share,
        "bridge_pod_of_supply": hours / known["supply_hours"],
        "bridge_part_hours": b["research_part"] * research,
        "bridge_part_pods": pods,
        "bridge_cost_rate": f["pod_hour_cost"] / size,
        "bridge_research_rate": f["pod_research_revenue"] / size,
        "bridge_rate_ratio": f["pod_research_revenue"] / size / known["revenue_per_hour"],
    }
    for rung in RUNGS:
        per_pod = _Part(inputs, f"ladder.{rung}")["users_per_pod"]
        wanted = b["users"] / per_pod
        row = {
            "carried": pods * per_pod,
            "pods": wanted,
            "share": wanted * share,
            "cost": wanted * f["pod_hour_cost"] * p["month_hours"],
        }
        r |= {f"ladder.{rung}.{key}": value for key, value in row.items()}
    return r
