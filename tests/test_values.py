"""The values that stand in the file: right, complete, exact, and agreed on by two engines."""

import math
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from workbook import values
from workbook.engines import Cell, CellError, EngineError
from workbook.engines.package import by_address, formula_cells, sheet_names
from workbook.values import Disagreement, FillError, fill

STAMP = datetime(2026, 1, 1, tzinfo=UTC)


def written(formulas: Mapping[str, str], inputs: Mapping[str, Any], cached: Any = 999) -> bytes:
    """An xlsx with *inputs* on one sheet and *formulas* on the next, and everything around."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": STAMP.replace(tzinfo=None)})
        data, calc = book.add_worksheet("Data"), book.add_worksheet("Calc & more")
        for ref, value in inputs.items():
            data.write(ref, value)
        for ref, formula in formulas.items():
            calc.write_formula(ref, formula, book.add_format({"num_format": "0.0"}), cached)
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "='Calc & more'!$A$1:$A$3"})
        calc.insert_chart("F2", chart)
        calc.conditional_format("A1:A9", {"type": "data_bar"})
        data.data_validation("A1", {"validate": "decimal", "criteria": ">", "value": 0})
    return out.getvalue()


FORMULAS = {
    "A1": "=Data!A1*2",
    "A2": "=1/3",
    "A3": '=Data!B1&" <·> ""●"" &amp;"',
    "A4": "=Data!A1>30",
    "A5": "=Data!A1/0",
    "A6": '=""',
    "A7": '="  two"&CHAR(10)&"lines "',
    "B1": "=A1+1",
}
INPUTS = {"A1": 20.5, "B1": "aws"}
EXPECTED = {
    "A1": 41.0,
    "A2": 1 / 3,
    "A3": 'aws <·> "●" &amp;',
    "A4": False,
    "A5": CellError("#DIV/0!"),
    "A6": "",
    "A7": "  two\nlines ",
    "B1": 42.0,
}


def test_every_formula_gets_its_value() -> None:
    """Numbers, text, booleans and errors are those worked out by hand, not the cached 999."""
    filled = fill(written(FORMULAS, INPUTS), STAMP)
    assert filled.values == {Cell("Calc & more", ref): value for ref, value in EXPECTED.items()}
    assert filled.formulas == len(FORMULAS)


def test_another_reader_sees_the_same_values() -> None:
    """A program that only reads cached values finds each with its type."""
    data = fill(written(FORMULAS, INPUTS), STAMP).data
    sheet = openpyxl.load_workbook(BytesIO(data), data_only=True)["Calc & more"]
    seen = {ref: (sheet[ref].data_type, sheet[ref].value) for ref in EXPECTED}
    assert seen == {
        "A1": ("n", 41),
        "A2": ("n", 1 / 3),
        "A3": ("s", 'aws <·> "●" &amp;'),
        "A4": ("b", False),
        "A5": ("e", "#DIV/0!"),
        "A6": ("str", None),
        "A7": ("s", "  two\nlines "),
        "B1": ("n", 42),
    }


def test_nothing_else_in_the_file_changes() -> None:
    """Only the sheets with formulas differ, by their values; order and dates of parts stay."""
    raw = written(FORMULAS, INPUTS)
    before = zipfile.ZipFile(BytesIO(raw))
    after = zipfile.ZipFile(BytesIO(fill(raw, STAMP).data))
    for old, new in zip(before.infolist(), after.infolist(), strict=True):
        assert (old.filename, old.date_time, old.external_attr) == (
            new.filename,
            new.date_time,
            new.external_attr,
        )
    changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
    assert changed == {"xl/worksheets/sheet2.xml"}


def named(formulas: Mapping[str, str], names: Mapping[str, str]) -> bytes:
    """An xlsx whose formulas on sheet Calc use *names* of cells of sheet Data."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Data").write("A1", 20.5)
        calc = book.add_worksheet("Calc")
        for name, ref in names.items():
            book.define_name(name, ref)
        for ref, formula in formulas.items():
            calc.write_formula(ref, formula)
    return out.getvalue()


