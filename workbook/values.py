"""Cached values: what two engines both make of every formula of a layout."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeAlias

from typing_extensions import override

from workbook.draft import drafts
from workbook.engines import Cell, CellError, Engine, Value, agree, engine
from workbook.engines.formualizer import Formualizer
from workbook.layout.sheet import Cached, Excel, Layout, digits

__all__ = [
    "Cell",
    "Disagreement",
    "Row",
    "Value",
    "ValueFault",
    "cached",
    "calculated",
    "calculating",
    "formulas_of",
]

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""The errors that a cell may show; a name that no program knows is a fault of the formula."""

_SHOWN = 5


class Row(NamedTuple):
    """One formula on which two engines differ."""

    cell: Cell
    formula: str
    a: Value
    b: Value

    @override
    def __str__(self) -> str:
        return f"{self.cell} {self.formula}: {_shown(self.a)} or {_shown(self.b)}"


class ValueFault(Exception):
    """A formula has no value that can be shown."""


class Disagreement(ValueFault):
    """Two engines give different values; *rows* has every formula concerned."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        head = f"formualizer and ironcalc differ on {_counted(rows)}"
        super().__init__(_listed(f"{head}; write it with the portable functions", rows))


Values: TypeAlias = dict[Cell, Value]


@contextmanager
def calculating(layout: Layout, stamp: datetime) -> Iterator[Callable[[], Values]]:
    """Set two engines to work, and give what waits for them.

    That gives the value of every formula cell, sheet by sheet in reading order, as both engines
    agree. One reads the formulas as they will stand in the file, the other by address and column
    by column. *stamp*, with its time zone, is the first one's only clock. An error value is kept
    if both give it. It raises Disagreement where they differ, ValueFault where a formula has no
    finite value, EngineError if an engine refuses a draft.
    """
    formulas = formulas_of(layout)
    made = drafts(layout)
    with TemporaryDirectory() as folder, ThreadPoolExecutor(max_workers=1) as aside:
        whole, shared = Path(folder, "whole.xlsx"), Path(folder, "shared.xlsx")
        whole.write_bytes(made.whole)
        shared.write_bytes(made.shared)
        # one engine leaves the interpreter free while it works, the other keeps it to itself
        first = aside.submit(_read, Formualizer(stamp), whole, formulas)
        opinions = _read(engine("ironcalc"), shared, formulas)
        yield lambda: _agreed(formulas, first.result(), opinions)


def calculated(layout: Layout, stamp: datetime) -> Values:
    """What *calculating* waits for."""
    with calculating(layout, stamp) as values:
        return values()


def _agreed(
    formulas: Mapping[Cell, str], first: Sequence[Value], second: Sequence[Value]
) -> Values:
    values = dict(zip(formulas, first, strict=True))
    _require_values(values, formulas)
    rows = zip(formulas.items(), first, second, strict=True)
    if differing := [Row(cell, text, a, b) for (cell, text), a, b in rows if not agree(a, b)]:
        raise Disagreement(differing)
    return values


def cached(value: Value) -> Cached:
    """*value* as it stands in the file.

    >>> cached(0.5), cached(True), cached(CellError("#N/A"))
    (Cached(kind='n', text='0.5'), Cached(kind='b', text='1'), Cached(kind='e', text='#N/A'))
    """
    match value:
        case bool():
            return Cached("b", str(int(value)))
        case float():
            return Cached("n", digits(value))
        case CellError(code=code):
            return Cached("e", code)
        case None:
            raise ValueFault("a formula has no value")
        case _:
            return Cached("str", value)


def formulas_of(layout: Layout) -> dict[Cell, str]:
    """The text of every formula, sheet by sheet in reading order."""
    return {
        Cell(sheet.name, cell.ref): cell.content.text
        for sheet in layout.sheets
        for cell in sheet.cells
        if isinstance(cell.content, Excel)
    }


def _read(calculator: Engine, path: Path, formulas: Mapping[Cell, str]) -> list[Value]:
    with calculator.open(path) as session:
        return list(session.read(formulas).values())


def _require_values(values: Mapping[Cell, Value], formulas: Mapping[Cell, str]) -> None:
    without = [cell for cell, value in values.items() if not _usable(value)]
    if without:
        shown = [f"{cell} {formulas[cell]}: {_shown(values[cell])}" for cell in without]
        raise ValueFault(_listed(f"no value to show for {_counted(without)}", shown))


def _usable(value: Value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value.code in ERRORS if isinstance(value, CellError) else value is not None


def _counted(items: Sequence[object]) -> str:
    return f"{len(items)} formula{'s' if len(items) > 1 else ''}"


def _listed(head: str, items: Sequence[object]) -> str:
    more = len(items) - _SHOWN
    rest = [f"and {more} more"] if more > 0 else []
    return "\n  ".join([f"{head}:", *map(str, items[:_SHOWN]), *rest])


def _shown(value: Value) -> str:
    return repr(value) if isinstance(value, float | str) else str(value)
