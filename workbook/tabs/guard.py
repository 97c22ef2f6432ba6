"""Guard: whether each simulated table is of the inputs that stand in the workbook now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbook.assumptions import Number
from workbook.assumptions import Parameters as Given
from workbook.book import Axis, Column, Entity, Gathered, Line, Owned, Table
from workbook.demand_facts import Found, Grid, Simulated
from workbook.expr import (
    MIXED,
    At,
    Constant,
    Expr,
    Text,
    joined,
    nth,
    position,
    same,
    shown,
    total,
    when,
)
from workbook.tabs import parameters
from workbook.tabs.constants import Constants
from workbook.tabs.parameters import Keys, OnPod, Watched
from workbook.tabs.pod import Pod

TEXTS_NOTE = (
    "Lists and choices are not changed here: change them in the preset’s own file in templates/, "
    "and build again."
)
FRESH = "● of the inputs that stand here"


class Stale(NamedTuple):
    """What changed of the inputs of a preset's tables, or of a table without one: count, words."""

    key: str
    name: str
    changed: Line
    state: Expr


@dataclass(frozen=True, slots=True)
class Guard:
    """Lines that other tabs may use, and the blocks that show how they come about."""

    presets: Axis
    stale: tuple[Stale, ...]
    state: Line
    blocks: tuple[Table, ...]
    _reads: _Reads

    def state_of(self, tab: str, *kinds: str) -> Line:
        """What a tab says of its own simulated tables, of these kinds, in a line TAB_state.

        Raises KeyError for a kind that the workbook does not have.
        """
        read, rows = self._reads, dict.fromkeys(r for kind in kinds for r in self._reads.of(kind))
        parts = [row for row in rows if not any(read.covers(other, row) for other in rows)]
        changed = _summed([At(read.changed, row) for row in parts])
        words = joined(*(At(read.words, row) for row in parts))
        return Line(
            f"{tab}_state",
            "Simulated tables of this tab",
            "text",
            when(same(changed, 0), FRESH, words),
            show="status",
            how=None,
        )


class _Row(NamedTuple):
    """What one or more tables read: the parameters of a preset, as far as they are *keys*."""

    owner: str
    keys: Keys
    kinds: tuple[str, ...]


class _Reads(NamedTuple):
    """The rows by entity key, with their columns."""

    rows: Mapping[str, _Row]
    changed: Column
    first: Column
    words: Column

    def of(self, kind: str) -> list[str]:
        """The rows of the tables of a kind. Raises KeyError where there is none."""
        found = [key for key, row in self.rows.items() if kind in row.kinds]
        if not found:
            raise KeyError(kind)
        return found

    def covers(self, one: str, other: str) -> bool:
        """Whether one row reads all that the other reads, and more."""
        first, second = self.rows[one], self.rows[other]
        return first.owner == second.owner and first.keys > second.keys


def _summed(parts: Sequence[Expr]) -> Expr:
    first, *rest = parts
    for part in rest:
        first = first + part
    return first


def build(
    found: Found,
    given_now: Mapping[str, Given],
    pod: Pod,
    constants: Constants,
    others: Mapping[str, Watched] | None = None,
) -> Guard:
    """What says that the tables are still those of the parameters.

    *pod* has what tables of pods and of a rate limit were computed with. *others* has the
    parameters of tables without a preset, by kind, where the workbook has any.
    """
    on_pod = _on_pod(pod)
    sets = _sets(found, given_now, on_pod)
    own = parameters.build(found.presets, given_now, sets, on_pod, constants)
    presets, stale, told = _presets(found.presets, own)
    reads, flagged, others_stale = _reads(found, sets, {**own.watched, **(others or {})})
    summary, state = _summary(found, reads, told)
    blocks = (summary, flagged, presets, *own.tables, _texts(found.presets))
    return Guard(presets.axis, (*stale, *others_stale), state, blocks, reads)


def _on_pod(pod: Pod) -> tuple[OnPod, OnPod]:
    limit = pod.rate_limit
    assert isinstance(limit.entry, Number)
    return (
        OnPod(parameters.SLOTS, "pod_slots", "Slots of a pod, on Pod", pod.slots),
        OnPod(
            parameters.RATE_LIMIT,
            "pod_rate_limit",
            "Rate limit of a user, on Inputs",
            limit,
            limit.entry.value,
        ),
    )


def _sets(
    found: Found, given_now: Mapping[str, Given], on_pod: Sequence[OnPod]
) -> dict[Keys, tuple[str, ...]]:
    """The kinds of table that read the same parameters, by those."""
    keys = {key for key, _ in parameters.numbers_of(next(iter(given_now.values())))}
    keys |= {each.key for each in on_pod}
    sets: dict[Keys, tuple[str, ...]] = {}
    for kind, grid in found.presets[0].tables.items():
        read = grid.origin.parameters & keys
        sets[read] = (*sets.get(read, ()), kind)
    return sets


def _presets(
    found: Sequence[Simulated], own: parameters.Parameters
) -> tuple[Table, tuple[Stale, ...], Column]:
    """A row a preset: how many inputs of any of its tables changed, and which first."""
    axis = Axis("presets", "Preset", tuple(Entity(f.key, f.name) for f in found))
    counts, firsts = [], []
    for f in found:
        flags, watched = own.changed[f.key], own.watched[f.key]
        count = Line(f"{f.key}_changed", f"Changed inputs, {f.key}", "1", total(flags), show="flag")
        counts.append(count)
        firsts.append(_first(f"{f.key}_first", f.key, count, watched.names, flags))
    changed = Column("changed", "Changed inputs", "1", axis, Owned(tuple(counts)))
    first = Column("first", "The first of them", "text", axis, Owned(tuple(firsts)))
    words = _words(axis, axis.names, changed, first)
    stale = tuple(
        Stale(f.key, f.name, count, _state(count, At(words, f.key)))
        for f, count in zip(found, counts, strict=True)
    )
    return Table("The presets", axis, (changed, first, words)), stale, words


