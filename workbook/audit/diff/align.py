"""Which row of one sheet is which of another: lines of cells aligned, so that an insert is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TypeAlias

Line: TypeAlias = tuple[str, ...]
"""What stands in a row or column, cell by cell: words, numbers, and formulas without places."""

LEAST_ALIKE = 0.4
"""How alike two lines must be to be one that changed, from 0 to 1."""

LARGEST_GAP = 40_000
"""Pairs of lines that are compared one by one; larger gaps are paired in order."""

FIRST_WEIGHT = 3
"""The first words of a line, its label, count so many times."""


@dataclass(frozen=True, repr=False)
class Alignment:
    """Lines of A that are lines of B, by number, and what is only in one of them."""

    pairs: dict[int, int]
    removed: frozenset[int]
    added: frozenset[int]

    def to(self, number: int) -> int | None:
        """The line of B that a line of A is; None where it is gone.

        An empty line keeps its distance from the last one before it.
        """
        if number in self.pairs:
            return self.pairs[number]
        if number in self.removed:
            return None
        before = max((known for known in self._known if known < number), default=None)
        return number if before is None else number + self.pairs[before] - before

    @cached_property
    def _known(self) -> list[int]:
        return sorted(self.pairs)


def aligned(a: dict[int, Line], b: dict[int, Line]) -> Alignment:
    """The alignment of lines by number; equal ones first, then the most alike between them."""
    left, right = sorted(a), sorted(b)
    pairs: dict[int, int] = {}
    matcher = SequenceMatcher(None, [a[i] for i in left], [b[i] for i in right], autojunk=False)
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind == "equal":
            pairs |= dict(zip(left[a1:a2], right[b1:b2], strict=True))
        elif kind == "replace":
            gap = _gap([a[i] for i in left[a1:a2]], [b[i] for i in right[b1:b2]])
            pairs |= {left[a1 + i]: right[b1 + j] for i, j in gap}
    removed = frozenset(left) - frozenset(pairs)
    return Alignment(pairs, removed, frozenset(right) - frozenset(pairs.values()))


def _gap(a: Sequence[Line], b: Sequence[Line]) -> list[tuple[int, int]]:
    """Pairs within a gap, in order, that are the most alike in all."""
    if len(a) * len(b) > LARGEST_GAP:
        return list(zip(range(len(a)), range(len(b)), strict=False))
    bags = [_bag(line) for line in a], [_bag(line) for line in b]
    scores = [[_alike(x, y) for y in bags[1]] for x in bags[0]]
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            paired = scores[i][j] + best[i + 1][j + 1] if scores[i][j] >= LEAST_ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return _walk(scores, best)


def _walk(scores: list[list[float]], best: list[list[float]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(scores) and j < len(scores[0]):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, j))
            i, j = i + 1, j + 1
    return found


def _bag(line: Line) -> Counter[str]:
    bag = Counter("#" if part.startswith("#") else part for part in line)
    if line:
        bag["#" if line[0].startswith("#") else line[0]] += FIRST_WEIGHT - 1
    return bag


def _alike(a: Counter[str], b: Counter[str]) -> float:
    """Twice what both have over all that they have."""
    return 2 * (a & b).total() / max(1, a.total() + b.total())
