"""Demand over time as a step function, and what can be read from it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    # The kernel brings the compiler, which a path does not need.
    from simcore.kernel import Floats

ROUNDING: Final = 1e-9
"""A level counts as exceeded when it is by this share: averages of whole units carry rounding."""

_PULSE: Final = 1e-6
"""Seconds of a pulse that stands for work done at one time."""


@dataclass(frozen=True, slots=True)
class Path:
    """Units wanted over time: *demand[i]* from *edges[i]* to *edges[i + 1]*, in seconds.

    Edges ascend strictly, and there is one more of them than steps of demand.
    """

    edges: Floats
    demand: Floats

    def __post_init__(self) -> None:
        if len(self.demand) == 0 or len(self.edges) != len(self.demand) + 1:
            raise ValueError(f"{len(self.edges)} edges for {len(self.demand)} steps of demand")
        if not (np.isfinite(self.edges).all() and np.isfinite(self.demand).all()):
            raise ValueError("a path of demand holds finite times and units only")
        if (np.diff(self.edges) <= 0).any() or (self.demand < 0).any():
            raise ValueError("the times of a path ascend, and its demand is not negative")

    @property
    def lengths(self) -> Floats:
        """Seconds of each step."""
        return np.diff(self.edges)

    @property
    def span(self) -> float:
        """Seconds from the first edge to the last."""
        return float(self.edges[-1] - self.edges[0])

    @property
    def mean(self) -> float:
        """Mean demand over time, in units."""
        return float(self.demand @ self.lengths) / self.span

    @property
    def peak(self) -> float:
        """The highest demand, in units."""
        return float(self.demand.max())

    @property
    def variance(self) -> float:
        """Variance of the demand over time, in units squared."""
        return float((self.demand - self.mean) ** 2 @ self.lengths) / self.span

    def quantiles(self, levels: Floats) -> Floats:
        """Return the least demand that is not exceeded for each share of time in *levels*.

        >>> Path(np.array([0.0, 9.0, 10.0]), np.array([1.0, 5.0])).quantiles(np.array([0.9, 0.95]))
        array([1., 5.])
        """
        order = np.argsort(self.demand, kind="stable")
        within = np.cumsum(self.lengths[order]) / self.span
        at = np.searchsorted(within, np.asarray(levels) - ROUNDING)
        return self.demand[order][np.minimum(at, len(order) - 1)]

    def excess(self, units: float) -> float:
        """Return the mean demand above *units*."""
        return float(np.maximum(self.demand - units, 0.0) @ self.lengths) / self.span

    def time_above(self, units: float) -> float:
        """Return the share of time with a demand of more than *units*."""
        return float((self.demand > _beyond(units)) @ self.lengths) / self.span

    def arrivals_above(self, units: float) -> float:
        """Return the share of the demand's rises that find no room within *units*.

        Where each rise is a unit that arrives, these are the arrivals that overflow.
        """
        rises = np.maximum(np.diff(self.demand), 0.0)
        before = self.demand[:-1]
        room = np.minimum(np.maximum(units - before, 0.0), rises)
        whole = float(rises.sum())
        return float((rises - room).sum()) / whole if whole > 0 else 0.0

    def up_crossings(self, units: float) -> float:
        """Return how often a second the demand rises beyond *units*."""
        above = self.demand > _beyond(units)
        return float(np.count_nonzero(above[1:] & ~above[:-1])) / self.span

    def blocks(self, seconds: float) -> Path:
        """Return the highest demand in each block of *seconds*; the last block is whole."""
        count = max(1, int(np.ceil(self.span / seconds * (1 - ROUNDING))))
        starts = self.edges[0] + seconds * np.arange(count)
        edges = np.union1d(self.edges[:-1], starts)
        held = self.demand[np.searchsorted(self.edges, edges, side="right") - 1]
        highest = np.maximum.reduceat(held, np.searchsorted(edges, starts))
        return Path(np.append(starts, starts[-1] + seconds), highest)

    def parts(self, count: int) -> list[Path]:
        """Return the path cut into *count* pieces of one length."""
        cuts = np.linspace(self.edges[0], self.edges[-1], count + 1)
        return [self.between(float(a), float(b)) for a, b in pairwise(cuts)]

    def between(self, start: float, end: float) -> Path:
        """Return the path from *start* to *end*."""
        first = int(np.searchsorted(self.edges, start, side="right")) - 1
        last = int(np.searchsorted(self.edges, end, side="left"))
        edges = self.edges[first : last + 1].copy()
        edges[0], edges[-1] = start, end
        return Path(edges, self.demand[first:last])


def of_samples(times: Floats, demand: Floats, end: float | None = None) -> Path:
    """Return the path of a demand seen at *times*, each value held until the next.

    Values of one time add up. The last is held until *end*, or for as long as the median step.
    """
    order = np.argsort(times, kind="stable")
    times, demand = times[order], demand[order]
    first = np.flatnonzero(np.append(True, np.diff(times) > 0))
    times, demand = times[first], np.add.reduceat(demand, first)
    if end is None:
        end = times[-1] + (float(np.median(np.diff(times))) if len(times) > 1 else 1.0)
    return Path(np.append(times, end), demand)


def of_arrivals(starts: Floats, holds: Floats, begin: float, end: float) -> Path:
    """Return the units held from *begin* to *end*, one by each arrival for as long as it holds.

    >>> of_arrivals(np.array([0.0, 1.0]), np.array([2.0, 3.0]), 0.0, 5.0)
    Path(edges=array([0., 1., 2., 4., 5.]), demand=array([1., 2., 1., 0.]))
    """
    times = np.concatenate([starts, starts + holds])
    steps = np.repeat([1.0, -1.0], len(starts))
    inside = times < end
    times, steps = np.maximum(times[inside], begin), steps[inside]
    order = np.argsort(times, kind="stable")
    times, level = times[order], np.cumsum(steps[order])
    last = np.append(np.diff(times) > 0, True)[: len(times)]
    times, level = times[last], level[last]
    if len(times) == 0 or times[0] > begin:
        times, level = np.append(begin, times), np.append(0.0, level)
    return Path(np.append(times, end), level)


def of_work(times: Floats, work: Floats, seconds: float, end: float | None = None) -> Path:
    """Return the units that *work* (unit-seconds) wants if it is done in the *seconds* it came in.

    This is how throughput limits count: tokens over tokens a second and unit, by clock interval.
    """
    begin = float(times.min())
    if end is None:
        end = float(times.max())
    count = int((end - begin) // seconds) + 1
    found = np.bincount(((times - begin) // seconds).astype(np.int64), work, count)
    edges = np.asarray(begin + seconds * np.arange(count + 1), dtype=np.float64)
    return Path(edges, found[:count] / seconds)


def pulses(times: Floats, work: Floats) -> Path:
    """Return *work* (unit-seconds) as pulses of a microsecond, or up to the next one's time.

    Averages over windows then see each piece of work at its own time, whatever a clock's phase.
    """
    starts, which = np.unique(times, return_inverse=True)
    amounts = np.bincount(which, work)
    lengths = np.append(np.minimum(np.diff(starts), 2 * _PULSE) / 2, _PULSE)
    edges = np.stack([starts, starts + lengths], axis=1).ravel()
    demand = np.stack([amounts / lengths, np.zeros(len(starts))], axis=1).ravel()
    return Path(edges, demand[:-1])


def joined(paths: Sequence[Path]) -> Path:
    """Return *paths* one after the other, from time 0."""
    ends = np.cumsum([path.span for path in paths])
    begins = np.append(0.0, ends[:-1])
    edges = [path.edges[:-1] - path.edges[0] + at for path, at in zip(paths, begins, strict=True)]
    return Path(
        np.concatenate([*edges, ends[-1:]]), np.concatenate([path.demand for path in paths])
    )


def averages_above(path: Path, units: float, window: float) -> float:
    """Return the share of windows of *window* seconds whose mean demand exceeds *units*.

    Windows may start at any time within the path, so the answer is no matter of a clock's phase.
    Their mean is linear in the start between the times at which an edge enters or leaves.
    """
    starts, means = _window_means(path, window)
    level = _beyond(units)
    left, right = means[:-1], means[1:]
    low, high = np.minimum(left, right), np.maximum(left, right)
    rise = np.where(high > low, high - low, 1.0)
    share = np.where(low > level, 1.0, np.clip((high - level) / rise, 0.0, 1.0))
    share = np.where(high > level, share, 0.0)
    return float(share @ np.diff(starts)) / float(starts[-1] - starts[0])


def maxima_above(path: Path, units: float, window: float) -> float:
    """Return the share of windows of *window* seconds in which demand exceeds *units* at all."""
    _check_window(path, window)
    above = path.demand > _beyond(units)
    change = np.diff(np.concatenate([[False], above, [False]]).astype(np.int8))
    begins, ends = path.edges[:-1][change[:-1] > 0], path.edges[change < 0]
    gaps = np.append(begins, path.edges[-1]) - np.append(path.edges[0], ends)
    return float(1 - np.maximum(gaps - window, 0.0).sum() / (path.span - window))


def average_variance(path: Path, window: float) -> float:
    """Return the variance of the mean demand over windows of *window* seconds, over all starts.

    It is (2/w) times the integral of (1 - t/w) R(t) from 0 to w, with R the autocovariance; read
    from the path itself it needs no estimate of R.
    """
    starts, means = _window_means(path, window)
    left, right, lengths = means[:-1], means[1:], np.diff(starts)
    centre = float((left + right) @ lengths) / 2 / lengths.sum()
    left, right = left - centre, right - centre
    return float((left**2 + left * right + right**2) @ lengths) / 3 / float(lengths.sum())


def _window_means(path: Path, window: float) -> tuple[Floats, Floats]:
    """Return the starts between which a window's mean is linear, and the mean at each."""
    _check_window(path, window)
    begin, last = path.edges[0], path.edges[-1] - window
    leaving, entering = path.edges[path.edges < last], path.edges - window
    starts = np.concatenate([leaving, entering[entering > begin]])
    starts.sort(kind="stable")
    starts = np.append(starts, last) if starts[-1] < last else starts
    whole = np.append(0.0, np.cumsum(path.demand * path.lengths))
    done = np.interp(starts + window, path.edges, whole) - np.interp(starts, path.edges, whole)
    return starts, done / window


def _check_window(path: Path, window: float) -> None:
    if not 0 < window < path.span:
        raise ValueError(f"a window of {window:g} s does not fit into a path of {path.span:g} s")


def _beyond(units: float) -> float:
    return units + ROUNDING * max(abs(units), 1.0)
