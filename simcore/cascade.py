"""What those do who wait: patience, trying again, and work that is done for nobody.

A spike that makes people give up and try again feeds itself: memo 000's cascading failure.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final

from simcore.faults import ParameterFaults
from simcore.limits import limit_faults, limited
from simcore.theory import erlang_b

_NEGLIGIBLE: Final = 1e-18
"""The share of the whole below which further states of a queue are left out."""

_LARGE: Final = 1e100
"""Weights are scaled down beyond this, before they overflow."""

_REPETITIONS: Final = 500


class Waiting(StrEnum):
    """How long people wait in the queue before they give up."""

    ENDLESS = "endless"
    EXPONENTIAL = "exponential"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """What becomes of requests that wait.

    A request gives up after *patience* minutes in the queue (in the mean, where *waiting* is
    exponential; never, where it is endless). Then it comes back with chance *retry*, after an
    exponential time of mean *retry_delay*, and waits afresh; otherwise it is lost. *zombie* is the
    share of its time in a slot that a request given up takes all the same: above 0 it keeps its
    place in the queue, for nobody. At 0 it leaves the queue at once; at 1 it runs to its end.
    """

    waiting: Waiting
    patience: float = limited("min", 0, 10_000)
    retry: float = limited("share", 0, 1)
    retry_delay: float = limited("min", 0.01, 10_000)
    zombie: float = limited("share", 0, 1)

    def __post_init__(self) -> None:
        if faults := list(limit_faults(self, "cascade")):
            raise ParameterFaults(faults)

    @property
    def gain(self) -> float:
        """What one failure brings back, in requests: *retry* + *zombie*; 0 where none gives up.

        Where a share f of attempts fails, a message makes 1/(1 - f retry) attempts and takes
        H (1 - f (1 - zombie))/(1 - f retry) of a slot's time. That falls with f while the gain is
        below 1, so that failures relieve the station, and rises with f above it.

        >>> Cascade(
        ...     waiting=Waiting.FIXED, patience=1.0, retry=0.7, retry_delay=1.0, zombie=0.2
        ... ).gain
        0.8999999999999999
        """
        return 0.0 if self.waiting is Waiting.ENDLESS else self.retry + self.zombie

    @property
    def drains(self) -> bool:
        """Whether an overload relieves itself: the gain is below 1.

        At a gain of 1 or more each failure brings at least as much work as it sheds. The overload
        then lasts until demand is far below what the station could serve, or for ever, and how
        long a simulation says depends on when it stops.
        """
        return self.gain < 1

    @property
    def mean_patience(self) -> float:
        """Minutes of patience in the mean, inf where it is endless."""
        return inf if self.waiting is Waiting.ENDLESS else self.patience

    def load(self, failing: float) -> float:
        """Return slot time a message where a share *failing* of attempts fails, over its own.

        >>> cascade = Cascade(
        ...     waiting=Waiting.FIXED, patience=1.0, retry=0.5, retry_delay=1.0, zombie=0.8
        ... )
        >>> cascade.load(0.0), cascade.load(1.0)
        (1.0, 1.6)
        """
        return (1 - failing * (1 - self.zombie)) / (1 - failing * self.retry)


PATIENT: Final = Cascade(
    waiting=Waiting.ENDLESS, patience=0.0, retry=0.0, retry_delay=1.0, zombie=0.0
)
"""Everybody waits for as long as it takes."""


def erlang_a(offered: float, servers: int, patience: float) -> float:
    """Return the share of arrivals that give up in an M/M/c+M queue (Erlang A; Palm 1957).

    *offered* is in busy servers and *patience* the mean patience in mean holding times. With n in
    the system, deaths come at min(n, c) + max(n - c, 0)/patience per holding time; those beyond
    the servers each give up at 1/patience, so that the share is their mean number over
    *patience* x *offered*.

    With a patience of one holding time n is Poisson, whatever the servers: with 1 offered to 1
    server the mean queue is 1 - (1 - 1/e) = 1/e.

    >>> round(erlang_a(offered=1.0, servers=1, patience=1.0), 6)
    0.367879
    """
    weight = whole = 1.0
    queue, size = 0.0, 0
    while size <= servers or weight > whole * _NEGLIGIBLE:
        size += 1
        weight *= offered / (min(size, servers) + max(size - servers, 0) / patience)
        whole += weight
        queue += max(size - servers, 0) * weight
        if whole > _LARGE:
            weight, queue, whole = weight / whole, queue / whole, 1.0
    return queue / whole / (patience * offered)


def slow_retry_blocking(offered: float, servers: int, retry: float) -> float:
    """Return the share of attempts that fail where nobody waits and retries come back late.

    Late retries are as good as fresh Poisson arrivals, so that the share B solves
    B = Erlang B(*offered*/(1 - *retry* B)); found from below by repetition (Cohen 1957).

    >>> round(slow_retry_blocking(offered=16.0, servers=20, retry=0.0), 5)
    0.06441
    """
    failing = 0.0
    for _ in range(_REPETITIONS):
        failing = erlang_b(offered / (1 - retry * failing), servers)
    return failing
