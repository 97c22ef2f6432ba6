"""The unit of memo algebra, and what does not fit together."""

from __future__ import annotations

from workbook import functions
from workbook.expr import (
    MIXED,
    At,
    Before,
    Binary,
    Body,
    Call,
    Constant,
    Expr,
    Leaf,
    Operator,
    Range,
    Run,
    Text,
)
from workbook.units import NONE, TEXT, Unit, UnitError, parse
from workbook.words import in_words


def unit_of(expr: Expr) -> Unit | None:
    """The unit of the algebra; None for the constant 0, which fits any unit.

    Raises UnitError where quantities are combined that do not fit.
    """
    match expr:
        case Constant(value=value):
            return NONE if value else None
        case Text(stands_in=stands_in):
            return None if stands_in else TEXT
        case Body():
            return None
        case Leaf():
            return _declared(expr)
        case Range(column=column) | At(column=column) | Before(column=column):
            return _declared(column)
        case Run(lines=lines):
            return functions.one_unit([_declared(line) for line in lines])
        case Call(function=function, arguments=arguments):
            try:
                return function.unit([unit_of(a) for a in arguments])
            except UnitError as error:
                raise UnitError(f"{in_words(expr)}: {error}") from None
        case Binary(operator=operator, left=left, right=right):
            return _binary_unit(operator, left, right, in_words(expr))
    raise TypeError(expr)


def _declared(leaf: Leaf) -> Unit | None:
    return None if leaf.unit == MIXED else parse(leaf.unit)


def _binary_unit(operator: Operator, left: Expr, right: Expr, words: str) -> Unit | None:
    ours, theirs = unit_of(left), unit_of(right)
    try:
        match operator:
            case "*":
                return (ours or NONE) * (theirs or NONE)
            case "/":
                return (ours or NONE) / (theirs or NONE)
            case "+" | "-":
                return functions.arithmetic_unit([ours, theirs])
            case "&":
                return functions.text_unit([ours, theirs])
            case _:
                return functions.compared_unit([ours, theirs])
    except UnitError as error:
        raise UnitError(f"{words}: {error}") from None
