"""A build or an import killed at random moments leaves the old file or the new one, never a third.

Run by hand for long: python tests/kill.py COUNT [SEED], half of them builds, half imports.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from edits import SET, built_at, edited

from workbook.assumptions import load

PATIENCE = 120
"""Seconds that one command may take."""


class Victim:
    """A command that replaces *target*: what stands there before, and what a whole run leaves."""

    def __init__(self, target: Path, before: bytes, *arguments: str) -> None:
        self.target = target
        self.before = before
        self.command = [sys.executable, "-m", "workbook", *arguments]
        target.write_bytes(before)
        start = time.monotonic()
        subprocess.run(self.command, check=True, capture_output=True, timeout=PATIENCE)
        self.seconds = time.monotonic() - start
        self.after = target.read_bytes()

    def killed(self, part: float) -> str:
        """What stands there after a run that is killed when *part* of its time has passed."""
        self.target.write_bytes(self.before)
        quiet = subprocess.DEVNULL
        with subprocess.Popen(self.command, stdout=quiet, stderr=quiet) as run:
            try:
                run.wait(timeout=part * self.seconds)
            except subprocess.TimeoutExpired:
                run.kill()
        left = self.target.read_bytes()
        return {self.before: "old", self.after: "new"}.get(left, "a third")


def victims(folder: Path) -> tuple[Victim, Victim]:
    """A build over an older workbook, and an import into a set."""
    into, book, out = folder / "set.toml", folder / "book.xlsx", folder / "out" / "book.xlsx"
    out.parent.mkdir()
    into.write_text(SET)
    built_at(book, load([into]))
    typed = edited(book, folder / "typed.xlsx", {"training.mfu": 0.5})
    build = Victim(out, book.read_bytes(), "build", "--set", "training.mfu=0.4", "--out", str(out))
    bring = Victim(into, SET.encode(), "import", str(typed), "--into", str(into))
    assert build.before != build.after
    assert bring.before != bring.after
    return build, bring


def kill(count: int, seed: int) -> Counter[str]:
    """How often the old file stood there afterwards, the new one, or a third; and what else."""
    random, outcomes = Random(seed), Counter[str]()  # noqa: S311  moments are no secrets
    with TemporaryDirectory() as name:
        both = victims(Path(name))
        known = set(Path(name).rglob("*"))
        for at in range(count):
            # the last tenth of a run is when it writes
            part = random.uniform(0, 1.1) if at % 4 else random.uniform(0.9, 1.1)
            outcomes[both[at % 2].killed(part)] += 1
        outcomes["temporary files left"] = len(set(Path(name).rglob("*")) - known)
    return outcomes


if __name__ == "__main__":
    number, *rest = sys.argv[1:]
    results = kill(int(number), int(rest[0]) if rest else 1)
    sys.stdout.write(f"{dict(results)}\n")
    sys.exit(bool(results["a third"]))
