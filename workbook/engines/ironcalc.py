"""IronCalc behind the engine's face."""

from collections.abc import Sequence
from pathlib import Path

import ironcalc
from typing_extensions import override

from workbook.engines.base import (
    Cell,
    CellError,
    Engine,
    EngineError,
    LiveSession,
    Settable,
    Value,
    position,
)

NAME = "ironcalc"


class IronCalcSession(LiveSession):
    """A workbook open in IronCalc; each recalculation is a full one."""

    def __init__(self, path: Path) -> None:
        try:
            self._model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        except ironcalc.WorkbookError as fault:
            raise EngineError(f"{path}: {NAME} cannot open it: {fault}") from fault
        names = [sheet["name"] for sheet in self._model.get_worksheets_properties()]
        self._index = {name: at for at, name in enumerate(names)}
        super().__init__(NAME, self._index)

    @override
    def _has_formula(self, cell: Cell) -> bool:
        return self._model.get_cell_formula(*self._at(cell)) is not None

    @override
    def _put(self, cell: Cell, value: Settable) -> None:
        at = self._at(cell)
        match value:
            case None:
                self._model.clear_cell_contents(*at)
            case bool():
                self._model.update_cell_with_bool(*at, value)
            case str():
                self._model.update_cell_with_text(*at, value)
            case _:
                self._model.update_cell_with_number(*at, value)

    @override
    def _evaluate(self) -> None:
        self._model.evaluate()

    @override
    def _fetch(self, cells: Sequence[Cell]) -> list[Value]:
        return [self._value(*self._at(cell)) for cell in cells]

    def _at(self, cell: Cell) -> tuple[int, int, int]:
        return self._index[cell.sheet], *position(cell.ref)

    def _value(self, sheet: int, row: int, column: int) -> Value:
        raw = self._model.get_cell_value(sheet, row, column)
        # An error is handed over as text; only its type tells it from the same words typed in.
        if isinstance(raw, str) and raw.startswith("#"):
            kind = self._model.get_cell_type(sheet, row, column)
            return CellError(raw) if kind == ironcalc.CellType.ErrorValue else raw
        return raw


class IronCalc:
    """IronCalc: the fast second opinion."""

    name = NAME

    def open(self, path: Path) -> IronCalcSession:
        """Open the xlsx at *path*."""
        return IronCalcSession(path)


ENGINE: Engine = IronCalc()
