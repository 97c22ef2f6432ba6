"""What one edited cell says, as a value of its input, or why it says none."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

from workbook.a1 import EPOCH
from workbook.assumptions import Choice, Day, Input, Number, Text
from workbook.audit.facts import Held
from workbook.roundtrip.findings import Value

_SERIAL_ZERO_1904 = date(1904, 1, 1)
_FIRST_SERIAL = 61
"""1 March 1900: before it, Excel counts a day that there never was."""

_LAST_SERIAL = 2_958_465
"""31 December 9999."""

_SHOWN = 60
"""Characters of a text that a message repeats."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d[\d.,' \u00a0\u2019]*\d ?%?", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(T00:00:00(\.0+)?Z?)?", re.ASCII)


class Bad(ValueError):
    """A cell that its input does not take: what was found, and what to do."""


def blank(held: Held | None) -> bool:
    """Whether nothing stands in a cell; programs write empty text for nothing as well."""
    return held is None or (held.formula is None and held.value in (None, ""))


def typed(held: Held | None) -> bool:
    """Whether a person typed something in a cell: neither blank nor a formula."""
    return held is not None and held.formula is None and held.value not in (None, "")


def value_of(kind: type[Input], held: Held | None, *, from_1904: bool = False) -> Value:
    """What a cell says of an input of this kind; None where it is blank.

    Ranges, choices and whether it may be blank are left to the rules of the assumptions. Raises
    Bad.
    """
    if held is None or blank(held):
        return None
    if held.formula is not None:
        raise Bad(f"holds the formula ={_short(held.formula)}; type its value instead")
    value = held.value
    if not isinstance(value, float | int | str):  # truth values are whole numbers here
        raise Bad(f"holds the error {value}; type a value")
    if issubclass(kind, Number):
        return _number(value)
    if issubclass(kind, Day):
        return day_of(value, from_1904=from_1904)
    if issubclass(kind, Text | Choice):
        return _text(value)
    raise TypeError(kind)


def _number(value: object) -> float:
    if isinstance(value, bool):
        raise Bad(f"{_logical(value)} is no number; type a number such as 1234.56")
    if isinstance(value, float | int):
        return _finite(float(value)) + 0.0  # a negative zero is 0
    text = str(value).strip()
    if _NUMBER.fullmatch(text):
        raise Bad(f'"{text}" is a number stored as text; type it again as a number')
    if _GROUPED.fullmatch(text):
        raise Bad(
            f'"{text}" is text, and can be read in two ways; type it as a number, without '
            "separators of thousands"
        )
    raise Bad(f'"{_short(text)}" is not a number; type a number such as 1234.56')


def day_of(value: object, *, from_1904: bool) -> date:
    """The date that a cell's serial number or text stands for. Raises Bad."""
    if isinstance(value, str) and (written := _ISO_DAY.fullmatch(value.strip())):
        try:
            return date.fromisoformat(written[1])
        except ValueError:
            pass
    if isinstance(value, bool) or not isinstance(value, float | int):
        shown = _logical(value) if isinstance(value, bool) else f'"{_short(str(value))}"'
        raise Bad(f"{shown} is not a date; type a date such as 2026-02-24")
    days = int(_finite(float(value)))
    if days != value or not (from_1904 or days >= _FIRST_SERIAL) or not 0 <= days <= _LAST_SERIAL:
        raise Bad(f"{value:.15g} is no whole day; type a date such as 2026-02-24")
    return (_SERIAL_ZERO_1904 if from_1904 else EPOCH) + timedelta(days=days)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Bad(f"{value} is not finite; type a number such as 1234.56")
    return value


def _text(value: object) -> str:
    if isinstance(value, bool):
        raise Bad(f"{_logical(value)} is no text; type text")
    if isinstance(value, float | int):
        raise Bad(f"{value:.15g} is a number, where text is needed; type text")
    return str(value)


def _logical(value: bool) -> str:  # noqa: FBT001  it is the value that is told
    return "TRUE" if value else "FALSE"


def _short(text: str) -> str:
    kept = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return kept if len(kept) <= _SHOWN else kept[:_SHOWN] + "…"
