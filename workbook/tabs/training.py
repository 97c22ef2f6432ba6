"""Training: what models cost to train in H100 hours, and what the year needs."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Column, Line, Lines, Tab, Table, entered
from workbook.expr import lookup
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.switches import Switch, switch


class Training(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    growth: Line
    growth_reading: Switch
    runs: Line
    reference_hours: Line
    family: Line
    run_hours: Line
    year_hours: Line
    overhead: Line
    need: Line
    tab: Tab


def build(a: Assumptions, constants: Constants) -> Training:
    """Hours needed to train the year's models (memo 004, training table and assumptions 2)."""
    t = a.training
    flops, mfu, reference, growth, runs, variants, post_share, overhead = (
        entered(entry)
        for entry in (
            t.h100_flops,
            t.mfu,
            t.reference_model,
            t.flop_growth,
            t.runs_per_year,
            t.variants_per_run,
            t.post_training_share,
            t.overhead,
        )
    )
    reading = switch(t.growth_reading)
    peak = Line(
        "h100_flop_per_hour",
        "H100 FLOP/hr",
        "FLOP/(H100e·h)",
        flops * constants.seconds_per_hour,
        memo="Memo 004, training",
    )
    rate = Line(
        "training_flop_per_hour",
        "Training FLOP/H100hr",
        "FLOP/(H100e·h)",
        peak * mfu,
        memo="Memo 004, training",
    )
    models = axis_of(a.models, "Model")
    flop = column_of(a.models, models, "flop")
    hours = models.formula("hours", "H100 hours", "H100e·h", flop / rate)
    reference_hours = Line(
        "training_reference_hours",
        "H100 hours of the reference model",
        "H100e·h",
        lookup(reference, models.names, hours),
        how="H100 hours, in the table above, of the reference model chosen on Inputs",
        memo="Memo 004, training",
    )
    factor = Line(
        "training_growth_factor",
        "Reference FLOP multiplied by",
        "x",
        reading.pick(growth, 1 + growth),
        how="The growth itself, or 1 + the growth, by its reading on Inputs",
        memo="Memo 004, training",
    )
    pre = Line(
        "training_pre_hours",
        "H100 hours of one pre-training run",
        "H100e·h",
        reference_hours * factor,
        memo="Memo 004, training",
    )
    post = Line(
        "training_post_hours",
        "H100 hours of one post-training",
        "H100e·h",
        pre * post_share,
        memo="Memo 004, training",
    )
    family = Line(
        "training_family_multiple",
        "Hours of a run with its variants, per pre-training hour",
        "x",
        1 + variants * post_share,
    )
    run_hours = Line(
        "training_run_hours",
        "H100 hours of a run with its variants",
        "H100e·h",
        pre + variants * post,
    )
    year = Line(
        "training_year_hours",
        "Total H100 hours per year",
        "H100e·h/yr",
        runs * run_hours,
        memo="Memo 004, training",
        show="hours",
        strong=True,
        output=True,
    )
    need = Line(
        "training_need_hours",
        "Training hours needed",
        "H100e·h/yr",
        year * overhead,
        memo="Memo 004, scenario 1",
        show="hours",
        strong=True,
        output=True,
    )
    tab = Tab(
        "Training",
        "What industry models took to train, and the hours that the year's models need",
        "capacity",
        (
            Lines("From FLOP to H100 hours", (peak, rate)),
            _models_table(flop, hours),
            Lines(
                "The year's need",
                (reference_hours, factor, pre, post, family, run_hours, year, need),
            ),
        ),
        grid="wide",
        label_width=330,
    )
    return Training(
        entries=(flops, mfu, reference, growth, reading.line, runs, variants, post_share, overhead),
        growth=growth,
        growth_reading=reading,
        runs=runs,
        reference_hours=reference_hours,
        family=family,
        run_hours=run_hours,
        year_hours=year,
        overhead=overhead,
        need=need,
        tab=tab,
    )


def _models_table(flop: Column, hours: Column) -> Table:
    return Table("Estimated H100 hours to train industry models", flop.axis, (flop, hours))
