"""Who runs batch experiments, how many and when: parameters, without their simulation."""

from dataclasses import dataclass
from typing import Final

from simcore.documents import Document, document_path
from simcore.experiment import Experiment
from simcore.faults import Fault, ParameterFaults
from simcore.limits import limit_faults, limited

SHIPPED: Final = ("batch",)
HOURS_A_YEAR: Final = 8760.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Research:
    """Who runs batch experiments, when they start, and how much their lengths vary.

    Each of *researchers* starts *experiments_per_year* in the mean, at random (Poisson). A share
    *deadline_share* of them starts before one of the *deadlines*, by a gamma lead of mean
    *lead_days* and shape *lead_shape*; the others at any time. On top, *shocks_per_year* each draw
    *copies_per_shock* experiments in the mean, which start an exponential time of mean
    *shock_days* later. How long an experiment lasts is lognormal with a coefficient of variation of
    *hours_cv*. A researcher may have several under way.
    """

    researchers: int = limited("researchers", 0, 500, whole=True)
    experiments_per_year: float = limited("experiments/researcher/year", 0, 50)
    deadline_share: float = limited("share", 0, 1)
    deadlines: tuple[float, ...] = limited("day of the year", 0, 365)
    lead_days: float = limited("days", 0.01, 365)
    lead_shape: float = limited("shape", 1, 50)
    shocks_per_year: float = limited("shocks/year", 0, 20)
    copies_per_shock: float = limited("experiments/shock", 0, 500)
    shock_days: float = limited("days", 0.01, 365)
    hours_cv: float = limited("ratio", 0, 2)

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "research"))
        if self.deadline_share > 0 and not self.deadlines:
            message = "there are none for deadline_share; give days of the year, or a share of 0"
            faults.append(Fault("", "research.deadlines", message))
        if faults:
            raise ParameterFaults(faults)

    @property
    def planned_a_year(self) -> float:
        """Experiments a year that follow no shock."""
        return self.researchers * self.experiments_per_year

    @property
    def copied_a_year(self) -> float:
        """Experiments a year that follow a shock."""
        return self.shocks_per_year * self.copies_per_shock

    @property
    def starts_a_year(self) -> float:
        """Experiments a year in all."""
        return self.planned_a_year + self.copied_a_year


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Research whose experiments last *hours* in the mean, each on *pods_each* of its own."""

    research: Research
    hours: float = limited("h", 0.01, 1000)
    pods_each: int = limited("pods", 1, 1000, whole=True)

    def __post_init__(self) -> None:
        faults = list(limit_faults(self, "batch"))
        if faults:
            raise ParameterFaults(faults)

    @property
    def mean_pods(self) -> float:
        """Pods in use in the mean, by Little's law: starts an hour times hours times pods each.

        >>> batch = memo_batch()
        >>> round(batch.mean_pods, 3)  # 18 x 2.5 starts a year x 13.33 h / 8760 h
        0.068
        """
        return self.research.starts_a_year / HOURS_A_YEAR * self.hours * self.pods_each


def load_batch(name: str = SHIPPED[0]) -> tuple[Experiment, Research]:
    """Read an experiment and who runs such ones, by a shipped name or the path of a TOML file.

    Raises:
        ParameterFaults: every problem found, each with its file, line and key.
    """
    document = Document(document_path(name, SHIPPED, "batch"))
    document.only(document.root, ("experiment", "research"), "")
    experiment = document.entries("experiment", Experiment)
    research = document.entries("research", Research)
    return (
        document.made("experiment", Experiment, experiment),
        document.made("research", Research, research),
    )


def batch_of(experiment: Experiment, research: Research) -> Batch:
    """Return the *research* with experiments of the length and pods of this one."""
    return Batch(research=research, hours=experiment.hours, pods_each=experiment.whole_pods)


def memo_batch() -> Batch:
    """Return the batch that the shipped document describes: the memo's."""
    return batch_of(*load_batch())
