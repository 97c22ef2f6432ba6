"""How a policy performs: its pods, the waits and the outages, with standard errors."""

from dataclasses import dataclass

import numpy as np

from simcore.episodes import Episodes, episodes
from simcore.estimates import Estimate, mean_of, ratio_of
from simcore.kernel import Floats
from simcore.operation import Outcome
from simcore.profile import HOURS_A_WEEK


@dataclass(frozen=True, slots=True)
class Performance:
    """What a policy costs a week and how it serves; times in minutes but for *pod_hours*.

    *pod_hours* are those paid, spinning up or ready; *pods* is their mean number, which is also
    the ratio to one static pod; *to_peak* the ratio to as many static pods as the week's highest
    need. *most* is the mean over weeks of the most pods at once, *highest* the most of all weeks.
    *wait* is the mean from first sending to a slot, of the served. *late* is the share of messages
    without a slot after the policy's time for it. *lost* is the share that gave up for good.
    *attempts* is attempts a message (the amplification of what is offered), *failed* the share of
    attempts that gave up, *wasted* the share of slot time spent on nobody. *utilization* is slot
    time taken over that of ready pods. *overloads* are spells with requests in the queue.
    """

    pod_hours: Estimate
    pods: Estimate
    to_peak: Estimate
    most: Estimate
    highest: int
    wait: Estimate
    late: Estimate
    lost: Estimate
    attempts: Estimate
    failed: Estimate
    wasted: Estimate
    utilization: Estimate
    overloads: Episodes


def performance(outcome: Outcome, peaks: Floats, gap: float = 0.0) -> Performance:
    """Return how a policy performed.

    *peaks* is the most pods that each week needed (batch by week); *gap* is the dip in minutes
    that does not end an episode.
    """
    seen, messages = outcome.counted, outcome.messages
    hours = seen("paid_minutes") / 60
    slots = outcome.policy.scaling.slots_per_pod
    return Performance(
        pod_hours=mean_of(hours),
        pods=mean_of(hours / HOURS_A_WEEK),
        to_peak=ratio_of(hours / HOURS_A_WEEK, peaks),
        most=mean_of(seen("most")),
        highest=int(seen("most").max()),
        wait=ratio_of(seen("waited"), seen("served")),
        late=ratio_of(seen("late"), messages),
        lost=ratio_of(seen("lost"), messages),
        attempts=ratio_of(seen("attempts"), messages),
        failed=ratio_of(seen("failed"), seen("attempts")),
        wasted=ratio_of(seen("wasted"), seen("worked")),
        utilization=ratio_of(seen("worked"), slots * seen("ready_minutes")),
        overloads=episodes([[week.spells for week in batch] for batch in outcome.weeks], gap),
    )


def peaks_of(need: Outcome) -> Floats:
    """Return the most pods that each week needed, from the course of perfect scaling."""
    return np.maximum(need.counted("most"), 1.0)


def shortages(need: Outcome, pods: int, gap: float = 0.0) -> Episodes:
    """Return the spells in which the need was above so many *pods*, had nothing ever waited.

    *need* is the outcome of perfect scaling. Overloads of a queue last longer, because what piled
    up must be worked off.
    """
    return episodes([[week.ready_above(pods) for week in batch] for batch in need.weeks], gap)


def static_peak(peaks: Floats, level: float) -> int:
    """Return the fewest static pods that cover the highest need of a share *level* of weeks.

    >>> static_peak(np.array([[1.0, 2.0], [3.0, 9.0]]), 0.75)
    3
    """
    return int(np.quantile(peaks, level, method="inverted_cdf"))
