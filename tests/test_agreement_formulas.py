"""Every formula of the workbook in the formulas package, at the memo's and other inputs."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import CASES, FEWEST
from engine_runs import Short, differences, runner, short
from finder import Finder

from workbook.assumptions import Assumptions
from workbook.build import Built
from workbook.values import formulas_of

__all__ = ["short"]


@pytest.mark.slow
def test_each_formula_of_a_column_is_the_same(short: Short) -> None:
    """At the ends of every column, for a few cases: it takes seconds for each."""
    assert short.thin_differences("formulas", FEWEST) == []


@pytest.mark.thorough
def test_every_formula_is_the_same_in_all_cases(short: Short) -> None:
    """Every row of forms with fewer rows: minutes."""
    assert short.differences("formulas", CASES) == []


@pytest.mark.thorough
def test_every_formula_of_the_whole_workbook_is_the_same(
    memo_inputs: Assumptions, built: Built, found: Finder, book_path: Path
) -> None:
    """Every row of every form, at the memo's inputs: what stands in the file is worked out anew."""
    values = runner(memo_inputs, built, found, book_path)("formulas", ("the memo",))
    assert differences(formulas_of(built.layout), {"the memo": built.filled.values}, values) == []
    assert len(values["the memo"]) == built.filled.formulas
