"""What depends on what: the cells that each formula of a file reads, names looked through.

Cells are kept by the areas that formulas read, not pair by pair: a hundred sums of one column of a
thousand cells are one area with a hundred readers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from workbook.audit.facts import Facts, Held, Key, Name
from workbook.audit.formula import Token, reference, tokens
from workbook.audit.ranges import Area, area_of

SMALL = 256
"""Cells of an area that are looked up one by one; larger areas are searched."""

_DEEPEST = 8
"""Names behind names that are looked through."""

Columns: TypeAlias = dict[tuple[str, int], list[Area]]
"""Areas by sheet and each of their columns; those of very many columns by sheet and 0."""


class Graph:
    """Precedents and dependants in one file. Links to other files are left out."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._names = {(n.sheet.casefold(), n.name.casefold()): n for n in facts.names}
        self._known: dict[tuple[str, str], tuple[Area, ...]] = {}
        self._words: dict[tuple[str, str], tuple[Area, ...]] = {}

    def areas(self, held: Held) -> tuple[Area, ...]:
        """What the formula of a cell reads, in the order of its text."""
        return self.read_by(held.formula, held.sheet) if held.formula else ()

    def read_by(self, formula: str, home: str) -> tuple[Area, ...]:
        """What a formula on the sheet *home* reads, in the order of its text."""
        known = self._known.get((formula, home))
        if known is None:
            found = self._found(formula.removeprefix("="), home, _DEEPEST)
            known = self._known[formula, home] = tuple(found)
        return known

    def area(self, formula: str, home: str) -> Area | None:
        """The cells of a formula that is one reference or one name; None for anything else."""
        words = [t for t in tokens(formula.removeprefix("=")) if t.kind != "space"]
        alone = len(words) == 1 and words[0].kind in ("reference", "name")
        areas = self.read_by(formula, home) if alone else ()
        return areas[0] if len(areas) == 1 else None

    def link(self, held: Held) -> Key | None:
        """The one cell that a formula only repeats; None where it calculates."""
        one = self.area(held.formula, held.sheet) if held.formula else None
        return (one.sheet, one.top, one.left) if one and one.size == 1 else None

    def held_in(self, area: Area) -> Iterator[Held]:
        """The cells of an area that hold something, in reading order."""
        sheet = self._facts.sheet(area.sheet)
        if sheet is None:
            return
        if area.size <= max(SMALL, len(sheet.cells)):
            yield from (sheet.cells[at] for at in area.cells() if at in sheet.cells)
            return
        for row, line in sheet.by_row.items():
            if area.top <= row <= area.bottom:
                yield from (held for held in line if area.left <= held.column <= area.right)

    def precedents(self, held: Held) -> Iterator[Held]:
        """The cells that a formula reads, in the order of its text; some more than once."""
        for area in self.areas(held):
            yield from self.held_in(area)

    def readers(self, key: Key, *, strips: bool = False) -> Iterator[Key]:
        """The formula cells that read a cell directly, some more than once.

        With *strips*, only those that read it alone, or in one row or one column.
        """
        for area in self._around(key, self._wide):
            if area.strip or not strips:
                yield from self.read[area]

    def dependants(self, key: Key) -> list[Key]:
        """The formula cells that read a cell directly, in reading order."""
        return sorted(set(self.readers(key)), key=self._order)

    def downstream(self, roots: Iterable[Key], *, strips: bool = False) -> set[Key]:
        """The *roots* and every formula cell that reads one of them, at whatever remove.

        With *strips*, only those that read it alone, or in one row or one column.
        """
        found = set(roots)
        waiting = list(found)
        seen: set[Area] = set()
        unseen = {place: list(areas) for place, areas in self._wide.items()}
        while waiting:
            for area in self._around(waiting.pop(), unseen, drop=True):
                if area in seen or (strips and not area.strip):
                    continue
                seen.add(area)
                fresh = [reader for reader in self.read[area] if reader not in found]
                found.update(fresh)
                waiting += fresh
        return found

    def upstream(self, roots: Iterable[Held], *, strips: bool = False) -> dict[Key, Held]:
        """The *roots* and every cell that one of them comes from, at whatever remove."""
        found = {held.key: held for held in roots}
        waiting = list(found.values())
        seen: set[Area] = set()
        while waiting:
            for area in self.areas(waiting.pop()):
                if area in seen or (strips and not area.strip):
                    continue
                seen.add(area)
                fresh = [held for held in self.held_in(area) if held.key not in found]
                found |= {held.key: held for held in fresh}
                waiting += fresh
        return found

    def named(self, name: str, sheet: str = "") -> Name | None:
        """A defined name, as a formula on *sheet* sees it."""
        own = self._names.get((sheet.casefold(), name.casefold()))
        return own or self._names.get(("", name.casefold()))

    @cached_property
    def read(self) -> Mapping[Area, list[Key]]:
        """Each area that formulas read, with these formulas."""
        found: dict[Area, list[Key]] = defaultdict(list)
        for held in self._facts.formulas():
            for area in dict.fromkeys(self.areas(held)):
                found[area].append(held.key)
        return found

    def _around(self, key: Key, wide: Columns, *, drop: bool = False) -> list[Area]:
        """The areas that a cell is in; with *drop*, the wide ones are taken out of *wide*."""
        found = list(self._small.get(key, ()))
        for place in ((key[0], key[2]), (key[0], 0)):
            areas = wide.get(place, ())
            hits = [area for area in areas if area.has(key[1:])]
            if hits and drop:
                wide[place] = [area for area in areas if not area.has(key[1:])]
            found += hits
        return found

    def _order(self, key: Key) -> tuple[int, int, int]:
        return self._rank[key[0]], *key[1:]

    @cached_property
    def _rank(self) -> dict[str, int]:
        return {sheet.name: rank for rank, sheet in enumerate(self._facts.sheets)}

    @cached_property
    def _small(self) -> dict[Key, list[Area]]:
        """The small areas that each cell is in."""
        found: dict[Key, list[Area]] = defaultdict(list)
        for area in self.read:
            if area.size <= SMALL:
                for row, column in area.cells():
                    found[area.sheet, row, column].append(area)
        return found

    @cached_property
    def _wide(self) -> Columns:
        found: Columns = defaultdict(list)
        for area in self.read:
            if area.size > SMALL:
                count = area.right - area.left + 1
                columns = range(area.left, area.right + 1) if count <= SMALL else (0,)
                for column in columns:
                    found[area.sheet, column].append(area)
        return found

    def _found(self, formula: str, home: str, depth: int) -> Iterator[Area]:
        for token in tokens(formula):
            if token.kind == "reference" or (token.kind == "name" and depth):
                known = self._words.get((token.text, home))
                if known is None:
                    known = self._words[token.text, home] = tuple(self._meant(token, home, depth))
                yield from known

    def _meant(self, token: Token, home: str, depth: int) -> Iterator[Area]:
        """The cells that a reference or a name stands for."""
        if token.kind == "reference":
            found = reference(token.text)
            if not found.book:
                yield from (area_of(found, sheet) for sheet in self._sheets(found.sheet or home))
            return
        where, _, word = token.text.rpartition("!")
        name = self.named(word, where.strip("'") or home)
        if name is not None:
            yield from self._found(name.formula, name.sheet or home, depth - 1)

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
        else:
            yield name
