"""Which row of one sheet is which of another: lines of cells aligned, so that an insert is one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TypeAlias

Line: TypeAlias = tuple[str, ...]
"""What stands in a row or column, cell by cell: words, numbers, and formulas without places."""

LEAST_ALIKE = 0.4
"""How alike two lines must be to be one that changed, from 0 to 1."""

MOST_PAIRS = 4_000_000
"""Pairs of lines up to which all are matched exactly."""

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
        at = bisect_left(self._known, number)
        before = self._known[at - 1] if at else 0
        return number + self.pairs.get(before, 0) - before

    @cached_property
    def _known(self) -> list[int]:
        return sorted(self.pairs)


def aligned(a: Mapping[int, Line], b: Mapping[int, Line]) -> Alignment:
    """The alignment of lines by number; equal ones first, then the most alike between them."""
    left, right = sorted(a), sorted(b)
    found = _paired([a[i] for i in left], [b[j] for j in right])
    pairs = {left[i]: right[j] for i, j in found}
    removed = frozenset(left) - frozenset(pairs)
    return Alignment(pairs, removed, frozenset(right) - frozenset(pairs.values()))


def _paired(a: Sequence[Line], b: Sequence[Line]) -> list[tuple[int, int]]:
    """Pairs of places.

    What begins and ends alike is paired first: among equal lines the matcher
    prefers a long run to the fewest changes.
    """
    shorter = min(len(a), len(b))
    start = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    rest = shorter - start
    end = next((i for i in range(rest) if a[-1 - i] != b[-1 - i]), rest)
    pairs = [(i, i) for i in range(start)]
    middle = a[start : len(a) - end], b[start : len(b) - end]
    for kind, a1, a2, b1, b2 in _matcher(*middle).get_opcodes():
        if kind == "equal":
            pairs += [(start + a1 + i, start + b1 + i) for i in range(a2 - a1)]
        elif kind == "replace":
            gap = _gap(middle[0][a1:a2], middle[1][b1:b2])
            pairs += [(start + a1 + i, start + b1 + j) for i, j in gap]
    return pairs + [(len(a) - i, len(b) - i) for i in range(end, 0, -1)]


def _matcher(a: Sequence[Line], b: Sequence[Line]) -> SequenceMatcher[Line]:
    """A matcher; among very many lines it leaves out those that are everywhere."""
    return SequenceMatcher(None, a, b, autojunk=len(a) * len(b) > MOST_PAIRS)


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
    return _filled(_walk(scores, best), len(a), len(b))


def _filled(pairs: list[tuple[int, int]], a: int, b: int) -> list[tuple[int, int]]:
    """The pairs, with as many lines on both sides between two of them paired in order."""
    found: list[tuple[int, int]] = []
    for i, j in [*pairs, (a, b)]:
        left, right = (found[-1][0] + 1, found[-1][1] + 1) if found else (0, 0)
        if i - left == j - right:
            found += zip(range(left, i), range(right, j), strict=True)
        found.append((i, j))
    return found[:-1]


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
