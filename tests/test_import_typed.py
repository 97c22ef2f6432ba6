"""Any inputs, typed in openpyxl or in LibreOffice, come back: those and no others change."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from edits import (
    NUMBERS,
    SET,
    Office,
    again,
    brought,
    built_at,
    cell_of,
    edited,
    in_office,
    retyped,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from workbook.assumptions import Number, load
from workbook.assumptions.sets import changed

__all__ = ["again"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a set of the user's own."""
    path = tmp_path_factory.mktemp("round") / "set.toml"
    path.write_text(SET)
    return built_at(path.with_name("book.xlsx"), load([path]))


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """A copy of the set, to import into."""
    path = tmp_path / "set.toml"
    path.write_text(SET)
    return path


@st.composite
def typing(draw: st.DrawFn) -> dict[str, float]:
    """Up to eight inputs with values of their ranges."""
    chosen = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=8, unique=True))
    return {entry.id: draw(values(entry)) for entry in chosen}


def values(entry: Number) -> st.SearchStrategy[float]:
    """Values that an input takes, to the digits that a person can type."""
    if entry.whole:
        return st.integers(int(entry.low), int(entry.high)).map(float)
    floats = st.floats(entry.low, entry.high, allow_subnormal=False)
    return floats.map(lambda v: min(max(float(f"{v:.12g}"), entry.low), entry.high))


def assert_only(typed: dict[str, float], path: Path, into: Path) -> None:
    """The import of *path* changes the inputs of *typed*, and no others."""
    before = load([into])
    found = brought(path, into)
    assert (found.errors, found.extras, found.conflicts) == ([], [], [])
    moved = {i for i, value in typed.items() if _value(before, i) != value}
    after = load([into])
    assert set(changed(after, before)) == {each.id for each in found.changed} == moved
    assert {i: _value(after, i) for i in typed} == pytest.approx(typed, rel=1e-14)


def _value(a: object, input_id: str) -> float:
    value = a.input(input_id).value  # type: ignore[attr-defined]
    return float("nan") if value is None else float(value)


@settings(max_examples=4)
@given(typed=typing())
def test_exactly_what_was_typed_changes(typed: dict[str, float], book: Path) -> None:
    """Any inputs, any values: those and no others are different afterwards."""
    with TemporaryDirectory() as name:
        into = Path(name, "set.toml")
        into.write_text(SET)
        assert_only(typed, edited(book, Path(name, "e.xlsx"), typed), into)


@pytest.mark.libreoffice
@pytest.mark.slow
def test_exactly_what_was_typed_in_libreoffice_changes(book: Path) -> None:
    """The same in a program that writes the whole file anew."""
    tabs = [sheet.title for sheet in load_workbook(book, read_only=True).worksheets]
    made = load_workbook(book)

    # a file takes seconds, and one that fails is small already
    @settings(max_examples=2, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(typed=typing())
    def examples(typed: dict[str, float]) -> None:
        cells = {input_id: cell_of(made, input_id) for input_id in typed}
        steps = [["unprotect", tab] for tab in tabs] + [
            ["number", c.parent.title, c.row - 1, c.column - 1, typed[i]] for i, c in cells.items()
        ]
        with TemporaryDirectory() as name:
            into = Path(name, "set.toml")
            into.write_text(SET)
            assert_only(typed, office.edited(book, Path(name, "o.xlsx"), *steps), into)

    with Office() as office:
        examples()


@pytest.mark.libreoffice
def test_a_workbook_that_libreoffice_saved_comes_back(book: Path, into: Path) -> None:
    """It rewrites every part; the file stays as it is, and typed values come back exactly."""
    again = in_office(book, into.with_name("again.xlsx"))
    found = brought(again, into)
    assert (found.changed, found.extras, found.errors) == ([], [], [])
    typed = {entry.id: entry.low for entry in NUMBERS[::29]}
    path = retyped(book, into.with_name("e.xlsx"), typed)
    assert_only(typed, in_office(path, into.with_name("o.xlsx")), into)


@pytest.mark.libreoffice
def test_rows_and_tabs_that_moved_in_libreoffice(book: Path, into: Path) -> None:
    """A chip in the middle of the fleet, a model gone, blank rows, a tab renamed and one moved."""
    path = in_office(
        book,
        into.with_name("o.xlsx"),
        *(["unprotect", tab] for tab in ("Supply", "Training", "Inputs", "Scenarios")),
        ["insert_rows", "Supply", 17, 1],
        *(["text", "Supply", 17, at, text] for at, text in ((1, "MI"), (2, "AMD"), (3, "MI 450"))),
        *(["number", "Supply", 17, at, value] for at, value in ((4, 9000), (7, 0.5))),
        ["insert_rows", "Inputs", 10, 2],
        ["remove_rows", "Training", 15, 1],
        ["rename", "Pricing", "Our prices"],
        ["move", "Supply", 9],
        ["insert_columns", "Scenarios", 2, 1],
    )
    found = brought(path, into)
    assert (found.errors, found.extras, found.conflicts) == ([], [], [])
    a = load([into])
    assert [row.key for row in a.fleet.rows] == ["trainium2", "mi", "tpu", "b200"]
    assert (a.fleet.row("mi").quantity.value, a.fleet.row("mi").ratio.value) == (9000, 0.5)
    assert "gpt_4" not in [row.key for row in a.models.rows]
    gone = {"models.gpt_4", *(each.id for each in found.changed if each.id.startswith("fleet.mi."))}
    assert {each.id for each in found.changed} == gone
    assert brought(path, into).written == []
