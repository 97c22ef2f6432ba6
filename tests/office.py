"""Edits a workbook in LibreOffice and saves it: run by the Python that has its bridge.

Usage: office.py SOFFICE IN.xlsx OUT.xlsx, with a JSON list of steps on stdin. A step is a list: its
name and what it takes, with rows and columns from 0.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

PATIENCE = 60


def option(name: str, value: object) -> Any:
    """One of the options that LibreOffice takes."""
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def desktop(pipe: str) -> Any:
    """The desktop of the office that listens on a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + PATIENCE
    while True:
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return there.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", there
            )
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def do(document: Any, step: list[Any]) -> None:
    """One step."""
    name, sheet, *rest = step
    sheets = document.Sheets
    own = sheets.getByName(sheet)
    match name:
        case "number":
            own.getCellByPosition(rest[1], rest[0]).Value = rest[2]
        case "text":
            own.getCellByPosition(rest[1], rest[0]).String = rest[2]
        case "formula":
            own.getCellByPosition(rest[1], rest[0]).Formula = rest[2]
        case "blank":
            own.getCellByPosition(rest[1], rest[0]).setString("")
        case "insert_rows":
            own.Rows.insertByIndex(rest[0], rest[1])
        case "remove_rows":
            own.Rows.removeByIndex(rest[0], rest[1])
        case "insert_columns":
            own.Columns.insertByIndex(rest[0], rest[1])
        case "rename":
            own.Name = rest[0]
        case "move":
            sheets.moveByName(sheet, rest[0])
        case "unprotect":
            own.unprotect("")
        case _:
            raise ValueError(name)


def main() -> None:
    """Open, edit, save."""
    program, source, target = sys.argv[1:]
    steps = json.load(sys.stdin)
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        pipe = f"edit{Path(profile).name}"
        accept = f"--accept=pipe,name={pipe};urp;"
        user = f"-env:UserInstallation={Path(profile).as_uri()}"
        command = [program, user, "--headless", "--norestore", "--nologo", accept]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            try:
                office = desktop(pipe)
                url = Path(source).resolve().as_uri()
                hidden = option("Hidden", value=True)
                document = office.loadComponentFromURL(url, "_blank", 0, (hidden,))
                for step in steps:
                    do(document, step)
                kind = option("FilterName", "Calc MS Excel 2007 XML")
                document.storeToURL(Path(target).resolve().as_uri(), (kind,))
                document.dispose()
                office.terminate()
            finally:
                try:
                    run.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    run.kill()


if __name__ == "__main__":
    main()
