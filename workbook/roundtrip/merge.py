"""The three-way merge: the value at the build, the cell now, and the file now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbook.roundtrip.findings import Change, Value, same

Take = Literal["theirs", "ours"]


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that was typed in: its label, the row before it (or empty), and its values."""

    label: str
    after: str
    values: Mapping[str, Value]


@dataclass(slots=True)
class Wanted:
    """What is to stand in a set: values and notes by id, labels and rows by table and row key.

    *data* is what it says of files of data, by form.
    """

    values: dict[str, Value] = field(default_factory=dict)
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    added: dict[tuple[str, str], NewRow] = field(default_factory=dict)
    removed: list[tuple[str, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    data: dict[str, dict[str, object]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        parts = (self.values, self.labels, self.added, self.removed, self.notes, self.data)
        return any(parts)


@dataclass(slots=True)
class Merge:
    """Sorts what was typed into changes and conflicts; *take* settles conflicts."""

    take: Take | None
    changed: list[Change] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)

    def takes(self, change: Change) -> bool:
        """Note an input whose cell may differ from the build; whether the cell goes to the file.

        The cell goes there where the file still has what it had at the build. Where the file has
        changed as well, to another value, that is a conflict.
        """
        if same(change.cell, change.base) or same(change.cell, change.file):
            return False
        if same(change.file, change.base):
            self.changed.append(change)
            return True
        return self.settles(change)

    def settles(self, change: Change) -> bool:
        """Note a conflict; whether the cell is taken nevertheless."""
        if self.take == "theirs":
            self.changed.append(change)
        elif self.take is None:
            self.conflicts.append(change)
        return self.take == "theirs"
