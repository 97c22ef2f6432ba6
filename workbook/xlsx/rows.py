"""A worksheet whose cells are written straight from a layout."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from xlsxwriter.worksheet import Worksheet

from workbook.a1 import serial
from workbook.frame import escaped
from workbook.layout.sheet import Cached, Cell, Excel, digits
from workbook.theme import Style
from workbook.xlsx.faults import WriteError

_LONGEST = 32_767
"""Characters of a text that a cell can hold."""

_UNKNOWN = Cached("n", "0")
"""What a formula without a value shows, as other writers have it."""


class RowSheet(Worksheet):  # type: ignore[misc]  # the library is untyped
    """A worksheet of ready cells, each in the words of the file.

    The library takes cells one by one, looks at each several times, keeps 16 digits of a number,
    and searches each formula for functions that memo algebra does not have: together a third of
    the time of a build. Everything around the cells is the library's.
    """

    def take(self, cells: Sequence[Cell], look_of: Callable[[Style], int]) -> None:
        """Take all *cells*, row by row; *look_of* numbers styles. Formulas wait for their values.

        Raises WriteError for a number that is not finite and for a text that no cell can hold.
        """
        self._ready: dict[int, list[str]] = {}
        self._shown: dict[tuple[int, int], str] = {}
        self._waiting: list[tuple[Cell, int, str, str]] = []
        looks: dict[Style, int] = {}
        for cell in cells:
            row, col, content, style, _ = cell
            if style not in looks:
                looks[style] = look_of(style)
            ref = cell.ref
            at = f'<c r="{ref}" s="{looks[style]}"'
            texts = self._ready.setdefault(row, [])
            if content is None:
                texts.append(f"{at}/>")
            elif isinstance(content, Excel):
                self._waiting.append((cell, len(texts), at, escaped(content.text[1:])))
                texts.append("")
            else:
                texts.append(f"{at}{self._constant(row, col, content)}</c>")
        if cells:
            self._check_dimensions(min(c.row for c in cells), min(c.col for c in cells))
            self._check_dimensions(max(c.row for c in cells), max(c.col for c in cells))

    def fill(self, values: Mapping[tuple[str, str], Cached]) -> None:
        """Write the formulas, each with its value."""
        for cell, place, at, formula in self._waiting:
            value = values.get((self.name, cell.ref), _UNKNOWN)
            self._shown[cell.row, cell.col] = value.text
            kind = "" if value.kind == "n" else f' t="{value.kind}"'
            text = f"{at}{kind}><f>{formula}</f><v>{escaped(value.text)}</v></c>"
            self._ready[cell.row][place] = text

    def _constant(self, row: int, col: int, content: float | str | date) -> str:
        if isinstance(content, str):
            if len(content) > _LONGEST:
                raise WriteError(f"{self.name}: a text of {len(content)} characters")
            self._shown[row, col] = content
            return f' t="s"><v>{self.str_table._get_shared_string_index(content)}</v>'
        number = serial(content) if isinstance(content, date) else content
        if not math.isfinite(number):
            raise WriteError(f"{self.name}: {content} is not a number")
        self._shown[row, col] = digits(number)
        return f"><v>{digits(number)}</v>"

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: FBT001, FBT002  the library's own signature
        del expand_future_functions
        return formula.removeprefix("=")

    def _write_rows(self) -> None:
        for row in sorted(self._ready.keys() | self.row_info):
            cells = self._ready.get(row)
            self._write_row(row, None, self.row_info.get(row), empty_row=cells is None)
            if cells is not None:
                self.fh.write("".join(cells))
                self._xml_end_tag("row")

    def _get_range_data(self, top: int, left: int, bottom: int, right: int) -> list[str | None]:
        """What a chart shows until a program recalculates it; None where a cell shows nothing."""
        return [
            self._shown.get((row, col)) or None
            for row in range(top, bottom + 1)
            for col in range(left, right + 1)
        ]
