"""What a preset is: named, sourced parameters, and the service that capacity must give."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from simcore.behaviour import Behaviour
from simcore.faults import ParameterFaults
from simcore.limits import limit_faults, limited


class Measure(StrEnum):
    """What a service level is a share of.

    WEEKLY_MAX: weeks in which the slots are never exceeded. TIME_SHARE: time within the slots.
    """

    WEEKLY_MAX = "weekly maximum"
    TIME_SHARE = "share of time"


@dataclass(frozen=True, slots=True)
class Service:
    """The service that capacity must give: *level* of *measure* within *slots*."""

    measure: Measure
    level: float = limited("share", 0.5, 0.9999)
    slots: int = limited("slots", 1, 100_000, whole=True)

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "service"))
        if faults:
            raise ParameterFaults(faults)


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter as the preset says it: value, unit, the range it may take, its source."""

    value: float | tuple[float, ...] | str
    unit: str
    low: float | None
    high: float | None
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of parameters, with what it reproduces of the memo and what it contradicts."""

    name: str
    title: str
    reproduces: tuple[str, ...]
    contradicts: tuple[str, ...]
    behaviour: Behaviour
    service: Service
    entries: Mapping[str, Entry]
