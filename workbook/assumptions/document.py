"""A TOML file: its content, and the line on which a key stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.disk import OutputError, finish
from workbook.faults import Fault, InputFaults

Keys = tuple[str, ...]
"""A path of keys in a TOML file: ("training", "mfu", "value")."""

_HEADER = re.compile(r"\s*\[\[?(?P<keys>[^\[\]=]+)\]\]?\s*(#.*)?$")
_STATEMENT = re.compile(r"""\s*(?P<keys>[\w."'\- ]+?)\s*=""")
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_TWICE = re.compile(r"Cannot (overwrite|declare|mutate)|Duplicate", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """Where entries come from: a file by *name* with its *text*, or the command line.

    Paths that it gives are relative to *folder*.
    """

    name: str
    text: str | None = None
    folder: Path = Path()

    def line(self, path: Keys) -> int | None:
        """Return the line, from 1, on which the key at *path* or its nearest parent stands."""
        best, depth = None, 0
        for number, keys in _statements(self.text or ""):
            shared = min(len(keys), len(path))
            if keys[:shared] == path[:shared] and shared > depth:
                best, depth = number, shared
        return best

    def fault(self, path: Keys, key: str, message: str) -> Fault:
        """Return a fault of *key*, placed at the line of *path*."""
        return Fault(self.name, self.line(path), key, message)


def _statements(text: str) -> list[tuple[int, Keys]]:
    """Return the line and the full path of every header and key of *text*."""
    table: Keys = ()
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            table = _split(header["keys"])
            found.append((number, table))
        elif statement := _STATEMENT.match(line):
            found.append((number, table + _split(statement["keys"])))
    return found


def _split(keys: str) -> Keys:
    return tuple(key.strip().strip("\"'") for key in keys.split("."))


def read(path: Path, name: str, unsaved: str | None = None) -> tuple[Document, dict[str, Any]]:
    """Return the file at *path* and its content; *name* is what faults call it.

    *unsaved* is the text that is to stand there, in place of what does. Raises InputFaults if it is
    not a readable TOML file in UTF-8 (a byte-order mark is fine). An import into the file that was
    killed between two of its files is finished first.
    """
    try:
        if unsaved is None:
            finish(path)
        text = path.read_bytes().decode("utf-8-sig") if unsaved is None else unsaved
    except OutputError as unfinished:
        raise _unreadable(name, str(unfinished)) from None
    except FileNotFoundError:
        raise _unreadable(name, "there is no such file; check the path") from None
    except IsADirectoryError:
        raise _unreadable(name, "is a folder; give a TOML file") from None
    except OSError as error:
        raise _unreadable(name, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise _unreadable(name, message, line) from None
    try:
        return Document(name, text, path.parent), tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputFaults([_syntax_fault(Document(name, text), str(error))]) from None
    except (ValueError, RecursionError):
        message = "has a number too long or brackets too deep to read; write it plainly"
        raise _unreadable(name, message) from None


def _unreadable(name: str, message: str, line: int | None = None) -> InputFaults:
    return InputFaults([Fault(name, line, "", message)])


def _syntax_fault(document: Document, error: str) -> Fault:
    lines = (document.text or "").rstrip().split("\n")
    place = _PLACE.search(error)
    number = int(place["line"]) if place and place["line"] else len(lines)
    reason = _PLACE.sub("", error)
    if not _TWICE.match(reason):
        message = f"is not valid TOML: {reason[:1].lower()}{reason[1:]}; correct this line"
        return Fault(document.name, number, "", message)
    twice = _twice(document, number)
    return Fault(document.name, number, twice, "is given twice in this file; keep one")


def _twice(document: Document, number: int) -> str:
    """Return the dotted key on line *number*, or the nearest before it."""
    before = [keys for line, keys in _statements(document.text or "") if line <= number]
    return ".".join(before[-1]) if before else ""
