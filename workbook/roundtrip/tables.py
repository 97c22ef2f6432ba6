"""Where the rows of tables of inputs stand in the edited workbook, and which are new or gone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbook.audit.facts import Held
from workbook.roundtrip.cell import typed
from workbook.roundtrip.edited import Edited, Spot

_NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Laid:
    """A line of a table as it stands now: its label, and the cell of each column."""

    key: str
    label: str
    cells: Mapping[str, Spot]
    label_at: Spot | None


@dataclass(frozen=True, slots=True)
class TableNow:
    """A table as it stands now: rows kept, rows added (each with the one before it), rows gone."""

    kept: dict[str, Laid]
    added: dict[str, tuple[Laid, str]]
    gone: tuple[str, ...]


@dataclass(slots=True)
class Finder:
    """Finds the lines of one table: rows of a tab, or columns where entities stand side by side.

    *labels* are those of the rows at the build, by key; a row needs the *required* columns. A row
    is told by its label first, as rows can be sorted or moved, and names then stay behind; then by
    the names of its cells.
    """

    edited: Edited
    table: str
    columns: tuple[str, ...]
    labels: Mapping[str, str]
    required: tuple[str, ...]
    sheet: str = ""
    across: bool = False
    lanes: dict[str, int] = field(default_factory=dict)
    heads: int | None = None

    def find(self) -> TableNow | None:
        """The table now; None where none of its cells has a name any more."""
        named = self._named()
        if not named:
            return None
        self._orient(named)
        if len(self.lanes) < len(self.columns):
            return None
        self.heads = self._label_lane()
        claimed = self._claims(self._lines(named))
        if not claimed:
            return TableNow({}, {}, tuple(self.labels))
        kept = {key: self._laid(key, line) for line, key in claimed.items()}
        added = self._added(claimed)
        return TableNow(kept, added, tuple(key for key in self.labels if key not in kept))

    def _named(self) -> dict[tuple[str, str], Spot]:
        names = self.edited.names
        spots = {
            (row, column): names.get(f"{self.table}_{row}_{column}".casefold())
            for row in self.labels
            for column in self.columns
        }
        found = {key: spot for key, spot in spots.items() if spot is not None}
        if found:
            self.sheet = Counter(spot.sheet for spot in found.values()).most_common(1)[0][0]
        return {key: spot for key, spot in found.items() if spot.sheet == self.sheet}

    def _orient(self, named: Mapping[tuple[str, str], Spot]) -> None:
        columns = [[s for (_, c), s in named.items() if c == key] for key in self.columns]
        rows = [[s for (row, _), s in named.items() if row == key] for key in self.labels]
        # one below the other, the cells of a column differ in row, and those of a row do not
        self.across = _spread(columns) < _spread(rows)
        for column in self.columns:
            lanes = Counter(self._lane(s) for (_, c), s in named.items() if c == column)
            if lanes:
                self.lanes[column] = lanes.most_common(1)[0][0]

    def _line(self, spot: Spot) -> int:
        return spot.column if self.across else spot.row

    def _lane(self, spot: Spot) -> int:
        return spot.row if self.across else spot.column

    def _spot(self, line: int, lane: int) -> Spot:
        row, column = (lane, line) if self.across else (line, lane)
        return Spot(self.sheet, row, column)

    def _held(self, line: int, lane: int) -> Held | None:
        return self.edited.held(self._spot(line, lane))

    def _lines(self, named: Mapping[tuple[str, str], Spot]) -> dict[str, int]:
        """The line that most names of a row point to."""
        lines = {
            key: Counter(self._line(s) for (row, _), s in named.items() if row == key)
            for key in self.labels
        }
        return {key: found.most_common(1)[0][0] for key, found in lines.items() if found}

    def _label_lane(self) -> int | None:
        """The lane before the cells in which most labels stand."""
        sheet = self.edited.facts.sheet(self.sheet)
        assert sheet is not None
        wanted, first = set(self.labels.values()), min(self.lanes.values())
        lanes: Counter[int] = Counter()
        for (row, column), held in sheet.cells.items():
            lane = self._lane(Spot(self.sheet, row, column))
            if lane < first and held.formula is None and held.value in wanted:
                lanes[lane] += 1
        return max(lanes, key=lambda lane: (lanes[lane], lane)) if lanes else None

    def _label(self, line: int) -> str:
        held = None if self.heads is None else self._held(line, self.heads)
        return held.value.strip() if held and typed(held) and isinstance(held.value, str) else ""

    def _claims(self, named: Mapping[str, int]) -> dict[int, str]:
        """The key of each line that is a row of the build, in the order of lines."""
        claimed: dict[int, str] = {}
        for key, label in self.labels.items():
            at = named.get(key)
            if at is not None and self._label(at) == label:
                claimed[at] = key
        for key, label in self.labels.items():
            if key not in claimed.values():
                lines = [i for i in self._lines_with(label) if i not in claimed]
                if lines:
                    claimed[min(lines, key=lambda i: abs(i - named.get(key, i)))] = key
        for key, at in named.items():
            if key not in claimed.values() and at not in claimed and self._filled(at):
                claimed[at] = key
        return dict(sorted(claimed.items()))

    def _lines_with(self, label: str) -> list[int]:
        sheet = self.edited.facts.sheet(self.sheet)
        assert sheet is not None
        spots = (Spot(self.sheet, *at) for at, held in sheet.cells.items() if held.value == label)
        lines = {self._line(spot) for spot in spots if self._lane(spot) == self.heads}
        return [line for line in lines if self._label(line) == label and self._filled(line)]

    def _filled(self, line: int) -> bool:
        return any(typed(self._held(line, lane)) for lane in self.lanes.values())

    def _laid(self, key: str, line: int) -> Laid:
        cells = {column: self._spot(line, lane) for column, lane in self.lanes.items()}
        label_at = None if self.heads is None else self._spot(line, self.heads)
        return Laid(key, self._label(line), cells, label_at)

    def _added(self, claimed: Mapping[int, str]) -> dict[str, tuple[Laid, str]]:
        """The lines between those of the build, and right after the last, that somebody filled."""
        added: dict[str, tuple[Laid, str]] = {}
        before, taken = "", set(self.labels)
        last = max(claimed)
        line = min(claimed)
        while line <= last or self._continues(line):
            if line in claimed:
                before = claimed[line]
            elif self._filled(line):
                key = key_of(self._label(line), taken)
                taken.add(key)
                added[key] = (self._laid(key, line), before)
                before = key
            line += 1
        return added

    def _continues(self, line: int) -> bool:
        """Whether a line after the last is one more: with a label, and all that a row needs."""
        held = [self._held(line, self.lanes[column]) for column in self.required]
        return bool(self._label(line)) and all(typed(each) for each in held)


def _spread(groups: Iterable[Iterable[Spot]]) -> int:
    """By how much cells of a group differ more in their rows than in their columns."""
    return sum(len({s.row for s in g}) - len({s.column for s in g}) for g in map(list, groups))


def key_of(label: str, taken: Iterable[str]) -> str:
    """A key for a new row, after its label, that no other row has.

    >>> key_of("AWS Trainium 3", ()), key_of("4 · Own", ()), key_of("TPU", ["tpu"])
    ('aws_trainium_3', 'row_4_own', 'tpu_2')
    """
    words = _NO_WORD.sub("_", label.casefold().encode("ascii", "ignore").decode()).strip("_")
    key = words if words[:1].isalpha() else f"row_{words}".rstrip("_")
    known, number, free = set(taken), 2, key
    while free in known:
        free, number = f"{key}_{number}", number + 1
    return free
