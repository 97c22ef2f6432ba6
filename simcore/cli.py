"""The command line: parse, call, print. Data to stdout, progress and faults to stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simcore.ladder import Run, Step
    from simcore.preset import Preset, Service

OK, FINDINGS, BAD_INPUT, INTERNAL = 0, 1, 2, 3
_LADDER_JSON = """
--json prints one object:
  {"preset", "measure", "level", "slots", "seed",
   "rungs": [{"rung", "users", "low", "high", "weeks"}, ...]}
The rungs stand in the memo's order. low and high are the 95 % Monte Carlo interval: how far
another seed would move users. They hold no uncertainty of the parameters. weeks is how many were
simulated. With several levels, one object a level is printed, in a list.

With --users, the other way round, one object:
  {"preset", "measure", "seed",
   "needs": [{"rung", "users", "level", "slots", "error", "exact"}, ...]}
slots is what so many users need at the level, between whole numbers (round up to buy), and error
its standard error. exact says whether every user was simulated; if not, the conditional aggregate
answered, whose cost does not grow with the users.
"""
_CALIBRATE_JSON = """
--json prints one object:
  {"preset", "seed", "values": {parameter: value}, "rungs": [{"rung", "target", "users", "low",
   "high"}, ...]}
The rungs are those of the seed of the fit; run simcore ladder with another seed to judge them.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 fine, 2 bad input, 3 internal."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return FINDINGS
    except Exception as error:
        if options.debug:
            raise
        return _explained(error)


