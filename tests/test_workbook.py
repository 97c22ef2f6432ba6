"""Rules of the file itself: its formulas, names, inputs, units, values and pages."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import NamedTuple

import openpyxl
import pytest
from finder import Finder
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import MergedCell
from openpyxl.chart._chart import ChartBase
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from typing_extensions import override

from workbook import theme
from workbook.assumptions import Assumptions, Choice, Day, Input, Number, load
from workbook.book import Column, Formula, Gathered, Line, Owned, Table, Typed, lines_of
from workbook.build import Built, make
from workbook.dimensions import unit_of
from workbook.engines import Cell, CellError
from workbook.evaluate import plain
from workbook.expr import MIXED, Expr
from workbook.layout import Place
from workbook.units import Unit, UnitError, parse

PORTABLE = frozenset(
    re.findall(
        "[A-Z]+",
        "ABS AND AVERAGE AVERAGEIFS CHOOSE COUNT COUNTA COUNTIF COUNTIFS EDATE EXP FORECAST IF "
        "IFERROR INDEX INT ISERROR ISNUMBER LARGE LEFT LEN LN LOOKUP MATCH MAX MEDIAN MIN MOD "
        "NORMSINV NOT NPV OR PERCENTILE PMT RANK REPT ROUND ROUNDUP ROWS SLOPE SMALL SQRT STDEV "
        "SUBSTITUTE SUM SUMIF SUMIFS SUMPRODUCT TEXT UPPER VLOOKUP YEAR",
    )
)
"""Functions on which Excel, LibreOffice, formualizer, ironcalc and formulas agree."""

LONGEST_FORMULA = 120
ONE_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)")


@pytest.fixture(scope="module")
def book(built: Built) -> Workbook:
    """The file as another program reads it, with formulas."""
    return openpyxl.load_workbook(BytesIO(built.filled.data))


@pytest.fixture(scope="module")
def cached(built: Built) -> Workbook:
    """The file as another program reads it, with cached values."""
    return openpyxl.load_workbook(BytesIO(built.filled.data), data_only=True)


class At(NamedTuple):
    """One formula and where it stands: sheet, cell, row and column from 1."""

    sheet: str
    ref: str
    row: int
    column: int
    text: str

    @override
    def __str__(self) -> str:
        return f"{self.sheet}!{self.ref} {self.text}"


def formulas(book: Workbook) -> Iterator[At]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (formula(cell) for cell in row if cell.data_type == "f")


def formula(cell: SheetCell | MergedCell) -> At:
    assert cell.data_type == "f", f"{cell.coordinate} holds no formula"
    assert isinstance(cell.value, str)
    assert isinstance(cell.parent, Worksheet)
    return At(cell.parent.title, cell.coordinate, cell.row, cell.column, cell.value)


@cache
def tokens(text: str) -> tuple[Token, ...]:
    return tuple(Tokenizer(text).items)


# --- formulas ----------------------------------------------------------------------------------


def test_no_number_hides_in_a_formula(book: Workbook) -> None:
    """Formulas have no numbers but 0 and 1: every other one has a cell, a label and a unit."""
    numbers = [
        f"{cell}"
        for cell in formulas(book)
        for token in tokens(cell.text)
        if (token.type, token.subtype) == (Token.OPERAND, Token.NUMBER)
        and token.value not in ("0", "1")
    ]
    assert numbers == []


def test_every_function_is_portable(book: Workbook) -> None:
    """No function that is volatile, new, or read differently by some spreadsheet program."""
    used = {
        token.value.removesuffix("(")
        for cell in formulas(book)
        for token in tokens(cell.text)
        if (token.type, token.subtype) == (Token.FUNC, Token.OPEN)
    }
    assert used <= PORTABLE
    assert used >= {"SUM", "INDEX", "MATCH", "IF"}


def test_formulas_are_short(book: Workbook) -> None:
    """No formula is longer than 120 characters."""
    long = [f"{cell}" for cell in formulas(book) if len(cell.text) > LONGEST_FORMULA]
    assert long == []


def test_formulas_use_no_construct_that_programs_read_differently(book: Workbook) -> None:
    """No power, percent sign, array, structured reference or union."""
    kinds = {Token.ARRAY, Token.OP_POST, Token.WSPACE}
    odd = [
        f"{cell}"
        for cell in formulas(book)
        for token in tokens(cell.text)
        if token.type in kinds or token.value == "^" or "[" in token.value
    ]
    assert odd == []


def references(cell: At) -> list[tuple[str, str]]:
    """The sheet and the area of each reference in a formula; names are left out."""
    found = []
    for token in tokens(cell.text):
        if (token.type, token.subtype) == (Token.OPERAND, Token.RANGE):
            sheet, _, area = token.value.rpartition("!")
            if ONE_CELL.fullmatch(area.split(":")[0]):
                found.append((sheet.strip("'") or cell.sheet, area.replace("$", "")))
    return found


def named(cell: At) -> list[str]:
    """The defined names in a formula."""
    return [
        token.value
        for token in tokens(cell.text)
        if (token.type, token.subtype) == (Token.OPERAND, Token.RANGE)
        and not ONE_CELL.fullmatch(token.value.rpartition("!")[2].split(":")[0])
    ]


def test_every_reference_is_to_a_cell_that_holds_something(
    book: Workbook, memo_inputs: Assumptions, found: Finder
) -> None:
    """A single reference reads a value, a formula, or an input that may be left blank."""
    blank = {found.line(e.name) for e in memo_inputs.inputs() if plain_value(e) is None}
    fixed = {cell for _, table in found.tables() for cell in blanks_of(found, table)}
    empty = [
        f"{cell}"
        for cell in formulas(book)
        for sheet, area in references(cell)
        if ":" not in area
        and book[sheet][area].value is None
        and Cell(sheet, area) not in blank | fixed
    ]
    assert empty == []


def plain_value(entry: Input) -> object:
    return getattr(entry, "value", None)


def blanks_of(found: Finder, table: Table) -> Iterator[Cell]:
    """Where a table says nothing on purpose: the memo's value and range of blanks, and forms."""
    tab = next(tab for tab, other in found.tables() if other is table)
    for column in (*found.named_by(table), *table.columns):
        if column.key in ("memo_value", "low", "high") or isinstance(column.content, Typed):
            yield from found.strip(tab, table, column)


