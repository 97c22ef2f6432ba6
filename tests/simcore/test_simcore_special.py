"""Special functions against SciPy's, over what demand asks of them."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from simcore.special import (
    gamma_above,
    gamma_below,
    gamma_quantile,
    normal_above,
    normal_quantile,
    student_above,
)

logs = st.floats(-6, 11)


@given(log_shape=logs, z=st.floats(-8, 8))
def test_gamma(log_shape: float, z: float) -> None:
    """Both tails from a shape of 1/400 to 60,000, eight deviations around the mean."""
    shape = exp(log_shape)
    x = max(shape + z * np.sqrt(shape), 1e-6)
    assert gamma_above(shape, x) == pytest.approx(special.gammaincc(shape, x), rel=1e-8, abs=1e-14)
    assert gamma_below(shape, x) == pytest.approx(special.gammainc(shape, x), rel=1e-8, abs=1e-14)


@given(log_shape=st.floats(-1, 11), level=st.floats(0.001, 0.9999))
def test_gamma_quantile(log_shape: float, level: float) -> None:
    """Quantiles are those whose chance is the level."""
    shape = exp(log_shape)
    theory = special.gammaincinv(shape, level)
    assert gamma_quantile(shape, level) == pytest.approx(theory, rel=1e-7)


@given(freedom=st.integers(1, 400), t=st.floats(0, 200))
def test_student(freedom: int, t: float) -> None:
    """The upper tail of Student's law."""
    theory = special.stdtr(freedom, -t)
    assert student_above(freedom, t) == pytest.approx(theory, rel=1e-8, abs=1e-290)


@given(z=st.floats(-30, 30))
def test_normal(z: float) -> None:
    """The normal law far into its tails, and back."""
    assert normal_above(z) == pytest.approx(special.ndtr(-z), rel=1e-10)
    if z >= 0:
        assert normal_quantile(normal_above(z)) == pytest.approx(-z, rel=1e-6, abs=1e-9)
