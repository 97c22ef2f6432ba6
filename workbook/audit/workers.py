"""Engines at work in processes of their own: one that hangs or dies is ended, and says so."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from workbook.engines import Cell, CellError, EngineError, Session, Settable, Value, engine

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits
    resource = None  # type: ignore[assignment]

MOST_MEMORY = 8_000_000_000
"""Bytes that one engine may take."""

GRACE = 20.0
"""Seconds that an engine may take to end by itself."""

NO_VALUE = CellError("no value")
"""What stands for a cell that an engine gives no value for."""

Changes: TypeAlias = Sequence[tuple[Cell, Settable]]
Values: TypeAlias = Sequence[Value]


class EngineFailed(EngineError):
    """An engine hung, died or refused the file; the message says which, and why."""


class Worker:
    """One engine with a workbook open, in a process of its own; `close` ends it.

    Work is asked for with `ask` and collected with `answer`, so that several engines work side
    by side.
    """

    def __init__(self, name: str, path: Path, cells: Sequence[Cell], patience: float) -> None:
        self.name = name
        self._patience = patience
        # A process that is started afresh shares no lock or thread with this one.
        spawning = get_context("spawn")
        self._line, theirs = spawning.Pipe()
        self._process = spawning.Process(
            target=_serve, args=(name, path, cells, theirs), name=name, daemon=False
        )
        self._process.start()
        theirs.close()

    def ask(self, changes: Changes) -> None:
        """Have inputs changed, on top of earlier changes, and every cell worked out."""
        with suppress(BrokenPipeError):
            self._line.send(changes)

    def answer(self) -> Values:
        """The values of the cells after the last `ask`. Raises EngineFailed."""
        try:
            if not self._line.poll(self._patience):
                self._end()
                raise EngineFailed(f"no answer within {self._patience:g} seconds; it was ended")
            answer: Values | str = self._line.recv()
        except (EOFError, OSError):
            self._end()
            code = self._process.exitcode
            raise EngineFailed(f"it ended without an answer (exit code {code})") from None
        if isinstance(answer, str):
            self._end()
            raise EngineFailed(answer)
        return answer

    def close(self) -> None:
        """End the engine; a second call does nothing."""
        with suppress(OSError):
            self._line.send(None)
        self._line.close()
        self._process.join(min(self._patience, GRACE))
        self._end()

    def _end(self) -> None:
        if self._process.is_alive():
            self._process.kill()
        self._process.join()


@contextmanager
def at_work(
    names: Sequence[str], path: Path, cells: Sequence[Cell], patience: float
) -> Iterator[Mapping[str, Worker]]:
    """Every named engine with the workbook at *path*, until the end of the ``with``."""
    workers: dict[str, Worker] = {}
    try:
        for name in names:
            workers[name] = Worker(name, path, cells, patience)
        yield workers
    finally:
        for worker in workers.values():
            worker.close()


def _serve(name: str, path: Path, cells: Sequence[Cell], line: Connection) -> None:
    """The life of a worker: open, then answer until it is told to stop or nobody listens."""
    _quieten()
    try:
        with engine(name).open(path) as session:
            while (changes := line.recv()) is not None:
                line.send(_worked_out(session, cells, changes))
    except EOFError:
        return
    except BaseException as fault:  # noqa: BLE001 - an engine's own panic is no Exception
        with suppress(OSError):
            line.send(" ".join(str(fault).replace(str(path), "the workbook").split())[:300])


def _worked_out(session: Session, cells: Sequence[Cell], changes: Changes) -> Values:
    for cell, value in changes:
        session.set(cell, value)
    session.recalculate()
    try:
        return list(session.read(cells).values())
    except EngineError:
        return [_one(session, cell) for cell in cells]


def _one(session: Session, cell: Cell) -> Value:
    try:
        return session.read([cell])[cell]
    except EngineError:
        return NO_VALUE


def _quieten() -> None:
    """Engines write to this process's output; what they say there is no data."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(nowhere, stream)
    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_least(MOST_MEMORY, most), most))


def _least(wanted: int, most: int) -> int:
    return wanted if most < 0 else min(wanted, most)