def _first(key: str, name: str, count: Line, names: Column, flags: Column) -> Line:
    found = nth(names, position(Constant(1), flags))
    return Line(key, f"First changed, {name}", "text", when(same(count, 0), "", found))


def _words(axis: Axis, owner: Column, changed: Column, first: Column) -> Column:
    told = joined("▲ ", owner, ": ", shown(changed, "0", 0), " changed, first: ", first, ". ")
    algebra = when(same(changed, 0), "", told)
    return axis.formula("words", "What to know", "text", algebra, show="status", how=None)


def _state(changed: Line, words: Expr) -> Expr:
    return when(same(changed, 0), FRESH, words)


def _reads(
    found: Found, sets: Mapping[Keys, tuple[str, ...]], watched: Mapping[str, Watched]
) -> tuple[_Reads, Table, tuple[Stale, ...]]:
    """A row for what tables read alike: how many of those inputs changed, and which first."""
    rows = {
        f"{preset.key}_{i}": _Row(preset.key, keys, kinds)
        for preset in found.presets
        for i, (keys, kinds) in enumerate(sets.items(), 1)
    }
    for kind in found.common:
        flags = watched[kind].flags if kind in watched else {}
        rows[kind] = _Row(kind, next(iter(flags), Keys()), (kind,))
    owners = {row.owner: row.owner for row in rows.values()}
    owners |= {owner: each.name for owner, each in watched.items()}
    names = {key: owners[row.owner] for key, row in rows.items()}
    axis = Axis(
        "reads",
        "Kinds of table",
        tuple(Entity(key, parameters.kinds_in_words(row.kinds)) for key, row in rows.items()),
    )
    owner = axis.fixed("preset", "Inputs of", [names[key] for key in rows], "open")
    counts, firsts = [], []
    for key, row in rows.items():
        count, first = _counted(key, names[key], row, watched.get(row.owner))
        counts.append(count)
        firsts.append(first)
    changed = Column("changed", "Changed inputs", "1", axis, Owned(tuple(counts)))
    named = Column("first", "The first of them", "text", axis, Owned(tuple(firsts)))
    words = _words(axis, owner, changed, named)
    table = Table(
        "What the tables read, and what of it changed", axis, (owner, changed, named, words)
    )
    stale = tuple(
        Stale(key, names[key], count, _state(count, At(words, key)))
        for (key, row), count in zip(rows.items(), counts, strict=True)
        if row.owner == key and key in watched
    )
    return _Reads(rows, changed, named, words), table, stale


def _counted(key: str, name: str, row: _Row, watched: Watched | None) -> tuple[Line, Line]:
    """How many of the inputs that a table read changed, and the first; none where none can."""
    count, first = f"{key}_changed_of_table", f"{key}_first"
    label = f"Changed inputs, {name}"
    if watched is None:
        none = Line(count, label, "1", constant=0.0, show="flag", memo="No input of it stands here")
        return none, Line(first, f"First changed, {name}", "text", Text(""))
    flags = watched.flags[row.keys]
    changed = Line(count, label, "1", total(flags), show="flag")
    return changed, _first(first, name, changed, watched.names, flags)


def _summary(found: Found, reads: _Reads, told: Column) -> tuple[Table, Line]:
    """A row for each simulated table: where it is from, how many inputs changed, which first."""
    grids: list[tuple[str, str, Grid]] = [
        (f"{kind}_{preset.key}", row, grid)
        for preset in found.presets
        for kind, grid in preset.tables.items()
        for row in reads.of(kind)
        if reads.rows[row].owner == preset.key
    ]
    grids += [(kind, kind, grid) for kind, grid in found.common.items()]
    axis = Axis(
        "simulated",
        "Simulated table",
        tuple(Entity(key, grid.origin.title) for key, _, grid in grids),
    )
    seeds = [float(grid.origin.seed) for *_, grid in grids]
    changed = Column(
        "changed",
        "Changed inputs",
        "1",
        axis,
        Gathered(tuple(At(reads.changed, row) for _, row, _ in grids)),
    )
    columns = (
        axis.fixed(
            "seed", "Seed", seeds, "stamp", unit=MIXED, units=(("1", "plain"),) * len(grids)
        ),
        axis.fixed("digest", "Digest", [g.origin.digest[:12] for *_, g in grids], "open"),
        changed,
        Column(
            "first",
            "The first of them",
            "text",
            axis,
            Gathered(tuple(At(reads.first, row) for _, row, _ in grids)),
        ),
    )
    words = joined(
        *(At(told, preset.key) for preset in found.presets),
        *(At(reads.words, kind) for kind in found.common),
    )
    state = Line(
        "simulated_state",
        "All simulated tables",
        "text",
        when(same(total(changed), 0), FRESH, words),
        show="status",
        how=None,
    )
    return Table("Simulated tables, and whether they are of these inputs", axis, columns), state


def _texts(found: Sequence[Simulated]) -> Table:
    names = [name for name, _ in found[0].texts]
    axis = Axis(
        "fixed_parameters",
        "Parameter",
        tuple(Entity(f"fixed_{i}", name) for i, name in enumerate(names, 1)),
    )
    columns = tuple(axis.fixed(f.key, f.name, [text for _, text in f.texts], "open") for f in found)
    return Table("Parameters that are no single number", axis, columns, note=TEXTS_NOTE)
