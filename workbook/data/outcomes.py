"""The forms of outcomes: scores of benchmarks, and revenue and cost by model and customer tier."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.data.field import choice, number, words
from workbook.data.form import Broken, Form

FIRST_YEAR, LAST_YEAR = 2022, 2035
QUARTERS = tuple(f"{y}-Q{q}" for y in range(FIRST_YEAR, LAST_YEAR + 1) for q in (1, 2, 3, 4))
"""Every quarter that a file may name, in order."""

MOST_HOURS, MOST_REQUESTS, MOST_MONEY = 1e12, 1e15, 1e13
MEMO = "Memo 004, capacity management"


@dataclass(frozen=True, slots=True)
class Score:
    """What a benchmark said at the end of a quarter, and the quarter's training hours."""

    benchmark: str
    quarter: str
    score: float
    ceiling: float
    hours: float


@dataclass(frozen=True, slots=True)
class Sale:
    """A quarter of one model and customer tier: volume, revenue, and hours served or cost."""

    model: str
    tier: str
    quarter: str
    requests: float
    revenue: float
    hours: float | None
    cost: float | None


def within_ceiling(score: Score) -> Broken:
    """The rule of the form between figures: no score is above the best possible."""
    if score.score > score.ceiling:
        return "score", f"is above the ceiling {score.ceiling:g}; correct one"
    return None


def cost_is_known(sale: Sale) -> Broken:
    """The rule of the form between costs: hours are priced, unless the cost is given."""
    if sale.hours is None and sale.cost is None:
        return "hours", "is blank, and so is the cost; give one of them"
    return None


BENCHMARKS = Form(
    key="benchmarks",
    title="Benchmarks",
    purpose="Scores of chosen benchmarks, by quarter, with the training hours of the quarter",
    row=Score,
    columns=(
        words("benchmark", "Benchmark", "Its name"),
        choice("quarter", "Quarter", "At the end of which quarter", QUARTERS),
        number("score", "Score", "Of the best model of that day", "1", 0, 1e6),
        number("ceiling", "Ceiling", "The best score possible", "1", 0.000001, 1e6),
        number("hours", "Training hours", "Of all models in the quarter", "H100e·h", 0, MOST_HOURS),
    ),
    unique=("benchmark", "quarter"),
    most=144,
    memo=MEMO,
)

MARGINS = Form(
    key="margins",
    title="Inference margins",
    purpose="Requests, revenue and cost by model, customer tier and quarter",
    row=Sale,
    columns=(
        words("model", "Model", "Its name or class"),
        words("tier", "Customer tier", "Who is served, such as Enterprise"),
        choice("quarter", "Quarter", "In which quarter", QUARTERS),
        number("requests", "Requests", "Answered in the quarter", "req", 0, MOST_REQUESTS),
        number("revenue", "Revenue", "Of those requests", "USD", 0, MOST_MONEY),
        number(
            "hours",
            "Serving hours",
            "Priced at the cost of an H100e hour where no cost is given",
            "H100e·h",
            0,
            MOST_HOURS,
            required=False,
        ),
        number(
            "cost",
            "Cost",
            "Of serving them, where it is known",
            "USD",
            0,
            MOST_MONEY,
            required=False,
        ),
    ),
    unique=("model", "tier", "quarter"),
    most=480,
    memo=MEMO,
    rules=(cost_is_known,),
)
