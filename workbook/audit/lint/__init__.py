"""Lint: the machine checks of a reviewer, over any xlsx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbook.audit.facts import Facts
from workbook.audit.lint import formulas, model, pages, proof, values
from workbook.audit.lint.rules import NEEDS, RULES, Hit, Need, NotJudged, Rule, UnknownRule, chosen
from workbook.audit.ranges import Place, gathered
from workbook.audit.survey import Survey

__all__ = ["RULES", "Finding", "Report", "Rule", "UnknownRule", "lint"]

FINDERS = (*values.FINDERS, *formulas.FINDERS, *model.FINDERS, *proof.FINDERS, *pages.FINDERS)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the rule, where (a range, a sheet or a name), and what stands there."""

    rule: Rule
    where: str
    what: str = ""

    @property
    def message(self) -> str:
        """What was found, and how to mend it."""
        found = f"{self.rule.says}: {self.what}" if self.what else self.rule.says
        return f"{found}; {self.rule.remedy}"


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, errors first, and the rules that did not apply, with the reason."""

    file: str
    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]

    def count(self, severity: str) -> int:
        """How many findings have this severity."""
        return sum(1 for finding in self.findings if finding.rule.severity == severity)


def lint(facts: Facts, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Report:
    """The findings of the rules that are selected and not ignored.

    A rule that needs what the file does not say of itself is told as skipped, once. Raises
    UnknownRule for a selection that means no rule.
    """
    wanted = chosen(tuple(select), tuple(ignore))
    survey = Survey(facts)
    lacks = _lacks(survey)
    skipped = [id_ for id_ in RULES if id_ in wanted and RULES[id_].needs in lacks]
    hits: list[Hit] = []
    reasons = list(_reasons(skipped))
    for ids, finder in FINDERS:
        if _any_of(ids, wanted):
            try:
                hits += finder(survey)
            except NotJudged as fault:
                reasons.append(f"not judged: {fault}")
    kept = (hit for hit in hits if hit.rule in wanted and hit.rule not in skipped)
    found = sorted(_collapsed(kept), key=_rank)
    return Report(str(facts.path), tuple(found), tuple(reasons))


def _any_of(ids: str, wanted: Iterable[str]) -> bool:
    return any(id_.startswith(tuple(ids.split())) for id_ in wanted)


def _lacks(survey: Survey) -> set[Need]:
    """What the file does not say of itself."""
    there: dict[Need, bool] = {
        "registry": bool(survey.entries),
        "checks": survey.checks is not None,
        "stamps": bool(survey.stamps),
    }
    return {need for need, has in there.items() if not has}


def _rank(finding: Finding) -> tuple[bool, int]:
    return finding.rule.severity != "error", list(RULES).index(finding.rule.id)


def _collapsed(hits: Iterable[Hit]) -> Iterator[Finding]:
    """Hits of one rule and kind on one sheet as ranges, in the order found."""
    together: dict[tuple[str, str, str], dict[Place | None, None]] = {}
    for hit in hits:
        together.setdefault((hit.rule, hit.where, hit.what), {})[hit.place] = None
    for (rule, where, what), places in together.items():
        if None in places:
            yield Finding(RULES[rule], where, what)
        for area in gathered(where, [place for place in places if place is not None]):
            yield Finding(RULES[rule], f"{where}!{area.span}", what)


def _reasons(skipped: Sequence[str]) -> Iterator[str]:
    for need, words in NEEDS.items():
        rules = [id_ for id_ in skipped if RULES[id_].needs == need]
        if rules:
            yield f"not judged: {', '.join(rules)}; the file has no {words.removeprefix('a ')}"
