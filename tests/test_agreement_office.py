"""Every formula of the workbook in LibreOffice, at the memo's and other inputs."""

from __future__ import annotations

import pytest
from cases import CASES, FEW
from engine_runs import Short, short

__all__ = ["short"]

pytestmark = pytest.mark.libreoffice


@pytest.mark.slow
def test_every_formula_is_the_same(short: Short) -> None:
    """Over forms with fewer rows, for some cases: it takes seconds for each."""
    assert short.differences("libreoffice", FEW) == []


@pytest.mark.thorough
def test_every_formula_is_the_same_in_all_cases(short: Short) -> None:
    """All but where a link leads to a blank cell, which is no number there, and elsewhere 0."""
    others = [case for case in CASES if "blank" not in case and case not in FEW]
    assert short.differences("libreoffice", others) == []