# --- names -------------------------------------------------------------------------------------


def test_names_are_words_and_refer_to_one_cell(book: Workbook, built: Built) -> None:
    """Names are distinct whatever their case, never read as a cell, and bound to cells in use."""
    names = {n: d.attr_text for n, d in book.defined_names.items()}
    assert set(names) == set(built.layout.names)
    assert max(Counter(name.lower() for name in names).values()) == 1
    for name, target in names.items():
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
        assert not reads_as_a_cell(name)
        sheet, _, area = target.rpartition("!")
        assert re.fullmatch(r"\$[A-Z]+\$[0-9]+", area), f"{name} is {target}"
        place = built.layout.names[name]
        assert (sheet.strip("'"), area.replace("$", "")) == (place.sheet, place.ref)


def reads_as_a_cell(name: str) -> bool:
    """Whether Excel takes *name* for a cell, in A1 or in R1C1 style."""
    a1 = re.fullmatch(r"([A-Za-z]{1,3})([0-9]+)", name)
    if a1 and column_index_from_string(a1[1].upper()) <= 16_384 and int(a1[2]) <= 1_048_576:
        return True
    return re.fullmatch(r"(r[0-9]*)?(c[0-9]*)?", name, re.IGNORECASE) is not None


@pytest.mark.parametrize("name", ["h100", "p1", "gpt4", "r1c1", "rc", "c", "r2"])
def test_names_that_excel_refuses_are_known(name: str) -> None:
    """What looks like a cell is one."""
    assert reads_as_a_cell(name)
    assert not reads_as_a_cell(f"{name}_x")


def test_every_name_in_a_formula_is_defined(book: Workbook) -> None:
    """A formula reads no name that the file does not have."""
    used = {name for cell in formulas(book) for name in named(cell)}
    assert used <= set(book.defined_names)


# --- one formula per block ---------------------------------------------------------------------


