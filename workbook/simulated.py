"""The simulation's tables as plain data: the only module that knows the simulation.

Tables of the shipped presets go with the project; those of other presets are kept once computed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.assumptions import (
    PRESETS,
    SERVICE,
    Assumptions,
    Fault,
    InputFaults,
    Number,
    Parameters,
    preset_path,
    taken_path,
)
from workbook.demand_facts import Found, Grid, Origin, Simulated
from workbook.paths import TABLES

if TYPE_CHECKING:
    from simcore.access import Policy
    from simcore.faults import ParameterFaults
    from simcore.preset import Preset
    from simcore.research import Research
    from simcore.tables.table import Recipe, Table

Progress = Callable[[int, int], None]
"""Told how many tables are computed, of how many that have to be; never where none has to."""

KINDS = (
    "ladder",
    "limited",
    "messages",
    "gaps",
    "laws",
    "autoscale",
    "cascade",
    "traces",
    "batch",
)
"""The kinds of table that the workbook shows, in their order."""


class SimulationMissing(Exception):
    """A table has to be computed, and what computes it is not installed."""


def check_files() -> None:
    """Raise InputFaults with every fault of the simulation's files, if there is any."""
    from simcore.faults import ParameterFaults

    faults: list[Fault] = []
    loads: list[Callable[[], object]] = [partial(_loaded, section) for section in PRESETS]
    for load in (*loads, _loaded_policy, _loaded_research):
        try:
            load()
        except ParameterFaults as error:
            faults += _faults_of(error, "")
    if faults:
        raise InputFaults(faults)


def simulate(
    a: Assumptions,
    progress: Progress | None = None,
    *,
    shipped: Path = TABLES,
    kept: Path | None = None,
) -> Found:
    """Return every table for the presets of *a*, found or computed.

    *kept* is where computed tables are kept, in place of the simulation's own folder. Raises
    InputFaults where the numbers do not fit together, and SimulationMissing.
    """
    from simcore.tables.cache import FOLDER, Cache
    from simcore.tables.make import make_tables
    from simcore.tables.recipes import SEED, recipes

    presets = _presets(a)
    wanted = [each for each in recipes(presets, _policy(a), _research(a)) if each.kind in KINDS]
    cache = Cache(kept or FOLDER, shipped)
    found = {recipe.name: cache.found(recipe, SEED) for recipe in wanted}
    missing = [recipe for recipe in wanted if found[recipe.name] is None]
    if missing:
        if progress:
            progress(0, len(missing))
        try:
            made = make_tables(missing, SEED, cache=cache, jobs=_processors(), progress=progress)
        except ModuleNotFoundError as error:
            raise SimulationMissing(_missing(missing, error)) from None
        found |= {each.table.name: each.table for each in made}
    grids = [(r, _grid(table)) for r in wanted if (table := found[r.name])]
    return Found(
        tuple(
            _simulated(section, preset, {r.kind: grid for r, grid in grids if r.preset is preset})
            for section, preset in zip(PRESETS, presets, strict=True)
        ),
        {recipe.kind: grid for recipe, grid in grids if recipe.preset is None},
    )


def _missing(missing: Sequence[Recipe], error: ModuleNotFoundError) -> str:
    names = ", ".join(recipe.name for recipe in missing)
    return (
        f"{names}: no table of these inputs is kept, and {error.name}, which computes it, is not "
        "installed. Install it with: pip install 'compute-allocation[simulation]'; or give the "
        "preset the values that the shipped tables were computed from"
    )


def _processors() -> int:
    return os.cpu_count() or 1


def _loaded(section: str) -> Preset:
    from simcore.faults import Fault as Found
    from simcore.faults import ParameterFaults
    from simcore.presets import load_preset

    preset = load_preset(str(preset_path(section)))
    if preset.name != PRESETS[section]:
        message = f'"{preset.name}", where "{PRESETS[section]}" is needed'
        raise ParameterFaults([Found(preset_path(section).name, "name", message)])
    return preset


