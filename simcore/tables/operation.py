"""Tables of operation: static and scaled pods, cascades, and sample weeks for charts."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from simcore.cascade import PATIENT, Cascade, Waiting
from simcore.concurrency import Progress
from simcore.operation import Outcome, Policy, operated, span_of
from simcore.performance import peaks_of, performance, shortages
from simcore.preset import Preset
from simcore.scaling import MOST_PODS, Scaling, perfect, static
from simcore.tables.shared import USERS, part_of, pod_inputs
from simcore.tables.table import Cell, Column, Recipe
from simcore.traces import BIN_MINUTES, trace

SCALED_USERS: Final = (25, 50, 100, 500)
SPIN_UPS: Final = (0.0, 0.25, 1.0, 5.0)
"""Minutes: none; weight streaming; and what a load from disk takes."""

HEADROOMS: Final = (0.0, 0.5)
COOL_DOWN: Final = 5.0
TRACED_USERS: Final = (25, 50, 500)
"""Memo 000, dynamic scaling: its sample traces."""

CASCADE_USERS: Final = (25,)
PATIENCE: Final = 2.0
RETRY_DELAY: Final = 1.0
RETRIES: Final = (0.0, 0.5, 0.9)
ZOMBIES: Final = (0.0, 0.5)
_USER_WEEKS: Final = 3_200
_LEAST_WEEKS: Final = 8
_CASCADE_WEEKS: Final = 96
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


def autoscale_recipe(preset: Preset) -> Recipe:
    """Return one static pod beside scaled pods, by users, spin-up and headroom."""
    return Recipe(
        name=f"autoscale-{preset.name}",
        title=f"Static and scaled pods, {preset.name}",
        method=1,
        columns=(
            USERS,
            Column(
                "run",
                "",
                "The need itself (its spells: above one pod), one static pod, or scaled",
                is_key=True,
            ),
            Column("spin_up", "min", "Minutes until a pod is ready", is_key=True),
            Column("headroom", "share", "Slots wanted beyond the need", is_key=True),
            *_numbers("pods", "pods", "Mean pods paid, which is the ratio to one static pod"),
            *_numbers("to_peak", "ratio", "Pods paid over static pods at each week's peak"),
            *_numbers("overload", "min/week", "Minutes with requests in the queue"),
            *_numbers("short", "episodes/week", "Overloads of at least 5 minutes"),
            *_numbers("long", "episodes/week", "Overloads of at least 30 minutes"),
            *_numbers("wait", "min", "Mean wait for a slot"),
            *_numbers("most", "pods", "Most pods at once in a week"),
        ),
        inputs={
            **pod_inputs(preset),
            "users": SCALED_USERS,
            "spin_up": SPIN_UPS,
            "headroom": HEADROOMS,
            "cool_down": COOL_DOWN,
            "user_weeks": _USER_WEEKS,
        },
        compute=lambda seed, jobs, progress: _autoscale_rows(preset, seed, jobs, progress),
        weight=30.0,
    )


def _numbers(key: str, unit: str, meaning: str) -> tuple[Column, Column]:
    return Column(key, unit, meaning), Column(f"{key}_error", unit, "Standard error of it")


def _autoscale_rows(
    preset: Preset, seed: int, jobs: int, progress: Progress | None
) -> list[tuple[Cell, ...]]:
    slots = preset.service.slots
    grid = [(spin_up, headroom) for spin_up in SPIN_UPS for headroom in HEADROOMS]
    policies = [
        Policy(_NEED, perfect(slots)),
        Policy(_STATIC, static(1, slots)),
        *(Policy(_SCALED, _scaling(slots, spin_up, headroom)) for spin_up, headroom in grid),
    ]
    rows: list[tuple[Cell, ...]] = []
    for at, users in enumerate(SCALED_USERS):
        weeks = max(_USER_WEEKS // users, _LEAST_WEEKS)
        span = span_of(preset.behaviour, users, weeks, np.random.SeedSequence([seed, at]), jobs)
        outcomes = operated(preset.behaviour, users, policies, span)
        rows += [_performed(users, outcome, outcomes[0]) for outcome in outcomes]
        if told := part_of(progress, at, len(SCALED_USERS)):
            told(1, 1)
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
    return (*key, *(part for estimate in estimates for part in estimate))


def cascade_recipe(preset: Preset) -> Recipe:
    """Return what impatience and retries do to one static pod."""
    return Recipe(
        name=f"cascade-{preset.name}",
        title=f"Impatience and retries on one pod, {preset.name}",
        method=1,
        columns=(
            USERS,
            Column("retry", "share", "Chance that a request given up comes back", is_key=True),
            Column(
                "zombie", "share", "Share of its slot time that is worked for nobody", is_key=True
            ),
            Column("gain", "ratio", "What one failure brings back"),
            *_numbers("attempts", "ratio", "Attempts a message"),
            *_numbers("lost", "share", "Messages given up for good"),
            *_numbers("overload", "min/week", "Minutes with requests in the queue"),
            *_numbers("long", "episodes/week", "Overloads of at least 30 minutes"),
        ),
        inputs={
            **pod_inputs(preset),
            "users": CASCADE_USERS,
            "patience": PATIENCE,
            "retry": RETRIES,
            "retry_delay": RETRY_DELAY,
            "zombie": ZOMBIES,
            "weeks": _CASCADE_WEEKS,
        },
        compute=lambda seed, jobs, progress: _cascade_rows(preset, seed, jobs, progress),
        weight=10.0,
    )


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


def _cascade_rows(
    preset: Preset, seed: int, jobs: int, progress: Progress | None
) -> list[tuple[Cell, ...]]:
    slots, behaviour = preset.service.slots, preset.behaviour
    policies = [
        Policy(_NEED, perfect(slots)),
        *(Policy(_STATIC, static(1, slots), cascade) for cascade in _cascades()),
    ]
    rows: list[tuple[Cell, ...]] = []
    for at, users in enumerate(CASCADE_USERS):
        seeds = np.random.SeedSequence([seed, at])
        span = span_of(behaviour, users, _CASCADE_WEEKS, seeds, jobs)
        need, *others = operated(behaviour, users, policies, span)
        for outcome in others:
            found, cascade = performance(outcome, peaks_of(need)), outcome.policy.cascade
            estimates = (found.attempts, found.lost, found.overloads.minutes, found.overloads.long)
            key = (users, cascade.retry, cascade.zombie, cascade.gain)
            rows.append((*key, *(part for estimate in estimates for part in estimate)))
        if told := part_of(progress, at, len(CASCADE_USERS)):
            told(1, 1)
    return rows


def traces_recipe(preset: Preset) -> Recipe:
    """Return a sample week of slots and pods at memo 000's numbers of users."""
    return Recipe(
        name=f"traces-{preset.name}",
        title=f"A sample week of slots and pods, {preset.name}",
        method=1,
        columns=(
            USERS,
            Column("hour", "h", "Start of the quarter hour, from Monday's midnight", is_key=True),
            Column("slots_mean", "slots", "Mean slots in use"),
            Column("slots_peak", "slots", "Highest slots in use"),
            Column("pods_needed", "pods", "Pods for the highest"),
            Column("pods_ready", "pods", "Mean pods ready, scaled"),
        ),
        inputs={
            **pod_inputs(preset),
            "users": TRACED_USERS,
            "spin_up": 1.0,
            "headroom": 0.0,
            "cool_down": COOL_DOWN,
            "bin": BIN_MINUTES,
        },
        compute=lambda seed, _jobs, _progress: _trace_rows(preset, seed),
    )


def _trace_rows(preset: Preset, seed: int) -> list[tuple[Cell, ...]]:
    policy = Policy(_SCALED, _scaling(preset.service.slots, 1.0, 0.0), PATIENT)
    rows: list[tuple[Cell, ...]] = []
    for users in TRACED_USERS:
        week = trace(preset.behaviour, users, policy, np.random.SeedSequence(seed))
        columns = (week.hours, week.slots_mean, week.slots_peak, week.pods_needed, week.pods_ready)
        rows += [(users, *map(float, row)) for row in zip(*columns, strict=True)]
    return rows
