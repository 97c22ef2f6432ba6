"""The Excel text of memo algebra, once every leaf has its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workbook.book import Column, Entries, Fixed, Line
from workbook.expr import (
    ATOM,
    PRECEDENCE,
    At,
    Before,
    Binary,
    Body,
    Call,
    Constant,
    Expr,
    Range,
    Run,
    Text,
    Vector,
    precedence,
)
from workbook.functions import BY_NAME
from workbook.layout.places import Area, LayoutError, Place, Strip
from workbook.layout.sheet import Excel

LONGEST_TEXT = 255
SIDE_BY_SIDE = tuple(
    BY_NAME[name]
    for name in (
        "total_where",
        "total_with",
        "count_where",
        "count_within",
        "count_beyond",
        "total_beyond",
    )
)


MARK = "\x00"
"""Stands before a row that moves with the cell; no text in a formula can have it."""


class Pattern(NamedTuple):
    """The formula of a column: its first part, then rows at place 0 with what follows each."""

    first: str
    rest: tuple[tuple[int, str], ...]

    def at(self, place: int) -> str:
        """The text of the row at *place*."""
        return self.first + "".join([f"{row + place}{text}" for row, text in self.rest])


@dataclass(slots=True)
class Atlas:
    """Where everything stands: lines, columns and tab bodies."""

    lines: dict[Line, Place] = field(default_factory=dict)
    columns: dict[Column, Strip] = field(default_factory=dict)
    bodies: dict[str, Area] = field(default_factory=dict)
    patterns: dict[tuple[Expr, str], Pattern] = field(default_factory=dict)
    _lists: dict[tuple[Any, ...], Strip] = field(default_factory=dict)

    def listed(self, options: tuple[str, ...]) -> Strip | None:
        """The cells that hold just these texts, if a column does."""
        if not self._lists:
            for column, strip in reversed(self.columns.items()):
                if isinstance(column.content, Fixed):
                    self._lists[column.content.values] = strip
        return self._lists.get(options)

    def line(self, line: Line) -> Place:
        """The cell of a line. Raises LayoutError where no tab shows it."""
        if line not in self.lines:
            raise LayoutError(f"line {line.key!r} is used, but no tab shows it; add it to a block")
        return self.lines[line]

    def strip(self, column: Vector) -> Strip:
        """The cells of a column. Raises LayoutError where no tab shows it."""
        if not isinstance(column, Column) or column not in self.columns:
            raise LayoutError(f"column {column.key!r} is used, but no table shows it")
        return self.columns[column]


class Spot(NamedTuple):
    """The cell that a formula stands in, and its place in its table."""

    sheet: str
    place: int | None = None
    across: bool = False

    def moving(self, place: Place) -> str:
        """The reference to a cell of the own row, or of one beside it.

        In a column it is marked, so that the formula is spelled once for all rows.
        """
        ref = place.seen_from(self.sheet, anchored=False)
        if self.across:
            return ref
        digits = len(str(place.row + 1))
        return f"{ref[:-digits]}{MARK}{ref[-digits:]}{MARK}"


def formula(expr: Expr, spot: Spot, atlas: Atlas) -> Excel:
    """The formula of one cell."""
    if spot.place is None or spot.across:
        return Excel("=" + _spell(expr, spot, atlas))
    return Excel(_pattern(expr, spot.sheet, atlas).at(spot.place))


def formulas(expr: Expr, strip: Strip, atlas: Atlas) -> list[Excel]:
    """The formula in every cell of a table's column."""
    sheet, places = strip.first.sheet, range(strip.count)
    if strip.across:
        return [formula(expr, Spot(sheet, place, across=True), atlas) for place in places]
    pattern = _pattern(expr, sheet, atlas)
    return [Excel(pattern.at(place), strip) for place in places]


def _pattern(expr: Expr, sheet: str, atlas: Atlas) -> Pattern:
    key = (expr, sheet)
    if key not in atlas.patterns:
        marked = "=" + _spell(expr, Spot(sheet, 0), atlas)
        first, *parts = marked.split(MARK)
        rows = zip(map(int, parts[::2]), parts[1::2], strict=True)
        atlas.patterns[key] = Pattern(first, tuple(rows))
    return atlas.patterns[key]


