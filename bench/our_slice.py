"""The memo's Supply, Training and Scenario 1 by this project's kernel: our_slice.py FILE."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import memo_numbers as memo

from workbook import theme
from workbook.book import Axis, Band, Book, Column, Entity, Line, Lines, Owned, Tab, Table
from workbook.engines import Cell
from workbook.expr import At, Text, total
from workbook.filled import filled
from workbook.layout import lay_out

STAMP = datetime(2026, 2, 24, tzinfo=UTC)
BAND = tuple(
    Line(f"band_{key}", key, "text", algebra=Text(text))
    for key, text in (("live", "Recommendation"), ("checks", ""), ("as_of", ""), ("banner", ""))
)
"""What the header of each tab shows."""


def stated(key: str, label: str, unit: str, value: float) -> Line:
    """A line of one of the memo's numbers."""
    return Line(key, label, unit, constant=value)


def axis(key: str, label: str, names: list[str]) -> Axis:
    """The rows of a memo table; their keys are their names in snake_case."""
    return Axis(key, label, tuple(Entity(snake(name), name) for name in names))


def snake(name: str) -> str:
    """*name* as a key."""
    return name.lower().replace(" ", "_").replace(".", "_")


def supply() -> tuple[Tab, Line]:
    """Chips, their H100 equivalents and their hours in a year; the total."""
    year = stated("hours_per_year", "Hours in a year", "h/yr", memo.HOURS_PER_YEAR)
    spent = stated("commitment", "Commitment", "USD", memo.COMMITMENT)
    share = stated("compute_share", "Share spent on compute", "share", memo.COMPUTE_SHARE)
    years = stated("years", "Years", "yr", memo.YEARS)
    price = stated("price", "Price of a chip hour", "USD/(chip·h)", memo.PRICE)
    chips = axis("fleet", "Chip", [name for name, _, _ in memo.CHIPS])
    bought = spent * share / (years * year) / price
    quantities = tuple(
        Line(f"quantity_{snake(name)}", name, "chip", algebra=bought)
        if stated_quantity is None
        else stated(f"quantity_{snake(name)}", name, "chip", stated_quantity)
        for name, stated_quantity, _ in memo.CHIPS
    )
    quantity = Column("quantity", "Quantity", "chip", chips, Owned(quantities))
    ratios = [ratio for _, _, ratio in memo.CHIPS]
    ratio = chips.fixed("ratio", "H100e ratio", ratios, "constant", unit="chip/H100e")
    h100e = chips.formula("h100e", "H100e", "H100e", quantity / ratio)
    hours = chips.formula("hours", "Annual hours", "H100e·h/yr", h100e * year)
    supply_hours = Line("supply_hours", "Total supply", "H100e·h/yr", algebra=total(hours))
    blocks = (
        Lines("Commitment", (year, spent, share, years, price)),
        Table("Supply", chips, (quantity, ratio, h100e, hours)),
        Lines("Total", (supply_hours,)),
    )
    return Tab(
        "Supply", "What the fleet can deliver", "capacity", blocks, grid="wide"
    ), supply_hours


