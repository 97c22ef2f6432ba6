"""Operated: the simulated tables of pods in operation, with the words that pick their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workbook.assumptions import Scaling
from workbook.book import Axis, Column, Entity, Line, Table
from workbook.demand_facts import Grid, Simulated

STATIC, SCALED, NEED = "static", "scaled", "need"
BETWEEN = " · "
"""What stands between the words of a row’s label: a pick of each makes the whole."""

SHARES = {0.0: "none", 0.2: "a fifth", 0.5: "half", 0.9: "nine tenths"}
MINUTES = {0.0: "no time", 1.0: "1 minute"}

SCALED_NOTE = (
    "Simulated. The need: pods without any delay, and the spells in which it is above one. More "
    "than 50 users have no static pod: its queue never empties. Pods cool down for 5 minutes."
)
CASCADE_NOTE = (
    "Simulated on one static pod: those who wait give up after 2 minutes in the mean, and come "
    "back a minute later. Gains of 1 and more have no row: they never drain."
)
ERRORS_NOTE = "Of 12 independent batches of weeks; they hold nothing of the presets’ fit."
TRACES_NOTE = (
    "One simulated week by half hours: the highest slots in use if none ever waited, and the "
    "slots of the pods ready, scaled with a minute’s spin-up and no headroom."
)


def users_words(users: float) -> str:
    """How a number of users is picked.

    >>> users_words(25.0)
    '25 users'
    """
    return f"{users:g} users"


def minutes_words(minutes: float) -> str:
    """How a spin-up is picked.

    >>> minutes_words(1.0), minutes_words(5.0)
    ('1 minute', '5 minutes')
    """
    return MINUTES.get(minutes, f"{minutes:g} minutes")


def share_words(share: float) -> str:
    """How a headroom, a chance or a share of work is picked.

    >>> share_words(0.2), share_words(0.35)
    ('a fifth', '0.35 of 1')
    """
    return SHARES.get(share, f"{share:g} of 1")


def share_of(words: str) -> float:
    """The share that its words name. Raises KeyError for words that name none.

    >>> share_of("a fifth")
    0.2
    """
    return {words: share for share, words in SHARES.items()}[words]


class Measured(NamedTuple):
    """A simulated table by the labels of its rows: a column and its errors for each measure."""

    axis: Axis
    mean: Mapping[str, Column]
    error: Mapping[str, Column]
    keys: tuple[Column, ...]
    weeks: Column
    tables: tuple[Table, ...]


class Measure(NamedTuple):
    """What a column of a table measures; *show* names a number format of its own."""

    key: str
    label: str
    unit: str
    show: str = ""


SCALED_MEASURES = (
    Measure("pods", "Pods paid", "pod"),
    Measure("to_peak", "Paid ÷ static at the week’s peak", "x"),
    Measure("overload", "Overload", "min/wk", "decimal"),
    Measure("short", "Outages of 5 minutes and more", "1/wk"),
    Measure("long", "Outages of 30 minutes and more", "1/wk"),
    Measure("wait", "Mean wait", "min"),
    Measure("most", "Most pods in a week", "pod", "decimal1"),
)
CASCADE_MEASURES = (
    Measure("attempts", "Attempts a message", "x"),
    Measure("lost", "Messages lost", "share"),
    Measure("overload", "Overload", "min/wk", "decimal"),
    Measure("long", "Outages of 30 minutes and more", "1/wk"),
)


def _stamped(axis: Axis, measure: Measure, values: Sequence[float], *, error: bool) -> Column:
    key = f"{measure.key}_error" if error else measure.key
    count = len(axis.entities)
    units = ((measure.unit, measure.show),) * count if measure.show else ()
    return axis.fixed(key, measure.label, values, "stamp", unit=measure.unit, units=units)


def _joined(found: Sequence[Simulated], kind: str, key: str) -> list[float]:
    return [value for f in found for value in f.tables[kind].numbers(key)]


def _measured(
    axis: Axis,
    found: Sequence[Simulated],
    kind: str,
    measures: Sequence[Measure],
    own: tuple[Column, ...],
    titles: tuple[str, str, str],
) -> Measured:
    """The table of a kind and that of its errors; *titles* are theirs, with the first's note."""
    mean = {m.key: _stamped(axis, m, _joined(found, kind, m.key), error=False) for m in measures}
    error = {
        m.key: _stamped(axis, m, _joined(found, kind, f"{m.key}_error"), error=True)
        for m in measures
    }
    weeks = axis.fixed("weeks", "Weeks", _joined(found, kind, "weeks"), "stamp", unit="wk")
    title, of_errors, note = titles
    tables = (
        Table(title, axis, (*own, *mean.values()), note=note),
        Table(of_errors, axis, (*error.values(), weeks), note=ERRORS_NOTE),
    )
    return Measured(axis, mean, error, own, weeks, tables)


def _keyed(axis: Axis, found: Sequence[Simulated], kind: str) -> tuple[Column, ...]:
    """The numbers that name the rows of a table."""
    told = {
        "autoscale": (
            ("users", "Users", "user"),
            ("spin_up", "Spin-up", "min"),
            ("headroom", "Headroom", "share"),
        ),
        "cascade": (
            ("users", "Users", "user"),
            ("retry", "Come back", "share"),
            ("zombie", "Worked for nobody", "share"),
            ("gain", "Gain", "x"),
        ),
    }
    return tuple(
        axis.fixed(key, label, _joined(found, kind, key), "stamp", unit=unit)
        for key, label, unit in told[kind]
    )


