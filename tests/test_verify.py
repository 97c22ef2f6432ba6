"""workbook verify: what it compares, what it finds, and what it does not take for agreement."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
import xlsxwriter
from programs import EACH, usable
from strangers import packed, parts, written

from workbook import cli
from workbook.audit import bare, workers
from workbook.audit.entries import Typist, draw
from workbook.audit.graph import Graph
from workbook.audit.meaning import Meanings
from workbook.audit.reader import Refused, read
from workbook.audit.verdict import Verdict
from workbook.audit.verify import Question, verify
from workbook.build import Built
from workbook.engines import Cell

WRONG = 999.0
RULE = {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": 9}


def asked(path: Path, *engines: str, draws: int = 0, settings: tuple[str, ...] = ()) -> Verdict:
    """The verdict of the engines named, or of the two fast ones."""
    names = engines or Question().engines
    return verify(path, Question(names, settings, draws, seed=7))


def cells_of(verdict: Verdict) -> list[str]:
    """The cells that differ."""
    return [differing.cell for differing in verdict.differing]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a label, a unit and an input with a rule, whose values are right: 2 + 3 * 2."""
    path = tmp_path_factory.mktemp("small") / "small.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Calc")
        bold, open_ = book.add_format({"bold": True}), book.add_format({"locked": False})
        sheet.write_row("A1", ["Line", "Unit", "Value"], bold)
        sheet.write_row("A2", ["Rate", "$"])
        sheet.write("C2", 2.0, open_)
        sheet.data_validation("C2", RULE)
        sheet.write_row("A3", ["Hours", "h"])
        sheet.write_formula("C3", "=3*rate", None, 6)
        sheet.write_row("A4", ["Total", "$"])
        sheet.write_formula("C4", "=SUM(C2:C3)", None, 8)
        book.define_name("rate", "=Calc!$C$2")
    return path


def seeded(seed: int) -> Random:
    """A generator that gives the same draws each time."""
    return Random(seed)  # noqa: S311 - the draws are to be the same in every run


def planted(path: Path, to: Path, ref: str, value: str) -> Path:
    """A copy of the small file with another value stored in one cell of its sheet."""
    with ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"].decode()
    head, mark, rest = sheet.partition(f'<c r="{ref}"')
    assert mark
    before, _, after = rest.partition("<v>")
    changed = f"{head}{mark}{before}<v>{value}<{after.partition('<')[2]}"
    return packed(to, files | {"xl/worksheets/sheet1.xml": changed})


@pytest.mark.parametrize("name", EACH)
def test_a_wrong_stored_value_is_found_by_each_engine(
    name: str, small: Path, tmp_path: Path
) -> None:
    """No engine hands the stored value back: 999 is named beside what the engine worked out."""
    usable(name)
    wrong = planted(small, tmp_path / "wrong.xlsx", "C3", "999")
    verdict = asked(wrong, name)
    [found] = verdict.differing
    assert (found.cell, found.label, found.unit, found.formula) == (
        "Calc!C3",
        "Hours",
        "h",
        "3*rate",
    )
    assert found.values == {"stored": WRONG, name: 6.0}
    assert not verdict.sound
    assert asked(small, name).sound


@pytest.mark.parametrize("name", EACH)
def test_every_wrong_value_is_found_at_once(name: str, tmp_path: Path) -> None:
    """A file that stores 999 everywhere agrees nowhere, whatever its formulas are."""
    usable(name)
    formulas = {
        "A1": 3,
        "B1": "=A1*2",
        "B2": '=A1&"x"',
        "B3": "=1/0",
        "B4": "=A1>2",
        "B5": "=SUM(A1:B1)",
    }
    verdict = asked(written(tmp_path / "b.xlsx", formulas, cached=WRONG), name)
    assert cells_of(verdict) == [f"Calc!B{row}" for row in range(1, 6)]
    assert [d.follows for d in verdict.differing] == [False, False, False, False, True]


def test_no_stored_value_reaches_an_engine(book_path: Path, tmp_path: Path) -> None:
    """The file that engines are given has every formula and no value in a formula's cell."""
    path = tmp_path / "bare.xlsx"
    facts = read(book_path)
    bare.write(facts, path)
    given = read(path)
    assert [held.cell for held in given.formulas()] == [held.cell for held in facts.formulas()]
    assert {held.value for held in given.formulas()} == {None}


def test_our_own_workbook_is_sound(book_path: Path, built: Built) -> None:
    """Every formula is compared, at the file's inputs and at three draws of them."""
    verdict = asked(book_path, draws=3)
    assert verdict.sound
    assert verdict.compared == verdict.formulas == built.filled.formulas


