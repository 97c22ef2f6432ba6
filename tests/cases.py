"""Sets of inputs at which engines, the algebra in Python and the recomputation are compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

import oracle
import pods
from oracle import BY_SHARES, Entry

from workbook.assumptions import Choice, Number, baseline

Changes = Mapping[str, Entry]

OWN = "4 · Your own"
DRAWN = 8


def drawn(seed: int) -> dict[str, Entry]:
    """Numbers within their ranges, most of them near the memo's, and any choices."""
    random = Random(seed)  # noqa: S311 - the draws are to be the same in every run
    changes: dict[str, Entry] = {}
    for entry in baseline().inputs():
        if isinstance(entry, Choice):
            changes[entry.id] = random.choice(entry.options)
        elif isinstance(entry, Number) and not (entry.optional and random.random() < 0.6):
            near = (entry.value or min(1.0, entry.high / 3)) * math.exp(random.uniform(-1, 1))
            wide = random.uniform(entry.low, entry.high)
            value = min(max(wide if random.random() < 0.1 else near, entry.low), entry.high)
            changes[entry.id] = float(round(value)) if entry.whole else value
    return changes


def no_tokens() -> dict[str, Entry]:
    """No share of tokens at all: nothing is earned, and hours needed are a division by zero."""
    rows = [row.key for row in baseline().prices.rows]
    nothing: dict[str, Entry] = {f"prices.{row}.printed_share": 0.0 for row in rows}
    return nothing | {"pricing.share_reading": oracle.SHARES_AS_PRINTED}


OVERRIDES: dict[str, Entry] = {
    "cases.own_1.revenue_target": 20e9,
    "cases.own_1.runs_per_year": 3.0,
    "cases.own_2.research_share": 0.0,
    "cases.own_2.revenue_per_hour": 9.0,
    "cases.own_3.hold": "Hours",
    "cases.own_3.revenue_per_hour": 6.0,
    "cases.own_3.additional_runs": 2.0,
    "cases.own_3.flop_growth": 3.5,
    "cases.research_70.research_share": None,
}
SPLIT: dict[str, Entry] = {
    "allocation.live_scenario": OWN,
    "scenarios.own.initiative": "Research",
    "scenarios.own.p1": 0.15,
    "scenarios.own.p2_split": BY_SHARES,
    "scenarios.own.inference": 0.5,
    "scenarios.own.training": 0.3,
    "scenarios.own.research": 0.2,
}
READINGS: dict[str, Entry] = {
    "training.growth_reading": oracle.GROWTH_BY_INCREASE,
    "throughput.weighting": oracle.HARMONIC,
    "sensitivity.additional_run": oracle.RUN_WITH_VARIANTS,
    "training.reference_model": "Grok 3",
}
PODS: dict[str, Entry] = {
    "pod.hour_reading": pods.EXACT_HOUR,
    "pod.price_reading": pods.LIST,
    "batch.permutations_reading": pods.BY_WORDS,
    "batch.hours_reading": pods.EXACT_HOURS,
    "batch.streams_reading": pods.TIME_IMPLIED,
    "batch.output_reading": pods.SOME_OUTPUT,
    "bridge.chip_ratio": 0.7,
    "ladder.seasonality.users_per_pod": 60.0,
}

