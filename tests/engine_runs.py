"""A workbook opened in an engine, with the inputs of one case after another typed in."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import oracle
import pytest
import sharings
from cases import CASES, Changes
from finder import Finder

from workbook.assumptions import Assumptions
from workbook.audit.formula import references
from workbook.book import entry_value
from workbook.build import Built, make
from workbook.data.requests import REQUESTS
from workbook.draft import drafts
from workbook.engines import Cell, CellError, Session, Settable, Value, agree, engine, missing
from workbook.evaluate import plain
from workbook.layout import Excel, Layout, Place, Sheet
from workbook.values import Row, formulas_of

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


def differences(
    formulas: Mapping[Cell, str], ours: Mapping[str, Values], theirs: Mapping[str, Values]
) -> list[str]:
    """The formulas with other values in *theirs*, to 1e-9; texts and errors as they are.

    What is left where terms cancel is held against their size.
    """
    return [
        f"{case}: {Row(cell, formulas[cell][1:], ours[case][cell], values[cell])}"
        for case, values in theirs.items()
        for cell in formulas
        if not agree(ours[case][cell], values[cell])
        and not agree(ours[case][cell], values[cell], scale=_size(cell, formulas, ours[case]))
    ]


def _size(cell: Cell, formulas: Mapping[Cell, str], values: Values) -> float:
    """The largest number in the single cells of formulas that a formula refers to; 1 by default."""
    named = (each for each in references(formulas[cell]) if each.single)
    cells = [
        Cell(ref.sheet or cell.sheet, Place("", ref.first.row - 1, ref.first.column - 1).ref)
        for ref in named
    ]
    numbers = (values.get(each) for each in cells)
    return max((abs(n) for n in numbers if isinstance(n, float)), default=1.0)


@dataclass(frozen=True)
class Short:
    """The workbook with forms of few rows: a formula is the same in all rows of a column."""

    inputs: Assumptions
    built: Built
    path: Path

    def differences(self, name: str, cases: Iterable[str]) -> list[str]:
        """The formulas with other values in an engine than in that whose values stand in it."""
        run = runner(self.inputs, self.built, self._found, self.path)
        theirs = run(name, cases)
        return differences(formulas_of(self.built.layout), run("formualizer", theirs), theirs)

    def thin_differences(self, name: str, cases: Sequence[str]) -> list[str]:
        """The same of the first and the last formula of each column.

        Those between have the value of each case typed in. One that shows an error or nothing in
        a case is worked out as well, since no cell can be given that.
        """
        if reason := missing(name):
            pytest.skip(reason)
        run = runner(self.inputs, self.built, self._found, self.path)
        ours = run("formualizer", cases)
        given = {
            cell
            for cell in _between(self.built.layout)
            if all(_typable(values[cell]) for values in ours.values())
        }
        path = self.path.with_name("thin.xlsx")
        path.write_bytes(drafts(_without(self.built.layout, given)).whole)
        texts = {
            cell: text for cell, text in formulas_of(self.built.layout).items() if cell not in given
        }
        with engine(name).open(path) as session:
            typist = Typist(session, self.inputs, self._found)
            theirs: dict[str, Values] = {}
            for case in cases:
                typist.type(CASES[case])
                for cell in given:
                    value = ours[case][cell]
                    assert not isinstance(value, CellError)
                    session.set(cell, value)
                theirs[case] = session.read(texts)
        return differences(texts, ours, theirs)

    @property
    def _found(self) -> Finder:
        return Finder(self.built.book, self.built.layout)


def _typable(value: Value) -> bool:
    return value != "" and not isinstance(value, CellError)


def _between(layout: Layout) -> Iterator[Cell]:
    """The cells of columns of formulas, but the first and the last of each."""
    for sheet in layout.sheets:
        for cell in sheet.cells:
            if isinstance(cell.content, Excel) and (column := cell.content.column):
                last = column.first.row + column.count - 1
                if column.first.row < cell.row < last:
                    yield Cell(sheet.name, cell.ref)


def _without(layout: Layout, given: Container[Cell]) -> Layout:
    """The layout with a number in place of the formulas of some cells."""

    def bared(sheet: Sheet) -> Sheet:
        cells = [
            cell._replace(content=0.0) if Cell(sheet.name, cell.ref) in given else cell
            for cell in sheet.cells
        ]
        return replace(sheet, cells=cells)

    return replace(layout, sheets=tuple(bared(sheet) for sheet in layout.sheets))


@pytest.fixture(scope="module")
def short(memo_inputs: Assumptions, tmp_path_factory: pytest.TempPathFactory) -> Short:
    """The short workbook."""
    a = sharings.shortened(memo_inputs, {REQUESTS: SHORT})
    built = make(a, a)
    path = tmp_path_factory.mktemp("short") / "book.xlsx"
    path.write_bytes(built.filled.data)
    return Short(a, built, path)
