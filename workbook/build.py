"""From assumptions to a workbook on disk: assembled, written, given values, moved into place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from workbook import __version__, theme
from workbook.assemble import Simulation, assemble
from workbook.assumptions import Assumptions
from workbook.assumptions.migrations import SCHEMA
from workbook.book import Book, lines_of
from workbook.disk import OutputError, put
from workbook.filled import Filled, filled
from workbook.layout import Layout, lay_out
from workbook.simulated import simulate
from workbook.values import Cell, Value


@dataclass(frozen=True, slots=True, repr=False)
class Built:
    """A finished workbook: its bytes, its layout and its values."""

    book: Book
    layout: Layout
    filled: Filled

    @property
    def headline(self) -> dict[str, float | str]:
        """The value of every output, by name; an error as its code."""
        outputs = [line.key for tab in self.book.tabs for line in lines_of(tab) if line.output]
        return {name: _plain(self.value(name)) for name in outputs}

    def value(self, name: str) -> Value:
        """The value of a calculated line by its name. Raises KeyError for an input."""
        place = self.layout.names[name]
        cell = Cell(place.sheet, place.ref)
        if cell not in self.filled.values:
            raise KeyError(f"{name} is typed in, not calculated")
        return self.filled.values[cell]

    def number(self, name: str) -> float:
        """The value of a calculated line, which must be a number."""
        value = self.value(name)
        if not isinstance(value, float):
            raise TypeError(f"{name} is {value!r}, not a number")
        return value


def lay(
    a: Assumptions, baseline: Assumptions, simulation: Simulation = simulate
) -> tuple[Book, Layout]:
    """The book for *a* and its layout, with the tables that *simulation* gives."""
    facts = {
        "Generator version": __version__,
        "Schema version": f"v{SCHEMA}",
        "Assumptions digest": a.digest[:16],
        "Follows": a.meta.document,
    } | {file.form.title: file.fact for file in a.data.files.values()}
    book = assemble(a, baseline, facts, simulation)
    return book, lay_out(book, theme.load())


def make(a: Assumptions, baseline: Assumptions, simulation: Simulation = simulate) -> Built:
    """The workbook for *a*, in memory, with the tables that *simulation* gives.

    Raises values.Disagreement where two engines differ.
    """
    book, layout = lay(a, baseline, simulation)
    stamp = datetime.combine(a.control.as_of.value, time(), UTC)
    return Built(book, layout, filled(layout, stamp))


def check_path(path: Path, suffix: str = ".xlsx") -> None:
    """Raise OutputError where no file of this kind can stand at *path*; writes nothing."""
    if path.is_dir():
        name = f"book{suffix}"
        raise OutputError(f"{path} is a folder; name a file in it, such as {path / name}")
    if path.suffix != suffix:
        raise OutputError(f"{path} does not end in {suffix}, by which programs know it; rename it")


def save(data: bytes, path: Path) -> None:
    """Put *data* at *path* at once: readers see the old file or the new one, never a part.

    Raises OutputError, with the remedy, where that cannot be done.
    """
    check_path(path, path.suffix)
    put(data, path)


def _plain(value: Value) -> float | str:
    return value if isinstance(value, float) else str(value)
