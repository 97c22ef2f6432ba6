"""`simcore calibrate`: fit a preset to the memo's ladder again."""

from __future__ import annotations

import argparse
import sys

from simcore.commands.face import Answer, Commands, Plain, add_effort, command, emit, run_of
from simcore.commands.ladder import step_row

_JSON = """
--json prints one object:
  {"preset", "seed", "values": {parameter: value},
   "rungs": [{"target", "rung", "users", "low", "high", "weeks"}, ...]}
The rungs are those of the seed of the fit; run simcore ladder with another seed to judge them.
"""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "fit a preset to the memo's ladder again"
    made = command(commands, "calibrate", summary, _JSON, _calibrate, without=("plot",))
    # As many batches for every attempt: an error that is smooth in the knob has a root to find.
    add_effort(made, 48)


def _calibrate(options: argparse.Namespace) -> int:
    from simcore.calibrate import TARGETS, calibrate
    from simcore.presets import load_preset

    preset = load_preset(options.preset)
    told = None if options.quiet else lambda text: print(text, file=sys.stderr)
    fitted = calibrate(preset.behaviour, preset.service, run_of(options), told)
    values: dict[str, Plain] = {
        name: float(f"{value:.5g}") for name, value in fitted.values.items()
    }
    rows: list[dict[str, Plain]] = [
        {"target": TARGETS[step.rung], **step_row(step)} for step in fitted.steps
    ]
    lines = [f"{name} = {value:g}" for name, value in values.items()]
    lines += [f"  {row['rung']:<14} {row['users']:>8.1f} for {row['target']:g}" for row in rows]
    facts: dict[str, Plain] = {"preset": preset.name, "seed": options.seed, "values": values}
    return emit(Answer(facts, "rungs", rows, "\n".join(lines)), options)
