"""Verify any xlsx: engines recalculate every formula, and are held to the stored values.

No engine can hand a stored value back: it is given a file that has none (see `bare`). Each works in
a process of its own, so one that hangs or dies is named and ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from workbook.audit import bare
from workbook.audit.container import Refused
from workbook.audit.entries import Changes, Typist, draw
from workbook.audit.facts import Facts, Held, Key
from workbook.audit.graph import Graph
from workbook.audit.lacks import Lack, lack_of, unverifiable
from workbook.audit.meaning import Meanings
from workbook.audit.reader import read
from workbook.audit.verdict import STORED, Differing, Verdict
from workbook.audit.wording import scale_of
from workbook.audit.workers import EngineFailed, Values, Worker, at_work
from workbook.engines import NAMES, Value, agree, missing

FAST = ("formualizer", "ironcalc")
"""The engines that are asked unless others are named."""

PATIENCE = 300.0
"""Seconds that an engine may take for any one answer."""

FEWEST = 2
"""Values that make a comparison."""

_DIGITS = 1e-3
"""What cancels to nothing may differ by 1e-15 of the terms that were added up."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to verify a file with: engines, settings as ``id=value``, draws at random."""

    engines: tuple[str, ...] = FAST
    settings: tuple[str, ...] = ()
    draws: int = 0
    seed: int = 0
    patience: float = PATIENCE


def verify(path: Path, question: Question | None = None) -> Verdict:
    """Recalculate the workbook at *path* and compare every formula.

    Raises Refused for a file that cannot be read, a setting that the file does not allow, an engine
    that is not installed, and changed inputs with one engine only.
    """
    question = question or Question()
    _check(question)
    facts = read(path)
    graph = Graph(facts)
    typist = Typist(facts, graph, Meanings(facts, graph))
    changes = typist.settings(question.settings)
    inputs = typist.drawable() if question.draws else ()
    if question.draws and not inputs:
        raise Refused(f"{path}: no input has a rule that says what it takes; leave --random out")
    run = _Run(facts, graph, question, changed=bool(changes), drawn=len(inputs))
    with TemporaryDirectory() as folder:
        stripped = Path(folder, "book.xlsx")
        bare.write(facts, stripped)
        cells = [held.cell for held in run.formulas]
        with at_work(question.engines, stripped, cells, question.patience) as workers:
            run.first(_answers(workers, changes, run.refused))
            random = Random(question.seed)  # noqa: S311 - a seed repeats the draws
            # engines work on a draw while the one before it is compared
            for number in range(question.draws + 1):
                answers = _collected(workers, run.refused) if number else {}
                if number < question.draws:
                    _ask(workers, draw(inputs, random), run.refused)
                if number:
                    run.again(number, answers)
    return run.verdict(path)


