"""What a station of pods reads and writes: its rule, its buffers, and the course of a week.

The compiler knows these records by the names and places of their fields, so they may stand apart
from the code that it compiles.
"""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]


def _record(kind: type) -> np.dtype[np.void]:
    """Return the record with the fields of *kind*, in their order."""
    plain = {"int": np.int64, "float": np.float64, "bool": np.bool_}
    names = {name: getattr(made, "__name__", made) for name, made in kind.__annotations__.items()}
    return np.dtype([(name, plain[str(made)]) for name, made in names.items()])


class Rule(Protocol):
    """How a station is run.

    *per_pod* is pods wanted for each request. *patience* is the mean wait before giving up, inf
    for none. *zombie* is the share of its time that a request given up takes all the same.
    Requests begun after *late_after* minutes, or never, are late.
    """

    slots: int
    minimum: int
    maximum: int
    per_pod: float
    spin_up: float
    cool_down: float
    scales: bool
    patience: float
    is_fixed: bool
    retry: float
    retry_delay: float
    zombie: float
    late_after: float
    horizon: float


class Course(Protocol):
    """One week of a station, as it stands and as it has been counted.

    State: requests *busy* in slots, *queued*, and in *orbit* before they try again; *head* and
    *tail* of the queue; *free* and *used* entries; the size of the heap of *alarms*; pods *ready*,
    *spinning* up and *wanted*; the rings of pods spinning up and of wants that cool down; when the
    next *rare* event is due; *since* when there is a queue; when pods last *changed*.

    Counted: requests *served*, *lost* for good and *waiting* at the end; *attempts* made and those
    that *failed*; requests *late*; minutes *waited* by the served; minutes of *overload*; minutes
    of slots *worked*, and of those *wasted* on nobody; minutes of pods ready and paid; the *most*
    pods paid at once; how many *changes* of pods and *spells* of overload the room holds.
    """

    busy: int
    queued: int
    orbit: int
    head: int
    tail: int
    free: int
    used: int
    alarms: int
    ready: int
    spinning: int
    wanted: int
    spin_first: int
    cool_first: int
    cool_size: int
    changes: int
    spells: int
    full: bool
    served: int
    lost: int
    waiting: int
    attempts: int
    failed: int
    late: int
    most: int
    rare: float
    since: float
    changed: float
    waited: float
    overload: float
    worked: float
    wasted: float
    ready_minutes: float
    paid_minutes: float


class Row(Protocol):
    """A row of a station's room: several buffers side by side, which share nothing but a place.

    An entry is a request in the queue or in orbit: its time in a slot, when it was *first* sent,
    when its alarm is *due* (it gives up, or comes back if it is *away*), whether it was given up,
    and its neighbours in the queue. The heap of alarms holds times and entries. The rings hold
    when pods are ready, and until when a want counts. A change says the pods then ready and paid;
    a spell, the first and last minutes of an overload.
    """

    hold: float
    first: float
    due: float
    away: bool
    given_up: bool
    before: int
    after: int
    alarm: float
    alarm_entry: int
    spin_until: float
    cool_until: float
    cool_want: int
    change: float
    ready: int
    paid: int
    spell_begin: float
    spell_end: float


RULE: Final = _record(Rule)
COURSE: Final = _record(Course)
ROW: Final = _record(Row)
