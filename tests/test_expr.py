"""Memo algebra: what it takes, how it reads in words, and what it is measured in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from books import day, entities, figure, optional, words
from hypothesis import given
from hypothesis import strategies as st
from trees import arithmetic

from workbook.book import Axis, Line
from workbook.dimensions import unit_of
from workbook.expr import (
    MIXED,
    At,
    Binary,
    Body,
    Call,
    Constant,
    Expr,
    Leaf,
    above,
    all_cells,
    annuity,
    as_expr,
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
    highest,
    joined,
    largest,
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
from workbook.expr import (
    given as is_given,
)
from workbook.units import FLAG, NONE, TEXT, UnitError, parse
from workbook.words import in_words

HOURS = Line("hours", "Hours", "H100e·h", constant=60.0)
PRICE = Line("price", "Price", "USD/(H100e·h)", constant=2.0)
REVENUE = Line("revenue", "Revenue", "USD", constant=90.0)
SHARE = Line("part", "Share", "share", constant=0.25)
ZONE = words("zone", "North")
ENTRY = optional("own", None)
DAY = day("day", date(2026, 3, 1))
FLEET = Axis("fleet", "Chip", entities("alpha", "beta"))
CHIPS = FLEET.fixed("chips", "Chips", (4.0, 6.0), "constant", unit="chip")
COST = FLEET.fixed("cost", "Cost", (4.0, 6.0), "constant", unit="USD")
NOTE = FLEET.fixed("note", "Note", ("a", "b"))
ODD = FLEET.fixed("odd", "Odd", (4.0, "b"), unit=MIXED)


# --- what it takes ----------------------------------------------------------------------------


def test_0_and_1_are_the_only_constants() -> None:
    """0 and 1 stand on either side of every operation."""
    for tree, side in ((1 - SHARE, "left"), (HOURS + 0, "right"), (1 / HOURS, "left")):
        assert isinstance(getattr(tree, side), Constant)
    assert [as_expr(n) for n in (0, 1)] == [Constant(0), Constant(1)]


@pytest.mark.parametrize("number", [2, -1, 100, 0.5, 0.0, 1.0, True, False, "1", None])
def test_every_other_number_has_to_be_a_line(number: object) -> None:
    """A figure without a label is refused with the way out, on either side and in functions."""
    refused: Any = number
    uses: tuple[Callable[[], object], ...] = (
        lambda: as_expr(refused),
        lambda: HOURS * refused,
        lambda: refused - HOURS,
        lambda: highest(HOURS, refused),
    )
    for use in uses:
        with pytest.raises(TypeError, match="a line with a unit and a source") as caught:
            use()
        assert repr(number) in str(caught.value)


def test_equality_compares_trees_and_builds_none() -> None:
    """Lines are keys: == is never a formula, and two alike are still two."""
    alike = Line("hours", "Hours", "H100e·h", constant=60.0)
    assert HOURS == HOURS  # noqa: PLR0124 - the law itself
    assert (alike == HOURS) is False
    assert len({HOURS, alike, HOURS}) == 2
    assert isinstance(same(HOURS, alike), Binary)


# --- in words ---------------------------------------------------------------------------------

A, B, C = (figure(key, 1.0) for key in ("first", "second", "third"))


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (A - (B - C), "first − (second − third)"),
        (A - B - C, "first − second − third"),
        (A - (B + C), "first − (second + third)"),
        (A / (B * C), "first ÷ (second × third)"),
        (A / (B / C), "first ÷ (second ÷ third)"),
        (A / B * C, "first ÷ second × third"),
        ((A + B) * C, "(first + second) × third"),
        (A + B * C, "first + second × third"),
        (1 - A, "1 − first"),
        (0 - A, "0 − first"),
        (1 - (1 - A), "1 − (1 − first)"),
        (above(A - B, C), "first − second is above third"),
        (at_most(A, B + 1), "first is at most second + 1"),
        (at_least(A, 0), "first is at least 0"),
        (below(A, B), "first is below second"),
        (same(ZONE, "North"), "zone is “North”"),
        (differs(ZONE, "North"), "zone is not “North”"),
        (highest(A, B), "the largest of first and second"),
        (lowest(A, B, C), "the smallest of first, second and third"),
        (largest(CHIPS), "the largest Chips"),
        (magnitude(A - B), "the size of (first − second)"),
        (when(above(A, B), A, 0), "first if first is above second, otherwise 0"),
        (override(ENTRY, A), "own where given, otherwise first"),
        (both(above(A, B), above(B, C)), "first is above second and second is above third"),
        (either(is_given(A), broken(B)), "first is given or second is an error"),
        (pick(A, B, C), "by first: second and third"),
        (annuity(A, B, C), "the level payment over second at first that repays third"),
        (total(CHIPS), "the sum of Chips"),
        (total_of((A, B, C)), "the sum of first to third"),
        (running(CHIPS), "the sum of Chips down to here"),
        (total_where(CHIPS, (NOTE, ZONE)), "the sum of Chips where Note is zone"),
        (total_with(CHIPS, NOTE, ZONE), "the sum of Chips where Note is zone"),
        (count_where((NOTE, ZONE)), "the number of rows where Note is zone"),
        (counted(CHIPS), "how many Chips are given"),
        (nth(CHIPS, A), "Chips at first"),
        (position(ZONE, NOTE), "the place of zone in Note"),
        (At(CHIPS, "beta"), "Chips of Beta"),
        (all_cells("Supply"), "the sum of all cells of Supply"),
        (shown(A, "0.0", 1), "first"),
        (dated(DAY), "day"),
        (rounded(A - B, 0), "first − second, rounded"),
        (content(ENTRY, "none"), "own, or “none” where it is blank"),
        (ordinal(CHIPS), "the row's number"),
        (smallest(CHIPS), "the smallest Chips"),
        (days_between(DAY, DAY), "whole days from day to day"),
        (
            count_beyond(NOTE, ZONE, CHIPS, A),
            "the number of rows whose Note is zone and whose Chips is above first",
        ),
        (
            total_beyond(CHIPS, NOTE, ZONE, CHIPS, A),
            "the sum of Chips where Note is zone and Chips is above first",
        ),
    ],
)
def test_algebra_reads_as_a_person_would_say_it(tree: Expr, words: str) -> None:
    """Labels stand for keys, signs for operators, and brackets where they matter."""
    assert in_words(tree) == words


@given(arithmetic(st.sampled_from([A, B, C, Constant(1)])))
def test_words_keep_the_order_of_calculation(tree: Expr) -> None:
    """Whoever calculates from the words comes to the value of the tree."""
    said = in_words(tree).translate(str.maketrans("−×÷", "-*/"))
    known = {"first": Fraction(7), "second": Fraction(2), "third": Fraction(-3, 5)}
    text = re.sub(r"\b1\b", "one", said)
    names = {"__builtins__": {}, "one": Fraction(1)}
    try:
        expected = value(tree, known)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            eval(text, names, known)  # noqa: S307 - the words of an arithmetic tree
    else:
        assert eval(text, names, known) == expected  # noqa: S307 - the words of an arithmetic tree


def value(tree: Expr, known: dict[str, Fraction]) -> Fraction:
    """The exact value of an arithmetic tree."""
    match tree:
        case Constant(value=number):
            return Fraction(number)
        case Leaf(key=key):
            return known[key]
        case Binary(operator=operator, left=left, right=right):
            ours, theirs = value(left, known), value(right, known)
            match operator:
                case "+":
                    return ours + theirs
                case "-":
                    return ours - theirs
                case "*":
                    return ours * theirs
            return ours / theirs
    raise TypeError(tree)


# --- what it is measured in -------------------------------------------------------------------

COMPARED = "conditions are joined with both and either, not compared"


@pytest.mark.parametrize(
    ("tree", "unit"),
    [
        (HOURS * PRICE, parse("USD")),
        (REVENUE / HOURS, parse("USD/(H100e·h)")),
        (HOURS * (1 - SHARE), parse("H100e·h")),
        (0 - HOURS, parse("H100e·h")),
        (highest(HOURS - HOURS * SHARE, 0), parse("H100e·h")),
        (HOURS / HOURS, NONE),
        (1 / HOURS, parse("1/(H100e·h)")),
        (when(above(HOURS, 0), REVENUE, 0), parse("USD")),
        (pick(SHARE, REVENUE, 0), parse("USD")),
        (total_where(COST, (NOTE, ZONE)) / total(CHIPS), parse("USD/chip")),
        (At(COST, "alpha") / CHIPS, parse("USD/chip")),
        (count_where((NOTE, ZONE)), NONE),
        (order(CHIPS), NONE),
        (position(ZONE, NOTE), NONE),
        (nth(COST, position(ZONE, NOTE)), parse("USD")),
        (joined("a", shown(HOURS, "0", 0)), TEXT),
        (shown(PRICE, "0.00", SHARE), TEXT),
        (shown(ODD, "0.0", 1), TEXT),
        (dated(DAY), TEXT),
        (days_between(DAY, DAY), parse("day")),
        (total_beyond(COST, NOTE, ZONE, CHIPS, CHIPS), parse("USD")),
        (count_beyond(NOTE, ZONE, CHIPS, CHIPS), NONE),
        (total_with(COST, NOTE, ZONE), parse("USD")),
        (rounded(HOURS * PRICE, SHARE), parse("USD")),
        (annuity(1 / HOURS, HOURS, REVENUE), parse("USD/(H100e·h)")),
        (annuity(as_expr(0), HOURS, REVENUE), parse("USD/(H100e·h)")),
        (content(HOURS, "none"), None),
        (repeated("█", SHARE), TEXT),
        (same(ZONE, "North"), FLAG),
        (both(above(HOURS, 0), is_given(ZONE)), FLAG),
        (total_of((HOURS, HOURS)), parse("H100e·h")),
        (ODD, None),
        (highest(ODD, HOURS), parse("H100e·h")),
        (as_expr(0), None),
        (as_expr(1), NONE),
    ],
)
def test_algebra_has_the_unit_of_its_arithmetic(tree: Expr, unit: object) -> None:
    """Products multiply units, sums keep them, 0 fits all, and mixed columns vouch for theirs."""
    assert unit_of(tree) == unit


@pytest.mark.parametrize(
    ("tree", "words", "fault"),
    [
        (HOURS + REVENUE, "Hours + Revenue", "units differ: H100e·h and USD"),
        (HOURS - 1, "Hours − 1", "units differ: 1 and H100e·h"),
        (above(HOURS, PRICE), "Hours is above Price", "units differ: H100e·h and USD/(H100e·h)"),
        (same(ZONE, 1), "zone is 1", "units differ: 1 and text"),
        (ZONE + ZONE, "zone + zone", "cannot add text"),
        (ZONE * HOURS, "zone × Hours", "cannot multiply or divide text and H100e·h"),
        (joined("a", HOURS), "“a” & Hours", "only text joins to text"),
        (highest(HOURS, REVENUE), "the largest of Hours and Revenue", "units differ"),
        (total(CHIPS, COST), "the sum of Chips and Cost", "units differ: USD and chip"),
        (when(HOURS, 1, 0), "1 if Hours, otherwise 0", "a condition must be in flag, not H100e·h"),
        (when(is_given(HOURS), HOURS, REVENUE), "Hours where given, otherwise Revenue", "units"),
        (both(HOURS, is_given(HOURS)), "Hours and Hours is given", "a condition must be in flag"),
        (pick(HOURS, REVENUE), "by Hours: Revenue", "a position must be in 1, not H100e·h"),
        (nth(COST, HOURS), "Cost at Hours", "a position must be in 1, not H100e·h"),
        (repeated("█", HOURS), "a bar of Hours", "a number of times must be in 1"),
        (total_where(COST, (NOTE, HOURS)), "the sum of Cost where Note is Hours", "units differ"),
        (position(HOURS, NOTE), "the place of Hours in Note", "units differ: H100e·h and text"),
        (shown(ZONE, "0", 0), "zone", "text has no number pattern"),
        (shown(is_given(ZONE), "0", 0), "zone is given", "flag has no number pattern"),
        (shown(DAY, "0", 0), "day", "date has no number pattern"),
        (shown(HOURS, "0", HOURS), "Hours", "a number of places must be in 1, not H100e·h"),
        (rounded(HOURS, HOURS), "Hours, rounded", "a number of places must be in 1, not H100e·h"),
        (rounded(ZONE, 0), "zone, rounded", "cannot add text"),
        (
            annuity(SHARE, HOURS, REVENUE),
            "the level payment over Hours at Share that repays Revenue",
            "a rate times its periods must be in 1, not H100e·h",
        ),
        (dated(HOURS), "Hours", "a day must be in date, not H100e·h"),
        (days_between(DAY, A), "whole days from day to first", "each end must be in date, not 1"),
        (dated(ZONE), "zone", "a day must be in date, not text"),
        (same(is_given(A), is_given(B)), "first is given is second is given", COMPARED),
        (
            differs(above(A, B), broken(C)),
            "first is above second is not third is an error",
            COMPARED,
        ),
        (below(is_given(A), 1), "first is given is below 1", "units differ: 1 and flag"),
        (
            at_least(is_given(A), is_given(B)),
            "first is given is at least second is given",
            COMPARED,
        ),
        ((HOURS + REVENUE) * PRICE, "Hours + Revenue", "units differ"),
    ],
)
def test_a_unit_that_does_not_fit_is_named_where_it_stands(
    tree: Expr, words: str, fault: str
) -> None:
    """The message has the part of the algebra that is at fault, in words, and both units."""
    with pytest.raises(UnitError) as caught:
        unit_of(tree)
    assert str(caught.value).startswith(f"{words}: {fault}")


def test_days_between_takes_days_that_need_no_brackets() -> None:
    """What it subtracts stands bare in the formula, so algebra with operators is refused."""
    with pytest.raises(TypeError, match="make it a line"):
        days_between(DAY, DAY - DAY)


def test_a_body_is_an_argument_of_functions_only() -> None:
    """All cells of a tab have no unit, and their sum fits any."""
    tree = all_cells("Supply")
    assert isinstance(tree, Call)
    assert isinstance(tree.arguments[0], Body)
    assert unit_of(tree) is None
