"""Tables of demand: the gaps of one user with their fits, and the slots that N users need."""

from collections.abc import Sequence
from math import log, sqrt
from typing import Final

import numpy as np

from simcore.activity import gap_components
from simcore.behaviour import Behaviour, Rung
from simcore.capacity import needs
from simcore.concurrency import Progress
from simcore.demand import arrivals
from simcore.inverse import LogNormal, mixture_cdf
from simcore.kernel import Floats
from simcore.ladder import Effort, Run
from simcore.policy import limited_behaviour
from simcore.preset import Preset
from simcore.tables.shared import USERS, behaviour_inputs, part_of, run
from simcore.tables.table import Cell, Column, Recipe

LEVELS: Final = (0.90, 0.95, 0.99, 0.999)
"""Service levels of the ladder's tables."""

USER_GRID: Final = (
    5, 7, 10, 15, 20, 25, 35, 50, 75, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000,
    10_000, 30_000, 100_000, 300_000, 1_000_000,
)  # fmt: skip
"""Users of the ladder's tables: close enough to interpolate on logarithms within 1 %."""

EFFORT: Final = Effort(batches=320, weeks=32, within=0.02)
_LIMITED_EFFORT: Final = Effort(batches=160, weeks=32, within=0.03)
_RATE_LIMIT: Final = 5.0
"""Requests a minute; memo 000, near-term improvement: heavy rate limits."""

_GAP_WEEKS: Final = 512
_GAP_EDGES: Final = np.geomspace(0.05, 20_160.0, 45)
"""Minutes, from 3 seconds to two weeks."""

_LOMAX_SCALES: Final = np.geomspace(1e-3, 1e6, 2000)


def ladder_recipe(preset: Preset) -> Recipe:
    """Return the slots that N users need, by rung and service level."""
    return Recipe(
        name=f"ladder-{preset.name}",
        title=f"Slots that N users need, {preset.name}",
        method=1,
        columns=(
            Column("rung", "", "Correlates in the model, each with those before it", is_key=True),
            Column("level", "share", f"Service level: {preset.service.measure}", is_key=True),
            USERS,
            Column("slots", "slots", "Slots that hold them, between whole numbers"),
            Column("error", "slots", "Standard error of the slots"),
        ),
        inputs={
            **behaviour_inputs(preset.behaviour),
            "service.measure": str(preset.service.measure),
            "levels": LEVELS,
            "users": USER_GRID,
            **_effort_inputs(EFFORT),
        },
        compute=lambda seed, jobs, progress: _ladder_rows(preset, seed, jobs, progress),
    )


def _effort_inputs(effort: Effort) -> dict[str, int | float]:
    values = {"batches": effort.batches, "weeks": effort.weeks, "within": effort.within}
    return {f"effort.{name}": value for name, value in values.items()}


