"""`simcore scale`: what static pods and scaled pods cost, and how they serve."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from math import floor, isnan, log10
from typing import TYPE_CHECKING

from simcore.commands.face import (
    Answer,
    Commands,
    Plain,
    command,
    emit,
    jobs_of,
    number,
    progress_of,
    whole,
)
from simcore.commands.pods import add_pods, add_waiting, cascade_of, scaling_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simcore.comparison import Compared
    from simcore.episodes import Episodes
    from simcore.performance import Performance

_WHOLE = 100
_JSON = """
--json prints one object:
  {"preset", "users", "slots", "level", "gap", "seed", "weeks", "gain", "drains",
   "need": {"minutes", "short", "long", ...},
   "policies": [{"policy", "cascade", "pod_hours", "pods", "to_peak", "most", "highest", "wait",
                 "late", "lost", "attempts", "failed", "wasted", "utilization", "minutes",
                 "short", "long", "short_length", "long_length", "longest"}, ...]}
Policies: one static pod; static pods for the highest need of a share level of weeks; scaled pods;
and scaling without any delay. Numbers are a week's mean, times in minutes, and name_error is the
standard error over independent batches of weeks; null where nothing was seen.
pod_hours are those paid, spinning up or ready; pods their mean number, the ratio to one static
pod; to_peak the ratio to static pods at each week's own peak. most is the mean of weekly maxima,
highest the most pods of all weeks. wait is that of messages served, late the share of messages
without a slot after --late minutes, lost the share that gave up for good, attempts those a
message, failed the share of them that gave up, wasted the share of slot time on nobody,
utilization the slot time taken over that of ready pods.
minutes are those with requests in the queue; short and long the spells of them of at least 5 and
30 minutes, dips of up to gap minutes bridged, and *_length their mean lengths. need says the same
of the time in which the need is above one pod and nothing ever waits.
With --retry or --zombie each policy has a row without them too ("cascade": false). gain is retry +
zombie. From 1 on an overload feeds itself: drains is false, and the rows with it hold no numbers.
"""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "what static and scaled pods cost a week, and the waits and outages that they leave"
    made = command(commands, "scale", summary, _JSON, _scale)
    made.add_argument(
        "--users", type=whole(1, 5000), default=25, metavar="N", help="default: %(default)s"
    )
    made.add_argument(
        "--level",
        type=number(0.5, 0.9999),
        metavar="SHARE",
        help="share of weeks whose highest need the static peak covers (default: the preset's)",
    )
    made.add_argument(
        "--weeks",
        type=whole(2, 100_000),
        default=320,
        metavar="N",
        help="weeks to simulate, about (default: %(default)s)",
    )
    made.add_argument(
        "--gap",
        type=number(0, 1000),
        default=0.0,
        metavar="MIN",
        help="dips of so many minutes do not end an episode (default: %(default)g)",
    )
    made.add_argument(
        "--late",
        type=number(0, 10_000),
        default=1.0,
        metavar="MIN",
        help="a message without a slot after so many minutes is late (default: %(default)g)",
    )
    add_pods(made)
    add_waiting(made)


def _scale(options: argparse.Namespace) -> int:
    import numpy as np

    from simcore.comparison import Question, compare
    from simcore.operation import span_of
    from simcore.presets import load_preset

    preset = load_preset(options.preset)
    scaling, cascade = scaling_of(options, preset.service.slots), cascade_of(options)
    level = options.level or preset.service.level
    question = Question(scaling, cascade, level, options.late, options.gap)
    seed = np.random.SeedSequence(options.seed)
    span = span_of(preset.behaviour, options.users, options.weeks, seed, jobs_of(options))
    span = replace(span, progress=progress_of(options))
    found = compare(preset.behaviour, options.users, question, span)
    rows = [_row(one) for one in found.policies]
    facts: dict[str, Plain] = {
        "preset": preset.name,
        "users": options.users,
        "slots": scaling.slots_per_pod,
        "level": level,
        "gap": options.gap,
        "seed": options.seed,
        "weeks": span.batches * span.weeks,
        "gain": cascade.gain,
        "drains": cascade.drains,
        "need": _flat(found.shortages),
    }
    text = _text(facts, rows)
    return emit(Answer(facts, "policies", rows, text, lambda at: _draw(at, rows)), options)


def _row(compared: Compared) -> dict[str, Plain]:
    row: dict[str, Plain] = {"policy": compared.policy, "cascade": compared.cascade}
    found = compared.performance
    if found is None:
        return row
    return {**row, **_flat(found), **_flat(found.overloads)}


def _flat(found: Performance | Episodes) -> dict[str, Plain]:
    """Return estimates as plain numbers, each with its error; None where nothing was seen."""
    flat: dict[str, Plain] = {}
    for name in (item.name for item in fields(found)):
        value = getattr(found, name)
        if isinstance(value, int):
            flat[name] = value
        elif isinstance(value, tuple):
            flat[name], flat[f"{name}_error"] = (_digits(number) for number in value)
    return flat


def _digits(number: float) -> float | None:
    return None if isnan(number) else float(f"{number:.5g}")


def _text(facts: Mapping[str, Plain], rows: Sequence[Mapping[str, Plain]]) -> str:
    need = facts["need"]
    assert isinstance(need, dict)
    title = (
        f"{facts['preset']}: {facts['users']} users, pods of {facts['slots']} slots, "
        f"{facts['weeks']} weeks (± standard errors)"
    )
    short = (
        f"  The need is above one pod for {_told(need, 'minutes')} min a week, "
        f"{_told(need, 'long')} times for 30 min or more"
    )
    lines = [title, short, "", *(f"  {line}" for line in _table(rows))]
    if not facts["drains"]:
        lines += ["", f"The cascade never drains: its gain is {facts['gain']:g}, 1 or more."]
    return "\n".join(lines)


_COLUMNS = {
    "pods": "pods",
    "most": "most pods",
    "minutes": "overload min",
    "short": ">= 5 min",
    "long": ">= 30 min",
    "wait": "wait min",
    "late": "late",
    "attempts": "attempts",
}


def _table(rows: Sequence[Mapping[str, Plain]]) -> list[str]:
    cells = [["a week", *_COLUMNS.values()]]
    for row in rows:
        name = f"{row['policy']}, cascade" if row["cascade"] else str(row["policy"])
        cells.append([name, *(_told(row, column) for column in _COLUMNS)])
    widths = [max(len(line[at]) for line in cells) for at in range(len(cells[0]))]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in cells
    ]


def _told(row: Mapping[str, Plain], name: str) -> str:
    value, error = row.get(name), row.get(f"{name}_error")
    if not isinstance(value, float):
        return "-"
    if not isinstance(error, float):
        return _short(value)
    return f"{_short(value)} ± {_short(error, 1)}" if error else _short(value)


def _short(number: float, digits: int = 3) -> str:
    """Return a number to so many digits, whole from 100 up, without an exponent.

    >>> _short(1234.5), _short(27.3, 1), _short(0.00523, 1), _short(0.0)
    ('1,234', '30', '0.005', '0')
    """
    rounded = float(f"{number:.{digits}g}") if abs(number) < _WHOLE else round(number)
    decimals = max(digits - 1 - floor(log10(abs(rounded))), 0) if rounded else 0
    return f"{rounded:,.{decimals}f}"


def _draw(figure: Figure, rows: Sequence[Mapping[str, Plain]]) -> None:
    left, right = figure.subplots(1, 2)
    seen = [row for row in rows if "pods" in row]
    names = [f"{row['policy']}\ncascade" if row["cascade"] else str(row["policy"]) for row in seen]
    for axes, name, label in (
        (left, "pods", "pods paid (mean)"),
        (right, "minutes", "overload (min a week)"),
    ):
        values = [float(str(row[name])) for row in seen]
        errors = [float(str(row[f"{name}_error"] or 0)) for row in seen]
        axes.bar(names, values, yerr=errors, capsize=4)
        axes.set(ylabel=label, xlabel="policy")
        axes.tick_params(axis="x", labelrotation=45)
    left.set_title("Cost")
    right.set_title("Outages")
