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
Files = Callable[[], Iterable[Path]]
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


def watch(files: Files, run: Callable[[], None], wait: Wait = time.sleep) -> None:
    """Call *run* once, and again after each change of *files*, once they rest between two looks.

    The list is asked for anew after each run, as what was read may name further files. Ends only
    with an exception, such as KeyboardInterrupt out of *wait* or *run*.
    """
    while True:
        before = state_of(files())
        run()
        # a file that changed while it was being read differs from before; a new one does not
        known = {**state_of(files()), **before}
        while (now := state_of(known)) == known:
            wait(PAUSE)
        _rest(now, wait)


def _rest(state: State, wait: Wait) -> None:
    """Wait until an editor has done: it may be writing, or between removing and renaming."""
    while True:
        wait(PAUSE)
        later = state_of(state)
        if later == state:
            return
        state = later
