"""``workbook import``: the edits of a workbook back into a set of assumptions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.commands.face import BAD_INPUT, FINDINGS, OK, Commands, add, print_json, simulating

if TYPE_CHECKING:
    from workbook.roundtrip.findings import Findings


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    made = add(commands, "import", "bring the edits of a workbook back into a TOML file", run)
    made.add_argument("edited", type=Path, metavar="EDITED.xlsx", help="the edited workbook")
    made.add_argument(
        "--into", type=Path, required=True, metavar="FILE", help="the set that takes the edits"
    )
    made.add_argument(
        "--assumptions",
        action="append",
        default=[],
        type=Path,
        metavar="SET",
        help="a set below FILE that the workbook was built with as well; may be given again",
    )
    made.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="FORM=FILE",
        help="a data file that the workbook was built with; may be given again",
    )
    made.add_argument(
        "--take",
        choices=("theirs", "ours"),
        help="what to keep where both changed: theirs, the workbook's; ours, the file's",
    )
    made.add_argument("--dry-run", action="store_true", help="show what would be written")
    made.add_argument(
        "--ignore-extra",
        action="store_true",
        help="import although something other than inputs was changed; it is not brought back",
    )


def run(options: argparse.Namespace) -> int:
    """Import, and say what was changed, what conflicts, what is no input, and what is wrong."""
    from workbook.assumptions.sets import found as files
    from workbook.roundtrip.importing import Request, import_edited

    found = import_edited(
        Request(
            options.edited,
            options.into,
            [files(given) for given in options.assumptions],
            options.data,
            options.take,
            dry_run=options.dry_run,
            ignore_extra=options.ignore_extra,
        ),
        simulating(),
    )
    if options.json:
        print_json(found.plain())
    _tell(found, options)
    if found.errors:
        return BAD_INPUT
    return FINDINGS if found.conflicts or (found.extras and not options.ignore_extra) else OK


def _tell(found: Findings, options: argparse.Namespace) -> None:
    from workbook.roundtrip.findings import listed

    out = sys.stderr if options.json else sys.stdout
    if options.dry_run and found.diff and not found.errors:
        print(found.diff, end="", file=out)
    if found.changed and not options.json:
        print("\n".join(listed("Changed:", found.changed)))
    if found.written:
        print(f"Written: {', '.join(found.written)}", file=out)
    elif options.dry_run and found.changed and not _held_back(found, options):
        print("Nothing was written: this is a dry run.", file=out)
    elif not (found.changed or found.errors or found.extras or found.conflicts):
        print("Nothing was changed.", file=out)
    for line in _troubles(found, options):
        print(line, file=sys.stderr)


def _troubles(found: Findings, options: argparse.Namespace) -> list[str]:
    from workbook.roundtrip.findings import listed

    conflicts = [f"{each}; the file has {_file(each)}" for each in found.conflicts]
    lines = [
        *listed("Changed in the workbook and in the file since the build:", conflicts),
        *listed("Changed, but no input, so not brought back:", found.extras),
        *listed("Cannot be imported:", found.errors),
    ]
    if found.conflicts:
        lines.append("Settle them with --take theirs (the workbook) or --take ours (the file).")
    if found.extras and not options.ignore_extra:
        lines.append("Undo them in the workbook, or import the inputs alone with --ignore-extra.")
    return [*lines, "Nothing was written."] if _held_back(found, options) else lines


def _held_back(found: Findings, options: argparse.Namespace) -> bool:
    extras = found.extras and not options.ignore_extra
    return bool(found.errors or found.conflicts or extras)


def _file(change: object) -> str:
    from workbook.roundtrip.findings import Change, told

    assert isinstance(change, Change)
    return told(change.file)
