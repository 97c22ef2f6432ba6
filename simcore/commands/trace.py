"""`simcore trace`: a sample week of slots wanted and of pods, for charts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from simcore.commands.face import Answer, Commands, Plain, command, emit, number, whole
from simcore.commands.pods import add_pods, add_waiting, cascade_of, scaling_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simcore.traces import Trace

_JSON = """
--json prints one object:
  {"preset", "slots", "bin", "seed",
   "trace": [{"users", "hours", "slots_mean", "slots_peak", "pods_needed", "pods_ready",
              "pods_paid", "overload"}, ...]}
A row is a bin of bin minutes of one sample week; hours are those from Monday's midnight to its
start. Slots are generations that would be in slots if none ever waited: mean and peak of the bin.
pods_needed is the fewest pods for the peak; pods_ready and pods_paid are means, and overload the
minutes of the bin with requests in the queue. Another seed gives another week.
"""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "a sample week of slots wanted and of pods needed, ready and paid"
    made = command(commands, "trace", summary, _JSON, _trace)
    made.add_argument(
        "--users",
        action="append",
        type=whole(1, 5000),
        metavar="N",
        help="users (default: 25); may be given again",
    )
    made.add_argument(
        "--bin",
        type=number(1, 1440),
        default=15.0,
        metavar="MIN",
        help="minutes of a row (default: %(default)g)",
    )
    add_pods(made)
    add_waiting(made)


def _trace(options: argparse.Namespace) -> int:
    import numpy as np

    from simcore.operation import Policy
    from simcore.presets import load_preset
    from simcore.traces import trace

    preset = load_preset(options.preset)
    scaling = scaling_of(options, preset.service.slots)
    policy = Policy("scaled", scaling, cascade_of(options))
    seed = np.random.SeedSequence(options.seed)
    found = [
        trace(preset.behaviour, users, policy, seed, options.bin)
        for users in dict.fromkeys(options.users or [25])
    ]
    facts: dict[str, Plain] = {
        "preset": preset.name,
        "slots": scaling.slots_per_pod,
        "bin": options.bin,
        "seed": options.seed,
    }
    rows = [row for one in found for row in _rows(one)]
    text = "\n\n".join(_text(preset.name, one) for one in found)
    return emit(Answer(facts, "trace", rows, text, lambda at: _draw(at, found)), options)


def _rows(found: Trace) -> list[dict[str, Plain]]:
    columns = [item.name for item in fields(found) if item.name != "users"]
    values = zip(*(getattr(found, name).tolist() for name in columns), strict=True)
    return [
        {"users": found.users, **{n: round(v, 4) for n, v in zip(columns, row, strict=True)}}
        for row in values
    ]


def _text(preset: str, found: Trace) -> str:
    """Return a day by line: highest slots, most pods needed, mean pods paid, overload."""
    days = (found.hours // 24).astype(int)
    lines = [f"{preset}: a week of {found.users} users"]
    for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        that = days == day
        if that.any():
            lines.append(
                f"  {name}  slots {found.slots_mean[that].mean():7.2f} mean "
                f"{found.slots_peak[that].max():5.0f} peak"
                f"   pods {found.pods_needed[that].max():3.0f} needed "
                f"{found.pods_paid[that].mean():6.2f} paid"
                f"   overload {found.overload[that].sum():6.1f} min"
            )
    return "\n".join(lines)


def _draw(figure: Figure, found: Sequence[Trace]) -> None:
    handles = []
    for axes, one in zip(figure.subplots(len(found), 1, squeeze=False)[:, 0], found, strict=True):
        days = one.hours / 24
        axes.fill_between(days, one.slots_peak, step="post", alpha=0.3, label="slots wanted, peak")
        axes.step(days, one.slots_mean, where="post", label="slots wanted, mean")
        axes.set(
            title=f"{one.users} users", xlabel="day of the week", ylabel="slots", ylim=(0, None)
        )
        pods = axes.twinx()
        pods.step(days, one.pods_ready, where="post", color="black", label="pods ready")
        pods.step(days, one.pods_needed, where="post", color="red", ls=":", label="pods needed")
        pods.set(ylabel="pods", ylim=(0, None))
        handles = [*axes.get_legend_handles_labels()[0], *pods.get_legend_handles_labels()[0]]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
