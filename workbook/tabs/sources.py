"""Sources: every input with its value now, at the build and in the memo, its basis and source."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from workbook.assumptions import Day, Input, Number
from workbook.book import (
    Axis,
    Column,
    Entity,
    Gathered,
    Line,
    Lines,
    Margin,
    Stamp,
    Tab,
    Table,
    bounds_of,
    entry_value,
)
from workbook.expr import (
    MIXED,
    Expr,
    above,
    below,
    both,
    content,
    differs,
    either,
    given,
    same,
    total,
    when,
)

WIDTHS = (236, 240, 84, 200, 200, 200, 64, 64, 100, 100, 64, 70, 70, 84, 80, 380, 170)

BLANK = "blank"
NUMBER, OPTIONAL, TEXT = "number", "optional", "text"


class Sources(NamedTuple):
    """Lines that other tabs may use."""

    changed: Line
    outside: Line
    unusable: Line
    tab: Tab


def build(
    inputs: Sequence[Input],
    asked: Collection[str],
    where: Mapping[str, Expr],
    memo: Mapping[str, Stamp],
    removed: int = 0,
) -> Sources:
    """The registry. *where* has each input's cell, *memo* its value in the memo, by id.

    *asked* are the ids of what is no assumption, so that the memo still stands when it differs;
    *removed* inputs of the memo are none of these, and differ from it too.
    """
    axis = Axis("registry", "Input", tuple(Entity(e.name, e.id) for e in inputs))
    units = tuple((e.unit, "") for e in inputs)
    links = tuple(content(where[e.id], BLANK) for e in inputs)
    now = Column("now", "Value now", MIXED, axis, Gathered(links), units=units)
    built = axis.fixed(
        "built",
        "Value at build",
        [_or_blank(e, entry_value(e)) for e in inputs],
        "stamp",
        unit=MIXED,
        units=units,
    )
    original = axis.fixed(
        "memo_value",
        "Memo value",
        [_or_blank(e, memo.get(e.id)) for e in inputs],
        "memo",
        unit=MIXED,
        units=units,
    )
    counts = axis.fixed(
        "counts", "Counts", [0.0 if e.id in asked else 1.0 for e in inputs], "stamp", unit="1"
    )
    changed = axis.formula(
        "changed",
        "Changed",
        "1",
        when(same(now, original), 0, counts),
        how="1 where an assumption is not the memo’s; what is only asked of the model is none",
    )
    lows, highs = zip(*map(bounds_of, inputs), strict=True)
    low = axis.fixed("low", "Lowest", lows, "memo", unit=MIXED, units=units)
    high = axis.fixed("high", "Highest", highs, "memo", unit=MIXED, units=units)
    outside = axis.formula(
        "outside",
        "Outside",
        "1",
        when(
            both(given(now), given(low), given(high)),
            when(either(below(now, low), above(now, high)), 1, 0),
            0,
        ),
        how="1 where a number is outside its range",
    )
    kind = axis.fixed("kind", "Takes", [_kind(e) for e in inputs], "muted")
    blank = same(now, BLANK)
    unusable = axis.formula(
        "unusable",
        "Unusable",
        "1",
        when(
            either(
                given(now),
                both(same(kind, TEXT), differs(now, BLANK)),
                both(same(kind, OPTIONAL), blank),
            ),
            0,
            1,
        ),
        how="1 where a number is needed and there is none, or where text is needed and blank",
    )
    unusable_total = Line("inputs_unusable", "Inputs that cannot be used", "1", total(unusable))
    gone = Line("inputs_removed", "Inputs of the memo removed", "1", constant=float(removed))
    differing = total(changed) + gone if removed else total(changed)
    changed_total = Line("inputs_changed", "Inputs that differ from the memo", "1", differing)
    outside_total = Line("inputs_outside", "Inputs outside their range", "1", total(outside))
    columns = (
        axis.fixed("label", "What it is", [e.label for e in inputs], "note"),
        axis.units(units),
        now,
        built,
        original,
        counts,
        changed,
        low,
        high,
        outside,
        kind,
        unusable,
        axis.fixed("basis", "Basis", [str(e.basis) for e in inputs], "muted"),
        axis.fixed("as_of", "As of", [e.as_of for e in inputs], "memo", unit="date"),
        axis.fixed("source", "Source", [e.source for e in inputs], "note"),
        axis.fixed("memo", "Memo", [e.memo for e in inputs], "note"),
    )
    table = Table(
        "Every input",
        axis,
        columns,
        margin=Margin(
            "Total",
            (
                (changed, changed_total),
                (outside, outside_total),
                (unusable, unusable_total),
            ),
        ),
        note="Basis: published (a document says so), measured (a benchmark), calibrated (fitted to "
        "data), assumed (an estimate).",
    )
    tab = Tab(
        "Sources",
        "Where each number came from: basis, date and source of every input",
        "control",
        (table, Lines("Removed", (gone,))) if removed else (table,),
        widths=WIDTHS,
        freeze_head=True,
    )
    return Sources(changed_total, outside_total, unusable_total, tab)


def _kind(entry: Input) -> str:
    """What may stand in the cell: a number, a number or nothing, or text."""
    if isinstance(entry, Number):
        return OPTIONAL if entry.optional else NUMBER
    return NUMBER if isinstance(entry, Day) else TEXT


def _or_blank(entry: Input, value: Stamp) -> Stamp:
    """The value, or the word for none where the input may be left blank."""
    optional = isinstance(entry, Number) and entry.optional
    return BLANK if optional and value is None else value
