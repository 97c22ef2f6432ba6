"""A station of pods: the compiled course of requests through slots, a queue, retries and scaling.

Time is in minutes. Slots of all ready pods are one pool, so the generations of a pod that leaves
are taken to be packed on those that stay. Everything here stands in one module, because the
compiler's cache follows the changes of one file only. Arguments are few and plain: an array in a
tuple is counted anew whenever it is read.
"""

from math import ceil, inf, log
from typing import Final

import numpy as np

from simcore.compiled import compiled
from simcore.course import Course, Records, Rule
from simcore.kernel import Floats, Words

_ROUNDING: Final = 1e-9
"""Pods by which a need may pass a whole number before it counts as one more."""

_NONE: Final = -1

# Typed once: a signed operand would turn unsigned words into floats.
_U3: Final = np.uint64(3)
_U11: Final = np.uint64(11)
_U24: Final = np.uint64(24)
_U40: Final = np.uint64(40)
_ONE: Final = np.uint64(1)


@compiled
def uniform(state: Words) -> float:
    """Advance the SFC64 generator that numpy has too; returns a number above 0 and at most 1."""
    word = state[0] + state[1] + state[3]
    state[3] += _ONE
    state[0] = state[1] ^ (state[1] >> _U11)
    state[1] = state[2] + (state[2] << _U3)
    state[2] = ((state[2] << _U24) | (state[2] >> _U40)) + word
    return (float(word >> _U11) + 1.0) * (1.0 / 9007199254740992.0)


