"""A comparison of sets as a workbook: figures of their own books, changes as formulas."""

from __future__ import annotations

from collections.abc import Sequence

from workbook import theme
from workbook.book import (
    Axis,
    Band,
    Book,
    Column,
    Contents,
    Entity,
    Prose,
    Stamp,
    Tab,
    Table,
    Units,
)
from workbook.compare import Comparison, Side
from workbook.expr import MIXED, Expr, Text, both, given, same, when
from workbook.filled import filled
from workbook.layout import lay_out

NOTHING = Text("–", stands_in=True)


def as_workbook(found: Comparison) -> bytes:
    """The comparison as an xlsx: the same comparison gives the same bytes."""
    as_of = f"Inputs as of {found.as_of.date().isoformat()}"
    band = Band(Text("Sets of assumptions compared"), Text(""), Text(as_of), Text(""))
    groups = {"start": "Start here", "decide": "Decisions"}
    book = Book("Sets of assumptions compared", (_cover(found), _tab(found)), band, groups, {})
    return filled(lay_out(book, theme.load()), found.as_of).data


def _cover(found: Comparison) -> Tab:
    sets = tuple(
        (s.name, f"{s.title}: {s.inputs_changed} inputs differ from the memo") for s in found.sides
    )
    purpose = "The outputs of sets of assumptions side by side, each from its own workbook"
    blocks = (Contents("Tabs"), Prose("Sets", sets))
    return Tab("Cover", purpose, "start", blocks, grid="cover")


def _tab(found: Comparison) -> Tab:
    axis = Axis("outputs", "Output", tuple(Entity(o.id, o.label) for o in found.outputs))
    units = tuple((o.unit, o.show) for o in found.outputs)
    values = [_stamped(axis, i, s, units) for i, s in enumerate(found.sides, 1)]
    table = Table("Outputs", axis, (axis.units(units), *values, *_changes(found, values)))
    return Tab(
        "Comparison",
        "Figures of each set's own workbook, not live",
        "decide",
        (table,),
        widths=(300, 110, *(130,) * (2 * len(found.sides) - 1)),
        how_column=3,
        freeze_head=True,
    )


def _stamped(axis: Axis, place: int, side: Side, units: Units) -> Column:
    figures: list[Stamp] = [side.figures[entity.key] for entity in axis.entities]
    return axis.fixed(f"set_{place}", side.name, figures, "stamp", unit=MIXED, units=units)


def _changes(found: Comparison, values: Sequence[Column]) -> list[Column]:
    first = values[0]
    return [
        first.axis.formula(
            f"change_{i}",
            f"{side.name} against {found.sides[0].name}",
            "share",
            _change(first, value),
            how=None,
        )
        for i, (side, value) in enumerate(zip(found.sides[1:], values[1:], strict=True), 1)
    ]


def _change(first: Column, value: Column) -> Expr:
    numbers = both(given(first), given(value))
    return when(numbers, when(same(first, 0), NOTHING, value / first - 1), NOTHING)
