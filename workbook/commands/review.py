"""The commands lint and diff: what a reviewer runs. Findings to stdout, faults to stderr."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.commands.face import BAD_INPUT, FINDINGS, OK, Commands

if TYPE_CHECKING:
    from workbook.audit.facts import Facts


def add_to(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add both commands to those of ``workbook``."""
    lint = commands.add_parser("lint", help="check any workbook by the rules of a reviewer")
    lint.set_defaults(command=_lint)
    lint.add_argument("file", type=Path, metavar="FILE", help="the xlsx to check")
    for option, what in (("--select", "only these rules"), ("--ignore", "all but these rules")):
        lint.add_argument(
            option,
            action="append",
            default=[],
            metavar="IDS",
            help=f"{what}: ids joined by commas, such as F01,F04a; may be given again",
        )
    forms = lint.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print one JSON object")
    forms.add_argument("--markdown", action="store_true", help="print a table for a comment")
    forms.add_argument("--sarif", action="store_true", help="print SARIF for code scanning")
    lint.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    _add_diff(commands)


def _add_diff(commands: Commands[argparse.ArgumentParser]) -> None:
    diff = commands.add_parser("diff", help="what changed between two workbooks")
    diff.set_defaults(command=_diff)
    diff.add_argument("before", type=Path, metavar="A", help="the xlsx before")
    diff.add_argument("after", type=Path, metavar="B", help="the xlsx after")
    forms = diff.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print one JSON object")
    forms.add_argument("--markdown", action="store_true", help="print a comment")
    diff.add_argument("--debug", action="store_true", help="show the traceback of a fault")


def _diff(options: argparse.Namespace) -> int:
    from workbook.audit.diff import diff, report

    before, after = _read(options.before), _read(options.after)
    if before is None or after is None:
        return BAD_INPUT
    found = diff(before, after)
    if options.json:
        _dump(report.as_json(found))
    else:
        print(report.as_markdown(found) if options.markdown else report.as_text(found))
    return OK if found.same else FINDINGS


def _lint(options: argparse.Namespace) -> int:
    from workbook.audit.lint import UnknownRule, lint, report

    facts = _read(options.file)
    if facts is None:
        return BAD_INPUT
    try:
        found = lint(facts, _ids(options.select) or options.select, _ids(options.ignore))
    except UnknownRule as fault:
        print(fault, file=sys.stderr)
        return BAD_INPUT
    if options.json or options.sarif:
        _dump(report.as_sarif(found) if options.sarif else report.as_json(found))
    else:
        print(report.as_markdown(found) if options.markdown else report.as_text(found))
    return FINDINGS if found.findings else OK


def _read(path: Path) -> Facts | None:
    """The workbook, or None where it was refused; the reason is on stderr."""
    from workbook.audit.reader import Refused, read

    try:
        return read(path)
    except Refused as fault:
        print(fault, file=sys.stderr)
        return None


def _ids(texts: list[str]) -> list[str]:
    return [id_.strip() for text in texts for id_ in text.split(",") if id_.strip()]


def _dump(document: object) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))
