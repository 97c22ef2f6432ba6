"""One workbook laid beside another: which sheet, row, column and formula is which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbook.audit.diff.align import Alignment, aligned
from workbook.audit.facts import Facts, Held, Key, SheetFacts
from workbook.audit.formula import Corner, Reference, reference, tokens
from workbook.audit.ranges import Place

RENAMED = 0.8
"""How much of two sheets must be alike for one to be the other renamed."""


@dataclass(frozen=True, repr=False)
class SheetMatch:
    """Two sheets that are one, and how their rows and columns correspond."""

    a: SheetFacts
    b: SheetFacts
    rows: Alignment
    columns: Alignment

    def cells(self) -> Iterator[tuple[Held | None, Held | None]]:
        """Cells of rows and columns that are in both; None where one holds nothing."""
        places = {place for place, held in self.a.cells.items() if holds(held)}
        seen: set[Place] = set()
        for row, column in sorted(places):
            at = self.rows.pairs.get(row), self.columns.pairs.get(column)
            if at[0] is not None and at[1] is not None:
                seen.add((at[0], at[1]))
                other = self.b.cells.get((at[0], at[1]))
                yield self.a.cells[row, column], other if other and holds(other) else None
        for place, held in sorted(self.b.cells.items()):
            lines_known = place[0] not in self.rows.added and place[1] not in self.columns.added
            if holds(held) and place not in seen and lines_known:
                yield None, held


def holds(held: Held) -> bool:
    """Whether a cell has content."""
    return held.formula is not None or held.value not in (None, "")


class Match:
    """Both workbooks; formulas of A as B would spell them."""

    def __init__(self, a: Facts, b: Facts) -> None:
        self.a, self.b = a, b
        self.sheets = [_matched(*pair) for pair in _pairs(a, b)]
        self._by_a = {match.a.name.casefold(): match for match in self.sheets}
        self._by_b = {match.b.name.casefold(): match for match in self.sheets}

    def only(self) -> tuple[list[str], list[str]]:
        """The sheets that are in A alone, and in B alone."""
        a = [s.name for s in self.a.sheets if s.name.casefold() not in self._by_a]
        b = [s.name for s in self.b.sheets if s.name.casefold() not in self._by_b]
        return a, b

    def to(self, key: Key) -> Key | None:
        """The cell of B that a cell of A is; None where it is gone."""
        match = self._by_a.get(key[0].casefold())
        row, column = (match.rows.to(key[1]), match.columns.to(key[2])) if match else (None, None)
        return (match.b.name, row, column) if match and row and column else None

    def as_b(self, formula: str, sheet: str) -> str:
        """A formula of A, on *sheet*, with its references where they are in B."""
        return "".join(
            self._moved(token.text, sheet) if token.kind == "reference" else token.text
            for token in tokens(formula)
            if token.kind != "space"
        )

    def plain(self, formula: str, sheet: str) -> str:
        """A formula of B, on *sheet*, whose ranges do not end on lines that are new."""
        return "".join(
            self._trimmed(token.text, sheet) if token.kind == "reference" else token.text
            for token in tokens(formula)
            if token.kind != "space"
        )

    def _moved(self, text: str, sheet: str) -> str:
        found = reference(text)
        match = self._by_a.get((found.sheet or sheet).casefold())
        if found.book or match is None:
            return text
        ends = _ends(found, match.rows.to, match.columns.to)
        prefix = f"{match.b.name}!" if found.sheet else ""
        return "#REF!" if ends is None else prefix + _spelled(found, *ends)

    def _trimmed(self, text: str, sheet: str) -> str:
        found = reference(text)
        match = self._by_b.get((found.sheet or sheet).casefold())
        if found.book or match is None:
            return text
        prefix = f"{match.b.name}!" if found.sheet else ""
        if found.single:
            return prefix + _spelled(found, found.first, found.last)
        rows, columns = match.rows.added, match.columns.added
        ends = _ends(
            found,
            lambda row: None if row in rows else row,
            lambda column: None if column in columns else column,
        )
        return prefix + _spelled(found, *(ends or (found.first, found.last)))


def _ends(
    found: Reference, row_to: Callable[[int], int | None], column_to: Callable[[int], int | None]
) -> tuple[Corner, Corner] | None:
    """Both corners moved; the ends of a range go inwards to the next line that is there."""
    first, last = found.first, found.last
    top = _inwards(first.row, last.row, 1, row_to)
    bottom = _inwards(last.row, first.row, -1, row_to)
    left = _inwards(first.column, last.column, 1, column_to)
    right = _inwards(last.column, first.column, -1, column_to)
    if top is None or bottom is None or left is None or right is None:
        return None
    return first._replace(row=top, column=left), last._replace(row=bottom, column=right)


def _inwards(start: int, end: int, step: int, to: Callable[[int], int | None]) -> int | None:
    if not start:
        return 0
    for number in range(start, end + step, step) if (end - start) * step >= 0 else (start,):
        moved = to(number)
        if moved is not None:
            return moved
    return None


def _spelled(found: Reference, first: Corner, last: Corner) -> str:
    return first.text if found.single else f"{first.text}:{last.text}"


def _pairs(a: Facts, b: Facts) -> Iterator[tuple[SheetFacts, SheetFacts]]:
    """Sheets of one name; then those that are left, where they are nearly the same."""
    left = [sheet for sheet in a.sheets if b.sheet(sheet.name) is None]
    right = [sheet for sheet in b.sheets if a.sheet(sheet.name) is None]
    for sheet in a.sheets:
        other = b.sheet(sheet.name)
        if other is not None:
            yield sheet, other
    for sheet in left:
        bag = {(p, skeleton(h)) for p, h in sheet.cells.items() if holds(h)}
        for other in right:
            twin = {(p, skeleton(h)) for p, h in other.cells.items() if holds(h)}
            if bag and 2 * len(bag & twin) >= RENAMED * (len(bag) + len(twin)):
                right.remove(other)
                yield sheet, other
                break


def _matched(a: SheetFacts, b: SheetFacts) -> SheetMatch:
    rows = aligned(_lines(a, 0), _lines(b, 0))
    columns = aligned(_lines(a, 1), _lines(b, 1))
    return SheetMatch(a, b, rows, columns)


def _lines(sheet: SheetFacts, axis: int) -> dict[int, tuple[str, ...]]:
    """The content of each row (*axis* 0) or column (1), in order."""
    lines: dict[int, list[str]] = {}
    for place, held in sorted(sheet.cells.items(), key=lambda item: (item[0][axis], item[0])):
        if holds(held):
            line = lines.setdefault(place[axis], [])
            # A row that repeats its label from elsewhere is known by what it says.
            is_label = axis == 0 and not line and isinstance(held.value, str)
            line.append(str(held.value) if is_label else skeleton(held))
    return {number: tuple(parts) for number, parts in lines.items()}


def skeleton(held: Held) -> str:
    """What a cell holds without saying where: words, ``#`` and a number, ``=`` and a formula."""
    if held.formula is not None:
        parts = ("·" if t.kind == "reference" else t.text for t in tokens(held.formula))
        return "=" + "".join(parts)
    return f"#{held.value!r}" if isinstance(held.value, float) else str(held.value)
