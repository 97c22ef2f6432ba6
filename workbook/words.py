"""Memo algebra as a reader would say it, for the How column."""

from __future__ import annotations

from workbook.expr import (
    PRECEDENCE,
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
    precedence,
)

WORDS: dict[Operator, str] = {
    "*": "×",
    "/": "÷",
    "-": "−",
    "<>": "is not",
    "=": "is",
    "<=": "is at most",
    ">=": "is at least",
    "<": "is below",
    ">": "is above",
}


def in_words(expr: Expr) -> str:
    """The algebra as a reader would say it, one level deep: labels instead of keys."""
    match expr:
        case Constant(value=value):
            return str(value)
        case Text(value=value):
            return f"“{value}”"
        case Leaf(label=label):
            return label
        case Range(column=column, so_far=so_far):
            return f"{column.label} down to here" if so_far else column.label
        case Before(column=column):
            return f"{column.label} of the row above"
        case Run(lines=lines):
            return f"{lines[0].label} to {lines[-1].label}"
        case Body(tab=tab):
            return f"all cells of {tab}"
        case At(column=column, entity=entity):
            return f"{column.label} of {column.name_of(entity)}"
        case Call(function=function, arguments=arguments):
            return function.words([in_words(a) for a in arguments])
        case Binary(operator=operator, left=left, right=right):
            own = PRECEDENCE[operator]
            return " ".join(
                (
                    _bracketed(left, needed=precedence(left) < own),
                    WORDS.get(operator, operator),
                    _bracketed(right, needed=precedence(right) <= own),
                )
            )
    raise TypeError(expr)


def _bracketed(expr: Expr, *, needed: bool) -> str:
    words = in_words(expr)
    return f"({words})" if needed else words