@dataclass
class _Run:
    """One verification under way."""

    facts: Facts
    graph: Graph
    question: Question
    changed: bool
    drawn: int
    refused: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.formulas = list(self.facts.formulas())
        self.keys = [held.key for held in self.formulas]
        self.meanings = Meanings(self.facts, self.graph)
        self.unchecked = unverifiable(self.facts, self.graph)
        self.lacks: dict[str, Lack] = {}
        self.differing: dict[Key, Differing] = {}
        self.compared: set[Key] = set()
        self.missing: set[Key] = set()
        self.largest = _largest(h.value for s in self.facts.sheets for h in s.cells.values())

    def first(self, answers: Mapping[str, Values]) -> None:
        """Take in the values at the file's own inputs, or at the settings."""
        stored = [held.value for held in self.formulas]
        blank = zip(self.keys, stored, *answers.values(), strict=True)
        self.missing = {
            key for key, value, *found in blank if value is None and {*found} - {None, ""}
        }
        for name, values in answers.items():
            self._learn(name, values, self._others(name, answers) if self.changed else stored)
        self._compare(answers if self.changed else {STORED: stored, **answers}, None)
        left = {*self.keys} - self.compared - self.unchecked.keys()
        able = {key for key in left if any(key not in self.lacks[n].cells for n in answers)}
        self.unchecked |= dict.fromkeys(left - able, "no engine can work it out")
        self.unchecked |= dict.fromkeys(able, "there is only one value to compare")

    def again(self, number: int, answers: Mapping[str, Values]) -> None:
        """Take in the values of one draw."""
        for name, values in answers.items():
            self._learn(name, values, self._others(name, answers))
        self._compare(answers, number)

    def verdict(self, path: Path) -> Verdict:
        """What was found in all."""
        words = Counter[str]()
        for lack in self.lacks.values():
            words |= Counter(lack.words)
        return Verdict(
            file=path,
            formulas=len(self.formulas),
            engines=tuple(n for n in self.question.engines if n not in self.refused),
            compared=len(self.compared),
            differing=tuple(self._causes()),
            lacks={name: lack.words for name, lack in self.lacks.items() if lack.words},
            unsupported=dict(sorted(words.items())),
            unchecked=dict(sorted(Counter(self.unchecked.values()).items())),
            refused=self.refused,
            missing=0 if self.changed else len(self.missing),
            from_1904=self.facts.from_1904,
            changed=self.changed,
            draws=self.question.draws,
            drawn=self.drawn,
            seed=self.question.seed,
        )

    def _causes(self) -> Iterator[Differing]:
        """What differs, each marked if a cell that it reads differs too."""
        for held in self.formulas:
            differing = self.differing.get(held.key)
            if differing is not None:
                read = self.graph.precedents(held)
                yield replace(differing, follows=any(h.key in self.differing for h in read))

    def _compare(self, parties: Mapping[str, Values], number: int | None) -> None:
        for at, (held, key) in enumerate(zip(self.formulas, self.keys, strict=True)):
            if key in self.unchecked or key in self.differing:
                continue
            values = {n: v[at] for n, v in parties.items() if self._counts(n, key)}
            if len(values) < FEWEST:
                continue
            self.compared.add(key)
            if not _all_agree(list(values.values())) and not self._cancels(held, values):
                self.differing[key] = self._differing(held, values, number)

    def _counts(self, name: str, key: Key) -> bool:
        if name == STORED:
            return key not in self.missing
        return key not in self.lacks[name].cells

    def _cancels(self, held: Held, values: Mapping[str, Value]) -> bool:
        """Whether what differs is no more than what large terms leave when they cancel."""
        if not all(isinstance(value, float) for value in values.values()):
            return False
        found = list(values.values())
        if not _all_agree(found, scale=max(1.0, self.largest * _DIGITS)):
            return False
        terms = (read.value for read in self.graph.precedents(held))
        return _all_agree(found, scale=max(1.0, _largest(terms) * _DIGITS))

    def _learn(self, name: str, values: Values, others: Values) -> None:
        """Note what an engine turns out to lack."""
        found = lack_of(self.formulas, values, others, self.graph)
        known = self.lacks.get(name, found)
        self.lacks[name] = Lack({**found.words, **known.words}, known.cells | found.cells)

    def _others(self, name: str, answers: Mapping[str, Values]) -> Values:
        """What another engine found, so that an error that all share is no lack."""
        others = (values for other, values in answers.items() if other != name)
        return next(others, answers[name])

    def _differing(self, held: Held, values: Mapping[str, Value], number: int | None) -> Differing:
        meaning = self.meanings.of(held)
        # The values are told in full, so a unit of billions or percent would be wrong.
        unit = meaning.unit if scale_of(held.look.show) == 1 else ""
        return Differing(str(held.cell), meaning.label, unit, held.formula or "", values, number)


def _check(question: Question) -> None:
    faults = [f"--engines: {why}" for name in question.engines if (why := missing(name))]
    if not question.engines:
        faults.append(f"--engines: name at least one of {', '.join(NAMES)}")
    elif (question.settings or question.draws) and len(set(question.engines)) < FEWEST:
        faults.append("--engines: changed inputs have no stored values; name two engines or more")
    if faults:
        raise Refused("\n".join(faults))


def _answers(
    workers: Mapping[str, Worker], changes: Changes, refused: dict[str, str]
) -> dict[str, Values]:
    """The values of each engine that still works; *refused* takes in the others."""
    _ask(workers, changes, refused)
    return _collected(workers, refused)


def _ask(workers: Mapping[str, Worker], changes: Changes, refused: Mapping[str, str]) -> None:
    for name, worker in workers.items():
        if name not in refused:
            worker.ask(changes)


def _collected(workers: Mapping[str, Worker], refused: dict[str, str]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for name, worker in workers.items():
        if name in refused:
            continue
        try:
            found[name] = worker.answer()
        except EngineFailed as fault:
            refused[name] = str(fault)
    return found


def _all_agree(values: Sequence[Value], scale: float = 1.0) -> bool:
    return all(agree(values[0], value, scale=scale) for value in values[1:])


def _largest(values: Iterable[Value]) -> float:
    return max((abs(value) for value in values if isinstance(value, float)), default=0.0)
