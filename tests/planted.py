"""A built workbook whose parts are changed by hand, as a person or another program would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from xml.sax.saxutils import escape
from zipfile import ZIP_STORED, ZipFile

import pytest
from finder import Finder
from parsing import parsed_once

from workbook.audit.lint import lint
from workbook.audit.reader import read
from workbook.engines import Cell
from workbook.engines.base import position

_MAIN = "xl/workbook.xml"
Plant = Callable[["Draft"], "str | Cell"]
"""Plants a fault, and gives where it is to be found."""

FAULTS: list[tuple[str, Plant]] = []


def fault(rule: str) -> Callable[[Plant], Plant]:
    """Register what plants a fault of a rule."""

    def register(plant: Plant) -> Plant:
        FAULTS.append((rule, plant))
        return plant

    return register


EACH = 3
"""One in so many cases that are alike runs every time, the others in the thorough run."""


def marks(at: int) -> tuple[pytest.MarkDecorator, ...]:
    """What marks the case at this place of many that are alike."""
    return () if at % EACH == 0 else (pytest.mark.thorough,)


def planted_by(module: ModuleType) -> list[object]:
    """The faults of a module, as parameters of a test."""
    own = [(rule, plant) for rule, plant in FAULTS if plant.__module__ == module.__name__]
    return [
        pytest.param(rule, plant, id=f"{rule}-{plant.__name__}", marks=marks(at))
        for at, (rule, plant) in enumerate(own)
    ]


@pytest.fixture(autouse=True, scope="module")
def quickly() -> Iterator[None]:
    """Most drafts change one part of the workbook; the others are parsed once."""
    with parsed_once():
        yield


class Draft:
    """The parts of a workbook, to be changed and written again."""

    def __init__(self, data: bytes, found: Finder) -> None:
        self.parts = dict(_parts(data))
        self._found = found
        self._sheets = {
            s.name: f"xl/worksheets/sheet{i}.xml" for i, s in enumerate(found.layout.sheets, 1)
        }

    def at(self, figure: str) -> Cell:
        """The cell of a figure: a line or an input by name, or table.row.column."""
        return self._found.figures[figure]

    def replace(self, part: str, old: str, new: str) -> None:
        """Put *new* for the first *old* in a part; it must be there."""
        assert old in self.parts[part], f"{part} has no {old!r}"
        self.parts[part] = self.parts[part].replace(old, new, 1)

    def sheet(self, name: str) -> str:
        """The part of a sheet."""
        return self._sheets[name]

    def on_sheet(self, name: str, pattern: str, new: str) -> None:
        """Put *new* for what first fits *pattern* in the XML of a sheet."""
        part = self.sheet(name)
        self.parts[part], count = re.subn(
            pattern, lambda m: m.expand(new), self.parts[part], count=1
        )
        assert count == 1, f"{name} has nothing like {pattern}"

    def element(self, cell: Cell) -> str:
        """The XML of a cell."""
        found = re.search(_cell(cell), self.parts[self.sheet(cell.sheet)])
        assert found is not None, f"{cell} is not in the file"
        return found[0]

    def style(self, cell: Cell) -> str:
        """The number of a cell's style."""
        found = re.search(r' s="(\d+)"', self.element(cell))
        return found[1] if found else "0"

    def cached(self, cell: Cell) -> str:
        """The value in a cell, as it is written."""
        found = re.search(r"<v>(.*?)</v>", self.element(cell))
        return found[1] if found else ""

    def formula_of(self, cell: Cell) -> str:
        """The formula in a cell, as it is written."""
        found = re.search(r"<f>(.*?)</f>", self.element(cell))
        assert found is not None, f"{cell} has no formula"
        return found[1]

    def formula(self, cell: Cell, text: str, value: str | None = None) -> None:
        """Put a formula into a cell, with the value that stands there or another."""
        kept = self.cached(cell) if value is None else value
        self._put(cell, f"<f>{escape(text)}</f><v>{kept}</v>", _kind(kept))

    def number(self, cell: Cell, value: float) -> None:
        """Type a number into a cell."""
        self._put(cell, f"<v>{value!r}</v>", "")

    def text(self, cell: Cell, words: str) -> None:
        """Type words into a cell."""
        self._put(cell, f"<is><t>{escape(words)}</t></is>", ' t="inlineStr"')

    def add(self, cell: Cell, formula: str, value: str) -> None:
        """Put a formula into a row of its own, below all others."""
        row = re.sub("[A-Z]+", "", cell.ref)
        new = (
            f'<row r="{row}"><c r="{cell.ref}"><f>{formula}</f><v>{value}</v></c></row></sheetData>'
        )
        self.replace(self.sheet(cell.sheet), "</sheetData>", new)

    def blank(self, cell: Cell) -> None:
        """Empty a cell."""
        self._put(cell, "", "")

    def value(self, cell: Cell, written: str, kind: str = "") -> None:
        """Change the cached value of a formula."""
        self._put(cell, f"<f>{self.formula_of(cell)}</f><v>{written}</v>", kind)

    def dress(self, cell: Cell, like: Cell) -> None:
        """Give a cell the style of another."""
        old = self.element(cell)
        new = re.sub(r' s="\d+"', f' s="{self.style(like)}"', old, count=1)
        self.replace(self.sheet(cell.sheet), old, new)

    def shift(self, cell: Cell, rows: int = 0) -> Cell:
        """The cell so many rows below."""
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell.ref).groups()  # type: ignore[union-attr]  # a cell's reference has this form
        return Cell(cell.sheet, f"{letters}{int(row) + rows}")

    def name(self, name: str, formula: str | None) -> None:
        """Define a name, change it, or take it away."""
        self.parts[_MAIN] = re.sub(
            rf'<definedName name="{name}">[^<]*</definedName>', "", self.parts[_MAIN]
        )
        if formula is not None:
            added = f'<definedName name="{name}">{formula}</definedName></definedNames>'
            self.replace(_MAIN, "</definedNames>", added)

    def _put(self, cell: Cell, content: str, kind: str) -> None:
        style = self.style(cell)
        part = self.sheet(cell.sheet)
        new = f'<c r="{cell.ref}" s="{style}"{kind}>{content}</c>'
        self.replace(part, self.element(cell), new)

    def written(self, path: Path) -> Path:
        """The workbook on disk."""
        with ZipFile(path, "w", ZIP_STORED) as package:
            for name, text in self.parts.items():
                package.writestr(name, text)
        return path


@lru_cache(maxsize=2)
def _parts(data: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(data)) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}


def _cell(cell: Cell) -> str:
    return rf'<c r="{cell.ref}"(?: [^>]*)?(?:/>|>.*?</c>)'


def _kind(value: str) -> str:
    try:
        float(value)
    except ValueError:
        return ' t="str"'
    return ""


def found_at(draft: Draft, where: str, rule: str, path: Path) -> bool:
    """Whether lint finds the rule broken at a place, alone or in a range."""
    findings = lint(read(draft.written(path)), [rule]).findings
    assert findings, f"{rule} finds nothing"
    return any(covers(finding.where, where) for finding in findings)


def covers(found: str, where: str) -> bool:
    """Whether a finding is at a place, or in a range that begins in its column."""
    sheet, _, span = found.partition("!")
    if found == where or "!" not in where:
        return found == where
    area = span.partition(":")
    return sheet == where.partition("!")[0] and bool(area[1]) and _within(where, span)


def _within(where: str, span: str) -> bool:
    first, _, last = span.partition(":")
    top, bottom = position(first), position(last)
    return all(
        low <= at <= high
        for low, at, high in zip(top, position(where.partition("!")[2]), bottom, strict=True)
    )
