"""Findings as text, JSON, Markdown and SARIF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from workbook.audit.lint import RULES, Finding, Report

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

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
    """A line for each finding, worst first, and what did not apply."""
    rows = [f"{report.file}: {headline(report)}"]
    rows += [
        f"{found.rule.severity:<8} {found.rule.id:<5} {found.where}: {found.message}"
        for found in report.findings
    ]
    return "\n".join([*rows, *report.skipped])


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
    """A headline and a table, for a comment on a pull request."""
    rows = [f"**Lint of `{report.file}`: {headline(report)}**"]
    if report.findings:
        rows += ["", "| rule | where | what |", "|---|---|---|"]
        rows += [
            f"| {found.rule.id} {found.rule.severity} | `{escaped(found.where)}` "
            f"| {escaped(found.message)} |"
            for found in report.findings
        ]
    return "\n".join([*rows, *(f"\n{text}." for text in report.skipped)])


def escaped(text: str) -> str:
    """Text that stays within its cell of a Markdown table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


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
            "artifactLocation": {"uri": file.replace("\\", "/")},
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
