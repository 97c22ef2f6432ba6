"""What is wrong with parameters, said so that the reader can put it right."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where it stands, what was found, what is allowed.

    >>> print(Fault("mine.toml:7", "behaviour.sigma", "9.0 is outside 0 to 2"))
    mine.toml:7: behaviour.sigma: 9.0 is outside 0 to 2
    """

    place: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.key, self.message) if part)


class ParameterFaults(Exception):
    """Every fault found in the parameters, in one exception."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Hold the *faults* in the order found."""
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
