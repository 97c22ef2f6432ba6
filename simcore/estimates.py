"""Means and ratios over independent batches of weeks, with their standard errors."""

from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from simcore.kernel import Floats


class Estimate(NamedTuple):
    """A value and its standard error; nan where the sample does not say."""

    value: float
    error: float


def mean_of(weeks: Floats) -> Estimate:
    """Return the mean of *weeks* (batch by week).

    Weeks of one batch share strata, so that only batches are independent.

    >>> mean_of(np.array([[1.0, 3.0], [3.0, 5.0]]))
    Estimate(value=3.0, error=1.0)
    """
    return ratio_of(weeks, np.ones_like(weeks))


def ratio_of(above: Floats, below: Floats) -> Estimate:
    """Return the sum of *above* over that of *below* (batch by week), its error by linearising.

    The error is that of the mean residual above - ratio x below over batches, relative to the
    mean of *below*; it is 0 for a single batch of equal weeks only.
    """
    top, bottom = above.sum(axis=1), below.sum(axis=1)
    if bottom.sum() == 0:
        return Estimate(nan, nan)
    ratio = float(top.sum() / bottom.sum())
    if len(top) == 1:
        return Estimate(ratio, nan)
    spread = float((top - ratio * bottom).std(ddof=1))
    return Estimate(ratio, spread / sqrt(len(top)) / float(bottom.mean()))
