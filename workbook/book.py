"""The description of a workbook: lines, tables, tabs and charts, with no address or colour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from workbook.assumptions import Choice, Day, Input, Number, Text
from workbook.data import Field
from workbook.dimensions import unit_of
from workbook.expr import MIXED, Constant, Expr, Scalar, Vector
from workbook.units import UnitError, parse
from workbook.words import in_words

Units: TypeAlias = tuple[tuple[str, str], ...]
Stamp: TypeAlias = float | str | date | None
FixedRole: TypeAlias = Literal[
    "label", "right", "note", "muted", "open", "unit", "memo", "constant", "stamp"
]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Line(Scalar):
    """A labelled scalar. Its key is snake_case, unique in the book, and is its defined name.

    Exactly one of *algebra*, *entry* (an input) and *constant* (a definition, such as seconds in
    an hour) gives its value. *show* names a number format where the unit's own does not fit.
    """

    key: str
    label: str
    unit: str
    algebra: Expr | None = None
    entry: Input | None = None
    constant: float | None = None
    memo: str = ""
    how: str | None = ""
    show: str = ""
    strong: bool = False
    output: bool = False

    def __post_init__(self) -> None:
        given = (self.algebra, self.entry, self.constant)
        if sum(part is not None for part in given) != 1:
            raise ValueError(f"{self.key}: give one of algebra, entry and constant")

    def __repr__(self) -> str:
        return f"<Line {self.key}>"

    @property
    def words(self) -> str:
        """How the line comes about, for the How column; empty where *how* is None."""
        if self.how is None or self.how:
            return self.how or ""
        if self.entry is not None:
            return self.entry.note
        if self.algebra is None:
            return "By definition"
        return capitalized(in_words(self.algebra))


def capitalized(words: str) -> str:
    """The words with a capital first letter, the others as they are."""
    return words[:1].upper() + words[1:]


def entered(entry: Input) -> Line:
    """The line of a scalar input, under the input's own name."""
    return Line(entry.name, entry.label, entry.unit, entry=entry, memo=entry.memo)


@dataclass(frozen=True, slots=True)
class Entity:
    """One row of a down table, or one column of an across table."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula for every entity."""

    algebra: Expr


