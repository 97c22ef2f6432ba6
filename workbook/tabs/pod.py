"""Pod: what one inference pod costs and serves, and what it earns (memo 000, basic economics)."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Line, Lines, Tab, Table, entered
from workbook.expr import At, Expr, above, rounded, when
from workbook.tabs.constants import Constants
from workbook.tabs.earnings import Capacity, Market, answers, by_reading, prices_of
from workbook.tabs.figures import figure
from workbook.tabs.supply import Supply
from workbook.tabs.switches import Switch, switch

LABEL_WIDTH = 330


class Pod(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    switches: tuple[Switch, ...]
    chips: Line
    month_hours: Line
    hour_cost: Line
    input_rate: Line
    output_rate: Line
    slots: Line
    requests: Line
    holding: Line
    input_price: Line
    output_price: Line
    realised_factor: Line
    research_revenue: Line
    request_revenue: Expr
    request_list_revenue: Expr
    lost: Line
    lost_low: Line
    lost_high: Line
    kv_memory: Line
    memory: Line
    free_memory: Line
    rate_limit: Line
    tab: Tab


def build(a: Assumptions, constants: Constants, supply: Supply) -> Pod:
    """Cost, capacity, revenue, break-even and lost profit of one pod."""
    given = {entry.id.removeprefix("pod."): entered(entry) for entry in a.pod.inputs()}
    hour_reading, price_reading = switch(a.pod.hour_reading), switch(a.pod.price_reading)
    given |= {"hour_reading": hour_reading.line, "price_reading": price_reading.line}
    cost = _cost(given, constants, hour_reading)
    served = _served(given, constants, cost["chips"])
    market = Market(given, cost["hour"], cost["hour_exact"], supply.hours_a_year)
    capacity = Capacity(served["requests"], served["slots"], served["holding"])
    earned = prices_of(market, capacity, constants)
    chosen = by_reading(market, earned, price_reading)
    true = answers(market, capacity, chosen, earned, constants)
    tab = Tab(
        "Pod",
        "What one inference pod costs, serves and earns, and when research pays for it",
        "pod",
        (
            Lines(
                "What a pod costs",
                tuple(cost.values()),
                note="The last column has what memo 000 prints, and how it ties (see Memo).",
            ),
            Lines("What a pod serves", tuple(served.values())),
            Table(
                "Revenue, break-even and lost profit, at list price and at the realised price",
                earned.axis,
                earned.columns,
                note="Lost profit: what a pod earns more in production than in research; the cost "
                "is the same and drops out.",
            ),
            Lines("By the reading of the price", (*earned.factors, *chosen.lines)),
            Lines(
                "What must be true",
                true,
                note="Closed forms: each answer put back into the model gives what was asked for.",
            ),
        ),
        grid="wide",
        label_width=LABEL_WIDTH,
    )
    return Pod(
        entries=tuple(given.values()),
        switches=(hour_reading, price_reading),
        chips=cost["chips"],
        month_hours=given["month_hours"],
        hour_cost=cost["hour"],
        input_rate=given["input_rate"],
        output_rate=given["output_rate"],
        slots=served["slots"],
        requests=served["requests"],
        holding=served["holding"],
        input_price=given["input_price"],
        output_price=given["output_price"],
        realised_factor=given["realised_factor"],
        research_revenue=chosen.research_revenue,
        request_revenue=At(earned.per_request, "realised"),
        request_list_revenue=At(earned.per_request, "list"),
        lost=chosen.lost,
        lost_low=given["lost_profit_low"],
        lost_high=given["lost_profit_high"],
        kv_memory=given["kv_memory"],
        memory=served["memory"],
        free_memory=served["free"],
        rate_limit=given["rate_limit"],
        tab=tab,
    )


def _cost(given: dict[str, Line], constants: Constants, reading: Switch) -> dict[str, Line]:
    """From hardware to the cost of an hour."""
    chips = figure(
        "pod_chips", "Chips of a pod", "chip/pod", given["nodes"] * given["chips_per_node"]
    )
    paid = figure(
        "pod_paid_over_term",
        "Paid over the term, before the discount",
        "USD/pod",
        given["financed"] * given["term"],
    )
    month = figure(
        "pod_month_cost",
        "Cost of a pod a month",
        "USD/(pod·mo)",
        given["financed"] * (1 - given["discount"]),
        how="Financed and amortized, less the discount",
    )
    exact = figure(
        "pod_hour_exact",
        "Cost of a pod hour, not rounded",
        "USD/(pod·h)",
        month / given["month_hours"],
    )
    whole = figure("pod_hour_whole", "… in whole dollars", "USD/(pod·h)", rounded(exact, 0))
    hour = figure(
        "pod_hour_cost",
        "Cost of a pod hour",
        "USD/(pod·h)",
        reading.pick(when(above(whole, 0), whole, exact), exact),
        how="In whole dollars, if any, or not rounded, by its reading on Inputs",
        strong=True,
        output=True,
    )
    return {
        "chips": chips,
        "per_chip": figure(
            "pod_chip_cost", "Hardware cost of a chip", "USD/chip", given["cost"] / chips
        ),
        "payback": figure(
            "pod_payback",
            "Implied term without interest",
            "mo",
            given["cost"] / given["financed"],
            how="Hardware cost ÷ payment a month: what the memo's $50k repays, and no more",
        ),
        "paid": paid,
        "flat_rate": figure(
            "pod_flat_rate",
            "Implied flat rate a year over the term",
            "1/yr",
            (paid / given["cost"] - 1) / (given["term"] / constants.months_per_year),
            how="(Paid ÷ cost − 1) ÷ years: above a loan's, so it holds power, space and staff",
            show="pct",
        ),
        "month": month,
        "hour_exact": exact,
        "hour_whole": whole,
        "hour": hour,
        "chip_hour": figure("pod_chip_hour", "Cost of a chip hour", "USD/(chip·h)", hour / chips),
        "retail_chip": figure(
            "pod_retail_chip_hour",
            "Retail price of a chip hour",
            "USD/(chip·h)",
            given["retail"] / chips,
        ),
        "of_retail": figure(
            "pod_share_of_retail",
            "Cost as a share of retail",
            "share",
            hour / given["retail"],
        ),
    }


def _served(given: dict[str, Line], constants: Constants, chips: Line) -> dict[str, Line]:
    """Naive capacity, slots, and what Little's law says of both."""
    requests = figure(
        "pod_requests",
        "Naive capacity",
        "req/(pod·min)",
        given["input_rate"] / given["request_tokens"],
        how="Input tokens a minute ÷ input tokens of a request",
    )
    slots = figure(
        "pod_slots",
        "Slots: requests at the same time",
        "slot/pod",
        given["kv_memory"] / given["slot_memory"],
        how="Memory for the KV cache ÷ KV cache of a slot",
        strong=True,
        output=True,
    )
    in_progress = slots * constants.slot_holds
    in_whole = figure(
        "pod_requests_whole", "… in whole requests", "req/(pod·min)", rounded(requests, 0)
    )
    memory = figure("pod_memory", "Memory of a pod", "GB/pod", chips * given["chip_memory"])
    return {
        "requests": requests,
        "requests_whole": in_whole,
        "output_each": figure(
            "pod_output_per_request",
            "Output tokens of a request at naive capacity",
            "tok/req",
            given["output_rate"] / requests,
            how="Output tokens a minute ÷ naive capacity",
        ),
        "slots": slots,
        "holding": figure(
            "pod_holding",
            "Time that a request holds a slot",
            "min",
            in_progress / requests,
            how="Little's law: slots ÷ naive capacity; slower requests than this cut capacity",
        ),
        "holding_printed": figure(
            "pod_holding_printed",
            "… from the whole requests that the memo prints",
            "min",
            in_progress / when(above(in_whole, 0), in_whole, requests),
            how="Slots ÷ naive capacity in whole requests, if any: the simulation's holding time",
        ),
        "slot_rate": figure(
            "pod_slot_rate",
            "Output of one slot, all in use",
            "tok/(slot·min)",
            given["output_rate"] / slots,
        ),
        "memory": memory,
        "free": figure(
            "pod_memory_free",
            "Memory that the weights leave",
            "GB/pod",
            memory - given["weights_memory"],
        ),
        "fits": figure(
            "pod_slots_fitting",
            "Slots that would fit in all of it",
            "slot/pod",
            (memory - given["weights_memory"]) / given["slot_memory"],
            how="(Memory − weights) ÷ KV cache of a slot: what the memo's pool leaves unused",
        ),
    }
