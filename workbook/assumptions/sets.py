"""Sets of assumptions by name: those that go with the project, and those in the user's folders."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.assumptions.load import baseline, load
from workbook.assumptions.presets import PRESETS
from workbook.assumptions.sections import SECTIONS, TABLES, Assumptions
from workbook.assumptions.taken import TAKEN_FILES
from workbook.faults import Fault, InputFaults
from workbook.paths import TEMPLATES


@dataclass(frozen=True, slots=True)
class Described:
    """One set: what it is called, and the ids of the inputs whose value it changes.

    A set with *faults* cannot be used, and has no title.
    """

    name: str
    path: Path
    title: str
    changed: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


def found(given: Path) -> Path:
    """Return the file that *given* names: a path as it is, or the name of a set of the project.

    >>> found(Path("upside")).name, found(Path("mine.toml")).name
    ('upside.toml', 'mine.toml')
    """
    named = TEMPLATES / f"{given}.toml"
    bare = given.suffix == "" and len(given.parts) == 1
    return named if bare and not given.exists() and named.is_file() else given


def described(folders: Iterable[Path] = ()) -> tuple[Described, ...]:
    """Return the sets of the project, then those in *folders*, each folder in order of names."""
    places = dict.fromkeys(folder.resolve() for folder in (TEMPLATES, *folders))
    files = (path for place in places for path in sorted(place.glob("*.toml")))
    first = baseline()
    return tuple(_described(path, first) for path in files if _is_set(path))


def changed(a: Assumptions, first: Assumptions) -> tuple[str, ...]:
    """Return the ids of the inputs of *a* whose value is not that in *first*, or is not there."""
    before = {entry.id: _value(entry) for entry in first.inputs()}
    return tuple(
        entry.id
        for entry in a.inputs()
        if entry.id not in before or before[entry.id] != _value(entry)
    )


def _value(entry: object) -> object:
    return getattr(entry, "value", None)


def _is_set(path: Path) -> bool:
    """Whether a TOML file speaks of inputs; one that cannot be read is none.

    Files of the simulation have sections of the same names, and are no sets.
    """
    if path.parent == TEMPLATES.resolve() and path.stem in (*TAKEN_FILES, *PRESETS.values()):
        return False
    try:
        tree = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return "schema" in tree or any(isinstance(tree.get(n), dict) for n in (*SECTIONS, *TABLES))


def _described(path: Path, first: Assumptions) -> Described:
    own = path.parent == TEMPLATES.resolve()
    name = path.stem if own else str(path)
    files: Sequence[Path] = () if own and path.name == "memo.toml" else (path,)
    try:
        a = load(files)
    except InputFaults as error:
        return Described(name, path, "", (), error.faults)
    return Described(name, path, a.meta.title, changed(a, first))
