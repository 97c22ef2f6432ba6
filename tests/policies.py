"""Policy and the peaks of Batch worked out again in plain Python, for ``oracle``.

``MEMO`` has their inputs by id, ``figures`` their figures by id. Numbers are read from the files of
the simulation, and nothing here is shared with the workbook or the simulation.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from itertools import accumulate, pairwise

from demands import LEVELS, TEMPLATES, curve, shipped, slots_at

Entry = float | str | None
Figures = dict[str, float]
Curve = list[tuple[float, float, float]]

WEEKS = 52
QUANTILES = ("peak_5", "peak_50", "peak_95")
FROM_POLICY = {"requests_per_minute": "pod.rate_limit", "stack_cut": "policy.stack_cut"}
FROM_RUN = {
    "permutations": "batch.permutations_used",
    "samples": "batch.samples",
    "tokens_per_request": "batch.request_tokens",
    "tokens_per_minute": "batch.rate_limit",
    "completion_minutes": "batch.completion_time",
}


@cache
def _file(name: str) -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads((TEMPLATES / f"{name}.toml").read_text(encoding="utf-8"))


def _numbers(name: str, table: str) -> dict[str, float]:
    entries = {key: entry["value"] for key, entry in _file(name)[table].items()}
    return {key: float(to) for key, to in entries.items() if isinstance(to, int | float)}


MEMO: dict[str, Entry] = {
    "access.preset": "weekly-max",
    "access.level": "95 in 100",
    **{f"sign_ups.{key}": to for key, to in _numbers("policy", "sign_ups").items()},
    **{FROM_POLICY[k]: to for k, to in _numbers("policy", "policy").items() if k in FROM_POLICY},
    **{FROM_RUN[k]: to for k, to in _numbers("batch", "experiment").items() if k in FROM_RUN},
    **{f"research.{key}": to for key, to in _numbers("batch", "research").items()},
    "batch.memo_cost_low": 200_000.0,
    "batch.memo_cost_high": 400_000.0,
}


class _Part:
    """The numbers of one section."""

    def __init__(self, inputs: Mapping[str, Entry], section: str) -> None:
        self._inputs, self._section = inputs, section

    def __getitem__(self, key: str) -> float:
        value = self._inputs[f"{self._section}.{key}"]
        assert isinstance(value, float | int), f"{self._section}.{key} is {value!r}"
        return float(value)


def figures(inputs: Mapping[str, Entry], known: Figures) -> Figures:
    """The figures of Policy, and those of Batch that the simulation gives."""
    f, users = _people(_Part(inputs, "sign_ups"))
    f |= _policy(inputs, known, users)
    return f | _peaks(inputs, known)


def _people(s: _Part) -> tuple[Figures, list[float]]:
    """The flow of sign-ups week by week, and the users that they count for."""
    waiting, active = 0.0, s["starting"]
    stays, kept = math.exp(-1 / s["patience"]), math.exp(-1 / s["stay"])
    weight = s["heavy_share"] * s["heavy_weight"] + (1 - s["heavy_share"]) * s["light_weight"]
    f: Figures = {"policy_weight": weight}
    users = []
    for gone in range(WEEKS):
        wanted = s["interest"] * (1 + s["growth"]) ** gone
        if gone >= s["burst_week"]:
            since = gone - s["burst_week"]
            ends = (math.exp(-(since + i) / s["burst_weeks"]) for i in (0, 1))
            wanted += s["burst"] * (next(ends) - next(ends))
        there = waiting + wanted
        admitted = min(there, s["cap"])
        before, waiting = active, (there - admitted) * stays
        active = before * kept + admitted * s["stay"] * (1 - kept)
        row = {
            "wanted": wanted,
            "waiting": waiting,
            "admitted": admitted,
            "gave_up": there - admitted - waiting,
            "active": active,
            "left": before + admitted - active,
            "equivalents": active * weight,
        }
        f |= {f"weeks.week_{gone + 1}.{key}": to for key, to in row.items()}
        users.append(active * weight)
    return f, users


def _policy(inputs: Mapping[str, Entry], known: Figures, users: list[float]) -> Figures:
    preset, level = str(inputs["access.preset"]), LEVELS[str(inputs["access.level"])]
    rows = [row for row in shipped(f"limited-{preset}") if row[0] == level]
    refused, before = float(rows[0][4]), float(rows[0][5])
    tight = [(float(row[1]), float(row[2]), float(row[3])) for row in rows]
    curves = {"free": curve(preset, "correlation", level), "tight": tight}
    sent = next(float(row[1]) for row in shipped(f"messages-{preset}") if row[0] == "correlation")
    week = sent * 7 * known["prices_at.realised.per_request"]
    served = (1 - refused) / (1 - before)
    paid, pod = {"free": week, "tight": week * served}, known["pod_hour_cost"] * 168
    left = 1 - _Part(inputs, "policy")["stack_cut"]
    f: Figures = {"policy_user_week": week, "policy_served": served, "policy_pod_week": pod}
    if week > 0:
        f |= {
            "policy_even_realised": pod / week,
            "policy_even_list": pod / (sent * 7 * known["prices_at.list.per_request"]),
            "policy_even_tight": pod / paid["tight"],
            "policy_even_apart": pod * left / week,
        }
    for key, each in curves.items():
        f |= _weeks(key, each, users, known["pod_slots"], (pod, paid[key], left))
        f |= _sizes(key, each, known["pod_slots"], (pod, paid[key], left))
    return f


def _pods(slots: float, pod_slots: float) -> int:
    return math.ceil(slots / pod_slots * (1 - 1e-9))


def _weeks(
    key: str, rows: Curve, users: list[float], pod_slots: float, money: tuple[float, float, float]
) -> Figures:
    """Each week's pods and money, and the year's; nothing of weeks outside the table."""
    pod, paid, left = money
    f: Figures = {}
    margins, apart, costs, revenues, pods = [], [], [], [], []
    for i, each in enumerate(users, 1):
        if not rows[0][0] <= each <= rows[-1][0]:
            continue
        slots = slots_at(rows, each)[0]
        pods.append(_pods(slots, pod_slots))
        costs.append(pods[-1] * pod)
        revenues.append(each * paid)
        margins.append(revenues[-1] - costs[-1])
        apart.append(revenues[-1] - costs[-1] * left)
        row = {"slots": slots, "pods": float(pods[-1]), "margin": margins[-1], "apart": apart[-1]}
        f |= {f"weeks.week_{i}.{key}_{name}": to for name, to in row.items()}
    if len(pods) == len(users):
        sums = list(accumulate(margins))
        f |= {f"weeks.week_{i}.{key}_summed": to for i, to in enumerate(sums, 1)}
        for row_key, found, share in ((key, margins, 1.0), (f"{key}_apart", apart, left)):
            cost = sum(costs) * share
            f |= {
                f"options.{row_key}.most": float(max(pods)),
                f"options.{row_key}.hours": sum(pods) * 168.0,
                f"options.{row_key}.cost": cost,
                f"options.{row_key}.margin": sum(revenues) - cost,
                f"options.{row_key}.count": float(sum(each >= 0 for each in found)),
            }
            if first := next((i for i, each in enumerate(found, 1) if each >= 0), 0):
                f[f"options.{row_key}.first"] = float(first)
    return f


def _sizes(key: str, rows: Curve, pod_slots: float, money: tuple[float, float, float]) -> Figures:
    """Revenue over cost by number of users, and from which row on it covers that."""
    pod, paid, left = money
    f: Figures = {}
    covers = []
    for i, (users, slots, _) in enumerate(rows, 1):
        pods = _pods(slots, pod_slots)
        f[f"paying.size_{i}.{key}_pods"] = float(pods)
        if pods:
            f[f"paying.size_{i}.{key}_cover"] = users * paid / (pods * pod)
        covers.append(users * paid / (pods * pod) if pods else 1.0)
    for name, share in ((key, 1.0), (f"{key}_apart", left)):
        last = max((i for i, cover in enumerate(covers, 1) if cover / share < 1), default=0)
        if last < len(rows):
            f[f"policy_pays_{name}"] = rows[last][0]
    return f


def _on_line(x: float, points: list[tuple[float, float]]) -> float:
    for (low, below), (high, above) in pairwise(points):
        if low <= x <= high:
            return below + (x - low) / (high - low) * (above - below)
    raise ValueError(f"{x} is outside the table")


def _peaks(inputs: Mapping[str, Entry], known: Figures) -> Figures:
    rows = [[float(cell) for cell in row] for row in shipped("batch")]
    share = _Part(inputs, "research")["deadline_share"]
    each = math.ceil(known["batch_pods"] * (1 - 1e-9))
    lengths = sorted({row[0] for row in rows})
    columns = {"mean": 2, "peak": 4, **{key: 6 + i for i, key in enumerate(QUANTILES)}}
    f: Figures = {"batch_pods_each": float(each)}
    read: dict[str, list[tuple[float, float]]] = {key: [] for key in columns}
    for i, hours in enumerate(lengths, 1):
        for key, at in columns.items():
            points = [(row[1], row[at]) for row in rows if row[0] == hours]
            read[key].append((hours, _on_line(share, points) * each))
            f[f"lengths.length_{i}.{key}"] = read[key][-1][1]
        held = math.ceil(round(read["peak_95"][-1][1], 2))
        f[f"lengths.length_{i}.held"] = float(held)
        f[f"lengths.length_{i}.cost"] = held * known["pod_lost_profit"]
    hours, lost, b = known["batch_hours_exact"], known["pod_lost_profit"], _Part(inputs, "batch")
    inside = lengths[0] <= hours <= lengths[-1]
    f["batch_inside"] = float(inside)
    for end in ("low", "high"):
        f[f"batch_opportunity_pods_{end}"] = b[f"memo_cost_{end}"] / lost if lost > 0 else 0.0
    if inside:
        f |= {f"batch_sim_{key}": _on_line(hours, points) for key, points in read.items()}
        for key in QUANTILES:
            held = math.ceil(round(f[f"batch_sim_{key}"], 2))
            f[f"held_pods.{key}.held"] = float(held)
            f[f"held_pods.{key}.cost"] = held * lost
            f[f"held_pods.{key}.at_low"] = held * lost * b["peak_share_low"]
    return f