def _ladder_rows(
    preset: Preset, seed: int, jobs: int, progress: Progress | None
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for at, rung in enumerate(Rung):
        rows += [
            (str(rung), level, users, slots, error)
            for level, users, slots, error in _curve(
                preset, preset.behaviour, rung, run(seed, at, EFFORT, jobs)
            )
        ]
        if told := part_of(progress, at, len(Rung)):
            told(1, 1)
    return rows


def _curve(
    preset: Preset, behaviour: Behaviour, rung: Rung, task: Run
) -> list[tuple[float, int, float, float]]:
    """Return level, users, slots and error, by level and then users; slots never fall."""
    found = needs(behaviour, rung, preset.service.measure, USER_GRID, LEVELS, task)
    rows = []
    for level in LEVELS:
        curve = [need for need in found if need.level == level]
        # Where two samples meet, chance can turn a small step of a smooth curve round.
        slots = np.maximum.accumulate([need.slots for need in curve])
        rows += [(level, n.users, float(s), n.error) for n, s in zip(curve, slots, strict=True)]
    return rows


def limited_recipe(preset: Preset) -> Recipe:
    """Return the slots that N users need under memo 000's rate limit, on the last rung."""
    behaviour = limited_behaviour(preset.behaviour, _RATE_LIMIT)
    return Recipe(
        name=f"limited-{preset.name}",
        title=f"Slots that N users need under a rate limit, {preset.name}",
        method=1,
        columns=(
            Column("level", "share", f"Service level: {preset.service.measure}", is_key=True),
            USERS,
            Column("slots", "slots", "Slots that hold them, between whole numbers"),
            Column("error", "slots", "Standard error of the slots"),
        ),
        inputs={
            **behaviour_inputs(preset.behaviour),
            "requests_per_minute": _RATE_LIMIT,
            "service.measure": str(preset.service.measure),
            "levels": LEVELS,
            "users": USER_GRID,
            **_effort_inputs(_LIMITED_EFFORT),
        },
        compute=lambda seed, jobs, _: _curve(
            preset, behaviour, Rung.CORRELATION, run(seed, 0, _LIMITED_EFFORT, jobs)
        ),
    )


def behaviour_recipe(preset: Preset) -> Recipe:
    """Return the gaps between one user's messages, and four laws fitted to them."""
    unit = "share/ln(min)"
    return Recipe(
        name=f"behaviour-{preset.name}",
        title=f"Gaps between the messages of one user, {preset.name}",
        method=1,
        columns=(
            Column("from", "min", "Least gap of the class", is_key=True),
            Column("to", "min", "Greatest gap of the class", is_key=True),
            Column("seen", unit, "Share of gaps, over the class's width in logarithms"),
            Column("error", unit, "Standard error of it"),
            Column("mixture", unit, "Three lognormals: two within sessions, one between"),
            Column("lognormal", unit, "One lognormal"),
            Column("lomax", unit, "Lomax (Pareto's second type)"),
            Column("pareto", unit, "Pareto from the least gap"),
        ),
        inputs={**behaviour_inputs(preset.behaviour), "weeks": _GAP_WEEKS},
        compute=lambda seed, jobs, _: _gap_rows(preset.behaviour, seed, jobs),
    )


def _gap_rows(behaviour: Behaviour, seed: int, jobs: int) -> Sequence[tuple[Cell, ...]]:
    weeks = arrivals(behaviour, 1, _GAP_WEEKS, np.random.SeedSequence(seed), jobs=jobs)
    by_week = [np.diff(week.start) for week in weeks]
    gaps = np.concatenate(by_week)
    gaps = gaps[gaps > 0]
    widths = np.diff(np.log(_GAP_EDGES))
    counts = np.array([np.histogram(week, _GAP_EDGES)[0] for week in by_week], dtype=float)
    seen = counts.sum(axis=0) / len(gaps) / widths
    # Gaps of one week belong together, so weeks are what is independent.
    left = counts - counts.sum(axis=1, keepdims=True) * (seen * widths)
    error = np.sqrt((left**2).sum(axis=0)) / len(gaps) / widths
    laws = [np.diff(cdf) / widths for cdf in _fitted(behaviour, gaps)]
    columns = (_GAP_EDGES[:-1], _GAP_EDGES[1:], seen, error, *laws)
    return [tuple(float(cell) for cell in row) for row in zip(*columns, strict=True)]


def _fitted(behaviour: Behaviour, gaps: Floats) -> list[Floats]:
    """Return the distribution functions at the edges: mixture, lognormal, Lomax, Pareto."""
    logs, at = np.log(gaps), np.log(_GAP_EDGES)
    one = LogNormal(1.0, float(logs.mean()), float(logs.std()))
    scale, shape = _lomax(gaps)
    least = float(gaps.min())
    steep = 1 / max(float(logs.mean()) - log(least), 1e-9)
    pareto = np.where(least < _GAP_EDGES, 1 - (least / _GAP_EDGES) ** steep, 0.0)
    return [
        mixture_cdf(_three(behaviour, logs), at),
        mixture_cdf([one], at),
        np.asarray(1 - (1 + _GAP_EDGES / scale) ** -shape),
        pareto,
    ]


def _three(behaviour: Behaviour, logs: Floats) -> list[LogNormal]:
    """Return the two laws within sessions and one between, which has the moments that are left.

    Of m messages in the mean, m - 1 are followed by a gap within the session.
    """
    inside = 1 - 1 / behaviour.messages_per_session
    known = [LogNormal(c.weight * inside, c.mu, c.sd) for c in gap_components(behaviour)]
    rest = 1 - inside
    first = (float(logs.mean()) - sum(c.weight * c.mu for c in known)) / rest
    square = float((logs**2).mean()) - sum(c.weight * (c.mu**2 + c.sd**2) for c in known)
    spread = sqrt(max(square / rest - first**2, 1e-4))
    return [*known, LogNormal(rest, first, spread)]


def _lomax(gaps: Floats) -> tuple[float, float]:
    """Return scale and shape of the likeliest Lomax law: for a scale, the shape is explicit."""
    some = np.exp(np.quantile(np.log(gaps), (np.arange(4000) + 0.5) / 4000))
    means = np.array([np.log1p(some / scale).mean() for scale in _LOMAX_SCALES])
    likelihood = -np.log(means) - np.log(_LOMAX_SCALES) - means
    best = int(likelihood.argmax())
    return float(_LOMAX_SCALES[best]), 1 / float(means[best])
