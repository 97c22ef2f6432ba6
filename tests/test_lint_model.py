"""Faults of formulas and of the model, planted one at a time; lint finds each, at its place."""

from __future__ import annotations

from pathlib import Path

import faults_model
import pytest
from finder import Finder
from planted import Draft, Plant, found_at, planted_by, quickly

from workbook.build import Built

__all__ = ["quickly"]


@pytest.mark.parametrize(("rule", "plant"), planted_by(faults_model))
def test_a_planted_fault_is_found_at_its_place(
    built: Built, found: Finder, tmp_path: Path, rule: str, plant: Plant
) -> None:
    """Each fault is found by its rule, where it was planted."""
    draft = Draft(built.filled.data, found)
    where = str(plant(draft))
    assert found_at(draft, where, rule, tmp_path / "book.xlsx")
