"""``workbook build --watch``: builds again whenever a file changes that the build reads."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from workbook.commands.face import OK
from workbook.paths import TEMPLATES


def watched(options: argparse.Namespace, build: Callable[[], int]) -> int:
    """Build until told to stop; a build that fails says why, and leaves the last good file."""
    from workbook.watch import watch

    def run() -> None:
        kept = "" if build() == OK else "the last good file stays; "
        gc.collect()  # a command leaves its cycles to its end, and this one has none
        print(f"Watching for changes; {kept}stop with Ctrl-C", file=sys.stderr, flush=True)

    try:
        watch(lambda: _files(options), run)
    except KeyboardInterrupt:
        print("stopped watching", file=sys.stderr)
    return OK


def _files(options: argparse.Namespace) -> Iterator[Path]:
    """The project's own assumptions, the sets given, and the data that all these choose."""
    from workbook.assumptions import PRESETS, preset_path
    from workbook.assumptions.sets import found
    from workbook.assumptions.taken import INPUTS, taken_path

    sets = [TEMPLATES / "memo.toml", *(found(given) for given in options.assumptions)]
    yield from (*sets, *map(preset_path, PRESETS), *map(taken_path, INPUTS))
    yield from (Path(choice.partition("=")[2].strip()) for choice in options.data)
    yield from _data(sets)


def _data(sets: list[Path]) -> Iterator[Path]:
    """The data files that sets name, whether or not all else in them is right."""
    from workbook.assumptions.document import read
    from workbook.faults import InputFaults

    for path in sets:
        try:
            chosen = read(path, str(path))[1].get("data", {})
        except InputFaults:
            continue
        for given in chosen.values() if isinstance(chosen, dict) else ():
            file = given.get("file") if isinstance(given, dict) else given
            if isinstance(file, str):
                yield path.parent / file
