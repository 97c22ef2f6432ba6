"""What stands around the cells: names, validations, conditions, pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from workbook.layout.places import Area, Place
from workbook.layout.sheet import Cached, Cell, Condition, Layout, Scale, Sheet, Validation
from workbook.theme import Style, Theme
from workbook.xlsx.charts import Charts
from workbook.xlsx.faults import WriteError
from workbook.xlsx.rows import RowSheet

LETTER = 1


class Writer:
    """One file being written: all but the formulas at once, and these with their values."""

    def __init__(self, layout: Layout, theme: Theme, created: datetime) -> None:
        """Write what needs no value of a formula; *created* is the time that the file states."""
        # column widths count digits of the default font, so it is the theme's
        default = {"font_name": theme.font["family"], "font_size": theme.font["body"]}
        options = {"in_memory": True, "default_format_properties": default}
        self._buffer = BytesIO()
        self._book = xlsxwriter.Workbook(self._buffer, options)
        self._theme = theme
        self._charts = Charts(self._book, theme)
        self._formats: dict[Style, Format] = {}
        self._looks: dict[str, Format] = {}
        self._properties(layout, created)
        self._sheets = [(s, self._book.add_worksheet(s.name, RowSheet)) for s in layout.sheets]
        for name, place in sorted(layout.names.items()):
            self._define(name, place)
        for sheet, target in self._sheets:
            self._surround(sheet, target)
            target.take(sheet.cells, self._look)
        self._sheets[0][1].activate()

    def finish(self, values: Mapping[tuple[str, str], Cached]) -> bytes:
        """The file: the same layout, time and values give the same bytes.

        *values* has that of each formula, by sheet and reference; a formula without one shows 0
        until a program recalculates it. To be called once.
        """
        for _, target in self._sheets:
            target.fill(values)
        self._book.close()
        return self._buffer.getvalue()

    def _properties(self, layout: Layout, created: datetime) -> None:
        properties = dict(layout.properties)
        custom = {k: properties.pop(k) for k in list(properties) if k[0].isupper()}
        self._book.set_properties({"title": layout.title, "created": created} | properties)
        for name, text in custom.items():
            self._book.set_custom_property(name, text)
        self._book.set_calc_mode("auto")

    def _define(self, name: str, place: Place) -> None:
        if self._book.define_name(name, f"={place.sheet}!{place.fixed_ref}"):
            raise WriteError(f"the name {name!r} was refused")

    def _look(self, style: Style) -> int:
        """The number of a style among the formats of cells."""
        if style not in self._formats:
            self._formats[style] = self._book.add_format(self._theme.properties(style))
        number: int = self._formats[style]._get_xf_index()
        return number

    def _surround(self, sheet: Sheet, target: RowSheet) -> None:
        target.hide_gridlines(2)
        target.set_tab_color(self._theme.paint(sheet.group))
        for col, pixels in sheet.widths.items():
            target.set_column_pixels(col, col, pixels)
        for row, pixels in sorted(sheet.heights.items()):
            if pixels != target.default_row_height:
                target.set_row_pixels(row, pixels)
        for cell in sheet.cells:
            if cell.link:
                self._link(target, cell)
        for rule in sheet.validations:
            self._validation(target, rule)
        for condition in sheet.conditions:
            self._condition(target, condition)
        for scale in sheet.scales:
            self._scale(target, scale)
        for chart in sheet.charts:
            self._charts.insert(target, chart)
        self._page(sheet, target)

    def _link(self, target: RowSheet, cell: Cell) -> None:
        where = f"internal:'{cell.link}'!A1"
        if target.write_url(cell.row, cell.col, where, string=str(cell.content)):
            raise WriteError(f"the link at {cell} was refused")

    def _validation(self, target: RowSheet, rule: Validation) -> None:
        options: dict[str, Any] = {
            "input_title": rule.title,
            "input_message": rule.prompt,
            "error_title": "Not accepted",
            "error_message": rule.refusal,
            "error_type": "stop",
        }
        if rule.kind == "list":
            source = rule.options if isinstance(rule.options, str) else list(rule.options)
            options |= {"validate": "list", "source": source}
        else:
            options |= {"validate": rule.kind, "criteria": "between"}
            options |= {"minimum": _bound(rule.low), "maximum": _bound(rule.high)}
        first, last = rule.area.first, rule.area.last
        if target.data_validation(first.row, first.col, last.row, last.col, options):
            raise WriteError(f"the validation of {first} was refused")

    def _condition(self, target: RowSheet, condition: Condition) -> None:
        first, last = condition.area.first, condition.area.last
        look = self._differential(condition.role)
        rule = {"type": "formula", "criteria": condition.formula, "format": look}
        if target.conditional_format(first.row, first.col, last.row, last.col, rule):
            raise WriteError(f"the condition of {first} was refused")

    def _scale(self, target: RowSheet, scale: Scale) -> None:
        first, last = scale.area.first, scale.area.last
        rule = {
            "type": "2_color_scale",
            "min_type": "num",
            "max_type": "num",
            "min_value": 0,
            "max_value": 1,
            "min_color": self._theme.paint("white"),
            "max_color": self._theme.paint(scale.data),
        }
        if target.conditional_format(first.row, first.col, last.row, last.col, rule):
            raise WriteError(f"the colours of {first} were refused")

    def _differential(self, role: str) -> Format:
        """The format of a condition: only the colours of its role."""
        if role in self._looks:
            return self._looks[role]
        wanted = self._theme.roles[role]
        look: dict[str, Any] = {"font_color": self._theme.paint(str(wanted.get("font", "ink")))}
        if "fill" in wanted:
            look |= {"pattern": 1, "bg_color": self._theme.paint(str(wanted["fill"]))}
        self._looks[role] = self._book.add_format(look)
        return self._looks[role]

    def _page(self, sheet: Sheet, target: RowSheet) -> None:
        target.freeze_panes(*sheet.freeze)
        target.set_landscape()
        target.set_paper(LETTER)
        sides = ("left", "right", "top", "bottom")
        target.set_margins(**{side: self._theme.page[side] for side in sides})
        target.fit_to_pages(1, 1 if sheet.pages.single else 0)
        target.print_area_range = ",".join(_printed(sheet))
        target.set_h_pagebreaks(list(sheet.pages.breaks))
        target.repeat_rows(0, sheet.freeze[0] - 1)
        font = f'&"{self._theme.font["family"]},Regular"&8'
        target.set_footer(f"&L{font}&A&C{font}&D&R{font}Page &P of &N")
        everything = f"A1:{Place(sheet.name, *sheet.last).ref}"
        quiet = ("formula_differs", "formula_range", "empty_cell_reference")
        target.ignore_errors(dict.fromkeys(quiet, everything))
        allowed = ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows")
        target.protect("", dict.fromkeys((*allowed, "sort", "autofilter"), True))


def _printed(sheet: Sheet) -> list[str]:
    """The areas of a sheet that are printed; the writer's own way allows of one only."""
    right = sheet.last[1]
    name, runs = sheet.name, sheet.pages.printed
    corners = ((Place(name, first, 0), Place(name, last, right)) for first, last in runs)
    return [Area(*pair).seen_from("") for pair in corners]


def _bound(value: float | date | None) -> float | datetime:
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  Excel's dates have no zone
    if value is None:
        raise WriteError("a validation lacks a bound")
    return value
