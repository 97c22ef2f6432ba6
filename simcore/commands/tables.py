"""`simcore tables`: the tables that the workbook shows, computed once and kept by digest."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from simcore.commands.face import (
    Answer,
    Commands,
    Plain,
    command,
    emit,
    jobs_of,
    progress_of,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simcore.tables.make import Made
    from simcore.tables.table import Recipe

_JSON = """
--json prints one object:
  {"seed", "seconds", "tables": [{"name", "title", "rows", "digest", "computed"}, ...]}
computed says whether the table was simulated now; otherwise it was found whole in the cache, for
just this preset, seed and code. With --out each table is written to NAME.json in that folder:
  {"checksum", "table": {"name", "title", "digest", "seed", "inputs": {key: value},
   "columns": [{"key", "unit", "meaning", "is_key"}, ...], "rows": [[cell, ...], ...]}}
"""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "compute the tables of the workbook, or find them in the cache"
    without = ("plot", "preset", "seed")
    made = command(commands, "tables", summary, _JSON, _tables, without=without)
    made.add_argument(
        "--preset",
        action="append",
        help="weekly-max, time-share, or the path of a TOML file; may be given again "
        "(default: both shipped ones)",
    )
    made.add_argument(
        "--seed",
        type=whole(0, 2**63),
        default=None,
        help="seed of the random numbers (default: the workbook's)",
    )
    made.add_argument("--only", action="append", metavar="NAME", help="only this table; may repeat")
    made.add_argument("--out", type=Path, metavar="FOLDER", help="also write the tables there")
    made.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="where tables are kept (default: .cache)"
    )
    made.add_argument("--no-cache", action="store_true", help="compute all, and keep nothing")


def _tables(options: argparse.Namespace) -> int:
    from simcore.presets import SHIPPED, load_preset
    from simcore.tables.cache import FOLDER, Cache, shipped_path, write_table
    from simcore.tables.make import make_tables
    from simcore.tables.recipes import SEED, recipes

    begun = perf_counter()
    presets = [load_preset(name) for name in options.preset or SHIPPED]
    wanted = _chosen(recipes(presets), options.only)
    seed = SEED if options.seed is None else options.seed
    made = make_tables(
        wanted,
        seed,
        cache=Cache(None if options.no_cache else options.cache or FOLDER),
        jobs=jobs_of(options),
        progress=progress_of(options),
    )
    if options.out:
        for recipe, found in zip(wanted, made, strict=True):
            write_table(shipped_path(options.out, recipe), found.table)
    return emit(_answer(made, seed, perf_counter() - begun), options)


def _chosen(wanted: Sequence[Recipe], names: Sequence[str] | None) -> list[Recipe]:
    from simcore.faults import Fault, ParameterFaults

    known = [recipe.name for recipe in wanted]
    if faults := [name for name in names or () if name not in known]:
        message = f"there is no such table; there are {', '.join(known)}"
        raise ParameterFaults([Fault("--only", name, message) for name in faults])
    return [recipe for recipe in wanted if not names or recipe.name in names]


def _answer(made: Sequence[Made], seed: int, seconds: float) -> Answer:
    rows: list[dict[str, Plain]] = [
        {
            "name": found.table.name,
            "title": found.table.title,
            "rows": len(found.table.rows),
            "digest": found.table.digest,
            "computed": found.is_computed,
        }
        for found in made
    ]
    lines = [
        f"  {row['name']:<22} {row['rows']:>6} rows  {'computed' if row['computed'] else 'found'}"
        for row in rows
    ]
    text = "\n".join([*lines, f"{seconds:.2f} s"])
    facts: dict[str, Plain] = {"seed": seed, "seconds": round(seconds, 3)}
    return Answer(facts, "tables", rows, text)
