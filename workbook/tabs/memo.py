"""Memo: every printed number of memo 004 against the workbook, and what its readings are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbook.book import Axis, Column, Entity, Gathered, Line, Lines, Tab, Table
from workbook.expr import (
    MIXED,
    Expr,
    Leaf,
    at_least,
    below,
    both,
    counted,
    joined,
    leaf_of,
    magnitude,
    same,
    shown,
    total,
    when,
)
from workbook.memo_facts import Printed, Reading
from workbook.tabs.constants import Constants

WIDTHS = (280, 130, 104, 140, 100, 140, 140, 84, 84, 150, 200)
ValueAtMemo = Callable[[str, Mapping[str, float | str]], float]


@dataclass(frozen=True, slots=True)
class Memo:
    """Lines that other tabs may use."""

    untied: Line
    untied_live: Line
    unmoved: Line
    tab: Tab


def build(
    printed: Sequence[Printed],
    readings: Sequence[Reading],
    where: Mapping[str, Expr],
    at_memo: ValueAtMemo,
    changed: Line,
    constants: Constants,
) -> Memo:
    """The tab: *where* has each figure by id, *at_memo* gives its value at the memo's inputs."""
    table, tied, tied_live = _numbers(printed, where, at_memo, changed, constants)
    count = Line("memo_numbers", "Printed numbers", "1", counted(tied))
    tying = Line("memo_tied", "Those that tie at the memo’s inputs", "1", total(tied))
    untied = Line(
        "memo_untied",
        "Printed numbers that do not tie at the memo’s inputs",
        "1",
        count - tying,
        show="flag",
    )
    untied_live = Line(
        "memo_untied_live",
        "Printed numbers that the live values do not reproduce",
        "1",
        count - total(tied_live),
        show="flag",
    )
    unmoved = Line(
        "memo_unmoved",
        "Every input is the memo’s",
        "1",
        when(same(changed, 0), 1, 0),
        show="flag",
        how="1 where no input differs from the memo, 0 where one does",
    )
    state = Line(
        "memo_state",
        "In words",
        "text",
        joined(
            shown(tying, "0", 0),
            " of ",
            shown(count, "0", 0),
            " printed numbers tie at the memo’s inputs",
        ),
    )
    tab = Tab(
        "Memo",
        "The memo's printed figures, to the last digit, beside the live ones",
        "control",
        (
            table,
            _readings(readings, where, at_memo),
            Lines("Summary", (count, tying, untied, untied_live, unmoved, state)),
        ),
        widths=WIDTHS,
        how_column=0,
    )
    return Memo(untied, untied_live, unmoved, tab)


def _numbers(
    printed: Sequence[Printed],
    where: Mapping[str, Expr],
    at_memo: ValueAtMemo,
    changed: Line,
    constants: Constants,
) -> tuple[Table, Column, Column]:
    axis = Axis(
        "memo", "Number", tuple(Entity(f"number_{i}", p.item) for i, p in enumerate(printed, 1))
    )
    units = tuple(_printed_unit(_unit(where[p.id]), p.show) for p in printed)
    figure = axis.fixed(
        "figure", "Printed", [p.value for p in printed], "memo", unit=MIXED, units=units
    )
    half = axis.fixed("half", "Half its last digit", [p.half for p in printed], "memo", unit=MIXED)
    links = tuple(where[p.id] for p in printed)
    live = Column("live", "Live value", MIXED, axis, Gathered(links), units=units)
    stamps = [at_memo(p.id, {}) for p in printed]
    at_inputs = axis.fixed(
        "at_memo", "At the memo’s own inputs", stamps, "stamp", unit=MIXED, units=units
    )

    def ties(key: str, label: str, value: Column) -> Column:
        gap = magnitude(value) - magnitude(figure)
        slack = half * constants.tolerance
        # half away from zero: half a digit below still rounds up to the figure, half above does not
        inside = both(at_least(gap + half, 0 - slack), below(gap - half, 0 - slack))
        how = "1 where the value, rounded half away from zero, shows the printed digits"
        return axis.formula(key, label, "1", when(inside, 1, 0), how=how, show="flag")

    tied = ties("tied", "Ties at memo’s inputs", at_inputs)
    tied_live = ties("tied_live", "Ties live", live)
    status = axis.formula(
        "status",
        "Status",
        "text",
        when(
            same(tied_live, 1),
            "● ties",
            when(same(changed, 0), "▲ does not tie", "moved by inputs"),
        ),
        show="status",
        how=None,
    )
    columns = (
        axis.fixed("location", "Where", [p.location for p in printed], "muted"),
        axis.units(units),
        figure,
        half,
        live,
        at_inputs,
        tied,
        tied_live,
        status,
    )
    return Table("Every printed number", axis, columns), tied, tied_live


def _printed_unit(unit: str, show: str) -> tuple[str, str]:
    """Whole hours have a format of their own, which says so in the unit column."""
    hours = show == "whole" and unit.startswith("H100e·h")
    return unit, "hours" if hours else show


def _unit(figure: Expr) -> str:
    return _leaf(figure).unit


def _leaf(figure: Expr) -> Leaf:
    leaf = leaf_of(figure)
    if leaf is None:
        raise TypeError(figure)
    return leaf


def _readings(
    readings: Sequence[Reading], where: Mapping[str, Expr], at_memo: ValueAtMemo
) -> Table:
    axis = Axis("readings", "Reading", tuple(Entity(r.key, r.label) for r in readings))
    units = tuple((_unit(where[r.measure]), "") for r in readings)
    ours = axis.fixed(
        "as_memo",
        "As the memo has it",
        [at_memo(r.measure, {}) for r in readings],
        "stamp",
        unit=MIXED,
        units=units,
    )
    theirs = axis.fixed(
        "otherwise",
        "By the other reading",
        [at_memo(r.measure, r.changes) for r in readings],
        "stamp",
        unit=MIXED,
        units=units,
    )
    worth = axis.formula(
        "worth",
        "Worth",
        MIXED,
        theirs - ours,
        how="By the other reading − as the memo has it",
        units=units,
    )
    figure = axis.fixed(
        "measure", "Figure compared", [_leaf(where[r.measure]).label for r in readings], "muted"
    )
    words = axis.fixed(
        "words", "The memo; the other reading", [f"{r.memo}. {r.other}." for r in readings], "open"
    )
    return Table(
        "Where the memo's words and its arithmetic differ, at the memo's own inputs",
        axis,
        (figure, axis.units(units), ours, theirs, worth, words),
    )
