"""Diff: each kind of change planted into the built workbook, and laws of laying books together."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
import xlsxwriter
from finder import Finder
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Draft, covers, marks, quickly
from strangers import written

from workbook import cli, theme
from workbook.assumptions import Assumptions, load
from workbook.audit.diff import Difference, diff, report
from workbook.audit.diff.align import aligned
from workbook.audit.diff.changes import Kind
from workbook.audit.diff.flags import RANKED
from workbook.audit.diff.structure import runs
from workbook.audit.facts import Facts
from workbook.audit.reader import read
from workbook.book import Line, Lines
from workbook.build import Built, make
from workbook.engines import Cell
from workbook.filled import filled
from workbook.layout import lay_out

__all__ = ["quickly"]

Expected = tuple[str, str, str | Cell]
"""Which list of the difference tells of a change, as what, and where."""

Plant = Callable[[Draft], Expected]
PLANTS: list[Plant] = []


def planted(plant: Plant) -> Plant:
    """Register a function that plants a change, and gives where it is to be told."""
    PLANTS.append(plant)
    return plant


@planted
def an_input(d: Draft) -> Expected:
    d.number(cell := d.at("allocation_p0"), 0.12)
    return "inputs", "input", cell


@planted
def a_formula(d: Draft) -> Expected:
    d.formula(cell := d.at("p0_hours"), "supply_hours*allocation_buffer")
    return "formulas", "formula", cell


@planted
def a_formula_replaced_by_a_number(d: Draft) -> Expected:
    d.number(cell := d.at("p0_hours"), 1.2e9)
    return "flags", "formula replaced by a value", cell


@planted
def a_number_replaced_by_a_formula(d: Draft) -> Expected:
    d.formula(cell := d.at("supply_hours_per_year"), "8760", "8760")
    return "formulas", "value replaced by a formula", cell


@planted
def a_value_of_an_unchanged_formula(d: Draft) -> Expected:
    d.value(cell := d.at("p0_hours"), "1300000000")
    return "outputs", "output", cell


@planted
def words_of_an_unchanged_formula(d: Draft) -> Expected:
    d.value(cell := d.at("checks_state"), "▲ 2 of 34 checks fail", ' t="str"')
    return "others", "words", cell


@planted
def a_label(d: Draft) -> Expected:
    cell = d.at("p0_hours")
    d.text(label := Cell(cell.sheet, "B" + cell.ref[1:]), "P0 · All of it")
    return "others", "text", label


@planted
def a_row_that_is_out_of_line(d: Draft) -> Expected:
    cell = d.at("fleet.tpu.chips")
    d.formula(cell, d.formula_of(cell).replace("+", "-"))
    return "flags", "outlier in its row or column", cell


@planted
def a_range_shortened(d: Draft) -> Expected:
    cell, last = d.at("supply_hours"), d.at("fleet.b200.hours")
    row = int(last.ref[1:])
    d.formula(cell, d.formula_of(cell).replace(f"${row})", f"${row - 1})"))
    return "flags", "range shortened", cell


@planted
def a_check_that_asks_less(d: Draft) -> Expected:
    cell = d.at("checks.tiers.allowed")
    d.formula(cell, f"{d.formula_of(cell)}*{d.formula_of(cell)}")
    return "flags", "check weakened", cell


@planted
def a_larger_tolerance(d: Draft) -> Expected:
    d.number(cell := d.at("checks_tolerance"), 0.01)
    return "flags", "check weakened", cell


@planted
def a_master_check_that_sums_less(d: Draft) -> Expected:
    cell = d.at("checks_failed")
    row = d.at("checks.tiers.failed").ref[1:]
    d.formula(cell, d.formula_of(cell).replace(f"${row}:", f"${int(row) + 1}:"))
    return "flags", "check weakened", cell


@planted
def an_error(d: Draft) -> Expected:
    d.value(cell := d.at("p0_hours"), "#DIV/0!", ' t="e"')
    return "flags", "error value", cell


@planted
def a_wider_validation(d: Draft) -> Expected:
    cell = d.at("allocation_p0")
    rule = rf'(sqref="{cell.ref}"><formula1>[^<]*</formula1><formula2>)[^<]*'
    d.on_sheet(cell.sheet, rule, r"\g<1>5")
    return "flags", "validation weakened", cell


@planted
def a_validation_taken_away(d: Draft) -> Expected:
    cell = d.at("allocation_p0")
    d.on_sheet(cell.sheet, rf'<dataValidation [^>]*sqref="{cell.ref}">.*?</dataValidation>', "")
    return "flags", "validation weakened", cell


@planted
def a_name_that_moved(d: Draft) -> Expected:
    d.name("p0_hours", "Supply!$D$31")
    return "flags", "name moved", "p0_hours"


@planted
def a_name_taken_away(d: Draft) -> Expected:
    d.name("p0_hours", None)
    return "flags", "name removed", "p0_hours"


@planted
def a_name_more(d: Draft) -> Expected:
    d.name("another", "Supply!$D$31")
    return "structure", "name", "another"


@planted
def a_hidden_sheet(d: Draft) -> Expected:
    d.replace("xl/workbook.xml", '<sheet name="Memo" ', '<sheet name="Memo" state="hidden" ')
    return "flags", "hidden", "Memo"


@planted
def a_hidden_row(d: Draft) -> Expected:
    d.on_sheet("Supply", '<row r="17"', '<row r="17" hidden="1"')
    return "flags", "hidden", "Supply!17:17"


@planted
def a_sheet_without_protection(d: Draft) -> Expected:
    d.on_sheet("Supply", "<sheetProtection [^>]*/>", "")
    return "flags", "protection removed", "Supply"


@planted
def a_formula_unlocked(d: Draft) -> Expected:
    d.dress(cell := d.at("p0_hours"), d.at("allocation_p0"))
    return "flags", "protection removed", cell


@planted
def a_sheet_renamed(d: Draft) -> Expected:
    for part, text in d.parts.items():
        d.parts[part] = text.replace("Memo!", "Proof!").replace("'Memo'!", "'Proof'!")
    d.replace("xl/workbook.xml", '<sheet name="Memo" ', '<sheet name="Proof" ')
    return "structure", "sheet", "Proof"


@planted
def another_version(d: Draft) -> Expected:
    d.replace("docProps/custom.xml", "0.1.0", "0.2.0")
    return "structure", "property", "Generator version"


@planted
def a_macro(d: Draft) -> Expected:
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="vbaProject.bin"/></Relationships>'
    d.replace("xl/_rels/workbook.xml.rels", "</Relationships>", link)
    d.parts["xl/vbaProject.bin"] = "x"
    return "flags", "tied to something outside", "vbaProject xl/vbaProject.bin"


@planted
def a_check_that_fails(d: Draft) -> Expected:
    d.value(cell := d.at("checks.tiers.failed"), "1")
    return "flags", "check fails", cell


@planted
def a_check_that_no_longer_applies(d: Draft) -> Expected:
    d.value(cell := d.at("checks.tiers.applies"), "0")
    return "flags", "check no longer applies", cell


@planted
def a_check_taken_away(d: Draft) -> Expected:
    cell = d.at("checks.tiers.failed")
    row = cell.ref[1:]
    d.on_sheet(cell.sheet, rf'<row r="{row}"[ >].*?</row>', "")
    return "flags", "check removed", f"{cell.sheet}!{row}:{row}"


@planted
def a_sheet_taken_away(d: Draft) -> Expected:
    tag = re.search('<sheet name="Sources" [^>]*/>', d.parts["xl/workbook.xml"])
    assert tag is not None
    d.replace("xl/workbook.xml", tag[0], "")
    return "flags", "sheet removed", "Sources"


@planted
def a_typed_number_that_is_no_input(d: Draft) -> Expected:
    d.number(cell := d.at("inputs_allocation_policy.allocation_p0.low"), 0.25)
    return "others", "number", cell


@planted
def a_formula_more(d: Draft) -> Expected:
    cell = d.shift(d.at("p0_hours"), 1)
    beside = Cell(cell.sheet, f"AA{cell.ref[1:]}")
    row = d.element(cell)
    d.replace(d.sheet(cell.sheet), row, row + f'<c r="{beside.ref}"><f>1+1</f><v>2</v></c>')
    return "structure", "column", f"{cell.sheet}!AA:AA"


@planted
def a_note_in_an_empty_cell(d: Draft) -> Expected:
    cell = d.at("p0_hours")
    d.text(beside := Cell(cell.sheet, f"G{cell.ref[1:]}"), "Is this right?")
    return "others", "new", beside


@planted
def a_label_wiped(d: Draft) -> Expected:
    cell = d.at("p0_hours")
    d.blank(label := Cell(cell.sheet, f"B{cell.ref[1:]}"))
    return "others", "gone", label


def told(found: Difference, where: str) -> list[tuple[str, str]]:
    """The list and the kind of everything that is told of a place."""
    lists = {
        "flags": [(f.what, f.where) for f in found.flags],
        "structure": [(s.what, s.where) for s in found.structure],
    }
    for name in ("inputs", "formulas", "outputs", "others"):
        lists[name] = [(c.kind, c.where) for c in getattr(found, name)]
    return [
        (name, what)
        for name, rows in lists.items()
        for what, place in rows
        if place == where or ("!" in where and covers(place, where))
    ]


@pytest.fixture(scope="module")
def before(book_path: Path) -> Facts:
    """The built workbook as it is."""
    return read(book_path)


@pytest.mark.parametrize(
    "plant", [pytest.param(p, id=p.__name__, marks=marks(at)) for at, p in enumerate(PLANTS)]
)
def test_a_planted_change_is_told_at_its_place(
    built: Built, before: Facts, found: Finder, tmp_path: Path, plant: Plant
) -> None:
    """Each change is told as what it is, where it was planted."""
    draft = Draft(built.filled.data, found)
    where_told, what, where = plant(draft)
    difference = diff(before, read(draft.written(tmp_path / "book.xlsx")))
    assert (where_told, what) in told(difference, str(where))
    assert not difference.same


def test_every_kind_of_change_is_planted(built: Built, found: Finder) -> None:
    """Each kind of flag, and each kind of change of a cell."""
    kinds = {plant(Draft(built.filled.data, found))[:2] for plant in PLANTS}
    assert {what for where, what in kinds if where == "flags"} == set(RANKED)
    cells = {what for where, what in kinds if where in ("inputs", "formulas", "outputs", "others")}
    assert cells | {"formula replaced by a value"} == set(get_args(Kind))


def test_a_workbook_does_not_differ_from_itself(book_path: Path) -> None:
    """Nothing is told, and the headline says so."""
    difference = diff(read(book_path), read(book_path))
    assert difference.same
    assert difference.flags == []
    assert difference.headline == "0 inputs, 0 formulas, 0 outputs moved; checks pass"


def test_an_inserted_row_is_one_change(built: Built, book_path: Path, tmp_path: Path) -> None:
    """A new line on Supply moves a hundred references and a dozen names, and is told as one row."""
    more = Line("half_year_hours", "Half a year", "1", constant=0.5)

    def with_more(block: object) -> object:
        if not isinstance(block, Lines):
            return block
        return replace(block, lines=(*block.lines[:1], more, *block.lines[1:]))

    tabs = tuple(
        replace(tab, blocks=tuple(with_more(block) for block in tab.blocks))  # type: ignore[misc]  # a block stays one
        if tab.name == "Supply"
        else tab
        for tab in built.book.tabs
    )
    stamp = datetime(2026, 2, 24, tzinfo=UTC)
    layout = lay_out(replace(built.book, tabs=tabs), theme.load())
    path = tmp_path / "more.xlsx"
    path.write_bytes(filled(layout, stamp).data)
    difference = diff(read(book_path), read(path))
    assert difference.headline == "0 inputs, 0 formulas, 0 outputs moved; checks pass"
    assert [(s.what, s.says) for s in difference.structure] == [
        ("row", "added: row 31, Half a year"),
        ("name", "added: Supply!$D$31"),
    ]
    back = diff(read(path), read(book_path))
    assert [s.what for s in back.structure] == ["row", "name"]
    assert [flag.what for flag in back.flags] == ["name removed"]


def test_a_total_that_takes_in_a_new_last_row_is_the_same(tmp_path: Path) -> None:
    """A row added at the end of a block, and its total a row longer, is one row."""
    rows: dict[str, object] = {f"A{i}": f"item {i}" for i in range(1, 4)}
    rows |= {f"B{i}": 1 for i in range(1, 4)}
    a = rows | {"A4": "Total", "B4": "=SUM(B1:B3)"}
    b = rows | {"A4": "item 4", "B4": 0, "A5": "Total", "B5": "=SUM(B1:B4)"}
    books = (written(tmp_path / f"{n}.xlsx", cells, cached=3) for n, cells in (("a", a), ("b", b)))
    difference = diff(*map(read, books))
    assert difference.formulas == []
    assert [(s.what, s.says) for s in difference.structure] == [("row", "added: row 4, item 4")]


def test_changed_assumptions_are_inputs_and_outputs(
    memo_inputs: Assumptions, book_path: Path, tmp_path: Path
) -> None:
    """A discount of 40 % in place of 30 %: revenue an hour is 6/7 of what it was, -14.3 %."""
    path = tmp_path / "other.xlsx"
    path.write_bytes(make(load([], ["utilization.discount=40%"]), memo_inputs).filled.data)
    difference = diff(read(book_path), read(path))
    assert difference.headline.startswith("1 input, 0 formulas, ")
    assert difference.headline.endswith("checks pass, 2 fewer apply")
    [change] = difference.inputs
    assert (change.before, change.after) == ("30.0%", "40.0%")
    rates = [c for c in difference.outputs if c.where.startswith("Utilization!")]
    assert any(c.moved == pytest.approx(6 / 7 - 1) for c in rates)
    assert difference.formulas == []
    assert [flag.what for flag in difference.flags] == ["check no longer applies"] * 2


CHIP = """
[fleet.rows.h200]
label = "H200 in a test"
provider = "P"
chip = "H200"
after = "tpu"
quantity = 5000
ratio = 0.8
"""


def test_a_new_row_of_the_fleet_is_its_inputs_and_no_formula(
    memo_inputs: Assumptions, book_path: Path, tmp_path: Path
) -> None:
    """Four inputs are new; lists that grew with it and rows that moved down are no change.

    5,000 chips / 0.8 are 6,250 H100e, and 6,250 * 8,760 hours on 12.144 bn are 0.45 % more.
    """
    (tmp_path / "chip.toml").write_text(CHIP, "utf-8")
    path = tmp_path / "more.xlsx"
    changed = load([tmp_path / "chip.toml"], [])
    path.write_bytes(make(changed, memo_inputs).filled.data)
    difference = diff(read(book_path), read(path))
    told_of = {change.label.partition(": ")[2]: change for change in difference.inputs}
    assert (told_of["Quantity"].before, told_of["Quantity"].after) == ("(new)", "5,000 chips")
    assert len(told_of) == len(difference.inputs) == 4
    assert difference.formulas == []
    assert not [s for s in difference.structure if s.what == "validation"]
    supply = next(c for c in difference.outputs if c.label.startswith("Total supply"))
    assert supply.moved == pytest.approx(6250 * 8760 / 12_144_285_714)
    assert difference.flags[0].what == "check fails"
    back = diff(read(path), read(book_path))
    assert {change.after for change in back.inputs} == {"(removed)"}


def test_validations_that_changed_alike_are_one_range(tmp_path: Path) -> None:
    """Ten cells that now take up to 9 instead of 5 are one line, and weaker."""
    for name, most in (("a", 5), ("b", 9)):
        with xlsxwriter.Workbook(tmp_path / f"{name}.xlsx") as book:
            sheet = book.add_worksheet("S")
            sheet.write_column("A1", [1] * 10)
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
            sheet.data_validation("A1:A10", rule)
    difference = diff(*(read(tmp_path / f"{name}.xlsx") for name in "ab"))
    assert [(s.where, s.says) for s in difference.structure] == [
        ("S!A1:A10", "from decimal 0 to 5 to decimal 0 to 9")
    ]
    assert [flag.what for flag in difference.flags] == ["validation weakened"]


# --- the command -------------------------------------------------------------------------------


def run(*arguments: str) -> int:
    return cli.main(("diff", *arguments))


def test_the_command_tells_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 where nothing differs, 1 where something does, 2 where a file cannot be read."""
    a = str(written(tmp_path / "a.xlsx", {"A1": 2, "B1": "=A1*3"}, cached=6))
    b = str(written(tmp_path / "b.xlsx", {"A1": 4, "B1": "=A1*3"}, cached=12))
    assert run(a, a) == 0
    assert run(a, b) == 1
    assert run(a, str(tmp_path / "none.xlsx")) == 2
    said = capsys.readouterr()
    assert "1 input, 0 formulas, 1 output moved; Calc!B1 +100.0%" in said.out
    assert "none.xlsx" in said.err


