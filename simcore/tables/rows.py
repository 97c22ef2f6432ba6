"""The rows of every kind of table."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from simcore.preset import Preset
from simcore.tables.batch import batch_rows
from simcore.tables.demand import ladder_rows, limited_rows, message_rows
from simcore.tables.gaps import gap_rows, law_rows
from simcore.tables.operation import autoscale_rows, cascade_rows, trace_rows
from simcore.tables.table import Cell, Recipe

Rows = Sequence[Sequence[Cell]]


def rows_of(recipe: Recipe, seed: int, jobs: int = 1) -> Rows:
    """Return the rows of a table; the same for any number of *jobs*."""
    if recipe.research is not None:
        return batch_rows(recipe.research, seed, jobs)
    assert recipe.preset is not None
    if recipe.kind == "limited":
        rate = recipe.inputs["policy.requests_per_minute"]
        assert isinstance(rate, float | int)
        return limited_rows(recipe.preset, rate, seed, jobs)
    return _OF_A_PRESET[recipe.kind](recipe.preset, seed, jobs)


_OF_A_PRESET: Final[Mapping[str, Callable[[Preset, int, int], Rows]]] = MappingProxyType(
    {
        "ladder": ladder_rows,
        "messages": message_rows,
        "gaps": gap_rows,
        "laws": law_rows,
        "autoscale": autoscale_rows,
        "cascade": cascade_rows,
        "traces": trace_rows,
    }
)
