"""A file of requests as rows of text: CSV, compressed CSV or Parquet, with the line of each row."""

import csv
import gzip
import io
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simcore.fitting.refusal import refused
from simcore.fitting.stamps import is_data

DELIMITERS: Final = (",", ";", "\t", "|")
_LOOK: Final = 20
"""Rows by which the delimiter is chosen."""
_PARQUET, _GZIP, _ZIP = b"PAR1", b"\x1f\x8b", b"PK\x03\x04"
_MARKS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as text: *header* names the columns, each row has as many cells.

    *lines* has the line (of Parquet: the row) on which each row begins, and *faults* the rows that
    are no rows: (line, what is wrong). *notes* say what was assumed. *delimiter* is "" for Parquet.
    """

    name: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    faults: list[tuple[int, str]]
    notes: tuple[str, ...]
    delimiter: str

    def column(self, index: int) -> list[str]:
        """Return the cells of a column, without the blanks around them."""
        return [row[index].strip() for row in self.rows]


def read_sheet(path: Path) -> Sheet:
    """Read a CSV (plain or gzip) or a Parquet file, known by its content and not its name.

    Raises:
        ParameterFaults: the file cannot be read, or has no rows.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refused(str(path), f"cannot be read: {error.strerror}") from error
    if content.startswith(_GZIP):
        content = _unpacked(path.name, content)
    if content.startswith(_ZIP):
        raise refused(path.name, "is a ZIP archive; unpack it first")
    if content.startswith(_PARQUET):
        from simcore.fitting.parquet import parquet_cells  # noqa: PLC0415  # pyarrow is for it alone

        header, rows = parquet_cells(path.name, content)
        return Sheet(path.name, header, rows, list(range(1, len(rows) + 1)), [], (), "")
    text, notes = _decoded(path.name, content)
    return _separated(path.name, text, notes)


def _unpacked(name: str, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise refused(name, f"is damaged: it cannot be unpacked ({error})") from error


def _decoded(name: str, content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text, and a note where its encoding is not the usual one."""
    encoding = next(code for mark, code in _MARKS if content.startswith(mark))
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError:
        if b"\0" in content:
            raise refused(name, "is neither CSV nor Parquet: it holds binary data") from None
        return content.decode("latin-1"), ("the file is not UTF-8; it was read as Latin-1",)


def _delimiter(text: str) -> str:
    """Return the delimiter that splits the first rows into most cells, evenly."""

    def cells(delimiter: str) -> tuple[bool, int]:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        counts: list[int] = []
        # What cannot be read by this delimiter is told when the rows are.
        with suppress(csv.Error):
            for _, row in zip(range(_LOOK), lines, strict=False):
                counts += [len(row)] if row else []
        if not counts:
            return False, 0
        usual = max(set(counts), key=counts.count)
        return usual > 1 and counts.count(usual) * 2 > len(counts), usual

    return max(DELIMITERS, key=cells)


def _separated(name: str, text: str, notes: tuple[str, ...]) -> Sheet:
    if not text.strip():
        raise refused(name, "is empty")
    delimiter = _delimiter(text[: 1 << 16])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: tuple[str, ...] = ()
    sheet = Sheet(name, header, [], [], [], notes, delimiter)
    begun = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            message = f"cannot be read, nor can what follows: {error}; is a quote left open?"
            sheet.faults.append((begun, message))
            break
        if row is None:
            _check_end(sheet, text, delimiter, reader.line_num)
            break
        if any(cell.strip() for cell in row):
            if header:
                _take(sheet, row, begun, reader.line_num, len(header))
            else:
                header = tuple(cell.strip() for cell in row)
        begun = reader.line_num + 1
    return _with_header(sheet, header)


def _check_end(sheet: Sheet, text: str, delimiter: str, last: int) -> None:
    """Move the last row to the faults if a quote is still open where the file ends."""
    if not sheet.lines or sheet.lines[-1] >= last:
        return
    begun = sheet.lines[-1]
    rest = "\n".join(text.splitlines()[begun - 1 :])
    try:
        list(csv.reader(io.StringIO(rest, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        sheet.rows.pop()
        sheet.lines.pop()
        message = f"a quote is open from here to the end of the file, line {last}"
        sheet.faults.append((begun, message))


def _take(sheet: Sheet, row: list[str], begun: int, ended: int, wanted: int) -> None:
    """Add a row to the sheet, or to its faults where it has too few or too many cells."""
    if len(row) > wanted and not any(cell.strip() for cell in row[wanted:]):
        row = row[:wanted]
    if len(row) == wanted:
        sheet.rows.append(row)
        sheet.lines.append(begun)
        return
    message = f"{len(row)} cells where the header has {wanted}"
    if ended > begun:
        message += f", over lines {begun} to {ended}; is a quote left open?"
    sheet.faults.append((begun, message))


def _with_header(sheet: Sheet, header: tuple[str, ...]) -> Sheet:
    """Return the sheet with its header; a first row that holds data becomes the first row."""
    rows, lines, notes = sheet.rows, sheet.lines, sheet.notes
    if any(is_data(cell) for cell in header):
        rows, lines = [list(header), *rows], [1, *lines]
        header = tuple(f"column {number}" for number in range(1, len(header) + 1))
        notes = (*notes, "the file has no header; its columns are named column 1, column 2, ...")
    if not rows:
        raise refused(sheet.name, "has a header and no rows" if not sheet.faults else _first(sheet))
    return Sheet(sheet.name, header, rows, lines, sheet.faults, notes, sheet.delimiter)


def _first(sheet: Sheet) -> str:
    line, message = sheet.faults[0]
    return f"has no row that can be read; line {line}: {message}"
