"""The text of a cell as a value of its column, or why it is none."""

from __future__ import annotations

import difflib
import re
from datetime import date
from decimal import Decimal

from workbook.data.field import LONGEST_TEXT, Field, Found
from workbook.faults import shown

FORMULA = "=+-@"
COMPARISON = "<>"
WILDCARDS = "*?~"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[\d][\d.,' _\u2019]*\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d(-01)?", re.ASCII)
_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 ._/-]*", re.ASCII)


_LISTED = 10
"""Options of a choice that a message lists."""


class Refused(ValueError):
    """A cell that its column does not take: what was found, and what to write."""


def parsed(field: Field, text: str, options: tuple[str, ...] | None) -> Found:
    """What *text* says in a column; None where it is blank and may be.

    *options* are those of a choice; None where they are not known, and then any text will do.
    Raises Refused.
    """
    if not text.isprintable():
        raise Refused(f"{shown(_cleaned(text))} has a control character or a line break; remove it")
    text = text.strip(" ")
    if not text:
        if field.required:
            raise Refused(f"is blank; write {_wanted(field)}")
        return None
    match field.kind:
        case "number" | "whole" | "share":
            return _number(field, text)
        case "date" | "month":
            return _date(field, text)
        case "choice":
            return _choice(text, options)
        case "id" | "text":
            return _text(field, text)


def _cleaned(text: str) -> str:
    """The text as a message can print it."""
    kept = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return kept if len(kept) <= LONGEST_TEXT else kept[:LONGEST_TEXT] + "…"


def _wanted(field: Field) -> str:
    return {
        "id": "an id of its own",
        "text": "some text",
        "choice": "one of the choices",
        "number": "a number",
        "whole": "a whole number",
        "share": "a share, such as 0.3 or 30%",
        "date": "a date, such as 2026-02-24",
        "month": "a month, such as 2026-02",
    }[field.kind]


def _number(field: Field, text: str) -> float:
    percent = text.endswith("%")
    digits = text.removesuffix("%").rstrip(" ")
    if percent and field.unit != "share":
        raise Refused(f"{_said(text)} is a percentage; write a number in {field.unit}")
    if digits.lstrip("+-").lower() in ("nan", "inf", "infinity"):
        raise Refused(f"{_said(text)} is not finite; write a finite number")
    if not _NUMBER.fullmatch(digits):
        raise Refused(_not_a_number(text, digits))
    value = float(Decimal(digits) / 100) if percent else float(digits)
    assert isinstance(field.low, float)
    assert isinstance(field.high, float)
    if not field.low <= value <= field.high:
        raise Refused(_outside(field, value))
    if field.kind == "whole" and value != int(value):
        raise Refused(f"{_said(text)} has a fraction; write a whole number")
    return value + 0.0  # a negative zero is 0


def _not_a_number(text: str, digits: str) -> str:
    if _GROUPED.fullmatch(digits):
        return (
            f"{_said(text)} can be read in two ways; write it without separators of thousands and "
            "with a point before decimals, such as 1234.56"
        )
    if text[0] == "=":
        return f"{_said(text)} is a formula; write the number itself, such as 1234.56"
    return f"{_said(text)} is not a number; write it plainly, such as 1234.56"


def _outside(field: Field, value: float) -> str:
    found = f"{value:.15g} is outside {field.range_words}"
    assert isinstance(field.high, float)
    if field.unit == "share" and field.high < value <= 100 * field.high:
        return f"{found}; did you mean {value:.15g}% ({value / 100:.15g})?"
    return f"{found}; write a number in that range"


def _date(field: Field, text: str) -> date:
    pattern = _MONTH if field.kind == "month" else _DAY
    try:
        found = date.fromisoformat(f"{text[:7]}-01" if field.kind == "month" else text)
    except ValueError:
        found = None
    if found is None or not pattern.fullmatch(text):
        kind, _, example = _wanted(field).partition(", such as ")
        raise Refused(f"{_said(text)} is not {kind}; write one such as {example}")
    assert isinstance(field.low, date)
    assert isinstance(field.high, date)
    if not field.low <= found <= field.high:
        raise Refused(f"{text} is outside {field.low} to {field.high}; write a day in that range")
    return found


def _choice(text: str, options: tuple[str, ...] | None) -> str:
    if options is None:
        return _safe(text, LONGEST_TEXT)
    folded = {option.casefold(): option for option in options}
    if text.casefold() in folded:
        return folded[text.casefold()]
    near = difflib.get_close_matches(text.casefold(), folded, n=1)
    if near:
        raise Refused(f"{_said(text)} is not a choice; did you mean {shown(folded[near[0]])}?")
    known = ", ".join(shown(option) for option in options[:_LISTED])
    more = f" and {len(options) - _LISTED} more" if len(options) > _LISTED else ""
    raise Refused(f"{_said(text)} is not a choice; write one of {known}{more}")


def _text(field: Field, text: str) -> str:
    if field.kind == "text":
        return _safe(text, field.longest)
    safe = _safe(text, field.longest)
    if not _ID.fullmatch(safe):
        raise Refused(
            f"{_said(text)} is not an id; write letters, digits and . _ / - with a letter in it, "
            "such as R-7"
        )
    return safe


def _safe(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Refused(f"has {len(text)} characters, where {longest} are allowed; shorten it")
    if text[0] in FORMULA:
        raise Refused(
            f"{_said(text)} starts with {text[0]}, which a spreadsheet reads as a formula; "
            "reword it"
        )
    if text[0] in COMPARISON:
        raise Refused(
            f"{_said(text)} starts with {text[0]}, which lookups read as a comparison; reword it"
        )
    if any(sign in text for sign in WILDCARDS):
        raise Refused(
            f"{_said(text)} has one of {' '.join(WILDCARDS)}, which lookups read as wildcards; "
            "reword it"
        )
    return text


def _said(text: str) -> str:
    return shown(_cleaned(text))
