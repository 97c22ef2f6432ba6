"""Mutation score: formulas of the built workbook changed one at a time, and who notices.

    python tests/mutation.py [--all] [--count 300] [--seed 1] [--least 95] [--quick]

Each mutant is one slip that a person makes: another operator, a reference a row off, another
name, a range a row short, a number in place of the formula, an anchored reference. It is
recalculated in process, at the memo's inputs and at others, and held to what the tests hold the
workbook to: the model's words (``evaluate``), the hand-worked oracle, the memo's printed numbers,
the workbook's own checks, and lint. Exit code 1 where fewer are caught than asked for.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import ironcalc
import oracle
from cases import CASES, NO_ORACLE
from finder import Finder
from oracle import Entry
from test_agreement import _or_error, _same

from workbook.assumptions import Assumptions, baseline
from workbook.audit.facts import Facts, Held
from workbook.audit.formula import Token, reference, relative, tokens
from workbook.audit.lint import lint
from workbook.audit.reader import read
from workbook.build import Built, make
from workbook.engines import Cell, CellError, Value
from workbook.engines.base import position
from workbook.evaluate import Model

TRIED = (
    "the memo",
    "several readings",
    "own split",
    "own cases",
    "too much revenue",
    "pods by other readings",
    "another curve",
    "stale tables",
    "too many tiers",
    "drawn 0",
    "drawn 1",
    "text for a number",
)
DETECTORS = ("words", "oracle", "memo", "checks", "lint")
OTHER_SIGN = {"+": "-", "-": "+", "*": "/", "/": "*", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
OTHER_SIGN |= {"=": "<>", "<>": "="}
SLIPS = ["F01", "F02", "F03", "F12", "F14", "F15", "F20"]


@dataclass(frozen=True)
class Mutant:
    """A cell with another formula, or with a number or words in its place."""

    kind: str
    held: Held
    formula: str | None

    def __str__(self) -> str:
        now = f"={self.formula}" if self.formula is not None else repr(self.held.value)
        return f"{self.kind:<9} {self.held.cell}: ={self.held.formula} → {now}"


class Case:
    """The workbook open in an engine at one set of inputs, with what must come out."""

    def __init__(self, name: str, path: Path, built: Built, found: Finder, a: Assumptions) -> None:
        self.name = name
        self._model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        sheets = self._model.get_worksheets_properties()
        self._index = {sheet["name"]: at for at, sheet in enumerate(sheets)}
        known = {entry.id: entry for entry in a.inputs()}
        for id_, value in CASES[name].items():
            self._type(found.line(known[id_].name), value)
        self._model.evaluate()
        words = Model(built.book.tabs, CASES[name])
        lines = [n for n in found.layout.names if found.line(n) in built.filled.values]
        self._lines = {n: found.line(n) for n in lines}
        told = {n: _or_error(words, n) for n in lines}
        now = self._read(self._lines)
        # the model has no cards, so it does not see their errors
        self._words = {n: v for n, v in told.items() if _same(v, now[n])}
        self._figures = {} if name in NO_ORACLE else oracle.recompute(CASES[name])
        self._cells = {n: found.figures[n] for n in self._figures}
        self._units = found.units
        self._failed = now["checks_failed"]

    def caught(self, mutant: Mutant) -> set[str]:
        """Who notices the mutant here."""
        at = self._at(mutant.held.cell)
        if mutant.formula is None:
            self._type(mutant.held.cell, _settable(mutant.held.value))
        else:
            self._model.update_cell_with_formula(*at, f"={mutant.formula}")
        self._model.evaluate()
        found = set(self._noticed())
        self._model.update_cell_with_formula(*at, f"={mutant.held.formula}")
        return found

    def _noticed(self) -> Iterator[str]:
        lines = self._read(self._lines)
        if any(not _same(value, lines[name]) for name, value in self._words.items()):
            yield "words"
        if oracle.differences(self._figures, self._read(self._cells), self._units):
            yield "oracle"
        if lines["checks_failed"] != self._failed:
            yield "checks"
        if self.name == TRIED[0] and (lines["memo_untied_live"] or lines["quoted_untied_live"]):
            yield "memo"

    def _at(self, cell: Cell) -> tuple[int, int, int]:
        return self._index[cell.sheet], *position(cell.ref)

    def _type(self, cell: Cell, value: Entry) -> None:
        at = self._at(cell)
        if value is None:
            self._model.clear_cell_contents(*at)
        elif isinstance(value, str):
            self._model.update_cell_with_text(*at, value)
        else:
            self._model.update_cell_with_number(*at, value)

    def _read(self, cells: Mapping[str, Cell]) -> dict[str, Value]:
        return {name: self._value(*self._at(cell)) for name, cell in cells.items()}

    def _value(self, sheet: int, row: int, column: int) -> Value:
        raw: float | str | bool | None = self._model.get_cell_value(sheet, row, column)
        is_error = isinstance(raw, str) and raw.startswith("#")
        return CellError(str(raw)) if is_error else raw


def _settable(value: Value) -> Entry:
    return value if isinstance(value, float | str) else str(value)


# --- mutants -----------------------------------------------------------------------------------


def mutants(facts: Facts, random: Random) -> Iterator[Mutant]:
    """One mutant of each kind for each formula, as far as it has what the kind changes."""
    names = sorted(n.name for n in facts.names if not n.built_in)
    beside = dict(zip(names, [*names[1:], names[0]], strict=True))
    forms = {(h.sheet, h.row, h.column): _form(h) for h in facts.formulas()}
    for held in facts.formulas():
        words = tokens(held.formula or "")
        yield Mutant("constant", held, None)
        for kind, places in _places(words).items():
            in_block = kind != "anchor" or _in_block(forms, held)
            if places and in_block:
                at = random.choice(places)
                yield Mutant(kind, held, _changed(words, at, kind, beside))


def _form(held: Held) -> str:
    return relative(held.formula or "", held.row, held.column)


def _in_block(forms: Mapping[tuple[str, int, int], str], held: Held) -> bool:
    """Whether the formula is filled through a block, so that what is anchored matters."""
    key = (held.sheet, held.row, held.column)
    steps = ((-1, 0), (1, 0), (0, -1), (0, 1))
    return any(forms.get((key[0], key[1] + r, key[2] + c)) == forms[key] for r, c in steps)


def _places(words: tuple[Token, ...]) -> dict[str, list[int]]:
    """For each kind of slip, the tokens where it can be made."""
    refs = [(i, reference(t.text)) for i, t in enumerate(words) if t.kind == "reference"]
    return {
        "operator": [i for i, t in enumerate(words) if t.text in OTHER_SIGN],
        "row": [i for i, ref in refs if ref.single],
        "name": [i for i, t in enumerate(words) if t.kind == "name"],
        "range": [i for i, r in refs if not r.single and r.rows[0] < r.rows[1]],
        "anchor": [i for i, r in refs if r.single and not r.first.fixed_row],
    }


def _changed(words: tuple[Token, ...], at: int, kind: str, beside: Mapping[str, str]) -> str:
    text = words[at].text
    where, mark, area = text.rpartition("!")
    match kind:
        case "operator":
            text = OTHER_SIGN[text]
        case "name":
            text = beside.get(text, text)
        case "row":
            first = reference(text).first
            text = where + mark + first._replace(row=first.row + 1).text
        case "range":
            first, last = reference(text).first, reference(text).last
            text = f"{where}{mark}{first.text}:{last._replace(row=last.row - 1).text}"
        case _:
            first = reference(area).first
            text = where + mark + first._replace(fixed_row=True, fixed_column=True).text
    return "".join(w.text if i != at else text for i, w in enumerate(words))


# --- the score ---------------------------------------------------------------------------------


def seen_by_lint(facts: Facts, mutant: Mutant) -> set[str]:
    """``lint``, where it has a finding in the workbook with the mutant."""
    held = mutant.held
    sheet = facts.sheet(held.sheet)
    assert sheet is not None
    cells = {**sheet.cells, (held.row, held.column): replace(held, formula=mutant.formula)}
    changed = replace(sheet, cells=cells)
    sheets = tuple(changed if s is sheet else s for s in facts.sheets)
    return {"lint"} if lint(replace(facts, sheets=sheets), SLIPS).findings else set()


def score(options: argparse.Namespace) -> int:
    """Try the mutants, print who caught how many and what nobody did."""
    memo = baseline()
    built = make(memo, memo)
    found = Finder(built.book, built.layout)
    with TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsx")
        path.write_bytes(built.filled.data)
        facts = read(path)
        cases = [Case(name, path, built, found, memo) for name in TRIED]
    if lint(facts, SLIPS).findings:
        print("the workbook itself has findings; run workbook lint first", file=sys.stderr)
        return 2
    random = Random(options.seed)  # noqa: S311 - the sample is to be the same in every run
    every = list(mutants(facts, random))
    tried = every if options.all else random.sample(every, min(options.count, len(every)))
    caught: Counter[str] = Counter()
    kinds: Counter[tuple[str, bool]] = Counter()
    survivors = []
    witnesses: list[Callable[[Mutant], set[str]]] = [case.caught for case in cases]
    witnesses.append(partial(seen_by_lint, facts))
    for mutant in tried:
        by: set[str] = set()
        for notice in witnesses:
            by |= notice(mutant)
            if by and options.quick:
                break
        caught.update(by)
        kinds[mutant.kind, bool(by)] += 1
        if not by:
            survivors.append(mutant)
            print(f"survived: {mutant}", flush=True)
    _tell(len(every), len(tried), caught, kinds, survivors)
    return int(100 * (len(tried) - len(survivors)) < options.least * len(tried))


def _tell(
    every: int,
    tried: int,
    caught: Counter[str],
    kinds: Counter[tuple[str, bool]],
    survivors: list[Mutant],
) -> None:
    print(f"{tried} of {every} mutants tried; {1 - len(survivors) / tried:.1%} caught")
    for name in DETECTORS:
        print(f"  by {name:<7} {caught[name]:>5}  {caught[name] / tried:.1%}")
    for kind in sorted({kind for kind, _ in kinds}):
        count = kinds[kind, True] + kinds[kind, False]
        print(f"  {kind:<10} {kinds[kind, True]} of {count}")


def main() -> int:
    """Parse the command and try the mutants."""
    parser = argparse.ArgumentParser(description="Mutation score of the built workbook.")
    parser.add_argument("--all", action="store_true", help="try every mutant")
    parser.add_argument("--count", type=int, default=300, help="size of the sample")
    parser.add_argument("--seed", type=int, default=1, help="repeats a sample")
    parser.add_argument(
        "--quick", action="store_true", help="stop at the first who notices a mutant"
    )
    parser.add_argument("--least", type=float, default=95.0, help="percent to be caught")
    return score(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