@dataclass(frozen=True, slots=True)
class Entries:
    """An input for every entity."""

    entries: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Labels, notes, or figures stamped at the build: one for every entity."""

    values: tuple[Stamp, ...]
    role: FixedRole = "label"


@dataclass(frozen=True, slots=True)
class Gathered:
    """A link for every entity to a line, or to a cell of another table."""

    links: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Owned:
    """A line of its own for every entity, each with its own algebra and name."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """The cells of a column of a data form: inputs, but without names of their own.

    The first rows hold *values*; those below them are blank, ready to be typed into. *allowed*
    has the options of a choice in its cells. An input's id is ``table.row.column``.
    """

    field: Field
    values: tuple[Stamp, ...]
    allowed: Column | None = None


Content: TypeAlias = Formula | Entries | Fixed | Gathered | Owned | Typed


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Axis:
    """The entities that the columns of one or several tables share, and their names.

    With *naming*, the names are typed in: those of the first entities, and blank cells below them
    for entities without a label. Of rows that are kept ready for data the first *filled* have any.
    """

    key: str
    label: str
    entities: tuple[Entity, ...]
    naming: Field | None = None
    filled: int | None = None
    names: Column = field(init=False)

    def __post_init__(self) -> None:
        keys = [e.key for e in self.entities]
        if len(set(keys)) != len(keys):
            raise ValueError(f"table {self.key!r} has an entity twice: {keys}")
        labels = tuple(e.label for e in self.entities)
        given: Content = Fixed(labels)
        if self.naming is not None:
            given = Typed(self.naming, tuple(label for label in labels if label))
        object.__setattr__(self, "names", Column("name", self.label, "text", self, given))

    def __repr__(self) -> str:
        return f"<Axis {self.key}>"

    def place(self, entity: str) -> int:
        """The place of the entity with this key, counted from 0. Raises KeyError."""
        for place, candidate in enumerate(self.entities):
            if candidate.key == entity:
                return place
        raise KeyError(f"{self.key} has no {entity!r}")

    def entity(self, key: str) -> Entity:
        """The entity with this key. Raises KeyError."""
        return self.entities[self.place(key)]

    def formula(  # noqa: PLR0913  every option of a column has its default
        self,
        key: str,
        label: str,
        unit: str,
        algebra: Expr,
        *,
        how: str | None = "",
        show: str = "",
        units: Units = (),
        strong: bool = False,
        memo: str = "",
    ) -> Column:
        """A column of one formula."""
        content = Formula(algebra)
        return Column(key, label, unit, self, content, how, show, units, strong, memo)

    def course(
        self,
        key: str,
        label: str,
        unit: str,
        make: Callable[[Column], Expr],
        *,
        how: str | None = "",
        show: str = "",
    ) -> Column:
        """A column worked out from its own past: *make* has the column itself, for the row above.

        Only ``before`` may read it there; a cell that read itself would be circular.
        """
        column = self.formula(key, label, unit, Constant(0), how=how, show=show)
        object.__setattr__(column, "content", Formula(make(column)))
        return column

    def typed(
        self,
        field: Field,
        values: Sequence[Stamp],
        *,
        allowed: Column | None = None,
        show: str = "",
    ) -> Column:
        """A column of a data form, blank past its *values*."""
        if len(values) > len(self.entities):
            raise ValueError(f"{self.key}.{field.key}: {len(values)} values for fewer rows")
        content = Typed(field, tuple(values), allowed)
        return Column(field.key, field.head, field.unit, self, content, show=show)

    def fixed(
        self,
        key: str,
        label: str,
        values: Sequence[Stamp],
        role: FixedRole = "label",
        *,
        unit: str = "text",
        units: Units = (),
    ) -> Column:
        """A column of text or of stamped figures."""
        return Column(key, label, unit, self, Fixed(tuple(values), role), units=units)

    def units(self, units: Units) -> Column:
        """A column that names each entity's unit."""
        names = Fixed(tuple(unit for unit, _ in units), "unit")
        return Column("unit", "Unit", "text", self, names, units=units)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Column(Vector):
    """One quantity of every entity of an axis.

    Where entities differ in unit, *unit* is "mixed" and *units* has each one's unit and format.
    """

    key: str
    label: str
    unit: str
    axis: Axis
    content: Content
    how: str | None = ""
    show: str = ""
    units: Units = ()
    strong: bool = False
    memo: str = ""

    def __repr__(self) -> str:
        return f"<Column {self.axis.key}.{self.key}>"

    def name_of(self, entity: str) -> str:
        """The label of an entity of the column's axis."""
        return self.axis.entity(entity).label

    @property
    def words(self) -> str:
        """How the column comes about; empty for inputs, labels, and where *how* is None."""
        if self.how is None or self.how or not isinstance(self.content, Formula):
            return self.how or ""
        return capitalized(in_words(self.content.algebra))


