"""Cached values: one engine puts them in, a second must agree with every one of them."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from typing_extensions import override

from workbook.engines import Cell, Session, Value, agree, engine
from workbook.engines.formualizer import with_values
from workbook.engines.package import FormulaCell, by_address, formula_cells

__all__ = ["Cell", "Disagreement", "FillError", "Filled", "Row", "Value", "fill"]

_SHOWN = 5


class Row(NamedTuple):
    """One formula on which two engines differ."""

    cell: Cell
    formula: str
    a: Value
    b: Value

    @override
    def __str__(self) -> str:
        return f"{self.cell} ={self.formula}: {_shown(self.a)} or {_shown(self.b)}"


class FillError(Exception):
    """A formula has no value that can be shown."""


class Disagreement(FillError):
    """Two engines give different values; *rows* has every formula concerned."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        head = f"formualizer and ironcalc differ on {_counted(rows)}"
        super().__init__(_listed(f"{head}; write it with the portable functions", rows))


@dataclass(frozen=True, slots=True, repr=False)
class Filled:
    """An xlsx with its values: the file, the value of each formula cell, their number."""

    data: bytes
    values: dict[Cell, Value]
    formulas: int


def fill(raw: bytes, stamp: datetime) -> Filled:
    """Give *raw*, an xlsx, with a cached value in each formula cell, as two engines agree.

    *stamp*, with its time zone, is the only clock, so the same bytes give the same bytes. An
    error value is kept if both engines give it. Raises Disagreement where they differ,
    FillError where a formula has no finite value, EngineError if an engine refuses the file.
    """
    # both engines leave the interpreter free while they work, so they work side by side
    with ThreadPoolExecutor(max_workers=1) as aside:
        opening = aside.submit(_recalculated, raw)
        data = with_values(raw, stamp)
        cells = formula_cells(data)
        _require_values(cells)
        with opening.result() as session:
            second = session.read(found.cell for found in cells)
    rows = [Row(*found, second[found.cell]) for found in cells]
    if differing := [row for row in rows if not agree(row.a, row.b)]:
        raise Disagreement(differing)
    return Filled(data, {row.cell: row.a for row in rows}, len(rows))


def _recalculated(raw: bytes) -> Session:
    """The workbook in the second engine, from a file that holds no cached value.

    Cells stand there in place of names: looking names up is most of this engine's time.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsx")
        path.write_bytes(by_address(raw))
        session = engine("ironcalc").open(path)
    session.recalculate()
    return session


def _require_values(cells: Sequence[FormulaCell]) -> None:
    without = [found for found in cells if not _usable(found.cached)]
    if without:
        shown = [f"{found.cell} ={found.formula}" for found in without]
        raise FillError(_listed(f"no finite value for {_counted(without)}", shown))


def _usable(value: Value) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def _counted(items: Sequence[object]) -> str:
    return f"{len(items)} formula{'s' if len(items) > 1 else ''}"


def _listed(head: str, items: Sequence[object]) -> str:
    more = len(items) - _SHOWN
    rest = [f"and {more} more"] if more > 0 else []
    return "\n  ".join([f"{head}:", *map(str, items[:_SHOWN]), *rest])


def _shown(value: Value) -> str:
    return repr(value) if isinstance(value, float | str) else str(value)
