"""Random algebra has one meaning: in plain Python and in every spreadsheet engine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trees import (
    PATTERNS,
    STAMP,
    Careful,
    Ground,
    Grower,
    TooClose,
    cells_of,
    day,
    entities,
    figure,
    laid,
    optional,
    spelled,
    tab,
    table,
    typed,
    words,
)

from workbook import theme, xlsx
from workbook.book import Axis, Column, Entries, Line, Lines
from workbook.engines import NAMES, Cell, CellError, Value, agree, engine, missing
from workbook.evaluate import Model
from workbook.expr import (
    At,
    Binary,
    Call,
    Expr,
    above,
    at_least,
    at_most,
    below,
    both,
    differs,
    either,
    joined,
    repeated,
    same,
    shown,
    unit_of,
    when,
)
from workbook.functions import BY_NAME, ErrorValue
from workbook.layout import Layout
from workbook.units import FLAG, NONE, TEXT

SEED = 20260301
UNITS = {"number": NONE, "text": TEXT, "flag": FLAG}
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
        table("Items", QUANTITY, PRICE, ZONE, TYPED, WORTH),
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
        texts=(ITEMS.names, ZONE, TEAM, PLANS.names),
        own=own,
        counting=counting,
    )


LONE = ground(figures=(BLANK, FILLED))
DOWN = ground(own=(QUANTITY, PRICE, TYPED, WORTH, SCORE), counting=(SCORE,))
ACROSS = ground(own=(HOURS,))


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

    def _rivals(self) -> set[CellError]:
        """The errors of all parts: which of two comes through is each engine's own affair."""
        return set(errors(self.model, self.tree, self.place))


def meaning(model: Careful, tree: Expr, place: int | None) -> Value:
    try:
        value = model.value(tree, place)
    except ErrorValue as error:
        return CellError(str(error))
    return 0.0 if value is None else value


def errors(model: Careful, tree: Expr, place: int | None) -> Iterator[CellError]:
    """The errors of all parts of a tree."""
    parts: tuple[Expr, ...] = ()
    match tree:
        case Call(arguments=arguments):
            parts = arguments
        case Binary(left=left, right=right):
            parts = (left, right)
        case _:
            return
    value = meaning(model, tree, place)
    if isinstance(value, CellError):
        yield value
    for part in parts:
        yield from errors(model, part, place)


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


def unit_name(kind: Kind) -> str:
    return "1" if kind == "number" else kind


def lines(trees: list[tuple[Kind, Expr]]) -> tuple[Line, ...]:
    return tuple(
        Line(f"tree_{i}", f"Tree {i}", unit_name(kind), algebra=tree, how="Random")
        for i, (kind, tree) in enumerate(trees)
    )


def columns(axis: Axis, trees: list[tuple[Kind, Expr]]) -> tuple[Column, ...]:
    return tuple(
        axis.formula(f"tree_{i}", f"Tree {i}", unit_name(kind), tree, how="Random")
        for i, (kind, tree) in enumerate(trees)
    )


@dataclass(frozen=True)
class Forest:
    """A workbook full of trees."""

    data: bytes
    formulas: dict[Cell, str]
    samples: list[Sample]


