"""The compiled inner loops: random words, one user's week, and the nested sums over users.

Time is in minutes from the start of the window; hours before it warm the process up. Everything
here stands in one module, because the compiler's cache follows the changes of one file only.
"""

from math import exp, floor, inf, log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcore.compiled import compiled

Floats = NDArray[np.float64]
Table = NDArray[np.float32]
Counts = NDArray[np.int64]
Words = NDArray[np.uint64]
Grid = NDArray[np.int32]

WARM_HOURS: Final = 6
"""Hours simulated before the window opens, after a start from stationarity."""

TABLE_BITS: Final = 14
TABLE_SIZE: Final = 1 << TABLE_BITS

WINDOWS: Final = 64
"""Sessions that one user can have open at once; starts beyond them do not happen.

It bounds the work of a week whatever the modulation. With 64 sessions open a user offers some 15
slots, far beyond any ceiling in use.
"""

# Typed once: a signed operand would turn unsigned words into floats.
_MASK: Final = np.uint64(TABLE_SIZE - 1)
_SHIFT: Final = np.uint64(TABLE_BITS)
_U3: Final = np.uint64(3)
_U11: Final = np.uint64(11)
_U24: Final = np.uint64(24)
_U40: Final = np.uint64(40)
_ONE: Final = np.uint64(1)


class Habits(NamedTuple):
    """One user's behaviour, as the kernel reads it.

    *rate* is session starts a minute where the profile is 1 and the modulation is 1.
    *inverse_stopping* is 1/log(1 - 1/m) for sessions of m messages in the mean, and 0 for m = 1.
    *ceiling* is the most slots in flight, 0 for none. *own_scale* and *memory* are the size and
    the hourly autoregression of the user's own factor. *open_minutes* is the mean length of a
    session from its first message to its last. *profile[h, b]* is the expected weight of the
    first b bins of hour h, in minutes at weight 1. The rest are inverse-CDF tables.
    """

    rate: float
    inverse_stopping: float
    ceiling: int
    own_scale: float
    memory: float
    open_minutes: float
    profile: Floats
    gaps: Table
    biased_gaps: Table
    holds: Table
    normals: Table


@compiled
def next_word(state: Words) -> np.uint64:
    """Advance the SFC64 generator that numpy has too, and return its 64-bit word."""
    word: np.uint64 = state[0] + state[1] + state[3]
    state[3] += _ONE
    state[0] = state[1] ^ (state[1] >> _U11)
    state[1] = state[2] + (state[2] << _U3)
    state[2] = ((state[2] << _U24) | (state[2] >> _U40)) + word
    return word


@compiled
def uniform(state: Words) -> float:
    """Return a number above 0 and at most 1."""
    return (float(next_word(state) >> _U11) + 1.0) * (1.0 / 9007199254740992.0)


@compiled
def messages_in_session(state: Words, inverse_stopping: float) -> int:
    """Return a geometric number of messages, at least 1."""
    return 1 + int(min(log(uniform(state)) * inverse_stopping, 1e9))


@compiled
def expected_starts(state: Words, habits: Habits, shared: Floats, until: Floats) -> None:
    """Fill *until[h]* with the sessions expected before hour h, for a fresh own factor."""
    normals, profile = habits.normals, habits.profile
    memory, scale = habits.memory, habits.own_scale
    fresh = np.sqrt(1.0 - memory * memory)
    bins = profile.shape[1] - 1
    own = normals[next_word(state) & _MASK]
    until[0] = 0.0
    for hour in range(shared.size):
        level = habits.rate * exp(min(shared[hour] + scale * own, 50.0))
        until[hour + 1] = until[hour] + level * profile[hour, bins]
        if scale > 0.0:
            own = memory * own + fresh * normals[next_word(state) & _MASK]


@compiled
def minute_of(mass: float, hour: int, until: Floats, profile: Floats) -> float:
    """Return the minute of hour *hour* at which *mass* sessions are expected to have begun."""
    bins = profile.shape[1] - 1
    weight = (mass - until[hour]) / (until[hour + 1] - until[hour]) * profile[hour, bins]
    at = 0
    while at < bins - 1 and profile[hour, at + 1] < weight:
        at += 1
    step = profile[hour, at + 1] - profile[hour, at]
    inside = (weight - profile[hour, at]) / step if step > 0.0 else 0.0
    minutes = (at + min(max(inside, 0.0), 1.0)) * (60.0 / bins)
    return float((hour - WARM_HOURS) * 60.0 + minutes)


