"""The edited workbook: what it says of itself, and where its names and ids stand now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from workbook.a1 import column_letters
from workbook.assumptions.migrations import SCHEMA
from workbook.audit.facts import Facts, Held, SheetFacts
from workbook.audit.formula import references, tokens
from workbook.roundtrip.findings import Unusable

ID, VALUE = "Id", "Value"
"""Heads of the columns of the Inputs tab that have an input's id and its cell."""

REGISTRY, LABEL, BUILT, TAKES = "Input", "What it is", "Value at build", "Takes"
SOURCE = "Source"
"""Heads of the columns of the Sources tab that have an id and what the build knew of it."""

DATA_ROW, ROW_AT_BUILD = "Row of data", "Row at build"
"""Heads of the columns of the Data tab that have each row of data as it was at the build."""

_OPTIONAL, _BLANK = "optional", "blank"
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_SCHEMA = re.compile(r"v(\d{1,6})")


class Spot(NamedTuple):
    """One cell of the edited workbook; row and column count from 1."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        """The cell as a person names it, such as Inputs!E14."""
        return f"{self.sheet}!{column_letters(self.column - 1)}{self.row}"


@dataclass(frozen=True, slots=True)
class Registered:
    """One line of the registry: an input's label, source and value at the build.

    A date is its serial number.
    """

    id: str
    label: str
    base: float | str | None
    built_at: Spot
    source: str

    @property
    def where(self) -> str:
        """The cell of its value at the build."""
        return str(self.built_at)


@dataclass(frozen=True)
class Edited:
    """The edited workbook."""

    facts: Facts

    def held(self, spot: Spot) -> Held | None:
        """What a cell holds."""
        sheet = self.facts.sheet(spot.sheet)
        return sheet.cells.get((spot.row, spot.column)) if sheet else None

    def said(self, label: str) -> str:
        """What the file says of itself under *label*: in its properties, or on its cover.

        Some programs leave the properties out when they save.
        """
        if found := self.facts.properties.get(label):
            return found
        for sheet in self.facts.sheets:
            for (row, column), held in sheet.cells.items():
                if held.value == label and held.formula is None:
                    beside = sheet.cells.get((row, column + 1))
                    return str(beside.value) if beside and beside.value is not None else ""
        return ""

    def check_schema(self) -> None:
        """Raise Unusable, with the remedy, where the file is of no schema that is read here."""
        said = self.said("Schema version")
        found = _SCHEMA.fullmatch(said)
        if found is None:
            raise Unusable(
                "this is no workbook of this program: nowhere in it stands a schema version. "
                "Give a workbook that came from: workbook build"
            )
        if int(found[1]) != SCHEMA:
            which = "a newer" if int(found[1]) > SCHEMA else "an older"
            raise Unusable(
                f"the workbook has schema {said}, and this program reads v{SCHEMA}: it is from "
                f"{which} version of the program ({self.said('Generator version') or 'unknown'}). "
                "Import it with that version, or build anew with this one and repeat the changes"
            )

    @cached_property
    def registry(self) -> dict[str, Registered]:
        """Every input that the workbook was built with, by id.

        Raises Unusable where the Sources tab is gone, or has an id twice.
        """
        for sheet in self.facts.sheets:
            for row, heads in _head_rows(sheet, (REGISTRY, LABEL, BUILT, TAKES, SOURCE)):
                return _registry(sheet, row, heads)
        raise Unusable(
            f'no tab has the columns "{REGISTRY}", "{BUILT}" and "{TAKES}" any more, which say '
            "what each input was when the workbook was built (tab Sources); bring that tab back"
        )

    @cached_property
    def built_rows(self) -> dict[str, list[str]]:
        """The rows of data that the workbook was built with, by form, each as a line of text."""
        found: dict[str, list[str]] = {}
        for sheet in self.facts.sheets:
            for row, heads in _head_rows(sheet, (DATA_ROW, ROW_AT_BUILD)):
                for below, held in _below(sheet, row, heads[DATA_ROW]):
                    line = sheet.cells.get((below, heads[ROW_AT_BUILD]))
                    said = "" if line is None or line.value is None else str(line.value)
                    found.setdefault(str(held.value).partition(".")[0], []).append(said)
        return found

    @cached_property
    def names(self) -> dict[str, Spot]:
        """Where each defined name stands that names one cell; case tells no names apart."""
        found = {}
        for name in self.facts.names:
            cells = list(references(name.formula))
            plain = [token for token in tokens(name.formula) if token.kind == "error"]
            if name.sheet or plain or len(cells) != 1 or cells[0].whole or cells[0].book:
                continue
            [cell] = cells
            sheet = self.facts.sheet(cell.sheet)
            if sheet and cell.first.row == cell.last.row and cell.first.column == cell.last.column:
                spot = Spot(sheet.name, cell.first.row, cell.first.column)
                found[name.name.casefold()] = spot
        return found

    @cached_property
    def ids(self) -> dict[str, list[Spot]]:
        """The cells beside each id, wherever an id stands in a column of ids."""
        found: dict[str, list[Spot]] = {}
        for sheet in self.facts.sheets:
            for row, heads in _head_rows(sheet, (ID, VALUE)):
                for below, held in _below(sheet, row, heads[ID]):
                    spot = Spot(sheet.name, below, heads[VALUE])
                    found.setdefault(str(held.value), []).append(spot)
        return found


def _head_rows(sheet: SheetFacts, wanted: tuple[str, ...]) -> Iterator[tuple[int, dict[str, int]]]:
    """The rows that have every head *wanted*, each with its column."""
    rows: dict[int, dict[str, int]] = {}
    for (row, column), held in sheet.cells.items():
        if held.formula is None and held.value in wanted:
            rows.setdefault(row, {}).setdefault(str(held.value), column)
    for row, heads in sorted(rows.items()):
        if len(heads) == len(wanted):
            yield row, heads


def _below(sheet: SheetFacts, head: int, column: int) -> Iterator[tuple[int, Held]]:
    """The ids below a head, to the first head of another block; blank rows do not end them."""
    last = max((row for row, at in sheet.cells if at == column), default=head)
    for row in range(head + 1, last + 1):
        held = sheet.cells.get((row, column))
        if held is None or held.value is None:
            continue
        if not isinstance(held.value, str) or not _ID.fullmatch(held.value):
            return
        yield row, held


def _registry(sheet: SheetFacts, head: int, heads: dict[str, int]) -> dict[str, Registered]:
    found: dict[str, Registered] = {}
    for row, held in _below(sheet, head, heads[REGISTRY]):
        own = {name: sheet.cells.get((row, column)) for name, column in heads.items()}
        values = {name: each.value if each else None for name, each in own.items()}
        input_id = str(held.value)
        where = Spot(sheet.name, row, heads[BUILT])
        if input_id in found:
            raise Unusable(f"{where}: the id {input_id} stands there twice; remove one of the rows")
        base = values[BUILT]
        if not isinstance(base, float | str | None):
            raise Unusable(f"{where} ({input_id}): {base} is no value at the build; bring it back")
        if values[TAKES] == _OPTIONAL and base == _BLANK:
            base = None
        found[input_id] = Registered(
            input_id, str(values[LABEL] or ""), base, where, str(values[SOURCE] or "")
        )
    return found


def row_label(registered: Registered, column_label: str) -> str:
    """The label of a row at the build: that of the cell without that of its column."""
    return registered.label.removesuffix(f": {column_label}")
