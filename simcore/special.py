"""Special functions of single numbers, without the second that a scientific library takes to load.

Incomplete gamma: series below the mean, Lentz's continued fraction above (Abramowitz and Stegun
6.5.29 and 6.5.31). Student's law: the continued fraction of the incomplete beta (26.5.8).
"""

from math import erfc, exp, inf, lgamma, log, sqrt
from statistics import NormalDist
from typing import Final

_TINY: Final = 1e-300
_PRECISION: Final = 1e-15
_STEPS: Final = 1_000_000
_HALVINGS: Final = 200


def normal_above(z: float) -> float:
    """Return the chance that a standard normal variate exceeds *z*.

    >>> round(normal_above(1.959964), 6)
    0.025
    """
    return erfc(z / sqrt(2)) / 2


def normal_quantile(chance: float) -> float:
    """Return the standard normal variate that is not exceeded with *chance*, within 0 to 1."""
    return NormalDist().inv_cdf(chance)


def gamma_above(shape: float, x: float) -> float:
    """Return the chance that a gamma variate of scale 1 exceeds *x*.

    >>> round(gamma_above(1.0, 2.0), 12) == round(exp(-2), 12)
    True
    """
    if x <= 0:
        return 1.0
    return 1 - _gamma_series(shape, x) if x < shape + 1 else _gamma_fraction(shape, x)


def gamma_below(shape: float, x: float) -> float:
    """Return the chance that a gamma variate of scale 1 does not exceed *x*."""
    if x <= 0:
        return 0.0
    return _gamma_series(shape, x) if x < shape + 1 else 1 - _gamma_fraction(shape, x)


def gamma_quantile(shape: float, chance: float) -> float:
    """Return the value that a gamma variate of scale 1 does not exceed with *chance*."""
    low, high = 0.0, shape + 1.0
    while gamma_below(shape, high) < chance:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if gamma_below(shape, middle) < chance else (low, middle)
    return high


def _gamma_series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for step in range(1, _STEPS):
        term *= x / (shape + step)
        total += term
        if term < total * _PRECISION:
            break
    return total * exp(shape * log(x) - x - lgamma(shape))


def _gamma_fraction(shape: float, x: float) -> float:
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    found = d
    for step in range(1, _STEPS):
        a = -step * (step - shape)
        b += 2
        d = 1 / _away(a * d + b)
        c = _away(b + a / c)
        found *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return found * exp(shape * log(x) - x - lgamma(shape))


def student_above(freedom: float, t: float) -> float:
    """Return the chance that Student's variate of *freedom* degrees exceeds *t*, from 0 up.

    >>> round(student_above(1, 1.0), 12)  # Cauchy: 1/2 - arctan(1)/pi
    0.25
    """
    if t == inf:
        return 0.0
    whole = freedom + t * t
    return _beta_below(freedom / 2, 0.5, freedom / whole, t * t / whole) / 2


def _beta_below(a: float, b: float, x: float, y: float) -> float:
    """Return the regularised incomplete beta function of *x*; *y* is 1 - x, unrounded."""
    if x <= 0 or y <= 0:
        return float(x > 0)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, y) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d = 1 / _away(1 + part * d)
            c = _away(1 + part / c)
            found *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return found


def _away(value: float) -> float:
    """Return *value*, kept away from nothing."""
    return value if abs(value) > _TINY else _TINY
