"""The engines behind one face: what each must do, and the formulas on which all four agree."""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.utility import xl_rowcol_to_cell

from workbook import engines
from workbook.engines import (
    NAMES,
    Cell,
    CellError,
    EngineError,
    EngineMissing,
    Session,
    Settable,
    Value,
    agree,
    engine,
    libreoffice,
    missing,
)
from workbook.engines.base import position

WRONG = 999
"""What every formula has as its cached value, so that nobody can pass by reading it."""

MODEL: Mapping[str, tuple[str, Value]] = {
    "A1": ("=rate*2", 40.0),
    "A2": ("=SUM('Data in'!A1:A8)", 20.0 + 60 + 120),
    "A3": ("=IF('Data in'!A5=\"\",\"–\",'Data in'!A5)", "–"),
    "A4": ("='Data in'!B1&\" · ●\"", "aws · ●"),
    "A5": ("='Data in'!A1>'Data in'!A2", False),
    "A6": ("=1/'Data in'!A5", CellError("#DIV/0!")),
    "A7": ("=MATCH(\"none\",'Data in'!B1:B3,0)", CellError("#N/A")),
    "A8": ("='Data in'!B1+1", CellError("#VALUE!")),
    "A9": ("=SQRT(-'Data in'!A1)", CellError("#NUM!")),
    "A10": ("=IF('Data in'!C1,1,0)", 1.0),
    "A11": ("=COUNTA('Data in'!A1:B8)", 3.0 + 2),
    "A12": ('=""', ""),
    "A13": ("=A1+A2", 240.0),
    "A14": ("=IF('Data in'!C2='Data in'!C3,1,0)", 1.0),
}

# Each shape with its value by hand, from the cells that `shapes` writes.
PORTABLE: Mapping[str, Value] = {
    '=IF(Data!A6="","–",Data!A6)': "–",
    "=IF(ISNUMBER(Data!A6),Data!A6,7)": 7.0,
    "=IF(ISERROR(SUM(Data!A1:A8)),1,0)": 1.0,
    "=IF(ISERROR(SUM(Data!A1:A7)),1,0)": 0.0,
    "=SUM(Data!A1:A7)": 265.0,
    "=MAX(Data!A1:A7)": 120.0,
    "=MIN(Data!A1:A7)": 5.0,
    '=TEXT(Data!C1,"0.0%")': "12.3%",
    '=TEXT(Data!C2,"#,##0")': "1,234,568",
    '=TEXT(Data!D1,"yyyy-mm-dd")': "2026-03-01",
    '=TEXT(Data!A1,"0")': "20",
    "=Data!D2-Data!D1": 364.0,
    '=REPT("█",Data!A5)': "█████",
    "=CHOOSE(MATCH(pick,Data!B1:B5,0),10,20,30)": 20.0,
    "=INDEX(Data!E1:H1,1,3)": 30.0,
    "=INDEX(Data!A1:A5,3)": 120.0,
    '=INDEX(Data!A1:A5,MATCH("azure",Data!B1:B5,0))': 120.0,
    '=SUMIFS(Data!A1:A5,Data!B1:B5,"aws")': 80.0,
    "=SUMIFS(Data!A1:A5,Data!B1:B5,pick)": 60.0,
    '=COUNTIF(Data!B1:B5,"aws")': 2.0,
    '=COUNTIF(Data!A1:A5,">="&rate)': 4.0,
    "=RANK(Data!A4,Data!A1:A5)+COUNTIF(Data!A$1:A3,Data!A4)": 3.0,
    "=Data!A2+ROW(Data!A2)/1000000": 60.000002,
    "=SUMPRODUCT((Data!B1:B5=pick)*Data!A1:A5)": 60.0,
    "=SUMPRODUCT(Data!E1:H1,Data!E1:H1)": 3000.0,
    '=Data!B1&" · "&Data!B2&" ●"': "aws · gcp ●",
    "=Data!B1=Data!B4": True,
    '=IF(pick="GCP",1,0)': 1.0,
    '=IFERROR(MATCH("z",Data!B1:B5,0),0)': 0.0,
    "=1/SUM(Data!A1:A5)": 1 / 265,
    "=LARGE(Data!A1:A5,2)": 60.0,
    "=SMALL(Data!A1:A5,1)": 5.0,
    "=EXP(LN(Data!A1))": 20.0,
    "=IF(ABS(Data!A1-Data!A2)<=0.000000001*MAX(1,ABS(Data!A2)),0,1)": 1.0,
    "=(Data!A1>10)*1": 1.0,
}