def _spell(expr: Expr, spot: Spot, atlas: Atlas) -> str:
    match expr:
        case Constant(value=value):
            return str(value)
        case Text(value=value):
            return _quoted(value)
        case Line():
            atlas.line(expr)
            return expr.key
        case Column():
            return _own_row(expr, spot, atlas)
        case Range(column=column, so_far=so_far):
            strip = atlas.strip(column)
            return _so_far(strip, spot) if so_far else strip.seen_from(spot.sheet)
        case Before(column=column):
            return _row_above(column, spot, atlas)
        case Run(lines=lines):
            return _run([atlas.line(line) for line in lines if isinstance(line, Line)], spot)
        case Body(tab=tab):
            return atlas.bodies[tab].seen_from(spot.sheet)
        case At(column=Column() as column, entity=entity):
            return _one_cell(column, entity, spot, atlas)
        case Call():
            return _call(expr, spot, atlas)
        case Binary():
            return _binary(expr, spot, atlas)
    raise TypeError(expr)


def _quoted(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise LayoutError(f"text of {len(text)} characters in a formula: {text[:40]!r}…")
    return '"' + text.replace('"', '""') + '"'


def _own_row(column: Column, spot: Spot, atlas: Atlas) -> str:
    strip = atlas.strip(column)
    if spot.place is None or strip.across != spot.across:
        raise LayoutError(f"column {column.key!r} has no own row here; total it or look it up")
    return spot.moving(strip.cell(spot.place))


def _one_cell(column: Column, entity: str, spot: Spot, atlas: Atlas) -> str:
    place = column.axis.place(entity)
    if isinstance(column.content, Entries):
        return column.content.entries[place].name
    return atlas.strip(column).cell(place).seen_from(spot.sheet, anchored=True)


def _row_above(column: Vector, spot: Spot, atlas: Atlas) -> str:
    strip = atlas.strip(column)
    if spot.place is None or strip.across or spot.sheet != strip.first.sheet:
        raise LayoutError(f"column {column.key!r} has no row above here")
    # above the first row stands the head, which is text: the first row does not read it
    return spot.moving(strip.cell(spot.place - 1))


def _run(cells: list[Place], spot: Spot) -> str:
    strip = Strip(cells[0], len(cells))
    if [strip.cell(i) for i in range(len(cells))] != cells:
        raise LayoutError(f"lines from {cells[0].ref} do not stand one below the other")
    return strip.seen_from(spot.sheet)


def _so_far(strip: Strip, spot: Spot) -> str:
    if spot.place is None or strip.across or spot.sheet != strip.first.sheet:
        raise LayoutError(f"there is no row here to count down to from {strip.first.ref}")
    return f"{strip.first.fixed_ref}:{spot.moving(strip.cell(spot.place))}"


def _call(call: Call, spot: Spot, atlas: Atlas) -> str:
    _same_size(call, atlas)
    arguments = [_spell(a, spot, atlas) for a in call.arguments]
    if "{" in call.function.excel:
        return call.function.excel.format(*arguments)
    match call.function, call.arguments:
        case f, (Range(column=column), _) if f is BY_NAME["nth"] and atlas.strip(column).across:
            # INDEX over a row vector wants its row as well in some engines
            arguments.insert(1, "1")
    return f"{call.function.excel}({','.join(arguments)})"


def _same_size(call: Call, atlas: Atlas) -> None:
    """Columns that are read side by side must be equally long."""
    if call.function in SIDE_BY_SIDE:
        columns = [a.column for a in call.arguments if isinstance(a, Range)]
        counts = {atlas.strip(column).count for column in columns}
        if len(counts) > 1:
            names = ", ".join(column.key for column in columns)
            raise LayoutError(f"{names} are read side by side, but differ in length")


def _binary(expr: Binary, spot: Spot, atlas: Atlas) -> str:
    own = PRECEDENCE[expr.operator]
    left = _spell(expr.left, spot, atlas)
    right = _spell(expr.right, spot, atlas)
    if precedence(expr.left) < own:
        left = f"({left})"
    # a-(b-c) and a+(b-c) keep their brackets: order of evaluation is part of the value
    if own < ATOM and precedence(expr.right) <= own and not _chains(expr):
        right = f"({right})"
    return f"{left}{expr.operator}{right}"


def _chains(expr: Binary) -> bool:
    """Whether the right side may go without brackets: text joins alike from either end."""
    return expr.operator == "&" and precedence(expr.right) == PRECEDENCE["&"]
