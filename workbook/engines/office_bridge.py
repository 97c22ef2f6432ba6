"""LibreOffice's side of the bridge: a script for the Python that has `uno`.

It starts one headless soffice, opens one workbook, and answers each line of JSON that comes in
with one line of JSON, until its input ends. It imports nothing from this project.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ERROR_CODES = {
    503: "#NUM!",
    523: "#NUM!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
OTHER_ERROR = "#VALUE!"
# LibreOffice keeps a boolean that was typed in as one of these formulas.
BOOLEANS = {True: "=TRUE()", False: "=FALSE()"}
KINDS = ("EMPTY", "FORMULA")
PAUSE = 0.05

Uno = Any
"""An object of LibreOffice's; they carry no types."""

Json = Any
"""A number, text, boolean, null, list or object."""


class Book:
    """The open document; its methods are what can be asked over the line."""

    def __init__(self, document: Uno) -> None:
        import uno  # noqa: PLC0415 - only the Python that runs this script has it

        self._kinds = {kind: uno.Enum("com.sun.star.table.CellContentType", kind) for kind in KINDS}
        self._document = document
        document.enableAutomaticCalculation(False)  # noqa: FBT003 - UNO takes no names
        for sheet in document.Sheets:
            sheet.unprotect("")

    def sheets(self) -> list[str]:
        """The sheets' names, in order."""
        return list(self._document.Sheets.ElementNames)

    def has_formula(self, sheet: str, row: int, column: int) -> bool:
        """Whether a cell holds a formula; a boolean that was typed in is none."""
        cell = self._cell(sheet, row, column)
        return bool(cell.Type == self._kinds["FORMULA"]) and cell.Formula not in BOOLEANS.values()

    def put(self, sheet: str, row: int, column: int, value: Json) -> None:
        """Set a cell's content; None and empty text clear it."""
        cell = self._cell(sheet, row, column)
        if isinstance(value, bool):
            cell.setFormula(BOOLEANS[value])
        elif isinstance(value, str):
            cell.setString(value)
        elif value is None:
            cell.setFormula("")
        else:
            cell.setValue(value)

    def recalculate(self) -> None:
        """Recalculate every formula."""
        self._document.calculateAll()

    def read(self, sheet: str, places: list[list[int]]) -> list[Json]:
        """Values of one sheet's cells; an error is an object with its code."""
        last_row, last_column = (max(axis) for axis in zip(*places, strict=True))
        area = self._sheet(sheet).getCellRangeByPosition(0, 0, last_column - 1, last_row - 1)
        values = area.getDataArray()
        return [self._value(sheet, at, values[at[0] - 1][at[1] - 1]) for at in places]

    def _value(self, sheet: str, at: list[int], value: Json) -> Json:
        if isinstance(value, float) or value:
            return value
        cell = self._cell(sheet, *at)
        if error := cell.getError():
            return {"error": ERROR_CODES.get(error, OTHER_ERROR)}
        return None if cell.Type == self._kinds["EMPTY"] else ""

    def _sheet(self, name: str) -> Uno:
        return self._document.Sheets.getByName(name)

    def _cell(self, sheet: str, row: int, column: int) -> Uno:
        return self._sheet(sheet).getCellByPosition(column - 1, row - 1)


def answered(book: Book, line: str) -> Json:
    """Do what one line asks and give its result."""
    request = json.loads(line)
    method: Callable[..., Json] = getattr(book, request["do"])
    return method(*request["with"])


def connected(pipe: str, office: subprocess.Popen[bytes], deadline: float) -> Uno:
    """Wait for soffice to listen on *pipe* and give its desktop."""
    import uno  # noqa: PLC0415 - only the Python that runs this script has it

    local = uno.getComponentContext()
    name = "com.sun.star.bridge.UnoUrlResolver"
    resolver = local.ServiceManager.createInstanceWithContext(name, local)
    while True:
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstance("com.sun.star.frame.Desktop")
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            if office.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)


def opened(desktop: Uno, path: str) -> Uno:
    """Open the workbook, hidden, with macros and links off."""
    import uno  # noqa: PLC0415 - only the Python that runs this script has it

    wanted = {"Hidden": True, "MacroExecutionMode": 0, "UpdateDocMode": 0}
    options = []
    for key, value in wanted.items():
        option = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        option.Name, option.Value = key, value
        options.append(option)
    document = desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, tuple(options))
    if document is None or not hasattr(document, "Sheets"):
        message = "it is not a spreadsheet"
        raise ValueError(message)
    return document


def reply(result: Json = None, fault: str | None = None) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps({"result": result, "fault": fault}) + "\n")
    sys.stdout.flush()


def serve(desktop: Uno, path: str) -> None:
    """Open the workbook and answer until the input ends."""
    try:
        book = Book(opened(desktop, path))
        reply()
        for line in sys.stdin:
            reply(answered(book, line))
    except Exception as fault:  # noqa: BLE001 - whatever it is, the other side must hear of it
        reply(fault=str(fault) or type(fault).__name__)


def end(desktop: Uno) -> None:
    """Ask soffice to end; it may be gone before it can say yes."""
    import uno  # noqa: PLC0415 - only the Python that runs this script has it

    with suppress(uno.getClass("com.sun.star.lang.DisposedException")):
        desktop.terminate()


def main(soffice: str, profile: str, pipe: str, path: str, seconds: str) -> None:
    """Start soffice, serve one workbook, and end soffice."""
    command = [soffice, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless"]
    command += ["--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;"]
    quiet = subprocess.DEVNULL
    office = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 - LibreOffice itself
    try:
        desktop = connected(pipe, office, time.monotonic() + float(seconds))
        serve(desktop, path)
        end(desktop)
        office.wait(float(seconds))
    finally:
        office.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
