"""The memo's Supply, Training and Scenario 1 written with modeleon: modeleon_slice.py FILE."""

import sys

import memo_numbers as memo
import modeleon as mo


def supply(tab: mo.MultiVariable) -> None:
    """Chips, their H100 equivalents and their hours in a year."""
    tab.year = mo.Variable(memo.HOURS_PER_YEAR, display_name="Hours in a year", unit="h/yr")
    tab.commitment = mo.Variable(memo.COMMITMENT, display_name="Commitment", unit="USD")
    tab.compute_share = mo.Variable(memo.COMPUTE_SHARE, display_name="Share spent on compute")
    tab.years = mo.Variable(memo.YEARS, display_name="Years", unit="yr")
    tab.price = mo.Variable(memo.PRICE, display_name="Price of a chip hour", unit="USD/chip/h")
    bought = tab.commitment * tab.compute_share / (tab.years * tab.year) / tab.price
    chips = [chip(tab, *row, bought) for row in memo.CHIPS]
    tab.total = mo.SUM(*(each.hours for each in chips))


def chip(
    tab: mo.MultiVariable, name: str, quantity: float | None, ratio: float, bought: mo.Variable
) -> mo.MultiVariable:
    """One row of the Supply table; a chip without a stated quantity is bought."""
    row = group(tab, name)
    row.quantity = bought if quantity is None else mo.Variable(quantity, unit="chip")
    row.ratio = mo.Variable(ratio, display_name="H100e ratio", unit="chip/H100e")
    row.h100e = row.quantity / row.ratio
    row.hours = row.h100e * tab.year
    return row


def group(tab: mo.MultiVariable, name: str) -> mo.MultiVariable:
    """A named group of lines on *tab*, reached by *name* in snake_case."""
    made = mo.MultiVariable(name)
    setattr(tab, name.lower().replace(" ", "_").replace(".", "_"), made)
    return made


def training(tab: mo.MultiVariable) -> None:
    """Hours to train each model, and a year of training."""
    tab.flops = mo.Variable(memo.H100_FLOPS, display_name="H100 FLOP/s", unit="FLOP/s/H100e")
    tab.seconds = mo.Variable(memo.SECONDS_PER_HOUR, display_name="Seconds in an hour", unit="s/h")
    tab.mfu = mo.Variable(memo.MFU, display_name="MFU")
    hours = {name: model(tab, name, flop) for name, flop in memo.MODELS}
    tab.growth = mo.Variable(memo.GROWTH, display_name="Increase in FLOP")
    tab.pre_training = hours[memo.REFERENCE] * tab.growth
    tab.runs = mo.Variable(memo.RUNS, display_name="Training runs", unit="1/yr")
    tab.post_share = mo.Variable(memo.POST_TRAINING_SHARE, display_name="Post-training share")
    tab.variants = mo.Variable(memo.VARIANTS, display_name="Variants of a run")
    tab.post_training = tab.pre_training * tab.post_share
    tab.year_total = tab.runs * (tab.pre_training + tab.variants * tab.post_training)


def model(tab: mo.MultiVariable, name: str, flop: float) -> mo.Variable:
    """One row of the Training table; its H100 hours."""
    row = group(tab, name)
    row.flop = mo.Variable(flop, display_name="Total FLOP", unit="FLOP")
    row.per_hour = tab.flops * tab.seconds
    row.mfu = tab.mfu
    row.effective = row.per_hour * row.mfu
    row.hours = row.flop / row.effective
    return row.hours


def scenario(tab: mo.MultiVariable, hours: mo.Variable, year_total: mo.Variable) -> None:
    """The recommendation: the hours of each tier, and how P2 is divided."""
    tab.supply = hours
    tab.revenue = mo.Variable(memo.REVENUE, display_name="Revenue", unit="USD/yr")
    tab.rate = mo.Variable(
        memo.REVENUE_PER_HOUR, display_name="Revenue per H100 hour", unit="USD/H100e/h"
    )
    tab.overhead = mo.Variable(memo.OVERHEAD, display_name="Training overhead")
    tab.p0 = mo.Variable(memo.P0, display_name="P0 share")
    tab.p1 = mo.Variable(memo.P1, display_name="P1 share")
    tab.buffer = mo.Variable(memo.BUFFER, display_name="Buffer share")
    tab.p2 = 1 - tab.p0 - tab.p1 - tab.buffer
    tab.p0_hours = tab.supply * tab.p0
    tab.p1_hours = tab.supply * tab.p1
    tab.p2_hours = tab.supply * tab.p2
    tab.buffer_hours = tab.supply * tab.buffer
    tab.inference = tab.revenue / tab.rate
    tab.training = year_total * tab.overhead
    tab.research = tab.p2_hours - tab.inference - tab.training
    for use in ("inference", "training", "research"):
        setattr(tab, f"{use}_of_p2", getattr(tab, use) / tab.p2_hours)
        setattr(tab, f"{use}_of_total", getattr(tab, use) / tab.supply)


def main(path: str) -> None:
    """Write the slice to *path*, and stop if it is not the memo's."""
    book = mo.MultiVariable("Memo")
    for name in ("supply", "training", "scenarios"):
        setattr(book, name, mo.MultiVariable(name.capitalize(), excel_props={"tab": True}))
    supply(book.supply)
    training(book.training)
    scenario(book.scenarios, book.supply.total, book.training.year_total)
    if round(book.scenarios.research.value) != memo.RESEARCH_HOURS:
        raise SystemExit(f"research is {book.scenarios.research.value}")
    book.to_excel(path)


if __name__ == "__main__":
    main(sys.argv[1])
