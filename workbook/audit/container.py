"""The zip of an xlsx, opened read-only and with limits: its parts by name, and its XML as trees."""

from __future__ import annotations

import posixpath
import stat
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

MOST_BYTES = 100_000_000
"""Largest file that is opened."""

MOST_UNPACKED = 500_000_000
"""Most bytes that all parts of a file may unpack to."""

MOST_RATIO = 300
"""Most bytes that one stored byte of a large part may unpack to."""

LARGE = 5_000_000
"""Parts up to this many bytes may be packed as tightly as they like."""

MOST_PARTS = 10_000

# What the zip reader raises for bytes that make no sense to it.
_BROKEN = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SEALED = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED = 0x1
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


class Refused(Exception):
    """What was asked cannot be done: a file not safe to read, a setting outside its range.

    The message says what was found, where, and how to mend it; one line for each fault.
    """


class _Prologue(Exception):
    """The end of what may stand before a document's first element."""


class Container:
    """The parts of one xlsx, each unpacked when it is asked for and never onto the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = _bytes_of(path)
        try:
            self._zip = ZipFile(BytesIO(self.data))
        except _BROKEN as fault:
            raise self.refusal(
                f"it is no zip, or a part of it is missing ({fault}); send or download it again"
            ) from None
        self._parts = {info.filename: info for info in self._zip.infolist()}
        self._check()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts, in the order of the file."""
        return tuple(self._parts)

    def refusal(self, why: str) -> Refused:
        """The refusal of this file."""
        return Refused(f"{self.path}: {why}")

    def read(self, name: str) -> bytes:
        """The bytes of one part. Raises Refused where it is missing or damaged."""
        info = self._parts.get(name)
        if info is None:
            raise self.refusal(f"it has no part {name!r}; save it again in the program it is from")
        try:
            with self._zip.open(info) as part:
                data = part.read(info.file_size + 1)
        except _BROKEN as fault:
            raise self.refusal(f"part {name!r} is damaged ({fault}); send it again") from None
        if len(data) > info.file_size:
            raise self.refusal(f"part {name!r} is larger than it says; it is not safe to open")
        return data

    def xml(self, name: str) -> ET.Element:
        """The XML of one part. Raises Refused for a DTD, for an entity, and for what is no XML."""
        data = self.read(name)
        try:
            self._refuse_dtd(name, data)
            return ET.fromstring(data)  # noqa: S314 - no DTD, so no entity of its own
        except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as fault:
            raise self.refusal(f"part {name!r} is not XML ({fault}); save it again") from None

    def links(self, name: str) -> Iterator[tuple[str, str, str]]:
        """What a part refers to: id, kind (the last word of its type), and the target.

        A target inside the file is the name of its part; one outside it is as it stands.
        """
        folder, _, file = name.rpartition("/")
        rels = posixpath.join(folder, "_rels", f"{file}.rels")
        if rels not in self._parts:
            return
        for link in self.xml(rels).iter(f"{{{_RELATIONSHIPS}}}Relationship"):
            kind = link.get("Type", "").rpartition("/")[2]
            target = link.get("Target", "")
            if link.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            yield link.get("Id", ""), kind, target

    def _refuse_dtd(self, name: str, data: bytes) -> None:
        def forbidden(*_: object) -> None:
            raise self.refusal(f"part {name!r} has a DTD, which no workbook needs; it is not safe")

        def begun(*_: object) -> None:
            raise _Prologue

        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = forbidden
        parser.StartElementHandler = begun
        try:
            parser.Parse(data, True)  # noqa: FBT003 - it takes no names
        except _Prologue:
            return

    def _check(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MOST_PARTS:
            raise self.refusal(f"it has {len(infos)} parts; at most {MOST_PARTS} are read")
        seen: set[str] = set()
        for info in infos:
            self._check_part(info)
            if info.filename.lower() in seen:
                raise self.refusal(f"it holds part {info.filename!r} twice; save it again")
            seen.add(info.filename.lower())
        unpacked = sum(info.file_size for info in infos)
        if unpacked > MOST_UNPACKED:
            raise self.refusal(
                f"it unpacks to {unpacked:,} bytes; at most {MOST_UNPACKED:,} are read"
            )

    def _check_part(self, info: ZipInfo) -> None:
        name = info.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise self.refusal(f"part {name!r} points outside the file; it is not safe to open")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise self.refusal(f"part {name!r} is a link; it is not safe to open")
        if info.flag_bits & _ENCRYPTED:
            raise self.refusal("it is encrypted; save it without a password")
        if info.file_size > LARGE and info.file_size > MOST_RATIO * info.compress_size:
            raise self.refusal(
                f"part {name!r} unpacks from {info.compress_size:,} to {info.file_size:,} bytes; "
                f"at most {MOST_RATIO} times is read"
            )


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise Refused(f"{path}: it is no file; name an xlsx")
        if size > MOST_BYTES:
            raise Refused(f"{path}: it has {size:,} bytes; at most {MOST_BYTES:,} are read")
        data = path.read_bytes()
    except OSError as fault:
        raise Refused(f"{path}: it cannot be read: {fault.strerror}; check the path") from None
    if data.startswith(_OLE):
        sealed = _SEALED in data
        raise Refused(
            f"{path}: it is encrypted; save it without a password"
            if sealed
            else f"{path}: it is a workbook of the old kind (.xls); save it as .xlsx"
        )
    if not data:
        raise Refused(f"{path}: it is empty; send or download it again")
    return data
