"""Demand in the workbook: the simulated ladder, its calculator, its guard and its files."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import demands
import numpy as np
import pytest
from oracle import Entry

import simcore.tables.make
from simcore.behaviour import Rung
from simcore.capacity import needs
from simcore.ladder import Effort, Run
from simcore.presets import load_preset
from simcore.tables.recipes import LEVELS, SEED, USER_GRID
from simcore.tables.table import Cell, Recipe
from workbook.assemble import Simulation, assemble
from workbook.assumptions import Assumptions, InputFaults, load
from workbook.assumptions import presets as preset_files
from workbook.book import tables_of
from workbook.build import Built
from workbook.cli import main
from workbook.demand_facts import Found, Grid
from workbook.evaluate import Model
from workbook.functions import Value
from workbook.paths import TABLES, TEMPLATES
from workbook.simulated import KINDS, SimulationMissing, simulate

RESULTS = ("slots", "from", "to", "pods", "cost", "requests", "revenue", "margin")
OUTSIDE = "outside the table"
OF_PODS = ("autoscale", "cascade", "traces")
WORDS = {of_table: words for words, of_table in demands.RUNGS.items()}
LEVEL_WORDS = {level: words for words, level in demands.LEVELS.items()}
SLOW = (Rung.SEASONALITY, Rung.CORRELATION)
RUNGS = [pytest.param(r, marks=pytest.mark.slow if r in SLOW else ()) for r in Rung]

At = Callable[[Mapping[str, Entry]], Model]


@pytest.fixture(scope="module")
def at(built: Built) -> At:
    """The model at changed inputs."""
    return lambda changes: Model(built.book.tabs, changes)


def number(value: Value) -> float:
    assert isinstance(value, float), value
    return value


# --- hand-worked -------------------------------------------------------------------------------

HAND_USERS = (10.0, 100.0, 1000.0)
HAND_SLOTS = (5.0, 10.0, 40.0)


def by_hand(slots: tuple[float, ...] = HAND_SLOTS) -> Simulation:
    """The shipped tables with ladders of three rows, alike on every rung and level."""
    keys = [(str(r), level, n) for r in Rung for level in LEVELS for n in HAND_USERS]
    rungs, levels, users = zip(*keys, strict=True)

    def given(a: Assumptions) -> Found:
        found = simulate(a)
        columns: dict[str, tuple[float | str, ...]] = {
            "rung": rungs,
            "level": levels,
            "users": users,
            "slots": slots * 16,
            "error": (0.1, 0.3, 0.5) * 16,
        }
        nothing = (0.0,) * len(keys)
        refused = {"refused": nothing, "refused_before": nothing}
        by_kind = {"ladder": columns, "limited": columns | refused}
        presets = [
            replace(
                f,
                tables={
                    **f.tables,
                    **{kind: Grid(own, f.tables[kind].origin) for kind, own in by_kind.items()},
                },
            )
            for f in found.presets
        ]
        return replace(found, presets=tuple(presets))

    return given


def test_between_two_rows_logarithms_run_straight(memo_inputs: Assumptions) -> None:
    """Half way from 10 to 100 users is √1000; from 5 to 10 slots it is √50 = 7.07, error 0.2."""
    book = assemble(memo_inputs, memo_inputs, {}, by_hand())
    live = Model(book.tabs, {"demand.users": math.sqrt(1000)})
    assert live["demand_way"] == pytest.approx(0.5)
    assert live["demand_slots"] == pytest.approx(math.sqrt(50))
    assert live["demand_from"] == pytest.approx(math.sqrt(50) - 1.959964 * 0.2, rel=1e-6)
    assert live["demand_to"] == pytest.approx(math.sqrt(50) + 1.959964 * 0.2, rel=1e-6)
    # 7.07 of 20 slots are one pod: 720 h at $35; 31.6 users send 43.58 a day for 30 days
    sent = float(demands.shipped("messages-weekly-max")[3][1])
    assert sent == pytest.approx(43.58, abs=0.01)
    assert live["demand_pods"] == 1
    assert live["demand_cost"] == 35 * 720
    assert live["demand_requests"] == pytest.approx(math.sqrt(1000) * sent * 30)
    # a request at the realised price: (60 Mtok x $15 + 0.48 x $75) / 2 / 2,000 requests an hour
    revenue = math.sqrt(1000) * sent * 30 * (900 + 36) / 2 / 2000
    assert live["demand_revenue"] == pytest.approx(revenue)
    assert live["demand_margin"] == pytest.approx(revenue - 25_200)


def test_a_pod_is_read_the_other_way_round(memo_inputs: Assumptions) -> None:
    """20 slots are half way from 10 to 40, so a pod holds √(100 × 1000) = 316.2 users."""
    book = assemble(memo_inputs, memo_inputs, {}, by_hand())
    [held] = [
        column
        for tab in book.tabs
        for table in tables_of(tab)
        for column in table.columns
        if (table.axis.key, column.key) == ("held_users", "users")
    ]
    live = Model(book.tabs, {})
    assert [live.cell(held, i) for i in range(16)] == pytest.approx([math.sqrt(1e5)] * 16)
    # error 0.4 of 20 slots, x ln(1000/100) / ln(40/10) = 0.0332 users a user, x 1.96
    assert math.log(10) / math.log(4) * 0.4 / 20 == pytest.approx(0.0332, abs=5e-5)
    [low] = [
        c
        for tab in book.tabs
        for t in tables_of(tab)
        for c in t.columns
        if c.key == "weekly_max_from"
    ]
    assert live.cell(low, 0) == pytest.approx(math.sqrt(1e5) * math.exp(-0.0332193 * 1.959964))
    # none of these is near the memo's 250, 75, 50 and 25
    assert live["quoted_untied"] == 4
    live = Model(book.tabs, {"demand.users": math.sqrt(1e5)})
    assert live["demand_slots"] == pytest.approx(20)
    # what rounding adds to 20 slots buys no second pod
    assert live["demand_pods"] == 1
    assert Model(book.tabs, {"demand.users": 317.0})["demand_pods"] == 2


def test_no_slots_at_the_least_users_is_no_fault(memo_inputs: Assumptions) -> None:
    """From 0 to 10 slots half of the way on logarithms of users is 5: straight, and no error."""
    book = assemble(memo_inputs, memo_inputs, {}, by_hand((0.0, 10.0, 40.0)))
    live = Model(book.tabs, {"demand.users": math.sqrt(1000)})
    assert live["demand_slots"] == pytest.approx(5)
    assert live["checks_failed"] == 1  # the memo's ladder, which this is not


@pytest.mark.parametrize("users", [5.0, 1_000_000.0])
def test_the_ends_of_the_table_are_within_it(at: At, users: float) -> None:
    """The first and the last row answer with their own slots."""
    live = at({"demand.users": users})
    rows = demands.curve("weekly-max", "correlation", 0.95)
    own = next(slots for n, slots, _ in rows if n == users)
    assert live["demand_slots"] == pytest.approx(own, rel=1e-12)
    assert live["checks_failed"] == 0


@pytest.mark.parametrize("users", [4.999, 1_000_001.0, None, "many"])
def test_beyond_the_table_there_are_words_and_no_number(at: At, users: Entry) -> None:
    """Every result says so, the line above them says what there is, and a check fails."""
    live = at({"demand.users": users})
    assert {live[f"demand_{name}"] for name in RESULTS} == {OUTSIDE}
    assert live["demand_reach"] == "▲ outside the table, which has 5 to 1,000,000 users"
    assert live["check_demand_range"] == 1
    assert str(live["checks_state"]).startswith("▲")


# --- the simulation's own answer ---------------------------------------------------------------


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("preset", demands.PRESETS.values())
def test_the_calculator_is_the_simulation_within_the_interval(
    at: At, preset: str, rung: Rung
) -> None:
    """At users that are no row: 4 standard errors, and the 1 % of straight lines between rows."""
    random = Random(f"{preset} {rung}")  # noqa: S311 - the draws are to be the same in every run
    users = sorted({round(10 ** random.uniform(0.8, 5.9)) for _ in range(7)} - set(USER_GRID))
    told = load_preset(preset)
    run = Run(np.random.SeedSequence([99, *rung.encode()]), Effort(32, 32, 0.05), 2)
    levels = LEVELS[:2]  # a small sample has too few weeks beyond the rarer ones
    for need in needs(told.behaviour, rung, told.service.measure, users, levels, run):
        asked: dict[str, Entry] = {
            "demand.users": float(need.users),
            "demand.preset": preset,
            "demand.rung": WORDS[str(rung)],
            "demand.level": LEVEL_WORDS[need.level],
        }
        live = at(asked)
        slots = number(live["demand_slots"])
        allowed = 4 * math.hypot(number(live["demand_error"]), need.error) + 0.01 * slots
        assert abs(slots - need.slots) < allowed, need


@pytest.mark.parametrize("rung", [RUNGS[0], RUNGS[-1]])
@pytest.mark.parametrize("preset", demands.PRESETS.values())
def test_the_calculator_is_the_simulation_at_rarer_levels(at: At, preset: str, rung: Rung) -> None:
    """At 99 in 100, from a sample that does not stop early: 4 standard errors and 1 %."""
    random = Random(f"{preset} {rung} 0.99")  # noqa: S311 - as above
    users = sorted({round(10 ** random.uniform(0.8, 5.9)) for _ in range(5)} - set(USER_GRID))
    told = load_preset(preset)
    run = Run(np.random.SeedSequence([98, *rung.encode()]), Effort(32, 32, 1e-6), 2)
    found = needs(told.behaviour, rung, told.service.measure, users, (0.95, 0.99), run)
    for need in (each for each in found if each.level == 0.99):
        asked: dict[str, Entry] = {
            "demand.users": float(need.users),
            "demand.preset": preset,
            "demand.rung": WORDS[str(rung)],
            "demand.level": "99 in 100",
        }
        live = at(asked)
        slots = number(live["demand_slots"])
        allowed = 4 * math.hypot(number(live["demand_error"]), need.error) + 0.01 * slots
        assert abs(slots - need.slots) < allowed, need


def test_random_points_are_fifty() -> None:
    """The draws above are 50 and more numbers of users, and none is a row of the table."""
    count = 0
    for preset in demands.PRESETS.values():
        for rung in Rung:
            random = Random(f"{preset} {rung}")  # noqa: S311 - as above
            count += len({round(10 ** random.uniform(0.8, 5.9)) for _ in range(7)} - set(USER_GRID))
    assert count >= 50


@pytest.mark.parametrize("preset", demands.PRESETS.values())
def test_shipped_cells_are_what_is_simulated_now(preset: str) -> None:
    """A few rows of the shipped tables, simulated with other seeds, within 4 standard errors."""
    told = load_preset(preset)
    run = Run(np.random.SeedSequence(7), Effort(32, 32, 0.05), 2)
    for rung in (Rung.INDEPENDENT, Rung.TIME_OF_DAY):
        rows = {
            (level, users): (slots, error)
            for of_table, level, users, slots, error in demands.table(preset)
            if of_table == str(rung)
        }
        for need in needs(told.behaviour, rung, told.service.measure, (15, 75), (0.9, 0.95), run):
            slots, error = rows[need.level, need.users]
            assert abs(slots - need.slots) < 4 * math.hypot(error, need.error), need


@pytest.mark.parametrize("preset", demands.PRESETS.values())
def test_messages_sent_are_those_of_the_law_less_the_ceilings(preset: str) -> None:
    """Without modulation 4 standard errors; with it fewer, as the ceiling stops the densest."""
    behaviour = load_preset(preset).behaviour
    rows = demands.shipped(f"messages-{preset}")
    for rung, (name, sent, error, law) in zip(Rung, rows, strict=True):
        at, factor = behaviour.at(rung), 1.0
        if at.norm == "median":
            factor = math.exp((at.own_scale**2 + at.shared_scale**2) / 2)
        assert name == str(rung)
        assert law == pytest.approx(behaviour.messages_per_day * factor, rel=1e-5)
        assert float(sent) < float(law) + 4 * float(error)
        if at.sigma == 0:
            assert float(sent) == pytest.approx(float(law), abs=4 * float(error))
        elif at.norm == "median":
            assert float(sent) > behaviour.messages_per_day


def test_revenue_follows_what_the_rung_sends(at: At) -> None:
    """A user of time-share sends 2.6 times on the last rung what one sends on the first."""
    asked: dict[str, Entry] = {"demand.preset": "time-share"}
    first = at(asked | {"demand.rung": "Independent users"})
    last = at(asked)
    ratio = number(last["demand_revenue"]) / number(first["demand_revenue"])
    assert ratio == pytest.approx(339.6 / 129.8, rel=1e-3)


def test_what_is_asked_is_no_assumption(at: At) -> None:
    """Other users, rung and level leave the memo's live ties applying, and nothing changed."""
    asked: dict[str, Entry] = {
        "demand.users": 40.0,
        "demand.preset": "time-share",
        "demand.rung": "Independent users",
        "demand.level": "99.9 in 100",
    }
    live = at(asked)
    assert live["inputs_changed"] == 0
    assert live["cover_changed"] == "none: all as in the memo"
    assert live["quoted_untied_live"] == 0
    assert live["checks_failed"] == 0
    assert at(asked | {"bridge.users": 400.0})["inputs_changed"] == 1


