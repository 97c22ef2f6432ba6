"""CSV files of data: what is read, and what is said of a file that cannot be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import datasets
import pytest
from datasets import GOOD, LOANS, Loan
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import cli
from workbook.assumptions import load
from workbook.data import FORMS, Form, day, identifier, number, read
from workbook.data.text import LARGEST
from workbook.faults import SHOWN, Fault, InputFaults

HEAD = "Id,Tool,Pieces,Part,Start,End,Remark\n"
ROW = "L-1,Saw,3,30%,2026-01-05,2026-02-05,Oak\n"


def faults_of(folder: Path, text: str | bytes) -> list[str]:
    """What is said of a file: line, column and message of each fault."""
    with pytest.raises(InputFaults) as refused:
        datasets.loans(folder, text)
    return [f"{f.line}: {f.key}: {f.message}" for f in refused.value.faults]


def row(**cells: str) -> str:
    """The good row with some cells changed."""
    good = {"Id": "L-1", "Tool": "Saw", "Pieces": "3", "Part": "30%", "Start": "2026-01-05"}
    good |= {"End": "2026-02-05", "Remark": "Oak"}
    return ",".join((good | cells).values()) + "\n"


# --- what is read ------------------------------------------------------------------------------


def test_a_good_file_is_read_to_its_types(tmp_path: Path) -> None:
    """Texts, a choice in any case of letters, numbers, shares either way, dates and blanks."""
    records = datasets.loans(tmp_path)
    assert records.rows == (
        Loan("L-1", "Saw", 3.0, 0.3, date(2026, 1, 5), date(2026, 2, 5), "Oak, and ash"),
        Loan("L-2", "Hammer", 12.0, 0.5, date(2026, 3, 1), None, None),
        Loan("L-3", "Plane", 0.0, None, date(2026, 2, 1), date(2026, 2, 1), None),
    )
    assert (records.file, records.lines) == ("loans.csv", (2, 3, 4))
    assert records.values("count") == (3.0, 12.0, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\n\n,,,,,,\n"),
        GOOD.replace("Id,Tool,Pieces", "id, TOOL ,count"),
        GOOD.replace("30%", "0.3").replace("0.5", "50 %").replace("12", "1.2e1"),
    ],
)
def test_the_same_rows_have_the_same_digest(tmp_path: Path, text: str) -> None:
    """A byte-order mark, line ends, blank lines, keys as headers and spellings of a number."""
    assert datasets.loans(tmp_path, text).digest == datasets.loans(tmp_path, GOOD).digest


def test_columns_stand_in_any_order_and_optional_ones_may_be_absent(tmp_path: Path) -> None:
    """Four columns from the last to the first; what is absent is blank."""
    [loan] = datasets.loans(tmp_path, "Start,Pieces,Tool,Id\n2026-01-05,3,Saw,L-1\n").rows
    assert loan == Loan("L-1", "Saw", 3.0, None, date(2026, 1, 5), None, None)


def test_a_file_of_headers_alone_has_no_rows(tmp_path: Path) -> None:
    """Nothing was asked for yet: that is no fault."""
    assert datasets.loans(tmp_path, HEAD).rows == ()


@dataclass(frozen=True)
class Month:
    """The row of a form of months."""

    month: date


MONTHS = Form(
    key="months",
    title="Months",
    purpose="The months of a test",
    row=Month,
    columns=(day("month", "Month", "Which", month=True),),
    unique=("month",),
    most=9,
    memo="No memo",
)


def test_a_month_is_its_first_day(tmp_path: Path) -> None:
    """Written with or without the day."""
    path = tmp_path / "months.csv"
    path.write_text("Month\n2026-03\n2026-04-01\n")
    assert [m.month for m in read(MONTHS, path).rows] == [date(2026, 3, 1), date(2026, 4, 1)]
    path.write_text("Month\n2026-04-02\n")
    with pytest.raises(InputFaults, match='"2026-04-02" is not a month; write one such as 2026-02'):
        read(MONTHS, path)


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "None: : is empty; it needs a line of headers"),
        ("\n ,\n", "None: : is empty; it needs a line of headers"),
        (HEAD.replace(",", ";"), "1: : columns are separated by semicolons; separate them by"),
        (HEAD.replace(",", "\t"), "1: : columns are separated by tabs; separate them by commas"),
        (ROW, '1: : "L-1" is no header of this form; begin with the line Id,Tool,Pieces,Part'),
        (b"PK\x03\x04rest", "None: : is a workbook or an archive; save it as CSV UTF-8"),
        (HEAD.encode("utf-16"), "None: : is in UTF-16; save it as CSV UTF-8"),
        ((HEAD + row(Remark="Möbel")).encode("latin-1"), "2: : byte 0xf6 is not UTF-8; save it"),
        (HEAD + row(Remark="a\0b"), "2: : has a NUL byte, so it is no text; save it as CSV UTF-8"),
        (
            HEAD + ROW[:-1] + ",x\n",
            "2: : has 8 cells, where the header has 7; put text with a comma",
        ),
        (HEAD + "L-1,Saw\n", "2: : has 2 cells, where the header has 7; add the others"),
        (HEAD + '"L-1,Saw\n' + ROW, "2: : a quotation mark is opened here and never closed"),
        (HEAD + '"L-1"x,Saw\n', "2: : text stands beside a quotation mark; double the marks"),
        (HEAD + "x" * 200_000, "2: : a cell is far too long; a quotation mark may be missing"),
        ("Id,Tool,Pieces,Strat\n", "1: Strat: unknown column; did you mean Start?"),
        ("Id,Tool,Pieces,Start,\n", "1: : column 5 has no header; name it, or remove the column"),
        ("Id,Tool,Start,Pieces,Id\n", "1: Id: is the header of two columns; remove one"),
        ("Id,Tool,Start\n", "1: Pieces: the column is missing; add it"),
    ],
)
def test_a_file_that_is_no_such_form_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Encoding, separators, quotation marks, headers and ragged rows, each with its line."""
    assert any(each.startswith(said) for each in faults_of(tmp_path, text))


