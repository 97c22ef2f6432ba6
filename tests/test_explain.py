"""workbook explain: a cell taken apart, changed and ranked, in this project's file and others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from strangers import packed, parts

from workbook import cli
from workbook.audit.explain import Asked, Explanation, Node, explain
from workbook.audit.reader import Refused
from workbook.audit.wording import in_words, scale_of, shown_as
from workbook.engines import CellError, Value


def every(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for precedent in node.precedents:
        yield from every(precedent)


def asked(path: Path, cell: str, *settings: str, drivers: bool = False) -> Explanation:
    """The explanation of one cell."""
    return explain(path, Asked(cell, settings, drivers))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Price 3, twelve sold at a tax of 10 %: 3 * 12 = 36, and 36 * 1.1 = 39.6."""
    path = tmp_path_factory.mktemp("shop") / "shop.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, away = book.add_worksheet("Shop"), book.add_worksheet("Tax")
        bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        sheet.write_row("A1", ["Line", "Unit", "Value", "How", "Source"], bold)
        sheet.write_row("A2", ["Price", "$", 3, "", "The catalogue"])
        sheet.write_row("A3", ["Sold", "pieces", 12, "", "The till"])
        sheet.write_row("A4", ["Takings", "$"])
        sheet.write_formula("C4", "=price*C3", None, 36)
        sheet.write_row("A5", ["With tax", "$"])
        sheet.write_formula("C5", "=takings*(1+Tax!B1)", None, 39.6)
        sheet.write("D5", "Takings and tax")
        away.write("A1", "Tax")
        away.write("B1", 0.1, share)
        away.write("A2", "Unused")
        away.write("B2", 5)
        book.define_name("price", "=Shop!$C$2")
        book.define_name("takings", "=Shop!$C$4")
    return path


def test_a_cell_is_taken_apart_down_to_its_inputs(shop: Path) -> None:
    """Each with its value, unit, formula, words and source."""
    root = asked(shop, "Shop!C5").root
    assert (root.label, root.value, root.unit, root.words) == (
        "With tax",
        39.6,
        "$",
        "Takings and tax",
    )
    takings, tax = root.precedents
    assert (takings.name, takings.formula, takings.words) == ("takings", "price*C3", "Price × Sold")
    assert (tax.label, tax.value, tax.shown, tax.scale) == ("Tax", 0.1, "10.0%", 0.01)
    told = [(node.label, node.value, node.unit, node.source) for node in takings.precedents]
    assert told == [("Price", 3.0, "$", "The catalogue"), ("Sold", 12.0, "pieces", "The till")]


def test_readers_are_told_directly_and_in_all(shop: Path) -> None:
    """Takings read the price; the sum with tax does at one remove."""
    told = asked(shop, "price")
    assert [node.label for node in told.dependants] == ["Takings"]
    assert told.downstream == 2


def test_a_what_if_shows_the_change_along_the_path(shop: Path) -> None:
    """At a price of 4: 4 * 12 = 48 and 48 * 1.1 = 52.8; the tax stays."""
    root = asked(shop, "Shop!C5", "price=4").root
    moved = {node.label: node.after for node in every(root) if node.after_shown}
    assert moved == {"With tax": pytest.approx(52.8), "Takings": 48.0, "Price": 4.0}
    assert asked(shop, "Shop!C5", "Tax!B2=9").remarks == ("Tax!B2 does not reach Shop!C5",)


def test_drivers_are_ranked_by_elasticity(shop: Path) -> None:
    """Price and sold move it one to one; tax by 0.1 / 1.1; the unused one is absent."""
    drivers = asked(shop, "Shop!C5", drivers=True).drivers
    assert drivers is not None
    assert [(d.label, round(d.elasticity or 0, 6)) for d in drivers] == [
        ("Price", 1.0),
        ("Sold", 1.0),
        ("Tax", round(0.1 / 1.1, 6)),
    ]


def test_our_own_inputs_carry_id_and_source(book_path: Path) -> None:
    """From an output by its name down to an input with its id, unit and source."""
    told = asked(book_path, "supply_hours")
    found = {node.id: node for node in every(told.root) if node.id}
    assert found["fleet.tpu.quantity"].unit == "chips"
    assert found["fleet.tpu.quantity"].source.startswith("Google Cloud press release")
    assert told.root.shown == "12.144"
    assert told.root.unit == "bn H100e-hr"
    assert all(node.source for node in found.values())
    assert told.downstream > 100


def test_an_id_a_name_and_a_cell_are_the_same(book_path: Path) -> None:
    """All three ways to ask give one answer."""
    by_id = asked(book_path, "training.mfu").root
    assert by_id == asked(book_path, "training_mfu").root == asked(book_path, by_id.cell).root
    assert by_id.id == "training.mfu"


