"""Parameter documents: TOML files whose every number has value, unit, range and source.

Each problem is one clear fault with its file, line and key, and all are found at once.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from simcore.faults import Fault, ParameterFaults
from simcore.limits import Limits, choices_table, limits_table, list_names
from simcore.preset import Entry

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Parameters = TypeVar("Parameters", bound="DataclassInstance")

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
_NUMBER_KEYS: Final = ("value", "unit", "low", "high", "source", "note")
_CHOICE_KEYS: Final = ("value", "source", "note")


def document_path(name: str, shipped: tuple[str, ...], kind: str) -> Path:
    """Return the file of a document: a *shipped* name, or the path of a TOML file.

    Raises:
        ParameterFaults: there is no such file; *kind* says what was looked for.
    """
    path = TEMPLATES / f"{name}.toml" if name in shipped else Path(name)
    if not path.is_file():
        message = (
            f"there is no such {kind}; give one of {', '.join(shipped)}, or the path of a TOML file"
        )
        raise ParameterFaults([Fault(name, "", message)])
    return path


class Document:
    """One TOML document: reads its parts and collects its faults."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            ParameterFaults: it cannot be read as TOML.
        """
        self.file = path.name
        try:
            text = path.read_text(encoding="utf-8")
            self.root: Mapping[str, Any] = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"cannot be read as TOML: {error}"
            raise ParameterFaults([Fault(path.name, "", message)]) from error
        self.lines = _lines(text)
        self.faults: list[Fault] = []

    def fault(self, key: str, message: str) -> None:
        """Note a fault at *key*, with the nearest line that shows it."""
        line = next((self.lines[k] for k in _outward(key) if k in self.lines), None)
        place = self.file if line is None else f"{self.file}:{line}"
        self.faults.append(Fault(place, key, message))

    def stop(self) -> None:
        """Raise the faults noted so far, if there are any."""
        if self.faults:
            raise ParameterFaults(self.faults)

    def entries(self, section: str, kind: "type[DataclassInstance]") -> dict[str, Entry]:
        """Read the table *section* as the parameters of *kind*; keys have the section before."""
        table = self.table(self.root, section)
        limits = limits_table(kind)
        names = tuple(item.name for item in fields(kind))
        found: dict[str, Entry] = {}
        for name in names:
            key = f"{section}.{name}"
            entry = self.entry(table, key, kind, limits.get(name))
            if entry is not None:
                found[key] = entry
        self.only(table, names, f"{section}.")
        return found

    def made(
        self, section: str, kind: type[Parameters], entries: Mapping[str, Entry]
    ) -> Parameters:
        """Return the parameters of *kind* that the *entries* of *section* say.

        Raises:
            ParameterFaults: they do not fit together; or faults noted before.
        """
        self.stop()
        limits, choices = limits_table(kind), choices_table(kind)
        values: dict[str, Any] = {}
        for item in fields(kind):
            value = entries[f"{section}.{item.name}"].value
            if item.name in choices:
                values[item.name] = choices[item.name](str(value))
            else:
                whole = limits[item.name].whole and isinstance(value, float)
                values[item.name] = int(value) if whole and isinstance(value, float) else value
        try:
            return kind(**values)
        except ParameterFaults as error:
            for fault in error.faults:
                self.fault(fault.key, fault.message)
            self.stop()
            raise

    def only(self, table: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
        """Note each key of *table* that is not *known*."""
        for key in table:
            if key not in known:
                self.fault(f"{prefix}{key}", f"is not known; known are {', '.join(known)}")

    def text(self, table: Mapping[str, Any], key: str, prefix: str = "") -> str:
        """Read a text that is not empty."""
        found = table.get(key, MISSING)
        if not isinstance(found, str) or not found.strip():
            self.fault(f"{prefix}{key}", f"{_shown(found)}, where a text is needed")
            return ""
        return found

    def sentences(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Read a list of texts."""
        found = table.get(key, MISSING)
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            self.fault(key, f"{_shown(found)}, where a list of texts is needed")
            return ()
        return tuple(found)

    def table(self, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Read a table within *document*."""
        found = document.get(key, MISSING)
        if not isinstance(found, dict):
            self.fault(key, f"{_shown(found)}, where a table is needed")
            return {}
        return found

    def entry(
        self,
        table: Mapping[str, Any],
        key: str,
        kind: "type[DataclassInstance]",
        limits: Limits | None,
    ) -> Entry | None:
        """Read one parameter of *kind*: a number where there are *limits*, else a choice."""
        name = key.rpartition(".")[2]
        found = table.get(name, MISSING)
        if not isinstance(found, dict):
            self.fault(key, f"{_shown(found)}, where a table with value and source is needed")
            return None
        before = len(self.faults)
        self.only(found, _CHOICE_KEYS if limits is None else _NUMBER_KEYS, f"{key}.")
        source = self.text(found, "source", f"{key}.")
        note = self.text(found, "note", f"{key}.") if "note" in found else ""
        value = found.get("value", MISSING)
        if limits is None:
            chosen = self.choice(value, key, tuple(map(str, choices_table(kind)[name])))
            made = Entry(chosen, "", None, None, source, note)
        else:
            low, high = self.range(found, key, limits)
            number = self.numbers(value, key, (low, high), is_list=name in list_names(kind))
            if limits.whole:
                self.whole(value, key)
            made = Entry(number, limits.unit, low, high, source, note)
        return made if len(self.faults) == before else None

    def choice(self, value: object, key: str, options: tuple[str, ...]) -> str:
        """Read one of the *options*."""
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
        self, value: object, key: str, ends: tuple[float, float], *, is_list: bool
    ) -> float | tuple[float, ...]:
        """Read a number, or a list of numbers where the parameter is one, within its range."""
        low, high = ends
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
