"""Lending: idle hours of pools, what others of their cohort borrow, and what owners reclaim.

All of it follows from what is asked now. Where an owner asks for more, it has less to lend, and
the requests ranked last lose what they borrowed: a reclaim is a change of the inputs, no event.
"""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Chart, Charts, Column, Line, Margin, Series, Table
from workbook.data.pools import MEMO
from workbook.expr import (
    Vector,
    above,
    both,
    filled,
    given,
    joined,
    lookup,
    lowest,
    no_figure,
    ordinal,
    override,
    position,
    total,
    total_with,
    when,
)
from workbook.tabs.constants import Constants
from workbook.tabs.pools import HOURS, QUIET, Quotas, left


class Loans(NamedTuple):
    """What each pool may lend and borrow, by what its own requests leave."""

    asked: Column
    idle: Column
    lendable: Column
    cohort: Column
    cohort_lendable: Column
    limit: Column


class Uses(NamedTuple):
    """What became of each pool's hours, with the totals over all pools."""

    own: Column
    borrowed: Column
    cohort_borrowed: Column
    lent: Column
    free: Column
    unmet: Column
    totals: dict[str, Line]
    table: Table


def loans_of(quotas: Quotas, asked: Column, place: Column, tolerance: Line) -> Loans:
    """What idle pools may lend; *asked* and *place* are the hours and the pool of each request."""
    form, guaranteed = quotas.form, quotas.guaranteed
    axis = form.axis
    hours = axis.formula(
        "asked",
        "Asked for",
        HOURS,
        total_with(asked, place, ordinal(form.pool)),
        how="Hours that requests ask of this pool, without those rejected",
        show=QUIET,
    )
    idle = axis.formula(
        "idle",
        "Idle",
        HOURS,
        left(guaranteed, hours, guaranteed, tolerance),
        how="Guaranteed − asked for, where that is above nothing",
        show=QUIET,
    )
    cohort = axis.formula(
        "cohort_place",
        "Cohort, by its first pool",
        "1",
        when(both(filled(form.pool), filled(form.cohort)), position(form.cohort, form.cohort), 0),
        how="The row of the first pool of the cohort; nothing without one",
        show="quiet_count",
    )
    lendable = axis.formula(
        "lendable",
        "May lend",
        HOURS,
        when(above(cohort, 0), lowest(idle, guaranteed * override(form.lends, 1)), 0),
        how="Idle hours, up to the limit; P0 and SLA hours are no part of any pool",
        show=QUIET,
    )
    cohort_lendable = axis.formula(
        "cohort_lendable",
        "Its cohort may lend",
        HOURS,
        when(above(cohort, 0), total_with(lendable, cohort, cohort), 0),
        how="The sum of what the pools of the cohort may lend",
        show=QUIET,
    )
    limit = axis.formula(
        "limit",
        "May borrow",
        HOURS,
        when(given(form.borrows), guaranteed * form.borrows, cohort_lendable),
        how="The limit × guaranteed hours; all that the cohort may lend where there is no limit",
        show=QUIET,
    )
    return Loans(hours, idle, lendable, cohort, cohort_lendable, limit)


