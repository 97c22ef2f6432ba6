"""Where single inputs stand in the edited workbook: by id, then by name, held against the label."""

from __future__ import annotations

from workbook.assumptions import Day, Input
from workbook.roundtrip.cell import Bad, day_of
from workbook.roundtrip.edited import Edited, Registered, Spot
from workbook.roundtrip.findings import Unusable, Value


def place_of(edited: Edited, wanted: Registered) -> Spot | None:
    """The cell of a single input; None where neither its id nor its name is there.

    The id beside a cell goes before the name: rows can be sorted, and names stay behind. A name
    whose row no longer has the input's label is stale (some programs insert rows without moving
    names), and the one row that has it is meant.
    """
    beside = edited.ids.get(wanted.id, [])
    named = edited.names.get(wanted.id.replace(".", "_").casefold())
    if len(beside) == 1:
        return beside[0]
    if beside:
        return named if named in beside else None
    if named is None:
        return None
    rows = _rows_of(edited, wanted.label, named)
    return named._replace(row=rows[0]) if len(rows) == 1 and named.row not in rows else named


def _rows_of(edited: Edited, label: str, named: Spot) -> list[int]:
    """The rows of a tab that have a label left of a cell; a preset's name may be left out of it."""
    sheet = edited.facts.sheet(named.sheet)
    assert sheet is not None
    words = {label, label.rpartition(", ")[0] or label}
    return sorted(
        {
            row
            for (row, column), held in sheet.cells.items()
            if column < named.column and held.formula is None and held.value in words
        }
    )


def base_of(edited: Edited, kind: type[Input], registered: Registered) -> Value:
    """The value of an input at the build. Raises Unusable where it is none of its kind."""
    if not issubclass(kind, Day) or registered.base is None:
        return registered.base
    try:
        return day_of(registered.base, from_1904=edited.facts.from_1904)
    except Bad as bad:
        raise Unusable(
            f"{registered.where} ({registered.id}): the value at the build {bad}, as it was before"
        ) from None
