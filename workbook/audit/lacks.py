"""What an engine cannot work out: functions it lacks, and all that hangs on them.

An engine shows a function that it lacks as an error. Where the file stores something else, that is
no disagreement, and what reads the cell says nothing of that engine either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook.audit.bare import held_back
from workbook.audit.facts import Facts, Held, Key
from workbook.audit.formula import functions, names
from workbook.audit.graph import Graph
from workbook.audit.workers import NO_VALUE
from workbook.engines import CellError, Value, agree

VOLATILE = frozenset({"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO"})
"""Functions that give another value at another time or in another program."""

_ANY_VOLATILE = re.compile("|".join(sorted(VOLATILE)), re.IGNORECASE)

_BRANCHING = frozenset({"IF", "IFS", "IFERROR", "IFNA", "CHOOSE", "SWITCH", "AND", "OR"})
"""Functions that need not work out all that stands in them."""

_LACKING = frozenset({"#NAME?", "#NIMPL!", "#N/IMPL!", "#ERROR!", NO_VALUE.code})


@dataclass(frozen=True, slots=True)
class Lack:
    """What one engine lacks, with how many formulas use it, and every cell that hangs on it."""

    words: Mapping[str, int]
    cells: frozenset[Key]


def unverifiable(facts: Facts, graph: Graph) -> dict[Key, str]:
    """The formula cells that no engine can check, each with the reason."""
    volatile = [held.key for held in facts.formulas() if _volatile(held)]
    # who reads whom is worked out only where it is asked
    hanging = graph.downstream(volatile) if volatile else ()
    found = dict.fromkeys(hanging, "changes with every recalculation")
    for cell, reason in held_back(facts).items():
        held = facts.find(cell)
        if held is not None:
            found[held.key] = reason
    return found


def lack_of(
    formulas: Sequence[Held], values: Sequence[Value], others: Sequence[Value], graph: Graph
) -> Lack:
    """What the engine that gave *values* lacks, where *others* is what each should be."""
    lacking = [
        held
        for held, value, other in zip(formulas, values, others, strict=True)
        if _is_lack(value) and not agree(value, other)
    ]
    if not lacking:
        return Lack({}, frozenset())
    at_fault = {held.key for held in lacking}
    healthy = _used(h for h, v in zip(formulas, values, strict=True) if not _is_lack(v))
    first = [held for held in lacking if not _reads(held, at_fault, graph)] or lacking
    words = {word for held in first for word in _missing(held, healthy)}
    users = [held for held in formulas if held in first or words & _words(held)]
    counted = Counter(word for held in users for word in _missing(held, healthy) & words)
    cells = graph.downstream([*(held.key for held in users), *at_fault])
    return Lack(dict(sorted(counted.items())), frozenset(cells))


def _volatile(held: Held) -> bool:
    formula = held.formula or ""
    return bool(_ANY_VOLATILE.search(formula)) and not VOLATILE.isdisjoint(functions(formula))


def _is_lack(value: Value) -> bool:
    return isinstance(value, CellError) and value.code in _LACKING


def _reads(held: Held, keys: set[Key], graph: Graph) -> bool:
    return any(read.key in keys for read in graph.precedents(held))


def _words(held: Held) -> frozenset[str]:
    formula = held.formula or ""
    return functions(formula) | {f"name {name}" for name in names(formula)}


def _used(formulas: Iterator[Held]) -> set[str]:
    """The functions and names that these formulas surely worked out."""
    found = (_words(held) for held in formulas)
    return {word for words in found if words.isdisjoint(_BRANCHING) for word in words} | _BRANCHING


def _missing(held: Held, healthy: set[str]) -> frozenset[str]:
    """The functions and names of a formula that work nowhere; else its operators are at fault."""
    return _words(held) - healthy or frozenset({"an operator"})
