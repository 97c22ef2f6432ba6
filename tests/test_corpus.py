"""Workbooks that other programs and people made: each tool ends with a result or a refusal.

They stand beside the project and are no part of it; where they are not, nothing is collected.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from outside import CORPUS

from workbook import cli
from workbook.audit.reader import Refused, read
from workbook.engines import agree

SEALED = "calamine__pass_protected"
DIFFERING = {
    "calamine__errors",
    "excelint__7_gradebook_xls",
    "ironcalc__SUMIFS",
    "test_files__1904",
    "test_files__LONumbers",
}
"""Where one of the engines reads a formula as the program that saved the file did not."""

FILES = [pytest.param(path, id=path.stem) for path in sorted(CORPUS.glob("*.xlsx"))]
OPEN = [file for file in FILES if file.id != SEALED]

Captured = pytest.CaptureFixture[str]


def told(capsys: Captured, *arguments: str) -> dict[str, object]:
    """The JSON of a command that comes to a result and has nothing to complain of."""
    assert cli.main((*arguments, "--json")) in (0, 1)
    said = capsys.readouterr()
    assert said.err == ""
    document = json.loads(said.out)
    assert isinstance(document, dict)
    return document


def test_there_are_files_of_many_makers() -> None:
    """Whoever made a file stands before the underscores."""
    makers = {path.name.partition("__")[0] for path in CORPUS.glob("*.xlsx")}
    assert len(makers) >= 5


@pytest.mark.parametrize("path", OPEN)
def test_verify_says_of_every_formula_whether_it_agrees(path: Path, capsys: Captured) -> None:
    """None is left out; what differs is what another reader finds stored, and a value unlike it."""
    found = told(capsys, "verify", str(path))
    differing, unchecked = found["disagreements"], found["unchecked"]
    assert isinstance(differing, list)
    assert isinstance(unchecked, dict)
    assert found["refused"] == {}
    assert found["formulas"] == len(list(read(path).formulas()))
    assert found["formulas"] == found["compared"] + sum(unchecked.values())  # type: ignore[operator]  # a number
    assert differing == [] or path.stem in DIFFERING
    if not differing:
        return
    stored = load_workbook(BytesIO(path.read_bytes()), data_only=True)
    for cell in differing:
        sheet, _, ref = cell["cell"].rpartition("!")
        values = cell["values"]
        there = stored[sheet][ref].value
        if isinstance(there, int | float | str) and "stored" in values:
            assert agree(values["stored"], there)
        assert any(not agree(one, other) for one in values.values() for other in values.values())


@pytest.mark.parametrize("path", OPEN)
def test_lint_diff_and_explain_come_to_a_result(path: Path, capsys: Captured) -> None:
    """A file does not differ from itself, and its first formula can be explained."""
    assert {"findings", "skipped"} <= set(told(capsys, "lint", str(path)))
    assert told(capsys, "diff", str(path), str(path))["outputs"] == []
    for held in list(read(path).formulas())[:1]:
        assert told(capsys, "explain", str(path), str(held.cell))["cell"] == str(held.cell)


@pytest.mark.parametrize("command", ["verify", "lint", "diff", "explain"])
def test_an_encrypted_file_is_refused(command: str, capsys: Captured) -> None:
    """With 2, one message and the remedy."""
    path = CORPUS / f"{SEALED}.xlsx"
    more = {"diff": (str(path),), "explain": ("Sheet1!A1",)}.get(command, ())
    assert cli.main((command, str(path), *more)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "it is encrypted; save it without a password" in said.err
    assert "Traceback" not in said.err
    with pytest.raises(Refused):
        read(path)
