"""Contests between two programs, timed as whole processes, and their table."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and what it adds to the environment."""

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def seconds(self) -> float:
        """Wall-clock seconds of one run, from starting the process to its end."""
        environment = os.environ | dict(self.environment)
        start = time.perf_counter()
        subprocess.run(self.words, env=environment, check=True, capture_output=True, text=True)
        return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Contest:
    """Two programs that do the same work; ours should take at most *goal* times theirs."""

    name: str
    ours: Command
    theirs: Command
    goal: float


@dataclass(frozen=True, slots=True)
class Result:
    """The median seconds of each side."""

    contest: Contest
    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """Our median over theirs."""
        return self.ours / self.theirs


def run(contest: Contest, runs: int) -> Result:
    """Time both sides *runs* times in turn, after one run of each that is not counted.

    Taking turns spreads what else the machine does over both sides.
    """
    pair = (contest.ours, contest.theirs)
    for command in pair:
        command.seconds()
    times = [[command.seconds() for command in pair] for _ in range(runs)]
    ours, theirs = (median(side) for side in zip(*times, strict=True))
    return Result(contest, ours, theirs)


def table(results: Sequence[Result]) -> str:
    """The results as aligned text, one contest a line."""
    width = max([len(result.contest.name) for result in results], default=0)
    lines = [f"{'':{width}}  ours, s  theirs, s  ratio  goal"]
    for result in results:
        met = "met" if result.ratio <= result.contest.goal else "missed"
        lines.append(
            f"{result.contest.name:{width}}  {result.ours:7.3f}  {result.theirs:9.3f}  "
            f"{result.ratio:5.2f}  at most {result.contest.goal:.2f}: {met}"
        )
    return "\n".join(lines)
