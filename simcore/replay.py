"""Laws of demand held against its replay: both numbers, and how many standard errors apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from simcore.overload import Fitted, Law, Poisson
from simcore.path import (
    Path,
    average_variance,
    averages_above,
    joined,
    maxima_above,
    of_arrivals,
)
from simcore.special import normal_above, normal_quantile, student_above

if TYPE_CHECKING:
    # The kernel brings the compiler, which a replay does not need.
    from simcore.kernel import Floats

DISAGREEMENT: Final = 4.0
"""Standard errors beyond which a law and the replay disagree."""

_FEWEST: Final = 4
"""Replications for a standard error, at least."""

_WINDOWS_A_PART: Final = 2.0
"""Windows in a part of a path that is cut for a standard error, at least."""

_NOTHING: Final = 1e-9
"""Differences below this are rounding where no variation was seen."""

_FARTHEST: Final = 37.0
"""Standard errors shown at most: a normal variate's chance beyond is below every float."""


@dataclass(frozen=True, slots=True)
class Check:
    """One quantity by a law and by replay.

    *window* is in seconds, 0 for no window. *error* is the replay's standard error over
    *replications*, and *z* the difference in standard errors (as a normal variate of the same
    chance, few replications allowed for); both are None where the replay is too short to tell.
    """

    quantity: str
    window: float
    law: str
    analytic: float
    simulated: float
    error: float | None
    replications: int
    z: float | None

    @property
    def disagrees(self) -> bool:
        """Whether they differ by more than chance explains."""
        return self.z is not None and abs(self.z) > DISAGREEMENT


@dataclass(frozen=True, slots=True)
class Replay:
    """Paths to replay: independent ones, a seed each, or one that is cut for standard errors.

    *unit_arrivals* is whether each rise of demand is one arrival. *memory* is about how many
    seconds demand remembers, for the resolution where the replay saw no variation. *at_once* is
    the same demand as work that comes at once, where *paths* spread it over intervals: averages
    over windows are taken from it.
    """

    paths: tuple[Path, ...]
    replications: int
    unit_arrivals: bool
    memory: float
    at_once: Path | None = None

    @property
    def whole(self) -> Path:
        """All paths, one after the other."""
        return self.paths[0] if len(self.paths) == 1 else joined(self.paths)

    def parts(self, window: float, *, averaged: bool = False) -> list[Path]:
        """Return what is replayed apart for one standard error: none where a window is too long."""
        if len(self.paths) > 1:
            return list(self.paths)
        one = self.one(averaged=averaged)
        count = self.replications
        if window:
            count = min(count, int(one.span / (_WINDOWS_A_PART * window)))
        return one.parts(count) if count >= _FEWEST else []

    def one(self, *, averaged: bool = False) -> Path:
        """Return the first path; *averaged*: as averages over windows see it."""
        return self.at_once if averaged and self.at_once else self.paths[0]


def independent_path(law: Poisson, seconds: float, seed: np.random.SeedSequence) -> Path:
    """Return a stationary path of independent arrivals over *seconds*.

    Those in service at the start are Poisson; time finds a holding time with a chance proportional
    to its length, and a uniform share of it is left.
    """
    rng = np.random.Generator(np.random.SFC64(seed))
    chances = law.holds / law.holds.sum()
    early = rng.choice(law.holds, rng.poisson(law.mean), p=chances)
    count = rng.poisson(law.rate * seconds)
    starts = np.concatenate([-early * rng.random(len(early)), rng.random(count) * seconds])
    holds = np.concatenate([early, law.holds[rng.integers(len(law.holds), size=count)]])
    return of_arrivals(starts, holds, 0.0, seconds)


def fitted(name: str, path: Path, lattice: float, averaged: Path | None = None) -> Fitted:
    """Return the normal or gamma law (*name*) with the moments of *path*, which varies.

    Those of windows are of *averaged*, where averages are seen on another path than levels.
    """
    return Fitted(
        name,
        path.mean,
        path.variance,
        lattice,
        cache(lambda window: average_variance(averaged or path, window)),
        path.up_crossings,
    )


def memory_of(path: Path) -> float:
    """Return about how many seconds the demand of *path* remembers: it changes and comes back.

    With R(t) the autocovariance, the variance of the mean over a long window w is twice the
    integral of R over w. A tenth of the path serves for w.
    """
    window = path.span / 10
    return window * average_variance(path, window) / path.variance if path.variance > 0 else 0.0


