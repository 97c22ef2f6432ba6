"""What lint and diff ask of a workbook: who reads whom, its inputs, checks and labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from workbook.audit.around import Around
from workbook.audit.facts import Facts, Held, SheetFacts
from workbook.audit.formula import reference, tokens
from workbook.audit.graph import Graph
from workbook.audit.looks import PURPLE, hue
from workbook.audit.meaning import Meanings
from workbook.audit.ranges import Area, Place, area_of
from workbook.audit.registered import COLUMNS, REGISTRY, Entry, Key, columns, named
from workbook.audit.tables import HeadedTable, find_table

CHECKS = ("Check", "Applies", "Failed")
VAST = 20_000
"""Cells of one range from which on it is not looked into: each formula keeps what it reads."""

FEWEST_STAMPS = 12
"""Figures worked out elsewhere that make a table, and not just the value of an input."""


class Survey:
    """A workbook with all that follows from its cells, worked out when it is asked for."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._known: dict[Area, tuple[Key, ...]] = {}

    @cached_property
    def cells(self) -> dict[Key, Held]:
        """Every cell that holds something."""
        return {
            (sheet.name, *place): held
            for sheet in self.facts.sheets
            for place, held in sheet.cells.items()
            if held.formula is not None or held.value is not None
        }

    @cached_property
    def formulas(self) -> dict[Key, Held]:
        """Every formula cell."""
        return {key: held for key, held in self.cells.items() if held.formula is not None}

    @cached_property
    def names(self) -> dict[str, Area | None]:
        """The cells of each defined name, in lower case; None where it names no cells."""
        found: dict[str, Area | None] = {}
        for name in self.facts.names:
            if not name.built_in:
                found[name.name.casefold()] = self.area(name.formula, name.sheet)
        return found

    def area(self, text: str, sheet: str) -> Area | None:
        """The cells of a formula that is one reference; None where it is anything else."""
        parts = [token for token in tokens(text.removeprefix("=")) if token.kind != "space"]
        if len(parts) != 1 or parts[0].kind != "reference":
            return None
        found = reference(parts[0].text)
        return None if found.book else area_of(found, self.proper(found.sheet or sheet))

    def proper(self, sheet: str) -> str:
        """A sheet's name as it writes itself."""
        found = self.facts.sheet(sheet)
        return found.name if found else sheet

    def areas(self, formula: str, sheet: str) -> Iterator[Area]:
        """The cells that a formula reads, by reference or by name."""
        for token in tokens(formula.removeprefix("=")):
            if token.kind == "reference":
                found = reference(token.text)
                if not found.book:
                    yield area_of(found, self.proper(found.sheet or sheet))
            elif token.kind == "name":
                named = self.names.get(token.text.casefold())
                if named is not None:
                    yield named

    @cached_property
    def precedents(self) -> dict[Key, frozenset[Key]]:
        """The cells that each formula reads: those that hold something, and blank inputs."""
        return {
            key: frozenset(self._held_in(self.areas(held.formula or "", held.sheet)))
            for key, held in self.formulas.items()
        }

    def _held_in(self, areas: Iterable[Area]) -> Iterator[Key]:
        for area in areas:
            yield from self._inside(area)

    def _inside(self, area: Area) -> tuple[Key, ...]:
        """The cells of an area that hold something, and blank inputs; none of a vast one."""
        if area not in self._known:
            if area.size <= len(self.cells):
                keys = ((area.sheet, *place) for place in area.cells())
                held = tuple(key for key in keys if key in self.cells or key in self.inputs)
            else:
                held = tuple(key for key in self.cells if area.has(key[0], key[1:]))
            self._known[area] = held if len(held) <= VAST else ()
        return self._known[area]

    @cached_property
    def read(self) -> frozenset[Key]:
        """The cells that a formula, a validation, a conditional format or a chart reads."""
        shown = (
            area
            for sheet in self.facts.sheets
            for text in self._texts_beside(sheet)
            for area in self.areas(text, sheet.name)
        )
        return frozenset().union(*self.precedents.values(), self._held_in(shown))

    @staticmethod
    def _texts_beside(sheet: SheetFacts) -> Iterator[str]:
        for rule in sheet.rules:
            yield from (rule.low, rule.high)
        for shown in sheet.formats:
            yield from shown.formulas
        for chart in sheet.charts:
            for series in chart.series:
                yield from (series.values, series.categories, series.name)

    @cached_property
    def names_used(self) -> frozenset[str]:
        """The names that anything uses, in lower case."""
        texts = [held.formula or "" for held in self.formulas.values()]
        texts += [text for sheet in self.facts.sheets for text in self._texts_beside(sheet)]
        texts += [name.formula for name in self.facts.names]
        return frozenset(
            token.text.casefold()
            for text in texts
            for token in tokens(text)
            if token.kind == "name"
        )

    def link(self, key: Key) -> Key | None:
        """The one cell that a formula only repeats; None where it calculates."""
        held = self.formulas.get(key)
        words = [t for t in tokens(held.formula or "") if t.kind != "space"] if held else []
        if len(words) != 1 or words[0].kind not in ("reference", "name"):
            return None
        areas = list(self.areas(words[0].text, key[0]))
        one = areas[0] if len(areas) == 1 and areas[0].size == 1 else None
        return (one.sheet, one.top, one.left) if one else None

    @cached_property
    def registry(self) -> HeadedTable | None:
        """The table of inputs."""
        return find_table(self.facts, REGISTRY)

    @cached_property
    def columns(self) -> HeadedTable | None:
        """The table of columns of data, which lists the inputs that have no names."""
        return find_table(self.facts, COLUMNS)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The rows of both tables."""
        cells = named(self.registry, self.names.get) if self.registry else ()
        data = columns(self.columns, self.areas) if self.columns else ()
        return (*cells, *data)

    @cached_property
    def inputs(self) -> dict[Key, Entry]:
        """The registered input cells; of a column of data, those that are filled."""
        found = {entry.key: entry for entry in self.entries if entry.key is not None}
        for entry in self.entries:
            keys = (
                (area.sheet, *place) for area in (entry.cells,) if area for place in area.cells()
            )
            found |= {key: entry for key in keys if key in self.cells and key not in found}
        return found

    @cached_property
    def checks(self) -> HeadedTable | None:
        """The table of checks."""
        return find_table(self.facts, CHECKS)

    @cached_property
    def master(self) -> Key | None:
        """The cell that sums the Failed column of the checks, all of it and nothing else."""
        if self.checks is None or not self.checks.rows:
            return None
        column = self.checks.columns["Failed"]
        wanted = Area(
            self.checks.sheet.name, self.checks.rows[0], column, self.checks.rows[-1], column
        )
        for key, held in self.formulas.items():
            words = tokens(held.formula or "")
            is_sum = [t.text.upper() for t in words[:2]] == ["SUM", "("] and len(words) == 4  # noqa: PLR2004 - SUM ( range )
            if is_sum and list(self.areas(held.formula or "", held.sheet)) == [wanted]:
                return key
        return None

    @cached_property
    def stamps(self) -> dict[str, list[Key]]:
        """By sheet, the typed figures in the colour of what was worked out when it was made."""
        found: dict[str, list[Key]] = {}
        for key, held in self.cells.items():
            if (
                held.formula is None
                and isinstance(held.value, float)
                and hue(held.look.font) == PURPLE
            ):
                found.setdefault(key[0], []).append(key)
        return {sheet: keys for sheet, keys in found.items() if len(keys) >= FEWEST_STAMPS}

    def follows(self, *start: Key) -> frozenset[Key]:
        """The cells that depend on any of *start*, at any remove, with these themselves."""
        return _closure(self.readers, start)

    def tells(self, key: Key) -> bool:
        """Whether the master check depends on what a cell says.

        A sum over a whole sheet, which finds errors, does not ask what the cells say.
        """
        return self.master is not None and self.master in _closure(self.close_readers, (key,))

    @cached_property
    def close_readers(self) -> dict[Key, list[Key]]:
        """The formulas that read each cell alone, or in a row or a column of its own kind."""
        readers: dict[Key, list[Key]] = {}
        for key, held in self.formulas.items():
            areas = self.areas(held.formula or "", held.sheet)
            strips = [a for a in areas if a.top == a.bottom or a.left == a.right]
            for precedent in self._held_in(strips):
                readers.setdefault(precedent, []).append(key)
        return readers

    @cached_property
    def live(self) -> frozenset[Key]:
        """The cells that move with the inputs."""
        return self.follows(*self.inputs)

    @cached_property
    def readers(self) -> dict[Key, list[Key]]:
        """The formulas that read each cell."""
        readers: dict[Key, list[Key]] = {}
        for key, read in self.precedents.items():
            for precedent in read:
                readers.setdefault(precedent, []).append(key)
        return readers

    # --- what stands around a figure ------------------------------------------------------------

    @cached_property
    def around(self) -> Around:
        """The words around each cell."""
        return Around(self.cells)

    def title(self, key: Key) -> str:
        """What a cell is called: the label of its row and the head of its column."""
        sheet = self.facts.sheet(key[0])
        held = sheet.cells.get(place_of(key)) if sheet else None
        near = self.around.near(key)
        apart = near and near != self.around.left(key)
        return near if apart else self._meanings.of(held).label if held else ""

    @cached_property
    def _meanings(self) -> Meanings:
        return Meanings(self.facts, Graph(self.facts))

    def figures(self) -> Iterator[tuple[Key, Held, float]]:
        """The formula cells whose value is a number."""
        for key, held in self.formulas.items():
            if isinstance(held.value, float):
                yield key, held, held.value


def _closure(readers: Mapping[Key, Sequence[Key]], start: Iterable[Key]) -> frozenset[Key]:
    found = set(start)
    fresh = set(found)
    while fresh:
        fresh = {key for cell in fresh for key in readers.get(cell, ()) if key not in found}
        found |= fresh
    return frozenset(found)


def place_of(key: Key) -> Place:
    """Row and column of a cell."""
    return key[1], key[2]
