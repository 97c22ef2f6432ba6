"""Weeks of demand sent through a station of pods, one policy beside the other."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import ceil
from typing import Final, NamedTuple

import numpy as np

from simcore.behaviour import Behaviour
from simcore.cascade import PATIENT, Cascade, Waiting
from simcore.concurrency import WEEKS_A_BATCH, Progress, unspent, words_of
from simcore.course import COURSE, ROW, RULE, Records
from simcore.demand import Arrivals, arrivals
from simcore.episodes import spells_above
from simcore.faults import Fault, ParameterFaults
from simcore.kernel import Counts, Floats
from simcore.offered import mean_rate_factor
from simcore.profile import HOURS_A_WEEK
from simcore.scaling import Scaling
from simcore.station import operate

WEEK: Final = HOURS_A_WEEK * 60.0
"""Minutes."""

LATE_AFTER: Final = 1.0
"""Minutes after which a request that has no slot is late: longer than an answer takes itself."""

_ROOM: Final = 1 << 13
_MESSAGES_AT_ONCE: Final = 4_000_000
"""Messages of a batch that are held in memory, about: 64 MB."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a station is run: its pods, and what those do who wait."""

    name: str
    scaling: Scaling
    cascade: Cascade = PATIENT
    late_after: float = LATE_AFTER

    def rule(self, horizon: float) -> Records:
        """Return the policy as the compiled loop reads it.

        A pod that would not be ready within the *horizon* is never started.
        """
        scaling, cascade = self.scaling, self.cascade
        rule = np.zeros(1, RULE)
        values: dict[str, float] = {
            "slots": scaling.slots_per_pod,
            "minimum": scaling.minimum,
            "maximum": scaling.maximum,
            "per_pod": scaling.pods_per_request,
            "spin_up": scaling.spin_up,
            "cool_down": scaling.cool_down,
            "scales": not scaling.is_static and scaling.spin_up < horizon,
            "patience": cascade.mean_patience,
            "is_fixed": cascade.waiting is Waiting.FIXED,
            "retry": cascade.retry,
            "retry_delay": cascade.retry_delay,
            "zombie": cascade.zombie,
            "late_after": self.late_after,
            "horizon": horizon,
        }
        for name, value in values.items():
            rule[name] = value
        return rule


class Week(NamedTuple):
    """One week of a station.

    *course* is its record. From *changes[i]* on, *pods[i]* were ready and paid (the first change
    is the opening). *spells* are the first and last minutes of each overload: requests in the
    queue, which is to say more of them than slots ready.
    """

    course: np.void
    changes: Floats
    pods: Counts
    spells: Floats

    def ready_above(self, pods: int, horizon: float = WEEK) -> Floats:
        """Return the spells in which more than so many *pods* were ready."""
        return spells_above(self.changes, self.pods[:, 0].astype(float), pods, horizon)


