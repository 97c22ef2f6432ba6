"""Who wants access and what a policy allows: parameters, without their simulation."""

from dataclasses import dataclass
from math import exp, expm1
from typing import Final

from simcore.documents import Document, document_path
from simcore.faults import ParameterFaults
from simcore.limits import limit_faults, limited

SHIPPED: Final = ("policy",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUps:
    """Who wants to join each week, how many may, and how long they wait and stay.

    *interest* wish to join in the first week in the mean (Poisson), *growth* more in each week than
    in the last, and *burst* more in all from *burst_week* on, fading over *burst_weeks*. At most
    *cap* are admitted in a week; the others wait, first come, first served, and give up after an
    exponential time of mean *patience*. Those admitted stay for an exponential time of mean *stay*.
    A share *heavy_share* of them asks for as much as *heavy_weight* of the memo's researcher, the
    others for *light_weight*.
    """

    cap: int = limited("users/week", 0, 100_000, whole=True)
    interest: float = limited("users/week", 0, 2000)
    growth: float = limited("share/week", -0.5, 0.5)
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
        usual = self.interest * (1 + self.growth) ** week
        if week < self.burst_week:
            return usual
        since = (week - self.burst_week) / self.burst_weeks
        return usual + self.burst * exp(-since) * -expm1(-1 / self.burst_weeks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a policy allows and asks for.

    A user may send *requests_per_minute*. *lower_level* is a service level that research could do
    with; *wait_minutes* is how long requests may be queued. Scheduled availability opens for
    *open_hours* a day from *opens_at*; a share *moved* of the demand outside moves into them, and
    the rest is lost. A stack of its own costs less by *stack_cut*.
    """

    requests_per_minute: float = limited("requests/min", 0.1, 10_000)
    lower_level: float = limited("share", 0.5, 0.9999)
    wait_minutes: float = limited("min", 0, 1440)
    opens_at: float = limited("h", 0, 24)
    open_hours: float = limited("h", 1, 24)
    moved: float = limited("share", 0, 1)
    stack_cut: float = limited("share", 0, 0.99)

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "policy"))
        if faults:
            raise ParameterFaults(faults)


def load_policy(name: str = SHIPPED[0]) -> tuple[SignUps, Policy]:
    """Read sign-ups and a policy by a shipped name or the path of a TOML file.

    Raises:
        ParameterFaults: every problem found, each with its file, line and key.
    """
    document = Document(document_path(name, SHIPPED, "policy"))
    document.only(document.root, ("sign_ups", "policy"), "")
    sign_ups = document.entries("sign_ups", SignUps)
    policy = document.entries("policy", Policy)
    return document.made("sign_ups", SignUps, sign_ups), document.made("policy", Policy, policy)
