"""The compiled inner loops: random words, one user's week, and the nested sums over users.

Time is in minutes from the start of the window; hours before it warm the process up. Everything
here stands in one module, because the compiler's cache follows the changes of one file only.
"""

from math import floor, inf, log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcore.compiled import compiled, lean

Floats = NDArray[np.float64]
Table = NDArray[np.float32]
Counts = NDArray[np.int64]
Words = NDArray[np.uint64]
Grid = NDArray[np.int32]

WARM_HOURS: Final = 6
"""Hours simulated before the window opens, after a start from stationarity."""

TABLE_BITS: Final = 14
TABLE_SIZE: Final = 1 << TABLE_BITS

ROUNDS: Final = 6
"""Rounds of the tournament between the sessions that one user has open."""

WINDOWS: Final = 1 << ROUNDS
"""Sessions that one user can have open at once; starts beyond them do not happen.

It bounds the work of a week whatever the modulation. With 64 sessions open a user offers some 15
slots, far beyond any ceiling in use.
"""

TICKS: Final = 2.0**36
"""Ticks a minute. A time of a week is exact in them as a float, and so is nearly every gap."""

_WARM_MINUTES: Final = WARM_HOURS * 60.0
_NEVER: Final = 1 << 62
_LONGEST: Final = 2.0**17
"""Minutes of the longest gap: more than any window, and no sum of it reaches _NEVER."""

_FEW: Final = 2
"""Sessions that need no tournament."""

_ALWAYS_OVER: Final = 1e18
"""Minutes taken from the end of what a slot holds where no ceiling counts."""

BLOCK: Final = 64
"""Cells that the search for a peak passes over together."""

_FAR: Final = 50
"""Logarithms from -50 to 50 are exponentiated, and others as the nearest of them."""

_PART_BITS: Final = 6
_PARTS: Final = 1 << _PART_BITS
_WHOLE_POWERS: Final = np.exp(np.arange(-_FAR, _FAR + 1, dtype=np.float64))
_PART_POWERS: Final = np.exp(np.arange(_PARTS) / _PARTS)

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


@lean
def next_word(state: Words) -> np.uint64:
    """Advance the SFC64 generator that numpy has too, and return its 64-bit word."""
    word: np.uint64 = state[0] + state[1] + state[3]
    state[3] += _ONE
    state[0] = state[1] ^ (state[1] >> _U11)
    state[1] = state[2] + (state[2] << _U3)
    state[2] = ((state[2] << _U24) | (state[2] >> _U40)) + word
    return word


@lean
def uniform(state: Words) -> float:
    """Return a number above 0 and at most 1."""
    return (float(next_word(state) >> _U11) + 1.0) * (1.0 / 9007199254740992.0)


@lean
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


@lean
def note(record: Record, start: float, hold: float) -> None:
    """Write one generation down, unless it is over before the window opens."""
    if start + hold <= 0.0:
        return
    at = record.size[0]
    if at < record.starts.size:
        record.starts[at] = start
        record.holds[at] = hold
    record.size[0] = at + 1


@lean
def power(logarithm: float) -> float:
    """Return e to the *logarithm*, within 3e-9 of it: two tables and a cubic for the rest.

    The cubic leaves out (1/64)^4/24 = 2.5e-9 at the most.
    """
    bounded = min(max(logarithm, -float(_FAR)), float(_FAR))
    steps = floor(bounded * _PARTS)
    rest = bounded - steps * (1.0 / _PARTS)
    step = int(steps) + _FAR * _PARTS
    near = _WHOLE_POWERS[step >> _PART_BITS] * _PART_POWERS[step & (_PARTS - 1)]
    return float(near * (1.0 + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0)))))


@lean
def expected_starts(state: Words, habits: Habits, shared: Floats, until: Floats) -> None:
    """Fill *until[h]* with the sessions expected before hour h, for a fresh own factor."""
    normals, profile, rate = habits.normals, habits.profile, habits.rate
    memory, scale = habits.memory, habits.own_scale
    fresh = scale * np.sqrt(1.0 - memory * memory)
    bins = profile.shape[1] - 1
    own = scale * normals[next_word(state) & _MASK]
    a, b, c, d = state[0], state[1], state[2], state[3]
    whole = 0.0
    until[0] = whole
    for hour in range(shared.size):
        whole += rate * power(shared[hour] + own) * profile[hour, bins]
        until[hour + 1] = whole
        if scale > 0.0:
            word = a + b + d
            d += _ONE
            a = b ^ (b >> _U11)
            b = c + (c << _U3)
            c = ((c << _U24) | (c >> _U40)) + word
            own = memory * own + fresh * normals[word & _MASK]
    state[0], state[1], state[2], state[3] = a, b, c, d


