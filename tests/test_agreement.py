"""Every formula of the workbook in four spreadsheet engines, at the memo's and other inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import oracle
import pods
import pytest
import sharings
from finder import Finder
from oracle import BY_SHARES, Entry

from workbook.assumptions import Assumptions, Choice, Day, Number, baseline
from workbook.book import entry_value
from workbook.build import Built, make
from workbook.data.requests import REQUESTS
from workbook.engines import Cell, CellError, Session, Settable, Value, agree, engine, missing
from workbook.evaluate import Model, plain
from workbook.functions import ErrorValue
from workbook.layout import Excel, Place
from workbook.values import Row

Values = Mapping[Cell, Value]
Changes = Mapping[str, Entry]

OWN = "4 · Your own"
DRAWN = 8
SHORT = 18
"""Rows of the form of requests: those that ship, and a few that are blank."""


def drawn(seed: int) -> dict[str, Entry]:
    """Numbers within their ranges, most of them near the memo's, and any choices."""
    random = Random(seed)  # noqa: S311 - the draws are to be the same in every run
    changes: dict[str, Entry] = {}
    for entry in baseline().inputs():
        if isinstance(entry, Choice):
            changes[entry.id] = random.choice(entry.options)
        elif isinstance(entry, Number) and not (entry.optional and random.random() < 0.6):
            near = (entry.value or min(1.0, entry.high / 3)) * math.exp(random.uniform(-1, 1))
            wide = random.uniform(entry.low, entry.high)
            value = min(max(wide if random.random() < 0.1 else near, entry.low), entry.high)
            changes[entry.id] = float(round(value)) if entry.whole else value
    return changes


def no_tokens() -> dict[str, Entry]:
    """No share of tokens at all: nothing is earned, and hours needed are a division by zero."""
    rows = [row.key for row in baseline().prices.rows]
    nothing: dict[str, Entry] = {f"prices.{row}.printed_share": 0.0 for row in rows}
    return nothing | {"pricing.share_reading": oracle.SHARES_AS_PRINTED}


OVERRIDES: dict[str, Entry] = {
    "cases.own_1.revenue_target": 20e9,
    "cases.own_1.runs_per_year": 3.0,
    "cases.own_2.research_share": 0.0,
    "cases.own_2.revenue_per_hour": 9.0,
    "cases.own_3.hold": "Hours",
    "cases.own_3.revenue_per_hour": 6.0,
    "cases.own_3.additional_runs": 2.0,
    "cases.own_3.flop_growth": 3.5,
    "cases.research_70.research_share": None,
}
SPLIT: dict[str, Entry] = {
    "allocation.live_scenario": OWN,
    "scenarios.own.initiative": "Research",
    "scenarios.own.p1": 0.15,
    "scenarios.own.p2_split": BY_SHARES,
    "scenarios.own.inference": 0.5,
    "scenarios.own.training": 0.3,
    "scenarios.own.research": 0.2,
}
READINGS: dict[str, Entry] = {
    "training.growth_reading": oracle.GROWTH_BY_INCREASE,
    "throughput.weighting": oracle.HARMONIC,
    "sensitivity.additional_run": oracle.RUN_WITH_VARIANTS,
    "training.reference_model": "Grok 3",
}
PODS: dict[str, Entry] = {
    "pod.hour_reading": pods.EXACT_HOUR,
    "pod.price_reading": pods.LIST,
    "batch.permutations_reading": pods.BY_WORDS,
    "batch.hours_reading": pods.EXACT_HOURS,
    "batch.streams_reading": pods.TIME_IMPLIED,
    "batch.output_reading": pods.SOME_OUTPUT,
    "bridge.chip_ratio": 0.7,
    "ladder.seasonality.users_per_pod": 60.0,
}

