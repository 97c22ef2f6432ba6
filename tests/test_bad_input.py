"""Every kind of bad input that can be handed in is refused: what was found, where, the remedy.

What is wrong with a package itself (encrypted, truncated, a bomb) is told by the reader, whose own
tests have each case; here it is told by the command. Assumption files and CSV files have tests of
their own as well: this is the whole list, once, through the commands.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from edits import SET, again, built_at, edited, retouched, retyped, typed_in
from openpyxl import Workbook

from workbook import __version__, cli
from workbook.assumptions import load
from workbook.audit.facts import Facts
from workbook.audit.reader import read
from workbook.engines import CellError
from workbook.roundtrip import importing

__all__ = ["again"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a set of the user's own."""
    path = tmp_path_factory.mktemp("bad") / "set.toml"
    path.write_text(SET)
    return built_at(path.with_name("book.xlsx"), load([path]))


@pytest.fixture(scope="module")
def facts(book: Path) -> Facts:
    """That workbook, read once."""
    return read(book)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """A copy of the set, to import into."""
    path = tmp_path / "set.toml"
    path.write_text(SET)
    return path


def refused(path: Path, into: Path, capsys: Captured, *more: str) -> str:
    """What an import says that is refused with 2, writes nothing and shows no traceback."""
    before = sorted((p.name, p.read_bytes()) for p in into.parent.iterdir() if p.is_file())
    assert cli.main(["import", str(path), "--into", str(into), *more]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "fault of the program" not in said
    assert said.endswith("Nothing was written.\n")
    after = sorted((p.name, p.read_bytes()) for p in into.parent.iterdir() if p.is_file())
    assert after == before
    return said


# --- the file itself -------------------------------------------------------------------------


def repacked(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The package with each part changed; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


def added(data: bytes, name: str, part: bytes) -> bytes:
    """The package with one part more, packed tightly."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, part)
    return out.getvalue()


def with_dtd(name: str, part: bytes) -> bytes:
    """An entity that is larger than it looks."""
    if name != "xl/workbook.xml":
        return part
    return part.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1)


def with_claim(name: str, part: bytes) -> bytes:
    """A sheet that claims all cells that there can be."""
    start = part.find(b'<dimension ref="')
    if name != "xl/worksheets/sheet3.xml" or start < 0:
        return part
    end = part.index(b'"', start + 16)
    return part[: start + 16] + b"A1:XFD1048576" + part[end:]


PACKAGES: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
    ("nothing", lambda data: data[:0], "is empty"),
    ("no zip", lambda data: b"Cores;12\n" + data[:0], "is no zip"),
    ("truncated", lambda data: data[: len(data) // 2], "is no zip, or a part of it is missing"),
    ("old kind", lambda data: bytes.fromhex("d0cf11e0a1b11ae1") + data[:99], "old kind (.xls)"),
    (
        "encrypted",
        lambda data: (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le") + data[:9]
        ),
        "encrypted; save it without a password",
    ),
    ("bomb", lambda data: added(data, "xl/media/a.bin", b"\0" * 30_000_000), "at most 300 times"),
    ("outside", lambda data: added(data, "../a.xml", b"<a/>"), "points outside the file"),
    ("dtd", lambda data: repacked(data, with_dtd), "has a DTD"),
    ("claim", lambda data: repacked(data, with_claim), "more than any program should make room"),
    (
        "no names",
        lambda data: repacked(data, lambda n, p: None if n == "xl/workbook.xml" else p),
        "no part 'xl/workbook.xml'",
    ),
    (
        "damaged",
        lambda data: repacked(data, lambda n, p: p[:-99] if n.endswith("sheet3.xml") else p),
        "is not XML",
    ),
)


@pytest.mark.parametrize(("name", "spoil", "words"), PACKAGES, ids=[each[0] for each in PACKAGES])
def test_a_package_that_cannot_be_read(
    name: str,
    spoil: Callable[[bytes], bytes],
    words: str,
    book: Path,
    into: Path,
    capsys: Captured,
) -> None:
    """One line that names the file and what to do."""
    path = into.with_name(f"{name}.xlsx")
    path.write_bytes(spoil(book.read_bytes()))
    said = refused(path, into, capsys)
    assert words in said
    assert str(path) in said


def test_a_part_that_is_there_twice(book: Path, into: Path, capsys: Captured) -> None:
    """Which of the two a program reads, nobody can tell."""
    path = into.with_name("twice.xlsx")
    with pytest.warns(UserWarning, match="Duplicate"):
        path.write_bytes(added(book.read_bytes(), "xl/workbook.xml", b"<workbook/>"))
    assert "holds part 'xl/workbook.xml' twice" in refused(path, into, capsys)


def test_a_file_that_is_missing_or_a_folder(into: Path, capsys: Captured) -> None:
    """The path is told."""
    assert "No such file" in refused(into.with_name("no.xlsx"), into, capsys)
    folder = into.with_name("folder.xlsx")
    folder.mkdir()
    assert "it is no file" in refused(folder, into, capsys)


# --- the workbook ----------------------------------------------------------------------------


def test_a_workbook_of_another_program(into: Path, capsys: Captured) -> None:
    """Somebody's own table."""
    path = into.with_name("other.xlsx")
    made = Workbook()
    made["Sheet"]["A1"].value = "Cores"
    made.save(path)
    assert "no workbook of this program" in refused(path, into, capsys)


def says(label: str, value: str) -> Callable[[Workbook], object]:
    """Another fact in the properties."""

    def act(made: Workbook) -> None:
        for each in made.custom_doc_props.props:  # type: ignore[attr-defined]  # its stubs lack it
            if each.name == label:
                each.value = value

    return act


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("Schema version", "v9", "from a newer version of the program"),
        ("Schema version", "v0", "from an older version of the program"),
        (
            "Generator version",
            "0.0.1",
            f"built by version 0.0.1 of the program; this is {__version__}",
        ),
    ],
)
def test_a_workbook_of_another_version(
    label: str, value: str, words: str, book: Path, into: Path, capsys: Captured
) -> None:
    """The remedy: that version, or a new build."""
    path = edited(book, into.with_name("v.xlsx"), {"training.mfu": 0.5}, says(label, value))
    said = refused(path, into, capsys)
    assert words in said
    assert "that version" in said
    if label == "Generator version":
        assert cli.main(["import", str(path), "--into", str(into), "--ignore-extra"]) == 0
        assert load([into]).training.mfu.value == 0.5


