"""All tables of the workbook: found where they are kept, and computed where they are not."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from simcore.tables.cache import Cache
from simcore.tables.table import Cell, Progress, Recipe, Table

Compute = Callable[[Recipe, int], Sequence[Sequence[Cell]]]
"""Returns the rows of a recipe for a seed."""


@dataclass(frozen=True, slots=True)
class Made:
    """A table, and whether it had to be computed."""

    table: Table
    is_computed: bool


def make_tables(
    wanted: Sequence[Recipe],
    seed: int,
    *,
    cache: Cache,
    jobs: int = 1,
    progress: Progress | None = None,
    compute: Compute | None = None,
) -> list[Made]:
    """Return every table that is *wanted*: from the *cache*, or computed.

    A file that is not whole, or was computed from anything else, counts as missing. The tables do
    not depend on *jobs*.
    """
    found = [cache.found(recipe, seed) for recipe in wanted]
    done = 0

    def made(recipe: Recipe, table: Table | None) -> Made:
        nonlocal done
        is_computed = table is None
        if table is None:
            # One thread a table: no core waits for the slowest batch of another's.
            table = recipe.table((compute or _computed)(recipe, seed), seed)
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


def _computed(recipe: Recipe, seed: int) -> Sequence[Sequence[Cell]]:
    # Compiled code loads in half a second, which a build from kept tables does not pay.
    from simcore.tables.rows import rows_of  # noqa: PLC0415

    return rows_of(recipe, seed)
