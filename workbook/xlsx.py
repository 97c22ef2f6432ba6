"""The writer: a layout into the bytes of an xlsx file. The only module that knows xlsxwriter."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart as NativeChart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workbook.layout.places import Area, Place
from workbook.layout.sheet import (
    Cell,
    Condition,
    Excel,
    Layout,
    PlacedChart,
    Scale,
    Sheet,
    Validation,
)
from workbook.theme import Style, Theme

LETTER = 1
DASH = "dash"
THICK, THIN = 2.25, 1.0
"""Points of a line; those of many cells are thin."""

WEEK_HOURS, DAY_HOURS = 168, 24
YEAR_WEEKS, QUARTER_WEEKS = 52, 13
SHORTEST = 0.01


class PlainFormulas(Worksheet):  # type: ignore[misc]  # the writer is untyped
    """A worksheet that writes formulas as they are.

    The writer looks in each formula for some forty functions that need a prefix. The functions of
    memo algebra need none, and the search is a third of the time that writing takes.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: FBT001, FBT002  the writer's own signature
        del expand_future_functions
        return formula.removeprefix("=")


class WriteError(RuntimeError):
    """The writer refused a cell; the file would have been wrong."""


def write(layout: Layout, theme: Theme, created: datetime) -> bytes:
    """The workbook as bytes: the same layout and time give the same bytes.

    Formula cells hold no cached value yet: ``values.fill`` gives them one.
    """
    buffer = io.BytesIO()
    # column widths count digits of the default font, so it is the theme's
    default = {"font_name": theme.font["family"], "font_size": theme.font["body"]}
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": default,
    }
    book = xlsxwriter.Workbook(buffer, options)
    _Writer(book, theme).write(layout, created)
    book.close()
    return buffer.getvalue()


