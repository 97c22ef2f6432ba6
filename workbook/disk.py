"""Files on disk, replaced at once: readers see the old file or the new one, never a part.

Several files that belong together are replaced one after the other, which a killed program cannot
leave half done: what is still to be replaced stands in a journal beside one of them, and
whoever reads that one finishes it first.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path


class OutputError(OSError):
    """A file cannot be put where it was asked for."""


def put(data: bytes, path: Path, option: str = "--out") -> None:
    """Put *data* at *path*, through a link where it is one; a file that is there keeps its mode.

    *option* is what chooses the path on the command line. Raises OutputError, with the remedy,
    where that cannot be done; the old file then stands as it was.
    """
    path = _real(path)
    with ExitStack() as undo:
        _replace(_staged(data, path, option, undo), path, option)
        undo.pop_all()


def put_all(files: Mapping[Path, bytes], head: Path, option: str = "--out") -> None:
    """Put several files in their places as one; whoever reads *head* is to ``finish`` them.

    Raises OutputError, with the remedy, where that cannot be done: before the first is replaced,
    they all stand as they were; after it, ``finish`` does the rest.
    """
    targets, journal = {_real(path): data for path, data in files.items()}, _journal(_real(head))
    with ExitStack() as undo:
        staged = {path: _staged(data, path, option, undo) for path, data in targets.items()}
        if len(staged) > 1:
            steps = [[*map(str, _absolute(n, p)), _digest(p)] for p, n in staged.items()]
            put(json.dumps(steps).encode(), journal, option)
        undo.pop_all()
    for path, new in staged.items():
        if new.exists():  # a reader of *head* may have finished it meanwhile
            _replace(new, path, option)
    journal.unlink(missing_ok=True)


def _journal(path: Path) -> Path:
    """The file that says which files are still to be replaced together with *path*."""
    return path.with_name(f".{path.name}.journal")


def finish(path: Path) -> None:
    """Replace what a killed program has left of the files that belong together with *path*.

    A file that somebody has changed since stays as it is. Raises OutputError where a file cannot
    be replaced.
    """
    path = _real(path)
    journal = _journal(path)
    if not journal.is_file():
        return
    for staged, target, before in _steps(journal):
        if staged.is_file() and _digest(target) == before:
            _replace(staged, target, "its rights")
        staged.unlink(missing_ok=True)
    journal.unlink(missing_ok=True)


def _real(path: Path) -> Path:
    return path.resolve() if path.is_symlink() else path


def _absolute(*paths: Path) -> list[Path]:
    return [path.absolute() for path in paths]


def _steps(journal: Path) -> list[tuple[Path, Path, str]]:
    try:
        said = json.loads(journal.read_bytes())
        return [(Path(new), Path(target), str(before)) for new, target, before in said]
    except (OSError, TypeError, ValueError):
        raise OutputError(f"{journal} cannot be read as a list of files; remove it") from None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _staged(data: bytes, path: Path, option: str, undo: ExitStack) -> Path:
    """A temporary file beside *path* with *data*, safe on the disk; *undo* removes it again."""
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(f"{path} is read-only; make it writable, or choose another {option}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    except OSError as error:
        raise OutputError(
            f"cannot write in {path.parent}: {error.strerror}; choose another {option}"
        ) from None
    temporary = Path(name)
    undo.callback(temporary.unlink, missing_ok=True)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path))
    except OSError as error:
        raise _unwritten(path, error, option) from None
    return temporary


def _replace(new: Path, path: Path, option: str) -> None:
    try:
        new.replace(path)
    except OSError as error:
        raise _unwritten(path, error, option) from None


def _unwritten(path: Path, error: OSError, option: str) -> OutputError:
    return OutputError(
        f"cannot write {path}: {error.strerror}; close it if it is open, or change {option}"
    )


def _mode(path: Path) -> int:
    """That of the file that stands there, or what the user's own mask gives a new one."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
