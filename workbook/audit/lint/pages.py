"""Rules about how a workbook reads and prints: formats, pages, views, charts, what made it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbook.audit.facts import Facts, Held, Key, SheetFacts
from workbook.audit.lint.finders import Finders
from workbook.audit.lint.rules import Hit
from workbook.audit.looks import shown_length
from workbook.audit.survey import Survey, place_of

FIRST_YEAR, LAST_YEAR = 1900, 2100
NARROW = 1.02
"""Characters that a column may lack: widths are measured in digits of the default font."""

_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")
_MADE_BY = ("Generator version", "Assumptions digest")
_POINT = 72


def formats(survey: Survey) -> Iterator[Hit]:
    """F23: formats and units that contradict each other, years like amounts, numbers as text."""
    for key, held in survey.cells.items():
        if isinstance(held.value, float):
            if clash := _clash(unit_of(survey, key), held.look.show):
                yield Hit("F23a", key[0], place_of(key), clash)
            if _is_year(survey, key, held):
                yield Hit("F23b", key[0], place_of(key))
        elif _is_number(held) and key not in survey.inputs:
            yield Hit("F23c", key[0], place_of(key))


def _is_number(held: Held) -> bool:
    """Whether a cell holds a number as text."""
    typed = held.formula is None and isinstance(held.value, str)
    return typed and _NUMBER.fullmatch(str(held.value).strip()) is not None


def unit_of(survey: Survey, key: Key) -> str:
    """The unit of a figure: left of it under a head Unit, or under its column's head."""
    sheet, row, column = key
    head = next((held.row for held in survey.around.words_above(key) if held.look.bold), None)
    if head is None:
        return ""
    beside = _unit_column(survey, (sheet, head, column))
    if beside is not None:
        unit = survey.cells.get((sheet, row, beside)) if beside == column - 1 else None
        return str(unit.value) if unit else ""
    told = survey.cells.get((sheet, head + 1, column))
    if told is None or told.formula is not None or not _is_unit_row(survey, (sheet, head, column)):
        return ""
    return str(told.value) if head + 1 < row else ""


def _is_unit_row(survey: Survey, head: Key) -> bool:
    """Whether the row under a head names units: nothing stands there under the first head."""
    sheet, row, column = head
    heads = (c for c in range(1, column) if (sheet, row, c) in survey.cells)
    first = next((c for c in heads if survey.cells[sheet, row, c].value is not None), column)
    named = survey.cells.get((sheet, row + 1, first))
    return first == column or named is None or named.value is None


def _unit_column(survey: Survey, head: Key) -> int | None:
    sheet, row, column = head
    for left in range(column - 1, 0, -1):
        held = survey.cells.get((sheet, row, left))
        if held is not None and held.value == "Unit":
            return left
    return None


def _clash(unit: str, pattern: str) -> str:
    """How a unit and a number format contradict each other; empty where they do not.

    Billions that a figure is only counted by, as in $ / bn hours or a bn hours, are not its own.
    """
    if not unit or pattern in ("General", "@"):
        return ""
    counted = "" if unit.startswith("a ") else unit.partition(" / ")[0]
    signs = {"%": unit.startswith("%"), "$": unit.startswith("$"), ",,,": "bn" in counted.split()}
    for sign, wanted in signs.items():
        if (sign in pattern) != wanted:
            return f"{unit} as {pattern.split(';', maxsplit=1)[0]}"
    return ""


def _is_year(survey: Survey, key: Key, held: Held) -> bool:
    value = held.value
    whole = isinstance(value, float) and value == int(value) and FIRST_YEAR <= value <= LAST_YEAR
    if not whole or "," not in held.look.show:
        return False
    words = {survey.around.above(key).casefold(), survey.around.left(key).casefold()}
    return any(word == "year" or word.endswith((" year", ", year")) for word in words)


