"""What the layout refuses, each by name and with the way out."""

from __future__ import annotations

import re

import pytest
from books import (
    entities,
    figure,
    laid,
    tab,
    table,
    typed,
    words,
)

from workbook.book import Axis, Column, Entries, Line, Lines
from workbook.engines import Cell
from workbook.expr import (
    At,
    Expr,
    Text,
    before,
    count_where,
    running,
    total,
    total_of,
    total_where,
)
from workbook.layout import LayoutError
from workbook.layout.places import check_name
from workbook.values import formulas_of

ITEMS = Axis("items", "Item", entities("alpha", "beta", "gamma"))
PLANS = Axis("plans", "Plan", entities("first", "second", "third"))
RATE = figure("rate", 2.0)
KEY = words("key", "Beta")
KEY_PLACE = figure("key_place", 2.0)


def formula(key: str, algebra: Expr) -> Line:
    return Line(key, key, "1", algebra=algebra)


def values(axis: Axis, key: str) -> Column:
    return axis.fixed(key, key, (1.0, 2.0, 3.0), "constant", unit="1")


def test_a_line_that_is_used_has_to_be_shown() -> None:
    """The message names the line and says what to do; a tab that shows it mends it."""
    user = tab("User", Lines("Lines", (formula("twice_rate", RATE + RATE),)))
    with pytest.raises(LayoutError, match="line 'rate' is used, but no tab shows it; add it to a"):
        laid(user)
    assert "rate" in laid(user, tab("Rates", Lines("Lines", (RATE,)))).names


def test_a_column_that_is_used_has_to_be_shown() -> None:
    """The message names the column, whether a line sums it or a row reads it."""
    hidden = values(ITEMS, "hidden")
    shown = ITEMS.formula("doubled", "Doubled", "1", hidden + hidden)
    for user in (
        tab("User", Lines("Lines", (formula("sum_of_it", total(hidden)),))),
        tab("User", Lines("Lines", (formula("one_of_it", At(hidden, "beta")),))),
        tab("User", table("Items", shown)),
    ):
        with pytest.raises(LayoutError, match="column 'hidden' is used, but no table shows it"):
            laid(user)


def test_nothing_is_shown_twice() -> None:
    """A line in two blocks and a column in two tables are refused by name."""
    column = values(ITEMS, "amount")
    with pytest.raises(LayoutError, match="line 'rate' is shown twice"):
        laid(tab("One", Lines("Lines", (RATE,))), tab("Two", Lines("Lines", (RATE,))))
    with pytest.raises(LayoutError, match="line 'rate' is shown twice"):
        laid(tab("One", Lines("Lines", (RATE, RATE))))
    with pytest.raises(LayoutError, match="column 'amount' of 'items' is shown twice"):
        laid(tab("One", table("Items", column)), tab("Two", table("Items", column)))


def test_a_key_stands_for_one_cell() -> None:
    """Two lines, or a line and an input of a table, do not share a name; both cells are told."""
    other = figure("rate", 3.0)
    with pytest.raises(LayoutError, match=r"'rate' is shown twice: .*One.* and .*Two"):
        laid(tab("One", Lines("Lines", (RATE,))), tab("Two", Lines("Lines", (other,))))
    entries = Column("typed", "Typed", "1", ITEMS, Entries(tuple(typed(k, 1.0) for k in "xyz")))
    taken = figure("data_y", 3.0)
    with pytest.raises(LayoutError, match="'data_y' is shown twice"):
        laid(tab("One", Lines("Lines", (taken,)), table("Items", entries)))


CELL_SHAPED = (
    *("H100", "P1", "P2", "Q1", "B200", "GB200", "MI300", "TPU1", "TRN2", "INF1", "GPT4", "GPT5"),
    *("MFU1", "TAX25", "CAP1", "NPV1", "XFD1", "A1", "A1048576"),
    *("R1C1", "RC", "R", "C", "r2", "c3", "R1", "C2", "R10C2", "R1C", "RC1"),
)


@pytest.mark.parametrize("name", [*CELL_SHAPED, *map(str.lower, CELL_SHAPED)])
def test_a_name_that_reads_as_a_cell_is_refused(name: str) -> None:
    """Accelerators and tiers are cell references in A1 or R1C1 style, in either case."""
    with pytest.raises(LayoutError, match=re.escape(repr(name))):
        laid(tab("One", Lines("Lines", (figure(name, 1.0),))))
    with pytest.raises(LayoutError):
        check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Rate", "rateA", "hourly-rate", "hourly rate", "_rate", "rate_", "hourly__rate", ""),
        *("9_lives", "hourly.rate", "débit", "rate\n", "=rate", "rate!"),
    ],
)
def test_a_name_is_snake_case(name: str) -> None:
    """Capitals, blanks, dots, leading figures and stray underscores are refused by name."""
    with pytest.raises(LayoutError, match="is not snake_case; rename it"):
        laid(tab("One", Lines("Lines", (figure(name, 1.0),))))


@pytest.mark.parametrize("name", ["true", "false"])
def test_a_name_is_no_truth_value(name: str) -> None:
    """TRUE and FALSE are values in every spreadsheet program, and never names."""
    with pytest.raises(LayoutError, match=f"'{name}' reads as a value; give it another word"):
        laid(tab("One", Lines("Lines", (figure(name, 1.0),))))


