"""Concurrency of N users by simulation of every one of them: the exact engine."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from simcore.activity import habits_of, shared_factor, window_hours
from simcore.behaviour import Behaviour
from simcore.kernel import WARM_HOURS, Counts, Floats, Habits, Observed, nested_week
from simcore.profile import HOURS_A_WEEK

Progress = Callable[[int, int], None]
"""Told how many batches are done, of how many."""

WEEKS_A_BATCH: Final = 32
"""Weeks in a batch: the strata of the shared factor. Batches are independent of each other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate: user numbers (ascending), batches of weeks, and how finely to look.

    *first* batches are left out, as if simulated before: so a sample can be continued. Counts are
    observed *cells_per_minute* times a minute. *top* is the highest level counted by itself; 0
    keeps only the weeks' peaks.
    """

    users: tuple[int, ...]
    batches: int
    weeks: int = WEEKS_A_BATCH
    cells_per_minute: float = 2.0
    top: int = 0
    first: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What was observed, by batch: the time at each level, the weeks' peaks, the messages.

    *counts[b, k, c]* is how often users[k] held c slots (c = top: top or more). *peaks[b, w, k]*
    is the highest number of slots in week w. *messages[b]* is those sent and those refused.
    """

    users: tuple[int, ...]
    counts: Counts
    peaks: Counts
    messages: Counts

    def time_within(self, slots: int) -> Floats:
        """Return the share of time with at most *slots* in use, by batch and users."""
        if not 0 <= slots < self.counts.shape[2] - 1:
            raise ValueError(f"{slots} slots are not counted below the top")
        whole = self.counts.sum(axis=2)
        return np.asarray(self.counts[:, :, : slots + 1].sum(axis=2) / whole)

    def weeks_within(self, slots: int) -> Floats:
        """Return the share of weeks that never exceed *slots*, by batch and users."""
        return np.asarray((self.peaks <= slots).mean(axis=1))


def words_of(seed: np.random.SeedSequence) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return the state of numpy's SFC64 for *seed*, which the kernel advances in its stead."""
    state = np.random.SFC64(seed).state["state"]["state"]
    return np.array(state, dtype=np.uint64)


def unspent(seed: np.random.SeedSequence) -> np.random.SeedSequence:
    """Return a copy that has spawned nothing yet: a seed remembers how many it spawned."""
    return np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key)


def simulate(
    behaviour: Behaviour,
    plan: Plan,
    seed: np.random.SeedSequence,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Sample:
    """Simulate every user through every week of *plan*.

    Each batch has a seed of its own, spawned from *seed*, so the result is the same for any
    number of *jobs* (threads; the kernel runs without Python's lock).
    """
    habits = habits_of(behaviour)
    seeds = unspent(seed).spawn(plan.first + plan.batches)[plan.first :]
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        batches = pool.map(lambda child: _batch(behaviour, habits, plan, child), seeds)
        results = list(_told(batches, plan.batches, progress))
    counts, peaks, messages = zip(*results, strict=True)
    return Sample(plan.users, np.stack(counts), np.stack(peaks), np.stack(messages))


def _told(
    batches: Iterator[tuple[Counts, Counts, Counts]], total: int, progress: Progress | None
) -> Iterator[tuple[Counts, Counts, Counts]]:
    for done, batch in enumerate(batches, start=1):
        if progress:
            progress(done, total)
        yield batch


def _batch(
    behaviour: Behaviour, habits: Habits, plan: Plan, seed: np.random.SeedSequence
) -> tuple[Counts, Counts, Counts]:
    shared_seed, *week_seeds = unspent(seed).spawn(1 + plan.weeks)
    shared = modulation(behaviour, habits, plan.weeks, shared_seed)
    users = np.array(plan.users, np.int64)
    grid = np.zeros(round(HOURS_A_WEEK * 60 * plan.cells_per_minute), np.int32)
    counts = np.zeros((len(users), plan.top + 1 if plan.top else 0), np.int64)
    peaks = np.zeros((plan.weeks, len(users)), np.int64)
    messages = np.zeros(2, np.int64)
    for week, week_seed in enumerate(week_seeds):
        observed = Observed(counts, peaks[week], messages)
        words = words_of(week_seed)
        nested_week(words, habits, shared[week], users, grid, plan.cells_per_minute, observed)
    return counts, peaks, messages


def modulation(
    behaviour: Behaviour, habits: Habits, weeks: int, seed: np.random.SeedSequence
) -> Floats:
    """Return the logarithm of the modulation that users share, a row a week, an entry an hour."""
    if behaviour.shared_scale == 0.0:
        return np.full((weeks, window_hours()), -behaviour.offset)
    weight = habits.profile[:, -1].copy()
    weight[:WARM_HOURS] = 0.0
    rng = np.random.Generator(np.random.SFC64(seed))
    paths = shared_factor(rng, weeks, behaviour.memory, weight)
    return behaviour.shared_scale * paths - behaviour.offset


def ascending(users: Sequence[float]) -> tuple[int, ...]:
    """Return whole numbers of users, each once, ascending and at least 1.

    >>> ascending([2.6, 1.2, 0.4, 2.9])
    (1, 3)
    """
    return tuple(sorted({max(1, round(number)) for number in users}))
