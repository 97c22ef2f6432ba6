"""Rules about what formulas say: constants, blocks, length, functions, what they read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbook.audit.facts import Held, Key
from workbook.audit.formula import Token, functions, reference, relative, tokens
from workbook.audit.lint.blocks import TYPED, misshapen, outliers
from workbook.audit.lint.finders import Finders
from workbook.audit.lint.rules import Hit
from workbook.audit.ranges import Area, Place
from workbook.audit.survey import Survey, place_of

LONGEST = 120
DEEPEST_IF = 2

PORTABLE = frozenset(
    re.findall(
        "[A-Z]+",
        "ABS AND AVERAGE AVERAGEIFS CHOOSE COUNT COUNTA COUNTIF COUNTIFS EDATE EXP FORECAST IF "
        "IFERROR INDEX INT ISERROR ISNUMBER LARGE LEFT LEN LN LOOKUP MATCH MAX MEDIAN MIN MOD "
        "NORMSINV NOT NPV OR PERCENTILE PMT RANK REPT ROUND ROUNDUP ROWS SLOPE SMALL SQRT STDEV "
        "SUBSTITUTE SUM SUMIF SUMIFS SUMPRODUCT TEXT UPPER VLOOKUP YEAR",
    )
)
"""Functions on which Excel, LibreOffice, formualizer, ironcalc and formulas agree."""

VOLATILE = frozenset({"CELL", "INDIRECT", "INFO", "NOW", "OFFSET", "RAND", "RANDBETWEEN", "TODAY"})
_FREE = ("0", "1")
_WORDS = frozenset({"TEXT", "REPT"})


def numbers(survey: Survey) -> Iterator[Hit]:
    """F01: numbers other than 0 and 1."""
    for key, held in survey.formulas.items():
        found = [t.text for t in tokens(held.formula or "") if t.kind == "number"]
        for text in dict.fromkeys(text for text in found if text not in _FREE):
            yield Hit("F01", key[0], place_of(key), text)


def blocks(survey: Survey) -> Iterator[Hit]:
    """F02 and F03: a formula or a typed value that differs from the block around it."""
    for sheet in survey.facts.sheets:
        forms: dict[Place, str] = {}
        shapes_: dict[Place, str] = {}
        looks: dict[Place, object] = {}
        for place, held in sheet.cells.items():
            form = _form(survey, held)
            if form:
                forms[place], looks[place] = form, held.look
                shapes_[place] = TYPED if form == TYPED else _shape(held.formula or "")
        linked = {place for place in forms if survey.link((sheet.name, *place))}
        found = {odd.place: odd for odd in misshapen(shapes_)}
        found |= {odd.place: odd for odd in outliers(forms, looks, linked)}
        for odd in found.values():
            rule = "F03" if odd.found == TYPED else "F02"
            run = "column" if odd.down else "row"
            what = f"={odd.found}" if rule == "F02" else "typed"
            yield Hit(rule, sheet.name, odd.place, f"{what} in a {run} of ={odd.expected}")


def _form(survey: Survey, held: Held) -> str:
    if held.formula is not None:
        return relative(held.formula, held.row, held.column)
    is_input = (held.sheet, held.row, held.column) in survey.inputs
    return TYPED if isinstance(held.value, float | str) and not is_input else ""


def _shape(formula: str) -> str:
    """A formula with its references and names numbered as they come: ``IF(‹1›="",0,‹1›)``."""
    numbers_: dict[str, int] = {}
    return "".join(
        f"‹{numbers_.setdefault(t.text, len(numbers_) + 1)}›"
        if t.kind in ("reference", "name")
        else t.text
        for t in tokens(formula)
    )


def shapes(survey: Survey) -> Iterator[Hit]:
    """F09 and F10: length, nesting, functions."""
    for key, held in survey.formulas.items():
        text, place = held.formula or "", place_of(key)
        if len(text) + 1 > LONGEST:
            yield Hit("F09a", key[0], place, f"{len(text) + 1} characters")
        if (depth := _nesting(tokens(text), "IF")) > DEEPEST_IF:
            yield Hit("F09b", key[0], place, f"{depth} deep")
        for function in sorted(functions(text) - PORTABLE):
            yield Hit("F10a" if function in VOLATILE else "F10b", key[0], place, function)


def _nesting(words: Sequence[Token], function: str) -> int:
    """How many calls of *function* stand in one another."""
    open_calls: list[bool] = []
    deepest, pending = 0, False
    for word in words:
        if word.text == "(":
            open_calls.append(pending)
            deepest = max(deepest, sum(open_calls))
        elif word.text == ")" and open_calls:
            open_calls.pop()
        pending = word.kind == "function" and word.text.upper() == function
    return deepest


def order(survey: Survey) -> Iterator[Hit]:
    """F14: what stands below or right of its reader, links to links, and empty cells.

    A calculation reads its own row from the left and other rows from above. Names, ranges and
    anchored references may look down: a summary stands above what it sums up.
    """
    empty = {area for area in survey.graph.read if _is_empty(survey, area)}
    for key, held in survey.formulas.items():
        sheet, row, column = key
        for token in tokens(held.formula or ""):
            if token.kind != "reference" or (found := reference(token.text)).book:
                continue
            home = found.sheet or sheet
            free = found.single and not (found.first.fixed_row and found.first.fixed_column)
            at = found.first.row, found.first.column
            is_figure = isinstance(held.value, float)
            if home == sheet and free and is_figure and at > (row, column):
                yield Hit("F14a", sheet, (row, column), token.text)
        for area in sorted(empty.intersection(survey.graph.areas(held)) - _tested(survey, held)):
            yield Hit("F14c", sheet, (row, column), area.ref)
        first = survey.link(key)
        second = survey.link(first) if first else None
        if first and second and len({key[0], first[0], second[0]}) > 2:  # noqa: PLR2004 - three sheets in a chain
            yield Hit("F14b", sheet, (row, column), f"through {first[0]} to {second[0]}")


def _is_empty(survey: Survey, area: Area) -> bool:
    """Whether a range holds nothing, no input is to be typed there, and it is not a whole sheet."""
    keys = ((area.sheet, *place) for place in area.cells())
    return area.size <= len(survey.cells) and not any(
        key in survey.cells or key in survey.inputs or _open(survey, key) for key in keys
    )


def _tested(survey: Survey, held: Held) -> set[Area]:
    """The ranges that a formula tests with ISNUMBER, which may be blank."""
    words = tokens(held.formula or "")
    asked = {words[i + 2].text for i in range(len(words) - 2) if words[i].text == "ISNUMBER"}
    return {area for text in asked for area in survey.graph.read_by(text, held.sheet)}


def _open(survey: Survey, key: Key) -> bool:
    """Whether a cell waits for an entry: blank, and not locked on a protected sheet."""
    sheet = survey.facts.sheet(key[0])
    held = sheet.cells.get(place_of(key)) if sheet else None
    return bool(sheet and sheet.protected and held and not held.look.locked)


def sums(survey: Survey) -> Iterator[Hit]:
    """F15: sums a cell short or long of their block, and whole columns or rows."""
    for key, held in survey.formulas.items():
        words = tokens(held.formula or "")
        for i, token in enumerate(words):
            if token.kind != "reference":
                continue
            found = reference(token.text)
            if found.whole:
                yield Hit("F15b", key[0], place_of(key), token.text)
                continue
            growing = found.first.fixed_row != found.last.fixed_row
            summed = [w.text.upper() for w in words[max(0, i - 2) : i]] == ["SUM", "("]
            if summed and not found.single and not growing:
                for area in survey.graph.read_by(token.text, held.sheet):
                    yield from _ends(survey, key, area)


def _ends(survey: Survey, key: Key, area: Area) -> Iterator[Hit]:
    if area.top != area.bottom and area.left != area.right:
        return
    down = area.left == area.right
    step = (1, 0) if down else (0, 1)
    first, last = (area.top, area.left), (area.bottom, area.right)
    for end, sign in ((first, -1), (last, 1)):
        beyond = (end[0] + sign * step[0], end[1] + sign * step[1])
        if (area.sheet, *beyond) != key and _belongs(survey, area.sheet, beyond, end):
            yield Hit("F15a", key[0], place_of(key), f"{area.span} leaves out the cell beyond it")
        if _total(survey, area, end):
            yield Hit("F15a", key[0], place_of(key), f"{area.span} takes in what is no part of it")


def _belongs(survey: Survey, sheet: str, beyond: Place, end: Place) -> bool:
    """Whether the cell beyond the end of a sum is one more of the same."""
    outer, inner = (survey.cells.get((sheet, *place)) for place in (beyond, end))
    if outer is None or inner is None or outer.look != inner.look:
        return False
    if not isinstance(outer.value, float) or not isinstance(inner.value, float):
        return False
    return _form(survey, outer) == _form(survey, inner)


def _total(survey: Survey, area: Area, end: Place) -> bool:
    """Whether a sum ends on words, or on a sum of the others."""
    held = survey.cells.get((area.sheet, *end))
    if held is None or held.formula is None:
        return held is not None and isinstance(held.value, str) and area.size > 1
    rest = [place for place in area.cells() if place != end]
    reads = survey.reads((area.sheet, *end))
    is_sum = functions(held.formula) == {"SUM"} and held.formula.upper().startswith("SUM(")
    return is_sum and len(rest) > 1 and all((area.sheet, *place) in reads for place in rest)


def hiding(survey: Survey) -> Iterator[Hit]:
    """F17: IFERROR that no check sees, and ROUND within a longer calculation.

    A line that only rounds says so in its label; rounding for words is what formats do.
    """
    for key, held in survey.formulas.items():
        called = functions(held.formula or "")
        if "IFERROR" in called and not survey.tells(key):
            yield Hit("F17a", key[0], place_of(key))
        inside = "ROUND" in called and not called & _WORDS and isinstance(held.value, float)
        if inside and not _one_call(tokens(held.formula or "")):
            yield Hit("F17b", key[0], place_of(key))


def _one_call(words: Sequence[Token]) -> bool:
    """Whether a formula is one call of a function and nothing around it."""
    depth = 0
    for i, word in enumerate(words):
        depth += (word.text == "(") - (word.text == ")")
        if word.text == ")" and depth == 0:
            return i == len(words) - 1 and words[0].kind == "function"
    return False


FINDERS: Finders = (
    ("F01", numbers),
    ("F02 F03", blocks),
    ("F09 F10", shapes),
    ("F14", order),
    ("F15", sums),
    ("F17", hiding),
)