CASES: dict[str, Changes] = {
    "the memo": {},
    "live: revenue": {"allocation.live_scenario": "2 · Serviceable revenue"},
    "live: training": {"allocation.live_scenario": "3 · Training"},
    "live: own": {"allocation.live_scenario": OWN},
    "shares as printed": {"pricing.share_reading": oracle.SHARES_AS_PRINTED},
    "harmonic mean": {"throughput.weighting": oracle.HARMONIC},
    "weights of hours": {"throughput.weighting": oracle.HOURS_WEIGHTED},
    "increase": {"training.growth_reading": oracle.GROWTH_BY_INCREASE},
    "run with variants": {"sensitivity.additional_run": oracle.RUN_WITH_VARIANTS},
    "pre-training only": {"sensitivity.additional_run": oracle.RUN_PRE_TRAINING},
    "several readings": READINGS,
    "own split": SPLIT,
    "own cases": OVERRIDES,
    "too much revenue": {"allocation.revenue_target": 100e9},
    "too much training": {"training.overhead": 12.0, "allocation.live_scenario": OWN},
    "too many tiers": SPLIT | {"allocation.p0": 0.3, "scenarios.own.p1": 0.7},
    "no revenue": {"allocation.revenue_target": 0.0},
    "equal drivers": {"allocation.buffer": 0.1},
    "a chip nobody has": {"commitments.azure_nvidia.chip": "B300"},
    "another case of letters": {"commitments.azure_nvidia.chip": "b200"},
    "pods by other readings": PODS,
    "a short experiment": {"batch.samples": 1.0},
    "a discount that moves memo 000": {"pod.discount": 0.4},
    "no tokens": no_tokens(),
    "text for a number": {"training.mfu": "a half"},
    "blank for a number": {"training.mfu": None, "allocation.revenue_target": None},
    **{f"drawn {seed}": drawn(seed) for seed in range(DRAWN)},
}
CURVES: dict[str, Entry] = {
    "demand.users": 61.0,
    "demand.preset": "time-share",
    "demand.rung": "With time of day",
    "demand.level": "99.9 in 100",
    "pod.slot_memory": 12.0,
}
STALE: dict[str, Entry] = {
    "weekly_max.sigma": 1.5,
    "weekly_max.ceiling": 4.0,
    "time_share.memory_hours": 25.0,
    "time_share.slots": 30.0,
}
POLICY: dict[str, Entry] = {
    "access.preset": "time-share",
    "access.level": "99 in 100",
    "sign_ups.cap": 100.0,
    "sign_ups.growth": 0.02,
    "sign_ups.starting": 60.0,
    "policy.stack_cut": 0.61,
    "research.deadline_share": 0.5,
    "batch.samples": 2000.0,
    "batch.output_reading": pods.SOME_OUTPUT,
}
STALE |= {"pod.rate_limit": 4.0, "research.shocks_per_year": 1.0}
AWAY: dict[str, Entry] = {
    "scaling.preset": "weekly-max",
    "scaling.users": "500 users",
    "scaling.spin_up": "5 minutes",
    "scaling.headroom": "half",
    "scaling.retry": "nine tenths",
    "scaling.zombie": "half",
}
CASES |= {
    "another policy": POLICY,
    "weeks outside the table": {"sign_ups.interest": 1.0, "batch.samples": 6000.0},
}
PRICED: dict[str, Entry] = {
    "chip_prices.row_1.share": 0.3,
    "chip_prices.row_4.chip": "trainium 2",
    "chip_prices.row_7.effective": 4.0,
    "owned.b200.chip": "TPU",
    "owned.b200.quantity": 300_000.0,
    "commitments.azure_nvidia.years": 4.0,
}
WORKED: dict[str, Entry] = {
    "usage.row_1.used": 400e6,
    "usage.row_2.allocated": 0.0,
    "usage.row_3.team": "enterprise",
    "usage.row_4.pool": None,
    "usage.row_5.organisation": "Training",
    "usage.row_6.requested": None,
    "usage.unused_limit": 0.75,
    "pool_peaks.row_1.peak": 500e6,
    "pool_peaks.row_2.peak": 900e6,
    "pool_peaks.row_3.pool": "nowhere",
}
SCORED: dict[str, Entry] = {
    "benchmarks.row_2.score": 30.0,
    "benchmarks.row_8.quarter": "2025-Q2",
    "benchmarks.row_13.ceiling": 90.0,
    "benchmarks.row_18.hours": None,
    "outcomes.headroom_limit": 0.2,
    "outcomes.declines": 3.0,
    "margins.row_1.requests": 0.0,
    "margins.row_5.quarter": "2024-Q4",
    "margins.row_9.tier": None,
    "margins.row_20.cost": 1e9,
    "margins.row_25.cost": None,
}
AGED: dict[str, Entry] = {
    "control.as_of": 46_200.0,
    "control.stale_information": "Fails a check",
    "information.training.age_limit": 1.0,
    "data.usage.as_of": 40_000.0,
    "last_plan.training.hours": 0.0,
    "usage.row_1.used": -1.0,
    "usage.row_2.team": None,
}
CASES |= {
    "old information, and rows that are not whole": AGED,
    "another usage": WORKED,
    "other outcomes": SCORED,
    "no month of usage": {f"usage.row_{row}.month": None for row in range(1, 37)},
    "another price list": PRICED,
    "a price of nothing": {"chip_prices.row_2.chip": None, "chip_prices.row_3.share": None},
    "another curve": CURVES,
    "users that no pod serves": AWAY,
    "scaling that no table has": {"scaling.users": "100 users", "scaling.retry": "some"},
    "stale tables": STALE,
    "users beyond the table": {"demand.users": 1_000_001.0},
    "pods beyond the table": {"pod.slot_memory": 295.0},
    "text for users": {"demand.users": "many"},
    "a blank parameter": {"weekly_max.sigma": None},
}
NO_ORACLE = {
    "scaling that no table has",
    "old information, and rows that are not whole",
    "a price of nothing",
    "a blank parameter",
    "text for users",
    "no tokens",
    "text for a number",
    "blank for a number",
}

CASES["much at once"] = OVERRIDES | POLICY | PRICED | WORKED | SCORED | STALE

# each case takes these programs seconds
FEW = (
    "the memo",
    "weeks outside the table",
    "users that no pod serves",
    "much at once",
    "drawn 0",
)
FEWEST = ("the memo", "much at once")
