"""What was typed in a workbook comes back into the set it was made from, and nothing else moves."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from edits import SET, again, brought, built_at, cell_of, edited, retyped
from openpyxl import Workbook
from openpyxl.comments import Comment

from workbook import cli
from workbook.assumptions import Assumptions, baseline, load
from workbook.build import make
from workbook.demand_facts import Found
from workbook.paths import TEMPLATES
from workbook.roundtrip.importing import Request, import_edited
from workbook.simulated import simulate

__all__ = ["again"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a set of the user's own, beside the set."""
    folder = tmp_path_factory.mktemp("round")
    (folder / "set.toml").write_text(SET)
    return built_at(folder / "book.xlsx", load([folder / "set.toml"]))


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """A copy of the set, to import into."""
    path = tmp_path / "set.toml"
    path.write_text(SET)
    return path


def lines_changed(path: Path) -> list[str]:
    """The lines of the set that are not as they were."""
    return [line for line in path.read_text().splitlines() if line and line not in SET.splitlines()]


# --- nothing changed -------------------------------------------------------------------------


def test_build_then_import_leaves_the_file_as_it_is(book: Path, into: Path) -> None:
    """Byte for byte, and so does a workbook that openpyxl saved anew."""
    before = into.stat().st_mtime_ns
    for path in (book, edited(book, into.with_name("again.xlsx"))):
        found = brought(path, into)
        assert (found.changed, found.extras, found.errors, found.written) == ([], [], [], [])
        assert into.read_text() == SET
    assert into.stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["memo", "upside"])
def test_every_shipped_set_comes_back_unchanged(name: str, tmp_path: Path) -> None:
    """The memo's own into a file that is not there, and upside into itself."""
    into = tmp_path / "set.toml"
    if name == "upside":
        into.write_bytes((TEMPLATES / "upside.toml").read_bytes())
    before = into.read_bytes() if into.exists() else None
    path = built_at(tmp_path / "b.xlsx", load([into] if before else []))
    assert brought(path, into).plain()["errors"] == []
    assert (into.read_bytes() if into.exists() else None) == before


def rewritten_elsewhere(data: bytes) -> bytes:
    """The file as some programs save it: no properties, names in capitals, tabs in quotes."""

    def part(name: str, text: bytes) -> bytes:
        if name == "_rels/.rels":
            return re.sub(rb"<Relationship [^>]*custom-properties[^>]*/>", b"", text)
        if name != "xl/workbook.xml":
            return text
        text = re.sub(rb'(<definedName name=")([a-z]\w+)', lambda m: m[1] + m[2].upper(), text)
        return re.sub(rb">([A-Z]\w+)!", rb">'\1'!", text)

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != "docProps/custom.xml":
                new.writestr(name, part(name, old.read(name)))
    return out.getvalue()


@pytest.mark.thorough
def test_a_file_without_properties_and_with_other_spelling(book: Path, into: Path) -> None:
    """What the file says of itself stands on its cover as well; names have no case."""
    path = into.with_name("e.xlsx")
    edited(book, path, {"training.mfu": 0.5})
    path.write_bytes(rewritten_elsewhere(path.read_bytes()))
    assert b"TRAINING_MFU" in zipfile.ZipFile(path).read("xl/workbook.xml")
    found = brought(path, into)
    assert [each.id for each in found.changed] == ["training.mfu"]
    assert (found.extras, found.errors) == ([], [])


# --- values ----------------------------------------------------------------------------------


def test_a_value_goes_to_its_line_and_no_other(book: Path, into: Path) -> None:
    """The comment beside it stays; a source of the old value does not speak for the new."""
    path = retyped(book, into.with_name("e.xlsx"), {"training.mfu": 0.5125})
    found = brought(path, into)
    [change] = found.changed
    assert re.fullmatch(r"training\.mfu \(Inputs!D\d+\): 0\.45 → 0\.5125", str(change))
    assert into.read_text() == SET.replace("mfu = 0.45 ", "mfu = 0.5125 ")
    path = retyped(book, into.with_name("e.xlsx"), {"allocation.revenue_target": 21e9})
    into.write_text(SET)
    brought(path, into)
    assert lines_changed(into) == ["value = 21_000_000_000", 'source = "Typed in e.xlsx"']


