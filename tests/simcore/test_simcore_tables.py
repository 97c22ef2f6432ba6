"""Tables: what decides their digest, the cache that trusts nothing, and what stands in them."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.behaviour import Rung
from simcore.cli import main
from simcore.demand import arrivals
from simcore.ladder import Effort, Run
from simcore.presets import SHIPPED, load_preset
from simcore.research import load_batch
from simcore.tables import cache as caching
from simcore.tables import demand
from simcore.tables import recipes as made_of
from simcore.tables.cache import Cache, read_table, shipped_path, write_table
from simcore.tables.gaps import gaps_by_week
from simcore.tables.make import make_tables
from simcore.tables.recipes import (
    batch_recipe,
    gaps_recipe,
    ladder_recipe,
    laws_recipe,
    recipes,
    traces_recipe,
)
from simcore.tables.table import Cell, Column, Recipe

PRESET = load_preset("weekly-max")
ROWS: list[tuple[Cell, ...]] = [("a", 1, 0.1), ("b", 2, 1 / 3)]


class Counted:
    """Rows, and how often they were asked for, by the kind of the table."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()

    def __call__(self, recipe: Recipe, seed: int) -> list[tuple[Cell, ...]]:
        """Count, and return the rows."""
        self.times[recipe.kind] += 1
        return [*ROWS, ("seed", seed, 0.0)]


def recipe(kind: str = "small", **inputs: float) -> Recipe:
    columns = (
        Column("key", "", "A key", is_key=True),
        Column("count", "pods", "A count"),
        Column("value", "pods", "A value"),
    )
    return Recipe(kind, None, "A small table", 1, columns, inputs)


def test_a_table_is_computed_once(tmp_path: Path) -> None:
    """The second time, the table comes from the cache, and is the same."""
    compute = Counted()
    (first,) = make_tables([recipe(size=2.0)], 7, cache=Cache(tmp_path), compute=compute)
    (second,) = make_tables([recipe(size=2.0)], 7, cache=Cache(tmp_path), compute=compute)
    assert (first.is_computed, second.is_computed) == (True, False)
    assert first.table == second.table
    assert compute.times["small"] == 1


def test_an_unrelated_change_costs_nothing(tmp_path: Path) -> None:
    """A changed input computes its own table again, and no other."""
    compute, kept = Counted(), Cache(tmp_path)
    make_tables([recipe("one", x=1.0), recipe("two", x=1.0)], 7, cache=kept, compute=compute)
    make_tables([recipe("one", x=1.0), recipe("two", x=1.5)], 7, cache=kept, compute=compute)
    assert compute.times == {"one": 1, "two": 2}


def test_all_that_decides_is_in_the_digest() -> None:
    """Name, inputs, seed, method and columns each change the digest."""
    plain = recipe(x=1.0)
    others = [
        recipe(x=1.0000001),
        recipe(y=1.0),
        recipe("other", x=1.0),
        replace(plain, method=2),
        replace(plain, columns=plain.columns[:2]),
    ]
    digests = {plain.digest(7), plain.digest(8), *(other.digest(7) for other in others)}
    assert len(digests) == 7


def test_other_code_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What other code computed is not taken for this code's."""
    compute = Counted()
    make_tables([recipe()], 7, cache=Cache(tmp_path), compute=compute)
    monkeypatch.setattr(caching, "code_digest", lambda: "0" * 64)
    make_tables([recipe()], 7, cache=Cache(tmp_path), compute=compute)
    assert compute.times["small"] == 2


