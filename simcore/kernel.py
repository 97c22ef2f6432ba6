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

ROOM: Final = 1 << 16
"""Messages that one user can have still to send; a session longer than what is left is cut.

With 64 sessions of 500 messages open, half of it is used.
"""

_ALWAYS_OVER: Final = 1e18
"""Minutes taken from the end of what a slot holds where no ceiling counts."""

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
    share = (mass - until[hour]) / (until[hour + 1] - until[hour])
    weight = share * profile[hour, bins]
    at = min(int(share * bins), bins - 1)
    while at > 0 and profile[hour, at] > weight:
        at -= 1
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
def next_start(mass: float, hour: int, until: Floats, profile: Floats) -> tuple[float, int]:
    """Return when *mass* sessions are expected to have begun (never: inf), and its hour."""
    hours = until.size - 1
    while hour < hours and until[hour + 1] < mass:
        hour += 1
    if hour == hours:
        return inf, hour
    return minute_of(mass, hour, until, profile), hour


class Desk(NamedTuple):
    """Room for one user's work, used again for the next.

    *until* is what expected_starts fills. *starts* and *ends* hold the messages yet to be sent, in
    the order of time; *new_starts* and *new_ends* those of one more session. *closing* has the
    last messages' times of the sessions open. *slots* has the end of what each slot of the ceiling
    holds, and one entry that is always over where there is no ceiling.
    """

    until: Floats
    starts: Floats
    ends: Floats
    new_starts: Floats
    new_ends: Floats
    closing: Floats
    slots: Floats


@compiled
def set_up(hours: int, ceiling: int) -> Desk:
    """Return a desk for weeks of *hours* and users with this *ceiling*."""
    return Desk(
        np.empty(hours + 1),
        np.empty(ROOM),
        np.empty(ROOM),
        np.empty(ROOM),
        np.empty(ROOM),
        np.empty(WINDOWS),
        np.empty(max(ceiling, 1)),
    )


@compiled
def session(
    state: Words,
    holds: Table,
    gaps: Table,
    time: float,
    messages: int,
    horizon: float,
    starts: Floats,
    ends: Floats,
) -> int:
    """Fill *starts* and *ends* with a session's messages from *time* on; return how many.

    It stops at the *horizon*. The generator stands in local variables here: in an array, each word
    would wait for the last one's way through memory.
    """
    a, b, c, d = state[0], state[1], state[2], state[3]
    done = 0
    while done < messages and time <= horizon:
        word = a + b + d
        d += _ONE
        a = b ^ (b >> _U11)
        b = c + (c << _U3)
        c = ((c << _U24) | (c >> _U40)) + word
        starts[done] = time
        ends[done] = time + holds[word & _MASK]
        time += gaps[(word >> _SHIFT) & _MASK]
        done += 1
    state[0], state[1], state[2], state[3] = a, b, c, d
    return done


@compiled
def straight(
    state: Words,
    holds: Table,
    gaps: Table,
    time: float,
    messages: int,
    limit: float,
    slots: Floats,
    slack: float,
    turn: int,
    grid: Grid,
    cells_per_minute: float,
) -> tuple[float, int, int]:
    """Send a session's messages as they are drawn: no other session is open until *limit*.

    It does what session and send do together, from *time* 0 on, while slots are free in turn.
    *slack* is taken from the ends of slots, so that without a ceiling they are always over.
    Returns the next message's time, the messages left and the next slot.
    """
    a, b, c, d = state[0], state[1], state[2], state[3]
    while messages > 0 and time <= limit and slots[turn] <= time:
        word = a + b + d
        d += _ONE
        a = b ^ (b >> _U11)
        b = c + (c << _U3)
        c = ((c << _U24) | (c >> _U40)) + word
        end = time + holds[word & _MASK]
        slots[turn] = end - slack
        turn += 1
        if turn == slots.size:
            turn = 0
        mark(grid, cells_per_minute, time, end)
        time += gaps[(word >> _SHIFT) & _MASK]
        messages -= 1
    state[0], state[1], state[2], state[3] = a, b, c, d
    return time, messages, turn


