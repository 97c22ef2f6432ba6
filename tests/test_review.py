"""The recipe for CI, run in a shell as CI runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from strangers import written

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "ci" / "review.sh"


def review(*books: Path) -> subprocess.CompletedProcess[str]:
    around = os.environ | {"WORKBOOK": f"{sys.executable} -m workbook", "PYTHONPATH": str(ROOT)}
    command = ["bash", str(SCRIPT), *map(str, books)]
    return subprocess.run(command, env=around, capture_output=True, text=True, check=False)


def test_a_sound_workbook_passes_with_one_comment(book_path: Path) -> None:
    """Headline, verdict and lint stand in one Markdown text; findings for scanning beside."""
    done = review(book_path, book_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("### Workbook review")
    assert "0 inputs, 0 formulas, 0 outputs moved; checks pass" in done.stdout
    assert "no findings" in done.stdout
    assert (book_path.parent / "lint.sarif").read_text("utf-8").startswith("{")


def test_a_workbook_with_findings_fails_and_still_comments(tmp_path: Path) -> None:
    """A wrong cached value and a constant are told; what is compared with may be missing."""
    book = written(tmp_path / "b.xlsx", {"A1": 5, "B1": "=A1*12"}, cached=61)
    done = review(book, tmp_path / "none.xlsx")
    assert done.returncode == 1
    assert "There is no workbook before this one" in done.stdout
    assert "F01 error" in done.stdout


def test_a_file_that_cannot_be_read_is_a_fault_of_its_own(tmp_path: Path) -> None:
    """Exit code 2, with the reason on stderr."""
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    done = review(tmp_path / "b.xlsx")
    assert done.returncode == 2
    assert "b.xlsx" in done.stderr
