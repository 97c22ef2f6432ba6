"""The simulation's job by SimPy and by Ciw: queue_peers.py simpy|ciw USERS SEED BEHAVIOUR.

BEHAVIOUR is a JSON object of plain numbers. Prints {"messages", "seconds"} of one simulated week;
loading the packages is not counted.
"""

import json
import sys
import time
from collections.abc import Generator, Mapping

import numpy as np

WEEK = 7 * 24 * 60.0


def with_simpy(chat: Mapping[str, float], users: int, seed: int) -> tuple[int, float]:
    """Each user, each session and each generation is a process; slots in use are counted."""
    import simpy  # noqa: PLC0415  # each peer loads its own package only

    start = time.perf_counter()
    rng = np.random.default_rng(seed)
    environment = simpy.Environment()
    sent, in_use, since = 0, 0, 0.0
    held: dict[int, float] = {}

    def change(by: int) -> None:
        nonlocal in_use, since
        held[in_use] = held.get(in_use, 0.0) + environment.now - since
        in_use, since = in_use + by, environment.now

    def generation() -> Generator[simpy.Event, None, None]:
        change(1)
        yield environment.timeout(rng.lognormal(chat["hold_mu"], chat["hold_sd"]))
        change(-1)

    def session() -> Generator[simpy.Event, None, None]:
        nonlocal sent
        for _ in range(rng.geometric(1 / chat["messages_per_session"])):
            environment.process(generation())
            sent += 1
            part = "short" if rng.random() < chat["short_share"] else "long"
            yield environment.timeout(rng.lognormal(chat[f"{part}_mu"], chat[f"{part}_sd"]))

    def user() -> Generator[simpy.Event, None, None]:
        while True:
            yield environment.timeout(rng.exponential(1 / chat["rate"]))
            environment.process(session())

    for _ in range(users):
        environment.process(user())
    environment.run(until=WEEK)
    return sent, time.perf_counter() - start


def with_ciw(chat: Mapping[str, float], users: int, seed: int) -> tuple[int, float]:
    """Sessions go from a node of generations to one of gaps and back; the first is tracked.

    A customer of Ciw cannot be at two nodes, so that a gap begins with the end of a generation.
    """
    import ciw  # noqa: PLC0415  # each peer loads its own package only

    start = time.perf_counter()
    lognormal = ciw.dists.Lognormal
    gaps = ciw.dists.MixtureDistribution(
        [lognormal(chat[f"{part}_mu"], chat[f"{part}_sd"]) for part in ("short", "long")],
        [chat["short_share"], 1 - chat["short_share"]],
    )
    go_on = 1 - 1 / chat["messages_per_session"]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(users * chat["rate"]), None],
        service_distributions=[lognormal(chat["hold_mu"], chat["hold_sd"]), gaps],
        number_of_servers=[float("inf")] * 2,
        routing=[[0.0, go_on], [1.0, 0.0]],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network, tracker=ciw.trackers.NodePopulationSubset([0]))
    simulation.simulate_until_max_time(WEEK)
    simulation.statetracker.state_probabilities()
    records = simulation.get_all_records(only=["service"])
    return sum(record.node == 1 for record in records), time.perf_counter() - start


def main() -> None:
    """Run one job and print what it took."""
    name, users, seed, chat = sys.argv[1:]
    run = {"simpy": with_simpy, "ciw": with_ciw}[name]
    messages, seconds = run(json.loads(chat), int(users), int(seed))
    print(json.dumps({"messages": messages, "seconds": seconds}))


if __name__ == "__main__":
    main()
