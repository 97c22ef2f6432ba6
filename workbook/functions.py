"""The closed set of functions of memo algebra: each one's Excel name, words, unit and value.

All of them give the same result in Excel, LibreOffice, formualizer, ironcalc and formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias, TypeGuard

from workbook.a1 import EPOCH
from workbook.units import DATE, DAY, FLAG, NONE, TEXT, Unit, UnitError


class ErrorValue(ArithmeticError):
    """A spreadsheet error, such as #DIV/0!, on its way up through the algebra."""


Value: TypeAlias = float | str | bool | None
Cells: TypeAlias = "Sequence[Value | ErrorValue]"
Argument: TypeAlias = "Callable[[], Value | Cells]"
MaybeUnit: TypeAlias = Unit | None


@dataclass(frozen=True, slots=True)
class Function:
    """One function: *value* takes its arguments unevaluated, so that branches stay lazy.

    *excel* is a function's name, or a pattern with a place for each argument.
    """

    excel: str
    words: Callable[[Sequence[str]], str]
    unit: Callable[[Sequence[MaybeUnit]], MaybeUnit]
    value: Callable[[Sequence[Argument]], Value]


def one_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    """The unit that all share; None where all are the constant 0."""
    known = {u for u in units if u is not None}
    if len(known) > 1:
        raise UnitError(f"units differ: {' and '.join(sorted(map(str, known)))}")
    return known.pop() if known else None


def arithmetic_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    """The unit of a sum: all alike, and of numbers."""
    unit = one_unit(units)
    if unit in (TEXT, FLAG):
        raise UnitError(f"cannot add {unit}")
    return unit


def compared_unit(units: Sequence[MaybeUnit]) -> Unit:
    """The unit of a comparison: of two quantities alike, and not of two conditions."""
    if one_unit(units) == FLAG:
        raise UnitError("conditions are joined with both and either, not compared")
    return FLAG


def text_unit(units: Sequence[MaybeUnit]) -> Unit:
    """Text, where every part is text."""
    if any(u != TEXT for u in units):
        raise UnitError("only text joins to text; show numbers with a pattern first")
    return TEXT


def _must(unit: MaybeUnit, wanted: Unit, what: str) -> None:
    if unit not in (wanted, None):
        raise UnitError(f"{what} must be in {wanted}, not {unit}")


def _branches(units: Sequence[MaybeUnit]) -> MaybeUnit:
    _must(units[0], FLAG, "a condition")
    return one_unit(units[1:])


def _choices(units: Sequence[MaybeUnit]) -> MaybeUnit:
    _must(units[0], NONE, "a position")
    return one_unit(units[1:])


def _flags(units: Sequence[MaybeUnit]) -> Unit:
    for unit in units:
        _must(unit, FLAG, "a condition")
    return FLAG


def _criteria(units: Sequence[MaybeUnit]) -> None:
    for keys, key in zip(units[::2], units[1::2], strict=True):
        one_unit([keys, key])


def _where_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    _criteria(units[1:])
    return units[0]


def _count_unit(units: Sequence[MaybeUnit]) -> Unit:
    _criteria(units)
    return NONE


def _place_unit(units: Sequence[MaybeUnit]) -> Unit:
    one_unit(units[:2])
    return NONE


def _nth_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    _must(units[1], NONE, "a position")
    return units[0]


def _repeat_unit(units: Sequence[MaybeUnit]) -> Unit:
    _must(units[1], NONE, "a number of times")
    return TEXT


def _cells(argument: Argument) -> Cells:
    value = argument()
    return value if isinstance(value, list | tuple) else (_scalar(value),)


def _logarithm(arguments: Sequence[Argument]) -> float:
    value = number(arguments[0]())
    if value <= 0:
        raise ErrorValue("#NUM!")
    return math.log(value)


def _exponential(arguments: Sequence[Argument]) -> float:
    try:
        return math.exp(number(arguments[0]()))
    except OverflowError:
        raise ErrorValue("#NUM!") from None


def _payment(arguments: Sequence[Argument]) -> float:
    rate, periods, worth = (number(argument()) for argument in arguments)
    if periods == 0:
        raise ErrorValue("#NUM!")
    if rate == 0:
        return -worth / periods
    try:
        return worth * rate / math.expm1(-periods * math.log1p(rate))
    except (ValueError, OverflowError, ZeroDivisionError):
        raise ErrorValue("#NUM!") from None