@lean
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


@lean
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


@lean
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

    *until* is what expected_starts fills. *tree* finds the session open whose message comes next:
    a tournament, with each window's next message at the leaves from WINDOWS on and the first of
    all at 1. *left* is how many messages a window's session has left. *spare* has the windows that
    are not open behind those that are. *slots* has the end of what each slot of the ceiling holds,
    and one entry that is always over where there is no ceiling.
    """

    until: Floats
    tree: Counts
    left: Counts
    spare: Counts
    slots: Floats


@compiled
def set_up(hours: int, ceiling: int) -> Desk:
    """Return a desk for weeks of *hours* and users with this *ceiling*."""
    return Desk(
        np.empty(hours + 1),
        np.empty(2 * WINDOWS, np.int64),
        np.zeros(WINDOWS, np.int64),
        np.arange(WINDOWS),
        np.empty(max(ceiling, 1)),
    )


@lean
def key_of(time: float, window: int) -> int:
    """Return the place in time of a message of *window*: its ticks, then its window."""
    return int((time + _WARM_MINUTES) * TICKS) * WINDOWS + window


@lean
def time_of(key: int) -> float:
    """Return the minute of a message: the inverse of key_of."""
    return float(key >> ROUNDS) * (1.0 / TICKS) - _WARM_MINUTES


@lean
def settle(tree: Counts, window: int, key: int) -> None:
    """Put the next message of *window* into the tournament, and see who is first."""
    node = WINDOWS + window
    tree[node] = key
    for _ in range(ROUNDS):
        key = min(key, tree[node ^ 1])
        node >>= 1
        tree[node] = key


@lean
def join(
    tree: Counts, left: Counts, spare: Counts, windows: int, time: float, messages: int
) -> int:
    """Open a session of *messages* from *time* on; return the new number of sessions."""
    window = spare[windows]
    left[window] = messages
    settle(tree, window, key_of(min(time, _LONGEST), window))
    return windows + 1


@lean
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
    if messages < 0:
        # Never so: what may call itself is not put into its caller, where this loop would find
        # too few registers and take twice as long.
        return straight(
            state,
            holds,
            gaps,
            time,
            -messages,
            limit,
            slots,
            slack,
            turn,
            grid,
            cells_per_minute,
        )
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
        mark(grid, cells_per_minute, time, end, 1)
        time += gaps[(word >> _SHIFT) & _MASK]
        messages -= 1
    state[0], state[1], state[2], state[3] = a, b, c, d
    return time, messages, turn


@lean
def mark(grid: Grid, cells_per_minute: float, start: float, end: float, sent: int) -> None:
    """Add a generation to the differences of the counts at the end of each cell.

    A start and an end in one cell cancel out, and what was refused (*sent* is 0) is added as
    nothing: a branch for either would be mispredicted more often than not. Times are 0 or later.
    """
    first = np.uint32(start * cells_per_minute)
    last = np.uint32(end * cells_per_minute)
    if first < grid.size:
        grid[first] += sent
    if last < grid.size:
        grid[last] -= sent


@lean
def ticks_of(gap: float) -> int:
    """Return what a gap adds to the place in time of a session's next message."""
    return int(min(gap, _LONGEST) * TICKS) * WINDOWS


@lean
def first_over(slots: Floats) -> int:
    """Return the slot that is free the soonest."""
    soonest, slot = slots[0], 0
    for other in range(1, slots.size):
        sooner = slots[other] < soonest
        soonest = slots[other] if sooner else soonest
        slot = other if sooner else slot
    return slot


