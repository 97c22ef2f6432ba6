"""The form by which a team asks its pool for capacity (memo 004, communication)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from workbook.data.field import Field, choice, day, identifier, number, words
from workbook.data.form import Broken, Form
from workbook.data.pools import MEMO, ORGANISATIONS

CRITICAL, ALIGNMENT, GROWTH = "Critical", "Alignment with company goal", "Growth bet"
NATURES = (CRITICAL, ALIGNMENT, GROWTH)
"""The natures of a request, the first served first."""

LEAST_ROI, MOST_ROI = -1.0, 100.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request: *cores* of a chip of the fleet from *start* to *end*, or for *days*.

    *gain* is in dollars, and expected after *months*; the return on investment is a multiple of
    what was invested, at the low end, the middle and the high end of the interval.
    """

    id: str
    organisation: str
    team: str
    pool: str
    chip: str
    cores: float
    start: date
    end: date | None
    days: float | None
    workload: str
    nature: str
    gain: float | None
    months: float | None
    roi_low: float | None
    roi_middle: float | None
    roi_high: float | None
    submitted: date


def _one_duration(request: Request) -> Broken:
    if request.end is None and request.days is None:
        return "days", "has neither an end nor days; write one of them"
    if request.end is not None and request.days is not None:
        return "days", "has an end as well as days; leave one of them blank"
    if request.end is not None and request.end < request.start:
        return "end", f"{request.end} is before the start {request.start}; correct one"
    return None


def _growth_has_a_return(request: Request) -> Broken:
    for key in ("roi_low", "roi_middle"):
        if request.nature == GROWTH and getattr(request, key) is None:
            return key, "is blank; growth bets are ranked by it, so give low and middle"
    return None


def _interval_rises(request: Request) -> Broken:
    given = [
        (key, getattr(request, key))
        for key in ("roi_low", "roi_middle", "roi_high")
        if getattr(request, key) is not None
    ]
    for (_, lower), (key, higher) in pairwise(given):
        if higher < lower:
            return key, f"{higher:g} is below {lower:g}; give low, middle and high in that order"
    return None


def _roi(key: str, head: str, meaning: str) -> Field:
    return number(key, head, meaning, "x", LEAST_ROI, MOST_ROI, required=False)


REQUESTS = Form(
    key="requests",
    title="Requests",
    purpose="Requests of teams for capacity from their pools",
    row=Request,
    columns=(
        identifier("id", "Id", "Names the request, such as R-7; a row counts once it has one"),
        choice("organisation", "Organisation", "The organisation that asks", ORGANISATIONS),
        words("team", "Team", "The team that asks"),
        choice(
            "pool", "Pool", "The pool that it asks; the Pools tab has them", listed_in="pools.pool"
        ),
        choice("chip", "Accelerator", "A chip of the fleet, on Supply", listed_in="fleet.chip"),
        number("cores", "Cores", "Accelerators wanted at once", "chip", 1, 1e8, whole=True),
        day("start", "Start", "First day of use"),
        day("end", "End", "Last day of use, which counts; or give days", required=False),
        number(
            "days",
            "Days",
            "Days of use, where no end is given",
            "day",
            1,
            3660,
            whole=True,
            required=False,
        ),
        words("workload", "Workload", "What the capacity will run"),
        choice("nature", "Nature", "Critical first, then alignment, then growth bets", NATURES),
        number(
            "gain", "Expected gain", "What it earns or saves in all", "USD", 0, 1e13, required=False
        ),
        number(
            "months",
            "Months to gain",
            "Months until the return can be expected",
            "mo",
            0,
            240,
            required=False,
        ),
        _roi("roi_low", "ROI low", "Gain ÷ cost at the pessimistic end; growth bets need it"),
        _roi("roi_middle", "ROI middle", "Gain ÷ cost as expected; growth bets need it"),
        _roi("roi_high", "ROI high", "Gain ÷ cost at the optimistic end"),
        day("submitted", "Requested", "The day of the request; the earlier goes first in a tie"),
    ),
    unique=("id",),
    most=200,
    memo=MEMO,
    dated="submitted",
    rules=(_one_duration, _growth_has_a_return, _interval_rises),
)
