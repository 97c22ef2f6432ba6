"""The meaning of algebra in plain Python is the meaning that spreadsheets give it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from books import day, entities, figure, laid, optional, tab, table, typed, words
from forest import meaning
from programs import EACH, usable, values_in

from workbook.book import Axis, Column, Entries, Gathered, Line, Lines, Owned
from workbook.engines import CellError, Value, agree
from workbook.evaluate import Model
from workbook.expr import (
    At,
    Expr,
    Text,
    above,
    all_cells,
    annuity,
    at_least,
    at_most,
    below,
    both,
    broken,
    content,
    count_beyond,
    count_where,
    counted,
    dated,
    days_between,
    differs,
    either,
    given,
    highest,
    joined,
    largest,
    lookup,
    lowest,
    magnitude,
    nth,
    order,
    ordinal,
    override,
    pick,
    position,
    repeated,
    rounded,
    running,
    same,
    shown,
    smallest,
    total,
    total_beyond,
    total_of,
    total_where,
    total_with,
    when,
)

FIVE, TWO, ONE = figure("five", 5.0), figure("two", 2.0), figure("one_place", 1.0)
NIL, MINUS = figure("nothing", 0.0), figure("minus_three", -3.0)
BEYOND = figure("beyond", 9.0)
BLANK, FILLED = optional("blank", None), optional("filled", 6.5)
NORTH, SHOUTED, AWAY = words("north", "North"), words("shouted", "NORTH"), words("away", "Away")
START, STOP = day("start", date(2026, 3, 1)), day("stop", date(2027, 2, 28))
BAD = ONE / NIL
"""Division by zero."""
MISSED = "#N/A"

ITEMS = Axis("items", "Item", entities("alpha", "beta", "gamma", "delta"))
GAP = ITEMS.fixed("gap", "Gap", (2.0, 0.0, 4.0, 5.0), "constant", unit="1")
INVERSE = ITEMS.formula("inverse", "Inverse", "1", 1 / GAP)
ZONE = ITEMS.fixed("zone", "Zone", ("north", None, "South", "NORTH"))
TYPED = Column(
    "typed",
    "Typed in",
    "1",
    ITEMS,
    Entries(tuple(typed(f"row_{i}", v) for i, v in enumerate((-2.0, None, 7.0, None)))),
)
LINKED = Column("linked", "Linked", "1", ITEMS, Gathered((FIVE, BLANK, At(GAP, "gamma"), BLANK)))
OWNED = Column(
    "owned",
    "Owned",
    "1",
    ITEMS,
    Owned(tuple(Line(f"own_{i}", str(i), "1", constant=float(i)) for i in range(1, 5))),
)
PLACE = ITEMS.formula("place", "Place", "1", order(GAP))
ROW = ITEMS.formula("row", "Row", "1", ordinal(GAP))
SO_FAR = ITEMS.formula("so_far", "So far", "1", running(GAP))
RANK = ITEMS.formula("rank", "Rank", "1", order(INVERSE))
SUMMED = ITEMS.formula("summed", "Summed", "1", running(INVERSE))
MIXED = ITEMS.fixed("odd", "Odd", (0.0, "x", None, 5.0), "constant", unit="mixed")
LABEL = ITEMS.fixed("label", "Label", ("even", "odd", "odd", "odd"))

DATA = tab(
    "Data",
    Lines(
        "Lines",
        (FIVE, TWO, ONE, NIL, MINUS, BEYOND, BLANK, FILLED, NORTH, SHOUTED, AWAY, START, STOP),
    ),
    table(
        "Items",
        GAP,
        INVERSE,
        ZONE,
        TYPED,
        LINKED,
        OWNED,
        PLACE,
        ROW,
        SO_FAR,
        RANK,
        SUMMED,
        MIXED,
        LABEL,
    ),
)

BLANKS: Mapping[str, tuple[Expr, Value]] = {
    "a blank is 0 in a sum": (BLANK + FIVE, 5.0),
    "a blank is 0 in a product": (BLANK * FIVE, 0.0),
    "a blank divides like 0": (FIVE / BLANK, CellError("#DIV/0!")),
    "a blank equals 0": (same(BLANK, 0), True),
    "a blank is more than a negative": (above(BLANK, MINUS), True),
    "a link to a blank is 0": (BLANK, 0.0),
    "a blank is not given": (given(BLANK), False),
    "a filled cell is given": (given(FILLED), True),
    "0 is given": (given(NIL), True),
    "text is not given": (given(NORTH), False),
    "an error is not given": (given(BAD), False),
    "a blank keeps the default": (override(BLANK, FIVE), 5.0),
    "a number overrides the default": (override(FILLED, FIVE), 6.5),
    "0 overrides the default": (override(NIL, FIVE), 0.0),
    "a blank is passed over by the largest": (highest(BLANK, MINUS), -3.0),
    "a blank is passed over by the smallest": (lowest(BLANK, FIVE), 5.0),
    "a blank that is found is passed over by the smallest": (lowest(nth(TYPED, TWO), FIVE), 5.0),
    "blanks alone have 0 as the largest": (highest(BLANK, BLANK), 0.0),
    "blanks are not counted": (counted(TYPED), 2.0),
    "blanks add nothing": (total(TYPED), 5.0),
    "a blank has no size": (magnitude(BLANK), 0.0),
    "a blank is shown as 0": (shown(BLANK, "0", 0), "0"),
    "a blank text joins as nothing": (joined("a", At(ZONE, "beta")), "a"),
    "a blank text is found as nothing": (joined("a", nth(ZONE, TWO)), "a"),
    "a blank text alone joins as nothing": (joined(At(ZONE, "beta"), ""), ""),
    "a blank figure joins as nothing": (joined(At(MIXED, "gamma"), "a"), "a"),
    "a blank is no text": (same(At(ZONE, "beta"), ""), True),
    "0 is not the empty text": (same(NIL, ""), False),
    "0 in a mixed column is not the empty text": (same(At(MIXED, "alpha"), ""), False),
    "links to blanks are numbers": (counted(LINKED), 4.0),
}
TEXTS: Mapping[str, tuple[Expr, Value]] = {
    "text is equal without case": (same(NORTH, SHOUTED), True),
    "text differs by letters": (differs(NORTH, AWAY), True),
    "text is found without case": (position(SHOUTED, ZONE), 1.0),
    "text is summed without case": (total_where(GAP, (ZONE, SHOUTED)), 7.0),
    "text is counted without case": (count_where((ZONE, NORTH)), 2.0),
    "two conditions hold together": (total_where(GAP, (ZONE, NORTH), (GAP, FIVE)), 5.0),
    "text is passed over in a sum of rows": (total_where(MIXED, (GAP, NIL)), 0.0),
    "text joins with its case": (joined(NORTH, " and ", SHOUTED), "North and NORTH"),
    "text is no number": (NORTH + ONE, CellError("#VALUE!")),
    "text has no size": (magnitude(NORTH), CellError("#VALUE!")),
    "text never equals a number": (same(NORTH, 0), False),
    "text is passed over by the largest": (highest(NORTH, MINUS), -3.0),
    "text sorts": (below(AWAY, NORTH), True),
    "text sorts without case": (below(SHOUTED, NORTH), False),
    "text is passed over by a sum of rows": (total_where(MIXED, (LABEL, Text("odd"))), 5.0),
    "rows that are north, without case": (total_with(GAP, ZONE, SHOUTED), 7.0),
    "blanks are nothing among them": (total_with(TYPED, LABEL, Text("odd")), 7.0),
    "an error elsewhere comes through": (
        total_with(INVERSE, ZONE, NORTH),
        CellError("#DIV/0!"),
    ),
    "text among them is no number": (total_with(MIXED, LABEL, Text("odd")), CellError("#VALUE!")),
    "an error among keys comes through": (
        total_with(GAP, INVERSE, ONE / FIVE),
        CellError("#DIV/0!"),
    ),
    "rows above 2 that are north": (count_beyond(ZONE, NORTH, GAP, TWO), 1.0),
    "none is above the largest": (count_beyond(ZONE, NORTH, GAP, BEYOND), 0.0),
    "hours above 0 that are north": (total_beyond(GAP, ZONE, SHOUTED, GAP, NIL), 7.0),
    "an error among them comes through": (
        total_beyond(INVERSE, ZONE, NORTH, INVERSE, NIL),
        CellError("#DIV/0!"),
    ),
    "the smallest of a column": (smallest(GAP), 0.0),
    "the smallest passes over blanks": (smallest(TYPED), -2.0),
    "days from a day to itself": (days_between(START, START), 0.0),
    "days from a day to a later one": (days_between(START, STOP), 364.0),
    "days from a day to an earlier one": (days_between(STOP, START), -364.0),
    "half rounds away from 0": (rounded(FIVE / TWO, 0), 3.0),
    "half rounds away from 0 below it": (rounded(0 - FIVE / TWO, 0), -3.0),
    "a figure rounded to places": (rounded(ONE / MINUS, TWO), -0.33),
    "a blank rounded": (rounded(BLANK, 0), 0.0),
    "text rounded": (rounded(NORTH, 0), CellError("#VALUE!")),
    "an error rounded": (rounded(BAD, 1), CellError("#DIV/0!")),
    "the content of a blank": (content(BLANK, "none"), "none"),
    "the content of a cell without text": (content(At(ZONE, "beta"), "none"), "none"),
    "the content of a figure": (content(FILLED, "none"), 6.5),
    "the content of 0": (content(NIL, "none"), 0.0),
    "the content of text": (content(NORTH, "none"), "North"),
    "the content of an error": (content(BAD, "none"), CellError("#DIV/0!")),
    "a bar has whole signs": (repeated("█", FIVE / TWO), "██"),
    "a bar of 0 is empty": (repeated("█", NIL), ""),
    "a date is shown as a day": (dated(START), "2026-03-01"),
    "a date counts days": (START - START + ONE, 1.0),
    "half is rounded away from 0": (shown(FIVE / TWO, "0", 0), "3"),
    "below 0 as well": (shown(0 - FIVE / TWO, "0", 0), "-3"),
    "a half stays where there is a place for it": (shown(FIVE / TWO, "0.0", 1), "2.5"),
    "places may be a line": (shown(ONE / MINUS, "0.00", TWO), "-0.33"),
    "a share has two places more": (shown(ONE / FIVE, "0%", TWO), "20%"),
    "text has no pattern": (shown(NORTH, "0", 0), CellError("#VALUE!")),
    "numbers come before text": (below(BEYOND, NORTH), True),
    "text comes after numbers": (above(At(MIXED, "beta"), At(MIXED, "delta")), True),
    "text never sorts before a number": (at_most(At(MIXED, "beta"), At(MIXED, "delta")), False),
    "a blank sorts as the empty text": (below(At(ZONE, "beta"), NORTH), True),
    "text equal but for case is not above": (above(SHOUTED, NORTH), False),
    "text equal but for case is at most": (at_most(SHOUTED, NORTH), True),
    "text equal but for case is at least": (at_least(NORTH, SHOUTED), True),
}
ERRORS: Mapping[str, tuple[Expr, Value]] = {
    "a number that is not there": (position(BEYOND, GAP), CellError(MISSED)),
    "a text that is not there": (position(AWAY, ZONE), CellError(MISSED)),
    "a lookup that misses": (lookup(AWAY, ZONE, GAP), CellError(MISSED)),
    "a lookup that hits": (lookup(NORTH, ZONE, GAP), 2.0),
    "a lookup that hits further down": (lookup(FIVE, GAP, OWNED), 4.0),
    "a place that ends in a fraction": (nth(GAP, FIVE / TWO), 0.0),
    "a choice past the last": (pick(BEYOND, ONE, TWO), CellError("#VALUE!")),
    "a choice before the first": (pick(NIL, ONE, TWO), CellError("#VALUE!")),
    "a choice that ends in a fraction": (pick(FIVE / TWO, ONE, FIVE), 5.0),
    "the branch not taken": (when(same(ONE, 1), FIVE, BAD), 5.0),
    "the other branch not taken": (when(same(ONE, 0), BAD, FIVE), 5.0),
    "the branch taken": (when(same(ONE, 1), BAD, FIVE), CellError("#DIV/0!")),
    "the choice not taken": (pick(ONE, FIVE, BAD), 5.0),
    "the default not taken": (override(FILLED, BAD), 6.5),
    "the entry not taken": (override(BAD, FIVE), 5.0),
    "a condition in error": (when(above(BAD, 0), 1, 0), CellError("#DIV/0!")),
    "an error is broken": (when(broken(BAD), 1, 0), 1.0),
    "a number is not broken": (broken(FIVE), False),
    "0 by 0": (NIL / NIL, CellError("#DIV/0!")),
    "an error on the left": (BAD + FIVE, CellError("#DIV/0!")),
    "an error on the right": (FIVE * position(AWAY, ZONE), CellError(MISSED)),
    "an error compared": (same(BAD, FIVE), CellError("#DIV/0!")),
    "an error joined": (joined("a", shown(BAD, "0", 0)), CellError("#DIV/0!")),
    "an error among the largest": (highest(FIVE, BAD), CellError("#DIV/0!")),
    "an error in a sum of cells": (total(INVERSE), CellError("#DIV/0!")),
    "an error in the largest of cells": (largest(INVERSE), CellError("#DIV/0!")),
    "the second flag in error": (both(same(ONE, 1), above(BAD, 0)), CellError("#DIV/0!")),
    "a cell beside one in error": (nth(INVERSE, ONE), 0.5),
    "an error down to its row": (nth(SUMMED, TWO), CellError("#DIV/0!")),
    "a sum that ends above an error": (nth(SUMMED, ONE), 0.5),
    "an order among errors": (nth(RANK, ONE), CellError("#DIV/0!")),
    "an error on a tab": (all_cells("Data"), CellError("#DIV/0!")),
    "a sum with an error is broken": (broken(total(INVERSE)), True),
    "the cell in error": (nth(INVERSE, TWO), CellError("#DIV/0!")),
    "a row in error summed": (total_where(INVERSE, (GAP, NIL)), CellError("#DIV/0!")),
    "the place of an error": (position(At(INVERSE, "beta"), INVERSE), CellError("#DIV/0!")),
    "a lookup beside an error": (lookup(AWAY, ZONE, INVERSE), CellError(MISSED)),
    "a lookup past an error": (lookup(FIVE, GAP, INVERSE), 0.2),
    "cells counted beside one in error": (counted(INVERSE), 3.0),
    "rows counted beside one in error": (count_where((INVERSE, At(INVERSE, "alpha"))), 1.0),
    "a place beside a cell in error": (position(At(INVERSE, "gamma"), INVERSE), 3.0),
    "rows summed beside one in error": (total_where(INVERSE, (ZONE, NORTH)), 0.7),
}
SUMS: Mapping[str, tuple[Expr, Value]] = {
    "lines one below the other": (total_of((FIVE, TWO, ONE, NIL, MINUS)), 5.0),
    "a level payment: 9 × 100% ÷ (1 − 1/2²)": (annuity(ONE, TWO, BEYOND), 12.0),
    "a level payment without interest": (annuity(NIL, TWO, BEYOND), 4.5),
    "a level payment at a blank rate": (annuity(BLANK, TWO, BEYOND), 4.5),
    "a level payment over no time": (annuity(ONE, NIL, BEYOND), CellError("#NUM!")),
    "two columns": (total(GAP, OWNED), 21.0),
    "all of several": (both(above(FIVE, TWO), at_least(TWO, TWO)), True),
    "any of several": (either(above(TWO, FIVE), above(FIVE, TWO)), True),
    "none of several": (either(above(TWO, FIVE), below(FIVE, TWO)), False),
}
CASES = {**BLANKS, **TEXTS, **ERRORS, **SUMS}
DIFFERENT: Mapping[str, Mapping[str, Value]] = {
    "formualizer": {
        "a blank that is found is passed over by the smallest": 0.0,
        "a row in error summed": 0.0,
    }
}
"""What an engine is known to find instead; no formula of the workbook may hang on it."""


@pytest.mark.parametrize("case", CASES)
def test_python_gives_each_shape_its_spreadsheet_meaning(case: str) -> None:
    """The value is the one worked out by hand, with its type."""
    tree, expected = CASES[case]
    found = meaning(Model([DATA]), tree, None)
    assert agree(found, expected)
    assert isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize("name", EACH)
def test_each_engine_gives_each_shape_the_same_meaning(name: str, tmp_path: Path) -> None:
    """What Python says of a shape is what a spreadsheet program says, but for known faults."""
    usable(name)
    lines = [
        Line(f"case_{i}", case, "1", algebra=tree, how="By hand")
        for i, (case, (tree, _)) in enumerate(CASES.items())
    ]
    layout = laid(DATA, tab("Cases", Lines("Cases", tuple(lines))))
    found = values_in(name, layout, [line.key for line in lines], tmp_path)
    wrong = {
        case: value
        for value, (case, (_, expected)) in zip(found.values(), CASES.items(), strict=True)
        if not agree(value, expected)
    }
    assert wrong == DIFFERENT.get(name, {})


def test_a_row_has_its_own_cells() -> None:
    """Order, number and running sum of 2, 0, 4 and 5, row by row."""
    model = Model([DATA])
    rows = [[model.cell(column, i) for i in range(4)] for column in (PLACE, ROW, SO_FAR)]
    assert rows == [[3.0, 4.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 6.0, 11.0]]
    assert [model.cell(LINKED, i) for i in range(4)] == [5.0, 0.0, 4.0, 0.0]
    assert [model.cell(OWNED, i) for i in range(4)] == [1.0, 2.0, 3.0, 4.0]


def test_equals_keep_their_order() -> None:
    """Of 5, 2, 5 and 8 the two fives come second and third, the upper one first."""
    values = ITEMS.fixed("worth", "Worth", (5.0, 2.0, 5.0, 8.0), "constant", unit="1")
    ranked = ITEMS.formula("ranked", "Ranked", "1", order(values))
    model = Model([tab("Ranked", table("Ranked", values, ranked))])
    assert [model.cell(ranked, i) for i in range(4)] == [2.0, 4.0, 3.0, 1.0]


def test_a_change_moves_what_hangs_on_it_and_nothing_else() -> None:
    """An input by its id, blank or filled, in a line or a table, and a date."""
    changes = {"data.blank": 2.0, "data.filled": None, "data.row_1": 4.0}
    plain = Model([DATA])
    changed = Model([DATA], {**changes, "data.start": date(2026, 3, 8)})
    trees = (BLANK, override(FILLED, FIVE), total(TYPED), FIVE, dated(START))
    assert [plain.value(t) for t in trees] == [None, 6.5, 5.0, 5.0, "2026-03-01"]
    assert [changed.value(t) for t in trees] == [2.0, 5.0, 9.0, 5.0, "2026-03-08"]
    assert plain["data_start"] == (date(2026, 3, 1) - date(1899, 12, 30)).days


def test_a_column_has_no_value_outside_its_rows() -> None:
    """Row algebra on its own, and a range where one value is needed, are the programmer's slips."""
    model = Model([DATA])
    with pytest.raises(TypeError, match="column 'gap' has a value only within a row"):
        model.value(GAP + ONE)
    assert model.value(GAP + ONE, 2) == 5.0
    with pytest.raises(KeyError, match="no_such_line"):
        model["no_such_line"]


def test_text_is_quoted_as_it_stands() -> None:
    """Literal text keeps its quotes and its blanks."""
    assert Model([DATA]).value(joined(Text('a "b" '), Text(" c"))) == 'a "b"  c'