# --- the guard ---------------------------------------------------------------------------------


def test_the_guard_is_green_at_the_build(at: At) -> None:
    """Nothing changed, and the tab and the cover say so."""
    live = at({})
    assert str(live["demand_state"]).startswith("●")
    assert live["simulated_state"] == live["demand_state"] == live["cover_simulated_weekly_max"]
    assert (live["weekly_max_changed"], live["time_share_changed"]) == (0, 0)


def test_the_guard_names_what_changed(at: At) -> None:
    """One preset: the first of two, and the count; another: its own words; both: both."""
    two: dict[str, Entry] = {"weekly_max.sigma": 1.5, "weekly_max.ceiling": 4.0}
    live = at(two)
    words = "▲ weekly-max: 2 changed, first: Most slots of a user at once. "
    assert live["simulated_state"] == live["demand_state"] == words
    told = "▲ 2 changed, first: Most slots of a user at once"
    assert live["cover_simulated_weekly_max"] == told
    assert str(live["cover_simulated_time_share"]).startswith("●")
    assert (live["check_stale_weekly_max"], live["check_stale_time_share"]) == (2, 0)
    assert live["checks_failed"] == 1
    assert str(live["banner"]).startswith("▲")
    both = at(two | {"time_share.sigma": 1.0})
    other = "▲ time-share: 1 changed, first: Spread of the modulation. "
    assert both["demand_state"] == words + other
    assert both["checks_failed"] == 2


