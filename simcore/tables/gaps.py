"""Tables of one user's behaviour: the gaps between messages, and the laws fitted to them."""

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING, Final

import numpy as np

from simcore.behaviour import Behaviour
from simcore.demand import arrivals
from simcore.kernel import Floats
from simcore.preset import Preset
from simcore.tables.shared import behaviour_inputs
from simcore.tables.table import Cell, Column, Recipe

if TYPE_CHECKING:
    from simcore.fitting.families import Family

GAP_WEEKS: Final = 512
GAP_EDGES: Final = np.geomspace(0.05, 20_160.0, 45)
"""Minutes, from 3 seconds to two weeks."""

LAWS: Final = ("3 lognormals", "lognormal", "Lomax", "Pareto")
"""Memo 000, chat inference: Pareto seems closest; then a mixture of three lognormals."""

_SECONDS: Final = 60.0


def gaps_recipe(preset: Preset) -> Recipe:
    """Return the histogram of the gaps between one user's messages, with the laws fitted."""
    unit = "share/ln(min)"
    return Recipe(
        name=f"gaps-{preset.name}",
        title=f"Gaps between the messages of one user, {preset.name}",
        method=1,
        columns=(
            Column("from", "min", "Least gap of the class", is_key=True),
            Column("to", "min", "Greatest gap of the class", is_key=True),
            Column("seen", unit, "Share of gaps, over the class's width in logarithms"),
            Column("error", unit, "Standard error of it"),
            *(Column(law, unit, f"The law fitted: {law}") for law in LAWS),
        ),
        inputs={**behaviour_inputs(preset.behaviour), "weeks": GAP_WEEKS},
        compute=lambda seed, jobs, _: _histogram(preset.behaviour, seed, jobs),
        weight=3.0,
    )


def laws_recipe(preset: Preset) -> Recipe:
    """Return how well each law fits the gaps."""
    return Recipe(
        name=f"laws-{preset.name}",
        title=f"Laws of the gaps by BIC, {preset.name}",
        method=1,
        columns=(
            Column("law", "", "The law fitted", is_key=True),
            Column("parameters", "parameters", "Numbers fitted"),
            Column("bic", "ratio", "BIC above the best law's: 10 and more is strong evidence"),
            Column("distance", "share", "Largest distance between the distributions"),
        ),
        inputs={**behaviour_inputs(preset.behaviour), "weeks": GAP_WEEKS},
        compute=lambda seed, jobs, _: _laws(preset.behaviour, seed, jobs),
        weight=3.0,
    )


def gaps_by_week(behaviour: Behaviour, seed: int, jobs: int) -> list[Floats]:
    """Return the minutes between the messages of one user, week by week."""
    weeks = arrivals(behaviour, 1, GAP_WEEKS, np.random.SeedSequence(seed), jobs=jobs)
    gaps = [np.diff(week.start) for week in weeks]
    return [week[week > 0] for week in gaps]


def _families(gaps: Sequence[Floats], seed: int) -> "dict[str, Family]":
    from simcore.fitting.families import fit_families

    found = fit_families(_SECONDS * np.concatenate(gaps), np.random.SeedSequence([seed, 1]))
    return {family.name: family for family in found}


def _histogram(behaviour: Behaviour, seed: int, jobs: int) -> list[tuple[Cell, ...]]:
    gaps = gaps_by_week(behaviour, seed, jobs)
    edges = np.log(GAP_EDGES)
    widths, middles = np.diff(edges), (edges[:-1] + edges[1:]) / 2 + log(_SECONDS)
    counts = np.array([np.histogram(week, GAP_EDGES)[0] for week in gaps], dtype=float)
    sizes = np.array([len(week) for week in gaps], dtype=float)
    seen = counts.sum(axis=0) / sizes.sum() / widths
    # Gaps of one week belong together, so weeks are what is independent.
    left = counts - sizes[:, None] * (seen * widths)
    error = np.sqrt((left**2).sum(axis=0)) / sizes.sum() / widths
    families = _families(gaps, seed)
    laws = [families[law].density(middles) for law in LAWS]
    columns = (GAP_EDGES[:-1], GAP_EDGES[1:], seen, error, *laws)
    return [tuple(float(cell) for cell in row) for row in zip(*columns, strict=True)]


def _laws(behaviour: Behaviour, seed: int, jobs: int) -> list[tuple[Cell, ...]]:
    from simcore.fitting.families import distance

    gaps = gaps_by_week(behaviour, seed, jobs)
    families = _families(gaps, seed)
    whole = _SECONDS * np.concatenate(gaps)
    best = min(family.bic for family in families.values())
    return [
        (family.name, family.parameters, family.bic - best, distance(family, whole))
        for family in families.values()
    ]
