"""All tables of the workbook: found where they are kept, and computed where they are not."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simcore.concurrency import Progress
from simcore.preset import Preset
from simcore.tables.batch import batch_recipe
from simcore.tables.cache import Cache, read_table
from simcore.tables.demand import ladder_recipe, limited_recipe
from simcore.tables.gaps import gaps_recipe, laws_recipe
from simcore.tables.operation import autoscale_recipe, cascade_recipe, traces_recipe
from simcore.tables.table import Recipe, Table

SEED: Final = 20250707
"""The seed of the workbook's tables, unless another is asked for: memo 000's day."""

_OF_A_PRESET = (
    ladder_recipe,
    limited_recipe,
    gaps_recipe,
    laws_recipe,
    autoscale_recipe,
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
    found = [_found(recipe, seed, cache, shipped) for recipe in wanted]
    done = 0

    def made(recipe: Recipe, table: Table | None) -> Made:
        nonlocal done
        is_computed = table is None
        if table is None:
            # One thread a table: no core waits for the slowest batch of another's.
            table = recipe.table(recipe.compute(seed, 1, None), seed)
            if cache:
                cache.keep(recipe, table)
        done += 1
        if progress:
            progress(done, len(wanted))
        return Made(table, is_computed)

    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        # The longest first: a long one at the end would leave the other cores idle.
        order = sorted(range(len(wanted)), key=lambda at: -wanted[at].weight)
        futures = {at: pool.submit(made, wanted[at], found[at]) for at in order}
        return [futures[at].result() for at in range(len(wanted))]


def shipped_path(folder: Path, recipe: Recipe) -> Path:
    """Return the file of a table in a folder of tables that go with the project."""
    return folder / f"{recipe.name}.json"


def _found(recipe: Recipe, seed: int, cache: Cache | None, shipped: Path | None) -> Table | None:
    table = read_table(shipped_path(shipped, recipe), recipe, seed) if shipped else None
    if table is None and cache:
        table = cache.found(recipe, seed)
    return table
