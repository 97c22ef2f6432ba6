"""Scaling worked out again in plain Python from the shipped tables, for ``oracle``.

``MEMO`` has its inputs by id, ``figures`` every figure by id. The tables are read as JSON: nothing
here is shared with the workbook or the simulation.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache

from demands import PRESETS, TEMPLATES, Entry, Figures

Row = dict[str, float | str]

STUDENT = 2.200985160082949  # t of 11 degrees of freedom at 0.975
UNSEEN = -math.log(0.05)
USERS = {"25 users": 25, "50 users": 50, "500 users": 500}
SPIN_UPS = {"no time": 0, "1 minute": 1, "5 minutes": 5}
SHARES = {"none": 0.0, "a fifth": 0.2, "half": 0.5, "nine tenths": 0.9}
MEASURES = ("pods", "overload", "short", "long", "wait", "most", "to_peak")
OF_CASCADES = ("attempts", "lost", "overload", "long")

MEMO: dict[str, Entry] = {
    "scaling.preset": "time-share",
    "scaling.users": "25 users",
    "scaling.spin_up": "1 minute",
    "scaling.headroom": "none",
    "scaling.retry": "half",
    "scaling.zombie": "none",
}


def rows(kind: str, preset: str) -> tuple[Row, ...]:
    """The rows of a preset's shipped table, each by its columns' keys."""
    return rows_of(f"{kind}-{preset}")


@cache
def rows_of(name: str) -> tuple[Row, ...]:
    """The rows of a shipped table, each by its columns' keys."""
    text = (TEMPLATES / "tables" / f"{name}.json").read_text(encoding="utf-8")
    table = json.loads(text)["table"]
    keys = [column["key"] for column in table["columns"]]
    return tuple(dict(zip(keys, row, strict=True)) for row in table["rows"])


def found(kind: str, preset: str, **wanted: float | str) -> Row | None:
    """The row of these keys, if there is one."""
    those = [row for row in rows(kind, preset) if wanted.items() <= row.items()]
    return those[0] if those else None


def measure(row: Row, key: str) -> dict[str, float]:
    """The value and the ends of its interval."""
    value, spread = float(row[key]), STUDENT * float(row[f"{key}_error"])
    low, high = max(0.0, value - spread), value + spread
    if key in ("short", "long"):
        high = max(high, UNSEEN / float(row["weeks"]))
    return {"": value, "_from": low, "_to": high}


def side(name: str, row: Row, month: float, hour: float) -> Figures:
    """The figures of one side: pods, what they cost, and how they serve."""
    f: Figures = {}
    for key in MEASURES:
        scale = 60.0 if key == "wait" else 1.0
        f |= {f"{name}_{key}{end}": v * scale for end, v in measure(row, key).items()}
    for end in ("", "_from", "_to"):
        f[f"{name}_hours{end}"] = f[f"{name}_pods{end}"] * month
        f[f"{name}_cost{end}"] = f[f"{name}_hours{end}"] * hour
    return f


def figures(inputs: Mapping[str, Entry], known: Figures) -> Figures:
    """The figures of Scaling; *known* has those of the pod."""
    preset, users = str(inputs["scaling.preset"]), USERS[str(inputs["scaling.users"])]
    month, hour = float(inputs["pod.month_hours"] or 0), known["pod_hour_cost"]
    f: Figures = {}
    still = found("autoscale", preset, users=users, run="static")
    moved = found(
        "autoscale",
        preset,
        users=users,
        run="scaled",
        spin_up=SPIN_UPS[str(inputs["scaling.spin_up"])],
        headroom=SHARES[str(inputs["scaling.headroom"])],
    )
    assert moved is not None
    f["scaling_inside"] = 1.0
    f |= side("scaled", moved, month, hour)
    if still is not None:
        f |= side("static", still, month, hour)
        f |= {f"scaling_added{end}": f[f"scaled_pods{end}"] - 1 for end in ("", "_from", "_to")}
        f["sides.cost.difference"] = f["scaled_cost"] - f["static_cost"]
        f["sides.wait.difference"] = f["scaled_wait"] - f["static_wait"]
    for key, name in PRESETS.items():
        row = found("autoscale", name, users=25, run="scaled", spin_up=1, headroom=0.2)
        assert row is not None
        f[f"autoscale.{key}_25_scaled_1_20.added"] = float(row["pods"]) - 1
    return f | _cascade(inputs, preset, users)


def _cascade(inputs: Mapping[str, Entry], preset: str, users: int) -> Figures:
    retry, zombie = (SHARES[str(inputs[f"scaling.{key}"])] for key in ("retry", "zombie"))
    f: Figures = {"cascade_gain": retry + zombie, "cascade_runs_away": float(retry + zombie >= 1)}
    row = found("cascade", preset, users=users, retry=retry, zombie=zombie)
    if row is not None:
        for key in OF_CASCADES:
            f |= {f"cascade_{key}{end}": v for end, v in measure(row, key).items()}
    return f
