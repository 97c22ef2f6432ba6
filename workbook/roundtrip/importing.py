"""One import: a workbook read, merged, validated, and written into a set of assumptions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from workbook.assemble import Simulation
from workbook.assumptions import Assumptions, Data, load
from workbook.assumptions.choosing import DATA
from workbook.audit.reader import Refused, read
from workbook.disk import OutputError, finish, put_all
from workbook.faults import InputFaults
from workbook.paths import TEMPLATES
from workbook.roundtrip.checking import as_error, checked
from workbook.roundtrip.datatables import DataGathered, DataGatherer
from workbook.roundtrip.drafts import Draft, data_drafts, said_of
from workbook.roundtrip.edited import Edited
from workbook.roundtrip.expected import built_again
from workbook.roundtrip.extras import extras_of
from workbook.roundtrip.findings import Error, Findings, Unusable
from workbook.roundtrip.gather import Gathered, Gatherer
from workbook.roundtrip.merge import Merge, Take, Wanted
from workbook.roundtrip.notes import notes_of
from workbook.roundtrip.overlay import rewritten
from workbook.roundtrip.rowmerge import TypedRow
from workbook.simulated import simulate


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: bring *edited* back *into* a set that stands over the sets *below* it."""

    edited: Path
    into: Path
    below: Sequence[Path] = ()
    data: Sequence[str] = ()
    take: Take | None = None
    dry_run: bool = False
    ignore_extra: bool = False


def import_edited(request: Request, simulation: Simulation = simulate) -> Findings:
    """Bring the edits back; nothing is written while an error, a conflict or an extra is left.

    *simulation* gives the tables that the workbook was built with.
    """
    found = Findings()
    try:
        _Import(request, found, simulation).run()
    except (Unusable, Refused) as refused:
        found.errors.append(Error(str(request.edited), "", _without(str(refused), request.edited)))
    except InputFaults as faults:
        found.errors += [as_error(fault) for fault in faults.faults]
    except OutputError as refused:
        found.errors.append(Error(str(request.into), "", str(refused)))
    return found


def _without(message: str, path: Path) -> str:
    return message.removeprefix(f"{path}: ")


class _Import:
    """One import on its way."""

    def __init__(self, request: Request, found: Findings, simulation: Simulation) -> None:
        self.request = request
        self.simulation = simulation
        self.found = found
        self.text = _text_of(request.into)
        self.sets = [*request.below, request.into]
        self.origin = f"Typed in {_printable(request.edited.name)}"

    def run(self) -> None:
        edited = Edited(read(self.request.edited))
        edited.check_schema()
        now = load(self.sets, (), self.request.data, {self.request.into: self.text})
        merge = Merge(self.request.take)
        gathered = Gatherer(edited, now, merge, self.found).gather()
        rows = DataGatherer(edited, now, merge, self.found).gather()
        gathered.typed = rows.cells
        self.found.changed, self.found.conflicts = merge.changed, merge.conflicts
        noted = notes_of(edited, now, gathered)
        gathered.wanted.notes = {i: str(change.cell) for i, change in noted.items()}
        self.found.changed += noted.values()
        drafts = self._drafts(gathered.wanted, rows.wanted, now)
        told = {error.where for error in self.found.errors}
        then, more = checked(self.sets, self.request.data, drafts, now, gathered)
        self.found.errors += [error for error in more if error.where not in told]
        built, ignored = self._as_built(gathered, rows), self.request.ignore_extra
        made = partial(built_again, simulation=self.simulation)
        self.found.extras = extras_of(edited, built, then, gathered, made, ignored=ignored)
        self.found.diff = "".join(draft.diff for draft in drafts)
        if not self._held_back() and not self.request.dry_run:
            changed = [draft for draft in drafts if draft.changes]
            if changed:
                put_all({draft.path: draft.data for draft in changed}, self.request.into, "--into")
            self.found.written += [str(draft.path) for draft in changed]

    def _held_back(self) -> bool:
        found = self.found
        extras = found.extras and not self.request.ignore_extra
        return bool(found.errors or found.conflicts or extras)

    def _as_built(self, gathered: Gathered, rows: DataGathered) -> Assumptions | None:
        """The assumptions that the workbook was built with; None where they cannot be had again."""
        built = self.request.into.parent / "(as built)"
        text = rewritten("", gathered.built, gathered.built.removed, "As at the build")
        unsaved = {self.request.into: self.text, built: text}
        try:
            a = load([*self.sets, built], (), self.request.data, unsaved)
        except InputFaults:
            return None
        return replace(a, data=Data({**a.data.files, **rows.built}))

    def _drafts(
        self, wanted: Wanted, rows: Mapping[str, tuple[TypedRow, ...]], now: Assumptions
    ) -> list[Draft]:
        """The files to write: those of data first, as the set may name one that is new."""
        drafts = []
        for draft, anew in data_drafts(rows, now, self.sets, self.request.data):
            drafts.append(draft)
            if anew:
                dated = f"{DATA}.{draft.form}.as_of" in wanted.values
                wanted.data[draft.form] = said_of(draft, now, self.origin, dated=dated)
        removed = set(wanted.removed)
        below = removed & self._rows_below() if removed else removed
        text = rewritten(self.text, wanted, below, self.origin) if wanted else self.text
        return [*drafts, Draft(self.request.into, self.text, text)]

    def _rows_below(self) -> set[tuple[str, str]]:
        below = load(self.request.below, (), self.request.data)
        return {(table.key, row.key) for table in below.tables() for row in table.rows}


def _printable(name: str) -> str:
    return re.sub(r"[^\w .()-]", "_", name)[:80]


def _text_of(path: Path) -> str:
    """The text of the set to import into; empty where the file is yet to be made."""
    if path.suffix != ".toml":
        raise Unusable(f"--into {path}: name a TOML file, such as {path.with_suffix('.toml')}")
    if path.resolve() == (TEMPLATES / "memo.toml").resolve():
        raise Unusable(
            "--into memo.toml: the memo's own inputs stay as they are; name a set of your own, "
            "new or old, and build with --assumptions"
        )
    finish(path)
    if not path.exists():
        return ""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        load([path])  # tells the line
        raise
    except OSError:
        load([path])
        raise
