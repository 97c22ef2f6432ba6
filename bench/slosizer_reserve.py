"""The question of `simcore reserve --work` asked of slosizer: slosizer_reserve.py TRACE; JSON.

Its prices on demand are by token. A unit's hour of tokens costs what a unit costs on demand for an
hour, with the weights of the capacity, so that both sides buy the same thing.
"""

import json
import sys

import pandas as pd
import slosizer as slz  # type: ignore[import-not-found]  # it lives in an environment of its own
from reserve_question import (
    ON_DEMAND,
    OUTPUT_WEIGHT,
    RESERVED,
    THROUGHPUT,
    WINDOWS,
)

MOST_UNITS = 200


def main(trace: str) -> None:
    """Print units, costs and the overload of windows."""
    schema = slz.RequestSchema("time", input_tokens_col="input", output_tokens_col="output")
    profile = slz.CapacityProfile(
        "vertex", "any", "GSU", throughput_per_unit=THROUGHPUT, output_weight=OUTPUT_WEIGHT
    )
    token = ON_DEMAND / (THROUGHPUT * 3600) * 1e6
    pricing = slz.RateCard(
        provisioned=slz.ProvisionedPricing(RESERVED),
        paygo=slz.PaygoPricing(token, token * OUTPUT_WEIGHT),
    )
    requests = slz.from_dataframe(pd.read_csv(trace), schema=schema)
    plan = slz.plan_hybrid_capacity(
        requests,
        profile,
        pricing,
        slz.HybridTarget(strategy="cost_optimal"),
        options=slz.PlanOptions(max_units_to_search=MOST_UNITS),
    )
    slack = plan.slack_summary.set_index("window_s")
    answer = {
        "units": plan.provisioned_units,
        "cost": plan.total_cost_hourly,
        "above": {f"{w:g}": float(slack.overload_probability[w]) for w in WINDOWS},
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
