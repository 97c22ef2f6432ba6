"""Guard: the inputs that each simulated table was computed from, at the build and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from workbook.assumptions import Number, Parameters
from workbook.book import Axis, Column, Entity, Gathered, Line, Lines, Owned, Table, entered
from workbook.demand_facts import Simulated
from workbook.expr import (
    MIXED,
    At,
    Constant,
    at_most,
    given,
    highest,
    joined,
    magnitude,
    nth,
    position,
    same,
    shown,
    total,
    when,
)
from workbook.tabs.constants import Constants

NOTE = (
    "Change cream cells to try something else: the tables below are then of other inputs, the "
    "checks fail, and a build with the same values (workbook build --set id=value) computes them."
)
TEXTS_NOTE = (
    "Lists and choices are not changed here: change them in the preset’s own file in templates/, "
    "and build again."
)


@dataclass(frozen=True, slots=True)
class Guard:
    """Lines that other blocks may use, and the blocks themselves."""

    presets: Axis
    messages: Column
    changed: dict[str, Line]
    state: Line
    at_top: Lines
    blocks: tuple[Table, ...]


def build(
    found: Sequence[Simulated], given_now: dict[str, Parameters], constants: Constants
) -> Guard:
    """The parameters of each preset, and what says that they are still those of its tables."""
    entries = {key: _numbers(parameters) for key, parameters in given_now.items()}
    first = next(iter(entries.values()))
    axis = Axis("parameters", "Parameter", tuple(Entity(key, _label(e)) for key, e in first))
    units = tuple((entry.unit, "") for _, entry in first)
    read = axis.fixed(
        "read",
        "Read by the ladder",
        [1.0 if all(key in f.origin.parameters for f in found) else 0.0 for key, _ in first],
        "stamp",
        unit="1",
    )
    columns: list[Column] = [read, axis.units(units)]
    flags: dict[str, Column] = {}
    lines: dict[str, tuple[Line, ...]] = {}
    for preset in found:
        lines[preset.key] = tuple(entered(entry) for _, entry in entries[preset.key])
        now = Column(
            preset.key, f"{preset.name} now", MIXED, axis, Owned(lines[preset.key]), units=units
        )
        built = axis.fixed(
            f"{preset.key}_built",
            f"{preset.name} at build",
            [entry.value for _, entry in entries[preset.key]],
            "stamp",
            unit=MIXED,
            units=units,
        )
        slack = constants.tolerance * highest(1, magnitude(built))
        flags[preset.key] = axis.formula(
            f"{preset.key}_changed",
            f"{preset.name} changed",
            "1",
            when(given(now), when(at_most(magnitude(now - built), slack), 0, read), read),
            how="1 where the table was computed from another value",
            show="flag",
        )
        columns += [now, built, flags[preset.key]]
    parameters = Table(
        "Parameters of the presets, at the build and now", axis, tuple(columns), note=NOTE
    )
    summary, changed, state = _summary(found, lines, flags, axis)
    texts = _texts(found)
    at_top = Lines("State of the simulated tables", (state,))
    presets = summary.axis
    messages = next(column for column in summary.columns if column.key == "messages")
    return Guard(presets, messages, changed, state, at_top, (summary, parameters, texts))


def _numbers(parameters: Parameters) -> list[tuple[str, Number]]:
    found = [(item.name, getattr(parameters, item.name)) for item in fields(parameters)]
    return [(key, entry) for key, entry in found if isinstance(entry, Number)]


def _label(entry: Number) -> str:
    """What it is; the label of the input has the preset after a comma."""
    return entry.label.rpartition(", ")[0]


def _summary(
    found: Sequence[Simulated],
    lines: dict[str, tuple[Line, ...]],
    flags: dict[str, Column],
    parameters: Axis,
) -> tuple[Table, dict[str, Line], Line]:
    """A row a preset: where its table is from, how many inputs changed, and which first."""
    axis = Axis("presets", "Preset", tuple(Entity(f.key, f.name) for f in found))
    counts = {
        key: Line(f"{key}_changed", f"Changed inputs, {key}", "1", total(column), show="flag")
        for key, column in flags.items()
    }
    firsts = tuple(
        Line(
            f"{key}_first",
            f"First changed, {key}",
            "text",
            when(same(counts[key], 0), "", nth(parameters.names, position(Constant(1), column))),
        )
        for key, column in flags.items()
    )
    changed = Column("changed", "Changed inputs", "1", axis, Owned(tuple(counts.values())))
    first = Column("first", "The first of them", "text", axis, Owned(firsts))
    words = joined("▲ ", axis.names, ": ", shown(changed, "0", 0), " changed, first: ", first, ". ")
    state = axis.formula(
        "state",
        "What to know",
        "text",
        when(same(changed, 0), "", words),
        show="status",
        how=None,
    )
    messages = Column(
        "messages",
        "Messages a day",
        "req/(user·day)",
        axis,
        Gathered(
            tuple(next(n for n in own if "messages_per_day" in n.key) for own in lines.values())
        ),
    )
    table = Table(
        "Simulated tables, and whether they are of these inputs",
        axis,
        (
            axis.fixed(
                "seed",
                "Seed",
                [float(f.origin.seed) for f in found],
                "stamp",
                unit=MIXED,
                units=(("1", "plain"),) * len(found),
            ),
            axis.fixed("digest", "Digest", [f.origin.digest[:12] for f in found], "open"),
            messages,
            changed,
            first,
            state,
        ),
    )
    parts = [At(state, f.key) for f in found]
    stale = Line(
        "demand_state",
        "Simulated tables",
        "text",
        when(same(total(changed), 0), "● of the inputs that stand here", joined(*parts)),
        show="status",
        how=None,
    )
    return table, counts, stale


def _texts(found: Sequence[Simulated]) -> Table:
    names = [name for name, _ in found[0].texts]
    axis = Axis(
        "fixed_parameters",
        "Parameter",
        tuple(Entity(f"fixed_{i}", name) for i, name in enumerate(names, 1)),
    )
    columns = tuple(axis.fixed(f.key, f.name, [text for _, text in f.texts], "open") for f in found)
    return Table("Parameters that are no single number", axis, columns, note=TEXTS_NOTE)
