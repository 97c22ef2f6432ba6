"""Options of commands that run pods: how they scale, and what people do who wait."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from simcore.commands.face import number, whole

if TYPE_CHECKING:
    from simcore.cascade import Cascade
    from simcore.scaling import Scaling

_MOST_MINUTES = 10_000
_MOST_PODS = 10_000


def add_pods(made: argparse.ArgumentParser) -> None:
    """Add how pods scale."""
    pods = made.add_argument_group("pods")
    pods.add_argument(
        "--slots",
        type=whole(1, 1000),
        metavar="N",
        help="slots of a pod (default: the preset's)",
    )
    pods.add_argument(
        "--spin-up",
        type=number(0, _MOST_MINUTES),
        default=1.0,
        metavar="MIN",
        help="minutes until a pod is ready: loading weights takes tens of seconds to minutes "
        "(default: %(default)g)",
    )
    pods.add_argument(
        "--headroom",
        type=number(0, 10),
        default=0.0,
        metavar="SHARE",
        help="slots wanted beyond those needed, as a share of them (default: %(default)g)",
    )
    pods.add_argument(
        "--cool-down",
        type=number(0, _MOST_MINUTES),
        default=5.0,
        metavar="MIN",
        help="minutes for which a pod is kept after the need fell (default: %(default)g, as in "
        "Kubernetes)",
    )
    pods.add_argument(
        "--minimum",
        type=whole(0, _MOST_PODS),
        default=1,
        metavar="N",
        help="pods that always run (default: %(default)s)",
    )
    pods.add_argument(
        "--maximum",
        type=whole(0, _MOST_PODS),
        default=1000,
        metavar="N",
        help="pods that can be had (default: %(default)s)",
    )


def add_waiting(made: argparse.ArgumentParser) -> None:
    """Add what people do who wait."""
    people = made.add_argument_group("people who wait")
    people.add_argument(
        "--patience",
        type=number(0, _MOST_MINUTES),
        metavar="MIN",
        help="minutes in the queue before a request gives up (default: it waits for ever)",
    )
    people.add_argument(
        "--waiting",
        choices=("exponential", "fixed"),
        default="exponential",
        help="the law of patience (default: %(default)s)",
    )
    people.add_argument(
        "--retry",
        type=number(0, 1),
        default=0.0,
        metavar="SHARE",
        help="chance that a request given up comes back (default: %(default)g)",
    )
    people.add_argument(
        "--retry-delay",
        type=number(0.01, _MOST_MINUTES),
        default=1.0,
        metavar="MIN",
        help="mean minutes until then (default: %(default)g)",
    )
    people.add_argument(
        "--zombie",
        type=number(0, 1),
        default=0.0,
        metavar="SHARE",
        help="share of its time in a slot that a request given up takes all the same "
        "(default: %(default)g)",
    )


def scaling_of(options: argparse.Namespace, slots: int) -> Scaling:
    """Return the scaling asked for; *slots* of a pod where none are given."""
    from simcore.scaling import Scaling

    return Scaling(
        slots_per_pod=options.slots or slots,
        minimum=options.minimum,
        maximum=options.maximum,
        headroom=options.headroom,
        spin_up=options.spin_up,
        cool_down=options.cool_down,
    )


def cascade_of(options: argparse.Namespace) -> Cascade:
    """Return what people do who wait."""
    from simcore.cascade import PATIENT, Cascade, Waiting

    if options.patience is None:
        return PATIENT
    return Cascade(
        waiting=Waiting(options.waiting),
        patience=options.patience,
        retry=options.retry,
        retry_delay=options.retry_delay,
        zombie=options.zombie,
    )
