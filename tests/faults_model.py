"""Faults of formulas and of what a workbook is made of, each to be planted alone."""

from __future__ import annotations

from planted import Draft, fault

from workbook.engines import Cell

# --- formulas ----------------------------------------------------------------------------------


@fault("F01")
def a_constant_in_a_formula(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "supply_hours*0.1")
    return cell


@fault("F01")
def hours_of_a_year_in_a_column(d: Draft) -> Cell:
    cell = d.at("fleet.tpu.hours")
    d.formula(cell, d.formula_of(cell).replace("supply_hours_per_year", "8760"))
    return cell


@fault("F02")
def another_operator_in_a_column(d: Draft) -> Cell:
    cell = d.at("fleet.tpu.chips")
    d.formula(cell, d.formula_of(cell).replace("+", "-"))
    return cell


@fault("F02")
def an_anchored_reference_at_the_end_of_a_column(d: Draft) -> Cell:
    cell = d.at("fleet.b200.h100e")
    first, _, second = d.formula_of(cell).partition("/")
    d.formula(cell, f"{first}/${second[0]}${second[1:]}")
    return cell


@fault("F02")
def a_row_of_another_scenario(d: Draft) -> Cell:
    cell = d.at("scenarios.revenue_first.inference_hours")
    d.formula(cell, d.formula_of(cell).replace("F", "E", 1))
    return cell


@fault("F03")
def a_number_typed_over_a_formula(d: Draft) -> Cell:
    d.number(cell := d.at("fleet.tpu.h100e"), 250000.0)
    return cell


@fault("F03")
def a_number_typed_into_a_row(d: Draft) -> Cell:
    d.number(cell := d.at("scenarios.training_first.p2_hours"), 4.8e9)
    return cell


@fault("F02")
def a_row_that_tests_the_input_of_another(d: Draft) -> Cell:
    cell = d.at("registry.allocation_p0.now")
    d.formula(cell, d.formula_of(cell).replace("allocation_p0=", "allocation_buffer="))
    return cell


@fault("F03")
def words_typed_over_a_state(d: Draft) -> Cell:
    d.text(cell := d.at("inputs_allocation_policy.allocation_p0.status"), "fine")
    return cell


@fault("F09a")
def a_formula_too_long_to_read(d: Draft) -> Cell:
    d.formula(
        cell := d.at("p0_hours"), "supply_hours*allocation_p0" + "+supply_hours-supply_hours" * 4
    )
    return cell


@fault("F09b")
def conditions_in_conditions(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "IF(1,IF(1,IF(1,supply_hours*allocation_p0,0),0),0)")
    return cell


@fault("F10a")
def todays_date(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "supply_hours*allocation_p0+0*TODAY()")
    return cell


@fault("F10b")
def a_function_that_some_programs_lack(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "_xlfn.XLOOKUP(1,1,supply_hours*allocation_p0)")
    return cell


@fault("F14a")
def a_column_that_reads_the_next(d: Draft) -> Cell:
    cell = d.at("fleet.tpu.chips")
    right = d.at("fleet.tpu.h100e")
    d.formula(cell, f"{d.formula_of(cell)}+0*{right.ref}")
    return cell


@fault("F14b")
def a_chain_of_links(d: Draft) -> Cell:
    cell, middle = d.at("recommended_revenue"), d.at("cover_revenue")
    assert middle.sheet != cell.sheet
    d.formula(middle, "bridge_pod_hours")
    d.formula(d.at("bridge_pod_hours"), "pod_hour_cost")
    d.formula(cell, "cover_revenue")
    return cell


@fault("F14c")
def a_reference_into_nothing(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "supply_hours*allocation_p0+Cover!Z99")
    return cell


@fault("F15a")
def a_total_a_row_short(d: Draft) -> Cell:
    cell, last = d.at("supply_hours"), d.at("fleet.b200.hours")
    letters = last.ref.rstrip("0123456789")
    row = int(last.ref.removeprefix(letters))
    text = d.formula_of(cell)
    assert text.endswith(f"${letters}${row})")
    d.formula(cell, text.replace(f"${letters}${row})", f"${letters}${row - 1})"))
    return cell


