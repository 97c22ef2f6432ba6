"""What a cell would be worth if inputs were other than they are: engines are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from workbook.audit import bare
from workbook.audit.container import Refused
from workbook.audit.entries import Changes
from workbook.audit.facts import Facts, Held
from workbook.audit.graph import Graph
from workbook.audit.meaning import Meaning, Meanings
from workbook.audit.wording import shown_as
from workbook.audit.workers import EngineFailed, Worker, at_work
from workbook.engines import Cell, Value, agree, missing

STEP = 0.01
"""By how much of itself an input is moved to rank it."""

PATIENCE = 120.0
"""Seconds that an engine may take for an answer."""

_ENGINES = ("formualizer", "ironcalc")


@dataclass(frozen=True, slots=True)
class Driver:
    """An input and what the cell asked for does when it grows by 1 %.

    *elasticity* is the change of the cell, as a share of it, per share of the input: 1 means that
    both grow by as much. It is None where the cell is 0 or in error.
    """

    cell: str
    label: str
    id: str
    shown: str
    unit: str
    elasticity: float | None


@contextmanager
def _engines(
    facts: Facts, names: Sequence[str], cells: Sequence[Cell]
) -> Iterator[Mapping[str, Worker]]:
    """The file in these engines."""
    if faults := [why for name in names if (why := missing(name))]:
        raise Refused("\n".join(faults))
    with TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsx")
        bare.write(facts, path)
        with at_work(names, path, cells, PATIENCE) as workers:
            yield workers


def changed(
    facts: Facts, graph: Graph, root: Held, changes: Changes
) -> tuple[dict[Cell, Value], tuple[str, ...]]:
    """What the cell and all that it comes from are worth after *changes*; what to say of that."""
    cells = [held.cell for held in graph.upstream([root]).values()]
    reached = {*cells}
    remarks = [f"{cell} does not reach {root.cell}" for cell, _ in changes if cell not in reached]
    with _engines(facts, _ENGINES, cells) as workers:
        for worker in workers.values():
            worker.ask(changes)
        try:
            first, second = (workers[name].answer() for name in _ENGINES)
        except EngineFailed as fault:
            raise Refused(f"{facts.path}: an engine failed: {fault}") from None
    differing = [c for c, a, b in zip(cells, first, second, strict=True) if not agree(a, b)]
    remarks += [f"{' and '.join(_ENGINES)} differ on {cell}" for cell in differing]
    return dict(zip(cells, first, strict=True)), tuple(remarks)


def drivers(facts: Facts, graph: Graph, meanings: Meanings, root: Held) -> tuple[Driver, ...]:
    """The numbers that were typed in and reach the cell, the one that moves it most first."""
    if not isinstance(root.value, float):
        raise Refused(f"{root.cell} is no number, so nothing can be ranked by how it moves")
    upstream = graph.upstream([root])
    typed = [h for h in upstream.values() if h.formula is None and isinstance(h.value, float)]
    ruled = {entry.held.cell for entry in meanings.entries}
    inputs = [held for held in typed if held.cell in ruled] or typed
    found = list(_elasticities(facts, root, [held for held in inputs if held.value]))
    found.sort(key=lambda pair: -abs(pair[1] or 0.0))
    return tuple(_driver(facts, meanings.of(held), held, elasticity) for held, elasticity in found)


def _driver(facts: Facts, meaning: Meaning, held: Held, elasticity: float | None) -> Driver:
    shown = shown_as(held.value, held.look.show, from_1904=facts.from_1904)
    return Driver(str(held.cell), meaning.label, meaning.id, shown, meaning.unit, elasticity)


def _elasticities(
    facts: Facts, root: Held, inputs: Sequence[Held]
) -> Iterator[tuple[Held, float | None]]:
    with _engines(facts, _ENGINES[:1], [root.cell]) as workers:
        [worker] = workers.values()
        try:
            worker.ask(())
            [before] = worker.answer()
            back: Changes = ()
            for held in inputs:
                assert isinstance(held.value, float)
                worker.ask((*back, (held.cell, held.value * (1 + STEP))))
                [after] = worker.answer()
                back = ((held.cell, held.value),)
                yield held, _elasticity(before, after)
        except EngineFailed as fault:
            raise Refused(f"{facts.path}: an engine failed: {fault}") from None


def _elasticity(before: Value, after: Value) -> float | None:
    if isinstance(before, float) and isinstance(after, float) and before:
        return 0.0 if agree(before, after) else (after / before - 1) / STEP
    return None
