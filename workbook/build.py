"""From assumptions to a workbook on disk: assembled, written, given values, moved into place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from workbook import theme, xlsx
from workbook.assemble import assemble
from workbook.assumptions import Assumptions
from workbook.book import Book, lines_of
from workbook.layout import Layout, lay_out
from workbook.values import Filled, fill

VERSION = "0.1.0"
SCHEMA = "1"


class OutputError(OSError):
    """The workbook cannot be put where it was asked for."""


@dataclass(frozen=True, slots=True)
class Built:
    """A finished workbook: its bytes, its layout and its values."""

    book: Book
    layout: Layout
    filled: Filled

    @property
    def headline(self) -> dict[str, float | str]:
        """The value of every output, by name."""
        outputs = [line.key for tab in self.book.tabs for line in lines_of(tab) if line.output]
        return {name: self.value(name) for name in outputs}

    def value(self, name: str) -> float | str:
        """The value of a line by its name."""
        place = self.layout.names[name]
        value = self.filled.values[type(next(iter(self.filled.values)))(place.sheet, place.ref)]
        return value if isinstance(value, float | str) else str(value)


def make(a: Assumptions, baseline: Assumptions) -> Built:
    """The workbook for *a*, in memory. Raises values.Disagreement where two engines differ."""
    facts = {
        "Generator version": VERSION,
        "Schema version": SCHEMA,
        "Assumptions digest": a.digest[:16],
        "Follows": a.meta.document,
    }
    book = assemble(a, baseline, facts)
    look = theme.load()
    layout = lay_out(book, look)
    stamp = datetime.combine(a.control.as_of.value, time(), UTC)
    raw = xlsx.write(layout, look, stamp.replace(tzinfo=None))
    return Built(book, layout, fill(raw, stamp))


def save(data: bytes, path: Path) -> None:
    """Put *data* at *path* at once: readers see the old file or the new one, never a part.

    Raises OutputError, with the remedy, where that cannot be done.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder; name a file in it, such as {path / 'book.xlsx'}")
    if path.suffix != ".xlsx":
        raise OutputError(f"{path} does not end in .xlsx; Excel would not open it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    except OSError as error:
        raise OutputError(f"cannot write in {path.parent}: {error.strerror}; choose another --out") from None
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
            f"cannot write {path}: {error.strerror}; close it if it is open, or choose another --out"
        ) from None


def _permissions() -> int:
    """What a new file gets from the user's own mask; temporary files are private otherwise."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def units_of(names: Sequence[str], book: Book) -> dict[str, str]:
    """The unit of lines by name."""
    lines = {line.key: line.unit for tab in book.tabs for line in lines_of(tab)}
    return {name: lines[name] for name in names}
