"""Files on disk, replaced at once: readers see the old file or the new one, never a part."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


class OutputError(OSError):
    """A file cannot be put where it was asked for."""


def put(data: bytes, path: Path, option: str = "--out") -> None:
    """Put *data* at *path*, through a link where it is one; a file that is there keeps its mode.

    *option* is what chooses the path on the command line. Raises OutputError, with the remedy,
    where that cannot be done; the old file then stands as it was.
    """
    path = path.resolve() if path.is_symlink() else path
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
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(
            f"cannot write {path}: {error.strerror}; close it if it is open, or change {option}"
        ) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """That of the file that stands there, or what the user's own mask gives a new one."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
