"""Memo algebra: a small typed expression tree over labelled lines and columns.

The tree knows no cell address. It is spelled as Excel text by ``layout``, as words and as a unit
here, and as a value by ``evaluate``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbook import functions
from workbook.functions import Function

ONLY_0_AND_1 = (
    "memo algebra takes lines, columns, 0 and 1; make {!r} a line with a unit and a source"
)


class Expr:
    """Anything that has a value: a leaf of the model, or algebra over leaves."""

    __slots__ = ()

    def __add__(self, other: Operand) -> Binary:
        return Binary("+", self, as_expr(other))

    def __radd__(self, other: Operand) -> Binary:
        return Binary("+", as_expr(other), self)

    def __sub__(self, other: Operand) -> Binary:
        return Binary("-", self, as_expr(other))

    def __rsub__(self, other: Operand) -> Binary:
        return Binary("-", as_expr(other), self)

    def __mul__(self, other: Operand) -> Binary:
        return Binary("*", self, as_expr(other))

    def __rmul__(self, other: Operand) -> Binary:
        return Binary("*", as_expr(other), self)

    def __truediv__(self, other: Operand) -> Binary:
        return Binary("/", self, as_expr(other))

    def __rtruediv__(self, other: Operand) -> Binary:
        return Binary("/", as_expr(other), self)


Operand = Expr | int

MIXED = "mixed"
"""The unit of a column whose rows have units of their own; it fits any unit."""


class Leaf(Expr):
    """A labelled quantity with a unit: the key is unique in its book or table."""

    __slots__ = ()
    key: str
    label: str
    unit: str


class Scalar(Leaf):
    """A leaf with one value."""

    __slots__ = ()


class Vector(Leaf):
    """A leaf with one value for each entity of a table; in row algebra, the row's own."""

    __slots__ = ()

    def name_of(self, entity: str) -> str:
        """The label of the entity with this key."""
        return entity


@dataclass(frozen=True, slots=True)
class Constant(Expr):
    """0 or 1: every other number is a line. 0 fits any unit, 1 has none."""

    value: Literal[0, 1]


@dataclass(frozen=True, slots=True)
class Text(Expr):
    """Literal text; where it *stands_in* for a figure that there is not, it fits any unit."""

    value: str
    stands_in: bool = False


Operator = Literal["+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">=", "&"]


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Expr):
    """Two operands: arithmetic, a comparison, or text joined to text."""

    operator: Operator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expr):
    """A function of the closed, portable set in ``functions``."""

    function: Function
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Range(Expr):
    """The cells of a column, as an argument of a function: all, or those down to this row."""

    column: Vector
    so_far: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Run(Expr):
    """The cells of lines that stand one below the other, as an argument of a function."""

    lines: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, eq=False)
class At(Expr):
    """One cell of a column: that of the entity with the key *entity*."""

    column: Vector
    entity: str


@dataclass(frozen=True, slots=True, eq=False)
class Body(Expr):
    """All cells of a tab below its header, as an argument of a function."""

    tab: str


def leaf_of(expr: Expr) -> Leaf | None:
    """The leaf that *expr* only refers to; None where it is algebra."""
    target = expr.column if isinstance(expr, At) else expr
    return target if isinstance(target, Leaf) else None


def as_expr(operand: Operand) -> Expr:
    """*operand* as algebra.

    Raises TypeError for a number other than 0 and 1.
    """
    if isinstance(operand, Expr):
        return operand
    if operand in (0, 1) and not isinstance(operand, bool | float):
        return Constant(1 if operand else 0)
    raise TypeError(ONLY_0_AND_1.format(operand))


def _call(name: str, *arguments: Operand) -> Call:
    return Call(functions.BY_NAME[name], tuple(as_expr(a) for a in arguments))


def lowest(*operands: Operand) -> Call:
    """The smallest operand."""
    return _call("lowest", *operands)


def highest(*operands: Operand) -> Call:
    """The largest operand."""
    return _call("highest", *operands)


def magnitude(operand: Expr) -> Call:
    """The operand without its sign."""
    return _call("magnitude", operand)


def when(condition: Expr, then: Operand | str, otherwise: Operand | str) -> Call:
    """*then* where the condition holds, *otherwise* where not; only that one is evaluated."""
    return _call("when", condition, _worded(then), _worded(otherwise))


def _worded(operand: Operand | str) -> Operand:
    return Text(operand) if isinstance(operand, str) else operand


def both(*conditions: Expr) -> Call:
    """Whether all conditions hold."""
    return _call("both", *conditions)


def either(*conditions: Expr) -> Call:
    """Whether any condition holds."""
    return _call("either", *conditions)


def given(operand: Expr) -> Call:
    """Whether the operand is a number, and not blank, text or an error."""
    return _call("given", operand)