def test_settings_move_the_engines_together(book_path: Path) -> None:
    """By id, by name and by cell; stored values are then no party."""
    settings = ("training.mfu=45%", "allocation_p0=0.1", "Inputs!D13=8784")
    verdict = asked(book_path, settings=settings)
    assert verdict.sound
    assert verdict.changed


def test_a_setting_changes_what_engines_find(small: Path) -> None:
    """At a rate of 4 the hours are 12 and the total 16, and a lone engine has nothing to meet."""
    with pytest.raises(Refused, match="name two engines or more"):
        asked(small, "ironcalc", settings=("rate=4",))
    facts = read(small)
    graph = Graph(facts)
    changes = Typist(facts, graph, Meanings(facts, graph)).settings(["rate=4"])
    assert changes == ((Cell("Calc", "C2"), 4.0),)
    assert asked(small, settings=("rate=4",)).compared == 2


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("rate", "is no setting; write id=value"),
        ("speed=3", "no input has this id, name or cell"),
        ("ratte=3", "did you mean rate?"),
        ("Calc!C3=1", "Calc!C3 holds a formula"),
        ("rate=99", "is outside 1 to 9"),
        ("rate=fast", "needs a number"),
        ("rate=nan", "needs a number"),
    ],
)
def test_a_bad_setting_is_refused(setting: str, words: str, small: Path) -> None:
    """What was given, what is wrong with it and what is allowed."""
    with pytest.raises(Refused, match="^" + setting.split("=", maxsplit=1)[0]) as caught:
        asked(small, settings=(setting,))
    assert words in str(caught.value)


def test_all_bad_settings_and_engines_come_at_once(small: Path, book_path: Path) -> None:
    """A line for each."""
    with pytest.raises(Refused) as caught:
        asked(
            book_path,
            settings=("training.mfu=7", "control.as_of=soon", "allocation.live_scenario=5"),
        )
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "training.mfu=7",
        "control.as_of=soon",
        "allocation.live_scenario=5",
    ]
    assert lines[0].endswith("did you mean 7%?")
    assert "4 · Your own" in lines[2]
    with pytest.raises(Refused, match="name at least one of formualizer"):
        verify(small, Question(engines=()))
    with pytest.raises(Refused, match="no engine 'excel'"):
        asked(small, "excel", "ironcalc")


def test_a_choice_can_be_named_by_how_it_begins(book_path: Path) -> None:
    """2 is the second scenario, and nothing else in the list begins so."""
    facts = read(book_path)
    graph = Graph(facts)
    typist = Typist(facts, graph, Meanings(facts, graph))
    [(_, value)] = typist.settings(["allocation.live_scenario=2"])
    assert value == "2 · Serviceable revenue"


def test_draws_stay_within_their_rules(book_path: Path) -> None:
    """Numbers within their range, whole where they must be, words from their list."""
    facts = read(book_path)
    graph = Graph(facts)
    inputs = Typist(facts, graph, Meanings(facts, graph)).drawable()
    assert len(inputs) > 200
    for seed in range(20):
        for (entry, allowed), (cell, value) in zip(inputs, draw(inputs, seeded(seed)), strict=True):
            assert cell == entry.held.cell
            if allowed.options:
                assert value in allowed.options
            elif value is not None:
                assert isinstance(value, float)
                assert allowed.low <= value <= allowed.high
                assert entry.rule.kind == "decimal" or value.is_integer()


def test_what_nobody_can_draw_is_refused(tmp_path: Path) -> None:
    """A file without rules says nothing of what its cells take."""
    path = written(tmp_path / "b.xlsx", {"A1": 1, "A2": "=A1"}, cached=1)
    with pytest.raises(Refused, match="no input has a rule"):
        asked(path, draws=2)


def test_a_seed_repeats_the_draws(small: Path) -> None:
    """And another seed gives others."""
    facts = read(small)
    graph = Graph(facts)
    inputs = Typist(facts, graph, Meanings(facts, graph)).drawable()
    assert draw(inputs, seeded(3)) == draw(inputs, seeded(3))
    assert draw(inputs, seeded(3)) != draw(inputs, seeded(4))


