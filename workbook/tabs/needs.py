"""Needs: the simulated ladder as tables, and the users whose demand a pod holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbook.assumptions import Demand
from workbook.book import Axis, Column, Entity, Gathered, Line, Table
from workbook.demand_facts import Simulated
from workbook.expr import (
    At,
    Expr,
    above,
    below,
    both,
    count_within,
    counted,
    exponential,
    highest,
    logarithm,
    lowest,
    no_figure,
    nth,
    ordinal,
    same,
    when,
)

RUNGS = ("independent", "time_of_day", "seasonality", "correlation")
OUTSIDE = no_figure("outside the table")
LONG_NOTE = (
    "Constants of the simulation; slots stand between whole numbers, so that they can be "
    "interpolated. Standard errors are of the sample, and hold nothing of the presets’ fit."
)
BESIDE_NOTE = (
    "Read from the table the other way round, live: the users at which slots reach those of a pod, "
    "at the memo’s service level whatever is picked above, with intervals of 95%."
)
SENT_NOTE = (
    "Simulated: modulation adds messages in a preset whose norm is the median, and a user’s own "
    "ceiling stops some. Without a ceiling: messages a day × e to half the variance, less the norm."
)
AT_MEMO, CHOSEN = "_memo", ""
"""What ends the key of a row that is read at the memo's service level, or at the one chosen."""


@dataclass(frozen=True, slots=True)
class Long:
    """The long table: presets × rungs × levels × users, the last changing fastest."""

    table: Table
    users: Column
    slots: Column
    error: Column
    block: Column


@dataclass(frozen=True, slots=True)
class Shape:
    """How many rungs, levels and users the table has; the places of two levels: chosen, memo's."""

    rungs: Line
    levels: Line
    users: Line
    level: Line
    memo_level: Line

    def start(self, preset: Expr, rung: Expr, level: Expr) -> Expr:
        """The row before the first of a preset, a rung and a level, each by its place."""
        return (((preset - 1) * self.rungs + rung - 1) * self.levels + level - 1) * self.users

    @property
    def lines(self) -> tuple[Line, ...]:
        """Those that stand in a block; the places of levels stand with the other places."""
        return (self.rungs, self.levels, self.users)


def long_table(found: Sequence[Simulated]) -> Long:
    """Every row of the ladders of all presets, as constants."""
    rows = [
        (preset.name, rung, level, users)
        for preset in found
        for rung in preset.ladder.rungs
        for level in preset.ladder.levels
        for users in preset.ladder.users
    ]
    axis = Axis(
        "needs", "Preset", tuple(Entity(f"row_{i}", row[0]) for i, row in enumerate(rows, 1))
    )
    per_block = len(found[0].ladder.users)
    blocks = [1.0 + i // per_block for i in range(len(rows))]
    slots = [value for preset in found for value in preset.ladder.slots]
    errors = [value for preset in found for value in preset.ladder.errors]
    columns = (
        axis.fixed("rung", "Rung", [row[1] for row in rows], "open"),
        axis.fixed("level", "Service level", [row[2] for row in rows], "stamp", unit="share"),
        axis.fixed("users", "Users", [row[3] for row in rows], "stamp", unit="user"),
        axis.fixed("slots", "Slots", slots, "stamp", unit="slot"),
        axis.fixed("error", "Standard error", errors, "stamp", unit="slot"),
        axis.fixed("block", "Curve", blocks, "stamp", unit="1"),
    )
    table = Table("The ladder: slots that users need, simulated", axis, columns, note=LONG_NOTE)
    return Long(table, *columns[2:])


def levels_of(found: Sequence[Simulated], entry: Demand) -> tuple[Axis, Column]:
    """The levels of the table by the words that pick them, and as shares."""
    levels, words = found[0].ladder.levels, entry.level.options
    if any(f.ladder.levels != levels for f in found) or list(map(float, map(_share, words))) != [
        round(level, 6) for level in levels
    ]:
        raise ValueError(f"demand.level has {words}, where the tables have {levels}")
    entities = tuple(Entity(f"held_{i}", text) for i, text in enumerate(words, 1))
    axis = Axis("held_levels", "Service level", entities)
    return axis, axis.fixed("share", "Share", list(levels), "stamp", unit="share")


def _share(words: str) -> float:
    """The share that words such as “95 in 100” say."""
    part, _, whole = words.partition(" in ")
    return round(float(part) / float(whole), 6)


@dataclass(frozen=True, slots=True)
class Rungs:
    """The rungs by the words that pick them, and their numbers."""

    axis: Axis
    number: Column

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Key and words of each rung."""
        return [(entity.key, entity.label) for entity in self.axis.entities]


def rungs_of(found: Sequence[Simulated], entry: Demand) -> Rungs:
    """The rungs of the table, counted from 1."""
    words = entry.rung.options
    if any(len(f.ladder.rungs) != len(words) for f in found):
        raise ValueError(f"demand.rung has {words}, where the tables have others")
    axis = Axis("rungs", "Rung", tuple(Entity(k, w) for k, w in zip(RUNGS, words, strict=True)))
    number = axis.formula("number", "Number", "1", ordinal(axis.names), how="Counted from 1")
    return Rungs(axis, number)


@dataclass(frozen=True, slots=True)
class PerPod:
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


def sent(found: Sequence[Simulated], rungs: Rungs) -> tuple[Table, tuple[Column, ...]]:
    """The messages that a user sends a day, by rung, with a column for each preset."""
    axis, unit = rungs.axis, "req/(user·day)"
    columns: list[Column] = []
    means = []
    for f in found:
        grid = f.tables["messages"]
        told = (("sent", f.name), ("error", "Standard error"), ("law", "Without a ceiling"))
        own = [
            axis.fixed(
                f"{f.key}_{key}",
                label,
                grid.numbers(key),
                "stamp",
                unit=unit,
                units=((unit, "decimal1"),) * len(axis.entities),
            )
            for key, label in told
        ]
        columns += own
        means.append(own[0])
    table = Table("Messages that a user sends a day", axis, tuple(columns), note=SENT_NOTE)
    return table, tuple(means)


def grid_of(ladder_users: Sequence[float]) -> tuple[Axis, Column]:
    """The numbers of users of every curve."""
    axis = Axis(
        "curves",
        "Users of the curves",
        tuple(
            Entity(f"curve_{i}", f"{users:,.0f} users") for i, users in enumerate(ladder_users, 1)
        ),
    )
    return axis, axis.fixed("users", "Users", list(ladder_users), "stamp", unit="user")


def curves(long: Long, rungs: Axis, start: Column, axis: Axis, users: Column) -> Table:
    """Slots by users and rung for the preset and level chosen: what the chart shows."""
    columns = tuple(
        axis.formula(
            e.key,
            e.label,
            "slot",
            nth(long.slots, At(start, e.key) + ordinal(users)),
            how=None,
        )
        for e in rungs.entities
    )
    return Table(
        "Slots by users and rung, for the preset and level chosen", axis, (users, *columns)
    )


def shape_of(rungs: Column, levels: Column, users: Column, level: Line, memo_level: Line) -> Shape:
    """The counts of the table."""
    return Shape(
        Line("demand_rungs", "Rungs of the table", "1", counted(rungs)),
        Line("demand_levels", "Service levels of the table", "1", counted(levels)),
        Line("demand_grid", "Numbers of users of the table", "1", counted(users)),
        level,
        memo_level,
    )
