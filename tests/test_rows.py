"""Rows that a set of assumptions removes, adds and places."""

from pathlib import Path

import pytest

from workbook.assumptions import Assumptions, baseline, load
from workbook.assumptions.sections import FILLED_TABLES, NEEDED_ROWS
from workbook.build import make
from workbook.faults import InputFaults
from workbook.tabs.needs import RUNGS


def of(folder: Path, *texts: str) -> Assumptions:
    """The assumptions of sets with these texts."""
    paths = [folder / f"set_{i}.toml" for i, _ in enumerate(texts)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return load(paths)


def keys(a: Assumptions, table: str) -> list[str]:
    """The keys of a table's rows, in order."""
    return [row.key for row in getattr(a, table).rows]


NEW = '[models.rows.new]\nlabel = "New"\nflop = 1e25\n'


def test_a_row_is_removed(tmp_path: Path) -> None:
    """The memo's nine models without GPT 4."""
    a = of(tmp_path, "[models.rows.gpt_4]\nremoved = true\n")
    assert keys(a, "models") == [key for key in keys(baseline(), "models") if key != "gpt_4"]
    assert a.digest != baseline().digest


def test_a_removed_row_can_be_given_again(tmp_path: Path) -> None:
    """A later set's row of the same key is a new one, with nothing of the old."""
    again = '[models.rows.gpt_4]\nlabel = "GPT 4 again"\nflop = 3e25\n'
    a = of(tmp_path, "[models.rows.gpt_4]\nremoved = true\n", again)
    assert keys(a, "models")[-1] == "gpt_4"
    assert a.input("models.gpt_4.flop").label == "GPT 4 again: Total FLOP"


def test_nothing_of_a_removed_row_fills_a_new_one(tmp_path: Path) -> None:
    """Its ratio and the sources of its cells went with it."""
    gone = "[fleet.rows.tpu]\nremoved = true\n"
    again = '[fleet.rows.tpu]\nlabel = "TPU"\nprovider = "GCP"\nchip = "TPU"\nquantity = 5\n'
    with pytest.raises(InputFaults, match=r"fleet\.tpu\.ratio: is missing"):
        of(tmp_path, gone, again)
    told = of(tmp_path, gone, again + "ratio = 4\n").input("fleet.tpu.ratio").note
    assert told == baseline().input("fleet.trainium2.ratio").note


def test_a_row_is_placed_behind_another(tmp_path: Path) -> None:
    """Second of the models; one that is not placed comes last."""
    assert keys(of(tmp_path, NEW + 'after = "gpt_5"\n'), "models")[:2] == ["gpt_5", "new"]
    assert keys(of(tmp_path, NEW), "models")[-1] == "new"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[models.rows.gpt_44]\nremoved = true\n", "no such row to remove; did you mean gpt_4"),
        ("[models.rows.gpt_4]\nremoved = false\n", "write true, and nothing else here"),
        ("[models.rows.gpt_4]\nremoved = true\nflop = 1\n", "write true, and nothing else here"),
        ("[ladder.rows.seasonality]\nremoved = true\n", "is needed by other tabs"),
        (NEW + 'after = "gpt_55"\n', '"gpt_55" is no other row; did you mean gpt_5?'),
        (NEW + 'after = "new"\n', '"new" is no other row'),
        (NEW + "after = 2\n", "2 is no other row"),
        ("[models.rows.opus_4]\nremoved = true\n", "training.reference_model"),
        ("[fleet.rows.b200]\nremoved = true\n", '"B200" is not in the fleet'),
    ],
)
def test_a_removal_that_cannot_be(text: str, message: str, tmp_path: Path) -> None:
    """What is wrong is told with the remedy."""
    with pytest.raises(InputFaults) as told:
        of(tmp_path, text)
    assert message in str(told.value)


def test_the_rows_that_tabs_name_are_kept() -> None:
    """The ladder's four rungs, and the last plan's three shares."""
    plan = frozenset(("inference", "training", "research"))
    assert {"ladder": frozenset(RUNGS), "last_plan": plan} == NEEDED_ROWS


@pytest.mark.parametrize("table", sorted(FILLED_TABLES))
def test_a_table_without_rows_is_told(table: str, tmp_path: Path) -> None:
    """Other tabs need one: the line that removes the last is told, and no other of that table."""
    rows = keys(baseline(), table)
    text = "".join(f"[{table}.rows.{key}]\nremoved = true\n" for key in rows)
    with pytest.raises(InputFaults) as told:
        of(tmp_path, text)
    message = "has no row left, and other tabs need one; keep one, or add another"
    assert f"set_0.toml:{2 * len(rows) - 1}: {table}: {message}" in str(told.value)
    assert "at least 1 item" not in str(told.value)


def test_the_workbook_of_fewer_rows(tmp_path: Path) -> None:
    """Without GPT 4 one input of the memo is gone, and one number that it prints.

    Nothing of what the memo prints of that row is held against it, and no check fails.
    """
    built = make(of(tmp_path, "[models.rows.gpt_4]\nremoved = true\n"), baseline())
    whole = make(baseline(), baseline())
    assert built.number("inputs_changed") == 1
    assert built.number("checks_failed") == 0
    assert built.number("memo_numbers") == whole.number("memo_numbers") - 1
    assert built.number("training_need_hours") == whole.number("training_need_hours")


def test_a_chip_that_data_name_cannot_be_removed(tmp_path: Path) -> None:
    """Requests and prices are of chips of the fleet."""
    with pytest.raises(InputFaults, match=r'requests.csv.*"TPU" is not a choice'):
        of(tmp_path, "[fleet.rows.tpu]\nremoved = true\n")


def test_sources_says_what_each_value_was_at_the_build(tmp_path: Path) -> None:
    """At 45 %: now and at the build 0.45, in the memo 0.5; where blank, the word for it."""
    built = make(of(tmp_path, "[training]\nmfu = 0.45\n"), baseline())
    [sheet] = [each for each in built.layout.sheets if each.name == "Sources"]
    heads = {cell.content: cell.col for cell in sheet.cells if cell.content == "Value at build"}
    rows = {cell.content: cell.row for cell in sheet.cells if cell.col == 1}
    cells = {(cell.row, cell.col): cell.content for cell in sheet.cells}
    at = heads["Value at build"]
    assert (cells[rows["training.mfu"], at], cells[rows["training.mfu"], at + 1]) == (0.45, 0.5)
    assert cells[rows["cases.own_1.revenue_target"], at] == "blank"
