"""Requests and pools: the hand-worked example, laws for any requests, and rows that are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import books
import planted
import pytest
import sharings
from finder import Finder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import EACH, usable
from sharings import ALIGNMENT, CRITICAL, GROWTH, MIDDLE, Ask, Pool, Served, Small

from workbook.assumptions import Assumptions
from workbook.book import Column, Formula, Stamp, tables_of
from workbook.build import Built
from workbook.data.pools import POOLS
from workbook.data.requests import REQUESTS
from workbook.engines import Cell, Session, Settable, agree, engine
from workbook.evaluate import Model, plain
from workbook.functions import Value

Typed = Mapping[str, Stamp]

ROWS, POOL_ROWS = 16, 5
ALLOTMENTS = {"inference": 20e6, "training": 20e6, "research": 20e6}
"""Hours of the example's organisations: more than the floors that its pools have."""

K = 1000 * 50 * 24
"""A thousand H100 equivalents for the 50 days of every request: 1.2 million hours."""


@cache
def example() -> Small:
    """Twelve requests over three pools, in forms with a few rows more."""
    return sharings.small(
        sharings.HERE / "three_pools.csv",
        sharings.HERE / "twelve_requests.csv",
        ALLOTMENTS,
        POOL_ROWS,
        ROWS,
    )


class Live:
    """The example at what was typed: cells of requests and pools by row, lines by name."""

    def __init__(self, typed: Typed) -> None:
        self.model = Model(example().tabs, typed)

    def request(self, column: Column, row: int) -> Value:
        """A cell of a request, by its row from 1."""
        return self.model.cell(column, row - 1)

    def column(self, column: Column, count: int) -> list[Value]:
        """The first cells of a column."""
        return [self.model.cell(column, i) for i in range(count)]

    def hours(self, column: Column, count: int) -> list[float]:
        """The first cells of a column of hours; one without a figure is 0."""
        return [v if isinstance(v, float) else 0.0 for v in self.column(column, count)]


# --- the example, by hand ------------------------------------------------------------------------

# In thousands of H100 equivalents, for 50 days each. Alpha has 10 (12,000,000 h) and may borrow
# 30% of it, 3; Beta has 8 and may lend 25%, 2; Gamma has 6 and lends all that is idle.
ASKED = (4, 3, 3, 2, 3, 2, 3, 2, 2, 1, 1, 1)

