"""What the simulation found, as plain data: no algebra, no cell, and nothing of the simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Cell = float | str


@dataclass(frozen=True, slots=True)
class Origin:
    """What a simulated table was computed from.

    *parameters* are the numbers of its preset that decide it, by their keys; *digest* is of all
    that does. A table without a preset has its parameters under the keys of its own inputs, and
    those that are several numbers in *lists*, by their dotted keys.
    """

    title: str
    digest: str
    seed: int
    parameters: frozenset[str]
    lists: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grid:
    """One simulated table: its columns by key, a cell for each row, and its origin."""

    columns: Mapping[str, tuple[Cell, ...]]
    origin: Origin

    def numbers(self, key: str) -> tuple[float, ...]:
        """A column of numbers. Raises KeyError, and TypeError where a cell is text."""
        cells = self.columns[key]
        if any(isinstance(cell, str) for cell in cells):
            raise TypeError(f"column {key!r} of {self.origin.title!r} has text")
        return tuple(float(cell) for cell in cells)

    def texts(self, key: str) -> tuple[str, ...]:
        """A column of texts. Raises KeyError, and TypeError where a cell is a number."""
        cells = self.columns[key]
        texts = tuple(cell for cell in cells if isinstance(cell, str))
        if len(texts) < len(cells):
            raise TypeError(f"column {key!r} of {self.origin.title!r} has numbers")
        return texts


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


def ladder_of(grid: Grid) -> Ladder:
    """The table of kind “ladder” by rungs, levels and users."""
    return Ladder(
        tuple(dict.fromkeys(grid.texts("rung"))),
        tuple(dict.fromkeys(grid.numbers("level"))),
        tuple(dict.fromkeys(grid.numbers("users"))),
        grid.numbers("slots"),
        grid.numbers("error"),
    )


@dataclass(frozen=True, slots=True)
class Simulated:
    """One preset with its tables by kind; *texts* are its parameters that are no single number."""

    key: str
    name: str
    title: str
    texts: tuple[tuple[str, str], ...]
    tables: Mapping[str, Grid]

    @property
    def ladder(self) -> Ladder:
        """The slots that users need."""
        return ladder_of(self.tables["ladder"])


@dataclass(frozen=True, slots=True)
class Found:
    """Every simulated table of the workbook: those of each preset, and by kind those of none."""

    presets: tuple[Simulated, ...]
    common: Mapping[str, Grid]
