"""Tables: entities one below the other, or side by side."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.book import Column, Entries, Fixed, Formula, Gathered, Line, Owned, Table, Typed
from workbook.expr import nth, where_filled
from workbook.layout.blocks import note, section
from workbook.layout.canvas import Canvas, role_of
from workbook.layout.grid import LABEL, UNIT, VALUE
from workbook.layout.measure import wrapped_lines
from workbook.layout.places import Area, LayoutError, Place, Strip
from workbook.layout.sheet import Scale
from workbook.theme import Style

UNITLESS = frozenset({"text", "choice", "mixed", "flag", "date"})
STATES = frozenset({"status", "notice", "bar"})
WRAPPED = frozenset({"note", "muted"})
FLUSH = frozenset({"label", "unit"})
"""Text without an indent, and so with a head without one."""

MOST_RULED = 40
"""Rows of a table that are ruled over the tab's whole width; longer ones only under their cells."""


def place_down(canvas: Canvas, table: Table, left: int) -> None:
    """Names, then a column each: heads, units, entities, totals, and how each comes about."""
    columns, theme = table.columns, canvas.theme
    right = max(left + len(columns), canvas.grid.last)
    section(canvas, table.title, left, right)
    _heads(canvas, table, left, right)
    _units(canvas, columns, left, right)
    first, count = canvas.row, len(table.axis.entities)
    _names(canvas, table, left)
    for col, column in enumerate(columns, left + 1):
        _place_column(canvas, column, Strip(Place(canvas.tab.name, first, col), count))
    for i in range(count):
        canvas.wrap(first + i, _wrapped_texts(canvas, table, i, left))
        if count <= MOST_RULED:
            canvas.fill(first + i, left + len(columns) + 1, right, Style("row"))
    if table.heat:
        corner = Place(canvas.tab.name, first, left + 1)
        opposite = Place(canvas.tab.name, first + count - 1, left + len(columns))
        canvas.sheet.scales.append(Scale(Area(corner, opposite), table.heat))
    if table.mute is not None:
        corner = Place(canvas.tab.name, first, left)
        opposite = Place(canvas.tab.name, first + count - 1, left + len(columns))
        canvas.mute(Area(corner, opposite), table.mute)
    canvas.row = first + count
    if table.margin is not None:
        _totals(canvas, table, left, right)
    if table.axis.filled is not None:
        canvas.spare = first + table.axis.filled
    for column in columns:
        if column.words:
            note(canvas, f"{column.label}: {column.words}", left)
    note(canvas, table.note, left)
    canvas.height(canvas.row, theme.height["row"])
    canvas.row += 1


def _head_role(canvas: Canvas, column: Column) -> str:
    show = canvas.theme.show_of(column.unit, column.show)
    if show not in ("text", *STATES):
        return "head_figure"
    content = column.content
    flush = isinstance(content, Fixed) and content.role in FLUSH
    return "head" if flush else "head_how"


def _heads(canvas: Canvas, table: Table, left: int, right: int) -> None:
    heads = {left: (table.axis.label, "head")}
    for col, column in enumerate(table.columns, left + 1):
        heads[col] = (column.label, _head_role(canvas, column))
    needed = 1
    for col in range(left, right + 1):
        text, role = heads.get(col, ("", "head"))
        canvas.put(canvas.row, col, text or None, Style(role))
        points, room = float(canvas.theme.font["small"]), canvas.grid.widths[col]
        room -= canvas.theme.width["indent"] if role == "head_figure" else 0
        needed = max(needed, wrapped_lines(text, points, room, bold=True))
    extra = canvas.theme.height["line_head"] * (needed - 1)
    canvas.height(canvas.row, canvas.theme.height["head"] + extra)
    canvas.row += 1
    if not any(_unit_words(canvas, c) for c in table.columns):
        canvas.freeze(canvas.row)


def _unit_words(canvas: Canvas, column: Column) -> str:
    if column.unit in UNITLESS:
        return ""
    return canvas.theme.words_of(column.unit, column.show)