@dataclass(frozen=True, slots=True)
class Margin:
    """Lines beside columns: the totals under a down table, the live case left of an across one.

    *place* is the place of the entity that an across table repeats in its margin.
    """

    label: str
    lines: tuple[tuple[Column, Line], ...] = ()
    place: Line | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """Entities × columns: one below the other, or side by side where *across*.

    *heat* names a data colour: cells are the darker the nearer their share is to 100%.
    """

    title: str
    axis: Axis
    columns: tuple[Column, ...]
    across: bool = False
    margin: Margin | None = None
    note: str = ""
    heads: Column | None = None
    mute: Column | None = None
    heat: str = ""

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.axis is not self.axis:
                raise ValueError(f"{column.key!r} is not a column of {self.axis.key!r}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lines:
    """Lines one below the other: label, unit, value, how it comes about, source."""

    title: str
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Two columns of plain text under a title."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """What each kind of cell looks like, with its meaning."""

    title: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of tabs, each a link, with its purpose."""

    title: str


@dataclass(frozen=True, slots=True)
class Card:
    """One headline figure: a label, the figure, a line below it; *data* names its colour."""

    label: str
    figure: Expr
    show: str
    below: Expr
    data: str


@dataclass(frozen=True, slots=True)
class Selector:
    """One input, large, with a hint beside it."""

    line: Line
    hint: Expr


@dataclass(frozen=True, slots=True)
class Cards:
    """Headline figures side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: its name, where it reads its values, and its colour."""

    label: str
    values: Column | Line
    data: str
    across: Column | Line | None = None
    style: Literal["fill", "none", "line", "dashed", "thin", "dot"] = "fill"
    label_data: str = ""
    labels: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart under a live headline; columns of amounts stand *from_zero*."""

    kind: Literal[
        "stacked_share",
        "stacked",
        "waterfall",
        "tornado",
        "scatter",
        "curves",
        "course",
        "density",
        "weeks",
    ]
    headline: Expr
    title: str
    series: tuple[Series, ...]
    categories: Column | None
    across_title: str
    value_title: str
    value_show: str
    alt: str
    from_zero: bool = False


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts side by side, in rows of *per_row*."""

    charts: tuple[Chart, ...]
    per_row: int = 2


Block: TypeAlias = Table | Lines | Prose | Legend | Contents | Selector | Cards | Charts


@dataclass(frozen=True, slots=True, repr=False)
class Tab:
    """One sheet: its blocks from top to bottom, and those in a second flow to the right.

    *widths* are those of the columns from B on, in pixels. *how_column* is where lines say how they
    come about, counted from A as 0; 0 leaves that out. *one_page* has it printed on a single page.
    """

    name: str
    purpose: str
    group: str
    blocks: tuple[Block, ...]
    aside: tuple[Block, ...] = ()
    grid: Literal["standard", "wide", "across", "cover", "dashboard"] = "standard"
    widths: tuple[int, ...] = ()
    label_width: int = 0
    how_column: int = 4
    freeze_head: bool = False
    one_page: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What every tab's header shows: four texts."""

    live: Expr
    checks: Expr
    as_of: Expr
    banner: Expr


@dataclass(frozen=True, slots=True, repr=False)
class Book:
    """All tabs in order, with what the document says of itself."""

    title: str
    tabs: tuple[Tab, ...]
    band: Band
    group_titles: Mapping[str, str]
    properties: Mapping[str, str]


def lines_of(tab: Tab) -> list[Line]:
    """The lines that a tab shows, in order."""
    return [line for block in (*tab.blocks, *tab.aside) for line in _block_lines(block)]


def _block_lines(block: Block) -> list[Line]:
    match block:
        case Lines(lines=lines):
            return list(lines)
        case Selector(line=line):
            return [line]
        case Table(columns=columns, margin=margin):
            owned = [c.content.lines for c in columns if isinstance(c.content, Owned)]
            beside = [line for _, line in margin.lines] if margin else []
            return [line for lines in owned for line in lines] + beside
        case _:
            return []


def tables_of(tab: Tab) -> list[Table]:
    """The tables that a tab shows, in order."""
    return [block for block in (*tab.blocks, *tab.aside) if isinstance(block, Table)]


def entry_value(entry: Input) -> Stamp:
    """What stands in the cell of an input: a number, text, a date, or nothing."""
    match entry:
        case Number(value=number):
            return number
        case Day(value=day):
            return day
        case Choice(value=text) | Text(value=text):
            return text
    raise TypeError(entry)


def bounds_of(entry: Input) -> tuple[Stamp, Stamp]:
    """The lowest and the highest that an input accepts; nothing for texts and choices."""
    if isinstance(entry, Number | Day):
        return entry.low, entry.high
    return None, None


def unit_faults(tabs: Sequence[Tab]) -> list[str]:
    """Every line, column, link and text whose algebra is not in its declared unit."""
    found = []
    for tab in tabs:
        lines = [(line.label, line.unit, line.algebra) for line in lines_of(tab)]
        cells = [spec for table in tables_of(tab) for spec in _column_units(table)]
        texts = [("A text", "text", text) for text in texts_of(tab)]
        found += [
            _unit_fault(f"{tab.name}: {label}", unit, algebra)
            for label, unit, algebra in (*lines, *cells, *texts)
            if algebra is not None
        ]
    return [fault for fault in found if fault]


def texts_of(tab: Tab) -> list[Expr]:
    """The texts worked out beside figures: hints, lines under cards, headlines of charts."""
    found: list[Expr] = []
    for block in tab.blocks:
        match block:
            case Selector(hint=hint):
                found.append(hint)
            case Cards(cards=cards):
                found += [card.below for card in cards]
            case Charts(charts=charts):
                found += [chart.headline for chart in charts]
            case _:
                continue
    return found


def _column_units(table: Table) -> Iterator[tuple[str, str, Expr]]:
    """What to check of each column: its label, unit and algebra."""
    heads = (table.heads,) if table.heads else ()
    for column in (*heads, *table.columns):
        label = f"{column.axis.label}, {column.label}"
        match column.content:
            case Formula(algebra=algebra):
                yield label, column.unit, algebra
            case Gathered(links=links):
                units = column.units or ((column.unit, ""),) * len(links)
                for (unit, _), link in zip(units, links, strict=True):
                    yield label, unit, link
            case _:
                continue


def _unit_fault(label: str, declared: str, algebra: Expr) -> str:
    try:
        found = unit_of(algebra)
        if declared == MIXED or found in (None, parse(declared)):
            return ""
    except UnitError as error:
        return f"{label}: {error}"
    return f"{label}: declared in {declared}, but its algebra gives {found}"
