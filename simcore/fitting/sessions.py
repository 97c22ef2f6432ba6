"""Gaps between the requests of one user, and the sessions into which the long ones divide them."""

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from scipy.special import ndtr

from simcore.fitting.families import Component, Family, component_densities, fit_families
from simcore.fitting.stamps import Floats
from simcore.fitting.trace import Codes

COARSE: Final = 0.1
"""Tick in seconds from which requests in one tick may still be different ones."""
BREAK: Final = 1800.0
"""A pause in seconds that ends a session, by the half hour of web analytics."""
_ENOUGH: Final = 0.1
"""Share of a component above a break for it to lie between sessions."""
_REACH: Final = 3.0
"""Standard deviations above the longest median within which its posterior is looked at."""
LEAST_GAPS: Final = 50
"""Gaps below which nothing is fitted to them."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The positive gaps in seconds within each user's requests, and how many were 0.

    *jittered* says that times were moved within the clock's tick instead of dropping the zeros;
    *total* counts the gaps with them.
    """

    seconds: Floats
    zeros: int
    jittered: bool
    total: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions: their first times, users, requests and seconds to the last request.

    *cut* is the gap in seconds above which a new session begins, or None where none were divided.
    """

    starts: Floats
    users: Codes
    sizes: Codes
    lengths: Floats
    cut: float | None


def ordered_by(users: Codes, seconds: Floats) -> Codes:
    """Return the order of rows by user, then time."""
    return np.lexsort((seconds, users))


def gaps_of(users: Codes, seconds: Floats, resolution: float, seed: np.random.SeedSequence) -> Gaps:
    """Return the gaps between each user's requests.

    Where the clock is coarse, each time is moved to somewhere within its tick, so that gaps of 0
    become short ones; where it is fine, a gap of 0 is one request written twice, and is dropped.
    """
    order = ordered_by(users, seconds)
    same = np.diff(users[order]) == 0
    plain = np.diff(seconds[order])[same]
    zeros = int((plain <= 0).sum())
    jittered = resolution >= COARSE
    if jittered:
        rng = np.random.default_rng(seed)
        seconds = seconds + rng.random(len(seconds)) * resolution
        order = ordered_by(users, seconds)
        plain = np.diff(seconds[order])[np.diff(users[order]) == 0]
    return Gaps(plain[plain > 0], zeros, jittered, len(plain))


def fitted(gaps: Gaps, seed: np.random.SeedSequence) -> tuple[Family, ...]:
    """Return the families fitted to the gaps, best first; none where there are too few."""
    return fit_families(gaps.seconds, seed) if len(gaps.seconds) >= LEAST_GAPS else ()


def mixture_of(families: tuple[Family, ...]) -> tuple[Component, ...]:
    """Return the components of the best mixture of lognormals."""
    return next((family.components for family in families if family.components), ())


def _beyond(component: Component) -> float:
    """Return the share of a component that is longer than a break."""
    return float(ndtr((log(component.median) - log(BREAK)) / component.log_sd))


def cut_of(components: tuple[Component, ...]) -> float | None:
    """Return the gap in seconds from which it rather lies between sessions, or None.

    A component lies between sessions if a tenth of it or more is longer than a break: the longest
    one and perhaps others, for nights and afternoons differ. A gap is between sessions where
    their posterior is above a half. None says that there is no such component, or no other.
    """
    between = [c for c in components if _beyond(c) >= _ENOUGH]
    within = [c for c in components if _beyond(c) < _ENOUGH]
    if not within or not between:
        return None
    longest = max(between, key=lambda c: c.median)
    low, high = log(within[-1].median), log(longest.median) + _REACH * longest.log_sd
    grid = np.linspace(low, high, 4001)
    inside = component_densities(within, grid).sum(axis=0)
    outside = component_densities(between, grid).sum(axis=0)
    outer = np.flatnonzero(outside > inside)
    return float(np.exp(grid[outer[0]])) if len(outer) else None


def divided(users: Codes, seconds: Floats, cut: float | None) -> Sessions:
    """Divide each user's requests where the gap is above *cut*; without one, only by user."""
    order = ordered_by(users, seconds)
    who, when = users[order], seconds[order]
    fresh = np.concatenate([[True], np.diff(who) != 0])
    if cut is not None:
        fresh[1:] |= np.diff(when) > cut
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(order)) - 1
    return Sessions(when[first], who[first], last - first + 1, when[last] - when[first], cut)