@lean
def send(
    state: Words,
    holds: Table,
    gaps: Table,
    tree: Counts,
    left: Counts,
    spare: Counts,
    windows: int,
    fewest: int,
    until: float,
    slots: Floats,
    slack: float,
    grid: Grid,
    cells_per_minute: float,
    record: Record,
    messages: Counts,
) -> tuple[int, float]:
    """Send what comes up to *until* from all sessions, each message to a free slot or refused.

    It stops once no more than *fewest* sessions are open. Returns how many are, and when the last
    one closed. *messages* counts those sent and those refused in the window. What is refused is
    marked as nothing: a branch for it would be mispredicted too often.
    """
    a, b, c, d = state[0], state[1], state[2], state[3]
    recording = record.starts.size > 0
    sent, refused = 0, 0
    final = key_of(until, WINDOWS - 1)
    close = until
    while windows > fewest and tree[1] <= final:
        key = tree[1]
        word = a + b + d
        d += _ONE
        a = b ^ (b >> _U11)
        b = c + (c << _U3)
        c = ((c << _U24) | (c >> _U40)) + word
        window = key & (WINDOWS - 1)
        more = left[window] - 1
        left[window] = more
        gap = ticks_of(gaps[(word >> _SHIFT) & _MASK])
        settle(tree, window, key + gap if more > 0 else _NEVER)
        start = time_of(key)
        end = start + holds[word & _MASK]
        slot = first_over(slots)
        free = slots[slot] <= start
        slots[slot] = end - slack if free else slots[slot]
        inside = start >= 0.0
        sent += free & inside
        refused += inside & (not free)
        mark(grid, cells_per_minute, max(start, 0.0), max(end, 0.0), free)
        if recording and free:
            note(record, start, end - start)
        if more == 0:
            windows -= 1
            spare[windows] = window
            close = start
    state[0], state[1], state[2], state[3] = a, b, c, d
    messages[0] += sent
    messages[1] += refused
    return windows, close


@lean
def runner_up(tree: Counts) -> int:
    """Return the second of all in the tournament: the least of those that the first has met."""
    node = WINDOWS + (tree[1] & (WINDOWS - 1))
    second = _NEVER
    for _ in range(ROUNDS):
        second = min(second, tree[node ^ 1])
        node >>= 1
    return second


@lean
def pair(
    state: Words,
    holds: Table,
    gaps: Table,
    tree: Counts,
    left: Counts,
    spare: Counts,
    until: float,
    slots: Floats,
    slack: float,
    turn: int,
    grid: Grid,
    cells_per_minute: float,
    messages: Counts,
) -> tuple[int, int]:
    """Send what comes up to *until* from two sessions, until one of them has nothing left.

    It does what send does, for two and from time 0 on: whose message comes next needs no
    tournament. Any slot that is over is as good as another, and the next in turn mostly is.
    Returns the sessions that are still open and the next slot.
    """
    a, b, c, d = state[0], state[1], state[2], state[3]
    first, second = tree[1], runner_up(tree)
    final = key_of(until, WINDOWS - 1)
    sent, tried, windows = 0, 0, _FEW
    while first <= final:
        word = a + b + d
        d += _ONE
        a = b ^ (b >> _U11)
        b = c + (c << _U3)
        c = ((c << _U24) | (c >> _U40)) + word
        window = first & (WINDOWS - 1)
        more = left[window] - 1
        left[window] = more
        gap = ticks_of(gaps[(word >> _SHIFT) & _MASK])
        start = time_of(first)
        end = start + holds[word & _MASK]
        if slots[turn] > start:
            turn = first_over(slots)
        free = slots[turn] <= start
        slots[turn] = end - slack if free else slots[turn]
        turn += 1
        if turn == slots.size:
            turn = 0
        tried += 1
        sent += free
        mark(grid, cells_per_minute, start, end, free)
        if more == 0:
            windows -= 1
            spare[windows] = window
            break
        later = first + gap
        first = min(later, second)
        second = max(later, second)
    state[0], state[1], state[2], state[3] = a, b, c, d
    messages[0] += sent
    messages[1] += tried - sent
    settle(tree, first & (WINDOWS - 1), first if windows == _FEW else _NEVER)
    settle(tree, second & (WINDOWS - 1), second)
    return windows, turn


@lean
def few(
    state: Words,
    holds: Table,
    gaps: Table,
    tree: Counts,
    left: Counts,
    spare: Counts,
    windows: int,
    until: float,
    slots: Floats,
    slack: float,
    turn: int,
    grid: Grid,
    cells_per_minute: float,
    messages: Counts,
) -> tuple[int, int]:
    """Send what comes up to *until* from the one or two sessions that are open, as pair does.

    From one alone it may stop earlier, where no slot is free in turn.
    """
    if windows == _FEW:
        return pair(
            state,
            holds,
            gaps,
            tree,
            left,
            spare,
            until,
            slots,
            slack,
            turn,
            grid,
            cells_per_minute,
            messages,
        )
    window = tree[1] & (WINDOWS - 1)
    before = left[window]
    time, more, turn = straight(
        state,
        holds,
        gaps,
        time_of(tree[1]),
        before,
        until,
        slots,
        slack,
        turn,
        grid,
        cells_per_minute,
    )
    messages[0] += before - more
    left[window] = more
    if more == 0:
        spare[0] = window
        settle(tree, window, _NEVER)
        return 0, turn
    settle(tree, window, key_of(min(time, _LONGEST), window))
    return 1, turn


