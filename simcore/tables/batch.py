"""Rows of the table of batch experiments: pods in use and annual peaks."""

from dataclasses import replace

import numpy as np

from simcore.batch import simulate_years
from simcore.research import Batch, Research
from simcore.tables.recipes import BATCH_YEARS, DEADLINE_SHARES, HOURS, PEAK_LEVELS
from simcore.tables.table import Cell


def batch_rows(research: Research, seed: int, jobs: int) -> list[tuple[Cell, ...]]:
    """Return a row for each length of experiments and share that keeps to deadlines."""
    rows: list[tuple[Cell, ...]] = []
    grid = [(hours, share) for hours in HOURS for share in DEADLINE_SHARES]
    for at, (hours, share) in enumerate(grid):
        batch = Batch(research=replace(research, deadline_share=share), hours=hours, pods_each=1)
        years = simulate_years(batch, BATCH_YEARS, np.random.SeedSequence([seed, at]), jobs=jobs)
        peaks = [years.peak_quantile(level)[0] for level in PEAK_LEVELS]
        rows.append((hours, share, *years.mean(), *years.mean_peak(), *peaks))
    return rows