def r1c1(text: str, row: int, column: int) -> str:
    """The formula *text* at *row* and *column*, from 1, with its references as distances."""

    def one(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, digits = match.groups()
        there = int(digits), column_index_from_string(letters)
        down = f"R{there[0]}" if fixed_row else f"R[{there[0] - row}]"
        across = f"C{there[1]}" if fixed_column else f"C[{there[1] - column}]"
        return down + across

    parts = []
    for token in tokens(text):
        part = token.value
        sheet, _, area = part.rpartition("!")
        if token.subtype == Token.RANGE and ONE_CELL.fullmatch(area.split(":")[0]):
            spelled = re.sub(r"(\$?)([A-Z]{1,3})(\$?)([0-9]+)", one, area)
            part = f"{sheet}!{spelled}" if sheet else spelled
        parts.append(part)
    return "".join(parts)


def test_distances_are_worked_out_by_hand() -> None:
    """B3 in a formula at D5 is two up and two left; what is anchored stays; names stay."""
    assert r1c1("=B3+$B$3", 5, 4) == "R[-2]C[-2]+R3C2"
    assert r1c1("=SUM($H$9:H12)*mfu", 12, 9) == "SUM(R9C8:R[0]C[-1])*mfu"
    assert r1c1('=IF(Supply!$A1="B3",Scenarios!E$7,0)', 1, 5) == (
        'IF(Supply!R[0]C1="B3",Scenarios!R7C[0],0)'
    )


def blocks(found: Finder) -> Iterator[tuple[str, Column, list[Cell]]]:
    """Every column of every table, with its cells; the heads of a table sideways as well."""
    for tab, table in found.tables():
        heads = [table.heads] if table.heads is not None else []
        for column in [*heads, *table.columns]:
            name = f"{tab.name}: {table.title}, {column.label}"
            yield name, column, found.strip(tab, table, column)


def test_one_formula_per_block(book: Workbook, found: Finder) -> None:
    """The cells of a calculated column have one formula, told by distances."""
    count = 0
    for name, column, cells in blocks(found):
        if isinstance(column.content, Formula):
            spelled = set()
            for cell in (formula(book[c.sheet][c.ref]) for c in cells):
                spelled.add(r1c1(cell.text, cell.row, cell.column))
            assert len(spelled) == 1, f"{name} has {sorted(spelled)}"
            count += len(cells)
    assert count > 1000


def test_gathered_cells_are_links(book: Workbook, found: Finder) -> None:
    """Where each row links elsewhere, it reads one cell and works nothing out."""
    for name, column, cells in blocks(found):
        if isinstance(column.content, Gathered):
            for cell in (formula(book[c.sheet][c.ref]) for c in cells):
                read = set(references(cell)) | {("", text) for text in named(cell)}
                assert len(read) == 1, f"{name}: {cell}"


def test_a_driver_says_from_which_tab_it_is_drawn(book: Workbook, found: Finder) -> None:
    """The Source of a link is the tab of the cell that it reads."""
    drawn = [
        (found.line(line.key), found.line(line.algebra.key).sheet)
        for tab in found.book.tabs
        for line in lines_of(tab)
        if line.how == "Link" and isinstance(line.algebra, Line)
    ]
    assert len(drawn) > 20
    for cell, home in drawn:
        row = book[cell.sheet][cell.ref].row
        assert home in [each.value for each in book[cell.sheet][row]], cell


def test_a_total_covers_its_whole_block(book: Workbook, found: Finder) -> None:
    """The line under a column that sums it starts at the first row and ends at the last."""
    count = 0
    for tab, table in found.tables():
        if table.across or table.margin is None:
            continue
        for column, line in table.margin.lines:
            at = found.line(line.key)
            text = formula(book[at.sheet][at.ref]).text
            cells = found.strip(tab, table, column)
            if text.startswith("=SUM("):
                first, last = (ONE_CELL.fullmatch(cells[i].ref) for i in (0, -1))
                assert first is not None
                assert last is not None
                area = f"${first[1]}${first[2]}:${last[1]}${last[2]}"
                assert text == f"=SUM({area})"
                count += 1
    assert count >= 10


# --- units -------------------------------------------------------------------------------------


def calculated(built: Built, found: Finder) -> Iterator[tuple[str, str, Expr]]:
    """What is worked out, with its declared unit."""
    for tab in built.book.tabs:
        for line in lines_of(tab):
            if line.algebra is not None:
                yield line.key, line.unit, line.algebra
    for name, column, _ in blocks(found):
        units = [unit for unit, _ in column.units] or [column.unit] * len(column.axis.entities)
        if isinstance(column.content, Formula):
            yield from ((name, unit, column.content.algebra) for unit in set(units))
        elif isinstance(column.content, Gathered):
            yield from ((name, *pair) for pair in zip(units, column.content.links, strict=True))


def test_units_balance(built: Built, found: Finder) -> None:
    """The algebra of every line, column and link gives the unit that it declares."""
    for name, declared, algebra in calculated(built, found):
        if declared != MIXED:
            assert unit_of(algebra) in (None, parse(declared)), name


def test_a_column_is_shown_in_the_unit_that_stands_above_it(book: Workbook, found: Finder) -> None:
    """A column's figures have its one format: formulas, links and lines of their own alike.

    Billions of dollars under a plain $ read as $0.00.
    """
    look, odd = theme.load(), {}
    for name, column, cells in blocks(found):
        own = {line.show for line in lines_in(column)}
        wanted = {look.show_of(column.unit, column.show or show) for show in own or {""}}
        shown = {book[cell.sheet][cell.ref].number_format for cell in cells}
        single = column.unit != MIXED and not column.units
        if single and shown != {look.numfmt[show] for show in wanted}:
            odd[name] = shown
    assert odd == {}


def lines_in(column: Column) -> tuple[Line, ...]:
    return column.content.lines if isinstance(column.content, Owned) else ()


def test_a_wrong_unit_is_refused_at_the_build(
    memo_inputs: Assumptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If hours and shares were one unit short, the build would name the line and stop."""
    monkeypatch.setattr("workbook.dimensions.parse", lambda text: parse(wrongly(text)))
    with pytest.raises(UnitError, match="H100 FLOP/hr"):
        make(memo_inputs, memo_inputs)


def wrongly(text: str) -> str:
    return "s" if text == "s/h" else text


def test_hours_and_money_do_not_add() -> None:
    """The unit algebra itself: hours times a price is money, and neither adds to the other."""
    assert parse("H100e·h/yr") * parse("USD/(H100e·h)") == parse("USD/yr")
    assert parse("H100e·h/yr") != parse("H100e·h")
    assert isinstance(parse("share"), Unit)


# --- values ------------------------------------------------------------------------------------


def test_every_formula_has_its_value_and_none_is_an_error(
    built: Built, book: Workbook, cached: Workbook
) -> None:
    """Another program that only reads values finds one in every formula's cell."""
    count = 0
    for cell in formulas(book):
        shown = cached[cell.sheet][cell.ref]
        value = built.filled.values[Cell(cell.sheet, cell.ref)]
        assert shown.data_type != "e", f"{cell} is {shown.value}"
        if value == "":
            assert (shown.data_type, shown.value) == ("str", None)
        elif isinstance(shown.value, datetime):
            assert plain(shown.value.date()) == value
        elif isinstance(value, float):
            assert float(shown.value) == value, f"{cell}"
        else:
            assert shown.value == value, f"{cell}"
        count += 1
    assert count == built.filled.formulas == len(built.filled.values)


# --- inputs and protection ---------------------------------------------------------------------


def test_inputs_are_open_and_everything_else_is_locked(
    book: Workbook, memo_inputs: Assumptions, found: Finder
) -> None:
    """Exactly the input cells can be typed into; every tab is protected, without a password."""
    inputs = {found.line(entry.name) for entry in memo_inputs.inputs()}
    assert len(inputs) == len(memo_inputs.inputs())
    inputs |= {cell for _, cells in typed_columns(found) for cell in cells}
    unlocked = {
        Cell(sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    assert unlocked == inputs
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        assert sheet.protection.password is None


def typed_columns(found: Finder) -> list[tuple[Column, list[Cell]]]:
    """The columns of data files, with their cells."""
    return [
        (column, found.strip(tab, table, column))
        for tab, table in found.tables()
        for column in (*found.named_by(table), *table.columns)
        if isinstance(column.content, Typed)
    ]


def rules_by_cell(book: Workbook) -> dict[Cell, DataValidation]:
    rules: dict[Cell, DataValidation] = {}
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            for area in rule.sqref.ranges:
                for row, col in area.cells:
                    cell = Cell(sheet.title, Place(sheet.title, row - 1, col - 1).ref)
                    assert cell not in rules, f"{cell} has two rules"
                    rules[cell] = rule
    return rules


def test_every_input_has_its_rule(book: Workbook, memo_inputs: Assumptions, found: Finder) -> None:
    """Each input cell stops what is outside its range or list, and says what is allowed."""
    rules = rules_by_cell(book)
    cells = {found.line(entry.name): entry for entry in memo_inputs.inputs()}
    typed = {cell: column for column, strip in typed_columns(found) for cell in strip}
    assert set(rules) == set(cells) | set(typed)
    for cell, column in typed.items():
        assert rules[cell].errorStyle in (None, "stop")
        assert rules[cell].promptTitle == column.label[:32]
    for cell, entry in cells.items():
        rule = rules[cell]
        assert rule.errorStyle in (None, "stop")
        assert rule.showErrorMessage
        assert rule.promptTitle
        assert rule.prompt
        assert rule.error
        allowed_by(rule, entry, cell, book)


def allowed_by(rule: DataValidation, entry: Input, cell: Cell, book: Workbook) -> None:
    value = book[cell.sheet][cell.ref].value
    match entry:
        case Number():
            assert rule.type == ("whole" if entry.whole else "decimal"), cell
            assert (rule.operator or "between") == "between"
            assert limits(rule) == (entry.low, entry.high)
            assert (value is None and entry.optional) or entry.low <= value <= entry.high
        case Day():
            assert rule.type == "date"
            bounds = plain(entry.low), plain(entry.high)
            assert limits(rule) == bounds
            assert entry.low <= value.date() <= entry.high
        case Choice():
            assert rule.type == "list"
            assert options(str(rule.formula1), cell.sheet, book) == list(entry.options)
            assert value in entry.options
        case _:
            assert rule.type == "textLength"
            assert limits(rule)[0] <= len(value) <= limits(rule)[1]


def limits(rule: DataValidation) -> tuple[float, float]:
    return float(str(rule.formula1)), float(str(rule.formula2))


def options(source: str, sheet: str, book: Workbook) -> list[object]:
    """What a list offers: words in quotes, or the cells that hold them."""
    if source.startswith('"'):
        return list(source.strip('"').split(","))
    target, _, area = source.removeprefix("=").rpartition("!")
    return cells_of(book[target.strip("'") or sheet], area)


def cells_of(sheet: Worksheet, area: str) -> list[object]:
    left, top, right, bottom = range_boundaries(area)
    rows = sheet.iter_rows(top, bottom, left, right, values_only=True)
    return [value for row in rows for value in row]


def test_the_pick_lists_are_live_cells(
    book: Workbook, memo_inputs: Assumptions, found: Finder
) -> None:
    """The live scenario, the reference model and the readings offer what stands in cells."""
    rules = rules_by_cell(book)
    for entry in (
        memo_inputs.allocation.live_scenario,
        memo_inputs.training.reference_model,
        memo_inputs.training.growth_reading,
        memo_inputs.pricing.share_reading,
        memo_inputs.throughput.weighting,
        memo_inputs.sensitivity.additional_run,
    ):
        source = str(rules[found.line(entry.name)].formula1)
        assert source.count("$") == 4, f"{entry.id} offers {source}"


# --- pages -------------------------------------------------------------------------------------


def test_every_tab_is_ready_to_print_and_to_read(book: Workbook, found: Finder) -> None:
    """Panes are frozen, the page has an area, titles, one page's width and a footer.

    All that holds anything is printed, but for the rows of forms that are kept ready.
    """
    for sheet in book.worksheets:
        assert sheet.freeze_panes is not None, sheet.title
        filled = {cell.row for row in sheet.iter_rows() for cell in row if cell.value is not None}
        assert printed_rows(sheet) >= filled - spare_rows(sheet, found), sheet.title
        assert sheet.print_title_rows is not None, sheet.title
        setup, footer = sheet.sheet_properties.pageSetUpPr, sheet.oddFooter
        assert setup is not None
        assert setup.fitToPage, sheet.title
        assert sheet.page_setup.fitToWidth in (None, 1), sheet.title
        assert footer is not None
        shown = "".join(part.text or "" for part in (footer.left, footer.center, footer.right))
        assert "&A" in shown.replace("&[Tab]", "&A"), sheet.title
        assert "&P" in shown.replace("&[Page]", "&P"), sheet.title


def printed_rows(sheet: Worksheet) -> set[int]:
    """The rows that are printed, over all columns."""
    rows: set[int] = set()
    for area in str(sheet.print_area).split(","):
        left, top, right, bottom = range_boundaries(area.rpartition("!")[2])
        assert (left, right) >= (1, sheet.max_column - 1), sheet.title
        rows.update(range(int(top or 0), int(bottom or 0) + 1))
    return rows


def spare_rows(sheet: Worksheet, found: Finder) -> set[int]:
    """Rows of forms past the last filled one, with what is said below them."""
    spare: set[int] = set()
    for tab, table in found.tables():
        if tab.name == sheet.title and table.axis.filled is not None:
            cells = found.strip(tab, table, table.columns[0])
            for cell in cells[table.axis.filled :][:1]:
                row = sheet[cell.ref].row
                while sheet.cell(row, 2).value is not None:
                    spare.add(row)
                    row += 1
    return spare


def test_the_file_opens_on_the_cover(book: Workbook) -> None:
    """The first tab is the cover; it alone is selected; every tab starts in A1; none is hidden."""
    assert book.worksheets[0].title == "Cover"
    assert book.active is book.worksheets[0]
    selected = [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected]
    assert selected == ["Cover"]
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
    for sheet in book.worksheets:
        assert sheet.sheet_view.selection[-1].activeCell == "A1", sheet.title
        assert sheet.sheet_view.topLeftCell in (None, "A1"), sheet.title
        assert not any(column.hidden for column in sheet.column_dimensions.values()), sheet.title
        assert not any(row.hidden for row in sheet.row_dimensions.values()), sheet.title


def test_charts_read_live_cells(book: Workbook) -> None:
    """Every chart has titles, and every series reads formulas or inputs."""
    charts: list[ChartBase] = [
        chart for sheet in book.worksheets for chart in vars(sheet)["_charts"]
    ]
    assert charts
    for chart in charts:
        assert chart.title is not None
        for series in chart.series:
            values = series.val if getattr(series, "val", None) is not None else series.yVal
            sheet, _, area = values.numRef.f.rpartition("!")
            assert None not in cells_of(book[sheet.strip("'")], area.replace("$", ""))


def test_the_file_says_what_made_it(book: Workbook, memo_inputs: Assumptions) -> None:
    """The properties have the version, the schema and the digest of the assumptions."""
    said = {prop.name: prop.value for prop in vars(book)["custom_doc_props"].props}
    assert said["Assumptions digest"] == memo_inputs.digest[:16]
    assert said["Generator version"]
    assert said["Schema version"]
    assert book.properties.title == memo_inputs.meta.title


# --- other builds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        ["allocation.revenue_target=45e9"],  # leaves research 0.93 billion hours
        ["allocation.revenue_target=44.81e9"],  # and here 0.96
        ["allocation.revenue_target=100e9"],
        ["allocation.p0=0.0048"],
        ["scenarios.own.initiative=Training", "scenarios.own.p1=75%"],
        ["pricing.share_reading=As printed (3 % Haiku)"],
    ],
)
def test_a_build_stands_at_other_inputs(memo_inputs: Assumptions, told: list[str]) -> None:
    """Small and odd figures are shown alike by both engines, and none is an error."""
    built = make(load([], told), memo_inputs)
    errors = {c: v for c, v in built.filled.values.items() if isinstance(v, CellError)}
    assert errors == {}
    assert built.value("inputs_changed") == len(told)


# --- the same bytes ----------------------------------------------------------------------------

ELSEWHERE = """
import hashlib
from workbook.assumptions import baseline
from workbook.build import make
memo = baseline()
print(hashlib.sha256(make(memo, memo).filled.data).hexdigest())
"""


def test_two_builds_are_byte_identical(built: Built, memo_inputs: Assumptions) -> None:
    """Building again, here or in another process, zone and order of sets, gives the same bytes."""
    assert make(memo_inputs, memo_inputs).filled.data == built.filled.data
    digests = set()
    for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2")):
        around = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            env=around,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1
    assert digests == {f"{hashlib.sha256(built.filled.data).hexdigest()}\n"}
