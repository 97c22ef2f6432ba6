"""What must hold of requests and pools, each against its own reckoning."""

from __future__ import annotations

from workbook.book import Line
from workbook.expr import highest, largest, total
from workbook.tabs.checks import Check
from workbook.tabs.sharing import Sharing


def checks_of(shared: Sharing, supply: Line) -> tuple[Check, ...]:
    """The checks; hours are measured against *supply*."""
    totals, organisations = shared.uses.totals, shared.quotas.organisations
    used = totals["own"] + totals["lent"] + totals["free"]
    return (
        Check(
            "pool_hours",
            "Hours of pools are used, lent or free",
            "Granted from their own + lent + free against guaranteed hours, over all pools",
            (used - totals["guaranteed"]) / supply,
        ),
        Check(
            "pool_loans",
            "What is lent is what is borrowed",
            "Hours lent against hours borrowed, over all pools",
            (totals["lent"] - totals["borrowed"]) / supply,
        ),
        Check(
            "pool_grants",
            "What pools give is what requests get",
            "Granted from their own + borrowed, over all pools, against all grants of requests",
            (totals["own"] + totals["borrowed"] - shared.totals.granted) / supply,
        ),
        Check(
            "pool_floors",
            "Floors fit the allotment of every organisation",
            "Hours of floors beyond allotments, against supply",
            total(organisations.short) / supply,
        ),
        Check(
            "pool_shares",
            "Shares of pools are at most 100% in every organisation",
            "The largest sum of shares of an organisation’s pools, where above 100%",
            highest(0, largest(organisations.shares) - 1),
        ),
        Check(
            "pool_owners",
            "Every pool has a name and an organisation",
            "Rows with a pool less pools of organisations",
            organisations.unowned,
        ),
        Check(
            "p0_parts",
            "P0 hours are divided whole",
            "Parts of P0 that stand apart for organisations, against 100%",
            organisations.p0_parts - 1,
        ),
        Check(
            "request_part",
            "No request is granted more than it asks",
            "The largest part of a request that is granted, where above 100%",
            highest(0, largest(shared.answers.part) - 1),
        ),
        Check(
            "request_ids",
            "Every request has an id",
            "Rows of Requests with cores, but without an id: they would count for nothing",
            shared.strays,
        ),
    )
