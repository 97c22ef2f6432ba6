"""What a laid-out sheet holds: cells with addresses, rules and charts, ready for the writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from workbook.a1 import column_letters
from workbook.book import Chart, Column
from workbook.layout.pages import Pages
from workbook.layout.places import Area, Place, Strip
from workbook.theme import Style


class Excel(NamedTuple):
    """Formula text with its equals sign, and all cells that it stands in, row by row."""

    text: str
    column: Strip | None = None


@lru_cache(maxsize=1 << 16)
def digits(number: float) -> str:
    """A number as the file has it: the fewest digits that give this very double.

    >>> digits(8760.0), digits(0.1 + 0.2), digits(-0.0)
    ('8760', '0.30000000000000004', '0')
    """
    return repr(number).removesuffix(".0") if number else "0"


class Cached(NamedTuple):
    """The value of a formula as the file shows it: its kind in the words of the file, its text."""

    kind: Literal["n", "str", "b", "e"]
    text: str


Bound: TypeAlias = float | date | None
Kind: TypeAlias = Literal["decimal", "whole", "date", "list", "length"]
Content: TypeAlias = Excel | float | str | date | None


class Cell(NamedTuple):
    """One cell; *link* is the tab that a click opens."""

    row: int
    col: int
    content: Content
    style: Style
    link: str = ""

    @property
    def ref(self) -> str:
        """The cell within its sheet, such as D12."""
        return f"{column_letters(self.col)}{self.row + 1}"


@dataclass(frozen=True, slots=True)
class Validation:
    """What input cells accept: *low* to *high*, or *options*, listed or as cells."""

    area: Area
    kind: Kind
    low: Bound = None
    high: Bound = None
    options: tuple[str, ...] | str = ()
    title: str = ""
    prompt: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Cells that take the look of *role* where a formula over the first of them holds."""

    area: Area
    formula: str
    role: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Cells of shares that are the nearer to the colour *data* the nearer they are to 100%."""

    area: Area
    data: str


@dataclass(frozen=True, slots=True)
class PlacedSeries:
    """Where one series of a chart reads."""

    values: Area
    categories: Area | None


@dataclass(frozen=True, slots=True)
class PlacedChart:
    """A chart with its corner, its size in pixels, and the cells of its series."""

    chart: Chart
    corner: Place
    width: int
    height: int
    series: tuple[PlacedSeries, ...]


@dataclass(slots=True, repr=False)
class Sheet:
    """One tab, laid out."""

    name: str
    group: str
    cells: list[Cell] = field(default_factory=list)
    widths: dict[int, int] = field(default_factory=dict)
    heights: dict[int, int] = field(default_factory=dict)
    validations: list[Validation] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=list)
    charts: list[PlacedChart] = field(default_factory=list)
    freeze: tuple[int, int] = (0, 0)
    last: tuple[int, int] = (0, 0)
    pages: Pages = field(default_factory=Pages)


@dataclass(frozen=True, slots=True, repr=False)
class Layout:
    """The whole workbook with its addresses: sheets in order, cells of names and of columns."""

    title: str
    sheets: tuple[Sheet, ...]
    names: Mapping[str, Place]
    properties: Mapping[str, str]
    columns: Mapping[Column, Strip]
