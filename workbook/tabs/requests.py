"""Requests: the form that teams fill in, and the answer beside each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from workbook.assumptions import DataFile
from workbook.book import Axis, Column, Entity, Line, Table
from workbook.data.pools import MEMO
from workbook.data.requests import NATURES, Request
from workbook.expr import (
    above,
    both,
    days_between,
    filled,
    given,
    highest,
    lowest,
    no_figure,
    nth,
    same,
    when,
    where_filled,
)
from workbook.tabs.constants import Constants
from workbook.tabs.entities import rows_of, typed_of
from workbook.tabs.pools import HOURS, QUIET
from workbook.tabs.switches import Switch


@dataclass(frozen=True, slots=True)
class Form:
    """What is typed in for each request."""

    axis: Axis
    columns: dict[str, Column]

    def __getitem__(self, key: str) -> Column:
        return self.columns[key]

    @property
    def id(self) -> Column:
        """The column that tells whether a row is filled."""
        return self.columns["id"]


class Needs(NamedTuple):
    """What each request comes to: days, H100 equivalents, hours, and the return that counts."""

    days: Column
    h100e: Column
    hours: Column
    roi: Column


class Calendar(NamedTuple):
    """Definitions that turn days into hours a year."""

    day: Line
    year: Line

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them, in order."""
        return (self.day, self.year)


def calendar() -> Calendar:
    """A day and a year as quantities."""
    return Calendar(
        Line("request_day", "The last day of a request, which counts", "day", constant=1.0),
        Line("request_year", "The year whose hours are divided", "yr", constant=1.0),
    )


def natures() -> Axis:
    """The natures of a request, the first served first."""
    entities = zip(("critical", "alignment", "growth"), NATURES, strict=True)
    return Axis("natures", "Nature", tuple(Entity(key, label) for key, label in entities))


def form_of(
    file: DataFile[Request], pools: Column, chips: Column, owners: Column, kinds: Column
) -> Form:
    """The form with the rows of a file; the lists are of pools, chips, organisations, natures."""
    axis = rows_of(file)
    lists = {"pool": pools, "chip": chips, "organisation": owners, "nature": kinds}
    shows = {"gain": "usd1_bn", "roi_low": "multiple", "roi_middle": "multiple"}
    keys = [column.key for column in file.form.columns]
    return Form(
        axis,
        {
            key: typed_of(file, axis, key, allowed=lists.get(key), show=shows.get(key, ""))
            for key in keys
        },
    )


def needs_of(
    form: Form, chip: Column, ratios: Column, reading: Switch, time: Calendar, constants: Constants
) -> Needs:
    """Days, H100 equivalents and hours; *chip* is the place of its chip among *ratios*, or 0."""
    start, end, cores = form["start"], form["end"], form["cores"]
    days = form.axis.formula(
        "days_used",
        "Days in all",
        "day",
        when(
            both(given(start), given(form["submitted"])),
            when(
                given(end),
                highest(0, days_between(start, end) + time.day),
                highest(0, form["days"]),
            ),
            0,
        ),
        how="From start to end, both counted, or the days given; nothing without dates",
        show="quiet_days",
    )
    h100e = form.axis.formula(
        "h100e",
        "H100e",
        "H100e",
        where_filled(
            form.id, when(both(given(cores), above(chip, 0)), cores / nth(ratios, chip), 0)
        ),
        how="Cores ÷ chips per H100e of that chip, from Supply; a core is one accelerator",
        memo=MEMO,
    )
    hours = form.axis.formula(
        "hours",
        "Hours in all",
        "H100e·h",
        where_filled(form.id, h100e * days * constants.hours_per_day),
        how="H100e × days × hours in a day",
        show="hours_bn",
    )
    roi = form.axis.formula(
        "roi",
        "ROI that counts",
        "x",
        when(
            both(given(form["roi_low"]), given(form["roi_middle"])),
            reading.pick(form["roi_low"], form["roi_middle"]),
            no_figure(""),
        ),
        how="The low end or the middle, by its reading on Inputs; growth bets are ranked by it",
    )
    return Needs(days, h100e, hours, roi)


def asked_of(
    form: Form,
    needs: Needs,
    fault: Column,
    hours_a_year: Line,
    time: Calendar,
    constants: Constants,
) -> Column:
    """The hours that a sound request takes of its pool’s year."""
    return form.axis.formula(
        "asked",
        "Asked for, a year",
        HOURS,
        when(
            both(filled(form.id), same(fault, 0)),
            needs.h100e * lowest(needs.days * constants.hours_per_day / time.year, hours_a_year),
            0,
        ),
        how="H100e × the hours of its days, at most those of a year; nothing where rejected",
        show=QUIET,
        memo=MEMO,
    )


def granted_of(form: Form, asked: Column, own: Column, borrowed: Column) -> tuple[Column, Column]:
    """The hours granted to each sound request, and their part of what it asks."""
    granted = form.axis.formula(
        "granted",
        "Granted, a year",
        HOURS,
        own + borrowed,
        how="Hours of its own pool, and borrowed ones",
        show=QUIET,
        strong=True,
        memo=MEMO,
    )
    part = form.axis.formula(
        "part",
        "Part",
        "share",
        when(above(asked, 0), granted / asked, no_figure("")),
        how="Granted ÷ asked for",
    )
    return granted, part


def decision_of(form: Form, verdict: Column, words: Column) -> Column:
    """What was decided, and for a rejected request why, in words."""
    return form.axis.formula(
        "decision", "Decision", "text", when(above(verdict, 0), nth(words, verdict), ""), how=None
    )


def table_of(form: Form, answers: tuple[Column, ...]) -> Table:
    """The form with the answers beside it."""
    return Table(
        "Requests: fill in a row, see the answer at its end",
        form.axis,
        (*form.columns.values(), *answers),
    )
