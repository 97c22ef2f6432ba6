"""Diff: what changed between two workbooks, as a reviewer wants to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbook.audit.diff.changes import Change, Step, collected, relative_change, steps
from workbook.audit.diff.flags import Flag, flags
from workbook.audit.diff.match import Match
from workbook.audit.diff.structure import Structural, structural
from workbook.audit.facts import Facts, Key
from workbook.audit.survey import Survey

__all__ = ["Change", "Difference", "Flag", "Structural", "diff"]

FORMULAS = ("formula", "formula replaced by a value", "value replaced by a formula")
FRONT = 2
"""The sheets at the front, whose figures are those that matter most."""


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """Everything that differs, each list from the front of the workbook to its end."""

    headline: str
    flags: list[Flag]
    inputs: list[Change]
    formulas: list[Change]
    outputs: list[Change]
    others: list[Change]
    structure: list[Structural]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        lists = (self.inputs, self.formulas, self.outputs, self.others, self.structure)
        return not any(lists)


def diff(a: Facts, b: Facts) -> Difference:
    """What changed from *a* to *b*, by what stands in the files: nothing is recalculated.

    Formulas are compared as they would read in *b*, so an inserted row is one change.
    """
    match, before, after = Match(a, b), Survey(a), Survey(b)
    found = list(steps(match, before, after))
    around = list(structural(match, before, after))
    changes = collected(found, before, after)
    outputs = [step for step in found if step.kind == "output"]
    return Difference(
        headline=_headline(match, found, outputs, before, after),
        flags=flags(found, around, match, before, after),
        inputs=[c for c in changes if c.kind == "input"],
        formulas=[c for c in changes if c.kind in FORMULAS],
        outputs=_ordered([c for c in changes if c.kind == "output"], after),
        others=[c for c in changes if c.kind in ("number", "text", "words", "new", "gone")],
        structure=around,
    )


def _ordered(changes: list[Change], survey: Survey) -> list[Change]:
    """Figures at the front, then those with a name of their own, then those of tables."""
    front = {sheet.name for sheet in survey.facts.sheets[:FRONT]}
    named = {f"{key[0]}!{survey.formulas[key].ref}" for key in _named(survey)}
    return sorted(
        changes, key=lambda c: (c.where.partition("!")[0] not in front, c.where not in named)
    )


def _named(survey: Survey) -> set[Key]:
    """The calculated figures that have a name of their own: what a workbook puts out."""
    areas = (area for area in survey.names.values() if area is not None and area.size == 1)
    keys = {(area.sheet, area.top, area.left) for area in areas}
    return {key for key in keys if key in survey.formulas}


def _headline(
    match: Match, found: Sequence[Step], outputs: Sequence[Step], before: Survey, after: Survey
) -> str:
    named = _named(after)
    counted = [step for step in outputs if step.key in named] if named else list(outputs)
    inputs = sum(step.kind == "input" for step in found)
    formulas = sum(step.kind in FORMULAS for step in found)
    counts = (_count(inputs, "input"), _count(formulas, "formula"), _count(len(counted), "output"))
    parts = [
        f"{', '.join(counts)} moved",
        _sheets(match),
        *_featured(counted, after),
        _checks(before, after),
    ]
    return "; ".join(part for part in parts if part)


def _sheets(match: Match) -> str:
    """How many sheets came and went; empty where none did."""
    told = zip(match.only(), ("removed", "added"), strict=True)
    return ", ".join(f"{_count(len(names), 'sheet')} {verb}" for names, verb in told if names)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _featured(outputs: Sequence[Step], survey: Survey) -> list[str]:
    """The figure that moved most, of those that the first sheets show where any of them moved."""
    front = [sheet.name for sheet in survey.facts.sheets[:FRONT]]
    shown = {
        source
        for key in survey.formulas
        if key[0] in front
        for source in (key, survey.link(key))
        if source is not None
    }
    moved = [
        (abs(change), step.key, change)
        for step in outputs
        if (change := relative_change(*step.value)) is not None
    ]
    best = max([m for m in moved if m[1] in shown] or moved, default=None)
    return [f"{survey.title(best[1])} {best[2]:+.1%}"] if best else []


def _checks(before: Survey, after: Survey) -> str:
    failed = _total(after, "Failed")
    if failed is None:
        return ""
    count, was = _total(after, "Applies") or 0, _total(before, "Applies") or 0
    fewer = f", {was - count} fewer apply" if was > count else ""
    if not failed:
        return f"checks pass{fewer}"
    return f"{failed} of {count} checks fail ({_total(before, 'Failed') or 0} before){fewer}"


def _total(survey: Survey, head: str) -> int | None:
    """The sum of a column of the checks; None where there are none."""
    table = survey.checks
    if table is None or survey.master is None:
        return None
    values = [table.value(head, row) for row in table.rows]
    return int(sum(value for value in values if isinstance(value, float)))