@pytest.mark.parametrize(
    ("column", "typed", "said"),
    [
        ("Id", "", "is blank; write an id of its own"),
        ("Id", "7", '"7" is not an id; write letters, digits and . _ / - with a letter in it'),
        ("Id", "L" * 31, "has 31 characters, where 30 are allowed; shorten it"),
        ("Tool", "Sow", '"Sow" is not a choice; did you mean "Saw"?'),
        ("Tool", "Grinder", '"Grinder" is not a choice; write one of "Saw", "Hammer", "Plane"'),
        ("Pieces", '"1,234"', '"1,234" can be read in two ways; write it without separators'),
        ("Pieces", '"1.234,56"', '"1.234,56" can be read in two ways; write it without'),
        ("Pieces", "1 234", '"1 234" can be read in two ways; write it without separators'),
        ("Pieces", "many", '"many" is not a number; write it plainly, such as 1234.56'),
        ("Pieces", "=1+2", '"=1+2" is a formula; write the number itself, such as 1234.56'),
        ("Pieces", "-1", "-1 is outside 0 to 1,000; write a number in that range"),
        ("Pieces", "2.5", '"2.5" has a fraction; write a whole number'),
        ("Pieces", "nan", '"nan" is not finite; write a finite number'),
        ("Pieces", "-Infinity", '"-Infinity" is not finite; write a finite number'),
        ("Pieces", "1e999", "inf is outside 0 to 1,000; write a number in that range"),
        ("Pieces", "5%", '"5%" is a percentage; write a number in 1'),
        ("Pieces", "١٢", "is not a number; write it plainly"),
        ("Part", "30", "30 is outside 0 to 1; did you mean 30% (0.3)?"),
        ("Part", "3000%", "30 is outside 0 to 1"),
        ("Start", "5/1/2026", '"5/1/2026" is not a date; write one such as 2026-02-24'),
        ("Start", "2026-02-30", '"2026-02-30" is not a date; write one such as 2026-02-24'),
        ("Start", "20260105", '"20260105" is not a date; write one such as 2026-02-24'),
        ("Start", "1926-01-05", "1926-01-05 is outside 2000-01-01 to 2099-12-31; write a day"),
        ("End", "2026-01-04", "2026-01-04 is before the start 2026-01-05; correct one"),
        ("Remark", "=1", '"=1" starts with =, which a spreadsheet reads as a formula; reword it'),
        ("Remark", "+1", '"+1" starts with +, which a spreadsheet reads as a formula; reword it'),
        ("Remark", "-1", '"-1" starts with -, which a spreadsheet reads as a formula; reword it'),
        ("Remark", "@a", '"@a" starts with @, which a spreadsheet reads as a formula; reword it'),
        ("Remark", "<5", '"<5" starts with <, which lookups read as a comparison; reword it'),
        ("Remark", "\ta", '"\ufffda" has a control character or a line break; remove it'),
        ("Remark", '"\ra"', '"\ufffda" has a control character or a line break; remove it'),
        ("Remark", '"a\nb"', '"a\ufffdb" has a control character or a line break; remove it'),
        ("Remark", "a*", '"a*" has one of * ? ~, which lookups read as wildcards; reword it'),
        ("Remark", "x" * 61, "has 61 characters, where 60 are allowed; shorten it"),
    ],
)
def test_a_cell_that_its_column_does_not_take(
    tmp_path: Path, column: str, typed: str, said: str
) -> None:
    """One fault, at its line and column, that says what was found and what to write."""
    [found] = faults_of(tmp_path, HEAD + row(**{column: typed}))
    assert found.startswith(f"2: {column}: ")
    assert said in found