def broken(operand: Expr) -> Call:
    """Whether the operand is an error value."""
    return _call("broken", operand)


def content(entry: Expr, blank: str) -> Call:
    """What was typed, of any kind, or the text *blank* where nothing was; it has no unit."""
    return _call("content", entry, Text(blank))


def override(entry: Expr, default: Operand) -> Call:
    """The entry where a number was typed, *default* where it was left blank."""
    return when(given(entry), entry, default)


def pick(position: Expr, *choices: Operand) -> Call:
    """The choice at *position*, counted from 1."""
    return _call("pick", position, *choices)


def total(*columns: Vector) -> Call:
    """The sum of all cells of the columns."""
    return _call("total", *(Range(c) for c in columns))


def total_of(lines: Sequence[Scalar]) -> Call:
    """The sum of lines that stand one below the other."""
    return _call("total", Run(tuple(lines)))


def total_where(column: Vector, *where: tuple[Vector, Expr]) -> Call:
    """The sum of the cells whose entities have, in each named column, the given value."""
    pairs = [part for keys, key in where for part in (Range(keys), key)]
    return _call("total_where", Range(column), *pairs)


def count_where(*where: tuple[Vector, Expr]) -> Call:
    """How many entities have, in each named column, the given value."""
    return _call("count_where", *[part for keys, key in where for part in (Range(keys), key)])


def counted(column: Vector) -> Call:
    """How many cells of a column are numbers."""
    return _call("counted", Range(column))


def filled(cell: Expr) -> Binary:
    """Whether a cell shows anything: it was typed in, or its formula gives more than no text."""
    return Binary("<>", cell, Text("", stands_in=True))


def where_filled(cell: Expr, algebra: Operand | str, blank: Operand | str = "") -> Call:
    """The algebra in rows where *cell* shows anything, and *blank* in the others.

    Rows that are left blank stay out of sums and of counts of numbers. A column that is compared
    (a rank, a largest cell, the keys of ``step``) wants a number for *blank*: in a comparison text
    is larger than every number.
    """
    if isinstance(blank, str):
        blank = Text(blank, stands_in=True)
    return when(filled(cell), algebra, blank)


def count_filled(column: Vector) -> Call:
    """How many cells of a column show anything."""
    return _call("count_filled", Range(column))


def count_between(column: Vector, low: Expr, high: Expr) -> Call:
    """How many cells of a column are numbers from *low* to *high*, both included."""
    return _call("count_between", Range(column), low, high)


def count_outside(column: Vector, low: Expr, high: Expr) -> Call:
    """How many cells of a column show something that is no number from *low* to *high*."""
    return _call("count_outside", Range(column), low, high)


def count_torn(key: Vector, column: Vector) -> Call:
    """How many rows show something in one of two columns and nothing in the other."""
    return _call("count_torn", Range(key), Range(column))


def count_gaps(key: Vector, column: Vector) -> Call:
    """How many rows show something in *key* and nothing in *column*."""
    return _call("count_gaps", Range(key), Range(column))


def position(key: Expr, keys: Vector) -> Call:
    """The place of *key* among the cells of *keys*, counted from 1; #N/A where it is absent."""
    return Call(functions.BY_NAME["position"], (key, Range(keys), Constant(0)))


def nth(values: Vector, place: Expr) -> Call:
    """The cell of *values* at *place*, counted from 1."""
    return _call("nth", Range(values), place)


def lookup(key: Expr, keys: Vector, values: Vector) -> Call:
    """The cell of *values* of the entity whose cell in *keys* is *key*."""
    return nth(values, position(key, keys))


def all_cells(tab: str) -> Call:
    """The sum of all numbers of a tab below its header; an error anywhere there comes through."""
    return Call(functions.BY_NAME["total"], (Body(tab),))


def largest(values: Vector) -> Call:
    """The largest cell of a column."""
    return _call("highest", Range(values))


def smallest(values: Vector) -> Call:
    """The smallest cell of a column."""
    return _call("lowest", Range(values))


def ordinal(column: Vector) -> Call:
    """The place of this row in its table, counted from 1."""
    return _call("ordinal", Range(column, so_far=True))


def running(column: Vector) -> Call:
    """The sum of the cells of the column down to this row."""
    return _call("total", Range(column, so_far=True))


def order(column: Vector) -> Binary:
    """The place of this row from the largest cell down, counted from 1; equals keep their order."""
    return _call("count_above", column, Range(column)) + _call(
        "count_same", column, Range(column, so_far=True)
    )


def rounded(operand: Expr, places: Operand) -> Call:
    """The operand to a number of places, half away from zero: to compare or to show, not to use."""
    return _call("rounded", operand, places)