@compiled
def push_end(ends: Floats, size: int, end: float) -> None:
    """Add an *end* to the heap of *size* generations in slots."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if ends[parent] <= end:
            break
        ends[at] = ends[parent]
        at = parent
    ends[at] = end


@compiled
def pop_end(ends: Floats, size: int) -> None:
    """Take the first end from the heap of *size* generations; an empty heap never ends."""
    size -= 1
    last = ends[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and ends[child + 1] < ends[child]:
            child += 1
        if ends[child] >= last:
            break
        ends[at] = ends[child]
        at = child
    ends[at] = last if size > 0 else inf


@compiled
def set_alarm(room: Records, s: Course, item: int, time: float) -> None:
    """Wake an entry at *time*."""
    room[item].due = time
    at = s.alarms
    if at == room.size:
        s.full = True
        return
    s.alarms += 1
    while at > 0:
        parent = (at - 1) >> 1
        if room[parent].alarm <= time:
            break
        room[at].alarm, room[at].alarm_entry = room[parent].alarm, room[parent].alarm_entry
        at = parent
    room[at].alarm, room[at].alarm_entry = time, item


@compiled
def pop_alarm(room: Records, s: Course) -> int:
    """Take the first alarm, and return its entry; or none, if the alarm is void by now."""
    first, item = room[0].alarm, room[0].alarm_entry
    s.alarms -= 1
    size = s.alarms
    time, moved = room[size].alarm, room[size].alarm_entry
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and room[child + 1].alarm < room[child].alarm:
            child += 1
        if room[child].alarm >= time:
            break
        room[at].alarm, room[at].alarm_entry = room[child].alarm, room[child].alarm_entry
        at = child
    room[at].alarm, room[at].alarm_entry = time, moved
    return int(item) if room[item].due == first else _NONE


@compiled
def entry(room: Records, s: Course, hold: float, first: float) -> int:
    """Return a free entry, filled; without one the room is too small, and the first is returned."""
    made = s.free
    if made != _NONE:
        s.free = room[made].after
    elif s.used < room.size:
        made = s.used
        s.used += 1
    else:
        s.full = True
        made = 0
    room[made].hold, room[made].first = hold, first
    room[made].due, room[made].away, room[made].given_up = inf, False, False
    return made


@compiled
def release(room: Records, s: Course, item: int) -> None:
    """Give an entry back."""
    room[item].due = inf
    room[item].after = s.free
    s.free = item


@compiled
def note_overload(room: Records, s: Course, now: float) -> None:
    """Count the spell of overload that ends *now*."""
    begin = max(s.since, 0.0)
    if now <= begin:
        return
    s.overload += now - begin
    if s.spells == room.size:
        s.full = True
        return
    room[s.spells].spell_begin, room[s.spells].spell_end = begin, now
    s.spells += 1


@compiled
def note_pods(s: Course, now: float) -> None:
    """Count pods until *now*, when their number is about to change."""
    if now > s.changed:
        s.most = max(s.most, s.ready + s.spinning)
    passed = max(now, 0.0) - max(s.changed, 0.0)
    s.ready_minutes += passed * s.ready
    s.paid_minutes += passed * (s.ready + s.spinning)
    s.changed = now


@compiled
def log_pods(room: Records, s: Course) -> None:
    """Write down the pods since they changed; changes at one time are one."""
    if s.changes > 0 and room[s.changes - 1].change == s.changed:
        s.changes -= 1
    if s.changes == room.size:
        s.full = True
        return
    room[s.changes].change = s.changed
    room[s.changes].ready, room[s.changes].paid = s.ready, s.ready + s.spinning
    s.changes += 1


@compiled
def enqueue(room: Records, rule: Rule, words: Words, s: Course, now: float, item: int) -> None:
    """Put an entry at the end of the queue, with the patience that it has."""
    if s.queued == 0:
        s.since, s.head, s.tail = now, item, _NONE
    else:
        room[s.tail].after = item
    room[item].before, room[item].after = s.tail, _NONE
    s.tail = item
    s.queued += 1
    if rule.patience == inf:
        return
    wait = rule.patience if rule.is_fixed else -log(uniform(words)) * rule.patience
    set_alarm(room, s, item, now + wait)


@compiled
def dequeue(room: Records, s: Course, now: float, item: int) -> None:
    """Take an entry out of the queue, wherever it stands; its alarm is void."""
    before, after = room[item].before, room[item].after
    if before == _NONE:
        s.head = after
    else:
        room[before].after = after
    if after == _NONE:
        s.tail = before
    else:
        room[after].before = before
    room[item].due = inf
    s.queued -= 1
    if s.queued == 0:
        note_overload(room, s, now)


@compiled
def work(ends: Floats, s: Course, now: float, hold: float) -> None:
    """Take a slot for *hold* minutes."""
    if s.busy == ends.size:
        s.full = True
        return
    push_end(ends, s.busy, now + hold)
    s.busy += 1
    s.worked += hold


@compiled
def begin(ends: Floats, rule: Rule, s: Course, now: float, hold: float, first: float) -> None:
    """Put a request into a slot, for which its client has waited since *first*."""
    s.served += 1
    s.waited += now - first
    s.late += now - first > rule.late_after
    work(ends, s, now, hold)


@compiled
def serve(ends: Floats, room: Records, rule: Rule, s: Course, now: float) -> None:
    """Fill free slots from the queue, first come, first served."""
    while s.queued > 0 and s.busy < s.ready * rule.slots and not s.full:
        item = s.head
        dequeue(room, s, now, item)
        if room[item].given_up:
            hold = room[item].hold * rule.zombie
            s.wasted += hold
            work(ends, s, now, hold)
        else:
            begin(ends, rule, s, now, room[item].hold, room[item].first)
        release(room, s, item)


@compiled
def give_up(room: Records, rule: Rule, words: Words, s: Course, now: float, item: int) -> None:
    """End the patience of a waiting entry: its client tries again later, or is lost.

    With zombie work the entry keeps its place in the queue, and the client gets one of its own.
    """
    s.failed += 1
    client = item
    if rule.zombie > 0.0:
        room[item].given_up, room[item].due = True, inf
        client = entry(room, s, room[item].hold, room[item].first)
    else:
        dequeue(room, s, now, item)
    if uniform(words) > rule.retry:
        s.lost += 1
        s.late += 1
        release(room, s, client)
        return
    room[client].away = True
    s.orbit += 1
    set_alarm(room, s, client, now - log(uniform(words)) * rule.retry_delay)


@compiled
def pods_wanted(rule: Rule, s: Course) -> int:
    """Return the pods wanted for the requests in slots and in the queue."""
    if not rule.scales:
        return s.wanted
    need = ceil((s.busy + s.queued) * rule.per_pod - _ROUNDING)
    return min(max(need, rule.minimum), rule.maximum)


@compiled
def steer(room: Records, rule: Rule, s: Course, now: float) -> None:
    """Follow the need: want pods for all requests, and start or stop pods when that changes.

    The target is the highest want of the last *cool_down* minutes, which the ring keeps as wants
    that were left for lower ones: falling, with the time until which each counts.
    """
    want = pods_wanted(rule, s)
    if want == s.wanted:
        return
    if want < s.wanted and rule.cool_down > 0.0:
        if s.cool_size == room.size:
            s.full = True
            return
        at = (s.cool_first + s.cool_size) % room.size
        room[at].cool_until, room[at].cool_want = now + rule.cool_down, s.wanted
        s.cool_size += 1
    s.wanted = want
    while s.cool_size > 0:
        if room[(s.cool_first + s.cool_size - 1) % room.size].cool_want > want:
            break
        s.cool_size -= 1
    aim(room, rule, s, now)


@compiled
def aim(room: Records, rule: Rule, s: Course, now: float) -> None:
    """Start pods up to the target, or stop those above it: first the newest spinning up.

    The target is never below the requests in slots, so that no generation is cut.
    """
    target = room[s.cool_first].cool_want if s.cool_size > 0 else s.wanted
    missing = target - s.ready - s.spinning
    if missing == 0:
        return
    note_pods(s, now)
    if missing < 0:
        stopped = min(-missing, s.spinning)
        s.spinning -= stopped
        s.ready -= -missing - stopped
    elif rule.spin_up == 0.0:
        s.ready += missing
    elif s.spinning + missing > room.size:
        s.full = True
    else:
        for _ in range(missing):
            room[(s.spin_first + s.spinning) % room.size].spin_until = now + rule.spin_up
            s.spinning += 1
    log_pods(room, s)


@compiled
def next_rare(room: Records, s: Course) -> None:
    """Find when an alarm is due, a pod is ready, or a want has cooled down."""
    s.rare = room[0].alarm if s.alarms > 0 else inf
    if s.spinning > 0:
        s.rare = min(s.rare, room[s.spin_first].spin_until)
    if s.cool_size > 0:
        s.rare = min(s.rare, room[s.cool_first].cool_until)


@compiled
def happen(room: Records, rule: Rule, words: Words, s: Course, now: float) -> None:
    """Let the rare event at *now* happen."""
    if s.spinning > 0 and room[s.spin_first].spin_until <= now:
        note_pods(s, now)
        s.spin_first = (s.spin_first + 1) % room.size
        s.spinning -= 1
        s.ready += 1
        log_pods(room, s)
    elif s.alarms > 0 and room[0].alarm <= now:
        item = pop_alarm(room, s)
        if item == _NONE:
            return
        if room[item].away:
            room[item].away = False
            room[item].due = inf
            s.orbit -= 1
            s.attempts += 1
            enqueue(room, rule, words, s, now, item)
        else:
            give_up(room, rule, words, s, now, item)
    else:
        s.cool_first = (s.cool_first + 1) % room.size
        s.cool_size -= 1
        aim(room, rule, s, now)


@compiled
def finish(room: Records, rule: Rule, s: Course) -> None:
    """Count what still waits at the horizon, and the pods and the overload until then."""
    item = s.head if s.queued > 0 else _NONE
    while item != _NONE:
        if not room[item].given_up:
            s.waiting += 1
            s.late += rule.horizon - room[item].first > rule.late_after
        item = room[item].after
    for at in range(s.alarms):
        item = room[at].alarm_entry
        if room[item].away and room[item].due == room[at].alarm:
            s.late += rule.horizon - room[item].first > rule.late_after
    if s.queued > 0:
        note_overload(room, s, rule.horizon)
    note_pods(s, rule.horizon)


@compiled
def operate(
    starts: Floats, holds: Floats, words: Words, rules: Records, room: Records, courses: Records
) -> bool:
    """Run requests that come at *starts*, ascending, for *holds*; False if the room is too small.

    The first of *rules* is the station's. The first of *courses* says with how many pods it opens,
    and is filled. What comes before 0 is run too; pods, overload and its spells are counted from 0
    to the horizon.
    """
    s, rule = courses[0], rules[0]
    ends = np.empty(room.size)
    ends[0] = inf
    s.head, s.tail, s.free = _NONE, _NONE, _NONE
    s.wanted, s.rare, s.changed = s.ready, inf, -inf
    log_pods(room, s)
    coming, request = inf, 0
    if starts.size > 0:
        coming = starts[0]
    while not s.full:
        now = min(coming, ends[0], s.rare)
        if now >= rule.horizon:
            finish(room, rule, s)
            return True
        if ends[0] <= now:
            pop_end(ends, s.busy)
            s.busy -= 1
            is_plain = s.queued == 0
        elif s.rare <= now:
            happen(room, rule, words, s, now)
            is_plain = False
        else:
            s.attempts += 1
            is_plain = s.queued == 0 and s.busy < s.ready * rule.slots
            if is_plain:
                begin(ends, rule, s, now, holds[request], now)
            else:
                enqueue(room, rule, words, s, now, entry(room, s, holds[request], now))
            request += 1
            coming = starts[request] if request < starts.size else inf
        if is_plain and pods_wanted(rule, s) == s.wanted:
            continue
        steer(room, rule, s, now)
        serve(ends, room, rule, s, now)
        next_rare(room, s)
    return False
