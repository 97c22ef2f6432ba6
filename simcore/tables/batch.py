"""The table of batch experiments: pods in use and annual peaks, by the length of an experiment."""

from dataclasses import fields, replace
from typing import Final

import numpy as np

from simcore.batch import Batch, load_batch, simulate_years
from simcore.concurrency import Progress
from simcore.tables.shared import part_of
from simcore.tables.table import Cell, Column, Recipe

HOURS: Final = (4.0, 13.3333, 48.0, 96.0, 144.0, 195.0)
"""Hours of an experiment: the memo's 13.3, and what its averages and peaks would take."""

DEADLINE_SHARES: Final = (0.0, 0.35, 0.7, 1.0)
PEAK_LEVELS: Final = (0.05, 0.5, 0.95)
_YEARS: Final = 4000


def batch_recipe() -> Recipe:
    """Return pods in use by the hours of an experiment and the share that keeps to deadlines."""
    _, research = load_batch()
    quantiles = tuple(
        Column(f"peak_{level * 100:g}", "pods", f"Annual peak not exceeded in {level:.0%} of years")
        for level in PEAK_LEVELS
    )
    return Recipe(
        name="batch",
        title="Pods that batch experiments hold",
        method=1,
        columns=(
            Column("hours", "h", "Mean length of an experiment", is_key=True),
            Column("deadline_share", "share", "Experiments that keep to deadlines", is_key=True),
            Column("mean", "pods", "Mean pods in use"),
            Column("mean_error", "pods", "Standard error of it"),
            Column("peak", "pods", "Mean of the annual peak"),
            Column("peak_error", "pods", "Standard error of it"),
            *quantiles,
        ),
        inputs={
            **{
                f"research.{item.name}": getattr(research, item.name)
                for item in fields(research)
                if item.name != "deadline_share"
            },
            "hours": HOURS,
            "deadline_share": DEADLINE_SHARES,
            "years": _YEARS,
        },
        compute=_rows,
    )


def _rows(seed: int, jobs: int, progress: Progress | None) -> list[tuple[Cell, ...]]:
    _, research = load_batch()
    grid = [(hours, deadline_share) for hours in HOURS for deadline_share in DEADLINE_SHARES]
    rows: list[tuple[Cell, ...]] = []
    for at, (hours, deadline_share) in enumerate(grid):
        batch = Batch(
            research=replace(research, deadline_share=deadline_share), hours=hours, pods_each=1
        )
        years = simulate_years(batch, _YEARS, np.random.SeedSequence([seed, at]), jobs=jobs)
        peaks = [years.peak_quantile(level)[0] for level in PEAK_LEVELS]
        rows.append((hours, deadline_share, *years.mean(), *years.mean_peak(), *peaks))
        if told := part_of(progress, at, len(grid)):
            told(1, 1)
    return rows
