"""From a TOML tree to the store: which keys are known, and what each one sets."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.assumptions.inputs import KEY_PATTERN, Day, Input, Meta, Number
from workbook.assumptions.migrations import SCHEMA
from workbook.assumptions.sections import KINDS, NEEDED_ROWS, SECTIONS, TABLES
from workbook.assumptions.store import ANY_ROW, Given, Store, Target
from workbook.data import FORMS
from workbook.faults import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbook.assumptions.document import Document, Keys
    from workbook.faults import Fault

_FIXED = ("label", "unit", "options", "whole", "optional")
_OF_A_CELL = ("note", "source", "as_of", "basis", "memo")
_OF_A_RANGE = ("low", "high")


def hint(key: str, known: Iterable[str]) -> str:
    """Return what to write in place of an unknown *key*."""
    names = list(known)
    near = difflib.get_close_matches(key, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(names)}" if names else "remove it"


@dataclass(slots=True)
class Reader:
    """Puts one document's entries in the store and collects the faults of their keys."""

    document: Document
    layer: int
    store: Store
    faults: list[Fault] = field(default_factory=list)

    def read(self, tree: dict[str, Any]) -> None:
        """Read a whole file."""
        known = ("schema", "meta", *SECTIONS, *TABLES, "data")
        for name, value in self._known(tree, (), known):
            if name == "schema":
                self._schema(value)
            elif name == "meta":
                self._attributes(value, ("meta",), ("meta",), Meta.model_fields)
            elif name in SECTIONS:
                self._section(name, value)
            elif name == "data":
                self._data(value)
            else:
                self._table(name, value)
        if self.layer == 0 and "schema" not in tree:
            self._fault(("schema",), f"is missing; write schema = {SCHEMA}")

    def _schema(self, value: object) -> None:
        if value != SCHEMA or isinstance(value, bool):
            newer = type(value) is int and value > SCHEMA
            remedy = "use a newer version of the program" if newer else f"write {SCHEMA}"
            message = f"{shown(value)} is not a version that this program reads; it reads {SCHEMA}"
            self._fault(("schema",), f"{message}; {remedy}")

    def _section(self, name: str, value: object) -> None:
        kinds = KINDS[name]
        for key, given in self._known(value, (name,), kinds):
            path = (name, key)
            if isinstance(given, dict):
                known = [each for each in kinds[key].model_fields if each != "id"]
                self._attributes(given, path, path, known)
            else:
                self._add(path, "value", given, path)

    def _data(self, value: object) -> None:
        for key, given in self._known(value, ("data",), FORMS):
            path = ("data", key)
            if isinstance(given, dict):
                for name, each in self._known(given, path, ("file", "as_of", "source")):
                    self._add((*path, name), "value", each, (*path, name))
            else:
                self._add((*path, "file"), "value", given, path)

    def _table(self, name: str, value: object) -> None:
        rows = self.store.rows.get(name, {})
        for key, given in self._known(value, (name,), ("label", "columns", "rows"), rows):
            if key == "label":
                self._fixed((name,), "label", given, (name, "label"))
            elif key == "columns":
                self._columns(name, given)
            else:
                self._rows(name, given)

    def _columns(self, name: str, value: object) -> None:
        kinds = KINDS[name]
        for key, given in self._known(value, (name, "columns"), kinds):
            known = [each for each in kinds[key].model_fields if each not in ("id", "value")]
            self._attributes(given, (name, ANY_ROW, key), (name, "columns", key), known)

    def _rows(self, name: str, value: object) -> None:
        path = (name, "rows")
        for key, given in self._items(value, path):
            if re.match(KEY_PATTERN, key):
                self._row(name, key, given)
            else:
                message = "is not a key; use small letters, digits and single underscores"
                self._fault((*path, key), message)

    def _row(self, name: str, row: str, value: object) -> None:
        path = (name, "rows", row)
        if isinstance(value, dict) and "removed" in value:
            self._removed(name, row, value)
            return
        self.store.add_row(name, row, self._given(value, path))
        kinds = KINDS[name]
        for key, given in self._known(value, path, ("label", *kinds, "after", "removed", "about")):
            if key == "label":
                self._add((name, row), "label", given, (*path, key))
            elif key == "after":
                self._after(name, row, given)
            elif key == "about":
                self._about(name, row, given)
            elif isinstance(given, dict):
                message = f"is a table; give the value here, and its source under about.{key}"
                self._fault((*path, key), message)
            else:
                self._add((name, row, key), "value", given, (*path, key))

    def _removed(self, name: str, row: str, value: dict[str, Any]) -> None:
        path = (name, "rows", row)
        if value != {"removed": True}:
            self._fault((*path, "removed"), "removes the row; write true, and nothing else here")
        elif row not in self.store.rows.get(name, {}):
            known = hint(row, self.store.rows.get(name, {}))
            self._fault(path, f"there is no such row to remove; {known}")
        elif row in NEEDED_ROWS.get(name, ()):
            self._fault(path, "this row is needed by other tabs; change its values instead")
        else:
            self.store.remove_row(name, row, self._given(True, path))  # noqa: FBT003  what it says

    def _after(self, name: str, row: str, value: object) -> None:
        others = [key for key in self.store.rows[name] if key != row]
        if value in others:
            self.store.move_row(name, row, str(value))
        else:
            path = (name, "rows", row, "after")
            self._fault(path, f"{shown(value)} is no other row; {hint(str(value), others)}")

    def _about(self, name: str, row: str, value: object) -> None:
        path = (name, "rows", row, "about")
        kinds = KINDS[name]
        for key, given in self._known(value, path, kinds):
            self._attributes(given, (name, row, key), (*path, key), _about_a(kinds[key]))

    def _attributes(self, value: object, target: Target, path: Keys, known: Iterable[str]) -> None:
        for key, given in self._known(value, path, known):
            if key in _FIXED:
                self._fixed(target, key, given, (*path, key))
            else:
                self._add(target, key, given, (*path, key))

    def _fixed(self, target: Target, key: str, value: object, path: Keys) -> None:
        if self.layer == 0:
            self._add(target, key, value, path)
        elif (before := self.store.last(target, key)) is None:
            self._fault(path, "may not be set outside the baseline; remove it")
        elif before.value != self._given(value, path).value:
            self._fault(path, f"may not change from {shown(before.value)}; remove it")

    def _items(self, value: object, path: Keys) -> list[tuple[str, object]]:
        if isinstance(value, dict):
            return list(value.items())
        self._fault(path, f"{shown(value)} is not a table; write [{'.'.join(path)}] and its keys")
        return []

    def _known(
        self, value: object, path: Keys, known: Iterable[str], rows: Iterable[str] = ()
    ) -> list[tuple[str, object]]:
        """Return the items of a table with known keys; the others are faults."""
        names, found = list(known), []
        for key, given in self._items(value, path):
            if key in names:
                found.append((key, given))
            elif key in rows:
                self._fault((*path, key), f"is a row; write [{'.'.join(path)}.rows.{key}]")
            else:
                self._fault((*path, key), f"unknown key; {hint(key, names)}")
        return found

    def _given(self, value: object, path: Keys) -> Given:
        content = tuple(value) if isinstance(value, list) else value
        return Given(content, self.document, path, self.layer)

    def _add(self, target: Target, attribute: str, value: object, path: Keys) -> None:
        self.store.add(target, attribute, self._given(value, path))

    def _fault(self, path: Keys, message: str) -> None:
        self.faults.append(self.document.fault(path, ".".join(path), message))


def _about_a(kind: type[Input]) -> tuple[str, ...]:
    ranged = issubclass(kind, Number | Day)
    return _OF_A_CELL + _OF_A_RANGE if ranged else _OF_A_CELL
