"""The form of resource pools: whose they are, their share, and what they lend and borrow."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.data.field import choice, number, share, words
from workbook.data.form import Broken, Form

ORGANISATIONS = ("Inference", "Training", "Research")
"""The organisations that the memo divides compute between."""

MEMO = "Memo 004, communication"


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool shared by the teams of one organisation and kind of workload.

    *share* and *floor* (H100e hours a year) make its guaranteed hours. *lends* and *borrows* are
    shares of those: the most that it lends while idle, and the most that it borrows; None sets no
    limit. Pools of one *cohort* lend to each other; None lends and borrows nothing.
    """

    pool: str
    organisation: str
    workload: str
    share: float
    floor: float | None
    lends: float | None
    borrows: float | None
    cohort: str | None


def _limits_need_a_cohort(pool: Pool) -> Broken:
    for key, limit in (("lends", pool.lends), ("borrows", pool.borrows)):
        if pool.cohort is None and limit:
            return key, "is given, but the pool has no cohort; name one, or leave the limit blank"
    return None


POOLS = Form(
    key="pools",
    title="Pools",
    purpose="Resource pools by organisation and workload",
    row=Pool,
    columns=(
        words("pool", "Pool", "Names the pool; requests refer to it, so each name stands once"),
        choice("organisation", "Organisation", "Whose hours the pool has", ORGANISATIONS),
        words("workload", "Workload", "What its teams run"),
        share("share", "Share of hours", "Part of its organisation’s hours in the live scenario"),
        number(
            "floor",
            "Floor",
            "Hours that the pool has at least, whatever its share comes to",
            "H100e·h/yr",
            0,
            1e12,
            required=False,
        ),
        share(
            "lends",
            "Lends at most",
            "Share of its guaranteed hours that it lends while idle; blank sets no limit",
            required=False,
        ),
        share(
            "borrows",
            "Borrows at most",
            "What it borrows at most, as a share of its guaranteed hours; blank sets no limit",
            10.0,
            required=False,
        ),
        words(
            "cohort",
            "Cohort",
            "Pools of one cohort lend to each other; blank lends and borrows nothing",
            required=False,
        ),
    ),
    unique=("pool",),
    most=12,
    memo=MEMO,
    rules=(_limits_need_a_cohort,),
)
