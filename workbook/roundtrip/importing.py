"""One import: a workbook read, merged, validated, and written into a set of assumptions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.assumptions import Assumptions, load
from workbook.audit.reader import Refused, read
from workbook.disk import OutputError, put
from workbook.faults import Fault, InputFaults
from workbook.paths import TEMPLATES
from workbook.roundtrip.edited import Edited
from workbook.roundtrip.extras import extras_of
from workbook.roundtrip.findings import Error, Findings, Unusable, Value, same
from workbook.roundtrip.gather import Gathered, Gatherer
from workbook.roundtrip.merge import Merge, Take, Wanted
from workbook.roundtrip.notes import notes_of
from workbook.roundtrip.overlay import rewritten

_BOM = "\ufeff"


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


def import_edited(request: Request) -> Findings:
    """Bring the edits back; nothing is written while an error, a conflict or an extra is left."""
    found = Findings()
    try:
        _Import(request, found).run()
    except (Unusable, Refused) as refused:
        found.errors.append(Error(str(request.edited), "", _without(str(refused), request.edited)))
    except InputFaults as faults:
        found.errors += [_as_error(fault) for fault in faults.faults]
    except OutputError as refused:
        found.errors.append(Error(str(request.into), "", str(refused)))
    return found


def _without(message: str, path: Path) -> str:
    return message.removeprefix(f"{path}: ")


def _as_error(fault: Fault) -> Error:
    place = fault.file if fault.line is None else f"{fault.file}:{fault.line}"
    return Error(place, fault.key, fault.message)


class _Import:
    """One import on its way."""

    def __init__(self, request: Request, found: Findings) -> None:
        self.request = request
        self.found = found
        self.text = _text_of(request.into)
        self.files = [*request.below, request.into]

    def run(self) -> None:
        edited = Edited(read(self.request.edited))
        edited.check_schema()
        now = self._loaded(self.text)
        merge = Merge(self.request.take)
        gathered = Gatherer(edited, now, merge, self.found).gather()
        self.found.changed, self.found.conflicts = merge.changed, merge.conflicts
        wanted = gathered.wanted
        wanted.notes = notes_of(edited, now, gathered)
        self.found.notes = wanted.notes
        self.found.extras = extras_of(
            edited, self._as_built(gathered), gathered, ignored=self.request.ignore_extra
        )
        new = self._rewritten(wanted) if wanted else self.text
        self._validate(new, wanted, now, gathered)
        self.found.diff = self._diff(new)
        if not self._held_back() and new != self.text and not self.request.dry_run:
            bom = _BOM if _bytes_of(self.request.into).startswith(_BOM.encode()) else ""
            put((bom + new).encode(), self.request.into, "--into")
            self.found.written.append(str(self.request.into))

    def _held_back(self) -> bool:
        found = self.found
        extras = found.extras and not self.request.ignore_extra
        return bool(found.errors or found.conflicts or extras)

    def _loaded(self, text: str) -> Assumptions:
        return load(self.files, (), self.request.data, {self.request.into: text})

    def _as_built(self, gathered: Gathered) -> Assumptions | None:
        """The assumptions that the workbook was built with; None where they cannot be had again."""
        built = Path(self.request.into.parent / "(as built)")
        text = rewritten("", gathered.built, gathered.built.removed, "As at the build")
        unsaved = {self.request.into: self.text, built: text}
        try:
            return load([*self.files, built], (), self.request.data, unsaved)
        except InputFaults:
            return None

    def _rewritten(self, wanted: Wanted) -> str:
        removed = set(wanted.removed)
        below = removed & self._rows_below() if removed else removed
        origin = f"Typed in {_printable(self.request.edited.name)}"
        return rewritten(self.text, wanted, below, origin)

    def _rows_below(self) -> set[tuple[str, str]]:
        below = load(self.request.below, (), self.request.data)
        return {(table.key, row.key) for table in below.tables() for row in table.rows}

    def _validate(self, new: str, wanted: Wanted, now: Assumptions, gathered: Gathered) -> None:
        """Load what is to be written: it must be sound, and change what was asked and no more."""
        try:
            then = self._loaded(new)
        except InputFaults as faults:
            self.found.errors += [self._at_cell(fault, gathered) for fault in faults.faults]
            return
        before, after = _values(now), _values(then)
        for table, key in wanted.removed:
            before = {i: v for i, v in before.items() if not i.startswith(f"{table}.{key}.")}
        for (table, key), row in wanted.added.items():
            before |= {f"{table}.{key}.{column}": value for column, value in row.values.items()}
        before |= wanted.values
        differing = [i for i in before.keys() | after.keys() if not _alike(i, before, after)]
        if differing:
            raise AssertionError(f"the file would not say what was typed: {sorted(differing)[:5]}")

    def _at_cell(self, fault: Fault, gathered: Gathered) -> Error:
        """A fault of what was typed, at the cell where it was typed."""
        spot = gathered.cells.get(fault.key)
        if spot is None:
            table, _, rest = fault.key.partition(".")
            row, _, column = rest.partition(".")
            laid = gathered.lines.get((table, row))
            spot = laid.cells.get(column, laid.label_at) if laid else None
        return Error(str(spot), fault.key, fault.message) if spot else _as_error(fault)

    def _diff(self, new: str) -> str:
        name = str(self.request.into)
        return "".join(
            difflib.unified_diff(
                self.text.splitlines(keepends=True),
                new.splitlines(keepends=True),
                f"{name} (now)",
                f"{name} (then)",
            )
        )


def _values(a: Assumptions) -> dict[str, Value]:
    return {entry.id: getattr(entry, "value", None) for entry in a.inputs()}


def _alike(input_id: str, before: dict[str, Value], after: dict[str, Value]) -> bool:
    if input_id not in before or input_id not in after:
        return False
    return same(before[input_id], after[input_id])


def _printable(name: str) -> str:
    return re.sub(r"[^\w .()-]", "_", name)[:80]


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _text_of(path: Path) -> str:
    """The text of the set to import into; empty where the file is yet to be made."""
    if path.suffix != ".toml":
        raise Unusable(f"--into {path}: name a TOML file, such as {path.with_suffix('.toml')}")
    if path.resolve() == (TEMPLATES / "memo.toml").resolve():
        raise Unusable(
            "--into memo.toml: the memo's own inputs stay as they are; name a set of your own, "
            "new or old, and build with --assumptions"
        )
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