@compiled
def mass_at(minute: float, until: Floats, profile: Floats) -> float:
    """Return the sessions expected to begin before *minute*: the inverse of minute_of."""
    bins = profile.shape[1] - 1
    hour = min(max(floor(minute / 60.0) + WARM_HOURS, 0), until.size - 2)
    place = min(max((minute / 60.0 + WARM_HOURS - hour) * bins, 0.0), float(bins))
    at = min(int(place), bins - 1)
    weight = profile[hour, at] + (place - at) * (profile[hour, at + 1] - profile[hour, at])
    whole = profile[hour, bins]
    share = weight / whole if whole > 0.0 else 1.0
    return float(until[hour] + share * (until[hour + 1] - until[hour]))


@compiled
def sift_down(times: Floats, left: Counts, size: int) -> None:
    """Restore the heap of open sessions after its first one changed."""
    at = 0
    time, messages = times[0], left[0]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and times[child + 1] < times[child]:
            child += 1
        if times[child] >= time:
            break
        times[at], left[at] = times[child], left[child]
        at = child
    times[at], left[at] = time, messages


@compiled
def push(times: Floats, left: Counts, size: int, time: float, messages: int) -> None:
    """Add an open session whose next message is at *time* to the heap of *size* sessions."""
    at = size
    while at > 0:
        parent = (at - 1) // 2
        if times[parent] <= time:
            break
        times[at], left[at] = times[parent], left[parent]
        at = parent
    times[at], left[at] = time, messages


@compiled
def open_sessions(
    state: Words, habits: Habits, expected: float, times: Floats, left: Counts
) -> int:
    """Fill the heap with the sessions already open at the warm-up's start; returns how many.

    Their number is Poisson. Time finds a gap with a chance proportional to its length, so the
    gap is length-biased and the wait is a uniform share of it; the messages still to come are
    geometric again, since a geometric number has no memory.
    """
    size = 0
    mass = -log(uniform(state))
    while mass < expected and size < WINDOWS:
        gap = habits.biased_gaps[next_word(state) & _MASK]
        wait = gap * uniform(state) - WARM_HOURS * 60.0
        push(times, left, size, wait, messages_in_session(state, habits.inverse_stopping))
        size += 1
        mass -= log(uniform(state))
    return size


@compiled
def next_start(mass: float, hour: int, until: Floats, profile: Floats) -> tuple[float, int]:
    """Return when *mass* sessions are expected to have begun (never: inf), and its hour."""
    hours = until.size - 1
    while hour < hours and until[hour + 1] < mass:
        hour += 1
    if hour == hours:
        return inf, hour
    return minute_of(mass, hour, until, profile), hour


@compiled
def admitted(ends: Floats, start: float, end: float) -> bool:
    """Whether the user has a slot free at *start*; if so it is taken until *end*.

    *ends* has an entry for each slot of the ceiling, and none where there is no ceiling.
    """
    if ends.size == 0:
        return True
    for slot in range(ends.size):
        if ends[slot] <= start:
            ends[slot] = end
            return True
    return False


@compiled
def mark(grid: Grid, cells_per_minute: float, start: float, end: float) -> None:
    """Add a generation to the differences of the counts at the end of each cell."""
    last = int(end * cells_per_minute)
    if end <= 0.0 or last == 0:
        return
    first = int(start * cells_per_minute) if start > 0.0 else 0
    if first < last and first < grid.size:
        grid[first] += 1
        if last < grid.size:
            grid[last] -= 1


class Record(NamedTuple):
    """The generations of a window as they come, in minutes: when each starts, how long it holds.

    *size[0]* is how many there were, be there room for all or not.
    """

    starts: Floats
    holds: Floats
    size: Counts


@compiled
def note(record: Record, start: float, hold: float) -> None:
    """Write one generation down, unless it is over before the window opens."""
    if start + hold <= 0.0:
        return
    at = record.size[0]
    if at < record.starts.size:
        record.starts[at] = start
        record.holds[at] = hold
    record.size[0] = at + 1


@compiled
def go_on(
    state: Words,
    holds: Table,
    gaps: Table,
    ends: Floats,
    times: Floats,
    left: Counts,
    size: int,
    until: float,
    grid: Grid,
    cells_per_minute: float,
    record: Record,
) -> tuple[int, int, int]:
    """Send the first open session's messages while they come before *until* and other sessions'.

    Returns the sessions open, and the messages sent and refused since the window opened.
    """
    limit = until
    for other in range(1, min(size, 3)):
        limit = min(limit, times[other])
    time, messages = times[0], left[0]
    sent, refused = 0, 0
    while messages > 0 and time <= limit:
        word = next_word(state)
        end = time + holds[word & _MASK]
        if admitted(ends, time, end):
            mark(grid, cells_per_minute, time, end)
            note(record, time, holds[word & _MASK])
            sent += time >= 0.0
        else:
            refused += time >= 0.0
        time += gaps[(word >> _SHIFT) & _MASK]
        messages -= 1
    if messages > 0:
        times[0], left[0] = time, messages
    else:
        size -= 1
        times[0], left[0] = times[size], left[size]
    sift_down(times, left, size)
    return size, sent, refused


