"""Held: the users whose demand a pod holds, read from the simulated ladder the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Gathered, Line, Table
from workbook.demand_facts import Simulated
from workbook.expr import (
    At,
    above,
    below,
    both,
    count_within,
    exponential,
    highest,
    logarithm,
    lowest,
    nth,
    same,
    when,
)
from workbook.tabs.needs import OUTSIDE, RUNGS, Long, Rungs, Shape

BESIDE_NOTE = (
    "Read from the table the other way round, live: the users at which slots reach those of a pod, "
    "at the memo’s service level whatever is picked above, with intervals of 95%."
)
AT_MEMO, CHOSEN = "_memo", ""
"""What ends the key of a row that is read at the memo's service level, or at the one chosen."""


class PerPod(NamedTuple):
    """The users of a pod by preset and rung, the tables beside the memo, and the working."""

    start: Column
    beside: tuple[Table, Table]
    working: tuple[Table, Table]


def per_pod(
    found: Sequence[Simulated],
    shape: Shape,
    long: Long,
    pod_slots: Line,
    memo: Column,
    rungs: Rungs,
    preset: Line,
    width: Line,
) -> PerPod:
    """Users whose demand reaches the slots of a pod, by preset and rung, beside the memo's."""
    cells = [
        (f, rung, label, end)
        for f in found
        for end in (AT_MEMO, CHOSEN)
        for rung, label in rungs.labels
    ]
    axis = Axis(
        "held_users",
        "Preset and rung",
        tuple(
            Entity(f"{f.key}_{rung}{end}", f"{f.name}: {label}") for f, rung, label, end in cells
        ),
    )
    numbers = {f.key: float(i) for i, f in enumerate(found, 1)}
    which = axis.fixed("preset", "Preset", [numbers[f.key] for f, *_ in cells], "stamp", unit="1")
    rung_of = axis.fixed(
        "rung", "Rung", [1.0 + RUNGS.index(rung) for _, rung, *_ in cells], "stamp", unit="1"
    )
    of_memo = axis.fixed(
        "of_memo",
        "Memo’s level",
        [1.0 if end == AT_MEMO else 0.0 for *_, end in cells],
        "stamp",
        unit="1",
    )
    level = axis.formula(
        "level",
        "Level",
        "1",
        when(same(of_memo, 1), shape.memo_level, shape.level),
        how="The place of the memo’s service level, or of the one chosen",
    )
    start = axis.formula(
        "start",
        "Rows before",
        "1",
        shape.start(which, rung_of, level),
        how="Rows of the table before this curve",
    )
    held = axis.formula(
        "held",
        "Rows held",
        "1",
        count_within(long.block, start / shape.users + 1, long.slots, pod_slots),
        how="Rows of this curve whose slots a pod has",
    )
    inside = axis.formula(
        "inside",
        "Inside",
        "1",
        when(both(above(held, 0), below(held, shape.users)), 1, 0),
        how="1 where the slots of a pod are within the curve",
        show="flag",
    )
    row = axis.formula(
        "row",
        "Row below",
        "1",
        start + highest(1, lowest(held, shape.users - 1)),
        how="The last row that a pod holds",
    )
    fewer, more = _ends(axis, "users", "Users", "user", long.users, row)
    lower, upper = _ends(axis, "slots", "Slots", "slot", long.slots, row)
    way = axis.formula(
        "way",
        "Way to the row above",
        "1",
        when(
            same(inside, 1),
            when(
                above(lower, 0),
                logarithm(pod_slots / lower) / logarithm(upper / lower),
                pod_slots / upper,
            ),
            0,
        ),
        how="On logarithms of slots; straight where the lower slots are none",
        show="decimal3",
    )
    users = axis.formula(
        "users",
        "Users of a pod",
        "user",
        when(same(inside, 1), fewer * exponential(way * logarithm(more / fewer)), OUTSIDE),
        how="Fewer users × (more ÷ fewer) to the power of the way",
        show="decimal1",
    )
    working = Table(
        "Working: the users of a pod",
        axis,
        (
            which,
            rung_of,
            of_memo,
            level,
            start,
            held,
            inside,
            row,
            fewer,
            more,
            lower,
            upper,
            way,
            users,
        ),
    )
    spread, ends = _interval(
        axis, long, pod_slots, width, (inside, row, fewer, more, lower, upper, way)
    )
    least, most = (
        axis.formula(
            key,
            label,
            "user",
            when(same(inside, 1), users * exponential(sign), OUTSIDE),
            how=how,
            show="decimal1",
        )
        for key, label, sign, how in (
            ("from", "From", 0 - spread, "Users ÷ e to the power of the spread"),
            ("to", "To", spread, "Users × e to the power of the spread"),
        )
    )
    intervals = Table(
        "Working: intervals of 95% of the users of a pod", axis, (*ends, spread, least, most)
    )
    start_of_rung, beside = _beside(found, (users, least, most), shape, memo, rungs, preset)
    return PerPod(start_of_rung, beside, (working, intervals))