ENGINES = [
    pytest.param(name, marks=pytest.mark.libreoffice if name == "libreoffice" else ())
    for name in NAMES
]


def usable(name: str) -> engines.Engine:
    if reason := missing(name):
        pytest.skip(reason)
    return engine(name)


def model(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        data, calc = book.add_worksheet("Data in"), book.add_worksheet("Calc")
        data.write_column("A1", [20, 60, 120])
        data.write_column("B1", ["aws", "gcp"])
        data.write_boolean("C1", boolean=True)
        data.write_column("C2", [1 / 3, 1 / 3])
        data.protect()
        book.define_name("rate", "='Data in'!$A$1")
        for ref, (formula, _) in MODEL.items():
            calc.write_formula(ref, formula, None, WRONG)
    return path


def shapes(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        data, calc = book.add_worksheet("Data"), book.add_worksheet("Calc")
        data.write_column("A1", [20, 60, 120, 60, 5])
        data.write_string("A7", "text")
        data.write_formula("A8", "=1/0", None, WRONG)
        data.write_column("B1", ["aws", "gcp", "azure", "aws", "–"])
        data.write_column("C1", [0.123, 1234567.891])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        data.write_datetime("D1", datetime(2026, 3, 1), day)  # noqa: DTZ001 - a cell has no zone
        data.write_datetime("D2", datetime(2027, 2, 28), day)  # noqa: DTZ001 - a cell has no zone
        data.write_row("E1", [10, 20, 30, 40])
        book.define_name("rate", "=Data!$A$1")
        book.define_name("pick", "=Data!$B$2")
        for row, formula in enumerate(PORTABLE):
            calc.write_formula(row, 0, formula, None, WRONG)
    return path


@pytest.fixture(params=ENGINES, scope="module")
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    path = model(tmp_path_factory.mktemp("a folder") / "model 1.xlsx")
    with usable(request.param).open(path) as opened:
        yield opened


@pytest.fixture
def live(session: Session) -> Iterator[Session]:
    """The engine's session, with the inputs as the file has them before and after."""
    yield session
    inputs: dict[str, Settable] = {
        "A1": 20.0,
        "A2": 60.0,
        "A3": 120.0,
        "B1": "aws",
        "B2": "gcp",
        "C1": True,
    }
    for ref in ("A4", "A5", "A6", "A7", "A8", "B3", "Z9"):
        session.set(Cell("Data in", ref), None)
    for ref, value in inputs.items():
        session.set(Cell("Data in", ref), value)


def calc(session: Session, ref: str) -> Value:
    cell = Cell("Calc", ref)
    return session.read([cell])[cell]


def test_no_cached_value_is_handed_back(live: Session) -> None:
    """Every formula has its own value, where the file says 999 for all of them."""
    read = live.read(Cell("Calc", ref) for ref in MODEL)
    for ref, (formula, expected) in MODEL.items():
        assert agree(read[Cell("Calc", ref)], expected), formula


def test_a_named_input_moves_what_hangs_on_it(live: Session) -> None:
    """A changed number reaches formulas by name, by range and at second hand."""
    live.set(Cell("Data in", "A1"), 7.5)
    assert (calc(live, "A1"), calc(live, "A2"), calc(live, "A13")) == (15.0, 187.5, 202.5)


def test_text_goes_in_as_text(live: Session) -> None:
    """Text that looks like a formula or a number stays text."""
    live.set(Cell("Data in", "B1"), "=1+1")
    assert calc(live, "A4") == "=1+1 · ●"
    live.set(Cell("Data in", "A5"), "123")
    assert calc(live, "A3") == "123"


def test_a_boolean_input_can_be_switched(live: Session) -> None:
    """A boolean goes off and on again."""
    live.set(Cell("Data in", "C1"), value=False)
    assert calc(live, "A10") == 0.0
    live.set(Cell("Data in", "C1"), value=True)
    assert calc(live, "A10") == 1.0


def test_an_empty_cell_can_be_set_and_cleared(live: Session) -> None:
    """Cells that the file does not have take values, whether a formula names them or a range."""
    live.set(Cell("Data in", "A5"), 4.0)
    live.set(Cell("Data in", "A7"), 6.0)
    assert [calc(live, ref) for ref in ("A2", "A3", "A6", "A11")] == [210.0, 4.0, 0.25, 7.0]
    live.set(Cell("Data in", "A5"), None)
    live.set(Cell("Data in", "A7"), "")
    assert [calc(live, ref) for ref in ("A2", "A3", "A11")] == [200.0, "–", 5.0]


def test_a_filled_cell_can_be_cleared(live: Session) -> None:
    """A number that is cleared leaves the sum and the count."""
    live.set(Cell("Data in", "A2"), None)
    assert (calc(live, "A2"), calc(live, "A11")) == (140.0, 4.0)


def test_a_number_typed_anew_is_the_same_number(live: Session) -> None:
    """A third equals the third that the file has, to its last digit."""
    live.set(Cell("Data in", "C2"), 5.0)
    assert calc(live, "A14") == 0.0
    live.set(Cell("Data in", "C2"), 1 / 3)
    assert calc(live, "A14") == 1.0


def test_an_input_reads_back(live: Session) -> None:
    """What was set is what is read, and a cell that was never filled is empty."""
    cells = [Cell("Data in", ref) for ref in ("A1", "B2", "Z9", "A5")]
    live.set(cells[0], 0.1)
    live.set(cells[2], 3.0)
    assert list(live.read(cells).items()) == list(zip(cells, [0.1, "gcp", 3.0, None], strict=True))


def test_a_wrong_cell_is_refused(live: Session) -> None:
    """A formula, an unknown sheet and a malformed reference are refused by name."""
    with pytest.raises(EngineError, match="Calc!A1 holds a formula"):
        live.set(Cell("Calc", "A1"), 1.0)
    with pytest.raises(EngineError, match="no sheet 'Data'; it has Data in, Calc"):
        live.set(Cell("Data", "A1"), 1.0)
    with pytest.raises(EngineError, match="no sheet 'DATA IN'"):
        live.read([Cell("DATA IN", "A1")])
    with pytest.raises(EngineError, match=r"'\$A\$1' is not a cell"):
        live.read([Cell("Calc", "$A$1")])
    with pytest.raises(EngineError, match="cannot be set to nan"):
        live.set(Cell("Data in", "A1"), math.nan)
    assert calc(live, "A1") == 40.0


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_no_workbook_is_refused(name: str, tmp_path: Path) -> None:
    """A file that is not there, and one that is no xlsx, give one error with the path."""
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a package")
    for path in (tmp_path / "nowhere.xlsx", broken):
        with pytest.raises(EngineError, match=path.name):
            usable(name).open(path)


@pytest.mark.parametrize("name", ENGINES)
def test_portable_shapes_have_their_value_in_each_engine(name: str, tmp_path: Path) -> None:
    """The shapes that the workbook is written in give the value worked out by hand."""
    cells = {formula: Cell("Calc", f"A{row}") for row, formula in enumerate(PORTABLE, 1)}
    with usable(name).open(shapes(tmp_path / "shapes.xlsx")) as opened:
        read = opened.read(cells.values())
    wrong = {f: read[cell] for f, cell in cells.items() if not agree(read[cell], PORTABLE[f])}
    assert not wrong


@pytest.mark.libreoffice
def test_two_libreoffices_stand_side_by_side(tmp_path: Path) -> None:
    """Two sessions at once do not see each other's inputs, and close twice without harm."""
    path = model(tmp_path / "model.xlsx")
    office = usable("libreoffice")
    with office.open(path) as first, office.open(path) as second:
        first.set(Cell("Data in", "A1"), 1.0)
        second.set(Cell("Data in", "A1"), 2.0)
        assert (calc(first, "A1"), calc(second, "A1")) == (2.0, 4.0)
        first.close()
        assert calc(second, "A1") == 4.0
    with pytest.raises(EngineError, match="has ended; open the workbook again"):
        calc(first, "A1")
    assert [path.name for path in tmp_path.iterdir()] == ["model.xlsx"]


def freeze(leader: int) -> None:
    os.killpg(leader, signal.SIGSTOP)


def orphan(leader: int) -> None:
    os.kill(leader, signal.SIGKILL)


def running(group: int) -> list[str]:
    """The living processes of a group; one that is dead and not yet reaped is not living."""
    command = ["ps", "-eo", "pgid=,stat=,args="]
    listed = subprocess.check_output(command, text=True)
    rows = (line.split(maxsplit=2) for line in listed.splitlines())
    return [args for pgid, stat, args in rows if int(pgid) == group and stat[0] != "Z"]


@pytest.mark.libreoffice
@pytest.mark.parametrize("blow", [freeze, orphan])
def test_a_libreoffice_that_hangs_or_dies_is_cleared_away(
    blow: Callable[[int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence ends in one error, and no process of that LibreOffice is left."""
    usable("libreoffice")
    with libreoffice.LibreOfficeSession(model(tmp_path / "model.xlsx")) as opened:
        group = opened._bridge._process.pid
        assert any("soffice" in args for args in running(group))
        monkeypatch.setattr(libreoffice, "PATIENCE", 0.5)
        blow(group)
        with pytest.raises(EngineError, match=r"model.xlsx: libreoffice failed: it stopped"):
            calc(opened, "A1")
    deadline = time.monotonic() + 30
    while running(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(group)


def test_an_engine_is_imported_only_when_used() -> None:
    """Importing the face imports no engine."""
    code = "import sys, workbook.engines; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"formualizer", "ironcalc", "formulas", "openpyxl"} & set(done.stdout.split())


def test_a_missing_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine whose package is not there, or that nobody knows, is refused with a remedy."""
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "formulas" else name)
    with pytest.raises(EngineMissing, match=r"formulas is not installed; .*`verify` extra"):
        engine("formulas")
    with pytest.raises(EngineMissing, match="no engine 'excel'; choose from formualizer"):
        engine("excel")
    assert missing("ironcalc") is None


def test_a_missing_libreoffice_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without soffice, or without a Python that has uno, the message names the packages."""
    monkeypatch.setattr(libreoffice, "_program", lambda: None)
    assert "LibreOffice is not installed; on Debian" in str(missing("libreoffice"))
    monkeypatch.setattr(libreoffice, "_program", lambda: "soffice")
    monkeypatch.setattr(libreoffice, "_python", lambda: None)
    assert "uno" in str(missing("libreoffice"))


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_a_reference_names_its_row_and_column(row: int, column: int) -> None:
    """Every cell of a sheet reads back as the row and column that the writer gave it."""
    assert position(xl_rowcol_to_cell(row, column)) == (row + 1, column + 1)


@pytest.mark.parametrize("ref", ["", "A", "1", "a1", "A0", "A01", "XFE1", "A1048577", "A1:B2"])
def test_what_is_no_reference_is_refused(ref: str) -> None:
    """A range, a lower-case letter and a place past the sheet's edge are no cells."""
    with pytest.raises(EngineError, match="is not a cell"):
        position(ref)


values = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.booleans(),
    st.sampled_from(["#N/A", "#NUM!", "#VALUE!"]).map(CellError),
    st.none(),
)


@given(values, values)
def test_agreement_is_mutual(a: Value, b: Value) -> None:
    """A value agrees with itself, and two agree whichever is asked first."""
    assert agree(a, a)
    assert agree(a, b) == agree(b, a)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1e10, 1e10 + 5, True),
        (1e10, 1e10 + 20, False),
        (5.6e-17, 0.0, True),
        (2e-9, 1e-9, False),
        (True, 1.0, True),
        (False, 1.0, False),
        ("", None, True),
        (None, 0.0, False),
        ("1", 1.0, False),
        ("aws", "AWS", False),
        (CellError("#NUM!"), CellError("#VALUE!"), True),
        (CellError("#N/A"), CellError("#DIV/0!"), False),
        (CellError("#N/A"), "#N/A", False),
        (math.nan, math.nan, False),
    ],
)
def test_what_counts_as_the_same(a: Value, b: Value, *, expected: bool) -> None:
    """Numbers agree relatively, the rest exactly, save where engines spell one thing twice."""
    assert agree(a, b) is expected


def test_a_remainder_is_measured_by_what_cancelled() -> None:
    """A ten-thousandth left over from ten billion is nothing, and of one it is something."""
    assert agree(1e-4, 0.0, scale=1e10)
    assert not agree(1e-4, 0.0)