def test_rows_with_the_same_id_are_refused(tmp_path: Path) -> None:
    """Case of letters tells nothing apart: lookups in a spreadsheet do not see it."""
    found = faults_of(tmp_path, HEAD + row() + row(Id="L-2") + row(Id="l-1"))
    assert found == ['4: Id: "l-1" stands on line 2 already; change one']


def test_more_rows_than_the_workbook_takes_are_refused(tmp_path: Path) -> None:
    """Twelve rows are taken; the message stands at the thirteenth."""
    twelve = HEAD + "".join(row(Id=f"L-{i}") for i in range(12))
    assert len(datasets.loans(tmp_path, twelve).rows) == 12
    message = "14: : has 13 rows, where the workbook takes 12; remove those from here on"
    assert faults_of(tmp_path, twelve + row(Id="L-12")) == [message]


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """A bad cell, a ragged row, two bad cells, and an open quotation mark: five faults."""
    text = HEAD + row(Tool="Sow") + "L-2\n" + row(Id="L-3", Pieces="x", Part="2") + '"L-4'
    assert [each.split(":")[0] for each in faults_of(tmp_path, text)] == ["2", "3", "4", "4", "5"]


def test_a_message_has_the_first_faults_and_counts_the_others() -> None:
    """Of 35 faults of one file 30 are printed; another file has its own count."""
    many = [Fault("a.csv", i, "", "no") for i in range(35)] + [Fault("b.csv", 1, "", "no")]
    lines = str(InputFaults(many)).splitlines()
    assert len(lines) == SHOWN + 2
    assert lines[-2:] == ["a.csv: and 5 more like these", "b.csv:1: no"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (Path.mkdir, "is a folder; give a CSV file"),
        (Path.absolute, "there is no such file; check the path"),
        (lambda path: path.write_bytes(b"a" * (LARGEST + 1)), "is larger than 5 MB"),
    ],
)
def test_what_is_no_file_of_a_size_to_read(tmp_path: Path, make: object, said: str) -> None:
    """A folder, nothing at all, and a file that no form needs."""
    assert callable(make)
    make(tmp_path / "loans.csv")
    with pytest.raises(InputFaults, match=said):
        read(LOANS, tmp_path / "loans.csv")


def test_a_path_that_no_file_can_have() -> None:
    """A NUL byte in a path is a fault of the input."""
    with pytest.raises(InputFaults, match="is no path of a file"):
        read(LOANS, Path("a\0b"))


@settings(max_examples=300)
@given(data=st.data())
def test_any_bytes_end_in_rows_or_in_faults(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever is cut out of a good file or put into it, nothing else is raised."""
    good = GOOD.encode()
    pieces = st.one_of(
        st.binary(max_size=4),
        st.text(max_size=4).map(str.encode),
        st.sampled_from([b'"', b",", b"\r", b"\n", b"\0", b"=", b"9e99", b"\xef\xbb\xbf", b";"]),
    )
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(good)))
        stop = data.draw(st.integers(start, min(len(good), start + 20)))
        good = good[:start] + data.draw(pieces) + good[stop:]
    found: tuple[Loan, ...] = ()
    said = ["none"]
    try:
        found = datasets.loans(tmp_path_factory.getbasetemp(), good).rows
    except InputFaults as refused:
        said = [fault.message for fault in refused.faults]
    assert said
    assert all(message.isprintable() for message in said)
    assert all(0 <= loan.count <= 1000 and loan.id for loan in found)


# --- forms -------------------------------------------------------------------------------------


def test_a_form_and_its_rows_have_the_same_fields() -> None:
    """A column too few, or of another type, is seen when the form is declared."""
    columns = (identifier("id", "Id", "Names it"), number("count", "Count", "Of it", "1", 0, 1))
    with pytest.raises(TypeError, match="loans: Loan needs the fields"):
        Form(
            key="loans",
            title="",
            purpose="",
            row=Loan,
            columns=columns,
            unique=("id",),
            most=1,
            memo="",
        )


# --- how a file is chosen ----------------------------------------------------------------------


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set of assumptions that chooses a file beside it, with loans as a form."""
    monkeypatch.setitem(FORMS, "loans", LOANS)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "mine.csv").write_text(GOOD)
    path = tmp_path / "sets" / "mine.toml"
    path.write_text('[data.loans]\nfile = "mine.csv"\nas_of = 2026-02-14\nsource = "My shed"\n')
    return path


