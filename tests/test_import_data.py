"""Rows of data tables that were typed in a workbook come back into CSV files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from edits import again, brought, built_at, edited, in_office
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from workbook.assumptions import load
from workbook.data import FORMS
from workbook.paths import TEMPLATES
from workbook.roundtrip.csvfile import key_of, lines_of, rewritten_csv

__all__ = ["again"]

SHIPPED = (TEMPLATES / "requests.csv").read_text()
NAMED = '# ours\n[data.requests]\nfile = "mine.csv"\nas_of = 2026-02-20\nsource = "Our form"\n'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a set that names a file of requests of its own."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "set.toml").write_text(NAMED)
    (folder / "mine.csv").write_text(SHIPPED)
    return built_at(folder / "book.xlsx", load([folder / "set.toml"]))


@pytest.fixture
def into(book: Path, tmp_path: Path) -> Path:
    """A copy of the set and of its file."""
    for name in ("set.toml", "mine.csv"):
        shutil.copy(book.with_name(name), tmp_path / name)
    return tmp_path / "set.toml"


def places(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    """The first row of the requests, and the column of each head."""
    [head] = [cell.row for row in sheet.iter_rows() for cell in row if cell.value == "Cores"]
    known = {column.head for column in FORMS["requests"].columns}
    heads = {str(c.value): c.column for c in sheet[head] if c.value in known}
    return head + 2, heads


def requests(change: Callable[[Worksheet, int, dict[str, int]], object]) -> Callable[..., object]:
    """What *change* does to the tab of requests."""

    def act(made: Workbook) -> None:
        sheet = made["Requests"]
        change(sheet, *places(sheet))

    return act


def act(sheet: Worksheet, first: int, heads: dict[str, int]) -> None:
    """One cell changed, one row cleared, and one typed below the last."""
    last = next(r for r in range(first, first + 300) if not sheet.cell(r, heads["Id"]).value)
    for column in heads.values():
        sheet.cell(last, column).value = sheet.cell(first, column).value
        sheet.cell(first + 3, column).value = None
    sheet.cell(last, heads["Id"]).value = "R-99"
    sheet.cell(first + 1, heads["Cores"]).value = 12345


def assert_acted(text: str) -> None:
    """The file has what ``act`` did, and each other line as it was."""
    head, *rows = SHIPPED.splitlines()
    expected = [head, rows[0], rows[1].replace(",20000,", ",12345,"), rows[2], *rows[4:]]
    assert text.splitlines() == [*expected, rows[0].replace("R-01", "R-99")]


def test_rows_go_into_the_file_that_the_set_names(book: Path, into: Path) -> None:
    """Added, changed and removed; the set itself stays as it is."""
    found = brought(edited(book, into.with_name("e.xlsx"), also=requests(act)), into)
    assert (found.errors, found.extras, found.conflicts) == ([], [], [])
    assert [each.id for each in found.changed] == [
        "requests.R-02.cores",
        "requests.R-99",
        "requests.R-04",
    ]
    assert_acted(into.with_name("mine.csv").read_text())
    assert into.read_text() == NAMED
    assert found.written == [str(into.with_name("mine.csv"))]


def test_a_file_of_the_project_is_left_alone(book: Path, tmp_path: Path) -> None:
    """A set that names none gets a file of its own beside it, and says so; twice is once."""
    path, into = tmp_path / "b.xlsx", tmp_path / "new.toml"
    built_at(path, load())
    del book
    found = brought(edited(path, tmp_path / "e.xlsx", also=requests(act)), into)
    assert (found.errors, found.extras) == ([], [])
    assert (TEMPLATES / "requests.csv").read_text() == SHIPPED
    assert_acted((tmp_path / "new-requests.csv").read_text())
    file = load([into]).data.files["requests"]
    assert file.records.file == "new-requests.csv"
    assert file.source.endswith("; typed in e.xlsx")
    assert brought(tmp_path / "e.xlsx", into).written == []


def test_nothing_typed_leaves_both_files(book: Path, into: Path) -> None:
    """Byte for byte."""
    found = brought(book, into)
    assert (found.changed, found.extras, found.errors, found.written) == ([], [], [], [])
    assert (into.read_text(), into.with_name("mine.csv").read_text()) == (NAMED, SHIPPED)


def test_both_changed_is_a_conflict(book: Path, into: Path) -> None:
    """The file has another row since the build, and a row was typed: one has to be chosen."""
    path = edited(book, into.with_name("e.xlsx"), also=requests(act))
    mine = into.with_name("mine.csv")
    mine.write_text(SHIPPED.replace(",210000,", ",210001,"))
    assert brought(path, into).conflicts != []
    assert ",210001," in mine.read_text()
    assert brought(path, into, take="ours").written == []
    brought(path, into, take="theirs")
    assert_acted(mine.read_text())


def test_a_change_of_the_file_alone_stays_there(book: Path, into: Path) -> None:
    """Nobody typed a row."""
    into.with_name("mine.csv").write_text(SHIPPED.replace(",210000,", ",210001,"))
    found = brought(book, into)
    assert (found.changed, found.conflicts, found.extras, found.written) == ([], [], [], [])


def test_what_is_wrong_is_told_at_its_cell(book: Path, into: Path) -> None:
    """Text for a number, a number out of range, an unknown choice, an id twice: all at once."""

    def spoil(sheet: Worksheet, first: int, heads: dict[str, int]) -> None:
        sheet.cell(first, heads["Cores"]).value = "many"
        sheet.cell(first + 1, heads["Cores"]).value = -1
        sheet.cell(first + 2, heads["Nature"]).value = "Urgent"
        sheet.cell(first + 4, heads["Id"]).value = "R-08"
        sheet.cell(first + 5, heads["Id"]).value = None
        sheet.cell(first + 6, heads["Start"]).value = "=TODAY()"

    found = brought(edited(book, into.with_name("e.xlsx"), also=requests(spoil)), into)
    told = "\n".join(map(str, found.errors))
    for words in (
        '(requests.cores): "many" is not a number',
        "(requests.cores): -1 is outside 1",
        '"Urgent" is not a choice',
        '"R-08" stands on line 6 already',
        "is blank",
        "holds the formula =TODAY()",
    ):
        assert words in told, words
    assert all(error.where.startswith("Requests!") for error in found.errors)
    assert into.with_name("mine.csv").read_text() == SHIPPED


@pytest.mark.libreoffice
def test_a_row_inserted_in_libreoffice(book: Path, into: Path) -> None:
    """In the middle of the table, with a date: it comes back between its neighbours."""
    sheet = load_workbook(book)["Requests"]
    first, heads = places(sheet)
    row = first + 1  # from 0, the row after the second request
    texts = {"Id": "R-50", "Organisation": "Inference", "Team": "API platform"}
    texts |= {"Pool": "API serving", "Accelerator": "B200", "Workload": "Test"}
    texts |= {"Nature": "Critical"}
    steps: list[list[object]] = [["unprotect", "Requests"], ["insert_rows", "Requests", row, 1]]
    steps += [["text", "Requests", row, heads[head] - 1, text] for head, text in texts.items()]
    numbers = {"Cores": 7, "Start": 46082, "Days": 30, "Requested": 46054}
    steps += [
        ["number", "Requests", row, heads[head] - 1, value] for head, value in numbers.items()
    ]
    found = brought(in_office(book, into.with_name("o.xlsx"), *steps), into)
    assert (found.errors, found.extras) == ([], [])
    lines = into.with_name("mine.csv").read_text().splitlines()
    assert lines[3].startswith("R-50,Inference,API platform,API serving,B200,7,2026-03-01,,30,Test")
    assert [*lines[:3], *lines[4:]] == SHIPPED.splitlines()


def test_lines_that_say_the_same_keep_their_text() -> None:
    """Percent signs, quotes, column order and line ends stay; only the changed cell is new."""
    form = FORMS["pools"]
    text = (TEMPLATES / "pools.csv").read_text().replace("\n", "\r\n")
    rows = [
        {c.key: getattr(row, c.key) for c in form.columns}
        for row in load().data.files["pools"].records.rows
    ]
    assert rewritten_csv(form, text, rows, rows) == text
    typed = [rows[0] | {"share": 0.5}, *rows[1:]]
    assert rewritten_csv(form, text, rows, typed) == text.replace(",55%,", ",0.5,", 1)
    assert lines_of(text) == list(range(2, 2 + len(rows)))
    assert len({key_of(form, row) for row in rows}) == len(rows)