@fault("F15a")
def a_total_that_takes_in_the_head(d: Draft) -> Cell:
    cell, first = d.at("supply_hours"), d.at("fleet.trainium2.hours")
    letters = first.ref.rstrip("0123456789")
    row = int(first.ref.removeprefix(letters))
    d.formula(cell, d.formula_of(cell).replace(f"${letters}${row}:", f"${letters}${row - 1}:"))
    return cell


@fault("F15b")
def a_whole_column(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "supply_hours*allocation_p0+0*SUM(Pricing!D:D)")
    return cell


@fault("F17a")
def an_error_turned_into_nothing(d: Draft) -> Cell:
    d.formula(cell := d.at("pod_payback"), f"IFERROR({d.formula_of(d.at('pod_payback'))},0)")
    d.formula(d.at("check_errors_pod"), "0")
    return cell


@fault("F17b")
def rounding_on_the_way(d: Draft) -> Cell:
    d.formula(cell := d.at("p0_hours"), "ROUND(supply_hours,0)*allocation_p0")
    return cell


# --- what a workbook is made of ----------------------------------------------------------------


@fault("F04a")
def a_formula_in_an_input(d: Draft) -> Cell:
    d.formula(cell := d.at("allocation_p0"), "1/(1+1+1)", "0.1")
    return cell


@fault("F04b")
def a_formula_that_anybody_may_change(d: Draft) -> Cell:
    d.dress(cell := d.at("p0_hours"), d.at("allocation_p0"))
    return cell


@fault("F04c")
def an_input_that_is_locked(d: Draft) -> Cell:
    d.dress(cell := d.at("allocation_p0"), d.at("p0_hours"))
    return cell


@fault("F04d")
def a_password(d: Draft) -> str:
    d.on_sheet("Supply", "<sheetProtection ", '<sheetProtection password="83AF" ')
    return "Supply"


@fault("F04e")
def a_sheet_without_protection(d: Draft) -> str:
    d.on_sheet("Supply", "<sheetProtection [^>]*/>", "")
    return "Supply"


@fault("F05")
def a_calculation_in_blue(d: Draft) -> Cell:
    d.dress(cell := d.at("p0_hours"), d.at("allocation_p0"))
    return cell


@fault("F05")
def an_input_in_black(d: Draft) -> Cell:
    d.dress(cell := d.at("allocation_p0"), d.at("p0_hours"))
    return cell


@fault("F05")
def a_figure_from_another_sheet_in_black(d: Draft) -> Cell:
    cell = d.at("scenarios.recommendation.supply")
    d.dress(cell, d.at("scenarios.recommendation.p0_hours"))
    return cell