def test_a_file_is_chosen_beside_the_assumptions(overlay: Path) -> None:
    """The path is relative to the TOML file; date and source come with it."""
    file = load([overlay]).data.of(LOANS)
    assert [loan.id for loan in file.rows] == ["L-1", "L-2", "L-3"]
    assert (file.as_of.value, file.source) == (date(2026, 2, 14), "My shed")
    assert file.fact == f"mine.csv, 3 rows, {file.records.digest[:12]}"


def test_the_command_line_chooses_another_file(overlay: Path, tmp_path: Path) -> None:
    """What the assumptions say of their own file does not speak of that one."""
    other = tmp_path / "other.csv"
    other.write_text(HEAD + row(Start="2025-12-31") + row(Id="L-2", Start="2025-10-01"))
    file = load([overlay], data=[f"loans={other}"]).data.of(LOANS)
    assert (file.records.file, file.source) == ("other.csv", "No source given")
    assert file.as_of.value == date(2025, 12, 31)  # the latest of its dated column
    told = load([overlay], ["data.loans.as_of=2026-01-20"], [f"loans={other}"])
    assert told.data.of(LOANS).as_of.value == date(2026, 1, 20)


def test_a_short_form_names_the_file_alone(overlay: Path) -> None:
    """``loans = "mine.csv"`` under [data]; the date is that of the latest row."""
    overlay.write_text('[data]\nloans = "mine.csv"\n')
    file = load([overlay]).data.of(LOANS)
    assert (file.as_of.value, file.source) == (date(2026, 3, 1), "No source given")


def test_the_digest_is_of_the_rows(overlay: Path) -> None:
    """Another order of lines of equal text changes nothing; one cell changes it."""
    path = overlay.with_name("mine.csv")
    first = load([overlay]).digest
    path.write_text("\ufeff" + GOOD.replace("\n", "\r\n"))
    assert load([overlay]).digest == first
    path.write_text(GOOD.replace("L-2,hammer,12", "L-2,hammer,13"))
    assert load([overlay]).digest != first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[data]\nlaons = 'mine.csv'\n", "2: data.laons: unknown key; did you mean loans?"),
        ("[data]\nloans = 7\n", "2: data.loans: is not the path of a file; write it in quotes"),
        ("[data.loans]\nfile = 'mine.csv'\nas_of = 3\n", "3: data.loans.as_of: 3 is not a date"),
        ("[data.loans]\nfile = 'mine.csv'\nfrom = 3\n", "3: data.loans.from: unknown key"),
        ("[data]\nloans = 'no.csv'\n", "no.csv: there is no such file; check the path"),
    ],
)
def test_a_bad_choice_is_a_fault_of_the_assumptions(overlay: Path, text: str, said: str) -> None:
    """With the file, the line and the key."""
    overlay.write_text(text)
    with pytest.raises(InputFaults) as refused:
        load([overlay])
    assert said in str(refused.value)


def test_faults_of_data_and_of_assumptions_come_together(
    overlay: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A bad number in TOML, a bad cell in CSV, a bad choice: three faults, and nothing written."""
    overlay.with_name("mine.csv").write_text(HEAD + row(Tool="Sow"))
    out = tmp_path / "book.xlsx"
    options = ["--set", "training.mfu=7", "--data", "lones=a.csv", "--data", "loans"]
    assert cli.main(["build", "--assumptions", str(overlay), *options, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    for words in (
        "training.mfu: 7 is outside",
        "--data: lones: there is no such form; did you mean loans?",
        "--data: loans: is not a choice of a file; write name=FILE",
        'mine.csv:2: Tool: "Sow" is not a choice; did you mean "Saw"?',
    ):
        assert words in said
    assert not out.exists()


def test_inputs_say_which_files_are_read(overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file, its rows and digest; as JSON its columns with their units as well."""
    assert cli.main(["inputs", "--assumptions", str(overlay)]) == 0
    assert "mine.csv, 3 rows" in capsys.readouterr().out
    assert cli.main(["inputs", "--json", "--assumptions", str(overlay)]) == 0
    entries = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert entries["data.loans.as_of"]["value"] == "2026-02-14"
    file = entries["data.loans"]
    assert (file["file"], file["rows"], file["most"]) == ("mine.csv", 3, 12)
    pieces = {"id": "loans.count", "header": "Pieces", "unit": "1", "allowed": "0 to 1,000"}
    assert file["columns"][2] == pieces
