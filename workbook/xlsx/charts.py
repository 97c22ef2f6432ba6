"""Native charts, each kind with its axes, from placed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart as NativeChart

from workbook.layout.places import Area
from workbook.layout.sheet import PlacedChart
from workbook.theme import Theme
from workbook.xlsx.faults import WriteError
from workbook.xlsx.rows import RowSheet

DASH = "dash"
THICK, THIN = 2.25, 1.0
"""Points of a line; those of many cells are thin."""

WEEK_HOURS, DAY_HOURS = 168, 24
YEAR_WEEKS, QUARTER_WEEKS = 52, 13
SHORTEST = 0.01


class Charts:
    """The charts of one file."""

    def __init__(self, book: xlsxwriter.Workbook, theme: Theme) -> None:
        self._book = book
        self._theme = theme

    def insert(self, target: RowSheet, placed: PlacedChart) -> None:
        """Put a chart on its sheet, with its series on live cells."""
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


def _cells(area: Area | None) -> list[Any]:
    if area is None:
        raise WriteError("a chart's series lacks its cells")
    return [area.first.sheet, area.first.row, area.first.col, area.last.row, area.last.col]