def _payment_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    rate, periods, worth = units
    if rate is not None:
        _must(rate * (periods or NONE), NONE, "a rate times its periods")
    return (worth or NONE) / (periods or NONE)


def _whole_up(arguments: Sequence[Argument]) -> float:
    value = number(arguments[0]())
    # 15 significant digits are what a spreadsheet sees of a double
    return math.copysign(math.ceil(float(f"{abs(value):.15g}")), value) + 0.0


def _step(arguments: Sequence[Argument]) -> float:
    key = number(arguments[0]())
    if found := sum(1 for cell in _cells(arguments[1]) if number(cell) <= key):
        return float(found)
    raise ErrorValue("#N/A")


def _count_within(arguments: Sequence[Argument]) -> float:
    keys, values = _cells(arguments[0]), _cells(arguments[2])
    key, most = _scalar(arguments[1]()), number(arguments[3]())
    pairs = zip(keys, values, strict=True)
    return float(sum(1 for k, v in pairs if _equal(k, key) and number(v) <= most))


def _filled(cell: Value | ErrorValue) -> bool:
    """Whether a cell shows anything; an error comes through."""
    if isinstance(cell, ErrorValue):
        raise cell
    return cell is not None and cell != ""


def _count_between(arguments: Sequence[Argument]) -> float:
    filled = [cell for cell in _cells(arguments[0]) if _filled(cell)]
    low, high = number(arguments[1]()), number(arguments[2]())
    # in a comparison text is larger than every number
    return float(sum(1 for cell in filled if _numeric(cell) and low <= cell <= high))


def _count_outside(arguments: Sequence[Argument]) -> float:
    filled = sum(1 for cell in _cells(arguments[0]) if _filled(cell))
    return filled - _count_between(arguments)


def _count_torn(arguments: Sequence[Argument]) -> float:
    pairs = zip(_cells(arguments[0]), _cells(arguments[1]), strict=True)
    return float(sum(1 for key, cell in pairs if _filled(key) != _filled(cell)))


def _range_unit(units: Sequence[MaybeUnit]) -> Unit:
    one_unit(units)
    return NONE


def _within_unit(units: Sequence[MaybeUnit]) -> Unit:
    one_unit(units[:2])
    one_unit(units[2:])
    return NONE


def _sound(cells: Cells) -> Cells:
    """The cells, none of which is an error: the first one comes through."""
    for cell in cells:
        if isinstance(cell, ErrorValue):
            raise cell
    return cells


def _total_with(arguments: Sequence[Argument]) -> float:
    amounts = [number(cell) for cell in _cells(arguments[0])]
    keys, key = _sound(_cells(arguments[1])), _scalar(arguments[2]())
    rows = zip(amounts, keys, strict=True)
    return math.fsum(amount for amount, cell in rows if _equal(cell, key))


def _with_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    one_unit(units[1:])
    return arithmetic_unit(units[:1])


def _beyond(pairs: Sequence[Argument]) -> list[bool]:
    """For each row, whether its key is the one asked for and its value more than the least."""
    keys, values = _cells(pairs[0]), _cells(pairs[2])
    key, least = _scalar(pairs[1]()), number(pairs[3]())
    rows = zip(_sound(keys), values, strict=True)
    return [number(value) > least and _equal(cell, key) for cell, value in rows]


def _total_beyond(arguments: Sequence[Argument]) -> float:
    amounts = [number(cell) for cell in _cells(arguments[0])]
    chosen = zip(amounts, _beyond(arguments[1:]), strict=True)
    return math.fsum(amount for amount, ok in chosen if ok)


def _beyond_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    _within_unit(units[1:])
    return arithmetic_unit(units[:1])


def _days_between(arguments: Sequence[Argument]) -> float:
    return float(math.floor(number(arguments[1]()) - number(arguments[0]())))


def _days_unit(units: Sequence[MaybeUnit]) -> Unit:
    for unit in units:
        _must(unit, DATE, "each end")
    return DAY


def _bare(units: Sequence[MaybeUnit]) -> Unit:
    _must(units[0], NONE, "a logarithm or a power")
    return NONE


def _scalar(value: Value | Cells) -> Value:
    if value is None or isinstance(value, float | int | str | bool):
        return value
    raise TypeError("a range stands where one value is needed")


