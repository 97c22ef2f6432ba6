"""Sets of assumptions side by side: the outputs of their books, as text, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from workbook.assumptions import Assumptions, baseline, load
from workbook.assumptions.sets import changed, found
from workbook.book import lines_of
from workbook.build import Built

Make = Callable[[Assumptions], Built]
Figure = float | str

WHOLE_FROM = 10_000
"""Figures from here on are told without a fraction."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the sets compared: a set, or several that stand over one another."""

    name: str
    title: str
    inputs_changed: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Output:
    """One output: its defined name, label, unit, and the key of its number format."""

    id: str
    label: str
    unit: str
    show: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outputs of each side; the first is what the others are held against."""

    sides: tuple[Side, ...]
    outputs: tuple[Output, ...]
    as_of: datetime

    def change(self, side: Side, output: Output) -> float | None:
        """The change against the first side, as a share of it; None where there is none to tell."""
        first, other = self.sides[0].figures[output.id], side.figures[output.id]
        if isinstance(first, str) or isinstance(other, str) or first == 0:
            return None
        return other / first - 1


def files_of(name: str) -> list[Path]:
    """The files of one side: a set's name, a file, or several of them joined by a plus.

    >>> [path.name for path in files_of("upside+mine.toml")]
    ['upside.toml', 'mine.toml']
    """
    parts = [name] if Path(name).exists() else name.split("+")
    return [found(Path(part)) for part in parts]


def compare(names: Sequence[str], make: Make) -> Comparison:
    """Build the book of each side, and read its outputs. Raises InputFaults.

    A side that is named twice counts once.
    """
    names = list(dict.fromkeys(names))
    sets = [load(files_of(name)) for name in names]
    books = [make(a) for a in sets]
    first = baseline()
    sides = tuple(
        Side(name, a.meta.title, len(changed(a, first)), book.headline)
        for name, a, book in zip(names, sets, books, strict=True)
    )
    lines = [line for tab in books[0].book.tabs for line in lines_of(tab) if line.output]
    outputs = tuple(Output(line.key, line.label, line.unit, line.show) for line in lines)
    latest = max(a.control.as_of.value for a in sets)
    return Comparison(sides, outputs, datetime.combine(latest, time(), UTC))


def as_plain(found: Comparison) -> dict[str, object]:
    """The comparison as one JSON object."""
    return {
        "sets": [
            {"name": s.name, "title": s.title, "inputs_changed": s.inputs_changed}
            for s in found.sides
        ],
        "outputs": [
            {
                "id": output.id,
                "label": output.label,
                "unit": output.unit,
                "values": {s.name: s.figures[output.id] for s in found.sides},
                "change": {s.name: found.change(s, output) for s in found.sides[1:]},
            }
            for output in found.outputs
        ],
    }


def as_csv(found: Comparison) -> str:
    """The comparison as CSV, at full precision."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    names = [_plain_text(s.name) for s in found.sides]
    writer.writerow(["id", "label", "unit", *names])
    for output in found.outputs:
        figures = [s.figures[output.id] for s in found.sides]
        writer.writerow([output.id, output.label, output.unit, *figures])
    return file.getvalue()


def _plain_text(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_markdown(found: Comparison) -> str:
    """The comparison as a table in Markdown, with each change against the first side."""
    heads = ["Output", "Unit", *(_escaped(s.name) for s in found.sides)]
    heads += [
        f"{_escaped(s.name)} against {_escaped(found.sides[0].name)}" for s in found.sides[1:]
    ]
    rows = [heads, ["---", "---", *(["---:"] * (len(heads) - 2))]]
    rows += [[_escaped(cell) for cell in row] for row in _rows(found)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    sets = [
        f"- {_escaped(s.name)}: {_escaped(s.title)}, {s.inputs_changed} inputs differ from the memo"
        for s in found.sides
    ]
    return "\n".join([*lines, "", *sets, ""])


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def as_text(found: Comparison) -> str:
    """The comparison as columns for a terminal."""
    heads = ["Output", "Unit", *(s.name for s in found.sides), *("change" for _ in found.sides[1:])]
    rows = [heads, *_rows(found)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < len(("label", "unit")) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _rows(found: Comparison) -> list[list[str]]:
    return [
        [
            output.label,
            output.unit,
            *(_worded(s.figures[output.id], output.unit) for s in found.sides),
            *(_share(found.change(s, output)) for s in found.sides[1:]),
        ]
        for output in found.outputs
    ]


def _worded(figure: Figure, unit: str) -> str:
    if isinstance(figure, str):
        return figure
    if unit == "share":
        return f"{figure:.2%}"
    whole = abs(figure) >= WHOLE_FROM or figure == int(figure)
    return f"{figure:,.0f}" if whole else f"{figure:,.5g}"


def _share(change: float | None) -> str:
    return f"{change:+.1%}" if change else "–"
