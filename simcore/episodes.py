"""Episodes: spells of overload in a week, how many last long, and how long they last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from simcore.estimates import Estimate, mean_of, ratio_of
from simcore.kernel import Floats

SHORT_EPISODE: Final = 5.0
LONG_EPISODE: Final = 30.0
"""Minutes from which a spell is an episode that people notice, and from which it is an outage."""


@dataclass(frozen=True, slots=True)
class Episodes:
    """Spells of overload, with standard errors over independent batches of weeks.

    *short* and *long* are spells a week of at least 5 and 30 minutes, *minutes* those of overload
    a week. *short_length* and *long_length* are mean minutes of such spells, and *longest* the
    mean over weeks of the longest spell.
    """

    short: Estimate
    long: Estimate
    minutes: Estimate
    short_length: Estimate
    long_length: Estimate
    longest: Estimate


def spells_above(changes: Floats, levels: Floats, capacity: float, horizon: float) -> Floats:
    """Return when a path was above *capacity*: a row of first and last minute for each spell.

    The path has *levels[i]* from *changes[i]* on, ascending, and is looked at from 0 to *horizon*.

    >>> spells_above(
    ...     np.array([-1.0, 2.0, 5.0, 7.0]), np.array([3.0, 1.0, 4.0, 5.0]), 2, horizon=10.0
    ... ).tolist()
    [[0.0, 2.0], [5.0, 10.0]]
    """
    is_above = np.concatenate([[False], levels > capacity, [False]])
    turns = np.flatnonzero(is_above[1:] != is_above[:-1])
    times = np.clip(np.append(changes, horizon), 0.0, horizon)[turns].reshape(-1, 2)
    return np.asarray(times[times[:, 1] > times[:, 0]])


def bridged(spells: Floats, gap: float) -> Floats:
    """Return *spells* with those joined that are at most *gap* minutes apart.

    A dip between two spells then counts as part of the episode. With a gap of 0 they stay as they
    are.

    >>> bridged(np.array([[0.0, 4.0], [5.0, 9.0], [20.0, 21.0]]), gap=2.0).tolist()
    [[0.0, 9.0], [20.0, 21.0]]
    """
    if len(spells) == 0 or gap == 0:
        return spells
    is_new = spells[1:, 0] - spells[:-1, 1] > gap
    firsts = spells[np.concatenate([[True], is_new]), 0]
    lasts = spells[np.concatenate([is_new, [True]]), 1]
    return np.column_stack([firsts, lasts])


def episodes(batches: Sequence[Sequence[Floats]], gap: float = 0.0) -> Episodes:
    """Return what the spells of each week of each batch amount to, *gap* minutes bridged."""
    lengths = [
        [np.diff(bridged(spells, gap), axis=1).ravel() for spells in weeks] for weeks in batches
    ]
    seen = np.array([[_seen(week) for week in weeks] for weeks in lengths])
    short, short_minutes, long, long_minutes, minutes, longest = np.moveaxis(seen, 2, 0)
    return Episodes(
        short=mean_of(short),
        long=mean_of(long),
        minutes=mean_of(minutes),
        short_length=ratio_of(short_minutes, short),
        long_length=ratio_of(long_minutes, long),
        longest=mean_of(longest),
    )


def _seen(lengths: Floats) -> tuple[float, ...]:
    """Return number and minutes of short and long episodes, all minutes, and the longest."""
    short, long = lengths[lengths >= SHORT_EPISODE], lengths[lengths >= LONG_EPISODE]
    longest = float(lengths.max()) if len(lengths) else 0.0
    return len(short), short.sum(), len(long), long.sum(), lengths.sum(), longest
