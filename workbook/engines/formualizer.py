"""Formualizer behind the engine's face."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import formualizer
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

NAME = "formualizer"

_CODES = {"Div": "#DIV/0!", "Na": "#N/A", "Name": "#NAME?"}


class FormualizerSession(LiveSession):
    """A workbook open in formualizer; a change recalculates only what depends on it."""

    def __init__(self, path: Path, clock: datetime | None) -> None:
        try:
            self._book = formualizer.load_workbook(str(path))
        except OSError as fault:
            raise EngineError(f"{path}: {NAME} cannot open it: {fault}") from fault
        self._book.set_temporal_egress("serial")
        if clock is not None:
            self._book.set_deterministic_clock(clock)
        self._typed: dict[tuple[str, int, int], Settable] = {}
        super().__init__(NAME, tuple(self._book.sheet_names))

    @override
    def _has_formula(self, cell: Cell) -> bool:
        return self._book.get_formula(cell.sheet, *position(cell.ref)) is not None

    @override
    def _put(self, cell: Cell, value: Settable) -> None:
        row, column = position(cell.ref)
        self._typed[cell.sheet, column, row] = value

    @override
    def _evaluate(self) -> None:
        # cells set one by one take as long as all cells of a column together
        for (sheet, column, row), values in _runs(self._typed):
            self._book.set_values_batch(sheet, row, column, [[value] for value in values])
        self._typed.clear()
        self._book.evaluate_all()

    @override
    def _fetch(self, cells: Sequence[Cell]) -> list[Value]:
        return [_value(self._book.get_value(c.sheet, *position(c.ref))) for c in cells]


class Formualizer:
    """Formualizer: the engine whose values stand in the file.

    With *clock*, a time with its zone, formulas that ask for the date get that one.
    """

    name = NAME

    def __init__(self, clock: datetime | None = None) -> None:
        self._clock = clock

    def open(self, path: Path) -> FormualizerSession:
        """Open the xlsx at *path*."""
        return FormualizerSession(path, self._clock)


ENGINE: Engine = Formualizer()


def _runs(
    typed: Mapping[tuple[str, int, int], Settable],
) -> Iterator[tuple[tuple[str, int, int], list[Settable]]]:
    """The cells that stand one below the other, by sheet, column and first row."""
    run: list[Settable] = []
    first = last = ("", 0, 0)
    for place in sorted(typed):
        if run and place != (*last[:2], last[2] + 1):
            yield first, run
            run = []
        first, last = first if run else place, place
        run.append(typed[place])
    if run:
        yield first, run


def _value(raw: object) -> Value:
    if isinstance(raw, dict):
        kind = raw["kind"]
        return CellError(_CODES.get(kind, f"#{kind.upper()}!"))
    if raw is None or isinstance(raw, float | str | bool):
        return raw
    return float(raw) if isinstance(raw, int) else float(str(raw))