def number(value: Value | ErrorValue | Cells) -> float:
    """The value as a number, as a spreadsheet reads it: blank is 0, text is #VALUE!."""
    if isinstance(value, ErrorValue):
        raise value
    if value is None:
        return 0.0
    if isinstance(value, float | int):
        return float(value)
    raise ErrorValue("#VALUE!")


def _numbers(arguments: Sequence[Argument]) -> list[float]:
    """Numbers among the arguments' cells; text and blanks are passed over, errors come through."""
    cells = [cell for argument in arguments for cell in _cells(argument)]
    for cell in cells:
        if isinstance(cell, ErrorValue):
            raise cell
    return [float(cell) for cell in cells if _numeric(cell)]


def _numeric(cell: Value | ErrorValue | Cells) -> TypeGuard[float]:
    return isinstance(cell, float | int) and not isinstance(cell, bool)


def _is_error(argument: Argument) -> bool:
    try:
        argument()
    except ErrorValue:
        return True
    return False


def _is_number(argument: Argument) -> bool:
    try:
        value = argument()
    except ErrorValue:
        return False
    return _numeric(value)


def _conditions(arguments: Sequence[Argument]) -> list[bool]:
    """All conditions, each evaluated: an error in a later one comes through."""
    return [bool(argument()) for argument in arguments]


