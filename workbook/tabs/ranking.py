"""Ranking: the order in which requests are served, and what each is granted.

A request is granted the least of what it asks and of what better ranks leave of its pool. What is
unmet then borrows from the cohort in the same order, up to its pool's limit.
"""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Line
from workbook.data.pools import MEMO
from workbook.data.requests import LEAST_ROI, MOST_ROI
from workbook.expr import (
    At,
    above,
    below,
    count_beyond,
    count_filled,
    count_within,
    days_between,
    either,
    given,
    highest,
    largest,
    lowest,
    nth,
    ordinal,
    position,
    rounded,
    same,
    smallest,
    total_beyond,
    when,
    where_filled,
)
from workbook.tabs.lending import Loans
from workbook.tabs.pools import HOURS, QUIET, Quotas
from workbook.tabs.requests import Calendar, Form, Needs

COUNT = "quiet_count"
VERDICTS = (
    ("deferred", "Deferred"),
    ("partly", "Partly granted"),
    ("granted", "Granted"),
    ("roi", "Rejected: no ROI, low and middle"),
    ("nature", "Rejected: no such nature"),
    ("dates", "Rejected: no dates, or end before start"),
    ("cores", "Rejected: no cores"),
    ("chip", "Rejected: no such accelerator"),
    ("pool", "Rejected: no such pool"),
)
"""What may be decided. Of several reasons to reject a request the last one here is told."""

REMEDIES = (
    "Nothing is left for it: ask again, or argue for more in the meeting",
    "What is left for it is less than it asks",
    "All that it asks",
    "A growth bet is ranked by its return: give both on Requests",
    "Pick one of the list on Requests",
    "Give a start, an end or days, and the day of the request",
    "Give how many accelerators are wanted",
    "Pick one of the fleet; Supply has them",
    "Pick one of the list; Pools has them",
)


class Found(NamedTuple):
    """What a request refers to: the rows of its pool and of its chip, 0 where there is none."""

    id: Column
    pool: Column
    chip: Column


class Verdicts(NamedTuple):
    """What may be decided, each with its number."""

    axis: Axis
    number: Column


class Faults(NamedTuple):
    """What is wrong with a request: the number of a verdict, 0 where nothing is."""

    form: Column
    nature: Column
    fault: Column


class Order(NamedTuple):
    """The order in which requests are served: the larger key first."""

    returned: Column
    standing: Column
    key: Column
    rank: Column
    room: Line
    lines: tuple[Line, ...]


