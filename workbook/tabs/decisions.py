"""Decisions: requests and hours by decision, by nature and by organisation, and in all."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Axis, Column, Line, Lines, Margin, Table
from workbook.expr import (
    At,
    Expr,
    count_filled,
    count_where,
    joined,
    same,
    shown,
    total,
    total_with,
    when,
)
from workbook.tabs.pools import HOURS, left
from workbook.tabs.ranking import REMEDIES, Verdicts
from workbook.tabs.requests import Form


class Answers(NamedTuple):
    """The answers to requests, row by row."""

    asked: Column
    granted: Column
    part: Column
    verdict: Column


class Group(NamedTuple):
    """Requests and hours of each entity of an axis."""

    axis: Axis
    requests: Column
    asked: Column
    granted: Column
    deferred: Column
    table: Table


class Totals(NamedTuple):
    """Requests and hours in all."""

    filled: Line
    rejected: Line
    told: Line
    asked: Line
    granted: Line
    deferred: Line
    state: Line

    def block(self, *gaps: Line) -> Lines:
        """The lines as the tab shows them, with *gaps* in the forms."""
        lines = (self.filled, self.rejected, self.state, self.asked, self.granted)
        return Lines(
            "All requests",
            (*lines, self.deferred, *gaps),
            note="A rejected request fails no check: its row says what is wrong, it gets nothing, "
            "and no other figure moves.",
        )


def group_of(
    title: str,
    axis: Axis,
    answers: Answers,
    keys: tuple[Column, Expr],
    tolerance: Line,
    *,
    before: tuple[Column, ...] = (),
    after: tuple[Column, ...] = (),
) -> Group:
    """What was asked and granted, by entity: *keys* are a column of requests and its value here."""
    requests = axis.formula("requests", "Requests", "1", count_where(keys), how=None)
    asked = axis.formula("asked", "Asked for", HOURS, total_with(answers.asked, *keys), how=None)
    granted = axis.formula(
        "granted", "Granted", HOURS, total_with(answers.granted, *keys), how=None, strong=True
    )
    deferred = axis.formula(
        "deferred", "Deferred", HOURS, left(asked, granted, asked, tolerance), how=None
    )
    columns = (*before, requests, asked, granted, deferred, *after)
    prefix = f"{axis.key}_"
    sums = tuple(
        (
            column,
            Line(
                f"{prefix}{column.key}",
                f"{title}: {column.label.lower()}",
                column.unit,
                total(column),
            ),
        )
        for column in (requests, asked, granted, deferred)
    )
    return Group(
        axis,
        requests,
        asked,
        granted,
        deferred,
        Table(title, axis, columns, margin=Margin("Total", sums)),
    )


def by_verdict(verdicts: Verdicts, answers: Answers, tolerance: Line) -> Group:
    """Requests by what was decided, with what to do about it."""
    remedy = verdicts.axis.fixed("remedy", "What it means, or what to do", REMEDIES, "open")
    return group_of(
        "By decision",
        verdicts.axis,
        answers,
        (answers.verdict, verdicts.number),
        tolerance,
        before=(verdicts.number,),
        after=(remedy,),
    )


def totals_of(form: Form, answers: Answers, decided: Group) -> Totals:
    """Requests, hours, and whether any request is to be put right."""
    filled = Line(
        "requests_filled",
        "Requests",
        "1",
        count_filled(form.id),
        how="Rows of Requests that have an id",
        output=True,
    )
    sound = [At(decided.requests, verdict) for verdict in ("deferred", "partly", "granted")]
    rejected = Line(
        "requests_rejected",
        "Rejected",
        "1",
        filled - sound[0] - sound[1] - sound[2],
        how="Requests − deferred − partly granted − granted",
        output=True,
    )
    asked = Line(
        "requests_asked_hours",
        "Asked for",
        HOURS,
        total(answers.asked),
        how="The sum over requests, without those rejected",
        output=True,
    )
    granted = Line(
        "requests_granted_hours",
        "Granted",
        HOURS,
        total(answers.granted),
        how="The sum over requests",
        output=True,
        strong=True,
    )
    deferred = Line(
        "requests_deferred_hours",
        "Deferred",
        HOURS,
        total(decided.deferred),
        how="Asked for − granted, by decision",
        output=True,
    )
    told = Line(
        "requests_rejected_words",
        "While any is rejected",
        "text",
        joined("▲ ", shown(rejected, "0", 0), " rejected: their rows on Requests say why"),
        how=None,
    )
    state = Line(
        "requests_state",
        "State of the requests",
        "text",
        when(
            same(rejected, 0),
            "● every request can be ranked",
            told,
        ),
        show="status",
        how=None,
    )
    return Totals(filled, rejected, told, asked, granted, deferred, state)