def _loaded_policy() -> Policy:
    from simcore.access import load_policy

    return load_policy(str(taken_path("policy")))[1]


def _loaded_research() -> Research:
    from simcore.research import load_batch

    return load_batch(str(taken_path("batch")))[1]


def _policy(a: Assumptions) -> Policy:
    """The policy with the rate limit of the assumptions."""
    return replace(_loaded_policy(), requests_per_minute=_plain(a.pod.rate_limit))


def _research(a: Assumptions) -> Research:
    """The research with the numbers of the assumptions."""
    from simcore.faults import ParameterFaults

    numbers = {
        entry.id.rpartition(".")[2]: _plain(entry)
        for entry in a.research.inputs()
        if isinstance(entry, Number)
    }
    try:
        # the fields are numbers, of the kinds that the names say
        return replace(_loaded_research(), **numbers)  # type: ignore[arg-type]
    except ParameterFaults as error:
        raise InputFaults(_faults_of(error, "research")) from None


def _presets(a: Assumptions) -> list[Preset]:
    """The presets with the numbers of the assumptions, which may differ from their files'."""
    from simcore.faults import ParameterFaults

    faults: list[Fault] = []
    presets = []
    for section in PRESETS:
        try:
            presets.append(_with_numbers(_loaded(section), getattr(a, section)))
        except ParameterFaults as error:
            faults += _faults_of(error, section)
    if faults:
        raise InputFaults(faults)
    return presets


def _with_numbers(preset: Preset, given: Parameters) -> Preset:
    numbers = {
        item.name: _plain(getattr(given, item.name))
        for item in fields(given)
        if isinstance(getattr(given, item.name), Number)
    }
    service = {key: numbers.pop(key) for key in SERVICE}
    return replace(
        preset,
        # the fields are numbers, of the kinds that the names say
        behaviour=replace(preset.behaviour, **numbers),  # type: ignore[arg-type]
        service=replace(preset.service, **service),  # type: ignore[arg-type]
    )


def _plain(entry: Number) -> float | int:
    assert entry.value is not None
    return int(entry.value) if entry.whole else entry.value


def _faults_of(error: ParameterFaults, section: str) -> list[Fault]:
    """The faults as the workbook tells them; those of changed numbers by the inputs' ids."""
    told = []
    for fault in error.faults:
        file, _, line = fault.place.rpartition(":")
        key = f"{section}.{fault.key.rpartition('.')[2]}" if section else fault.key
        if line.isdigit():
            told.append(Fault(file, int(line), key, fault.message))
        else:
            told.append(Fault(fault.place, None, key, fault.message))
    return told


def _simulated(section: str, preset: Preset, tables: dict[str, Grid]) -> Simulated:
    texts = (
        ("Mode", str(preset.behaviour.mode)),
        ("Norm", str(preset.behaviour.norm)),
        ("Service level is a share of", str(preset.service.measure)),
        ("Time zones, from the first", _listed(preset.behaviour.zone_offsets, "{:g} h")),
        ("Weights of the zones", _listed(preset.behaviour.zone_weights, "{:g} of 1")),
        ("Weekdays, Monday first", _listed(preset.behaviour.weekdays, "{:g}")),
    )
    return Simulated(section, preset.name, preset.title, texts, tables)


def _grid(table: Table) -> Grid:
    keys = frozenset(key.rpartition(".")[2] for key in table.inputs if "." in key)
    cells = zip(*table.rows, strict=True)
    columns = {
        column.key: tuple(cell if isinstance(cell, str) else float(cell) for cell in own)
        for column, own in zip(table.columns, cells, strict=True)
    }
    lists = {key: value for key, value in table.inputs.items() if isinstance(value, tuple)}
    return Grid(columns, Origin(table.title, table.digest, table.seed, keys, lists))


def _listed(numbers: Sequence[float], pattern: str) -> str:
    return " · ".join(pattern.format(number) for number in numbers)
