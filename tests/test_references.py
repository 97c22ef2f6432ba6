"""Addresses: one formula a column, names on cells, and the same bytes for the same book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import openpyxl
from books import (
    STAMP,
    cells_of,
    entities,
    figure,
    laid,
    optional,
    tab,
    table,
    typed,
    words,
    written,
)
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.utility import xl_col_to_name

from workbook import theme
from workbook.a1 import column_letters
from workbook.book import Axis, Column, Entries, Gathered, Line, Lines, Owned, Tab
from workbook.engines import Cell
from workbook.expr import (
    At,
    Expr,
    lookup,
    nth,
    order,
    ordinal,
    override,
    position,
    running,
    same,
    total,
    total_where,
    when,
)
from workbook.layout import Layout, Place
from workbook.values import formulas_of
from workbook.xlsx import Writer

ITEMS = Axis("items", "Item", entities("alpha", "beta", "gamma"))
PLANS = Axis("plans", "Plan", entities("first", "second", "third"))
RATE, FREE = figure("rate", 2.0), optional("free", None)
KEY = words("key", "Beta")


def formula(key: str, algebra: Expr) -> Line:
    return Line(key, key, "1", algebra=algebra)


def values(axis: Axis, key: str) -> Column:
    return axis.fixed(key, key, (1.0, 2.0, 3.0), "constant", unit="1")


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
    text = formulas_of(layout)
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
    text = formulas_of(layout)
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
    once = Writer(layout, look, STAMP).finish({})
    assert once == written(*tabs())
    assert Writer(layout, look, STAMP + timedelta(days=1)).finish({}) != once
    assert written(*tabs(), tab("Last", Lines("Lines", (figure("further", 1.0),)))) != once


@given(st.integers(0, 16_383))
def test_column_letters_are_those_of_the_writer(column: int) -> None:
    """Every column of a sheet has the letters that the writer gives it."""
    assert column_letters(column) == xl_col_to_name(column)
    assert Place("Data", 11, column).fixed_ref == f"${xl_col_to_name(column)}$12"