@compiled
def user_week(
    state: Words,
    habits: Habits,
    shared: Floats,
    grid: Grid,
    cells_per_minute: float,
    record: Record,
) -> tuple[int, int]:
    """Add one user's generations to *grid*; returns the messages sent and those refused.

    *shared[h]* is the logarithm of the modulation that all users have in common, hour by hour
    from the start of the warm-up. Sessions begin as a Poisson process of the modulated rate; the
    messages of all open sessions are taken in the order of time, because the ceiling needs it.
    """
    horizon = (shared.size - WARM_HOURS) * 60.0
    # Named once: an array in a tuple is counted anew whenever it is read.
    holds, gaps, profile = habits.holds, habits.gaps, habits.profile
    until = np.empty(shared.size + 1)
    expected_starts(state, habits, shared, until)
    times = np.empty(WINDOWS)
    left = np.empty(WINDOWS, np.int64)
    ends = np.full(habits.ceiling, -inf)
    size = open_sessions(state, habits, until[1] / 60.0 * habits.open_minutes, times, left)
    sent, refused = 0, 0
    mass = -log(uniform(state))
    begin, hour = next_start(mass, 0, until, profile)
    while True:
        if size > 0 and times[0] <= begin:
            if times[0] >= horizon:
                return sent, refused
            size, more, lost = go_on(
                state,
                holds,
                gaps,
                ends,
                times,
                left,
                size,
                min(begin, horizon),
                grid,
                cells_per_minute,
                record,
            )
            sent += more
            refused += lost
            continue
        if begin >= horizon:
            return sent, refused
        if size == WINDOWS:
            mass = mass_at(times[0], until, profile) - log(uniform(state))
            begin, hour = next_start(mass, hour, until, profile)
            continue
        push(times, left, size, begin, messages_in_session(state, habits.inverse_stopping))
        size += 1
        mass -= log(uniform(state))
        begin, hour = next_start(mass, hour, until, profile)


@compiled
def tally(grid: Grid, counts: Counts) -> int:
    """Add the time at each level to *counts*, whose last entry holds all above; the peak."""
    level, peak = 0, 0
    top = counts.size - 1
    for cell in range(grid.size):
        level += grid[cell]
        peak = max(peak, level)
        counts[min(level, top)] += 1
    return peak


@compiled
def highest(grid: Grid) -> int:
    """Return the highest level that the differences in *grid* add up to."""
    level, peak = 0, 0
    for cell in range(grid.size):
        level += grid[cell]
        peak = max(peak, level)
    return peak


class Observed(NamedTuple):
    """What a window writes: the time at each level, the peaks, the messages sent and refused.

    *counts[k, c]* is the time of users[k] at level c; its last level holds all above, and without
    levels time is not counted. *peaks[k]* is the highest level of users[k].
    """

    counts: Counts
    peaks: Counts
    messages: Counts


@compiled
def nested_week(
    state: Words,
    habits: Habits,
    shared: Floats,
    users: Counts,
    grid: Grid,
    cells_per_minute: float,
    observed: Observed,
) -> None:
    """Observe one window for each number in *users*, ascending: the same users and more."""
    grid[:] = 0
    record = Record(np.empty(0), np.empty(0), np.zeros(1, np.int64))
    done = 0
    for at in range(users.size):
        while done < users[at]:
            sent, refused = user_week(state, habits, shared, grid, cells_per_minute, record)
            observed.messages[0] += sent
            observed.messages[1] += refused
            done += 1
        if observed.counts.shape[1] > 0:
            observed.peaks[at] = tally(grid, observed.counts[at])
        else:
            observed.peaks[at] = highest(grid)


@compiled
def recorded_week(state: Words, habits: Habits, shared: Floats, users: int, record: Record) -> None:
    """Write down the generations of the users that nested_week would observe, user by user."""
    grid = np.zeros(0, np.int32)
    record.size[0] = 0
    for _ in range(users):
        user_week(state, habits, shared, grid, 1.0, record)
