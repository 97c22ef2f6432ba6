"""Where the rows and columns of a tab as it was built stand in the edited one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property


@dataclass(frozen=True)
class Lines:
    """The rows of one tab, or its columns, from 1: as built → now. What is gone has no place."""

    places: Mapping[int, int]
    new: frozenset[int]

    @cached_property
    def still(self) -> bool:
        """Whether every line stands where it did."""
        return all(line == now for line, now in self.places.items())

    @cached_property
    def _last(self) -> int:
        return max(self.places, default=0)

    def at(self, line: int) -> int | None:
        """Where one line stands now; those past the last that held anything move along with it."""
        if line in self.places:
            return self.places[line]
        last = self._last
        return line + self.places.get(last, last) - last if line > last else None

    def between(self, first: int, last: int) -> tuple[int, range] | None:
        """Where a range begins now, and where it may end; None where nothing of it is left.

        It may take in new lines right behind its last.
        """
        kept = [now for line in range(first, last + 1) if (now := self.at(line)) is not None]
        if not kept:
            return None
        end = kept[-1]
        while end + 1 in self.new:
            end += 1
        return kept[0], range(kept[-1], end + 1)


def lines_between(before: Sequence[Hashable], after: Sequence[Hashable]) -> Lines:
    """Match lines by what they say: inserted and removed ones apart, reworded ones in place.

    >>> lines_between("abcd", "abxcd").places
    {1: 1, 2: 2, 3: 4, 4: 5}
    """
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    places = {i: i for i in range(1, start + 1)}
    if old or new:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for _, first, last, low, high in matcher.get_opcodes():
            places |= {
                start + 1 + i: start + 1 + j
                for i, j in zip(range(first, last), range(low, high), strict=False)
            }
    places |= {len(before) - i: len(after) - i for i in reversed(range(end))}
    return Lines(places, frozenset(range(1, len(after) + 1)) - frozenset(places.values()))


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """How many lines both begin with."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))
