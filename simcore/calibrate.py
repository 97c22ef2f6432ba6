"""Calibration: the parameters that the memo leaves open, from the ladder that it prints."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log
from types import MappingProxyType
from typing import Final

import numpy as np

from simcore.behaviour import Behaviour, Mode, Rung
from simcore.concurrency import unspent
from simcore.ladder import Run, Step, climb
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
_MOST_TRIES: Final = 14


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter to fit, the range to look in, and the rungs that it must bring to target.

    With more than one rung, their logarithmic errors cancel out instead.
    """

    name: str
    low: float
    high: float
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fitted behaviour, the value of each knob, and the ladder on the seed of the fit."""

    behaviour: Behaviour
    values: dict[str, float]
    steps: tuple[Step, ...]


def knobs(behaviour: Behaviour) -> tuple[Knob, ...]:
    """Return what is fitted, in order: each rung fits the parameter that it adds.

    Where the shared factor is mixed in, correlation is the memo's own and sigma is as large as
    the ceiling lets it count, so neither is fitted: the width of the day balances the last three
    rungs.
    """
    use = Knob("messages_per_day", 20.0, 300.0, (Rung.INDEPENDENT,))
    day, own, shared = Rung.TIME_OF_DAY, Rung.SEASONALITY, Rung.CORRELATION
    if behaviour.mode is Mode.MIX:
        return (use, Knob("kappa", 2.0, 40.0, (day, own, shared)))
    return (
        use,
        Knob("kappa", 2.0, 40.0, (day,)),
        Knob("sigma", 0.4, 1.8, (own,)),
        Knob("shared_sigma", 0.4, 2.0, (shared,)),
    )


def calibrate(
    behaviour: Behaviour,
    service: Service,
    run: Run,
    told: Callable[[str], None] | None = None,
) -> Fitted:
    """Fit the knobs one after the other; *told* hears of each attempt.

    All attempts use the same random numbers and as many of them, so the error is a smooth function
    of the knob.

    Raises:
        ValueError: a knob cannot bring its rung to the target within its range.
    """
    run = replace(run, effort=replace(run.effort, within=0.0), progress=None)
    seeds = dict(zip(Rung, unspent(run.seed).spawn(len(Rung)), strict=True))
    values: dict[str, float] = {}

    def step(there: Behaviour, rung: Rung) -> Step:
        return climb(there, rung, service, replace(run, seed=seeds[rung]))

    for knob in knobs(behaviour):

        def error(value: float, knob: Knob = knob, start: Behaviour = behaviour) -> float:
            there = replace(start, **{knob.name: value})  # type: ignore[arg-type]  # by name
            found = [step(there, rung).users / TARGETS[rung] for rung in knob.rungs]
            if told:
                shown = ", ".join(
                    f"{r * TARGETS[rung]:.1f} of {TARGETS[rung]:g}"
                    for r, rung in zip(found, knob.rungs, strict=True)
                )
                told(f"{knob.name} = {value:.4g}: {shown} users")
            return sum(map(log, found))

        values[knob.name] = falling_root(error, knob)
        behaviour = replace(behaviour, **{knob.name: values[knob.name]})  # type: ignore[arg-type]
    return Fitted(behaviour, values, tuple(step(behaviour, rung) for rung in Rung))


def falling_root(error: Callable[[float], float], knob: Knob) -> float:
    """Return where the falling *error* is 0, by the Illinois form of false position on the log.

    Raises:
        ValueError: the error has one sign over the whole range.
    """
    low, high = log(knob.low), log(knob.high)
    at_low, at_high = error(knob.low), error(knob.high)
    if at_low < 0 or at_high > 0:
        raise ValueError(
            f"{knob.name} between {knob.low:g} and {knob.high:g} cannot reach the ladder: "
            f"users are {np.exp(at_low):.2f} and {np.exp(at_high):.2f} times the target"
        )
    middle, side = low, 0
    for _ in range(_MOST_TRIES):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        found = error(float(np.exp(middle)))
        if abs(found) < _CLOSE:
            break
        if found > 0:
            low, at_low = middle, found
            at_high *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            high, at_high = middle, found
            at_low *= 0.5 if side == -1 else 1.0
            side = -1
    return float(np.exp(middle))
