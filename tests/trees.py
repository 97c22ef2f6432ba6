"""Random algebra for the tests: small books of figures, and trees that grow over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st

from workbook import assumptions, expr, functions, theme, xlsx
from workbook.assumptions import Basis, Number
from workbook.book import (
    Band,
    Block,
    Book,
    Column,
    Entity,
    Line,
    Lines,
    Tab,
    Table,
)
from workbook.engines import Cell
from workbook.evaluate import Model
from workbook.expr import Binary, Call, Constant, Expr, Operator, Scalar, Text, Vector
from workbook.functions import Value
from workbook.layout import Excel, Layout, Place, Sheet, lay_out

T = TypeVar("T")

STAMP = datetime(2026, 1, 1)  # noqa: DTZ001 - the writer takes a time without a zone
CLOSE = 1e-9
"""Below this, relatively, rounding decides a difference, and engines round in their own ways."""
LARGEST_SHOWN = 1e9
# pattern → what it multiplies by, and its places after the point
PATTERNS = {
    "0": (1, 0),
    "#,##0": (1, 0),
    "0.0": (1, 1),
    "0.00": (1, 2),
    "0%": (100, 0),
    "0.0%": (100, 1),
}


class TooClose(Exception):
    """Rounding decides this value, and not the formula: no engine is right or wrong."""


class Careful(Model):
    """What algebra means, with TooClose where a comparison, a rest or a text hangs on rounding."""

    def _binary(self, sign: Operator, left: Value, right: Value) -> Value:
        value = super()._binary(sign, left, right)
        if isinstance(left, float) and isinstance(right, float) and sign not in "*/":
            gap = left + right if sign == "+" else left - right
            if 0 < abs(gap) < CLOSE * max(abs(left), abs(right)):
                raise TooClose
        return value

    def _evaluate(self, expr: Expr, place: int | None) -> Value | list[Value]:
        if isinstance(expr, Call) and expr.function is functions.BY_NAME["shown"]:
            self._refuse_odd(expr, place)
        return super()._evaluate(expr, place)

    def _refuse_odd(self, shown: Call, place: int | None) -> None:
        figure, pattern = shown.arguments
        if isinstance(pattern, Text) and pattern.value in PATTERNS:
            value = functions.number(self.value(figure, place))
            if written_oddly(value, pattern.value):
                raise TooClose


def written_oddly(value: float, pattern: str) -> bool:
    """Whether an engine is known to write *value* in its own way.

    Ties differ everywhere; ironcalc loses the sign of −1 and the carry from 0.996 to 1.00;
    formulas writes -0, and "0," under a thousands separator.
    """
    factor, places = PATTERNS[pattern]
    size = abs(value) * factor
    rounded, last = round(size, places), size * 10**places
    tie = abs(last % 1 - 0.5) < CLOSE * max(1.0, last)
    carry = rounded == 1 and (value < 0 or size < 1)
    empty = rounded == 0 and (value < 0 or pattern == "#,##0")
    return size > LARGEST_SHOWN or tie or carry or empty


@dataclass(frozen=True)
class Ground:
    """What trees read: the leaves of each kind; *own* ones have a value only within a row."""

    figures: tuple[Expr, ...]
    places: tuple[Expr, ...]
    beyond: Expr
    optional: tuple[Expr, ...]
    words: tuple[Expr, ...]
    days: tuple[Expr, ...]
    runs: tuple[tuple[Scalar, ...], ...]
    columns: tuple[Vector, ...]
    sparse: tuple[Vector, ...]
    texts: tuple[Vector, ...]
    own: tuple[Vector, ...] = ()
    counting: tuple[Vector, ...] = ()


class Grower:
    """Grows trees over *ground*; each choice is made by *random*, from a seed or hypothesis."""

    COMPARISONS: ClassVar[Sequence[Callable[[Expr, Expr], Expr]]] = (
        expr.same,
        expr.differs,
        expr.below,
        expr.at_most,
        expr.above,
        expr.at_least,
    )

    def __init__(self, ground: Ground, random: Random) -> None:
        self._ground = ground
        self._random = random

    def number(self, depth: int) -> Expr:
        """A tree whose value is a number."""
        if depth == 0 or self._random.random() < 0.1:
            return self._pick((*self._ground.figures, *self._ground.own, Constant(0), Constant(1)))
        kinds = [self._arithmetic] * 6 + [self._branch, self._extreme, self._over, self._found]
        return self._pick(kinds)(depth - 1)

    def text(self, depth: int) -> Expr:
        """A tree whose value is text."""
        if depth == 0:
            return self._pick((*self._ground.words, Text(" · "), Text('say "n/a"'), Text("")))
        kinds = (self._joined, self._branched_text, self._shown, self._bar, self._found_text)
        return self._pick(kinds)(depth - 1)

    def flag(self, depth: int) -> Expr:
        """A tree that holds or does not."""
        kinds = [self._compared, self._compared, self._texts_compared, self._tested]
        if depth > 0:
            kinds.append(self._combined)
        return self._pick(kinds)(max(depth - 1, 0))

    def _arithmetic(self, depth: int) -> Expr:
        left, right = self.number(depth), self.number(depth)
        return self._pick((left + right, left - right, left * right, left / right))

    def _branch(self, depth: int) -> Expr:
        one, other = self.number(depth), self.number(depth)
        return self._pick(
            (
                expr.when(self.flag(depth), one, other),
                expr.override(self._pick(self._ground.optional), one),
                expr.pick(self._whole(), one, other, self.number(depth)),
            )
        )

    def _extreme(self, depth: int) -> Expr:
        operands = [self.number(depth) for _ in range(self._random.randint(2, 3))]
        return self._pick(
            (expr.lowest(*operands), expr.highest(*operands), expr.magnitude(operands[0]))
        )

    def _over(self, _depth: int) -> Expr:
        column = self._pick((*self._ground.columns, *self._ground.sparse))
        keys = self._pick(self._ground.texts)
        where = (keys, self._pick(self._ground.words))
        choices: list[Expr] = [
            expr.total(column),
            expr.total(column, self._pick(self._ground.columns)),
            expr.total_of(self._pick(self._ground.runs)),
            expr.largest(column),
            expr.counted(column),
            expr.count_where(where),
        ]
        if self._same_axis(keys, column):
            choices += [expr.total_where(column, where)] * 2
        if self._ground.counting:
            counting = self._pick(self._ground.counting)
            choices += [expr.ordinal(counting), expr.running(counting), expr.order(counting)]
        return self._pick(choices)

    def _found(self, _depth: int) -> Expr:
        column, keys = self._pick(self._ground.columns), self._pick(self._ground.texts)
        key = self._pick(self._ground.words)
        choices = [expr.nth(column, self._place()), expr.position(key, keys)]
        if self._same_axis(keys, column):
            choices.append(expr.lookup(key, keys, column))
        return self._pick(choices)

    @staticmethod
    def _same_axis(one: Vector, other: Vector) -> bool:
        return isinstance(one, Column) and isinstance(other, Column) and one.axis is other.axis

    def _whole(self) -> Expr:
        return self._pick((self._place(), self._ground.beyond))

    def _place(self) -> Expr:
        return self._pick(self._ground.places)

    def _joined(self, depth: int) -> Expr:
        inner = expr.joined(self.text(depth), self.text(depth))
        return self._pick((inner, expr.joined(self.text(0), inner)))

    def _branched_text(self, depth: int) -> Expr:
        return expr.when(self.flag(depth), self.text(depth), self.text(depth))

    def _shown(self, depth: int) -> Expr:
        if self._random.random() < 0.2:
            return expr.shown(self._pick(self._ground.days), "yyyy-mm-dd")
        return expr.shown(self.number(depth), self._pick(tuple(PATTERNS)))

    def _bar(self, _depth: int) -> Expr:
        return expr.repeated("█", self._whole())

    def _found_text(self, depth: int) -> Expr:
        texts = self._pick(self._ground.texts)
        choice = expr.pick(self._whole(), self.text(depth), self.text(depth), self.text(depth))
        return self._pick((expr.nth(texts, self._place()), choice))

    def _compared(self, depth: int) -> Expr:
        return self._pick(self.COMPARISONS)(self.number(depth), self.number(depth))

    def _texts_compared(self, depth: int) -> Expr:
        return self._pick(self.COMPARISONS[:2])(self.text(depth), self.text(depth))

    def _tested(self, depth: int) -> Expr:
        blank = self._pick(self._ground.optional)
        operand = self.number(depth)
        return self._pick((expr.given(blank), expr.given(operand), expr.broken(operand)))

    def _combined(self, depth: int) -> Expr:
        flags = [self.flag(depth) for _ in range(self._random.randint(2, 3))]
        # ironcalc stops at the first flag that decides; Excel comes to an error in a later one
        sound = [expr.when(expr.broken(flag), self._sound(), flag) for flag in flags]
        return self._pick((expr.both(*sound), expr.either(*sound)))

    def _sound(self) -> Expr:
        return self._pick((expr.given, expr.broken))(self._pick(self._ground.optional))

    def _pick(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]


def about(name: str) -> dict[str, Any]:
    """What an input says of itself, where no test looks."""
    told = dict.fromkeys(("label", "note", "source", "memo"), "As the test has it")
    return told | {"id": f"data.{name}", "as_of": date(2026, 1, 1), "basis": Basis.ASSUMED}


def typed(name: str, value: float | None) -> Number:
    """An input that may be left blank."""
    return Number(**about(name), unit="1", value=value, low=-1e6, high=1e6, optional=True)


def words(name: str, value: str) -> Line:
    """A line of text that was typed in."""
    return Line(f"data_{name}", name, "text", entry=assumptions.Text(**about(name), value=value))


def figure(key: str, value: float) -> Line:
    """A line with a figure."""
    return Line(key, key.replace("_", " "), "1", constant=value)


def day(name: str, value: date) -> Line:
    """A line with a date that was typed in."""
    entry = assumptions.Day(**about(name), value=value, low=date(2000, 1, 1), high=date(2100, 1, 1))
    return Line(f"data_{name}", name, "date", entry=entry)


def optional(name: str, value: float | None) -> Line:
    """A line whose cell may be blank."""
    return Line(f"data_{name}", name, "1", entry=typed(name, value))


def entities(*keys: str) -> tuple[Entity, ...]:
    """Rows with these keys; their labels begin with a capital."""
    return tuple(Entity(key, key.capitalize()) for key in keys)


def table(title: str, *columns: Column, across: bool = False) -> Table:
    """A table of columns of one axis."""
    return Table(title, columns[0].axis, columns, across=across)


def tab(name: str, *blocks: Block, across: bool = False) -> Tab:
    """A tab of blocks."""
    columns = max((len(b.columns) for b in blocks if isinstance(b, Table)), default=0)
    widths = () if across else (100,) * (columns + 6)
    return Tab(
        name, "For a test", "start", blocks, grid="across" if across else "standard", widths=widths
    )


def book(*tabs: Tab) -> Book:
    """A book of tabs, and one more for what the headers show."""
    shown = [
        Line(key, key, "text", algebra=Text(key)) for key in ("live", "state", "dated", "flagged")
    ]
    last = tab("Header", Lines("Header", tuple(shown)))
    return Book(
        "Test", (*tabs, last), Band(*shown), {"start": "Start here"}, {"comments": "A test"}
    )


def laid(*tabs: Tab) -> Layout:
    """The layout of a book of tabs."""
    return lay_out(book(*tabs), theme.load())


def written(*tabs: Tab) -> bytes:
    """The file of a book of tabs, without cached values."""
    return xlsx.write(laid(*tabs), theme.load(), STAMP)


def cells_of(sheet: Sheet, column: Column) -> list[Cell]:
    """The cells of a table's column, found by the label beside or above them."""
    [head] = [cell for cell in sheet.cells if cell.content == column.label]
    return [
        Cell(sheet.name, Place(sheet.name, cell.row, cell.col).ref)
        for cell in sheet.cells
        if isinstance(cell.content, Excel)
        and (cell.row == head.row or (cell.col == head.col and cell.row > head.row))
    ]


def spelled(layout: Layout) -> dict[Cell, str]:
    """The text of every formula."""
    return {
        Cell(sheet.name, Place(sheet.name, cell.row, cell.col).ref): cell.content.text
        for sheet in layout.sheets
        for cell in sheet.cells
        if isinstance(cell.content, Excel)
    }


def arithmetic(leaves: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Sums, differences, products and quotients of *leaves*, nested in any way."""
    signs = st.sampled_from(("+", "-", "*", "/"))
    return st.recursive(leaves, lambda inner: st.builds(Binary, signs, inner, inner), max_leaves=12)
