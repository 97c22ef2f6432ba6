"""What each input cell accepts, and the words that say so."""

from __future__ import annotations

from workbook.assumptions import Choice, Day, Input, Number, Text
from workbook.layout.sheet import Validation
from workbook.layout.places import LayoutError, Place
from workbook.theme import Theme

LONGEST_TITLE = 32
LONGEST_PROMPT = 255
LONGEST_LIST = 255


def validation_of(entry: Input, place: Place, options: str, theme: Theme) -> Validation:
    """The rule of an input cell: *options* names the cells of a list, where some hold it."""
    title = entry.label[:LONGEST_TITLE]
    allowed = range_words(entry, theme)
    prompt = f"{entry.note} Allowed: {allowed}."[:LONGEST_PROMPT]
    refusal = f"{entry.label}: allowed is {allowed}."[:LONGEST_PROMPT]
    about = {"title": title, "prompt": prompt, "refusal": refusal}
    match entry:
        case Number(whole=whole, low=low, high=high):
            return Validation(place, "whole" if whole else "decimal", low, high, **about)
        case Day(low=first, high=last):
            return Validation(place, "date", first, last, **about)
        case Choice(options=words):
            return Validation(place, "list", options=options or _inline(entry, words), **about)
        case Text():
            return Validation(place, "length", 1.0, 60.0, **about)
    raise TypeError(entry)


def _inline(entry: Input, words: tuple[str, ...]) -> tuple[str, ...]:
    if any("," in w for w in words) or len(",".join(words)) > LONGEST_LIST:
        raise LayoutError(f"{entry.id}: its options need a list of their own on a tab")
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
