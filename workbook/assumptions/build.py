"""From the store to the sections: defaults of columns, options and provenance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from workbook.assumptions.groups import Row, Section, Table
from workbook.assumptions.inputs import Basis, Choice, ColumnInfo, Input, Meta, RowHead, Text
from workbook.assumptions.model import Place, validated
from workbook.assumptions.sections import (
    FILLED_TABLES,
    KINDS,
    OPTIONS_FROM_ROWS,
    SECTIONS,
    TABLES,
)
from workbook.assumptions.store import ANY_ROW, Given, Store, Target
from workbook.faults import Fault, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.assumptions.document import Document, Keys

UNSOURCED = "Differs from the baseline; no source given"
"""The source of a value that an overlay or a setting changes without saying why."""


_ORDINAL = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Menu:
    """The options of a choice; *keys* are those of the rows whose labels they are."""

    options: tuple[str, ...]
    keys: tuple[str, ...] = ()

    def pick(self, value: object) -> object:
        """Return the option that *value* names, or *value* itself if it names none.

        An option is named by its text in any case, by its row's key, or by its number from 1.

        >>> Menu(("Target", "Hours")).pick("hours"), Menu(("Target", "Hours")).pick(2)
        ('Hours', 'Hours')
        """
        if not isinstance(value, str | int) or isinstance(value, bool):
            return value
        text = str(value).strip().casefold()
        for known in self.options:
            if known.casefold() == text:
                return known
        if text in self.keys:
            return self.options[self.keys.index(text)]
        if _ORDINAL.fullmatch(text) and int(text) <= len(self.options):
            return self.options[int(text) - 1]
        return str(value)


@dataclass(slots=True)
class Builder:
    """Builds the sections from a store; *faults* collects what is wrong on the way."""

    store: Store
    baseline: Document
    faults: list[Fault] = field(default_factory=list)

    def meta(self) -> Meta | None:
        """Return the head of the file, if it has no fault."""
        given = self.store.attributes(("meta",))
        return validated(Meta, given, {}, self._place("meta", ("meta",)), self.faults)

    def section(self, name: str) -> Section | None:
        """Return a section, if none of its inputs has a fault."""
        kinds = KINDS[name]
        built = {key: self._scalar(kind, (name, key)) for key, kind in kinds.items()}
        return None if None in built.values() else SECTIONS[name](**cast("Any", built))

    def table(self, name: str) -> Table[Row] | None:
        """Return a table, if neither its heads nor its rows have a fault."""
        label = self.store.last((name,), "label")
        if label is None:
            self.faults.append(self._place(name, (name,)).fault("is missing; add it", "label"))
        columns = {key: self._column(name, key) for key in KINDS[name]}
        rows = [self._row(name, key, place) for key, place in self._rows(name).items()]
        self._distinct_labels(name)
        emptied = self._emptied(name)
        if emptied is not None:
            message = "has no row left, and other tabs need one; keep one, or add another"
            self.faults.append(emptied.fault(name, message))
        if label is None or emptied is not None or None in rows or None in columns.values():
            return None
        heads = MappingProxyType(cast("dict[str, ColumnInfo]", columns))
        return Table(name, str(label.value), tuple(cast("list[Row]", rows)), heads)

    def _emptied(self, table: str) -> Given | None:
        """What removed the last row of a table that needs one."""
        gone = table in FILLED_TABLES and not self._rows(table)
        return self.store.removals.get(table) if gone else None

    def _rows(self, table: str) -> dict[str, Given]:
        return self.store.rows.get(table, {})

    def _column(self, table: str, key: str) -> ColumnInfo | None:
        given = self.store.attributes((table, ANY_ROW, key))
        heads = {name: each for name, each in given.items() if name in ColumnInfo.model_fields}
        unit = KINDS[table][key].model_fields["unit"].get_default()
        known = {"key": key, "unit": unit} if isinstance(unit, str) else {"key": key}
        path = (table, "columns", key)
        return validated(ColumnInfo, heads, known, self._place(".".join(path), path), self.faults)

    def _row(self, table: str, key: str, origin: Given) -> Row | None:
        label = self.store.attributes((table, key))
        place = Place(origin.document, f"{table}.{key}", origin.path)
        head = validated(RowHead, label, {"key": key}, place, self.faults)
        kinds = KINDS[table]
        cells = {name: self._cell(kind, (table, key, name), origin) for name, kind in kinds.items()}
        if head is None or None in cells.values():
            return None
        return TABLES[table](key=key, label=head.label, **cast("Any", cells))

    def _distinct_labels(self, table: str) -> None:
        seen: dict[str, str] = {}
        for key in self._rows(table):
            if label := self.store.last((table, key), "label"):
                first = seen.setdefault(str(label.value).casefold(), key)
                if first != key:
                    message = f"{shown(label.value)} is also the label of {first}; reword one"
                    self.faults.append(label.fault(f"{table}.{key}.label", message))

    def _scalar(self, kind: type[Input], target: Target) -> Input | None:
        given = self.store.attributes(target)
        if given:
            return self._input(kind, target, given, {})
        self.faults.append(self._place(".".join(target), target).fault("is missing; add it"))
        return None

    def _cell(self, kind: type[Input], target: Target, origin: Given) -> Input | None:
        table, row, column = target
        heads = self.store.attributes((table, ANY_ROW, column))
        own = self.store.attributes(target)
        if "value" not in own and "optional" not in heads:
            columns = ", ".join(KINDS[table])
            message = f"is missing; every row needs {columns}"
            self.faults.append(origin.fault(".".join(target), message))
            return None
        labels = (self.store.last((table, row), "label"), heads.pop("label", None))
        known: dict[str, object] = {"label": ": ".join(str(each.value) for each in labels if each)}
        if "value" not in own:
            known["value"] = None
        return self._input(kind, target, heads | own, known)

    def _input(
        self,
        kind: type[Input],
        target: Target,
        given: Mapping[str, Given],
        known: Mapping[str, object],
    ) -> Input | None:
        if self._emptied(OPTIONS_FROM_ROWS.get(target, "")) is not None:
            return None  # that there are no options is told of the table
        menu = self._menu(target, given) if kind is Choice else None
        values = [
            (each.layer, _normal(kind, each.value, menu))
            for each in self.store.history(target, "value")
        ]
        full = {"id": ".".join(target), **known, **_provenance(given, values)}
        if menu:
            full["options"] = menu.options
        if values:
            full["value"] = values[-1][1]
        path = target if target[0] in SECTIONS else (target[0], "rows", *target[1:])
        return validated(kind, given, full, self._place(".".join(target), path), self.faults)

    def _menu(self, target: Target, given: Mapping[str, Given]) -> Menu:
        table = OPTIONS_FROM_ROWS.get(target)
        if table is None:
            options = given.get("options")
            return Menu(cast("tuple[str, ...]", options.value if options else ()))
        labels = {key: self.store.last((table, key), "label") for key in self._rows(table)}
        named = {key: str(label.value) for key, label in labels.items() if label}
        return Menu(tuple(named.values()), tuple(named))

    def _place(self, key: str, path: Keys) -> Place:
        return Place(self.baseline, key, path)


def _normal(kind: type[Input], value: object, menu: Menu | None) -> object:
    if menu:
        return menu.pick(value)
    return None if value == "" and kind is not Text else value


def _provenance(given: Mapping[str, Given], values: list[tuple[int, object]]) -> dict[str, object]:
    """Return the source and the basis of a value that those given do not speak of.

    A source speaks of the value that stood when it was given, so a later value without a source
    of its own has none.
    """
    changed: dict[str, object] = {}
    for attribute, otherwise in (("source", UNSOURCED), ("basis", Basis.ASSUMED)):
        said = given.get(attribute)
        known = [value for layer, value in values if said and layer <= said.layer]
        if said and values and values[-1][1] is not None and known[-1:] != [values[-1][1]]:
            changed[attribute] = otherwise
    return changed
