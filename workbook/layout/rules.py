"""What each input cell accepts, and the words that say so."""

from __future__ import annotations

from workbook.assumptions import Choice, Day, Input, Number, Text
from workbook.data import Field
from workbook.layout.places import Area, LayoutError, Place
from workbook.layout.sheet import Bound, Kind, Validation
from workbook.theme import Theme

LONGEST_TITLE = 32
LONGEST_PROMPT = 255
LONGEST_LIST = 255
LONGEST_TEXT = 60.0


def validation_of(entry: Input, place: Place, options: str, theme: Theme) -> Validation:
    """The rule of an input cell: *options* names the cells of a list, where some hold it."""
    low, high, words, kind = _rule(entry)
    allowed = range_words(entry, theme)
    return Validation(
        Area(place, place),
        kind,
        low,
        high,
        options or _inline(entry.id, words),
        title=entry.label[:LONGEST_TITLE],
        prompt=f"{entry.note}. Allowed: {allowed}."[:LONGEST_PROMPT],
        refusal=f"{entry.label}: allowed is {allowed}."[:LONGEST_PROMPT],
    )


def _rule(entry: Input) -> tuple[Bound, Bound, tuple[str, ...], Kind]:
    match entry:
        case Number(whole=whole, low=low, high=high):
            return low, high, (), "whole" if whole else "decimal"
        case Day(low=first, high=last):
            return first, last, (), "date"
        case Choice(options=words):
            return None, None, words, "list"
        case Text():
            return 1.0, LONGEST_TEXT, (), "length"
    raise TypeError(entry)


def validation_of_column(field: Field, area: Area, options: str) -> Validation:
    """The rule of a column of data: *options* names the cells of a list, for a choice."""
    kind, low, high = _column_rule(field)
    return Validation(
        area,
        kind,
        low,
        high,
        options or _inline(field.key, field.options),
        title=field.head[:LONGEST_TITLE],
        prompt=f"{field.meaning}. Allowed: {_allowed(field)}."[:LONGEST_PROMPT],
        refusal=f"{field.head}: allowed is {_allowed(field)}."[:LONGEST_PROMPT],
    )


def _column_rule(field: Field) -> tuple[Kind, Bound, Bound]:
    if field.kind == "choice":
        return "list", None, None
    if field.is_day:
        return "date", field.low, field.high
    if field.is_number:
        return "whole" if field.kind == "whole" else "decimal", field.low, field.high
    return "length", 1.0, float(field.longest)


def _allowed(field: Field) -> str:
    words = "one of the list" if field.kind == "choice" else field.allowed
    return words if field.required else f"{words}, or blank"


def _inline(key: str, words: tuple[str, ...]) -> tuple[str, ...]:
    if any("," in w for w in words) or len(",".join(words)) > LONGEST_LIST:
        raise LayoutError(f"{key}: its options need a list of their own on a tab")
    return words


def range_words(entry: Input, theme: Theme) -> str:
    """What the input accepts, in the units of its cell."""
    match entry:
        case Number(low=low, high=high, unit=unit, optional=optional):
            blank = ", or blank for none" if optional else ""
            return f"{_figure(low, unit, theme)} to {_figure(high, unit, theme)}{blank}"
        case Day(low=first, high=last):
            return f"{first.isoformat()} to {last.isoformat()}"
        case Choice(options=words):
            return " · ".join(words)
    return "1 to 60 characters"


def _figure(value: float, unit: str, theme: Theme) -> str:
    if unit == "share":
        return f"{value * 100:g} %"
    return f"{value:,g} {theme.words_of(unit, 'plain')}".strip()
