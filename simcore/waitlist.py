"""Sign-ups with a weekly cap, a waiting list and attrition: expected values and simulation."""

from math import ceil, floor, log, log1p, sqrt
from typing import Final, NamedTuple

import numpy as np

from simcore.access import SignUps
from simcore.concurrency import unspent
from simcore.faults import Fault, ParameterFaults
from simcore.kernel import Counts, Floats

_SIGMAS: Final = 9.0
"""How far laws are followed on either side: the chance beyond is below 1e-18."""

_MARGIN: Final = 20
_TINY: Final = 1e-16
_MOST_INTEREST: Final = 10_000.0
"""Users a week up to whom laws are followed."""


class Week(NamedTuple):
    """One week in the mean: who came and went in it, and who is there at its end.

    *week* counts from 1. *left* are users who left; *gave_up* left the waiting list.
    """

    week: int
    wanted: float
    admitted: float
    gave_up: float
    left: float
    waiting: float
    active: float


class Law(NamedTuple):
    """The law of a whole number: *chances[i]* of being *low* + i."""

    low: int
    chances: Floats

    @property
    def numbers(self) -> Floats:
        """The numbers that the law is about."""
        return np.arange(self.low, self.low + len(self.chances), dtype=float)

    @property
    def mean(self) -> float:
        """Mean of the law."""
        return float(self.numbers @ self.chances)

    def beyond(self, number: int) -> "Law":
        """Return the law of the excess above *number*, which is 0 below it."""
        over = self.low - number
        if over >= 0:
            return Law(over, self.chances)
        rest = self.chances[-over:]
        return Law(0, np.concatenate([[self.chances[:-over].sum() + rest[:1].sum()], rest[1:]]))


def poisson_law(mean: float) -> Law:
    """Return the Poisson law, as far as its chances count.

    >>> round(float(poisson_law(2.0).chances[2]), 4)  # 2² e^-2 / 2
    0.2707
    """
    if mean <= 0:
        return Law(0, np.ones(1))
    reach = _SIGMAS * sqrt(mean) + _MARGIN
    low = max(0, floor(mean - reach))
    numbers = np.arange(low, ceil(mean + reach))
    chances = np.exp(numbers * log(mean) - mean - _log_factorials(int(numbers[-1]))[low:])
    return Law(low, chances / chances.sum())


def sum_law(one: Law, other: Law) -> Law:
    """Return the law of the sum of two independent numbers, without its farthest tails."""
    chances = np.convolve(one.chances, other.chances)
    counted = np.flatnonzero(chances > _TINY)
    first, last = counted[0], counted[-1]
    return Law(one.low + other.low + int(first), chances[first : last + 1])


def thinned_law(law: Law, keep: float) -> Law:
    """Return the law of those kept, each with chance *keep*, by himself.

    >>> thinned_law(Law(2, np.ones(1)), 0.5).chances.round(6).tolist()
    [0.25, 0.5, 0.25]
    """
    numbers = np.arange(law.low, law.low + len(law.chances))
    top = int(numbers[-1])
    half = ceil(_SIGMAS * sqrt(top * keep * (1 - keep))) + _MARGIN
    kept = np.floor(numbers * keep).astype(np.int64)[:, None] + np.arange(-half, half + 1)
    source = np.broadcast_to(numbers[:, None], kept.shape)
    there = (kept >= 0) & (kept <= source)
    kept, source = kept[there], source[there]
    logs = _log_factorials(top)
    chances = logs[source] - logs[kept] - logs[source - kept]
    chances = np.exp(chances + kept * log(keep) + (source - kept) * log1p(-keep))
    low = int(kept.min())
    summed = np.bincount(kept - low, weights=chances * law.chances[source - law.low])
    return Law(low, summed / summed.sum())


def _log_factorials(top: int) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, top + 1)))])


