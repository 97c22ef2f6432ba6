"""Faults of values, of ties to elsewhere, and of pages, each to be planted alone."""

from __future__ import annotations

from planted import Draft, fault

from workbook.engines import Cell

# --- values and ties to elsewhere --------------------------------------------------------------


@fault("F11a")
def an_error(d: Draft) -> Cell:
    d.value(cell := d.at("p0_hours"), "#DIV/0!", ' t="e"')
    return cell


@fault("F11b")
def a_formula_without_its_value(d: Draft) -> Cell:
    cell = d.at("p0_hours")
    d.replace(
        d.sheet(cell.sheet),
        d.element(cell),
        d.element(cell).replace(f"<v>{d.cached(cell)}</v>", ""),
    )
    return cell


@fault("F11c")
def a_value_of_yesterday(d: Draft) -> Cell:
    d.value(cell := d.at("p0_hours"), "999")
    return cell


@fault("F12a")
def a_reference_to_a_deleted_cell(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "supply_hours*#REF!")
    return cell


@fault("F12a")
def a_name_that_leads_nowhere(d: Draft) -> str:
    d.name("p0_hours", "Supply!#REF!")
    return "p0_hours"


@fault("F12a")
def a_validation_of_deleted_cells(d: Draft) -> str:
    d.on_sheet("Supply", "<formula1>[^<]*</formula1>", "<formula1>#REF!</formula1>")
    return "Supply"


@fault("F12a")
def a_chart_of_deleted_cells(d: Draft) -> str:
    d.replace("xl/charts/chart1.xml", "<c:f>Scenarios!$E$55:$H$55</c:f>", "<c:f>#REF!</c:f>")
    return "Dashboard"


@fault("F12b")
def a_circle(d: Draft) -> Cell:
    d.formula(d.at("p0_hours"), "allocatable_hours*allocation_p0")
    return d.at("allocatable_hours")


@fault("F13a")
def a_link_to_another_workbook(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "[1]Budget!$A$1*allocation_p0")
    return cell


@fault("F13b")
def a_connection(d: Draft) -> str:
    _tied(d, "connections", "connections.xml")
    return "xl/connections.xml"


@fault("F13c")
def a_macro(d: Draft) -> str:
    _tied(d, "vbaProject", "vbaProject.bin")
    return "xl/vbaProject.bin"


def _tied(d: Draft, kind: str, target: str) -> None:
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f'<Relationship Id="rId99" Type="{types}/{kind}" Target="{target}"/></Relationships>'
    d.replace("xl/_rels/workbook.xml.rels", "</Relationships>", link)
    d.parts[f"xl/{target}"] = "<x/>"


# --- pages -------------------------------------------------------------------------------------


@fault("F19")
def a_hidden_sheet(d: Draft) -> str:
    d.replace("xl/workbook.xml", '<sheet name="Memo" ', '<sheet name="Memo" state="hidden" ')
    return "Memo"


@fault("F19")
def a_hidden_row(d: Draft) -> str:
    d.on_sheet("Supply", '<row r="17"', '<row r="17" hidden="1"')
    return "Supply"


@fault("F19")
def a_hidden_column(d: Draft) -> str:
    d.on_sheet("Supply", '<col min="3" ', '<col hidden="1" min="3" ')
    return "Supply"


@fault("F23a")
def money_as_a_share(d: Draft) -> Cell:
    d.dress(cell := d.at("allocation_revenue_target"), d.at("allocation_p0"))
    return cell


@fault("F23a")
def dollars_shown_in_billions(d: Draft) -> Cell:
    d.dress(cell := d.at("options.free.cost"), d.at("allocation_revenue_target"))
    return cell


@fault("F23b")
def a_year_like_an_amount(d: Draft) -> Cell:
    cell = d.at("p0_hours")
    d.text(Cell(cell.sheet, "B" + cell.ref[1:]), "First year")
    d.dress(cell, d.at("fleet.tpu.chips"))
    d.value(cell, "2026")
    return cell


@fault("F23c")
def a_number_as_text(d: Draft) -> Cell:
    cell = d.at("inputs_allocation_policy.allocation_p0.low")
    d.text(cell, "0.5")
    return cell


@fault("F24")
def a_sheet_that_scrolls_its_head_away(d: Draft) -> str:
    d.on_sheet("Supply", "<pane [^>]*/>", "")
    return "Supply"


@fault("F24")
def a_page_as_wide_as_it_likes(d: Draft) -> str:
    d.on_sheet("Supply", '<pageSetUpPr fitToPage="1"/>', "")
    return "Supply"


@fault("F24")
def a_page_without_a_number(d: Draft) -> str:
    d.on_sheet("Supply", "<oddFooter>.*?</oddFooter>", "<oddFooter>&amp;LDraft</oddFooter>")
    return "Supply"


@fault("F25a")
def merged_cells(d: Draft) -> str:
    merged = '<mergeCells count="1"><mergeCell ref="B7:D7"/></mergeCells>'
    d.on_sheet("Supply", "(</sheetData>(?:<sheetProtection [^>]*/>)?)", rf"\1{merged}")
    return "Supply"


@fault("F25b")
def a_column_too_narrow(d: Draft) -> Cell:
    cell = d.at("fleet.tpu.quantity")
    d.on_sheet("Supply", '(<col min="4" max="12") width="[^"]*"', r'\1 width="5"')
    return cell


@fault("F26")
def a_file_that_opens_on_another_sheet(d: Draft) -> str:
    d.replace("xl/workbook.xml", "<workbookView ", '<workbookView activeTab="3" ')
    return "Supply"


@fault("F26")
def two_sheets_selected(d: Draft) -> str:
    d.on_sheet("Supply", "<sheetView ", '<sheetView tabSelected="1" ')
    return "Supply"


@fault("F27a")
def a_chart_without_a_title(d: Draft) -> str:
    chart = d.parts["xl/charts/chart1.xml"]
    start, end = chart.index("<c:title>"), chart.index("</c:title>") + len("</c:title>")
    d.parts["xl/charts/chart1.xml"] = chart[:start] + chart[end:]
    return "Dashboard"


@fault("F27b")
def a_chart_of_words(d: Draft) -> str:
    d.replace("xl/charts/chart1.xml", "Scenarios!$E$55:$H$55", "Scenarios!$I$55:$J$55")
    return "Dashboard"


@fault("F28")
def a_file_without_a_digest(d: Draft) -> str:
    d.replace("docProps/custom.xml", 'name="Assumptions digest"', 'name="Digest"')
    return "Cover"


@fault("F28")
def a_cover_of_another_version(d: Draft) -> str:
    d.replace("docProps/custom.xml", "0.1.0", "0.2.0")
    return "Cover"
