"""One batch experiment: what a rate limit makes of its requests, and the pods that it holds."""

from dataclasses import dataclass
from math import ceil
from typing import Final

from simcore.faults import ParameterFaults
from simcore.limits import limit_faults, limited

MINUTES_AN_HOUR: Final = 60.0
ALMOST: Final = 1e-9
"""How far a number of pods may stand above a whole one and be that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A batch of requests sent as fast as a rate limit on tokens allows.

    *permutations* times *samples* requests of *tokens_per_request* each, at *tokens_per_minute*.
    A completion takes *completion_minutes* and holds one of a pod's *slots_per_pod*.

    >>> memo = Experiment(
    ...     permutations=200,
    ...     samples=400,
    ...     tokens_per_request=4000,
    ...     tokens_per_minute=400_000,
    ...     completion_minutes=0.2,
    ...     slots_per_pod=20,
    ... )
    >>> memo.requests, memo.tokens, round(memo.hours, 2), memo.streams, memo.pods
    (80000, 320000000.0, 13.33, 20.0, 1.0)
    """

    permutations: int = limited("permutations", 1, 100_000, whole=True)
    samples: int = limited("requests/permutation", 1, 1_000_000, whole=True)
    tokens_per_request: float = limited("tokens", 1, 1e7)
    tokens_per_minute: float = limited("tokens/min", 100, 1e10)
    completion_minutes: float = limited("min", 0.001, 60)
    slots_per_pod: int = limited("slots", 1, 100_000, whole=True)

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "experiment"))
        if faults:
            raise ParameterFaults(faults)

    @property
    def requests(self) -> int:
        """Requests of one experiment."""
        return self.permutations * self.samples

    @property
    def tokens(self) -> float:
        """Tokens of one experiment."""
        return self.requests * float(self.tokens_per_request)

    @property
    def hours(self) -> float:
        """Hours from the first request to the last, at the rate limit."""
        return self.tokens / self.tokens_per_minute / MINUTES_AN_HOUR

    @property
    def completions_per_minute(self) -> float:
        """Requests that the rate limit lets through in a minute."""
        return self.tokens_per_minute / self.tokens_per_request

    @property
    def streams(self) -> float:
        """Completions in flight, by Little's law: 100 a minute times 0.2 minutes is 20."""
        return self.completions_per_minute * self.completion_minutes

    @property
    def pods(self) -> float:
        """Pods that the streams fill while the experiment runs."""
        return self.streams / self.slots_per_pod

    @property
    def whole_pods(self) -> int:
        """Pods allocated to the experiment: the streams', rounded up."""
        return max(1, ceil(self.pods - ALMOST))

    @property
    def pod_hours(self) -> float:
        """Pod-hours allocated to one experiment, for prices to multiply."""
        return self.whole_pods * self.hours
