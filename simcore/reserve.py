"""Capacity bought ahead against overflow bought on demand: costs, and the split that costs least.

Reserving one more unit costs its price at all times and saves the price on demand while demand
exceeds what is reserved. So the best reserve is a quantile of demand: the least number of units
that demand stays within for the share 1 - reserved/on-demand price of the time. This is the
newsvendor problem (Arrow, Harris and Marschak, "Optimal inventory policy", 1951).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor
from typing import Final

import numpy as np

from simcore.faults import ParameterFaults
from simcore.limits import limit_faults, limited
from simcore.path import ROUNDING, Path

SECONDS_AN_HOUR: Final = 3600.0


class Overflow(StrEnum):
    """How overflow is sold. METERED: as used. WHOLE: in multiples of the increment."""

    METERED = "metered"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Prices of a unit for an hour, and how capacity is sold.

    *increment* is the units that are bought together, such as the slots of a pod. *quantum* is
    the least time that overflow is bought for: each clock interval of it is billed at its highest
    overflow; 0 bills what is used. *commitment* is what a reserve is bought for: it is paid for
    whole commitments, however short the demand's path; 0 pays for the path.
    """

    reserved: float = limited("USD/unit h", 0, 1e6)
    on_demand: float = limited("USD/unit h", 1e-9, 1e6)
    increment: float = limited("units", 1e-6, 1e6)
    quantum: float = limited("s", 0, 30 * 86_400)
    commitment: float = limited("h", 0, 5 * 8760)
    overflow: Overflow

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "terms"))
        if faults:
            raise ParameterFaults(faults)

    def rounded_up(self, units: float) -> float:
        """Return the least units on sale that are no fewer than *units*."""
        return ceil(units / self.increment * (1 - ROUNDING)) * self.increment

    def hourly_reserve(self, path: Path) -> float:
        """Return what a reserved unit costs in an hour of *path*, its commitment paid in full."""
        if not self.commitment:
            return self.reserved
        hours = path.span / SECONDS_AN_HOUR
        paid = ceil(hours / self.commitment * (1 - ROUNDING)) * self.commitment
        return self.reserved * paid / hours


@dataclass(frozen=True, slots=True)
class Split:
    """What a reserve of *units* carries and costs: means over time in units, and USD an hour.

    *carried* and *overflow* add up to the demand, *carried* and *spare* to *units*. *billed* is
    the overflow that is paid for: in whole increments and quanta it exceeds what is used.
    """

    units: float
    carried: float
    overflow: float
    billed: float
    reserved_cost: float
    overflow_cost: float

    @property
    def spare(self) -> float:
        """Mean of the reserved units that are not in use."""
        return self.units - self.carried

    @property
    def overflow_share(self) -> float:
        """Share of the demand that overflows."""
        demand = self.carried + self.overflow
        return self.overflow / demand if demand > 0 else 0.0

    @property
    def spare_share(self) -> float:
        """Share of the reserve that is not in use."""
        return self.spare / self.units if self.units > 0 else 0.0

    @property
    def cost(self) -> float:
        """USD an hour for both."""
        return self.reserved_cost + self.overflow_cost


def billed_path(path: Path, terms: Terms) -> Path:
    """Return the demand that on-demand capacity would be billed for, were nothing reserved."""
    demand = path.demand
    if terms.overflow is Overflow.WHOLE:
        demand = np.ceil(demand / terms.increment * (1 - ROUNDING)) * terms.increment
    whole = Path(path.edges, demand)
    return whole.blocks(terms.quantum) if terms.quantum else whole


def split_at(path: Path, terms: Terms, units: float, billed: Path | None = None) -> Split:
    """Return what a reserve of *units* carries and costs on *path*.

    *billed* saves computing billed_path again. With overflow sold whole, *units* is a multiple of
    the increment.
    """
    billed = billed or billed_path(path, terms)
    overflow = path.excess(units)
    paid = billed.excess(units) * billed.span / path.span
    return Split(
        units=units,
        carried=path.mean - overflow,
        overflow=overflow,
        billed=paid,
        reserved_cost=units * terms.hourly_reserve(path),
        overflow_cost=paid * terms.on_demand,
    )


def critical_level(path: Path, terms: Terms, billed: Path) -> float:
    """Return the share of billed time that demand stays within the best reserve; 0 for none."""
    ratio = terms.hourly_reserve(path) * path.span / (terms.on_demand * billed.span)
    return max(0.0, 1 - ratio)


def best_split(path: Path, terms: Terms) -> Split:
    """Return the split of least cost; of equal ones that with the smallest reserve.

    The cost is convex in the reserve, so the best multiple of the increment is next to the
    quantile.

    >>> terms = Terms(reserved=1.0, on_demand=4.0, increment=1.0, quantum=0.0, commitment=0.0,
    ...               overflow=Overflow.METERED)
    >>> path = Path(np.array([0.0, 5.0, 8.0, 10.0]), np.array([2.0, 6.0, 9.0]))
    >>> best_split(path, terms).units  # within 6 units for 0.8 of the time; 1 - 1/4 are asked for
    6.0
    """
    billed = billed_path(path, terms)
    level = critical_level(path, terms, billed)
    if level == 0.0:
        return split_at(path, terms, 0.0, billed)
    quantile = float(billed.quantiles(np.array([level]))[0])
    below = floor(quantile / terms.increment * (1 + ROUNDING)) * terms.increment
    splits = [split_at(path, terms, units, billed) for units in (below, terms.rounded_up(quantile))]
    return min(splits, key=lambda split: (split.cost, split.units))


def split_at_peak(path: Path, terms: Terms) -> Split:
    """Return the split with the whole demand reserved."""
    return split_at(path, terms, terms.rounded_up(path.peak))
