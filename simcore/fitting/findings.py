"""What is found of a trace: estimates, their errors, and what cannot be known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from simcore.behaviour import Behaviour
from simcore.fitting.daytime import Day
from simcore.fitting.families import Family
from simcore.fitting.seasonality import (
    Seasonality,
)
from simcore.fitting.sessions import Gaps, Sessions
from simcore.fitting.trace import Trace
from simcore.fitting.usage import Usage
from simcore.limits import limits_table

Value = float | tuple[float, ...] | str
GAP_NAMES: Final = ("short_share", "short_gap", "short_log_sd", "long_gap", "long_log_sd")
SEASON_NAMES: Final = ("sigma", "correlation", "shared_sigma", "memory_hours", "mode", "norm")
DAY_NAMES: Final = ("night_floor", "kappa", "peak_hour", "zone_offsets", "zone_weights")
_GROUPS: Final = (GAP_NAMES, SEASON_NAMES, DAY_NAMES)
"""Parameters that mean something only together: all are taken from the trace, or none."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A fitted parameter: its value, its standard error where there is one, and how it was got."""

    value: Value
    error: float | tuple[float, ...] | None
    how: str


@dataclass(slots=True)
class Fit:
    """What one trace says.

    *families* are laws of all gaps, best first; *within* of those inside sessions. *estimates* are
    the parameters that go into a preset; *beyond* those fitted but outside the model's limits, and
    *unknown* what the trace cannot say, each a sentence.
    """

    trace: Trace
    usage: Usage = field(default_factory=dict)
    gaps: Gaps | None = None
    gaps_are: str = ""
    families: tuple[Family, ...] = ()
    within: tuple[Family, ...] = ()
    sessions: Sessions | None = None
    day: Day | None = None
    weekdays: tuple[float, ...] | None = None
    seasonality: Seasonality | None = None
    dispersion: Mapping[float, float] = field(default_factory=dict)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    beyond: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def take(self, name: str, value: Value, how: str, error: float | None = None) -> None:
        """Hold an estimate."""
        self.estimates[name] = Estimate(value, error, how)


def within_limits(fit: Fit) -> None:
    """Move estimates outside the model's limits to what is said only, with their group."""
    for name, estimate in list(fit.estimates.items()):
        if name not in fit.estimates:
            continue
        limits = limits_table(Behaviour).get(name)
        values = estimate.value if isinstance(estimate.value, tuple) else (estimate.value,)
        if limits is None or all(
            isinstance(v, float) and limits.low <= v <= limits.high for v in values
        ):
            continue
        shown = ", ".join(f"{v:.4g}" if isinstance(v, float) else v for v in values)
        group = next((names for names in _GROUPS if name in names), (name,))
        rest = [other for other in group if other != name and other in fit.estimates]
        message = (
            f"{name} would be {shown}, outside {limits.low:g} to {limits.high:g} {limits.unit}"
        )
        message += "; left at the base preset" + (f", with {', '.join(rest)}" if rest else "")
        fit.beyond.append(message)
        for other in (name, *rest):
            fit.estimates.pop(other)
