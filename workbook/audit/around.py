"""The words around a figure: left of it in its row, and above it in its column."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from workbook.audit.facts import Facts, Held, Key

MOST_ABOVE = 400
"""Words of a column above a cell that are looked at, from the nearest."""


class Around:
    """The words of a workbook."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._cells = facts.cells

    def label(self, key: Key) -> str:
        """What a figure is, in the words around it."""
        left, above = self.left(key), self.above(key)
        return ", ".join(dict.fromkeys(word for word in (left, above) if word))

    def left(self, key: Key) -> str:
        """The first words of the row left of a cell; empty where there are none."""
        sheet, row, column = key
        for left in range(1, column):
            held = self._cells.get((sheet, row, left))
            if held is not None and isinstance(held.value, str) and held.value.strip():
                return held.value.strip()
        return ""

    def begins(self, key: Key) -> str:
        """The first words of the unbroken run of cells left of a cell; a dressed one is no break.

        They differ from those of the row where tables stand side by side.
        """
        name, row, column = key
        sheet = self._facts.sheet(name)
        cells = sheet.cells if sheet else {}
        words = ""
        while (held := cells.get((row, column - 1))) is not None:
            column -= 1
            said = str(held.value).strip() if isinstance(held.value, str) else ""
            words = said or words
        return words

    def above(self, key: Key) -> str:
        """The nearest words above a cell in its column, heads before plain words."""
        plain = ""
        for held in self.words_above(key):
            if held.look.bold:
                return str(held.value).strip()
            plain = plain or str(held.value).strip()
        return plain

    def words_above(self, key: Key) -> Iterator[Held]:
        """The words typed above a cell in its column, and bold ones however, the nearest first."""
        rows, words = self._columns.get((key[0], key[2]), ([], []))
        end = bisect_left(rows, key[1])
        return islice((words[i] for i in range(end - 1, -1, -1)), MOST_ABOVE)

    @cached_property
    def _columns(self) -> dict[tuple[str, int], tuple[list[int], list[Held]]]:
        found: dict[tuple[str, int], tuple[list[int], list[Held]]] = {}
        for (sheet, row, column), held in sorted(self._cells.items(), key=lambda item: item[0]):
            if isinstance(held.value, str) and (held.formula is None or held.look.bold):
                rows, words = found.setdefault((sheet, column), ([], []))
                rows.append(row)
                words.append(held)
        return found