def changed(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


CORRUPTIONS: dict[str, Callable[[str], str]] = {
    "a number": changed("0.333333", "0.333334"),
    "a key": changed('"a"', '"z"'),
    "a unit": changed('"unit": "pods"', '"unit": "slots"'),
    "cut short": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "no JSON": lambda _: "half a table",
    "another JSON": lambda _: "[1, 2]",
    "nested without end": lambda _: "[" * 100_000,
    "no rows": changed('"rows"', '"lines"'),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corrupt_table_is_computed_again(tmp_path: Path, name: str) -> None:
    """Whatever befell the file, the table is computed again and the file put right."""
    compute = Counted()
    (first,) = make_tables([recipe()], 7, cache=Cache(tmp_path), compute=compute)
    path = Cache(tmp_path).path(recipe(), 7)
    assert path is not None
    path.write_text(CORRUPTIONS[name](path.read_text()))
    (second,) = make_tables([recipe()], 7, cache=Cache(tmp_path), compute=compute)
    assert second.is_computed
    assert second.table == first.table
    assert not make_tables([recipe()], 7, cache=Cache(tmp_path), compute=compute)[0].is_computed


@given(st.integers(0, 2000), st.integers(0, 255))
def test_no_changed_byte_is_believed(at: int, byte: int) -> None:
    """A file with one byte changed is either refused or says what it said before."""
    compute = Counted()
    wanted = recipe(x=1.0)
    table = wanted.table(compute(wanted, 7), 7)
    folder = Path(__file__).parent
    text = caching.text_of(table).encode()
    at %= len(text)
    path = folder / "no-such-file.json"
    found = caching.parsed(text[:at] + bytes([byte]) + text[at + 1 :], wanted, 7)
    assert found is None or found == table
    assert read_table(path, wanted, 7) is None


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    """A file where the folder should be costs the keeping, not the answer."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    (made,) = make_tables([recipe()], 7, cache=Cache(blocked / "tables"), compute=Counted())
    assert made.table.rows[1] == ("b", 2, 0.333333)


def test_a_shipped_table_comes_first(tmp_path: Path) -> None:
    """A table in the project's own folder is found by name, if it is the one wanted."""
    compute = Counted()
    wanted = recipe(x=1.0)
    write_table(shipped_path(tmp_path, wanted), wanted.table(compute(wanted, 7), 7))
    (found,) = make_tables([wanted], 7, cache=Cache(None, tmp_path), compute=compute)
    (other,) = make_tables([recipe(x=2.0)], 7, cache=Cache(None, tmp_path), compute=compute)
    assert (found.is_computed, other.is_computed) == (False, True)


def test_jobs_and_order_change_nothing() -> None:
    """The tables are the same for any number of jobs, in the order asked for."""
    wanted = [gaps_recipe(PRESET), traces_recipe(PRESET), batch_recipe(load_batch()[1])]
    told: list[tuple[int, int]] = []
    one = make_tables(wanted, 7, cache=Cache(None), jobs=1)
    two = make_tables(wanted, 7, cache=Cache(None), jobs=3, progress=lambda *at: told.append(at))
    assert [made.table for made in one] == [made.table for made in two]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_names_and_keys_are_unique() -> None:
    """No two tables share a name, and rows are named by their keys."""
    wanted = recipes([load_preset(name) for name in SHIPPED])
    names = [made.name for made in wanted]
    assert len(names) == len(set(names))
    for made in make_tables([gaps_recipe(PRESET), traces_recipe(PRESET)], 7, cache=Cache(None)):
        keys = [at for at, column in enumerate(made.table.columns) if column.is_key]
        named = [tuple(row[at] for at in keys) for row in made.table.rows]
        assert len(named) == len(set(named))
        assert all(len(row) == len(made.table.columns) for row in made.table.rows)


def test_the_ladder_has_every_corner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rung, level and number of users has its slots, which never fall with either."""
    monkeypatch.setattr(made_of, "USER_GRID", (5, 20, 1000))
    monkeypatch.setattr(made_of, "BATCHES", 16)
    monkeypatch.setattr(made_of, "WITHIN", 0.5)
    made = make_tables([ladder_recipe(PRESET)], 7, cache=Cache(None))[0].table
    slots = np.array([float(row[3]) for row in made.rows]).reshape(4, 4, 3)
    assert [row[:3] for row in made.rows[:2]] == [("independent", 0.9, 5), ("independent", 0.9, 20)]
    assert np.all(np.diff(slots, axis=2) >= 0)
    assert np.all(np.diff(slots, axis=1) >= 0)
    assert all(float(row[4]) > 0 for row in made.rows)


def test_the_rate_limit_lowers_the_need() -> None:
    """A lower ceiling on the same users needs no more slots."""
    limited = replace(PRESET.behaviour, ceiling=2)
    run = Run(np.random.SeedSequence(7), Effort(16, 8, 0.5))
    free, held = (
        demand.curve(behaviour, Rung.CORRELATION, PRESET.service.measure, (20, 80), run)
        for behaviour in (PRESET.behaviour, limited)
    )
    assert all(h[2] <= f[2] for f, h in zip(free, held, strict=True))


def test_three_lognormals_fit_the_gaps_best() -> None:
    """Three lognormals lie closer to the gaps than one, a Lomax law and a Pareto law."""
    rows = make_tables([gaps_recipe(PRESET)], 7, cache=Cache(None))[0].table.rows
    numbers = np.array(rows, dtype=float)
    widths = np.log(numbers[:, 1] / numbers[:, 0])
    seen = numbers[:, 2]
    distances = [float(np.abs(seen - law) @ widths) for law in numbers[:, 4:].T]
    assert distances[0] == min(distances)
    assert distances[0] < 0.1
    laws = {
        row[0]: row
        for row in make_tables([laws_recipe(PRESET)], 7, cache=Cache(None))[0].table.rows
    }
    assert float(laws["3 lognormals"][2]) < float(laws["Lomax"][2]) < float(laws["Pareto"][2])


def test_traces_are_weeks_of_half_hours() -> None:
    """A sample week has 336 half hours for each number of users, and its peaks are above."""
    rows = make_tables([traces_recipe(PRESET)], 7, cache=Cache(None))[0].table.rows
    numbers = np.array(rows, dtype=float)
    assert [int(n) for n in np.unique(numbers[:, 0])] == [25, 50, 500]
    assert len(rows) == 3 * 336
    assert np.all(numbers[:, 3] >= numbers[:, 2] - 1e-9)
    assert np.all(numbers[:, 4] == np.ceil(numbers[:, 3] / PRESET.service.slots))
    assert numbers[:, 6] == pytest.approx(numbers[:, 5] * PRESET.service.slots, rel=1e-5)


def test_gaps_are_those_of_one_user() -> None:
    """The classes hold the differences of one user's messages, each once."""
    rows = make_tables([gaps_recipe(PRESET)], 7, cache=Cache(None))[0].table.rows
    weeks = arrivals(PRESET.behaviour, 1, 512, np.random.SeedSequence(7))
    gaps = np.concatenate([np.diff(week.start) for week in weeks])
    held = np.histogram(gaps, [float(row[0]) for row in rows] + [float(rows[-1][1])])[0]
    widths = [np.log(float(row[1]) / float(row[0])) for row in rows]
    told = np.array([float(row[2]) for row in rows]) * widths * np.sum(gaps > 0)
    assert told == pytest.approx(held, rel=1e-3, abs=2)
    assert sum(len(week) for week in gaps_by_week(PRESET.behaviour, 7)) == np.sum(gaps > 0)


def test_the_command_says_what_it_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run computes, the second finds, and --out writes whole files."""
    words = ["tables", "--preset", "weekly-max", "--only", "gaps-weekly-max", "--json"]
    words += ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "out")]
    answers = []
    for _ in range(2):
        assert main(words) == 0
        answers.append(json.loads(capsys.readouterr().out)["tables"][0])
    assert [answer["computed"] for answer in answers] == [True, False]
    document = json.loads((tmp_path / "out" / "gaps-weekly-max.json").read_text())
    assert document["table"]["digest"] == answers[0]["digest"]
    assert document["table"]["inputs"]["behaviour.sigma"] == PRESET.behaviour.sigma


def test_the_command_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A table that does not exist is a clear fault that names those that do."""
    assert main(["tables", "--only", "nothing", "--quiet"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("--only: nothing: there is no such table; there are ladder-weekly-max")
