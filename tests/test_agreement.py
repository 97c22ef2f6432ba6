"""Every formula of the workbook in its two engines, in plain Python and recomputed, at many inputs.

The engines that take longer have tests of their own.
"""

from __future__ import annotations

import math
from pathlib import Path

import oracle
import pytest
from cases import CASES, DRAWN, NO_ORACLE, drawn
from engine_runs import Run, Values, differences, runner
from finder import Finder

from workbook.assumptions import Assumptions, Day, Number
from workbook.build import Built
from workbook.engines import CellError, Value
from workbook.evaluate import Model
from workbook.functions import ErrorValue
from workbook.values import formulas_of


@pytest.fixture(scope="module")
def run(memo_inputs: Assumptions, built: Built, found: Finder, book_path: Path) -> Run:
    """Runs the workbook itself."""
    return runner(memo_inputs, built, found, book_path)


@pytest.fixture(scope="module")
def first(run: Run) -> dict[str, Values]:
    """The values of every case in the engine whose values stand in the file."""
    return run("formualizer", CASES)


def test_every_formula_is_the_same_in_the_second_engine(
    built: Built, first: dict[str, Values], run: Run
) -> None:
    """Numbers to 1e-9, texts and errors of every formula cell, for every case of inputs."""
    assert differences(formulas_of(built.layout), first, run("ironcalc", CASES)) == []


def test_what_is_opened_is_what_was_cached(built: Built, first: dict[str, Values]) -> None:
    """At the memo's inputs a fresh recalculation gives what stands in the file."""
    assert first["the memo"] == built.filled.values


@pytest.mark.parametrize("case", [case for case in CASES if case not in NO_ORACLE])
def test_the_workbook_is_the_memo_recomputed(
    first: dict[str, Values], found: Finder, case: str
) -> None:
    """Every figure in its cell is the independent recomputation's, to 1e-9."""
    expected = oracle.recompute(CASES[case])
    values = {name: first[case][found.figures[name]] for name in expected}
    assert oracle.differences(expected, values, found.units) == {}
    leader = oracle.largest_driver(expected)
    assert first[case][found.line("largest_driver")] == LABELS[leader]


LABELS = dict(
    zip(
        oracle.DRIVERS,
        (
            "Supply",
            "P0 share",
            "Buffer share",
            "Revenue target",
            "Revenue per inference hour",
            "Training need: growth, runs or overhead",
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("case", CASES)
def test_the_algebra_in_python_is_the_workbook(
    built: Built, first: dict[str, Values], found: Finder, case: str
) -> None:
    """Every line of every tab has the same value in plain Python as in its cell."""
    model = Model(built.book.tabs, CASES[case])
    values = {name: first[case].get(found.line(name)) for name in built.layout.names}
    differing = {
        name: (ours, theirs)
        for name, theirs in values.items()
        if theirs is not None and not _same(ours := _or_error(model, name), theirs)
    }
    # the model has no cards, so it does not see their errors
    unseen = COUNTS_ERRORS if case in NO_ORACLE else set()
    assert set(differing) <= unseen


COUNTS_ERRORS = {
    "check_errors_dashboard",
    "checks_failed",
    "checks_failing",
    "checks_state",
    "cover_checks",
}


def _or_error(model: Model, name: str) -> Value:
    try:
        return model[name]
    except ErrorValue as error:
        return CellError(str(error))


def _same(ours: Value, theirs: Value) -> bool:
    """Numbers to 1e-9, and what billions of hours leave to a thousandth; an error as an error."""
    if isinstance(ours, CellError):
        return isinstance(theirs, CellError)
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-3)
    return ours == theirs


def test_errors_are_seen_where_they_are(first: dict[str, Values], found: Finder) -> None:
    """Text for MFU breaks the training need, what follows from it, and no more; checks say so."""
    values = first["text for a number"]
    need = values[found.line("training_need_hours")]
    assert need == CellError("#VALUE!")
    assert values[found.line("live_inference_hours")] == pytest.approx(2_407_419_159.598522)
    failing = {
        name.removeprefix("checks.errors_").removesuffix(".failed")
        for name, cell in found.figures.items()
        if name.startswith("checks.errors_") and name.endswith(".failed") and values[cell] == 1
    }
    follows = {"scenarios", "sensitivity", "dashboard", "bridge", "costs", "plan"}
    follows |= {"pools", "ranking", "requests"}
    assert failing == {"training"} | follows
    assert str(values[found.line("banner")]).startswith("▲")


def test_drawn_inputs_are_within_their_ranges(memo_inputs: Assumptions) -> None:
    """The draws type nothing that a cell would refuse."""
    for seed in range(DRAWN):
        changes = drawn(seed)
        for entry in memo_inputs.inputs():
            value = changes.get(entry.id)
            if isinstance(entry, Number) and isinstance(value, float):
                assert entry.low <= value <= entry.high
            assert not isinstance(entry, Day) or value is None
