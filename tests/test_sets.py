"""Sets of assumptions by name, listed, and side by side."""

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from workbook import cli
from workbook.assumptions import baseline, load
from workbook.assumptions.sets import changed, described, found
from workbook.build import make
from workbook.compare import as_csv, compare
from workbook.paths import TEMPLATES

Captured = pytest.CaptureFixture[str]

GROWTH = '[meta]\ntitle = "Faster growth"\n[training]\nflop_growth = 5\n'


@pytest.fixture
def growth(tmp_path: Path) -> Path:
    """A set of the user's own."""
    path = tmp_path / "growth.toml"
    path.write_text(GROWTH)
    return path


def test_a_bare_name_is_a_set_of_the_project(tmp_path: Path) -> None:
    """``upside`` is templates/upside.toml; a path stays what it is."""
    assert found(Path("upside")) == TEMPLATES / "upside.toml"
    assert found(tmp_path / "upside") == tmp_path / "upside"
    assert found(Path("nowhere")) == Path("nowhere")


def test_a_file_of_the_users_own_goes_before_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file called upside in this folder is meant, not the project's."""
    monkeypatch.chdir(tmp_path)
    Path("upside").write_text("")
    assert found(Path("upside")) == Path("upside")


def test_sets_of_the_project_and_of_a_folder_are_described(growth: Path) -> None:
    """memo changes nothing, upside five inputs, the user's own one; other TOML is no set."""
    (growth.parent / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (growth.parent / "broken.toml").write_text("[training\n")
    told = {each.name: each for each in described([growth.parent])}
    assert set(told) == {"memo", "upside", str(growth)}
    assert told["memo"].changed == ()
    assert told["upside"].changed == (
        "fleet.trainium2.quantity",
        "utilization.inference",
        "allocation.revenue_target",
        "scenarios.own.initiative",
        "scenarios.own.p1",
    )
    assert (told[str(growth)].title, told[str(growth)].changed) == (
        "Faster growth",
        ("training.flop_growth",),
    )


def test_a_set_with_faults_is_listed_with_them(tmp_path: Path, capsys: Captured) -> None:
    """A list that stopped at the first bad file would hide the good ones."""
    (tmp_path / "bad.toml").write_text("[training]\nmfu = 7\n")
    assert cli.main(["sets", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "bad.toml: cannot be used" in said
    assert "7 is outside 0.05 to 1" in said
    assert "upside: Compute capacity allocation, upside" in said


def test_sets_as_json(capsys: Captured, tmp_path: Path) -> None:
    """Name, path, title, what differs, and faults."""
    assert cli.main(["sets", "--json", str(tmp_path)]) == 0
    sets = {each["name"]: each for each in json.loads(capsys.readouterr().out)["sets"]}
    assert sets["upside"]["inputs_changed"] == 5
    assert set(sets["memo"]) == {"name", "path", "title", "inputs_changed", "changed", "errors"}


def test_a_row_that_is_not_in_the_memo_counts_as_changed(tmp_path: Path) -> None:
    """A new level of utilization is one input more."""
    path = tmp_path / "more.toml"
    path.write_text('[levels.rows.u70]\nlabel = "70%"\nutilization = 0.7\n')
    assert changed(load([path]), baseline()) == ("levels.u70.utilization",)


def test_sets_combine_by_name(growth: Path) -> None:
    """upside and growth together: both moves, the later over the earlier."""
    both = compare(["memo", "upside", f"upside+{growth}"], lambda a: make(a, baseline()))
    memo, upside, combined = both.sides
    assert combined.inputs_changed == upside.inputs_changed + 1
    assert combined.figures["live_revenue"] == upside.figures["live_revenue"] == 25e9
    # flop_growth of 5 for 4: five quarters of the need
    assert combined.figures["training_need_hours"] == pytest.approx(
        1.25 * float(memo.figures["training_need_hours"]), rel=1e-12
    )


def test_a_comparison_has_the_figures_of_the_built_books() -> None:
    """No second computation: each column is the book's own headline."""
    first = baseline()
    side_by_side = compare(["memo", "upside"], lambda a: make(a, first))
    upside = make(load([TEMPLATES / "upside.toml"]), first)
    assert side_by_side.sides[1].figures == upside.headline
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(as_csv(side_by_side)))}
    assert float(rows["live_revenue"]["upside"]) == upside.headline["live_revenue"]
    assert list(rows) == list(upside.headline)


@pytest.mark.parametrize("ending", ["md", "csv", "xlsx"])
def test_compare_prints_and_writes(ending: str, tmp_path: Path, capsys: Captured) -> None:
    """Revenue of 25 against 18 billion is 38.9 % more, on the terminal and in each kind of file."""
    path = tmp_path / f"side.{ending}"
    assert cli.main(["compare", "memo", "upside", "--out", str(path)]) == 0
    assert "+38.9%" in capsys.readouterr().out
    if ending == "xlsx":
        sheet = load_workbook(path, data_only=True)["Comparison"]
        rows = {row[1]: row[2:6] for row in sheet.iter_rows(values_only=True)}
        unit, *figures = rows["Live: Serviceable revenue"]
        assert (unit, figures) == ("$ bn", [18e9, 25e9, pytest.approx(7 / 18)])
    else:
        text = path.read_text()
        assert ("+38.9%" if ending == "md" else "18000000000.0,25000000000.0") in text


def test_compare_as_json(capsys: Captured) -> None:
    """Values and changes by the set's name; the first has nothing to be held against."""
    assert cli.main(["compare", "memo", "upside", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["sets"]] == ["memo", "upside"]
    revenue = next(each for each in told["outputs"] if each["id"] == "live_revenue")
    assert revenue["values"] == {"memo": 18e9, "upside": 25e9}
    assert revenue["change"] == {"upside": pytest.approx(7 / 18)}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("memo", "missing"), "missing: there is no such file"),
        (("memo", "--out", "side.pdf"), "does not end in .csv, .md, .xlsx"),
        (("memo", "--out", "folder.md"), "is a folder"),
    ],
)
def test_bad_input_of_compare(
    arguments: tuple[str, ...],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    """Exit code 2, one clear message, nothing written."""
    monkeypatch.chdir(tmp_path)
    Path("folder.md").mkdir()
    assert cli.main(["compare", *arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert (said.out, [p.name for p in tmp_path.iterdir()]) == ("", ["folder.md"])
