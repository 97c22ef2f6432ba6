"""The command line: parse, call, print. Data to stdout, progress and faults to stderr."""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.commands import compare, importing, inquiry, review, sets
from workbook.commands.face import BAD_INPUT, FINDINGS, INTERNAL, OK, simulating
from workbook.commands.watching import watched
from workbook.paths import OUTPUTS

if TYPE_CHECKING:
    from workbook.assumptions import Input
    from workbook.build import Built

COMMANDS = (importing, sets, compare, inquiry, review)
PLAN, PLAN_SUFFIX = "Plan", ".md"
DEFAULT_OUT = OUTPUTS / "compute_allocation.xlsx"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 fine, 1 engines differ, 2 bad input, 3 internal."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        with _uncollected():
            return command(options)
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return FINDINGS
    except Exception as error:
        if options.debug:
            raise
        return _explained(error)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles: a command lives for a second, and it is a tenth of that."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _explained(error: Exception) -> int:
    """One clear message for an error, and its exit code."""
    from workbook.assumptions import InputFaults
    from workbook.disk import OutputError
    from workbook.simulated import SimulationMissing
    from workbook.values import ValueFault

    print(error, file=sys.stderr)
    if isinstance(error, InputFaults | OutputError | SimulationMissing):
        return BAD_INPUT
    if isinstance(error, ValueFault):
        print("Nothing was written.", file=sys.stderr)
        return FINDINGS
    print(
        f"This is a fault of the program ({type(error).__name__}), not of your input. "
        "Nothing was written. Run again with --debug for the details.",
        file=sys.stderr,
    )
    return INTERNAL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workbook",
        description="Generates a live Excel workbook for allocating compute between inference, "
        "training and research.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="write the workbook")
    build.set_defaults(command=_built_or_watched)
    build.add_argument(
        "--out",
        type=Path,
        default=DEFAULT_OUT,
        metavar="FILE",
        help="where to (default: %(default)s)",
    )
    build.add_argument(
        "--watch", action="store_true", help="build again whenever a file that it reads changes"
    )
    build.add_argument("--quiet", action="store_true", help="print nothing when all is well")
    inputs = commands.add_parser("inputs", help="list every input: id, value, unit, range")
    inputs.set_defaults(command=_inputs)
    plan = commands.add_parser("plan", help="the allocation meeting's page as Markdown")
    plan.set_defaults(command=_plan)
    plan.add_argument("--out", type=Path, metavar="FILE", help="where to (default: the terminal)")
    for command in (build, inputs, plan):
        _add_assumptions(command)
    for module in COMMANDS:
        module.add_to(commands)
    return parser


def _add_assumptions(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--assumptions",
        action="append",
        default=[],
        type=Path,
        metavar="SET",
        help="TOML that says what differs from templates/memo.toml, or a set's name (see: workbook "
        "sets); may be given again",
    )
    command.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="ID=VALUE",
        help="one input's value, such as training.mfu=45%%; may be given again",
    )
    command.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="FORM=FILE",
        help="a CSV file in place of a template's, such as requests=mine.csv; may be given again",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--debug", action="store_true", help="show the traceback of a fault")


def _built_or_watched(options: argparse.Namespace) -> int:
    return watched(options, lambda: _attempt(options)) if options.watch else _build(options)


def _attempt(options: argparse.Namespace) -> int:
    """One build of many: what goes wrong is told, and does not end them."""
    try:
        return _build(options)
    except Exception as error:
        if options.debug:
            raise
        return _explained(error)


def _build(options: argparse.Namespace) -> int:
    started = time.perf_counter()
    from workbook import build, simulated
    from workbook.assumptions import load_beside_baseline

    simulated.check_files()
    given = load_beside_baseline(_files(options), options.settings, options.data)
    build.check_path(options.out)
    built = build.make(*given, simulating(quiet=options.quiet))
    build.save(built.filled.data, options.out)
    seconds = time.perf_counter() - started
    if options.json:
        print(json.dumps(_summary(built, options.out, seconds), indent=2, ensure_ascii=False))
    elif not options.quiet:
        print(_headline(built, options.out, seconds))
    return OK


def _files(options: argparse.Namespace) -> list[Path]:
    """The files that the sets stand for."""
    from workbook.assumptions.sets import found

    return [found(given) for given in options.assumptions]


def _summary(built: Built, path: Path, seconds: float) -> dict[str, object]:
    return {
        "path": str(path.resolve()),
        "seconds": round(seconds, 3),
        "formulas": built.filled.formulas,
        "checks_failed": int(built.number("checks_failed")),
        "engines_agree": True,
        "headline": built.headline,
    }


def _headline(built: Built, path: Path, seconds: float) -> str:
    number = built.number
    failed = int(number("checks_failed"))
    verdict = "all pass" if not failed else f"{failed} FAIL: see the Checks tab"
    shares = ", ".join(
        f"{c} {number(f'live_{c}_share'):.1%}" for c in ("inference", "training", "research")
    )
    rows = (
        ("Live scenario", str(built.value("cover_live"))),
        ("Supply", f"{number('supply_hours') / 1e9:.3f} bn H100e hours a year"),
        ("Shares of supply", shares),
        ("Revenue", f"${number('live_revenue') / 1e9:.2f} bn a year"),
        ("Checks", verdict),
        ("Workbook", f"{path} ({built.filled.formulas} formulas, two engines agree)"),
        ("Seconds", f"{seconds:.2f}"),
    )
    return "\n".join(f"{label:<17} {text}" for label, text in rows)


def _inputs(options: argparse.Namespace) -> int:
    from workbook.assumptions import load

    assumptions = load(_files(options), options.settings, options.data)
    files = assumptions.data.files.values()
    if options.json:
        entries = [e.model_dump(mode="json") for e in assumptions.inputs()]
        print(json.dumps(entries + [f.summary for f in files], indent=2, ensure_ascii=False))
        return OK
    for entry in assumptions.inputs():
        print(_listed(entry))
    for file in files:
        print(f"{f'data.{file.form.key}':<42} {file.fact}")
    return OK


def _plan(options: argparse.Namespace) -> int:
    from workbook import build, report, simulated
    from workbook.assumptions import load_beside_baseline

    simulated.check_files()
    given = load_beside_baseline(_files(options), options.settings, options.data)
    if options.out:
        build.check_path(options.out, PLAN_SUFFIX)
    page = report.report_of(build.make(*given, simulating()), PLAN)
    if options.out:
        build.save(page.markdown().encode(), options.out)
    if options.json:
        print(json.dumps(page.data(), indent=2, ensure_ascii=False))
    elif options.out:
        print(f"Plan              {options.out}")
    else:
        print(page.markdown(), end="")
    return OK


def _listed(entry: Input) -> str:
    from workbook.assumptions import Choice, Number

    value = getattr(entry, "value", None)
    shown = (
        "(blank)" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)
    )
    if isinstance(entry, Number):
        allowed = f"{entry.low:.6g} to {entry.high:.6g}"
    elif isinstance(entry, Choice):
        allowed = " | ".join(entry.options)
    else:
        allowed = ""
    return f"{entry.id:<42} {shown:<34} {entry.unit:<16} {allowed}".rstrip()
