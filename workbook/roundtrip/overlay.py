"""Changed inputs into the text of a TOML file: comments, order and all else stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping
from datetime import date
from itertools import pairwise
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Table

from workbook.assumptions.choosing import DATA
from workbook.assumptions.migrations import SCHEMA, migrate
from workbook.assumptions.sections import SECTIONS
from workbook.roundtrip.findings import Value
from workbook.roundtrip.merge import NewRow, Wanted

Tree = MutableMapping[str, Any]

_WHOLE_UP_TO = 1e15
"""Whole numbers from here on are written with an exponent."""

_GROUPED_FROM = 1_000_000


def rewritten(text: str, wanted: Wanted, below: Collection[tuple[str, str]], origin: str) -> str:
    """The text of a file with what is *wanted* in it.

    *below* are the rows, by table and key, that the files under this one have: to remove one of
    them has to be said. A source that speaks of a value which is replaced becomes *origin*.
    """
    document = tomlkit.parse(text)
    migrate(document)
    if not text.strip():
        document.add("schema", SCHEMA)
    writer = _Writer(document, origin)
    for target in wanted.removed:
        writer.remove(*target, said=target in below)
    for target, row in wanted.added.items():
        writer.add(*target, row)
    for target, label in wanted.labels.items():
        writer.row(*target)["label"] = label
    for input_id, value in wanted.values.items():
        writer.put(input_id.split("."), value)
    for form, said in wanted.data.items():
        writer.choose(form, said)
    for input_id, note in wanted.notes.items():
        writer.note(input_id.split("."), note)
    new = _spaced(tomlkit.dumps(document), text)
    return new.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else new


def _spaced(text: str, before: str) -> str:
    """The text with a blank line above each header that is new, or had one."""
    old = before.splitlines()
    close = {line for above, line in pairwise(["x", *old]) if above.strip()}
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        header = line.startswith("[") and line.rstrip("\r\n") not in close
        if header and lines and lines[-1].strip() and not lines[-1].startswith("#"):
            lines.append(line[len(line.rstrip("\r\n")) :] or "\n")
        lines.append(line)
    return "".join(lines)


class _Writer:
    """One file being changed."""

    def __init__(self, document: Tree, origin: str) -> None:
        self._document = document
        self._origin = origin

    def row(self, table: str, key: str) -> Tree:
        """The entry of a row, made where the file has none."""
        return _child(_child(_child(self._document, table, bare=True), "rows", bare=True), key)

    def remove(self, table: str, key: str, *, said: bool) -> None:
        rows = self._document.get(table, {}).get("rows", {})
        rows.pop(key, None)
        if said:
            self.row(table, key)["removed"] = True

    def add(self, table: str, key: str, row: NewRow) -> None:
        entry = self.row(table, key)
        entry.pop("removed", None)
        entry["label"] = row.label
        if row.after:
            entry["after"] = row.after
        for column, value in row.values.items():
            if value is not None:
                entry[column] = _written(value)

    def choose(self, form: str, said: Mapping[str, object]) -> None:
        """Say which file a form is read from, or what day it is of."""
        chosen = self._document.get("data", {}).get(form)
        if chosen is not None and not isinstance(chosen, MutableMapping):
            entry = tomlkit.inline_table()
            entry["file"] = str(chosen)
            self._document["data"][form] = entry
        _child(_child(self._document, "data", bare=True), form).update(said)

    def put(self, path: list[str], value: Value) -> None:
        if path[0] == DATA:
            self.choose(path[1], {path[2]: value})
            return
        if path[0] not in SECTIONS:
            table, key, column = path
            entry = self.row(table, key)
            entry[column] = _written(value)
            about = entry.get("about", {}).get(column, {})
        else:
            section, key = path
            about = self._scalar(section, key, value)
        if "source" in about:
            about["source"] = self._origin

    def _scalar(self, section: str, key: str, value: Value) -> Tree:
        """Put the value of a single input; what the file says of it beside its value."""
        own = self._document.get(section, {}).get(key)
        if isinstance(own, MutableMapping):
            own["value"] = _written(value)
            return own
        parent = self._document.get(section)
        if own is None and isinstance(parent, Table) and parent.is_super_table():
            # the section has no header of its own, which a bare key would need
            _child(parent, key)["value"] = _written(value)
        else:
            _child(self._document, section)[key] = _written(value)
        return {}

    def note(self, path: list[str], note: str) -> None:
        if path[0] not in SECTIONS:
            table, key, column = path
            entry = self.row(table, key)
            _child(_child(entry, "about", bare=True), column)["note"] = note
            return
        section, key = path
        own = self._document.get(section, {}).get(key)
        if isinstance(own, MutableMapping):
            own["note"] = note
        elif own is None:
            _child(_child(self._document, section, bare=True), key)["note"] = note
        else:
            space, remark = own.trivia.comment_ws, own.trivia.comment  # lost inside the table
            entry = tomlkit.inline_table()
            entry.update({"value": own, "note": note})
            self._document[section][key] = entry
            entry.trivia.comment_ws, entry.trivia.comment = space, remark


def _child(parent: Tree, key: str, *, bare: bool = False) -> Tree:
    """The table under a key, made where there is none; *bare* ones get no header of their own."""
    if key not in parent:
        inside = isinstance(parent, InlineTable)
        made = tomlkit.inline_table() if inside else tomlkit.table(is_super_table=bare)
        parent[key] = made
    found: Tree = parent[key]
    return found


def _written(value: Value) -> object:
    """A value as TOML has it: blank is empty text, and whole numbers have no point."""
    match value:
        case None:
            return ""
        case bool() | str() | date():
            return value
        case _ if value == int(value) and abs(value) < _WHOLE_UP_TO:
            whole = int(value)
            return tomlkit.value(f"{whole:_}" if abs(whole) >= _GROUPED_FROM else str(whole))
        case _:
            return float(value)
