"""The values that stand in the file: right, complete, exact, and agreed on by two engines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries

from workbook import values
from workbook.build import Built
from workbook.draft import drafts
from workbook.engines import Cell, CellError, Session, Value
from workbook.engines.base import position
from workbook.engines.formualizer import Formualizer, FormualizerSession
from workbook.filled import filled
from workbook.layout import Excel, Layout, Place, Sheet
from workbook.layout.places import Strip
from workbook.layout.sheet import Cell as Placed
from workbook.layout.sheet import Content
from workbook.layout.spell import Pattern
from workbook.theme import Style
from workbook.values import Disagreement, ValueFault, calculated

STAMP = datetime(2026, 1, 1, tzinfo=UTC)


def sheet(name: str, contents: Mapping[str, Content], look: str = "calculation") -> Sheet:
    """A sheet with these contents by reference."""
    placed = [
        Placed(row - 1, col - 1, content, Style(look))
        for ref, content in contents.items()
        for row, col in [position(ref)]
    ]
    placed.sort(key=lambda cell: (cell.row, cell.col))
    return Sheet(name, "start", cells=placed, freeze=(1, 0), last=(9, 9))


def laid(
    formulas: Mapping[str, str | Excel],
    inputs: Mapping[str, Content],
    names: Mapping[str, Place] | None = None,
) -> Layout:
    """A layout with *inputs* on one sheet and *formulas* on the next."""
    spelled: dict[str, Content] = {
        ref: Excel(formula) if isinstance(formula, str) else formula
        for ref, formula in formulas.items()
    }
    sheets = (sheet("Data", inputs, "input"), sheet("Calc", spelled))
    return Layout("Test", sheets, names or {}, {}, {})


FORMULAS = {
    "A1": "=Data!A1*2",
    "A2": "=1/3",
    "A3": '=Data!B1&" <·> ""●"" &amp;"',
    "A4": "=Data!A1>30",
    "A5": "=Data!A1/0",
    "A6": '=""',
    "A7": '="  two"&CHAR(10)&"lines "',
    "A8": "=Data!C1+1",
    "A9": "=Data!D1",
    "B1": "=A1+1",
}
INPUTS: dict[str, Content] = {"A1": 20.5, "B1": "aws <&>", "C1": date(2026, 2, 24), "D1": "  x "}
EXPECTED: dict[str, Value] = {
    "A1": 41.0,
    "A2": 1 / 3,
    "A3": 'aws <&> <·> "●" &amp;',
    "A4": False,
    "A5": CellError("#DIV/0!"),
    "A6": "",
    "A7": "  two\nlines ",
    # 24 February 2026 is 46,077 days after 30 December 1899
    "A8": 46078.0,
    "A9": "  x ",
    "B1": 42.0,
}


def test_every_formula_gets_its_value() -> None:
    """Numbers, text, booleans, dates and errors are those worked out by hand."""
    found = calculated(laid(FORMULAS, INPUTS), STAMP)
    assert found == {Cell("Calc", ref): value for ref, value in EXPECTED.items()}
    assert filled(laid(FORMULAS, INPUTS), STAMP).formulas == len(FORMULAS)


def test_another_reader_sees_the_same_values() -> None:
    """A program that only reads cached values finds each with its type."""
    data = filled(laid(FORMULAS, INPUTS), STAMP).data
    seen = openpyxl.load_workbook(BytesIO(data), data_only=True)["Calc"]
    assert {ref: (seen[ref].data_type, seen[ref].value) for ref in EXPECTED} == {
        "A1": ("n", 41),
        "A2": ("n", 1 / 3),
        "A3": ("s", 'aws <&> <·> "●" &amp;'),
        "A4": ("b", False),
        "A5": ("e", "#DIV/0!"),
        "A6": ("str", None),
        "A7": ("s", "  two\nlines "),
        "A8": ("n", 46078),
        "A9": ("s", "  x "),
        "B1": ("n", 42),
    }


CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def test_charts_show_values_before_any_program_recalculates(built: Built) -> None:
    """What previewers draw from a chart's own copy are the values of its cells, in order."""
    book = openpyxl.load_workbook(BytesIO(built.filled.data), data_only=True)
    compared = 0
    with ZipFile(BytesIO(built.filled.data)) as package:
        charts = [part for part in package.namelist() if part.startswith("xl/charts/chart")]
        for part in charts:
            chart = ET.fromstring(package.read(part))  # noqa: S314 - our own file
            for series in chart.iter(f"{CHART}numRef"):
                name, _, area = str(series.findtext(f"{CHART}f")).rpartition("!")
                bounds = range_boundaries(area.replace("$", ""))
                page = book[name.strip("'")]
                left, top, right, bottom = (int(bound or 0) for bound in bounds)
                flat = [c for row in page.iter_rows(top, bottom, left, right) for c in row]
                points = {
                    int(point.get("idx", "")): float(point.findtext(f"{CHART}v", "nan"))
                    for point in series.iter(f"{CHART}pt")
                }
                numbers = {
                    i: c.value for i, c in enumerate(flat) if isinstance(c.value, int | float)
                }
                assert points == pytest.approx(numbers, rel=1e-12), (part, area)
                compared += len(points)
    assert len(charts) == 20
    assert compared > 1000


