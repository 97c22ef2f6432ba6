"""Definitions that no assumption can change."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Line
from workbook.expr import Expr, below, joined, magnitude, repeated, rounded, shown, when


class Constants(NamedTuple):
    """Lines that other tabs may use."""

    seconds_per_hour: Line
    minutes_per_hour: Line
    hours_per_day: Line
    days_per_week: Line
    one_week: Line
    months_per_year: Line
    quarters_per_year: Line
    slot_holds: Line
    range_ends: Line
    tokens_per_mtok: Line
    one_run: Line
    billion: Line
    thousand: Line
    places: Line
    bar_blocks: Line
    order_places: Line
    tolerance: Line
    always: Line

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them, in order."""
        return (
            self.seconds_per_hour,
            self.minutes_per_hour,
            self.hours_per_day,
            self.days_per_week,
            self.one_week,
            self.months_per_year,
            self.quarters_per_year,
            self.slot_holds,
            self.range_ends,
            self.tokens_per_mtok,
            self.one_run,
            self.billion,
            self.thousand,
            self.places,
            self.bar_blocks,
            self.order_places,
            self.tolerance,
            self.always,
        )

    def percent(self, share: Expr) -> Expr:
        """A share in a text, such as 20%."""
        return shown(share, "0%", self.places)

    def decimal(self, figure: Expr) -> Expr:
        """A figure in a text, such as 7.48, which is not negative.

        One engine leaves out the sign of the smallest negative figure that a pattern can show.
        """
        return shown(figure, "0.00", self.places)

    def dollars(self, amount: Expr) -> Expr:
        """An amount in a text, such as $7.48 or -$0.01."""
        sign = when(below(rounded(amount, self.places), 0), "-$", "$")
        return joined(sign, self.decimal(magnitude(amount)))

    def bar(self, share: Expr) -> Expr:
        """A bar as long as the share, in text."""
        return repeated("█", rounded(share * self.bar_blocks, 0))

    def billions(self, figure: Expr) -> Expr:
        """A large figure in a text, in billions, such as 12.14."""
        return self.decimal(figure / self.billion)


def build() -> Constants:
    """The constants."""
    return Constants(
        seconds_per_hour=Line(
            "seconds_per_hour", "Seconds in an hour", "s/h", constant=3600.0, memo="SI"
        ),
        minutes_per_hour=Line(
            "minutes_per_hour", "Minutes in an hour", "min/h", constant=60.0, memo="Definition"
        ),
        hours_per_day=Line(
            "hours_per_day", "Hours in a day", "h/day", constant=24.0, memo="Definition"
        ),
        days_per_week=Line(
            "days_per_week", "Days in a week", "day/wk", constant=7.0, memo="Definition"
        ),
        one_week=Line(
            "one_week",
            "One week",
            "wk",
            constant=1.0,
            how="The step of what goes week by week",
            memo="Definition",
        ),
        months_per_year=Line(
            "months_per_year", "Months in a year", "mo/yr", constant=12.0, memo="Definition"
        ),
        quarters_per_year=Line(
            "quarters_per_year", "Quarters in a year", "1", constant=4.0, memo="Definition"
        ),
        slot_holds=Line(
            "requests_per_slot",
            "Requests that a slot holds",
            "req/slot",
            constant=1.0,
            memo="Definition",
        ),
        range_ends=Line(
            "range_ends",
            "Ends of a range",
            "1",
            constant=2.0,
            how="The middle is the sum of both ends ÷ 2",
            memo="Definition",
        ),
        tokens_per_mtok=Line(
            "tokens_per_mtok",
            "Tokens in a million tokens",
            "tok/Mtok",
            constant=1_000_000.0,
            memo="Definition",
        ),
        one_run=Line(
            "one_run_a_year", "One training run a year", "1/yr", constant=1.0, memo="Definition"
        ),
        billion=Line(
            "one_billion",
            "One billion",
            "1",
            constant=1e9,
            how="Scale of figures in texts",
            memo="Definition",
        ),
        thousand=Line(
            "one_thousand",
            "One thousand",
            "1",
            constant=1e3,
            how="Margins are told for so many requests",
            memo="Definition",
        ),
        places=Line(
            "text_places",
            "Places that texts are rounded to",
            "1",
            constant=2.0,
            how="7.48 and 20% have two",
            memo="Model",
        ),
        bar_blocks=Line(
            "bar_blocks",
            "Blocks of a bar that is full",
            "1",
            constant=16.0,
            how="Bars beside figures are text, so that every program shows and prints them",
            memo="Model",
        ),
        order_places=Line(
            "order_places",
            "Places that sizes are compared to",
            "1",
            constant=12.0,
            how="So that figures equal but for their last bit keep their order everywhere",
            memo="Model",
        ),
        tolerance=Line(
            "checks_tolerance",
            "Tolerance of the checks",
            "share",
            constant=1e-9,
            show="tiny",
            how="Largest relative difference that counts as equal",
            memo="Model",
        ),
        always=Line(
            "checks_always",
            "A check that always applies",
            "1",
            constant=1.0,
            how="1 where a check applies, 0 where it does not",
            memo="Model",
        ),
    )
