"""Bridge: pods counted as hours of the fleet, and the users that a part of research would carry."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Column, Line, Lines, Tab, Table, entered
from workbook.expr import above, when
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.links import drawn
from workbook.tabs.pod import LABEL_WIDTH, Pod
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.supply import Supply
from workbook.tabs.utilization import Utilization

YEAR_OF_POD = "H100e·h/(pod·yr)"
RATE = "USD/(H100e·h)"


class Bridge(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    pod_hours: Line
    pod_share: Line
    part_pods: Line
    users_per_pod: Column
    users: Line
    tab: Tab


def build(
    a: Assumptions,
    supply: Supply,
    utilization: Utilization,
    scenarios: Scenarios,
    pod: Pod,
) -> Bridge:
    """From pods to H100e hours, to shares of research, and back to users."""
    ratio, part, users = (entered(entry) for entry in a.bridge.inputs())
    drivers = tuple(
        drawn("bridge", line)
        for line in (
            pod.chips,
            pod.hour_cost,
            pod.research_revenue,
            utilization.per_hour,
            scenarios.live.p2_research,
            supply.hours,
        )
    )
    chips, hour_cost, revenue, rate, research, hours = drivers
    size = Line("bridge_pod_size", "H100 equivalents of a pod", "H100e/pod", chips / ratio)
    pod_hours = Line(
        "bridge_pod_hours",
        "Hours of a pod a year",
        YEAR_OF_POD,
        size * supply.hours_a_year,
        output=True,
    )
    pod_share = Line(
        "bridge_pod_share",
        "… as a share of P2 research of the live scenario",
        "1/pod",
        when(above(research, 0), pod_hours / research, 0),
        how="Hours of a pod ÷ P2 research hours; nothing where there are none",
    )
    of_supply = Line(
        "bridge_pod_of_supply", "… as a share of supply", "1/pod", pod_hours / hours, show="pct6"
    )
    part_hours = Line(
        "bridge_part_hours",
        "Hours of the part of research",
        "H100e·h/yr",
        part * research,
        show="hours",
    )
    part_pods = Line(
        "bridge_part_pods",
        "Pods that the part of research carries",
        "pod",
        part_hours / pod_hours,
        show="decimal1",
        strong=True,
        output=True,
    )
    worth = (
        Line("bridge_cost_rate", "Cost of a pod, an H100e hour", RATE, hour_cost / size),
        Line("bridge_research_rate", "Revenue of a pod in research", RATE, revenue / size),
        Line(
            "bridge_rate_ratio",
            "… against revenue per H100 hour of the allocation",
            "x",
            revenue / size / rate,
            how="Revenue of a pod in research ÷ revenue per H100 hour: above 1x it pays more",
        ),
    )
    ladder, users_per_pod = _ladder(a, users, part_pods, pod_share, hour_cost, pod)
    tab = Tab(
        "Bridge",
        "What pods for users take of the allocation, and the users that a part of research carries",
        "pod",
        (
            Lines("Drivers, drawn from other tabs", drivers),
            Lines("Pods as hours of the fleet", (size, pod_hours, pod_share, of_supply)),
            Lines("What a part of research carries", (part_hours, part_pods)),
            ladder,
            Lines("What an hour is worth", worth),
        ),
        grid="wide",
        label_width=LABEL_WIDTH,
    )
    return Bridge((ratio, part, users), pod_hours, pod_share, part_pods, users_per_pod, users, tab)


def _ladder(
    a: Assumptions,
    users: Line,
    part_pods: Line,
    pod_share: Line,
    hour_cost: Line,
    pod: Pod,
) -> tuple[Table, Column]:
    """Users by rung of the memo's ladder: typed in until the simulated ladder stands beside."""
    axis = axis_of(a.ladder, "Rung")
    per_pod = column_of(a.ladder, axis, "users_per_pod")
    carried = axis.formula("carried", "Users of the part", "user", part_pods * per_pod)
    pods = axis.formula("pods", "Pods for the users to serve", "pod", users / per_pod)
    share = axis.formula("share", "Share of P2 research", "share", pods * pod_share, show="pct4")
    cost = axis.formula(
        "cost",
        "Cost a month",
        "USD/mo",
        pods * hour_cost * pod.month_hours,
    )
    table = Table(
        "Users, by rung of the memo's ladder",
        axis,
        (per_pod, carried, pods, share, cost),
        note="Users a pod are the memo's own, for a service level of 95%. Pods are not rounded up.",
    )
    return table, per_pod
