"""From assumptions to a workbook on disk: assembled, written, given values, moved into place."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from workbook import __version__, theme, xlsx
from workbook.assemble import Simulation, assemble
from workbook.assumptions import Assumptions
from workbook.assumptions.entries import SCHEMA
from workbook.book import Book, lines_of
from workbook.layout import Layout, lay_out
from workbook.simulated import simulate
from workbook.values import Cell, Filled, Value, fill


class OutputError(OSError):
    """The workbook cannot be put where it was asked for."""


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


def make(a: Assumptions, baseline: Assumptions, simulation: Simulation = simulate) -> Built:
    """The workbook for *a*, in memory, with the tables that *simulation* gives.

    Raises values.Disagreement where two engines differ.
    """
    facts = {
        "Generator version": __version__,
        "Schema version": f"v{SCHEMA}",
        "Assumptions digest": a.digest[:16],
        "Follows": a.meta.document,
    } | {file.form.title: file.fact for file in a.data.files.values()}
    book = assemble(a, baseline, facts, simulation)
    look = theme.load()
    layout = lay_out(book, look)
    stamp = datetime.combine(a.control.as_of.value, time(), UTC)
    raw = xlsx.write(layout, look, stamp.replace(tzinfo=None))
    return Built(book, layout, fill(raw, stamp))


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
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(f"{path} is read-only; make it writable, or choose another --out")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    except OSError as error:
        raise OutputError(
            f"cannot write in {path.parent}: {error.strerror}; choose another --out"
        ) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_permissions())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(
            f"cannot write {path}: {error.strerror}; close it if it is open, or change --out"
        ) from None


def _permissions() -> int:
    """What a new file gets from the user's own mask; temporary files are private otherwise."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _plain(value: Value) -> float | str:
    return value if isinstance(value, float) else str(value)
