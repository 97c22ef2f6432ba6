"""The form of accelerator prices: by provider, chip and term, in the words of FOCUS.

FOCUS is the FinOps Open Cost and Usage Specification (focus.finops.org). Its ListUnitPrice has no
discount, its ContractedUnitPrice the negotiated one and not that of a commitment. Its EffectiveCost
spreads what was prepaid over the use that it covers; for one unit it is divided by PricingQuantity.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook.data.field import choice, number, share, words
from workbook.data.form import Broken, Form

RATE = "USD/(chip·h)"
ON_DEMAND, TERMS = "On demand", ("On demand", "1 year", "3 years", "5 years")
DEAREST = 1000.0


@dataclass(frozen=True, slots=True)
class Price:
    """What a chip costs for an hour on one term, and how much of the chip is rented so."""

    provider: str
    chip: str
    term: str
    share: float
    listed: float
    contracted: float
    effective: float
    source: str | None


def discounts_lower(price: Price) -> Broken:
    """The rule of the form between prices: neither discount raises the price."""
    if price.contracted > price.listed:
        return "contracted", "is above the list unit price; correct one"
    if price.effective > price.contracted:
        return "effective", "is above the contracted unit price; correct one"
    return None


PRICES = Form(
    key="chip_prices",
    title="Accelerator prices",
    purpose="What an hour of each chip costs, by provider and term",
    row=Price,
    columns=(
        words("provider", "Provider", "Who rents the chip out"),
        choice("chip", "Chip", "A chip of the fleet, as on Supply", listed_in="fleet.chip"),
        choice("term", "Term", "How long the price is committed to", TERMS),
        share("share", "Share of hours", "Part of the chip’s rented hours on this term"),
        number(
            "listed",
            "List unit price",
            "Published price without any discount (FOCUS: ListUnitPrice)",
            RATE,
            0,
            DEAREST,
        ),
        number(
            "contracted",
            "Contracted unit price",
            "With the negotiated discount, not that of the term (FOCUS: ContractedUnitPrice)",
            RATE,
            0,
            DEAREST,
        ),
        number(
            "effective",
            "Effective unit price",
            "With all discounts and what was prepaid (FOCUS: EffectiveCost ÷ PricingQuantity)",
            RATE,
            0,
            DEAREST,
        ),
        words("source", "Source", "Where the price is from", required=False),
    ),
    unique=("provider", "chip", "term"),
    most=24,
    memo="Memo 004, information (d)",
    rules=(discounts_lower,),
)