# Alpha by rank: R-1 critical 4, R-4 alignment 2, then bets by the low end of ROI: R-5 at 0.9 takes
# 3 and leaves 1; R-2 and R-3 tie at 0.5 and on 5 January, so R-2's row goes first: it takes the 1
# and lacks 2; R-3 lacks 3; R-6 at 0.2 lacks 2. Beta gives R-7 3, R-8 2 and R-12 1 and has 2 idle:
# at most 25% of 8 = 2 are lent. Gamma gives R-9 2, R-10 1 (a tie on the day) and R-11 1 and has 2
# idle. Alpha may borrow 3 of these 4: R-2 its 2, R-3 the last 1, R-6 nothing. Each lends half of 3.
RANKS = (1, 4, 5, 2, 3, 6, 1, 2, 1, 2, 3, 3)
OWN = (4, 1, 0, 2, 3, 0, 3, 2, 2, 1, 1, 1)
BORROWED = (0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
LENT = (0, 1.5, 1.5)
FREE = (0, 0.5, 0.5)
UNMET = (4, 0, 0)

# By the middle of ROI, R-6 at 3.0 comes third and takes 2; tie at 2.0: R-2 takes the 2
# that are left and lacks 1, R-3 lacks 3, R-5 at 1.0 lacks 3. Of the 3 that Alpha may borrow, R-2
# has 1 and R-3 has 2.
BY_MIDDLE_RANKS = (1, 4, 5, 2, 6, 3)
BY_MIDDLE_OWN = (4, 2, 0, 2, 0, 2)
BY_MIDDLE_BORROWED = (0, 1, 2, 0, 0, 0)

# Beta's teams ask for 2 more: none of its 8 is idle, so only Gamma's 2 are lent. R-3 ranks last of
# those that borrow and loses its 1; R-2 keeps 2.
RECLAIM: Typed = {
    "requests.row_13.id": "R-13",
    "requests.row_13.organisation": "Training",
    "requests.row_13.team": "Four",
    "requests.row_13.pool": "Beta",
    "requests.row_13.chip": "TPU",
    "requests.row_13.cores": 8000.0,
    "requests.row_13.start": date(2026, 3, 1),
    "requests.row_13.days": 50.0,
    "requests.row_13.workload": "More",
    "requests.row_13.nature": CRITICAL,
    "requests.row_13.submitted": date(2026, 2, 2),
}
BY_CASE: Mapping[str, tuple[Typed, tuple[float, ...], tuple[float, ...]]] = {
    "as given": ({}, OWN, BORROWED),
    "by the middle": (
        {"sharing.roi": MIDDLE},
        BY_MIDDLE_OWN + OWN[6:],
        BY_MIDDLE_BORROWED + BORROWED[6:],
    ),
    "reclaimed": (RECLAIM, OWN, (0, 2, 0, *BORROWED[3:])),
}


def thousands(hours: list[float]) -> list[float]:
    """Hours as thousands of H100 equivalents for 50 days."""
    return [round(h / K, 9) for h in hours]


def test_the_example_is_asked_and_ranked_as_by_hand() -> None:
    """What each of the twelve asks, and its rank in its pool."""
    live, shared = Live({}), example().shared
    assert thousands(live.hours(shared.answers.asked, 12)) == list(ASKED)
    assert live.column(shared.rank, 12) == list(RANKS)


@pytest.mark.parametrize("case", BY_CASE)
def test_the_example_is_granted_as_by_hand(case: str) -> None:
    """Own hours and borrowed ones of the twelve, at three states of the form."""
    typed, own, borrowed = BY_CASE[case]
    live, grants = Live(typed), example().shared.grants
    assert thousands(live.hours(grants.own, 12)) == list(own)
    assert thousands(live.hours(grants.borrowed, 12)) == list(borrowed)


def test_the_pools_of_the_example_are_as_by_hand() -> None:
    """Lent, free and unmet hours of the three pools, and what is said of a request."""
    live, shared = Live({}), example().shared
    assert thousands(live.hours(shared.uses.lent, 3)) == list(LENT)
    assert thousands(live.hours(shared.uses.free, 3)) == list(FREE)
    assert thousands(live.hours(shared.uses.unmet, 3)) == list(UNMET)
    said = live.column(shared.decision, 13)
    assert [said[i] for i in (0, 1, 2, 5, 12)] == [
        "Granted",
        "Granted",
        "Partly granted",
        "Deferred",
        "",
    ]
    assert live.request(shared.answers.part, 3) == pytest.approx(1 / 3)


def test_a_loan_ends_for_the_lowest_rank_first() -> None:
    """R-3 borrows 1 and ranks last, so both owners would take it back from R-3 first."""
    live = Live({})
    first, held = (
        c for c in example().shared.reclaim.columns if c.key in ("taken_first", "held_first")
    )
    assert live.column(first, 3) == ["", "R-3", "R-3"]
    assert thousands(live.hours(held, 3)) == [0, 1, 1]


def test_the_example_is_what_a_queue_gives() -> None:
    """The same twelve, served one after the other from lists."""
    pools = {
        "Alpha": Pool("Inference", 0, 10 * K, 0.5, 0.3, "Flex"),
        "Beta": Pool("Training", 0, 8 * K, 0.25, 0.5, "Flex"),
        "Gamma": Pool("Research", 0, 6 * K, None, 0.5, "Flex"),
    }
    alpha = (CRITICAL, GROWTH, GROWTH, ALIGNMENT, GROWTH, GROWTH)
    natures = (*alpha, CRITICAL, ALIGNMENT, CRITICAL, CRITICAL, GROWTH, GROWTH)
    low = (0, 0.5, 0.5, 0, 0.9, 0.2, 0, 0, 0, 0, 0.5, 0.1)
    days = (10, 5, 5, 20, 7, 2, 10, 11, 32, 32, 4, 30)
    asks = [
        Ask(
            i + 1,
            "Alpha" if i < 6 else "Gamma" if i in (8, 9, 10) else "Beta",
            ASKED[i] * K,
            natures[i],
            low[i],
            date.fromordinal(date(2026, 1, 1).toordinal() + days[i] - 1),
        )
        for i in range(12)
    ]
    given = sharings.served(pools, asks, ALLOTMENTS)
    assert thousands([given.asks[i].own for i in range(1, 13)]) == list(OWN)
    assert thousands([given.asks[i].borrowed for i in range(1, 13)]) == list(BORROWED)
    assert thousands([given.lent[name] for name in ("Alpha", "Beta", "Gamma")]) == list(LENT)


class Typist:
    """The example open in an engine: types into its cells, and takes back what it typed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cells = Finder(books.book(*example().tabs), books.laid(*example().tabs)).figures
        self._typed: set[str] = set()

    def type(self, typed: Typed) -> None:
        """Have just this typed in; other cells are as the files have them."""
        before = Model(example().tabs)
        for figure in self._typed - set(typed):
            self.session.set(self._cell(figure), _settable(_before(before, figure)))
        for figure, value in typed.items():
            self.session.set(self._cell(figure), _settable(plain(value)))
        self._typed = set(typed)

    def _cell(self, figure: str) -> Cell:
        return self.cells["sharing_roi" if figure == "sharing.roi" else figure]

    def grants(self, key: str, rows: int) -> list[float]:
        """The hours that the first requests get, in thousands."""
        wanted = [self.cells[f"requests.row_{i}.{key}"] for i in range(1, rows + 1)]
        values = self.session.read(wanted)
        return thousands([_number(values[cell]) for cell in wanted])


def _before(model: Model, figure: str) -> Value:
    if figure == "sharing.roi":
        return model["sharing_roi"]
    table, row, key = figure.split(".")
    form = example().shared.form.columns if table == "requests" else _pool_columns()
    return model.cell(form[key], _row(row) - 1)


def _pool_columns() -> dict[str, Column]:
    return {column.key: column for column in example().shared.quotas.form.table.columns}


def _settable(value: Value) -> Settable:
    return value


def _number(value: object) -> float:
    assert isinstance(value, float | int), value
    return float(value)


def _row(key: str) -> int:
    return int(key.rpartition("_")[2])


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Typist]:
    """The example in an engine."""
    path = folder / "book.xlsx"
    path.write_bytes(books.written(*example().tabs))
    with engine(name).open(path) as session:
        yield Typist(session)


@pytest.mark.parametrize("name", EACH)
def test_every_engine_grants_the_same(name: str, tmp_path: Path) -> None:
    """By hand in three states; and each cell of the tabs, with rows right, wrong and blank."""
    usable(name)
    columns = {
        f"{table.axis.key}.{entity.key}.{column.key}": (column, place)
        for tab in example().tabs
        for table in tables_of(tab)
        for column in table.columns
        if isinstance(column.content, Formula)
        for place, entity in enumerate(table.axis.entities)
    }
    differing = []
    with opened(name, tmp_path) as typist:
        for typed, own, borrowed in BY_CASE.values():
            typist.type(typed)
            assert typist.grants("own_grant", 12) == list(own)
            assert typist.grants("borrowed_grant", 12) == list(borrowed)
        # seconds a state in the one, and the others do them all
        for case, typed in list(STATES.items())[:: planted.EACH if name == "formulas" else 1]:
            typist.type(typed)
            model = Model(example().tabs, typed)
            values = typist.session.read(typist.cells[figure] for figure in columns)
            for figure, (column, place) in columns.items():
                ours, theirs = model.cell(column, place), values[typist.cells[figure]]
                if not agree(ours, theirs, scale=1e6):
                    differing.append((case, figure, ours, theirs))
    assert differing == []


# --- rows that are wrong ---------------------------------------------------------------------

WRONG: Mapping[str, tuple[Typed, str]] = {
    "a pool that is not there": (
        {"requests.row_1.pool": "Delta"},
        "Rejected: no such pool",
    ),
    "no pool": ({"requests.row_1.pool": None}, "Rejected: no such pool"),
    "a chip that nobody has": (
        {"requests.row_1.chip": "H100"},
        "Rejected: no such accelerator",
    ),
    "no cores": ({"requests.row_1.cores": 0.0}, "Rejected: no cores"),
    "blank cores": ({"requests.row_1.cores": None}, "Rejected: no cores"),
    "text for cores": ({"requests.row_1.cores": "many"}, "Rejected: no cores"),
    "cores below nothing": ({"requests.row_1.cores": -5.0}, "Rejected: no cores"),
    "end before start": (
        {"requests.row_1.end": date(2026, 2, 27)},
        "Rejected: no dates, or end before start",
    ),
    "no start": (
        {"requests.row_1.start": None},
        "Rejected: no dates, or end before start",
    ),
    "text for days": (
        {"requests.row_1.end": None, "requests.row_1.days": "a month"},
        "Rejected: no dates, or end before start",
    ),
    "no day of the request": (
        {"requests.row_1.submitted": None},
        "Rejected: no dates, or end before start",
    ),
    "a nature of its own": (
        {"requests.row_1.nature": "Urgent"},
        "Rejected: no such nature",
    ),
    "a bet without a return": (
        {"requests.row_1.nature": GROWTH},
        "Rejected: no ROI, low and middle",
    ),
    "pool and chip": (
        {"requests.row_1.pool": "Delta", "requests.row_1.chip": "H100"},
        "Rejected: no such pool",
    ),
}


STATES: Mapping[str, Typed] = (
    {case: typed for case, (typed, _, _) in BY_CASE.items()}
    | {case: typed for case, (typed, _) in WRONG.items()}
    | {"no id": {"requests.row_1.id": None}}
)


@pytest.mark.parametrize("case", WRONG)
def test_a_row_that_is_wrong_says_why_and_gets_nothing(case: str) -> None:
    """R-1 is rejected, its 4 go to better use, and every other row keeps a whole rank."""
    typed, words = WRONG[case]
    live, shared = Live(typed), example().shared
    assert live.request(shared.decision, 1) == words
    assert live.hours(shared.answers.asked, 1) == [0]
    assert live.request(shared.answers.granted, 1) == 0
    assert live.request(shared.rank, 1) == 0
    assert live.column(shared.rank, 6)[1:] == [3, 4, 1, 2, 5]
    # R-4 2, R-5 3, R-2 3, R-3 2 of 3; it borrows the last, and R-6 its 2
    assert thousands(live.hours(shared.answers.granted, 6)) == [0, 3, 3, 2, 3, 2]
    assert live.model["requests_rejected"] == 1
    assert str(live.model["requests_state"]).startswith("▲")


def test_a_row_without_an_id_does_not_count() -> None:
    """It asks for nothing and is told apart, so that a check can fail."""
    live, shared = Live({"requests.row_1.id": None}), example().shared
    assert live.column(shared.decision, 1) == [""]
    assert live.hours(shared.answers.asked, 1) == [0]
    assert live.model["requests_strays"] == 1
    assert live.model["requests_filled"] == 11


def test_a_year_holds_no_more_than_its_hours() -> None:
    """4,000 H100 equivalents for 500 days are 48,000,000 h, and 35,040,000 h of a year."""
    typed: Typed = {"requests.row_1.end": None, "requests.row_1.days": 500.0}
    live, shared = Live(typed), example().shared
    assert live.request(shared.needs.hours, 1) == pytest.approx(4000 * 500 * 24)
    assert live.request(shared.answers.asked, 1) == pytest.approx(4000 * 8760)


def test_floors_are_kept_where_shares_ask_for_too_much() -> None:
    """Of 20 M h, 12 M are a floor; 80% more is 16 M, so the second pool has the 8 M left."""
    typed: Typed = {
        "pools.row_4.pool": "Delta",
        "pools.row_4.organisation": "Inference",
        "pools.row_4.share": 0.8,
    }
    live, shared = Live(typed), example().shared
    assert live.hours(shared.quotas.guaranteed, 4) == pytest.approx([12e6, 9.6e6, 7.2e6, 8e6])
    shares = shared.quotas.organisations.shares
    assert live.hours(shares, 1) == [0.8]


# --- laws ----------------------------------------------------------------------------------------

NAMES = ("Alpha", "Beta", "Gamma", "Delta")
OWNERS = ("Inference", "Training", "Research")
CHIPS = ("Trainium 2", "TPU", "B200")
STARTS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
ROI = st.sampled_from((-0.5, 0.0, 0.25, 0.5, 1.0, 2.5))


@st.composite
def pools_typed(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Two to four pools of any organisation, with shares that fit, floors and limits."""
    count = draw(st.integers(2, 4))
    limits = st.none() | st.sampled_from((0.0, 0.1, 0.3, 0.5, 1.0))
    return {
        f"pools.row_{i}": {
            "pool": NAMES[i - 1],
            "organisation": draw(st.sampled_from(OWNERS)),
            "workload": "Any",
            "share": draw(st.sampled_from((0.0, 0.1, 0.2, 0.25))),
            "floor": draw(st.none() | st.sampled_from((1e6, 3e6))),
            "lends": draw(limits),
            "borrows": draw(limits),
            "cohort": draw(st.sampled_from((None, "Flex", "Flex", "Other"))),
        }
        for i in range(1, count + 1)
    }


@st.composite
def requests_typed(draw: st.DrawFn, pools: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Some of fourteen rows filled, with ties, and rows that are left blank between them."""
    rows = draw(st.lists(st.integers(1, 14), unique=True, min_size=1, max_size=10))
    return {
        f"requests.row_{i}": {
            "id": f"R-{i}",
            "organisation": draw(st.sampled_from(OWNERS)),
            "team": "Any",
            "pool": draw(st.sampled_from(pools)),
            "chip": draw(st.sampled_from(CHIPS)),
            "cores": float(draw(st.sampled_from((1, 500, 3000, 9000, 20000)))),
            "start": date(2026, 3, 1),
            "end": None,
            "days": float(draw(st.integers(1, 400))),
            "workload": "Any",
            "nature": draw(st.sampled_from(sharings.ORDER)),
            "roi_low": draw(ROI),
            "roi_middle": draw(ROI),
            "submitted": draw(st.sampled_from((date(2026, 1, 5), date(2026, 2, 1)))),
        }
        for i in rows
    }


@st.composite
def forms(draw: st.DrawFn) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]], str]:
    """Both forms, and which end of the interval ranks bets."""
    pools = draw(pools_typed())
    names = tuple(row["pool"] for row in pools.values())
    return pools, draw(requests_typed(names)), draw(st.sampled_from((sharings.PESSIMISTIC, MIDDLE)))


Forms = tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]], str]
BLANK_REQUESTS = {
    f"requests.row_{i}.{column.key}": None
    for i in range(1, ROWS + 1)
    for column in REQUESTS.columns
}
BLANK_POOLS = {
    f"pools.row_{i}.{column.key}": None for i in range(1, POOL_ROWS + 1) for column in POOLS.columns
}


def typed_of(drawn: Forms) -> dict[str, Stamp]:
    """What is typed for the drawn forms; every other cell is cleared."""
    pools, requests, reading = drawn
    cells = {
        f"{row}.{key}": v
        for each in (pools, requests)
        for row, c in each.items()
        for key, v in c.items()
    }
    return {**BLANK_POOLS, **BLANK_REQUESTS, **cells, "sharing.roi": reading}


def queue_of(drawn: Forms, allotments: Mapping[str, float] = ALLOTMENTS) -> Served:
    """The drawn forms, served one after the other."""
    pools, requests, reading = drawn
    end = "roi_low" if reading == sharings.PESSIMISTIC else "roi_middle"
    asks = [
        Ask(
            int(row.rpartition("_")[2]),
            c["pool"],
            sharings.hours_of(c),
            c["nature"],
            c[end],
            c["submitted"],
        )
        for row, c in requests.items()
    ]
    made = {
        c["pool"]: Pool(
            c["organisation"], c["share"], c["floor"] or 0.0, c["lends"], c["borrows"], c["cohort"]
        )
        for c in pools.values()
    }
    return sharings.served(made, asks, allotments)


near = pytest.approx


@given(drawn=forms())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_the_formulas_serve_the_queue(drawn: Forms) -> None:
    """Own and borrowed hours of every request, and hours lent by every pool, are the queue's."""
    live, shared = Live(typed_of(drawn)), example().shared
    queue = queue_of(drawn)
    for row, ask in queue.asks.items():
        assert live.request(shared.grants.own, row) == near(ask.own, rel=1e-9, abs=1e-3)
        assert live.request(shared.grants.borrowed, row) == near(ask.borrowed, rel=1e-9, abs=1e-3)
    lent = live.hours(shared.uses.lent, len(queue.pools))
    assert lent == near(list(queue.lent.values()), rel=1e-9, abs=1e-3)


@given(drawn=forms())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_no_hour_is_lost_lent_twice_or_granted_beyond_a_request(drawn: Forms) -> None:
    """Own + lent + free is guaranteed; lent is borrowed; grants are in asks; P0 is untouched."""
    live, shared = Live(typed_of(drawn)), example().shared
    uses, quotas = shared.uses, shared.quotas
    own, lent, free, guaranteed = (
        live.hours(column, POOL_ROWS)
        for column in (uses.own, uses.lent, uses.free, quotas.guaranteed)
    )
    for parts, whole in zip(zip(own, lent, free, strict=True), guaranteed, strict=True):
        assert min(parts) >= 0
        assert sum(parts) == near(whole, rel=1e-9, abs=1e-3)
    assert sum(lent) == near(sum(live.hours(uses.borrowed, POOL_ROWS)), rel=1e-9, abs=1e-3)
    asked = live.hours(shared.answers.asked, ROWS)
    granted = live.hours(shared.answers.granted, ROWS)
    assert all(0 <= g <= a * (1 + 1e-12) for g, a in zip(granted, asked, strict=True))
    assert live.model["pools_p0_hours"] == near(Live({}).model["p0_hours"], rel=1e-12)


@given(drawn=forms())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_a_better_rank_is_never_refused_what_a_worse_one_got(drawn: Forms) -> None:
    """Where a worse rank has any of the pool's own hours, every better one has all it asked."""
    live, shared = Live(typed_of(drawn)), example().shared
    rows = drawn[1]
    cells = [
        (c["pool"], _number(live.request(shared.rank, row)), row)
        for key, c in rows.items()
        for row in [_row(key)]
    ]
    for pool in {pool for pool, _, _ in cells}:
        ranked = sorted((rank, row) for own, rank, row in cells if own == pool)
        assert [rank for rank, _ in ranked] == list(range(1, len(ranked) + 1))
        own = [_number(live.request(shared.grants.own, row)) for _, row in ranked]
        asked = [_number(live.request(shared.answers.asked, row)) for _, row in ranked]
        for place, hours in enumerate(own):
            if hours > 1e-3:
                assert own[:place] == near(asked[:place], rel=1e-12)


@given(drawn=forms(), more=st.sampled_from((1e5, 1e6, 1e7)), place=st.integers(0, 3))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_more_capacity_never_lowers_what_is_granted(drawn: Forms, more: float, place: int) -> None:
    """A higher floor of any pool leaves the hours of all grants together as high or higher."""
    pools, requests, reading = drawn
    row = list(pools)[place % len(pools)]
    roomier = {**pools, row: {**pools[row], "floor": (pools[row]["floor"] or 0.0) + more}}
    # a share fixed in hours, so that the others keep theirs
    fixed = {r: {**c, "share": 0.0} for r, c in pools.items()}
    grown = {r: {**c, "share": 0.0} for r, c in roomier.items()}
    before = Live(typed_of((fixed, requests, reading)))
    after = Live(typed_of((grown, requests, reading)))
    granted = _number(before.model["requests_granted_hours"])
    assert _number(after.model["requests_granted_hours"]) >= granted * (1 - 1e-12) - 1e-3


@pytest.fixture(scope="module")
def ironcalc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typist]:
    """The example open in ironcalc."""
    with opened("ironcalc", tmp_path_factory.mktemp("law")) as typist:
        yield typist


@given(drawn=forms())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_an_engine_serves_the_queue_as_well(ironcalc: Typist, drawn: Forms) -> None:
    """The same law in ironcalc: own and borrowed hours of what is typed are the queue's."""
    ironcalc.type(typed_of(drawn))
    queue = queue_of(drawn)
    for key in ("own_grant", "borrowed_grant"):
        found = ironcalc.grants(key, ROWS)
        for row, ask in queue.asks.items():
            hours = ask.own if key == "own_grant" else ask.borrowed
            assert found[row - 1] == near(hours / K, rel=1e-8, abs=1e-8)


# --- the workbook as it ships --------------------------------------------------------------------

SCENARIOS = (
    "1 · Recommendation",
    "2 · Serviceable revenue",
    "3 · Training",
)


@pytest.mark.parametrize("reading", [sharings.PESSIMISTIC, MIDDLE])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_shipped_requests_are_served_as_a_queue(
    built: Built, memo_inputs: Assumptions, scenario: str, reading: str
) -> None:
    """The illustrative requests get what the queue gives them, in each of the memo's scenarios."""
    changes: Typed = {"allocation.live_scenario": scenario, "sharing.roi": reading}
    model = Model(built.book.tabs, changes)
    hours = {key: _number(model[f"live_{key}_hours"]) for key in ALLOTMENTS}
    pools = {f"pools.row_{i}": asdict(row) for i, row in enumerate(memo_inputs.data.of(POOLS).rows)}
    rows = enumerate(memo_inputs.data.of(REQUESTS).rows, 1)
    requests = {f"requests.row_{i}": asdict(row) for i, row in rows}
    queue = queue_of((pools, requests, reading), hours)
    cells = {
        column.key: column
        for tab in built.book.tabs
        for table in tables_of(tab)
        if table.axis.key == "requests"
        for column in table.columns
    }
    for row, ask in queue.asks.items():
        granted = model.cell(cells["granted"], row - 1)
        assert granted == near(ask.own + ask.borrowed, rel=1e-9, abs=1e-3)
    assert model["pools_p0_hours"] == near(_number(model["p0_hours"]))
    assert model["checks_failed"] == 0