def forest(random: Random, count: int, depth: int = 4) -> Forest:
    """*count* trees as lines; for every eight of them, one in a row and one in a column."""
    lone = lines(grown(random, LONE, count, depth))
    down = columns(ITEMS, grown(random, DOWN, count // 8, 3))
    across = columns(PLANS, grown(random, ACROSS, count // 8, 3))
    tabs = [*DATA, tab("Lone", Lines("Trees", lone))]
    tabs += [tab("Down", table("Trees", SCORE, *down))] if down else []
    tabs += [tab("Across", table("Trees", *across, across=True), across=True)] if across else []
    layout = laid(*tabs)
    model = Careful(tabs)
    samples = [
        Sample(Cell("Lone", layout.names[f"tree_{i}"].ref), tree, None, model)
        for i, tree in enumerate(map(tree_of, lone))
    ]
    for sheet in layout.sheets:
        for column in {"Down": down, "Across": across}.get(sheet.name, ()):
            cells = cells_of(sheet, column)
            assert len(cells) == len(column.axis.entities)
            samples += [Sample(c, tree_of(column), i, model) for i, c in enumerate(cells)]
    return Forest(xlsx.write(layout, theme.load(), STAMP), spelled(layout), samples)


def tree_of(owner: Line | Column) -> Expr:
    tree = owner.content.algebra if isinstance(owner, Column) else owner.algebra  # type: ignore[union-attr]  # each is a formula
    assert tree is not None
    return tree


def faults(name: str, woods: Forest, folder: Path) -> list[str]:
    """Where the engine *name* finds another value than Python, shortest formula first."""
    path = folder / "forest.xlsx"
    path.write_bytes(woods.data)
    with engine(name).open(path) as session:
        found = session.read([sample.cell for sample in woods.samples])
    told = [
        f"{sample.cell} {woods.formulas[sample.cell]}: {fault}"
        for sample in woods.samples
        if (fault := sample.fault(found[sample.cell]))
    ]
    return sorted(told, key=len)[:10]


# formulas takes some 15 ms a formula
COUNTS = {"formualizer": 1200, "ironcalc": 1200, "formulas": 200, "libreoffice": 1200}
EACH = [
    pytest.param(name, marks=pytest.mark.libreoffice if name == "libreoffice" else ())
    for name in NAMES
]


def usable(name: str) -> None:
    if reason := missing(name):
        pytest.skip(reason)


@pytest.mark.parametrize("name", EACH)
def test_random_algebra_has_the_value_that_python_gives(name: str, tmp_path: Path) -> None:
    """Hundreds of trees in one workbook, alone and in tables, mean the same in each engine."""
    usable(name)
    woods = forest(Random(SEED), COUNTS[name])  # noqa: S311 - trees are no secrets
    assert faults(name, woods, tmp_path) == []


def test_the_random_trees_are_worth_reading() -> None:
    """Every function and operator grows, some trees are errors of each kind, and few are idle."""
    woods = forest(Random(SEED), 1200)  # noqa: S311 - trees are no secrets
    text = "\n".join(woods.formulas[sample.cell] for sample in woods.samples)
    names = {re.sub(r"\W.*", "", function.excel) for function in BY_NAME.values()}
    assert names <= set(re.findall(r"[A-Z]+(?=\()", text))
    assert all(sign in text for sign in ("+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">=", "&"))
    seen = Counter(sample.expected for sample in woods.samples)
    codes = {str(value) for value in seen if isinstance(value, CellError)}
    assert codes == {"#DIV/0!", "#N/A", "#VALUE!"}
    assert seen[None] < len(woods.samples) / 50
    broken = sum(n for value, n in seen.items() if isinstance(value, CellError))
    assert broken < len(woods.samples) / 3
    assert len(seen) > len(woods.samples) / 6


def test_random_algebra_is_measured_in_what_it_grew_as() -> None:
    """The unit of a tree over bare figures is none; that of a text and of a condition, its own."""
    for kind, tree in grown(Random(SEED), LONE, 600, 4):  # noqa: S311 - trees are no secrets
        assert unit_of(tree) in (UNITS[kind], None), kind


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.sampled_from(["formualizer", "ironcalc"]))
def test_the_smallest_tree_that_differs_is_found(random: Random, name: str) -> None:
    """Any tree at all means the same in the engines that build the workbook."""
    with TemporaryDirectory() as folder:
        assert faults(name, forest(random, 1), Path(folder)) == []


# --- shapes by name, with the value worked out by hand ----------------------------------------

A, B, C, D = (
    figure(f"item_{name}", value) for name, value in zip("abcd", (7, 2, 4, 2), strict=True)
)
P, Q = words("p", "one"), words("q", "two")
SHAPES: Mapping[str, tuple[Expr, Value]] = {
    "=item_a/(item_b*item_c)": (A / (B * C), 7 / 8),
    "=item_a/item_b*item_c": (A / B * C, 14.0),
    "=item_a-(item_b-item_c)": (A - (B - C), 9.0),
    "=item_a-item_b-item_c": (A - B - C, 1.0),
    "=item_a-(item_b+item_c)": (A - (B + C), 1.0),
    "=item_a-item_b+item_c": (A - B + C, 9.0),
    "=item_a/(item_b/item_c)": (A / (B / C), 14.0),
    "=item_a/item_b/item_c": (A / B / C, 7 / 8),
    "=1-item_a": (1 - A, -6.0),
    "=1/item_c": (1 / C, 0.25),
    "=1-(1-item_a)": (1 - (1 - A), 7.0),
    "=(item_a-item_b)*item_c": ((A - B) * C, 20.0),
    "=item_a*(item_b+item_c)": (A * (B + C), 42.0),
    "=item_a*item_b+item_c": (A * B + C, 18.0),
    "=item_a+item_b*item_c": (A + B * C, 15.0),
    "=0-item_a": (0 - A, -7.0),
    "=(0-item_b)*(0-item_c)": ((0 - B) * (0 - C), 8.0),
    "=item_a-(0-item_b)": (A - (0 - B), 9.0),
    "=item_a+(item_b-item_c)": (A + (B - C), 5.0),
    "=item_a*(item_b/item_c)": (A * (B / C), 3.5),
    "=item_a/(item_b-item_d)": (A / (B - D), CellError("#DIV/0!")),
    '=data_p&" and "&data_q': (joined(P, " and ", Q), "one and two"),
    '=data_p&data_q&"!"': (joined(P, joined(Q, "!")), "onetwo!"),
    '=data_p&"say ""n/a"""': (joined(P, 'say "n/a"'), 'onesay "n/a"'),
    '=data_p&data_q="ONETWO"': (same(joined(P, Q), "ONETWO"), True),
    "=data_p&data_q<>data_q&data_p": (differs(joined(P, Q), joined(Q, P)), True),
    '=REPT("x",item_a-item_b)&data_p': (joined(repeated("x", A - B), P), "xxxxxone"),
    "=item_a-item_b>item_c": (above(A - B, C), True),
    "=item_b*item_d>=item_c": (at_least(B * D, C), True),
    "=item_c<=item_b+item_d": (at_most(C, B + D), True),
    "=item_c<item_b*item_d": (below(C, B * D), False),
    "=item_b/item_d=1": (same(B / D, 1), True),
    '=IF(item_a>item_b,data_p,"none")': (when(above(A, B), P, "none"), "one"),
    '="*"&IF(item_a<item_b,data_p,data_q)': (joined("*", when(below(A, B), P, Q)), "*two"),
    "=(IF(item_a>item_b,item_a,item_b)-item_c)/item_b": ((when(above(A, B), A, B) - C) / B, 1.5),
    "=AND(item_a>item_b,OR(item_b>item_c,item_b=item_d))": (
        both(above(A, B), either(above(B, C), same(B, D))),
        True,
    ),
}


@pytest.fixture(scope="module")
def shapes() -> Layout:
    named = [
        Line(f"shape_{i}", text, "1", algebra=tree, how="Named")
        for i, (text, (tree, _)) in enumerate(SHAPES.items())
    ]
    return laid(tab("Shapes", Lines("Shapes", (A, B, C, D, P, Q, *named))))


def test_named_shapes_keep_the_brackets_they_need_and_no_others(shapes: Layout) -> None:
    """Brackets stand where the order of calculation hangs on them."""
    text = spelled(shapes)
    found = [text[Cell("Shapes", shapes.names[f"shape_{i}"].ref)] for i in range(len(SHAPES))]
    assert found == list(SHAPES)


@pytest.mark.parametrize("name", EACH)
def test_named_shapes_have_their_value_in_each_engine(
    name: str, shapes: Layout, tmp_path: Path
) -> None:
    """Each engine comes to the value worked out by hand."""
    usable(name)
    path = tmp_path / "shapes.xlsx"
    path.write_bytes(xlsx.write(shapes, theme.load(), STAMP))
    cells = [Cell("Shapes", shapes.names[f"shape_{i}"].ref) for i in range(len(SHAPES))]
    with engine(name).open(path) as session:
        found = session.read(cells)
    wrong = {
        text: found[cell]
        for cell, (text, (_, expected)) in zip(cells, SHAPES.items(), strict=True)
        if not agree(found[cell], expected)
    }
    assert not wrong


def test_named_shapes_mean_in_python_what_they_say() -> None:
    """The plain meaning of each shape is the value worked out by hand."""
    model = Careful([tab("Shapes", Lines("Shapes", (A, B, C, D, P, Q)))])
    for text, (tree, expected) in SHAPES.items():
        assert agree(meaning(model, tree, None), expected), text


SMALL = (0.0, 0.0004, 0.00996, 0.0996, 0.6, 0.94, 0.96, 0.9951, 0.996, 0.9996, 0.99996, 1.0)
LARGE = (1.6, 1.996, 9.6, 9.96, 9.996, 99.97, 999.6, 999.96, 1234.6, 99_999.6, 999_999.7)


@pytest.mark.parametrize("name", ["formualizer", "ironcalc"])
def test_a_figure_is_written_alike_by_the_engines_that_build(name: str, tmp_path: Path) -> None:
    """Where a figure rounds up to a further digit, both engines and Python carry it."""
    figures = [figure(f"figure_{i}", value) for i, value in enumerate((*SMALL, *LARGE))]
    trees = [shown(line, pattern) for line in figures for pattern in PATTERNS]
    texts = [
        Line(f"text_{i}", f"Text {i}", "text", algebra=tree, how="Shown")
        for i, tree in enumerate(trees)
    ]
    layout = laid(tab("Shown", Lines("Shown", (*figures, *texts))))
    path = tmp_path / "shown.xlsx"
    path.write_bytes(xlsx.write(layout, theme.load(), STAMP))
    cells = [Cell("Shown", layout.names[line.key].ref) for line in texts]
    with engine(name).open(path) as session:
        found = session.read(cells)
    model, told = Model([]), zip(cells, trees, strict=True)
    wrong = {
        spelled(layout)[cell]: found[cell] for cell, t in told if found[cell] != model.value(t)
    }
    assert wrong == {}