def test_engines_that_part_only_on_a_draw_are_found(tmp_path: Path) -> None:
    """A shape on which they differ behind a switch; the draw is named."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Calc")
        sheet.write("A1", "off")
        sheet.data_validation("A1", {"validate": "list", "source": ["on"]})
        sheet.write_formula("B1", "=1/0", None, "#DIV/0!")
        sheet.write_formula("A3", '=IF(A1="on",SUMPRODUCT(ISERROR(B1:B2)*1),5)', None, 5)
    assert asked(path).sound
    verdict = asked(path, draws=2)
    assert [(d.cell, d.draw) for d in verdict.differing] == [("Calc!A3", 1)]
    assert set(verdict.differing[0].values) == {"formualizer", "ironcalc"}


def test_a_function_that_an_engine_lacks_is_named(tmp_path: Path) -> None:
    """Neither it nor what reads it, even behind IFERROR, counts as agreement or disagreement."""
    formulas: dict[str, tuple[str, object]] = {
        "B1": ("=ISOMITTED(A1)", False),
        "B2": ("=IF(B1,1,2)", 2),
        "B3": ("=A1+1", 5),
        "B4": ("=NOSUCH(A1)+B3", 7),
        "B5": ('=IFERROR(B1&"",9)', "FALSE"),
    }
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Calc")
        sheet.write("A1", 4)
        for ref, (formula, value) in formulas.items():
            sheet.write_formula(ref, formula, None, value)
    verdict = asked(path)
    assert verdict.differing == ()
    assert verdict.lacks["formualizer"] == {"ISOMITTED": 1, "NOSUCH": 1}
    assert verdict.lacks["ironcalc"] == {"NOSUCH": 1}
    assert verdict.unsupported == {"ISOMITTED": 1, "NOSUCH": 1}
    assert verdict.unchecked == {"no engine can work it out": 1}
    assert verdict.compared == 4
    assert not verdict.sound


def test_what_cannot_be_recalculated_is_counted(tmp_path: Path) -> None:
    """Today's date and what reads it, another file's cell, an array; readers of those are."""
    rows = (
        '<row r="1"><c r="A1"><f>TODAY()</f><v>1</v></c><c r="B1"><f>A1+1</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><f>[1]Far!A1</f><v>7</v></c><c r="B2"><f>A2+1</f><v>8</v></c></row>'
        '<row r="3"><c r="A3"><f t="array" ref="A3:A4">B2:B3*2</f><v>16</v></c></row>'
        '<row r="4"><c r="A4"><v>0</v></c><c r="B4"><f>A3+1</f><v>17</v></c></row>'
    )
    verdict = asked(packed(tmp_path / "b.xlsx", parts(rows)))
    assert verdict.unchecked == {
        "array formula": 1,
        "changes with every recalculation": 2,
        "link to another file": 1,
    }
    assert (verdict.compared, verdict.differing) == (2, ())


def test_a_file_without_stored_values_is_not_sound(tmp_path: Path) -> None:
    """Its engines agree, and it says that nobody can see a value."""
    rows = '<row r="1"><c r="A1"><f>1+1</f></c></row>'
    verdict = asked(packed(tmp_path / "b.xlsx", parts(rows)))
    assert (verdict.compared, verdict.missing, verdict.sound) == (1, 1, False)


def test_what_only_one_engine_can_work_out_is_not_called_sound(tmp_path: Path) -> None:
    """With inputs changed there is no stored value, so a lone engine has nothing to meet."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Calc")
        sheet.write("A1", 4)
        sheet.write_formula("B1", "=ISOMITTED(A1)", None, value=False)
        sheet.write_formula("B2", '=IF(A1>5,ISOMITTED(A1),"")', None, "")
    assert asked(path).sound
    verdict = asked(path, settings=("Calc!A1=6",))
    assert verdict.differing == ()
    assert verdict.lacks == {"formualizer": {"ISOMITTED": 2}}
    assert verdict.unchecked == {"there is only one value to compare": 2}


