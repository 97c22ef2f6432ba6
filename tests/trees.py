"""Random algebra for the tests: trees that grow over the figures of a small book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, TypeVar

from hypothesis import strategies as st

from workbook import expr, functions
from workbook.book import Column
from workbook.evaluate import Model
from workbook.expr import (
    Binary,
    Call,
    Constant,
    Expr,
    Operator,
    Scalar,
    Text,
    Vector,
)
from workbook.functions import ErrorValue, Value

T = TypeVar("T")

CLOSE = 1e-9
"""Below this, relatively, rounding decides a difference, and engines round in their own ways."""
PATTERNS = {"0": 0, "#,##0": 0, "0.0": 1, "0.00": 2, "0%": 2, "0.0%": 3}
"""The patterns of numbers in texts, and the places that each rounds to."""


SHOWN, ROUNDED = functions.BY_NAME["shown"], functions.BY_NAME["rounded"]


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

    def _evaluate(self, expr: Expr, place: int | None) -> Value | list[Value | ErrorValue]:
        match expr:
            case Call(function=f, arguments=(figure, Text(value=pattern), _)) if f is SHOWN:
                value = functions.number(self.value(figure, place))
                if near_a_tie(value, PATTERNS[pattern]) or odd_one(value, pattern):
                    raise TooClose
            case Call(function=f, arguments=(figure, places)) if f is ROUNDED:
                count = functions.number(self.value(places, place))
                if near_a_tie(functions.number(self.value(figure, place)), int(count)):
                    raise TooClose
        return super()._evaluate(expr, place)


def near_a_tie(value: float, places: int) -> bool:
    """Whether the last bits of *value* decide which way it is rounded."""
    last: float = abs(value) * 10**places
    return abs(last % 1 - 0.5) < CLOSE * max(1.0, last)


def odd_one(value: float, pattern: str) -> str:
    """The engine that is known to write *value*, once it is rounded, in its own way, if any.

    ironcalc loses the sign of −1 in the last place; formulas writes -0, and "0," under a
    thousands separator.
    """
    last = int(abs(value) * 10 ** PATTERNS[pattern] + 0.5)
    if last == 1 and value < 0:
        return "ironcalc"
    return "formulas" if last == 0 and (value < 0 or pattern == "#,##0") else ""


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
    broken: tuple[Vector, ...]
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
        kinds += [self._rounded, self._smooth]
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
            (
                expr.lowest(*operands),
                expr.highest(*operands),
                expr.magnitude(operands[0]),
                expr.annuity(self._rate(), self._place(), operands[0]),
            )
        )

    def _rate(self) -> Expr:
        """A rate of interest that every program can raise to a power."""
        return self._pick((Constant(0), 1 / (1 + self._place())))

    def _rounded(self, depth: int) -> Expr:
        return expr.rounded(self.number(depth), self._rounding(self._random.randint(0, 3)))

    def _smooth(self, depth: int) -> Expr:
        # beyond these, programs have errors of their own names, or lose digits of their own
        size = expr.magnitude(self.number(depth))
        tame = expr.rounded(size, self._rounding(1))
        return self._pick(
            (
                expr.logarithm(1 + size),
                expr.exponential(0 - expr.logarithm(1 + size)),
                expr.whole_up(tame),
            )
        )

    def _day(self) -> Expr:
        return self._pick(self._ground.days)

    def _over(self, _depth: int) -> Expr:
        # formualizer finds 0 where INDEX comes to a blank, and others pass a blank over in MIN
        column = self._pick((*self._ground.columns, *self._ground.broken))
        keys = self._pick(self._ground.texts)
        where = (keys, self._pick(self._ground.words))
        choices: list[Expr] = [
            expr.total(column),
            expr.total(column, self._pick(self._ground.columns)),
            expr.total_of(self._pick(self._ground.runs)),
            expr.largest(column),
            expr.counted(column),
            expr.count_where(where),
            expr.smallest(column),
            expr.days_between(self._day(), self._day()) / expr.days_between(*self._ground.days),
        ]
        if self._same_axis(keys, column):
            choices += [expr.total_where(column, where)] * 2
        if self._same_axis(keys, sound := self._pick(self._ground.columns)):
            beyond = (*where, sound, self._pick(self._ground.places))
            choices += [expr.count_beyond(*beyond), expr.total_beyond(sound, *beyond)]
            choices.append(expr.total_with(sound, *where))
        if self._ground.counting:
            counting = self._pick(self._ground.counting)
            counts = [expr.ordinal(counting), expr.running(counting), expr.order(counting)]
            choices += counts * 2
        return self._pick(choices)

    def _found(self, _depth: int) -> Expr:
        # formualizer finds 0 where INDEX comes to a blank, and others pass a blank over in MIN
        column = self._pick((*self._ground.columns, *self._ground.broken))
        keys = self._pick(self._ground.texts)
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
            return expr.dated(self._pick(self._ground.days))
        pattern = self._pick(tuple(PATTERNS))
        return expr.shown(self.number(depth), pattern, self._rounding(PATTERNS[pattern]))

    def _rounding(self, places: int) -> Expr:
        """This number of places: none is 0, one is 1 or a line, more are a line."""
        if places == 0:
            return Constant(0)
        line = self._ground.places[places - 1]
        return self._pick((line, Constant(1))) if places == 1 else line

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


def arithmetic(leaves: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Sums, differences, products and quotients of *leaves*, nested in any way."""
    signs = st.sampled_from(("+", "-", "*", "/"))
    return st.recursive(leaves, lambda inner: st.builds(Binary, signs, inner, inner), max_leaves=12)
