"""Lint: its rules as a whole, its command, and the parts that it is made of."""

from __future__ import annotations

import json
from pathlib import Path

import faults_file
import faults_model
import pytest
from planted import FAULTS
from strangers import written

from workbook import cli
from workbook.audit.circles import on_circles
from workbook.audit.graph import Graph
from workbook.audit.lint import RULES, UnknownRule, lint, report
from workbook.audit.lint.blocks import TYPED, misshapen, outliers
from workbook.audit.lint.rules import chosen
from workbook.audit.looks import hue, shown_length
from workbook.audit.markdown import escaped
from workbook.audit.ranges import gathered
from workbook.audit.reader import read

PLANTED_IN = {faults_file.__name__, faults_model.__name__}


def test_every_rule_has_a_planted_fault() -> None:
    """No rule goes untried."""
    assert {plant.__module__ for _, plant in FAULTS} == PLANTED_IN
    assert {rule for rule, _ in FAULTS} == set(RULES)
    assert len(FAULTS) >= 40


def test_our_own_workbook_has_no_findings(book_path: Path) -> None:
    """Every rule applies to the built workbook, and none finds anything."""
    judged = lint(read(book_path))
    assert judged.findings == ()
    assert judged.skipped == ()


# --- the command -------------------------------------------------------------------------------


def run(*arguments: str) -> int:
    return cli.main(("lint", *arguments))


def test_the_command_tells_by_its_exit_code(
    book_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 without findings, 1 with some, 2 for what cannot be read or is no rule."""
    assert run(str(book_path)) == 0
    assert "no findings" in capsys.readouterr().out
    stranger = written(tmp_path / "s.xlsx", {"A1": 5, "B1": "=A1*12"}, cached=60)
    assert run(str(stranger), "--select", "F01") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("error F01: a number in a formula; give it a cell")
    assert lines[3] == "  Calc!B1: 12"
    assert run(str(stranger), "--ignore", "F01,F24", "--select", "F01") == 0
    assert run(str(tmp_path / "none.xlsx")) == 2
    assert run(str(stranger), "--select", "F99") == 2
    assert run(str(stranger), "--select", "") == 2
    said = capsys.readouterr()
    assert "there is no rule 'F99'; rules are F01 to F28" in said.err


def test_json_has_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File, findings with rule, severity, where and message, and what was not judged."""
    path = written(tmp_path / "s.xlsx", {"A1": 5, "B1": "=A1*12"}, cached=60)
    assert run(str(path), "--json", "--select", "F01,F06") == 1
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"file", "findings", "skipped"}
    [row] = document["findings"]
    assert set(row) == {"rule", "severity", "where", "message"}
    assert (row["rule"], row["severity"], row["where"]) == ("F01", "error", "Calc!B1")
    [skipped] = document["skipped"]
    assert skipped.startswith("not judged: F06; the file has no table of inputs")


def test_sarif_names_rules_levels_and_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code scanning reads one run, with each rule that found something and each result."""
    path = written(tmp_path / "s.xlsx", {"A1": 5, "B1": "=A1*12"}, cached=60)
    assert run(str(path), "--sarif", "--select", "F01") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == "2.1.0"
    [one] = document["runs"]
    assert [rule["id"] for rule in one["tool"]["driver"]["rules"]] == ["F01"]
    [result] = one["results"]
    assert (result["ruleId"], result["level"]) == ("F01", "error")
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "Calc!B1"}]


def test_markdown_is_a_table_that_its_text_cannot_break(tmp_path: Path) -> None:
    """A bar in a sheet's name or a text does not start a new column."""
    cells = {"A1": '="a|b"&Z9'}
    judged = lint(read(written(tmp_path / "s.xlsx", cells, cached="a|b")), ["F14c"])
    text = report.as_markdown(judged)
    assert "| F14c warning | a reference to an empty cell; refer" in text
    assert text.endswith("| `Calc!A1` Calc!Z9 |")
    assert escaped("a|b\nc") == "a\\|b c"


def test_a_stranger_is_told_once_what_does_not_apply(tmp_path: Path) -> None:
    """A file without a registry, checks or stamped figures gets three lines, not findings."""
    judged = lint(read(written(tmp_path / "s.xlsx", {"A1": 1, "B1": "=A1"}, cached=1)))
    assert len(judged.skipped) == 3
    assert not any(f.rule.needs for f in judged.findings)


def test_cells_of_one_fault_are_one_finding(tmp_path: Path) -> None:
    """Ten rows of the same constant are one range."""
    cells: dict[str, object] = {f"A{i}": i for i in range(1, 11)}
    cells |= {f"B{i}": f"=A{i}*12" for i in range(1, 11)}
    judged = lint(read(written(tmp_path / "s.xlsx", cells)), ["F01"])
    assert [(f.where, f.what) for f in judged.findings] == [("Calc!B1:B10", "12")]


# --- the parts ---------------------------------------------------------------------------------