def checks(
    replay: Replay, laws: Sequence[Law], units: float, windows: Sequence[float]
) -> list[Check]:
    """Return every quantity at a reserve of *units* by each law, held against the *replay*.

    Windows as long as the shortest path, or longer, are left out.
    """
    shortest = min(path.span for path in replay.paths)
    quantities = [*_levels(units, unit_arrivals=replay.unit_arrivals)]
    quantities += [each for w in windows if w < shortest for each in _window(units, w)]
    return [check for quantity in quantities for check in _held_against(replay, quantity, laws)]


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A name, its window, its value by a law (None: says nothing of it) and on a path."""

    name: str
    window: float
    by_law: Callable[[Law], float | None]
    seen: Callable[[Path], float]
    averaged: bool = False


def _levels(units: float, *, unit_arrivals: bool) -> Iterator[_Quantity]:
    yield _Quantity("mean demand", 0.0, lambda law: law.mean, lambda path: path.mean)
    yield _Quantity(
        "time above", 0.0, lambda law: law.time_above(units), lambda path: path.time_above(units)
    )
    if unit_arrivals:
        yield _Quantity(
            "arrivals above",
            0.0,
            lambda law: law.arrivals_above(units) if isinstance(law, Poisson) else None,
            lambda path: path.arrivals_above(units),
        )
    yield _Quantity("overflow", 0.0, lambda law: law.excess(units), lambda path: path.excess(units))
    yield _Quantity(
        "spare",
        0.0,
        lambda law: units - law.mean + law.excess(units),
        lambda path: units - path.mean + path.excess(units),
    )


def _window(units: float, window: float) -> Iterator[_Quantity]:
    yield _Quantity(
        "average above",
        window,
        lambda law: law.averages_above(units, window),
        lambda path: averages_above(path, units, window),
        averaged=True,
    )
    yield _Quantity(
        "maximum above",
        window,
        lambda law: law.maxima_above(units, window),
        lambda path: maxima_above(path, units, window),
    )


def _held_against(replay: Replay, quantity: _Quantity, laws: Sequence[Law]) -> Iterator[Check]:
    window = quantity.window
    parts = replay.parts(window, averaged=quantity.averaged)
    values = np.array([quantity.seen(part) for part in parts])
    if len(replay.paths) > 1 and parts:
        simulated = float(values.mean())
    else:
        # What the parts of a cut path say of it together, the whole path says with fewer edges.
        simulated = quantity.seen(replay.one(averaged=quantity.averaged))
    told = len(parts) >= _FEWEST
    seen_error = float(values.std(ddof=1)) / sqrt(len(values)) if told else None
    for law in laws:
        analytic, error, z = quantity.by_law(law), seen_error, None
        if analytic is None:
            continue
        if error is not None:
            error = error or _resolution(analytic, parts, window + replay.memory)
            z = _normal_equivalent(simulated - analytic, error, len(parts) - 1)
        yield Check(quantity.name, window, law.name, analytic, simulated, error, len(parts), z)


def _resolution(analytic: float, parts: Sequence[Path], apart: float) -> float:
    """Return the standard error by the law itself, where the replay saw no variation.

    Observations that are *apart* seconds from each other count as independent.
    """
    chance = min(max(analytic, 0.0), 1.0)
    observations = sum(part.span for part in parts) / max(apart, 1e-9)
    return sqrt(chance * (1 - chance) / max(observations, 1.0))


def _normal_equivalent(difference: float, error: float, freedom: int) -> float:
    """Return the normal variate that is as unlikely as *difference* is by Student's law."""
    if error == 0.0 or not isfinite(difference / error):
        return 0.0 if abs(difference) <= _NOTHING else float(np.copysign(_FARTHEST, difference))
    chance = student_above(freedom, abs(difference / error))
    z = -normal_quantile(chance) if chance > 0 else _FARTHEST
    return float(np.copysign(min(z, _FARTHEST), difference))


def service_holds(mu: float, sd: float, count: int) -> Floats:
    """Return *count* equally likely lognormal holding times: the means between its quantiles.

    Their mean is the law's own, exactly. *mu* and *sd* are of the logarithm of seconds.

    >>> service_holds(0.0, 0.5, 1000).mean().round(9) == np.exp(0.125).round(9)
    np.True_
    """
    inner = [normal_quantile(k / count) for k in range(1, count)]
    within = np.array([0.0, *(normal_above(sd - z) for z in inner), 1.0])
    return np.asarray(np.diff(within) * np.exp(mu + sd**2 / 2) * count)