def no_sources(made: Workbook) -> None:
    made.remove(made["Sources"])


def no_inputs(made: Workbook) -> None:
    made.remove(made["Inputs"])
    for name in [n for n, d in made.defined_names.items() if "Inputs!" in d.attr_text]:
        del made.defined_names[name]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (no_sources, "what each input was when the workbook was built (tab Sources)"),
        (no_inputs, "has neither its id nor its name left"),
    ],
)
def test_a_workbook_that_lost_what_it_says_of_itself(
    change: Callable[[Workbook], object], words: str, book: Path, into: Path, capsys: Captured
) -> None:
    """Tabs that are needed to know what was typed."""
    assert words in refused(edited(book, into.with_name("e.xlsx"), also=change), into, capsys)


@pytest.mark.parametrize(
    ("input_id", "head", "value", "words"),
    [
        (
            "control.as_of",
            "Value at build",
            46000.5,
            ["(control.as_of): the value at the build 46000.5 is no whole day"],
        ),
        (
            "training.mfu",
            "Input",
            "training.mfoo",
            [
                "(training.mfoo): is no input of this program",
                "training.mfu: has no row among the inputs on Sources",
            ],
        ),
        (
            "training.mfu",
            "Input",
            "training.overhead",
            ["the id training.overhead stands there twice"],
        ),
    ],
)
def test_a_workbook_that_says_otherwise_of_itself(  # noqa: PLR0913, PLR0917  a case of four
    input_id: str,
    head: str,
    value: float | str,
    words: list[str],
    facts: Facts,
    into: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An id that is unknown, one that is there twice, a value that no such input can have had."""
    cells = {at: held.value for at, held in facts.sheet("Sources").cells.items()}  # type: ignore[union-attr]
    [row] = [row for (row, column), held in cells.items() if (column, held) == (2, input_id)]
    [column] = [column for (_, column), held in cells.items() if held == head]
    changed = retouched(facts, {("Sources", row, column): (value, None)})
    monkeypatch.setattr(importing, "read", lambda _: changed)
    said = refused(facts.path, into, capsys)
    assert [each for each in words if each not in said] == []


@pytest.mark.parametrize(
    ("kind", "part"), [("vbaProject", "vbaProject.bin"), ("externalLink", "x.xml")]
)
def test_a_macro_or_a_link_to_another_file(
    kind: str, part: str, book: Path, into: Path, capsys: Captured
) -> None:
    """Neither is run or followed; the import stops until it is removed."""
    path = into.with_name("m.xlsx")

    def link(name: str, content: bytes) -> bytes:
        if name != "xl/_rels/workbook.xml.rels":
            return content
        one = f'<Relationship Id="r99" Type="http://x/{kind}" Target="{part}"/></Relationships>'
        return content.replace(b"</Relationships>", one.encode())

    path.write_bytes(added(repacked(book.read_bytes(), link), f"xl/{part}", b"<a/>"))
    assert cli.main(["import", str(path), "--into", str(into)]) == 1
    said = capsys.readouterr().err
    assert (
        f"the workbook: runs or reads something outside itself, which the build has not: {kind}"
        in said
    )
    assert "remove it" in said
    assert into.read_text() == SET


# --- cells -----------------------------------------------------------------------------------

CELLS: tuple[tuple[str, object, str], ...] = (
    ("training.mfu", None, "is blank; type a value"),
    ("training.mfu", "=1/2", "holds the formula =1/2; type its value instead"),
    ("training.mfu", CellError("#N/A"), "holds the error #N/A; type a value"),
    ("training.mfu", "0.5", '"0.5" is a number stored as text'),
    ("allocation.revenue_target", "1.234,56", '"1.234,56" is text, and can be read in two ways'),
    ("training.mfu", float("inf"), "inf is not finite"),
    ("control.as_of", float("nan"), "nan is not finite"),
    ("training.mfu", "half", '"half" is not a number'),
    ("allocation.p0", 30.0, "30 is outside 0 to 1. Did you mean 0.3 (30 %)?"),
    ("training.mfu", True, "TRUE is no number"),
    ("fleet.tpu.quantity", -5.0, "-5 is outside 0 to 100000000"),
    ("fleet.tpu.ratio", 0.0, "0 is outside 0.01 to 1000"),
    ("scenarios.own.p1", 1, "make it at most 1"),
    ("sizes.s8b.weight", 0.3, "weights sum to 1.2, not to 1"),
    ("weekly_max.ceiling", 2.5, "has a fraction; give a whole number"),
    ("supply.hours_per_year", 1e300, "1e+300 is outside 1 to 8784"),
    ("control.as_of", "soon", '"soon" is not a date'),
    ("control.as_of", 55154.0, "2051-01-01 is outside 2020-01-01 to 2035-12-31"),
    ("control.as_of", 46000.5, "46000.5 is no whole day"),
    ("allocation.live_scenario", "5 · Other", '"5 · Other" is not a choice; write one of "1 · '),
    ("allocation.live_scenario", 2.0, "2 is a number, where text is needed"),
    ("commitments.azure_nvidia.chip", "MI 450", '"MI 450" is not in the fleet'),
    ("fleet.tpu.provider", "=Google", "holds the formula =Google; type its value instead"),
    ("fleet.tpu.provider", "+Google", "which a spreadsheet reads as a formula"),
    ("fleet.tpu.provider", "@Google", "which a spreadsheet reads as a formula"),
    ("fleet.tpu.provider", "-Google", "which a spreadsheet reads as a formula"),
    ("fleet.tpu.provider", "Goo\tgle", "has a control character"),
    ("fleet.tpu.provider", "G" * 61, "has 61 characters, where 60 are allowed"),
    ("fleet.tpu.provider", "G*gle", "which lookups read as wildcards"),
)


def refused_cells(
    facts: Facts,
    values: dict[str, object],
    into: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """What an import says of a workbook with *values* in its cells."""
    monkeypatch.setattr(importing, "read", lambda _: typed_in(facts, values))
    return refused(facts.path, into, capsys)


RULED = ("scenarios.own.p1", "sizes.s8b.weight", "commitments.azure_nvidia.chip")
"""Inputs of rules between inputs, which are told once each input is sound."""


def rounds() -> list[dict[str, tuple[object, str]]]:
    """The cases in as few workbooks as can be: one value an input, and each rule alone."""
    dealt: list[dict[str, tuple[object, str]]] = []
    for input_id, value, words in CELLS:
        if input_id in RULED:
            dealt.insert(0, {input_id: (value, words)})
            continue
        free = [each for each in dealt if input_id not in each and not each.keys() & set(RULED)]
        if not free:
            dealt.append({})
        (free[0] if free else dealt[-1])[input_id] = (value, words)
    return dealt


@pytest.mark.parametrize("cases", rounds(), ids=lambda cases: f"{len(cases)} from {min(cases)}")
def test_every_bad_cell_is_told_at_once(
    cases: dict[str, tuple[object, str]],
    facts: Facts,
    into: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line an input, with cell, id, what was found and what to do."""
    values = {input_id: value for input_id, (value, _) in cases.items()}
    said = refused_cells(facts, values, into, capsys, monkeypatch).splitlines()
    for input_id, (_, words) in cases.items():
        table = f"({input_id.partition('.')[0]}." if input_id in RULED else f"({input_id})"
        [line] = [line for line in said if table in line]
        assert words in line
        assert "!" in line.split("(")[0]
    assert sum("!" in line.split("(")[0] for line in said) == len(cases)


def test_infinity_in_a_cell(book: Path, into: Path, capsys: Captured) -> None:
    """No program types it, but a file can hold it."""
    path = into.with_name("inf.xlsx")

    def spoil(name: str, part: bytes) -> bytes:
        return (
            part.replace(b"<v>0.45</v>", b"<v>1e999</v>") if name.endswith("sheet3.xml") else part
        )

    path.write_bytes(repacked(book.read_bytes(), spoil))
    assert "'1e999' is no number that a cell can hold" in refused(path, into, capsys)


# --- what to import into ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("set.txt", "", "name a TOML file"),
        ("set.toml", "[training\n", "is not valid TOML"),
        ("set.toml", "[training]\nmfu = 0.4\nmfu = 0.5\n", "is given twice in this file"),
        ("set.toml", "[training]\nmfuu = 0.4\n", "unknown key; did you mean mfu?"),
        ("set.toml", "schema = 9\n", "use a newer version of the program"),
        ("set.toml", "[training]\nmfu = nan\n", "is not finite"),
        ("set.toml", '[data.requests]\nfile = "no.csv"\n', "there is no such file"),
    ],
)
def test_a_set_that_cannot_be_imported_into(
    name: str, text: str, words: str, book: Path, tmp_path: Path, capsys: Captured
) -> None:
    """The line and the key, as in a build; the file stays as it is."""
    into = tmp_path / name
    into.write_text(text)
    assert words in refused(book, into, capsys)


def test_a_set_that_is_no_text_or_a_folder(book: Path, tmp_path: Path, capsys: Captured) -> None:
    """Neither can be read."""
    into = tmp_path / "latin.toml"
    into.write_bytes(b"# caf\xe9\n")
    assert "is not UTF-8; save the file as UTF-8" in refused(book, into, capsys)
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    assert "is a folder" in refused(book, folder, capsys)


def test_the_memo_is_not_imported_into(book: Path, capsys: Captured) -> None:
    """Its own inputs stay as they are."""
    assert cli.main(["import", str(book), "--into", "templates/memo.toml"]) == 2
    assert "name a set of your own" in capsys.readouterr().err


def test_a_set_that_is_read_only(
    book: Path, into: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner made it so for a reason."""
    path = retyped(book, into.with_name("e.xlsx"), {"training.mfu": 0.5})
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "is read-only" in refused(path, into, capsys)
