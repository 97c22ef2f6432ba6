"""What a reviewer must look at first: changes that make a workbook less safe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbook.audit.diff.changes import Change, Kind, Step, collected
from workbook.audit.diff.match import Match
from workbook.audit.diff.structure import Structural
from workbook.audit.facts import Key, SheetFacts
from workbook.audit.formula import reference, relative, tokens
from workbook.audit.lint.blocks import TYPED, outliers
from workbook.audit.ranges import Area, Place, area_of, cell_text
from workbook.audit.survey import Survey, place_of
from workbook.engines.base import CellError

RANKED = (
    "check fails",
    "formula replaced by a value",
    "check removed",
    "check weakened",
    "check no longer applies",
    "range shortened",
    "outlier in its row or column",
    "error value",
    "validation weakened",
    "name removed",
    "name moved",
    "sheet removed",
    "hidden",
    "protection removed",
    "tied to something outside",
)
"""The kinds of flags, worst first."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at: a kind of RANKED, where, what it is called, and what happened."""

    what: str
    where: str
    label: str
    says: str


def flags(
    found: Iterable[Step], around: Iterable[Structural], match: Match, a: Survey, b: Survey
) -> list[Flag]:
    """All flags, worst first; cells side by side that fell alike are one."""
    marked: dict[str, list[Step]] = {}
    odd_before = {key for old in _odd(a) if (key := match.to(old)) is not None}
    odd = _odd(b) - odd_before
    watched = _watched(b)
    for step in found:
        for what in _risks(step, odd, watched, match, b):
            marked.setdefault(what, []).append(step)
    told = list(_of_checks(marked, b))
    told += [_flag(what, c) for what, group in marked.items() for c in collected(group, a, b)]
    told += [Flag(s.risk, s.where, "", _says(s)) for s in around if s.risk]
    return sorted(told, key=lambda flag: RANKED.index(flag.what))


def _says(change: Structural) -> str:
    """What a change around the cells adds to its kind."""
    said = f"{change.what} {change.says}"
    return "" if change.risk in (said, change.says) else said


def _of_checks(marked: dict[str, list[Step]], survey: Survey) -> Iterator[Flag]:
    """Each check by name, however many there are."""
    for what in ("check fails", "check no longer applies"):
        for step in marked.pop(what, ()):
            yield Flag(what, f"{step.key[0]}!{cell_text(step.key[1:])}", survey.title(step.key), "")


def _flag(what: str, change: Change) -> Flag:
    says = f"{change.before} → {change.after}" if change.before or change.after else ""
    if what == "error value":
        says = str(change.values[1])
    return Flag(what, change.where, change.label, says)


def _risks(step: Step, odd: set[Key], watched: set[Key], match: Match, b: Survey) -> Iterator[str]:
    if step.kind == "formula replaced by a value":
        yield "formula replaced by a value"
    if step.key in odd and step.kind in _CALCULATING:
        yield "outlier in its row or column"
    before, after = step.value
    if isinstance(after, CellError) and not isinstance(before, CellError):
        yield "error value"
    if _on_checks(step, b) or (step.key in watched and _grew(step)):
        yield "check weakened"
    yield from _outcome(step, b)
    if step.kind == "formula" and _shortened(step, match, b):
        yield "range shortened"


_CALCULATING: tuple[Kind, ...] = ("formula", "formula replaced by a value")


def _odd(survey: Survey) -> set[Key]:
    """The cells that differ from the block they stand in."""
    found: set[Key] = set()
    for sheet in survey.facts.sheets:
        forms = _forms(sheet, survey)
        looks = {place: sheet.cells[place].look for place in forms}
        linked = {place for place in forms if survey.link((sheet.name, *place))}
        found |= {(sheet.name, *odd.place) for odd in outliers(forms, looks, linked)}
    return found


def _forms(sheet: SheetFacts, survey: Survey) -> dict[Place, str]:
    forms: dict[Place, str] = {}
    for place, held in sheet.cells.items():
        if held.formula is not None:
            forms[place] = relative(held.formula, held.row, held.column)
        elif isinstance(held.value, float | str) and (sheet.name, *place) not in survey.inputs:
            forms[place] = TYPED
    return forms


def _watched(survey: Survey) -> set[Key]:
    """The figures that the table of checks reads directly, such as what deviation is allowed."""
    table = survey.checks
    if table is None:
        return set()
    rows = range(table.rows[0], table.rows[-1] + 1) if table.rows else range(0)
    readers = (key for key in survey.formulas if key[0] == table.sheet.name and key[1] in rows)
    return {
        key
        for reader in readers
        if (key := survey.link(reader)) is not None and key not in survey.formulas
    }


def _on_checks(step: Step, survey: Survey) -> bool:
    """Whether a formula of the table of checks changed, or the sum of it."""
    table = survey.checks
    if table is None or not table.rows:
        return False
    if step.kind not in _CALCULATING or step.key[0] != table.sheet.name:
        return False
    return step.key[1] in table.rows or place_of(step.key) == (
        table.rows[-1] + 1,
        table.columns["Failed"],
    )


def _outcome(step: Step, survey: Survey) -> Iterator[str]:
    """What a changed value in the table of checks means."""
    table = survey.checks
    if table is None or step.key[0] != table.sheet.name or step.key[1] not in table.rows:
        return
    before, after = step.value
    if step.key[2] == table.columns["Failed"] and after == 1 and before != 1:
        yield "check fails"
    if step.key[2] == table.columns["Applies"] and after == 0 and before == 1:
        yield "check no longer applies"


def _grew(step: Step) -> bool:
    before, after = step.value
    return isinstance(before, float) and isinstance(after, float) and after > before


def _shortened(step: Step, match: Match, b: Survey) -> bool:
    """Whether a range of the formula lies within what it was, and is smaller."""
    assert step.a is not None
    old = match.a.sheet(step.a[0])
    formula = old.cells[step.a[1:]].formula if old else None
    new = b.formulas[step.key].formula
    before = _ranges(match.as_b(formula or "", step.a[0]), step.key[0])
    after = _ranges(new or "", step.key[0])
    return len(before) == len(after) and any(
        x != y and x.sheet == y.sheet and x.top <= y.top and y.bottom <= x.bottom
        and x.left <= y.left and y.right <= x.right
        for x, y in zip(before, after, strict=True)
    )  # fmt: skip


def _ranges(formula: str, sheet: str) -> list[Area]:
    words = (token.text for token in tokens(formula) if token.kind == "reference")
    return [area_of(ref, ref.sheet or sheet) for ref in map(reference, words) if not ref.single]
