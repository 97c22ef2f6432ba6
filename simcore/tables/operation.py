"""Rows of the tables of operation: static and scaled pods, cascades, and sample weeks."""

from collections.abc import Sequence

import numpy as np

from simcore.cascade import Cascade, Waiting
from simcore.operation import Outcome, Policy, Span, operated
from simcore.performance import peaks_of, performance, shortages
from simcore.preset import Preset
from simcore.scaling import MOST_PODS, Scaling, perfect, static
from simcore.tables.recipes import (
    CASCADE_USERS,
    CASCADE_WEEKS,
    COOL_DOWN,
    HEADROOMS,
    OPERATED_BATCHES,
    PATIENCE,
    RETRIES,
    RETRY_DELAY,
    SCALED_USERS,
    SCALED_WEEKS,
    SPIN_UPS,
    STATIC_USERS,
    TRACE_BIN,
    TRACE_HEADROOM,
    TRACE_SPIN_UP,
    TRACED_USERS,
    ZOMBIES,
)
from simcore.tables.table import Cell
from simcore.traces import trace

_NEED, _STATIC, _SCALED = "need", "static", "scaled"


def _scaling(slots: int, spin_up: float, headroom: float) -> Scaling:
    return Scaling(
        slots_per_pod=slots,
        minimum=1,
        maximum=MOST_PODS,
        headroom=headroom,
        spin_up=spin_up,
        cool_down=COOL_DOWN,
    )


def autoscale_rows(preset: Preset, seed: int, jobs: int) -> list[tuple[Cell, ...]]:
    """Return the need, one static pod and scaled pods, for each number of users."""
    slots = preset.service.slots
    grid = [(spin_up, headroom) for spin_up in SPIN_UPS for headroom in HEADROOMS]
    policies = [
        Policy(_NEED, perfect(slots)),
        Policy(_STATIC, static(1, slots)),
        *(Policy(_SCALED, _scaling(slots, spin_up, headroom)) for spin_up, headroom in grid),
    ]
    rows: list[tuple[Cell, ...]] = []
    for at, (users, weeks) in enumerate(zip(SCALED_USERS, SCALED_WEEKS, strict=True)):
        span = Span(np.random.SeedSequence([seed, at]), OPERATED_BATCHES, weeks, jobs)
        tried = [p for p in policies if p.name != _STATIC or users <= STATIC_USERS]
        outcomes = operated(preset.behaviour, users, tried, span)
        rows += [_performed(users, outcome, outcomes[0]) for outcome in outcomes]
    return rows


def _performed(users: int, outcome: Outcome, need: Outcome) -> tuple[Cell, ...]:
    """Return one row; for the need itself, the spells in which it is above one pod."""
    found, scaling = performance(outcome, peaks_of(need)), outcome.policy.scaling
    episodes = shortages(need, 1) if outcome is need else found.overloads
    estimates = (
        found.pods, found.to_peak, episodes.minutes, episodes.short, episodes.long, found.wait,
        found.most,
    )  # fmt: skip
    key = (users, outcome.policy.name, scaling.spin_up, scaling.headroom)
    weeks = sum(len(batch) for batch in outcome.weeks)
    return (*key, *(part for estimate in estimates for part in estimate), weeks)


def _cascades() -> Sequence[Cascade]:
    """Return the cascades that drain; others have no answer."""
    grid = [
        Cascade(
            waiting=Waiting.EXPONENTIAL,
            patience=PATIENCE,
            retry=retry,
            retry_delay=RETRY_DELAY,
            zombie=zombie,
        )
        for zombie in ZOMBIES
        for retry in RETRIES
    ]
    return [cascade for cascade in grid if cascade.drains]


def cascade_rows(preset: Preset, seed: int, jobs: int) -> list[tuple[Cell, ...]]:
    """Return one static pod under each cascade that drains."""
    slots, behaviour = preset.service.slots, preset.behaviour
    policies = [
        Policy(_NEED, perfect(slots)),
        *(Policy(_STATIC, static(1, slots), cascade) for cascade in _cascades()),
    ]
    rows: list[tuple[Cell, ...]] = []
    for at, users in enumerate(CASCADE_USERS):
        span = Span(np.random.SeedSequence([seed, at]), OPERATED_BATCHES, CASCADE_WEEKS, jobs)
        need, *others = operated(behaviour, users, policies, span)
        for outcome in others:
            found, cascade = performance(outcome, peaks_of(need)), outcome.policy.cascade
            estimates = (found.attempts, found.lost, found.overloads.minutes, found.overloads.long)
            key = (users, cascade.retry, cascade.zombie, cascade.gain)
            parts = (part for estimate in estimates for part in estimate)
            rows.append((*key, *parts, OPERATED_BATCHES * CASCADE_WEEKS))
    return rows


def trace_rows(preset: Preset, seed: int, _jobs: int) -> list[tuple[Cell, ...]]:
    """Return a sample week for each number of users."""
    slots = preset.service.slots
    policy = Policy(_SCALED, _scaling(slots, TRACE_SPIN_UP, TRACE_HEADROOM))
    rows: list[tuple[Cell, ...]] = []
    for users in TRACED_USERS:
        week = trace(preset.behaviour, users, policy, np.random.SeedSequence(seed), TRACE_BIN)
        pods = (week.pods_needed, week.pods_ready, slots * week.pods_ready)
        columns = (week.hours, week.slots_mean, week.slots_peak, *pods)
        rows += [(users, *map(float, row)) for row in zip(*columns, strict=True)]
    return rows
