"""Parameters: the numbers of each preset, at the build and now, and which of them changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import NamedTuple

from workbook.assumptions import Number
from workbook.assumptions import Parameters as Given
from workbook.book import Axis, Column, Entity, Line, Owned, Table, Units, entered
from workbook.demand_facts import Simulated
from workbook.expr import MIXED, at_most, given, highest, magnitude, when
from workbook.tabs.constants import Constants

NOTE = (
    "Change cream cells to try something else: the tables are then of other inputs, the checks "
    "fail, and a build with the same values (workbook build --set id=value) computes them."
)
SLOTS, RATE_LIMIT = "slots", "requests_per_minute"
"""What tables read and Pod has now: the slots of a pod, and a rate limit that is no preset's."""

KIND_WORDS = {
    "limited": "rate limit",
    "autoscale": "scaling",
    "cascade": "cascades",
    "traces": "sample weeks",
    "batch": "experiments",
}
"""What a kind of simulated table is called, where its own name does not say it."""

Keys = frozenset[str]


def kinds_in_words(kinds: Sequence[str]) -> str:
    """The kinds of table by their names, such as “scaling, cascades”."""
    return ", ".join(KIND_WORDS.get(kind, kind) for kind in kinds)


class OnPod(NamedTuple):
    """A figure of Pod that tables were computed with, under the *key* that they read.

    *built* is its value at the build; None where the preset has that.
    """

    key: str
    row: str
    label: str
    line: Line
    built: float | None = None


class Watched(NamedTuple):
    """Parameters that stand in the workbook, and what of them changed since the build.

    *flags* has, for the keys that a table read, a column of 1 where one of those changed.
    """

    name: str
    names: Column
    flags: Mapping[Keys, Column]


class Parameters(NamedTuple):
    """The parameters of all presets, side by side.

    *changed* has the flags of what any table read, by preset.
    """

    watched: Mapping[str, Watched]
    changed: Mapping[str, Column]
    tables: tuple[Table, Table]


class _Rows(NamedTuple):
    """The axis of the parameters, the key and unit of each, and what each set of tables read."""

    axis: Axis
    keys: tuple[str, ...]
    units: Units
    read: Column
    reads: Mapping[Keys, Column]

    def now(self, preset: Simulated, lines: Sequence[Line]) -> Column:
        """The cells that may be changed, and the slots that Pod works out."""
        label, owned = f"{preset.name} now", Owned(tuple(lines))
        return Column(preset.key, label, MIXED, self.axis, owned, units=self.units)

    def built(self, preset: Simulated, values: Sequence[float | None]) -> Column:
        """The values that the tables were computed from."""
        key, label = f"{preset.key}_built", f"{preset.name} at build"
        return self.axis.fixed(key, label, values, "stamp", unit=MIXED, units=self.units)

    def changed(self, preset: Simulated, now: Column, built: Column, slack: Line) -> Column:
        """1 where a parameter that any table read is not what it was."""
        near = at_most(magnitude(now - built), slack * highest(1, magnitude(built)))
        return self.axis.formula(
            f"{preset.key}_changed",
            f"{preset.name} changed",
            "1",
            when(given(now), when(near, 0, self.read), self.read),
            how="1 where a table was computed from another value",
            show="flag",
        )

    def flags(self, preset: Simulated, changed: Column) -> dict[Keys, Column]:
        """1 where a parameter changed that tables of one set read."""
        return {
            keys: self.axis.formula(
                f"{preset.key}_{i}",
                f"{preset.name}: {read.label.lower()}, changed",
                "1",
                read * changed,
                how=None,
                show="flag",
            )
            for i, (keys, read) in enumerate(self.reads.items(), 1)
        }


def build(
    found: Sequence[Simulated],
    given_now: Mapping[str, Given],
    sets: Mapping[Keys, Sequence[str]],
    on_pod: Sequence[OnPod],
    constants: Constants,
) -> Parameters:
    """The parameters of each preset; *sets* has the kinds of table by the parameters they read."""
    rows = _rows(next(iter(given_now.values())), sets, on_pod)
    watched, all_changed = {}, {}
    columns: list[Column] = []
    for preset in found:
        entries = dict(numbers_of(given_now[preset.key]))
        lines = [entered(entry) for entry in entries.values()]
        drawn = [
            Line(f"{preset.key}_{each.row}", each.line.label, each.line.unit, each.line)
            for each in on_pod
        ]
        now = rows.now(preset, [*lines, *drawn])
        values = {key: entry.value for key, entry in entries.items()}
        values |= {each.key: each.built for each in on_pod if each.built is not None}
        built = rows.built(preset, [values[key] for key in rows.keys])
        changed = rows.changed(preset, now, built, constants.tolerance)
        columns += [now, built, changed]
        watched[preset.key] = Watched(preset.name, rows.axis.names, rows.flags(preset, changed))
        all_changed[preset.key] = changed
    flags = [column for each in watched.values() for column in each.flags.values()]
    tables = (
        Table(
            "Parameters of the presets, at the build and now",
            rows.axis,
            (rows.read, rows.axis.units(rows.units), *columns),
            note=NOTE,
        ),
        Table(
            "Parameters that the tables read, and which of those changed",
            rows.axis,
            (*rows.reads.values(), *flags),
        ),
    )
    return Parameters(watched, all_changed, tables)


def numbers_of(parameters: Given) -> list[tuple[str, Number]]:
    """The numbers of a preset by key, in order."""
    found = [(item.name, getattr(parameters, item.name)) for item in fields(parameters)]
    return [(key, entry) for key, entry in found if isinstance(entry, Number)]


def _rows(first: Given, sets: Mapping[Keys, Sequence[str]], on_pod: Sequence[OnPod]) -> _Rows:
    """A row for each number of a preset, and last those of Pod."""
    entries = numbers_of(first)
    entities = [Entity(key, _label(entry)) for key, entry in entries]
    entities += [Entity(each.row, each.label) for each in on_pod]
    axis = Axis("parameters", "Parameter", tuple(entities))
    units = (
        *((entry.unit, "") for _, entry in entries),
        *((each.line.unit, "") for each in on_pod),
    )
    keys = (*(key for key, _ in entries), *(each.key for each in on_pod))

    def ones(column: str, label: str, read: Keys) -> Column:
        values = [1.0 if key in read else 0.0 for key in keys]
        return axis.fixed(column, label, values, "stamp", unit="1")

    reads = {
        read: ones(f"read_{i}", f"Read by {kinds_in_words(kinds)}", read)
        for i, (read, kinds) in enumerate(sets.items(), 1)
    }
    return _Rows(axis, keys, units, ones("read", "Read by a table", Keys().union(*sets)), reads)


def _label(entry: Number) -> str:
    """What it is; the label of the input has the preset after a comma."""
    return entry.label.rpartition(", ")[0]
