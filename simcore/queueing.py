"""A pod's queue: arrivals wait for one of its slots, first come, first served."""

from math import log
from typing import NamedTuple

import numpy as np

from simcore.compiled import compiled
from simcore.kernel import TABLE_SIZE, Table, Words, next_word, uniform

_SIZE = np.uint64(TABLE_SIZE - 1)


class Waits(NamedTuple):
    """What arrivals met: how many came, how many waited, and minutes waited in all."""

    arrivals: int
    waited: int
    minutes: float


@compiled
def poisson_queue(
    words: Words, rate: float, holds: Table, servers: int, warm: int, arrivals: int
) -> tuple[int, float]:
    """Send Poisson arrivals at *rate* a minute to *servers*; returns how many waited, and minutes.

    The first *warm* arrivals fill the queue and are not counted. Each arrival takes the slot that
    is free first, which is the order of a single queue.
    """
    free = np.zeros(servers)
    now, minutes, waited = 0.0, 0.0, 0
    for arrival in range(warm + arrivals):
        now -= log(uniform(words)) / rate
        first = 0
        for server in range(1, servers):
            if free[server] < free[first]:
                first = server
        begin = max(now, free[first])
        free[first] = begin + holds[next_word(words) & _SIZE]
        if arrival >= warm and begin > now:
            waited += 1
            minutes += begin - now
    return waited, minutes


def waits(
    rate: float, holds: Table, servers: int, arrivals: int, seed: np.random.SeedSequence
) -> Waits:
    """Return what Poisson *arrivals* met at a pod, from the steady state on.

    *rate* is in requests a minute, *holds* an inverse-CDF table of minutes. The queue is stable
    only below *servers* in use; beyond, waits grow with the number of arrivals.
    """
    words = np.array(np.random.SFC64(seed).state["state"]["state"], np.uint64)
    waited, minutes = poisson_queue(words, rate, holds, servers, 20_000, arrivals)
    return Waits(arrivals, waited, minutes)
