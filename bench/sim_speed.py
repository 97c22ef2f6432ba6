"""Messages a second: the simulation against raw sampling, SimPy and Ciw, interleaved on one core.

Each runs the same job: users of the time-share preset on its first rung for a week, with the slots
in use counted. Raw sampling draws two normals and a uniform for each message with numpy's fastest
generator, and does nothing with them. SimPy and Ciw are no part of the project; to run this:
.venv/bin/pip install ciw simpy && .venv/bin/python bench/sim_speed.py
"""

import argparse
import time
from collections.abc import Callable, Generator
from statistics import median

import ciw
import numpy as np
import simpy

from simcore.activity import gap_components, habits_of, window_hours
from simcore.behaviour import Behaviour, Rung, log_normal
from simcore.concurrency import words_of
from simcore.kernel import Observed, nested_week
from simcore.presets import load_preset
from simcore.profile import HOURS_A_WEEK

WEEK = HOURS_A_WEEK * 60.0
RAW = 5_000_000


def raw(_: Behaviour, round_: int) -> int:
    """Draw the variates of messages and nothing else."""
    rng = np.random.Generator(np.random.SFC64(round_))
    rng.standard_normal(2 * RAW)
    rng.random(RAW)
    return RAW


def ours(behaviour: Behaviour, round_: int) -> int:
    """Simulate 2,000 users for a week."""
    grid = np.zeros(int(WEEK) * 2, np.int32)
    observed = Observed(np.zeros((1, 200), np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64))
    shared = np.full(window_hours(), -behaviour.offset)
    words = words_of(np.random.SeedSequence(round_))
    nested_week(words, habits_of(behaviour), shared, np.array([2000]), grid, 2.0, observed)
    return int(observed.messages.sum())


def with_simpy(behaviour: Behaviour, round_: int) -> int:
    """Simulate 20 users for a week, each session and each generation a process."""
    rng = np.random.default_rng(round_)
    sent = 0
    short, long = gap_components(behaviour)
    mu, sd = log_normal(behaviour.holding_mean, behaviour.holding_cv)
    environment = simpy.Environment()

    def generation() -> Generator[simpy.Event, None, None]:
        yield environment.timeout(rng.lognormal(mu, sd))

    def session() -> Generator[simpy.Event, None, None]:
        nonlocal sent
        for _ in range(rng.geometric(1 / behaviour.messages_per_session)):
            environment.process(generation())
            sent += 1
            part = short if rng.random() < short.weight else long
            yield environment.timeout(rng.lognormal(part.mu, part.sd))

    def user() -> Generator[simpy.Event, None, None]:
        rate = behaviour.messages_per_day / behaviour.messages_per_session / 1440
        while True:
            yield environment.timeout(rng.exponential(1 / rate))
            environment.process(session())

    for _ in range(20):
        environment.process(user())
    environment.run(until=WEEK)
    return sent


def with_ciw(behaviour: Behaviour, round_: int) -> int:
    """Simulate the messages of two users for a week, as single arrivals: Ciw has no sessions."""
    mu, sd = log_normal(behaviour.holding_mean, behaviour.holding_cv)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(2 * behaviour.messages_per_day / 1440)],
        service_distributions=[ciw.dists.Lognormal(mu, sd)],
        number_of_servers=[float("inf")],
    )
    ciw.seed(round_)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(WEEK)
    return len(simulation.get_all_records())


def main() -> None:
    """Run every contender in turn, several rounds, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    behaviour = load_preset("time-share").behaviour.at(Rung.INDEPENDENT)
    contenders: dict[str, Callable[[Behaviour, int], int]] = {
        "numpy, raw sampling": raw,
        "simcore": ours,
        "SimPy": with_simpy,
        "Ciw": with_ciw,
    }
    ours(behaviour, 0)  # compiles
    speeds: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(1, rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            messages = run(behaviour, round_)
            speeds[name].append(messages / (time.perf_counter() - start))
    mine = median(speeds["simcore"])
    print(f"{'':<22}{'messages/s':>14}{'simcore is faster by':>24}")
    for name, found in speeds.items():
        print(f"{name:<22}{median(found):>14,.0f}{mine / median(found):>24,.1f}")


if __name__ == "__main__":
    main()
