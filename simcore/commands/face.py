"""What commands have in common: their options, the types of arguments, and how answers go out."""

from __future__ import annotations

import argparse
import csv
import importlib.util
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simcore.ladder import Run

OK, FINDINGS, BAD_INPUT, INTERNAL = 0, 1, 2, 3
Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
Commands = argparse._SubParsersAction  # noqa: SLF001  # argparse gives the type no other name
_PLOT_INCHES = (9.0, 5.0)
_PLOT_DPI = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: plain *facts*, flat *rows*, a *text* for people, and a drawing.

    JSON is the facts with the rows under *rows_name*; CSV is the rows.
    """

    facts: Mapping[str, Plain]
    rows_name: str
    rows: Sequence[Mapping[str, Plain]]
    text: str
    draw: Callable[[Figure], None] | None = None

    def plain(self) -> dict[str, Plain]:
        """Return the object that JSON prints."""
        return {**self.facts, self.rows_name: list(self.rows)}


def command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    summary: str,
    notes: str,
    run: Callable[[argparse.Namespace], int],
    *,
    without: Collection[str] = (),
) -> argparse.ArgumentParser:
    """Add a command with the options that all have; *notes* describes what --json prints.

    *without* names those of "preset", "seed" and "plot" that it does not have.
    """
    made = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=notes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(command=run)
    if "preset" not in without:
        made.add_argument(
            "--preset",
            default="weekly-max",
            help="weekly-max, time-share, or the path of a TOML file (default: %(default)s)",
        )
    if "seed" not in without:
        made.add_argument(
            "--seed",
            type=whole(0, 2**63),
            default=1,
            help="seed of the random numbers; the same seed gives the same answer (default: 1)",
        )
    made.add_argument(
        "--jobs",
        type=whole(1, 256),
        default=None,
        help="threads (default: one a processor); the answer does not depend on it",
    )
    shape = made.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print JSON")
    shape.add_argument("--csv", action="store_true", help="print the rows as CSV")
    if "plot" not in without:
        made.add_argument(
            "--plot",
            type=_plot_file,
            metavar="FILE",
            help="also draw the answer into FILE (.png, .svg or .pdf; needs matplotlib)",
        )
    made.add_argument("--quiet", action="store_true", help="print no progress")
    made.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    return made


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from *low* to *high*."""

    def read(text: str) -> int:
        try:
            found = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not low <= found <= high:
            raise argparse.ArgumentTypeError(f"{found} is outside {low} to {high}")
        return found

    return read


def number(low: float, high: float) -> Callable[[str], float]:
    """Return a reader of numbers from *low* to *high*."""

    def read(text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number, such as 0.95") from None
        if not low <= found <= high:
            raise argparse.ArgumentTypeError(f"{text} is outside {low:g} to {high:g}")
        return found

    return read


def add_effort(made: argparse.ArgumentParser, batches: int) -> None:
    """Add how much a ladder may simulate."""
    made.add_argument(
        "--batches",
        type=whole(2, 10_000),
        default=batches,
        help="batches of 32 weeks a rung, at most (default: %(default)s)",
    )


def run_of(options: argparse.Namespace) -> Run:
    """Return the seed, effort, jobs and progress that the *options* say."""
    import numpy as np

    from simcore.ladder import Effort, Run

    return Run(
        np.random.SeedSequence(options.seed),
        Effort(options.batches, within=getattr(options, "within", 0.0)),
        jobs_of(options),
        progress_of(options),
    )


def jobs_of(options: argparse.Namespace) -> int:
    """Return the threads to use: those asked for, or one a processor."""
    if options.jobs:
        return int(options.jobs)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def progress_of(options: argparse.Namespace) -> Callable[[int, int], None] | None:
    """Return who hears of progress: the terminal, or nobody where there is none."""
    return None if options.quiet or not sys.stderr.isatty() else _progress


def _progress(done: int, total: int) -> None:
    """Rewrite one line on the terminal; the last one clears it."""
    text = f"\r{done / total:4.0%}" if done < total else "\r    \r"
    print(text, end="", file=sys.stderr, flush=True)


def emit(answer: Answer, options: argparse.Namespace) -> int:
    """Print the *answer* in the form asked for, and draw it if asked; returns the exit code."""
    if answer.draw is not None and options.plot is not None:
        _draw(answer.draw, options.plot)
    if options.json:
        print(json.dumps(answer.plain(), indent=2, allow_nan=False))
    elif options.csv:
        print(csv_of(answer.rows), end="")
    else:
        print(answer.text)
    return OK


def csv_of(rows: Sequence[Mapping[str, Plain]]) -> str:
    r"""Return flat *rows* as CSV, a column for each key in the order of first appearance.

    >>> csv_of([{"users": 25, "slots": 20.5}])
    'users,slots\n25,20.5\n'
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _plot_file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .png, .svg or .pdf")
    if importlib.util.find_spec("matplotlib") is None:
        raise argparse.ArgumentTypeError(
            "matplotlib is not installed; drawing needs the extra [plot]: "
            "pip install 'compute-allocation[plot]'"
        )
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {str(path.parent)!r}")
    return path


def _draw(draw: Callable[[Figure], None], path: Path) -> None:
    """Draw into *path*, which appears whole or not at all."""
    from matplotlib.figure import Figure

    figure = Figure(_PLOT_INCHES, layout="constrained")
    draw(figure)
    handle, made = tempfile.mkstemp(suffix=path.suffix, dir=path.parent)
    os.close(handle)
    try:
        # Without its date a file is the same whenever it is made.
        undated = {"Date": None} if path.suffix.lower() == ".svg" else {"CreationDate": None}
        figure.savefig(
            made, dpi=_PLOT_DPI, metadata=None if path.suffix.lower() == ".png" else undated
        )
        Path(made).chmod(0o644)
        Path(made).replace(path)
    finally:
        Path(made).unlink(missing_ok=True)
