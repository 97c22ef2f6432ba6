"""Messages a second: the simulation against raw sampling, SimPy and Ciw: sim_speed.py [--runs N].

All run the same job in turn, on one core: users of the time-share preset on its first rung for a
week, with the slots in use counted. Raw sampling draws two normals and a uniform for each message
with numpy's fastest generator, and does nothing with them. Then the cost over the number of users.
SimPy and Ciw are no part of the project: they get an environment of their own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from environments import SkippedError, environment

from simcore.activity import gap_components, habits_of, window_hours
from simcore.behaviour import MINUTES_A_DAY, Behaviour, Rung, log_normal
from simcore.capacity import needs
from simcore.concurrency import words_of
from simcore.kernel import Observed, nested_week
from simcore.ladder import Run
from simcore.preset import Measure
from simcore.presets import load_preset
from simcore.profile import HOURS_A_WEEK

PACKAGES = ("simpy==4.1.2", "ciw==3.2.7")
RAW, USERS = 2_000_000, 2000
GOALS = {"numpy, raw sampling": 3.0, "SimPy": 1_000.0, "Ciw": 10_000.0}
EXACT, AGGREGATE = (10, 100, 1000, 10_000), (1000, 10_000, 100_000, 1_000_000)

Timed = tuple[int, float]


def raw(seed: int) -> Timed:
    """Draw the variates of messages and nothing else."""
    rng = np.random.Generator(np.random.SFC64(seed))
    start = time.perf_counter()
    rng.standard_normal(2 * RAW)
    rng.random(RAW)
    return RAW, time.perf_counter() - start


def ours(behaviour: Behaviour, users: int, seed: int) -> Timed:
    """Simulate users for a week, with the time at each level counted."""
    grid = np.zeros(HOURS_A_WEEK * 60 * 2, np.int32)
    observed = Observed(np.zeros((1, 200), np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64))
    shared = np.full(window_hours(), -behaviour.offset)
    words, habits = words_of(np.random.SeedSequence(seed)), habits_of(behaviour)
    start = time.perf_counter()
    nested_week(words, habits, shared, np.array([users]), grid, 2.0, observed)
    return int(observed.messages.sum()), time.perf_counter() - start


def peer(python: Path, behaviour: Behaviour, name: str, users: int, seed: int) -> Timed:
    """Simulate a few users for a week by another package, in its own environment."""
    short, long = gap_components(behaviour)
    mu, sd = log_normal(behaviour.holding_mean, behaviour.holding_cv)
    chat = {
        "rate": behaviour.messages_per_day / behaviour.messages_per_session / MINUTES_A_DAY,
        "messages_per_session": behaviour.messages_per_session,
        "short_share": short.weight,
        "short_mu": short.mu,
        "short_sd": short.sd,
        "long_mu": long.mu,
        "long_sd": long.sd,
        "hold_mu": mu,
        "hold_sd": sd,
    }
    program = str(Path(__file__).parent / "queue_peers.py")
    words = (str(python), program, name, str(users), str(seed), json.dumps(chat))
    found = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return int(found["messages"]), float(found["seconds"])


def speeds(contenders: dict[str, Callable[[int], Timed]], runs: int) -> dict[str, float]:
    """The median messages a second of each, run in turn after one run that is not counted."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for seed in range(runs + 1):
        for name, run in contenders.items():
            messages, seconds = run(seed)
            if seed:
                found[name].append(messages / seconds)
    return {name: median(values) for name, values in found.items()}


def table(found: dict[str, float]) -> str:
    """The speeds as aligned text, with what each goal asks for."""
    mine = found["simcore"]
    lines = [f"{'':<22}{'messages/s':>14}{'ns each':>10}{'simcore : it':>14}  goal"]
    for name, speed in found.items():
        line = f"{name:<22}{speed:>14,.0f}{1e9 / speed:>10,.1f}{mine / speed:>14,.1f}"
        if name in GOALS:
            met = "met" if mine / speed >= GOALS[name] else "missed"
            line += f"  at least {GOALS[name]:,.0f}: {met}"
        lines.append(line)
    return "\n".join(lines)


def growth(behaviour: Behaviour, runs: int) -> str:
    """The seconds of a week by the exact engine, and of an answer by the aggregate, over N."""
    lines = [f"{'users':>10}{'a week, every user, s':>24}{'need, aggregate, s':>22}"]
    for users in sorted({*EXACT, *AGGREGATE}):
        week = need = ""
        if users in EXACT:
            week = f"{median(ours(behaviour, users, seed)[1] for seed in range(runs)):.4f}"
        if users in AGGREGATE:
            start = time.perf_counter()
            run = Run(np.random.SeedSequence(1))
            needs(behaviour, Rung.CORRELATION, Measure.TIME_SHARE, [users], [0.95], run)
            need = f"{time.perf_counter() - start:.2f}"
        lines.append(f"{users:>10,}{week:>24}{need:>22}")
    return "\n".join(lines)


def main() -> int:
    """Run every contender that can run here, and print the tables."""
    parser = argparse.ArgumentParser(description="Time the simulation against its peers.")
    parser.add_argument("--runs", type=int, default=7, help="runs of each (default: 7)")
    runs = parser.parse_args().runs
    if runs < 1:
        parser.error("--runs takes a whole number from 1 up")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    preset = load_preset("time-share").behaviour
    behaviour = preset.at(Rung.INDEPENDENT)
    contenders: dict[str, Callable[[int], Timed]] = {
        "numpy, raw sampling": raw,
        "simcore": partial(ours, behaviour, USERS),
    }
    try:
        python = environment("queues", PACKAGES)
        contenders["SimPy"] = partial(peer, python, behaviour, "simpy", 20)
        contenders["Ciw"] = partial(peer, python, behaviour, "ciw", 5)
    except SkippedError as reason:
        print(f"Skipped SimPy and Ciw: {reason}", file=sys.stderr)
    found = speeds(contenders, runs)
    print(f"Median of {runs} runs of each, taken in turn on one core; one simulated week a run.")
    print(table(found))
    print(growth(preset, min(runs, 3)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
