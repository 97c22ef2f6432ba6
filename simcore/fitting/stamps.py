"""Times as text: which form they have, and the seconds that they mean."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from enum import StrEnum
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Clock(StrEnum):
    """What the times count from.

    ZONED: an instant, with its zone. EPOCH: seconds since 1970, UTC. NAIVE: a date and a time of
    day without a zone. RELATIVE: from the start of the trace. OWN: from each user's own start.
    """

    ZONED = "dates with their zone"
    EPOCH = "time since 1970"
    NAIVE = "dates without a zone"
    RELATIVE = "time since the start of the trace"
    OWN = "time since each user's own start"


@dataclass(frozen=True, slots=True)
class Times:
    """Times read from text.

    *seconds* are since 1970 (UTC where it is known) or since the start, and not a number where the
    text is bad. *shift* are the seconds by which the local clock is ahead of UTC. *faults* hold
    (row, message).
    """

    clock: Clock
    seconds: Floats
    shift: Floats
    faults: list[tuple[int, str]]
    notes: tuple[str, ...]


class Unreadable(Exception):
    """The times of the whole column cannot be read; the message says why."""


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?))?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
_UNSURE = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b.*")
_UNITS: Final = (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0))
_NAMED: Final = {
    "ns": ("ns", "nanoseconds", "nanos"),
    "us": ("us", "microseconds", "micros"),
    "ms": ("ms", "msec", "millis", "milliseconds"),
    "s": ("s", "sec", "secs", "seconds", "epoch", "unix"),
}
_YEAR_1990, _YEAR_2100 = 631_152_000.0, 4_102_444_800.0
"""Seconds since 1970 between which a number is taken for a date."""

_LONGEST: Final = 3.2e9
"""Seconds that times can count from a start: a hundred years."""


def is_data(cell: str) -> bool:
    """Return whether a cell of a first row is data rather than a name.

    >>> is_data("12.5"), is_data("2023-11-16 18:15:46.6805900"), is_data("timestamp")
    (True, True, False)
    """
    text = cell.strip()
    return any(form.fullmatch(text) for form in (_NUMBER, _DATE, _UNSURE))


def looks_dated(cells: Sequence[str]) -> bool:
    """Return whether most of the cells are dates."""
    dated = sum(bool(_DATE.fullmatch(cell) or _UNSURE.fullmatch(cell)) for cell in cells)
    return dated * 2 > len(cells)


def numbers(cells: Sequence[str], *, comma: bool = False) -> Floats:
    """Return cells as numbers, and as not a number what is none; with *comma* 2,5 is a number."""
    if comma:
        cells = [cell.replace(",", ".", 1) for cell in cells]
    return np.array([float(cell) if _NUMBER.fullmatch(cell) else np.nan for cell in cells])


def read_times(name: str, cells: Sequence[str], *, comma: bool = False) -> Times:
    """Read the column *name*.

    Raises:
        Unreadable: the form is not known, or leaves open which number is the day.
    """
    found = numbers(cells, comma=comma)
    numeric = int(np.isfinite(found).sum())
    dated = sum(bool(_DATE.fullmatch(cell)) for cell in cells)
    unsure = next((cell for cell in cells if _UNSURE.fullmatch(cell)), None)
    if max(numeric, dated) * 2 <= len(cells):
        if unsure is not None:
            raise Unreadable(
                f'"{unsure}" leaves open which number is the day and which the month; '
                "write dates as YYYY-MM-DD"
            )
        example = next((cell for cell in cells if cell), "")
        raise Unreadable(
            f'"{example}" is no known form of time; write YYYY-MM-DD HH:MM:SS, with a zone such '
            "as +02:00 if it is known, or seconds"
        )
    return _numeric(name, cells, found) if numeric > dated else _dated(cells)


def _unit(name: str, middle: float) -> tuple[str, bool, bool]:
    """Return the unit of numeric times, whether they count from 1970, and whether that is sure."""
    for unit, scale in _UNITS:
        if _YEAR_1990 <= middle * scale <= _YEAR_2100:
            return unit, True, True
    words = set(re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))
    for unit, names in _NAMED.items():
        if words & set(names):
            return unit, False, True
    return "s", False, False


def _numeric(name: str, cells: Sequence[str], found: Floats) -> Times:
    good = found[np.isfinite(found)]
    unit, epoch, sure = _unit(name, median(good.tolist()))
    seconds = found * dict(_UNITS)[unit]
    faults = [
        (row, f'"{cell}" is no number, as the other times are')
        for row, cell in enumerate(cells)
        if not np.isfinite(found[row])
    ]
    notes: tuple[str, ...] = ()
    if epoch:
        away = np.isfinite(seconds) & ((seconds < _YEAR_1990) | (seconds > _YEAR_2100))
        faults += [
            (row, f'"{cells[row]}" is not between 1990 and 2100 in {unit}')
            for row in np.flatnonzero(away).tolist()
        ]
        seconds = np.where(away, np.nan, seconds)
    else:
        away = np.isfinite(seconds) & ((seconds < 0) | (seconds > _LONGEST))
        message = "is not between 0 and a hundred years"
        faults += [(row, f"{cells[row]} {message}") for row in np.flatnonzero(away).tolist()]
        seconds = np.where(away, np.nan, seconds)
        if not sure:
            notes = (f'the numbers in "{name}" are taken as seconds from the start',)
    clock = Clock.EPOCH if epoch else Clock.RELATIVE
    return Times(clock, seconds, np.zeros(len(seconds)), sorted(faults), notes)


def _dated(cells: Sequence[str]) -> Times:
    seconds = np.full(len(cells), np.nan)
    shift = np.zeros(len(cells))
    zoned = np.zeros(len(cells), bool)
    faults = []
    for row, cell in enumerate(cells):
        try:
            seconds[row], shift[row], zoned[row] = _moment(cell)
        except ValueError as error:
            faults.append((row, str(error)))
    good = np.isfinite(seconds)
    mostly = bool(zoned[good].mean() * 2 > 1)
    odd = good & (zoned != mostly)
    which = "without" if mostly else "with"
    faults += [
        (row, f'"{cells[row]}" is {which} a zone, unlike the others')
        for row in np.flatnonzero(odd).tolist()
    ]
    seconds[odd] = np.nan
    clock = Clock.ZONED if mostly else Clock.NAIVE
    return Times(clock, seconds, shift, sorted(faults), ())


def _moment(cell: str) -> tuple[float, float, bool]:
    """Return the seconds since 1970, how far the local clock is ahead of UTC, and whether it says.

    Raises:
        ValueError: the cell is no date.
    """
    found = _DATE.fullmatch(cell)
    if not found:
        raise ValueError(f'"{cell}" is no date' if cell else "the time is empty")
    year, month, day, clock, zone = found.groups()
    hour, _, rest = (clock or "00:00").replace(",", ".").partition(":")
    text = f"{year}-{month.zfill(2)}-{day.zfill(2)}T{hour.zfill(2)}:{rest}"
    if zone:
        text += "+00:00" if zone.upper() in {"Z", "UTC", "GMT"} else zone
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'"{cell}" is no date: {error}') from None
    if not MINYEAR < moment.year < MAXYEAR:
        raise ValueError(f'"{cell}" is not between 1990 and 2100')
    offset = moment.utcoffset()
    ahead = offset.total_seconds() if offset is not None else 0.0
    aware = moment if offset is not None else moment.replace(tzinfo=UTC)
    if not _YEAR_1990 <= aware.timestamp() <= _YEAR_2100:
        raise ValueError(f'"{cell}" is not between 1990 and 2100')
    return aware.timestamp(), ahead, offset is not None
