"""``workbook sets``: the sets of assumptions there are, and what each changes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.commands.face import OK, Commands, add, print_json

if TYPE_CHECKING:
    from workbook.assumptions.sets import Described


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    made = add(commands, "sets", "list sets of assumptions: title, and what they change", run)
    made.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[Path()],
        metavar="FOLDER",
        help="folders with sets of your own, beside the project's (default: this one)",
    )


def run(options: argparse.Namespace) -> int:
    """List the sets; those with faults are listed with them."""
    from workbook.assumptions.sets import described

    sets = described(options.folders)
    if options.json:
        print_json({"sets": [_plain(each) for each in sets]})
    else:
        print("\n".join(_told(each) for each in sets))
    return OK


def _told(each: Described) -> str:
    if each.faults:
        return "\n  ".join([f"{each.name}: cannot be used", *map(str, each.faults)])
    count = len(each.changed)
    if not count:
        return f"{each.name}: {each.title}\n  every input as in the memo"
    inputs = f"{count} input{'s' if count > 1 else ''}"
    return f"{each.name}: {each.title}\n  {inputs} differ from the memo: {', '.join(each.changed)}"


def _plain(each: Described) -> dict[str, object]:
    return {
        "name": each.name,
        "path": str(each.path),
        "title": each.title,
        "inputs_changed": len(each.changed),
        "changed": list(each.changed),
        "errors": [str(fault) for fault in each.faults],
    }
