"""LibreOffice behind the engine's face: a private headless soffice for each session."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from uuid import uuid4

from typing_extensions import override

from workbook.engines import office_bridge
from workbook.engines.base import (
    Cell,
    CellError,
    Engine,
    EngineError,
    LiveSession,
    Settable,
    Value,
    position,
)
from workbook.engines.office_bridge import Json

NAME = "libreoffice"

PATIENCE = 120.0
"""Seconds to wait for any one answer before LibreOffice is killed."""

_PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
_PYTHONS = ("/usr/bin/python3", "python3")
_REMEDY = (
    "on Debian or Ubuntu run "
    "`apt-get install --no-install-recommends libreoffice-calc-nogui python3-uno`"
)

# Always recalculate on load, and read TEXT formats and decimal points the same everywhere.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>en-US</value></prop></item>
</oor:items>
"""


class LibreOfficeSession(LiveSession):
    """A workbook open in a LibreOffice of its own; `close` ends that LibreOffice.

    LibreOffice has no boolean values: a formula that is true gives 1.0.
    """

    def __init__(self, path: Path) -> None:
        self._folder = TemporaryDirectory(prefix="workbook-office-", ignore_cleanup_errors=True)
        try:
            self._bridge = Bridge(path, Path(self._folder.name))
            super().__init__(NAME, tuple(self._bridge.ask("sheets")))
        except BaseException:
            self._folder.cleanup()
            raise

    @override
    def _has_formula(self, cell: Cell) -> bool:
        return bool(self._bridge.ask("has_formula", cell.sheet, *position(cell.ref)))

    @override
    def _put(self, cell: Cell, value: Settable) -> None:
        self._bridge.ask("put", cell.sheet, *position(cell.ref), value)

    @override
    def _evaluate(self) -> None:
        self._bridge.ask("recalculate")

    @override
    def _fetch(self, cells: Sequence[Cell]) -> list[Value]:
        by_sheet: dict[str, list[Cell]] = {}
        for cell in cells:
            by_sheet.setdefault(cell.sheet, []).append(cell)
        found: dict[Cell, Value] = {}
        for sheet, those in by_sheet.items():
            answer = self._bridge.ask("read", sheet, [position(cell.ref) for cell in those])
            found.update(zip(those, map(_value, answer), strict=True))
        return [found[cell] for cell in cells]

    @override
    def close(self) -> None:
        self._bridge.close()
        self._folder.cleanup()


class LibreOffice:
    """LibreOffice: a check with a program that people use."""

    name = NAME

    def open(self, path: Path) -> LibreOfficeSession:
        """Open the xlsx at *path*."""
        return LibreOfficeSession(path)


ENGINE: Engine = LibreOffice()


class Bridge:
    """The process that talks to LibreOffice, one line of JSON each way."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._process = _started(path, folder)
        self._answer()

    def ask(self, do: str, *arguments: object) -> Json:
        """Have *do* done and give its result; EngineError if it fails or takes too long."""
        if self._process.stdin is None or self._process.returncode is not None:
            raise EngineError(f"{self._path}: {NAME} has ended; open the workbook again")
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"do": do, "with": arguments}) + "\n")
            self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End LibreOffice, by force if it does not end by itself."""
        if self._process.returncode is not None:
            return
        try:
            self._process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.communicate()

    def _answer(self) -> Json:
        watch = Timer(PATIENCE, self._kill)
        watch.start()
        try:
            line = self._process.stdout.readline() if self._process.stdout else ""
        finally:
            watch.cancel()
        if not line:
            self._kill()
        answer = json.loads(line) if line else {"fault": "it stopped without an answer"}
        if answer["fault"] is not None:
            self.close()
            raise EngineError(f"{self._path}: {NAME} failed: {answer['fault']}")
        return answer["result"]

    def _kill(self) -> None:
        # The bridge leads a process group that holds every process of its LibreOffice.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def lacking() -> str | None:
    """Why LibreOffice cannot be used here and what to do, or None when it can."""
    if _program() is None:
        return f"LibreOffice is not installed; {_REMEDY}"
    if _python() is None:
        return f"no Python with LibreOffice's uno module was found; {_REMEDY}"
    return None


def _started(path: Path, folder: Path) -> "subprocess.Popen[str]":
    profile, copy = folder / "profile", folder / "book.xlsx"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    try:
        # A copy keeps LibreOffice's lock file out of the user's folder.
        shutil.copyfile(path, copy)
    except OSError as fault:
        raise EngineError(f"{path}: {NAME} cannot open it: {fault}") from fault
    arguments = [_program(), profile, f"workbook-{uuid4().hex}", copy, PATIENCE / 2]
    return subprocess.Popen(  # noqa: S603 - LibreOffice's own Python and this package's script
        [str(_python()), office_bridge.__file__, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    # This environment's own Python settings would mislead the Python that has uno.
    mine = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if name not in mine}


@cache
def _program() -> str | None:
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


@cache
def _python() -> str | None:
    beside = Path(_program() or "").resolve().parent / "python"
    candidates = filter(None, map(shutil.which, (str(beside), *_PYTHONS)))
    return next(filter(_has_uno, candidates), None)


def _has_uno(python: str) -> bool:
    probe = [python, "-c", "import uno"]
    done = subprocess.run(probe, capture_output=True, check=False, env=_environment())  # noqa: S603 - asks a Python for a module
    return done.returncode == 0


def _value(raw: Json) -> Value:
    return CellError(raw["error"]) if isinstance(raw, dict) else raw
