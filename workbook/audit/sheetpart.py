"""One worksheet's XML as plain facts: cells, rules, formats, and how the page is set."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from workbook.audit.facts import Format, Held, Look, Page, Rule, Span
from workbook.audit.formula import LAST_COLUMN, LAST_ROW, moved, reference
from workbook.engines.base import CellError, Value, position

MOST_CLAIMED = 1_000_000_000
"""Most cells that a sheet may claim to span: engines set room aside for them."""


class Claim(ValueError):
    """A sheet claims more cells than any program should make room for."""


class Shared(NamedTuple):
    """The formula that a group of cells has in common, and where it was written."""

    formula: str
    row: int
    column: int


def local(element: ET.Element) -> str:
    """The tag without its namespace, which strict files have another of."""
    return element.tag.rpartition("}")[2]


def children(parent: ET.Element | None, tag: str) -> Iterator[ET.Element]:
    """The children with that local tag."""
    if parent is not None:
        yield from (child for child in parent if local(child) == tag)


def child(parent: ET.Element | None, tag: str) -> ET.Element | None:
    """The first child with that local tag."""
    return next(children(parent, tag), None)


def text_of(element: ET.Element | None) -> str:
    """The text of a plain or rich string, without what only helps to read it aloud."""
    if element is None:
        return ""
    direct = "".join(t.text or "" for t in children(element, "t"))
    runs = (child(run, "t") for run in children(element, "r"))
    return direct + "".join(t.text or "" for t in runs if t is not None)


def is_on(element: ET.Element | None, name: str, default: str = "0") -> bool:
    """Whether a flag is set."""
    return element is not None and element.get(name, default) in ("1", "true")


def check_claim(root: ET.Element) -> str:
    """The range that the sheet says it spans. Raises Claim where that is absurd."""
    dimension = child(root, "dimension")
    claimed = dimension.get("ref", "") if dimension is not None else ""
    if claimed:
        [span] = spans(claimed)
        rows, columns = (high - low + 1 for low, high in (span.rows, span.columns))
        if rows * columns > MOST_CLAIMED:
            raise Claim(f"it claims {rows:,} rows and {columns:,} columns")
    return claimed


def spans(refs: str) -> tuple[Span, ...]:
    """The rectangles of a list of references."""
    found = (reference(text) for text in refs.split())
    return tuple(Span(ref.rows, ref.columns) for ref in found)


class Cells:
    """Reads the cells of one sheet, with shared formulas written out."""

    def __init__(self, sheet: str, strings: Sequence[str], looks: Sequence[Look]) -> None:
        self._sheet = sheet
        self._strings = strings
        self._looks = looks
        self._shared: dict[str, Shared] = {}

    def read(self, root: ET.Element) -> dict[tuple[int, int], Held]:
        """Every cell by row and column. Raises ValueError or IndexError where one is damaged."""
        cells: dict[tuple[int, int], Held] = {}
        row = 0
        for line in children(child(root, "sheetData"), "row"):
            row = int(line.get("r") or row + 1)
            column = 0
            for element in line:
                at = element.get("r")
                row, column = position(at) if at else (row, column + 1)
                if not (0 < row <= LAST_ROW and 0 < column <= LAST_COLUMN):
                    raise ValueError(f"a cell stands in row {row}, column {column}")
                if (row, column) in cells:
                    raise ValueError(f"the cell in row {row}, column {column} is there twice")
                cells[row, column] = self._held(element, row, column)
        return cells

    def _held(self, element: ET.Element, row: int, column: int) -> Held:
        formula: str | None = None
        array, value, inline = "", None, None
        for part in element:
            match local(part):
                case "f":
                    formula = self._formula(part, row, column)
                    array = part.get("ref", "") if part.get("t") == "array" else ""
                case "v":
                    value = part.text or ""
                case "is":
                    inline = text_of(part)
        held = inline if inline is not None else self._value(element.get("t", "n"), value)
        look = self._looks[int(element.get("s", "0"))]
        return Held(self._sheet, row, column, held, formula, look, array)

    def _formula(self, part: ET.Element, row: int, column: int) -> str | None:
        text = part.text or ""
        group = part.get("si")
        if part.get("t") == "dataTable":
            return None
        if part.get("t") != "shared" or group is None:
            return text
        if text:
            self._shared[group] = Shared(text, row, column)
            return text
        first = self._shared[group]
        return moved(first.formula, row - first.row, column - first.column)

    def _value(self, kind: str, raw: str | None) -> Value:
        if raw is None:
            return None
        match kind:
            case "s":
                return self._strings[int(raw)]
            case "b":
                return raw in ("1", "true")
            case "e":
                return CellError(raw)
            case "n":
                return _finite(raw) if raw else None
            case _:
                return raw


def _finite(raw: str) -> float:
    value = float(raw)
    if not math.isfinite(value):
        raise ValueError(f"{raw!r} is no number that a cell can hold")
    return value


def rules(root: ET.Element) -> Iterator[Rule]:
    """The data validations."""
    for element in children(child(root, "dataValidations"), "dataValidation"):
        low, high = (child(element, tag) for tag in ("formula1", "formula2"))
        yield Rule(
            kind=element.get("type", "none"),
            operator=element.get("operator", "between"),
            low=(low.text or "") if low is not None else "",
            high=(high.text or "") if high is not None else "",
            spans=spans(element.get("sqref", "")),
            blank=is_on(element, "allowBlank"),
            stops=is_on(element, "showErrorMessage")
            and element.get("errorStyle", "stop") == "stop",
            prompt=element.get("prompt", ""),
            refusal=element.get("error", ""),
        )


def formats(root: ET.Element) -> Iterator[Format]:
    """The conditional formats."""
    for element in children(root, "conditionalFormatting"):
        where = spans(element.get("sqref", ""))
        for rule in children(element, "cfRule"):
            tests = tuple(test.text or "" for test in children(rule, "formula"))
            yield Format(rule.get("type", ""), tests, where)


def widths(root: ET.Element) -> Iterator[tuple[int, int, float]]:
    """Runs of columns with a width of their own, 0 where they are hidden."""
    for run in children(child(root, "cols"), "col"):
        width = 0.0 if is_on(run, "hidden") else float(run.get("width", "0"))
        yield int(run.get("min", "1")), int(run.get("max", "1")), width


def hidden_rows(root: ET.Element) -> Iterator[int]:
    """The rows that are hidden."""
    for row in children(child(root, "sheetData"), "row"):
        if is_on(row, "hidden"):
            yield int(row.get("r", "0"))


def merged(root: ET.Element) -> Iterator[str]:
    """The ranges of merged cells."""
    for element in children(child(root, "mergeCells"), "mergeCell"):
        yield element.get("ref", "")


def page(root: ET.Element) -> Page:
    """How the sheet prints, and where a reader enters it."""
    view = child(child(root, "sheetViews"), "sheetView")
    pane, setup = child(view, "pane"), child(root, "pageSetup")
    fits = is_on(child(child(root, "sheetPr"), "pageSetUpPr"), "fitToPage")
    selections = [s.get("activeCell", "A1") for s in children(view, "selection")]
    words = child(root, "headerFooter")
    header, footer = (child(words, tag) for tag in ("oddHeader", "oddFooter"))
    frozen = pane is not None and pane.get("state", "").startswith("frozen")
    return Page(
        frozen=_split(pane) if pane is not None and frozen else (0, 0),
        fit=_fit(setup) if fits else None,
        landscape=setup is not None and setup.get("orientation") == "landscape",
        footer=(footer.text or "") if footer is not None else "",
        header=(header.text or "") if header is not None else "",
        selected=is_on(view, "tabSelected"),
        active=selections[-1] if selections else "A1",
    )


def _split(pane: ET.Element) -> tuple[int, int]:
    return int(float(pane.get("ySplit", "0"))), int(float(pane.get("xSplit", "0")))


def _fit(setup: ET.Element | None) -> tuple[int, int]:
    if setup is None:
        return 1, 1
    return int(setup.get("fitToWidth", "1")), int(setup.get("fitToHeight", "1"))
