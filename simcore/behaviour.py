"""The parameters of one user's behaviour: their meaning, units and hard limits."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, log, sqrt
from typing import Final

from simcore.faults import Fault, ParameterFaults
from simcore.limits import limit_faults, limited

MINUTES_A_DAY: Final = 1440.0
ABOUT_ONE: Final = 1e-6
"""How far from 1 the weights of the time zones may add up."""


class Mode(StrEnum):
    """How the shared factor joins a user's own.

    MIX: z = sqrt(rho) G + sqrt(1 - rho) Y, so that the variance stays. ADD: sigma Y + shared_sigma
    G, so that the shared factor adds variance.
    """

    MIX = "mix"
    ADD = "add"


class Norm(StrEnum):
    """What modulation keeps: MEAN keeps mean demand; with MEDIAN each layer adds demand."""

    MEAN = "mean"
    MEDIAN = "median"


class Rung(StrEnum):
    """The memo's ladder: each rung adds one correlate to those before it."""

    INDEPENDENT = "independent"
    TIME_OF_DAY = "time of day"
    SEASONALITY = "seasonality"
    CORRELATION = "correlation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One user's behaviour. Sessions start as a modulated Poisson process and hold messages.

    The rate of session starts is nu w(t) exp(modulation), where nu follows from *messages_per_day*
    (at modulation 1) and *messages_per_session* (geometric). Gaps between the messages of a
    session are a mixture of two lognormals. Each message holds a slot for a lognormal time. A
    message that would exceed *ceiling* slots in flight (0 for none) is not sent. The time of day
    w is *night_floor* plus von Mises bumps of concentration *kappa*, centred on *peak_hour* and
    shifted by *zone_offsets*; its mean is 1. Modulation is hourly AR(1) with scale *memory_hours*.
    """

    messages_per_day: float = limited("messages/day", 0.01, 2000)
    messages_per_session: float = limited("messages", 1, 500)
    ceiling: int = limited("slots", 0, 64, whole=True)
    holding_mean: float = limited("min", 0.01, 15)
    holding_cv: float = limited("ratio", 0, 2)
    short_share: float = limited("share", 0, 1)
    short_gap: float = limited("min", 0.05, 60)
    short_log_sd: float = limited("log", 0, 2)
    long_gap: float = limited("min", 0.05, 600)
    long_log_sd: float = limited("log", 0, 2)
    night_floor: float = limited("share", 0.001, 1)
    kappa: float = limited("concentration", 0, 50)
    peak_hour: float = limited("h", 0, 24)
    zone_offsets: tuple[float, ...] = limited("h", -12, 12)
    zone_weights: tuple[float, ...] = limited("share", 0, 1)
    weekdays: tuple[float, ...] = limited("ratio", 0.01, 10)
    sigma: float = limited("log", 0, 3)
    correlation: float = limited("share", 0, 1)
    shared_sigma: float = limited("log", 0, 3)
    memory_hours: float = limited("h", 0.1, 2000)
    mode: Mode
    norm: Norm

    def __post_init__(self) -> None:
        faults = [*limit_faults(self, "behaviour"), *consistency_faults(self)]
        if faults:
            raise ParameterFaults(faults)

    @property
    def slots_per_user(self) -> float:
        """Slots that a user holds in the mean at modulation 1, without a ceiling (Little's law)."""
        return self.messages_per_day * self.holding_mean / MINUTES_A_DAY

    @property
    def own_scale(self) -> float:
        """Standard deviation of the own factor in the logarithm of the rate."""
        if self.mode is Mode.MIX:
            return self.sigma * sqrt(1.0 - self.correlation)
        return self.sigma

    @property
    def shared_scale(self) -> float:
        """Standard deviation of the shared factor in the logarithm of the rate."""
        if self.mode is Mode.MIX:
            return self.sigma * sqrt(self.correlation)
        return self.shared_sigma

    @property
    def offset(self) -> float:
        """What is taken from the logarithm of the rate: half its variance, or nothing."""
        if self.norm is Norm.MEDIAN:
            return 0.0
        return (self.own_scale**2 + self.shared_scale**2) / 2

    @property
    def memory(self) -> float:
        """Autocorrelation of the modulation over one hour."""
        return exp(-1.0 / self.memory_hours)

    @property
    def mean_gap(self) -> float:
        """Mean minutes between the messages of a session."""
        short = self.short_gap * exp(self.short_log_sd**2 / 2)
        long = self.long_gap * exp(self.long_log_sd**2 / 2)
        return self.short_share * short + (1 - self.short_share) * long

    @property
    def rate_correlation(self) -> float:
        """Correlation of two users' rates, (e^shared variance - 1)/(e^all variance - 1)."""
        shared, own = self.shared_scale**2, self.own_scale**2
        return (exp(shared) - 1) / (exp(shared + own) - 1) if shared + own > 0 else 0.0

    def at(self, rung: Rung) -> "Behaviour":
        """Return this behaviour with the correlates of *rung* and of those below it only."""
        match rung:
            case Rung.CORRELATION:
                return self
            case Rung.SEASONALITY:
                return replace(self, correlation=0.0, shared_sigma=0.0)
            case Rung.TIME_OF_DAY:
                return replace(self, correlation=0.0, shared_sigma=0.0, sigma=0.0)
            case Rung.INDEPENDENT:
                flat = replace(self.at(Rung.TIME_OF_DAY), night_floor=1.0)
                return replace(flat, weekdays=(1.0,) * 7)


def consistency_faults(behaviour: Behaviour) -> list[Fault]:
    """Return a fault for each rule between parameters that does not hold."""
    faults = []

    def fault(key: str, message: str) -> None:
        faults.append(Fault("", f"behaviour.{key}", message))

    weights = behaviour.zone_weights
    if not weights or len(weights) != len(behaviour.zone_offsets):
        fault(
            "zone_weights",
            f"{len(weights)} weights for {len(behaviour.zone_offsets)} zone_offsets; "
            "give one weight for each zone",
        )
    elif abs(sum(weights) - 1) > ABOUT_ONE:
        fault("zone_weights", f"they add up to {sum(weights):g}; make them add up to 1")
    if len(behaviour.weekdays) != len(WEEKDAYS):
        fault("weekdays", f"{len(behaviour.weekdays)} factors; give seven, Monday first")
    if behaviour.mode is Mode.MIX and behaviour.shared_sigma:
        fault("shared_sigma", 'mode "mix" takes the shared factor from correlation; make this 0')
    if behaviour.mode is Mode.ADD and behaviour.correlation:
        fault("correlation", 'mode "add" takes the shared factor from shared_sigma; make this 0')
    return faults


def log_normal(mean: float, cv: float) -> tuple[float, float]:
    """Return (mu, sd) of the logarithm of a lognormal of this *mean* and *cv*.

    >>> mu, sd = log_normal(0.606, 0.6)
    >>> round(mu, 4), round(sd, 4)
    (-0.6546, 0.5545)
    """
    variance = log(1 + cv**2)
    return log(mean) - variance / 2, sqrt(variance)


WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
