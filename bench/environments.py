"""Environments of their own for the programs that this project is timed against."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from timing import Command

ROOT = Path(__file__).resolve().parent.parent


class SkippedError(Exception):
    """A contest cannot be held here; the message says why and what would change that."""


def environment(
    name: str,
    packages: Sequence[str],
    needs: tuple[int, int] = (3, 11),
    *,
    with_project: bool = False,
) -> Path:
    """The interpreter of an environment with *packages*, made at the first use.

    *needs* is the oldest Python that they run on. *with_project* installs this project there too,
    with the versions of its lock, so that both sides have the same Python.
    """
    home = ROOT / ".bench" / name
    python, ready, lock = (
        home / "bin" / "python",
        home / "-".join(packages),
        ROOT / "requirements.lock",
    )
    if ready.exists() and (not with_project or ready.stat().st_mtime > lock.stat().st_mtime):
        return python
    fitting = next(pythons(needs), None)
    if fitting is None:
        wanted = ".".join(map(str, needs))
        raise SkippedError(
            f"{name} needs Python {wanted} or later, and none was found. "
            f"Put one on the PATH as python{wanted}."
        )
    print(f"Setting up {home.relative_to(ROOT)}, once", file=sys.stderr)
    Command((fitting, "-m", "venv", "--clear", str(home))).seconds()
    pip = (str(python), "-m", "pip", "install", "--quiet")
    try:
        if with_project:
            locked = (*pip, "-c", str(lock))
            Command((*locked, *packages, "setuptools")).seconds()
            Command((*locked, "--no-build-isolation", "--editable", str(ROOT))).seconds()
        else:
            Command((*pip, *packages)).seconds()
    except subprocess.CalledProcessError as error:
        raise SkippedError(f"{name} could not be installed: {error.stderr.strip()}") from error
    ready.touch()
    return python


def pythons(needs: tuple[int, int]) -> Iterator[str]:
    """Interpreters on this machine of at least the version *needs*, this one first."""
    named = (shutil.which(f"python3.{minor}") for minor in range(needs[1], needs[1] + 4))
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(str(file) for file in versions.glob("3.*/bin/python3"))
    test = f"import sys; sys.exit(sys.version_info < {needs})"
    for candidate in (sys.executable, *filter(None, named), *kept):
        # A shim can be on the PATH without an interpreter behind it.
        tried = subprocess.run((candidate, "-c", test), check=False, capture_output=True)
        if tried.returncode == 0:
            yield candidate
