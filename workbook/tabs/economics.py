"""Economics: what a pod costs and a user pays a week, and the users who pay for a pod."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.assumptions import Policy
from workbook.book import Column, Line, entered
from workbook.expr import Expr, above, no_figure, nth, pick, when
from workbook.tabs.constants import Constants
from workbook.tabs.pod import Pod
from workbook.tabs.rationed import Rationed
from workbook.tabs.weekly import Prices


class Money(NamedTuple):
    """Prices, the saving of a separate stack, and the users who pay for a pod."""

    prices: Prices
    saved: Line
    unsaved: Line
    ends: tuple[Line, Line]
    week_hours: Line
    lines: tuple[Line, ...]
    even: tuple[Line, ...]


def build(
    policy: Policy,
    places: tuple[Line, Line],
    sent: Sequence[Column],
    limit: Rationed,
    constants: Constants,
    pod: Pod,
) -> Money:
    """The prices for the preset and rung at *places* of the tables; *sent* has messages by rung."""
    place, rung = places
    saved = entered(policy.stack_cut)
    unsaved = Line(
        "policy_unsaved", "Cost saved on the production stack", "share", constant=0.0, memo="Model"
    )
    ends = tuple(
        Line(
            f"policy_stack_{key}",
            f"{words} that a separate stack may save",
            "share",
            constant=bound,
            how="The end of the memo’s range, as on Inputs",
            memo="Memo 000",
        )
        for key, words, bound in (
            ("least", "Least", policy.stack_cut.low),
            ("most", "Most", policy.stack_cut.high),
        )
    )
    week_hours = Line(
        "policy_week_hours",
        "Hours in a week",
        "h/wk",
        constants.hours_per_day * constants.days_per_week,
    )
    pod_week = Line(
        "policy_pod_week", "Cost of a pod a week", "USD/(pod·wk)", pod.hour_cost * week_hours
    )
    messages = Line(
        "policy_messages",
        "Messages that a user sends a day",
        "req/(user·day)",
        pick(place, *(nth(column, rung) for column in sent)),
        how="By preset, on the last rung, from the table of messages on Demand",
    )
    user_week, list_week = (
        Line(
            f"policy_user_{key}",
            f"Revenue of a user a week, {words} price",
            "USD/(user·wk)",
            messages * constants.days_per_week * request,
            how=f"Messages a day × days in a week × revenue of a request at the {words} price",
        )
        for key, words, request in (
            ("week", "realised", pod.request_revenue),
            ("list_week", "list", pod.request_list_revenue),
        )
    )
    refused, before = (
        Line(f"policy_{key}", label, "share", nth(column, place))
        for key, label, column in (
            ("refused", "Messages refused under the limit", limit.refused),
            ("refused_before", "Messages refused without it", limit.refused_before),
        )
    )
    served = Line(
        "policy_served",
        "Messages served under the limit, of those without it",
        "share",
        (1 - refused) / (1 - before),
        how="(1 − refused under the limit) ÷ (1 − refused without it)",
    )
    prices = Prices(pod.slots, pod_week, user_week, served, saved)
    even = _even(prices, list_week)
    lines = (week_hours, pod_week, messages, user_week, list_week, refused, before, served)
    return Money(
        prices, saved, unsaved, (ends[0], ends[1]), week_hours, (*lines, unsaved, *ends), even
    )


def _even(prices: Prices, list_week: Line) -> tuple[Line, ...]:
    """Users whose messages pay for one pod: a closed form at each price."""

    def line(key: str, words: str, cost: Expr, paid: Expr, how: str) -> Line:
        never = no_figure("never: they pay nothing")
        return Line(
            f"policy_even_{key}",
            f"Users who pay for a pod, {words}",
            "user/pod",
            when(above(paid, 0), cost / paid, never),
            how=how,
            output=True,
        )

    week, paid = prices.pod_week, prices.user_week
    each = "Cost of a pod a week ÷ revenue of a user a week"
    apart = week * (1 - prices.saved)
    return (
        line("realised", "realised price", week, paid, each),
        line("list", "list price", week, list_week, f"{each} at list price"),
        line("tight", "rate limit", week, paid * prices.served, f"{each} × messages served"),
        line("apart", "separate stack", apart, paid, f"{each}, less what the stack saves"),
    )