@pytest.mark.parametrize("typed", [None, "a lot", 1.967 * (1 + 1e-8)])
def test_any_other_entry_is_stale(at: At, typed: Entry) -> None:
    """A cleared cell, a text, and a number that differs in its eighth digit."""
    assert at({"weekly_max.sigma": typed})["weekly_max_changed"] == 1


def test_what_the_ladder_does_not_read_leaves_it_right(at: At) -> None:
    """The preset's own service level is no input of any table, and slots are none of Demand's."""
    live = at({"weekly_max.level": 0.9, "time_share.slots": 30.0})
    assert (live["weekly_max_changed"], live["time_share_changed"]) == (0, 1)
    assert str(live["demand_state"]).startswith("●")
    assert (
        live["simulated_state"]
        == "▲ time-share: 1 changed, first: Slots of a pod in the simulation. "
    )
    assert live["inputs_changed"] == 2


def test_the_slots_that_pod_works_out_are_watched(at: At) -> None:
    """At 10 GB a slot Pod has 30, and the tables of both presets are of 20; the ladder has none."""
    live = at({"pod.slot_memory": 10.0})
    assert (live["weekly_max_changed"], live["time_share_changed"]) == (1, 1)
    assert "first: Slots of a pod, on Pod" in str(live["cover_simulated_weekly_max"])
    assert str(live["demand_state"]).startswith("●")


