"""Readings of the memo that can be argued: a choice, its options, and the one chosen."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Choice
from workbook.book import Axis, Entity, Line, entered
from workbook.expr import Call, Operand, pick, position


class Switch(NamedTuple):
    """One choice: its input line, the table of its options, and the position of the chosen one."""

    line: Line
    options: Axis
    position: Line

    def pick(self, *choices: Operand) -> Call:
        """The value that belongs to the chosen option, one for each in order."""
        if len(choices) != len(self.options.entities):
            raise ValueError(f"{self.line.key} has {len(self.options.entities)} options")
        return pick(self.position, *choices)


def switch(entry: Choice) -> Switch:
    """The switch of an input; the Inputs tab shows all three parts."""
    entities = tuple(Entity(f"option_{i}", text) for i, text in enumerate(entry.options, 1))
    options = Axis(entry.name, entry.label, entities)
    line = entered(entry)
    return Switch(
        line,
        options,
        Line(
            f"{entry.name}_position",
            f"{entry.label}: option chosen",
            "1",
            position(line, options.names),
            how="Its place in the list of options below",
        ),
    )
