"""One column of a CSV form: its header, its meaning, and what a cell of it may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["id", "text", "choice", "number", "whole", "share", "date", "month"]
Found: TypeAlias = float | str | date | None

LONGEST_TEXT = 60
LONGEST_ID = 30
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
"""The days of a date without a range of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column: *head* is its header, *meaning* what a reader needs to fill it in.

    Numbers have a *unit*, *low* and *high* (both included); a share is written 0.3 or 30%. A
    month is the first day of it, written 2026-03 or 2026-03-01. The options of a choice are given,
    or are *listed_in* a table of the assumptions: ``scenarios`` for the labels of its rows,
    ``fleet.chip`` for a column of it, and so for a column of another form that is read before.
    Names typed on a tab are text *listed_in* the form whose rows mention them.
    """

    key: str
    head: str
    kind: Kind
    meaning: str
    unit: str = "text"
    low: float | date | None = None
    high: float | date | None = None
    options: tuple[str, ...] = ()
    listed_in: str = ""
    required: bool = True

    @property
    def is_number(self) -> bool:
        """Whether cells hold numbers other than dates."""
        return self.kind in ("number", "whole", "share")

    @property
    def is_day(self) -> bool:
        """Whether cells hold dates."""
        return self.kind in ("date", "month")

    @property
    def range_words(self) -> str:
        """The range of a number, with its unit."""
        unit = "" if self.unit in ("1", "share") else f" {self.unit}"
        return f"{self.low:,.15g} to {self.high:,.15g}{unit}"

    @property
    def allowed(self) -> str:
        """What may be written, in words."""
        if self.is_day:
            return f"{self.low} to {self.high}"
        if self.is_number:
            return self.range_words
        if self.options:
            return " · ".join(self.options)
        return f"1 to {self.longest} characters"

    @property
    def longest(self) -> int:
        """The most characters of a text."""
        return LONGEST_ID if self.kind == "id" else LONGEST_TEXT


def identifier(key: str, head: str, meaning: str) -> Field:
    """A column that names its row: letters, digits and . _ / - with at least one letter."""
    return Field(key=key, head=head, kind="id", meaning=meaning)


def words(
    key: str, head: str, meaning: str, *, listed_in: str = "", required: bool = True
) -> Field:
    """A column of short text; names of rows that others mention are *listed_in* their form."""
    return Field(
        key=key, head=head, kind="text", meaning=meaning, listed_in=listed_in, required=required
    )


def choice(
    key: str,
    head: str,
    meaning: str,
    options: tuple[str, ...] = (),
    *,
    listed_in: str = "",
    required: bool = True,
) -> Field:
    """A column of choices: one of *options*, or of what is *listed_in* a table."""
    if bool(options) == bool(listed_in):
        raise TypeError(f"{key}: give either options, or where they are listed")
    return Field(
        key=key,
        head=head,
        kind="choice",
        meaning=meaning,
        options=options,
        listed_in=listed_in,
        required=required,
    )


def number(  # noqa: PLR0913  a number has a unit and a range
    key: str,
    head: str,
    meaning: str,
    unit: str,
    low: float,
    high: float,
    *,
    whole: bool = False,
    required: bool = True,
) -> Field:
    """A column of numbers in *unit* from *low* to *high*; *whole* ones have no fraction."""
    return Field(
        key=key,
        head=head,
        kind="whole" if whole else "number",
        meaning=meaning,
        unit=unit,
        low=float(low),
        high=float(high),
        required=required,
    )


def share(key: str, head: str, meaning: str, high: float = 1.0, *, required: bool = True) -> Field:
    """A column of shares from 0 to *high*."""
    return Field(
        key=key,
        head=head,
        kind="share",
        meaning=meaning,
        unit="share",
        low=0.0,
        high=high,
        required=required,
    )


def day(  # noqa: PLR0913  a date has a range
    key: str,
    head: str,
    meaning: str,
    low: date = EARLIEST,
    high: date = LATEST,
    *,
    month: bool = False,
    required: bool = True,
) -> Field:
    """A column of dates; with *month*, of months by their first day."""
    return Field(
        key=key,
        head=head,
        kind="month" if month else "date",
        meaning=meaning,
        unit="date",
        low=low,
        high=high,
        required=required,
    )
