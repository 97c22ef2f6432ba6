"""The commands verify and explain: what asks the engines. Answers to stdout, faults to stderr."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from workbook.commands.face import BAD_INPUT, FINDINGS, OK, Commands


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add both commands to those of ``workbook``."""
    _add_verify(commands)
    _add_explain(commands)


def _add_verify(commands: Commands[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser(
        "verify",
        help="recalculate any workbook and compare every formula",
        description="Recalculates every formula of FILE with each engine, and compares with the "
        "values stored in it. Exit code 0: every formula was checked and agrees to nine digits; "
        "1: some differ, or could not be checked.",
    )
    verify.set_defaults(command=_verify)
    verify.add_argument("file", type=Path, metavar="FILE", help="the xlsx to verify")
    verify.add_argument(
        "--engines",
        default="formualizer,ironcalc",
        metavar="NAMES",
        help="any of formualizer, ironcalc, formulas, libreoffice (default: %(default)s)",
    )
    _add_settings(verify, "--set", "an input's value; engines are then compared with each other")
    verify.add_argument(
        "--random",
        type=_count,
        default=0,
        metavar="N",
        help="compare the engines on N draws of the inputs too, each within its own range",
    )
    verify.add_argument("--seed", type=int, default=1, help="repeats draws (default: %(default)s)")
    verify.add_argument(
        "--timeout",
        type=_seconds,
        default=300.0,
        metavar="SECONDS",
        help="end an engine that gives no answer for so long (default: %(default)g)",
    )
    _add_forms(verify)


def _add_explain(commands: Commands[argparse.ArgumentParser]) -> None:
    explain = commands.add_parser(
        "explain",
        help="take one cell of any workbook apart, down to its inputs and their sources",
        description="Tells what a cell is worth, how it comes about, what it comes from down to "
        "inputs and their sources, and what reads it.",
    )
    explain.set_defaults(command=_explain)
    explain.add_argument("file", type=Path, metavar="FILE", help="the xlsx")
    explain.add_argument("cell", metavar="CELL", help="a cell (Supply!J20), a name or an id")
    _add_settings(explain, "--what-if", "an input's other value, to see what it changes")
    explain.add_argument(
        "--drivers", action="store_true", help="rank the inputs by how they move the cell"
    )
    explain.add_argument(
        "--depth",
        type=_count,
        metavar="N",
        help="go N steps back (default: all, of which a text shows what fits)",
    )
    _add_forms(explain)


def _add_settings(command: argparse.ArgumentParser, option: str, what: str) -> None:
    command.add_argument(
        option,
        dest="settings",
        action="append",
        default=[],
        metavar="ID=VALUE",
        help=f"{what}; by id, name or cell; may be given again",
    )


def _add_forms(command: argparse.ArgumentParser) -> None:
    forms = command.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print one JSON object")
    forms.add_argument("--markdown", action="store_true", help="print Markdown for a comment")
    command.add_argument("--debug", action="store_true", help="show the traceback of a fault")


def _verify(options: argparse.Namespace) -> int:
    from workbook.audit.container import Refused
    from workbook.audit.verdict import as_json, as_markdown, as_text
    from workbook.audit.verify import Question, verify

    question = Question(
        engines=tuple(dict.fromkeys(_words(options.engines))),
        settings=tuple(options.settings),
        draws=options.random,
        seed=options.seed,
        patience=options.timeout,
    )
    try:
        verdict = verify(options.file, question)
    except Refused as fault:
        print(fault, file=sys.stderr)
        return BAD_INPUT
    if options.json:
        print(json.dumps(as_json(verdict), indent=2, ensure_ascii=False))
    else:
        print(as_markdown(verdict) if options.markdown else as_text(verdict))
    return OK if verdict.sound else FINDINGS


def _explain(options: argparse.Namespace) -> int:
    from workbook.audit.account import as_json, as_markdown, as_text
    from workbook.audit.container import Refused
    from workbook.audit.explain import Asked, explain

    asked = Asked(options.cell, tuple(options.settings), options.drivers, options.depth)
    try:
        told = explain(options.file, asked)
    except Refused as fault:
        print(fault, file=sys.stderr)
        return BAD_INPUT
    if options.json:
        print(json.dumps(as_json(told), indent=2, ensure_ascii=False))
    else:
        print(as_markdown(told) if options.markdown else as_text(told))
    return OK


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is below 0")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no time above 0")
    return number
