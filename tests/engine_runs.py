"""A workbook opened in an engine, with the inputs of one case after another typed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import oracle
import pytest
import sharings
from cases import CASES, Changes
from finder import Finder

from workbook.assumptions import Assumptions
from workbook.book import entry_value
from workbook.build import Built, make
from workbook.data.requests import REQUESTS
from workbook.engines import Cell, Session, Settable, Value, agree, engine, missing
from workbook.evaluate import plain
from workbook.layout import Excel, Place
from workbook.values import Row

Values = Mapping[Cell, Value]

SHORT = 18
"""Rows of the form of requests: those that ship, and a few that are blank."""


class Typist:
    """Types changes into the input cells of an open workbook, and takes the last ones back."""

    def __init__(self, session: Session, inputs: Assumptions, found: Finder) -> None:
        self._session = session
        self._memo: dict[str, Settable] = {e.id: plain(entry_value(e)) for e in inputs.inputs()}
        self._memo |= {name: plain(value) for name, value in oracle.CELLS.items()}
        self._cells = {entry.id: found.line(entry.name) for entry in inputs.inputs()}
        self._cells |= {name: found.figures[name] for name in oracle.CELLS}
        self._typed: set[str] = set()

    def type(self, changes: Changes) -> None:
        """Have *changes* typed in, and every other input as it was."""
        for name in self._typed - set(changes):
            self._session.set(self._cells[name], self._memo[name])
        for name, value in changes.items():
            self._session.set(self._cells[name], value)
        self._typed = set(changes)


Run = Callable[[str, Iterable[str]], dict[str, Values]]


def runner(a: Assumptions, built: Built, found: Finder, path: Path) -> Run:
    """The value of every formula cell of a workbook in an engine, for each case."""

    def values(name: str, cases: Iterable[str]) -> dict[str, Values]:
        if reason := missing(name):
            pytest.skip(reason)
        with engine(name).open(path) as session:
            typist = Typist(session, a, found)
            results: dict[str, Values] = {}
            for case in cases:
                typist.type(CASES[case])
                results[case] = session.read(built.filled.values)
            return results

    return values


def formulas_of(built: Built) -> dict[Cell, str]:
    """The text of every formula."""
    return {
        Cell(sheet.name, Place(sheet.name, cell.row, cell.col).ref): cell.content.text
        for sheet in built.layout.sheets
        for cell in sheet.cells
        if isinstance(cell.content, Excel)
    }


def differences(
    formulas: Mapping[Cell, str], ours: Mapping[str, Values], theirs: Mapping[str, Values]
) -> list[str]:
    """The formulas with other values in *theirs*, to 1e-9; texts and errors as they are."""
    return [
        f"{case}: {Row(cell, formulas[cell][1:], ours[case][cell], values[cell])}"
        for case, values in theirs.items()
        for cell in formulas
        if not agree(ours[case][cell], values[cell])
    ]


@dataclass(frozen=True)
class Short:
    """The workbook with forms of few rows: a formula is the same in all rows of a column."""

    built: Built
    run: Run

    def differences(self, name: str, cases: Iterable[str]) -> list[str]:
        """The formulas with other values in an engine than in that whose values stand in it."""
        theirs = self.run(name, cases)
        return differences(formulas_of(self.built), self.run("formualizer", theirs), theirs)


@pytest.fixture(scope="module")
def short(memo_inputs: Assumptions, tmp_path_factory: pytest.TempPathFactory) -> Short:
    """The short workbook."""
    a = sharings.shortened(memo_inputs, {REQUESTS: SHORT})
    built = make(a, a)
    path = tmp_path_factory.mktemp("short") / "book.xlsx"
    path.write_bytes(built.filled.data)
    return Short(built, runner(a, built, Finder(built.book, built.layout), path))
