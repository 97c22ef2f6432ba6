"""Sharing: the three tabs of requests, their ranking and the pools, which work each other out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Column, Line, Lines, Tab, Table
from workbook.data.pools import POOLS
from workbook.data.requests import REQUESTS
from workbook.expr import count_gaps
from workbook.tabs import decisions, lending, pools, ranking, requests
from workbook.tabs.constants import Constants
from workbook.tabs.supply import Supply
from workbook.tabs.switches import Switch, switch

GROUP = "operate"
REQUEST_WIDTHS = (64, 60, 88, 108, 108, 84, 72, 80, 80, 48, 196, 188, 72, 60, 56, 60, 56, 80)
ANSWER_WIDTHS = (56, 76, 84, 60, 84, 56, 84, 56, 250)
RANKING_WIDTHS = (250, *(84,) * 8, 136, *(84,) * 9, 130)
POOL_WIDTHS = (84, 116, 104, 170, *(104,) * 13)


class Sharing(NamedTuple):
    """What other tabs may use, and the tabs themselves."""

    reading: Switch
    entries: tuple[Line, ...]
    form: requests.Form
    needs: requests.Needs
    rank: Column
    grants: ranking.Grants
    reclaim: Table
    answers: decisions.Answers
    decision: Column
    strays: Line
    totals: decisions.Totals
    by_nature: decisions.Group
    by_organisation: decisions.Group
    by_decision: decisions.Group
    quotas: pools.Quotas
    uses: lending.Uses
    asked: Column
    verdicts: ranking.Verdicts
    tabs: tuple[Tab, ...]


def build(
    a: Assumptions, constants: Constants, supply: Supply, allotments: Mapping[str, Line]
) -> Sharing:
    """Requests ranked against pools (memo 004, communication).

    *allotments* are the hours of each organisation in the live scenario.
    """
    tolerance, reading, time = constants.tolerance, switch(a.sharing.roi), requests.calendar()
    quotas = pools.build(a.data.of(POOLS), a.sharing, supply, allotments, tolerance)
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
    answered = (
        needs.days,
        needs.h100e,
        needs.hours,
        needs.roi,
        asked,
        order.rank,
        granted,
        part,
        decision,
    )
    working = (
        found.id,
        found.pool,
        found.chip,
        faults.form,
        faults.nature,
        faults.fault,
        order.returned,
        order.standing,
        order.key,
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
            widths=REQUEST_WIDTHS + ANSWER_WIDTHS,
            how_column=10,
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
            ),
            widths=POOL_WIDTHS,
            how_column=7,
        ),
        Tab(
            "Ranking",
            "Who is served first: critical, then company goals, then growth bets by return",
            GROUP,
            (
                totals.block(strays, quotas.organisations.unowned),
                by_decision.table,
                by_nature.table,
                by_organisation.table,
                Lines("How the order is told in one number", (growth, *time.lines, *order.lines)),
                Lines("Words for other tabs", (totals.told, *said.values())),
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
        order.rank,
        grants,
        reclaim,
        answers,
        decision,
        strays,
        totals,
        by_nature,
        by_organisation,
        by_decision,
        quotas,
        uses,
        loans.asked,
        verdicts,
        tabs,
    )
