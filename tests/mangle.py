"""Mutated files: each one ends in a result or in a clear message, and nothing is half written.

Run by hand for long: python tests/mangle.py KIND COUNT [SEED [FIRST]], with KIND toml, csv or xlsx.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from edits import SET, built_at
from mutants import BOOKS, mutated, package

from workbook.assumptions import Assumptions, load
from workbook.audit.facts import SheetFacts
from workbook.audit.reader import _Reader
from workbook.build import lay
from workbook.data import FORMS, read
from workbook.faults import InputFaults
from workbook.paths import TEMPLATES
from workbook.roundtrip import checking, expected, importing
from workbook.roundtrip.findings import Findings
from workbook.roundtrip.importing import Request, import_edited

PATIENCE = 300
"""Seconds of the processor after which one file counts as a hang.

A workbook that says it was built with another preset has its tables computed once: two minutes.
"""

WEIGHTS = (1, 2, 4, 25)
"""How often the whole workbook is mutated, and each smaller one."""

SHEETS = 300
"""Sheets that are kept as read."""

OURS = '\n[data.requests]\nfile = "ours.csv"\nas_of = 2026-02-20\nsource = "Our form"\n'
"""What the set of mutated workbooks says as well: rows of its own, which an import rewrites."""


def toml(folder: Path, random: Random) -> str:
    """A mutated set of assumptions, loaded."""
    source = random.choice((SET, (TEMPLATES / "upside.toml").read_text()))
    path = folder / "set.toml"
    path.write_bytes(mutated(source.encode(), random))
    try:
        load([path])
    except InputFaults as faults:
        return "refused" if str(faults) else "silent"
    return "accepted"


def csv(folder: Path, random: Random) -> str:
    """A mutated data file, read."""
    form = random.choice(list(FORMS.values()))
    path = folder / "data.csv"
    source = TEMPLATES / f"{'prices' if form.key == 'chip_prices' else form.key}.csv"
    path.write_bytes(mutated(source.read_bytes(), random))
    try:
        read(form, path)
    except InputFaults as faults:
        return "refused" if str(faults) else "silent"
    return "accepted"


def xlsx(folder: Path, random: Random) -> str:
    """A mutated workbook, imported: what is refused leaves the files as they were.

    What is written loads, and says no more than was told; the next import has nothing to do.
    """
    into, ours, path = folder / "set.toml", folder / "ours.csv", folder / "mutated.xlsx"
    before = {into: (SET + OURS).encode(), ours: (TEMPLATES / "requests.csv").read_bytes()}
    for file in folder.glob("set-*"):
        file.unlink()
    for file, content in before.items():
        file.write_bytes(content)
    books = _books(folder, into)
    path.write_bytes(package(random.choices(books, WEIGHTS)[0].read_bytes(), random))
    request = Request(
        path,
        into,
        take=random.choice((None, "theirs", "ours")),
        dry_run=random.random() < 1 / 8,
        ignore_extra=random.random() < 3 / 4,
    )
    found = import_edited(request)
    extras = found.extras and not request.ignore_extra
    held_back = bool(found.errors or found.conflicts or extras)
    changed = {file for file, content in before.items() if file.read_bytes() != content}
    more = {file for file in folder.iterdir() if file not in books} - {into, ours, path}
    changed |= more
    if (held_back or request.dry_run) and (changed or found.written):
        return "half written"
    if changed != {Path(name) for name in found.written}:
        return "written without a word"
    rests = not found.written or _at_rest(replace(request, dry_run=False))
    if not rests:
        return "not at rest"
    return _outcome(found, held_back=held_back)


def _outcome(found: Findings, *, held_back: bool) -> str:
    if held_back:
        told = [*found.errors, *found.extras, *found.conflicts]
        return "refused" if all(map(str, told)) else "silent"
    return "written" if found.written else "accepted"


def _at_rest(request: Request) -> bool:
    """Whether a second import of the same workbook has nothing to do."""
    again = import_edited(request)
    return not (again.changed or again.conflicts or again.errors or again.written)


def _books(folder: Path, into: Path) -> list[Path]:
    """The workbooks to mutate: the whole one, and smaller ones made of it."""
    whole = folder / "whole.xlsx"
    if not whole.exists():
        built_at(whole, load([into]))
        for name, smaller in BOOKS.items():
            (folder / name).write_bytes(smaller(whole.read_bytes()))
    return [whole, *(folder / name for name in BOOKS)]


@contextmanager
def remembering() -> Iterator[None]:
    """What an import loads and lays out again and again is kept: it is the same for the same."""
    laid: dict[str, Any] = {}

    def lay_once(a: Assumptions, *more: Any) -> Any:
        if a.digest not in laid:
            laid[a.digest] = lay(a, *more)
        return laid[a.digest]

    @lru_cache(maxsize=64)
    def loaded(sets: Any, settings: Any, data: Any, unsaved: Any, _content: Any) -> Assumptions:
        return load(sets, settings, data, dict(unsaved))

    def load_once(
        sets: Any = (), settings: Any = (), data: Any = (), unsaved: Any = None
    ) -> Assumptions:
        files = [*(unsaved or {}), *sets, *(Path(each.partition("=")[2]) for each in data)]
        beside = [each for path in sets for each in sorted(path.parent.glob("*.csv"))]
        known = [p.read_bytes() for p in (*files, *beside) if p.is_file()]
        texts = tuple((unsaved or {}).items())
        return loaded(tuple(sets), tuple(settings), tuple(data), texts, tuple(known))

    read_whole, sheets = _Reader._sheet_part, dict[tuple[object, ...], SheetFacts]()

    def read_once(
        self: _Reader, part: str, name: str, state: Any, strings: Any, dressed: Any
    ) -> SheetFacts:
        file = self._file
        if "styles" not in self._parts or any(file.links(part)):
            return read_whole(self, part, name, state, strings, dressed)
        key = (name, state, file.read(part), strings, file.read(self._parts["styles"]))
        if key not in sheets:
            sheets[key] = read_whole(self, part, name, state, strings, dressed)
            if len(sheets) > SHEETS:
                del sheets[next(iter(sheets))]
        return sheets[key]

    with (
        mock.patch.object(_Reader, "_sheet_part", read_once),
        mock.patch.object(expected, "lay", lay_once),
        mock.patch.object(importing, "load", load_once),
        mock.patch.object(checking, "load", load_once),
    ):
        yield


KINDS: dict[str, Callable[[Path, Random], str]] = {"toml": toml, "csv": csv, "xlsx": xlsx}
GOOD = ("accepted", "refused", "written")


def mangle(
    kind: str, count: int, seed: int, first: int = 0, *, tell: bool = False
) -> tuple[Counter[str], list[str]]:
    """The outcomes of *count* files from the *first* on, and what went wrong with which.

    With *tell*, says on the way how far it is.
    """
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    signal.signal(signal.SIGPROF, _hang)
    with TemporaryDirectory() as name, remembering():
        for at in range(first, first + count):
            signal.setitimer(signal.ITIMER_PROF, PATIENCE)
            try:
                outcome = KINDS[kind](Path(name), Random(f"{kind} {seed} {at}"))  # noqa: S311
            except Exception as error:  # noqa: BLE001  whatever comes is what is looked for
                outcome = "error"
                wrong.append(f"{kind} {seed} {at}: {type(error).__name__}: {error}")
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            outcomes[outcome] += 1
            if outcome not in (*GOOD, "error"):
                wrong.append(f"{kind} {seed} {at}: {outcome}")
            if tell and (at + 1) % 50 == 0:
                sys.stderr.write(f"{at + 1}: {dict(outcomes)} {wrong}\n")
    return outcomes, wrong


def _hang(*_: object) -> None:
    raise TimeoutError("hangs")


if __name__ == "__main__":
    chosen, number, *rest = sys.argv[1:]
    results, failures = mangle(chosen, int(number), *map(int, rest or ["1"]), tell=True)
    sys.stdout.write(f"{chosen}: {dict(results)}\n" + "".join(f"  {line}\n" for line in failures))
    sys.exit(bool(failures))
