"""Information: what memo 004 says the framework needs, where it stands, and how old it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from workbook.assumptions import Assumptions, DataFile, Input
from workbook.book import Axis, Column, Line, Lines, Margin, Owned, Tab, Table
from workbook.expr import (
    At,
    Expr,
    above,
    below,
    days_between,
    either,
    given,
    joined,
    lowest,
    no_figure,
    same,
    shown,
    total,
    when,
)
from workbook.tabs.entities import axis_of, column_of

WIDTHS = (170, 300, 130, 130, 176, 92, 92, 56, 60, 54, 126, 170)
FAILS = "Fails a check"
"""The option of the switch with which stale information counts as a failure."""


class Need(NamedTuple):
    """One item of the memo's list: its words, the tabs that have it, and what holds it.

    *inputs* are the beginnings of ids, *files* the keys of forms.
    """

    key: str
    words: str
    tabs: str
    inputs: tuple[str, ...]
    files: tuple[str, ...] = ()


NEEDS = (
    Need("supply", "available compute supply", "Supply", ("supply.", "fleet.", "commitments.")),
    Need(
        "demand",
        "workload demand normalized in H100 equivalent units",
        "Requests, Usage",
        (),
        ("requests", "usage"),
    ),
    Need(
        "throughput",
        "accelerator throughput (FLOPs)",
        "Training, Throughput",
        ("training.h100_flops", "training.mfu", "throughput.", "sizes."),
    ),
    Need(
        "pricing",
        "accelerator pricing by cloud provider and total cost of ownership for any owned or "
        "“on-premise” infrastructure",
        "Costs, Supply",
        ("commitments.", "owned."),
        ("chip_prices",),
    ),
    Need(
        "revenue",
        "API and subscription based revenue as well as revenue coming from other Anthropic lines "
        "of business",
        "Pricing, Utilization, Outcomes",
        ("prices.", "allocation.revenue_target"),
        ("margins",),
    ),
    Need("duration", "anticipated duration of compute requests", "Requests", (), ("requests",)),
    Need(
        "attribution",
        "revenue attribution per model",
        "Pricing, Outcomes",
        ("pricing.", "prices."),
        ("margins",),
    ),
    Need(
        "training",
        "estimated (future) and historical (past) training hours required per model",
        "Training",
        ("training.", "models."),
    ),
    Need(
        "inference",
        "expected accelerator hours required to serve inference demand",
        "Scenarios, Utilization",
        ("allocation.revenue_target", "utilization."),
    ),
)


class Information(NamedTuple):
    """Lines that other tabs may use: how much is stale, what, and what the Cover says of it."""

    stale: Line
    named: Line
    state: Line
    counts: Line
    tab: Tab


class Held(NamedTuple):
    """The inputs and the data files that hold what a need asks for."""

    inputs: tuple[Input, ...]
    files: tuple[DataFile[Any], ...]

    @property
    def oldest(self) -> Input | None:
        """The input whose source is the oldest."""
        return min(self.inputs, key=lambda entry: entry.as_of, default=None)

    @property
    def origin(self) -> str:
        """How many inputs there are, and which files."""
        count = len(self.inputs)
        inputs = [f"{count} input{'' if count == 1 else 's'}"] if count else []
        return ", ".join([*inputs, *(file.records.file for file in self.files)]) or "not held"


def build(a: Assumptions, as_of: Line, days: Mapping[str, Line], fails: Line) -> Information:
    """The tab.

    *days* has the live day of each data file by the key of its form; *fails* is the switch that
    says whether stale information fails a check.
    """
    needs = {need.key: need for need in NEEDS}
    rows = a.information.rows
    axis = axis_of(a.information, "Information")
    held = [_held(needs[row.key], a) for row in rows]
    oldest = [each.oldest for each in held]
    source = axis.fixed(
        "source_day",
        "Oldest input as of",
        [entry.as_of if entry else None for entry in oldest],
        "stamp",
        unit="date",
    )
    lines = tuple(
        Line(f"information_{row.key}_day", f"{row.label}, as of", "date", _day(each, at, days))
        for row, each, at in zip(rows, held, (At(source, r.key) for r in rows), strict=True)
    )
    day = Column(
        "as_of",
        "As of",
        "date",
        axis,
        Owned(lines),
        how="The oldest of the inputs concerned and of the live days of the data files",
    )
    told = (
        axis.fixed("words", "In the memo’s words", [needs[r.key].words for r in rows], "note"),
        axis.fixed("tabs", "Where it stands", [needs[r.key].tabs for r in rows], "note"),
        axis.fixed("origin", "What holds it", [each.origin for each in held], "note"),
        axis.fixed("oldest", "Oldest input", [e.id if e else None for e in oldest], "note"),
        source,
        day,
    )
    aged, stale, named = _aged(axis, day, as_of, column_of(a.information, axis, "age_limit"))
    count = Line("information_stale", "Information that is stale", "1", total(stale), show="flag")
    table = Table(
        "Information needed (memo 004)",
        axis,
        (*told, *aged),
        margin=Margin("Stale", ((stale, count),)),
        note="The source of each input and its date stand on Sources. Days count to the date on "
        "Inputs, never to the clock of a computer.",
    )
    stale_names = Line(
        "information_named",
        "What is stale",
        "text",
        joined(*(At(named, row.key) for row in rows)),
    )
    many, state, counts = _state(count, len(rows), fails)
    tab = Tab(
        "Information",
        "What the framework needs to know, where it stands and how old it is",
        "control",
        (table, Lines("In words", (stale_names, many, state, counts))),
        widths=WIDTHS,
        how_column=0,
        freeze_head=True,
    )
    return Information(count, stale_names, state, counts, tab)


def _held(need: Need, a: Assumptions) -> Held:
    inputs = tuple(e for e in a.inputs() if e.id.startswith(need.inputs))
    files = tuple(a.data.files[key] for key in need.files)
    return Held(inputs, files)


def _day(held: Held, source: Expr, days: Mapping[str, Line]) -> Expr:
    """The oldest day of what is held; no figure where nothing is."""
    known: list[Expr] = [source] if held.inputs else []
    known += [days[file.form.key] for file in held.files]
    if not known:
        return no_figure("none")
    return known[0] if len(known) == 1 else lowest(*known)


def _aged(
    axis: Axis, day: Column, as_of: Line, limit: Column
) -> tuple[tuple[Column, ...], Column, Column]:
    """Age, limit and what follows; the flag of what is stale; its name where it is."""
    age = axis.formula(
        "age",
        "Age",
        "day",
        when(given(day), days_between(day, as_of), no_figure("none")),
        how="Days from then to the date on Inputs",
    )
    stale = axis.formula(
        "stale",
        "Stale",
        "1",
        when(given(age), when(either(below(age, 0), above(age, limit)), 1, 0), 1),
        how="1 where the age is above its limit or below 0 (dated ahead), or nothing holds it",
        show="flag",
    )
    words = when(given(age), joined("▲ ", shown(age, "0", 0), " days"), "▲ not held")
    status = axis.formula(
        "status",
        "Status",
        "text",
        when(same(stale, 0), "● within its limit", words),
        show="status",
        how=None,
    )
    said = joined(" · ", axis.names)
    named = axis.formula("named", "If stale", "text", when(same(stale, 1), said, ""), how=None)
    return (age, limit, stale, status, named), stale, named


def _state(count: Line, needs: int, fails: Line) -> tuple[Line, Line, Line]:
    many = Line(
        "information_many",
        "While any is stale",
        "text",
        joined("▲ ", shown(count, "0", 0), f" of {needs} stale; see Information"),
    )
    state = Line(
        "information_state",
        "Information",
        "text",
        when(same(count, 0), f"● all {needs} within their age limits", many),
        show="status",
        how="Shown on the Cover",
    )
    counts = Line(
        "information_counts",
        "Stale information fails a check",
        "1",
        when(same(fails, FAILS), 1, 0),
        how="The switch on Inputs: old information makes figures doubtful, not their arithmetic",
        show="flag",
    )
    return many, state, counts
