"""All tables of the workbook: found where they are kept, and computed where they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simcore.concurrency import Progress
from simcore.preset import Preset
from simcore.tables.batch import batch_recipe
from simcore.tables.cache import Cache, read_table
from simcore.tables.demand import behaviour_recipe, ladder_recipe, limited_recipe
from simcore.tables.operation import (
    autoscale_recipe,
    cascade_recipe,
    shortage_recipe,
    traces_recipe,
)
from simcore.tables.shared import part_of
from simcore.tables.table import Recipe, Table

SEED = 20250707
"""The seed of the workbook's tables, unless another is asked for: memo 000's day."""

_OF_A_PRESET = (
    ladder_recipe,
    limited_recipe,
    behaviour_recipe,
    autoscale_recipe,
    shortage_recipe,
    cascade_recipe,
    traces_recipe,
)


@dataclass(frozen=True, slots=True)
class Made:
    """A table, and whether it had to be computed."""

    table: Table
    is_computed: bool


def recipes(presets: Sequence[Preset]) -> tuple[Recipe, ...]:
    """Return the recipes of every table that these *presets* need, in order."""
    of_presets = [make(preset) for preset in presets for make in _OF_A_PRESET]
    return (*of_presets, batch_recipe())


def make_tables(
    wanted: Sequence[Recipe],
    seed: int,
    *,
    cache: Cache | None,
    shipped: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Made]:
    """Return every table that is *wanted*: from the *shipped* folder, the cache, or computed.

    A file that is not whole, or was computed from anything else, counts as missing. The tables do
    not depend on *jobs*.
    """
    made = []
    for at, recipe in enumerate(wanted):
        table = _found(recipe, seed, cache, shipped)
        if table is None:
            rows = recipe.compute(seed, jobs, part_of(progress, at, len(wanted)))
            made.append(Made(recipe.table(rows, seed), is_computed=True))
            if cache:
                cache.keep(recipe, made[-1].table)
        else:
            made.append(Made(table, is_computed=False))
        if told := part_of(progress, at, len(wanted)):
            told(1, 1)
    return made


def shipped_path(folder: Path, recipe: Recipe) -> Path:
    """Return the file of a table in a folder of tables that go with the project."""
    return folder / f"{recipe.name}.json"


def _found(recipe: Recipe, seed: int, cache: Cache | None, shipped: Path | None) -> Table | None:
    table = read_table(shipped_path(shipped, recipe), recipe, seed) if shipped else None
    if table is None and cache:
        table = cache.found(recipe, seed)
    return table
