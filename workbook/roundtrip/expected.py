"""The workbook as it was built, made again: what each cell is to hold that is no input."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workbook.assumptions import Assumptions, baseline
from workbook.audit.facts import Held, SheetFacts
from workbook.build import lay
from workbook.layout import Excel, Layout
from workbook.roundtrip.edited import Edited, Spot
from workbook.roundtrip.findings import told
from workbook.roundtrip.formulas import Moved
from workbook.roundtrip.moves import lines_between

Content = Excel | float | str | date
_INPUTS = ("input", "input_across")


@dataclass(frozen=True, slots=True)
class Built:
    """One tab as it was built: what stands in its cells, inputs apart; both counted from 1."""

    name: str
    contents: Mapping[tuple[int, int], Content]
    inputs: frozenset[tuple[int, int]]


def built_again(a: Assumptions) -> tuple[Layout, list[Built]]:
    """The tabs of the workbook for *a*."""
    layout = lay(a, baseline())[1]
    named = {layout.names[entry.name] for entry in a.inputs()}
    tabs = []
    for sheet in layout.sheets:
        own = {(p.row + 1, p.col + 1) for p in named if p.sheet == sheet.name}
        own |= {(c.row + 1, c.col + 1) for c in sheet.cells if c.style.role in _INPUTS}
        contents = {
            (cell.row + 1, cell.col + 1): cell.content
            for cell in sheet.cells
            if cell.content not in (None, "") and (cell.row + 1, cell.col + 1) not in own
        }
        tabs.append(Built(sheet.name, contents, frozenset(own)))
    return layout, tabs


def moved_tabs(
    tabs: Sequence[Built], layout: Layout, edited: Edited, inputs: frozenset[Spot]
) -> dict[str, Moved]:
    """Where each tab stands now, by the name that it was built under; without those that are gone.

    A tab is told by its name; one that was renamed, by the names of its cells, and by its title.
    """
    sheets = {sheet.name.casefold(): sheet for sheet in edited.facts.sheets}
    found = {tab.name: sheets.pop(tab.name.casefold(), None) for tab in tabs}
    for tab in tabs:
        if found[tab.name] is None:
            other = _renamed(tab, layout, edited, sheets)
            found[tab.name] = sheets.pop(other, None) if other else None
    return {tab.name: _moved(tab, sheet, inputs) for tab in tabs if (sheet := found[tab.name])}


def _renamed(
    tab: Built, layout: Layout, edited: Edited, left: Mapping[str, SheetFacts]
) -> str | None:
    spots = (edited.names.get(n) for n, place in layout.names.items() if place.sheet == tab.name)
    homes = [spot.sheet.casefold() for spot in spots if spot and spot.sheet.casefold() in left]
    if homes:
        return max(set(homes), key=homes.count)
    title = next((text for at, text in sorted(tab.contents.items()) if text == tab.name), None)
    for name, sheet in left.items():
        if title and any(held.value == title for held in sheet.cells.values()):
            return name
    return None


def _moved(tab: Built, sheet: SheetFacts, inputs: frozenset[Spot]) -> Moved:
    then = {at: told_of(content) for at, content in tab.contents.items()}
    now = {
        at: _told_now(held)
        for at, held in sheet.cells.items()
        if Spot(sheet.name, *at) not in inputs and (held.value is not None or held.formula)
    }
    rows = lines_between(_by_line(then, 0), _by_line(now, 0))
    columns = lines_between(_by_line(then, 1), _by_line(now, 1))
    return Moved(sheet.name, rows, columns)


def _by_line(cells: Mapping[tuple[int, int], str], axis: int) -> list[Hashable]:
    """What each line says, in order: its texts; that of formulas moves, and is left out."""
    last = max((at[axis] for at in cells), default=0)
    lines: list[list[str]] = [[] for _ in range(last)]
    for at, text in sorted(cells.items()):
        lines[at[axis] - 1].append(text)
    return [tuple(line) for line in lines]


def told_of(content: Content) -> str:
    """What a cell says, as both the built and the edited workbook tell it."""
    if isinstance(content, Excel):
        return "="
    plain = plain_of(content)
    return plain if isinstance(plain, str) else told(plain)


def plain_of(content: float | str | date) -> float | str:
    """What stands in the cell: a date is its serial number."""
    if isinstance(content, date):
        return float((content - date(1899, 12, 30)).days)
    return content if isinstance(content, str) else float(content)


def _told_now(held: Held) -> str:
    if held.formula is not None:
        return "="
    value = held.value
    return told(float(value)) if isinstance(value, float | int) else str(value)
