"""Random algebra has one meaning: in plain Python and in every spreadsheet engine."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from forest import LONE, SOILS, faults, forest, grown
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from programs import EACH, usable

from workbook.dimensions import unit_of
from workbook.engines import CellError
from workbook.functions import BY_NAME
from workbook.units import FLAG, NONE, TEXT

SEED = 20260301
UNITS = {"number": NONE, "text": TEXT, "flag": FLAG}

# formulas takes some 15 ms a formula
COUNTS = {"formualizer": 1200, "ironcalc": 1200, "formulas": 150, "libreoffice": 1200}


@pytest.mark.parametrize("name", EACH)
def test_random_algebra_has_the_value_that_python_gives(name: str, tmp_path: Path) -> None:
    """Hundreds of trees in one workbook, alone and in tables, mean the same in each engine."""
    usable(name)
    woods = forest(Random(SEED), COUNTS[name])  # noqa: S311 - trees are no secrets
    assert faults(name, woods, tmp_path) == []


def test_the_random_trees_are_worth_reading() -> None:
    """Every function and operator grows, some trees are errors of each kind, and few are idle."""
    woods = forest(Random(SEED), 1200)  # noqa: S311 - trees are no secrets
    text = "\n".join(woods.formulas[sample.cell] for sample in woods.samples)
    names = {re.sub(r"\W.*", "", function.excel) for function in BY_NAME.values()}
    assert names <= set(re.findall(r"[A-Z]+(?=\()", text))
    assert all(sign in text for sign in ("+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">=", "&"))
    seen = Counter(sample.expected for sample in woods.samples)
    codes = {str(value) for value in seen if isinstance(value, CellError)}
    assert codes == {"#DIV/0!", "#N/A", "#VALUE!"}
    assert seen[None] < len(woods.samples) / 30
    broken = sum(n for value, n in seen.items() if isinstance(value, CellError))
    assert broken < len(woods.samples) / 3
    assert len(seen) > len(woods.samples) / 6


def test_random_algebra_is_measured_in_what_it_grew_as() -> None:
    """The unit of a tree over bare figures is none; that of a text and of a condition, its own."""
    for kind, tree in grown(Random(SEED), SOILS[LONE], 600, 4):  # noqa: S311 - trees are no secrets
        assert unit_of(tree) in (UNITS[kind], None), kind


# A fault is told in its smallest parts already, so a seed needs no shrinking.
@settings(max_examples=10, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.integers(0, 2**32 - 1), st.sampled_from(["formualizer", "ironcalc"]))
def test_the_smallest_part_that_differs_is_told(seed: int, name: str) -> None:
    """Trees from any seed mean the same in the engines that build the workbook."""
    with TemporaryDirectory() as folder:
        woods = forest(Random(seed), 100)  # noqa: S311 - trees are no secrets
        assert faults(name, woods, Path(folder)) == []