@fault("F06")
def an_input_without_a_source(d: Draft) -> Cell:
    d.blank(d.at("registry.allocation_p0.source"))
    first = d.at("registry.allocation_p0.label").ref
    return Cell("Sources", "B" + first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


@fault("F06")
def an_open_cell_that_no_list_knows(d: Draft) -> Cell:
    cell = d.at("inputs_allocation_policy.allocation_p0.low")
    d.dress(cell, d.at("allocation_p0"))
    return cell


@fault("F06")
def a_column_of_data_that_no_list_finds(d: Draft) -> Cell:
    d.formula(d.at("data_columns.requests_chip.filled"), "0", "0")
    return d.at("requests.row_1.chip")


@fault("F05")
def a_blue_figure_of_a_column_that_no_list_finds(d: Draft) -> Cell:
    d.formula(d.at("data_columns.requests_cores.filled"), "0", "0")
    return d.at("requests.row_1.cores")


@fault("F06")
def a_typed_name_that_no_list_finds(d: Draft) -> Cell:
    d.formula(d.at("data_columns.teams_name.filled"), "0", "0")
    return Cell("Usage", "B" + d.at("teams.teams_1.flag").ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


@fault("F07a")
def an_input_that_takes_anything(d: Draft) -> Cell:
    cell = d.at("allocation_p0")
    d.on_sheet(cell.sheet, rf'<dataValidation [^>]*sqref="{cell.ref}">.*?</dataValidation>', "")
    return cell


@fault("F07b")
def a_value_outside_its_range(d: Draft) -> Cell:
    d.number(cell := d.at("allocation_p0"), 1.5)
    return cell


@fault("F08a")
def a_figure_that_nothing_names(d: Draft) -> Cell:
    d.add(cell := Cell("Cover", "A99"), "supply_hours", "1")
    return cell


@fault("F08b")
def a_line_without_a_unit(d: Draft) -> Cell:
    cell = d.at("p0_hours")
    d.blank(Cell(cell.sheet, "C" + cell.ref[1:]))
    return cell


@fault("F16a")
def an_input_that_nothing_uses(d: Draft) -> Cell:
    for sheet in ("Supply", "Scenarios", "Sensitivity", "Dashboard", "Inputs"):
        part = d.sheet(sheet)
        d.parts[part] = d.parts[part].replace("allocation_p0", "allocation_buffer")
    return d.at("allocation_p0")


@fault("F16b")
def a_calculation_left_behind(d: Draft) -> Cell:
    d.add(cell := Cell("Cover", "A99"), "supply_hours", "1")
    return cell


@fault("F18a")
def a_name_that_is_gone(d: Draft) -> Cell:
    d.name("p0_hours", None)
    return d.at("allocatable_hours")


@fault("F18b")
def a_name_defined_twice(d: Draft) -> str:
    again = '<definedName name="p0_hours">Supply!$A$1</definedName></definedNames>'
    d.replace("xl/workbook.xml", "</definedNames>", again)
    return "p0_hours"


@fault("F18c")
def a_name_that_is_a_cell(d: Draft) -> str:
    d.name("gpt4", "Supply!$D$30")
    return "gpt4"


@fault("F18d")
def a_name_that_nothing_uses(d: Draft) -> str:
    d.name("left_over", "Supply!$A$1")
    return "left_over"


@fault("F20a")
def a_check_that_is_half_true(d: Draft) -> Cell:
    d.value(cell := d.at("checks.tiers.failed"), "0.5")
    return cell


@fault("F20b")
def a_master_check_that_forgets_one(d: Draft) -> str:
    cell = d.at("checks_failed")
    first = d.at("checks.tiers.failed").ref
    row = int(first[1:])
    text = d.formula_of(cell)
    d.formula(cell, text.replace(f"${first[0]}${row}:", f"${first[0]}${row + 1}:"))
    return "Checks"


@fault("F20c")
def a_sheet_that_hides_the_master_check(d: Draft) -> str:
    for formula in ("checks_state", "banner"):
        d.replace(d.sheet("Supply"), f"<f>{formula}</f>", "<f>control_as_of</f>")
    return "Supply"


@fault("F20d")
def a_header_with_words_of_its_own(d: Draft) -> str:
    d.replace(d.sheet("Supply"), "<f>banner</f>", "<f>checks_state</f>")
    return "Supply"


@fault("F21")
def shares_that_are_not_a_whole(d: Draft) -> Cell:
    d.value(cell := d.at("supply_share_total"), "0.98")
    return cell


@fault("F22")
def a_table_whose_age_nobody_tests(d: Draft) -> str:
    for key in ("weekly_max", "time_share"):
        d.formula(d.at(f"{key}_changed"), "0", "0")
    return "Demand"


@fault("F22")
def a_table_that_does_not_say_what_the_test_found(d: Draft) -> str:
    d.text(d.at("policy_state"), "● of the inputs that stand here")
    return "Policy"


@fault("F22")
def a_table_whose_test_elsewhere_fails_no_check(d: Draft) -> str:
    for key in ("weekly_max", "time_share"):
        d.formula(d.at(f"{key}_changed"), "0", "0")
    return "Scaling"
