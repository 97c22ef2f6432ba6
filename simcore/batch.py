"""Years of batch experiments: steady work, deadlines and viral shocks; the pods in use."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

import numpy as np

from simcore.behaviour import log_normal
from simcore.concurrency import Progress, unspent
from simcore.kernel import Counts, Floats
from simcore.ladder import REACH
from simcore.research import HOURS_A_YEAR, Batch, Research

HOURS_A_DAY: Final = 24.0
BATCHES: Final = 20
"""Independent rings of years, from which standard errors are taken."""

_FEWEST_YEARS: Final = 10
_MOST_STARTS: Final = 4_000_000
"""Experiments simulated in all, about; busier settings get fewer years."""


@dataclass(frozen=True, slots=True)
class Years:
    """What years of research held: time at each number of pods, and each year's peak.

    *shares[b, k]* is the share of ring b's time with k experiments under way, *peaks[b, y]* the
    most in its year y. Each experiment holds *pods_each*.
    """

    shares: Floats
    peaks: Counts
    pods_each: int

    def mean(self) -> tuple[float, float]:
        """Return the mean pods in use, with its standard error."""
        means = self.shares @ np.arange(self.shares.shape[1]) * self.pods_each
        return float(means.mean()), float(means.std(ddof=1) / sqrt(len(means)))

    def share_within(self, pods: int) -> tuple[float, float]:
        """Return the share of time with at most *pods* in use, with its standard error."""
        within = self.shares[:, : pods // self.pods_each + 1].sum(axis=1)
        return float(within.mean()), float(within.std(ddof=1) / sqrt(len(within)))

    def time_quantile(self, level: float) -> int:
        """Return the fewest pods that suffice for *level* of the time."""
        within = np.cumsum(self.shares.mean(axis=0))
        # The whole is reached but for rounding.
        return int(np.searchsorted(within, min(level, within[-1]) - 1e-12)) * self.pods_each

    def mean_peak(self) -> tuple[float, float]:
        """Return the mean of the annual peak in pods, with its standard error."""
        means = self.peaks.mean(axis=1) * self.pods_each
        return float(means.mean()), float(means.std(ddof=1) / sqrt(len(means)))

    def peak_quantile(self, level: float) -> tuple[int, int, int]:
        """Return a quantile of the annual peak in pods, and the ends of its 95 % interval.

        The ends are order statistics: ranks two standard errors of a binomial count away.
        """
        ranked = np.sort(self.peaks, axis=None)
        size = len(ranked)
        away = REACH * sqrt(size * level * (1 - level))
        ranks = (size * level, size * level - away, size * level + away)
        found = [int(ranked[min(max(ceil(rank), 1), size) - 1]) for rank in ranks]
        return found[0] * self.pods_each, found[1] * self.pods_each, found[2] * self.pods_each


def start_times(research: Research, years: int, rng: np.random.Generator) -> Floats:
    """Return when experiments start, in hours on a ring of *years*, in no order."""
    ring = years * HOURS_A_YEAR
    steady, before = (
        research.planned_a_year
        * years
        * np.array([1 - research.deadline_share, research.deadline_share])
    )
    anytime = rng.random(rng.poisson(steady)) * ring
    pushed = int(rng.poisson(before))
    days = rng.choice(research.deadlines, pushed) if pushed else np.zeros(0)
    due = rng.integers(years, size=pushed) * HOURS_A_YEAR + days * HOURS_A_DAY
    lead = research.lead_days * HOURS_A_DAY / research.lead_shape
    pressed = due - rng.gamma(research.lead_shape, lead, pushed)
    shocks = rng.random(rng.poisson(research.shocks_per_year * years)) * ring
    at = np.repeat(shocks, rng.poisson(research.copies_per_shock, len(shocks)))
    copied = at + rng.exponential(research.shock_days * HOURS_A_DAY, len(at))
    return np.concatenate([anytime, pressed, copied]) % ring


def ring_path(batch: Batch, years: int, rng: np.random.Generator) -> tuple[Floats, Counts]:
    """Return the experiments under way over a ring of *years*: (hours, number from then on).

    The last year goes on into the first, so that the ring is in its steady state everywhere. Each
    year's first hour is among the *hours*, which ascend from 0.
    """
    ring = years * HOURS_A_YEAR
    starts = start_times(batch.research, years, rng)
    mu, sd = log_normal(batch.hours, batch.research.hours_cv)
    ends = starts + rng.lognormal(mu, sd, len(starts))
    already = int(np.floor(ends / ring).sum())
    size = len(starts)
    hours = np.concatenate([np.arange(years) * HOURS_A_YEAR, starts, ends % ring])
    change = np.concatenate([np.zeros(years, np.int64), np.full(size, 1), np.full(size, -1)])
    order = np.argsort(hours, kind="stable")
    return hours[order], already + np.cumsum(change[order])


def simulate_years(
    batch: Batch,
    years: int,
    seed: np.random.SeedSequence,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Years:
    """Simulate about *years* years in independent rings; the same for any number of *jobs*.

    A ring has at least ten years, and fewer than asked for where years are very busy.
    """
    ring_years = years_a_ring(batch.research, years)
    found: list[tuple[Floats, Counts]] = []
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        for ring in pool.map(_ring_of(batch, ring_years), unspent(seed).spawn(BATCHES)):
            found.append(ring)
            if progress:
                progress(len(found), BATCHES)
    top = max(len(shares) for shares, _ in found)
    shares = np.stack([np.pad(shares, (0, top - len(shares))) for shares, _ in found])
    return Years(shares, np.stack([peaks for _, peaks in found]), batch.pods_each)


def years_a_ring(research: Research, years: int) -> int:
    """Return the years of each ring for about *years* in all."""
    starts = research.starts_a_year
    most = _MOST_STARTS / BATCHES / max(starts, 1.0)
    return max(_FEWEST_YEARS, ceil(min(years / BATCHES, most)))


def _ring_of(batch: Batch, years: int) -> Callable[[np.random.SeedSequence], tuple[Floats, Counts]]:
    """Return what simulates one ring: the shares of time, and the years' peaks."""

    def ring(seed: np.random.SeedSequence) -> tuple[Floats, Counts]:
        hours, running = ring_path(batch, years, np.random.Generator(np.random.SFC64(seed)))
        lasting = np.diff(hours, append=years * HOURS_A_YEAR)
        shares = np.bincount(running, weights=lasting) / (years * HOURS_A_YEAR)
        opens = np.searchsorted(hours, np.arange(years) * HOURS_A_YEAR)
        return shares, np.maximum.reduceat(running, opens)

    return ring
