"""Capacity bought ahead and on demand: `simcore reserve` against slosizer and vllm-sr-sim.

The same trace on the same machine; bench/run.py times them, and this file prints both answers.
slosizer has the same question: units of least cost, their overflow, and the overload of windows.
vllm-sr-sim buys nothing on demand; its nearest question is the GPUs for a rate of requests, checked
by simulation. It reads no trace and draws no replay, and has less to do.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from environments import ROOT, environment
from reserve_question import ON_DEMAND, OUTPUT_WEIGHT, RESERVED, THROUGHPUT, WINDOWS
from timing import Command, Contest

BENCH = ROOT / "bench"
SLOSIZER, SLOSIZER_NEEDS = "slosizer==0.3.1", (3, 13)
VLLM = "vllm-sr-sim==0.1.0.dev20260713123629"
REQUESTS, SECONDS = 20_000, 3600.0
MEAN_TOKENS = (1000.0, 200.0)
"""Mean input and output tokens of a request; both are lognormal with the log-sd below."""
LOG_SD = 0.9


def reserve_against_slosizer(scratch: Path) -> Contest:
    """An hour of 20,000 requests: what to reserve, by both."""
    python = environment("slosizer", (SLOSIZER,), SLOSIZER_NEEDS)
    trace = written_trace(scratch)
    theirs = Command((str(python), str(BENCH / "slosizer_reserve.py"), str(trace)))
    return Contest("simcore reserve : slosizer", ours(trace), theirs, goal=0.2)


def reserve_against_vllm(scratch: Path) -> Contest:
    """The same hour against vllm-sr-sim's sizing for its rate and lengths, and its check."""
    python = environment("vllm-sr-sim", (VLLM,))
    lengths = scratch / "lengths.json"
    lengths.write_text(json.dumps(length_shares(written_trace(scratch))))
    words = ("--cdf", str(lengths), "--lam", f"{REQUESTS / SECONDS:.4f}", "--b-short", "2048")
    sizing = (*words, "--n-sim-req", str(REQUESTS), "--verify-top", "1")
    theirs = Command((str(python.with_name("vllm-sr-sim")), "optimize", *sizing))
    return Contest(
        "simcore reserve : vllm-sr-sim (nearest)", ours(scratch / "trace.csv"), theirs, goal=1.0
    )


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


def main() -> None:
    """Print both answers to the same question."""
    with tempfile.TemporaryDirectory() as folder:
        print(answers(reserve_against_slosizer(Path(folder))))


if __name__ == "__main__":
    main()
