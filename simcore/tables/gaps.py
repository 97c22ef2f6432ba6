"""Rows of the tables of one user's gaps between messages, and of the laws fitted to them."""

from functools import lru_cache
from math import log
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour
from simcore.demand import arrivals
from simcore.fitting.families import Family, distance, fit_families
from simcore.kernel import Floats
from simcore.preset import Preset
from simcore.tables.recipes import GAP_CLASSES, GAP_ENDS, GAP_WEEKS, LAWS
from simcore.tables.table import Cell

_SECONDS: Final = 60.0
_COMPONENTS: Final = 3
_EDGES: Final = np.geomspace(*GAP_ENDS, GAP_CLASSES + 1)


@lru_cache(maxsize=4)
def gaps_by_week(behaviour: Behaviour, seed: int) -> tuple[Floats, ...]:
    """Return the minutes between the messages of one user, week by week."""
    weeks = arrivals(behaviour, 1, GAP_WEEKS, np.random.SeedSequence(seed))
    gaps = [np.diff(week.start) for week in weeks]
    return tuple(week[week > 0] for week in gaps)


@lru_cache(maxsize=4)
def _families(behaviour: Behaviour, seed: int) -> dict[str, Family]:
    # Two tables show one fit.
    gaps = gaps_by_week(behaviour, seed)
    found = fit_families(
        _SECONDS * np.concatenate(gaps), np.random.SeedSequence([seed, 1]), _COMPONENTS
    )
    return {family.name: family for family in found}


def gap_rows(preset: Preset, seed: int, _jobs: int) -> list[tuple[Cell, ...]]:
    """Return each class with the share seen, its error and the laws fitted."""
    gaps = gaps_by_week(preset.behaviour, seed)
    edges = np.log(_EDGES)
    widths, middles = np.diff(edges), (edges[:-1] + edges[1:]) / 2 + log(_SECONDS)
    counts = np.array([np.histogram(week, _EDGES)[0] for week in gaps], dtype=float)
    sizes = np.array([len(week) for week in gaps], dtype=float)
    seen = counts.sum(axis=0) / sizes.sum() / widths
    # Gaps of one week belong together, so weeks are what is independent.
    left = counts - sizes[:, None] * (seen * widths)
    error = np.sqrt((left**2).sum(axis=0)) / sizes.sum() / widths
    families = _families(preset.behaviour, seed)
    laws = [families[law].density(middles) for law in LAWS]
    columns = (_EDGES[:-1], _EDGES[1:], seen, error, *laws)
    return [tuple(float(cell) for cell in row) for row in zip(*columns, strict=True)]


def law_rows(preset: Preset, seed: int, _jobs: int) -> list[tuple[Cell, ...]]:
    """Return how well each law fits, the best first."""
    gaps = gaps_by_week(preset.behaviour, seed)
    families = _families(preset.behaviour, seed)
    whole = _SECONDS * np.concatenate(gaps)
    best = min(family.bic for family in families.values())
    return [
        (family.name, family.parameters, family.bic - best, distance(family, whole))
        for family in families.values()
    ]
