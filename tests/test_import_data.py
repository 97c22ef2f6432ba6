"""Rows of data tables that were typed in a workbook come back into CSV files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from edits import again, brought, built_at, edited, in_office
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from workbook.assumptions import load
from workbook.data import FORMS
from workbook.data.usage import USAGE
from workbook.paths import TEMPLATES
from workbook.roundtrip.csvfile import key_of, lines_of, rewritten_csv
from workbook.roundtrip.importing import Request, import_edited

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


def acted() -> list[str]:
    """The lines of the file with what ``act`` does, and each other as it was."""
    head, *rows = SHIPPED.splitlines()
    expected = [head, rows[0], rows[1].replace(",20000,", ",12345,"), rows[2], *rows[4:]]
    return [*expected, rows[0].replace("R-01", "R-99")]


def test_rows_go_into_the_file_that_the_set_names(book: Path, into: Path) -> None:
    """Added, changed and removed; the set itself stays as it is."""
    found = brought(edited(book, into.with_name("e.xlsx"), also=requests(act)), into)
    assert (found.errors, found.extras, found.conflicts) == ([], [], [])
    assert [each.id for each in found.changed] == [
        "requests.R-02.cores",
        "requests.R-99",
        "requests.R-04",
    ]
    assert into.with_name("mine.csv").read_text().splitlines() == acted()
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
    assert (tmp_path / "new-requests.csv").read_text().splitlines() == acted()
    file = load([into]).data.files["requests"]
    assert file.records.file == "new-requests.csv"
    assert file.source.endswith("; typed in e.xlsx")
    assert brought(tmp_path / "e.xlsx", into).written == []


def test_a_file_outside_the_folder_of_the_set_is_left_alone(book: Path, tmp_path: Path) -> None:
    """A set may read it; to write there it has to be named on the command line."""
    (tmp_path / "mine.csv").write_text(SHIPPED)
    into = tmp_path / "sets" / "set.toml"
    into.parent.mkdir()
    into.write_text(NAMED.replace("mine.csv", "../mine.csv"))
    path = edited(book, tmp_path / "e.xlsx", also=requests(act))
    [error] = brought(path, into).errors
    assert "stands outside the folder of" in error.message
    assert "name it with --data requests=" in error.message
    assert (tmp_path / "mine.csv").read_text() == SHIPPED
    brought(path, into, data=[f"requests={tmp_path / 'mine.csv'}"])
    assert (tmp_path / "mine.csv").read_text().splitlines() == acted()


def test_nothing_typed_leaves_both_files(book: Path, into: Path) -> None:
    """Byte for byte."""
    found = brought(book, into)
    assert (found.changed, found.extras, found.errors, found.written) == ([], [], [], [])
    assert (into.read_text(), into.with_name("mine.csv").read_text()) == (NAMED, SHIPPED)


def test_both_changed_is_a_conflict(book: Path, into: Path) -> None:
    """Cores of R-02: 20000 at the build, 12345 typed, 20001 in the file since."""
    path = edited(book, into.with_name("e.xlsx"), also=requests(act))
    mine = into.with_name("mine.csv")
    mine.write_text(SHIPPED.replace(",20000,", ",20001,"))
    [conflict] = brought(path, into).conflicts
    assert conflict.id == "requests.R-02.cores"
    assert (conflict.base, conflict.cell, conflict.file) == (20000, 12345, 20001)
    assert mine.read_text() == SHIPPED.replace(",20000,", ",20001,")
    assert brought(path, into, take="ours").written == [str(mine)]
    assert ",20001," in mine.read_text()
    assert "R-99" in mine.read_text()
    mine.write_text(SHIPPED.replace(",20000,", ",20001,"))
    brought(path, into, take="theirs")
    assert mine.read_text().splitlines() == acted()


def test_changes_of_different_rows_meet(book: Path, into: Path) -> None:
    """In the workbook one row changed, one gone and one new; in the file since, others."""
    path = edited(book, into.with_name("e.xlsx"), also=requests(act))
    mine = into.with_name("mine.csv")
    head, *rows = SHIPPED.splitlines()
    later = [head, rows[0].replace(",210000,", ",210001,"), *rows[1:6], *rows[7:]]
    later.insert(4, rows[6].replace("R-07", "R-70"))
    mine.write_text("\n".join(later) + "\n")
    found = brought(path, into)
    assert (found.conflicts, found.errors, found.extras) == ([], [], [])
    wanted = [later[0], later[1], rows[1].replace(",20000,", ",12345,"), rows[2], later[4]]
    assert mine.read_text().splitlines()[:5] == wanted
    assert mine.read_text().splitlines()[-1].startswith("R-99,")
    assert "R-04," not in mine.read_text()
    assert brought(path, into).written == []


@pytest.mark.thorough
def test_a_row_that_one_side_removed(book: Path, into: Path) -> None:
    """Changed on the other side it is a conflict, and else it is gone."""
    path = edited(book, into.with_name("e.xlsx"), also=requests(act))
    mine = into.with_name("mine.csv")
    head, *rows = SHIPPED.splitlines()
    gone = [
        head,
        rows[0],
        *rows[2:3],
        rows[3].replace("R-04,Inference", "R-04,Research"),
        *rows[4:],
    ]
    mine.write_text("\n".join(gone) + "\n")
    found = brought(path, into)
    assert [(each.id, each.cell) for each in found.conflicts] == [
        ("requests.R-02", "a changed row"),
        ("requests.R-04", None),
    ]
    brought(path, into, take="theirs")
    assert_acted_but_for_order(mine.read_text())


def assert_acted_but_for_order(text: str) -> None:
    """The rows of ``assert_acted`` in any order."""
    wanted = SHIPPED.splitlines()
    wanted[2] = wanted[2].replace(",20000,", ",12345,")
    del wanted[4]
    assert sorted(text.splitlines()) == sorted([*wanted, wanted[1].replace("R-01", "R-99")])


def test_rows_that_are_sorted_are_told(book: Path, into: Path) -> None:
    """Their order goes into the file; no value changes; the second import has nothing to do."""

    def swap(sheet: Worksheet, first: int, heads: dict[str, int]) -> None:
        for column in heads.values():
            one, other = sheet.cell(first, column), sheet.cell(first + 2, column)
            one.value, other.value = other.value, one.value

    path = edited(book, into.with_name("e.xlsx"), also=requests(swap))
    found = brought(path, into)
    [change] = found.changed
    assert (change.id, change.base, change.cell) == ("requests", "as at the build", "sorted anew")
    head, *rows = SHIPPED.splitlines()
    wanted = [head, rows[2], rows[1], rows[0], *rows[3:]]
    assert into.with_name("mine.csv").read_text().splitlines() == wanted
    again = brought(path, into)
    assert (again.changed, again.conflicts, again.extras, again.written) == ([], [], [], [])


def test_a_column_that_the_file_has_not(into: Path) -> None:
    """A file may leave out what may be blank; what is typed there adds the column."""
    mine = into.with_name("mine.csv")
    rows = [line.split(",") for line in SHIPPED.splitlines()]
    assert rows[0][7] == "End"
    short = [r[:7] + r[8:] for r in rows if r[8] or r[0] == "Id"]
    mine.write_text("\n".join(map(",".join, short)) + "\n")
    path = built_at(into.with_name("b.xlsx"), load([into]))

    def end(sheet: Worksheet, first: int, heads: dict[str, int]) -> None:
        sheet.cell(first, heads["End"]).value = date(2026, 12, 30)
        sheet.cell(first, heads["Days"]).value = None

    found = brought(edited(path, into.with_name("e.xlsx"), also=requests(end)), into)
    assert (found.errors, found.extras) == ([], [])
    lines = mine.read_text().splitlines()
    assert lines[0] == ",".join(short[0]) + ",End"
    assert lines[1].endswith(",2026-12-30")
    assert lines[2:] == [",".join(each) + "," for each in short[2:]]


def test_what_the_rows_were_at_the_build_is_needed(book: Path, into: Path) -> None:
    """Typed rows, and both the file and what they were changed since: nothing can be told.

    Where the file has the very rows that were typed, nothing is to do, whatever they were.
    """
    mine = into.with_name("mine.csv")
    later = SHIPPED.replace(",20000,", ",20001,")
    mine.write_text(later)

    def spoil(made: Workbook) -> None:
        requests(act)(made)
        [cell] = [c for row in made["Data"].iter_rows() for c in row if c.value == "requests.row_2"]
        made["Data"].cell(cell.row, cell.column + 1).value = "R-02"

    found = brought(edited(book, into.with_name("e.xlsx"), also=spoil), into)
    [error] = found.errors
    assert error.id == "data.requests"
    assert "is gone or was changed; bring that back, or build the workbook anew" in error.message
    assert mine.read_text() == later
    mine.write_text("\n".join([*acted(), ""]))
    found = import_edited(Request(into.with_name("e.xlsx"), into, ignore_extra=True))
    assert (found.errors, found.changed, found.written) == ([], [], [])


def test_a_comment_on_a_row_of_data_is_told(book: Path, into: Path) -> None:
    """A CSV file has no place for it."""

    def remark(sheet: Worksheet, first: int, heads: dict[str, int]) -> None:
        sheet.cell(first, heads["Cores"]).comment = Comment("too many?", "Ann")

    found = brought(edited(book, into.with_name("e.xlsx"), also=requests(remark)), into)
    [extra] = found.extras
    assert extra.message == "has the comment too many?"


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
        '"R-08" stands in Requests!C14 already',
        "is blank",
        "holds the formula =TODAY()",
    ):
        assert words in told, words
    assert all(error.where.startswith("Requests!") for error in found.errors)
    assert into.with_name("mine.csv").read_text() == SHIPPED


# --- names that tabs take from rows ----------------------------------------------------------


def named(sheet: Worksheet, head: str) -> list[int]:
    """The rows of a table of names, by the head of their column, with the first blank one."""
    rows = (r for r in range(1, sheet.max_row) if sheet.cell(r, 2).value == head)
    top = next(r for r in rows if not str(sheet.cell(r + 2, 2).value).startswith("=")) + 2
    last = next(r for r in range(top, sheet.max_row) if not sheet.cell(r, 2).value)
    return list(range(top, last + 1))


def ledger(made: Workbook, form: str) -> tuple[Worksheet, list[int], dict[str, int]]:
    """The rows of a table of data with the first blank one, and its columns by head."""
    sheet, known = made["Ledger"], {column.head for column in FORMS[form].columns}
    heads = next(
        {str(c.value): int(c.column or 0) for c in row if c.value in known}
        for row in sheet.iter_rows()
        if {c.value for c in row} >= known
    )
    top = next(r for r in range(1, 999) if sheet.cell(r, min(heads.values())).value in known) + 1
    first = min(heads.values())
    top += sheet.cell(top, first).value is None
    last = next(r for r in range(top, 999) if not sheet.cell(r, first).value)
    return sheet, list(range(top, last + 1)), heads


NAMES = (
    ("usage", "Team", "Usage", "Team", "Robots"),
    ("usage", "Pool", "Usage", "Pool", "Robot pool"),
    ("benchmarks", "Benchmark", "Outcomes", "Benchmark", "Robots"),
    ("margins", "Model", "Outcomes", "Segment", "Robo · API"),
)


def new_names(made: Workbook) -> None:
    """A row of each new name, and the name itself."""
    for form, head, tab, title, name in NAMES:
        sheet, rows, heads = ledger(made, form)
        for column in heads.values():
            sheet.cell(rows[-1], column).value = sheet.cell(rows[-2], column).value
        sheet.cell(rows[-1], heads[head]).value = name.partition(" · ")[0]
        if head == "Pool":
            sheet.cell(rows[-1], heads["Team"]).value = "Walkers"
        made[tab].cell(named(made[tab], title)[-1], 2).value = name


def test_names_come_back_with_their_rows(book: Path, into: Path) -> None:
    """A team, a pool, a benchmark and a segment; the second import has nothing to do."""
    path = edited(book, into.with_name("e.xlsx"), also=new_names)
    found = brought(path, into)
    assert (found.errors, found.extras, found.conflicts) == ([], [], [])
    assert len(found.written) == 4
    then = load([into])
    assert {"Robots", "Walkers"} <= {row.team for row in then.data.of(USAGE).rows}
    found = brought(path, into)
    assert (found.errors, found.extras, found.changed, found.written) == ([], [], [], [])


def test_names_that_no_row_holds_are_told(book: Path, into: Path) -> None:
    """One typed alone, one typed over another, and one that stands twice."""

    def spoil(made: Workbook) -> None:
        sheet = made["Usage"]
        teams, pools = named(sheet, "Team"), named(sheet, "Pool")
        sheet.cell(teams[-1], 2).value = "Nobody"
        sheet.cell(teams[0], 2).value = sheet.cell(teams[1], 2).value
        sheet.cell(pools[-1], 2).value = 7

    found = brought(edited(book, into.with_name("e.xlsx"), also=spoil), into)
    told = "\n".join(map(str, found.extras))
    assert len(found.extras) == 4
    for words in (
        'holds "Nobody", which none of the rows of Usage mentions; type its rows as well',
        '"API platform" is gone, which the rows of Usage still mention; bring it back',
        'holds "Enterprise", which stands in Usage!B',
        "holds no name; type one, or clear the cell",
    ):
        assert words in told, words
    assert found.written == []


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
