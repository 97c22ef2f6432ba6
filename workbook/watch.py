"""Watching files: run again whenever one of them changes, until told to stop.

Files are asked for their state twice a second. That needs no package, works on every kind of disk
(network folders send no notices), and costs less than a thousandth of one processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

PAUSE = 0.5
"""Seconds between two looks."""

State = Mapping[Path, tuple[int, int, int] | None]
Wait = Callable[[float], None]


def state_of(files: Iterable[Path]) -> State:
    """What tells one content of each file from the next; None for a file that is not there."""
    return {path: _stamp(path) for path in files}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def watch(files: Callable[[], Iterable[Path]], run: Callable[[], None], wait: Wait = time.sleep) -> None:
    """Call *run* once, and again after each change of *files*, once they rest between two looks.

    The list of files is asked for anew each time, as a change may name others. Ends only with an
    exception, such as KeyboardInterrupt from *wait* or *run*.
    """
    seen = state_of(files())
    run()
    while True:
        wait(PAUSE)
        now = state_of(files())
        if now == seen:
            continue
        while True:
            # an editor may still be writing, or be between removing the old file and naming the new
            wait(PAUSE)
            later = state_of(files())
            if later == now:
                break
            now = later
        seen = now
        run()
