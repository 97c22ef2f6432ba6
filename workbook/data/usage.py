"""The forms of usage: hours of each team by month, and the peak of each pool as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbook.data.field import choice, day, number, words
from workbook.data.form import Broken, Form
from workbook.data.pools import ORGANISATIONS

HOURS = "H100e·h"
MOST_HOURS = 1e12
MOST_TEAMS, MOST_MONTHS, MOST_POOLS = 40, 24, 10
MEMO = "Memo 004, capacity management"


@dataclass(frozen=True, slots=True)
class Use:
    """What a team was given, asked for and used in a month."""

    month: date
    organisation: str
    team: str
    pool: str
    allocated: float
    requested: float
    used: float
    peak: float


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest rate of use of all teams of a pool together."""

    month: date
    pool: str
    peak: float


def peak_is_no_less(use: Use) -> Broken:
    """The rule of the form between hours: the peak, held all month, is at least what was used."""
    if use.peak < use.used:
        return "peak", "is below the hours used; it is the highest rate of use, held all month"
    return None


USAGE = Form(
    key="usage",
    title="Usage",
    purpose="Hours allocated, requested and used, by team and month",
    row=Use,
    columns=(
        day("month", "Month", "The month of the hours", month=True),
        choice("organisation", "Organisation", "Who the team belongs to", ORGANISATIONS),
        words("team", "Team", "Who used the hours"),
        words("pool", "Pool", "The shared pool that the hours come from"),
        number("allocated", "Allocated", "Hours held for the team", HOURS, 0, MOST_HOURS),
        number("requested", "Requested", "Hours that the team asked for", HOURS, 0, MOST_HOURS),
        number("used", "Used", "Hours in which its work ran", HOURS, 0, MOST_HOURS),
        number("peak", "Peak", "Highest rate of use, held all month", HOURS, 0, MOST_HOURS),
    ),
    unique=("month", "team"),
    most=MOST_TEAMS * MOST_MONTHS,
    memo=MEMO,
    dated="month",
    rules=(peak_is_no_less,),
)

PEAKS = Form(
    key="pool_peaks",
    title="Peaks of pools",
    purpose="The measured peak of all teams of a pool together, by month",
    row=Peak,
    columns=(
        day("month", "Month", "The month of the peak", month=True),
        words("pool", "Pool", "The pool, as in the usage"),
        number(
            "peak", "Peak of the pool", "Highest rate of use, held all month", HOURS, 0, MOST_HOURS
        ),
    ),
    unique=("month", "pool"),
    most=MOST_MONTHS * MOST_POOLS,
    memo=MEMO,
    dated="month",
)
