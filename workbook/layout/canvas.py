"""One sheet being laid out: cells, names and heights first, formula texts once all have a place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from operator import itemgetter
from typing import NamedTuple

from workbook.a1 import column_letters
from workbook.assumptions import Choice, Input
from workbook.book import Chart, Column, Line, Tab, Typed, entry_value
from workbook.expr import Expr, leaf_of
from workbook.layout.grid import Grid, grid_of
from workbook.layout.measure import wrapped_lines
from workbook.layout.pages import Pages, Stretch, pages_of
from workbook.layout.places import (
    Area,
    LayoutError,
    Place,
    Strip,
    check_name,
)
from workbook.layout.rules import validation_of, validation_of_column
from workbook.layout.sheet import (
    Cell,
    Condition,
    Content,
    PlacedChart,
    PlacedSeries,
    Sheet,
)
from workbook.layout.spell import Atlas, Spot, formula, formulas
from workbook.theme import Style, Theme

BODY_ROW = 6
"""The first row below the header band, counted from 0."""

DEFAULT_ROW = 20
"""Pixels of a row without a height of its own."""

OPEN = frozenset({"row", "how", "how_open"})
"""What cells are, where they are empty, over which the words of a cell left of them run."""

REFERENCE = "reference"
"""The role of a formula that only refers to a cell, until it is known on which tab that stands."""


class Pending(NamedTuple):
    """A formula cell whose text waits until every leaf has its place."""

    row: int
    col: int
    expr: Expr
    spot: Spot
    style: Style


class PendingColumn(NamedTuple):
    """The formula cells of a column, which wait likewise."""

    strip: Strip
    expr: Expr
    styles: Sequence[Style]


class Canvas:
    """Collects the cells of one tab; ``finish`` spells its formulas and returns the sheet."""

    def __init__(self, tab: Tab, theme: Theme, atlas: Atlas, names: dict[str, Place]) -> None:
        self.tab = tab
        self.theme = theme
        self.atlas = atlas
        self.grid: Grid = grid_of(tab, theme.width)
        self.sheet = Sheet(tab.name, tab.group, widths=dict(self.grid.widths))
        self.row = BODY_ROW
        self.stretches: list[Stretch] = []
        self.spare: int | None = None
        self.cuts: list[int] = []
        self.telling: set[int] = set()
        self._names = names
        self._pending: list[Pending] = []
        self._pending_columns: list[PendingColumn] = []
        self._inputs: list[tuple[Input, Place]] = []
        self._typed: list[tuple[Typed, Area]] = []
        self._charts: list[tuple[Chart, Place, int]] = []
        self._muted: list[tuple[Area, Column]] = []
        self._linked: list[tuple[int, int, Line | Column]] = []

    def put(self, row: int, col: int, content: Content, style: Style, link: str = "") -> None:
        """A cell with plain content; *link* is the tab that a click on it opens."""
        self.sheet.cells.append(Cell(row, col, content, style, link))

    def put_all(self, strip: Strip, contents: Sequence[Content], styles: Sequence[Style]) -> None:
        """Plain content for the cells of a strip; where there is none left they are empty."""
        for place, content, style in zip(
            strip, chain(contents, repeat(None)), styles, strict=False
        ):
            self.sheet.cells.append(Cell(place.row, place.col, content, style))

    def fill(self, row: int, first: int, last: int, style: Style) -> None:
        """Empty cells of one look, both ends included."""
        for col in range(first, last + 1):
            self.put(row, col, None, style)

    def calculate(
        self,
        row: int,
        col: int,
        expr: Expr,
        style: Style,
        place: int | None = None,
        *,
        across: bool = False,
    ) -> None:
        """A cell with a formula; *place* is its own in its table."""
        spot = Spot(self.tab.name, place, across)
        self._pending.append(Pending(row, col, expr, spot, style))

    def calculate_all(self, strip: Strip, expr: Expr, styles: Sequence[Style]) -> None:
        """The cells of a table's column, which have one formula."""
        self._pending_columns.append(PendingColumn(strip, expr, styles))

    def height(self, row: int, pixels: int) -> None:
        """The height of a row; the largest asked for wins."""
        self.sheet.heights[row] = max(pixels, self.sheet.heights.get(row, 0))

    def wrap(self, row: int, texts: list[tuple[str, int, str]]) -> None:
        """Make a row high enough for its wrapped texts, each with its width and size."""
        heights = [self.theme.height["row"]]
        for text, width, size in texts:
            lines = wrapped_lines(text, float(self.theme.font[size]), width)
            if lines > 1:
                heights.append(5 + self.theme.height[f"line_{size}"] * lines)
        self.height(row, max(heights))

    def freeze(self, row: int) -> None:
        """Keep the rows above *row* in view, where the tab wants its first head kept."""
        if self.tab.freeze_head and not self.sheet.freeze[0]:
            self.sheet.freeze = (row, 2)

    def name(self, name: str, place: Place) -> None:
        """Bind a defined name. Raises LayoutError where it is taken or not allowed."""
        if name in self._names:
            raise LayoutError(f"{name!r} is shown twice: {self._names[name]} and {place}")
        self._names[check_name(name)] = place

    def line(self, line: Line, row: int, col: int, role: str = "", show: str = "") -> None:
        """Give a line its cell, its name and its content."""
        if line in self.atlas.lines:
            raise LayoutError(f"line {line.key!r} is shown twice; draw it from its tab instead")
        place = Place(self.tab.name, row, col)
        self.atlas.lines[line] = place
        self.name(line.key, place)
        show = self.theme.show_of(line.unit, show or line.show)
        if line.entry is not None:
            self.input(line.entry, place, Style(role or "input", show))
        elif line.algebra is not None:
            role = role or ("status" if line.show == "status" else role_of(line.algebra))
            self.calculate(row, col, line.algebra, Style(role, show, line.strong))
        else:
            self.put(row, col, line.constant, Style(role or "constant", show))

    def source(self, line: Line, row: int, col: int) -> None:
        """Where a line is from: as it says, or for a link the tab that it is drawn from."""
        leaf = leaf_of(line.algebra) if line.algebra is not None and not line.memo else None
        if isinstance(leaf, Line | Column):
            self._linked.append((row, col, leaf))
        else:
            self.put(row, col, line.memo or None, Style("source"))

    def input(self, entry: Input, place: Place, style: Style) -> None:
        """An input cell with its rule."""
        self._inputs.append((entry, place))
        self.put(place.row, place.col, entry_value(entry), style)

    def typed(self, content: Typed, area: Area) -> None:
        """The rule of a column of data over all of its rows, those still blank as well."""
        self._typed.append((content, area))

    def chart(self, chart: Chart, row: int, col: int, width: int) -> None:
        """A chart with its upper left corner."""
        self._charts.append((chart, Place(self.tab.name, row, col), width))

    def condition(self, area: Area, test: str, role: str) -> None:
        """Cells of *area* look like *role* where *test*, a formula over the first, holds."""
        self.sheet.conditions.append(Condition(area, test, role))

    def mute(self, area: Area, flags: Column) -> None:
        """Rows of *area* step back where their flag is 0."""
        self._muted.append((area, flags))

    def close(self) -> None:
        """Settle the extent of the tab, once every block is placed."""
        last = (self.row, self.grid.last)
        first = (BODY_ROW, 1)
        name = self.tab.name
        self.atlas.bodies[name] = Area(Place(name, *first), Place(name, *last))
        self.sheet.last = last
        one_page = self.tab.one_page or self.tab.grid in ("cover", "dashboard")
        if not self.sheet.freeze[0]:
            self.sheet.freeze = (BODY_ROW, 0)
        self.sheet.pages = Pages(printed=((0, self.row),), single=True)
        if not one_page:
            heights = {r: self.sheet.heights.get(r, DEFAULT_ROW) for r in range(self.row + 1)}
            wide = sum(self.grid.widths[col] for col in range(self.grid.last + 1))
            titles = self.sheet.freeze[0]
            self.sheet.pages = pages_of(self.stretches, heights, titles, wide, self.theme.page)

    def finish(self) -> Sheet:
        """Spell what waited for addresses, and return the sheet."""
        for p in self._pending:
            text = formula(p.expr, p.spot, self.atlas)
            self.put(p.row, p.col, text, self._settled(p.style, p.expr))
        for strip, expr, styles in self._pending_columns:
            settled = {style: self._settled(style, expr) for style in set(styles)}
            texts = formulas(expr, strip, self.atlas)
            self.put_all(strip, texts, [settled[style] for style in styles])
        for row, col, leaf in self._linked:
            home = self._area(leaf).first.sheet
            self.put(row, col, home if home != self.tab.name else None, Style("source"))
        for entry, place in self._inputs:
            rule = validation_of(entry, place, self._options(entry, place), self.theme)
            self.sheet.validations.append(rule)
        for content, area in self._typed:
            options = self.atlas.strip(content.allowed) if content.allowed else None
            listed = "=" + options.seen_from(area.first.sheet) if options else ""
            self.sheet.validations.append(validation_of_column(content.field, area, listed))
        self.sheet.charts.extend(self._chart(*spec) for spec in self._charts)
        for area, flags in self._muted:
            flag = self.atlas.strip(flags).first
            self.condition(area, f"=${flag.ref}=0", "muted_row")
        self._mark_states()
        self.sheet.cells.sort(key=itemgetter(0, 1))
        return self.sheet

    def _settled(self, style: Style, expr: Expr) -> Style:
        """Green for a link to another tab, black for one on its own."""
        if style.role != REFERENCE:
            return style
        leaf = leaf_of(expr)
        assert isinstance(leaf, Line | Column)
        home = self._area(leaf).first.sheet
        role = "calculation" if home == self.tab.name else "link"
        return Style(role, style.show, style.strong)

    def _options(self, entry: Input, place: Place) -> str:
        """The cells that hold the options of a choice, where a table's names are those options."""
        strip = self.atlas.listed(entry.options) if isinstance(entry, Choice) else None
        return "=" + strip.seen_from(place.sheet) if strip else ""

    def _chart(self, chart: Chart, corner: Place, width: int) -> PlacedChart:
        series = tuple(
            PlacedSeries(self._area(s.values), self._area(s.across or chart.categories))
            for s in chart.series
        )
        return PlacedChart(chart, corner, width, self.chart_height(chart), series)

    def chart_height(self, chart: Chart) -> int:
        """The height of a chart: courses over a week are low and long."""
        return self.theme.height["course" if chart.kind == "course" else "chart"]

    def _area(self, leaf: Column | Line | None) -> Area:
        if isinstance(leaf, Line):
            place = self.atlas.line(leaf)
            return Area(place, place)
        if leaf is None:
            raise LayoutError("a chart's series has neither categories nor values across")
        strip = self.atlas.strip(leaf)
        return Area(strip.first, strip.last)

    def _mark_states(self) -> None:
        """Status cells take the colour of their mark; those one below the other share a rule.

        So do the empty cells right of a line's, over which its words run.
        """
        open_cells = {
            (cell.row, cell.col)
            for cell in self.sheet.cells
            if cell.row in self.telling and cell.content is None and cell.style.role in OPEN
        }
        cells = {}
        for cell in self.sheet.cells:
            if cell.style.role.endswith("status"):
                end = cell.col
                while (cell.row, end + 1) in open_cells:
                    end += 1
                cells[cell.col, cell.row] = end
        for (col, row), end in sorted(cells.items()):
            if cells.get((col, row - 1)) == end:
                continue
            last = row
            while cells.get((col, last + 1)) == end:
                last += 1
            first = Place(self.tab.name, row, col)
            area = Area(first, Place(self.tab.name, last, end))
            letters = column_letters(col)
            for mark, role in (("▲", "failed"), ("●", "passed")):
                self.condition(area, f'=LEFT(${letters}{row + 1},1)="{mark}"', role)


def role_of(expr: Expr) -> str:
    """What a formula is: a reference to one cell, or a calculation."""
    return "calculation" if leaf_of(expr) is None else REFERENCE