@lean
def open_sessions(
    state: Words, habits: Habits, expected: float, tree: Counts, left: Counts, spare: Counts
) -> int:
    """Open the sessions that the warm-up's start finds; return their number.

    Their number is Poisson. Time finds a gap with a chance proportional to its length, so the
    gap is length-biased and the wait is a uniform share of it; the messages still to come are
    geometric again, since a geometric number has no memory.
    """
    windows = 0
    mass = -log(uniform(state))
    while mass < expected and windows < WINDOWS:
        gap = habits.biased_gaps[next_word(state) & _MASK]
        wait = gap * uniform(state) - _WARM_MINUTES
        messages = messages_in_session(state, habits.inverse_stopping)
        windows = join(tree, left, spare, windows, wait, messages)
        mass -= log(uniform(state))
    return windows


@lean
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
    messages of sessions that are open together are drawn in the order of time, because the
    ceiling needs it; those of a session alone need no search for the next.
    """
    horizon = (shared.size - WARM_HOURS) * 60.0
    # Named once: an array in a tuple is counted anew whenever it is read.
    holds, gaps, profile = habits.holds, habits.gaps, habits.profile
    until, tree, left, spare, slots = desk.until, desk.tree, desk.left, desk.spare, desk.slots
    inverse_stopping = habits.inverse_stopping
    slack = 0.0 if habits.ceiling > 0 else _ALWAYS_OVER
    quick = record.starts.size == 0
    opening = key_of(0.0, 0)
    if habits.own_scale > 0.0:
        expected_starts(state, habits, shared, until)
    slots[:] = -inf
    tree[:] = _NEVER
    for window in range(WINDOWS):
        spare[window] = window
    expected = until[1] / 60.0 * habits.open_minutes
    windows = open_sessions(state, habits, expected, tree, left, spare)
    turn = 0
    mass = -log(uniform(state))
    hour = 0
    begin, hour = next_start(mass, hour, until, profile)
    while True:
        full = windows == WINDOWS
        limit = horizon if full else min(begin, horizon)
        if quick and 0 < windows <= _FEW and tree[1] >= opening:
            before = windows
            windows, turn = few(
                state,
                holds,
                gaps,
                tree,
                left,
                spare,
                windows,
                limit,
                slots,
                slack,
                turn,
                grid,
                cells_per_minute,
                messages,
            )
            if 0 < windows < before:
                continue
        fewest = WINDOWS - 1 if full else min(max(windows - 1, 0), _FEW) if quick else 0
        close = limit
        if windows > fewest and tree[1] <= key_of(limit, WINDOWS - 1):
            windows, close = send(
                state,
                holds,
                gaps,
                tree,
                left,
                spare,
                windows,
                fewest,
                limit,
                slots,
                slack,
                grid,
                cells_per_minute,
                record,
                messages,
            )
        if full and windows < WINDOWS:
            # What does not happen leaves no memory: the next start is drawn from the close.
            mass = mass_at(close, until, profile) - log(uniform(state))
            later, hour = next_start(mass, hour, until, profile)
            begin = max(close, later)
            continue
        if windows == fewest > 0:
            continue
        if full or begin >= horizon:
            return
        time, more = begin, messages_in_session(state, inverse_stopping)
        mass -= log(uniform(state))
        begin, hour = next_start(mass, hour, until, profile)
        if quick and windows == 0 and time >= 0.0:
            drawn = more
            time, more, turn = straight(
                state,
                holds,
                gaps,
                time_of(key_of(time, 0)),
                drawn,
                min(begin, horizon),
                slots,
                slack,
                turn,
                grid,
                cells_per_minute,
            )
            messages[0] += drawn - more
        if more > 0:
            windows = join(tree, left, spare, windows, time, more)


@lean
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
    """Return the highest level that the differences in *grid* add up to.

    A block of cells is looked into only if all its rises together would pass the highest yet.
    Sums of 32 bits and unsigned indices let the compiler add up several cells at once.
    """
    level, peak = 0, 0
    blocks = grid.size // BLOCK
    rows = grid[: blocks * BLOCK].reshape(blocks, BLOCK)
    for row in range(blocks):
        net, rise = np.int32(0), np.int32(0)
        for cell in range(np.uint64(BLOCK)):
            change = rows[np.uint64(row), np.uint64(cell)]
            net = np.int32(net + change)
            rise = np.int32(rise + (change if change > 0 else np.int32(0)))
        if level + rise > peak:
            inside = level
            for cell in range(BLOCK):
                inside += rows[row, cell]
                peak = max(peak, inside)
        level += int(net)
    for at in range(blocks * BLOCK, grid.size):
        level += grid[at]
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
