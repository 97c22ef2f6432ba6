"""Earnings of a pod: revenue, break-even and lost profit at two prices, and answers in reverse."""

from __future__ import annotations

from typing import NamedTuple

from workbook.book import Axis, Column, Entity, Gathered, Line
from workbook.expr import At, above, when
from workbook.memo_facts import quoted_beside
from workbook.tabs.constants import Constants
from workbook.tabs.figures import figure
from workbook.tabs.switches import Switch

HOUR, MONTH = "USD/(pod·h)", "USD/(pod·mo)"


class Market(NamedTuple):
    """What earnings are worked out from: the inputs of a pod, and what its hours cost."""

    given: dict[str, Line]
    hour: Line
    hour_exact: Line
    year_hours: Line


class Capacity(NamedTuple):
    """What a pod serves."""

    requests: Line
    slots: Line
    holding: Line


class Earned(NamedTuple):
    """The columns of the two prices, and the factors that they stand for."""

    axis: Axis
    factors: tuple[Line, ...]
    revenue: Column
    breakeven: Column
    research: Column
    lost: Column
    per_request: Column
    columns: tuple[Column, ...]


class Chosen(NamedTuple):
    """The row of the price that is read."""

    revenue: Line
    breakeven: Line
    research_revenue: Line
    lost: Line
    lines: tuple[Line, ...]


def prices_of(market: Market, capacity: Capacity, constants: Constants) -> Earned:
    """Revenue, break-even and lost profit at list price and at the realised price."""
    given = market.given
    minutes = constants.minutes_per_hour
    from_input, from_output = (
        Line(
            f"pod_{kind}_revenue",
            f"From {kind} tokens at list price, fully utilized",
            HOUR,
            given[f"{kind}_rate"] * minutes * given[f"{kind}_price"] / constants.tokens_per_mtok,
            how=f"{kind.title()} tokens an hour × list price",
        )
        for kind in ("input", "output")
    )
    at_list = Line("pod_list_factor", "List price, as a share of itself", "share", constant=1.0)
    axis = Axis(
        "prices_at", "Price", (Entity("list", "List price"), Entity("realised", "Realised price"))
    )
    links = Gathered((at_list, given["realised_factor"]))
    factor = Column("factor", "Share of list", "share", axis, links)
    revenue = axis.formula(
        "revenue", "Revenue, fully utilized", HOUR, (from_input + from_output) * factor
    )
    breakeven = axis.formula(
        "breakeven", "Break-even utilization", "share", market.hour / revenue, show="pct2"
    )
    production, research = (
        axis.formula(
            kind,
            f"Profit, {kind}",
            MONTH,
            (revenue * given[f"{kind}_utilization"] - market.hour) * given["month_hours"],
            how=f"(Revenue × utilization in {kind} − cost of an hour) × hours in a month",
        )
        for kind in ("production", "research")
    )
    gap = given["production_utilization"] - given["research_utilization"]
    lost = axis.formula(
        "lost",
        "Lost profit",
        MONTH,
        revenue * gap * given["month_hours"],
        how="Revenue × (utilization in production − in research) × hours in a month",
        strong=True,
    )
    per_request = axis.formula(
        "per_request", "Revenue of a request", "USD/req", revenue / (capacity.requests * minutes)
    )
    needed = axis.formula(
        "needed",
        "Requests to break even",
        "req/(pod·min)",
        breakeven * capacity.requests,
    )
    alone = figure(
        "pod_output_lost",
        "Lost profit of a year on output alone",
        "USD/(pod·yr)",
        from_output * gap * market.year_hours,
    )
    alone_even = Line(
        "pod_output_breakeven",
        "Break-even utilization on output alone",
        "share",
        market.hour / from_output,
    )
    return Earned(
        axis,
        (from_input, from_output, at_list, alone, alone_even),
        revenue,
        breakeven,
        research,
        lost,
        per_request,
        (factor, revenue, per_request, breakeven, needed, production, research, lost),
    )


