"""A difference as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.audit.diff import Change, Difference, Flag, Structural
from workbook.audit.diff.changes import shown
from workbook.audit.lint.report import Json, escaped
from workbook.engines.base import Value

MOST = 40
"""Rows of one list that text and Markdown show; JSON has all."""


def as_text(found: Difference) -> str:
    """The headline, then flags, inputs, formulas, outputs, other cells and structure."""
    rows = [found.headline]
    rows += _section("Look at this first", [_flag(flag) for flag in found.flags])
    rows += _section("Inputs", [_typed(change) for change in found.inputs])
    rows += _section("Formulas", [_typed(change) for change in found.formulas])
    rows += _section("Outputs", [_moved(change) for change in found.outputs])
    rows += _section("Other cells", [_typed(change) for change in found.others])
    rows += _section("Structure", [_structural(change) for change in found.structure])
    return "\n".join(rows)


def _section(title: str, rows: Sequence[str]) -> list[str]:
    more = [f"  and {len(rows) - MOST} more"] if len(rows) > MOST else []
    return ["", title, *(f"  {row}" for row in rows[:MOST]), *more] if rows else []


def _flag(flag: Flag) -> str:
    label = f" ({flag.label})" if flag.label else ""
    return f"{flag.what}: {flag.where}{label}: {flag.says}"


def _place(change: Change) -> str:
    count = f", {change.cells} cells" if change.cells > 1 else ""
    return f"{change.label} ({change.where}{count})"


def _typed(change: Change) -> str:
    moved = f" ({change.moved:+.1%})" if change.kind == "input" and change.moved is not None else ""
    return f"{_place(change)}: {change.before} → {change.after}{moved}"


def _moved(change: Change) -> str:
    before, after = change.values
    moved = f" ({change.moved:+.1%})" if change.moved is not None else ""
    return f"{_place(change)}: {shown(before)} → {shown(after)}{moved}"


def _structural(change: Structural) -> str:
    where = f" {change.where}" if change.where else ""
    return f"{change.what}{where}: {change.says}"


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
        "change": change.moved,
    }


def _plain(value: Value) -> Json:
    return value if isinstance(value, float | str | bool) or value is None else str(value)


def as_markdown(found: Difference) -> str:
    """A comment for a pull request: what matters is open, long lists are folded."""
    rows = [f"**{escaped(found.headline)}**"]
    if found.flags:
        rows += ["", *(f"- :warning: {_quoted(_flag(flag))}" for flag in found.flags[:MOST])]
    rows += _folded("Inputs", [_typed(change) for change in found.inputs], is_open=True)
    rows += _folded("Formulas", [_typed(change) for change in found.formulas], is_open=True)
    rows += _folded("Outputs", [_moved(change) for change in found.outputs])
    rows += _folded("Other cells", [_typed(change) for change in found.others])
    rows += _folded("Structure", [_structural(change) for change in found.structure])
    return "\n".join(rows)


def _folded(title: str, rows: Sequence[str], *, is_open: bool = False) -> list[str]:
    if not rows:
        return []
    more = [f"- and {len(rows) - MOST} more"] if len(rows) > MOST else []
    start = f"<details{' open' if is_open else ''}><summary>{title} ({len(rows)})</summary>"
    return ["", start, "", *(f"- {_quoted(row)}" for row in rows[:MOST]), *more, "", "</details>"]


def _quoted(text: str) -> str:
    """Text that Markdown takes as it is."""
    for sign in "\\`*_<>[]|":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")
