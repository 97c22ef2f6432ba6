"""What the generator is timed against, and what each contest needs on this machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from timing import Command, Contest

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
ENVIRONMENT = ROOT / ".bench" / "modeleon"
MODELEON = "modeleon==0.2.3"
MODELEON_NEEDS = (3, 12)

# Recalculate on load always (0); by default LibreOffice keeps the cached values that it reads.
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


class SkippedError(Exception):
    """A contest cannot be held here; the message says why and what would change that."""


def build_against_libreoffice(scratch: Path) -> Contest:
    """`workbook build` against LibreOffice opening, recalculating and saving its file."""
    soffice = shutil.which("soffice")
    if soffice is None:
        raise SkippedError("LibreOffice is not installed: there is no soffice on the PATH")
    build = Command((sys.executable, "-m", "workbook", "build"))
    build.seconds()
    built = max((ROOT / "outputs").glob("*.xlsx"), key=lambda file: file.stat().st_mtime)
    profile = scratch / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE)
    convert = Command(
        (
            soffice,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(scratch / "converted"),
            str(built),
        )
    )
    return Contest("workbook build : LibreOffice", build, convert, goal=0.5)


def slice_against_modeleon(scratch: Path) -> Contest:
    """Supply, Training and Scenario 1 by this project against the same by modeleon."""
    python = modeleon_environment()
    ours = Command(
        (str(python), str(BENCH / "our_slice.py"), str(scratch / "ours.xlsx")),
        {"PYTHONPATH": str(ROOT)},
    )
    theirs = Command((str(python), str(BENCH / "modeleon_slice.py"), str(scratch / "theirs.xlsx")))
    return Contest("three tabs : modeleon", ours, theirs, goal=1.0)


def modeleon_environment() -> Path:
    """The interpreter of an environment with modeleon and what the generator needs.

    It is made at the first use; both sides run in it, so that both have the same Python.
    """
    python = ENVIRONMENT / "bin" / "python"
    ready, lock = ENVIRONMENT / MODELEON, ROOT / "requirements.lock"
    if ready.exists() and ready.stat().st_mtime > lock.stat().st_mtime:
        return python
    newer = next(newer_pythons(), None)
    if newer is None:
        raise SkippedError(
            "modeleon needs Python 3.12 or later, and none was found. "
            "Put one on the PATH as python3.12 or python3.13."
        )
    print(f"Setting up {ENVIRONMENT.relative_to(ROOT)}, once", file=sys.stderr)
    Command((newer, "-m", "venv", "--clear", str(ENVIRONMENT))).seconds()
    pip = (str(python), "-m", "pip", "install", "--quiet", "-c", str(lock))
    try:
        Command((*pip, MODELEON, "setuptools")).seconds()
        Command((*pip, "--no-build-isolation", "--editable", str(ROOT))).seconds()
    except subprocess.CalledProcessError as error:
        raise SkippedError(f"modeleon could not be installed: {error.stderr.strip()}") from error
    ready.touch()
    return python


def newer_pythons() -> Iterator[str]:
    """Interpreters on this machine that modeleon runs on, this one first."""
    named = (shutil.which(f"python3.{minor}") for minor in (12, 13, 14))
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(str(file) for file in versions.glob("3.*/bin/python3"))
    test = f"import sys; sys.exit(sys.version_info < {MODELEON_NEEDS})"
    for candidate in (sys.executable, *filter(None, named), *kept):
        # A shim can be on the PATH without an interpreter behind it.
        tried = subprocess.run((candidate, "-c", test), check=False, capture_output=True)
        if tried.returncode == 0:
            yield candidate
