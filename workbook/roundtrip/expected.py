"""The workbook as it was built, made again: what each cell is to hold that is no input."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workbook.a1 import serial
from workbook.assemble import Simulation
from workbook.assumptions import Assumptions, baseline
from workbook.audit.facts import Held, SheetFacts
from workbook.book import Book
from workbook.build import lay
from workbook.data import FORMS
from workbook.layout import Cell, Excel, Layout
from workbook.roundtrip.edited import Edited, Spot
from workbook.roundtrip.findings import told
from workbook.roundtrip.formulas import Moved
from workbook.roundtrip.moves import lines_between

Content = Excel | float | str | date
At = tuple[int, int]
_INPUTS = ("input", "input_across")


@dataclass(frozen=True, slots=True)
class Built:
    """One tab as it was built: what its cells hold, and where its inputs stand, by id.

    *typed* has the cells of all inputs, those of tables of data as well. Rows and columns count
    from 1.
    """

    name: str
    contents: Mapping[At, Content]
    inputs: Mapping[str, At]
    typed: frozenset[At]


def built_again(a: Assumptions, simulation: Simulation) -> tuple[Book, Layout, list[Built]]:
    """The workbook for *a* with the tables that *simulation* gives, and its tabs."""
    book, layout = lay(a, baseline(), simulation)
    places = {entry.id: layout.names[entry.name] for entry in a.inputs()}
    tabs = []
    for sheet in layout.sheets:
        cells = {(cell.row + 1, cell.col + 1): cell for cell in sheet.cells}
        inputs = {i: (p.row + 1, p.col + 1) for i, p in places.items() if p.sheet == sheet.name}
        typed = frozenset(inputs.values()) | _of_forms(cells)
        contents = {
            at: cell.content
            for at, cell in cells.items()
            if cell.content not in (None, "") and at not in typed
        }
        tabs.append(Built(sheet.name, contents, inputs, typed))
    return book, layout, tabs


def _of_forms(cells: Mapping[At, Cell]) -> frozenset[At]:
    """The cells that rows of data are typed in: those of inputs under the heads of a form."""
    found: set[At] = set()
    for form in FORMS.values():
        heads = {column.head for column in form.columns}
        rows: dict[int, list[int]] = {}
        for (row, column), cell in cells.items():
            if isinstance(cell.content, str) and cell.content in heads:
                rows.setdefault(row, []).append(column)
        for head, columns in rows.items():
            if len(columns) >= len(heads):
                found |= {at for column in columns for at in _inputs_below(cells, head, column)}
    return frozenset(found)


def _inputs_below(cells: Mapping[At, Cell], head: int, column: int) -> Iterator[At]:
    """The inputs of one column under a head, and under the units below it."""
    row = head + 1 if _is_input(cells.get((head + 1, column))) else head + 2
    while _is_input(cells.get((row, column))):
        yield row, column
        row += 1


def _is_input(cell: Cell | None) -> bool:
    return cell is not None and cell.style.role in _INPUTS


def moved_tabs(
    tabs: Sequence[Built],
    layout: Layout,
    edited: Edited,
    cells: Mapping[str, Spot],
    inputs: frozenset[Spot],
) -> dict[str, Moved]:
    """Where each tab stands now, by the name that it was built under; without those that are gone.

    A tab is told by its name; one that was renamed, by the names of its cells, and by its title.
    *cells* are those of inputs, by id; *inputs* are all cells that a person may type in.
    """
    sheets = {sheet.name.casefold(): sheet for sheet in edited.facts.sheets}
    found = {tab.name: sheets.pop(tab.name.casefold(), None) for tab in tabs}
    for tab in tabs:
        if found[tab.name] is None:
            other = _renamed(tab, layout, edited, sheets)
            found[tab.name] = sheets.pop(other, None) if other else None
    return {
        tab.name: _moved(tab, sheet, cells, inputs) for tab in tabs if (sheet := found[tab.name])
    }


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


def _moved(
    tab: Built, sheet: SheetFacts, cells: Mapping[str, Spot], inputs: frozenset[Spot]
) -> Moved:
    then = {at: told_of(content) for at, content in tab.contents.items()}
    now = {
        at: _told_now(held)
        for at, held in sheet.cells.items()
        if Spot(sheet.name, *at) not in inputs and (held.value is not None or held.formula)
    }
    both = {i for i in tab.inputs if i in cells and cells[i].sheet == sheet.name}
    ids_then = {tab.inputs[i]: i for i in both}
    ids_now = {(cells[i].row, cells[i].column): i for i in both}
    rows, columns = (
        lines_between(_by_line(then, ids_then, axis), _by_line(now, ids_now, axis))
        for axis in (0, 1)
    )
    return Moved(sheet.name, rows, columns)


def _by_line(cells: Mapping[At, str], ids: Mapping[At, str], axis: int) -> list[Hashable]:
    """What tells each line, in order: the ids of its inputs, or its texts where it has none."""
    last = max((at[axis] for at in (*cells, *ids)), default=0)
    texts: list[list[str]] = [[] for _ in range(last)]
    known: list[list[str]] = [[] for _ in range(last)]
    for lines, found in ((texts, cells), (known, ids)):
        for at, text in sorted(found.items()):
            lines[at[axis] - 1].append(text)
    return [(*own,) if own else ("", *said) for own, said in zip(known, texts, strict=True)]


def told_of(content: Content) -> str:
    """What a cell says, as both the built and the edited workbook tell it."""
    if isinstance(content, Excel):
        return "="
    plain = plain_of(content)
    return plain if isinstance(plain, str) else told(plain)


def plain_of(content: float | str | date) -> float | str:
    """What stands in the cell: a date is its serial number."""
    if isinstance(content, date):
        return float(serial(content))
    return content if isinstance(content, str) else float(content)


def _told_now(held: Held) -> str:
    if held.formula is not None:
        return "="
    value = held.value
    return told(float(value)) if isinstance(value, float | int) else str(value)