def scaled_label(preset: str, users: str, run: str, spin_up: str = "", headroom: str = "") -> str:
    """The label of a row of the table of scaling, of the words that pick it."""
    parts = (preset, users, run, spin_up, headroom) if run == SCALED else (preset, users, run)
    return BETWEEN.join(parts)


def autoscale(found: Sequence[Simulated], one_pod: Line) -> Measured:
    """The need, one static pod and scaled pods, of both presets, with what scaling adds."""
    entities = [
        Entity(_scaled_key(f, *row), scaled_label(f.name, *_scaled_words(*row)))
        for f in found
        for row in _scaled_rows(f.tables["autoscale"])
    ]
    axis = Axis("autoscale", "Preset, users, pods, spin-up, headroom", tuple(entities))
    own = _keyed(axis, found, "autoscale")
    measured = _measured(
        axis,
        found,
        "autoscale",
        SCALED_MEASURES,
        own,
        (
            "Static and scaled pods, simulated",
            "Standard errors: static and scaled pods",
            SCALED_NOTE,
        ),
    )
    added = axis.formula(
        "added",
        "Added to one static pod",
        "share",
        measured.mean["pods"] / one_pod - 1,
        how="Pods paid ÷ one static pod − 1",
    )
    first, second = measured.tables
    first = Table(first.title, axis, (*first.columns, added), note=first.note)
    return Measured(axis, measured.mean, measured.error, own, measured.weeks, (first, second))


def _scaled_rows(grid: Grid) -> list[tuple[float, str, float, float]]:
    numbers = (grid.numbers(key) for key in ("users", "spin_up", "headroom"))
    users, spin_ups, headrooms = numbers
    return list(zip(users, grid.texts("run"), spin_ups, headrooms, strict=True))


def _scaled_words(users: float, run: str, spin_up: float, headroom: float) -> tuple[str, ...]:
    return users_words(users), run, minutes_words(spin_up), share_words(headroom)


def _scaled_key(f: Simulated, users: float, run: str, spin_up: float, headroom: float) -> str:
    key = f"{f.key}_{users:.0f}_{run}"
    return f"{key}_{spin_up:.0f}_{headroom * 100:.0f}" if run == SCALED else key


def cascade(found: Sequence[Simulated]) -> Measured:
    """One static pod where people give up and come back, of both presets."""
    keys = ("users", "retry", "zombie")
    rows = [
        (f, *row)
        for f in found
        for row in zip(*(f.tables["cascade"].numbers(key) for key in keys), strict=True)
    ]
    entities = [
        Entity(
            f"{f.key}_{users:.0f}_{retry * 100:.0f}_{zombie * 100:.0f}",
            BETWEEN.join((f.name, users_words(users), share_words(retry), share_words(zombie))),
        )
        for f, users, retry, zombie in rows
    ]
    axis = Axis("cascade", "Preset, users, come back, for nobody", tuple(entities))
    titles = ("Cascades on one pod, simulated", "Standard errors: cascades", CASCADE_NOTE)
    own = _keyed(axis, found, "cascade")
    return _measured(axis, found, "cascade", CASCADE_MEASURES, own, titles)


class Trace(NamedTuple):
    """The sample week of one preset and number of users."""

    preset: str
    users: float
    in_use: Column
    ready: Column


def traces(found: Sequence[Simulated]) -> tuple[Column, tuple[Trace, ...], Table]:
    """The hours, the weeks by users and then by preset, and the table that holds them."""
    first = found[0].tables["traces"]
    numbers = list(dict.fromkeys(first.numbers("users")))
    hours = list(dict.fromkeys(first.numbers("hour")))
    axis = Axis(
        "traces",
        "Half hour",
        tuple(Entity(f"hour_{i}", f"Hour {hour:g}") for i, hour in enumerate(hours, 1)),
    )
    hour = axis.fixed("hour", "Hour", hours, "stamp", unit="h")
    weeks = []
    for at, users in enumerate(numbers):
        part = slice(at * len(hours), (at + 1) * len(hours))
        for f in found:
            grid, key, label = f.tables["traces"], f"{f.key}_{users:.0f}", f"{f.name}, {users:g}"
            in_use = axis.fixed(
                f"{key}_used",
                f"{label}: in use",
                grid.numbers("slots_peak")[part],
                "stamp",
                unit="slot",
            )
            ready = axis.fixed(
                f"{key}_ready",
                f"{label}: ready",
                grid.numbers("slots_ready")[part],
                "stamp",
                unit="slot",
            )
            weeks.append(Trace(f.name, users, in_use, ready))
    columns = [column for week in weeks for column in (week.in_use, week.ready)]
    table = Table("Sample weeks", axis, (hour, *columns), note=TRACES_NOTE)
    return hour, tuple(weeks), table


def check_picks(found: Sequence[Simulated], entry: Scaling) -> None:
    """Raise ValueError where the picks' words are not those of the tables' rows."""
    grid, cascades = found[0].tables["autoscale"], found[0].tables["cascade"]
    scaled = [row for row in _scaled_rows(grid) if row[1] == SCALED]
    wanted = (
        (entry.users, [users_words(row[0]) for row in scaled]),
        (entry.spin_up, [minutes_words(row[2]) for row in scaled]),
        (entry.headroom, [share_words(row[3]) for row in scaled]),
        (entry.retry, [share_words(share) for share in cascades.numbers("retry")]),
        (entry.zombie, [share_words(share) for share in cascades.numbers("zombie")]),
    )
    for choice, words in wanted:
        if set(choice.options) != set(words):
            raise ValueError(f"{choice.id} has {choice.options}, where the tables have {words}")