def formulas_of(data: bytes) -> dict[str, Any]:
    """The formulas of the sheet Calc, as another reader expands them."""
    found = openpyxl.load_workbook(BytesIO(data))["Calc"]
    return {cell.coordinate: cell.value for row in found.iter_rows() for cell in row if cell.value}


NAMES = {
    "hours": Place("Data", 0, 0),
    "data": Place("Data", 1, 0),
    "sum": Place("Data", 2, 0),
    "amp": Place("Data", 3, 0),
}


def test_cells_take_the_place_of_their_names_and_of_nothing_else() -> None:
    """Texts, sheets and functions stay, though they spell a name."""
    named = {
        "A1": "=hours*2+more_hours-hours_more",
        "A2": '="hours "&hours&"; ""hours"""',
        "A3": "=Data!A1+data+SUM(Data!$A$1:$A$2)+sum(hours,sum)",
        "A4": "='hours'!A1&amp",
        "A5": "=$A$1+A1",
    }
    assert formulas_of(drafts(laid(named, {}, NAMES)).shared) == {
        "A1": "=Data!$A$1*2+more_hours-hours_more",
        "A2": '="hours "&Data!$A$1&"; ""hours"""',
        "A3": "=Data!A1+Data!$A$2+SUM(Data!$A$1:$A$2)+sum(Data!$A$1,Data!$A$3)",
        "A4": "='hours'!A1&Data!$A$4",
        "A5": "=$A$1+A1",
    }
    assert formulas_of(drafts(laid(named, {}, NAMES)).whole) == named


def column(pattern: Pattern, col: str, places: range) -> dict[str, Excel]:
    """The cells of a column whose row at place 0 is row 3."""
    row, number = position(f"{col}{3 + places[0]}")
    strip = Strip(Place("Calc", row - 1, number - 1), len(places))
    return {f"{col}{3 + place}": Excel(pattern.at(place), strip) for place in places}


def test_a_column_is_one_formula_in_one_draft_and_each_row_in_the_other() -> None:
    """Another reader expands the shared formula to the same rows; a lone row is not shared."""
    twice = Pattern("=hours*B", ((3, "+$D$1+SUM($B$3:B"), (3, ")")))
    rows = column(twice, "C", range(3)) | column(twice, "C", range(5, 7))
    rows |= column(twice, "D", range(1))
    layout = laid({**rows, "E3": "=hours"}, {"A1": 2.0}, NAMES)
    assert formulas_of(drafts(layout).whole)["C5"] == "=hours*B5+$D$1+SUM($B$3:B5)"
    expanded = formulas_of(drafts(layout).shared)
    assert {ref: text.replace("Data!$A$1", "hours") for ref, text in expanded.items()} == (
        formulas_of(drafts(layout).whole)
    )
    xml = drafts(layout).shared
    assert xml.count(b't="shared" ref="C3:C5" si="0"') == 1
    assert xml.count(b't="shared" si="0"') == 2
    assert xml.count(b't="shared" ref="C8:C9" si="1"') == 1
    assert b"D3:D3" not in xml


def test_a_value_by_name_is_the_value_by_address() -> None:
    """The second engine, which reads addresses, agrees with the first, which reads names."""
    layout = laid({"A1": "=hours/2", "A2": "=A1+hours"}, {"A1": 20.5}, NAMES)
    assert [*calculated(layout, STAMP).values()] == [10.25, 30.75]


