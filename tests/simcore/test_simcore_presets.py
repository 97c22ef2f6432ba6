"""Presets: those shipped are sound, and each fault of a file has one clear message."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simcore.behaviour import Mode, Rung
from simcore.documents import TEMPLATES
from simcore.faults import ParameterFaults
from simcore.preset import Measure
from simcore.presets import SHIPPED, load_preset

Edit = Callable[[str, str], Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Writes the weekly-max preset with one text replaced by another."""

    def edit(old: str, new: str) -> Path:
        text = (TEMPLATES / "weekly-max.toml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "mine.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return edit


def faults_of(path: Path) -> list[str]:
    with pytest.raises(ParameterFaults) as caught:
        load_preset(str(path))
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_presets_are_sound(name: str) -> None:
    """Each shipped preset loads, bears its name, and says what it reproduces and contradicts."""
    preset = load_preset(name)
    assert preset.name == name
    assert preset.reproduces
    assert preset.contradicts
    assert all(entry.source for entry in preset.entries.values())
    assert preset.service.slots == 20
    assert preset.service.level == 0.95


def test_the_two_readings_differ_as_they_say() -> None:
    """weekly-max mixes in the memo's correlation of 0.15; time-share adds a shared factor."""
    literal, lenient = load_preset("weekly-max"), load_preset("time-share")
    assert literal.service.measure is Measure.WEEKLY_MAX
    assert (literal.behaviour.mode, literal.behaviour.correlation) == (Mode.MIX, 0.15)
    assert lenient.service.measure is Measure.TIME_SHARE
    assert lenient.behaviour.mode is Mode.ADD
    # (e^1.677 - 1)/(e^(1.677 + 0.874) - 1) with 1.295² shared and 0.9348² own.
    assert lenient.behaviour.rate_correlation == pytest.approx(0.368, abs=0.01)


@pytest.mark.parametrize("name", SHIPPED)
def test_rungs_add_one_correlate_each(name: str) -> None:
    """From the top down, each rung takes away the shared factor, the own factor, the day."""
    behaviour = load_preset(name).behaviour
    seasonal, daily, level = (
        behaviour.at(rung) for rung in (Rung.SEASONALITY, Rung.TIME_OF_DAY, Rung.INDEPENDENT)
    )
    assert behaviour.at(Rung.CORRELATION) == behaviour
    assert seasonal.shared_scale == 0.0
    assert seasonal.own_scale == behaviour.sigma
    assert daily.own_scale == 0.0
    assert daily.night_floor == behaviour.night_floor
    assert level.night_floor == 1.0


FAULTY = (
    ("value = 25\n", "value = 0.5\n", "behaviour.messages_per_session: 0.5 is outside 1 to 200"),
    ("value = 25\n", 'value = "many"\n', '"many", where a number is needed'),
    ("value = 25\n", "value = nan\n", "where a number is needed"),
    ("value = 25\n", "value = true\n", "true, where a number is needed"),
    ('unit = "messages"\n', 'unit = "min"\n', '"min", where the unit is "messages"'),
    ("value = 5\n", "value = 4.5\n", "4.5, where a whole number is needed"),
    ("high = 200\n", "high = 20000\n", "is not within the model's 1 to 500"),
    ("high = 200\n", "", "low and high are needed"),
    ("value = [0.6, 0.4]\n", "value = [0.6, 0.5]\n", "add up to 1.1; make them add up to 1"),
    ("value = [0.6, 0.4]\n", "value = [1.0]\n", "1 weights for 2 zone_offsets"),
    ("value = [1, 1, 1, 1, 1, 1, 1]\n", "value = [1, 1]\n", "give seven, Monday first"),
    ("value = [1, 1, 1, 1, 1, 1, 1]\n", "value = 1\n", "where a list of numbers is needed"),
    ('value = "mix"\n', 'value = "blend"\n', '"blend", where "mix" or "add" is needed'),
    ('value = "mix"\n', 'value = "add"\n', 'mode "add" takes the shared factor from shared_sigma'),
    ("[behaviour.kappa]\n", "[behaviour.kapa]\n", "behaviour.kapa: is not known"),
    ("[service.level]\n", "[service.levels]\n", "service.level: nothing is given"),
    ('name = "weekly-max"\n', "name = 3\n", "3, where a text is needed"),
    ("reproduces = [", "reproduces = 1\nspare = [", "1, where a list of texts is needed"),
    ("value = 25\n", "value = \n", "cannot be read as TOML"),
)


@pytest.mark.parametrize(("old", "new", "message"), FAULTY)
def test_each_fault_has_a_message(edited: Edit, old: str, new: str, message: str) -> None:
    """A fault names the file, its key, what was found and what is allowed."""
    found = faults_of(edited(old, new))
    assert any(message in line for line in found)
    assert all(line.startswith("mine.toml") for line in found)


def test_faults_name_their_line(edited: Edit) -> None:
    """The line is that of the parameter's table."""
    path = edited("value = 25\n", "value = 0.5\n")
    lines = path.read_text(encoding="utf-8").splitlines()
    line = lines.index("[behaviour.messages_per_session]") + 1
    assert faults_of(path)[0].startswith(f"mine.toml:{line}: ")


def test_all_faults_are_told_at_once(edited: Edit, tmp_path: Path) -> None:
    """Two faults give two lines."""
    text = edited("value = 25\n", "value = 0.5\n").read_text(encoding="utf-8")
    path = tmp_path / "two.toml"
    path.write_text(text.replace("value = 0.95\n", "value = 2\n", 1), encoding="utf-8")
    assert len(faults_of(path)) == 2


def test_a_preset_that_is_not_there_names_those_that_are() -> None:
    """An unknown name is answered with the shipped ones."""
    with pytest.raises(ParameterFaults, match="weekly-max, time-share, or the path"):
        load_preset("no-such-preset")
