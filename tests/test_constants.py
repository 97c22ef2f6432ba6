"""Figures in texts, as every engine spells them."""

from __future__ import annotations

from pathlib import Path

import pytest
from books import figure, laid, tab
from programs import EACH, usable, values_in

from workbook.book import Line, Lines
from workbook.tabs import constants

AMOUNTS = {
    "cent": (-0.01, "-$0.01"),
    "less": (-0.004, "$0.00"),
    "carried": (-0.006, "-$0.01"),
    "loss": (-179.31, "-$179.31"),
    "gain": (7.477, "$7.48"),
}


@pytest.mark.parametrize("name", EACH)
def test_an_amount_in_a_text_keeps_its_sign(name: str, tmp_path: Path) -> None:
    """One engine drops the sign of -0.01 in the pattern 0.00, so the sign is spelled apart."""
    usable(name)
    known = constants.build()
    amounts = {key: figure(key, amount) for key, (amount, _) in AMOUNTS.items()}
    told = [
        Line(f"{key}_told", key, "text", algebra=known.dollars(amount))
        for key, amount in amounts.items()
    ]
    lines = Lines("Amounts", (*amounts.values(), *told, *known.lines))
    found = values_in(name, laid(tab("Test", lines)), [line.key for line in told], tmp_path)
    assert found == {f"{key}_told": text for key, (_, text) in AMOUNTS.items()}
