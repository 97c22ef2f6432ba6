"""Findings as text, JSON, Markdown and SARIF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

from workbook.audit.lint import RULES, Finding, Report, Rule
from workbook.audit.markdown import escaped, quoted

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MOST_PLACES = 12
"""Places of one rule that Markdown shows; JSON has all."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def headline(report: Report) -> str:
    """How many findings there are, in a line."""
    if not report.findings:
        return "no findings"
    return f"{_counted(report, 'error')}, {_counted(report, 'warning')}"


def _counted(report: Report, severity: str) -> str:
    count = report.count(severity)
    return f"{count} {severity}{'' if count == 1 else 's'}"


def as_text(report: Report) -> str:
    """Each rule that found something, worst first, with its places; and what did not apply."""
    rows = [f"{report.file}: {headline(report)}"]
    for rule, found in _by_rule(report):
        rows += ["", f"{rule.severity} {rule.id}: {rule.says}; {rule.remedy}"]
        rows += [f"  {_place(finding)}" for finding in found]
    return "\n".join([*rows, *([""] if report.skipped else ()), *report.skipped])


def _by_rule(report: Report) -> list[tuple[Rule, list[Finding]]]:
    """The findings of each rule, in the order of the first."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule.id, []).append(finding)
    return [(RULES[id_], findings) for id_, findings in found.items()]


def _place(finding: Finding) -> str:
    return f"{finding.where}: {finding.what}" if finding.what else finding.where


def as_json(report: Report) -> Json:
    """``{"file", "findings": [{"rule", "severity", "where", "message"}], "skipped"}``."""
    findings: list[Json] = [_row(found) for found in report.findings]
    return {"file": report.file, "findings": findings, "skipped": list(report.skipped)}


def _row(found: Finding) -> Json:
    return {
        "rule": found.rule.id,
        "severity": found.rule.severity,
        "where": found.where,
        "message": found.message,
    }


def as_markdown(report: Report) -> str:
    """A headline and a table with a row for each rule, for a comment on a pull request."""
    mark = "❌" if report.findings else "✅"
    rows = [f"### {mark} lint: {headline(report)}"]
    if report.findings:
        rows += ["", "| rule | what and how to mend it | where |", "|---|---|---|"]
        rows += [
            f"| {rule.id} {rule.severity} | {escaped(f'{rule.says}; {rule.remedy}')} "
            f"| {'<br>'.join(_places(found))} |"
            for rule, found in _by_rule(report)
        ]
    return "\n".join([*rows, *(f"\n{text}." for text in report.skipped)])


def _places(found: Sequence[Finding]) -> list[str]:
    more = len(found) - MOST_PLACES
    places = [
        f"`{escaped(f.where)}`" + (f" {quoted(f.what)}" if f.what else "")
        for f in found[:MOST_PLACES]
    ]
    return places + [f"and {more} more"] * (more > 0)


def as_sarif(report: Report) -> Json:
    """The findings in SARIF 2.1.0; a sheet and range are a logical location of the file."""
    used = [rule for rule in RULES.values() if any(f.rule == rule for f in report.findings)]
    rules: list[Json] = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.says},
            "help": {"text": rule.remedy},
            "defaultConfiguration": {"level": rule.severity},
        }
        for rule in used
    ]
    results: list[Json] = [_result(report.file, found) for found in report.findings]
    driver: Json = {"name": "workbook lint", "rules": rules}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(file: str, found: Finding) -> Json:
    location: Json = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file.replace("\\", "/"))},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"fullyQualifiedName": found.where}],
    }
    return {
        "ruleId": found.rule.id,
        "level": found.rule.severity,
        "message": {"text": f"{found.where}: {found.message}"},
        "locations": [location],
        "partialFingerprints": {"ruleAndPlace": f"{found.rule.id} {found.where}"},
    }


STRUCTURED: Mapping[str, Callable[[Report], Json]] = {"json": as_json, "sarif": as_sarif}
"""The forms that are JSON documents."""