def test_every_kind_of_input_comes_back(book: Path, into: Path) -> None:
    """A number, a date, a choice, text, a blank, and cells of tables."""
    typed = {
        "control.as_of": date(2026, 3, 31),
        "training.growth_reading": load([into]).input("training.growth_reading").options[1],  # type: ignore[attr-defined]
        "fleet.tpu.provider": "Google",
        "cases.revenue_25b.revenue_target": None,
        "cases.own_2.flop_growth": 5.5,
        "prices.opus_4_6.release": date(2026, 2, 1),
        "allocation.live_scenario": "2 · Serviceable revenue",
        "scenarios.own.p1": 0.15,
        "demand.users": 77,
        "weekly_max.sigma": 0.5,
        "ladder.seasonality.users_per_pod": 49,
    }
    found = brought(edited(book, into.with_name("e.xlsx"), typed), into)
    assert (found.errors, found.extras, found.conflicts) == ([], [], [])
    a = load([into])
    assert {i: getattr(a.input(i), "value", 0) for i in typed} == typed
    assert {each.id for each in found.changed} == set(typed)
    assert brought(built_at(into.with_name("b.xlsx"), _as_memo_presets(into)), into).changed == []


def _as_memo_presets(into: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """The set without the preset's number, whose table no test computes."""
    text = into.read_text().replace("sigma = 0.5\n", "")
    into.write_text(text)
    return load([into])


# --- both sides changed ----------------------------------------------------------------------


def test_a_conflict_is_listed_and_settled_only_when_told(book: Path, into: Path) -> None:
    """At the build 0.45, typed 0.5, in the file 0.4 since: neither is right by itself."""
    path = retyped(book, into.with_name("e.xlsx"), {"training.mfu": 0.5, "training.overhead": 2.5})
    later = SET.replace("0.45", "0.4")
    into.write_text(later)
    found = brought(path, into)
    [conflict] = found.conflicts
    assert (conflict.base, conflict.cell, conflict.file) == (0.45, 0.5, 0.4)
    assert (into.read_text(), found.written) == (later, [])
    brought(path, into, take="ours")
    assert (load([into]).training.mfu.value, load([into]).training.overhead.value) == (0.4, 2.5)
    into.write_text(later)
    brought(path, into, take="theirs")
    assert (load([into]).training.mfu.value, load([into]).training.overhead.value) == (0.5, 2.5)


def test_the_same_change_on_both_sides_is_none(book: Path, into: Path) -> None:
    """Typed 0.5, and in the file 0.5 since."""
    path = retyped(book, into.with_name("e.xlsx"), {"training.mfu": 0.5})
    into.write_text(SET.replace("0.45", "0.5"))
    found = brought(path, into)
    assert (found.changed, found.conflicts, found.extras, found.written) == ([], [], [], [])


def test_a_change_of_the_file_alone_stays(book: Path, into: Path) -> None:
    """What the file says since the build is kept where nobody typed anything."""
    path = retyped(book, into.with_name("e.xlsx"), {"training.overhead": 2.5})
    into.write_text(SET.replace("0.45", "0.4"))
    found = brought(path, into)
    assert [each.id for each in found.changed] == ["training.overhead"]
    assert found.extras == []
    assert load([into]).training.mfu.value == 0.4


# --- rows ------------------------------------------------------------------------------------


def test_a_row_typed_below_the_last_comes_back(book: Path, into: Path) -> None:
    """A fourth chip, where openpyxl moves no names: the table ends above the total."""

    def add(made: Workbook) -> None:
        sheet = made["Supply"]
        at = cell_of(made, "fleet.b200.quantity").row + 1
        sheet.insert_rows(at)
        for column, value in ((2, "MI"), (3, "AMD"), (4, "MI 450"), (5, 9000), (8, 0.5)):
            sheet.cell(at, column).value = value

    path = edited(book, into.with_name("e.xlsx"), also=add)
    found = brought(path, into, ignore_extra=True)
    assert (found.errors, found.conflicts) == ([], [])
    row = load([into]).fleet.row("mi")
    assert (row.label, row.chip.value, row.quantity.value) == ("MI", "MI 450", 9000)


@pytest.mark.thorough
def test_rows_that_are_sorted_keep_their_values(book: Path, into: Path) -> None:
    """Names stay behind when rows are sorted; the label says which row it is."""

    def swap(made: Workbook) -> None:
        sheet = made["Training"]
        one, other = (cell_of(made, f"models.{key}.flop") for key in ("gpt_5", "grok_3"))
        for column in (2, one.column):
            cells = sheet.cell(one.row, column), sheet.cell(other.row, column)
            cells[0].value, cells[1].value = cells[1].value, cells[0].value

    found = brought(edited(book, into.with_name("e.xlsx"), also=swap), into)
    assert (found.changed, found.errors) == ([], [])


@pytest.mark.thorough
def test_a_renamed_row_keeps_its_key(book: Path, into: Path) -> None:
    """The label is brought back as the row's label."""

    def rename(made: Workbook) -> None:
        made["Training"].cell(cell_of(made, "models.gpt_5.flop").row, 2).value = "GPT 5 (new)"

    found = brought(edited(book, into.with_name("e.xlsx"), also=rename), into)
    assert [each.id for each in found.changed] == ["models.gpt_5.label"]
    assert found.extras == []
    assert load([into]).models.row("gpt_5").label == "GPT 5 (new)"


@pytest.mark.parametrize("chosen_too", [False, True], ids=["label alone", "label and choice"])
def test_a_choice_follows_the_label_of_its_row(book: Path, into: Path, *, chosen_too: bool) -> None:
    """The reference model is kept by its row, whether the choice is typed anew or left."""
    model = baseline().training.reference_model.value
    [key] = [row.key for row in baseline().models.rows if row.label == model]

    def rename(made: Workbook) -> None:
        made["Training"].cell(cell_of(made, f"models.{key}.flop").row, 2).value = "The big one"

    typed = {"training.reference_model": "The big one"} if chosen_too else {}
    found = brought(edited(book, into.with_name("e.xlsx"), typed, also=rename), into)
    assert (found.errors, found.extras) == ([], [])
    assert load([into]).training.reference_model.value == "The big one"
    assert brought(into.with_name("e.xlsx"), into).written == []


def test_tables_of_another_preset_are_those_of_the_build(into: Path) -> None:
    """They are asked for with what the workbook was built with, not with what was typed since."""
    asked = []

    def simulation(a: Assumptions) -> Found:
        asked.append(a.weekly_max.sigma.value)
        return simulate(baseline())

    into.write_text("[weekly_max]\nsigma = 1.5\n")
    path = into.with_name("e.xlsx")
    path.write_bytes(make(load([into]), baseline(), simulation).filled.data)
    edit = retyped(path, path, {"weekly_max.sigma": 1.25})
    asked.clear()
    found = import_edited(Request(edit, into), simulation)
    assert (found.errors, found.extras) == ([], [])
    assert [each.id for each in found.changed] == ["weekly_max.sigma"]
    assert asked == [1.5, 1.967]  # and the memo's own, beside it


# --- comments --------------------------------------------------------------------------------


@pytest.mark.thorough
def test_a_comment_on_an_input_becomes_its_note_once(book: Path, into: Path) -> None:
    """The author's name is left out; the second import finds it there already."""

    def remark(made: Workbook) -> None:
        cell_of(made, "training.mfu").comment = Comment("Ann Lee:\nsee the June run", "Ann Lee")
        cell_of(made, "fleet.tpu.ratio").comment = Comment("v5p", "Ann Lee")

    path = edited(book, into.with_name("e.xlsx"), also=remark)
    found = brought(path, into)
    assert {each.id for each in found.changed} == {"training.mfu.note", "fleet.tpu.ratio.note"}
    a = load([into])
    assert a.training.mfu.note.endswith("; see the June run")
    assert a.training.mfu.value == 0.45
    assert "# measured in May" in into.read_text()
    assert a.fleet.row("tpu").ratio.note.endswith("; v5p")
    assert brought(path, into).written == []


# --- what is no input ------------------------------------------------------------------------


def meddle(made: Workbook) -> None:
    """A formula, a label, a stray cell, a comment and a tab."""
    made["Training"]["B11"].value = "Our own words"
    cell_of(made, "training_need_hours").value = "=1+1"
    cell_of(made, "supply_hours").value = 12e9
    made["Inputs"]["M3"].value = "Ask Ann"
    made["Supply"]["B2"].comment = Comment("nice", "Ann")
    made.create_sheet("Scratch")["A1"].value = 1


def test_what_is_no_input_is_told_by_cell_and_holds_the_import_back(book: Path, into: Path) -> None:
    """With --ignore-extra the inputs come back all the same."""
    path = edited(book, into.with_name("e.xlsx"), {"training.mfu": 0.5}, meddle)
    found = brought(path, into)
    assert into.read_text() == SET
    told = [str(each) for each in found.extras]
    assert len(told) == 6
    for words in (
        "Scratch: a new tab, with 1 filled cells",
        'holds "Our own words", where',
        "holds the formula =1+1, where =",
        "holds 12000000000, where =",
        'Inputs!M3: holds "Ask Ann", where nothing stood',
        "Supply!B2: has the comment nice",
    ):
        assert any(words in line for line in told), words
    assert brought(path, into, ignore_extra=True).written == [str(into)]
    assert load([into]).training.mfu.value == 0.5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda made: made.remove(made["Pricing"]), "Pricing: the tab is gone"),
        (lambda made: made["Checks"].delete_rows(12, 30), "is gone"),
    ],
)
def test_what_is_gone_is_told(change: object, words: str, book: Path, into: Path) -> None:
    """A tab or rows that were removed."""
    path = edited(book, into.with_name("e.xlsx"), also=change)  # type: ignore[arg-type]
    found = brought(path, into)
    assert any(words in str(each) for each in [*found.extras, *found.errors])
    assert into.read_text() == SET