class Grants(NamedTuple):
    """What each request is granted of its own pool, and what it borrows."""

    before: Column
    own: Column
    cohort: Column
    wish: Column
    cohort_before: Column
    borrowed: Column
    loan: Column
    queue: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in order."""
        return (
            self.before,
            self.own,
            self.cohort,
            self.wish,
            self.cohort_before,
            self.borrowed,
            self.loan,
            self.queue,
        )


def found_of(form: Form, pools: Column, chips: Column) -> Found:
    """The places of each request’s pool and chip."""
    axis = form.axis
    ident = axis.formula("ident", "Request", "text", where_filled(form.id, form.id), how=None)

    def found(key: str, label: str, typed: Column, among: Column, tab: str) -> Column:
        place = position(typed, among)
        return axis.formula(
            key,
            label,
            "1",
            when(given(place), place, 0),
            how=f"The row of the one asked for on {tab}; nothing where there is none",
            show=COUNT,
        )

    return Found(
        ident,
        found("pool_place", "Pool, by its row", form["pool"], pools, "Pools"),
        found("chip_place", "Accelerator, by its row", form["chip"], chips, "Supply"),
    )


def verdicts_axis() -> Verdicts:
    """The verdicts with their numbers."""
    axis = Axis("verdicts", "Decision", tuple(Entity(*verdict) for verdict in VERDICTS))
    number = axis.formula("number", "Number", "1", ordinal(axis.names), how=None)
    return Verdicts(axis, number)


def faults_of(
    form: Form, found: Found, needs: Needs, verdicts: Verdicts, natures: Axis, growth: Line
) -> Faults:
    """What is wrong with each request; of several things the one that comes last is told."""

    def number(verdict: str) -> At:
        return At(verdicts.number, verdict)

    axis = form.axis
    first = axis.formula(
        "form_fault",
        "Wrong in the form",
        "1",
        where_filled(
            found.id,
            highest(
                when(above(found.pool, 0), 0, number("pool")),
                when(above(found.chip, 0), 0, number("chip")),
                when(above(needs.h100e, 0), 0, number("cores")),
                when(above(needs.days, 0), 0, number("dates")),
            ),
            0,
        ),
        how="The number of the decision that rejects it: pool, accelerator, cores, dates",
        show=COUNT,
    )
    place = position(form["nature"], natures.names)
    nature = axis.formula(
        "nature_place",
        "Nature, by its row",
        "1",
        when(given(place), place, 0),
        how="The row of the nature above; nothing where there is none",
        show=COUNT,
    )
    ranked = either(below(nature, growth), given(needs.roi))
    fault = axis.formula(
        "fault",
        "Wrong at all",
        "1",
        where_filled(
            found.id,
            highest(
                first,
                when(above(nature, 0), 0, number("nature")),
                when(ranked, 0, number("roi")),
            ),
            0,
        ),
        how="That, or the number that rejects it for its nature or for want of an ROI",
        show=COUNT,
    )
    return Faults(first, nature, fault)


def growth_line(natures: Axis) -> Line:
    """The place of growth bets: the last of the natures."""
    return Line(
        "growth_place",
        "Natures of a request",
        "1",
        count_filled(natures.names),
        how="The last of them is the growth bet",
    )


def order_of(
    form: Form,
    found: Found,
    faults: Faults,
    needs: Needs,
    asked: Column,
    growth: Line,
    time: Calendar,
) -> Order:
    """By nature, then growth bets by return, then by date, then by row: one whole number each."""
    axis = form.axis
    lines = _order_lines(form["submitted"], growth, time, len(axis.entities))
    kinds, least, most, steps, span, _, last, days, room = lines
    returned = axis.formula(
        "returned",
        "Return, in steps",
        "1",
        when(
            same(faults.nature, growth),
            rounded(highest(least, lowest(most, needs.roi)) * steps, 0),
            0,
        ),
        how="Of growth bets, rounded to whole steps, so that ranks never hang on a last digit",
        show=COUNT,
    )
    standing = axis.formula(
        "standing",
        "Standing",
        "1",
        when(above(faults.nature, 0), (kinds - faults.nature) * span + returned, 0),
        how="By nature, and for growth bets by their return, in steps; nothing without a nature",
        show=COUNT,
    )
    key = axis.formula(
        "order_key",
        "Order",
        "1",
        when(
            above(asked, 0),
            (standing * days + days_between(form["submitted"], last)) / time.day * room
            - ordinal(found.id),
            0,
        ),
        how="By standing, then by the day of the request, then by row; the largest is served first",
        show=COUNT,
    )
    rank = axis.formula(
        "rank",
        "Rank in its pool",
        "1",
        when(above(key, 0), 1 + count_beyond(found.pool, found.pool, key, key), 0),
        how="One more than there are requests of the same pool with a larger order",
        show=COUNT,
        strong=True,
        memo=MEMO,
    )
    return Order(returned, standing, key, rank, room, lines)


def _order_lines(submitted: Column, growth: Line, time: Calendar, rows: int) -> tuple[Line, ...]:
    """How many places each part of the order takes up in one whole number."""
    least = Line("roi_least", "Lowest return told apart", "x", constant=LEAST_ROI, memo="Model")
    most = Line("roi_most", "Highest return told apart", "x", constant=MOST_ROI, memo="Model")
    steps = Line(
        "roi_steps",
        "Steps in a return of 1x",
        "1",
        constant=10_000.0,
        how="Returns are compared to four places",
        memo="Model",
    )
    first = Line("order_first_day", "First day of a request", "date", smallest(submitted))
    last = Line("order_last_day", "Last day of a request", "date", largest(submitted))
    return (
        Line("order_kinds", "Natures, and one more", "1", growth + 1),
        least,
        most,
        steps,
        Line("roi_span", "Steps of all returns, and one more", "1", (most - least) * steps + 1),
        first,
        last,
        Line(
            "order_days",
            "Days between them, and one more",
            "day",
            days_between(first, last) + time.day,
        ),
        Line(
            "order_rows",
            "Rows of the form, and one more",
            "1",
            constant=rows + 1.0,
            how="By definition of the form",
            memo="Model",
        ),
    )


def grants_of(
    form: Form, found: Found, order: Order, asked: Column, quotas: Quotas, loans: Loans
) -> Grants:
    """What better ranks leave of the pool; then, in the same order, of the cohort’s idle hours."""
    axis, key = form.axis, order.key
    guaranteed = nth(quotas.guaranteed, found.pool)
    before = axis.formula(
        "before",
        "Asked by better ranks",
        HOURS,
        when(above(key, 0), total_beyond(asked, found.pool, found.pool, key, key), 0),
        how="Of the same pool",
        show=QUIET,
    )
    own = axis.formula(
        "own_grant",
        "Granted from its own pool",
        HOURS,
        when(above(key, 0), lowest(asked, highest(0, guaranteed - before)), 0),
        how="The least of what it asks and what better ranks leave of the pool’s guaranteed hours",
        show=QUIET,
        memo=MEMO,
    )
    cohort = axis.formula(
        "cohort_of",
        "Cohort, by its first pool",
        "1",
        when(above(key, 0), nth(loans.cohort, found.pool), 0),
        how="That of its pool; nothing without one",
        show=COUNT,
    )
    used = highest(0, before - guaranteed)
    wish = axis.formula(
        "wish",
        "Asks of the cohort",
        HOURS,
        when(
            above(cohort, 0),
            highest(0, lowest(asked - own, nth(loans.limit, found.pool) - used)),
            0,
        ),
        how="What is unmet, within what better ranks leave of the pool’s limit",
        show=QUIET,
    )
    return _borrowed(axis, found, order, loans, (before, own, cohort, wish))


def _borrowed(
    axis: Axis,
    found: Found,
    order: Order,
    loans: Loans,
    needs: tuple[Column, Column, Column, Column],
) -> Grants:
    """What each request borrows, and in which order loans end."""
    key, (_, own, cohort, wish) = order.key, needs
    cohort_before = axis.formula(
        "cohort_before",
        "Asked of it by better ranks",
        HOURS,
        when(above(wish, 0), total_beyond(wish, cohort, cohort, key, key), 0),
        how="Of the same cohort",
        show=QUIET,
    )
    lendable = nth(loans.cohort_lendable, found.pool)
    borrowed = axis.formula(
        "borrowed_grant",
        "Borrowed",
        HOURS,
        when(above(wish, 0), lowest(wish, highest(0, lendable - cohort_before)), 0),
        how="The least of what it asks of its cohort and what better ranks leave of that",
        show=QUIET,
        memo=MEMO,
    )
    loan = axis.formula(
        "loan",
        "Borrows from",
        "1",
        when(above(borrowed, 0), cohort, 0),
        how="Its cohort, where it borrows anything",
        show=COUNT,
    )
    queue = axis.formula(
        "queue",
        "Loan ends",
        "1",
        when(above(loan, 0), loan * order.room + count_within(loan, loan, key, key), 0),
        how="Cohort × rows of the form, and one more, + its place: 1 is taken back first",
        show=COUNT,
    )
    before, own, cohort, wish = needs
    return Grants(before, own, cohort, wish, cohort_before, borrowed, loan, queue)


def verdict_of(form: Form, faults: Faults, asked: Column, part: Column, tolerance: Line) -> Column:
    """The number of the decision on each request; 0 in a row that is not filled."""
    return form.axis.formula(
        "verdict",
        "Decision, by its number",
        "1",
        when(
            above(asked, 0),
            1 + when(above(part, tolerance), 1, 0) + when(below(part, 1 - tolerance), 0, 1),
            faults.fault,
        ),
        how="1 deferred, 2 partly granted, 3 granted; for a rejected request what is wrong with it",
        show=COUNT,
    )
