"""Presets from TOML files, with one clear fault for each problem and all of them at once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from math import isnan
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from simcore.behaviour import Behaviour, Limits, Mode, Norm, limits_of
from simcore.faults import Fault, ParameterFaults
from simcore.preset import Entry, Measure, Preset, Service

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
SHIPPED: Final = ("weekly-max", "time-share")
_CHOICES: Final[Mapping[str, type[StrEnum]]] = MappingProxyType({"mode": Mode, "norm": Norm})
_LISTS: Final = ("zone_offsets", "zone_weights", "weekdays")
_NUMBER_KEYS: Final = ("value", "unit", "low", "high", "source", "note")
_CHOICE_KEYS: Final = ("value", "source", "note")
_SENTENCES: Final = ("reproduces", "contradicts")
_SERVICE_LIMITS: Final = {
    "level": Limits("share", 0.5, 0.9999),
    "slots": Limits("slots", 1, 100_000, whole=True),
}


def preset_path(name: str) -> Path:
    """Return the file of a preset: a shipped name, or the path of a TOML file.

    Raises:
        ParameterFaults: there is no such preset.
    """
    path = TEMPLATES / f"{name}.toml" if name in SHIPPED else Path(name)
    if not path.is_file():
        shipped = ", ".join(SHIPPED)
        message = f"there is no such preset; give one of {shipped}, or the path of a TOML file"
        raise ParameterFaults([Fault(name, "", message)])
    return path


def load_preset(name: str) -> Preset:
    """Read a preset by its shipped name or its path.

    Raises:
        ParameterFaults: every problem found, each with its file, line and key.
    """
    path = preset_path(name)
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ParameterFaults([Fault(path.name, "", f"cannot be read as TOML: {error}")]) from error
    return _Reader(path.name, text).preset(document)


class _Reader:
    """Reads one document and collects its faults."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = _lines(text)
        self.faults: list[Fault] = []

    def fault(self, key: str, message: str) -> None:
        line = next((self.lines[k] for k in _outward(key) if k in self.lines), None)
        place = self.file if line is None else f"{self.file}:{line}"
        self.faults.append(Fault(place, key, message))

    def preset(self, document: Mapping[str, Any]) -> Preset:
        self.only(document, ("name", "title", *_SENTENCES, "behaviour", "service"), "")
        name, title = self.text(document, "name"), self.text(document, "title")
        reproduces, contradicts = (self.sentences(document, key) for key in _SENTENCES)
        behaviour = self.table(document, "behaviour")
        service = self.table(document, "service")
        entries: dict[str, Entry] = {}
        for item in fields(Behaviour):
            self.entry(entries, behaviour, f"behaviour.{item.name}", limits_of(item.name))
        self.only(behaviour, tuple(item.name for item in fields(Behaviour)), "behaviour.")
        self.entry(entries, service, "service.measure", None)
        for part, limits in _SERVICE_LIMITS.items():
            self.entry(entries, service, f"service.{part}", limits)
        self.only(service, ("measure", *_SERVICE_LIMITS), "service.")
        self.stop()
        made = self.behaviour(entries)
        measure = Measure(str(entries["service.measure"].value))
        level, slots = entries["service.level"].value, entries["service.slots"].value
        assert isinstance(level, float)
        assert isinstance(slots, float)
        return Preset(
            name=name,
            title=title,
            reproduces=reproduces,
            contradicts=contradicts,
            behaviour=made,
            service=Service(measure, level, int(slots)),
            entries=MappingProxyType(entries),
        )

    def behaviour(self, entries: Mapping[str, Entry]) -> Behaviour:
        values: dict[str, Any] = {}
        for item in fields(Behaviour):
            value = entries[f"behaviour.{item.name}"].value
            choice, limits = _CHOICES.get(item.name), limits_of(item.name)
            if choice is not None:
                values[item.name] = choice(str(value))
            else:
                whole = limits is not None and limits.whole and isinstance(value, float)
                values[item.name] = int(value) if whole and isinstance(value, float) else value
        try:
            return Behaviour(**values)
        except ParameterFaults as error:
            for fault in error.faults:
                self.fault(fault.key, fault.message)
            self.stop()
            raise

    def stop(self) -> None:
        if self.faults:
            raise ParameterFaults(self.faults)

    def only(self, table: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
        for key in table:
            if key not in known:
                self.fault(f"{prefix}{key}", f"is not known; known are {', '.join(known)}")

    def text(self, table: Mapping[str, Any], key: str, prefix: str = "") -> str:
        found = table.get(key, MISSING)
        if not isinstance(found, str) or not found.strip():
            self.fault(f"{prefix}{key}", f"{_shown(found)}, where a text is needed")
            return ""
        return found

    def sentences(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        found = table.get(key, MISSING)
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            self.fault(key, f"{_shown(found)}, where a list of texts is needed")
            return ()
        return tuple(found)

    def table(self, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        found = document.get(key, MISSING)
        if not isinstance(found, dict):
            self.fault(key, f"{_shown(found)}, where a table is needed")
            return {}
        return found

    def entry(
        self, into: dict[str, Entry], table: Mapping[str, Any], key: str, limits: Limits | None
    ) -> None:
        """Read the entry *key* of *table*; a number where there are *limits*, else a choice."""
        name = key.rpartition(".")[2]
        found = table.get(name, MISSING)
        if not isinstance(found, dict):
            self.fault(key, f"{_shown(found)}, where a table with value and source is needed")
            return
        before = len(self.faults)
        self.only(found, _CHOICE_KEYS if limits is None else _NUMBER_KEYS, f"{key}.")
        source = self.text(found, "source", f"{key}.")
        note = self.text(found, "note", f"{key}.") if "note" in found else ""
        value = found.get("value", MISSING)
        if limits is None:
            chosen = self.choice(value, key)
            made = Entry(chosen, "", None, None, source, note)
        else:
            low, high = self.range(found, key, limits)
            number = self.numbers(value, key, low, high)
            if limits.whole:
                self.whole(value, key)
            made = Entry(number, limits.unit, low, high, source, note)
        if len(self.faults) == before:
            into[key] = made

    def choice(self, value: object, key: str) -> str:
        options = tuple(str(option) for option in _CHOICES.get(key.rpartition(".")[2], Measure))
        if value not in options:
            allowed = " or ".join(f'"{option}"' for option in options)
            self.fault(key, f"{_shown(value)}, where {allowed} is needed")
        return str(value)

    def range(self, found: Mapping[str, Any], key: str, limits: Limits) -> tuple[float, float]:
        """Read the unit and the range of an entry, within the model's hard *limits*."""
        unit = found.get("unit", MISSING)
        if unit != limits.unit:
            self.fault(f"{key}.unit", f'{_shown(unit)}, where the unit is "{limits.unit}"')
        ends = [found.get(end, MISSING) for end in ("low", "high")]
        if not all(_is_number(end) for end in ends):
            self.fault(key, "low and high are needed, both numbers")
            return limits.low, limits.high
        low, high = float(ends[0]), float(ends[1])
        if not limits.low <= low <= high <= limits.high:
            allowed = f"{limits.low:g} to {limits.high:g}"
            self.fault(key, f"the range {low:g} to {high:g} is not within the model's {allowed}")
        return low, high

    def numbers(
        self, value: object, key: str, low: float, high: float
    ) -> float | tuple[float, ...]:
        """Read a number, or a list of numbers where the parameter is one, within its range."""
        is_list = key.rpartition(".")[2] in _LISTS
        items = _numbers(value if is_list else [value])
        if items is None:
            wanted = "a list of numbers" if is_list else "a number"
            self.fault(key, f"{_shown(value)}, where {wanted} is needed")
            return low
        for item in items:
            if not low <= item <= high:
                self.fault(key, f"{item:g} is outside {low:g} to {high:g}")
        return items if is_list else items[0]

    def whole(self, value: object, key: str) -> None:
        """Note a number that has a fraction and must not."""
        if isinstance(value, float) and not value.is_integer():
            self.fault(key, f"{value:g}, where a whole number is needed")


def _numbers(value: object) -> tuple[float, ...] | None:
    """Return a list of numbers as a tuple, or None if it is anything else."""
    if not isinstance(value, list) or not all(_is_number(item) for item in value):
        return None
    return tuple(float(item) for item in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not isnan(value)


def _shown(value: object) -> str:
    match value:
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case dict():
            return "a table is given"
        case list():
            return "a list is given"
        case _:
            return "nothing is given"


def _outward(key: str) -> list[str]:
    """Return a dotted key and those around it, the nearest first.

    >>> _outward("a.b.c")
    ['a.b.c', 'a.b', 'a']
    """
    parts = key.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _lines(text: str) -> dict[str, int]:
    """Return the line of each table and key, as far as headers and plain keys show it."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[([\w.-]+)\]", line):
            table = header[1]
            lines.setdefault(table, number)
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            lines.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return lines
