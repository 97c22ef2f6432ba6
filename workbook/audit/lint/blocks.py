"""Cells that differ from the block they stand in: a row or a column of one formula."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count, takewhile
from typing import NamedTuple, TypeAlias

from workbook.audit.ranges import Place

Forms: TypeAlias = Mapping[Place, str]
"""Row and column → what a cell does: its formula in R1C1, or TYPED."""

TYPED = "typed"
"""What a cell does that holds a number or words where others calculate."""


FEWEST_OTHERS = 3
"""Links that must agree before another is odd."""


LONG_RUN = 5
"""Formulas of one shape that make a run in which another shape is odd."""


LINK = "‹1›"
"""The shape of a formula that only repeats a cell."""


class Outlier(NamedTuple):
    """A cell that does *found* in a block that does *expected*; *down* for a column."""

    place: Place
    found: str
    expected: str
    down: bool


def outliers(
    forms: Forms, looks: Mapping[Place, object], links: Collection[Place]
) -> list[Outlier]:
    """Cells between, or at an end of, others that all do the same.

    A cell is judged down its column and along its row, unless a neighbour across does as it does:
    then it is of a block that runs the other way. An end is judged by the next two, and only
    where it looks as they do; a total looks different. *links* only repeat a cell, each row its
    own: one of them is odd only where all others of its run repeat the same.
    """
    found = []
    for place, form in forms.items():
        for down in (True, False):
            expected = _expected(forms, looks, place, down=down)
            if not expected or expected == form or _fits(forms, place, down=not down):
                continue
            if place in links and not _only_one(forms, place, expected, down=down):
                continue
            found.append(Outlier(place, form, expected, down))
            break
    return found


def _only_one(forms: Forms, place: Place, expected: str, *, down: bool) -> bool:
    """Whether all others of a run of four or more do what is expected."""
    others = _others(forms, place, down=down)
    return len(others) >= FEWEST_OTHERS and set(others) == {expected}


def _others(forms: Forms, place: Place, *, down: bool) -> list[str]:
    """What the formulas before and after a cell do, up to the next gap or typed value."""
    steps = ((_step(place, sign * i, down=down) for i in count(1)) for sign in (-1, 1))
    runs = (takewhile(lambda at: forms.get(at, TYPED) != TYPED, run) for run in steps)
    return [forms[at] for run in runs for at in run]


def misshapen(shapes: Forms) -> list[Outlier]:
    """The one cell of a long run whose shape differs, where every row reads cells of its own.

    A *shape* is a formula with its references numbered as they come, or TYPED. Among links that
    only repeat a cell, a calculation may stand.
    """
    found = []
    for place, shape in shapes.items():
        for down in (True, False):
            before, after = (shapes.get(_step(place, by, down=down)) for by in (-1, 1))
            if before is None or before != after or before in (TYPED, shape):
                continue
            others = _others(shapes, place, down=down)
            odd = len(others) >= LONG_RUN and set(others) == {before}
            if odd and (shape == TYPED or before != LINK):
                found.append(Outlier(place, shape, before, down))
                break
    return found


def _step(place: Place, by: int, *, down: bool) -> Place:
    return (place[0] + by, place[1]) if down else (place[0], place[1] + by)


def _fits(forms: Forms, place: Place, *, down: bool) -> bool:
    """Whether a neighbour along this direction does the same."""
    form = forms[place]
    return form != TYPED and form in (forms.get(_step(place, by, down=down)) for by in (-1, 1))


def _expected(forms: Forms, looks: Mapping[Place, object], place: Place, *, down: bool) -> str:
    """What the neighbours in this direction agree on; empty where they do not."""
    before, after = (forms.get(_step(place, by, down=down)) for by in (-1, 1))
    if before == after:
        return "" if before in (None, TYPED) else str(before)
    near = {by: forms.get(_step(place, by, down=down)) for by in (-2, -1, 1, 2)}
    for first, second, opposite in ((-1, -2, 1), (1, 2, -1)):
        form = near[first]
        beyond = _step(place, opposite, down=down)
        at_end = near[opposite] is None or looks[beyond] != looks[place]
        if at_end and form == near[second] and form not in (None, TYPED):
            same = looks[place] == looks[_step(place, first, down=down)]
            return str(form) if same else ""
    return ""