class _Writer:
    """One file being written, with its formats by style."""

    def __init__(self, book: xlsxwriter.Workbook, theme: Theme) -> None:
        self._book = book
        self._theme = theme
        self._formats: dict[Style, Format] = {}
        self._looks: dict[str, Format] = {}

    def write(self, layout: Layout, created: datetime) -> None:
        properties = dict(layout.properties)
        custom = {k: properties.pop(k) for k in list(properties) if k[0].isupper()}
        self._book.set_properties({"title": layout.title, "created": created} | properties)
        for name, text in custom.items():
            self._book.set_custom_property(name, text)
        self._book.set_calc_mode("auto")
        sheets = [(s, self._book.add_worksheet(s.name, PlainFormulas)) for s in layout.sheets]
        for name, place in sorted(layout.names.items()):
            self._define(name, place)
        for sheet, target in sheets:
            self._sheet(sheet, target)
        sheets[0][1].activate()

    def _define(self, name: str, place: Place) -> None:
        if self._book.define_name(name, f"={place.sheet}!{place.fixed_ref}"):
            raise WriteError(f"the name {name!r} was refused")

    def _format(self, style: Style) -> Format:
        if style not in self._formats:
            self._formats[style] = self._book.add_format(self._theme.properties(style))
        return self._formats[style]

    def _sheet(self, sheet: Sheet, target: Worksheet) -> None:
        target.hide_gridlines(2)
        target.set_tab_color(self._theme.paint(sheet.group))
        for col, pixels in sheet.widths.items():
            target.set_column_pixels(col, col, pixels)
        for row, pixels in sorted(sheet.heights.items()):
            target.set_row_pixels(row, pixels)
        for cell in sheet.cells:
            self._cell(target, cell)
        for rule in sheet.validations:
            self._validation(target, rule)
        for condition in sheet.conditions:
            self._condition(target, condition)
        for scale in sheet.scales:
            self._scale(target, scale)
        for chart in sheet.charts:
            self._chart(target, chart)
        self._page(sheet, target)

    def _cell(self, target: Worksheet, cell: Cell) -> None:
        row, col, content, look = cell.row, cell.col, cell.content, self._format(cell.style)
        if cell.link:
            refused = target.write_url(row, col, f"internal:'{cell.link}'!A1", look, str(content))
        elif content is None:
            refused = target.write_blank(row, col, None, look)
        elif isinstance(content, Excel):
            refused = target.write_formula(row, col, content.text, look)
        elif isinstance(content, str):
            refused = target.write_string(row, col, content, look)
        elif isinstance(content, date):
            moment = datetime(content.year, content.month, content.day)  # noqa: DTZ001  Excel's dates have no zone
            refused = target.write_datetime(row, col, moment, look)
        elif math.isfinite(content):
            refused = target.write_number(row, col, content, look)
        else:
            raise WriteError(f"{cell}: {content} is not a number")
        if refused:
            raise WriteError(f"{cell}: refused with code {refused}")

    def _validation(self, target: Worksheet, rule: Validation) -> None:
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

    def _condition(self, target: Worksheet, condition: Condition) -> None:
        first, last = condition.area.first, condition.area.last
        look = self._differential(condition.role)
        rule = {"type": "formula", "criteria": condition.formula, "format": look}
        if target.conditional_format(first.row, first.col, last.row, last.col, rule):
            raise WriteError(f"the condition of {first} was refused")

    def _scale(self, target: Worksheet, scale: Scale) -> None:
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

    def _page(self, sheet: Sheet, target: Worksheet) -> None:
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

    # --- charts -----------------------------------------------------------------------------

    def _chart(self, target: Worksheet, placed: PlacedChart) -> None:
        kinds: Mapping[str, Callable[[PlacedChart], NativeChart]] = {
            "stacked_share": self._stacked_share,
            "waterfall": self._waterfall,
            "stacked": self._waterfall,
            "tornado": self._tornado,
            "scatter": self._scatter,
            "curves": self._curves,
            "course": self._course,
            "density": self._density,
            "weeks": self._weeks,
        }
        chart = kinds[placed.chart.kind](placed)
        chart.set_title(
            {"name": placed.chart.title, "name_font": self._font("small"), "overlay": False}
        )
        chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
        chart.set_plotarea({"fill": {"none": True}})
        chart.set_size({"width": placed.width, "height": placed.height})
        where = {"object_position": 2, "description": placed.chart.alt}
        if target.insert_chart(placed.corner.row, placed.corner.col, chart, where):
            raise WriteError(f"the chart at {placed.corner} was refused")

    def _font(self, size: str, colour: str = "ink2", *, bold: bool = False) -> dict[str, Any]:
        return {
            "name": self._theme.font["family"],
            "size": self._theme.font[size],
            "color": self._theme.paint(colour),
            "bold": bold,
        }

    def _axis(self, title: str, show: str = "", *, grid: bool = False) -> dict[str, Any]:
        line = {"color": self._theme.paint("rule"), "width": 0.75}
        axis: dict[str, Any] = {
            "num_font": self._font("tiny"),
            "line": {"none": True} if grid else line,
            "major_tick_mark": "none",
            "minor_tick_mark": "none",
        }
        if title:
            axis |= {"name": title, "name_font": self._font("tiny")}
        if show:
            axis["num_format"] = self._theme.numfmt[show]
        grid_line = {"color": self._theme.paint("grid"), "width": 0.75}
        axis["major_gridlines"] = {"visible": grid, "line": grid_line}
        return axis

    def _bars(
        self, placed: PlacedChart, kind: dict[str, str], gap: int, overlap: int = 100
    ) -> NativeChart:
        chart = self._book.add_chart(kind)
        for series, cells in zip(placed.chart.series, placed.series, strict=True):
            fill = (
                {"none": True}
                if series.style == "none"
                else {"color": self._theme.paint(series.data)}
            )
            options: dict[str, Any] = {
                "name": series.label,
                "values": _cells(cells.values),
                "categories": _cells(cells.categories),
                "fill": fill,
                "border": {"none": True},
                "gap": gap,
                "overlap": overlap,
            }
            if series.labels:
                show = self._theme.numfmt[series.labels]
                font = self._font("tiny", series.label_data or "ink", bold=True)
                options["data_labels"] = {"value": True, "num_format": show, "font": font}
            chart.add_series(options)
        return chart

    def _stacked_share(self, placed: PlacedChart) -> NativeChart:
        chart = self._bars(placed, {"type": "bar", "subtype": "percent_stacked"}, gap=45)
        # reversed, the first category is on top; crossing at the last keeps the values below
        category = self._axis(placed.chart.across_title)
        chart.set_y_axis(category | {"reverse": True, "crossing": "max"})
        values = self._axis(placed.chart.value_title, placed.chart.value_show, grid=True)
        chart.set_x_axis(values)
        chart.set_legend({"position": "top", "font": self._font("tiny")})
        return chart

    def _waterfall(self, placed: PlacedChart) -> NativeChart:
        chart = self._bars(placed, {"type": "column", "subtype": "stacked"}, gap=45)
        chart.set_x_axis(self._axis(placed.chart.across_title))
        values = self._axis(placed.chart.value_title, placed.chart.value_show, grid=True)
        chart.set_y_axis(values | ({"min": 0} if placed.chart.from_zero else {}))
        unseen = [i for i, s in enumerate(placed.chart.series) if s.style == "none"]
        chart.set_legend({"position": "top", "font": self._font("tiny"), "delete_series": unseen})
        return chart

    def _tornado(self, placed: PlacedChart) -> NativeChart:
        chart = self._bars(placed, {"type": "bar", "subtype": "clustered"}, gap=40)
        category = self._axis(placed.chart.across_title)
        lowest = {"reverse": True, "label_position": "low", "crossing": "max"}
        chart.set_y_axis(category | lowest)
        values = self._axis(placed.chart.value_title, placed.chart.value_show, grid=True)
        chart.set_x_axis(values)
        chart.set_legend({"position": "top", "font": self._font("tiny")})
        return chart

    def _scatter(self, placed: PlacedChart) -> NativeChart:
        chart = self._lines(placed)
        chart.set_x_axis(self._axis(placed.chart.across_title, "chart_pct_axis") | {"min": 0})
        chart.set_y_axis(
            self._axis(placed.chart.value_title, placed.chart.value_show, grid=True) | {"min": 0}
        )
        return chart

    def _curves(self, placed: PlacedChart) -> NativeChart:
        """Lines on axes that are both logarithmic."""
        chart = self._lines(placed)
        ten = {"log_base": 10, "min": 1, "label_position": "low"}
        show = placed.chart.value_show
        chart.set_x_axis(self._axis(placed.chart.across_title, show, grid=True) | ten)
        chart.set_y_axis(self._axis(placed.chart.value_title, show, grid=True) | ten)
        return chart

    def _course(self, placed: PlacedChart) -> NativeChart:
        """Lines over the hours of a week, a grid line a day."""
        chart = self._lines(placed)
        show = placed.chart.value_show
        days = {"min": 0, "max": WEEK_HOURS, "major_unit": DAY_HOURS}
        chart.set_x_axis(self._axis(placed.chart.across_title, show, grid=True) | days)
        chart.set_y_axis(self._axis(placed.chart.value_title, show, grid=True) | {"min": 0})
        return chart

    def _weeks(self, placed: PlacedChart) -> NativeChart:
        """Lines over the weeks of a year."""
        chart = self._lines(placed)
        weeks = {"min": 0, "max": YEAR_WEEKS, "major_unit": QUARTER_WEEKS}
        chart.set_x_axis(self._axis(placed.chart.across_title, "axis_whole") | weeks)
        value = self._axis(placed.chart.value_title, placed.chart.value_show, grid=True)
        chart.set_y_axis(value | {"label_position": "low"})
        return chart

    def _density(self, placed: PlacedChart) -> NativeChart:
        """Lines over an axis of times that is logarithmic, from a hundredth on."""
        chart = self._lines(placed)
        times = {"log_base": 10, "min": SHORTEST, "label_position": "low", "crossing": SHORTEST}
        chart.set_x_axis(self._axis(placed.chart.across_title, "plain", grid=True) | times)
        values = self._axis(placed.chart.value_title, placed.chart.value_show, grid=True)
        chart.set_y_axis(values | {"min": 0})
        return chart

    def _lines(self, placed: PlacedChart) -> NativeChart:
        chart = self._book.add_chart({"type": "scatter", "subtype": "straight"})
        for series, cells in zip(placed.chart.series, placed.series, strict=True):
            chart.add_series(
                {
                    "name": series.label,
                    "values": _cells(cells.values),
                    "categories": _cells(cells.categories),
                }
                | self._stroke(series.style, series.data, series.labels)
            )
        chart.set_legend({"position": "top", "font": self._font("tiny")})
        return chart

    def _stroke(self, style: str, data: str, labels: str) -> dict[str, Any]:
        colour = self._theme.paint(data)
        if style != "dot":
            line: dict[str, Any] = {"color": colour, "width": THIN if style == "thin" else THICK}
            return {"line": line | ({"dash_type": DASH} if style == "dashed" else {})}
        look = {"fill": {"color": colour}, "border": {"color": colour}}
        stroke: dict[str, Any] = {"line": {"none": True}}
        stroke["marker"] = {"type": "circle", "size": 9} | look
        if labels:
            show = self._theme.numfmt[labels]
            font = self._font("tiny", "ink", bold=True)
            stroke["data_labels"] = {
                "value": True,
                "position": "below",
                "num_format": show,
                "font": font,
            }
        return stroke


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


def _cells(area: Area | None) -> list[Any]:
    if area is None:
        raise WriteError("a chart's series lacks its cells")
    return [area.first.sheet, area.first.row, area.first.col, area.last.row, area.last.col]