# --- the command -----------------------------------------------------------------------------


def test_the_command_prints_and_writes(book: Path, into: Path, capsys: Captured) -> None:
    """Exit 0; a dry run shows the diff and writes nothing."""
    path = retyped(book, into.with_name("e.xlsx"), {"training.mfu": 0.5})
    assert cli.main(["import", str(path), "--into", str(into), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "-mfu = 0.45   # measured in May\n+mfu = 0.5   # measured in May\n" in said
    assert into.read_text() == SET
    assert cli.main(["import", str(path), "--into", str(into)]) == 0
    assert f"Written: {into}" in capsys.readouterr().out
    assert cli.main(["import", str(path), "--into", str(into)]) == 0
    assert capsys.readouterr().out == "Nothing was changed.\n"


@pytest.mark.thorough
def test_json_of_an_import(book: Path, into: Path, capsys: Captured) -> None:
    """Changed, conflicts, extras and errors; exit 1 for extras, 2 for errors."""
    path = edited(book, into.with_name("e.xlsx"), {"training.mfu": 0.5}, meddle)
    assert cli.main(["import", str(path), "--into", str(into), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["changed", "conflicts", "extras", "errors"]
    [change] = told["changed"]
    assert list(change) == ["id", "base", "cell", "file"]
    assert (change["base"], change["cell"], change["file"]) == (0.45, 0.5, 0.45)
    edited(book, path, {"training.mfu": 50, "training.overhead": "two"})
    assert cli.main(["import", str(path), "--into", str(into), "--json"]) == 2
    errors = json.loads(capsys.readouterr().out)["errors"]
    assert [set(each) for each in errors] == [{"where", "id", "message"}] * 2
    assert into.read_text() == SET
