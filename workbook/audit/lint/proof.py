"""Rules about what proves a workbook: its checks, headers, totals and tests of age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from workbook.audit.facts import Key, SheetFacts
from workbook.audit.formula import functions
from workbook.audit.lint.finders import Finders
from workbook.audit.lint.rules import Hit
from workbook.audit.survey import Survey, place_of
from workbook.engines.base import agree

_NEAR_ONE = 0.5
_HEADER = 6
_FEWEST_SHEETS = 3
_PICKING = frozenset({"INDEX", "LOOKUP", "VLOOKUP"})


def checks(survey: Survey) -> Iterator[Hit]:
    """F20: checks are 0 or 1, the master check sums them, and every sheet shows it."""
    table = survey.checks
    if table is None:
        return
    for row in table.rows:
        held = survey.cells.get((table.sheet.name, row, table.columns["Failed"]))
        if held is None or held.formula is None or held.value not in (0.0, 1.0):
            yield Hit("F20a", table.sheet.name, (row, table.columns["Failed"]))
    if survey.master is None:
        yield Hit("F20b", table.sheet.name)
        return
    shown = survey.follows(survey.master)
    for sheet in survey.facts.sheets:
        last = max(sheet.page.frozen[0], _HEADER)
        if not any(key[0] == sheet.name and key[1] <= last for key in shown):
            yield Hit("F20c", sheet.name)


def headers(survey: Survey) -> Iterator[Hit]:
    """F20d: a formula of the header that most sheets have, but one has not."""
    sheets = survey.facts.sheets[1:]
    for row in range(1, _HEADER + 1):
        texts = {sheet.name: _in_row(sheet, row) for sheet in sheets}
        counts = Counter(text for found in texts.values() for text in found)
        for text, count in counts.items():
            if 2 * count > len(sheets) >= _FEWEST_SHEETS:
                for name in (n for n, found in texts.items() if text not in found):
                    yield Hit("F20d", name, None, f"row {row} lacks ={text}")


def _in_row(sheet: SheetFacts, row: int) -> set[str]:
    return {h.formula for h in sheet.by_row.get(row, ()) if h.formula is not None}


def shares(survey: Survey) -> Iterator[Hit]:
    """F21: a total of shares that is nearly 100%, but is not, and nothing shows the rest."""
    for key, held, value in survey.figures():
        areas = survey.graph.areas(held)
        parts = (
            list(areas[0].cells()) if len(areas) == 1 and areas[0].size < len(survey.cells) else []
        )
        is_sum = functions(held.formula or "") == {"SUM"}
        if not is_sum or len(parts) <= 1 or "%" not in held.look.show:
            continue
        cells = [survey.cells.get((areas[0].sheet, *place)) for place in parts]
        shown = all(c is not None and "%" in c.look.show for c in cells)
        near = shown and not agree(value, 1.0) and abs(value - 1) < _NEAR_ONE
        if near and not _rest_shown(survey, key, 1 - value):
            yield Hit("F21", key[0], place_of(key), f"{value:.10g}")


def _rest_shown(survey: Survey, total: Key, rest: float) -> bool:
    """Whether a share on the same sheet that reads the total shows what it leaves."""
    readers = (survey.formulas[key] for key in survey.graph.readers(total) if key[0] == total[0])
    return any(
        isinstance(held.value, float) and "%" in held.look.show and agree(held.value, rest)
        for held in readers
    )


def stamps(survey: Survey) -> Iterator[Hit]:
    """F22: figures worked out elsewhere, without a formula that would show them to be stale.

    Such a formula reads a figure as it was then and an input as it is now, and the master check
    depends on it. Where none stands on their own sheet, words there, below its header, say what
    one elsewhere found. Figures that others are only compared with cannot mislead.
    """
    told = _told(survey, [key for keys in survey.stamps.values() for key in keys])
    for sheet, keys in survey.stamps.items():
        then = {key for key in keys if any(_counts(survey, r) for r in survey.graph.readers(key))}
        own = [key for key in _tests(survey, keys) if key[0] == sheet]
        flags = any(_is_flag(survey, key) for key in own)
        elsewhere = sheet in told and not flags
        if then and not elsewhere and not any(survey.tells(key) for key in own):
            yield Hit("F22", sheet, None, f"{len(then)} figures")


def _tests(survey: Survey, keys: Collection[Key]) -> Iterator[Key]:
    """The formulas that read one of these figures and an input."""
    readers = dict.fromkeys(reader for key in keys for reader in survey.graph.readers(key))
    for reader in readers:
        if any(survey.typed_in(area) for area in survey.graph.areas(survey.cells[reader])):
            yield reader


def _told(survey: Survey, keys: Collection[Key]) -> set[str]:
    """The sheets with words that follow from a test of 0 or 1, other than through the checks."""
    if survey.checks is None:
        return set()
    apart = survey.checks.sheet.name
    found = {key for key in _tests(survey, keys) if _is_flag(survey, key) and survey.tells(key)}
    fresh = set(found)
    while fresh:
        read = {key for cell in fresh for key in survey.close_readers(cell)}
        fresh = {key for key in read if key not in found and key[0] != apart}
        found |= fresh
    words = (key for key in found if isinstance(survey.formulas[key].value, str))
    return {key[0] for key in words if key[1] > _HEADER}


def _is_flag(survey: Survey, key: Key) -> bool:
    """Whether a formula gives 0 or 1, other than by picking a figure from a table."""
    held = survey.formulas[key]
    return held.value in (0.0, 1.0) and functions(held.formula or "").isdisjoint(_PICKING)


def _counts(survey: Survey, key: Key) -> bool:
    """Whether a formula works out something live, and is no test that gives 0 or 1."""
    value = survey.formulas[key].value
    return isinstance(value, float) and value not in (0.0, 1.0) and key in survey.live


FINDERS: Finders = (
    ("F20a F20b F20c", checks),
    ("F20d", headers),
    ("F21", shares),
    ("F22", stamps),
)