def pages(survey: Survey) -> Iterator[Hit]:
    """F24, F25 and F26: print set-up, merged cells, widths, and where the file opens."""
    built_in = {(n.name, n.sheet) for n in survey.facts.names if n.built_in}
    for sheet in survey.facts.sheets:
        page = sheet.page
        lacking = {
            "frozen rows": page.frozen[0] > 0,
            "a print area": ("_xlnm.Print_Area", sheet.name) in built_in,
            "titles to repeat": ("_xlnm.Print_Titles", sheet.name) in built_in,
            "a fit to one page's width": page.fit is not None and page.fit[0] == 1,
            "page numbers in its footer": "&P" in page.footer,
        }
        absent = [what for what, there in lacking.items() if not there]
        if absent and sheet.cells:
            yield Hit("F24", sheet.name, None, f"it lacks {', '.join(absent)}")
        for span in sheet.merged:
            yield Hit("F25a", sheet.name, None, span)
        yield from _narrow(sheet)
    yield from _views(survey.facts)


def _narrow(sheet: SheetFacts) -> Iterator[Hit]:
    widths = {c: w for first, last, w in sheet.widths for c in range(first, min(last, 400) + 1)}
    for place, held in sheet.cells.items():
        width = widths.get(place[1], 0.0)
        if isinstance(held.value, float) and width:
            needed = shown_length(held.value, held.look.show)
            if needed > width + NARROW:
                yield Hit("F25b", sheet.name, place, f"{needed} characters in {width:.1f}")


def _views(facts: Facts) -> Iterator[Hit]:
    for i, sheet in enumerate(facts.sheets):
        if sheet.page.active != "A1":
            yield Hit("F26", sheet.name, None, f"its active cell is {sheet.page.active}")
        if sheet.page.selected and i > 0:
            yield Hit("F26", sheet.name, None, "it is selected, but not the first sheet")
    if facts.active:
        yield Hit("F26", facts.sheets[facts.active].name, None, "the file opens on it")


def hidden(survey: Survey) -> Iterator[Hit]:
    """F19: hidden sheets, rows and columns that the first sheet does not name as hidden."""
    first = survey.facts.sheets[0]
    told = [str(h.value) for h in first.cells.values() if isinstance(h.value, str)]
    for sheet in survey.facts.sheets:
        if any("hidden" in text.casefold() and sheet.name in text for text in told):
            continue
        if sheet.state != "visible":
            yield Hit("F19", sheet.name, None, "the sheet")
        for row in sheet.hidden_rows:
            yield Hit("F19", sheet.name, None, f"row {row}")
        for left, right in sheet.hidden_columns:
            yield Hit("F19", sheet.name, None, f"column {left}" + (f" to {right}" * (right > left)))


def charts(survey: Survey) -> Iterator[Hit]:
    """F27: charts without titles, and series that read no figures.

    A category axis needs no title: its words are there. Of two value axes both need one.
    """
    for sheet in survey.facts.sheets:
        for chart in sheet.charts:
            two_values = any(kind in ("scatterChart", "bubbleChart") for kind in chart.kinds)
            titled = sum(1 for axis in chart.axes if axis)
            wanted = min(len(chart.axes), 2 if two_values else 1)
            name = chart.title or chart.part.rpartition("/")[2]
            if not chart.title or titled < wanted:
                yield Hit("F27a", sheet.name, None, name)
            for series in chart.series:
                if not _live(survey, sheet.name, series.values):
                    yield Hit("F27b", sheet.name, None, f"{name}, {series.name}")


def _live(survey: Survey, sheet: str, values: str) -> bool:
    areas = survey.graph.read_by(values, sheet)
    cells = [survey.cells.get((a.sheet, *p)) for a in areas for p in a.cells()]
    return bool(cells) and any(c is not None and isinstance(c.value, float) for c in cells)


def origin(survey: Survey) -> Iterator[Hit]:
    """F28: the version and the digest, in the properties and on the first sheet."""
    first = survey.facts.sheets[0]
    shown = {str(held.value) for held in first.cells.values()}
    for key in _MADE_BY:
        said = survey.facts.properties.get(key)
        if not said:
            yield Hit("F28", first.name, None, f"no property {key}")
        elif said not in shown:
            yield Hit("F28", first.name, None, f"{key} is not on it")


FINDERS: Finders = (
    ("F23", formats),
    ("F24 F25 F26", pages),
    ("F19", hidden),
    ("F27", charts),
    ("F28", origin),
)
