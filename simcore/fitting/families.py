"""Which law the gaps follow: mixtures of lognormals against a lognormal, Pareto and Lomax, by BIC.

All likelihoods are of the same gaps in seconds, so that their criteria compare.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, pi, sqrt
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtr
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.mixture import GaussianMixture  # type: ignore[import-untyped]

from simcore.fitting.one_thread import one_thread
from simcore.fitting.stamps import Floats

MOST_COMPONENTS: Final = 5
MOST_GAPS: Final = 10_000
"""Gaps that are fitted; of more, this many are drawn."""
_STARTS: Final = 3
_ROUGH, _TOLERANCE = 1e-3, 1e-6
"""Gains in log-likelihood a gap at which a start, and then the best start, stop."""
_STEPS: Final = 500
_LEAST_VARIANCE: Final = 1e-4
"""Of the logarithm, added to each component, or one would close in on a single gap."""
_LEAST_A_COMPONENT: Final = 10
"""Gaps a component must have for one more to be tried."""


class Component(NamedTuple):
    """A lognormal component of the gaps: weight, median in seconds, sd of the logarithm."""

    weight: float
    median: float
    log_sd: float


@dataclass(frozen=True, slots=True)
class Family:
    """A law fitted to gaps.

    *parameters* is how many numbers were fitted, *bic* = parameters log n - 2 log likelihood (the
    least is best). *components* are those of a mixture of lognormals, by median. Otherwise *shape*
    and *scale* (s) are those of scipy.stats.
    """

    name: str
    parameters: int
    log_likelihood: float
    bic: float
    components: tuple[Component, ...] = ()
    shape: float = 0.0
    scale: float = 0.0

    def density(self, logs: Floats) -> Floats:
        """Return the density of the logarithm of a gap in seconds."""
        if self.components:
            return mixture_density(self.components, logs)
        gaps = np.exp(logs)
        if self.name == "Lomax":
            return np.asarray(
                self.shape / self.scale * (1 + gaps / self.scale) ** (-self.shape - 1) * gaps
            )
        return np.where(gaps >= self.scale, self.shape * (self.scale / gaps) ** self.shape, 0.0)


def component_densities(components: Sequence[Component], logs: Floats) -> Floats:
    """Return the weighted density of each component at the *logs*, a row a component."""
    return np.array(
        [
            c.weight
            / (c.log_sd * sqrt(2 * pi))
            * np.exp(-(((logs - log(c.median)) / c.log_sd) ** 2) / 2)
            for c in components
        ]
    )


def mixture_density(components: Sequence[Component], logs: Floats) -> Floats:
    """Return the density of a mixture at the *logs* of gaps."""
    return np.asarray(component_densities(components, logs).sum(axis=0))


def _made(name: str, parameters: int, fit: float, size: int, **rest: object) -> Family:
    return Family(name, parameters, fit, parameters * log(size) - 2 * fit, **rest)  # type: ignore[arg-type]  # passed on


def _model(components: int, seed: int, start: Sequence[Component] = ()) -> GaussianMixture:
    """Return a mixture to be fitted, which begins at *start*, or at clusters of the gaps."""
    begun = {}
    if start:
        begun = {
            "weights_init": np.array([c.weight for c in start]),
            "means_init": np.array([[log(c.median)] for c in start]),
            "precisions_init": np.array([[[c.log_sd**-2]] for c in start]),
        }
    return GaussianMixture(
        n_components=components,
        tol=_ROUGH,
        max_iter=_STEPS,
        n_init=1 if start else _STARTS,
        reg_covar=_LEAST_VARIANCE,
        random_state=seed,
        warm_start=True,
        **begun,
    )


def _splits(parts: Sequence[Component]) -> Iterator[tuple[Component, ...]]:
    """Yield the mixture with each of its components split in two, half a deviation apart."""
    for at, (weight, median, sd) in enumerate(parts):
        halves = [
            Component(weight / 2, median * exp(side * sd / 2), max(sd * sqrt(3) / 2, 0.01))
            for side in (-1, 1)
        ]
        yield (*parts[:at], *halves, *parts[at + 1 :])


def _merges(parts: Sequence[Component]) -> Iterator[tuple[Component, ...]]:
    """Yield the mixture with each two neighbours as one."""
    for at, (a, b) in enumerate(pairwise(parts)):
        yield (*parts[:at], _joined(a, b), *parts[at + 2 :])


def fit_mixture(
    gaps: Floats, components: int, seed: int, starts: Iterable[Sequence[Component]] = ()
) -> Family:
    """Fit so many lognormals by expectation and maximisation, from clusters and from *starts*.

    A lognormal's density is that of its logarithm over the gap, hence the sum of logs below.
    """
    logs = np.log(gaps)
    models = [_model(components, seed)]
    models += [_model(components, seed, start) for start in starts]
    with warnings.catch_warnings():
        # A fit that still gains a millionth a step after so many steps is good enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for model in models:
            model.fit(logs[:, None])
        model = max(models, key=lambda one: float(one.lower_bound_))
        model.set_params(tol=_TOLERANCE).fit(logs[:, None])
    found = sorted(
        Component(float(weight), exp(mean), sqrt(variance))
        for weight, mean, variance in zip(
            model.weights_, model.means_[:, 0], model.covariances_[:, 0, 0], strict=True
        )
    )
    found.sort(key=lambda component: component.median)
    fit = float(model.score(logs[:, None])) * len(gaps) - float(logs.sum())
    name = "lognormal" if components == 1 else f"{components} lognormals"
    return _made(name, 3 * components - 1, fit, len(gaps), components=tuple(found))


def fit_pareto(gaps: Floats) -> Family:
    """Fit a Pareto law: the scale is the least gap, the shape has a closed form."""
    scale, size = float(gaps.min()), len(gaps)
    logs = np.log(gaps)
    shape = size / max(float(logs.sum()) - size * log(scale), 1e-12)
    fit = size * log(shape) + size * shape * log(scale) - (shape + 1) * float(logs.sum())
    return _made("Pareto", 2, fit, size, shape=shape, scale=scale)


def fit_lomax(gaps: Floats) -> Family:
    """Fit a Lomax law: for each scale the best shape is n/sum log(1 + gap/scale)."""
    size = len(gaps)

    def shape(log_scale: float) -> float:
        return size / float(np.log1p(gaps / exp(log_scale)).sum())

    def fit(log_scale: float) -> float:
        best = shape(log_scale)
        # The sum of log(1 + gap/scale) is size/best, by the choice of best.
        return size * (log(best) - log_scale) - (best + 1) * size / best

    logs = np.log(gaps)
    found = minimize_scalar(
        lambda at: -fit(at), bounds=(float(logs.min()) - 2, float(logs.max()) + 5), method="bounded"
    )
    at = float(found.x)
    return _made("Lomax", 2, fit(at), size, shape=shape(at), scale=exp(at))


def fit_mixtures(gaps: Floats, most: int, seed: int) -> list[Family]:
    """Fit mixtures of 1 to *most* lognormals.

    Each begins also at the splits of the one before and, on the way back, at the merges of the one
    after, so that one more component does not fit worse for want of a good start.
    """
    found = [fit_mixture(gaps, 1, seed)]
    for k in range(2, most + 1):
        found.append(fit_mixture(gaps, k, seed, _splits(found[-1].components)))
    for k in range(most - 1, 1, -1):
        again = fit_mixture(gaps, k, seed, _merges(found[k].components))
        found[k - 1] = max(found[k - 1], again, key=lambda family: family.log_likelihood)
    return found


@one_thread
def fit_families(
    gaps: Floats, seed: np.random.SeedSequence, most_components: int = MOST_COMPONENTS
) -> tuple[Family, ...]:
    """Fit every family to positive *gaps* in seconds; the best by BIC comes first."""
    rng = np.random.default_rng(seed)
    if len(gaps) > MOST_GAPS:
        gaps = rng.choice(gaps, MOST_GAPS, replace=False)
    state = int(rng.integers(2**31))
    different = len(np.unique(gaps))
    most = max(1, min(most_components, different // 2, len(gaps) // _LEAST_A_COMPONENT))
    found = fit_mixtures(gaps, most, state)
    if different > 1:
        found += [fit_pareto(gaps), fit_lomax(gaps)]
    return tuple(sorted(found, key=lambda family: family.bic))


def merged(components: Sequence[Component], wanted: int) -> tuple[Component, ...]:
    """Return a mixture of *wanted* components: neighbours are merged, keeping the log's moments.

    Those go first whose merging changes the law least (Runnalls, 2007, IEEE Trans. AES 43:989).
    """
    left = list(components)
    while len(left) > wanted:
        pairs = [(_loss(a, b), at) for at, (a, b) in enumerate(pairwise(left))]
        at = min(pairs)[1]
        left[at : at + 2] = [_joined(left[at], left[at + 1])]
    return tuple(left)


def _joined(a: Component, b: Component) -> Component:
    weight = a.weight + b.weight
    one, other = log(a.median), log(b.median)
    share = a.weight / weight
    mean = share * one + (1 - share) * other
    inner = share * a.log_sd**2 + (1 - share) * b.log_sd**2
    return Component(weight, exp(mean), sqrt(inner + share * (1 - share) * (one - other) ** 2))


def _loss(a: Component, b: Component) -> float:
    """Return a bound on the information that merging two components loses."""
    both = _joined(a, b)
    return both.weight * log(both.log_sd) - a.weight * log(a.log_sd) - b.weight * log(b.log_sd)


def distance(family: Family, gaps: Floats) -> float:
    """Return the largest distance between the distributions of the *gaps* and of the *family*.

    This is the statistic of Kolmogorov and Smirnov: 0.02 means that no share of gaps below any
    length is off by more than 2 points.
    """
    ordered = np.sort(gaps)
    if family.components:
        parts = [
            c.weight * ndtr((np.log(ordered) - log(c.median)) / c.log_sd) for c in family.components
        ]
        below = np.sum(parts, axis=0)
    elif family.name == "Lomax":
        below = 1 - (1 + ordered / family.scale) ** -family.shape
    else:
        below = 1 - (family.scale / ordered) ** family.shape
    steps = np.arange(len(ordered) + 1) / len(ordered)
    return float(max(np.abs(below - steps[1:]).max(), np.abs(below - steps[:-1]).max()))
