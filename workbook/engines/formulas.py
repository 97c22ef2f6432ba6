"""The formulas package behind the engine's face: an independent, slower implementation."""

import shutil
from collections.abc import Sequence
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import formulas
import schedula
from typing_extensions import override

from workbook.engines.base import (
    Cell,
    CellError,
    Engine,
    EngineError,
    LiveSession,
    Settable,
    Value,
)

NAME = "formulas"

_FILE = "book.xlsx"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"


class FormulasSession(LiveSession):
    """A workbook compiled by formulas: about 4 ms a formula to open, then seconds at most.

    What `set` is given goes in as an input of each calculation. An empty cell inside a range
    has no node of its own, yet formulas takes it up from the inputs by its key.
    """

    def __init__(self, path: Path) -> None:
        self._model = _compiled(path)
        self._inputs: dict[str, Any] = {}
        self._solution: dict[str, Any] = {}
        # Keys carry sheet names in capitals only; the file has the names as they are read.
        super().__init__(NAME, _sheet_names(path))

    @override
    def _has_formula(self, cell: Cell) -> bool:
        compiled = self._model.cells.get(_key(cell))
        return compiled is not None and compiled.func is not None

    @override
    def _put(self, cell: Cell, value: Settable) -> None:
        key = _key(cell)
        if isinstance(value, float):
            # as formulas reads the numbers of a file, so that a number equals the same typed anew
            value = float(f"{value:.15g}")
        if value is not None:
            self._inputs[key] = value
        elif key in self._model.dsp.data_nodes:
            self._inputs[key] = [[schedula.EMPTY]]
        else:
            self._inputs.pop(key, None)

    @override
    def _evaluate(self) -> None:
        self._solution = self._model.calculate(inputs=self._inputs)

    @override
    def _fetch(self, cells: Sequence[Cell]) -> list[Value]:
        return [self._value(cell) for cell in cells]

    def _value(self, cell: Cell) -> Value:
        key = _key(cell)
        if key not in self._solution:
            if key in self._model.cells:
                raise EngineError(f"{cell}: {NAME} gives no value; look for a circular reference")
            return None
        return _plain(self._solution[key])


class Formulas:
    """The formulas package, under the EUPL: it checks workbooks and builds none."""

    name = NAME

    def open(self, path: Path) -> FormulasSession:
        """Open the xlsx at *path*."""
        return FormulasSession(path)


ENGINE: Engine = Formulas()


def _compiled(path: Path) -> formulas.ExcelModel:
    # A copy under a fixed name keeps odd folder and file names out of the keys.
    with TemporaryDirectory() as folder, redirect_stderr(StringIO()):
        try:
            copy = shutil.copyfile(path, Path(folder, _FILE))
            return formulas.ExcelModel().loads(str(copy)).finish()
        except Exception as fault:
            raise EngineError(f"{path}: {NAME} cannot open it: {fault}") from fault


def _sheet_names(path: Path) -> list[str]:
    with ZipFile(path) as package:
        book = ET.fromstring(package.read("xl/workbook.xml"))  # noqa: S314 - formulas has read it before
    return [sheet.get("name", "") for sheet in book.iter(_SHEET)]


def _key(cell: Cell) -> str:
    return f"'[{_FILE}]{cell.sheet.upper()}'!{cell.ref}"


def _plain(raw: object) -> Value:
    value = raw.value[0, 0] if isinstance(raw, formulas.Ranges) else raw
    if value is schedula.EMPTY or isinstance(value, list):
        return None
    if isinstance(value, formulas.XlError):
        return CellError(str(value))
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        return float(plain)
    # What no cell can hold, such as a complex root, shows as text and so agrees with nothing.
    return plain if isinstance(plain, bool) else str(plain)
