"""What depends on what: the cells that each formula of a file reads, names looked through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from workbook.a1 import column_letters
from workbook.audit.facts import Facts, Held, Name, Span
from workbook.audit.formula import Reference, reference, tokens
from workbook.engines.base import Cell

SMALL = 256
"""Cells of a range that are looked up one by one; larger ranges are searched."""

_DEEPEST = 8
"""Names behind names that are looked through."""


class Spot(NamedTuple):
    """One cell by sheet, row and column, from 1."""

    sheet: str
    row: int
    column: int

    @property
    def cell(self) -> Cell:
        """The cell as engines take it."""
        return Cell(self.sheet, f"{column_letters(self.column - 1)}{self.row}")


class Area(NamedTuple):
    """A rectangle of cells that a formula reads; *name* is the defined name it was read by."""

    sheet: str
    span: Span
    name: str = ""

    @property
    def ref(self) -> str:
        """The rectangle as a formula on another sheet would name it."""
        (top, bottom), (left, right) = self.span.rows, self.span.columns
        first = f"{column_letters(left - 1)}{top}"
        last = f"{column_letters(right - 1)}{bottom}"
        return f"{self.sheet}!{first}" + (f":{last}" if last != first else "")

    @property
    def size(self) -> int:
        """How many cells the rectangle spans."""
        (top, bottom), (left, right) = self.span.rows, self.span.columns
        return (bottom - top + 1) * (right - left + 1)


class Graph:
    """Precedents and dependants in one file. Links to other files are left out."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._names = {(n.sheet.casefold(), n.name.casefold()): n for n in facts.names}

    def areas(self, held: Held) -> Iterator[Area]:
        """What the formula of a cell reads, in the order of its text."""
        if held.formula:
            yield from self.read_by(held.formula, held.sheet)

    def read_by(self, formula: str, home: str) -> Iterator[Area]:
        """What a formula on the sheet *home* reads, in the order of its text."""
        yield from self._areas(formula, home, "", _DEEPEST)

    def held_in(self, area: Area) -> Iterator[Held]:
        """The cells of an area that hold something, in reading order."""
        sheet = self._facts.sheet(area.sheet)
        if sheet is None:
            return
        (top, bottom), (left, right) = area.span.rows, area.span.columns
        if area.size <= SMALL:
            spots = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
            yield from (sheet.cells[at] for at in spots if at in sheet.cells)
            return
        for row in range(top, min(bottom, max(sheet.by_row, default=0)) + 1):
            yield from (held for held in sheet.by_row.get(row, ()) if left <= held.column <= right)

    def dependants(self, spot: Spot) -> list[Spot]:
        """The formula cells that read a cell directly, in reading order."""
        singly, widely = self._readers
        at = (spot.row, spot.column)
        found = set(singly.get(spot, ()))
        for area, readers in widely.get(spot.sheet, {}).items():
            if at in area.span:
                found.update(readers)
        return sorted(found, key=self._order)

    def downstream(self, roots: Iterable[Spot]) -> set[Spot]:
        """The *roots* and every formula cell that reads one of them, at whatever remove."""
        found = set(roots)
        waiting = list(found)
        while waiting:
            for spot in self.dependants(waiting.pop()):
                if spot not in found:
                    found.add(spot)
                    waiting.append(spot)
        return found

    def named(self, name: str, sheet: str = "") -> Name | None:
        """A defined name, as a formula on *sheet* sees it."""
        own = self._names.get((sheet.casefold(), name.casefold()))
        return own or self._names.get(("", name.casefold()))

    def _order(self, spot: Spot) -> tuple[int, int, int]:
        return self._rank[spot.sheet], spot.row, spot.column

    @cached_property
    def _rank(self) -> dict[str, int]:
        return {sheet.name: rank for rank, sheet in enumerate(self._facts.sheets)}

    @cached_property
    def _readers(self) -> tuple[dict[Spot, list[Spot]], dict[str, dict[Area, list[Spot]]]]:
        """Readers of single cells, and readers of large ranges by sheet."""
        singly: dict[Spot, list[Spot]] = defaultdict(list)
        widely: dict[str, dict[Area, list[Spot]]] = defaultdict(lambda: defaultdict(list))
        for held in self._facts.formulas():
            reader = Spot(held.sheet, held.row, held.column)
            for area in self.areas(held):
                if area.size > SMALL:
                    widely[area.sheet][area._replace(name="")].append(reader)
                    continue
                (top, bottom), (left, right) = area.span.rows, area.span.columns
                for row in range(top, bottom + 1):
                    for column in range(left, right + 1):
                        singly[Spot(area.sheet, row, column)].append(reader)
        return singly, widely

    def _areas(self, formula: str, home: str, name: str, depth: int) -> Iterator[Area]:
        for token in tokens(formula):
            if token.kind == "reference":
                yield from self._placed(reference(token.text), home, name)
            elif token.kind == "name" and depth:
                where, _, word = token.text.rpartition("!")
                found = self.named(word, where.strip("'") or home)
                if found is not None:
                    own = found.sheet or home
                    yield from self._areas(found.formula, own, name or found.name, depth - 1)

    def _placed(self, found: Reference, home: str, name: str) -> Iterator[Area]:
        if found.book:
            return
        for sheet in self._sheets(found.sheet or home):
            yield Area(sheet, Span(found.rows, found.columns), name)

    def _sheets(self, name: str) -> Iterator[str]:
        """The sheet of that name; of ``First:Last``, all sheets from one to the other."""
        one = self._facts.sheet(name)
        if one is not None:
            yield one.name
            return
        first, _, last = name.partition(":")
        known = [sheet.name for sheet in self._facts.sheets]
        folded = [title.casefold() for title in known]
        if first.casefold() in folded and last.casefold() in folded:
            yield from known[folded.index(first.casefold()) : folded.index(last.casefold()) + 1]
