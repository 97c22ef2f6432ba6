"""Rules about what a workbook is made of: inputs, labels and names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from workbook.audit.facts import Held, Key, Rule
from workbook.audit.formula import names
from workbook.audit.lint.finders import Finders
from workbook.audit.lint.rules import Hit
from workbook.audit.looks import BLUE, GREEN, hue
from workbook.audit.registered import Entry
from workbook.audit.survey import Survey, place_of

_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc]?[0-9]*|[Rr]?[0-9]*[Cc][0-9]*")
_VALUES = frozenset({"true", "false"})


def inputs(survey: Survey) -> Iterator[Hit]:
    """F04 and F06: what stands in input cells, who may type where, and where inputs are from."""
    for key, held in survey.cells.items():
        sheet = survey.facts.sheet(key[0])
        shut = sheet is not None and sheet.protected
        entry = survey.inputs.get(key)
        if held.formula is not None:
            if entry is not None:
                yield Hit("F04a", key[0], place_of(key), entry.id)
            if shut and not held.look.locked:
                yield Hit("F04b", key[0], place_of(key))
        elif entry is not None and held.look.locked:
            yield Hit("F04c", key[0], place_of(key), entry.id)
        elif entry is None and shut and not held.look.locked:
            yield Hit("F06", key[0], place_of(key), "it is not among the inputs")
    for sheet in survey.facts.sheets:
        if sheet.password:
            yield Hit("F04d", sheet.name)
        if not sheet.protected:
            yield Hit("F04e", sheet.name)
    for entry in survey.entries:
        if missing := _untold(entry):
            yield Hit("F06", entry.place[0], place_of(entry.place), f"{entry.id} lacks {missing}")


def _untold(entry: Entry) -> str:
    told = {"unit": entry.unit, "date": entry.as_of, "source": entry.source, "cell": entry.cells}
    return ", ".join(what for what, value in told.items() if value in (None, ""))


def colours(survey: Survey) -> Iterator[Hit]:
    """F05: inputs blue; figures drawn from another sheet green; other calculations neither.

    Words have colours of their own, and so have figures in bold: totals, cards and live cases.
    """
    for key in survey.inputs:
        sheet = survey.facts.sheet(key[0])
        held = sheet.cells.get(place_of(key)) if sheet else None
        if held is not None and hue(held.look.font) != BLUE:
            yield Hit("F05", key[0], place_of(key), f"an input in {hue(held.look.font)}")
    for key, held in survey.cells.items():
        family = hue(held.look.font)
        if key in survey.inputs or not isinstance(held.value, float):
            continue
        if held.formula is None:
            if family == BLUE and key in survey.read:
                yield Hit("F05", key[0], place_of(key), "no input, but blue")
            continue
        source = survey.link(key)
        drawn = source is not None and source[0] != key[0]
        if family == BLUE or (family == GREEN and not drawn):
            yield Hit("F05", key[0], place_of(key), f"a calculation in {family}")
        elif drawn and family != GREEN and not held.look.bold:
            yield Hit("F05", key[0], place_of(key), f"a link to {source[0]} in {family}")  # type: ignore[index]  # drawn says that there is one


def accepted(survey: Survey) -> Iterator[Hit]:
    """F07: inputs without a validation that stops, and values outside of theirs."""
    for key, entry in survey.inputs.items():
        sheet = survey.facts.sheet(key[0])
        rule = sheet.rule_of(*place_of(key)) if sheet else None
        if rule is None or not rule.stops or rule.kind == "none":
            yield Hit("F07a", key[0], place_of(key), entry.id)
    for sheet in survey.facts.sheets:
        for rule in sheet.rules:
            for span in rule.spans:
                (top, bottom), (left, right) = span.rows, span.columns
                for place, held in sheet.cells.items():
                    inside = top <= place[0] <= bottom and left <= place[1] <= right
                    if inside and held.formula is None and not _allows(survey, rule, held):
                        yield Hit("F07b", sheet.name, place, f"{held.value}")


def _allows(survey: Survey, rule: Rule, held: Held) -> bool:
    """Whether a rule accepts a value; where that cannot be told, yes."""
    value = held.value
    if value is None or (rule.kind not in ("list", "textLength") and rule.operator != "between"):
        return True
    match rule.kind:
        case "list":
            options = _options(survey, rule, held.sheet)
            return options is None or str(value).casefold() in options
        case "decimal" | "whole" | "date" | "time":
            low, high = _number(rule.low), _number(rule.high)
            if low is None or high is None:
                return True
            fits = isinstance(value, float) and low <= value <= high
            return fits and (rule.kind != "whole" or value == int(float(str(value))))
        case "textLength":
            low, high = _number(rule.low), _number(rule.high)
            unsure = low is None or high is None or rule.operator != "between"
            return unsure or (low or 0) <= len(str(value)) <= (high or 0)
        case _:
            return True


def _options(survey: Survey, rule: Rule, sheet: str) -> set[str] | None:
    if rule.low.startswith('"'):
        return {word.strip().casefold() for word in rule.low.strip('"').split(",")}
    area = survey.graph.area(rule.low, sheet)
    if area is None:
        return None
    held = (survey.cells.get((area.sheet, *place)) for place in area.cells())
    return {str(one.value).casefold() for one in held if one is not None}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def labels(survey: Survey) -> Iterator[Hit]:
    """F08: figures without a label, and without a unit where others have theirs."""
    for key, _, _ in survey.figures():
        if not survey.around.label(key):
            yield Hit("F08a", key[0], place_of(key))
    for sheet in survey.facts.sheets:
        for (row, column), held in sheet.cells.items():
            if held.value == "Unit" and held.look.bold:
                yield from _unitless(survey, sheet.name, row, column)


def _unitless(survey: Survey, sheet: str, head: int, column: int) -> Iterator[Hit]:
    """The rows under a head Unit that name none, down to the first row without a label."""
    row = head + 1
    while survey.around.left((sheet, row, column)):
        value = survey.cells.get((sheet, row, column + 1))
        if value and isinstance(value.value, float) and (sheet, row, column) not in survey.cells:
            yield Hit("F08b", sheet, (row, column + 1))
        row += 1


def use(survey: Survey) -> Iterator[Hit]:
    """F16: inputs that nothing works with, and calculations that nothing reads or names.

    The list of inputs, and words in an input's own row, only look at it. Words and dates that are
    typed in may just describe a row; figures and choices are there to be used. A column of data is
    a record of what a form asks for, and used where something tests its range.
    """
    for key, entry in survey.inputs.items():
        if not _describes(survey, key) and not _works(survey, key) and not _beside(survey, key):
            yield Hit("F16a", key[0], place_of(key), entry.id)
    for key, _, _ in survey.figures():
        if key not in survey.read and not survey.around.label(key):
            yield Hit("F16b", key[0], place_of(key))


def _describes(survey: Survey, key: Key) -> bool:
    """Whether an input takes any words, or a date."""
    sheet = survey.facts.sheet(key[0])
    rule = sheet.rule_of(*place_of(key)) if sheet else None
    return rule is not None and rule.kind in ("textLength", "date")


def _works(survey: Survey, key: Key) -> bool:
    """Whether a formula works with an input."""
    registry = survey.registry.sheet.name if survey.registry else ""
    return any(
        reader[0] != registry
        and not (reader[:2] == key[:2] and isinstance(survey.formulas[reader].value, str))
        for reader in survey.close_readers(key)
    )


def _beside(survey: Survey, key: Key) -> bool:
    """Whether a chart or a validation reads the cell."""
    return key in survey.read and not any(survey.graph.readers(key))


def named(survey: Survey) -> Iterator[Hit]:
    """F18: names that are not defined, defined twice, shaped like cells, or unused."""
    known = {name.name.casefold() for name in survey.facts.names}
    for key, held in survey.formulas.items():
        for text in sorted(names(held.formula or "")):
            if text.casefold() not in known and "[" not in text:
                yield Hit("F18a", key[0], place_of(key), text)
    counts = Counter((n.name.casefold(), n.sheet) for n in survey.facts.names)
    for name in survey.facts.names:
        if name.built_in:
            continue
        if counts[name.name.casefold(), name.sheet] > 1:
            yield Hit("F18b", name.name)
        if _CELL.fullmatch(name.name) or name.name.casefold() in _VALUES:
            yield Hit("F18c", name.name)
        if name.name.casefold() not in survey.names_used and not _figure(survey, name.name):
            yield Hit("F18d", name.name)


def _figure(survey: Survey, name: str) -> bool:
    """Whether a name is that of a result or an input with a label: how people and tools ask."""
    area = survey.names.get(name.casefold())
    key = (area.sheet, area.top, area.left) if area and area.size == 1 else None
    if key is None:
        return False
    return (key in survey.formulas or key in survey.inputs) and bool(survey.around.label(key))


FINDERS: Finders = (
    ("F04 F06", inputs),
    ("F05", colours),
    ("F07", accepted),
    ("F08", labels),
    ("F16", use),
    ("F18", named),
)
