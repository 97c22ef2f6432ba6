"""``workbook compare``: the outputs of sets of assumptions side by side."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.commands.face import OK, Commands, add, print_json, simulating

if TYPE_CHECKING:
    from workbook.compare import Comparison

KINDS = (".csv", ".md", ".xlsx")


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    made = add(commands, "compare", "put the outputs of sets of assumptions side by side", run)
    made.add_argument(
        "sets",
        nargs="+",
        metavar="SET",
        help="a set's name (see: workbook sets), a TOML file, or several joined by +, later ones "
        "over earlier; the others are held against the first",
    )
    made.add_argument(
        "--out", type=Path, metavar="FILE", help="write it as well, as .md, .csv or .xlsx"
    )


def run(options: argparse.Namespace) -> int:
    """Build each set's book, and print and write its outputs."""
    from workbook import compare
    from workbook.assumptions import baseline
    from workbook.build import make

    _check(options.out)
    first, simulation = baseline(), simulating()
    found = compare.compare(options.sets, lambda a: make(a, first, simulation))
    if options.out:
        _write(found, options.out)
    if options.json:
        print_json(compare.as_plain(found))
    else:
        print(compare.as_text(found))
    return OK


def _check(path: Path | None) -> None:
    from workbook.disk import OutputError

    if path is not None and path.suffix not in KINDS:
        raise OutputError(f"{path} does not end in {', '.join(KINDS)}; choose one of them")
    if path is not None and path.is_dir():
        raise OutputError(f"{path} is a folder; name a file in it")


def _write(found: Comparison, path: Path) -> None:
    from workbook import compare, compare_book
    from workbook.disk import put

    match path.suffix:
        case ".xlsx":
            data = compare_book.as_workbook(found)
        case ".csv":
            data = compare.as_csv(found).encode()
        case _:
            data = compare.as_markdown(found).encode()
    put(data, path)
