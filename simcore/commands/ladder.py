"""`simcore ladder`: how many users a pod serves, or the slots that N users need."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from simcore.commands.face import Answer, Commands, Plain, add_effort, command, emit, number, run_of
from simcore.commands.face import whole as whole_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simcore.ladder import Run, Step
    from simcore.preset import Preset, Service

_JSON = """
--json prints one object:
  {"preset", "measure", "level", "slots", "seed",
   "rungs": [{"rung", "users", "low", "high", "weeks"}, ...]}
The rungs stand in the memo's order. low and high are the 95 % Monte Carlo interval: how far
another seed would move users. They hold no uncertainty of the parameters. weeks is how many were
simulated. With several levels, level is their list and each rung says its own.

With --users, the other way round, one object:
  {"preset", "measure", "seed",
   "needs": [{"rung", "users", "level", "slots", "error", "exact"}, ...]}
slots is what so many users need at the level, between whole numbers (round up to buy), and error
its standard error. exact says whether every user was simulated; if not, the conditional aggregate
answered, whose cost does not grow with the users.
"""
_NOTE = "Intervals are 95 % Monte Carlo; no uncertainty of the parameters."


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "how many users a pod serves, rung by rung; or the slots that N users need"
    made = command(commands, "ladder", summary, _JSON, _ladder)
    add_effort(made, 160)
    made.add_argument(
        "--users",
        action="append",
        type=whole_number(1, 1_000_000),
        metavar="N",
        help="print the slots that N users need instead; may be given again",
    )
    made.add_argument(
        "--level",
        action="append",
        type=number(0.5, 0.9999),
        metavar="SHARE",
        help="service level, such as 0.99 (default: the preset's); may be given again",
    )
    made.add_argument(
        "--within",
        type=number(0.0005, 0.5),
        default=0.02,
        metavar="SHARE",
        help="half the interval wanted, as a share of the users (default: %(default)s)",
    )


def _ladder(options: argparse.Namespace) -> int:
    from simcore.presets import load_preset

    preset = load_preset(options.preset)
    run = run_of(options)
    levels = list(dict.fromkeys(options.level or [preset.service.level]))
    find = _needs if options.users else _rungs
    return emit(find(preset, levels, run, options), options)


def _rungs(
    preset: Preset, levels: Sequence[float], run: Run, options: argparse.Namespace
) -> Answer:
    from simcore.ladder import ladder

    rows: list[dict[str, Plain]] = []
    texts = []
    for level in levels:
        service = replace(preset.service, level=level)
        found = [step_row(step) for step in ladder(preset.behaviour, service, run)]
        texts.append(_rungs_text(preset, service, found))
        rows += found if len(levels) == 1 else [{"level": level, **row} for row in found]
    facts: dict[str, Plain] = {
        "preset": preset.name,
        "measure": str(preset.service.measure),
        "level": levels[0] if len(levels) == 1 else list(levels),
        "slots": preset.service.slots,
        "seed": options.seed,
    }
    return Answer(facts, "rungs", rows, "\n\n".join([*texts, _NOTE]), lambda at: _draw(at, rows))


def step_row(step: Step) -> dict[str, Plain]:
    """Return one rung as a row: users and their interval, to a tenth."""
    return {
        "rung": str(step.rung),
        "users": round(step.users, 1),
        "low": round(step.low, 1),
        "high": round(step.high, 1),
        "weeks": step.weeks,
    }


def _rungs_text(preset: Preset, service: Service, rows: Sequence[dict[str, Plain]]) -> str:
    from simcore.preset import Measure

    of_what = "weeks" if service.measure is Measure.WEEKLY_MAX else "time"
    title = (
        f"{preset.name}: users with at most {service.slots} slots in use "
        f"in {service.level:.4g} of {of_what}"
    )
    lines = [
        f"  {row['rung']:<14} {row['users']:>8.1f}   [{row['low']:.1f}, {row['high']:.1f}]"
        for row in rows
    ]
    return "\n".join([title, *lines])


def _draw(figure: Figure, rows: Sequence[dict[str, Plain]]) -> None:
    axes = figure.subplots()
    for level in dict.fromkeys(row.get("level") for row in rows):
        those = [row for row in rows if row.get("level") == level]
        users = [float(str(row["users"])) for row in those]
        below = [float(str(row["users"])) - float(str(row["low"])) for row in those]
        above = [float(str(row["high"])) - float(str(row["users"])) for row in those]
        label = None if level is None else f"level {level:.4g}"
        names = [str(row["rung"]) for row in those]
        axes.errorbar(names, users, yerr=[below, above], marker="o", capsize=4, label=label)
    axes.set(yscale="log", title="Users that one pod serves", ylabel="users (95 % interval)")
    if any("level" in row for row in rows):
        axes.legend()


def _needs(
    preset: Preset, levels: Sequence[float], run: Run, options: argparse.Namespace
) -> Answer:
    from simcore.behaviour import Rung
    from simcore.capacity import needs

    measure = preset.service.measure
    found = []
    for done, rung in enumerate(Rung, start=1):
        found += needs(preset.behaviour, rung, measure, options.users, levels, run)
        if run.progress:
            run.progress(done, len(Rung))
    rows: list[dict[str, Plain]] = [
        {
            "rung": str(need.rung),
            "users": need.users,
            "level": need.level,
            "slots": round(need.slots, 3),
            "error": round(need.error, 3),
            "exact": need.exact,
        }
        for need in found
    ]
    lines = [
        f"  {need.rung:<14} {need.users:>9,} users  {need.level:<7.4g}"
        f"{need.slots:>12,.1f} ± {need.error:.1f}"
        for need in found
    ]
    title = f"{preset.name}: slots needed by {measure}, with their standard errors"
    facts: dict[str, Plain] = {
        "preset": preset.name,
        "measure": str(measure),
        "seed": options.seed,
    }
    text = "\n".join([title, *lines])
    return Answer(facts, "needs", rows, text, lambda at: _draw_needs(at, rows))


def _draw_needs(figure: Figure, rows: Sequence[dict[str, Plain]]) -> None:
    axes = figure.subplots()
    for rung, level in dict.fromkeys((row["rung"], row["level"]) for row in rows):
        those = [row for row in rows if (row["rung"], row["level"]) == (rung, level)]
        users = [float(str(row["users"])) for row in those]
        slots = [float(str(row["slots"])) for row in those]
        axes.plot(users, slots, marker="o", label=f"{rung}, {level:.4g}")
    axes.set(xscale="log", yscale="log", xlabel="users", ylabel="slots", title="Slots needed")
    axes.legend()