def uses_of(
    quotas: Quotas,
    loans: Loans,
    place: Column,
    grants: tuple[Column, Column],
    tolerance: Line,
) -> Uses:
    """What each pool keeps, lends and leaves free; *grants* are own and borrowed, by request."""
    axis, guaranteed, row = quotas.form.axis, quotas.guaranteed, ordinal(quotas.form.pool)
    own = axis.formula(
        "own",
        "Granted from its own",
        HOURS,
        total_with(grants[0], place, row),
        how="What its requests get of its guaranteed hours",
        show=QUIET,
        memo=MEMO,
    )
    borrowed = axis.formula(
        "borrowed",
        "Borrowed",
        HOURS,
        total_with(grants[1], place, row),
        how="What its requests get of other pools’ idle hours",
        show=QUIET,
    )
    taken = axis.formula(
        "cohort_borrowed",
        "Its cohort borrowed",
        HOURS,
        when(above(loans.cohort, 0), total_with(borrowed, loans.cohort, loans.cohort), 0),
        how="The sum of what the pools of the cohort borrowed",
        show=QUIET,
    )
    lent = axis.formula(
        "lent",
        "Lent",
        HOURS,
        when(above(loans.cohort_lendable, 0), loans.lendable / loans.cohort_lendable * taken, 0),
        how="What the cohort borrowed, by what each pool may lend",
        show=QUIET,
    )
    free = axis.formula(
        "free",
        "Free",
        HOURS,
        left(loans.idle, lent, guaranteed, tolerance),
        how="Idle − lent",
        show=QUIET,
    )
    unmet = axis.formula(
        "unmet",
        "Unmet",
        HOURS,
        left(loans.asked, own + borrowed, loans.asked, tolerance),
        how="Asked for − granted from its own − borrowed",
        show=QUIET,
    )
    columns = {
        "guaranteed": guaranteed,
        "asked": loans.asked,
        "own": own,
        "borrowed": borrowed,
        "lent": lent,
        "free": free,
        "unmet": unmet,
    }
    totals = {
        key: Line(f"pools_{key}_hours", f"Pools: {column.label.lower()}", HOURS, total(column))
        for key, column in columns.items()
    }
    table = Table(
        "What each pool can count on, and what became of it",
        axis,
        (
            quotas.name,
            quotas.allotment,
            quotas.wanted,
            guaranteed,
            loans.asked,
            own,
            loans.idle,
            loans.cohort,
            loans.lendable,
            loans.cohort_lendable,
            loans.limit,
            borrowed,
            taken,
            lent,
            free,
            unmet,
        ),
        margin=Margin("Total", tuple((columns[key], line) for key, line in totals.items())),
        note="Guaranteed = granted from its own + lent + free. Borrowed hours are another pool’s: "
        "when their owner asks for more, it lends less, and the lowest rank loses them first.",
    )
    return Uses(own, borrowed, taken, lent, free, unmet, totals, table)


def reclaim_of(
    quotas: Quotas,
    loans: Loans,
    uses: Uses,
    queue: Column,
    requests: tuple[Column, Column],
    room: Line,
) -> Table:
    """What each owner can have back, and from whom: *queue* has the places in which loans end.

    *requests* are the ids of requests and the hours that each borrows.
    """
    axis = quotas.form.axis
    owner = axis.formula(
        "owner", "Owner", "text", when(above(uses.lent, 0), quotas.name, ""), how=None
    )
    first = loans.cohort * room + 1

    def found(key: str, label: str, unit: str, values: Vector, how: str) -> Column:
        return axis.formula(
            key,
            label,
            unit,
            when(above(uses.lent, 0), lookup(first, queue, values), no_figure("")),
            how=how,
            show="" if unit == "text" else QUIET,
        )

    ids, hours = requests
    back = axis.formula(
        "reclaimable",
        "Can have back at once",
        HOURS,
        uses.lent,
        how="All that it lends: typing a request of its own takes it back",
        show=QUIET,
        strong=True,
    )
    taken = found(
        "taken_first", "Taken first from", "text", ids, "The borrower of its cohort ranked last"
    )
    holds = found(
        "held_first", "Which borrows", HOURS, hours, "Then the one ranked next, and so on"
    )
    spare = axis.formula(
        "spare",
        "Its cohort could still lend",
        HOURS,
        when(above(uses.lent, 0), loans.cohort_lendable - uses.cohort_borrowed, no_figure("")),
        how="Taken from first where an owner asks for hours back",
        show=QUIET,
    )
    return Table("Reclaim: what owners can have back", axis, (owner, back, spare, taken, holds))


def said_of(uses: Uses, constants: Constants) -> dict[str, Line]:
    """What is borrowed, free and unmet in words."""
    return {
        key: Line(
            f"pools_{key}_words",
            f"{uses.totals[key].label} in words",
            "text",
            joined(constants.billions(uses.totals[key]), " bn hours"),
            how=None,
        )
        for key in ("borrowed", "free", "unmet")
    }


def chart_of(quotas: Quotas, uses: Uses, said: dict[str, Line]) -> Charts:
    """Each pool's guaranteed hours by what became of them, and what it borrowed on top."""
    chart = Chart(
        kind="stacked",
        headline=joined(
            "Borrowed ", said["borrowed"], ", free ", said["free"], ", unmet ", said["unmet"]
        ),
        title="Hours of each pool: its own use, lent and free; what it borrows on top",
        series=(
            Series("Granted from its own", uses.own, "inference"),
            Series("Lent", uses.lent, "training"),
            Series("Free", uses.free, "buffer"),
            Series("Borrowed", uses.borrowed, "research"),
        ),
        categories=quotas.name,
        across_title="",
        value_title="bn H100e-hr a year",
        value_show="chart_bn",
        alt="Stacked columns: the guaranteed hours of each pool by own use, lent and free, with "
        "the hours that it borrows on top",
    )
    return Charts((chart,), per_row=1)