def _units(canvas: Canvas, columns: tuple[Column, ...], left: int, right: int) -> None:
    words = {left + i: _unit_words(canvas, c) for i, c in enumerate(columns, 1)}
    if not any(words.values()):
        return
    for col in range(left, right + 1):
        text = words.get(col, "")
        canvas.put(
            canvas.row, col, text or None, Style("head_unit_figure" if text else "head_unit")
        )
    canvas.height(canvas.row, canvas.theme.height["unit_row"])
    canvas.row += 1
    canvas.freeze(canvas.row)


def _names(canvas: Canvas, table: Table, left: int) -> None:
    """The names stand once; a further table of the same entities draws them from there."""
    names, first = table.axis.names, canvas.row
    owner = names not in canvas.atlas.columns
    strip = Strip(Place(canvas.tab.name, first, left), len(table.axis.entities))
    if isinstance(names.content, Typed):
        if owner:
            _place_column(canvas, names, strip)
        for i in range(0 if owner else strip.count):
            canvas.calculate(first + i, left, where_filled(names, names), Style("label"), i)
        return
    if owner:
        canvas.atlas.columns[names] = strip
    for i, entity in enumerate(table.axis.entities):
        if owner:
            canvas.put(first + i, left, entity.label, Style("label"))
        else:
            canvas.calculate(first + i, left, names, Style("label"), i)


def _wrapped_texts(canvas: Canvas, table: Table, i: int, left: int) -> list[tuple[str, int, str]]:
    widths = canvas.grid.widths
    texts = [(table.axis.entities[i].label, widths[left], "body")]
    for col, column in enumerate(table.columns, left + 1):
        content = column.content
        if isinstance(content, Fixed) and content.role in WRAPPED:
            texts.append((str(content.values[i] or ""), widths[col], "small"))
    return texts


def _place_column(canvas: Canvas, column: Column, strip: Strip) -> None:
    if column in canvas.atlas.columns:
        raise LayoutError(f"column {column.key!r} of {column.axis.key!r} is shown twice")
    canvas.atlas.columns[column] = strip
    shows = _shows(canvas, column, strip.count)
    typed = "input_across" if strip.across else "input"
    match column.content:
        case Formula(algebra=algebra):
            role = column.show if column.show in STATES else role_of(algebra)
            styles = [Style(role, show, column.strong) for show in shows]
            canvas.calculate_all(strip, algebra, styles)
        case Gathered(links=links):
            for i, place in enumerate(strip):
                style = Style(role_of(links[i]), shows[i])
                canvas.calculate(place.row, place.col, links[i], style, i, across=strip.across)
        case Entries(entries=entries):
            for place, entry, show in zip(strip, entries, shows, strict=True):
                canvas.name(entry.name, place)
                canvas.input(entry, place, Style(typed, show))
        case Fixed(role="unit"):
            for place, (unit, own) in zip(strip, _units_of(column, strip.count), strict=True):
                words = canvas.theme.words_of(unit, own)
                canvas.put(place.row, place.col, words, Style("unit"))
        case Fixed(values=values, role=role):
            canvas.put_all(strip, values, [Style(role, show) for show in shows])
        case Owned(lines=lines):
            units = _units_of(column, strip.count)
            for place, line, (_, own) in zip(strip, lines, units, strict=True):
                canvas.line(line, place.row, place.col, "", own)
        case Typed() as content:
            canvas.put_all(strip, content.values, [Style(typed, show) for show in shows])
            canvas.typed(content, Area(strip.first, strip.last))


def _units_of(column: Column, count: int) -> Sequence[tuple[str, str]]:
    """The unit and the number format that each entity of a column names."""
    return column.units or ((column.unit, column.show),) * count


def _shows(canvas: Canvas, column: Column, count: int) -> list[str]:
    """The key of each entity's number format."""
    if not column.units:
        return [canvas.theme.show_of(column.unit, column.show)] * count
    return [canvas.theme.show_of(unit, own) for unit, own in column.units]


