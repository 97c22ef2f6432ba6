"""A trace of requests as arrays: who, when, how much; and what was wrong with its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simcore.faults import Fault, ParameterFaults
from simcore.fitting.columns import Columns, Role, find_columns
from simcore.fitting.reading import Sheet, read_sheet
from simcore.fitting.refusal import refused
from simcore.fitting.stamps import Clock, Floats, Times, Unreadable, numbers, read_times
from simcore.fitting.zones import zone_shift

Codes = NDArray[np.int64]

DAY, HOUR = 86_400.0, 3_600.0
"""Seconds."""
_TICKS: Final = (DAY, HOUR, 60.0, 1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6)
"""Resolutions that clocks have, in seconds."""
_ON_A_TICK: Final = 0.999
"""Share of the times that must be whole ticks; the rest may be slips."""
_OWN_STARTS: Final = 0.9
"""Share of users whose first time is 0 from which the clock is each user's own."""
_LEAST_USERS_FOR_OWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Requests in the order of time.

    *seconds* are since 1970, or since the start; *local* are by the clock on the users' wall.
    *users* and *sessions* number those who sent them, *groups* the kinds of customers in a trace of
    rates. *weights* are the requests a row stands for:
    1, or rate times *window* in a trace of rates. *tokens* and *durations* (s) may be missing
    (NaN). *resolution* is the tick of the clock in seconds. *faults* name the bad rows by line.
    """

    file: str
    columns: Mapping[Role, str]
    clock: Clock
    seconds: Floats
    local: Floats
    weights: Floats
    resolution: float
    window: float | None = None
    users: Codes | None = None
    sessions: Codes | None = None
    groups: Codes | None = None
    tokens: Floats | None = None
    durations: Floats | None = None
    faults: tuple[Fault, ...] = ()
    bad_rows: int = 0
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that can be used."""
        return len(self.seconds)

    @property
    def span(self) -> float:
        """Seconds from the first request to the last, with the last window of a rate."""
        return float(self.seconds[-1] - self.seconds[0]) + (self.window or 0.0)

    @property
    def dated(self) -> bool:
        """Whether the time of day is known, and not only the time since the start."""
        return self.clock in {Clock.ZONED, Clock.EPOCH, Clock.NAIVE}

    def dates(self) -> str:
        """Return the first and the last day, or how long the trace is."""
        if not self.dated:
            length = f"{self.span / DAY:.1f} days" if self.span > DAY else f"{self.span:.0f} s"
            return f"{length}, no dates"
        first, last = (
            datetime.fromtimestamp(float(at), UTC).date() for at in (self.local[0], self.local[-1])
        )
        return f"{first}" if first == last else f"{first} to {last}"


def read_trace(
    path: Path, given: Mapping[Role, str], zone: str | None = None, start: str | None = None
) -> Trace:
    """Read the requests of a file.

    *given* names columns; *zone* is the users' time zone, such as Europe/Berlin; *start* is the
    date and time from which relative times count.

    Raises:
        ParameterFaults: nothing in the file can be used, with all that is wrong.
    """
    sheet = read_sheet(path)
    columns = find_columns(sheet, given)
    times = _times(sheet, columns)
    if start is not None:
        times = _started(times, start)
    good = np.isfinite(times.seconds)
    faults = [(sheet.lines[row], message) for row, message in times.faults]
    columns, apart = _told_apart(sheet, columns)
    who = {
        role: _names(sheet, columns.of[role])
        for role in (Role.USER, Role.SESSION)
        if role in columns
    }
    for role, names in who.items():
        empty = good & (names == "")
        faults += [
            (sheet.lines[row], f"the {role} is empty") for row in np.flatnonzero(empty).tolist()
        ]
        good &= ~empty
    rates = _rates(sheet, columns, faults)
    good &= np.isfinite(rates)
    faults = sorted([*faults, *sheet.faults])
    if good.sum() < 2:  # noqa: PLR2004  # one moment has neither span nor gap
        what = f"; line {faults[0][0]}: {faults[0][1]}" if faults else ""
        raise refused(sheet.name, f"has {int(good.sum())} rows that can be used{what}")
    order = np.flatnonzero(good)[np.argsort(times.seconds[good], kind="stable")]
    return _own_clocks(_assembled(sheet, columns, times, zone, order, who, rates, faults, apart))


def _times(sheet: Sheet, columns: Columns) -> Times:
    index = columns.of[Role.TIME][0]
    name = sheet.header[index]
    try:
        return read_times(name, sheet.column(index), comma=sheet.delimiter not in {",", ""})
    except Unreadable as error:
        raise refused(sheet.name, f'the times in "{name}" cannot be read: {error}') from None


def _started(times: Times, start: str) -> Times:
    if times.clock is not Clock.RELATIVE:
        raise ParameterFaults([Fault("", "--start", "the times have dates of their own")])
    try:
        origin = read_times("start", [start])
    except Unreadable as error:
        raise ParameterFaults([Fault("", "--start", str(error))]) from None
    if origin.clock not in {Clock.ZONED, Clock.NAIVE} or not np.isfinite(origin.seconds[0]):
        raise ParameterFaults([Fault("", "--start", f'"{start}" is no date and time')])
    shift = times.shift + origin.shift[0]
    return replace(
        times, clock=origin.clock, seconds=times.seconds + origin.seconds[0], shift=shift
    )


