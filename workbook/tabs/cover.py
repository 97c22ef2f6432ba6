"""Cover: the state of the workbook in a few lines, its tabs, and how to read a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from workbook.book import Band, Contents, Legend, Line, Lines, Prose, Tab
from workbook.expr import dated, joined, same, shown, when
from workbook.tabs.checks import Checks
from workbook.tabs.guard import Guard
from workbook.tabs.information import Information
from workbook.tabs.policy import Policy
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.sources import Sources

LEGEND = (
    ("input_sample", "1234.50", "Input: type here, and only here"),
    ("calculation", "1234.50", "Calculation on this tab"),
    ("link", "1234.50", "Drawn from another tab"),
    ("stamp", "1234.50", "Worked out when the file was made: not live"),
    ("live", "1234.50", "The live scenario"),
    ("passed_sample", "● pass", "A check that holds"),
    ("failed_sample", "▲ FAIL", "A check that fails: do not use the figure"),
)
STEPS = (
    ("1  Pick", "Dashboard: choose the live scenario"),
    ("2  Change", "Inputs, and the cream cells on other tabs; see what moves"),
    ("3  Check", "This page: all checks pass before a figure is quoted"),
)


class State(NamedTuple):
    """The tabs whose state the cover shows."""

    policy: Policy
    scenarios: Scenarios
    checks: Checks
    sources: Sources
    guard: Guard
    information: Information


class Cover(NamedTuple):
    """The tab, and what every tab's header draws from it."""

    band: Band
    tab: Tab


def build(
    purpose: str,
    as_of_input: Line,
    state: State,
    facts: Mapping[str, str],
) -> Cover:
    """The cover. *facts* are said of the file itself: version, digest, how it was made."""
    live = Line("cover_live", "Live scenario", "text", state.policy.live)
    as_of = Line("cover_as_of", "Inputs as of", "date", as_of_input)
    changed = Line(
        "cover_changed",
        "Inputs changed",
        "text",
        when(
            same(state.sources.changed, 0),
            "none: all as in the memo",
            joined(shown(state.sources.changed, "0", 0), " unlike the memo; see Sources"),
        ),
    )
    revenue = Line(
        "cover_revenue",
        "Revenue a year",
        "USD/yr",
        state.scenarios.live.revenue,
        show="card_usd",
    )
    passed = Line("cover_checks", "Checks", "text", state.checks.line, show="status")
    simulated = [
        Line(
            f"cover_simulated_{each.key}",
            f"Simulated, {each.name}",
            "text",
            each.state,
            show="status",
        )
        for each in state.guard.stale
    ]
    known = Line("cover_information", "Information", "text", state.information.state, show="status")
    today = Lines("Today", (live, revenue, passed, *simulated, known, changed, as_of))
    tab = Tab(
        "Cover",
        purpose,
        "start",
        (Contents("Tabs"), Prose("This file", tuple(facts.items()))),
        aside=(today, Legend("How to read a cell", LEGEND), Prose("Three steps", STEPS)),
        grid="cover",
    )
    band = Band(
        live=joined("Live scenario: ", state.policy.live),
        checks=state.checks.line,
        as_of=joined("Inputs as of ", dated(as_of_input)),
        banner=state.checks.banner,
    )
    return Cover(band, tab)
