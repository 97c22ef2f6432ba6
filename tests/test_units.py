"""The unit algebra: its laws, its names, and the faults that it finds."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workbook.units import (
    DATE,
    DIMENSIONLESS_NAMES,
    FLAG,
    NONE,
    SYMBOLS,
    TEXT,
    Unit,
    UnitError,
    parse,
)

MEASURES = sorted(SYMBOLS - {"text", "date", "flag"})


def unit_of_powers(powers: dict[str, int]) -> Unit:
    return Unit(tuple(sorted((symbol, power) for symbol, power in powers.items() if power)))


def powers(most: int) -> st.SearchStrategy[Unit]:
    sizes = st.integers(-most, most)
    return st.dictionaries(st.sampled_from(MEASURES), sizes, max_size=5).map(unit_of_powers)


units = powers(3)


factors = st.lists(
    st.sampled_from([*MEASURES, *sorted(DIMENSIONLESS_NAMES)]), min_size=1, max_size=3
)


def product(symbols: list[str]) -> Unit:
    """The product of symbols, counted one by one."""
    return unit_of_powers(dict(Counter(s for s in symbols if s in SYMBOLS)))


def written(groups: list[list[str]]) -> str:
    """Groups of symbols as the text of a unit."""
    texts = ["·".join(group) for group in groups]
    return "/".join(f"({text})" if "·" in text else text for text in texts)


@given(units, units, units)
def test_factors_may_be_grouped_and_swapped(a: Unit, b: Unit, c: Unit) -> None:
    """Products do not depend on the order of their factors nor on brackets."""
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a / b / c == a / (b * c)
    assert a / (b / c) == a * c / b


@given(units, units)
def test_division_undoes_multiplication(a: Unit, b: Unit) -> None:
    """A unit comes back when what it was multiplied by divides it."""
    assert a * b / b == a
    assert a / b * b == a
    assert a / a == NONE


@given(units)
def test_no_dimension_changes_nothing(a: Unit) -> None:
    """A bare number is the one of the algebra."""
    assert a * NONE == a
    assert a / NONE == a
    assert NONE / (NONE / a) == a


@given(units, units)
def test_equal_units_are_written_alike_and_others_are_not(a: Unit, b: Unit) -> None:
    """The text of a unit tells it from every other, and equal units are one key."""
    assert (str(a) == str(b)) == (a == b)
    assert len({a * b, b * a}) == 1


@given(powers(1))
def test_a_unit_reads_back_as_it_is_written(a: Unit) -> None:
    """Where no symbol stands twice, parsing undoes writing."""
    assert parse(str(a)) == a


@given(units)
def test_a_power_has_no_name_to_read_back(a: Unit) -> None:
    """Squares arise on the way only: no line is declared in one."""
    assume(any(abs(power) > 1 for _, power in a.powers))
    with pytest.raises(UnitError, match=r"\^"):
        parse(str(a))


@given(st.sampled_from(MEASURES), st.sampled_from(sorted(DIMENSIONLESS_NAMES)))
def test_shares_and_multiples_have_no_dimension(symbol: str, bare: str) -> None:
    """A share of dollars is dollars, whichever way round it is said."""
    assert parse(bare) == NONE
    assert parse(f"{bare}·{symbol}") == parse(f"{symbol}·{bare}") == parse(symbol)
    assert parse(f"{bare}/{symbol}") == NONE / parse(symbol)


@pytest.mark.parametrize(
    ("written", "powers"),
    [
        ("USD", {"USD": 1}),
        ("USD/yr", {"USD": 1, "yr": -1}),
        ("USD/(H100e·h)", {"USD": 1, "H100e": -1, "h": -1}),
        ("H100e·h/yr", {"H100e": 1, "h": 1, "yr": -1}),
        ("1/yr", {"yr": -1}),
        ("h/s/yr", {"h": 1, "s": -1, "yr": -1}),
        ("h·s/(yr·tok)/chip", {"h": 1, "s": 1, "yr": -1, "tok": -1, "chip": -1}),
        ("(H100e·s)/tok", {"H100e": 1, "s": 1, "tok": -1}),
        ("FLOP/(H100e·s)", {"FLOP": 1, "H100e": -1, "s": -1}),
        ("h/h", {}),
        ("h·h/h", {"h": 1}),
        ("choice", {"text": 1}),
    ],
)
def test_a_name_means_its_powers(written: str, powers: dict[str, int]) -> None:
    """What a unit's name says, symbol by symbol."""
    assert dict(parse(written).powers) == powers


