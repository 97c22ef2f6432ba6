"""The safe reader: what it finds in any xlsx, and what it refuses to open."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, ZipFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from strangers import packed, parts, sheet

from workbook.audit import container, formula
from workbook.audit.facts import Facts, Held
from workbook.audit.reader import Refused, read
from workbook.build import Built
from workbook.engines import CellError
from workbook.layout import Excel


def one(path: Path, ref: str, sheet_name: str = "Data") -> Held:
    """One cell of a file."""
    held = read(path).sheet(sheet_name)
    assert held is not None
    found = held.at(ref)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def facts(book_path: Path) -> Facts:
    """This project's own workbook, read."""
    return read(book_path)


def test_every_formula_is_found_with_its_cached_value(facts: Facts, built: Built) -> None:
    """Cell by cell the text is the layout's and the value is the one that was cached."""
    found = {held.cell: (held.formula, held.value) for held in facts.formulas()}
    written = {
        (sheet.name, held.row, held.col): held.content.text.removeprefix("=")
        for sheet in built.layout.sheets
        for held in sheet.cells
        if isinstance(held.content, Excel)
    }
    texts = {(h.sheet, h.row - 1, h.column - 1): h.formula for h in facts.formulas()}
    assert texts == written
    assert {cell: value for cell, (_, value) in found.items()} == built.filled.values


def test_inputs_are_unlocked_blue_and_ruled(facts: Facts, built: Built) -> None:
    """What is told of a cell's look and rule is what the layout gave it."""
    sheet = facts.sheet("Inputs")
    assert sheet is not None
    place = built.layout.names["training_mfu"]
    held = sheet.at(place.ref)
    assert held is not None
    assert (held.value, held.look.font, held.look.locked) == (0.5, "1646C9", False)
    rule = sheet.rule_of(held.row, held.column)
    assert rule is not None
    assert (rule.kind, rule.low, rule.high, rule.stops) == ("decimal", "0.05", "1.0", True)
    assert sheet.protected
    assert not sheet.password
    assert sheet.page.fit == (1, 0)
    assert sheet.page.frozen[0] > 0


def test_names_charts_and_properties_are_found(facts: Facts, built: Built) -> None:
    """Defined names, the ranges that charts draw, and the digest of the assumptions."""
    names = {n.name: n.formula for n in facts.names if not n.built_in}
    places = {k: f"{p.sheet}!{p.fixed_ref}" for k, p in built.layout.names.items()}
    assert names == places
    dashboard = facts.sheet("Dashboard")
    assert dashboard is not None
    kinds = [chart.kinds[0] for chart in dashboard.charts]
    assert kinds == ["barChart", "barChart", "barChart", "scatterChart"]
    assert dashboard.charts[0].series[0].values.startswith("Scenarios!$E$")
    assert facts.properties["Assumptions digest"] == built.book.properties["Assumptions digest"]
    assert facts.outside == ()


