"""Reading: slots at any number of users, between two rows of a simulated curve.

One answer is made of lines, and one for every row of a table of columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from workbook.book import Column, Line
from workbook.expr import (
    Constant,
    Expr,
    Leaf,
    above,
    at_least,
    at_most,
    both,
    exponential,
    given,
    largest,
    logarithm,
    lowest,
    nth,
    same,
    step,
    when,
)

L = TypeVar("L", bound=Leaf)
L_co = TypeVar("L_co", bound=Leaf, covariant=True)


class Make(Protocol[L_co]):
    """Makes a line, or a column of a table, of algebra."""

    def __call__(
        self, key: str, label: str, unit: str, algebra: Expr, *, how: str = "", show: str = ""
    ) -> L_co:
        """The leaf with this *key*."""


@dataclass(frozen=True, slots=True)
class Users:
    """The numbers of users that every curve of a table has: all, how many, fewest and most."""

    grid: Column
    count: Line
    fewest: Line
    most: Line

    @property
    def lines(self) -> tuple[Line, Line]:
        """Those that stand in a block of their own."""
        return self.fewest, self.most


def users_of(tab: str, grid: Column, count: Line) -> Users:
    """The ends of the *grid*, in lines that begin with the *tab*."""
    return Users(
        grid,
        count,
        Line(f"{tab}_smallest", "Fewest users of the table", "user", nth(grid, Constant(1))),
        Line(f"{tab}_largest", "Most users of the table", "user", largest(grid)),
    )


@dataclass(frozen=True, slots=True)
class Steps(Generic[L]):
    """Between which rows of a curve a number of users is, and how far on."""

    inside: L
    asked: L
    place: L
    fewer: L
    more: L
    way: L


def steps(make: Make[L], users: Leaf, table: Users) -> Steps[L]:
    """The rows of a curve below and above *users*; the way is straight on logarithms."""
    within = both(at_least(users, table.fewest), at_most(users, table.most))
    inside = make(
        "inside",
        "Users are within the table",
        "1",
        when(given(users), when(within, 1, 0), 0),
        show="flag",
        how="1 where they are; outside there is no answer",
    )
    asked = make(
        "asked",
        "Users asked for",
        "user",
        when(same(inside, 1), users, table.fewest),
        how="Those given, where they are within the table",
    )
    place = make(
        "place",
        "Row of the curve below",
        "1",
        lowest(step(asked, table.grid), table.count - 1),
        how="The last row whose users are not above those asked for",
    )
    fewer = make("users_low", "Users in the row below", "user", nth(table.grid, place))
    more = make("users_high", "Users in the row above", "user", nth(table.grid, place + 1))
    way = make(
        "way",
        "Way to the row above, on logarithms",
        "1",
        logarithm(asked / fewer) / logarithm(more / fewer),
        show="decimal3",
        how="Logarithm of users ÷ users below, over that of users above ÷ users below",
    )
    return Steps(inside, asked, place, fewer, more, way)


@dataclass(frozen=True, slots=True)
class Between(Generic[L]):
    """Slots in the rows below and above, one over the other, and between the rows."""

    lower: L
    upper: L
    times: L
    slots: L


def between(make: Make[L], slots: Column, first: Expr, way: Leaf) -> Between[L]:
    """Slots on the *way* from the row at *first* to the next, straight on logarithms."""
    lower = make("slots_low", "Slots in the row below", "slot", nth(slots, first))
    upper = make("slots_high", "Slots in the row above", "slot", nth(slots, first + 1))
    times = make(
        "times",
        "Slots above ÷ slots below",
        "1",
        when(above(lower, 0), upper / lower, 0),
        show="decimal3",
        how="Nothing where the row below needs no slots",
    )
    found = make(
        "between",
        "Slots between the rows",
        "slot",
        when(above(times, 0), lower * exponential(way * logarithm(times)), way * upper),
        show="decimal3",
        how="Slots below × (slots above ÷ slots below) to the power of the way",
    )
    return Between(lower, upper, times, found)