def test_a_name_bound_to_the_wrong_cell_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where addresses and names part, the two engines differ and the cell is named."""
    layout = laid({"A1": "=hours/2"}, {"A1": 20.5, "A2": 7.0}, NAMES)
    sound = drafts(layout).whole
    monkeypatch.setattr(values, "drafts", lambda given: drafts(given)._replace(whole=sound))
    wrong = laid({"A1": "=hours/2"}, {"A1": 20.5, "A2": 7.0}, {"hours": Place("Data", 1, 0)})
    with pytest.raises(Disagreement, match=r"Calc!A1 =hours/2: 10.25 or 3.5"):
        calculated(wrong, STAMP)


def test_a_row_that_does_not_follow_from_its_column_is_caught() -> None:
    """A row that stands otherwise in the file than its column says is no value to show."""
    twice = Pattern("=B", ((3, "*2"),))
    rows = column(twice, "C", range(3))
    rows["C5"] = rows["C5"]._replace(text="=B5*3")
    figures = {"B3": "=1", "B4": "=2", "B5": "=3"}
    with pytest.raises(Disagreement, match=r"Calc!C5 =B5\*3: 9.0 or 6.0"):
        calculated(laid({**figures, **rows}, {}), STAMP)


def test_the_same_layout_gives_the_same_bytes() -> None:
    """Filling is repeatable."""
    layout = laid(FORMULAS, INPUTS)
    assert filled(layout, STAMP).data == filled(layout, STAMP).data


SIZES = st.floats(min_value=1e-300, max_value=1e300)


@given(SIZES | SIZES.map(lambda size: -size))
def test_a_number_is_kept_to_the_last_bit(number: float) -> None:
    """Whatever double is typed or comes from a formula, the file holds that double."""
    found = filled(laid({"A1": "=Data!A1", "A2": "=Data!A1/3"}, {"A1": number}), STAMP)
    assert list(found.values.values()) == [number, number / 3]
    book = openpyxl.load_workbook(BytesIO(found.data), data_only=True)
    kept = [book["Data"]["A1"].value, book["Calc"]["A1"].value, book["Calc"]["A2"].value]
    assert kept == [number, number, number / 3]


def test_where_engines_differ_the_cell_is_named() -> None:
    """A shape on which engines are known to differ is refused with cell, formula and values."""
    with pytest.raises(Disagreement) as caught:
        calculated(laid({"A1": "=1/0", "B1": "=SUMPRODUCT(ISERROR(A1:A2)*1)"}, {}), STAMP)
    assert [tuple(row) for row in caught.value.rows] == [
        (Cell("Calc", "B1"), "=SUMPRODUCT(ISERROR(A1:A2)*1)", 0.0, 1.0)
    ]
    assert "Calc!B1 =SUMPRODUCT(ISERROR(A1:A2)*1): 0.0 or 1.0" in str(caught.value)


def says(monkeypatch: pytest.MonkeyPatch, value: Value) -> None:
    """Let the first engine find *value* in every cell."""

    def read(_: Session, cells: Iterable[Cell]) -> dict[Cell, Value]:
        return dict.fromkeys(cells, value)

    monkeypatch.setattr(FormualizerSession, "read", read)


def test_a_wrong_value_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the first engine found 999 everywhere, the second would say so of every formula."""
    says(monkeypatch, 999.0)
    with pytest.raises(Disagreement, match="differ on 10 formulas") as caught:
        calculated(laid(FORMULAS, INPUTS), STAMP)
    assert len(caught.value.rows) == 10
    assert str(caught.value).endswith("and 5 more")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, CellError("#CIRC!")])
def test_a_formula_without_a_value_is_refused(
    value: Value, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a number, infinity, nothing at all and errors of one engine's own are not shown."""
    says(monkeypatch, value)
    with pytest.raises(ValueFault, match=r"no value to show for 1 formula:\n  Calc!A1 =1\+1: "):
        calculated(laid({"A1": "=1+1"}, {}), STAMP)


def test_an_unknown_function_is_refused() -> None:
    """A function that no engine knows is named, not shown as an error value."""
    with pytest.raises(ValueFault, match=re.escape("Calc!A1 =NOSUCH(1): #NAME?")):
        calculated(laid({"A1": "=NOSUCH(1)"}, {}), STAMP)


def test_a_formula_that_asks_for_the_date_is_refused() -> None:
    """Today is the stamp's day to one engine and the real day to the other."""
    with pytest.raises(Disagreement, match=r"=TODAY\(\)"):
        calculated(laid({"A1": "=TODAY()"}, {}), datetime(2001, 1, 1, tzinfo=UTC))


def test_the_first_engine_has_no_other_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day that a formula asks for is the stamp's."""
    monkeypatch.setattr(values, "engine", lambda _: Formualizer(STAMP))
    found = calculated(laid({"A1": "=TODAY()"}, {}), STAMP)
    assert found == {Cell("Calc", "A1"): (date(2026, 1, 1) - date(1899, 12, 30)).days}
