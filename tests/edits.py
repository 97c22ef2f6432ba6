"""Edited workbooks for the tests: changed in openpyxl or in LibreOffice, as a person would."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from parsing import parsed_once

from workbook.assumptions import Assumptions, Number, baseline
from workbook.audit.facts import Facts
from workbook.audit.formula import references
from workbook.book import Book
from workbook.build import lay, make
from workbook.layout import Layout
from workbook.roundtrip import expected
from workbook.roundtrip.findings import Findings
from workbook.roundtrip.importing import Request, import_edited

SET = """\
# What we think of the year.
[meta]
title = "Our year"

[training]
mfu = 0.45   # measured in May

[allocation.revenue_target]
value = 20e9
source = "FY plan, second draft"
"""

RULED = ("sizes", "scenarios", "commitments", "fleet.", "allocation.p0", "allocation.buffer")
"""Beginnings of ids that rules tie to others: a random value of one alone may break a rule."""


def free_numbers(a: Assumptions) -> list[Number]:
    """The numbers that may take any value of their range, whatever the others are."""
    return [
        entry
        for entry in a.inputs()
        if isinstance(entry, Number) and not entry.id.startswith(RULED)
    ]


NUMBERS = free_numbers(baseline())


@pytest.fixture(autouse=True, scope="module")
def again() -> Iterator[None]:
    """What is built again to compare with is laid out once, and what is read again parsed once."""
    known: dict[str, tuple[Book, Layout]] = {}

    def laid(a: Assumptions, *more: Any) -> tuple[Book, Layout]:
        if a.digest not in known:
            known[a.digest] = lay(a, *more)
        return known[a.digest]

    with pytest.MonkeyPatch.context() as patch, parsed_once():
        patch.setattr(expected, "lay", laid)
        yield


def built_at(path: Path, a: Assumptions) -> Path:
    """The workbook of a set of assumptions."""
    path.write_bytes(make(a, baseline()).filled.data)
    return path


def cell_of(book: Workbook, input_id: str) -> Cell:
    """The cell of an input, by its name."""
    where = book.defined_names[input_id.replace(".", "_")].attr_text
    sheet, _, ref = where.rpartition("!")
    found = book[sheet.strip("'")][ref.replace("$", "")]
    assert isinstance(found, Cell)
    return found


def edited(
    source: Path,
    target: Path,
    values: Mapping[str, float | str | date | None] | None = None,
    also: Callable[[Workbook], object] | None = None,
) -> Path:
    """A copy of a workbook with *values* typed into inputs, and whatever *also* does."""
    book = load_workbook(source)
    for input_id, value in (values or {}).items():
        cell_of(book, input_id).value = value
    if also:
        also(book)
    book.save(target)
    return target


def retyped(source: Path, target: Path, values: Mapping[str, float]) -> Path:
    """A copy of a workbook with numbers in the cells of inputs, and each other byte as it was."""
    with ZipFile(source) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    sheets = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"])
    for input_id, value in values.items():
        name = re.escape(input_id.replace(".", "_"))
        where = re.search(
            rf'name="{name}">\'?([^!\']*)\'?!\$(\w+)\$(\d+)<', parts["xl/workbook.xml"]
        )
        assert where is not None, f"{input_id} has no name"
        part = f"xl/worksheets/sheet{sheets.index(where[1]) + 1}.xml"
        cell = rf'(<c r="{where[2]}{where[3]}"(?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)'
        parts[part], count = re.subn(cell, rf"\1><v>{value!r}</v></c>", parts[part], count=1)
        assert count == 1, f"{input_id} has no cell"
    with ZipFile(target, "w", ZIP_STORED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return target


def typed_in(facts: Facts, values: Mapping[str, object]) -> Facts:
    """A workbook that was read, with *values* in the cells of inputs; text from = on is a formula.

    Much faster than a file, where only what cells hold matters.
    """
    names = {name.name: references(name.formula) for name in facts.names}
    changes: dict[tuple[str, int, int], tuple[object, str | None]] = {}
    for input_id, value in values.items():
        [where] = names[input_id.replace(".", "_")]
        formula = value[1:] if isinstance(value, str) and value.startswith("=") else None
        changes[where.sheet, where.first.row, where.first.column] = (value, formula)
    return retouched(facts, changes)


def retouched(
    facts: Facts, changes: Mapping[tuple[str, int, int], tuple[object, str | None]]
) -> Facts:
    """A workbook that was read, with another value and formula in some of its cells."""
    sheets = {sheet.name: dict(sheet.cells) for sheet in facts.sheets}
    for (sheet, row, column), (value, formula) in changes.items():
        held = sheets[sheet][row, column]
        sheets[sheet][row, column] = replace(held, value=value, formula=formula)  # type: ignore[arg-type]
    same = tuple(replace(sheet, cells=sheets[sheet.name]) for sheet in facts.sheets)
    return replace(facts, sheets=same)


class Office:
    """A LibreOffice that edits one workbook after the other, to be left with ``with``."""

    def __enter__(self) -> Office:
        script = Path(__file__).with_name("office.py")
        program = shutil.which("soffice")
        assert program is not None
        command = ["/usr/bin/python3", str(script), program]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        return self

    def edited(self, source: Path, target: Path, *steps: Sequence[object]) -> Path:
        """A copy of a workbook that LibreOffice has changed and saved anew."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([str(source), str(target), steps]) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"
        return target

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=180)


def in_office(source: Path, target: Path, *steps: Sequence[object]) -> Path:
    """A copy of a workbook that a LibreOffice of its own has changed and saved anew."""
    with Office() as office:
        return office.edited(source, target, *steps)


def brought(path: Path, into: Path, **options: object) -> Findings:
    """What an import of *path* into a set finds and does."""
    return import_edited(Request(path, into, **options))  # type: ignore[arg-type]  # its own fields
