"""A form for the tests, files of it, and a tab that counts what is typed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workbook.assumptions import Basis, DataFile, Day
from workbook.book import Axis, Entity, Line, Lines, Tab, Table
from workbook.data import (
    Broken,
    Form,
    Records,
    choice,
    day,
    identifier,
    number,
    read,
    share,
    words,
)
from workbook.expr import (
    count_between,
    count_filled,
    count_gaps,
    count_outside,
    count_torn,
    count_where,
    order,
    total,
    where_filled,
)
from workbook.tabs.entities import rows_of, typed_of


@dataclass(frozen=True, slots=True)
class Loan:
    """One row of the form: tools lent for a time."""

    id: str
    tool: str
    count: float
    part: float | None
    start: date
    end: date | None
    remark: str | None


def ends_after_start(loan: Loan) -> Broken:
    """The rule of the form between two columns."""
    if loan.end is not None and loan.end < loan.start:
        return "end", f"{loan.end} is before the start {loan.start}; correct one"
    return None


LOANS = Form(
    key="loans",
    title="Loans",
    purpose="Tools lent to neighbours",
    row=Loan,
    columns=(
        identifier("id", "Id", "Names the loan"),
        choice("tool", "Tool", "What is lent", ("Saw", "Hammer", "Plane")),
        number("count", "Pieces", "How many", "1", 0, 1000, whole=True),
        share("part", "Part", "How much of it", required=False),
        day("start", "Start", "First day"),
        day("end", "End", "Last day", required=False),
        words("remark", "Remark", "Anything else", required=False),
    ),
    unique=("id",),
    most=12,
    memo="No memo",
    dated="start",
    rules=(ends_after_start,),
)

GOOD = """\
Id,Tool,Pieces,Part,Start,End,Remark
L-1,Saw,3,30%,2026-01-05,2026-02-05,"Oak, and ash"
L-2,hammer,12,0.5,2026-03-01,,
L-3,Plane,0,,2026-02-01,2026-02-01,
"""


def loans(folder: Path, text: str | bytes = GOOD) -> Records[Loan]:
    """The rows of a file of loans."""
    path = folder / "loans.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(LOANS, path)


def chosen(records: Records[Any], form: Form[Any] = LOANS) -> DataFile[Any]:
    """A file as a set of assumptions has it."""
    said: dict[str, Any] = dict.fromkeys(("label", "note", "source", "memo"), "As the test has it")
    when = date(2026, 3, 1)
    as_of = Day(
        **said,
        id=f"data.{form.key}.as_of",
        as_of=when,
        basis=Basis.ASSUMED,
        value=when,
        low=date(2000, 1, 1),
        high=date(2099, 12, 31),
    )
    return DataFile(form, records, as_of, "As the test has it")


def counting(file: DataFile[Any]) -> Tab:
    """A tab with the loans, what is worked out beside them, and what is counted of them."""
    tools = Axis("tools", "Tool", tuple(Entity(t.lower(), t) for t in ("Saw", "Hammer", "Plane")))
    axis = rows_of(file)
    keys = [column.key for column in file.form.columns]
    columns = {
        key: typed_of(file, axis, key, allowed=tools.names if key == "tool" else None)
        for key in keys
    }
    ident, pieces, tool = columns["id"], columns["count"], columns["tool"]
    low = Line("lowest_count", "Lowest", "1", constant=0.0)
    high = Line("highest_count", "Highest", "1", constant=1000.0)
    twice = axis.formula("twice", "Twice", "1", where_filled(ident, pieces + pieces))
    rank = axis.formula(
        "rank",
        "Rank",
        "1",
        where_filled(
            ident,
            order(
                axis_key := axis.formula("rank_key", "Key", "1", where_filled(ident, pieces + 1, 0))
            ),
        ),
    )
    lent = tools.formula("lent", "Lent", "1", count_where((tool, tools.names)))
    counts = (
        Line("loans_filled", "Filled", "1", count_filled(ident)),
        Line("loans_within", "Within", "1", count_between(pieces, low, high)),
        Line("loans_listed", "Listed", "1", total(lent)),
        Line("loans_gaps", "Gaps", "1", count_gaps(ident, pieces)),
        Line("loans_outside", "Outside", "1", count_outside(pieces, low, high)),
        Line("loans_torn", "Torn", "1", count_torn(ident, pieces)),
        Line("loans_strays", "Strays", "1", count_gaps(pieces, ident)),
        Line("loans_twice", "Twice", "1", total(twice)),
    )
    table = Table("Loans", axis, (*columns.values(), axis_key, twice, rank))
    blocks = (Table("Tools", tools, (lent,)), table, Lines("Counted", (low, high, *counts)))
    return Tab("Loans", "For a test", "start", blocks, widths=(100,) * 12)
