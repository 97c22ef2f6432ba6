"""Which data files a set of assumptions chooses, and what was read from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.assumptions.document import Document
from workbook.assumptions.entries import hint
from workbook.assumptions.files import Data, DataFile
from workbook.assumptions.groups import Row, Table
from workbook.assumptions.inputs import Basis, Day
from workbook.assumptions.model import Place, validated
from workbook.assumptions.store import Given, Store
from workbook.data import FORMS, Form, Records, read
from workbook.faults import Fault, InputFaults

if TYPE_CHECKING:
    from workbook.data import Field

DATA = "data"
"""The section of the assumptions that chooses files."""

UNSOURCED = "No source given"
"""The source of a file that is chosen without saying where it is from."""

_ORIGIN = Document("--data")
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)


def choose(choices: Iterable[str], layer: int, store: Store) -> list[Fault]:
    """Add every choice, such as ``requests=FILE``, to the store; return faults of the others."""
    faults = []
    for written in choices:
        name, equals, path = (part.strip() for part in written.partition("="))
        if not equals or not path:
            message = "is not a choice of a file; write name=FILE, such as requests=mine.csv"
            faults.append(Fault(_ORIGIN.name, None, written, message))
        elif name not in FORMS:
            message = f"there is no such form; {hint(name, FORMS)}"
            faults.append(Fault(_ORIGIN.name, None, name, message))
        else:
            store.add((DATA, name, "file"), "value", Given(path, _ORIGIN, (DATA, name), layer))
    return faults


@dataclass(slots=True)
class Chooser:
    """Reads the chosen files; *parts* are the sound sections and tables, which list choices."""

    store: Store
    baseline: Document
    parts: Mapping[str, Any]
    faults: list[Fault]

    def data(self) -> Data | None:
        """The file of every form; None, with the reasons in *faults*, if any has a fault."""
        files = dict(self._files())
        return Data(files) if len(files) == len(FORMS) else None

    def _files(self) -> Iterator[tuple[str, DataFile[Any]]]:
        read_before: dict[str, Records[Any]] = {}
        for key, form in FORMS.items():
            chosen = self.store.last((DATA, key, "file"), "value")
            if chosen is None:
                self.faults.append(
                    self.baseline.fault((DATA, key), f"{DATA}.{key}", "has no file; give one")
                )
                continue
            records = self._records(form, chosen, read_before)
            if records is not None:
                read_before[key] = records
                if day := self._day(form, chosen, records):
                    yield key, DataFile(form, records, day, self._source(key, chosen))

    def _records(
        self, form: Form[Any], chosen: Given, before: Mapping[str, Records[Any]]
    ) -> Records[Any] | None:
        if not isinstance(chosen.value, str) or not chosen.value.strip():
            message = "is not the path of a file; write it in quotes"
            self.faults.append(chosen.fault(f"{DATA}.{form.key}", message))
            return None
        path = chosen.document.folder / chosen.value
        listed = {c.key: self._listed(c, before) for c in form.columns if c.listed_in}
        options = {key: found for key, found in listed.items() if found is not None}
        try:
            return read(form, path, options, str(_from_here(path)))
        except InputFaults as refused:
            self.faults += refused.faults
            return None

    def _listed(self, column: Field, before: Mapping[str, Records[Any]]) -> tuple[str, ...] | None:
        """The options of a choice; None where what lists them has a fault of its own."""
        table, _, key = column.listed_in.partition(".")
        if table in before:
            return tuple(dict.fromkeys(str(value) for value in before[table].values(key)))
        rows = self.parts.get(table)
        if not isinstance(rows, Table):
            return None
        return tuple(dict.fromkeys(_name(row, key) for row in rows.rows))

    def _day(self, form: Form[Any], chosen: Given, records: Records[Any]) -> Day | None:
        key = f"{DATA}.{form.key}.as_of"
        given = self.store.last((DATA, form.key, "as_of"), "value")
        if given is None or given.layer < chosen.layer:
            days = [v for v in (records.values(form.dated) if form.dated else ()) if v is not None]
            if not days:
                message = f"has no date; give as_of beside it, or --set {key}=2026-02-24"
                self.faults.append(chosen.fault(f"{DATA}.{form.key}", message))
                return None
            given = Given(max(days), chosen.document, chosen.path, chosen.layer)
        known = {
            "id": key,
            "label": f"{form.title}: as of",
            "value": given.value,
            "low": _EARLIEST,
            "high": _LATEST,
            "note": f"The day that the rows of {form.title} are of; their age counts from it",
            "source": self._source(form.key, chosen),
            "as_of": given.value,
            "basis": Basis.ASSUMED,
            "memo": form.memo,
        }
        place = Place(given.document, key, given.path)
        return validated(Day, {"value": given, "as_of": given}, known, place, self.faults)

    def _source(self, key: str, chosen: Given) -> str:
        given = self.store.last((DATA, key, "source"), "value")
        return str(given.value) if given and given.layer >= chosen.layer else UNSOURCED


def _name(row: Row, key: str) -> str:
    return str(getattr(row, key).value) if key else row.label


def _from_here(path: Path) -> Path:
    """The path as a person in this folder would write it."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except (OSError, ValueError, RuntimeError):
        return path
