"""What the generator is timed against, and what each contest needs on this machine."""

import shutil
import sys
from pathlib import Path

from environments import ROOT, SkippedError, environment
from timing import Command, Contest

BENCH = ROOT / "bench"
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
    python = environment("modeleon", (MODELEON,), MODELEON_NEEDS, with_project=True)
    # pip compiles their modules; ours change, and may be forbidden to be kept when they are run
    Command((str(python), "-m", "compileall", "-q", str(ROOT / "workbook"), str(BENCH))).seconds()
    ours = Command(
        (str(python), str(BENCH / "our_slice.py"), str(scratch / "ours.xlsx")),
        {"PYTHONPATH": str(ROOT)},
    )
    theirs = Command((str(python), str(BENCH / "modeleon_slice.py"), str(scratch / "theirs.xlsx")))
    return Contest("three tabs : modeleon", ours, theirs, goal=1.0)