def _interval(
    axis: Axis, long: Long, pod_slots: Line, width: Line, read: tuple[Column, ...]
) -> tuple[Column, tuple[Column, Column]]:
    """Half the interval of the logarithm of users: that of slots, by the slope of the curve."""
    inside, row, fewer, more, lower, upper, way = read
    ends = _ends(axis, "error", "Error", "slot", long.error, row)
    error = ends[0] + way * (ends[1] - ends[0])
    steep = logarithm(more / fewer) / logarithm(upper / lower)
    spread = axis.formula(
        "spread",
        "Spread",
        "1",
        when(both(same(inside, 1), above(lower, 0)), width * error / pod_slots * steep, 0),
        how="1.96 standard errors of slots ÷ slots, times the rise of users over that of slots",
        show="decimal3",
    )
    return spread, ends


def _ends(
    axis: Axis, key: str, label: str, unit: str, column: Column, row: Column
) -> tuple[Column, Column]:
    show = "decimal3" if key == "error" else ""
    below_it = axis.formula(f"{key}_below", f"{label} below", unit, nth(column, row), show=show)
    above_it = axis.formula(f"{key}_above", f"{label} above", unit, nth(column, row + 1), show=show)
    return below_it, above_it


def _beside(
    found: Sequence[Simulated],
    users: tuple[Column, Column, Column],
    shape: Shape,
    memo: Column,
    rungs: Rungs,
    preset: Line,
) -> tuple[Column, tuple[Table, Table]]:
    """The users of a pod by rung, the presets side by side: with the memo's, and as chosen."""
    axis, number = rungs.axis, rungs.number
    own = Column(
        "memo", "Memo", "user/pod", axis, Gathered(tuple(At(memo, rung) for rung in RUNGS))
    )

    def simulated(end: str, chosen: str) -> tuple[Column, ...]:
        return tuple(
            Column(
                f"{key}{chosen}",
                label,
                "user",
                axis,
                Gathered(tuple(At(column, f"{f.key}_{rung}{end}") for rung in RUNGS)),
                show="decimal1",
            )
            for f in found
            for column, key, label in zip(
                users, (f.key, f"{f.key}_from", f"{f.key}_to"), (f.name, "From", "To"), strict=True
            )
        )

    start = axis.formula(
        "start",
        "Rows before",
        "1",
        shape.start(preset, number, shape.level),
        how="Rows of the table before this rung’s curve, by the preset and level chosen",
    )
    beside = Table(
        "Users that one pod holds, beside the memo’s",
        axis,
        (own, *simulated(AT_MEMO, "")),
        note=BESIDE_NOTE,
    )
    chosen = Table(
        "Users that one pod holds at the service level chosen",
        axis,
        (number, *simulated(CHOSEN, "_chosen"), start),
    )
    return start, (beside, chosen)
