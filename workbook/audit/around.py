"""The words around a figure: left of it in its row, and above it in its column."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice

from workbook.audit.facts import Held

MOST_ABOVE = 400
"""Words of a column above a cell that are looked at, from the nearest."""


class Around:
    """The words of a workbook, by *cells*: sheet, row and column to what they hold."""

    def __init__(self, cells: Mapping[tuple[str, int, int], Held]) -> None:
        self._cells = cells

    def label(self, key: tuple[str, int, int]) -> str:
        """What a figure is, in the words around it."""
        left, above = self.left(key), self.above(key)
        return ", ".join(dict.fromkeys(word for word in (left, above) if word))

    def left(self, key: tuple[str, int, int]) -> str:
        """The first words of the row left of a cell; empty where there are none."""
        sheet, row, column = key
        for left in range(1, column):
            held = self._cells.get((sheet, row, left))
            if held is not None and isinstance(held.value, str) and held.value.strip():
                return held.value.strip()
        return ""

    def near(self, key: tuple[str, int, int]) -> str:
        """The first words of the unbroken run of cells left of a cell."""
        sheet, row, column = key
        words = ""
        while (held := self._cells.get((sheet, row, column - 1))) is not None:
            column -= 1
            words = str(held.value).strip() if isinstance(held.value, str) else words
        return words

    def above(self, key: tuple[str, int, int]) -> str:
        """The nearest words above a cell in its column, heads before plain words."""
        plain = ""
        for held in self.words_above(key):
            if held.look.bold:
                return str(held.value).strip()
            plain = plain or str(held.value).strip()
        return plain

    def words_above(self, key: tuple[str, int, int]) -> Iterator[Held]:
        """The words that were typed above a cell in its column, the nearest first."""
        rows, words = self._columns.get((key[0], key[2]), ([], []))
        end = bisect_left(rows, key[1])
        return islice((words[i] for i in range(end - 1, -1, -1)), MOST_ABOVE)

    @cached_property
    def _columns(self) -> dict[tuple[str, int], tuple[list[int], list[Held]]]:
        found: dict[tuple[str, int], tuple[list[int], list[Held]]] = {}
        for (sheet, row, column), held in sorted(self._cells.items(), key=lambda item: item[0]):
            if held.formula is None and isinstance(held.value, str):
                rows, words = found.setdefault((sheet, column), ([], []))
                rows.append(row)
                words.append(held)
        return found