def _matching(pairs: Sequence[Argument]) -> list[bool]:
    columns = [
        (_cells(keys), _scalar(key())) for keys, key in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    return [all(_equal(cells[i], key) for cells, key in columns) for i in range(len(columns[0][0]))]


def _equal(cell: Value | ErrorValue, key: Value) -> bool:
    if isinstance(cell, str) and isinstance(key, str):
        return cell.casefold() == key.casefold()
    if cell is None:
        return key == ""
    return not isinstance(cell, ErrorValue) and cell == key


def _total_where(arguments: Sequence[Argument]) -> float:
    """As SUMIFS does: text and blanks are passed over, errors of the rows chosen come through."""
    rows = zip(_cells(arguments[0]), _matching(arguments[1:]), strict=True)
    chosen = [cell for cell, ok in rows if ok]
    return math.fsum(_numbers([lambda: chosen]))


def _position(arguments: Sequence[Argument]) -> float:
    key = _scalar(arguments[0]())
    for place, cell in enumerate(_cells(arguments[1]), 1):
        if _equal(cell, key):
            return float(place)
    raise ErrorValue("#N/A")


def _nth(arguments: Sequence[Argument]) -> Value:
    cells, place = _cells(arguments[0]), int(number(arguments[1]()))
    if not 1 <= place <= len(cells):
        raise ErrorValue("#REF!")
    found = cells[place - 1]
    if isinstance(found, ErrorValue):
        raise found
    return found


def _pick(arguments: Sequence[Argument]) -> Value:
    place = int(number(arguments[0]()))
    if not 1 <= place < len(arguments):
        raise ErrorValue("#VALUE!")
    return _scalar(arguments[place]())


# number pattern → how Python writes a number that is rounded already
PATTERNS: dict[str, Callable[[Decimal], str]] = {
    "0": lambda v: f"{v:.0f}",
    "#,##0": lambda v: f"{v:,.0f}",
    "0.0": lambda v: f"{v:.1f}",
    "0.00": lambda v: f"{v:.2f}",
    "0%": lambda v: f"{v * 100:.0f}%",
    "0.0%": lambda v: f"{v * 100:.1f}%",
}


def _half_up(value: float, places: int) -> Decimal:
    """*value* rounded half away from zero, as spreadsheets do; no negative zero."""
    # 15 significant digits are what a spreadsheet shows of a double
    rounded = Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return rounded or abs(rounded)


def _shown(arguments: Sequence[Argument]) -> str:
    value, pattern, places = number(arguments[0]()), str(arguments[1]()), number(arguments[2]())
    return PATTERNS[pattern](_half_up(value, int(places)))


def _dated(arguments: Sequence[Argument]) -> str:
    return (EPOCH + timedelta(days=int(number(arguments[0]())))).isoformat()


def _highest(arguments: Sequence[Argument]) -> float:
    return max(_numbers(arguments), default=0.0)


def _lowest(arguments: Sequence[Argument]) -> float:
    return min(_numbers(arguments), default=0.0)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else words[0]


def _where_words(words: Sequence[str]) -> str:
    return " and ".join(f"{k} is {v}" for k, v in zip(words[::2], words[1::2], strict=True))


def _when_words(words: Sequence[str]) -> str:
    if words[0] == f"{words[1]} is given":
        return f"{words[1]} where given, otherwise {words[2]}"
    return f"{words[1]} if {words[0]}, otherwise {words[2]}"


def _nth_words(words: Sequence[str]) -> str:
    return f"{words[0]} at {words[1]}"


def _over(words: Sequence[str], name: str) -> str:
    return f"the {name} of {_listed(words)}" if len(words) > 1 else f"the {name} {words[0]}"


def _anything(_units: Sequence[MaybeUnit]) -> Unit:
    return FLAG


def _shown_unit(units: Sequence[MaybeUnit]) -> Unit:
    if units[0] in (TEXT, FLAG, DATE):
        raise UnitError(f"{units[0]} has no number pattern")
    _must(units[2], NONE, "a number of places")
    return TEXT


def _rounded_unit(units: Sequence[MaybeUnit]) -> MaybeUnit:
    _must(units[1], NONE, "a number of places")
    return arithmetic_unit(units[:1])


def _dated_unit(units: Sequence[MaybeUnit]) -> Unit:
    _must(units[0], DATE, "a day")
    return TEXT


def _dimensionless(_units: Sequence[MaybeUnit]) -> Unit:
    return NONE


BY_NAME: dict[str, Function] = {
    "lowest": Function("MIN", lambda w: _over(w, "smallest"), arithmetic_unit, _lowest),
    "highest": Function("MAX", lambda w: _over(w, "largest"), arithmetic_unit, _highest),
    "magnitude": Function(
        "ABS", lambda w: f"the size of ({w[0]})", arithmetic_unit, lambda a: abs(number(a[0]()))
    ),
    "when": Function(
        "IF",
        _when_words,
        _branches,
        lambda a: _scalar(a[1]() if a[0]() else a[2]()),
    ),
    "both": Function("AND", " and ".join, _flags, lambda a: all(_conditions(a))),
    "either": Function("OR", " or ".join, _flags, lambda a: any(_conditions(a))),
    "given": Function(
        "ISNUMBER", lambda w: f"{w[0]} is given", _anything, lambda a: _is_number(a[0])
    ),
    "broken": Function(
        "ISERROR", lambda w: f"{w[0]} is an error", _anything, lambda a: _is_error(a[0])
    ),
    "content": Function(
        'IF({0}="",{1},{0})',
        lambda w: f"{w[0]}, or {w[1]} where it is blank",
        lambda _: None,
        lambda a: _scalar(a[1]() if a[0]() in (None, "") else a[0]()),
    ),
    "pick": Function("CHOOSE", lambda w: f"by {w[0]}: {_listed(w[1:])}", _choices, _pick),
    "total": Function(
        "SUM",
        lambda w: f"the sum of {_listed(w)}",
        arithmetic_unit,
        lambda a: math.fsum(_numbers(a)),
    ),
    "total_where": Function(
        "SUMIFS",
        lambda w: f"the sum of {w[0]} where {_where_words(w[1:])}",
        _where_unit,
        _total_where,
    ),
    "count_where": Function(
        "COUNTIFS",
        lambda w: f"the number of rows where {_where_words(w)}",
        _count_unit,
        lambda a: float(sum(_matching(a))),
    ),
    "counted": Function(
        "COUNT",
        lambda w: f"how many {w[0]} are given",
        _dimensionless,
        lambda a: float(sum(1 for cell in _cells(a[0]) if _numeric(cell))),
    ),
    "count_filled": Function(
        'SUMPRODUCT(({0}<>"")*1)',
        lambda w: f"how many {w[0]} are filled in",
        _dimensionless,
        lambda a: float(sum(map(_filled, _cells(a[0])))),
    ),
    "count_between": Function(
        'SUMPRODUCT(({0}<>"")*({0}>={1})*({0}<={2}))',
        lambda w: f"how many {w[0]} are numbers from {w[1]} to {w[2]}",
        _range_unit,
        _count_between,
    ),
    "count_outside": Function(
        'SUMPRODUCT(({0}<>"")*(1-({0}>={1})*({0}<={2})))',
        lambda w: f"how many {w[0]} are filled in and no numbers from {w[1]} to {w[2]}",
        _range_unit,
        _count_outside,
    ),
    "count_torn": Function(
        'SUMPRODUCT((({0}="")+({1}="")=1)*1)',
        lambda w: f"how many rows have {w[0]} without {w[1]}, or the other way round",
        _dimensionless,
        _count_torn,
    ),
    "count_gaps": Function(
        'SUMPRODUCT(({0}<>"")*({1}=""))',
        lambda w: f"how many rows with {w[0]} lack {w[1]}",
        _dimensionless,
        lambda a: float(
            sum(
                1
                for key, cell in zip(_cells(a[0]), _cells(a[1]), strict=True)
                if _filled(key) and not _filled(cell)
            )
        ),
    ),
    "position": Function(
        "MATCH", lambda w: f"the place of {w[0]} in {w[1]}", _place_unit, _position
    ),
    "nth": Function("INDEX", _nth_words, _nth_unit, _nth),
    "count_above": Function(
        "SUMPRODUCT(({1}>{0})*1)",
        lambda w: f"the number of rows whose {w[1]} is larger",
        _place_unit,
        lambda a: float(sum(1 for v in _cells(a[1]) if number(v) > number(a[0]()))),
    ),
    "count_same": Function(
        "SUMPRODUCT(({1}={0})*1)",
        lambda _: "the number of equals down to this row",
        _place_unit,
        lambda a: float(sum(1 for v in _cells(a[1]) if number(v) == number(a[0]()))),
    ),
    "ordinal": Function(
        "ROWS", lambda _: "the row's number", _dimensionless, lambda a: float(len(_cells(a[0])))
    ),
    "rounded": Function(
        "ROUND",
        lambda w: f"{w[0]}, rounded",
        _rounded_unit,
        lambda a: float(_half_up(number(a[0]()), int(number(a[1]())))),
    ),
    "logarithm": Function("LN", lambda w: f"the logarithm of {w[0]}", _bare, _logarithm),
    "exponential": Function("EXP", lambda w: f"e to the power of {w[0]}", _bare, _exponential),
    "payment": Function(
        "PMT",
        lambda w: (
            f"the level payment over {w[1]} at {w[0]} that repays {w[2].removeprefix('0 − ')}"
        ),
        _payment_unit,
        _payment,
    ),
    "whole_up": Function(
        "ROUNDUP({0},0)",
        lambda w: f"{w[0]}, rounded up",
        lambda u: arithmetic_unit(u[:1]),
        _whole_up,
    ),
    "step": Function(
        "MATCH({0},{1},1)",
        lambda w: f"the place of the last {w[1]} that is not above {w[0]}",
        _place_unit,
        _step,
    ),
    "count_within": Function(
        "SUMPRODUCT(({0}={1})*({2}<={3}))",
        lambda w: f"the number of rows whose {w[0]} is {w[1]} and whose {w[2]} is at most {w[3]}",
        _within_unit,
        _count_within,
    ),
    "total_with": Function(
        "SUMPRODUCT(({1}={2})*{0})",
        lambda w: f"the sum of {w[0]} where {w[1]} is {w[2]}",
        _with_unit,
        _total_with,
    ),
    "count_beyond": Function(
        "SUMPRODUCT(({0}={1})*({2}>{3}))",
        lambda w: f"the number of rows whose {w[0]} is {w[1]} and whose {w[2]} is above {w[3]}",
        _within_unit,
        lambda a: float(sum(_beyond(a))),
    ),
    "total_beyond": Function(
        "SUMPRODUCT(({1}={2})*({3}>{4})*{0})",
        lambda w: f"the sum of {w[0]} where {w[1]} is {w[2]} and {w[3]} is above {w[4]}",
        _beyond_unit,
        _total_beyond,
    ),
    "days_between": Function(
        "INT({1}-{0})", lambda w: f"whole days from {w[0]} to {w[1]}", _days_unit, _days_between
    ),
    "shown": Function("TEXT(ROUND({0},{2}),{1})", lambda w: w[0], _shown_unit, _shown),
    "dated": Function("TEXT", lambda w: w[0], _dated_unit, _dated),
    "repeated": Function(
        "REPT",
        lambda w: f"a bar of {w[1]}",
        _repeat_unit,
        lambda a: str(a[0]()) * int(number(a[1]())),
    ),
}
