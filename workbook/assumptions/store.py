"""Everything that files and settings give, by target and attribute, in the order given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.assumptions.document import Document
    from workbook.faults import Fault

Target = tuple[str, ...]
ANY_ROW = "*"
"""The row of a target that is a column: ``("fleet", "*", "quantity")``."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value as given: by which *document*, at which *path*, in which *layer*.

    The baseline is layer 0; every overlay is one more, and settings are the last.
    """

    value: object
    document: Document
    path: tuple[str, ...]
    layer: int

    def fault(self, key: str, message: str) -> Fault:
        """Return a fault of *key*, placed where this was given."""
        return self.document.fault(self.path, key, message)


@dataclass(slots=True)
class Store:
    """The attributes given for each target, oldest first, and the rows of each table."""

    given: dict[Target, dict[str, list[Given]]] = field(default_factory=dict)
    rows: dict[str, dict[str, Given]] = field(default_factory=dict)
    removals: dict[str, Given] = field(default_factory=dict)

    def add(self, target: Target, attribute: str, given: Given) -> None:
        """Add one attribute of a target; what was given before stays on record."""
        self.given.setdefault(target, {}).setdefault(attribute, []).append(given)

    def add_row(self, table: str, key: str, given: Given) -> None:
        """Note a row; it keeps the place where it was first given."""
        self.rows.setdefault(table, {}).setdefault(key, given)

    def remove_row(self, table: str, key: str, given: Given) -> None:
        """Forget a row, and what was given for its cells; *given* is what removes it."""
        del self.rows[table][key]
        self.removals[table] = given
        for target in [each for each in self.given if each[:2] == (table, key)]:
            del self.given[target]

    def move_row(self, table: str, key: str, after: str) -> None:
        """Put a row behind another of its table."""
        rows = self.rows[table]
        moved = rows.pop(key)
        ordered = list(rows.items())
        place = list(rows).index(after) + 1
        self.rows[table] = dict([*ordered[:place], (key, moved), *ordered[place:]])

    def history(self, target: Target, attribute: str) -> list[Given]:
        """Return everything given for an attribute, oldest first."""
        return self.given.get(target, {}).get(attribute, [])

    def last(self, target: Target, attribute: str) -> Given | None:
        """Return what counts for an attribute: the last given."""
        history = self.history(target, attribute)
        return history[-1] if history else None

    def attributes(self, target: Target) -> dict[str, Given]:
        """Return what counts for every attribute of a target."""
        return {name: history[-1] for name, history in self.given.get(target, {}).items()}
