"""What the memo algebra means: its value in plain Python, for any change of the inputs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeAlias

from workbook.a1 import serial
from workbook.assumptions import Input
from workbook.book import (
    Column,
    Entries,
    Fixed,
    Formula,
    Gathered,
    Line,
    Owned,
    Stamp,
    Tab,
    Typed,
    entry_value,
    lines_of,
    tables_of,
    texts_of,
)
from workbook.expr import At, Before, Binary, Body, Call, Constant, Expr, Operator, Range, Run, Text
from workbook.functions import Cells, ErrorValue, Value, number

Ordered: TypeAlias = tuple[int, float | str]
ARITHMETIC: dict[Operator, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
COMPARISONS: dict[Operator, Callable[[Ordered, Ordered], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Model:
    """The values of the lines and columns of tabs, with *changes* of inputs by id.

    Values are worked out when asked for, once. Errors are raised as ErrorValue.
    """

    def __init__(self, tabs: Sequence[Tab], changes: Mapping[str, Stamp] | None = None) -> None:
        self._lines = {line.key: line for tab in tabs for line in lines_of(tab)}
        self._tabs = tuple(tabs)
        self._changes = dict(changes or {})
        self._known: dict[tuple[int, int], Value | ErrorValue] = {}
        self._whole: dict[int, list[Value | ErrorValue]] = {}

    def __getitem__(self, key: str) -> Value:
        """The value of the line with this key."""
        return self.line(self._lines[key])

    def line(self, line: Line) -> Value:
        """The value of a line."""
        return self._once((id(line), -1), lambda: self._line(line))

    def cell(self, column: Column, place: int) -> Value:
        """The value of a column for the entity at *place*, counted from 0."""
        return self._once((id(column), place), lambda: self._cell(column, place))

    def value(self, expr: Expr, place: int | None = None) -> Value:
        """The value of algebra; *place* is the row's own where it stands in a table."""
        value = self._evaluate(expr, place)
        if isinstance(value, list):
            raise TypeError("a range has no single value")
        return value

    def _once(self, key: tuple[int, int], work: Callable[[], Value]) -> Value:
        if key not in self._known:
            self._known[key] = self._kept(work)
        known = self._known[key]
        if isinstance(known, ErrorValue):
            raise known.with_traceback(None)
        return known

    def _line(self, line: Line) -> Value:
        if line.algebra is not None:
            return _filled(self.value(line.algebra))
        return self._entry(line.entry) if line.entry is not None else line.constant

    def _entry(self, entry: Input) -> Value:
        return plain(self._changes[entry.id] if entry.id in self._changes else entry_value(entry))

    def _cell(self, column: Column, place: int) -> Value:
        match column.content:
            case Formula(algebra=algebra):
                return _filled(self.value(algebra, place))
            case Entries(entries=entries):
                return self._entry(entries[place])
            case Fixed(values=values):
                return plain(values[place])
            case Gathered(links=links):
                return _filled(self.value(links[place], place))
            case Owned(lines=lines):
                return self.line(lines[place])
            case Typed(values=values):
                return self._typed(column, values, place)

    def _typed(self, column: Column, values: Sequence[Stamp], place: int) -> Value:
        axis = column.axis
        name = f"{axis.key}.{axis.entities[place].key}.{column.key}" if self._changes else ""
        if name in self._changes:
            return plain(self._changes[name])
        return plain(values[place]) if place < len(values) else None

    def _evaluate(self, expr: Expr, place: int | None) -> Value | list[Value | ErrorValue]:
        match expr:
            case Constant(value=value):
                return float(value)
            case Text(value=text):
                return text
            case Line():
                return self.line(expr)
            case Column():
                if place is None:
                    raise TypeError(f"column {expr.key!r} has a value only within a row")
                return self.cell(expr, place)
            case Range(column=Column() as column, so_far=so_far):
                return self._down_to(column, place) if so_far else self._column(column)
            case Before(column=Column() as column):
                return self._before(column, place)
            case Run(lines=lines):
                return [self._kept(partial(self.line, n)) for n in lines if isinstance(n, Line)]
            case Body(tab=name):
                return self._body(name)
            case At(column=Column() as column, entity=entity):
                return self.cell(column, column.axis.place(entity))
            case Call(function=function, arguments=arguments):
                return function.value([self._thunk(a, place) for a in arguments])
            case Binary(operator=sign, left=left, right=right):
                return self._binary(sign, self.value(left, place), self.value(right, place))
        raise TypeError(expr)

    def _before(self, column: Column, place: int | None) -> Value:
        """The cell above, with those above it first: a long table would nest too deeply."""
        if not place:
            raise TypeError(f"column {column.key!r} has no row above here")
        cells = [self._kept(partial(self.cell, column, i)) for i in range(place)]
        if isinstance(cells[-1], ErrorValue):
            raise cells[-1]
        return cells[-1]

    def _column(self, column: Column) -> list[Value | ErrorValue]:
        """All cells of a column, gathered once: many rows read the same ones."""
        if id(column) not in self._whole:
            self._whole[id(column)] = self._down_to(column, None)
        return self._whole[id(column)]

    def _down_to(self, column: Column, place: int | None) -> list[Value | ErrorValue]:
        count = len(column.axis.entities) if place is None else place + 1
        return [self._kept(partial(self.cell, column, i)) for i in range(count)]

    def _kept(self, work: Callable[[], Value]) -> Value | ErrorValue:
        """A cell of a range: its error, if it has one, is for the function to judge."""
        try:
            return work()
        except ErrorValue as error:
            return error

    def _body(self, name: str) -> list[Value | ErrorValue]:
        tab = next(tab for tab in self._tabs if tab.name == name)
        columns = [c for table in tables_of(tab) for c in table.columns]
        cells = [partial(self.cell, c, i) for c in columns for i in range(len(c.axis.entities))]
        lines = [partial(self.line, line) for line in lines_of(tab)]
        texts = [partial(self.value, text) for text in texts_of(tab)]
        return [self._kept(work) for work in (*lines, *cells, *texts)]

    def _thunk(self, expr: Expr, place: int | None) -> Callable[[], Value | Cells]:
        return lambda: self._evaluate(expr, place)

    def _binary(self, sign: Operator, left: Value, right: Value) -> Value:
        if sign == "&":
            return _text(left) + _text(right)
        if sign in ("=", "<>"):
            return _equal(left, right) == (sign == "=")
        if sign == "/":
            if number(right) == 0:
                raise ErrorValue("#DIV/0!")
            return number(left) / number(right)
        if sign in COMPARISONS:
            return COMPARISONS[sign](_ordered(left, right), _ordered(right, left))
        return ARITHMETIC[sign](number(left), number(right))


def _equal(left: Value, right: Value) -> bool:
    """Equality as a spreadsheet has it: text without case, a blank like 0 and like no text."""
    return _ordered(left, right) == _ordered(right, left)


def _ordered(value: Value, other: Value) -> Ordered:
    """What a comparison compares: numbers stand before text, and text has no case."""
    if isinstance(value, str):
        return 1, value.casefold()
    if value is None and isinstance(other, str):
        return 1, ""
    return 0, number(value)


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _filled(value: Value) -> Value:
    """The result of a formula: a link to a blank cell is 0."""
    return 0.0 if value is None else value


def plain(stamp: Stamp) -> Value:
    """A stamp as a cell holds it: a date is a serial number, counted from 1899-12-30."""
    return float(serial(stamp)) if isinstance(stamp, date) else stamp
