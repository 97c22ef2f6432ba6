"""The ladder: the most users that one pod's slots serve, rung by rung, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour, Rung
from simcore.concurrency import Plan, Progress, Sample, ascending, simulate, unspent
from simcore.kernel import Floats
from simcore.preset import Measure, Service

CONFIDENCE: Final = 0.95
REACH: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""Half an interval of that confidence, in standard errors."""

_PILOT_BATCHES: Final = 4
_MOST_DOUBLINGS: Final = 16
_MOST_USERS: Final = 5000
_ROUND: Final = 8
NEAR: Final = (0.88, 0.94, 1.0, 1.06, 1.12)
"""Multiples of the pilot's answer at which the final sample is taken."""
_CELLS: Final = {Measure.WEEKLY_MAX: 10.0, Measure.TIME_SHARE: 2.0}
"""Observations a minute. A maximum wants close ones: 6 s is a sixth of a holding time."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How many batches of independent weeks a rung gets, at most.

    A rung stops early once half its interval is *within* this share of the users.
    """

    batches: int = 160
    weeks: int = 32
    within: float = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """How to run: the seed, how much, on how many threads, and who hears of the progress."""

    seed: np.random.SeedSequence
    effort: Effort = field(default_factory=Effort)
    jobs: int = 1
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: the most users, and the Monte Carlo interval around the estimate.

    The interval says how far another seed would move the answer. It holds no uncertainty of the
    parameters.
    """

    rung: Rung
    users: float
    low: float
    high: float
    weeks: int


def share_met(sample: Sample, service: Service) -> Floats:
    """Return the share of weeks, or of time, within the slots: by batch and users."""
    if service.measure is Measure.WEEKLY_MAX:
        return sample.weeks_within(service.slots)
    return sample.time_within(service.slots)


def crossing(users: Sequence[int], met: Floats, level: float) -> float:
    """Return the users at which *met* falls to *level*, along a smooth curve through the points.

    The normal quantile of *met* is nearly straight in log users near the level; a line is fitted
    by least squares, weighted towards the level. *met* is clipped away from 0 and 1.
    """
    normal = NormalDist()
    target = normal.inv_cdf(level)
    height = np.array([normal.inv_cdf(min(max(m, 1e-5), 1 - 1e-5)) for m in met]) - target
    x = np.log(np.array(users, dtype=float))
    weight = 1 / (0.15 + np.abs(height))
    slope, intercept = np.polyfit(x, height, 1, w=weight)
    if slope >= 0:
        return float(users[0]) if height.mean() < 0 else float(users[-1])
    root = -intercept / slope
    return exp(min(max(root, x[0] - log(3)), x[-1] + log(3)))


def bracketed(users: Sequence[int], met: Floats, level: float) -> float:
    """Return where *met* first falls below *level* on a coarse grid, between its neighbours."""
    below = np.flatnonzero(met < level)
    if below.size == 0:
        return float(users[-1])
    first = int(below[0])
    if first == 0:
        return float(users[0])
    pair = slice(first - 1, first + 1)
    return min(max(crossing(users[pair], met[pair], level), users[first - 1]), users[first])


def _plan(users: Sequence[float], batches: int, weeks: int, service: Service) -> Plan:
    top = service.slots + 2 if service.measure is Measure.TIME_SHARE else 0
    return Plan(ascending(users), batches, weeks, _CELLS[service.measure], top)


def pilot(behaviour: Behaviour, service: Service, seed: np.random.SeedSequence, jobs: int) -> float:
    """Return a rough answer: double the users until they fail, then look between."""
    first, second = unspent(seed).spawn(2)
    users = max(service.slots / behaviour.slots_per_user / 64, 1.0)
    for attempt in first.spawn(_MOST_DOUBLINGS):
        sample = simulate(behaviour, _plan([users], 1, 8, service), attempt, jobs=jobs)
        if share_met(sample, service).mean() < service.level or users >= _MOST_USERS:
            break
        users *= 2
    plan = _plan(list(np.geomspace(users / 4, users * 1.2, 12)), _PILOT_BATCHES, 16, service)
    sample = simulate(behaviour, plan, second, jobs=jobs)
    return bracketed(plan.users, share_met(sample, service).mean(axis=0), service.level)


def climb(behaviour: Behaviour, rung: Rung, service: Service, run: Run) -> Step:
    """Return one rung of the ladder: a pilot, one round to aim by, then the sample that counts.

    The sample grows by rounds of batches until it is precise enough, or as large as allowed.
    """
    first, second, third = unspent(run.seed).spawn(3)
    there, effort = behaviour.at(rung), run.effort

    def sampled(users: float, seed: np.random.SeedSequence, done: int) -> tuple[Plan, Floats]:
        size = min(_ROUND, effort.batches - done)
        part = replace(run, seed=seed, effort=replace(effort, batches=size))
        return sampled_share(there, service, [users * near for near in NEAR], part, done)

    aim, met = sampled(pilot(there, service, first, run.jobs), second, 0)
    centre, _ = jackknifed(aim.users, met, service.level)
    met = np.empty((0, len(NEAR)))
    users, error, reach = centre, centre, centre
    while len(met) < effort.batches and reach > effort.within * users:
        plan, more = sampled(centre, third, len(met))
        met = np.concatenate([met.reshape(-1, more.shape[1]), more])
        users, error = jackknifed(plan.users, met, service.level)
        reach = REACH * error
        if run.progress:
            run.progress(len(met), effort.batches)
    return step_of(rung, users, error, len(met) * effort.weeks)


def sampled_share(
    behaviour: Behaviour, service: Service, users: Sequence[float], run: Run, first: int = 0
) -> tuple[Plan, Floats]:
    """Return the plan and the share met for each of *users*, by batch, from batch *first* on."""
    plan = _plan(users, run.effort.batches, run.effort.weeks, service)
    sample = simulate(behaviour, replace(plan, first=first), run.seed, jobs=run.jobs)
    return plan, share_met(sample, service)


def step_of(rung: Rung, users: float, error: float, weeks: int) -> Step:
    """Return a step with the interval that its standard error gives."""
    reach = REACH * error
    return Step(rung, users, max(users - reach, 0.0), users + reach, weeks)


def jackknifed(users: Sequence[int], met: Floats, level: float) -> tuple[float, float]:
    """Return the crossing of the mean curve and its standard error, leaving out each batch."""
    batches = len(met)
    whole = met.sum(axis=0)
    estimate = crossing(users, whole / batches, level)
    if batches == 1:
        return estimate, estimate
    left_out = np.array([crossing(users, (whole - m) / (batches - 1), level) for m in met])
    spread = (batches - 1) / batches * float(((left_out - left_out.mean()) ** 2).sum())
    return estimate, sqrt(spread)


def ladder(behaviour: Behaviour, service: Service, run: Run) -> tuple[Step, ...]:
    """Return all rungs, in the memo's order, each from a seed of its own."""
    seeds = unspent(run.seed).spawn(len(Rung))
    batches = run.effort.batches
    whole = batches * len(Rung)

    def told(at: int) -> Progress | None:
        told_all = run.progress
        return told_all and (lambda done, _: told_all(at * batches + done, whole))

    steps = []
    for at, (rung, seed) in enumerate(zip(Rung, seeds, strict=True)):
        steps.append(climb(behaviour, rung, service, replace(run, seed=seed, progress=told(at))))
        if run.progress:
            run.progress((at + 1) * batches, whole)
    return tuple(steps)
