"""Sample weeks for charts: slots wanted, and pods needed, ready and paid, in bins of time."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour
from simcore.concurrency import unspent
from simcore.demand import Arrivals, arrivals
from simcore.kernel import Floats
from simcore.operation import WEEK, Policy, Station

BIN_MINUTES: Final = 15.0


@dataclass(frozen=True, slots=True)
class Trace:
    """One week of *users*, an entry a bin; *hours* are the bins' starts, from Monday's midnight.

    *slots_mean* and *slots_peak* are generations that would be in slots if none ever waited.
    *pods_needed* is the fewest pods for the peak. *pods_ready* and *pods_paid* are means over the
    bin, and *overload* the minutes of it with requests in the queue.
    """

    users: int
    hours: Floats
    slots_mean: Floats
    slots_peak: Floats
    pods_needed: Floats
    pods_ready: Floats
    pods_paid: Floats
    overload: Floats


def trace(
    behaviour: Behaviour,
    users: int,
    policy: Policy,
    seed: np.random.SeedSequence,
    width: float = BIN_MINUTES,
) -> Trace:
    """Return a sample week of *users* under *policy*, in bins of *width* minutes.

    The demand of a seed does not depend on the policy.
    """
    of_demand, of_station = unspent(seed).spawn(2)
    demand = arrivals(behaviour, users, 1, of_demand)[0]
    week = Station(policy).run(demand, of_station)
    edges = np.append(np.arange(0.0, WEEK, width), WEEK)
    slots_mean, slots_peak = binned(*in_flight(demand), edges)
    ready, _ = binned(week.changes, week.pods[:, 0].astype(float), edges)
    paid, _ = binned(week.changes, week.pods[:, 1].astype(float), edges)
    spells = week.spells.ravel()
    in_overload, _ = binned(spells, np.resize([1.0, 0.0], spells.size), edges)
    return Trace(
        users=users,
        hours=edges[:-1] / 60,
        slots_mean=slots_mean,
        slots_peak=slots_peak,
        pods_needed=np.ceil(slots_peak / policy.scaling.slots_per_pod),
        pods_ready=ready,
        pods_paid=paid,
        overload=in_overload * np.diff(edges),
    )


def in_flight(demand: Arrivals) -> tuple[Floats, Floats]:
    """Return when the generations in flight change in number, and their number from then on.

    >>> in_flight(Arrivals(np.array([0.0, 1.0]), np.array([1.0, 3.0])))
    (array([0., 1., 4.]), array([1., 1., 0.]))
    """
    ends = np.sort(demand.start + demand.hold)
    times = np.unique(np.concatenate([demand.start, ends]))
    begun = np.searchsorted(demand.start, times, "right")
    ended = np.searchsorted(ends, times, "right")
    return times, (begun - ended).astype(float)


def binned(changes: Floats, levels: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Return mean and peak of a path within each bin between *edges*, both ascending.

    The path has *levels[i]* from *changes[i]* on, and 0 before.

    >>> binned(np.array([0.0, 1.0, 3.0]), np.array([2.0, 6.0, 0.0]), np.array([0.0, 2.0, 4.0]))
    (array([4., 3.]), array([6., 6.]))
    """
    times = np.unique(np.concatenate([changes[changes < edges[-1]], edges]))
    held = np.concatenate([[0.0], levels])[np.searchsorted(changes, times, "right")]
    inside = slice(*np.searchsorted(times, edges[[0, -1]]))
    first = np.searchsorted(times[inside], edges[:-1])
    area = held[inside] * np.diff(times[inside.start :])
    widths = np.diff(edges)
    mean = np.add.reduceat(area, first) / widths
    return np.asarray(mean), np.asarray(np.maximum.reduceat(held[inside], first))
