"""What to buy for a demand: plans with their costs, as replayed and as laws would have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from simcore.overload import Law, Poisson
from simcore.path import ROUNDING, Path, joined, of_arrivals, of_samples, of_work, pulses
from simcore.replay import Replay, fitted, independent_path, memory_of, service_holds
from simcore.reserve import (
    SECONDS_AN_HOUR,
    Overflow,
    Split,
    Terms,
    best_split,
    billed_path,
    critical_level,
    split_at,
    split_at_peak,
)

if TYPE_CHECKING:
    from simcore.demand_csv import Rows

FITTED: Final = ("normal", "gamma")
"""Laws that are fitted to moments."""

PARTS: Final = 32
"""Parts that a trace is cut into for standard errors."""

HOLDS: Final = 2000
"""Equally likely holding times that stand for a lognormal law."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand to buy for: its replay, and the laws that may hold for it."""

    replay: Replay
    whole: Path
    laws: tuple[Law, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A reserve by name, what it costs and carries on the replay, and the service within it.

    *error* is the standard error of the cost in USD an hour over the replay's replications, None
    if too few. *time_within* is the share of time without overflow; *arrivals_within* that of
    arrivals that find a reserved unit, None where arrivals are not seen one by one.
    """

    name: str
    split: Split
    error: float | None
    time_within: float
    arrivals_within: float | None


def demand_of(replay: Replay, poisson: Poisson | None = None) -> Demand:
    """Return the *replay* with its laws: *poisson*, and the laws fitted to its moments."""
    whole = joined(replay.paths) if len(replay.paths) > 1 else replay.paths[0]
    lattice = 1.0 if replay.unit_arrivals else 0.0
    bent: tuple[Law, ...] = ()
    if whole.variance > 0:
        bent = tuple(fitted(name, whole, lattice, replay.at_once) for name in FITTED)
    return Demand(replay, whole, (poisson, *bent) if poisson else bent)


def independent_demand(
    per_hour: float,
    hold: tuple[float, float],
    hours: float,
    seeds: Sequence[np.random.SeedSequence],
) -> Demand:
    """Return independent arrivals, *per_hour* of them, simulated for *hours* with each seed.

    *hold* is the mean and sd of the logarithm of the seconds that each holds a unit.
    """
    law = Poisson(per_hour / SECONDS_AN_HOUR, service_holds(*hold, HOLDS))
    paths = tuple(independent_path(law, hours * SECONDS_AN_HOUR, seed) for seed in seeds)
    memory = float(law.holds.mean())
    return demand_of(Replay(paths, len(paths), unit_arrivals=True, memory=memory), law)


def held_demand(rows: Rows) -> Demand:
    """Return the units held by arrivals whose amounts are seconds of holding.

    The path begins at the first arrival and ends with the last. What was held by earlier arrivals
    is not in a trace, so as much is cut from its start as nearly all hold for.
    """
    settled = float(np.quantile(rows.amounts, _SETTLED))
    span = float(rows.times[-1])
    begin = settled if settled < span * _LONGEST_CUT else 0.0
    path = of_arrivals(rows.times, rows.amounts, begin, span)
    law = Poisson(len(rows.times) / span, rows.amounts)
    return demand_of(_cut(path, unit_arrivals=True), law if law.mean > 0 else None)


def level_demand(rows: Rows) -> Demand:
    """Return the demand whose amounts are the units wanted from their time on."""
    return demand_of(_cut(of_samples(rows.times, rows.amounts), unit_arrivals=False))


def work_demand(rows: Rows, throughput: float, interval: float) -> Demand:
    """Return the units that work needs if it is done in the *interval* of seconds it comes in.

    A unit does *throughput* of the amounts' unit, such as tokens, in a second. Averages over
    windows see the work at the times it came, whatever the clock that the intervals are cut by.
    """
    work = rows.amounts / throughput
    path = of_work(rows.times, work, interval)
    at_once = pulses(rows.times, work)
    return demand_of(replace(_cut(path, unit_arrivals=False), at_once=at_once))


_SETTLED: Final = 0.999
_LONGEST_CUT: Final = 0.25
"""A trace's start is cut by no more than this share."""


def _cut(path: Path, *, unit_arrivals: bool) -> Replay:
    return Replay((path,), PARTS, unit_arrivals, memory_of(path))


def plans(demand: Demand, terms: Terms, asked: Sequence[float] = ()) -> list[Plan]:
    """Return the plan of least cost, those that laws would choose, and the extremes.

    *asked* are further reserves. Laws choose where overflow is billed as it is used in time; they
    say nothing of the highest of a billing quantum.
    """
    billed = billed_path(demand.whole, terms)
    splits = [("least cost", best_split(demand.whole, terms))]
    splits += [
        (f"asked {units:g}", split_at(demand.whole, terms, units, billed)) for units in asked
    ]
    if not terms.quantum:
        level = critical_level(demand.whole, terms, billed)
        chosen = [(law.name, chosen_by(law, terms, level)) for law in demand.laws]
        splits += [(f"by {name}", split_at(demand.whole, terms, r, billed)) for name, r in chosen]
    splits += [("all reserved", split_at_peak(demand.whole, terms))]
    splits += [("all on demand", split_at(demand.whole, terms, 0.0, billed))]
    return [_plan(name, split, demand, terms) for name, split in splits]


def chosen_by(law: Law, terms: Terms, level: float) -> float:
    """Return the reserve of least cost by *law*: next to its quantile at the critical *level*."""
    if level <= 0.0:
        return 0.0
    # A law without an upper end has no quantile at 1, which a free reserve asks for.
    quantile = max(law.quantile(min(level, 1 - ROUNDING)), 0.0)
    above = terms.rounded_up(quantile)
    if terms.overflow is Overflow.WHOLE:
        return above
    below = floor(quantile / terms.increment * (1 + ROUNDING)) * terms.increment
    return min((below, above), key=lambda r: (1 - level) * r + law.excess(r))


def _plan(name: str, split: Split, demand: Demand, terms: Terms) -> Plan:
    replay, units = demand.replay, split.units
    arrivals = 1 - demand.whole.arrivals_above(units) if replay.unit_arrivals else None
    error = None
    costs = np.array(list(_overflow_costs(replay.parts(0.0), terms, units)))
    if len(costs) > 1:
        error = float(costs.std(ddof=1)) / sqrt(len(costs))
    return Plan(name, split, error, 1 - demand.whole.time_above(units), arrivals)


def _overflow_costs(parts: Sequence[Path], terms: Terms, units: float) -> Iterator[float]:
    for part in parts:
        billed = billed_path(part, terms)
        yield billed.excess(units) * billed.span / part.span * terms.on_demand