def test_json_has_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Headline, flags, inputs, formulas, outputs, structure; changes with what they were."""
    a = str(written(tmp_path / "a.xlsx", {"A1": 2, "B1": "=A1*3"}, cached=6))
    b = str(written(tmp_path / "b.xlsx", {"A1": 4, "B1": "=A1*4"}, cached=16))
    assert run(a, b, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"headline", "flags", "inputs", "formulas", "outputs", "structure"}
    [change] = document["formulas"]
    assert (change["before"], change["after"]) == ("=RC[-1]*3", "=RC[-1]*4")
    assert document["inputs"][0]["change"] == 1.0


def test_markdown_keeps_its_text_to_itself(tmp_path: Path) -> None:
    """Signs that Markdown would take as its own are escaped; a long list is folded."""
    a = written(tmp_path / "a.xlsx", {"A1": "a"})
    b = written(tmp_path / "b.xlsx", {"A1": "<b>*x*|"})
    text = report.as_markdown(diff(read(a), read(b)))
    assert text.startswith("### ℹ️ diff: 0 inputs, 0 formulas, 0 outputs moved")
    assert r"\<b\>\*x\*\|" in text
    assert "<details><summary>Other cells (1)</summary>" in text


# --- aligning ----------------------------------------------------------------------------------


LINES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("12")), max_size=12)


@given(lines=LINES)
@settings(max_examples=60)
def test_lines_align_with_themselves(lines: list[tuple[str, str]]) -> None:
    """Every line is itself; nothing is new and nothing gone."""
    numbered = dict(enumerate(lines, 1))
    found = aligned(numbered, numbered)
    assert found.pairs == {number: number for number in numbered}
    assert not found.added
    assert not found.removed


@given(lines=LINES, at=st.integers(0, 12))
@settings(max_examples=60)
def test_one_line_more_is_one_line_added(lines: list[tuple[str, str]], at: int) -> None:
    """Wherever it is put, one line is new, and the others keep their order."""
    at = min(at, len(lines))
    longer = [*lines[:at], ("new", "line"), *lines[at:]]
    found = aligned(dict(enumerate(lines, 1)), dict(enumerate(longer, 1)))
    assert found.added == {at + 1}
    assert not found.removed
    assert sorted(found.pairs.values()) == list(found.pairs.values())


def test_a_line_that_changed_is_paired_with_what_it_was() -> None:
    """A label and two of three cells are enough; what has nothing in common is new or gone."""
    a = {1: ("label", "x", "y", "z"), 2: ("other",)}
    b = {1: ("label", "x", "y", "w"), 2: ("quite", "new"), 3: ("more",)}
    found = aligned(a, b)
    assert (found.pairs, set(found.removed), set(found.added)) == ({1: 1}, {2}, {2, 3})
    assert (found.to(1), found.to(2), found.to(9)) == (1, None, 9)


def test_runs_are_numbers_that_follow_each_other() -> None:
    """Three rows in a row are one run."""
    assert runs([5, 1, 2, 3]) == [(1, 3), (5, 5)]
    assert runs([]) == []