@compiled
def mark(grid: Grid, cells_per_minute: float, start: float, end: float) -> None:
    """Add a generation to the differences of the counts at the end of each cell.

    A start and an end in one cell cancel out: a branch for them would be mispredicted more often
    than not. *start* is 0 or later.
    """
    first = np.uint32(start * cells_per_minute)
    last = np.uint32(end * cells_per_minute)
    if first < grid.size:
        grid[first] += 1
    if last < grid.size:
        grid[last] -= 1


@compiled
def merge(
    starts: Floats, ends: Floats, last: int, new_starts: Floats, new_ends: Floats, count: int
) -> int:
    """Merge *count* new messages into those before *last*, in the order of time; the new last."""
    old, new, at = last - 1, count - 1, last + count - 1
    while new >= 0:
        if old >= 0 and starts[old] > new_starts[new]:
            starts[at], ends[at] = starts[old], ends[old]
            old -= 1
        else:
            starts[at], ends[at] = new_starts[new], new_ends[new]
            new -= 1
        at -= 1
    return last + count


@compiled
def join(
    state: Words, habits: Habits, desk: Desk, last: int, windows: int, time: float, horizon: float
) -> tuple[int, int]:
    """Open a session at *time* among others; return the new last message and sessions open."""
    messages = min(messages_in_session(state, habits.inverse_stopping), ROOM - last)
    count = session(
        state, habits.holds, habits.gaps, time, messages, horizon, desk.new_starts, desk.new_ends
    )
    if count > 0:
        last = merge(desk.starts, desk.ends, last, desk.new_starts, desk.new_ends, count)
        desk.closing[windows] = desk.new_starts[count - 1]
        windows += 1
    return last, windows


@compiled
def open_sessions(
    state: Words, habits: Habits, expected: float, desk: Desk, horizon: float
) -> tuple[int, int]:
    """Open the sessions that the warm-up's start finds; return their messages and their number.

    Their number is Poisson. Time finds a gap with a chance proportional to its length, so the
    gap is length-biased and the wait is a uniform share of it; the messages still to come are
    geometric again, since a geometric number has no memory.
    """
    last, windows = 0, 0
    mass = -log(uniform(state))
    while mass < expected and windows < WINDOWS:
        gap = habits.biased_gaps[next_word(state) & _MASK]
        wait = gap * uniform(state) - WARM_HOURS * 60.0
        last, windows = join(state, habits, desk, last, windows, wait, horizon)
        mass -= log(uniform(state))
    return last, windows


@compiled
def still_open(closing: Floats, windows: int, time: float) -> int:
    """Forget the sessions whose last message is before *time*; return how many are left."""
    left = 0
    for window in range(windows):
        if closing[window] > time:
            closing[left] = closing[window]
            left += 1
    return left


@compiled
def free_slot(slots: Floats, turn: int, start: float) -> int:
    """Return a slot that is free at *start*, the one in *turn* first; -1 if there is none."""
    if slots[turn] <= start:
        return turn
    for slot in range(slots.size):
        if slots[slot] <= start:
            return slot
    return -1


@compiled
def send(
    desk: Desk,
    first: int,
    last: int,
    until: float,
    slack: float,
    turn: int,
    grid: Grid,
    cells_per_minute: float,
    record: Record,
    messages: Counts,
) -> tuple[int, int]:
    """Send what comes up to *until*, each message to a free slot or refused.

    Returns the first message that is left and the next slot. *messages* counts those sent and
    those refused in the window.
    """
    starts, ends, slots = desk.starts, desk.ends, desk.slots
    recording = record.starts.size > 0
    sent, refused = 0, 0
    while first < last and starts[first] <= until:
        start, end = starts[first], ends[first]
        first += 1
        slot = free_slot(slots, turn, start)
        if slot < 0:
            refused += start >= 0.0
            continue
        slots[slot] = end - slack
        turn = slot + 1 if slot + 1 < slots.size else 0
        sent += start >= 0.0
        mark(grid, cells_per_minute, max(start, 0.0), max(end, 0.0))
        if recording:
            note(record, start, end - start)
    messages[0] += sent
    messages[1] += refused
    return first, turn


