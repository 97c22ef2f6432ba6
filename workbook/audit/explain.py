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
    """The answer: the cell taken apart, what reads it, and what was asked beyond.

    *whole* says that the depth was asked for, so a text shows all of it.
    """

    file: Path
    root: Node
    dependants: tuple[Node, ...]
    downstream: int
    settings: tuple[str, ...] = ()
    drivers: tuple[Driver, ...] | None = None
    remarks: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What to explain: a cell, a name or an id; with inputs changed; with the inputs ranked.

    *depth* is how many steps back to go; None goes all the way, and a text shows what fits.
    """

    cell: str
    settings: tuple[str, ...] = ()
    drivers: bool = False
    depth: int | None = None


def explain(path: Path, asked: Asked) -> Explanation:
    """Explain one cell of the workbook at *path*.

    Raises Refused for a file that cannot be read, a cell that is not there, a setting that the
    file does not allow, and drivers of what is no number.
    """
    facts = read(path)
    graph = Graph(facts)
    meanings = Meanings(facts, graph)
    held = _found(facts, graph, meanings, asked.cell)
    changes = Typist(facts, graph, meanings).settings(asked.settings)
    after, remarks = changed(facts, graph, held, changes) if changes else ({}, ())
    tree = _Tree(
        facts, graph, meanings, after, min(DEEPEST if asked.depth is None else asked.depth, DEEPEST)
    )
    reading = [found for key in graph.dependants(held.key) if (found := facts.at(key)) is not None]
    return Explanation(
        file=path,
        root=tree.node(held),
        dependants=tuple(tree.leaf(reader) for reader in reading),
        downstream=len(graph.downstream([held.key])) - 1,
        settings=asked.settings,
        drivers=drivers(facts, graph, meanings, held) if asked.drivers else None,
        remarks=remarks,
        whole=asked.depth is not None,
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
        areas = self._graph.read_by(token.text, home)
        found = next(self._graph.held_in(areas[0]), None) if len(areas) == 1 else None
        if found is None:
            return token.text
        if areas[0].size == 1:
            return self._meanings.of(found).label
        return f"{self._meanings.label_of(areas[0])} [{areas[0].ref}]"

    def _precedents(self, held: Held, level: int) -> Iterator[Node]:
        listed: set[Cell] = set()
        for area in self._graph.areas(held):
            cells = list(self._graph.held_in(area))
            if len(cells) > MOST_LISTED:
                yield self._range(area, len(cells))
                continue
            for source in cells:
                if source.cell not in listed and (source.value is not None or source.formula):
                    listed.add(source.cell)
                    yield self.node(source, level)

    def _range(self, area: Area, count: int) -> Node:
        label, name = self._meanings.label_of(area), self._meanings.name_of(area)
        return Node(area.ref, label, name=name, more=f"{count} cells")


def _found(facts: Facts, graph: Graph, meanings: Meanings, text: str) -> Held:
    held = meanings.find(text)
    if held is not None:
        return held
    raise Refused(f"{facts.path}: {_why_not(facts, graph, meanings, text)}")


def _why_not(facts: Facts, graph: Graph, meanings: Meanings, text: str) -> str:
    """Why no cell is meant by a text, and what to write instead."""
    sheets = [sheet.name for sheet in facts.sheets]
    area = graph.area(text, "") if "!" in text else None
    if area is not None and facts.sheet(area.sheet) is None:
        near = get_close_matches(area.sheet, sheets, n=3, cutoff=0.5) or sheets
        return f"there is no sheet {area.sheet!r}; write {_either(near)}"
    if area is not None and area.size > 1:
        return f"{text} is {area.size:,} cells; name one of them"
    if area is not None:
        return f"{text} is empty; name a cell that holds something"
    if text.casefold() in (name.casefold() for name in sheets):
        return f"{text} is a sheet; name a cell on it, such as {text}!D12"
    if graph.area(text, sheets[0]) is not None and graph.named(text) is None:
        return f"{text!r} does not say on which sheet; write {sheets[0]}!{text}"
    near = meanings.near(text)
    example = f"write a name, an id, or a cell such as {sheets[0]}!D12"
    hint = f"did you mean {_either(near)}?" if near else example
    return f"no cell is called {text!r}; {hint}"


def _either(words: Sequence[str]) -> str:
    return " or ".join(words[:MOST_LISTED])