def test_our_own_what_if_is_the_model(book_path: Path) -> None:
    """Half the revenue target: 9e9 / 7.47688657716 hours of inference (docs: the memo's price)."""
    root = asked(book_path, "live_inference_hours", "allocation.revenue_target=9e9").root
    assert root.after == pytest.approx(9e9 / 7.47688657716, rel=1e-9)


def test_our_own_drivers_are_the_model_s(book_path: Path) -> None:
    """Supply is chips / ratio * hours: a TPU more by 1 % moves it by its share, 2.19 / 12.144."""
    drivers = asked(book_path, "supply_hours", drivers=True).drivers
    assert drivers is not None
    shares = {driver.id: driver.elasticity for driver in drivers}
    assert shares["fleet.tpu.quantity"] == pytest.approx(2.19 / 12.1442, rel=1e-4)
    assert abs(drivers[0].elasticity or 0) >= abs(drivers[-1].elasticity or 0)


def test_a_circle_and_a_long_chain_come_to_an_end(tmp_path: Path) -> None:
    """Cells that read each other are taken apart once; a chain is cut and says so."""
    links = "".join(
        f'<row r="{row}"><c r="A{row}"><f>A{row - 1}+1</f><v>{row}</v></c></row>'
        for row in range(3, 3000)
    )
    rows = f'<row r="2"><c r="A2"><f>B2</f></c><c r="B2"><f>A2</f></c></row>{links}'
    path = packed(tmp_path / "b.xlsx", parts(rows))
    circle = asked(path, "Data!A2").root
    assert [node.cell for node in every(circle)] == ["Data!A2", "Data!B2", "Data!A2"]
    chain = list(every(asked(path, "Data!A2999").root))
    assert len(chain) < 100
    assert chain[-1].more == "more below; ask for this cell"


def test_a_long_range_stands_as_one(tmp_path: Path) -> None:
    """Its cells are counted, not listed."""
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c></row>' for r in range(2, 40))
    path = packed(
        tmp_path / "b.xlsx",
        parts(f'<row r="1"><c r="B1"><f>SUM(A1:A99)</f><v>38</v></c></row>{rows}'),
    )
    [node] = asked(path, "Data!B1").root.precedents
    assert (node.cell, node.more) == ("Data!A1:A99", "38 cells")


def forest(path: Path) -> Path:
    """D1 is a sum of 3 sums, each of 3 sums of 10 typed numbers: 1 + 3 + 9 formulas, 90 numbers."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sums")
        for row in range(9):
            sheet.write_row(row, 10, [1.0] * 10)
            sheet.write_formula(row, 2, f"=SUM(K{row + 1}:T{row + 1})", None, 10)
        for row in range(3):
            first = 3 * row + 1
            sheet.write_formula(row, 1, f"=SUM(C{first}:C{first + 2})", None, 30)
        sheet.write_formula("A1", "=SUM(B1:B3)", None, 90)
    return path


def test_a_text_shows_as_many_levels_as_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 3 + 9 + 90 cells the first two levels, then the typed ones; all where that is asked."""
    path = forest(tmp_path / "b.xlsx")
    assert run(str(path), "Sums!A1") == 0
    short = capsys.readouterr().out.splitlines()
    assert sum("(+ 10 below)" in line for line in short) == 9
    assert "Down to 90 cells that are typed in" in short
    assert "  and 75 more; --depth 60 shows the whole tree" in short
    assert run(str(path), "Sums!A1", "--depth", "9") == 0
    whole = capsys.readouterr().out
    assert whole.count("← typed in") == 90
    assert "below)" not in whole


