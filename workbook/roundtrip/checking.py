"""Whether what is to be written is sound, and changes what was typed and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from workbook.assumptions import Assumptions, load
from workbook.assumptions.sections import OPTIONS_FROM_ROWS
from workbook.data import FORMS
from workbook.faults import Fault, InputFaults
from workbook.roundtrip.csvfile import lines_of
from workbook.roundtrip.datatables import alike, rows_of
from workbook.roundtrip.drafts import Draft
from workbook.roundtrip.findings import Error, Value, same
from workbook.roundtrip.gather import Gathered
from workbook.roundtrip.merge import Wanted
from workbook.roundtrip.rowmerge import TypedRow

_SHOWN = 5
_LINE = re.compile(r"on line (\d+)")


def checked(
    sets: Sequence[Path],
    choices: Sequence[str],
    drafts: Sequence[Draft],
    now: Assumptions,
    gathered: Gathered,
) -> tuple[Assumptions | None, list[Error]]:
    """Load the *drafts* in place of their files; what is wrong, at the cells where it was typed.

    Raises AssertionError where they would say anything else than what was typed.
    """
    unsaved = {draft.path: draft.after for draft in drafts if not draft.form}
    with TemporaryDirectory() as folder:
        files = {Path(folder, f"{each.form}.csv"): each for each in drafts if each.form}
        for path, draft in files.items():
            path.write_text(draft.after, encoding="utf-8", newline="")
        chosen = [*choices, *(f"{draft.form}={path}" for path, draft in files.items())]
        dates = [f"{i}={_day(i, now, gathered)}" for i in (_as_of(d) for d in files.values())]
        try:
            then = load(sets, dates, chosen, unsaved)
        except InputFaults as faults:
            placed = {str(path.resolve()): draft for path, draft in files.items()}
            return None, [_at_cell(fault, gathered, placed) for fault in faults.faults]
    _require_only(now, then, gathered)
    _require_rows(then, drafts)
    return then, []


def _as_of(draft: Draft) -> str:
    return f"data.{draft.form}.as_of"


def _day(input_id: str, now: Assumptions, gathered: Gathered) -> Value:
    wanted = gathered.wanted.values
    return wanted[input_id] if input_id in wanted else getattr(now.input(input_id), "value", None)


def as_error(fault: Fault) -> Error:
    """A fault of a file, where it stands."""
    place = fault.file if fault.line is None else f"{fault.file}:{fault.line}"
    return Error(place, fault.key, fault.message)


def _at_cell(fault: Fault, gathered: Gathered, files: dict[str, Draft]) -> Error:
    draft = files.get(str(Path(fault.file).resolve()))
    if draft is not None:
        return _in_row(fault, draft)
    spot = gathered.cells.get(fault.key)
    if spot is None:
        table, _, rest = fault.key.partition(".")
        row, _, column = rest.partition(".")
        laid = gathered.lines.get((table, row))
        spot = laid.cells.get(column, laid.label_at) if laid else None
    return Error(str(spot), fault.key, fault.message) if spot else as_error(fault)


def _in_row(fault: Fault, draft: Draft) -> Error:
    """A fault of a data file that is yet to be written: at the row that its line is made of."""
    rows = dict(zip(lines_of(draft.after), draft.rows, strict=False))
    row = rows.get(fault.line or 0)
    if row is None:
        return Error(str(draft.path), f"data.{draft.form}", fault.message)
    keys = {column.head: column.key for column in FORMS[draft.form].columns}
    key = keys.get(fault.key, next(iter(row.values)))
    message = _LINE.sub(lambda found: _cell_of(found, rows), fault.message)
    return Error(str(row.cells.get(key, draft.path)), f"{draft.form}.{key}", message)


def _cell_of(line: re.Match[str], rows: Mapping[int, TypedRow]) -> str:
    row = rows.get(int(line[1]))
    return f"in {row.where}" if row and row.where else line[0]


def _require_only(now: Assumptions, then: Assumptions, gathered: Gathered) -> None:
    before, after, wanted = _values(now), _values(then), gathered.wanted
    for table, key in wanted.removed:
        before = {i: v for i, v in before.items() if not i.startswith(f"{table}.{key}.")}
    for (table, key), row in wanted.added.items():
        before |= {f"{table}.{key}.{column}": value for column, value in row.values.items()}
    before |= _following(now, wanted)
    before |= wanted.values
    differing = sorted(i for i in before.keys() | after.keys() if not _alike(i, before, after))
    if differing:
        raise AssertionError(f"the file would not say what was typed: {differing[:_SHOWN]}")


def _following(now: Assumptions, wanted: Wanted) -> dict[str, Value]:
    """The choices of a row whose label changes: they change with it."""
    following: dict[str, Value] = {}
    for path, table in OPTIONS_FROM_ROWS.items():
        entry = now.input(".".join(path))
        for row in getattr(now, table).rows:
            if (table, row.key) in wanted.labels and row.label == getattr(entry, "value", None):
                following[entry.id] = wanted.labels[table, row.key]
    return following


def _require_rows(then: Assumptions, drafts: Sequence[Draft]) -> None:
    for draft in (each for each in drafts if each.form):
        rows = rows_of(then.data.files[draft.form].records)
        if not alike(rows, [row.values for row in draft.rows]):
            raise AssertionError(f"the file would not say what was typed: {draft.form}")


def _values(a: Assumptions) -> dict[str, Value]:
    return {entry.id: getattr(entry, "value", None) for entry in a.inputs()}


def _alike(input_id: str, before: dict[str, Value], after: dict[str, Value]) -> bool:
    both = input_id in before and input_id in after
    return both and same(before[input_id], after[input_id])