def test_a_stranger_s_facts_are_found(tmp_path: Path) -> None:
    """Hidden parts, merged cells, comments, formats, array formulas and dates."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        data, away = book.add_worksheet("Da ta"), book.add_worksheet("Away")
        away.very_hidden()
        data.write("A1", 3, book.add_format({"num_format": "0.00", "bg_color": "#FFF9E6"}))
        data.write_datetime("A2", date(2026, 3, 1))
        data.write_array_formula("B1:B2", "{=A1:A2*2}", None, 6)
        data.write_comment("A1", "why three")
        data.merge_range("D1:E1", "wide")
        data.set_column("G:H", None, None, {"hidden": True})
        data.set_row(6, None, None, {"hidden": True})
        data.conditional_format("A1:A3", {"type": "cell", "criteria": ">", "value": 2})
        data.data_validation("A1", {"validate": "list", "source": ["x", "y"]})
        data.protect("secret")
        book.define_name("'Da ta'!mine", "='Da ta'!$A$1")
    facts = read(path)
    sheet = facts.sheets[0]
    first, stamp, array = (sheet.at(ref) for ref in ("A1", "A2", "B1"))
    assert first is not None
    assert stamp is not None
    assert array is not None
    assert (first.value, first.look.show, first.look.fill) == (3.0, "0.00", "FFF9E6")
    assert stamp.value == 46082.0
    assert (array.formula, array.array, array.value) == ("A1:A2*2", "B1:B2", 6.0)
    assert sheet.comments == {"A1": "why three"}
    assert (sheet.merged, sheet.hidden_columns, sheet.hidden_rows) == (("D1:E1",), ((7, 8),), (7,))
    assert sheet.formats[0].formulas == ("2",)
    assert sheet.rules[0].low == '"x,y"'
    assert sheet.password
    assert facts.sheets[1].state == "veryHidden"
    assert [(n.name, n.sheet) for n in facts.names] == [("mine", "Da ta")]


def test_shared_formulas_are_written_out(tmp_path: Path) -> None:
    """Each cell of a group has the formula that a program would show there."""
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c>'
        '<c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$A$1+SUM(Data!A1:A2)</f><v>4</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>0</v></c></row>'
        '<row r="3"><c r="B3" t="str"><f t="shared" si="0"/><v>x</v></c></row>'
    )
    path = packed(tmp_path / "b.xlsx", parts(rows))
    assert one(path, "B3").formula == "A3*$A$1+SUM(Data!A3:A4)"
    assert openpyxl.load_workbook(path)["Data"]["B3"].value == "=A3*$A$1+SUM(Data!A3:A4)"
    assert one(path, "B3").value == "x"


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    """Rich and inline text, booleans, errors, and cells without an address."""
    rows = (
        '<row><c><v>1.5</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>'
        '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c><c t="s"><v>1</v></c></row>'
    )
    files = parts(rows)
    files["xl/_rels/workbook.xml.rels"] = files["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="rId9" Type="http://purl.oclc.org/ooxml/x/sharedStrings" '
        'Target="/xl/words.xml"/></Relationships>',
    )
    files["xl/words.xml"] = (
        "<sst><si><t>zero</t></si><si><t>one</t><rPh><t>aloud</t></rPh></si></sst>"
    )
    path = packed(tmp_path / "b.xlsx", files)
    values = [one(path, ref).value for ref in ("A1", "B1", "C1", "D1", "E1")]
    assert values == [1.5, True, CellError("#N/A"), "ab", "one"]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
BREAKS: dict[str, tuple[Callable[[dict[str, str]], Mapping[str, str | bytes]], str]] = {
    "an entity": (
        lambda p: p | {"xl/workbook.xml": BOMB + p["xl/workbook.xml"]},
        "has a DTD",
    ),
    "an entity in another encoding": (
        lambda p: p | {"xl/workbook.xml": (BOMB + p["xl/workbook.xml"]).encode("utf-16")},
        "has a DTD",
    ),
    "a path outside": (lambda p: p | {"../evil": "x"}, "points outside the file"),
    "a path from the root": (lambda p: p | {"/evil": "x"}, "points outside the file"),
    "a part twice": (
        lambda p: p | {"XL/workbook.xml": "x"},
        "holds part 'XL/workbook.xml' twice",
    ),
    "no sheet part": (
        lambda p: {k: v for k, v in p.items() if "sheet1" not in k},
        "no part 'xl/worksheets/sheet1.xml'",
    ),
    "no workbook": (lambda _: {"word/document.xml": "<x/>"}, "a zip, but no workbook"),
    "a document": (
        lambda p: p | {"xl/workbook.xml": "<document/>"},
        "no workbook but a document",
    ),
    "broken XML": (lambda p: p | {"xl/worksheets/sheet1.xml": "<worksheet>"}, "is not XML"),
    "a huge claim": (
        lambda p: p | {"xl/worksheets/sheet1.xml": sheet("", '<dimension ref="A1:XFD1048576"/>')},
        "claims 1,048,576 rows and 16,384 columns",
    ),
    "a cell off the sheet": (
        lambda p: p | {"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="ZZZZ1"/></row>')},
        "'ZZZZ1' is not a cell",
    ),
    "a cell twice": (
        lambda p: (
            p | {"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1"/><c r="A1"/></row>')}
        ),
        "is there twice",
    ),
    "a word that is not there": (
        lambda p: (
            p | {"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')}
        ),
        "is damaged",
    ),
    "a number that is none": (
        lambda p: (
            p | {"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1"><v>1,5</v></c></row>')}
        ),
        "is damaged",
    ),
    "a binary workbook": (
        lambda p: p | {"_rels/.rels": p["_rels/.rels"].replace("workbook.xml", "workbook.bin")},
        "save it as .xlsx",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_or_unsafe_file_is_refused(name: str, tmp_path: Path) -> None:
    """One message that names the file, the part and what is wrong."""
    change, words = BREAKS[name]
    path = packed(tmp_path / "b.xlsx", change(parts()))
    with pytest.raises(Refused, match=r"b\.xlsx: ") as caught:
        read(path)
    assert words in str(caught.value)


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    """No file, a folder, nothing, text, half a zip, an old workbook and an encrypted one."""
    whole = packed(tmp_path / "whole.xlsx", parts()).read_bytes()
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    contents = {
        b"": "is empty",
        b"id,value": "is no zip",
        whole[:-40]: "is no zip",
        ole: "old kind",
        ole + "EncryptedPackage".encode("utf-16-le"): "is encrypted",
    }
    for data, words in contents.items():
        path = tmp_path / "b.xlsx"
        path.write_bytes(data)
        with pytest.raises(Refused, match=words):
            read(path)
    with pytest.raises(Refused, match="No such file"):
        read(tmp_path / "nowhere.xlsx")
    with pytest.raises(Refused, match="is no file"):
        read(tmp_path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the ratio of one part, by the sum of all, by their number and by the file's own size."""
    path = packed(tmp_path / "b.xlsx", parts() | {"xl/media/a.bin": " " * 6_000_000})
    with pytest.raises(Refused, match=r"unpacks from [\d,]+ to 6,000,000 bytes"):
        read(path)
    for limit, value, words in (
        ("MOST_UNPACKED", 5_000_000, "it unpacks to"),
        ("MOST_PARTS", 3, "it has 6 parts"),
        ("MOST_BYTES", 100, "bytes; at most 100"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(container, "LARGE", 10_000_000)
            patch.setattr(container, limit, value)
            with pytest.raises(Refused, match=words):
                read(path)


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """A stored size in the directory that the data does not have."""
    path = tmp_path / "b.xlsx"
    with ZipFile(path, "w", ZIP_STORED) as package:
        for name, content in parts().items():
            package.writestr(name, content)
    raw = bytearray(path.read_bytes())
    entry = raw.rfind(b"PK\x01\x02")
    size = struct.unpack_from("<I", raw, entry + 24)[0]
    struct.pack_into("<I", raw, entry + 24, size - 5)
    path.write_bytes(bytes(raw))
    with pytest.raises(Refused, match=r"sheet1\.xml' is"):
        read(path)


def test_macros_and_links_are_named_not_followed(tmp_path: Path) -> None:
    """A file that runs or fetches something is read, and says so."""
    files = parts()
    files["xl/_rels/workbook.xml.rels"] = files["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="rId7" Type="http://x/vbaProject" Target="vbaProject.bin"/>'
        '<Relationship Id="rId8" Type="http://x/externalLink" Target="http://far/b.xlsx" '
        'TargetMode="External"/></Relationships>',
    )
    found = read(packed(tmp_path / "b.xlsx", files)).outside
    assert found == ("vbaProject xl/vbaProject.bin", "externalLink http://far/b.xlsx")


TEXTS = (
    'SUM(A1:B$2)*rate&"a ""quoted"" A1"',
    "'It''s here'!$A$1+[1]Far!B2+'[2]Far off'!C3",
    "IF(A:A>=1.5E+3,#N/A,-XFD1048576%)",
    "tbl[[#This Row],[a b]]+_xlfn.XLOOKUP(1,2:2,B:C)",
    "{1,2;3,4}+TAX2025+LOG10(1)+R1C1_name",
)


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_joined_are_the_formula(text: str) -> None:
    """Nothing is lost or added, and nothing is left that cannot be told."""
    found = formula.tokens(text)
    assert "".join(token.text for token in found) == text
    assert all(token.kind != "other" for token in found)


@given(st.sampled_from(TEXTS), st.data())
def test_formulas_of_one_shape_are_taken_apart_alike_and_rightly(
    text: str, data: st.DataObject
) -> None:
    """Whatever digits stand in it, a formula has the words that it has when read by itself."""
    figures = st.text("0123456789", min_size=1, max_size=8)
    other = re.sub("[0-9]+", lambda _: data.draw(figures), text)
    alone = [(formula._kind(found), found[0]) for found in formula._TOKEN.finditer(other)]
    assert [(token.kind, token.text) for token in formula.tokens(other)] == alone


@given(st.text(max_size=60))
def test_any_text_can_be_taken_apart(text: str) -> None:
    """No text stops the tokens, and joined they are the text."""
    assert "".join(token.text for token in formula.tokens(text)) == text


def test_references_names_and_functions_are_told_apart() -> None:
    """A function that looks like a cell, a name past the sheet's edge, text with a cell in it."""
    text = "LOG10(A1)+XFE1+'My tab'!B2:C3+SUM(D:D)&\"E5\"&TRUE&'x'!rate"
    found = [(r.sheet, r.rows, r.columns) for r in formula.references(text)]
    assert found == [
        ("", (1, 1), (1, 1)),
        ("My tab", (2, 3), (2, 3)),
        ("", (1, 1_048_576), (4, 4)),
    ]
    assert formula.functions(text) == {"LOG10", "SUM"}
    assert formula.names(text) == {"XFE1", "'x'!rate"}


ROWS, COLUMNS = st.integers(1, 1000), st.integers(1, 500)


@given(ROWS, COLUMNS, ROWS, COLUMNS)
def test_a_formula_filled_elsewhere_is_the_same_in_r1c1(
    row: int, column: int, down: int, right: int
) -> None:
    """Moving a formula and its cell by the same steps leaves its R1C1 form as it was."""
    text = "B3*$C$4+SUM(D$5:$E7)+Other!F9+G:G"
    moved = formula.moved(text, down, right)
    assert formula.relative(text, row, column) == formula.relative(
        moved, row + down, column + right
    )


def test_a_reference_moved_off_the_sheet_is_an_error() -> None:
    """As every program shows it."""
    assert formula.moved("A1+$B$2", -1, 0) == "#REF!+$B$2"


@given(st.data())
def test_whatever_bytes_change_the_answer_is_facts_or_a_refusal(data: st.DataObject) -> None:
    """No damage to a file, outside or inside of its zip, ends in another error."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "b.xlsx")
        rows = '<row r="1"><c r="A1" t="s" s="0"><f>B1+1</f><v>1</v></c></row>'
        files = parts(rows, '<dimension ref="A1:B2"/>')
        inside = data.draw(st.sampled_from([*files, ""]))
        if inside:
            files[inside] = damaged(files[inside], data)
        packed(path, files)
        if not inside:
            path.write_bytes(damaged(path.read_bytes().decode("latin-1"), data).encode("latin-1"))
        with suppress(Refused):
            read(path)


def damaged(text: str, data: st.DataObject) -> str:
    """A text with a piece of it taken out, or something else put in."""
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 20))
    put = data.draw(st.sampled_from(["", "-1", "ZZZ9", "1e999", "nan", "\x00", "<", '"', "9" * 40]))
    return text[:at] + put + text[at + length :]