@compiled
def move_up(starts: Floats, ends: Floats, first: int, last: int) -> int:
    """Move the messages from *first* on to the front; return how many."""
    for at in range(first, last):
        starts[at - first] = starts[at]
        ends[at - first] = ends[at]
    return last - first


@compiled
def user_week(
    state: Words,
    habits: Habits,
    shared: Floats,
    desk: Desk,
    grid: Grid,
    cells_per_minute: float,
    record: Record,
    messages: Counts,
) -> None:
    """Add one user's generations to *grid*, and to *record* where that has room.

    *shared[h]* is the logarithm of the modulation that all users have in common, hour by hour
    from the start of the warm-up. Sessions begin as a Poisson process of the modulated rate. The
    messages of sessions that are open together are merged in the order of time, because the
    ceiling needs it; those of a session alone are sent as they are drawn.
    """
    horizon = (shared.size - WARM_HOURS) * 60.0
    # Named once: an array in a tuple is counted anew whenever it is read.
    holds, gaps, profile = habits.holds, habits.gaps, habits.profile
    until, starts, ends, slots = desk.until, desk.starts, desk.ends, desk.slots
    slack = 0.0 if habits.ceiling > 0 else _ALWAYS_OVER
    if habits.own_scale > 0.0:
        expected_starts(state, habits, shared, until)
    slots[:] = -inf
    expected = until[1] / 60.0 * habits.open_minutes
    last, windows = open_sessions(state, habits, expected, desk, horizon)
    first, turn = 0, 0
    mass = -log(uniform(state))
    begin, hour = next_start(mass, 0, until, profile)
    while True:
        first, turn = send(
            desk,
            first,
            last,
            min(begin, horizon),
            slack,
            turn,
            grid,
            cells_per_minute,
            record,
            messages,
        )
        if begin >= horizon:
            return
        windows = still_open(desk.closing, windows, begin)
        if windows == WINDOWS:
            # What does not happen leaves no memory: the next start is drawn from the first close.
            begin = desk.closing.min()
            windows = still_open(desk.closing, windows, begin)
            mass = mass_at(begin, until, profile) - log(uniform(state))
            later, hour = next_start(mass, hour, until, profile)
            begin = max(begin, later)
            continue
        time = begin
        mass -= log(uniform(state))
        begin, hour = next_start(mass, hour, until, profile)
        last = move_up(starts, ends, first, last)
        first = 0
        if last > 0 or time < 0.0 or record.starts.size > 0:
            last, windows = join(state, habits, desk, last, windows, time, horizon)
            continue
        left = min(messages_in_session(state, habits.inverse_stopping), ROOM)
        messages[0] += left
        limit = min(begin, horizon)
        time, left, turn = straight(
            state,
            holds,
            gaps,
            time,
            left,
            limit,
            slots,
            slack,
            turn,
            grid,
            cells_per_minute,
        )
        messages[0] -= left
        if left > 0:
            last = session(state, holds, gaps, time, left, horizon, starts, ends)
        if last > 0:
            desk.closing[0] = starts[last - 1]
            windows = 1


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
    desk = set_up(shared.size, habits.ceiling)
    # The same for all users where they have no factor of their own.
    expected_starts(state, habits, shared, desk.until)
    done = 0
    for at in range(users.size):
        while done < users[at]:
            user_week(
                state,
                habits,
                shared,
                desk,
                grid,
                cells_per_minute,
                record,
                observed.messages,
            )
            done += 1
        if observed.counts.shape[1] > 0:
            observed.peaks[at] = tally(grid, observed.counts[at])
        else:
            observed.peaks[at] = highest(grid)


@compiled
def recorded_week(state: Words, habits: Habits, shared: Floats, users: int, record: Record) -> None:
    """Write down the generations of the users that nested_week would observe, user by user."""
    grid = np.zeros(0, np.int32)
    messages = np.zeros(2, np.int64)
    record.size[0] = 0
    desk = set_up(shared.size, habits.ceiling)
    expected_starts(state, habits, shared, desk.until)
    for _ in range(users):
        user_week(state, habits, shared, desk, grid, 1.0, record, messages)
