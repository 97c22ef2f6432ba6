"""What the simulation found, as plain data: no algebra, no cell, and nothing of the simulation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ladder:
    """Slots that numbers of users need, by rung and service level, with standard errors.

    *slots* and *errors* change fastest with the users, then with the level, then with the rung.
    """

    rungs: tuple[str, ...]
    levels: tuple[float, ...]
    users: tuple[float, ...]
    slots: tuple[float, ...]
    errors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a simulated table was computed from.

    *parameters* are the numbers that decide it, by their keys; *digest* is of all that does.
    """

    title: str
    digest: str
    seed: int
    parameters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Simulated:
    """One preset with its tables; *texts* are its parameters that are no single number."""

    key: str
    name: str
    title: str
    texts: tuple[tuple[str, str], ...]
    ladder: Ladder
    origin: Origin