CASES: dict[str, Changes] = {
    "the memo": {},
    "live: revenue": {"allocation.live_scenario": "2 · Serviceable revenue"},
    "live: training": {"allocation.live_scenario": "3 · Training"},
    "live: own": {"allocation.live_scenario": OWN},
    "shares as printed": {"pricing.share_reading": oracle.SHARES_AS_PRINTED},
    "harmonic mean": {"throughput.weighting": oracle.HARMONIC},
    "weights of hours": {"throughput.weighting": oracle.HOURS_WEIGHTED},
    "increase": {"training.growth_reading": oracle.GROWTH_BY_INCREASE},
    "run with variants": {"sensitivity.additional_run": oracle.RUN_WITH_VARIANTS},
    "pre-training only": {"sensitivity.additional_run": oracle.RUN_PRE_TRAINING},
    "several readings": READINGS,
    "own split": SPLIT,
    "own cases": OVERRIDES,
    "too much revenue": {"allocation.revenue_target": 100e9},
    "too much training": {"training.overhead": 12.0, "allocation.live_scenario": OWN},
    "too many tiers": SPLIT | {"allocation.p0": 0.3, "scenarios.own.p1": 0.7},
    "no revenue": {"allocation.revenue_target": 0.0},
    "equal drivers": {"allocation.buffer": 0.1},
    "a chip nobody has": {"commitments.azure_nvidia.chip": "B300"},
    "another case of letters": {"commitments.azure_nvidia.chip": "b200"},
    "pods by other readings": PODS,
    "a short experiment": {"batch.samples": 1.0},
    "a discount that moves memo 000": {"pod.discount": 0.4},
    "no tokens": no_tokens(),
    "text for a number": {"training.mfu": "a half"},
    "blank for a number": {"training.mfu": None, "allocation.revenue_target": None},
    **{f"drawn {seed}": drawn(seed) for seed in range(DRAWN)},
}
CURVES: dict[str, Entry] = {
    "demand.users": 61.0,
    "demand.preset": "time-share",
    "demand.rung": "With time of day",
    "demand.level": "99.9 in 100",
    "pod.slot_memory": 12.0,
}
STALE: dict[str, Entry] = {
    "weekly_max.sigma": 1.5,
    "weekly_max.ceiling": 4.0,
    "time_share.memory_hours": 25.0,
    "time_share.slots": 30.0,
}
POLICY: dict[str, Entry] = {
    "access.preset": "time-share",
    "access.level": "99 in 100",
    "sign_ups.cap": 100.0,
    "sign_ups.growth": 0.02,
    "sign_ups.starting": 60.0,
    "policy.stack_cut": 0.61,
    "research.deadline_share": 0.5,
    "batch.samples": 2000.0,
    "batch.output_reading": pods.SOME_OUTPUT,
}
STALE |= {"pod.rate_limit": 4.0, "research.shocks_per_year": 1.0}
AWAY: dict[str, Entry] = {
    "scaling.preset": "weekly-max",
    "scaling.users": "500 users",
    "scaling.spin_up": "5 minutes",
    "scaling.headroom": "half",
    "scaling.retry": "nine tenths",
    "scaling.zombie": "half",
}
CASES |= {
    "another policy": POLICY,
    "weeks outside the table": {"sign_ups.interest": 1.0, "batch.samples": 6000.0},
}
PRICED: dict[str, Entry] = {
    "chip_prices.row_1.share": 0.3,
    "chip_prices.row_4.chip": "trainium 2",
    "chip_prices.row_7.effective": 4.0,
    "owned.b200.chip": "TPU",
    "owned.b200.quantity": 300_000.0,
    "commitments.azure_nvidia.years": 4.0,
}
WORKED: dict[str, Entry] = {
    "usage.row_1.used": 400e6,
    "usage.row_2.allocated": 0.0,
    "usage.row_3.team": "enterprise",
    "usage.row_4.pool": None,
    "usage.row_5.organisation": "Training",
    "usage.row_6.requested": None,
    "usage.unused_limit": 0.75,
    "pool_peaks.row_1.peak": 500e6,
    "pool_peaks.row_2.peak": 900e6,
    "pool_peaks.row_3.pool": "nowhere",
}
SCORED: dict[str, Entry] = {
    "benchmarks.row_2.score": 30.0,
    "benchmarks.row_8.quarter": "2025-Q2",
    "benchmarks.row_13.ceiling": 90.0,
    "benchmarks.row_18.hours": None,
    "outcomes.headroom_limit": 0.2,
    "outcomes.declines": 3.0,
    "margins.row_1.requests": 0.0,
    "margins.row_5.quarter": "2024-Q4",
    "margins.row_9.tier": None,
    "margins.row_20.cost": 1e9,
    "margins.row_25.cost": None,
}
AGED: dict[str, Entry] = {
    "control.as_of": 46_200.0,
    "control.stale_information": "Fails a check",
    "information.training.age_limit": 1.0,
    "data.usage.as_of": 40_000.0,
    "last_plan.training.hours": 0.0,
    "usage.row_1.used": -1.0,
    "usage.row_2.team": None,
}
CASES |= {
    "old information, and rows that are not whole": AGED,
    "another usage": WORKED,
    "other outcomes": SCORED,
    "no month of usage": {f"usage.row_{row}.month": None for row in range(1, 37)},
    "another price list": PRICED,
    "a price of nothing": {"chip_prices.row_2.chip": None, "chip_prices.row_3.share": None},
    "another curve": CURVES,
    "users that no pod serves": AWAY,
    "scaling that no table has": {"scaling.users": "100 users", "scaling.retry": "some"},
    "stale tables": STALE,
    "users beyond the table": {"demand.users": 1_000_001.0},
    "pods beyond the table": {"pod.slot_memory": 295.0},
    "text for users": {"demand.users": "many"},
    "a blank parameter": {"weekly_max.sigma": None},
}
NO_ORACLE = {
    "scaling that no table has",
    "old information, and rows that are not whole",
    "a price of nothing",
    "a blank parameter",
    "text for users",
    "no tokens",
    "text for a number",
    "blank for a number",
}

