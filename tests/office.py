"""Edits workbooks in LibreOffice and saves them: run by the Python that has its bridge.

Usage: office.py SOFFICE, with jobs on stdin, a line each: a JSON list of the workbook, of where to
save it, and of steps. Each job that is done is answered by a line. A step is a list: its name and
what it takes, with rows and columns from 0.
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


def do(document: Any, step: list[Any]) -> None:  # noqa: PLR0912  one case a step
    """One step."""
    name, sheet, *rest = step
    sheets = document.Sheets
    own = sheets.getByName(sheet)
    match name:
        case "number":
            own.getCellByPosition(rest[1], rest[0]).Value = float(rest[2])
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
        case "comment":
            where = own.getCellByPosition(rest[1], rest[0]).CellAddress
            own.Annotations.insertNew(where, rest[2])
        case "sort":
            in_order(own, *rest)
        case "unprotect":
            own.unprotect("")
        case _:
            raise ValueError(name)


def in_order(sheet: Any, top: int, left: int, bottom: int, right: int, key: int) -> None:
    """Sort rows by one of their columns, counted from the left of the range."""
    by = uno.createUnoStruct("com.sun.star.table.TableSortField")
    by.Field, by.IsAscending = key, True
    fields = uno.Any("[]com.sun.star.table.TableSortField", (by,))
    area = sheet.getCellRangeByPosition(left, top, right, bottom)
    area.sort((option("SortFields", fields), option("ContainsHeader", value=False)))


def edit(office: Any, source: str, target: str, steps: list[list[Any]]) -> None:
    """One job: open, edit, save."""
    url = Path(source).resolve().as_uri()
    document = office.loadComponentFromURL(url, "_blank", 0, (option("Hidden", value=True),))
    try:
        for step in steps:
            do(document, step)
        kind = option("FilterName", "Calc MS Excel 2007 XML")
        document.storeToURL(Path(target).resolve().as_uri(), (kind,))
    finally:
        document.dispose()


def main() -> None:
    """Do each job as it comes."""
    [program] = sys.argv[1:]
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        pipe = f"edit{Path(profile).name}"
        accept = f"--accept=pipe,name={pipe};urp;"
        user = f"-env:UserInstallation={Path(profile).as_uri()}"
        command = [program, user, "--headless", "--norestore", "--nologo", accept]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            try:
                office = desktop(pipe)
                for job in sys.stdin:
                    edit(office, *json.loads(job))
                    sys.stdout.write("done\n")
                    sys.stdout.flush()
                office.terminate()
            finally:
                try:
                    run.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    run.kill()


if __name__ == "__main__":
    main()