def test_every_table_has_its_row(built: Built, at: At) -> None:
    """Kinds × presets, and the batch's: each with what changed of what it read."""
    [table] = [t for tab in built.book.tabs for t in tables_of(tab) if t.axis.key == "simulated"]
    keys = [entity.key for entity in table.axis.entities]
    own = [kind for kind in KINDS if kind != "batch"]
    assert keys == [f"{kind}_{key}" for key in demands.PRESETS for kind in own] + ["batch"]
    changed = next(column for column in table.columns if column.key == "changed")
    live = at({"weekly_max.sigma": 1.5, "weekly_max.slots": 30.0, "time_share.slots": 30.0})
    found = {key: live.cell(changed, i) for i, key in enumerate(keys)}
    expected = {f"{kind}_weekly_max": 2 if kind in OF_PODS else 1 for kind in own}
    expected |= {f"{kind}_time_share": 1 if kind in OF_PODS else 0 for kind in own}
    assert found == expected | {"batch": 0}


def test_a_build_with_the_changed_inputs_clears_it(memo_inputs: Assumptions) -> None:
    """The stamps are those of the build, so that only what is typed later counts."""
    changed = load((), ["weekly_max.sigma=1.5"])

    def tables(_: Assumptions) -> Found:
        return simulate(memo_inputs)

    book = assemble(changed, memo_inputs, {}, tables)
    live = Model(book.tabs, {})
    assert live["weekly_max_changed"] == 0
    assert live["inputs_changed"] == 1
    assert Model(book.tabs, {"weekly_max.sigma": 1.967})["weekly_max_changed"] == 1


# --- the tables' files -------------------------------------------------------------------------


class Counted:
    """Stands in for the simulation: shipped rows, counted."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, recipe: Recipe, seed: int) -> Sequence[Sequence[Cell]]:
        """The shipped rows of the table."""
        assert seed == SEED
        self.asked.append(recipe.name)
        return demands.shipped(recipe.name)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Nothing is simulated; what would be is counted."""
    made = Counted()
    monkeypatch.setattr(simcore.tables.make, "_computed", made)
    return made


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the shipped tables."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))


