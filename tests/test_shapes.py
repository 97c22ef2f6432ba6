"""Named shapes: the brackets they are written with, and their value in every engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from books import day, figure, laid, tab, words
from forest import meaning
from programs import EACH, usable, values_in
from trees import PATTERNS, odd_one

from workbook.book import Line, Lines
from workbook.engines import Cell, CellError, Value, agree
from workbook.evaluate import Model
from workbook.expr import (
    Expr,
    above,
    annuity,
    at_least,
    at_most,
    below,
    both,
    dated,
    differs,
    either,
    joined,
    repeated,
    same,
    shown,
    when,
)
from workbook.layout import Layout
from workbook.values import formulas_of

A, B, C, D = (
    figure(f"item_{name}", value) for name, value in zip("abcd", (7, 2, 4, 2), strict=True)
)
P, Q = words("p", "one"), words("q", "two")
FROM = day("from", date(2026, 3, 1))
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
    '=TEXT(ROUND(item_a/item_b,1),"0.0")&data_p': (joined(shown(A / B, "0.0", 1), P), "3.5one"),
    '=TEXT(ROUND(item_a/(item_b*item_c),item_d),"0.00")': (shown(A / (B * C), "0.00", D), "0.88"),
    '=TEXT(ROUND(item_a-item_b,0),"0")': (shown(A - B, "0", 0), "5"),
    '=TEXT(data_from,"yyyy-mm-dd")': (dated(FROM), "2026-03-01"),
    '=data_p&data_q&"!"': (joined(P, joined(Q, "!")), "onetwo!"),
    '=data_p&"say ""n/a"""': (joined(P, 'say "n/a"'), 'onesay "n/a"'),
    '=data_p&data_q="ONETWO"': (same(joined(P, Q), "ONETWO"), True),
    "=data_p&data_q<>data_q&data_p": (differs(joined(P, Q), joined(Q, P)), True),
    '=REPT("x",item_a-item_b)&data_p': (joined(repeated("x", A - B), P), "xxxxxone"),
    "=PMT(item_b/item_c,item_d,0-item_a)": (annuity(B / C, D, A), 6.3),
    "=PMT(item_b-item_d,item_c,0-item_a)": (annuity(B - D, C, A), 1.75),
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
    return laid(tab("Shapes", Lines("Shapes", (A, B, C, D, P, Q, FROM, *named))))


def test_named_shapes_keep_the_brackets_they_need_and_no_others(shapes: Layout) -> None:
    """Brackets stand where the order of calculation hangs on them."""
    text = formulas_of(shapes)
    found = [text[Cell("Shapes", shapes.names[f"shape_{i}"].ref)] for i in range(len(SHAPES))]
    assert found == list(SHAPES)


@pytest.mark.parametrize("name", EACH)
def test_named_shapes_have_their_value_in_each_engine(
    name: str, shapes: Layout, tmp_path: Path
) -> None:
    """Each engine comes to the value worked out by hand."""
    usable(name)
    found = values_in(name, shapes, [f"shape_{i}" for i in range(len(SHAPES))], tmp_path)
    wrong = {
        text: value
        for value, (text, (_, expected)) in zip(found.values(), SHAPES.items(), strict=True)
        if not agree(value, expected)
    }
    assert not wrong


def test_named_shapes_mean_in_python_what_they_say() -> None:
    """The plain meaning of each shape is the value worked out by hand."""
    model = Model([tab("Shapes", Lines("Shapes", (A, B, C, D, P, Q, FROM)))])
    for text, (tree, expected) in SHAPES.items():
        assert agree(meaning(model, tree, None), expected), text


# --- figures in texts -------------------------------------------------------------------------

SMALL = (0.0, 0.0004, 0.00996, 0.0996, 0.6, 0.94, 0.96, 0.9951, 0.996, 0.9996, 0.99996, 1.0)
LARGE = (1.6, 1.996, 9.6, 9.96, 9.996, 99.97, 999.6, 999.96, 1234.6, 99_999.6, 999_999.7, 6e12)
TIES = (0.05, 0.125, 0.15, 0.5, 1.5, 2.5, 1234.5)
NEGATIVE = (-0.0004, -0.02, -0.3, -0.5, -0.996, -1.0, -2.5, -999.96, -1234.5)
TWO_PLACES, THREE_PLACES = figure("two_places", 2.0), figure("three_places", 3.0)
PLACES = (0, 1, TWO_PLACES, THREE_PLACES)


@pytest.mark.parametrize("name", EACH)
def test_a_figure_is_written_alike_by_every_engine(name: str, tmp_path: Path) -> None:
    """Carries, ties and signs are those of Python, but for what one engine is known to do."""
    usable(name)
    figures = [figure(f"figure_{i}", v) for i, v in enumerate(SMALL + LARGE + TIES + NEGATIVE)]
    trees = [
        shown(line, pattern, PLACES[places])
        for line in figures
        for pattern, places in PATTERNS.items()
        if odd_one(line.constant or 0.0, pattern) != name
    ]
    texts = [
        Line(f"text_{i}", f"Text {i}", "text", algebra=tree, how="Shown")
        for i, tree in enumerate(trees)
    ]
    block = Lines("Shown", (TWO_PLACES, THREE_PLACES, *figures, *texts))
    layout, model = laid(tab("Shown", block)), Model([])
    found = values_in(name, layout, [line.key for line in texts], tmp_path)
    expected = {line.key: model.value(tree) for line, tree in zip(texts, trees, strict=True)}
    assert found == expected


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (0.996, ("1", "1", "1.0", "1.00", "100%", "99.6%")),
        (1.005, ("1", "1", "1.0", "1.01", "101%", "100.5%")),
        (-0.04, ("0", "0", "0.0", "-0.04", "-4%", "-4.0%")),
        (2.5, ("3", "3", "2.5", "2.50", "250%", "250.0%")),
        (-2.5, ("-3", "-3", "-2.5", "-2.50", "-250%", "-250.0%")),
        (1234.56, ("1235", "1,235", "1234.6", "1234.56", "123456%", "123456.0%")),
    ],
)
def test_a_figure_is_written_as_a_person_would(value: float, texts: tuple[str, ...]) -> None:
    """Rounded half away from 0, by its decimal digits, with no sign left on 0."""
    line, model = figure("figure", value), Model([])
    trees = [shown(line, pattern, PLACES[places]) for pattern, places in PATTERNS.items()]
    assert tuple(map(model.value, trees)) == texts
