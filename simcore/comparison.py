"""Policies side by side on the same demand: static and scaled pods, with a cascade and without."""

from dataclasses import dataclass, replace

from simcore.behaviour import Behaviour
from simcore.cascade import Cascade
from simcore.episodes import Episodes
from simcore.operation import LATE_AFTER, Policy, Span, operated
from simcore.performance import Performance, peaks_of, performance, shortages, static_peak
from simcore.scaling import Scaling, perfect, static

PERFECT, ONE, PEAK, SCALED = "no delay", "one pod", "static peak", "scaled"


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared.

    The static peak covers the highest need of a share *level* of weeks. Requests without a slot
    after *late_after* minutes are late. Dips of up to *gap* minutes do not end an episode.
    """

    scaling: Scaling
    cascade: Cascade
    level: float
    late_after: float = LATE_AFTER
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Compared:
    """A policy and how it performed.

    *cascade* says whether failures come back (retries, zombie work); without, those who give up
    are gone. *performance* is None where the cascade never drains.
    """

    policy: str
    cascade: bool
    performance: Performance | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The spells in which the need is above one pod, and each policy with its performance."""

    shortages: Episodes
    policies: tuple[Compared, ...]


def compare(behaviour: Behaviour, users: int, question: Question, span: Span) -> Comparison:
    """Compare one static pod, the static peak, scaled pods, and pods without any delay."""
    slots, gap = question.scaling.slots_per_pod, question.gap
    perfectly = Policy(PERFECT, perfect(slots), late_after=question.late_after)
    (need,) = operated(behaviour, users, [perfectly], span.part(0, 2))
    peaks = peaks_of(need)
    named = {
        ONE: static(1, slots),
        PEAK: static(static_peak(peaks, question.level), slots),
        SCALED: question.scaling,
    }
    gone = replace(question.cascade, retry=0.0, zombie=0.0)
    people = [gone, *([question.cascade] if question.cascade.gain > 0 else [])]
    policies = [
        Policy(name, scaling, cascade, question.late_after)
        for cascade in people
        for name, scaling in named.items()
    ]
    drain = [policy for policy in policies if policy.cascade.drains]
    seen = {o.policy: o for o in [need, *operated(behaviour, users, drain, span.part(1, 2))]}
    return Comparison(
        shortages(need, 1, gap),
        tuple(
            Compared(
                policy.name,
                policy.cascade.gain > 0,
                performance(seen[policy], peaks, gap) if policy in seen else None,
            )
            for policy in [perfectly, *policies]
        ),
    )