def _names(sheet: Sheet, indices: tuple[int, ...]) -> "NDArray[np.str_]":
    """Return the names in a column, or of several columns joined."""
    parts = [sheet.column(index) for index in indices]
    joined = [
        "" if all(not part for part in row) else " / ".join(row) for row in zip(*parts, strict=True)
    ]
    return np.array(joined)


def _told_apart(sheet: Sheet, columns: Columns) -> tuple[Columns, int | None]:
    """Join a column to the users of a trace of rates, where a user has several rates at a time.

    Returns the columns, and the one that was joined.
    """
    if Role.RATE not in columns or Role.USER not in columns:
        return columns, None
    at = columns.of[Role.TIME] + columns.of[Role.USER]
    if len({tuple(row[i] for i in at) for row in sheet.rows}) == len(sheet.rows):
        return columns, None
    taken = {index for indices in columns.of.values() for index in indices}
    for index in range(len(sheet.header)):
        if index in taken:
            continue
        if len({tuple(row[i] for i in (*at, index)) for row in sheet.rows}) == len(sheet.rows):
            user = columns.of[Role.USER]
            name, other = sheet.header[user[0]], sheet.header[index]
            note = f'"{name}" has several rates at one time; "{other}" and it make a customer'
            of = {**columns.of, Role.USER: (index, *user)}
            return Columns(of, (*columns.notes, note)), index
    note = "a user has several rates at one time; they are added"
    return Columns(columns.of, (*columns.notes, note)), None


def _amounts(sheet: Sheet, columns: Columns, role: Role) -> Floats | None:
    """Return tokens or durations; what is no number or is negative is missing."""
    if role not in columns:
        return None
    index = columns.of[role][0]
    found = numbers(sheet.column(index), comma=sheet.delimiter not in {",", ""})
    if role is Role.DURATION:
        name = sheet.header[index].lower()
        found = found * (1e-3 if name.endswith(("ms", "millis", "msec")) else 1.0)
    return np.where((found >= 0) & np.isfinite(found), found, np.nan)


def _rates(sheet: Sheet, columns: Columns, faults: list[tuple[int, str]]) -> Floats:
    """Return the rates of a trace of rates, and 1 for each request otherwise."""
    if Role.RATE not in columns:
        return np.ones(len(sheet.rows))
    cells = sheet.column(columns.of[Role.RATE][0])
    found = numbers(cells, comma=sheet.delimiter not in {",", ""})
    bad = ~((found >= 0) & np.isfinite(found))
    faults += [(sheet.lines[row], f'"{cells[row]}" is no rate') for row in np.flatnonzero(bad)]
    return np.where(bad, np.nan, found)


def _resolution(seconds: Floats) -> float:
    """Return the largest usual tick of which nearly all times are whole multiples, in seconds."""
    since = seconds - seconds.min()
    # Seconds since 1970 are known in floating point to about a quarter of a microsecond.
    exact = max(float(np.spacing(np.abs(seconds).max())) * 2, 1e-9)
    for tick in _TICKS:
        off = np.abs(since - np.round(since / tick) * tick)
        if (off <= exact).mean() >= _ON_A_TICK and since.max() > 0:
            return tick
    return 1e-6


def _assembled(  # noqa: PLR0913, PLR0917  # the parts of one reading
    sheet: Sheet,
    columns: Columns,
    times: Times,
    zone: str | None,
    order: Codes,
    who: "Mapping[Role, NDArray[np.str_]]",
    rates: Floats,
    faults: list[tuple[int, str]],
    apart: int | None,
) -> Trace:
    shift, zone_notes = zone_shift(times, zone)
    seconds = times.seconds[order]
    codes = {role: np.unique(names[order], return_inverse=True)[1] for role, names in who.items()}
    amounts = {
        role: None if (found := _amounts(sheet, columns, role)) is None else found[order]
        for role in (Role.TOKENS, Role.DURATION)
    }
    groups = None
    if apart is not None:
        groups = np.unique(_names(sheet, (apart,))[order], return_inverse=True)[1]
    window = None
    if Role.RATE in columns:
        steps = np.diff(np.unique(seconds))
        window = float(steps.min()) if len(steps) else 1.0
    return Trace(
        file=sheet.name,
        columns={
            role: "+".join(sheet.header[i] for i in indices) for role, indices in columns.of.items()
        },
        clock=times.clock,
        seconds=seconds,
        local=seconds + shift[order],
        weights=rates[order] * (window or 1.0),
        resolution=_resolution(seconds),
        window=window,
        users=codes.get(Role.USER),
        sessions=codes.get(Role.SESSION),
        groups=groups,
        tokens=amounts[Role.TOKENS],
        durations=amounts[Role.DURATION],
        faults=tuple(Fault(f"{sheet.name}:{line}", "", message) for line, message in faults),
        bad_rows=len({line for line, _ in faults}),
        notes=(*sheet.notes, *columns.notes, *times.notes, *zone_notes),
    )


def _own_clocks(trace: Trace) -> Trace:
    """Return the trace with its clock as each user's own, if nearly all users start at 0."""
    who = trace.users if trace.users is not None else trace.sessions
    if trace.clock is not Clock.RELATIVE or who is None or trace.window is not None:
        return trace
    first = trace.seconds[np.unique(who, return_index=True)[1]]
    if len(first) < _LEAST_USERS_FOR_OWN or (first == 0).mean() < _OWN_STARTS:
        return trace
    return replace(trace, clock=Clock.OWN)