@pytest.mark.parametrize(
    "name",
    ["rate", "p1_share", "h100_hours", "r_and_d", "c_suite", "gb200_chips", "year_2026", "true_up"],
)
def test_other_names_pass(name: str) -> None:
    """A word beside the figures is enough."""
    assert check_name(name) == name


def test_row_algebra_needs_its_row() -> None:
    """A column in a line, in a table of the other direction, or counted down from elsewhere."""
    down, across = values(ITEMS, "amount"), values(PLANS, "share_of")
    home = tab("Home", table("Items", down))
    wide = tab("Wide", table("Plans", across, across=True), across=True)
    lone = tab("User", Lines("Lines", (formula("lone", down + 1),)))
    with pytest.raises(LayoutError, match="column 'amount' has no own row here; total it or look"):
        laid(home, lone)
    turned = tab("User", table("Items", ITEMS.formula("turned", "Turned", "1", across + 1)))
    with pytest.raises(LayoutError, match="column 'share_of' has no own row here"):
        laid(wide, turned)
    for user in (
        tab("User", Lines("Lines", (formula("lone", running(down)),))),
        tab("User", table("Items", ITEMS.formula("further", "Further", "1", running(down)))),
        tab("User", table("Items", ITEMS.formula("turned", "Turned", "1", running(across)))),
    ):
        with pytest.raises(LayoutError, match="there is no row here to count down to"):
            laid(home, wide, user)


def test_the_row_above_is_of_the_same_table() -> None:
    """A line, another tab and a table of the other direction have no row above in it."""
    down, across = values(ITEMS, "amount"), values(PLANS, "share_of")
    home = tab("Home", table("Items", down))
    wide = tab("Wide", table("Plans", across, across=True), across=True)
    for user in (
        tab("User", Lines("Lines", (formula("lone", before(down, KEY_PLACE, 0)),))),
        tab("User", table("Items", ITEMS.formula("on", "On", "1", before(down, KEY_PLACE, 0)))),
        tab("User", table("Items", ITEMS.formula("up", "Up", "1", before(across, KEY_PLACE, 0)))),
    ):
        with pytest.raises(LayoutError, match="has no row above here"):
            laid(home, wide, tab("Keys", Lines("Keys", (KEY_PLACE,))), user)


def test_a_run_of_lines_stands_together() -> None:
    """Lines apart, in another order or on two tabs are no range."""
    a, b, c = (figure(key, 1.0) for key in ("item_a", "item_b", "item_c"))
    run = laid(tab("One", Lines("Lines", (a, b, c, formula("together", total_of((a, b, c)))))))
    ends = ":".join(run.names[key].fixed_ref for key in ("item_a", "item_c"))
    assert formulas_of(run)[Cell("One", run.names["together"].ref)] == f"=SUM({ends})"
    for lines in ((a, c), (b, a)):
        user = formula("apart", total_of(lines))
        with pytest.raises(LayoutError, match="do not stand one below the other"):
            laid(tab("One", Lines("Lines", (a, b, c, user))))
    with pytest.raises(LayoutError, match="do not stand one below the other"):
        laid(
            tab("One", Lines("Lines", (a,))),
            tab("Two", Lines("Lines", (b, formula("apart", total_of((a, b)))))),
        )


def test_columns_read_side_by_side_are_equally_long() -> None:
    """SUMIFS and COUNTIFS over a longer or a shorter column are refused, and the columns named."""
    amount, zone = values(ITEMS, "amount"), ITEMS.fixed("zone", "Zone", ("a", "b", "a"))
    pair = Axis("pair", "Pair", entities("left", "right"))
    half, side = pair.fixed("half", "Half", (1.0, 2.0), "constant", unit="1"), pair.names
    home = tab("Home", Lines("Lines", (KEY,)), table("Items", amount, zone))
    other = tab("Other", table("Pair", half))
    for names, algebra in {
        "half, zone": total_where(half, (zone, KEY)),
        f"amount, zone, {side.key}": total_where(amount, (zone, KEY), (side, KEY)),
        f"zone, {side.key}": count_where((zone, KEY), (side, KEY)),
    }.items():
        user = tab("User", Lines("Lines", (formula("apart", algebra),)))
        with pytest.raises(LayoutError, match=f"{names} are read side by side, but differ in len"):
            laid(home, other, user)
    alike = (total_where(half, (side, KEY)), count_where((zone, KEY), (amount, At(half, "left"))))
    lines = tuple(formula(f"alike_{i}", algebra) for i, algebra in enumerate(alike))
    assert "alike_1" in laid(home, other, tab("User", Lines("Lines", lines))).names


def test_text_in_a_formula_has_an_end() -> None:
    """255 characters pass, one more is refused before a spreadsheet program refuses it."""
    line = Line("said", "Said", "text", algebra=Text("x" * 255))
    assert "said" in laid(tab("One", Lines("Lines", (line,)))).names
    longer = Line("said", "Said", "text", algebra=Text("x" * 256))
    with pytest.raises(LayoutError, match="text of 256 characters in a formula: 'xxx"):
        laid(tab("One", Lines("Lines", (longer,))))
