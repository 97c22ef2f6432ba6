"""Addresses: what the layout refuses, one formula a column, names on cells, the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import (
    STAMP,
    cells_of,
    entities,
    figure,
    laid,
    optional,
    spelled,
    tab,
    table,
    typed,
    words,
    written,
)
from xlsxwriter.utility import xl_col_to_name

from workbook import theme, xlsx
from workbook.book import Axis, Column, Entries, Gathered, Line, Lines, Owned, Tab
from workbook.engines import Cell
from workbook.expr import (
    At,
    Expr,
    Text,
    lookup,
    nth,
    order,
    ordinal,
    override,
    position,
    running,
    same,
    total,
    total_of,
    total_where,
    when,
)
from workbook.layout import Layout, LayoutError, Place
from workbook.layout.places import check_name, column_letters

ITEMS = Axis("items", "Item", entities("alpha", "beta", "gamma"))
PLANS = Axis("plans", "Plan", entities("first", "second", "third"))
RATE, FREE = figure("rate", 2.0), optional("free", None)
KEY = words("key", "Beta")


def formula(key: str, algebra: Expr) -> Line:
    return Line(key, key, "1", algebra=algebra)


def values(axis: Axis, key: str) -> Column:
    return axis.fixed(key, key, (1.0, 2.0, 3.0), "constant", unit="1")


# --- what it refuses --------------------------------------------------------------------------


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
    with pytest.raises(LayoutError):
        check_name(name)


@pytest.mark.parametrize(
    "name",
    ["rate", "p1_share", "h100_hours", "r_and_d", "c_suite", "gb200_chips", "year_2026"],
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


def test_a_run_of_lines_stands_together() -> None:
    """Lines apart, in another order or on two tabs are no range."""
    a, b, c = (figure(key, 1.0) for key in ("item_a", "item_b", "item_c"))
    run = laid(tab("One", Lines("Lines", (a, b, c, formula("together", total_of((a, b, c)))))))
    ends = ":".join(run.names[key].fixed_ref for key in ("item_a", "item_c"))
    assert spelled(run)[Cell("One", run.names["together"].ref)] == f"=SUM({ends})"
    for lines in ((a, c), (b, a)):
        user = formula("apart", total_of(lines))
        with pytest.raises(LayoutError, match="do not stand one below the other"):
            laid(tab("One", Lines("Lines", (a, b, c, user))))
    with pytest.raises(LayoutError, match="do not stand one below the other"):
        laid(
            tab("One", Lines("Lines", (a,))),
            tab("Two", Lines("Lines", (b, formula("apart", total_of((a, b)))))),
        )


def test_text_in_a_formula_has_an_end() -> None:
    """255 characters pass, one more is refused before a spreadsheet program refuses it."""
    line = Line("said", "Said", "text", algebra=Text("x" * 255))
    assert "said" in laid(tab("One", Lines("Lines", (line,)))).names
    longer = Line("said", "Said", "text", algebra=Text("x" * 256))
    with pytest.raises(LayoutError, match="text of 256 characters in a formula: 'xxx"):
        laid(tab("One", Lines("Lines", (longer,))))


# --- one formula a column ---------------------------------------------------------------------

REFERENCE = re.compile(r'"(?:[^"]|"")*"|(?<![\w.])(\$?)([A-Z]{1,3})(\$?)([0-9]+)(?![\w(])')


def relative(text: str, row: int, column: int) -> str:
    """The formula in R1C1 notation, as seen from the cell at *row* and *column*, from 1."""

    def turned(found: re.Match[str]) -> str:
        if found[2] is None:
            return found[0]
        number = 0
        for letter in found[2]:
            number = 26 * number + ord(letter) - ord("A") + 1
        down = found[4] if found[3] else f"[{int(found[4]) - row}]"
        along = str(number) if found[1] else f"[{number - column}]"
        return f"R{down}C{along}"

    return REFERENCE.sub(turned, text)


def test_the_notation_of_this_test_is_right() -> None:
    """Anchored parts keep their number, others their distance; names and text stay."""
    text = '=SUM($C$4:C7)*rate-Supply!$B3/AB$2&"A1 ""B2"""&LOG10(x)'
    assert relative(text, 7, 4) == (
        '=SUM(R4C3:R[0]C[-1])*rate-Supply!R[-4]C2/R2C[24]&"A1 ""B2"""&LOG10(x)'
    )


AMOUNT, COUNT = values(ITEMS, "amount"), values(ITEMS, "count")
ELSEWHERE = values(ITEMS, "elsewhere")
ZONES = ITEMS.fixed("zones", "Zones", ("a", "b", "a"))
WIDE, WIDER = values(PLANS, "wide"), values(PLANS, "wider")
TAKEN = Column("taken", "Taken", "1", ITEMS, Entries(tuple(typed(k, 1.0) for k in ("x", "y", "z"))))
DOWN = tuple(
    ITEMS.formula(f"down_{i}", f"Down {i}", "1", algebra)
    for i, algebra in enumerate(
        (
            AMOUNT + COUNT * RATE,
            1 - AMOUNT / total(AMOUNT),
            ELSEWHERE * At(COUNT, "beta") - At(TAKEN, "alpha"),
            running(AMOUNT) + ordinal(COUNT) + order(AMOUNT),
            override(TAKEN, AMOUNT),
            when(same(ITEMS.names, KEY), nth(AMOUNT, position(KEY, ITEMS.names)), 0),
            total_where(AMOUNT, (ZONES, ZONES)) + lookup(KEY, ITEMS.names, ELSEWHERE),
            nth(WIDE, ordinal(AMOUNT)) + total(WIDER),
        )
    )
)
SIDEWAYS = tuple(
    PLANS.formula(f"side_{i}", f"Side {i}", "1", algebra)
    for i, algebra in enumerate(
        (
            WIDE + WIDER * RATE,
            WIDE / total(WIDE) - total(AMOUNT),
            WIDE - At(WIDE, "first") + At(AMOUNT, "beta"),
            when(same(PLANS.names, KEY), WIDE, lookup(KEY, PLANS.names, WIDER)),
        )
    )
)


