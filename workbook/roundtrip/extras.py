"""What was changed in an edited workbook and is no input: held against the workbook built again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workbook import __version__
from workbook.assumptions import Assumptions
from workbook.audit.facts import Held, SheetFacts
from workbook.audit.formula import relative
from workbook.book import Book
from workbook.layout import Excel, Layout
from workbook.roundtrip.cell import blank
from workbook.roundtrip.edited import Edited, Spot
from workbook.roundtrip.expected import Built, Content, moved_tabs, plain_of
from workbook.roundtrip.findings import Extra, Unusable, same, told
from workbook.roundtrip.formulas import Moved, alike
from workbook.roundtrip.gather import Gathered
from workbook.roundtrip.names import names_in, namings, unheld
from workbook.roundtrip.notes import commented, keepers

_OUTSIDE = "runs or reads something outside itself, which the build has not:"

_SHOWN = 60
"""Characters of a text or a formula that a message repeats."""


def extras_of(
    edited: Edited,
    built: Assumptions | None,
    then: Assumptions | None,
    gathered: Gathered,
    made: Callable[[Assumptions], tuple[Book, Layout, list[Built]]],
    *,
    ignored: bool,
) -> list[Extra]:
    """Every cell, tab, name and comment that is not as it was built, inputs apart.

    What another version of the program built cannot be built again: where extras are not to be
    *ignored*, that is refused. *built* are the assumptions of the build, if those are known, and
    *then* those after the import, if it can be. *made* gives the workbook of assumptions.
    """
    made_by = edited.said("Generator version")
    if made_by != __version__:
        message = f"built by version {made_by or 'unknown'} of the program; this is {__version__}"
        if not ignored:
            raise Unusable(
                f"{message}, which cannot tell whether anything but inputs was changed. Import it "
                "with that version, or the inputs alone with --ignore-extra"
            )
        return [Extra("the workbook", f"{message}; only its inputs were compared")]
    if built is None:
        message = "rows were added to or removed from the files since the build in such a way"
        return [Extra("the workbook", f"{message} that only its inputs could be compared")]
    book, layout, tabs = made(built)
    inputs = frozenset(_input_spots(gathered))
    moved = moved_tabs(tabs, layout, edited, gathered.cells, inputs)
    named = namings(book, layout, moved)
    inputs |= {spot for naming in named for spot in naming.spots}
    still = len(moved) == len(tabs) and all(
        each.rows.still and each.columns.still and each.name == name for name, each in moved.items()
    )
    found = [
        Extra("the workbook", f"{_OUTSIDE} {thing}; remove it") for thing in edited.facts.outside
    ]
    found += list(_Comparison(edited, layout, tabs, moved, gathered, inputs, still).extras())
    if then is not None:
        found += unheld(edited, named, lambda: names_in(made(then)[0]))
    if found and edited.said("Assumptions digest") != built.digest[:16]:
        message = (
            "built from other sets or words than these; name the sets below with --assumptions"
        )
        found.insert(0, Extra("the workbook", message))
    return found


def _input_spots(gathered: Gathered) -> Iterator[Spot]:
    yield from gathered.cells.values()
    yield from gathered.typed
    for laid in gathered.lines.values():
        yield from laid.cells.values()
        if laid.label_at is not None:
            yield laid.label_at


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The workbook as built, held against what it is now."""

    edited: Edited
    layout: Layout
    tabs: list[Built]
    moved: Mapping[str, Moved]
    gathered: Gathered
    inputs: frozenset[Spot]
    still: bool

    def extras(self) -> Iterator[Extra]:
        for tab in self.tabs:
            if tab.name not in self.moved:
                yield Extra(tab.name, "the tab is gone")
        known = {moved.name for moved in self.moved.values()}
        for sheet in self.edited.facts.sheets:
            if sheet.name not in known:
                filled = sum(not blank(held) for held in sheet.cells.values())
                yield Extra(sheet.name, f"a new tab, with {filled} filled cells")
        for tab in self.tabs:
            if tab.name in self.moved:
                yield from self._tab(tab, self.moved[tab.name])
        yield from self._names()
        kept = set(keepers(self.gathered).values())
        for spot, text in commented(self.edited).items():
            if spot not in kept:
                yield Extra(str(spot), f"has the comment {_short(text)}")

    def _tab(self, tab: Built, moved: Moved) -> Iterator[Extra]:
        sheet = self.edited.facts.sheet(moved.name)
        assert sheet is not None
        yield from self._gone(tab, moved)
        passed = self._passed(sheet)
        seen: set[tuple[int, int]] = set()
        for at, content in sorted(tab.contents.items()):
            row, column = moved.rows.at(at[0]), moved.columns.at(at[1])
            if row is None or column is None:
                continue
            seen.add((row, column))
            spot = Spot(sheet.name, row, column)
            held = sheet.cells.get((row, column))
            if spot not in self.inputs and spot not in passed:
                yield from self._cell(spot, content, held, tab.name)
        for at, held in sorted(sheet.cells.items()):
            spot = Spot(sheet.name, *at)
            told_of_elsewhere = at in seen or spot in self.inputs or spot in passed
            if not (told_of_elsewhere or blank(held) or self._follows(spot, held)):
                yield Extra(str(spot), f"holds {_said(held)}, where nothing stood")

    def _gone(self, tab: Built, moved: Moved) -> Iterator[Extra]:
        """Rows and columns that are no longer there, those of removed inputs apart."""
        for axis, lines, word in ((0, moved.rows, "row"), (1, moved.columns, "column")):
            with_inputs = {at[axis] for at in tab.typed}
            gone: dict[int, Content] = {}
            for at, content in sorted(tab.contents.items()):
                if lines.at(at[axis]) is None and at[axis] not in with_inputs:
                    gone.setdefault(at[axis], content)
            for content in gone.values():
                yield Extra(moved.name, f"the {word} that begins with {_built(content)} is gone")

    def _cell(self, spot: Spot, content: Content, held: Held | None, tab: str) -> Iterator[Extra]:
        if held is None or blank(held):
            yield Extra(str(spot), f"is blank, where {_built(content)} stood")
        elif isinstance(content, Excel):
            if held.formula is None or not self._alike(content.text, held.formula, tab):
                yield Extra(str(spot), f"holds {_said(held)}, where {_built(content)} stood")
        elif held.formula is not None or not _holds(held, plain_of(content)):
            yield Extra(str(spot), f"holds {_said(held)}, where {_built(content)} stood")

    def _alike(self, built: str, now: str, tab: str) -> bool:
        wanted = built.removeprefix("=")
        return (self.still and wanted == now) or alike(wanted, now, tab, self.moved)

    def _passed(self, sheet: SheetFacts) -> set[Spot]:
        """Cells that tell of the build itself, or of a source that the files have changed since."""
        facts = self.layout.properties
        told_beside = {
            Spot(sheet.name, held.row, held.column + 1)
            for held in sheet.cells.values()
            if held.value in facts
        }
        registry = self.edited.registry
        since = (registry[i].built_at for i in self.gathered.built.values if i in registry)
        changed = {at.row: at.column for at in since if at.sheet == sheet.name}
        return told_beside | {
            Spot(sheet.name, row, column)
            for row, column in sheet.cells
            if row in changed and column != changed[row]
        }

    def _follows(self, spot: Spot, held: Held) -> bool:
        """Whether a cell of a new row has the formula of the row before it, filled on."""
        for laid in self.gathered.lines.values():
            own = next(iter(laid.cells.values()))
            down = own.row == spot.row and len({s.row for s in laid.cells.values()}) == 1
            if own.sheet == spot.sheet and held.formula is not None and down:
                above = self.edited.held(spot._replace(row=spot.row - 1))
                below = self.edited.held(spot._replace(row=spot.row + 1))
                return any(
                    other is not None
                    and other.formula is not None
                    and relative(other.formula, other.row, other.column)
                    == relative(held.formula, held.row, held.column)
                    for other in (above, below)
                )
        return False

    def _names(self) -> Iterator[Extra]:
        known = {name.casefold() for name in self.layout.names}
        for name in self.edited.facts.names:
            if not name.built_in and not name.hidden and name.name.casefold() not in known:
                yield Extra(name.name, f"a new name, for {_short(name.formula)}")


def _holds(held: Held, content: float | str) -> bool:
    value = held.value
    return isinstance(value, float | str) and same(value, content)


def _plainly(held: Held) -> str:
    value = held.value
    return told(float(value)) if isinstance(value, float | int) else str(value)


def _said(held: Held) -> str:
    if held.formula is not None:
        return f"the formula ={_short(held.formula)}"
    return (
        _short(_plainly(held)) if isinstance(held.value, float) else f'"{_short(_plainly(held))}"'
    )


def _built(content: Content) -> str:
    if isinstance(content, Excel):
        return _short(content.text)
    return f'"{_short(content)}"' if isinstance(content, str) else _short(str(content))


def _short(text: str) -> str:
    kept = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return kept if len(kept) <= _SHOWN else kept[:_SHOWN] + "…"
