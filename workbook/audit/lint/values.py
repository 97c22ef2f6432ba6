"""Rules about values and about what a workbook is tied to: errors, circles, other files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from workbook.audit import bare
from workbook.audit.circles import on_circles
from workbook.audit.facts import Facts, Held
from workbook.audit.formula import functions, reference, tokens
from workbook.audit.lint.finders import Finders
from workbook.audit.lint.formulas import PORTABLE, VOLATILE
from workbook.audit.lint.rules import Hit, NotJudged
from workbook.audit.survey import Survey, place_of
from workbook.audit.workers import NO_VALUE, EngineFailed, at_work
from workbook.engines import Cell, CellError, Value, agree

_GONE = "#REF!"
PATIENCE = 120.0
"""Seconds that an engine may take for one recalculation."""

_ENGINES = ("formualizer", "ironcalc")
_RULE_OF = {"externalLink": "F13a", "ddeLink": "F13a", "connections": "F13b", "customData": "F13b"}


def errors(survey: Survey) -> Iterator[Hit]:
    """F11a and F11b: errors, and formulas without a value."""
    for key, held in survey.cells.items():
        if isinstance(held.value, CellError):
            yield Hit("F11a", key[0], place_of(key), str(held.value))
        elif held.formula is not None and held.value is None:
            yield Hit("F11b", key[0], place_of(key))


def stale(survey: Survey) -> Iterator[Hit]:
    """F11c: cached values that two engines agree are others.

    What an engine cannot open or does not know is not judged, nor what volatile functions move.
    """
    known = {k: h for k, h in survey.formulas.items() if functions(h.formula or "") <= PORTABLE}
    moving = survey.follows(*(k for k, h in survey.formulas.items() if _volatile(h)))
    apart = bare.held_back(survey.facts)
    wanted = {
        held.cell: (key, held)
        for key, held in known.items()
        if key not in moving and held.value is not None and held.cell not in apart
    }
    if not wanted or survey.facts.from_1904:
        return
    try:
        first, second = _values(survey.facts, list(wanted))
    except EngineFailed as fault:
        raise NotJudged(f"F11c: an engine cannot recalculate the file: {fault}") from None
    for cell, (key, held) in wanted.items():
        if (
            first[cell] != NO_VALUE
            and agree(first[cell], second[cell])
            and not agree(held.value, first[cell])
        ):
            what = f"{held.value} is cached, {first[cell]} is right"
            yield Hit("F11c", key[0], place_of(key), what)


def _volatile(held: Held) -> bool:
    return not functions(held.formula or "").isdisjoint(VOLATILE)


def _values(facts: Facts, cells: Sequence[Cell]) -> list[dict[Cell, Value]]:
    """What each engine works out, on a file without stored values."""
    with TemporaryDirectory() as folder:
        stripped = Path(folder, "book.xlsx")
        bare.write(facts, stripped)
        with at_work(_ENGINES, stripped, cells, PATIENCE) as workers:
            for worker in workers.values():
                worker.ask(())
            answers = [worker.answer() for worker in workers.values()]
    return [dict(zip(cells, answer, strict=True)) for answer in answers]


def gone(survey: Survey) -> Iterator[Hit]:
    """F12a: references to what is no longer there, wherever they stand."""
    for key, held in survey.formulas.items():
        if _broken(held.formula or ""):
            yield Hit("F12a", key[0], place_of(key), "in its formula")
    for name in survey.facts.names:
        if _broken(name.formula):
            yield Hit("F12a", name.name, None, "the name leads nowhere")
    for sheet in survey.facts.sheets:
        texts = {
            "a validation": [text for rule in sheet.rules for text in (rule.low, rule.high)],
            "a conditional format": [text for f in sheet.formats for text in f.formulas],
            "a chart": [
                text
                for chart in sheet.charts
                for series in chart.series
                for text in (series.values, series.categories)
            ],
        }
        for what, formulas in texts.items():
            if any(_broken(text) for text in formulas):
                yield Hit("F12a", sheet.name, None, f"in {what}")


def _broken(formula: str) -> bool:
    return any(t.kind == "error" and t.text.endswith(_GONE) for t in tokens(formula))


def circles(survey: Survey) -> Iterator[Hit]:
    """F12b: formulas that depend on themselves, at any remove."""
    for key in on_circles(survey.facts, survey.graph):
        yield Hit("F12b", key[0], place_of(key))


def outside(survey: Survey) -> Iterator[Hit]:
    """F13: other workbooks, connections, code."""
    for thing in survey.facts.outside:
        kind, _, target = thing.partition(" ")
        yield Hit(_RULE_OF.get(kind, "F13c"), target or kind)
    for key, held in survey.formulas.items():
        words = [t for t in tokens(held.formula or "") if t.kind == "reference"]
        for word in words:
            if book := reference(word.text).book:
                yield Hit("F13a", key[0], place_of(key), f"workbook {book}")


FINDERS: Finders = (
    ("F11a F11b", errors),
    ("F11c", stale),
    ("F12a", gone),
    ("F12b", circles),
    ("F13", outside),
)