def tabs() -> tuple[Tab, ...]:
    return (
        tab("Inputs", Lines("Lines", (RATE, FREE, KEY))),
        tab("Store", table("Store", ELSEWHERE)),
        tab("Down", table("Items", AMOUNT, COUNT, ZONES, TAKEN, *DOWN)),
        tab("Wide", table("Plans", PLANS.names, WIDE, WIDER, *SIDEWAYS, across=True), across=True),
    )


def columns(layout: Layout) -> Iterator[tuple[Column, list[Cell]]]:
    for sheet in layout.sheets:
        for column in {"Down": DOWN, "Wide": SIDEWAYS}.get(sheet.name, ()):
            yield column, cells_of(sheet, column)


def test_a_column_has_one_formula() -> None:
    """In R1C1 notation, every cell of a column, down or across, says the same."""
    layout = laid(*tabs())
    text = spelled(layout)
    seen = list(columns(layout))
    assert [column for column, _ in seen] == [*DOWN, *SIDEWAYS]
    for column, cells in seen:
        assert len(cells) == 3
        said = {relative(text[cell], *position_of(cell)) for cell in cells}
        assert len(said) == 1, (column.key, said)


def position_of(cell: Cell) -> tuple[int, int]:
    found = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.ref)
    assert found
    letters = [xl_col_to_name(i) for i in range(100)]
    return int(found[2]), letters.index(found[1]) + 1


def test_references_are_those_that_a_person_would_write() -> None:
    """Own cells are relative, ranges and single cells anchored, those of other tabs told by tab."""
    layout = laid(*tabs())
    text = spelled(layout)
    first = {column.key: text[cells[0]] for column, cells in columns(layout)}
    corner = {column.key: position_of(cells[0])[0] for column, cells in columns(layout)}
    row, wide = corner["down_0"], corner["side_0"] - 2
    cells = f"$C${row}:$C${row + 2}"
    found = f"INDEX(Wide!$E${wide}:$G${wide},1,ROWS($C${row}:C{row}))"
    expected = {
        "down_0": f"=C{row}+D{row}*rate",
        "down_1": f"=1-C{row}/SUM({cells})",
        "down_2": f"=Store!C{row}*$D${row + 1}-data_x",
        "down_7": f"={found}+SUM(Wide!$E${wide + 1}:$G${wide + 1})",
        "side_0": f"=E{wide}+E{wide + 1}*rate",
        "side_2": f"=E{wide}-$E${wide}+Down!$C${row + 1}",
    }
    assert {key: first[key] for key in expected} == expected


# --- names and bytes --------------------------------------------------------------------------


def test_a_name_is_bound_to_its_cell() -> None:
    """Every line and every input of a table has its name, on one cell that holds it."""
    owned = tuple(figure(f"own_{k}", float(i)) for i, k in enumerate(("a", "b", "c"), 1))
    more = Column("owned", "Owned", "1", ITEMS, Owned(owned))
    linked = Column("linked", "Linked", "1", ITEMS, Gathered((RATE, FREE, RATE)))
    raw = written(*tabs(), tab("More", table("More", more, linked)))
    book = openpyxl.load_workbook(BytesIO(raw))
    expected = {
        "rate": 2.0,
        "data_free": None,
        "data_key": "Beta",
        "data_x": 1.0,
        "own_b": 2.0,
        "own_c": 3.0,
    }
    for name, value in expected.items():
        [(sheet, ref)] = book.defined_names[name].destinations
        assert re.fullmatch(r"\$[A-Z]+\$[0-9]+", ref)
        assert book[sheet][ref].value == value
    named = {name for name in book.defined_names if not name.startswith("_")}
    header = {"live", "state", "dated", "flagged"}
    assert named == {*expected, "data_y", "data_z", "own_a", *header}


def test_the_same_book_gives_the_same_bytes() -> None:
    """Made twice it is the same file; another time of making, or another figure, is another."""
    assert written(*tabs()) == written(*tabs())
    layout, look = laid(*tabs()), theme.load()
    once = xlsx.write(layout, look, STAMP)
    assert once == written(*tabs())
    assert xlsx.write(layout, look, STAMP + timedelta(days=1)) != once
    assert written(*tabs(), tab("Last", Lines("Lines", (figure("further", 1.0),)))) != once


@given(st.integers(0, 16_383))
def test_column_letters_are_those_of_the_writer(column: int) -> None:
    """Every column of a sheet has the letters that the writer gives it."""
    assert column_letters(column) == xl_col_to_name(column)
    assert Place("Data", 11, column).fixed_ref == f"${xl_col_to_name(column)}$12"