def _explained(error: Exception) -> int:
    """One clear message for an error, and its exit code."""
    from simcore.faults import ParameterFaults

    if isinstance(error, ModuleNotFoundError) and error.name in {"numba", "numpy"}:
        print(
            f"{error.name} is not installed; the simulation needs the extra [simulation]: "
            "pip install 'compute-allocation[simulation]'",
            file=sys.stderr,
        )
        return BAD_INPUT
    print(error, file=sys.stderr)
    if isinstance(error, ParameterFaults):
        return BAD_INPUT
    print(
        f"This is a fault of the program ({type(error).__name__}), not of your input. "
        "Run again with --debug for the details.",
        file=sys.stderr,
    )
    return INTERNAL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simcore",
        description="Simulates the demand of N users for slots of an inference pod.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    ladder = _command(
        commands,
        "ladder",
        "how many users a pod serves, rung by rung; or the slots that N users need",
        _LADDER_JSON,
    )
    ladder.set_defaults(command=_ladder)
    ladder.add_argument(
        "--users",
        action="append",
        type=_whole(1, 1_000_000),
        metavar="N",
        help="print the slots that N users need instead; may be given again",
    )
    ladder.add_argument(
        "--level",
        action="append",
        type=_share,
        metavar="SHARE",
        help="service level, such as 0.99 (default: the preset's); may be given again",
    )
    ladder.add_argument(
        "--within",
        type=_precision,
        default=0.02,
        metavar="SHARE",
        help="half the interval wanted, as a share of the users (default: %(default)s)",
    )
    calibrate = _command(
        commands, "calibrate", "fit a preset to the memo's ladder again", _CALIBRATE_JSON
    )
    # As many batches for every attempt: an error that is smooth in the knob has a root to find.
    calibrate.set_defaults(command=_calibrate, batches=48)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    notes: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=f"Prints {summary}." if name == "ladder" else f"{summary.capitalize()}.",
        epilog=notes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--preset",
        default="weekly-max",
        help="weekly-max, time-share, or the path of a TOML file (default: %(default)s)",
    )
    command.add_argument(
        "--seed",
        type=_whole(0, 2**63),
        default=1,
        help="seed of the random numbers; the same seed gives the same answer (default: 1)",
    )
    command.add_argument(
        "--batches",
        type=_whole(2, 10_000),
        default=160,
        help="batches of 32 weeks a rung, at most (default: %(default)s)",
    )
    command.add_argument(
        "--jobs",
        type=_whole(1, 256),
        default=None,
        help="threads (default: one a processor); the answer does not depend on it",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--quiet", action="store_true", help="print no progress")
    command.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    return command


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{number} is outside {low} to {high}")
        return number

    return read


def _share(text: str) -> float:
    return _number(text, 0.5, 0.9999)


def _precision(text: str) -> float:
    return _number(text, 0.0005, 0.5)


def _number(text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, such as 0.95") from None
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text} is outside {low:g} to {high:g}")
    return number


def _run(options: argparse.Namespace) -> Run:
    import numpy as np

    from simcore.concurrency import default_jobs
    from simcore.ladder import Effort, Run

    progress = None if options.quiet or not sys.stderr.isatty() else _progress
    return Run(
        np.random.SeedSequence(options.seed),
        Effort(options.batches, within=getattr(options, "within", 0.0)),
        options.jobs or default_jobs(),
        progress,
    )


def _progress(done: int, total: int) -> None:
    """Rewrite one line on the terminal; the last one clears it."""
    text = f"\r{done / total:4.0%}" if done < total else "\r    \r"
    print(text, end="", file=sys.stderr, flush=True)


def _ladder(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from simcore.presets import load_preset

    preset = load_preset(options.preset)
    run = _run(options)
    levels = options.level or [preset.service.level]
    if options.users:
        return _needs(preset, levels, run, options)
    answers = [
        _level_answer(preset, replace(preset.service, level=level), run, options)
        for level in levels
    ]
    if options.json:
        print(json.dumps(answers[0] if len(answers) == 1 else answers, indent=2))
    else:
        print("\n\n".join(_ladder_text(answer) for answer in answers))
    return OK


def _needs(preset: Preset, levels: Sequence[float], run: Run, options: argparse.Namespace) -> int:
    from simcore.behaviour import Rung
    from simcore.capacity import needs

    measure = preset.service.measure
    found = []
    for done, rung in enumerate(Rung, start=1):
        found += needs(preset.behaviour, rung, measure, options.users, levels, run)
        if run.progress:
            run.progress(done, len(Rung))
    if options.json:
        rows = [
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
        answer = {"preset": preset.name, "measure": str(measure), "seed": options.seed}
        print(json.dumps({**answer, "needs": rows}, indent=2))
        return OK
    print(f"{preset.name}: slots needed by {measure}, with their standard errors")
    for need in found:
        print(
            f"  {need.rung:<14} {need.users:>9,} users  {need.level:<7.4g}"
            f"{need.slots:>12,.1f} ± {need.error:.1f}"
        )
    return OK


def _level_answer(
    preset: Preset, service: Service, run: Run, options: argparse.Namespace
) -> dict[str, object]:
    from simcore.ladder import ladder

    rungs = [_step_json(step) for step in ladder(preset.behaviour, service, run)]
    return {
        "preset": preset.name,
        "measure": str(service.measure),
        "level": service.level,
        "slots": service.slots,
        "seed": options.seed,
        "rungs": rungs,
    }


def _step_json(step: Step) -> dict[str, object]:
    return {
        "rung": str(step.rung),
        "users": round(step.users, 1),
        "low": round(step.low, 1),
        "high": round(step.high, 1),
        "weeks": step.weeks,
    }


def _ladder_text(answer: dict[str, object]) -> str:
    level, slots = answer["level"], answer["slots"]
    assert isinstance(level, float)
    of_what = "weeks" if answer["measure"] == "weekly maximum" else "time"
    lines = [
        f"{answer['preset']}: users with at most {slots} slots in use in {level:.4g} of {of_what}"
    ]
    rungs = answer["rungs"]
    assert isinstance(rungs, list)
    lines += [
        f"  {rung['rung']:<14} {rung['users']:>8.1f}   [{rung['low']:.1f}, {rung['high']:.1f}]"
        for rung in rungs
    ]
    return "\n".join([*lines, "Intervals are 95 % Monte Carlo; no uncertainty of the parameters."])


def _calibrate(options: argparse.Namespace) -> int:
    from simcore.calibrate import TARGETS, calibrate
    from simcore.presets import load_preset

    preset = load_preset(options.preset)
    told = None if options.quiet else lambda text: print(text, file=sys.stderr)
    fitted = calibrate(preset.behaviour, preset.service, _run(options), told)
    values = {name: float(f"{value:.5g}") for name, value in fitted.values.items()}
    rungs = [{"target": TARGETS[step.rung], **_step_json(step)} for step in fitted.steps]
    if options.json:
        answer = {"preset": preset.name, "seed": options.seed, "values": values, "rungs": rungs}
        print(json.dumps(answer, indent=2))
        return OK
    for name, value in values.items():
        print(f"{name} = {value:g}")
    for rung in rungs:
        print(f"  {rung['rung']:<14} {rung['users']:>8.1f} for {rung['target']:g}")
    return OK
