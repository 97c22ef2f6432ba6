"""Sharing: the three tabs of requests, their ranking and the pools, which work each other out."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.assumptions import Assumptions
from workbook.book import Column, Line, Lines, Tab, Table
from workbook.data.pools import POOLS
from workbook.data.requests import REQUESTS
from workbook.expr import count_gaps
from workbook.tabs import decisions, lending, pools, ranking, requests
from workbook.tabs.constants import Constants
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.supply import Supply
from workbook.tabs.switches import Switch, switch

GROUP = "operate"
REQUEST_WIDTHS = (
    64,
    60,
    82,
    104,
    104,
    84,
    68,
    78,
    78,
    46,
    190,
    176,
    66,
    54,
    56,
    56,
    56,
    78,
    48,
    68,
    72,
    58,
    80,
    72,
    52,
    236,
)
RANKING_WIDTHS = (230, 84, 84, *(84,) * 18)
POOL_WIDTHS = (84, 116, 96, 170, *(92,) * 13)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What other tabs may use, and the tabs themselves."""

    reading: Switch
    entries: tuple[Line, ...]
    form: requests.Form
    needs: requests.Needs
    answers: decisions.Answers
    decision: Column
    strays: Line
    totals: decisions.Totals
    by_nature: decisions.Group
    by_organisation: decisions.Group
    by_decision: decisions.Group
    quotas: pools.Quotas
    uses: lending.Uses
    tabs: tuple[Tab, ...]


def build(a: Assumptions, constants: Constants, supply: Supply, scenarios: Scenarios) -> Sharing:
    """Requests ranked against pools in the live scenario (memo 004, communication)."""
    tolerance, reading, time = constants.tolerance, switch(a.sharing.roi), requests.calendar()
    quotas = pools.build(a.data.of(POOLS), a.sharing, supply, scenarios, tolerance)
    owners, kinds = quotas.organisations.axis, requests.natures()
    chips = supply.fleet.chip
    form = requests.form_of(a.data.of(REQUESTS), quotas.form.pool, chips, owners.names, kinds.names)
    growth, verdicts = ranking.growth_line(kinds), ranking.verdicts_axis()
    found = ranking.found_of(form, quotas.form.pool, chips)
    needs = requests.needs_of(form, found.chip, supply.fleet.ratio, reading, time, constants)
    faults = ranking.faults_of(form, found, needs, verdicts, kinds, growth)
    asked = requests.asked_of(form, needs, faults.fault, supply.hours_a_year, time, constants)
    order = ranking.order_of(form, found, faults, needs, asked, growth, time)
    loans = lending.loans_of(quotas, asked, found.pool, tolerance)
    grants = ranking.grants_of(form, found, order, asked, quotas, loans)
    granted, part = requests.granted_of(form, asked, grants.own, grants.borrowed)
    verdict = ranking.verdict_of(form, faults, asked, part, tolerance)
    answers = decisions.Answers(asked, granted, part, verdict)
    decision = requests.decision_of(form, verdict, verdicts.axis.names)
    uses = lending.uses_of(quotas, loans, found.pool, (grants.own, grants.borrowed), tolerance)
    by_decision = decisions.by_verdict(verdicts, answers, tolerance)
    by_nature = decisions.group_of(
        "By nature", kinds, answers, (form["nature"], kinds.names), tolerance
    )
    by_organisation = decisions.group_of(
        "By organisation that asks",
        owners,
        answers,
        (form["organisation"], owners.names),
        tolerance,
    )
    totals = decisions.totals_of(form, answers, by_decision)
    answered = (needs.days, needs.h100e, needs.hours, needs.roi, asked, granted, part, decision)
    working = (
        found.id,
        found.pool,
        found.chip,
        faults.form,
        faults.nature,
        faults.fault,
        order.standing,
        order.key,
        order.rank,
        *grants.columns,
        verdict,
    )
    reclaim = lending.reclaim_of(
        quotas, loans, uses, grants.queue, (form.id, grants.borrowed), order.room
    )
    said = lending.said_of(uses, constants)
    strays = Line(
        "requests_strays",
        "Rows without an id",
        "1",
        count_gaps(form["cores"], form.id),
        how="Rows of Requests that have cores, but no id",
    )
    tabs = (
        Tab(
            "Requests",
            "What teams ask of their pools, and the answer: a row for each request",
            GROUP,
            (requests.table_of(form, answered),),
            widths=REQUEST_WIDTHS,
            how_column=0,
            freeze_head=True,
        ),
        Tab(
            "Pools",
            "Hours of each resource pool in the live scenario: guaranteed, borrowed, lent, free",
            GROUP,
            (
                quotas.form.table,
                quotas.organisations.table,
                uses.table,
                lending.chart_of(quotas, uses, said),
                reclaim,
                Lines("In words", (quotas.organisations.unowned, *said.values())),
            ),
            widths=POOL_WIDTHS,
            how_column=0,
        ),
        Tab(
            "Ranking",
            "Who is served first, what each request gets, and why: critical, then company goals, "
            "then growth bets by return",
            GROUP,
            (
                totals.block(strays),
                by_decision.table,
                by_nature.table,
                by_organisation.table,
                Lines("How the order is told in one number", (growth, *time.lines, *order.lines)),
                Table("Requests in the order of the form, ranked and granted", form.axis, working),
            ),
            grid="wide",
            widths=RANKING_WIDTHS,
        ),
    )
    return Sharing(
        reading,
        (reading.line, *quotas.organisations.p0_part),
        form,
        needs,
        answers,
        decision,
        strays,
        totals,
        by_nature,
        by_organisation,
        by_decision,
        quotas,
        uses,
        tabs,
    )
