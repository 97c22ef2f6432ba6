"""What an xlsx holds, as frozen plain data: no file, no XML, no engine.

Rows and columns are counted from 1, as people do; a formula has no equals sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from workbook.a1 import column_letters
from workbook.engines.base import Cell, Value, position

State: TypeAlias = Literal["visible", "hidden", "veryHidden"]
Key: TypeAlias = tuple[str, int, int]
"""Sheet, row and column of a cell."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell is dressed, as far as a check asks; a colour is RRGGBB, ``theme 4`` or empty."""

    font: str = ""
    fill: str = ""
    bold: bool = False
    show: str = "General"
    locked: bool = True
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """One cell that holds something or is dressed: *value* is typed, or what a formula cached.

    *array* is the range of an array formula, which stands in the first cell of it. A date is its
    serial number.
    """

    sheet: str
    row: int
    column: int
    value: Value
    formula: str | None
    look: Look
    array: str = ""

    @property
    def key(self) -> Key:
        """Sheet, row and column."""
        return self.sheet, self.row, self.column

    @property
    def ref(self) -> str:
        """The cell within its sheet, such as D12."""
        return f"{column_letters(self.column - 1)}{self.row}"

    @property
    def cell(self) -> Cell:
        """Sheet and reference, as engines take them."""
        return Cell(self.sheet, self.ref)


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of cells on one sheet, both corners included."""

    rows: tuple[int, int]
    columns: tuple[int, int]

    def __contains__(self, at: object) -> bool:
        """Whether a (row, column) lies in it."""
        assert isinstance(at, tuple)
        (top, bottom), (left, right) = self.rows, self.columns
        row, column = at
        return bool(top <= row <= bottom and left <= column <= right)


@dataclass(frozen=True, slots=True)
class Rule:
    """A data validation: *low* and *high* are formula texts, a list's source stands in *low*."""

    kind: str
    operator: str
    low: str
    high: str
    spans: tuple[Span, ...]
    blank: bool
    stops: bool
    prompt: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A conditional format: what it tests, where."""

    kind: str
    formulas: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart, each part a formula text, or empty."""

    name: str
    categories: str
    values: str


@dataclass(frozen=True, slots=True)
class ChartFacts:
    """A chart: its kinds (``barChart``), titles as text or as a formula, and its series."""

    part: str
    kinds: tuple[str, ...]
    title: str
    axes: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """How a sheet prints, and where a reader enters it."""

    frozen: tuple[int, int] = (0, 0)
    fit: tuple[int, int] | None = None
    landscape: bool = False
    footer: str = ""
    header: str = ""
    selected: bool = False
    active: str = "A1"


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name; *sheet* is the one that alone knows it, or empty."""

    name: str
    formula: str
    sheet: str = ""
    hidden: bool = False

    @property
    def built_in(self) -> bool:
        """Whether a program made it, as for print areas and filters."""
        return self.name.startswith("_xlnm.")


@dataclass(frozen=True, repr=False)
class SheetFacts:
    """One sheet. Hidden and sized columns stand as (first, last, width), width 0 if hidden."""

    name: str
    state: State
    cells: Mapping[tuple[int, int], Held]
    claimed: str = ""
    widths: tuple[tuple[int, int, float], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    merged: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    formats: tuple[Format, ...] = ()
    charts: tuple[ChartFacts, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    protected: bool = False
    password: bool = False
    page: Page = Page()

    @property
    def hidden_columns(self) -> tuple[tuple[int, int], ...]:
        """First and last of each run of hidden columns."""
        return tuple((first, last) for first, last, width in self.widths if not width)

    @cached_property
    def by_row(self) -> dict[int, list[Held]]:
        """The cells of each row, from left to right."""
        rows: dict[int, list[Held]] = {}
        for (row, _), held in sorted(self.cells.items()):
            rows.setdefault(row, []).append(held)
        return rows

    def at(self, ref: str) -> Held | None:
        """The cell at an A1 reference; None where the sheet has none."""
        return self.cells.get(position(ref))

    def rule_of(self, row: int, column: int) -> Rule | None:
        """The data validation of a cell."""
        return next((r for r in self.rules if any((row, column) in s for s in r.spans)), None)


@dataclass(frozen=True, repr=False)
class Facts:
    """A whole workbook.

    *outside* names what it links to or runs: ``externalLink``, ``connections``, ``vbaProject``.
    """

    path: Path
    sheets: tuple[SheetFacts, ...]
    names: tuple[Name, ...]
    properties: Mapping[str, str]
    outside: tuple[str, ...]
    from_1904: bool = False
    active: int = 0

    def sheet(self, name: str) -> SheetFacts | None:
        """The sheet of that name, whatever its letters' case; None if there is none."""
        return self._by_name.get(name.casefold())

    def find(self, cell: Cell) -> Held | None:
        """What one cell holds; None where nothing stands there."""
        sheet = self.sheet(cell.sheet)
        return sheet.at(cell.ref) if sheet else None

    def at(self, key: Key) -> Held | None:
        """What the cell in a row and column of a sheet holds; None where nothing stands there."""
        sheet = self.sheet(key[0])
        return sheet.cells.get(key[1:]) if sheet else None

    @cached_property
    def cells(self) -> dict[Key, Held]:
        """Every cell that holds something; a blank one is dressed at most."""
        return {
            (sheet.name, *place): held
            for sheet in self.sheets
            for place, held in sheet.cells.items()
            if held.formula is not None or held.value is not None
        }

    def formulas(self) -> Iterator[Held]:
        """Every formula cell, sheet by sheet, in reading order."""
        for sheet in self.sheets:
            for held in sheet.cells.values():
                if held.formula is not None:
                    yield held

    @cached_property
    def _by_name(self) -> dict[str, SheetFacts]:
        return {sheet.name.casefold(): sheet for sheet in self.sheets}