def expected_weeks(sign_ups: SignUps, weeks: int) -> list[Week]:
    """Return each week's expected values, exactly: the waiting list is followed as a law.

    The list is a Markov chain, W' = Binomial((W + Poisson - cap)+, kept). Users are linear in the
    admitted, so that their mean follows from the admitted's: U' = kept U + kept_of_admitted A. With
    *cap* s always filled, and a mean stay l, U(k) = s l (1 - e^(-k/l)).

    Raises:
        ParameterFaults: interest grows beyond what can be followed within these *weeks*.
    """
    grown = sign_ups.interest * (1 + sign_ups.growth) ** max(weeks - 1, 0)
    if grown > _MOST_INTEREST:
        message = (
            f"{sign_ups.growth:g} makes {grown:.3g} users/week of the interest in week {weeks}, "
            f"where at most {_MOST_INTEREST:g} are followed; lower it, or follow fewer weeks"
        )
        raise ParameterFaults([Fault("", "sign_ups.growth", message)])
    waiting, active = Law(0, np.ones(1)), float(sign_ups.starting)
    found = []
    for week in range(weeks):
        wanted = sign_ups.wanted(week)
        there = sum_law(waiting, poisson_law(wanted))
        turned_away = there.beyond(sign_ups.cap)
        admitted = there.mean - turned_away.mean
        waiting = thinned_law(turned_away, sign_ups.kept_waiting)
        before = active
        active = before * sign_ups.kept + admitted * sign_ups.kept_of_admitted
        found.append(
            Week(
                week + 1,
                wanted,
                admitted,
                turned_away.mean - waiting.mean,
                before + admitted - active,
                waiting.mean,
                active,
            )
        )
    return found


def flowing_weeks(sign_ups: SignUps, weeks: int) -> list[Week]:
    """Return each week as a flow, without chance: what many users come to, simple to follow.

    The list is W' = kept (W + wanted - cap)+. Near the cap chance makes the expected list longer,
    and fewer are admitted than here: a week that brings more than the cap is not made up for by
    one that brings fewer.
    """
    waiting, active = 0.0, float(sign_ups.starting)
    found = []
    for week in range(weeks):
        wanted = sign_ups.wanted(week)
        admitted = min(waiting + wanted, float(sign_ups.cap))
        turned_away = waiting + wanted - admitted
        waiting = turned_away * sign_ups.kept_waiting
        before = active
        active = before * sign_ups.kept + admitted * sign_ups.kept_of_admitted
        gave_up, left = turned_away - waiting, before + admitted - active
        found.append(Week(week + 1, wanted, admitted, gave_up, left, waiting, active))
    return found


class Histories(NamedTuple):
    """Simulated weeks: each array has a row a replication and a column a week."""

    wanted: Counts
    admitted: Counts
    gave_up: Counts
    left: Counts
    waiting: Counts
    active: Counts


def simulate_weeks(
    sign_ups: SignUps, weeks: int, replications: int, seed: np.random.SeedSequence
) -> Histories:
    """Simulate the sign-ups *replications* times, user by user: each joins and leaves at a time."""
    rng = np.random.Generator(np.random.SFC64(unspent(seed)))
    found = Histories(*(np.zeros((replications, weeks), np.int64) for _ in Histories._fields))
    waiting = np.zeros(replications, np.int64)
    there_before = np.repeat(np.arange(replications), sign_ups.starting)
    _stay(sign_ups, there_before, np.zeros(len(there_before)), found.left, rng)
    for week in range(weeks):
        wanted = rng.poisson(sign_ups.wanted(week), replications)
        there = waiting + wanted
        admitted = np.minimum(there, sign_ups.cap)
        waiting = rng.binomial(there - admitted, sign_ups.kept_waiting)
        new = np.repeat(np.arange(replications), admitted)
        _stay(sign_ups, new, week + rng.random(len(new)), found.left, rng)
        found.wanted[:, week], found.admitted[:, week] = wanted, admitted
        found.waiting[:, week], found.gave_up[:, week] = waiting, there - admitted - waiting
    joined = sign_ups.starting + np.cumsum(found.admitted, axis=1)
    found.active[:] = joined - np.cumsum(found.left, axis=1)
    return found


def _stay(
    sign_ups: SignUps, who: Counts, since: Floats, left: Counts, rng: np.random.Generator
) -> None:
    """Draw when users leave and count it in *left*; *who* is each one's row, *since* its start."""
    at = np.floor(since + rng.exponential(sign_ups.stay, len(who)))
    inside = at < left.shape[1]
    np.add.at(left, (who[inside], at[inside].astype(np.int64)), 1)