class Station:
    """A policy with its buffers, to run one week after the other on one thread."""

    def __init__(self, policy: Policy, horizon: float = WEEK) -> None:
        """Make a station that is watched from 0 to the *horizon*, in minutes."""
        self.rule = policy.rule(horizon)
        self._room = np.empty(_ROOM, ROW)

    def run(self, demand: Arrivals, seed: np.random.SeedSequence) -> Week:
        """Return the course of *demand*; *seed* is for patience and retries.

        The station opens with the pods that generations already running want.
        """
        start, hold = np.ascontiguousarray(demand.start), np.ascontiguousarray(demand.hold)
        while True:
            courses = np.zeros(1, COURSE)
            courses["ready"] = self._opening(int(np.searchsorted(start, 0.0)))
            if operate(start, hold, words_of(seed), self.rule, self._room, courses):
                return self._week(courses)
            self._room = np.empty(2 * len(self._room), ROW)

    def _opening(self, running: int) -> int:
        rule = self.rule[0]
        wanted = ceil(running * float(rule["per_pod"])) if rule["scales"] else 0
        return int(min(max(wanted, rule["minimum"]), rule["maximum"]))

    def _week(self, courses: Records) -> Week:
        changed = self._room[: int(courses[0]["changes"])]
        spells = self._room[: int(courses[0]["spells"])]
        return Week(
            courses[0].copy(),
            changed["change"].copy(),
            np.column_stack([changed["ready"], changed["paid"]]),
            np.column_stack([spells["spell_begin"], spells["spell_end"]]),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """How much to run: independent *batches* of *weeks*, on as many threads as *jobs*."""

    seed: np.random.SeedSequence
    batches: int
    weeks: int
    jobs: int = 1
    progress: Progress | None = None

    def part(self, at: int, parts: int) -> "Span":
        """Return the same for one of several *parts* of a task, whose progress goes on."""
        whole = self.progress
        if whole is None:
            return self
        return replace(self, progress=lambda done, total: whole(at * total + done, parts * total))


def span_of(
    behaviour: Behaviour, users: int, weeks: int, seed: np.random.SeedSequence, jobs: int = 1
) -> Span:
    """Return a span of about so many *weeks*, in batches that fit into memory."""
    messages = users * behaviour.messages_per_day * 7 * mean_rate_factor(behaviour)
    size = min(max(int(_MESSAGES_AT_ONCE / messages), 1), WEEKS_A_BATCH, max(weeks // 2, 1))
    return Span(seed, max(ceil(weeks / size), 2), size, jobs)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy met: the weeks of each batch."""

    policy: Policy
    weeks: tuple[tuple[Week, ...], ...]

    def counted(self, name: str) -> Floats:
        """Return what the records of the weeks say under *name*: batch by week."""
        return np.array([[float(week.course[name]) for week in batch] for batch in self.weeks])

    @property
    def messages(self) -> Floats:
        """Messages of each week: those served, lost, waiting or about to try again."""
        names = ("served", "lost", "waiting", "orbit")
        return np.asarray(sum(self.counted(name) for name in names))


def operated(
    behaviour: Behaviour, users: int, policies: Sequence[Policy], span: Span
) -> list[Outcome]:
    """Send the same weeks of demand through each policy.

    Each batch has a seed of its own, so the result is the same for any number of jobs; and each
    policy meets the same demand and draws the same words, so that differences are those of the
    policies.

    Raises:
        ParameterFaults: a policy's cascade never drains; how long its overloads last would say
            nothing but when the simulation stops.
    """
    faults = [fault for policy in policies for fault in _drain_faults(policy)]
    if faults:
        raise ParameterFaults(faults)

    def batch(seed: np.random.SeedSequence) -> list[tuple[Week, ...]]:
        of_demand, of_stations = unspent(seed).spawn(2)
        demand = arrivals(behaviour, users, span.weeks, of_demand)
        seeds = of_stations.spawn(span.weeks)
        return [_course(policy, demand, seeds) for policy in policies]

    with ThreadPoolExecutor(max(span.jobs, 1)) as pool:
        batches = []
        for done, weeks in enumerate(pool.map(batch, unspent(span.seed).spawn(span.batches)), 1):
            batches.append(weeks)
            if span.progress:
                span.progress(done, span.batches)
    by_policy = zip(*batches, strict=True)
    return [Outcome(policy, weeks) for policy, weeks in zip(policies, by_policy, strict=True)]


def _drain_faults(policy: Policy) -> Iterator[Fault]:
    cascade = policy.cascade
    if not cascade.drains:
        yield Fault(
            "",
            "cascade",
            f"retry {cascade.retry:g} and zombie {cascade.zombie:g} give a gain of "
            f"{cascade.gain:g}, which never drains; make them add up to less than 1",
        )


def _course(
    policy: Policy, demand: Sequence[Arrivals], seeds: Sequence[np.random.SeedSequence]
) -> tuple[Week, ...]:
    station = Station(policy)
    return tuple(station.run(week, seed) for week, seed in zip(demand, seeds, strict=True))
