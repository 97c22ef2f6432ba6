"""Demand worked out again in plain Python from the shipped tables, for ``oracle``.

``MEMO`` has its inputs by id, ``figures`` every figure by id. The tables are read as JSON: nothing
here is shared with the workbook or the simulation.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

Entry = float | str | None
Figures = dict[str, float]
Row = tuple[str, float, float, float, float]

TEMPLATES = Path(__file__).parents[1] / "templates"
PRESETS = {"weekly_max": "weekly-max", "time_share": "time-share"}
RUNGS = {
    "Independent users": "independent",
    "With time of day": "time of day",
    "With seasonality": "seasonality",
    "With correlation": "correlation",
}
LEVELS = {"90 in 100": 0.9, "95 in 100": 0.95, "99 in 100": 0.99, "99.9 in 100": 0.999}
UNREAD = ("level",)
MEMO_LEVEL = 0.95
RATE_LIMIT = 5.0
WIDTH = NormalDist().inv_cdf(0.975)


@cache
def shipped(name: str) -> list[list[float | str]]:
    """The rows of a shipped table."""
    text = (TEMPLATES / "tables" / f"{name}.json").read_text(encoding="utf-8")
    rows: list[list[float | str]] = json.loads(text)["table"]["rows"]
    return rows


@cache
def table(preset: str) -> tuple[Row, ...]:
    """The rows of a preset's ladder: rung, level, users, slots and error."""
    return tuple(
        (str(r), float(b), float(c), float(d), float(e))
        for r, b, c, d, e in shipped(f"ladder-{preset}")
    )


def curve(preset: str, rung: str, level: float) -> list[tuple[float, float, float]]:
    """Users, slots and errors of one curve."""
    return [row[2:] for row in table(preset) if row[:2] == (rung, level)]


def parameters(preset: str) -> dict[str, float]:
    """The single numbers of a preset's file."""
    document = tomllib.loads((TEMPLATES / f"{preset}.toml").read_text(encoding="utf-8"))
    told = document["behaviour"] | document["service"]
    return {k: float(v["value"]) for k, v in told.items() if isinstance(v["value"], int | float)}


MEMO: dict[str, Entry] = {
    "demand.users": 500.0,
    "demand.preset": "weekly-max",
    "demand.rung": "With correlation",
    "demand.level": "95 in 100",
    **{
        f"{key}.{name}": value
        for key, preset in PRESETS.items()
        for name, value in parameters(preset).items()
    },
}


def between(x: float, low: tuple[float, float], high: tuple[float, float]) -> float:
    """The value at *x* on the line through two points, on logarithms of both."""
    way = math.log(x / low[0]) / math.log(high[0] / low[0])
    return math.exp(math.log(low[1]) + way * (math.log(high[1]) - math.log(low[1])))


def slots_at(rows: list[tuple[float, float, float]], users: float) -> tuple[float, float]:
    """Slots and standard error that *users* need."""
    for low, high in pairwise(rows):
        if low[0] <= users <= high[0]:
            way = math.log(users / low[0]) / math.log(high[0] / low[0])
            return between(users, low[:2], high[:2]), low[2] + way * (high[2] - low[2])
    raise ValueError(f"{users} users are outside the table")


def users_at(rows: list[tuple[float, float, float]], slots: float) -> float:
    """The users whose slots are *slots*."""
    for low, high in pairwise(rows):
        if low[1] <= slots < high[1]:
            return between(slots, (low[1], low[0]), (high[1], high[0]))
    raise ValueError(f"{slots} slots are outside the table")


def figures(inputs: Mapping[str, Entry], known: Figures) -> Figures:
    """The figures of Demand; *known* has those of the pod."""
    level = LEVELS[str(inputs["demand.level"])]
    preset, rung = str(inputs["demand.preset"]), RUNGS[str(inputs["demand.rung"])]
    f: Figures = {}
    for key, name in PRESETS.items():
        changed = [
            k
            for k, v in parameters(name).items()
            if k not in UNREAD and not _alike(inputs[f"{key}.{k}"], v)
        ]
        on_pod = not _alike(known["pod_slots"], parameters(name)["slots"])
        limit = not _alike(inputs["pod.rate_limit"], RATE_LIMIT)
        f[f"{key}_changed"] = float(len(changed) + on_pod + limit)
        for of_table in RUNGS.values():
            rows, place = curve(name, of_table, level), of_table.replace(" ", "_")
            slots = known["pod_slots"]
            for end, held in (("", curve(name, of_table, MEMO_LEVEL)), ("_chosen", rows)):
                if held[0][1] <= slots < held[-1][1]:
                    f[f"rungs.{place}.{key}{end}"] = users_at(held, slots)
            if name == preset:
                for i, row in enumerate(rows, 1):
                    f[f"curves.curve_{i}.{place}"] = row[1]
    users, rows = inputs["demand.users"], curve(preset, rung, level)
    assert isinstance(users, float | int)
    inside = rows[0][0] <= users <= rows[-1][0]
    f["demand_inside"] = float(inside)
    return f | (_answer(inputs, known, users, rows) if inside else {})


def _alike(a: Entry, b: float) -> bool:
    return isinstance(a, float | int) and abs(a - b) <= 1e-9 * max(1, abs(b))


def _answer(
    inputs: Mapping[str, Entry],
    known: Figures,
    users: float,
    rows: list[tuple[float, float, float]],
) -> Figures:
    slots, error = slots_at(rows, users)
    month = float(inputs["pod.month_hours"] or 0)
    pods = math.ceil(slots / known["pod_slots"] * (1 - 1e-9))
    sent = {row[0]: row[1] for row in shipped(f"messages-{inputs['demand.preset']}")}
    requests = users * float(sent[RUNGS[str(inputs["demand.rung"])]]) * month / 24
    revenue = requests * known["prices_at.realised.per_request"]
    cost = pods * known["pod_hour_cost"] * month
    return {
        "demand_slots": slots,
        "demand_from": max(0.0, slots - WIDTH * error),
        "demand_to": slots + WIDTH * error,
        "demand_pods": float(pods),
        "demand_cost": cost,
        "demand_requests": requests,
        "demand_revenue": revenue,
        "demand_margin": revenue - cost,
    }
