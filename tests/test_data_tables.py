"""Tables of data in the workbook: what is typed in, what stays blank, and what counts them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import books
import datasets
import pytest
from finder import Finder

from workbook.book import Column, Stamp, Tab, tables_of
from workbook.engines import CellError, Value, agree, engine, missing
from workbook.evaluate import Model, plain
from workbook.functions import ErrorValue

ENGINES = [
    "formualizer",
    "ironcalc",
    "formulas",
    pytest.param("libreoffice", marks=pytest.mark.libreoffice),
]

TYPED: Mapping[str, dict[str, Stamp]] = {
    "as read": {},
    "a row typed below": {
        "loans.row_4.id": "L-4",
        "loans.row_4.tool": "saw",
        "loans.row_4.count": 12.0,
    },
    "a tool that nobody has": {"loans.row_1.tool": "Axe"},
    "too many pieces": {"loans.row_1.count": 1000.5, "loans.row_2.count": -1.0},
    "text for pieces": {"loans.row_12.count": "three"},
    "pieces without an id": {"loans.row_9.count": 7.0},
    "an id without pieces": {"loans.row_12.id": "L-12"},
}
BY_HAND: Mapping[str, tuple[float, ...]] = {
    # filled, within, outside, listed, gaps, strays, torn, twice: 2 x (3 + 12 + 0) = 30
    "as read": (3, 3, 0, 3, 0, 0, 0, 30),
    "a row typed below": (4, 4, 0, 4, 0, 0, 0, 54),
    "a tool that nobody has": (3, 3, 0, 2, 0, 0, 0, 30),
    "too many pieces": (3, 1, 2, 3, 0, 0, 0, 2 * (1000.5 - 1)),
    "text for pieces": (3, 3, 1, 3, 0, 1, 1, 30),
    "pieces without an id": (3, 4, 0, 3, 0, 1, 1, 30),
    "an id without pieces": (4, 3, 0, 3, 1, 0, 1, 30),
}
WORKED_OUT = ("rank_key", "twice", "rank")
COUNTS = ("filled", "within", "outside", "listed", "gaps", "strays", "torn", "twice")


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Tab:
    """The tab of the three loans of the good file."""
    return datasets.counting(datasets.chosen(datasets.loans(tmp_path_factory.mktemp("loans"))))


@pytest.mark.parametrize("case", TYPED)
def test_what_is_typed_is_counted(tab: Tab, case: str) -> None:
    """Filled, within the range or not, listed, torn rows, and a sum over filled rows, by hand."""
    model = Model([tab], TYPED[case])
    assert tuple(model[f"loans_{name}"] for name in COUNTS) == BY_HAND[case]


def test_rows_are_ranked_and_blank_ones_are_not(tab: Tab) -> None:
    """12 pieces come first, 3 next, none last; a row that is blank has no rank."""
    model = Model([tab])
    rank = next(c for t in tables_of(tab) for c in t.columns if c.key == "rank")
    assert [model.cell(rank, i) for i in range(5)] == [2, 1, 3, "", ""]


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_counts_alike(tab: Tab, tmp_path: Path, name: str) -> None:
    """Every formula over and beside the data has the value that plain Python gives it."""
    if reason := missing(name):
        pytest.skip(reason)
    found = Finder(books.book(tab), books.laid(tab))
    cells = found.figures
    path = tmp_path / "book.xlsx"
    path.write_bytes(books.written(tab))
    columns = {c.key: c for t in tables_of(tab) for c in t.columns}
    wanted = [f"loans_{count}" for count in COUNTS]
    wanted += [f"loans.row_{i}.{key}" for key in WORKED_OUT for i in range(1, 13)]
    before = Model([tab])
    with engine(name).open(path) as session:
        for case, changes in TYPED.items():
            for typed, value in changes.items():
                session.set(cells[typed], plain(value))
            session.recalculate()
            values = session.read(cells[each] for each in wanted)
            model = Model([tab], changes)
            expected = {each: _value(model, columns, each) for each in wanted}
            differing = {
                each: (ours, values[cells[each]])
                for each, ours in expected.items()
                if not agree(ours, values[cells[each]])
            }
            assert differing == {}, case
            for typed in changes:
                _, row, key = typed.split(".")
                session.set(cells[typed], before.cell(columns[key], int(row[4:]) - 1))


def _value(model: Model, columns: Mapping[str, Column], figure: str) -> Value:
    table, _, rest = figure.partition(".")
    try:
        if not rest:
            return model[table]
        row, _, key = rest.partition(".")
        return model.cell(columns[key], int(row.removeprefix("row_")) - 1)
    except ErrorValue as error:
        return CellError(str(error))
