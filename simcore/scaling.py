"""How many pods a station runs: a static number, or as many as the need asks for, with a delay."""

from dataclasses import dataclass
from typing import Final

from simcore.faults import Fault, ParameterFaults
from simcore.limits import limit_faults, limited

MOST_PODS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Reactive scaling of pods with *slots_per_pod* slots each.

    Wanted are ceil((1 + *headroom*) x requests in slots and in the queue / *slots_per_pod*) pods,
    and no fewer than *minimum* nor more than *maximum*. A missing pod is started at once and is
    ready *spin_up* minutes later; it is paid for from its start. Pods are kept for the highest
    want of the last *cool_down* minutes, as Kubernetes' stabilisation window does; then pods that
    are spinning up are stopped first, and no running generation is ever cut. With a *minimum* that
    is the *maximum*, pods are static.
    """

    slots_per_pod: int = limited("slots", 1, 1000, whole=True)
    minimum: int = limited("pods", 0, MOST_PODS, whole=True)
    maximum: int = limited("pods", 0, MOST_PODS, whole=True)
    headroom: float = limited("share", 0, 10)
    spin_up: float = limited("min", 0, 100_000)
    cool_down: float = limited("min", 0, 100_000)

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "scaling"))
        if self.minimum > self.maximum:
            message = f"{self.minimum} is above the maximum of {self.maximum}; lower one of them"
            faults.append(Fault("", "scaling.minimum", message))
        if faults:
            raise ParameterFaults(faults)

    @property
    def is_static(self) -> bool:
        """Whether the number of pods never changes."""
        return self.minimum == self.maximum

    @property
    def pods_per_request(self) -> float:
        """Pods wanted for each request in a slot or in the queue."""
        return (1 + self.headroom) / self.slots_per_pod


def static(pods: int, slots_per_pod: int) -> Scaling:
    """Return scaling that always runs this many *pods*.

    >>> static(2, slots_per_pod=20).is_static
    True
    """
    return Scaling(
        slots_per_pod=slots_per_pod,
        minimum=pods,
        maximum=pods,
        headroom=0.0,
        spin_up=0.0,
        cool_down=0.0,
    )


def perfect(slots_per_pod: int) -> Scaling:
    """Return scaling without delay: at every instant as many pods as the need asks for.

    This is memo 000's ideal scenario, in which pods can be allocated instantly on demand.
    """
    return Scaling(
        slots_per_pod=slots_per_pod,
        minimum=0,
        maximum=MOST_PODS,
        headroom=0.0,
        spin_up=0.0,
        cool_down=0.0,
    )