def _totals(canvas: Canvas, table: Table, left: int, right: int) -> None:
    assert table.margin is not None
    beside = {left + 1 + table.columns.index(c): (c, line) for c, line in table.margin.lines}
    canvas.put(canvas.row, left, table.margin.label, Style("total"))
    for col in range(left + 1, right + 1):
        if col in beside:
            column, line = beside[col]
            canvas.line(line, canvas.row, col, "total", line.show or column.show)
        else:
            canvas.put(canvas.row, col, None, Style("total"))
    canvas.height(canvas.row, canvas.theme.height["row"])
    canvas.row += 1


def place_across(canvas: Canvas, table: Table) -> None:
    """A row for each column: label, unit, the case in the margin, the entities, how, source."""
    section(canvas, table.title, LABEL, canvas.grid.last)
    if table.heads is not None:
        _across_heads(canvas, table, table.heads)
    beside = dict(table.margin.lines) if table.margin else {}
    for column in table.columns:
        _across_row(canvas, table, column, beside.get(column))
    note(canvas, table.note, LABEL)
    canvas.row += 1


def _across_strip(canvas: Canvas, table: Table) -> Strip:
    first = Place(canvas.tab.name, canvas.row, VALUE + 1)
    return Strip(first, len(table.axis.entities), across=True)


def _across_heads(canvas: Canvas, table: Table, heads: Column) -> None:
    grid, row, strip = canvas.grid, canvas.row, _across_strip(canvas, table)
    assert isinstance(heads.content, Formula)
    assert table.margin is not None
    fixed = {
        LABEL: ("Line", "head"),
        UNIT: ("Unit", "head"),
        VALUE: (table.margin.label, "head_live"),
        grid.how: ("How", "head_how"),
        grid.source: ("Source", "head"),
    }
    for col, (text, role) in fixed.items():
        if col is not None:
            canvas.put(row, col, text, Style(role))
    canvas.atlas.columns[heads] = strip
    for i in range(strip.count):
        place = strip.cell(i)
        canvas.calculate(
            row, place.col, heads.content.algebra, Style("head_figure"), i, across=True
        )
    test = f'=LEFT({strip.first.ref},1)="●"'
    canvas.condition(Area(strip.first, strip.last), test, "head_is_live")
    canvas.height(row, canvas.theme.height["head"])
    canvas.row += 1
    canvas.freeze(canvas.row)


def _across_row(canvas: Canvas, table: Table, column: Column, beside: Line | None) -> None:
    grid, row, strip = canvas.grid, canvas.row, _across_strip(canvas, table)
    assert grid.how is not None
    assert grid.source is not None
    words = _across_words(column)
    canvas.put(row, LABEL, column.label, Style("label", strong=column.strong))
    canvas.put(row, UNIT, _unit_words(canvas, column) or None, Style("unit"))
    if column is table.axis.names:
        canvas.atlas.columns[column] = strip
        for i, entity in enumerate(table.axis.entities):
            canvas.put(row, strip.cell(i).col, entity.label, Style("right"))
    else:
        _place_column(canvas, column, strip)
    show = canvas.theme.show_of(column.unit, column.show)
    if beside is not None:
        canvas.line(beside, row, VALUE, "live", show)
    elif table.margin is not None and table.margin.place is not None:
        canvas.calculate(row, VALUE, nth(column, table.margin.place), Style("live", show))
    canvas.put(row, grid.how, words, Style("how"))
    canvas.put(row, grid.source, column.memo or None, Style("source"))
    canvas.wrap(
        row, [(column.label, grid.widths[LABEL], "body"), (words, grid.widths[grid.how], "small")]
    )
    canvas.row += 1


def _across_words(column: Column) -> str:
    if isinstance(column.content, Entries) and not column.how:
        return column.content.entries[0].note
    return column.words
