"""A difference as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.audit.diff import Change, Difference, Flag, Structural
from workbook.audit.lint.report import Json
from workbook.audit.markdown import quoted
from workbook.engines.base import Value

LONGEST = 80
"""Characters of one text that are shown; JSON has all."""

FEW = 3
"""Names that are told one by one."""

MOST = 40
"""Rows of one list that text and Markdown show; JSON has all."""


def as_text(found: Difference) -> str:
    """The headline, then flags, inputs, formulas, outputs, other cells and structure."""
    rows = [found.headline]
    rows += _section("Look at this first", [_flag(flag) for flag in found.flags])
    rows += _section("Inputs", [_told(change) for change in found.inputs])
    rows += _section("Formulas", [_told(change) for change in found.formulas])
    rows += _section("Outputs", [_told(change) for change in found.outputs])
    rows += _section("Other cells", [_told(change) for change in found.others])
    rows += _section("Structure", _structure(found.structure))
    return "\n".join(rows)


def _section(title: str, rows: Sequence[str]) -> list[str]:
    more = [f"  and {len(rows) - MOST} more; --json lists all"] if len(rows) > MOST else []
    return ["", title, *(f"  {row}" for row in rows[:MOST]), *more] if rows else []


def _flag(flag: Flag) -> str:
    label = f" ({_clipped(flag.label)})" if flag.label else ""
    says = f": {_clipped(flag.says)}" if flag.says else ""
    return f"{flag.what}: {flag.where}{label}{says}"


def _place(change: Change) -> str:
    count = f", {change.cells} cells" if change.cells > 1 else ""
    return f"{_clipped(change.label)} ({change.where}{count})"


def _told(change: Change) -> str:
    before, after = _clipped(change.before), _clipped(change.after)
    return f"{_place(change)}: {before} → {after}{_moved(change)}"


def _moved(change: Change) -> str:
    """By how much a figure moved: in points for a share, as a share of it for others."""
    before, after = change.values
    if change.kind not in ("input", "output") or {before, after} == {0.0, 1.0}:
        return ""
    if change.after.endswith("%") and isinstance(before, float) and isinstance(after, float):
        return f" ({100 * (after - before):+.1f} points)"
    return f" ({change.moved:+.1%})" if change.moved is not None else ""


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _structural(change: Structural) -> str:
    sheet = change.where.partition("!")[0]
    if change.what in ("row", "column") and sheet != change.where:
        return f"{sheet}: {change.says.replace(': ', ' ', 1)}"
    where = f" {change.where}" if change.where else ""
    return f"{change.what}{where}: {_clipped(change.says)}"


def _structure(changes: Sequence[Structural]) -> list[str]:
    """A row for each change; many names that came or went alike are one."""
    names = [c for c in changes if c.what == "name"]
    rows = [_structural(change) for change in changes if change.what != "name"]
    for verb in ("added", "removed"):
        alike = [c.where for c in names if c.says.startswith(verb)]
        if len(alike) > FEW:
            rows.append(f"{len(alike)} names {verb}: {_clipped(', '.join(alike))}")
            names = [c for c in names if c.where not in alike]
    return rows + [_structural(change) for change in names]


def as_json(found: Difference) -> Json:
    """``{"headline", "flags", "inputs", "formulas", "outputs", "structure"}``.

    Cells that are neither inputs nor calculated stand in the structure.
    """
    return {
        "headline": found.headline,
        "flags": [
            {"what": f.what, "where": f.where, "label": f.label, "says": f.says}
            for f in found.flags
        ],
        "inputs": [_change(change) for change in found.inputs],
        "formulas": [_change(change) for change in found.formulas],
        "outputs": [_change(change) for change in found.outputs],
        "structure": [
            *[_named(s.what, s.where, s.says) for s in found.structure],
            *[_named(c.kind, c.where, f"{c.before} → {c.after}") for c in found.others],
        ],
    }


def _named(what: str, where: str, says: str) -> Json:
    return {"what": what, "where": where, "says": says}


def _change(change: Change) -> Json:
    before, after = change.values
    is_formula = change.kind not in ("input", "output")
    return {
        "kind": change.kind,
        "where": change.where,
        "label": change.label,
        "cells": change.cells,
        "before": change.before if is_formula else _plain(before),
        "after": change.after if is_formula else _plain(after),
        "unit": change.unit,
        "change": change.moved,
    }


def _plain(value: Value) -> Json:
    return value if isinstance(value, float | str | bool) or value is None else str(value)


def as_markdown(found: Difference) -> str:
    """A comment for a pull request: what matters is open, long lists are folded."""
    rows = [f"### {_mark(found)} diff: {quoted(found.headline)}"]
    if found.flags:
        rows += ["", *(f"- :warning: {quoted(_flag(flag))}" for flag in found.flags[:MOST])]
    rows += _folded("Inputs", [_told(change) for change in found.inputs], is_open=True)
    rows += _folded("Formulas", [_told(change) for change in found.formulas], is_open=True)
    rows += _folded("Outputs", [_told(change) for change in found.outputs])
    rows += _folded("Other cells", [_told(change) for change in found.others])
    rows += _folded("Structure", _structure(found.structure))
    return "\n".join(rows)


def _mark(found: Difference) -> str:
    return "⚠️" if found.flags else "✅" if found.same else "ℹ️"


def _folded(title: str, rows: Sequence[str], *, is_open: bool = False) -> list[str]:
    if not rows:
        return []
    more = [f"- and {len(rows) - MOST} more"] if len(rows) > MOST else []
    start = f"<details{' open' if is_open else ''}><summary>{title} ({len(rows)})</summary>"
    return ["", start, "", *(f"- {quoted(row)}" for row in rows[:MOST]), *more, "", "</details>"]