def test_the_shipped_tables_are_of_the_shipped_presets(
    memo_inputs: Assumptions, counted: Counted, tmp_path: Path
) -> None:
    """They are whole, and have the digest of the presets: nothing is computed."""
    found = simulate(memo_inputs, kept=tmp_path)
    assert counted.asked == []
    assert [f.name for f in found.presets] == list(demands.PRESETS.values())
    assert list(found.common) == ["batch"]
    for preset in found.presets:
        assert [*preset.tables, *found.common] == list(KINDS)
        rows = demands.table(preset.name)
        assert preset.ladder.slots == tuple(row[3] for row in rows)
        assert len(rows) == len(Rung) * len(LEVELS) * len(USER_GRID)


def _cut(path: Path) -> None:
    path.write_text(path.read_text("utf-8")[:-100], "utf-8")


def _changed(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    document["table"]["rows"][40][3] *= 1.01
    path.write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize("harm", [_cut, _changed, Path.unlink])
def test_a_table_that_is_not_whole_is_made_again(
    memo_inputs: Assumptions,
    counted: Counted,
    shipped: Path,
    tmp_path: Path,
    harm: Callable[[Path], None],
) -> None:
    """Cut off, with a number changed, or missing: it is computed, once, and kept."""
    told: list[tuple[int, int]] = []
    harm(shipped / "ladder-time-share.json")

    def found() -> Found:
        return simulate(
            memo_inputs, lambda *done: told.append(done), shipped=shipped, kept=tmp_path / "kept"
        )

    assert found() == simulate(memo_inputs)
    assert counted.asked == ["ladder-time-share"]
    assert told == [(0, 1), (1, 1)]
    assert found() == simulate(memo_inputs)
    assert counted.asked == ["ladder-time-share"]


def test_a_changed_preset_is_computed(counted: Counted, tmp_path: Path) -> None:
    """All tables of the changed preset, and none of the other's or of none."""
    simulate(load((), ["weekly_max.sigma=1.5"]), kept=tmp_path)
    assert sorted(counted.asked) == sorted(
        f"{kind}-weekly-max" for kind in KINDS if kind != "batch"
    )


def test_only_tables_that_read_a_parameter_are_computed(counted: Counted, tmp_path: Path) -> None:
    """Other slots of a pod leave the ladder and the gaps right, and not the pods in operation."""
    simulate(load((), ["time_share.slots=30"]), kept=tmp_path)
    assert sorted(counted.asked) == [f"{kind}-time-share" for kind in OF_PODS]


def test_what_is_missing_to_compute_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the simulation's packages the message names the extra, and nothing is written."""

    def without(_recipe: Recipe, _seed: int) -> Sequence[Sequence[Cell]]:
        raise ModuleNotFoundError(name="numba")

    monkeypatch.setattr(simcore.tables.make, "_computed", without)
    changed = load((), ["weekly_max.sigma=1.51"])
    with pytest.raises(SimulationMissing, match=r"compute-allocation\[simulation\]"):
        simulate(changed, kept=tmp_path)
    out = tmp_path / "book.xlsx"
    assert main(["build", "--set", "weekly_max.sigma=1.51", "--out", str(out), "--quiet"]) == 2
    told = capsys.readouterr()
    assert "ladder-weekly-max" in told.err
    assert "numba" in told.err
    assert not out.exists()


def test_numbers_that_do_not_fit_together_are_told(tmp_path: Path) -> None:
    """A correlation in a preset that adds its shared factor is a fault of that input."""
    with pytest.raises(InputFaults) as raised:
        simulate(load((), ["time_share.correlation=0.2"]), kept=tmp_path)
    [fault] = raised.value.faults
    assert fault.key == "time_share.correlation"


def test_faults_of_both_presets_come_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its file, its line and its key; nothing is written."""
    for name, right, wrong in (
        ("weekly-max", "value = 1.967", "value = 9"),
        ("time-share", 'unit = "messages/day"', 'unit = "messages"'),
    ):
        text = (TEMPLATES / f"{name}.toml").read_text("utf-8")
        (tmp_path / f"{name}.toml").write_text(text.replace(right, wrong, 1), "utf-8")
    monkeypatch.setattr(preset_files, "TEMPLATES", tmp_path)
    out = tmp_path / "book.xlsx"
    assert main(["build", "--out", str(out)]) == 2
    first, second = capsys.readouterr().err.strip().split("\n")
    assert first.startswith("weekly-max.toml:")
    assert "behaviour.sigma: 9 is outside 0 to 3" in first
    assert second.startswith("time-share.toml:")
    assert "behaviour.messages_per_day.unit" in second
    assert not out.exists()
