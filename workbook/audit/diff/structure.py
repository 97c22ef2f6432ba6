"""What changed around the cells: sheets, rows, columns, names, validations, pages, properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from workbook.a1 import column_letters
from workbook.audit.diff.match import Match, SheetMatch
from workbook.audit.facts import Facts, Name, Rule, SheetFacts
from workbook.audit.ranges import Area, Place, gathered
from workbook.audit.survey import Survey


@dataclass(frozen=True, slots=True)
class Structural:
    """One change: what kind of thing, where, and in words; *risk* where a reviewer must look."""

    what: str
    where: str
    says: str
    risk: str = ""


def structural(match: Match, a: Survey, b: Survey) -> Iterator[Structural]:
    """All changes that are of no one cell."""
    yield from _sheets(match)
    for sheets in match.sheets:
        yield from _lines(sheets, a, b)
        yield from _rules(match, sheets)
        yield from _guards(match, sheets)
    yield from _names(match)
    yield from _around(match.a, match.b)


def _sheets(match: Match) -> Iterator[Structural]:
    gone, new = match.only()
    for name in gone:
        yield Structural("sheet", name, "removed", "sheet removed")
    for name in new:
        yield Structural("sheet", name, "added")
    for sheets in match.sheets:
        if sheets.a.name != sheets.b.name:
            yield Structural("sheet", sheets.b.name, f"renamed from {sheets.a.name}")
        if sheets.a.state == "visible" != sheets.b.state:
            yield Structural("sheet", sheets.b.name, "hidden", "hidden")
        elif sheets.a.state != sheets.b.state:
            yield Structural("sheet", sheets.b.name, f"now {sheets.b.state}")
    order = [sheets.b.name for sheets in match.sheets]
    if order != [s.name for s in match.b.sheets if s.name in order]:
        yield Structural("sheet", "", "in another order")


def _lines(sheets: SheetMatch, a: Survey, b: Survey) -> Iterator[Structural]:
    """Rows and columns that are new or gone, those next to each other together."""
    sides = (
        (sheets.a, a, sheets.rows.removed, sheets.columns.removed, "removed"),
        (sheets.b, b, sheets.rows.added, sheets.columns.added, "added"),
    )
    for sheet, survey, rows, columns, verb in sides:
        for first, last in runs(rows):
            span = str(first) if first == last else f"{first} to {last}"
            risk = (
                "check removed"
                if verb == "removed" and _has_check(survey, sheet, first, last)
                else ""
            )
            label = _label(survey, sheet, first)
            yield Structural(
                "row", f"{sheet.name}!{first}:{last}", f"{verb}: row {span}{label}", risk
            )
        for first, last in runs(columns):
            left, right = column_letters(first - 1), column_letters(last - 1)
            span = left if left == right else f"{left} to {right}"
            yield Structural("column", f"{sheet.name}!{left}:{right}", f"{verb}: column {span}")


def _has_check(survey: Survey, sheet: SheetFacts, first: int, last: int) -> bool:
    table = survey.checks
    here = table is not None and table.sheet.name == sheet.name
    return here and table is not None and any(first <= row <= last for row in table.rows)


def _label(survey: Survey, sheet: SheetFacts, row: int) -> str:
    words = survey.around.left((sheet.name, row, len(sheet.cells)))
    return f", {words}" if words else ""


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers that follow each other as first and last.

    >>> runs({1, 2, 3, 7})
    [(1, 3), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def _rules(match: Match, sheets: SheetMatch) -> Iterator[Structural]:
    """Changed validations, those that changed alike together; none of rows that are new."""
    before = {
        at[1:]: rule
        for place, rule in _by_cell(sheets.a).items()
        if (at := match.to((sheets.a.name, *place))) is not None
    }
    after = _by_cell(sheets.b)
    alike: dict[tuple[str, str], list[Place]] = {}
    for place in sorted({*before, *after}):
        if place[0] in sheets.rows.added or place[1] in sheets.columns.added:
            continue
        old, new = before.get(place), after.get(place)
        says = _compared(match, sheets, old, new)
        if says:
            weaker = old is not None and _weaker(old, new)
            risk = "validation weakened" if weaker else ""
            alike.setdefault((says, risk), []).append(place)
    for (says, risk), places in alike.items():
        for area in gathered(sheets.b.name, places):
            yield Structural("validation", area.ref, says, risk)


def _by_cell(sheet: SheetFacts) -> dict[Place, Rule]:
    """The rule of each cell that the file has and that is ruled; the first rule counts."""
    found: dict[Place, Rule] = {}
    for rule in sheet.rules:
        for span in rule.spans:
            area = Area(sheet.name, span.rows[0], span.columns[0], span.rows[1], span.columns[1])
            small = area.size <= len(sheet.cells)
            places = area.cells() if small else (p for p in sheet.cells if p in span)
            for place in places:
                if place in sheet.cells:
                    found.setdefault(place, rule)
    return found


def _compared(match: Match, sheets: SheetMatch, old: Rule | None, new: Rule | None) -> str:
    if old is None or new is None:
        return "added" if old is None and new is not None else "removed" if old is not None else ""
    ends = [match.as_b(end, sheets.a.name) for end in (old.low, old.high)]
    moved = replace(old, low=ends[0], high=ends[1])
    ends = [match.plain(end, sheets.b.name) for end in (new.low, new.high)]
    plain = replace(new, low=ends[0], high=ends[1])
    return f"from {_words(old)} to {_words(new)}" if _words(moved) != _words(plain) else ""


def _words(rule: Rule) -> str:
    bounds = f"{rule.low} to {rule.high}" if rule.high else rule.low
    stops = "" if rule.stops else ", only a warning"
    return f"{rule.kind} {bounds}{stops}"


def _weaker(old: Rule, new: Rule | None) -> bool:
    """Whether more is accepted than before, as far as that can be told."""
    if new is None or (old.stops and not new.stops) or new.kind in ("none", "any"):
        return True
    try:
        return float(new.low) < float(old.low) or float(new.high) > float(old.high)
    except ValueError:
        return old.kind == "list" != new.kind


def _guards(match: Match, sheets: SheetMatch) -> Iterator[Structural]:
    """Protection, and rows and columns that are now hidden."""
    name = sheets.b.name
    if sheets.a.protected and not sheets.b.protected:
        yield Structural("protection", name, "taken off the sheet", "protection removed")
    for place, old in sheets.a.cells.items():
        at = match.to((sheets.a.name, *place))
        new = sheets.b.cells.get(at[1:]) if at else None
        if new is not None and new.formula is not None and old.look.locked and not new.look.locked:
            yield Structural(
                "protection", f"{name}!{new.ref}", "formula unlocked", "protection removed"
            )
    before = {sheets.rows.to(row) for row in sheets.a.hidden_rows}
    for row in sheets.b.hidden_rows:
        if row not in before:
            yield Structural("row", f"{name}!{row}:{row}", "hidden", "hidden")
    if sheets.a.hidden_columns != sheets.b.hidden_columns:
        risk = "hidden" if len(sheets.b.hidden_columns) > len(sheets.a.hidden_columns) else ""
        yield Structural("column", name, "other columns are hidden", risk)
    if len(sheets.a.charts) != len(sheets.b.charts):
        counts = f"{len(sheets.a.charts)} before, {len(sheets.b.charts)} now"
        yield Structural("charts", name, counts)
    if len(sheets.a.formats) != len(sheets.b.formats):
        counts = f"{len(sheets.a.formats)} before, {len(sheets.b.formats)} now"
        yield Structural("conditional formats", name, counts)


def _names(match: Match) -> Iterator[Structural]:
    before, after = (_named(facts) for facts in (match.a, match.b))
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if new is None:
            assert old is not None
            yield Structural("name", old.name, "removed", "name removed")
        elif old is None:
            yield Structural("name", new.name, f"added: {new.formula}")
        elif not _same_cells(match, old, new):
            says = f"from {old.formula} to {new.formula}"
            yield Structural("name", new.name, says, "name moved")


def _named(facts: Facts) -> dict[tuple[str, str], Name]:
    return {(n.name.casefold(), n.sheet): n for n in facts.names if not n.built_in}


def _same_cells(match: Match, old: Name, new: Name) -> bool:
    moved = match.as_b(old.formula.removeprefix("="), old.sheet)
    return moved == match.plain(new.formula.removeprefix("="), new.sheet)


def _around(a: Facts, b: Facts) -> Iterator[Structural]:
    for key in sorted({*a.properties, *b.properties} - {"modified", "created", "lastModifiedBy"}):
        old, new = a.properties.get(key, "(none)"), b.properties.get(key, "(none)")
        if old != new:
            yield Structural("property", key, f"from {old} to {new}")
    for thing in sorted({*b.outside} - {*a.outside}):
        yield Structural("outside", thing, "added", "tied to something outside")
    for thing in sorted({*a.outside} - {*b.outside}):
        yield Structural("outside", thing, "removed")
