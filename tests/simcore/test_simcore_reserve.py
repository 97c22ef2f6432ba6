"""What is bought ahead and what on demand: hand-worked numbers, theory, and laws for all inputs."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simcore.faults import ParameterFaults
from simcore.kernel import Floats
from simcore.path import (
    Path,
    average_variance,
    averages_above,
    joined,
    maxima_above,
    of_arrivals,
    of_samples,
    of_work,
    pulses,
)
from simcore.reserve import Overflow, Terms, best_split, split_at, split_at_peak

HOUR = 3600.0


def terms(
    reserved: float = 1.0,
    on_demand: float = 4.0,
    *,
    increment: float = 1.0,
    quantum: float = 0.0,
    commitment: float = 0.0,
    overflow: Overflow = Overflow.METERED,
) -> Terms:
    return Terms(
        reserved=reserved,
        on_demand=on_demand,
        increment=increment,
        quantum=quantum,
        commitment=commitment,
        overflow=overflow,
    )


def steps(*demand: float, seconds: float = 10.0) -> Path:
    edges = np.asarray(seconds * np.arange(len(demand) + 1), dtype=np.float64)
    return Path(edges, np.array(demand, dtype=float))


def of_quantiles(quantiles: Floats) -> Path:
    """A path that holds each of equally likely demands once."""
    return steps(*quantiles, seconds=1.0)


LEVELS = (np.arange(200_000) + 0.5) / 200_000

paths = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 60)), min_size=1, max_size=40).map(
    lambda parts: Path(
        np.cumsum([0.0, *[float(length) for length, _ in parts]]),
        np.array([demand / 2 for _, demand in parts]),
    )
)
deals = st.builds(
    terms,
    reserved=st.floats(0, 6),
    on_demand=st.floats(0.5, 10),
    increment=st.sampled_from([0.5, 1.0, 4.0, 20.0]),
    quantum=st.sampled_from([0.0, 1.0, 7.0, 60.0, 3600.0]),
    commitment=st.sampled_from([0.0, 0.001, 24.0]),
    overflow=st.sampled_from(Overflow),
)


def test_a_split_by_hand() -> None:
    """Four ten-second steps of 2, 6, 9 and 3 units with 5 reserved at 1 against 4."""
    split = split_at(steps(2, 6, 9, 3), terms(), 5.0)
    assert split.overflow == pytest.approx((1 + 4) / 4)  # 6 - 5 and 9 - 5 in a quarter each
    assert split.carried == pytest.approx((2 + 5 + 5 + 3) / 4)
    assert split.spare_share == pytest.approx((3 + 2) / 4 / 5)  # 5 - 2 and 5 - 3
    assert split.overflow_share == pytest.approx(5 / 20)
    assert split.cost == pytest.approx(5 * 1 + 1.25 * 4)


def test_the_quantum_bills_the_highest_of_each_interval() -> None:
    """By the 20 s, 2 and 6 are billed as 6, 9 and 3 as 9, and a last 1 for a whole 20 s."""
    split = split_at(steps(2, 6, 9, 3, 1), terms(quantum=20.0), 5.0)
    # (1 + 4 + 0) units x 20 s, over the 50 s of the path.
    assert split.billed == pytest.approx(5 * 20 / 50)


def test_pods_are_billed_whole() -> None:
    """With pods of 4 units, a demand of 9 above one reserved pod is billed as two pods."""
    deal = terms(increment=4.0, overflow=Overflow.WHOLE)
    assert split_at(steps(2, 9), deal, 4.0).billed == pytest.approx(8 / 2)
    assert split_at(steps(2, 9), terms(increment=4.0), 4.0).billed == pytest.approx(5 / 2)


def test_a_commitment_is_paid_in_full() -> None:
    """A path of half an hour pays for the whole hour that was committed to: twice the price."""
    path = steps(2, 6, seconds=900.0)
    assert split_at(path, terms(commitment=1.0), 3.0).reserved_cost == pytest.approx(3 * 2.0)
    assert split_at(path, terms(commitment=0.25), 3.0).reserved_cost == pytest.approx(3.0)


@pytest.mark.parametrize(("reserved", "on_demand"), [(1.0, 4.0), (3.0, 4.0), (1.0, 20.0)])
def test_newsvendor_of_a_normal_demand(reserved: float, on_demand: float) -> None:
    """Normal demand: reserve m + z s, at a cost of c m + p s phi(z)."""
    law = stats.norm(100, 20)
    split = best_split(of_quantiles(law.ppf(LEVELS)), terms(reserved, on_demand, increment=1e-3))
    z = stats.norm.ppf(1 - reserved / on_demand)
    assert split.units == pytest.approx(100 + 20 * z, abs=0.01)
    cost = reserved * 100 + on_demand * 20 * stats.norm.pdf(z)
    assert split.cost == pytest.approx(cost, rel=1e-4)


def test_newsvendor_of_an_exponential_demand() -> None:
    """Exponential demand of mean m: reserve m log(p/c), at a cost of c m (1 + log(p/c))."""
    split = best_split(of_quantiles(-50 * np.log(1 - LEVELS)), terms(1.0, 4.0, increment=1e-3))
    assert split.units == pytest.approx(50 * log(4), abs=0.01)
    assert split.cost == pytest.approx(50 * (1 + log(4)), rel=1e-4)
    # Overflow above r is m exp(-r/m): a quarter of the demand.
    assert split.overflow_share == pytest.approx(0.25, rel=1e-3)


def test_newsvendor_of_a_poisson_demand() -> None:
    """Poisson demand: the least k with P(N <= k) of 1 - c/p, and no other k costs less."""
    path = of_quantiles(stats.poisson(14).ppf(LEVELS))
    split = best_split(path, terms(1.0, 6.0))
    assert split.units == stats.poisson(14).ppf(1 - 1 / 6)
    assert split.units == min(range(41), key=lambda k: split_at(path, terms(1.0, 6.0), k).cost)


@given(path=paths, deal=deals, units=st.integers(0, 60))
def test_nothing_is_lost(path: Path, deal: Terms, units: int) -> None:
    """Carried and overflow are the demand, carried and spare the reserve; shares stay in 0 to 1."""
    split = split_at(path, deal, units / 2)
    assert split.carried + split.overflow == pytest.approx(path.mean)
    assert split.carried + split.spare == pytest.approx(units / 2)
    assert -1e-9 <= split.spare_share <= 1 + 1e-9
    assert -1e-9 <= split.overflow_share <= 1 + 1e-9
    if deal.overflow is Overflow.METERED:
        assert split.billed >= split.overflow - 1e-9


@given(path=paths, deal=deals)
def test_cost_is_convex_and_the_optimum_its_least(path: Path, deal: Terms) -> None:
    """Over the multiples on sale the cost is convex, and none costs less than the best split."""
    best = best_split(path, deal)
    top = int(split_at_peak(path, deal).units / deal.increment) + 2
    costs = np.array([split_at(path, deal, k * deal.increment).cost for k in range(top + 1)])
    assert (np.diff(costs, 2) >= -1e-6 * (1 + costs.max())).all()
    assert best.cost <= costs.min() + 1e-6 * (1 + costs.min())
    assert best.units == pytest.approx(round(best.units / deal.increment) * deal.increment)


def test_dear_or_free_reserve() -> None:
    """A reserve as dear as on demand is not bought; a free one is bought up to the peak."""
    assert best_split(steps(2, 6, 9), terms(4.0, 4.0)).units == 0
    assert best_split(steps(2, 6, 9), terms(0.0, 4.0)).units == 9


def test_all_faults_of_the_terms_at_once() -> None:
    """Every parameter outside its limits is named in one exception."""
    with pytest.raises(ParameterFaults) as found:
        terms(reserved=-1.0, increment=0.0, quantum=float("nan"))
    keys = [fault.key for fault in found.value.faults]
    assert keys == ["terms.reserved", "terms.increment", "terms.quantum"]


def test_arrivals_make_the_path_of_what_they_hold() -> None:
    """Arrivals before the window count while they last; those that end before it do not."""
    path = of_arrivals(np.array([-5.0, -3.0, 2.0]), np.array([1.0, 4.0, 30.0]), 0.0, 10.0)
    assert path.edges.tolist() == [0.0, 1.0, 2.0, 10.0]
    assert path.demand.tolist() == [1.0, 0.0, 1.0]


def test_samples_hold_until_the_next() -> None:
    """A sample counts until the next, the last one for the median step; doubles add up."""
    path = of_samples(np.array([0.0, 60.0, 60.0, 120.0]), np.array([1.0, 9.0, 2.0, 3.0]))
    assert path.edges.tolist() == [0.0, 60.0, 120.0, 180.0]
    assert path.demand.tolist() == [1.0, 9.0 + 2.0, 3.0]


def test_work_is_done_where_it_arrives() -> None:
    """Work of 30 and 10 unit-seconds within one 10 s interval wants 4 units there."""
    path = of_work(np.array([5.0, 6.0, 26.0]), np.array([30.0, 10.0, 5.0]), 10.0)
    assert path.demand.tolist() == [4.0, 0.0, 0.5]


def test_windows_over_work_see_each_piece_at_its_time() -> None:
    """Pieces of 6 and 6 unit-seconds 4 s apart: a 5 s window holds both for 1 s of its starts.

    Both make 12/5 = 2.4 units; one alone makes 1.2. Starts run from 0 to 5 s here.
    """
    path = pulses(np.array([0.0, 3.0, 3.0, 7.0, 10.0]), np.array([0.0, 4.0, 2.0, 6.0, 0.0]))
    assert path.mean * path.span == pytest.approx(12.0)
    assert averages_above(path, 2.0, 5.0) == pytest.approx(1 / 5, abs=1e-5)  # starts 2 to 3
    assert averages_above(path, 1.0, 5.0) == pytest.approx(1.0, abs=1e-5)


def test_windows_by_hand() -> None:
    """Ten-second windows over 20 s of 0, 10 s of 8 and 20 s of 0: triangles and blocks.

    The average exceeds 4 while the window overlaps the peak by more than 5 s: starts from 15 to
    25 of 0 to 40. The maximum exceeds it for every overlap: starts from 10 to 30.
    """
    path = Path(np.array([0.0, 20.0, 30.0, 50.0]), np.array([0.0, 8.0, 0.0]))
    assert averages_above(path, 4.0, 10.0) == pytest.approx(10 / 40)
    assert maxima_above(path, 4.0, 10.0) == pytest.approx(20 / 40)
    assert averages_above(path, 8.0, 5.0) == 0
    # The mean over starts is 2; twice a ramp of 10 s up to 8: (2 x 10 x 64/3) / 40 - 4.
    assert average_variance(path, 10.0) == pytest.approx(2 * 10 * 64 / 3 / 40 - 2**2)


@given(path=paths, units=st.integers(0, 30), share=st.floats(0.05, 0.9))
def test_windows_agree_with_brute_force(path: Path, units: int, share: float) -> None:
    """Averages and maxima over many window starts, one by one, give the same shares."""
    window = share * path.span
    starts = path.edges[0] + (np.arange(4000) + 0.5) / 4000 * (path.span - window)
    whole = np.append(0.0, np.cumsum(path.demand * path.lengths))
    means = np.interp(starts + window, path.edges, whole) - np.interp(starts, path.edges, whole)
    above = means / window > units + 1e-7
    # Each crossing of the level is a start put on the wrong side, at most.
    crossings = 2 * len(path.demand) + 2
    near = np.mean(np.abs(means / window - units) <= 1e-6)
    assert averages_above(path, units, window) == pytest.approx(
        above.mean(), abs=crossings / 4000 + near
    )
    high = [
        path.demand[
            np.searchsorted(path.edges, s, "right") - 1 : np.searchsorted(path.edges, s + window)
        ].max()
        for s in starts[::20]
    ]
    assert maxima_above(path, units, window) == pytest.approx(
        np.mean(np.array(high) > units), abs=crossings / 200
    )


@given(path=paths, units=st.integers(0, 30), share=st.floats(0.05, 0.9))
def test_a_window_exceeds_by_its_maximum_first(path: Path, units: int, share: float) -> None:
    """A window whose average exceeds has a maximum that does; longer windows have more maxima."""
    window = share * path.span
    assert averages_above(path, units, window) <= maxima_above(path, units, window) + 1e-9
    assert 0 <= averages_above(path, units, window) <= 1
    if units >= path.peak:
        assert maxima_above(path, units, window) == 0


@given(path=paths, cut=st.floats(0.1, 0.9), level=st.floats(0.01, 0.99))
def test_a_path_cut_and_joined_is_the_same(path: Path, cut: float, level: float) -> None:
    """Cutting loses nothing: mean, peak and quantiles are those of the whole."""
    at = path.edges[0] + cut * path.span
    whole = joined([path.between(path.edges[0], at), path.between(at, path.edges[-1])])
    assert whole.mean == pytest.approx(path.mean)
    assert whole.peak == path.peak
    quantile = float(path.quantiles(np.array([level]))[0])
    assert path.time_above(quantile) <= 1 - level + 1e-6
    assert np.sum(path.lengths[path.demand >= quantile]) / path.span >= 1 - level - 1e-6
    assert sum(part.mean for part in path.parts(5)) / 5 == pytest.approx(path.mean)


@given(path=paths, seconds=st.floats(0.5, 100))
def test_blocks_are_the_highest_within(path: Path, seconds: float) -> None:
    """No block is below the demand within it, and each is reached."""
    blocks = path.blocks(seconds)
    for start, highest in zip(blocks.edges[:-1], blocks.demand, strict=True):
        inside = (path.edges[:-1] < start + seconds) & (path.edges[1:] > start)
        assert highest == path.demand[inside].max()
    assert blocks.span >= path.span * (1 - 1e-9)


def test_variance_of_windows_is_that_of_the_autocovariance() -> None:
    """Windowed averages of a random telegraph vary by the formula for R(t) = e^(-2 a t)/4.

    (2/w) x integral of (1 - t/w) e^(-bt)/4 = (bw - 1 + e^(-bw)) / (2 b² w²), b = 2 a = 2.
    """
    rng = np.random.default_rng(4)
    found = []
    for _ in range(30):
        edges = np.append(0.0, np.cumsum(rng.exponential(1.0, 4000)))
        path = Path(edges, np.tile([0.0, 1.0], 2000))
        found.append([average_variance(path, w) for w in (0.5, 2.0, 8.0)])
    for w, column in zip((0.5, 2.0, 8.0), np.array(found).T, strict=True):
        x = 2 * w
        theory = (x - 1 + exp(-x)) / (2 * x**2)
        error = column.std(ddof=1) / np.sqrt(30)
        assert abs(column.mean() - theory) < 4 * error


def test_a_bad_path_is_refused() -> None:
    """Times that do not ascend, negative or infinite demand, and windows too long are errors."""
    for edges, demand in (([0, 1], [-1]), ([1, 0], [1]), ([0, 1], [np.inf]), ([0, 1, 2], [1])):
        with pytest.raises(ValueError, match="demand"):
            Path(np.array(edges, dtype=float), np.array(demand, dtype=float))
    with pytest.raises(ValueError, match="does not fit"):
        averages_above(steps(1, 2), 1.0, HOUR)
