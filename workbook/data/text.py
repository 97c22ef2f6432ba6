"""From a file to lines of cells: encoding, size, separators and quotation marks."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

LARGEST = 5_000_000
"""Bytes of the largest file that is read; 1,000 rows of a form take some 100,000."""

SAVE = "save it as CSV UTF-8 (in Excel: Save as, CSV UTF-8, comma delimited)"
_SIGNATURES = {
    b"PK\x03\x04": "is a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "is an old or a protected workbook",
    b"%PDF": "is a PDF",
    b"\xff\xfe": "is in UTF-16",
    b"\xfe\xff": "is in UTF-16",
}


class Unreadable(Exception):
    """A file, or a line of it, that cannot be read as CSV; *line* is None for the whole file."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one record, and the line that it begins on, from 1."""

    line: int
    cells: tuple[str, ...]

    @property
    def blank(self) -> bool:
        """Whether nothing stands in any cell."""
        return not any(cell.strip(" ") for cell in self.cells)


def cells_of(path: Path) -> tuple[list[Cells], Unreadable | None]:
    """The records of the file at *path* that are not blank, and what stopped the reading.

    Raises Unreadable where there is no record at all.
    """
    records, stopped = _records(_decoded(_bytes(path)))
    found = [record for record in records if not record.blank]
    if not found:
        raise stopped or Unreadable("is empty; it needs a line of headers")
    return found, stopped


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Unreadable("is a folder; give a CSV file")
        if path.exists() and not path.is_file():
            raise Unreadable("is no ordinary file; give a CSV file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise Unreadable("there is no such file; check the path") from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}; check the path") from None
    except ValueError:
        raise Unreadable("is no path of a file; check the path") from None
    if len(content) > LARGEST:
        most = f"{LARGEST / 1e6:.0f} MB"
        raise Unreadable(
            f"is larger than {most}, and no form needs that; check that it is the file"
        )
    return content


def _decoded(content: bytes) -> str:
    for signature, what in _SIGNATURES.items():
        if content.startswith(signature):
            raise Unreadable(f"{what}; {SAVE}")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Unreadable(f"has a NUL byte, so it is no text; {SAVE}", line)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; {SAVE}"
        raise Unreadable(message, line) from None


def _records(text: str) -> tuple[list[Cells], Unreadable | None]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Cells] = []
    while True:
        line = reader.line_num + 1
        try:
            found.append(Cells(line, tuple(next(reader))))
        except StopIteration:
            return found, None
        except csv.Error as error:
            return found, Unreadable(_said(str(error)), line)


def _said(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark is opened here and never closed; close or remove it"
    if "field limit" in error:
        return "a cell is far too long; a quotation mark may be missing"
    return "text stands beside a quotation mark; double the marks inside a quoted cell"
