"""A row inserted in the middle of each table, by a spreadsheet program, comes back there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from edits import SET, Office, again, brought, built_at, cell_of
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from workbook.assumptions import Assumptions, load
from workbook.data import FORMS
from workbook.paths import TEMPLATES

__all__ = ["again"]

INPUTS: dict[str, tuple[str, str, dict[str, object]]] = {
    "fleet": (
        "b200",
        "AWS 3",
        {"provider": "AWS", "chip": "Trainium 3", "quantity": 9000.0, "ratio": 1.25},
    ),
    "models": ("grok_3", "Model X", {"flop": 3e25}),
    "prices": (
        "sonnet_4_5",
        "Opus 5",
        {
            "release": date(2026, 2, 1),
            "model_class": "Opus",
            "printed_share": 0.0,
            "input": 4.0,
            "output": 20.0,
        },
    ),
    "cases": ("own_2", "Two runs", {"runs_per_year": 2.0, "flop_growth": 5.0, "hold": "Hours"}),
}
"""New rows of tables of inputs: the row before which each is inserted, its label, its cells."""

DATA: dict[str, dict[str, object]] = {
    "requests": {"id": "R-50", "team": "Robots", "cores": 700.0},
    "usage": {"team": "Robots", "used": 1000.0, "peak": 2000.0, "allocated": 3000.0},
    "pool_peaks": {"pool": "Robot pool", "peak": 123456.0},
    "pools": {"pool": "Robots", "share": 0.0, "floor": 1000.0},
    "chip_prices": {"term": "5 years", "share": 0.0},
    "benchmarks": {"benchmark": "Robots", "score": 12.0},
    "margins": {"model": "Robo", "cost": 1234.0},
}
"""New rows of tables of data: what differs from the row above each."""

BEHIND = 2
"""The row of data behind which the new one is inserted, from 1."""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """One LibreOffice for all tests here."""
    with Office() as running:
        yield running


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a set of the user's own."""
    path = tmp_path_factory.mktemp("rows") / "set.toml"
    path.write_text(SET)
    return built_at(path.with_name("book.xlsx"), load([path]))


def table_of(made: Workbook, form: str) -> tuple[Worksheet, int, dict[str, int]]:
    """Where a table of data stands: its tab, the row of its first, and its columns by key."""
    known = {column.head: column.key for column in FORMS[form].columns}
    for sheet in made.worksheets:
        for at, row in enumerate(sheet.iter_rows(), 1):
            heads = {known[str(c.value)]: c.column for c in row if c.value in known}
            if len(heads) == len(known):
                unit = sheet.cell(at + 1, heads[FORMS[form].columns[0].key]).value is None
                return sheet, at + 1 + unit, {k: int(c or 0) for k, c in heads.items()}
    raise AssertionError(form)


def put(sheet: str, row: int, column: int, value: object) -> list[object]:
    """The step that types a value; rows and columns from 1."""
    match value:
        case date():
            return ["number", sheet, row - 1, column - 1, float((value - date(1899, 12, 30)).days)]
        case float() | int():
            return ["number", sheet, row - 1, column - 1, value]
        case _:
            return ["text", sheet, row - 1, column - 1, value]


def insert(made: Workbook, a: Assumptions) -> list[list[object]]:
    """The steps that insert a row in each table, the lowest of a tab first."""
    found: list[tuple[str, int, list[list[object]]]] = []
    for table, (before, label, values) in INPUTS.items():
        where = {key: cell_of(made, f"{table}.{before}.{key}") for key in values}
        first = next(iter(where.values()))
        tab, row = str(first.parent.title), first.row
        home = made[tab]
        assert len({cell.row for cell in where.values()}) == 1
        text = getattr(a, table).row(before).label
        [at] = [c for c in range(1, first.column) if home.cell(row, c).value == text]
        typed = [put(tab, row, at, label)]
        typed += [put(tab, row, where[k].column, v) for k, v in values.items() if v is not None]
        found.append((tab, row, typed))
    for form, values in DATA.items():
        sheet, top, columns = table_of(made, form)
        row = top + BEHIND
        above = {key: sheet.cell(row - 1, column).value for key, column in columns.items()}
        whole = {k: getattr(v, "date", lambda v=v: v)() for k, v in above.items()} | values
        typed = [put(sheet.title, row, columns[k], v) for k, v in whole.items() if v is not None]
        found.append((sheet.title, row, typed))
    steps: list[list[object]] = [["unprotect", tab] for tab in {tab for tab, _, _ in found}]
    for tab, row, typed in sorted(found, key=lambda each: each[1], reverse=True):
        steps += [["insert_rows", tab, row - 1, 1], *typed]
    return steps


@pytest.mark.libreoffice
@pytest.mark.slow
def test_a_row_in_the_middle_of_every_table(book: Path, office: Office, tmp_path: Path) -> None:
    """Each comes back between its neighbours, with what was typed; a second import does nothing."""
    into, a = tmp_path / "set.toml", load()
    into.write_text(SET)
    steps = insert(load_workbook(book), a)
    path = office.edited(book, tmp_path / "o.xlsx", *steps)
    found = brought(path, into)
    assert (found.errors, found.conflicts, found.extras) == ([], [], [])
    then = load([into])
    for table, (before, label, values) in INPUTS.items():
        old, rows = getattr(a, table).rows, getattr(then, table).rows
        place = [row.key for row in old].index(before)
        assert [row.label for row in rows] == [
            *(row.label for row in old[:place]),
            label,
            *(row.label for row in old[place:]),
        ]
        assert {key: getattr(rows[place], key).value for key in values} == values
    for form, values in DATA.items():
        rows, old = ([*each.data.files[form].records.rows] for each in (then, a))
        assert rows[:BEHIND] + rows[BEHIND + 1 :] == old
        assert {key: getattr(rows[BEHIND], key) for key in values} == values
        file = then.data.files[form].records.file
        name = "prices" if form == "chip_prices" else form
        assert file == f"set-{name}.csv"
        lines = (tmp_path / file).read_text().splitlines()
        assert lines[: BEHIND + 1] + lines[BEHIND + 2 :] == (
            (TEMPLATES / f"{name}.csv").read_text().splitlines()
        )
        assert list(csv.reader([lines[BEHIND + 1]]))
    again = brought(path, into)
    assert (again.changed, again.conflicts, again.extras, again.written) == ([], [], [], [])
