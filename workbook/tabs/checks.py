"""Checks: what must hold, how far it is off, and the master check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Gathered, Line, Lines, Margin, Owned, Tab, Table
from workbook.expr import (
    MIXED,
    Constant,
    Expr,
    all_cells,
    at_most,
    broken,
    given,
    joined,
    magnitude,
    nth,
    position,
    same,
    shown,
    total,
    when,
)
from workbook.tabs.constants import Constants

WIDTHS = (300, 470, 110, 110, 92, 80, 80, 120)


class Check(NamedTuple):
    """One thing that must be nothing: *measured* is how far off it is, *applies* when it counts."""

    key: str
    label: str
    tests: str
    measured: Expr
    applies: Line | None = None


class Checks(NamedTuple):
    """Lines that other tabs may use."""

    line: Line
    banner: Line
    tab: Tab


def errors_on(tabs: Sequence[str]) -> tuple[Check, ...]:
    """A check for each tab that no cell below its header is an error."""
    return tuple(
        Check(
            f"errors_{name.lower()}",
            f"No error on {name}",
            f"A cell of {name} that is an error makes the sum of the tab one",
            when(broken(all_cells(name)), 1, 0),
        )
        for name in tabs
    )


def build(checks: Sequence[Check], constants: Constants) -> Checks:
    """One row a check, 0 passed and 1 failed; the master check is their sum."""
    axis = Axis("checks", "Check", tuple(Entity(c.key, c.label) for c in checks))
    lines = tuple(
        Line(f"check_{c.key}", c.label, "1", c.measured, show="deviation") for c in checks
    )
    measured = Column(
        "measured",
        "How far off",
        MIXED,
        axis,
        Owned(lines),
        units=(("1", "deviation"),) * len(lines),
    )
    size = axis.formula(
        "size",
        "Deviation",
        "1",
        when(given(measured), magnitude(measured), 1),
        how="The size of how far off; 1 where that is an error",
        show="deviation",
    )
    allowed = axis.formula(
        "allowed", "Allowed", "share", constants.tolerance, show="tiny", how="Link"
    )
    applies_links = tuple(c.applies or constants.always for c in checks)
    applies = Column("applies", "Applies", "1", axis, Gathered(applies_links))
    failed = axis.formula(
        "failed",
        "Failed",
        "1",
        when(at_most(size, allowed), 0, applies),
        how="0 where the deviation is at most what is allowed, or the check does not apply",
        show="flag",
    )
    status = axis.formula(
        "status",
        "Status",
        "text",
        when(same(applies, 0), "n/a", when(same(failed, 0), "● pass", "▲ FAIL")),
        show="status",
        how=None,
    )
    tests = axis.fixed("tests", "What it tests", [c.tests for c in checks], "note")
    failed_total = Line(
        "checks_failed", "Checks failed", "1", total(failed), show="flag", output=True, strong=True
    )
    applying = Line("checks_applying", "Checks that apply", "1", total(applies))
    count = shown(applying, "0", 0)
    passing = Line(
        "checks_passing",
        "While all pass",
        "text",
        joined("● All ", count, " checks that apply pass"),
    )
    failing = Line(
        "checks_failing",
        "While any fails",
        "text",
        joined("▲ ", shown(failed_total, "0", 0), " of ", count, " checks fail"),
    )
    state = Line(
        "checks_state",
        "Checks in words",
        "text",
        when(same(failed_total, 0), passing, failing),
        show="status",
    )
    first = Line(
        "checks_first",
        "First check that fails",
        "text",
        when(same(failed_total, 0), "none", nth(axis.names, position(Constant(1), failed))),
        how=None,
    )
    banner = Line(
        "banner",
        "Banner of every tab",
        "text",
        when(
            same(failed_total, 0),
            "",
            joined("▲ Do not quote these figures. A check fails: ", first, ". See Checks."),
        ),
        show="status",
        how="Blank while all checks pass",
    )
    tab = Tab(
        "Checks",
        "Every check, how far off it is, and the master check",
        "control",
        (
            Table(
                "Checks",
                axis,
                (tests, measured, size, allowed, applies, failed, status),
                margin=Margin("Master check", ((applies, applying), (failed, failed_total))),
            ),
            Lines("In words", (passing, failing, state, first, banner)),
        ),
        widths=WIDTHS,
        how_column=0,
        freeze_head=True,
    )
    return Checks(state, banner, tab)
