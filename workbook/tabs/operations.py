"""Operations: what must hold of costs, usage and outcomes."""

from __future__ import annotations

from workbook.tabs.checks import Check
from workbook.tabs.costs import Costs
from workbook.tabs.outcomes import Outcomes
from workbook.tabs.usage import Usage


def checks_of(costs: Costs, usage: Usage, outcomes: Outcomes) -> tuple[Check, ...]:
    """The checks of these tabs."""
    return (
        Check(
            "terms",
            "Supply by term adds up",
            "Hours on terms of the price list, by commitment and owned, against supply",
            costs.deviations.terms,
        ),
        Check(
            "list_shares",
            "Shares of each chip’s prices sum to 100%",
            "The largest deviation among the chips that are rented at the price list",
            costs.deviations.shares,
        ),
        Check(
            "owned_chips",
            "Owned chips are chips on hand",
            "Chips owned beyond the quantity on hand, or of a chip that the fleet lacks",
            costs.deviations.owned,
        ),
        Check(
            "allocation_cost",
            "Allocations cost what supply costs",
            "Cost of all allocations of the live scenario − shortfall, against all compute",
            costs.deviations.allocations,
        ),
        Check(
            "usage_counted",
            "Every row of usage is counted",
            "Hours allocated in the table by team and month against those of all rows",
            usage.uncounted,
        ),
        Check(
            "usage_pools",
            "Every row of usage is of a known pool",
            "Hours allocated in the table by pool against those of all rows",
            usage.unpooled,
        ),
        Check(
            "usage_peaks",
            "No pool peaks above its teams",
            "Measured peaks of pools that are more than the sum of their teams’ own peaks",
            usage.misstated,
        ),
        Check(
            "outcomes_counted",
            "Every score and every margin is counted",
            "Rows of a quarter, benchmark or segment that Outcomes lacks, or without a cost",
            outcomes.uncounted,
        ),
        Check(
            "margin_split",
            "Volume, mix and margin effects add up",
            "… to the change of margin, against revenue: what has no requests fits none of them",
            outcomes.unsplit,
        ),
    )