# a program of its own takes seconds for each case, and formulas many
FEW = (
    "the memo",
    "several readings",
    "text for a number",
    "another policy",
    "weeks outside the table",
    "another price list",
    "another usage",
    "other outcomes",
    "old information, and rows that are not whole",
    "stale tables",
    "users that no pod serves",
    "drawn 0",
)
FEWEST = ("the memo", "another policy", "another usage", "stale tables", "drawn 0")

# in LibreOffice a link to a blank cell is no number, elsewhere it is 0
WITHOUT_BLANKS = tuple(case for case in CASES if "blank" not in case and case not in FEW)

OTHERS = [
    pytest.param("formulas", FEWEST, marks=pytest.mark.slow, id="formulas"),
    pytest.param(
        "libreoffice", FEW, marks=[pytest.mark.libreoffice, pytest.mark.slow], id="libreoffice"
    ),
    pytest.param(
        "formulas",
        tuple(case for case in CASES if case not in FEWEST),
        marks=pytest.mark.thorough,
        id="formulas, more",
    ),
    pytest.param(
        "libreoffice",
        WITHOUT_BLANKS,
        marks=[pytest.mark.libreoffice, pytest.mark.thorough],
        id="libreoffice, more",
    ),
]


class Typist:
    """Types changes into the input cells of an open workbook, and takes the last ones back."""

    def __init__(self, session: Session, inputs: Assumptions, found: Finder) -> None:
        self._session = session
        self._memo: dict[str, Settable] = {e.id: plain(entry_value(e)) for e in inputs.inputs()}
        self._memo |= {name: plain(value) for name, value in oracle.CELLS.items()}
        self._cells = {entry.id: found.line(entry.name) for entry in inputs.inputs()}
        self._cells |= {name: found.figures[name] for name in oracle.CELLS}
        self._typed: set[str] = set()

    def type(self, changes: Changes) -> None:
        """Have *changes* typed in, and every other input as it was."""
        for name in self._typed - set(changes):
            self._session.set(self._cells[name], self._memo[name])
        for name, value in changes.items():
            self._session.set(self._cells[name], value)
        self._typed = set(changes)


Run = Callable[[str, Iterable[str]], dict[str, Values]]


def runner(a: Assumptions, built: Built, found: Finder, path: Path) -> Run:
    """The value of every formula cell of a workbook in an engine, for each case."""

    def values(name: str, cases: Iterable[str]) -> dict[str, Values]:
        if reason := missing(name):
            pytest.skip(reason)
        with engine(name).open(path) as session:
            typist = Typist(session, a, found)
            results: dict[str, Values] = {}
            for case in cases:
                typist.type(CASES[case])
                results[case] = session.read(built.filled.values)
            return results

    return values


@pytest.fixture(scope="module")
def run(memo_inputs: Assumptions, built: Built, found: Finder, book_path: Path) -> Run:
    """Runs the workbook itself."""
    return runner(memo_inputs, built, found, book_path)


@pytest.fixture(scope="module")
def first(run: Run) -> dict[str, Values]:
    """The values of every case in the engine whose values stand in the file."""
    return run("formualizer", CASES)


@dataclass(frozen=True)
class Short:
    """The workbook with forms of few rows: a formula is the same in all rows of a column."""

    formulas: Mapping[Cell, str]
    run: Run
    first: Mapping[str, Values]


@pytest.fixture(scope="module")
def short(memo_inputs: Assumptions, tmp_path_factory: pytest.TempPathFactory) -> Short:
    """The short workbook, run in the engine whose values stand in it."""
    a = sharings.shortened(memo_inputs, {REQUESTS: SHORT})
    built = make(a, a)
    path = tmp_path_factory.mktemp("short") / "book.xlsx"
    path.write_bytes(built.filled.data)
    run = runner(a, built, Finder(built.book, built.layout), path)
    return Short(formulas_of(built), run, run("formualizer", CASES))


def formulas_of(built: Built) -> dict[Cell, str]:
    """The text of every formula."""
    return {
        Cell(sheet.name, Place(sheet.name, cell.row, cell.col).ref): cell.content.text
        for sheet in built.layout.sheets
        for cell in sheet.cells
        if isinstance(cell.content, Excel)
    }


