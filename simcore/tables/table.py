"""Tables as plain data: keys, units, errors, and the digest of what they were computed from."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simcore.preset import Preset
from simcore.research import Research

Progress = Callable[[int, int], None]
"""Told how many parts are done, of how many."""

Cell = str | int | float
Inputs = Mapping[str, str | int | float | tuple[float, ...]]
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, the unit of its numbers, and what they say.

    *is_key* columns name the row between them; the others hold what was found there.
    """

    key: str
    unit: str
    meaning: str
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by keys, with the seed, inputs and digest that they were computed from."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    seed: int
    inputs: Inputs
    digest: str

    def plain(self) -> dict[str, Any]:
        """Return the table as what JSON can hold."""
        return {
            "name": self.name,
            "title": self.title,
            "digest": self.digest,
            "seed": self.seed,
            "inputs": {key: _plain_input(value) for key, value in self.inputs.items()},
            "columns": [
                {"key": c.key, "unit": c.unit, "meaning": c.meaning, "is_key": c.is_key}
                for c in self.columns
            ],
            "rows": [list(row) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a table is computed from: its *kind*, the preset or research it is of, and its inputs.

    *method* is raised whenever the same inputs would give other rows. *weight* is about how many
    seconds it takes.
    """

    kind: str
    preset: Preset | None
    title: str
    method: int
    columns: tuple[Column, ...]
    inputs: Inputs
    weight: float = 1.0
    research: Research | None = None

    @property
    def name(self) -> str:
        """The name of the table: its kind and its preset."""
        return f"{self.kind}-{self.preset.name}" if self.preset else self.kind

    def digest(self, seed: int) -> str:
        """Return the digest of all that decides the rows."""
        decided = {
            "name": self.name,
            "method": self.method,
            "seed": seed,
            "inputs": {key: _plain_input(value) for key, value in self.inputs.items()},
            "columns": [column.key for column in self.columns],
        }
        return digest_of(decided)

    def table(self, rows: Sequence[Sequence[Cell]], seed: int) -> Table:
        """Return the table of *rows*, their numbers to six digits."""
        return Table(
            name=self.name,
            title=self.title,
            columns=self.columns,
            rows=tuple(tuple(_rounded(cell) for cell in row) for row in rows),
            seed=seed,
            inputs=self.inputs,
            digest=self.digest(seed),
        )


def digest_of(plain: object) -> str:
    """Return the SHA-256 of plain data, the same wherever and whenever it is taken."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain_input(value: str | float | tuple[float, ...]) -> object:
    return list(value) if isinstance(value, tuple) else value


def _rounded(cell: Cell) -> Cell:
    return float(f"{cell:.{_DIGITS}g}") if isinstance(cell, float) else cell