def test_cells_take_the_place_of_their_names_and_of_nothing_else() -> None:
    """Texts, sheets, functions and entities of XML stay, though they spell a name."""
    names = {"hours": "=Data!$A$1", "data": "=Data!$A$2", "sum": "=Data!$A$3", "amp": "=Data!$A$4"}
    formulas = {
        "A1": "=hours*2+more_hours-hours_more",
        "A2": '="hours "&hours&"; ""hours"""',
        "A3": "=Data!A1+data+SUM(Data!$A$1:$A$2)+sum(hours,sum)",
        "A4": "='hours'!A1&amp",
        "A5": "=$A$1+A1",
    }
    raw = by_address(named(formulas, names))
    assert [found.formula for found in formula_cells(raw)] == [
        "Data!$A$1*2+more_hours-hours_more",
        '"hours "&Data!$A$1&"; ""hours"""',
        "Data!A1+Data!$A$2+SUM(Data!$A$1:$A$2)+sum(Data!$A$1,Data!$A$3)",
        "'hours'!A1&Data!$A$4",
        "$A$1+A1",
    ]


def test_a_value_by_name_is_the_value_by_address() -> None:
    """The second engine, which reads addresses, agrees with the first, which reads names."""
    raw = named({"A1": "=hours/2", "A2": "=A1+hours"}, {"hours": "=Data!$A$1"})
    assert [*fill(raw, STAMP).values.values()] == [10.25, 30.75]


def test_the_same_workbook_gives_the_same_bytes() -> None:
    """Filling is repeatable, and filling what is filled changes nothing."""
    once = fill(written(FORMULAS, INPUTS), STAMP).data
    assert fill(written(FORMULAS, INPUTS), STAMP).data == once
    assert fill(once, STAMP).data == once


SIZES = st.floats(min_value=1e-300, max_value=1e300)


@given(SIZES | SIZES.map(lambda size: -size))
def test_a_number_is_cached_to_the_last_bit(number: float) -> None:
    """Whatever double a formula gives, the file holds that double."""
    kept = float(f"{number:.16G}")  # the writer keeps 16 digits of an input
    filled = fill(written({"A1": "=Data!A1", "A2": "=Data!A1/3"}, {"A1": kept}), STAMP)
    assert list(filled.values.values()) == [kept, kept / 3]


def test_where_engines_differ_the_cell_is_named() -> None:
    """A shape on which engines are known to differ is refused with cell, formula and values."""
    with pytest.raises(Disagreement) as caught:
        fill(written({"A1": "=1/0", "B1": "=SUMPRODUCT(ISERROR(A1:A2)*1)"}, {}), STAMP)
    assert [tuple(row) for row in caught.value.rows] == [
        (Cell("Calc & more", "B1"), "SUMPRODUCT(ISERROR(A1:A2)*1)", 0.0, 1.0)
    ]
    assert "Calc & more!B1 =SUMPRODUCT(ISERROR(A1:A2)*1): 0.0 or 1.0" in str(caught.value)


def test_a_wrong_value_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the first engine left 999 everywhere, the second would say so of every formula."""
    monkeypatch.setattr(values, "with_values", lambda raw, _: raw)
    with pytest.raises(Disagreement, match="differ on 8 formulas") as caught:
        fill(written(FORMULAS, INPUTS), STAMP)
    assert len(caught.value.rows) == 8
    assert str(caught.value).endswith("and 3 more")


@pytest.mark.parametrize("cached", [math.nan, math.inf, ""])
def test_a_formula_without_a_number_is_refused(
    cached: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a number, infinity and nothing at all are no values to show."""
    monkeypatch.setattr(values, "with_values", lambda raw, _: raw)
    with pytest.raises(FillError, match=r"no finite value for 1 formula:\n  Calc & more!A1 =1\+1"):
        fill(written({"A1": "=1+1"}, {}, cached), STAMP)


def test_an_unknown_function_is_refused() -> None:
    """A function that an engine does not know is named, not shown as an error value."""
    with pytest.raises(EngineError, match="NOSUCH"):
        fill(written({"A1": "=NOSUCH(1)"}, {}), STAMP)


def test_what_is_no_workbook_is_refused() -> None:
    """Bytes that are no xlsx give one error."""
    with pytest.raises(EngineError, match="cannot read the workbook"):
        fill(b"no workbook", STAMP)


def test_a_formula_that_asks_for_the_date_is_refused() -> None:
    """Today is the stamp's day to one engine and the real day to the other."""
    with pytest.raises(Disagreement, match=r"=TODAY\(\)"):
        fill(written({"A1": "=TODAY()"}, {}), datetime(2001, 1, 1, tzinfo=UTC))


def test_formula_cells_are_listed_as_they_stand() -> None:
    """Sheets come in order with their names, formulas without the equals sign."""
    raw = written(FORMULAS, INPUTS)
    assert sheet_names(raw) == ["Data", "Calc & more"]
    listed = {found.cell.ref: found.formula for found in formula_cells(raw)}
    assert listed == {ref: formula[1:] for ref, formula in FORMULAS.items()}
    assert {found.cached for found in formula_cells(raw)} == {999.0}