def shown(operand: Expr, pattern: str, places: Operand) -> Call:
    """The operand as text, rounded to *places* first, by a pattern that programs share.

    "0%" wants two places. Without the rounding some programs lose a carry: 0.996 as "0.00".
    """
    return _call("shown", operand, Text(pattern), places)


def dated(operand: Expr) -> Call:
    """A date as text, such as 2026-02-24."""
    return _call("dated", operand, Text("yyyy-mm-dd"))


def no_figure(words: str) -> Text:
    """What a cell says where it has no figure: text that fits any unit."""
    return Text(words, stands_in=True)


def logarithm(operand: Expr) -> Call:
    """The natural logarithm of a figure without a unit; #NUM! unless it is above 0."""
    return _call("logarithm", operand)


def exponential(operand: Expr) -> Call:
    """e to the power of a figure without a unit."""
    return _call("exponential", operand)


def annuity(rate: Expr, periods: Expr, worth: Expr) -> Call:
    """The level payment at the end of each period that repays *worth* with interest at *rate*.

    At 10 % a year, 1000 over 3 years costs 402.11 a year; at 0 % it costs a third.
    """
    return _call("payment", rate, periods, 0 - worth)


def whole_up(operand: Expr) -> Call:
    """The operand rounded up to a whole number, away from zero."""
    return _call("whole_up", operand)


def step(key: Expr, rising: Vector) -> Call:
    """The place of the last cell of a column that rises and is not above *key*; #N/A if none is."""
    return _call("step", key, Range(rising))


def count_within(keys: Vector, key: Expr, values: Vector, most: Expr) -> Call:
    """How many entities have *key* in *keys* and at most *most* in *values*."""
    return _call("count_within", Range(keys), key, Range(values), most)


def total_with(column: Vector, keys: Vector, key: Expr) -> Call:
    """The sum of the cells whose entities have *key* in *keys*, as ``total_where`` gives it.

    The cells are numbers or blank, and an error in any of them comes through: where ``total_where``
    meets one, programs differ.
    """
    return _call("total_with", Range(column), Range(keys), key)


def count_beyond(keys: Vector, key: Expr, values: Vector, least: Expr) -> Call:
    """How many entities have *key* in *keys* and more than *least* in *values*."""
    return _call("count_beyond", Range(keys), key, Range(values), least)


def total_beyond(amounts: Vector, keys: Vector, key: Expr, values: Vector, least: Expr) -> Call:
    """The sum of *amounts* of the entities with *key* in *keys* and above *least* in *values*."""
    return _call("total_beyond", Range(amounts), Range(keys), key, Range(values), least)


def days_between(first: Expr, last: Expr) -> Call:
    """Whole days from one date to another, negative where the second is earlier.

    Raises TypeError for algebra with operators, which would want brackets: make it a line.
    """
    for day in (first, last):
        if isinstance(day, Binary):
            raise TypeError(f"{day} is no day of its own; make it a line")
    return _call("days_between", first, last)


def repeated(text: str, times: Expr) -> Call:
    """The text, *times* over."""
    return _call("repeated", Text(text), times)


def joined(*parts: Expr | str) -> Expr:
    """Text parts one after the other."""
    first, *rest = (Text(p) if isinstance(p, str) else p for p in parts)
    for part in rest:
        first = Binary("&", first, part)
    return first


def same(left: Expr, right: Operand | str) -> Binary:
    """Whether both are equal: for text and whole numbers, not for measured ones."""
    return Binary("=", left, Text(right) if isinstance(right, str) else as_expr(right))


def differs(left: Expr, right: Operand | str) -> Binary:
    """Whether both differ: for text and whole numbers, not for measured ones."""
    return Binary("<>", left, Text(right) if isinstance(right, str) else as_expr(right))


def below(left: Expr, right: Operand) -> Binary:
    """Whether *left* is less than *right*."""
    return Binary("<", left, as_expr(right))


def at_most(left: Expr, right: Operand) -> Binary:
    """Whether *left* is *right* or less."""
    return Binary("<=", left, as_expr(right))


def above(left: Expr, right: Operand) -> Binary:
    """Whether *left* is more than *right*."""
    return Binary(">", left, as_expr(right))


def at_least(left: Expr, right: Operand) -> Binary:
    """Whether *left* is *right* or more."""
    return Binary(">=", left, as_expr(right))


PRECEDENCE: dict[Operator, int] = {
    "=": 1,
    "<>": 1,
    "<": 1,
    "<=": 1,
    ">": 1,
    ">=": 1,
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
}
ATOM = 9


def precedence(expr: Expr) -> int:
    """How tightly the outermost operation of *expr* binds."""
    return PRECEDENCE[expr.operator] if isinstance(expr, Binary) else ATOM
