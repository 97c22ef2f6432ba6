"""Information needed: what holds each item of the memo's list, its age, and what is stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from oracle import Entry

from workbook.assumptions import Assumptions, baseline
from workbook.book import tables_of
from workbook.build import Built
from workbook.evaluate import Model, plain
from workbook.functions import Value
from workbook.tabs.information import FAILS, NEEDS

Given = Callable[[Mapping[str, Entry]], "Figures"]

MEMO = (
    "(a) available compute supply, (b) workload demand normalized in H100 equivalent units, "
    "(c) accelerator throughput (FLOPs), (d) accelerator pricing by cloud provider and total cost "
    "of ownership for any owned or “on-premise” infrastructure, (e) API and subscription based "
    "revenue as well as revenue coming from other Anthropic lines of business, (f) anticipated "
    "duration of compute requests, (g) revenue attribution per model, (h) estimated (future) and "
    "historical (past) training hours required per model, (i) expected accelerator hours required "
    "to serve inference demand"
)


class Figures:
    """The figures of the Information tab at changed inputs."""

    def __init__(self, built: Built, changes: Mapping[str, Entry]) -> None:
        self.model = Model(built.book.tabs, changes)
        tab = next(tab for tab in built.book.tabs if tab.name == "Information")
        [self.table] = tables_of(tab)

    def __getitem__(self, figure: str) -> Value:
        row, _, key = figure.partition(".")
        if not key:
            return self.model[figure]
        column = next(c for c in self.table.columns if c.key == key)
        return self.model.cell(column, self.table.axis.place(row))


@pytest.fixture(scope="module")
def at(built: Built) -> Given:
    """Figures at changes of inputs."""
    return lambda changes: Figures(built, changes)


def serial(day: date) -> float:
    value = plain(day)
    assert isinstance(value, float)
    return value


def test_the_list_is_the_memos() -> None:
    """Nine items, in the memo's order and words."""
    items = zip("abcdefghi", NEEDS, strict=True)
    assert ", ".join(f"({letter}) {need.words}" for letter, need in items) == MEMO


def test_every_item_has_a_row_and_names_tabs_of_the_workbook(
    memo_inputs: Assumptions, built: Built
) -> None:
    """No item is left out, and no reader is sent to a tab that is not there."""
    tabs = {tab.name for tab in built.book.tabs}
    for need in NEEDS:
        assert set(need.tabs.split(", ")) <= tabs
    assert [row.key for row in memo_inputs.information.rows] == [need.key for need in NEEDS]


def test_an_age_is_the_days_from_the_oldest_input(at: Given) -> None:
    """Supply: TPUs of 2025-10-23 on 2026-02-24: 8 + 30 + 31 + 31 + 24 = 124 days."""
    live = at({})
    assert live["supply.as_of"] == serial(date(2025, 10, 23))
    assert live["supply.age"] == 124
    assert (live["supply.stale"], live["supply.status"]) == (0, "● within its limit")


def test_what_is_older_than_its_limit_is_stale(at: Given) -> None:
    """At 124 days a limit of 124 holds and one of 123 does not; the name is said."""
    assert at({"information.supply.age_limit": 124.0})["supply.stale"] == 0
    live = at({"information.supply.age_limit": 123.0})
    assert (live["supply.stale"], live["supply.status"]) == (1, "▲ 124 days")
    assert live["information_stale"] == at({})["information_stale"] + 1  # type: ignore[operator]
    assert " · (a) Supply" in str(live["information_named"])
    assert str(live["information_state"]).startswith("▲")
    assert live["cover_information"] == live["information_state"]


def test_ages_count_to_the_date_on_inputs(at: Given) -> None:
    """100 days later everything is 100 days older; before its date, information is ahead."""
    later = serial(date(2026, 2, 24)) + 100
    assert at({"control.as_of": later})["supply.age"] == 224
    early = at({"control.as_of": serial(date(2025, 10, 1))})
    assert (early["supply.age"], early["supply.stale"]) == (-22, 1)


def test_the_oldest_input_is_found(memo_inputs: Assumptions, at: Given) -> None:
    """Each day is the least of all inputs that the item's beginnings of ids name."""
    for need in NEEDS:
        days = [e.as_of for e in memo_inputs.inputs() if e.id.startswith(need.inputs)]
        days += [memo_inputs.data.files[key].as_of.value for key in need.files]
        assert at({})[f"{need.key}.as_of"] == serial(min(days))


def test_a_data_files_day_is_live(memo_inputs: Assumptions, at: Given) -> None:
    """Typing an older day for a file makes what it holds as old."""
    old = serial(date(2020, 1, 1))
    for need in NEEDS:
        for key in need.files:
            live = at({memo_inputs.data.files[key].as_of.id: old})
            assert (live[f"{need.key}.as_of"], live[f"{need.key}.stale"]) == (old, 1)


def test_staleness_fails_a_check_only_where_a_switch_says_so(at: Given) -> None:
    """By default it is shown; with the switch the master check fails."""
    stale: dict[str, Entry] = {"information.supply.age_limit": 1.0}
    assert at(stale)["checks_failed"] == 0
    assert at(stale | {"control.stale_information": FAILS})["checks_failed"] == 1


def test_the_switch_has_that_option() -> None:
    """The word that the tab looks for is one of the options."""
    assert FAILS in baseline().control.stale_information.options
