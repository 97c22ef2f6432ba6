"""What a cell means to its reader, found in the file alone: label, unit, how, source, input.

A label is the text at the left end of the cell's row; in a table the head of its column follows.
Columns headed Unit, How and Source say the rest. Where a sheet lists inputs by id, an input's own
row there is believed first; its id with underscores is its defined name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from workbook.audit.around import Around
from workbook.audit.facts import Facts, Held, Rule, SheetFacts
from workbook.audit.formula import relative
from workbook.audit.graph import Graph
from workbook.audit.ranges import Area
from workbook.audit.registered import REGISTRY
from workbook.audit.tables import HeadedTable, find_table

_PLAIN = frozenset({"Value", "Line", "LIVE", "Unit"})
"""Heads that say nothing of a cell."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the file says of one cell; empty where it says nothing."""

    label: str
    unit: str = ""
    how: str = ""
    source: str = ""
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A cell that people type in, with the rule that says what it takes; *id* may be its name."""

    id: str
    held: Held
    rule: Rule


class Meanings:
    """Labels, units and inputs of one file."""

    def __init__(self, facts: Facts, graph: Graph) -> None:
        self._facts = facts
        self._graph = graph
        self._pages: dict[str, _Page] = {}
        self.around = Around(facts)

    def of(self, held: Held) -> Meaning:
        """What the file says of a cell."""
        page = self._page(held.sheet)
        name = self.name_of(Area(*held.key, *held.key[1:]))
        row = self._registry.get(name, {})
        head, unit = page.head(held)
        return Meaning(
            label=row.get("What it is") or self._label(held, head),
            unit=row.get("Unit") or page.beside(held, "Unit") or unit,
            how=page.beside(held, "How") or page.note(held, head),
            source=row.get("Source") or page.beside(held, "Source"),
            name=name,
            id=row.get("Input", ""),
        )

    def label_of(self, area: Area) -> str:
        """What a range is called: the first and the last of its rows, or heads, and what is alike.

        ``AWS Trainium 2 to Azure B200 · Hours`` is a column of three chips.
        """
        held = [cell for cell in self._graph.held_in(area) if cell.value is not None]
        if not held:
            return area.ref
        first, last = (self.of(cell).label.split(" · ") for cell in (held[0], held[-1]))
        end = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
        if end is None or len(first) != len(last):
            return " · ".join(first) if first == last else f"{' · '.join(first)} and on"
        return " · ".join([*first[:end], f"{first[end]} to {last[end]}", *first[end + 1 :]])

    def name_of(self, area: Area) -> str:
        """The defined name of these very cells; empty where they have none."""
        return self._named.get(area, "")

    @cached_property
    def _named(self) -> dict[Area, str]:
        found: dict[Area, str] = {}
        for name in self._facts.names:
            if not (name.built_in or name.sheet):
                area = self._graph.area(name.formula, "") if "!" in name.formula else None
                if area is not None:
                    found.setdefault(area, name.name)
        return found

    @cached_property
    def entries(self) -> tuple[Ruled, ...]:
        """The cells that hold no formula and have a rule, sheet by sheet, in reading order."""
        return tuple(self._entries())

    def find(self, text: str) -> Held | None:
        """The cell that an id, a name or a reference such as ``Inputs!D12`` means."""
        name = self._graph.named(text.replace(".", "_"))
        return self._one(name.formula if name is not None else text)

    def near(self, text: str) -> list[str]:
        """Up to three names that are spelled like a text, as ids where they have one."""
        known = [name.name for name in self._facts.names if not name.built_in]
        found = get_close_matches(text.replace(".", "_"), known, n=3)
        return [self._registry.get(name, {}).get("Input", name) for name in found]

    def _one(self, formula: str) -> Held | None:
        """The one cell that a formula refers to, if that is all it does."""
        area = self._graph.area(formula, "") if "!" in formula else None
        if area is None or area.size != 1:
            return None
        return next(self._graph.held_in(area), None)

    def _label(self, held: Held, head: str) -> str:
        """The words at the left end of the row or of its table, and the head of the column."""
        left = self.around.begins(held.key) or self.around.left(held.key)
        parts = [part for part in (left, head) if part and part not in _PLAIN]
        return " · ".join(parts) or str(held.cell)

    def _page(self, name: str) -> _Page:
        if name not in self._pages:
            sheet = self._facts.sheet(name)
            assert sheet is not None
            self._pages[name] = _Page(sheet, self.around)
        return self._pages[name]

    def _entries(self) -> Iterator[Ruled]:
        for sheet in self._facts.sheets:
            ruled = [rule for rule in sheet.rules if rule.kind != "none"]
            for held in sheet.cells.values() if ruled else ():
                rule = None if held.formula else sheet.rule_of(held.row, held.column)
                if rule is not None:
                    name = self.name_of(Area(*held.key, *held.key[1:]))
                    known = self._registry.get(name, {}).get("Input")
                    yield Ruled(known or name or str(held.cell), held, rule)

    @cached_property
    def registry(self) -> HeadedTable | None:
        """The table of inputs."""
        return find_table(self._facts, REGISTRY)

    @cached_property
    def _registry(self) -> dict[str, dict[str, str]]:
        """The rows of the table of inputs, by defined name, each by the heads of its columns."""
        table = self.registry
        rows = (
            ({h: table.value(h, row) for h in table.columns} for row in table.rows) if table else ()
        )
        texts = ({h: t for h, t in row.items() if isinstance(t, str)} for row in rows)
        return {row["Input"].replace(".", "_"): row for row in texts}


class _Page:
    """One sheet, read as a person reads it: from a cell to the left, and upwards."""

    def __init__(self, sheet: SheetFacts, around: Around) -> None:
        self._sheet = sheet
        self._around = around
        self._known: dict[tuple[int, int], tuple[str, str]] = {}

    def head(self, held: Held) -> tuple[str, str]:
        """The head of the cell's column, and the unit that stands between them."""
        run: list[tuple[int, int]] = []
        at = held
        # Cells dressed alike, one below the other, have one head.
        while (at.row, at.column) not in self._known:
            run.append((at.row, at.column))
            above = self._sheet.cells.get((at.row - 1, at.column))
            if above is None or above.look != held.look:
                break
            at = above
        found = self._known.get((at.row, at.column)) or self._searched(at)
        self._known.update(dict.fromkeys(run, found))
        return found

    def _searched(self, held: Held) -> tuple[str, str]:
        """A head in bold with the unit under it; without any, the nearest words dressed apart.

        Bold words that are worked out head a column only where no typed ones are nearer.
        """
        found = [above for above in self._around.words_above(held.key) if _heads(above, held)]
        bold = next((a for a in found if a.look.bold and _dress(a) != _dress(held)), None)
        if bold is None or (bold.formula is not None and found[0].formula is None):
            return self._plain_head([above for above in found if above.formula is None])
        under = self._sheet.cells.get((bold.row + 1, held.column))
        is_unit = under in found and not self._labelled(bold.row + 1)
        return str(bold.value), str(under.value) if under and is_unit else ""

    def _plain_head(self, found: Sequence[Held]) -> tuple[str, str]:
        if not found:
            return "", ""
        near, *further = found
        stacked = bool(further) and further[0].row == near.row - 1
        if stacked and not self._labelled(near.row):
            return str(further[0].value), str(near.value)
        return str(near.value), ""

    def beside(self, held: Held, head: str) -> str:
        """What stands in the same row under *head*."""
        for column, text in _texts(self._sheet.by_row[held.row]).items():
            spot = self._sheet.cells[held.row, column]
            if column != held.column and self.head(spot)[0] == head:
                return text
        return ""

    def note(self, held: Held, head: str) -> str:
        """The note under a table that says how its column comes about."""
        if head and self._in_block(held):
            return next((text for row, text in self._notes.get(head, ()) if row > held.row), "")
        return ""

    @cached_property
    def _notes(self) -> dict[str, list[tuple[int, str]]]:
        """What follows each ``Head: `` at the start of a text, with its row."""
        found: dict[str, list[tuple[int, str]]] = {}
        for row, line in self._sheet.by_row.items():
            for text in _texts(line).values():
                head, mark, rest = text.partition(": ")
                if mark:
                    found.setdefault(head, []).append((row, rest))
        return found

    def _in_block(self, held: Held) -> bool:
        """Whether the cell above or below has the same formula, so that a total is none of it."""
        if held.formula is None:
            return False
        own = relative(held.formula, held.row, held.column)
        beside = (self._sheet.cells.get((held.row + step, held.column)) for step in (-1, 1))
        return any(
            near is not None
            and near.formula is not None
            and relative(near.formula, near.row, near.column) == own
            for near in beside
        )

    def _labelled(self, row: int) -> bool:
        """Whether a row begins with a text where the row above does; a row of units does not."""
        above = _texts(self._sheet.by_row[row - 1])
        return min(above, default=0) in _texts(self._sheet.by_row[row])


def _dress(held: Held) -> tuple[str, str, bool]:
    return held.look.font, held.look.fill, held.look.bold


def _heads(above: Held, held: Held) -> bool:
    """Whether a cell can head one below it: locked, dressed otherwise, a formula only in bold."""
    return (
        above.look != held.look and above.look.locked and (above.formula is None or above.look.bold)
    )


def _texts(line: Iterable[Held]) -> dict[int, str]:
    """The texts of a row that were typed in, by column."""
    return {
        held.column: held.value
        for held in line
        if held.formula is None and isinstance(held.value, str) and held.value
    }
