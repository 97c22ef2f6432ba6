"""Calibration: the parameters that the memo leaves open, from the ladder that it prints."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, log, sqrt
from types import MappingProxyType
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour, Mode, Rung
from simcore.concurrency import unspent
from simcore.kernel import Floats
from simcore.ladder import NEAR, Run, Step, jackknifed, sampled_share, step_of
from simcore.preset import Service

TARGETS: Final = MappingProxyType(
    {
        Rung.INDEPENDENT: 250.0,
        Rung.TIME_OF_DAY: 75.0,
        Rung.SEASONALITY: 50.0,
        Rung.CORRELATION: 25.0,
    }
)
"""Users that one pod of 20 slots serves, by rung, as memo 000 prints them."""

_CLOSE: Final = 0.004
"""Root mean square of the logarithmic errors at which a fit ends."""

_MOST_TRIES: Final = 8
"""Steps after the slopes are known."""

_PROBE: Final = 0.15
"""How far a knob is moved for its slope, on the logarithm: noise must be small against it."""

_LONGEST: Final = 0.4
"""The longest step of a knob, on the logarithm."""

_DAMPING: Final = 0.02
"""Added to the squared slopes, so that a knob that changes little is moved little."""


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter to fit: the range to look in, and where to start."""

    name: str
    low: float
    high: float
    start: float


@dataclass(frozen=True, slots=True)
class Stage:
    """Knobs that are fitted together, by least squares of the logarithmic errors of *rungs*."""

    knobs: tuple[Knob, ...]
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fitted behaviour, the value of each knob, and the ladder on the seed of the fit."""

    behaviour: Behaviour
    values: dict[str, float]
    steps: tuple[Step, ...]


def stages(behaviour: Behaviour) -> tuple[Stage, ...]:
    """Return what is fitted, in order: first how much is sent, then what moves it about.

    Where the shared factor is mixed in, correlation is the memo's own, and how long the modulation
    lasts is fitted in its stead. The starts are near the answers.
    """
    last = (Rung.TIME_OF_DAY, Rung.SEASONALITY, Rung.CORRELATION)
    if behaviour.mode is Mode.MIX:
        use = Knob("messages_per_day", 10.0, 500.0, 47.0)
        shape = (
            Knob("kappa", 2.0, 40.0, 15.0),
            Knob("sigma", 0.3, 3.0, 2.0),
            Knob("memory_hours", 1.0, 200.0, 8.0),
        )
    else:
        use = Knob("messages_per_day", 10.0, 500.0, 130.0)
        shape = (
            Knob("kappa", 2.0, 40.0, 7.0),
            Knob("sigma", 0.3, 3.0, 0.9),
            Knob("shared_sigma", 0.3, 3.0, 1.2),
        )
    return Stage((use,), (Rung.INDEPENDENT,)), Stage(shape, last)


def calibrate(
    behaviour: Behaviour,
    service: Service,
    run: Run,
    told: Callable[[str], None] | None = None,
) -> Fitted:
    """Fit the knobs, stage by stage; *told* hears of each attempt.

    All attempts see the memo's numbers of users and a few around them, with the same random
    numbers and as many of them, so that their differences are those of the knobs. The higher rungs
    have fewer users and vary more; they get more weeks.
    """
    seeds = dict(zip(Rung, unspent(run.seed).spawn(len(Rung)), strict=True))
    known: dict[tuple[Rung, Behaviour], Step] = {}

    def step(there: Behaviour, rung: Rung) -> Step:
        key = (rung, _essence(there.at(rung)))
        if key not in known:
            known[key] = _step(there, rung, service, replace(run, seed=seeds[rung]))
        return known[key]

    values: dict[str, float] = {}
    for stage in stages(behaviour):

        def errors(logs: Floats, stage: Stage = stage, start: Behaviour = behaviour) -> Floats:
            there = _moved(start, stage, logs)
            steps = [step(there, rung) for rung in stage.rungs]
            if told:
                tried = ", ".join(f"{k.name} {getattr(there, k.name):.4g}" for k in stage.knobs)
                users = ", ".join(f"{s.users:.1f} of {TARGETS[s.rung]:g}" for s in steps)
                told(f"{tried}: {users} users")
            return np.array([log(s.users / TARGETS[s.rung]) for s in steps])

        logs = least_errors(errors, stage.knobs)
        behaviour = _moved(behaviour, stage, logs)
        values |= {knob.name: getattr(behaviour, knob.name) for knob in stage.knobs}
    return Fitted(behaviour, values, tuple(step(behaviour, rung) for rung in Rung))


def _step(behaviour: Behaviour, rung: Rung, service: Service, run: Run) -> Step:
    """Return a rung as seen from the memo's number of users."""
    target = TARGETS[rung]
    batches = ceil(run.effort.batches * sqrt(TARGETS[Rung.INDEPENDENT] / target))
    there = replace(run.effort, batches=batches)
    plan, met = sampled_share(
        behaviour.at(rung), service, [target * near for near in NEAR], replace(run, effort=there)
    )
    users, error = jackknifed(plan.users, met, service.level)
    return step_of(rung, users, error, batches * there.weeks)


def _essence(behaviour: Behaviour) -> Behaviour:
    """Return *behaviour* without what has no effect: the memory of modulation that is not there."""
    if behaviour.own_scale or behaviour.shared_scale:
        return behaviour
    return replace(behaviour, memory_hours=1.0)


def _moved(behaviour: Behaviour, stage: Stage, logs: Floats) -> Behaviour:
    values = {k.name: float(np.exp(x)) for k, x in zip(stage.knobs, logs, strict=True)}
    return replace(behaviour, **values)  # type: ignore[arg-type]  # by name


def least_errors(errors: Callable[[Floats], Floats], knobs: tuple[Knob, ...]) -> Floats:
    """Return the logarithms of the knobs with the least sum of squared *errors*.

    Damped Gauss-Newton steps within the knobs' ranges. The slopes are taken once by moving each
    knob, and then corrected by each step (Broyden's rank-one update), because a simulation is
    dear and its differences over short steps are noise.
    """
    low, high = (np.log([getattr(knob, end) for knob in knobs]) for end in ("low", "high"))
    best = np.log([knob.start for knob in knobs])
    least = errors(best)
    slopes = np.empty((len(least), len(knobs)))
    for at in range(len(knobs)):
        probe = best.copy()
        probe[at] += _PROBE if best[at] + _PROBE <= high[at] else -_PROBE
        slopes[:, at] = (errors(probe) - least) / (probe[at] - best[at])
    damping = _DAMPING
    for _ in range(_MOST_TRIES):
        if np.sqrt(np.mean(least**2)) < _CLOSE:
            break
        square = slopes.T @ slopes
        move = -np.linalg.solve(square + damping * np.eye(len(knobs)), slopes.T @ least)
        move *= min(1.0, _LONGEST / max(np.abs(move).max(), 1e-12))
        tried = np.clip(best + move, low, high)
        taken = tried - best
        if not np.any(taken):
            break
        found = errors(tried)
        slopes += np.outer(found - least - slopes @ taken, taken) / (taken @ taken)
        if found @ found < least @ least:
            best, least, damping = tried, found, damping / 4
        else:
            damping *= 4
    return best