def test_readers_with_one_formula_are_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A column of twenty that all read one cell is its first and 19 more."""
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet("S")
        sheet.write("A1", 2)
        for row in range(1, 21):
            sheet.write_formula(row, 1, f"=A{row + 1}*$A$1", None, 0)
    assert run(str(tmp_path / "b.xlsx"), "S!A1") == 0
    said = capsys.readouterr().out
    assert "20 directly" in said
    assert "[S!B2]: 0, and 19 more like it" in said


def test_a_range_is_called_by_its_ends(tmp_path: Path) -> None:
    """Labels of the first and the last row, and the head that they share."""
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet, bold = book.add_worksheet("S"), book.add_format({"bold": True})
        sheet.write_row("A1", ["Chip", "Hours"], bold)
        for row, name in enumerate(("A100", "TPU", "B200"), 1):
            sheet.write_row(row, 0, [name, row])
        sheet.write_formula("B6", "=SUM(B2:B4)", None, 6)
    words = asked(tmp_path / "b.xlsx", "S!B6").root.words
    assert words == "SUM(A100 to B200 · Hours [S!B2:B4])"


@pytest.mark.parametrize(
    ("cell", "settings", "drivers", "words"),
    [
        ("takeings", (), "", "did you mean takings?"),
        ("Z", (), "", "write a name, an id, or a cell such as Shop!D12"),
        ("Nowhere!A1", (), "", "there is no sheet 'Nowhere'; write Shop or Tax"),
        ("Taxes!B1", (), "", "there is no sheet 'Taxes'; write Tax"),
        ("Shop!Z9", (), "", "Shop!Z9 is empty"),
        ("Shop!A1:B2", (), "", "Shop!A1:B2 is 4 cells"),
        ("tax", (), "", "tax is a sheet; name a cell on it"),
        ("C4", (), "", "'C4' does not say on which sheet; write Shop!C4"),
        ("takings", ("prize=3",), "", "prize=3: no input has this id"),
        ("Shop!A1", (), "drivers", "Shop!A1 is no number"),
    ],
)
def test_bad_questions_are_refused(
    cell: str, settings: tuple[str, ...], drivers: str, words: str, shop: Path
) -> None:
    """What was asked, and what to ask instead."""
    with pytest.raises(Refused) as caught:
        explain(shop, Asked(cell, settings, bool(drivers)))
    assert words in str(caught.value)


def run(*arguments: str) -> int:
    """The exit code of one command."""
    return cli.main(("explain", *arguments))


def test_the_command_tells_the_tree(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Label, value, formula, words; the tree with sources; readers; drivers."""
    assert run(str(shop), "takings", "--what-if", "Shop!C3=10", "--drivers") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Takings [Shop!C4, takings]",
        "  $36 → $30",
        "  =price*C3",
        "  Price × Sold",
        "",
        "What it comes from",
        "  Price [price]: $3 ← The catalogue",
        "  Sold [Shop!C3]: 12 → 10 pieces ← The till",
        "",
        "What reads it: 1 directly, 1 in all",
        "  With tax [Shop!C5]: $39.6",
        "",
        "What moves it: its change in % where the input grows by 1 %",
        "    +1.000  Price [Shop!C2]: $3",
        "    +1.000  Sold [Shop!C3]: 12 pieces",
    ]


def test_json_is_nested(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The shape that scripts rely on."""
    assert run(str(shop), "takings", "--json", "--drivers") == 0
    told = json.loads(capsys.readouterr().out)
    keys = {"name", "cell", "id", "label", "value", "shown", "unit", "scale"}
    keys |= {"formula", "words", "source", "precedents"}
    assert set(told["precedents"][0]) == keys
    assert set(told) == keys | {"file", "dependants", "dependants_in_all", "drivers", "remarks"}
    assert (told["name"], told["value"], told["formula"]) == ("takings", 36.0, "=price*C3")
    assert told["precedents"][1]["label"] == "Sold"
    assert set(told["drivers"][0]) == {"cell", "id", "label", "shown", "unit", "elasticity"}


def test_markdown_is_a_list_and_a_table(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a comment on a change."""
    assert run(str(shop), "takings", "--markdown", "--drivers") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "### Takings [Shop!C4, takings]"
    assert "- Price [price]: $3 ← The catalogue" in lines
    assert "| Price [Shop!C2] | $3 | +1.000 |" in lines


def test_bad_input_exits_with_2(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message, no traceback, nothing on stdout."""
    assert run(str(shop), "prices") == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        f"{shop}: no cell is called 'prices'; did you mean price?\n",
    )


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        (1234.5, "General", "1234.5"),
        (1234.5, "#,##0", "1,234"),
        (1.8e10, '$#,##0.00,,,_);($#,##0.00,,,);"–"_)', "$18.00"),
        (0.1234, "0.0%", "12.3%"),
        (4.0, '0.00"x"', "4.00x"),
        (1.78e18, "0.00E+00", "1.78e+18"),
        (46082.0, "yyyy-mm-dd", "2026-03-01"),
        (True, "General", "TRUE"),
        ("a", "@", "“a”"),
        (None, "0", "(blank)"),
        (CellError("#N/A"), "0", "#N/A"),
        ("", "@", "(blank)"),
        (-1.8e10, '$0.00,,," bn"', "-$18.00 bn"),
        (1234.0, '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\)', "$1,234.00"),
        (3.5, "# ?/?", "3.5"),
    ],
)
def test_values_are_told_as_their_cells_show_them(
    value: Value, pattern: str, expected: str
) -> None:
    """Scaled and rounded as the number format has it."""
    assert shown_as(value, pattern) == expected


def test_dates_count_from_the_file_s_own_year() -> None:
    """44620 days after 1904-01-01 are 46082 after 1899-12-30."""
    assert shown_as(46082.0 - 1462, "yyyy-mm-dd", from_1904=True) == "2026-03-01"
    assert scale_of("0.00,,%") == pytest.approx(10_000)


def test_formulas_read_in_words() -> None:
    """Signs stay signs, functions keep their names, text stays as it is."""
    said = in_words('IF(A1<=-B1,"x",SUM(A1:A3)/-2)', lambda token: token.text.lower())
    assert said == 'IF(a1 is at most -b1, "x", SUM(a1:a3) ÷ -2)'
