"""Explain one cell of any xlsx: where it comes from, what reads it, what moves it.

The values are those that the file stores; what would be otherwise is worked out by engines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from workbook.audit.container import Refused
from workbook.audit.entries import Typist
from workbook.audit.facts import Facts, Held
from workbook.audit.formula import Token
from workbook.audit.graph import Graph
from workbook.audit.meaning import Meaning, Meanings
from workbook.audit.ranges import Area
from workbook.audit.reader import read
from workbook.audit.trial import Driver, changed, drivers
from workbook.audit.wording import in_words, scale_of, shown_as
from workbook.engines import Cell, Value, agree

DEEPEST = 60
"""Steps from the cell asked for beyond which nothing is listed."""

MOST_LISTED = 12
"""Cells of a range that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Node:
    """A cell, or a long range, with what it comes from.

    *value* is the cell's own number, *shown* what the cell shows of it, in *unit*; *scale* is how
    many of its own the unit is (1e9 for billions). *words* say how it comes about. *repeated*
    cells are taken apart elsewhere in the tree. *after* is the value that a what-if gives.
    """

    cell: str
    label: str
    name: str = ""
    id: str = ""
    value: Value = None
    shown: str = ""
    unit: str = ""
    scale: float = 1.0
    formula: str = ""
    words: str = ""
    source: str = ""
    precedents: tuple[Node, ...] = ()
    repeated: bool = False
    more: str = ""
    after: Value = None
    after_shown: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: the cell taken apart, what reads it, and what was asked beyond."""

    file: Path
    root: Node
    dependants: tuple[Node, ...]
    downstream: int
    settings: tuple[str, ...] = ()
    drivers: tuple[Driver, ...] | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What to explain: a cell, a name or an id; with inputs changed; with the inputs ranked."""

    cell: str
    settings: tuple[str, ...] = ()
    drivers: bool = False
    depth: int = DEEPEST


def explain(path: Path, asked: Asked) -> Explanation:
    """Explain one cell of the workbook at *path*.

    Raises Refused for a file that cannot be read, a cell that is not there, a setting that the
    file does not allow, and drivers of what is no number.
    """
    facts = read(path)
    graph = Graph(facts)
    meanings = Meanings(facts, graph)
    held = _found(facts, meanings, asked.cell)
    changes = Typist(facts, graph, meanings).settings(asked.settings)
    after, remarks = changed(facts, graph, held, changes) if changes else ({}, ())
    tree = _Tree(facts, graph, meanings, after, min(asked.depth, DEEPEST))
    reading = [found for key in graph.dependants(held.key) if (found := facts.at(key)) is not None]
    return Explanation(
        file=path,
        root=tree.node(held),
        dependants=tuple(tree.leaf(reader) for reader in reading),
        downstream=len(graph.downstream([held.key])) - 1,
        settings=asked.settings,
        drivers=drivers(facts, graph, meanings, held) if asked.drivers else None,
        remarks=remarks,
    )


class _Tree:
    """Takes cells apart, each of them once."""

    def __init__(
        self,
        facts: Facts,
        graph: Graph,
        meanings: Meanings,
        after: Mapping[Cell, Value],
        depth: int,
    ) -> None:
        self._facts = facts
        self._graph = graph
        self._meanings = meanings
        self._after = after
        self._depth = depth
        self._seen: set[Cell] = set()

    def node(self, held: Held, level: int = 0) -> Node:
        """The cell with all that it comes from."""
        repeated = held.cell in self._seen
        if repeated or held.formula is None:
            return self.leaf(held, repeated=repeated and held.formula is not None)
        self._seen.add(held.cell)
        if level >= self._depth:
            return self.leaf(held, more="more below; ask for this cell")
        return self.leaf(held, precedents=tuple(self._precedents(held, level + 1)))

    def leaf(
        self,
        held: Held,
        *,
        precedents: tuple[Node, ...] = (),
        repeated: bool = False,
        more: str = "",
    ) -> Node:
        """The cell alone, or with *precedents*."""
        meaning = self._meanings.of(held)
        moved = held.cell in self._after and not agree(held.value, self._after[held.cell])
        return Node(
            cell=str(held.cell),
            label=meaning.label,
            name=meaning.name,
            id=meaning.id,
            value=held.value,
            shown=self._shown(held, held.value),
            unit=meaning.unit,
            scale=scale_of(held.look.show),
            formula=held.formula or "",
            words=self._words(held, meaning),
            source=meaning.source,
            precedents=precedents,
            repeated=repeated,
            more=more,
            after=self._after[held.cell] if moved else None,
            after_shown=self._shown(held, self._after[held.cell]) if moved else "",
        )

    def _shown(self, held: Held, value: Value) -> str:
        return shown_as(value, held.look.show, from_1904=self._facts.from_1904)

    def _words(self, held: Held, meaning: Meaning) -> str:
        if meaning.how or not held.formula:
            return meaning.how
        return in_words(held.formula, lambda token: self._label(token, held.sheet))

    def _label(self, token: Token, home: str) -> str:
        """What stands for a reference or a name in words; itself where that says no more."""
        areas = list(self._graph.read_by(token.text, home))
        found = next(self._graph.held_in(areas[0]), None) if len(areas) == 1 else None
        if found is None:
            return token.text
        label = self._meanings.of(found).label
        return label if areas[0].size == 1 else f"{label} and below [{areas[0].ref}]"

    def _precedents(self, held: Held, level: int) -> Iterator[Node]:
        listed: set[Cell] = set()
        for area in self._graph.areas(held):
            cells = list(self._graph.held_in(area))
            if len(cells) > MOST_LISTED:
                yield self._range(area, cells)
                continue
            for source in cells:
                if source.cell not in listed and (source.value is not None or source.formula):
                    listed.add(source.cell)
                    yield self.node(source, level)

    def _range(self, area: Area, cells: Sequence[Held]) -> Node:
        label = self._meanings.of(cells[0]).label
        name = self._meanings.name_of(area)
        return Node(area.ref, f"{label} and below", name=name, more=f"{len(cells)} cells")


def _found(facts: Facts, meanings: Meanings, text: str) -> Held:
    held = meanings.find(text)
    if held is not None:
        return held
    near = get_close_matches(text.replace(".", "_"), [n.name for n in facts.names], n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "write it as Supply!D12"
    raise Refused(f"{facts.path}: no cell is called {text!r}; {hint}")