def test_names_are_seen_through(tmp_path: Path) -> None:
    """A sheet's own name hides the file's; names behind names and ranges are cells too."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        one, two = book.add_worksheet("One"), book.add_worksheet("T wo")
        one.write_column("A1", [1, 2, 3])
        book.define_name("x", "=One!$A$1")
        book.define_name("'T wo'!x", "=One!$A$2")
        book.define_name("all", "=One!$A$1:$A$3")
        one.write_formula("B1", "=x*10", None, 10)
        two.write_formula("B1", "=x*10", None, 20)
        two.write_formula("B2", "=SUM(all)+One!x", None, 7)
    for name in ("formualizer", "ironcalc", "formulas"):
        assert asked(path, name).sound, name
    graph = Graph(read(path))
    assert graph.downstream([("One", 2, 1)]) == {
        ("One", 2, 1),
        ("T wo", 1, 2),
        ("T wo", 2, 2),
    }


def test_terms_that_cancel_are_no_disagreement(tmp_path: Path) -> None:
    """1e16 + 1 - 1e16 rests on the order of adding; a thousandth of 1e10 does not."""
    cells = {"A1": 1e10, "A2": -1e10, "B1": "=A1+A2"}
    assert cells_of(asked(written(tmp_path / "a.xlsx", cells, cached=1e-6))) == []
    assert cells_of(asked(written(tmp_path / "b.xlsx", cells, cached=1e-4))) == ["Calc!B1"]


@pytest.fixture
def one_cell(tmp_path: Path) -> Path:
    """A file of one formula."""
    return written(tmp_path / "b.xlsx", {"A1": "=1+1"}, cached=2)


def test_an_engine_that_hangs_is_ended(one_cell: Path) -> None:
    """Its process is gone, the answer names it, and the other engine is not held up."""
    with workers.at_work(["ironcalc"], one_cell, [Cell("Calc", "A1")], 60) as working:
        worker = working["ironcalc"]
        worker.ask(())
        assert worker.answer() == [2.0]
        pid = worker._process.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        worker._patience = 0.2
        worker.ask(())
        with pytest.raises(workers.EngineFailed, match=r"no answer within 0\.2 seconds"):
            worker.answer()
        assert not worker._process.is_alive()


def test_an_engine_that_dies_is_named(one_cell: Path) -> None:
    """A crash of native code takes its own process only."""
    with workers.at_work(["formualizer"], one_cell, [Cell("Calc", "A1")], 60) as working:
        worker = working["formualizer"]
        worker.ask(())
        worker.answer()
        os.kill(worker._process.pid or 0, signal.SIGKILL)
        worker._process.join()
        worker.ask(())
        with pytest.raises(workers.EngineFailed, match="ended without an answer"):
            worker.answer()


def test_an_engine_that_fails_takes_no_part(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are compared, the reason is told, and the verdict is not sound."""
    answer = workers.Worker.answer

    def fails(worker: workers.Worker) -> workers.Values:
        if worker.name == "ironcalc":
            raise workers.EngineFailed("it broke")
        return answer(worker)

    monkeypatch.setattr(workers.Worker, "answer", fails)
    verdict = asked(small)
    assert (verdict.engines, verdict.refused) == (("formualizer",), {"ironcalc": "it broke"})
    assert verdict.compared == 2
    assert not verdict.sound


def run(*arguments: str) -> int:
    """The exit code of one command."""
    return cli.main(("verify", *arguments))


def test_the_command_says_what_it_found(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line when all is well; each cause with its values when not, and what reads it."""
    assert run(str(small)) == 0
    assert capsys.readouterr().out == (
        f"{small}: 2 of 2 formulas compared (stored, formualizer, ironcalc): none differs\n"
    )
    wrong = planted(small, tmp_path / "w.xlsx", "C3", "999")
    assert run(str(wrong), "--engines", "ironcalc") == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[2:] == [
        "Calc!C3  Hours (h)",
        "  =3*rate",
        "  stored    999",
        "  ironcalc  6",
    ]
    assert said.err == ""


def test_json_has_the_promised_keys(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shape that scripts rely on."""
    wrong = planted(small, tmp_path / "w.xlsx", "C4", "1")
    assert run(str(wrong), "--json") == 1
    assert json.loads(capsys.readouterr().out) == {
        "file": str(wrong),
        "formulas": 2,
        "engines": ["formualizer", "ironcalc"],
        "compared": 2,
        "disagreements": [
            {
                "cell": "Calc!C4",
                "label": "Total",
                "unit": "$",
                "formula": "=SUM(C2:C3)",
                "values": {"stored": 1.0, "formualizer": 8.0, "ironcalc": 8.0},
                "follows": False,
            }
        ],
        "unsupported": {},
        "lacks": {},
        "unchecked": {},
        "without_value": 0,
        "refused": {},
        "draws": 0,
        "inputs_drawn": 0,
        "seed": 1,
        "sound": False,
    }


def test_markdown_is_a_table(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A heading with the verdict, a row for each cause."""
    wrong = planted(small, tmp_path / "w.xlsx", "C3", "999")
    assert run(str(wrong), "--markdown") == 1
    assert capsys.readouterr().out.splitlines() == [
        "### ❌ verify: 2 of 2 formulas compared (stored, formualizer, ironcalc): 1 differs",
        "",
        "| cell | what | formula | stored | formualizer | ironcalc |",
        "|---|---|---|---|---|---|",
        "| Calc!C3 | Hours (h) | `=3*rate` | 999 | 6 | 6 |",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.xlsx",), "nowhere.xlsx: it cannot be read"),
        (("{small}", "--engines", "excel"), "there is no engine 'excel'"),
        (("{small}", "--set", "rate=99"), "rate=99: is outside 1 to 9"),
    ],
)
def test_bad_input_gets_one_clear_message(
    arguments: tuple[str, ...], words: str, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, nothing on stdout, no traceback."""
    assert run(*(text.replace("{small}", str(small)) for text in arguments)) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
    assert "Traceback" not in said.err


def test_the_program_starts_engines_of_its_own(small: Path) -> None:
    """As a program, with engines in processes that start afresh, it prints JSON and no more."""
    command = [sys.executable, "-m", "workbook", "verify", str(small), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["sound"] is True