def by_reading(market: Market, earned: Earned, reading: Switch) -> Chosen:
    """The figures that other tabs use: those of the price that is read."""

    def chosen(key: str, label: str, column: Column, memo: str = "") -> Line:
        return Line(
            key,
            label,
            column.unit,
            reading.pick(At(column, "realised"), At(column, "list")),
            how="At the realised price or at list price, by its reading on Inputs",
            memo=memo,
            show=column.show,
            output=True,
        )

    revenue = chosen("pod_revenue", "Revenue of a pod hour, fully utilized", earned.revenue)
    breakeven = chosen(
        "pod_breakeven", "Break-even utilization", earned.breakeven, "7% · at half of list"
    )
    research = chosen("pod_research_profit", "Profit of a research pod a month", earned.research)
    lost = chosen(
        "pod_lost_profit",
        "Lost profit of a research pod a month",
        earned.lost,
        quoted_beside("prices_at.realised.lost"),
    )
    research_revenue = Line(
        "pod_research_revenue",
        "Revenue of a pod hour in research",
        HOUR,
        revenue * market.given["research_utilization"],
    )
    return Chosen(
        revenue,
        breakeven,
        research_revenue,
        lost,
        (revenue, breakeven, research_revenue, research, lost),
    )


def answers(
    market: Market, capacity: Capacity, chosen: Chosen, earned: Earned, constants: Constants
) -> tuple[Line, ...]:
    """What must be true for research to pay for its pod: closed forms, no goal seek."""
    given = market.given
    list_revenue, list_lost = At(earned.revenue, "list"), At(earned.lost, "list")
    factor = Line(
        "pod_true_factor",
        "Share of list price at which research breaks even",
        "share",
        market.hour / (list_revenue * given["research_utilization"]),
        how="Cost of an hour ÷ (revenue at list price × utilization in research)",
    )
    hour = Line(
        "pod_true_hour_cost",
        "Highest cost of an hour that research pays",
        HOUR,
        chosen.research_revenue,
        how="Revenue of a pod hour in research",
    )
    hardware = Line(
        "pod_true_cost",
        "… and hardware cost, financed alike",
        "USD/pod",
        given["cost"] * hour / market.hour_exact,
        how="Hardware cost × highest cost of an hour ÷ cost of a pod hour, not rounded",
    )
    requests = Line(
        "pod_true_requests",
        "Requests that break even, all day",
        "req/(pod·min)",
        chosen.breakeven * capacity.requests,
    )
    user_rate = given["user_requests"] / constants.hours_per_day / constants.minutes_per_hour
    duty = Line(
        "pod_user_slots",
        "Slots that one user holds on average",
        "slot/user",
        user_rate * capacity.holding / constants.slot_holds,
        how="Requests of a user a minute × time that a request holds a slot",
    )
    users = Line(
        "pod_true_users",
        "Users who break even, at their load",
        "user/pod",
        requests * constants.minutes_per_hour * constants.hours_per_day / given["user_requests"],
        how="Requests that break even a day ÷ requests of one user a day",
        output=True,
    )
    full = Line(
        "pod_users_full",
        "Users whose average load fills every slot",
        "user/pod",
        capacity.slots / duty,
        how="Slots ÷ slots that one user holds: spikes leave room for fewer (see Bridge)",
    )
    ends = tuple(
        Line(
            f"pod_factor_{end}",
            f"Share of list price for the memo's {words}",
            "share",
            when(above(list_lost, 0), given[f"lost_profit_{end}"] / list_lost, 0),
            how="Its lost profit ÷ that at list price, if there is any: half lies between the two",
        )
        for end, words in (("low", "lowest"), ("high", "highest"))
    )
    at_limit = Line(
        "pod_users_at_limit",
        "Users at the rate limit who fill naive capacity",
        "user/pod",
        capacity.requests / given["rate_limit"],
    )
    share = figure(
        "pod_user_share",
        "Naive capacity that one user at the limit takes",
        "pod/user",
        given["rate_limit"] / capacity.requests,
        show="pct",
    )
    return (factor, hour, hardware, requests, users, duty, full, *ends, share, at_limit)
