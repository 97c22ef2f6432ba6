"""A workbook full of random algebra, and where a spreadsheet engine finds other values in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from random import Random

from books import (
    STAMP,
    cells_of,
    day,
    entities,
    figure,
    laid,
    optional,
    tab,
    table,
    typed,
    words,
)
from trees import Careful, Ground, Grower, TooClose

from workbook import theme
from workbook.book import Axis, Column, Entries, Line, Lines
from workbook.engines import Cell, CellError, Value, agree, engine
from workbook.evaluate import Model
from workbook.expr import At, Binary, Call, Expr
from workbook.functions import ErrorValue
from workbook.values import formulas_of
from workbook.xlsx import Writer

Kind = str

# --- what the trees read: lines, a table down with blanks and equals, and a table across ----------

ITEMS = Axis("items", "Item", entities("alpha", "beta", "gamma", "delta"))
QUANTITY = ITEMS.fixed("quantity", "Quantity", (5.0, 2.0, 5.0, 8.0), "constant", unit="1")
PRICE = ITEMS.fixed("price", "Price", (0.5, 4.0, -1.5, 3.0), "constant", unit="1")
ZONE = ITEMS.fixed("zone", "Zone", ("North", "south", "NORTH", "east"))
TYPED = Column(
    "typed",
    "Typed in",
    "1",
    ITEMS,
    Entries(tuple(typed(f"row_{i}", v) for i, v in enumerate((2.0, None, 7.0, None)))),
)
WORTH = ITEMS.formula("worth", "Worth", "1", QUANTITY * PRICE)
# The error stands in a zone that no word names: formualizer passes over errors in SUMIFS.
INVERSE = ITEMS.formula("inverse", "Inverse", "1", 1 / (QUANTITY - At(QUANTITY, "beta")))
SCORE = ITEMS.fixed("score", "Score", (3.0, -1.0, 3.0, 0.0), "constant", unit="1")
PLANS = Axis("plans", "Plan", entities("first", "second", "third"))
HOURS = PLANS.fixed("hours", "Hours", (40.0, 10.0, 25.0), "constant", unit="1")
TEAM = PLANS.fixed("team", "Team", ("red", "Blue", "RED"))

FIGURES = (
    figure("three", 3.0),
    figure("quarter", 0.25),
    figure("many", 1200.0),
    figure("minus_seven", -7.0),
    figure("nothing", 0.0),
    figure("part", 0.4),
)
PLACES = (figure("one_place", 1.0), figure("two_place", 2.0), figure("three_place", 3.0))
BEYOND = figure("far_place", 9.0)
BLANK, FILLED = optional("blank", None), optional("filled", 6.5)
WORDS = (words("north", "north"), words("east", "East"), words("away", "Nowhere"))
DAYS = (day("start", date(2026, 3, 1)), day("stop", date(2027, 2, 28)))
DATA = (
    tab(
        "Data",
        Lines("Figures", (*FIGURES, *PLACES, BEYOND, BLANK, FILLED, *WORDS, *DAYS)),
        table("Items", QUANTITY, PRICE, ZONE, TYPED, WORTH, INVERSE),
    ),
    tab("Plans", table("Plans", PLANS.names, HOURS, TEAM, across=True), across=True),
)
CELLS = (At(QUANTITY, "beta"), At(WORTH, "gamma"), At(HOURS, "third"))


def ground(
    figures: tuple[Expr, ...] = (), own: tuple[Column, ...] = (), counting: tuple[Column, ...] = ()
) -> Ground:
    return Ground(
        figures=(*FIGURES, *CELLS, *figures),
        places=PLACES,
        beyond=BEYOND,
        optional=(BLANK, FILLED, At(TYPED, "alpha"), At(TYPED, "beta")),
        words=WORDS,
        days=DAYS,
        runs=(FIGURES, PLACES),
        columns=(QUANTITY, PRICE, WORTH, HOURS),
        sparse=(TYPED,),
        broken=(INVERSE,),
        texts=(ITEMS.names, ZONE, TEAM, PLANS.names),
        own=own,
        counting=counting,
    )


# --- the trees, each with its cell and its meaning ------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """A cell with the tree that stands in it, the tree's row, and the model that it reads."""

    cell: Cell
    tree: Expr
    place: int | None
    model: Careful

    @cached_property
    def expected(self) -> Value:
        """What the tree means in Python; None where rounding decides."""
        try:
            return meaning(self.model, self.tree, self.place)
        except TooClose:
            return None

    def fault(self, found: Value) -> str:
        """What is wrong with the value that an engine *found*; empty where nothing is."""
        expected = self.expected
        if expected is None or agree(expected, found):
            return ""
        if isinstance(expected, CellError) and found in self._rivals():
            return ""
        return f"{expected!r} in Python, {found!r} in the engine"

    def _rivals(self) -> set[Value]:
        """The errors of all parts: which of two comes through is each engine's own affair."""
        samples = (Sample(self.cell, part, self.place, self.model) for part in parts(self.tree))
        return {part.expected for part in samples if isinstance(part.expected, CellError)}


