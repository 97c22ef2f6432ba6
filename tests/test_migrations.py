"""Files of older schemas: brought to the present one when they are loaded, and when written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tomlkit

from workbook.assumptions import entries, load
from workbook.assumptions.migrations import MIGRATIONS, SCHEMA, Tree, migrate
from workbook.faults import InputFaults
from workbook.roundtrip import overlay
from workbook.roundtrip.merge import Wanted

OLD = "schema = 1\n\n# our share\n[training]\nutilisation = 0.4   # an older name\n"


def renamed(tree: Tree) -> None:
    """A migration of the tests: a key that has another name in the next schema."""
    tree["training"]["mfu"] = tree["training"].pop("utilisation")


def renamed_if_there(tree: Tree) -> None:
    """The same for files that may not have the key."""
    if "utilisation" in tree.get("training", {}):
        renamed(tree)


def marked(tree: Tree) -> None:
    """A second one."""
    tree["meta"] = {"title": "Migrated"}


def test_there_is_a_migration_from_every_older_schema() -> None:
    """Whoever raises the schema by one says how files come along."""
    assert set(MIGRATIONS) == set(range(1, SCHEMA))


def test_migrations_follow_one_another() -> None:
    """From 1 over 2 to 3."""
    tree: Tree = {"schema": 1, "training": {"utilisation": 0.4}}
    migrate(tree, {1: renamed, 2: marked}, 3)
    assert tree == {"schema": 3, "training": {"mfu": 0.4}, "meta": {"title": "Migrated"}}


@pytest.mark.parametrize("schema", [None, "1", True, 3, 4, 0])
def test_what_is_no_older_schema_is_left_alone(schema: object) -> None:
    """None, text, a truth value, the present one, a newer one, and one that nothing leads from."""
    tree: Tree = {} if schema is None else {"schema": schema}
    before = dict(tree)
    migrate(tree, {1: renamed, 2: marked}, 3)
    assert tree == before


def test_comments_stay_with_a_migrated_file() -> None:
    """The same migration works on tables that keep their comments."""
    document = tomlkit.parse(OLD)
    migrate(document, {1: renamed}, 2)
    text = tomlkit.dumps(document)
    assert "# our share" in text
    assert tomlkit.parse(text)["training"] == {"mfu": 0.4}


@pytest.fixture
def second_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the key had been renamed in schema 2, from which on the memo's file is."""

    def to_second(tree: Tree) -> None:
        migrate(tree, {1: renamed_if_there}, 2)

    monkeypatch.setattr(sys.modules["workbook.assumptions.load"], "migrate", to_second)
    monkeypatch.setattr(overlay, "migrate", to_second)
    monkeypatch.setattr(entries, "SCHEMA", 2)


@pytest.mark.usefixtures("second_schema")
def test_an_older_set_loads_and_is_written_in_the_present_schema(tmp_path: Path) -> None:
    """A build takes it as it is; an import writes it anew."""
    path = tmp_path / "set.toml"
    path.write_text(OLD)
    assert load([path]).training.mfu.value == 0.4
    text = overlay.rewritten(OLD, Wanted(values={"training.overhead": 2.5}), (), "Typed")
    assert text.startswith("schema = 2\n")
    assert tomlkit.parse(text)["training"] == {"mfu": 0.4, "overhead": 2.5}


def test_a_newer_schema_is_refused_with_the_remedy(tmp_path: Path) -> None:
    """The file is from a newer program."""
    path = tmp_path / "set.toml"
    path.write_text("schema = 2\n")
    with pytest.raises(InputFaults, match=r"2 is not a version .* use a newer version"):
        load([path])
