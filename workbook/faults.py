"""What is wrong with the inputs, said so that the reader can put it right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input: where it stands, what was found and what to do.

    *line* counts from 1 and is None where there is no line to point at. *key* is the dotted
    id of the input, or the dotted key of the file, and may be empty.

    >>> print(Fault("upside.toml", 3, "training.mfu", "0.01 is outside 0.05 to 1"))
    upside.toml:3: training.mfu: 0.01 is outside 0.05 to 1
    """

    file: str
    line: int | None
    key: str
    message: str

    @override
    def __str__(self) -> str:
        """Return ``file:line: key: message``, without the parts that are not known."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


SHOWN = 30
"""Faults of one file that are printed; the others are counted."""


class InputFaults(Exception):
    """Every fault found in the inputs, in one exception."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Hold the *faults* in the order found; the message has the first of each file."""
        self.faults: tuple[Fault, ...] = tuple(faults)
        by_file: dict[str, list[Fault]] = {}
        for fault in self.faults:
            by_file.setdefault(fault.file, []).append(fault)
        super().__init__("\n".join(line for own in by_file.values() for line in _listed(own)))


def _listed(faults: list[Fault]) -> list[str]:
    lines = [str(fault) for fault in faults[:SHOWN]]
    more = len(faults) - SHOWN
    return [*lines, f"{faults[0].file}: and {more} more like these"] if more > 0 else lines


def shown(value: object) -> str:
    """Return a value that was found, as its file has it.

    >>> shown("AWS"), shown(True), shown(0.5)
    ('"AWS"', 'true', '0.5')
    """
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case int() | float() | date():
            return str(value)
        case dict():
            return "a table"
        case _:
            return "a list"
