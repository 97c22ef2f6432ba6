"""Capacity bought ahead and on demand: `simcore reserve` against slosizer and vllm-sr-sim.

The same trace on the same machine, whole processes, in turn: bench/reserve_speed.py [--runs N].
slosizer has the same question: units of least cost, their overflow, and the overload of windows.
vllm-sr-sim buys nothing on demand; its nearest question is the GPUs for a rate of requests, checked
by simulation. It reads no trace, so that it may take half as long.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from contests import ROOT, SkippedError
from reserve_question import ON_DEMAND, OUTPUT_WEIGHT, RESERVED, THROUGHPUT, WINDOWS
from timing import Command, Contest, run, table

BENCH = ROOT / "bench"
SLOSIZER, SLOSIZER_NEEDS = "slosizer==0.3.1", (3, 13)
VLLM, VLLM_NEEDS = "vllm-sr-sim==0.1.0.dev20260713123629", (3, 10)
REQUESTS, SECONDS = 20_000, 3600.0
MEAN_TOKENS = (1000.0, 200.0)
"""Mean input and output tokens of a request; both are lognormal with the log-sd below."""
LOG_SD = 0.9


def reserve_against_slosizer(scratch: Path) -> Contest:
    """An hour of 20,000 requests: what to reserve, by both."""
    python = environment("slosizer", SLOSIZER, SLOSIZER_NEEDS)
    trace = written_trace(scratch)
    theirs = Command((str(python), str(BENCH / "slosizer_reserve.py"), str(trace)))
    return Contest("simcore reserve : slosizer", ours(trace), theirs, goal=0.2)


def reserve_against_vllm(scratch: Path) -> Contest:
    """The same hour against vllm-sr-sim's sizing for its rate and lengths, and its check."""
    python = environment("vllm-sr-sim", VLLM, VLLM_NEEDS)
    lengths = scratch / "lengths.json"
    lengths.write_text(json.dumps(length_shares(written_trace(scratch))))
    words = ("--cdf", str(lengths), "--lam", f"{REQUESTS / SECONDS:.4f}", "--b-short", "2048")
    sizing = (*words, "--n-sim-req", str(REQUESTS), "--verify-top", "1")
    theirs = Command((str(python.with_name("vllm-sr-sim")), "optimize", *sizing))
    return Contest(
        "simcore reserve : vllm-sr-sim (nearest)", ours(scratch / "trace.csv"), theirs, goal=2.0
    )


CONTESTS: tuple[Callable[[Path], Contest], ...] = (reserve_against_slosizer, reserve_against_vllm)


def ours(trace: Path) -> Command:
    """The question as a command of this project."""
    windows = [word for window in WINDOWS for word in ("--window", f"{window:g}")]
    prices = ("--price", f"{RESERVED:g}", "--on-demand", f"{ON_DEMAND:g}")
    work = ("--work", "input", "--work", f"output={OUTPUT_WEIGHT:g}")
    words = (*work, "--throughput", f"{THROUGHPUT:g}", *prices, *windows, "--json")
    return Command((sys.executable, "-m", "simcore", "reserve", "--trace", str(trace), *words))


def written_trace(scratch: Path) -> Path:
    """An hour of requests whose rate swings by half within ten minutes."""
    rng = np.random.default_rng(20250707)
    uniform = np.sort(rng.random(4 * REQUESTS)) * SECONDS
    kept = rng.random(uniform.size) < (2 + np.sin(uniform * (2 * np.pi / 600))) / 3
    times = np.sort(rng.permutation(uniform[kept])[:REQUESTS])
    tokens = [
        np.maximum(rng.lognormal(np.log(mean) - LOG_SD**2 / 2, LOG_SD, REQUESTS).astype(int), 1)
        for mean in MEAN_TOKENS
    ]
    rows = "\n".join(f"{t:.3f},{i},{o}" for t, i, o in zip(times, *tokens, strict=True))
    trace = scratch / "trace.csv"
    trace.write_text(f"time,input,output\n{rows}\n")
    return trace


def length_shares(trace: Path) -> list[tuple[int, float]]:
    """The shares of requests up to each length in tokens, as vllm-sr-sim reads them."""
    lengths = np.loadtxt(trace, delimiter=",", skiprows=1)[:, 1:].sum(axis=1)
    edges = 2 ** np.arange(6, 17)
    return [(int(edge), float(np.mean(lengths <= edge))) for edge in edges]


def environment(name: str, package: str, needs: tuple[int, int]) -> Path:
    """The interpreter of an environment of its own with *package*, made at the first use."""
    home = ROOT / ".bench" / name
    python, ready = home / "bin" / "python", home / package
    if ready.exists():
        return python
    newer = next(pythons(needs), None)
    if newer is None:
        wanted = ".".join(map(str, needs))
        raise SkippedError(f"{name} needs Python {wanted} or later, and none was found on the PATH")
    print(f"Setting up {home.relative_to(ROOT)}, once", file=sys.stderr)
    try:
        Command((newer, "-m", "venv", "--clear", str(home))).seconds()
        Command((str(python), "-m", "pip", "install", "--quiet", package)).seconds()
    except subprocess.CalledProcessError as error:
        raise SkippedError(f"{name} could not be installed: {error.stderr.strip()}") from error
    ready.touch()
    return python


def pythons(needs: tuple[int, int]) -> Iterator[str]:
    """Interpreters on this machine of at least this version, this one first."""
    versions = sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python3"))
    named = (shutil.which(f"python3.{minor}") for minor in range(needs[1], needs[1] + 3))
    for candidate in (sys.executable, *filter(None, named), *map(str, versions)):
        test = f"import sys; sys.exit(sys.version_info < {needs})"
        # A shim can be on the PATH without an interpreter behind it.
        if (
            subprocess.run((candidate, "-c", test), check=False, capture_output=True).returncode
            == 0
        ):
            yield candidate


def answers(contest: Contest) -> str:
    """What each side says, from one run of each."""
    said = [
        json.loads(subprocess.run(side.words, check=True, capture_output=True, text=True).stdout)
        for side in (contest.ours, contest.theirs)
    ]
    mine, other = said
    plan = mine["plans"][0]
    lines = [f"{'':<22}{'simcore':>12}{'slosizer':>12}"]
    lines += [f"{'units of least cost':<22}{plan['units']:>12g}{other['units']:>12g}"]
    lines += [f"{'USD an hour':<22}{plan['cost']:>12.4f}{other['cost']:>12.4f}"]
    seen = {c["window"]: c["replay"] for c in mine["checks"] if c["quantity"] == "average above"}
    for window in WINDOWS:
        share = other["above"][f"{window:g}"]
        lines += [f"{f'above, {window:g} s':<22}{seen[window]:>12.5f}{share:>12.5f}"]
    return "\n".join(lines)


def main() -> int:
    """Hold the contests, and print both answers to the same question."""
    parser = argparse.ArgumentParser(description="Time simcore reserve against its peers.")
    parser.add_argument("--runs", type=int, default=7, help="runs of each program (default: 7)")
    runs = parser.parse_args().runs
    results = []
    for prepare in CONTESTS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                contest = prepare(Path(folder))
                results.append(run(contest, runs))
            except SkippedError as reason:
                print(f"Skipped {prepare.__name__}: {reason}", file=sys.stderr)
                continue
            if prepare is reserve_against_slosizer:
                print(answers(contest))
    print(f"Median of {runs} runs of each, taken in turn; whole processes.")
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
