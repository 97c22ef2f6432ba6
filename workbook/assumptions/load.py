"""Load the assumptions: the baseline, then overlays, then settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.assumptions import settings as single
from workbook.assumptions.build import Builder
from workbook.assumptions.choosing import Chooser, choose
from workbook.assumptions.document import read
from workbook.assumptions.entries import Reader
from workbook.assumptions.migrations import migrate
from workbook.assumptions.presets import PRESETS, read_preset
from workbook.assumptions.rules import broken
from workbook.assumptions.sections import SECTIONS, TABLES, Assumptions
from workbook.assumptions.store import Given, Store
from workbook.assumptions.taken import TAKEN_FILES, read_taken
from workbook.faults import Fault, InputFaults
from workbook.paths import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from workbook.assumptions.document import Document
    from workbook.assumptions.inputs import Input

_BASELINE = TEMPLATES / "memo.toml"


def baseline() -> Assumptions:
    """Return the assumptions of the memo."""
    return load()


def load_beside_baseline(
    files: Sequence[Path] = (), settings: Sequence[str] = (), data: Sequence[str] = ()
) -> tuple[Assumptions, Assumptions]:
    """Return what *load* does, and the memo's assumptions: the same where nothing is given."""
    loaded = load(files, settings, data)
    return loaded, baseline() if files or settings or data else loaded


def load(
    files: Sequence[Path] = (),
    settings: Sequence[str] = (),
    data: Sequence[str] = (),
    unsaved: Mapping[Path, str] | None = None,
) -> Assumptions:
    """Return the memo's assumptions with *files* over them, in order, and *settings* over all.

    A file is TOML of the same shape as ``memo.toml`` and says only what differs. A setting is
    ``id=value``, such as ``training.mfu=45%``; *data* chooses files of data, such as
    ``requests=mine.csv``. *unsaved* has the texts of files that are not on disk yet, or not as
    they are to be. Raises InputFaults with every fault found.
    """
    return load_over(_BASELINE, files, settings, data, unsaved)


def load_over(
    base: Path,
    files: Sequence[Path],
    settings: Sequence[str],
    data: Sequence[str] = (),
    unsaved: Mapping[Path, str] | None = None,
) -> Assumptions:
    """Return what *load* does, with *base* as the complete file that the others stand on."""
    texts = unsaved or {}
    store = Store()
    first = _read(base, base.name, 0, store)
    faults = list(first[1])
    for section in PRESETS:
        read_preset(section, store)
    for name in TAKEN_FILES:
        read_taken(name, store)
    for layer, path in enumerate(files, start=1):
        faults += _overlay(path, layer, store, texts.get(path))
    faults += single.apply(settings, len(files) + 1, store)
    faults += choose(data, len(files) + 1, store)
    assumptions = _built(store, first[0], faults)
    if assumptions is None:
        beside = [*PRESETS.values(), *TAKEN_FILES]
        files_in_order = [base.name, *(f"{name}.toml" for name in beside)]
        files_in_order += [*(str(path) for path in files), single.ORIGIN.name]
        # files of data come last, in the order read
        files_in_order += [each.file for each in faults if each.file not in files_in_order]
        faults.sort(key=lambda fault: (files_in_order.index(fault.file), fault.line or 0))
        raise InputFaults(faults)
    return assumptions


def _read(
    path: Path, name: str, layer: int, store: Store, unsaved: str | None = None
) -> tuple[Document, list[Fault]]:
    document, tree = read(path, name, unsaved)
    migrate(tree)
    reader = Reader(document, layer, store)
    reader.read(tree)
    return document, reader.faults


def _overlay(path: Path, layer: int, store: Store, unsaved: str | None) -> list[Fault]:
    try:
        return _read(path, str(path), layer, store, unsaved)[1]
    except InputFaults as unreadable:
        return list(unreadable.faults)


def _built(store: Store, base: Document, faults: list[Fault]) -> Assumptions | None:
    """Return the assumptions, or None with the reasons in *faults*."""
    builder = Builder(store, base, faults)
    parts: dict[str, Any] = {"meta": builder.meta()}
    parts |= {name: builder.section(name) for name in SECTIONS}
    parts |= {name: builder.table(name) for name in TABLES}
    sound = {name: part for name, part in parts.items() if part is not None}
    for inputs, message in broken(sound):
        input_id, origin = _latest(store, inputs)
        faults.append(origin.fault(input_id, message))
    data = Chooser(store, base, sound, faults).data()
    return None if faults or data is None else Assumptions(**sound, data=data)


def _latest(store: Store, inputs: Iterable[Input]) -> tuple[str, Given]:
    """Return the id of the input that was given last, and where that was."""
    origins = {each.id: store.history(tuple(each.id.split(".")), "value")[-1] for each in inputs}
    return max(origins.items(), key=lambda item: item[1].layer)
