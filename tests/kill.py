"""A build or an import killed at random moments leaves the old files or the new, never a third.

Most kills fall into the moments in which files are written: a process is forked that has all but
that behind it, and ends itself at a random call to the disk, or is ended between two of them. The
others fall anywhere in a command from its start.

Run by hand for long: python tests/kill.py COUNT [SEED].
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from edits import SET, built_at, edited
from mangle import remembering
from openpyxl import Workbook

from workbook import build, cli
from workbook.assumptions import baseline, load
from workbook.audit.reader import read
from workbook.paths import TEMPLATES
from workbook.roundtrip import importing

PATIENCE = 120
"""Seconds that one command may take."""

EVERY = 20
"""One kill of so many falls anywhere in a command, the others where it writes."""

CALLS = (
    (tempfile, "mkstemp"),
    (os, "fdopen"),
    (os, "fsync"),
    (Path, "chmod"),
    (Path, "replace"),
    (Path, "unlink"),
)
"""What a command does to the disk."""

NAMED = "".join(
    f'\n[data.{form}]\nfile = "{form}.csv"\nas_of = 2026-02-20\nsource = "Our form"\n'
    for form in ("pools", "requests")
)

Files = Mapping[Path, bytes]


@dataclass
class Victim:
    """A command that replaces files: what they hold before it, and after a whole run."""

    arguments: tuple[str, ...]
    before: Files
    ready: Mapping[str, Any] = field(default_factory=dict)

    def run(self) -> int:
        """The command, with what is *ready* not worked out again, and no look for extras."""
        with mock.patch.object(build, "make", return_value=self.ready.get("built")):
            known = self.ready["facts"]
            nothing = mock.patch.object(importing, "extras_of", return_value=[])
            with (
                nothing,
                mock.patch.object(importing, "read", lambda path: known.get(path) or read(path)),
            ):
                return cli.main(self.arguments)

    def restore(self) -> None:
        """The files as before; whatever else is there goes."""
        for path, content in self.before.items():
            path.write_bytes(content)
        for path in self.beside():
            path.unlink()

    def beside(self) -> list[Path]:
        """What stands beside the files that should not stay there."""
        folders = {path.parent for path in self.before}
        return [each for f in folders for each in f.iterdir() if each.name.startswith(".")]

    @cached_property
    def whole(self) -> tuple[Files, int, float]:
        """What a whole run leaves, how often it calls the disk, and for how long."""
        self.restore()
        with open(os.devnull, "w") as nothing, redirect_stdout(nothing):  # noqa: PTH123  of no path
            assert self.run() == 0  # what can be remembered is, for every fork to come
        self.restore()
        calls, seconds = self.forked(None, None)
        after = {path: path.read_bytes() for path in self.before}
        assert not any(after[path] == content for path, content in self.before.items())
        return after, calls, seconds

    def forked(self, at: int | None, after: float | None) -> tuple[int, float]:
        """The calls to the disk of a forked run, and its seconds from the first of them.

        It ends itself before the call number *at*, or is ended so many seconds *after* the first.
        """
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(out)
            os._exit(self._child(into, at))
        os.close(into)
        calls, first = 0, 0.0
        while select.select([out], [], [], PATIENCE)[0] and os.read(out, 1):
            calls, first = calls + 1, first or time.monotonic()
            if calls == 1 and after is not None:
                time.sleep(after)
                os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(out)
        return calls, time.monotonic() - first

    def _child(self, into: int, at: int | None) -> int:
        with open(os.devnull, "w") as nothing, _told(into, at):  # noqa: PTH123  of no path
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
            return self.run()


@contextmanager
def _told(into: int, at: int | None) -> Iterator[None]:
    """Each call to the disk writes a byte first; that number *at* ends the process."""
    done = 0

    def telling(call: Callable[..., Any]) -> Callable[..., Any]:
        def told(*arguments: Any, **options: Any) -> Any:
            nonlocal done
            if done == at:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
            os.write(into, b".")
            return call(*arguments, **options)

        return told

    patches = [
        mock.patch.object(owner, name, telling(getattr(owner, name))) for owner, name in CALLS
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()


def left(victim: Victim) -> str:
    """What a killed run left: the old files, the new ones, or, where neither, what it is."""
    new, _, _ = victim.whole
    for path, content in victim.before.items():
        if path.read_bytes() not in (content, new[path]):
            return "a third"
    sets = [path for path in victim.before if path.suffix == ".toml"]
    load(sets)  # a reader finishes what was begun
    now = {path: path.read_bytes() for path in victim.before}
    return {True: "old", False: "mixed"}[now == victim.before] if now != new else "new"


def begun(victim: Victim, random: Random) -> str:
    """A kill in the moments of writing."""
    _, calls, seconds = victim.whole
    victim.restore()
    if random.random() < 1 / 2:
        victim.forked(random.randrange(calls), None)
    else:
        victim.forked(None, random.uniform(0, seconds))
    return left(victim)


def anywhere(victim: Victim, random: Random) -> str:
    """A kill at any moment of a command of its own."""
    victim.restore()
    command = [sys.executable, "-m", "workbook", *victim.arguments]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as run:
        try:
            run.wait(timeout=random.uniform(0, 12))
        except subprocess.TimeoutExpired:
            run.kill()
    return left(victim)


def victims(folder: Path) -> tuple[Victim, Victim, Victim]:
    """A build over an older workbook, an import into a set, and one into a set and its rows."""
    into, out = folder / "set.toml", folder / "out" / "book.xlsx"
    out.parent.mkdir()
    into.write_text(SET + NAMED)
    rows = {
        folder / name: (TEMPLATES / name).read_bytes() for name in ("pools.csv", "requests.csv")
    }
    for path, content in rows.items():
        path.write_bytes(content)
    book = built_at(folder / "book.xlsx", load([into]))
    one = edited(book, folder / "one.xlsx", {"training.mfu": 0.5})
    two = edited(book, folder / "two.xlsx", {"training.mfu": 0.5}, _another_pool)
    facts = {"facts": {one: read(one), two: read(two)}}
    text = into.read_bytes()
    changed = build.make(load((), ["training.mfu=0.4"]), baseline())
    command = ("build", "--set", "training.mfu=0.4", "--out", str(out), "--quiet")
    return (
        Victim(command, {out: book.read_bytes()}, {"built": changed, "facts": {}}),
        Victim(("import", str(one), "--into", str(into)), {into: text}, facts),
        Victim(("import", str(two), "--into", str(into)), {into: text, **rows}, facts),
    )


def _another_pool(made: Workbook) -> None:
    """A pool with another name, in its own row and in those of requests: neither goes alone."""
    for sheet in (made["Pools"], made["Requests"]):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "API serving":
                    cell.value = "API hosting"


def kill(count: int, seed: int, every: int = EVERY, *, tell: bool = False) -> Counter[str]:
    """How often the old files stood there afterwards, the new ones, or neither; and what else."""
    random, outcomes = Random(seed), Counter[str]()  # noqa: S311  moments are no secrets
    with TemporaryDirectory() as name, remembering():
        all_three = victims(Path(name))
        for at in range(count):
            victim = all_three[at % 3]
            where = anywhere if every and at % every == every - 1 else begun
            outcome = where(victim, random)
            outcomes[outcome] += 1
            outcomes[f"{outcome}: {victim.arguments[0]} of {len(victim.before)}"] += 1
            if tell and (at + 1) % 20 == 0:
                sys.stderr.write(f"{at + 1}: {dict(outcomes)}\n")
    return outcomes


if __name__ == "__main__":
    number, *more = sys.argv[1:]
    results = kill(int(number), int(more[0]) if more else 1, tell=True)
    sys.stdout.write(f"{dict(results)}\n")
    sys.exit(bool(results["a third"] or results["mixed"]))
