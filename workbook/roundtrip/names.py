"""Names that tabs take from rows of data, where people type them: teams, pools, segments.

They stand in no file of their own: the next build takes them from the rows again, in the order of
their first mention. A name comes back where rows mention it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook.book import Axis, Book, tables_of
from workbook.data import FORMS
from workbook.layout import Layout
from workbook.roundtrip.cell import blank, typed
from workbook.roundtrip.edited import Edited, Spot
from workbook.roundtrip.findings import Extra
from workbook.roundtrip.formulas import Moved

Known = Callable[[], Mapping[str, Sequence[str]]]
"""The names that a build of the files to be would show, by the key of their axis."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A column of names: as it was built, and the cells that it has now."""

    axis: Axis
    spots: tuple[Spot, ...]

    @property
    def rows(self) -> str:
        """Where the rows are that mention the names."""
        assert self.axis.naming is not None
        return f"the rows of {FORMS[self.axis.naming.listed_in].title}"


def names_in(book: Book) -> dict[str, list[str]]:
    """The names that a book shows, by the key of their axis."""
    return {axis.key: [e.label for e in axis.entities if e.label] for axis in _axes(book)}


def namings(book: Book, layout: Layout, moved: Mapping[str, Moved]) -> list[Naming]:
    """Every column of names with its cells now, those of inserted rows as well."""
    return [Naming(axis, tuple(_spots(axis, layout, moved))) for axis in _axes(book)]


def _axes(book: Book) -> list[Axis]:
    tables = (table for tab in book.tabs for table in tables_of(tab))
    return [axis for axis in dict.fromkeys(t.axis for t in tables) if axis.naming is not None]


def _spots(axis: Axis, layout: Layout, moved: Mapping[str, Moved]) -> Iterator[Spot]:
    strip = layout.columns[axis.names]
    tab = moved.get(strip.first.sheet)
    if tab is None:
        return
    cells = [strip.cell(i) for i in range(strip.count)]
    rows = [row for cell in cells if (row := tab.rows.at(cell.row + 1)) is not None]
    column = tab.columns.at(strip.first.col + 1)
    if rows and column is not None:
        yield from (Spot(tab.name, row, column) for row in range(min(rows), max(rows) + 1))


def unheld(edited: Edited, namings: Sequence[Naming], known: Known) -> Iterator[Extra]:
    """The names that were typed or taken away, and would not be so after the next build."""
    for naming in namings:
        now = dict(_typed(edited, naming.spots))
        built = {e.label.casefold(): e.label for e in naming.axis.entities if e.label}
        yield from _odd(edited, naming.spots)
        texts = {text.casefold() for text in now.values()}
        if naming.spots and texts != built.keys():
            then = {name.casefold() for name in known().get(naming.axis.key, built.values())}
            yield from _unknown(naming, now, then | built.keys())
            yield from _lost(naming, [n for f, n in built.items() if f in then - texts])


def _typed(edited: Edited, spots: Sequence[Spot]) -> Iterator[tuple[Spot, str]]:
    for spot in spots:
        held = edited.held(spot)
        if typed(held) and held is not None and isinstance(held.value, str):
            yield spot, held.value.strip()


def _odd(edited: Edited, spots: Sequence[Spot]) -> Iterator[Extra]:
    """Cells that hold no name, and names that stand twice."""
    seen: dict[str, Spot] = {}
    for spot in spots:
        held = edited.held(spot)
        if held is None or blank(held):
            continue
        if held.formula is not None or not isinstance(held.value, str):
            yield Extra(str(spot), "holds no name; type one, or clear the cell")
            continue
        first = seen.setdefault(held.value.strip().casefold(), spot)
        if first != spot:
            yield Extra(str(spot), f'holds "{held.value}", which stands in {first} already')


def _unknown(naming: Naming, typed: Mapping[Spot, str], known: set[str]) -> Iterator[Extra]:
    for spot, text in typed.items():
        if text.casefold() not in known:
            message = f'holds "{text}", which none of {naming.rows} mentions'
            yield Extra(str(spot), f"{message}; type its rows as well, or clear the cell")


def _lost(naming: Naming, names: Sequence[str]) -> Iterator[Extra]:
    for name in names:
        message = f'"{name}" is gone, which {naming.rows} still mention'
        yield Extra(str(naming.spots[0]), f"{message}; bring it back, or change those rows as well")
