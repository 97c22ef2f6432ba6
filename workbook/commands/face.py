"""What commands have in common: exit codes, shared options, and how answers go out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.assemble import Simulation

OK, FINDINGS, BAD_INPUT, INTERNAL = 0, 1, 2, 3
Commands = argparse._SubParsersAction  # noqa: SLF001  # argparse gives the type no other name


def add(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """Add a command with the options that all have."""
    made = commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
    )
    made.set_defaults(command=run)
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    return made


def simulating(*, quiet: bool = False) -> Simulation:
    """What gives the simulation's tables; it tells how far it is where some have to be computed."""
    from workbook.simulated import simulate

    return simulate if quiet else partial(simulate, progress=_progress())


def _progress() -> Callable[[int, int], None]:
    """Tells how many tables are computed: on one line of a terminal, or in one line elsewhere."""
    on_terminal = sys.stderr.isatty()

    def tell(done: int, wanted: int) -> None:
        text = f"Simulating what changed, a minute or so: {done} of {wanted} tables"
        if on_terminal:
            print(f"\r{text}", end="\n" if done == wanted else "", file=sys.stderr, flush=True)
        elif done == 0:
            print(text, file=sys.stderr)

    return tell


def print_json(answer: object) -> None:
    """Print one JSON object to stdout."""
    print(json.dumps(answer, indent=2, ensure_ascii=False, default=str))
