"""What commands have in common: exit codes, shared options, and how answers go out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

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


def print_json(answer: object) -> None:
    """Print one JSON object to stdout."""
    print(json.dumps(answer, indent=2, ensure_ascii=False, default=str))
