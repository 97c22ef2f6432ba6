"""Sign-ups with a weekly cap, a waiting list and attrition: expected values and simulation."""

from dataclasses import dataclass
from math import ceil, exp, expm1, floor, log, log1p, sqrt
from typing import Final, NamedTuple

import numpy as np

from simcore.concurrency import unspent
from simcore.faults import ParameterFaults
from simcore.kernel import Counts, Floats
from simcore.limits import limit_faults, limited

_SIGMAS: Final = 9.0
"""How far laws are followed on either side: the chance beyond is below 1e-18."""

_MARGIN: Final = 20
_TINY: Final = 1e-16


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUps:
    """Who wants to join each week, how many may, and how long they wait and stay.

    *interest* wish to join in a week in the mean (Poisson), and *burst* more in all from
    *burst_week* on, fading over *burst_weeks*. At most *cap* are admitted in a week; the others
    wait, first come, first served, and give up after an exponential time of mean *patience*.
    Those admitted stay for an exponential time of mean *stay*. A share *heavy_share* of them asks
    for as much as *heavy_weight* of the memo's researcher, the others for *light_weight*.
    """

    cap: int = limited("users/week", 0, 100_000, whole=True)
    interest: float = limited("users/week", 0, 2000)
    burst: float = limited("users", 0, 20_000)
    burst_week: int = limited("week", 0, 520, whole=True)
    burst_weeks: float = limited("weeks", 0.05, 520)
    patience: float = limited("weeks", 0.1, 520)
    stay: float = limited("weeks", 0.1, 1000)
    starting: int = limited("users", 0, 20_000, whole=True)
    heavy_share: float = limited("share", 0, 1)
    heavy_weight: float = limited("Antra equivalents/user", 0, 10)
    light_weight: float = limited("Antra equivalents/user", 0, 10)

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "sign_ups"))
        if faults:
            raise ParameterFaults(faults)

    @property
    def equivalence(self) -> float:
        """Antra equivalents of one new user, in the mean over heavy and light ones."""
        return self.heavy_share * self.heavy_weight + (1 - self.heavy_share) * self.light_weight

    @property
    def kept_waiting(self) -> float:
        """Share of those waiting who are still there a week later."""
        return exp(-1 / self.patience)

    @property
    def kept(self) -> float:
        """Share of the users of one week's end who are still there at the next's."""
        return exp(-1 / self.stay)

    @property
    def kept_of_admitted(self) -> float:
        """Share of those admitted evenly over a week who are still there at its end."""
        return self.stay * -expm1(-1 / self.stay)

    def wanted(self, week: int) -> float:
        """Return how many wish to join in *week* in the mean, counted from 0."""
        if week < self.burst_week:
            return self.interest
        since = (week - self.burst_week) / self.burst_weeks
        return self.interest + self.burst * exp(-since) * -expm1(-1 / self.burst_weeks)


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
    """
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
