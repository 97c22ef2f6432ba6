"""What changed between two workbooks, cell by cell, and gathered into ranges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from workbook.audit.diff.match import Match, SheetMatch
from workbook.audit.facts import Held, Key
from workbook.audit.formula import relative
from workbook.audit.meaning import Meaning
from workbook.audit.ranges import cell_text, gathered
from workbook.audit.survey import Survey
from workbook.audit.wording import shown_as, with_unit
from workbook.engines.base import Value, agree

Kind: TypeAlias = Literal[
    "input",
    "formula",
    "formula replaced by a value",
    "value replaced by a formula",
    "output",
    "words",
    "number",
    "text",
    "new",
    "gone",
]

NEW, REMOVED = "(new)", "(removed)"
"""What stands for the value of an input in a row or column that only one workbook has."""

_VALUES: tuple[Kind, ...] = ("input", "output", "number")
_LARGE = 1e15
"""Whole numbers from here on are shown with an exponent."""


@dataclass(frozen=True, slots=True)
class Step:
    """One cell that changed, where it stands in B (in A, if it is gone)."""

    kind: Kind
    key: Key
    before: str
    after: str
    value: tuple[Value, Value]
    a: Key | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Cells side by side that changed alike: a range, what it is called, before and after."""

    kind: Kind
    where: str
    label: str
    cells: int
    before: str
    after: str
    values: tuple[Value, Value]
    unit: str = ""

    @property
    def moved(self) -> float | None:
        """The relative change of a figure; None where there is none."""
        return relative_change(*self.values)


def relative_change(before: Value, after: Value) -> float | None:
    """After over before, less 1; None where one is no number, or the first is 0."""
    numbers = isinstance(before, float) and isinstance(after, float)
    return after / before - 1 if numbers and before else None  # type: ignore[operator]  # both are numbers


def steps(match: Match, a: Survey, b: Survey) -> Iterator[Step]:
    """Every cell that changed."""
    for sheets in match.sheets:
        for old, new in sheets.cells():
            step = _step(match, b, a, old, new)
            if step is not None:
                yield step
        yield from _on_new_lines(sheets, a, b)


def _on_new_lines(sheets: SheetMatch, a: Survey, b: Survey) -> Iterator[Step]:
    """The inputs in rows and columns that only one of the workbooks has."""
    for key in _typed_on(b, sheets.b.name, sheets.rows.added, sheets.columns.added):
        value = b.cells[key].value
        yield Step("input", key, NEW, shown(value), (None, value))
    for key in _typed_on(a, sheets.a.name, sheets.rows.removed, sheets.columns.removed):
        value = a.cells[key].value
        yield Step("input", key, shown(value), REMOVED, (value, None), key)


def _typed_on(
    survey: Survey, sheet: str, rows: Collection[int], columns: Collection[int]
) -> Iterator[Key]:
    """The inputs on some rows and columns of a sheet that hold something."""
    for key in survey.inputs:
        here = key[0] == sheet and (key[1] in rows or key[2] in columns)
        if here and key in survey.cells:
            yield key


def _step(match: Match, b: Survey, a: Survey, old: Held | None, new: Held | None) -> Step | None:
    if new is None:
        assert old is not None
        typed = old.key in a.inputs
        kind: Kind = "input" if typed else "gone"
        key = (match.to(old.key) or old.key) if typed else old.key
        return Step(kind, key, _spelled(old), "(blank)", (old.value, None), old.key)
    key = new.key
    if old is None:
        kind = "input" if key in b.inputs else "new"
        return Step(kind, key, "(blank)", _spelled(new), (None, new.value))
    values = (old.value, new.value)
    if old.formula is None or new.formula is None:
        typed_kind = _typed(b, old, new)
        if typed_kind is None:
            return None
        return Step(typed_kind, key, _spelled(old), _spelled(new), values, old.key)
    if match.as_b(old.formula, old.sheet) != match.plain(new.formula, new.sheet):
        moved = match.as_b(old.formula, old.sheet)
        before = "=" + relative(moved, new.row, new.column)
        return Step("formula", key, before, _r1c1(new), values, old.key)
    if agree(old.value, new.value):
        return None
    if isinstance(old.value, float) or isinstance(new.value, float):
        return Step("output", key, "", "", values, old.key)
    return Step("words", key, shown(old.value), shown(new.value), values, old.key)


