"""Inputs: every single assumption, its memo value, its range, and whether it was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbook.book import (
    Axis,
    Column,
    Entity,
    Line,
    Lines,
    Owned,
    Stamp,
    Tab,
    Table,
    bounds_of,
)
from workbook.expr import MIXED, same, when
from workbook.tabs.constants import Constants
from workbook.tabs.switches import Switch

WIDTHS = (250, 84, 200, 176, 84, 84, 84, 350, 210)


def build(
    groups: Sequence[tuple[str, Sequence[Line]]],
    switches: Sequence[Switch],
    constants: Constants,
    memo: Mapping[str, Stamp],
) -> Tab:
    """The tab: inputs in groups, definitions, and the options of the switches.

    *memo* has the value of each input in the memo, by id.
    """
    tables = [_group(title, lines, memo) for title, lines in groups]
    definitions = Lines("Definitions", constants.lines)
    positions = Lines(
        "Options chosen",
        tuple(s.position for s in switches),
        note="Readings of the memo that can be argued are switches above; these are their options.",
    )
    options = [Table(f"Options: {s.options.label}", s.options, ()) for s in switches]
    return Tab(
        "Inputs",
        "Every single assumption, once. Change cream cells only; tables of inputs have their tabs",
        "assume",
        (*tables, definitions, positions, *options),
        widths=WIDTHS,
        how_column=8,
        freeze_head=True,
    )


def _group(title: str, lines: Sequence[Line], memo: Mapping[str, Stamp]) -> Table:
    entries = [line.entry for line in lines if line.entry is not None]
    axis = Axis(
        f"inputs_{title.lower().replace(' ', '_')}",
        "Assumption",
        tuple(Entity(e.name, e.label) for e in entries),
    )
    shows = tuple(line.show for line in lines)
    value = Column("value", "Value", MIXED, axis, Owned(tuple(lines)))
    units = tuple((e.unit, show) for e, show in zip(entries, shows, strict=True))
    original = axis.fixed(
        "memo_value",
        "Memo value",
        [memo.get(e.id) for e in entries],
        "memo",
        unit=MIXED,
        units=units,
    )
    status = axis.formula(
        "status",
        "Status",
        "text",
        when(same(value, original), "", "● changed"),
        show="notice",
        how=None,
    )
    lows, highs = zip(*map(bounds_of, entries), strict=True)
    columns = (
        axis.units(units),
        value,
        original,
        axis.fixed("low", "Lowest", lows, "memo", unit=MIXED, units=units),
        axis.fixed("high", "Highest", highs, "memo", unit=MIXED, units=units),
        status,
        axis.fixed("note", "How it is used", [e.note for e in entries], "note"),
        axis.fixed("id", "Id", [e.id for e in entries], "open"),
    )
    return Table(title, axis, columns)
