"""Formulas that depend on themselves, at any remove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from workbook.audit.facts import Facts, Key
from workbook.audit.graph import Graph
from workbook.audit.ranges import Area

Node: TypeAlias = Key | Area
"""A formula cell, or an area that formulas read."""

Edges: TypeAlias = Mapping[Node, set[Node]]
"""From each node to those that it reads: a formula its areas, an area the formulas in it."""


def on_circles(facts: Facts, graph: Graph) -> list[Key]:
    """The formula cells that are on a circle, and not only before or behind one."""
    reads = _reads(facts, graph)
    rest = _without_ends(_without_ends(reads), turned=True)
    found: set[Node] = set()
    read_by = _turned(rest)
    left = set(rest)
    while left:
        node = left.pop()
        circle = _reached(rest, node) & _reached(read_by, node)
        found |= circle
        left -= circle
    return [held.key for held in facts.formulas() if held.key in found]


def _reads(facts: Facts, graph: Graph) -> dict[Node, set[Node]]:
    """Areas that begin alike are each the shorter one and what lies beyond it."""
    found: dict[Node, set[Node]] = {}
    for held in facts.formulas():
        found[held.key] = set(graph.areas(held))
    grown: dict[tuple[str, int, int, int], list[Area]] = defaultdict(list)
    for area in graph.read:
        grown[area.sheet, area.top, area.left, area.right].append(area)
    for areas in grown.values():
        before: Area | None = None
        for area in sorted(areas):
            beyond = area._replace(top=before.bottom + 1) if before else area
            inside = (held.key for held in graph.held_in(beyond) if held.formula is not None)
            found[area] = {*inside, before} if before else {*inside}
            before = area
    return found


def _turned(reads: Edges) -> dict[Node, set[Node]]:
    found: dict[Node, set[Node]] = {node: set() for node in reads}
    for node, read in reads.items():
        for other in read:
            found[other].add(node)
    return found


def _without_ends(reads: Edges, *, turned: bool = False) -> dict[Node, set[Node]]:
    """Without the nodes from which no circle is reached; turned, without those none reaches."""
    ahead = _turned(reads) if turned else {node: set(read) for node, read in reads.items()}
    behind = _turned(ahead)
    settled = [node for node, others in ahead.items() if not others]
    while settled:
        done = settled.pop()
        del ahead[done]
        for node in behind[done]:
            ahead[node].discard(done)
            if not ahead[node]:
                settled.append(node)
    return _turned(ahead) if turned else ahead


def _reached(edges: Edges, start: Node) -> set[Node]:
    """The nodes that are reached in one step or more."""
    found: set[Node] = set()
    fresh: Iterable[Node] = edges[start]
    while fresh:
        found.update(fresh)
        fresh = {node for one in fresh for node in edges[one] if node not in found}
    return found