def meaning(model: Model, tree: Expr, place: int | None) -> Value:
    try:
        value = model.value(tree, place)
    except ErrorValue as error:
        return CellError(str(error))
    return 0.0 if value is None else value


def parts(tree: Expr) -> Iterator[Expr]:
    """The tree and all algebra within it, without its leaves."""
    match tree:
        case Call(arguments=inner):
            pass
        case Binary(left=left, right=right):
            inner = (left, right)
        case _:
            return
    yield tree
    for part in inner:
        yield from parts(part)


@dataclass(frozen=True)
class Forest:
    """A workbook full of trees."""

    data: bytes
    formulas: dict[Cell, str]
    samples: list[Sample]


LONE, DOWN, ACROSS = "Lone", "Down", "Across"
SOILS = {
    LONE: ground(figures=(BLANK, FILLED)),
    DOWN: ground(own=(QUANTITY, PRICE, TYPED, WORTH, SCORE), counting=(SCORE,)),
    ACROSS: ground(own=(HOURS,)),
}
"""What trees read in a line, in a row and in a column, by the tab that they stand on."""


def grown(random: Random, soil: Ground, count: int, depth: int) -> list[tuple[Kind, Expr]]:
    grower = Grower(soil, random)
    kinds: dict[Kind, Callable[[int], Expr]] = {
        "number": grower.number,
        "text": grower.text,
        "flag": grower.flag,
    }
    order = ("number", "text", "number", "flag")
    chosen = [order[i % len(order)] for i in range(count)]
    return [(kind, kinds[kind](random.randint(1, depth))) for kind in chosen]


def forest(random: Random, count: int, depth: int = 4) -> Forest:
    """*count* trees as lines; for every eight of them, one in a row and one in a column."""
    sizes = {LONE: (count, depth), DOWN: (count // 8, 3), ACROSS: (count // 8, 3)}
    trees = {name: grown(random, SOILS[name], *size) for name, size in sizes.items()}
    return planted({name: [tree for _, tree in kinds] for name, kinds in trees.items()})


def planted(trees: Mapping[str, Sequence[Expr]]) -> Forest:
    """A workbook with these trees on these tabs."""
    lone = [
        Line(f"tree_{i}", f"Tree {i}", "1", algebra=tree, how="Random")
        for i, tree in enumerate(trees[LONE])
    ]
    down, across = columns(ITEMS, trees[DOWN]), columns(PLANS, trees[ACROSS])
    tabs = [*DATA, tab(LONE, Lines("Trees", tuple(lone)))]
    tabs.append(tab(DOWN, table("Trees", SCORE, *down)))
    tabs.append(tab(ACROSS, table("Trees", PLANS.names, *across, across=True), across=True))
    layout, model = laid(*tabs), Careful(tabs)
    samples = [
        Sample(Cell(LONE, layout.names[line.key].ref), tree, None, model)
        for line, tree in zip(lone, trees[LONE], strict=True)
    ]
    for sheet in layout.sheets:
        own = {DOWN: down, ACROSS: across}.get(sheet.name, ())
        for column, tree in zip(own, trees.get(sheet.name, ()), strict=False):
            cells = cells_of(sheet, column)
            assert len(cells) == len(column.axis.entities)
            samples += [Sample(cell, tree, i, model) for i, cell in enumerate(cells)]
    return Forest(Writer(layout, theme.load(), STAMP).finish({}), formulas_of(layout), samples)


def columns(axis: Axis, trees: Sequence[Expr]) -> tuple[Column, ...]:
    return tuple(
        axis.formula(f"tree_{i}", f"Tree {i}", "1", tree, how="Random")
        for i, tree in enumerate(trees)
    )


# --- where an engine differs ----------------------------------------------------------------------


def faults(name: str, woods: Forest, folder: Path) -> list[str]:
    """Where the engine *name* finds another value than Python, in the smallest parts of trees."""
    differing = list(differences(name, woods, folder))
    if not differing:
        return []
    small: dict[str, dict[Expr, None]] = {LONE: {}, DOWN: {}, ACROSS: {}}
    for sample, _ in differing:
        small[sample.cell.sheet] |= dict.fromkeys(parts(sample.tree))
    pieces = planted({sheet: list(trees) for sheet, trees in small.items()})
    told = [f"{pieces.formulas[s.cell]}: {fault}" for s, fault in differences(name, pieces, folder)]
    return sorted(told, key=len)[:10] or [f"{woods.formulas[s.cell]}: {f}" for s, f in differing]


def differences(name: str, woods: Forest, folder: Path) -> Iterator[tuple[Sample, str]]:
    """The cells of which the engine *name* finds another value, and what is wrong with it."""
    path = folder / "forest.xlsx"
    path.write_bytes(woods.data)
    with engine(name).open(path) as session:
        found = session.read([sample.cell for sample in woods.samples])
    for sample in woods.samples:
        if fault := sample.fault(found[sample.cell]):
            yield sample, fault