def _typed(b: Survey, old: Held, new: Held) -> Kind | None:
    """What changed of a cell of which at least one side is typed; None where nothing did."""
    if old.formula is not None:
        return "formula replaced by a value"
    if new.formula is not None:
        return "value replaced by a formula"
    if agree(old.value, new.value):
        return None
    key = new.key
    sheet = b.facts.sheet(new.sheet)
    is_open = sheet is not None and sheet.protected and not new.look.locked
    is_read = isinstance(new.value, float) and not b.entries and key in b.read
    if key in b.inputs or is_open or is_read:
        return "input"
    return "number" if isinstance(new.value, float) else "text"


def _spelled(held: Held) -> str:
    return _r1c1(held) if held.formula is not None else shown(held.value)


def _r1c1(held: Held) -> str:
    return "=" + relative(held.formula or "", held.row, held.column)


def shown(value: Value) -> str:
    """A value as a reader of a diff sees it."""
    if value is None or value == "":
        return "(blank)"
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value.is_integer() and abs(value) < _LARGE else f"{value:,.10g}"


def collected(found: Iterable[Step], a: Survey, b: Survey) -> list[Change]:
    """Steps of one kind and form as changes of ranges; figures only where they moved alike.

    The same words in many places, such as the header of each sheet, are told of the first.
    """
    together: dict[tuple[str, ...], list[Step]] = {}
    for step in found:
        together.setdefault(_alike(step), []).append(step)
    changes: list[Change] = []
    for group in together.values():
        first = group[0]
        by_place = {step.key[1:]: step for step in group}
        survey = a if first.kind == "gone" or first.after == REMOVED else b
        if first.kind == "words":
            changes.append(_change(first, _text(first.key), len(group), survey))
            continue
        for area in gathered(first.key[0], by_place):
            step = by_place[area.top, area.left]
            changes.append(_change(step, f"{area.sheet}!{area.span}", area.size, survey))
    return changes


def _alike(step: Step) -> tuple[str, ...]:
    match step.kind:
        case "words":
            return step.kind, step.before, step.after
        case "output":
            return step.kind, step.key[0], str(relative_change(*step.value))
        case _:
            return step.kind, step.key[0], step.before, step.after


def _text(key: Key) -> str:
    return f"{key[0]}!{cell_text(key[1:])}"


def _change(step: Step, where: str, cells: int, survey: Survey) -> Change:
    held = survey.facts.at(step.key)
    meaning = survey.meanings.of(held) if held else Meaning("")
    before, after = step.before, step.after
    if step.kind in _VALUES and held is not None:
        before, after = _as_shown(step, held, meaning.unit, from_1904=survey.facts.from_1904)
    return Change(step.kind, where, meaning.label, cells, before, after, step.value, meaning.unit)


def _as_shown(step: Step, held: Held, unit: str, *, from_1904: bool) -> tuple[str, str]:
    """Both values as their cell shows them, in full where they look alike; the last with unit."""
    told = [
        shown_as(value, held.look.show, from_1904=from_1904)
        if isinstance(value, float)
        else shown(value)
        for value in step.value
    ]
    if told[0] == told[1]:
        return shown(step.value[0]), shown(step.value[1])
    before = with_unit(told[0], "$") if unit.startswith("$") else told[0]
    before = NEW if step.before == NEW else before
    if step.after == REMOVED:
        return with_unit(before, unit), REMOVED
    return before, with_unit(told[1], unit) if isinstance(step.value[1], float) else told[1]
