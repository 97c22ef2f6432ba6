"""Memo: every printed number of both memos against the workbook, and what readings are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Gathered, Line, Lines, Tab, Table
from workbook.expr import (
    MIXED,
    Expr,
    Leaf,
    Text,
    at_least,
    below,
    both,
    counted,
    given,
    joined,
    leaf_of,
    magnitude,
    same,
    shown,
    total,
    when,
)
from workbook.memo_facts import Printed, Quoted, Reading
from workbook.tabs.constants import Constants

WIDTHS = (280, 130, 104, 140, 100, 140, 140, 90, 90, 120, 90, 90, 130, 130, 84, 330)
NOTHING = "–"
QUOTED = "Memo 000: every printed number, with its status"
QUOTED_NOTE = (
    "Status: off and inconsistent: the memo’s own arithmetic gives another figure, and the reading "
    "shows the printed one; note: no figure to compare; simulated: the simulation answers."
)
NO_FIGURE = Line(
    "memo_no_figure", "No single figure", "text", Text("none"), how="A list of assumptions"
)
ValueAtMemo = Callable[[str, Mapping[str, float | str]], float]


class Memo(NamedTuple):
    """Lines that other tabs may use."""

    untied: Line
    untied_live: Line
    unmoved: Line
    unquoted: Line
    unquoted_live: Line
    tab: Tab


def build(
    printed: Sequence[Printed],
    quoted: Sequence[Quoted],
    readings: Sequence[Reading],
    where: Mapping[str, Expr],
    at_memo: ValueAtMemo,
    changed: Line,
    constants: Constants,
) -> Memo:
    """The tab: *where* has each figure by id, *at_memo* gives its value at the memo's inputs."""
    table, tied, tied_live = _numbers(printed, where, at_memo, changed, constants)
    quotes, shown_by, as_stated, low = _quotes(quoted, where, at_memo, changed)
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
    compared = Line("quoted_numbers", "Numbers of memo 000 that are compared", "1", counted(low))
    unquoted = Line(
        "quoted_untied",
        "Those that no reading reproduces",
        "1",
        compared - total(shown_by),
        show="flag",
    )
    unquoted_live = Line(
        "quoted_untied_live",
        "Those whose live value no longer stands as stated",
        "1",
        total(as_stated),
        show="flag",
    )
    rows = (count, tying, untied, untied_live, unmoved, state, compared, unquoted, unquoted_live)
    tab = Tab(
        "Memo",
        "The memos' printed figures beside the live ones, and how each is reproduced",
        "control",
        (
            table,
            quotes,
            Lines("Where there is no live value", (NO_FIGURE,)),
            _readings(readings, where, at_memo),
            Lines("Summary", rows),
        ),
        widths=WIDTHS,
        how_column=0,
    )
    return Memo(untied, untied_live, unmoved, unquoted, unquoted_live, tab)


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
    title = "Memo 004: every printed number that its arithmetic reproduces"
    return Table(title, axis, columns), tied, tied_live


def _quotes(
    quoted: Sequence[Quoted],
    where: Mapping[str, Expr],
    at_memo: ValueAtMemo,
    changed: Line,
) -> tuple[Table, Column, Column, Column]:
    """Memo 000: what is printed, the memo's own arithmetic, and the reading that shows it."""
    axis = Axis(
        "quoted", "Number", tuple(Entity(f"quoted_{i}", q.item) for i, q in enumerate(quoted, 1))
    )
    links = tuple(where.get(q.id, NO_FIGURE) for q in quoted)
    units = tuple(_shown_unit(link) for link in links)
    bounds = tuple((unit, show if unit == "share" else "plain") for unit, show in units)
    low = axis.fixed(
        "low", "Shown from", [_or_none(q.low) for q in quoted], "memo", unit=MIXED, units=bounds
    )
    high = axis.fixed(
        "high", "… to below", [_or_none(q.high) for q in quoted], "memo", unit=MIXED, units=bounds
    )
    live = Column("live", "Live value", MIXED, axis, Gathered(links), units=units)
    own = [at_memo(q.id, {}) if q.id else NOTHING for q in quoted]
    at_inputs = axis.fixed(
        "at_memo", "At the memo’s own inputs", own, "stamp", unit=MIXED, units=units
    )
    read = [at_memo(q.by, q.changes) if q.by else NOTHING for q in quoted]
    by_reading = axis.fixed("by_reading", "By the reading", read, "stamp", unit=MIXED, units=units)

    def shows(key: str, label: str, value: Column) -> Column:
        inside = when(both(at_least(value, low), below(value, high)), 1, 0)
        how = "1 where the value shows the printed digits, or lies in the printed range"
        compared = both(given(low), given(value))
        return axis.formula(key, label, "1", when(compared, inside, 0), how=how, show="flag")

    ties = shows("tied", "Ties at memo’s inputs", at_inputs)
    ties_live = shows("tied_live", "Ties live", live)
    shown_by = shows("shown_by", "Ties by reading", by_reading)
    moved = axis.formula(
        "moved",
        "Moved",
        "1",
        when(same(ties_live, ties), 0, 1),
        how="1 where live and stamped values differ in showing the printed digits",
        show="flag",
    )
    state = axis.formula(
        "state",
        "Live",
        "text",
        when(same(moved, 0), "as stated", when(same(changed, 0), "▲ moved", "moved by inputs")),
        show="status",
        how=None,
    )
    columns = (
        axis.fixed("location", "Where", [q.location for q in quoted], "muted"),
        axis.units(units),
        axis.fixed("printed", "Printed", [q.printed for q in quoted], "note"),
        axis.fixed("stated", "Status", [q.status for q in quoted], "note"),
        live,
        at_inputs,
        low,
        high,
        ties,
        ties_live,
        moved,
        state,
        by_reading,
        shown_by,
        axis.fixed("why", "What reproduces it", [q.why for q in quoted], "note"),
    )
    return Table(QUOTED, axis, columns, note=QUOTED_NOTE), shown_by, moved, low


def _or_none(bound: float | None) -> float | str:
    return NOTHING if bound is None else bound


def _shown_unit(figure: Expr) -> tuple[str, str]:
    leaf = _leaf(figure)
    return leaf.unit, leaf.show if isinstance(leaf, Line | Column) else ""


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
    units = tuple(_shown_unit(where[r.measure]) for r in readings)
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