def test_hours_at_a_price_are_dollars() -> None:
    """60 H100e·h/yr at 2 USD/(H100e·h) are USD/yr, and per token USD·1/(tok·yr)."""
    spent = parse("H100e·h/yr") * parse("USD/(H100e·h)")
    assert spent == parse("USD/yr")
    assert str(spent / parse("tok")) == "USD/(tok·yr)"
    assert str(parse("h") * parse("h")) == "h^2"
    assert str(NONE / parse("h")) == "1/h"
    assert str(NONE) == "1"


@pytest.mark.parametrize(
    ("wrong", "unknown"),
    [
        ("usd", "usd"),
        ("EUR", "EUR"),
        ("USD/month", "month"),
        ("USD/(H100e·week)", "week"),
        ("USD/choice", "choice"),
        ("2", "2"),
    ],
)
def test_an_unknown_unit_is_named_with_all_that_are_known(wrong: str, unknown: str) -> None:
    """A name that is no unit is quoted, and the message lists the symbols there are."""
    with pytest.raises(UnitError) as caught:
        parse(wrong)
    known = (
        "FLOP, GB, H100e, Mtok, USD, chip, date, day, flag, h, kW, min, mo, node, pod, req, s, "
        "slot, text, tok, user, wk, yr"
    )
    assert str(caught.value) == f"unknown unit {unknown!r}; known: {known}"


@pytest.mark.parametrize(
    "wrong",
    [
        *("", " ", "h h", " h", "h ", "h\n", "USD per h", "h^2", "h*h", "-h", "$"),
        *("/", "·", "USD/", "/h", "USD//h", "USD·", "·h", "USD··h", "USD/·h"),
        *("()", "USD/()", "(USD", "USD)", "USD/(h", "USD/h)", "USD/((h·s))", "USD/(h/s)"),
        *("USD(h)", "(USD)h", "USD·(h·s)", "(USD·h)·s", "USD/(h)(s)"),
    ],
)
def test_a_unit_that_cannot_be_read_is_quoted_with_an_example(wrong: str) -> None:
    """Blanks, powers, stray signs and stray brackets are refused, and the message shows how."""
    with pytest.raises(UnitError) as caught:
        parse(wrong)
    assert str(caught.value) == f"unreadable unit {wrong!r}; write it like USD/(H100e·h)"


@given(st.lists(factors, min_size=1, max_size=3))
def test_each_factor_counts(groups: list[list[str]]) -> None:
    """The first group of symbols multiplies and each later one divides."""
    head, *below = map(product, groups)
    for group in below:
        head = head / group
    assert parse(written(groups)) == head


@given(st.lists(factors, min_size=1, max_size=3), st.integers(0), st.sampled_from(" ()·/^\n"))
def test_a_stray_sign_is_never_read_over(groups: list[list[str]], at: int, stray: str) -> None:
    """One sign too many, anywhere in a unit, is refused."""
    text = written(groups)
    at %= len(text) + 1
    with pytest.raises(UnitError, match=r"(unreadable|unknown) unit"):
        parse(text[:at] + stray + text[at:])


@pytest.mark.parametrize("wrong", ["text/h", "h/text", "USD·flag", "flag·USD", "date·date"])
def test_a_unit_of_a_text_or_a_flag_is_refused(wrong: str) -> None:
    """Text, flags and dates are no factors of a unit that is declared either."""
    with pytest.raises(UnitError, match="cannot multiply or divide"):
        parse(wrong)


@given(units, st.sampled_from([TEXT, FLAG, DATE]))
def test_text_flags_and_dates_are_no_factors(a: Unit, other: Unit) -> None:
    """What is no quantity is neither multiplied nor divided, and the message says by what."""
    for combine in (Unit.__mul__, Unit.__truediv__):
        for left, right in ((a, other), (other, a)):
            with pytest.raises(UnitError, match="cannot multiply or divide") as caught:
                combine(left, right)
            assert str(left) in str(caught.value)
            assert str(right) in str(caught.value)