def test_selection_by_rule_or_by_number() -> None:
    """F04 stands for F04a to F04e, and what is ignored wins."""
    assert chosen(("F04",), ("F04b",)) == {"F04a", "F04c", "F04d", "F04e"}
    assert chosen((), ()) == set(RULES)
    with pytest.raises(UnknownRule, match="'F0'"):
        chosen(("F0",), ())


def test_outliers_are_judged_by_both_neighbours_or_an_end_by_two() -> None:
    """One odd cell in a run is found; a total below it looks different and is none."""
    column = {(i, 1): "RC[-1]" for i in range(1, 6)}
    look = dict.fromkeys(column, "plain")
    assert outliers(column, look, ()) == []
    [middle] = outliers(column | {(3, 1): TYPED}, look, ())
    assert (middle.place, middle.found) == ((3, 1), TYPED)
    [end] = outliers(column | {(5, 1): "RC[-2]"}, look, ())
    assert end.place == (5, 1)
    assert outliers(column | {(5, 1): "SUM(R1C:R4C)"}, look | {(5, 1): "bold"}, ()) == []
    summed = column | {(5, 1): "RC[-2]", (6, 1): "SUM(R1C:R5C)"}
    [above_the_total] = outliers(summed, look | {(6, 1): "bold"}, ())
    assert above_the_total.place == (5, 1)


def test_a_long_run_of_one_shape_shows_the_odd_one() -> None:
    """Rows that each link their own cell have no R1C1 form in common, but a shape."""
    shapes = {(i, 1): "‹1›" for i in range(1, 8)}
    assert misshapen(shapes) == []
    [odd] = misshapen(shapes | {(4, 1): TYPED})
    assert (odd.place, odd.expected) == ((4, 1), "‹1›")
    assert misshapen({(i, 1): shape for i, shape in enumerate("aabaa")}) == []


def test_a_run_across_is_no_outlier_of_its_columns() -> None:
    """A row of one formula between rows of another is a block of its own."""
    grid = {(row, column): "A" if row != 2 else "B" for row in (1, 2, 3) for column in (1, 2, 3)}
    assert outliers(grid, dict.fromkeys(grid, ""), ()) == []


def test_colours_are_families() -> None:
    """Dark and grey are black; a theme's colour cannot be told and is taken as black."""
    assert [hue(c) for c in ("000000", "475467", "0000FF", "00B050", "theme 1", "")] == [
        "black",
        "black",
        "blue",
        "green",
        "black",
        "black",
    ]


@pytest.mark.parametrize(
    ("value", "pattern", "shown"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (-1234.5, '#,##0.0_);(#,##0.0);"–"_)', "(1,234.5)"),
        (0.0, '#,##0.0_);(#,##0.0);"–"_)', "– "),
        (0.123, "0.0%", "12.3%"),
        (3.7e12, "0.00E+00", "3.70E+12"),
        (18e9, "$#,##0.00,,,", "$18.00"),
        (1.5, '0.00" : 1"', "1.50 : 1"),
    ],
)
def test_the_length_of_a_number_is_that_of_its_text(value: float, pattern: str, shown: str) -> None:
    """As many characters as a spreadsheet shows, with the room that a pattern leaves."""
    assert shown_length(value, pattern) == len(shown)


def test_a_circle_through_a_growing_sum_is_its_two_cells(tmp_path: Path) -> None:
    """B3 sums A1:A3 and A2 reads B3; B4 and B5 sum it too, but nothing of theirs comes back."""
    cells: dict[str, object] = {f"A{i}": 1 for i in range(1, 6)}
    cells |= {f"B{i}": f"=SUM(A$1:A{i})" for i in range(1, 6)}
    facts = read(written(tmp_path / "s.xlsx", cells))
    assert on_circles(facts, Graph(facts)) == []
    facts = read(written(tmp_path / "t.xlsx", cells | {"A2": "=B3", "C1": "=B5"}))
    assert on_circles(facts, Graph(facts)) == [("Calc", 2, 1), ("Calc", 3, 2)]


def test_two_circles_with_a_cell_between_them_are_four_cells(tmp_path: Path) -> None:
    """A1 and B1, and A3 and B3, read each other; A2 only leads from one to the other."""
    cells = {"A1": "=B1", "B1": "=A1", "A2": "=A1", "A3": "=B3+A2", "B3": "=A3"}
    facts = read(written(tmp_path / "s.xlsx", cells))
    found = on_circles(facts, Graph(facts))
    assert found == [("Calc", 1, 1), ("Calc", 1, 2), ("Calc", 3, 1), ("Calc", 3, 2)]


def test_cells_are_gathered_down_then_across() -> None:
    """A rectangle is one range, and what is apart stays apart."""
    cells = [(row, column) for row in (2, 3) for column in (2, 3, 5)]
    assert [area.span for area in gathered("S", cells)] == ["B2:C3", "E2:E3"]
    assert gathered("S", []) == []