def differences(
    formulas: Mapping[Cell, str], ours: Mapping[str, Values], theirs: Mapping[str, Values]
) -> list[str]:
    """The formulas with other values in *theirs*, to 1e-9; texts and errors as they are."""
    return [
        f"{case}: {Row(cell, formulas[cell][1:], ours[case][cell], values[cell])}"
        for case, values in theirs.items()
        for cell in formulas
        if not agree(ours[case][cell], values[cell])
    ]


def test_every_formula_is_the_same_in_the_second_engine(
    built: Built, first: dict[str, Values], run: Run
) -> None:
    """Numbers to 1e-9, texts and errors of every formula cell, for every case of inputs."""
    assert differences(formulas_of(built), first, run("ironcalc", CASES)) == []


@pytest.mark.parametrize(("name", "cases"), OTHERS)
def test_every_formula_is_the_same_in_another_engine(
    short: Short, name: str, cases: tuple[str, ...]
) -> None:
    """The same in programs that take longer, over forms with fewer rows."""
    assert differences(short.formulas, short.first, short.run(name, cases)) == []


def test_what_is_opened_is_what_was_cached(built: Built, first: dict[str, Values]) -> None:
    """At the memo's inputs a fresh recalculation gives what stands in the file."""
    assert first["the memo"] == built.filled.values


@pytest.mark.parametrize("case", [case for case in CASES if case not in NO_ORACLE])
def test_the_workbook_is_the_memo_recomputed(
    first: dict[str, Values], found: Finder, case: str
) -> None:
    """Every figure in its cell is the independent recomputation's, to 1e-9."""
    expected = oracle.recompute(CASES[case])
    values = {name: first[case][found.figures[name]] for name in expected}
    assert oracle.differences(expected, values, found.units) == {}
    leader = oracle.largest_driver(expected)
    assert first[case][found.line("largest_driver")] == LABELS[leader]


LABELS = dict(
    zip(
        oracle.DRIVERS,
        (
            "Supply",
            "P0 share",
            "Buffer share",
            "Revenue target",
            "Revenue per inference hour",
            "Training need: growth, runs or overhead",
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("case", CASES)
def test_the_algebra_in_python_is_the_workbook(
    built: Built, first: dict[str, Values], found: Finder, case: str
) -> None:
    """Every line of every tab has the same value in plain Python as in its cell."""
    model = Model(built.book.tabs, CASES[case])
    values = {name: first[case].get(found.line(name)) for name in built.layout.names}
    differing = {
        name: (ours, theirs)
        for name, theirs in values.items()
        if theirs is not None and not _same(ours := _or_error(model, name), theirs)
    }
    # the model has no cards, so it does not see their errors
    unseen = COUNTS_ERRORS if case in NO_ORACLE else set()
    assert set(differing) <= unseen


COUNTS_ERRORS = {
    "check_errors_dashboard",
    "checks_failed",
    "checks_failing",
    "checks_state",
    "cover_checks",
}


def _or_error(model: Model, name: str) -> Value:
    try:
        return model[name]
    except ErrorValue as error:
        return CellError(str(error))


def _same(ours: Value, theirs: Value) -> bool:
    """Numbers to 1e-9, and what billions of hours leave to a thousandth; an error as an error."""
    if isinstance(ours, CellError):
        return isinstance(theirs, CellError)
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-3)
    return ours == theirs


def test_errors_are_seen_where_they_are(first: dict[str, Values], found: Finder) -> None:
    """Text for MFU breaks the training need, what follows from it, and no more; checks say so."""
    values = first["text for a number"]
    need = values[found.line("training_need_hours")]
    assert need == CellError("#VALUE!")
    assert values[found.line("live_inference_hours")] == pytest.approx(2_407_419_159.598522)
    failing = {
        name.removeprefix("checks.errors_").removesuffix(".failed")
        for name, cell in found.figures.items()
        if name.startswith("checks.errors_") and name.endswith(".failed") and values[cell] == 1
    }
    follows = {"scenarios", "sensitivity", "dashboard", "bridge", "costs", "plan"}
    follows |= {"pools", "ranking", "requests"}
    assert failing == {"training"} | follows
    assert str(values[found.line("banner")]).startswith("▲")


def test_drawn_inputs_are_within_their_ranges(memo_inputs: Assumptions) -> None:
    """The draws type nothing that a cell would refuse."""
    for seed in range(DRAWN):
        changes = drawn(seed)
        for entry in memo_inputs.inputs():
            value = changes.get(entry.id)
            if isinstance(entry, Number) and isinstance(value, float):
                assert entry.low <= value <= entry.high
            assert not isinstance(entry, Day) or value is None
