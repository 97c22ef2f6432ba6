"""What lint and diff ask of a workbook: who reads whom, its inputs, checks and labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from workbook.audit.facts import Facts, Held, Key, SheetFacts
from workbook.audit.formula import tokens
from workbook.audit.graph import Graph
from workbook.audit.looks import PURPLE, hue
from workbook.audit.meaning import Meanings
from workbook.audit.ranges import Area, Place
from workbook.audit.registered import COLUMNS, Entry, columns, named
from workbook.audit.tables import HeadedTable, find_table

CHECKS = ("Check", "Applies", "Failed")

FEWEST_STAMPS = 12
"""Figures worked out elsewhere that make a table, and not just the value of an input."""


class Survey:
    """A workbook with all that follows from its cells, worked out when it is asked for."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.cells = facts.cells
        self.graph = Graph(facts)
        self.meanings = Meanings(facts, self.graph)
        self.around = self.meanings.around
        self._typed: dict[Area, bool] = {}

    @cached_property
    def formulas(self) -> dict[Key, Held]:
        """Every formula cell."""
        return {key: held for key, held in self.cells.items() if held.formula is not None}

    @cached_property
    def names(self) -> dict[str, Area | None]:
        """The cells of each defined name, in lower case; None where it names no cells."""
        return {
            name.name.casefold(): self.graph.area(name.formula, name.sheet)
            for name in self.facts.names
            if not name.built_in
        }

    def inside(self, area: Area) -> Iterator[Key]:
        """The cells of an area that hold something, and blank inputs."""
        if area.size == 1:
            key = area.sheet, area.top, area.left
            yield from (key,) if key in self.cells or key in self.inputs else ()
            return
        blank = self.blank.get(area.sheet, ())
        yield from (held.key for held in self.graph.held_in(area) if held.key in self.cells)
        yield from (key for key in blank if area.has(key[1:]))

    @cached_property
    def blank(self) -> dict[str, list[Key]]:
        """The registered inputs that hold nothing, by sheet."""
        found: dict[str, list[Key]] = {}
        for key in self.inputs:
            if key not in self.cells:
                found.setdefault(key[0], []).append(key)
        return found

    def link(self, key: Key) -> Key | None:
        """The one cell that a formula only repeats; None where it calculates."""
        held = self.formulas.get(key)
        return self.graph.link(held) if held else None

    def typed_in(self, area: Area) -> bool:
        """Whether an area has an input."""
        if area not in self._typed:
            self._typed[area] = any(key in self.inputs for key in self.inside(area))
        return self._typed[area]

    def reads(self, key: Key) -> set[Key]:
        """The cells that a formula reads: those that hold something, and blank inputs."""
        return {cell for area in self.graph.areas(self.cells[key]) for cell in self.inside(area)}

    @cached_property
    def read(self) -> frozenset[Key]:
        """The cells that a formula, a validation, a conditional format or a chart reads."""
        shown = (
            area
            for sheet in self.facts.sheets
            for text in self._texts_beside(sheet)
            for area in self.graph.read_by(text, sheet.name)
        )
        areas = {*self.graph.read, *shown}
        return frozenset(key for area in areas for key in self.inside(area))

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

    @property
    def registry(self) -> HeadedTable | None:
        """The table of inputs."""
        return self.meanings.registry

    @cached_property
    def columns(self) -> HeadedTable | None:
        """The table of columns of data, which lists the inputs that have no names."""
        return find_table(self.facts, COLUMNS)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The rows of both tables."""
        cells = named(self.registry, self.names.get) if self.registry else ()
        data = columns(self.columns, self.graph.read_by) if self.columns else ()
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
            if is_sum and self.graph.areas(held) == (wanted,):
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

    def follows(self, *start: Key) -> set[Key]:
        """The cells that depend on any of *start*, at any remove, with these themselves."""
        return self.graph.downstream(start)

    def tells(self, key: Key) -> bool:
        """Whether the master check depends on what a cell says.

        A sum over a whole sheet, which finds errors, does not ask what the cells say.
        """
        return key in self._told

    @cached_property
    def _told(self) -> dict[Key, Held]:
        """What the master check comes from, in single cells, rows and columns."""
        master = [self.cells[self.master]] if self.master else []
        return self.graph.upstream(master, strips=True)

    def close_readers(self, key: Key) -> Iterator[Key]:
        """The formulas that read a cell alone, or in a row or a column of its own kind."""
        return self.graph.readers(key, strips=True)

    @cached_property
    def live(self) -> set[Key]:
        """The cells that move with the inputs."""
        return self.follows(*self.inputs)

    def title(self, key: Key) -> str:
        """What a cell is called: the label of its row and the head of its column."""
        held = self.facts.at(key)
        return self.meanings.of(held).label if held else ""

    def figures(self) -> Iterator[tuple[Key, Held, float]]:
        """The formula cells whose value is a number."""
        for key, held in self.formulas.items():
            if isinstance(held.value, float):
                yield key, held, held.value


def place_of(key: Key) -> Place:
    """Row and column of a cell."""
    return key[1], key[2]