def training() -> tuple[Tab, Line]:
    """Hours to train each model, and a year of training; the year's total."""
    flops = stated("h100_flops", "H100 FLOP/s", "FLOP/(H100e·s)", memo.H100_FLOPS)
    seconds = stated("seconds_per_hour", "Seconds in an hour", "s/h", memo.SECONDS_PER_HOUR)
    mfu = stated("mfu", "MFU", "share", memo.MFU)
    models = axis("models", "Model", [name for name, _ in memo.MODELS])
    flop = models.fixed(
        "flop", "Total FLOP", [flop for _, flop in memo.MODELS], "constant", unit="FLOP"
    )
    per_hour = models.formula("per_hour", "H100 FLOP/hr", "FLOP/(H100e·h)", flops * seconds)
    row_mfu = models.formula("row_mfu", "MFU", "share", mfu)
    effective = models.formula(
        "effective", "Training FLOP/hr", "FLOP/(H100e·h)", per_hour * row_mfu
    )
    hours = models.formula("model_hours", "H100 hours", "H100e·h", flop / effective)
    growth = stated("growth", "Increase in FLOP", "x", memo.GROWTH)
    reference = At(hours, snake(memo.REFERENCE))
    pre = Line("pre_training", "Pre-training", "H100e·h", algebra=reference * growth)
    runs = stated("runs", "Training runs", "1/yr", memo.RUNS)
    share = stated("post_share", "Post-training share", "share", memo.POST_TRAINING_SHARE)
    variants = stated("variants", "Variants of a run", "1", memo.VARIANTS)
    post = Line("post_training", "Post-training", "H100e·h", algebra=pre * share)
    year = Line("year_total", "A year", "H100e·h/yr", algebra=runs * (pre + variants * post))
    blocks = (
        Lines("Throughput", (flops, seconds, mfu)),
        Table("Models", models, (flop, per_hour, row_mfu, effective, hours)),
        Lines("Year", (growth, pre, runs, share, variants, post, year)),
    )
    return Tab("Training", "What frontier training needs", "capacity", blocks, grid="wide"), year


def scenario(hours: Line, year: Line) -> Tab:
    """The recommendation: the hours of each tier, and how P2 is divided."""
    supplied = Line("supplied", "Supply", "H100e·h/yr", algebra=hours)
    revenue = stated("revenue", "Revenue", "USD/yr", memo.REVENUE)
    rate = stated("rate", "Revenue per H100 hour", "USD/(H100e·h)", memo.REVENUE_PER_HOUR)
    overhead = stated("overhead", "Training overhead", "x", memo.OVERHEAD)
    p0 = stated("p0_share", "P0 share", "share", memo.P0)
    p1 = stated("p1_share", "P1 share", "share", memo.P1)
    buffer = stated("buffer_share", "Buffer share", "share", memo.BUFFER)
    p2 = Line("p2_share", "P2 share", "share", algebra=1 - p0 - p1 - buffer)
    tiers = [
        Line(f"{name.lower()}_hours", f"{name} hours", hours.unit, algebra=supplied * share)
        for name, share in (("P0", p0), ("P1", p1), ("P2", p2), ("Buffer", buffer))
    ]
    p2_hours = tiers[2]
    inference = Line("inference", "Inference", hours.unit, algebra=revenue / rate)
    train = Line("training", "Training", hours.unit, algebra=year * overhead)
    research = Line("research", "Research", hours.unit, algebra=p2_hours - inference - train)
    uses = (inference, train, research)
    shares = [
        Line(f"{use.key}_of_{name.lower()}", f"{use.label} of {name}", "share", algebra=use / whole)
        for use in uses
        for name, whole in (("P2", p2_hours), ("total", supplied))
    ]
    stated_lines = (supplied, revenue, rate, overhead, p0, p1, buffer, p2)
    lines = (*stated_lines, *tiers, *uses, *shares)
    blocks = (Lines("Scenario 1", lines), Lines("State", BAND))
    return Tab("Scenarios", "How supply is allocated", "decide", blocks)


def main(path: str) -> None:
    """Write the slice, with its cached values, to *path*, and stop if it is not the memo's."""
    (supply_tab, hours), (training_tab, year) = supply(), training()
    tabs = (supply_tab, training_tab, scenario(hours, year))
    titles = {"capacity": "Capacity", "decide": "Decide"}
    book = Book("Memo", tabs, Band(*BAND), titles, {})
    laid_out = lay_out(book, theme.load())
    slice_ = filled(laid_out, STAMP)
    place = laid_out.names["research"]
    research = slice_.values[Cell(place.sheet, place.ref)]
    if not isinstance(research, float) or round(research) != memo.RESEARCH_HOURS:
        raise SystemExit(f"research is {research}")
    Path(path).write_bytes(slice_.data)


if __name__ == "__main__":
    main(sys.argv[1])
