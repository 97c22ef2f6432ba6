"""Forgone: what pods held for research at the memo's peaks forgo, by its figures and live."""

from __future__ import annotations

from collections.abc import Mapping

from workbook.book import Axis, Column, Entity, Gathered, Line, Table
from workbook.expr import At
from workbook.tabs.figures import figure
from workbook.tabs.pod import Pod

PEAKS = (
    Entity("few_low", "Fewest pods, lowest share"),
    Entity("few_high", "Fewest pods, highest share"),
    Entity("many_low", "Most pods, lowest share"),
    Entity("many_high", "Most pods, highest share"),
)


def build(given: Mapping[str, Line], pod: Pod) -> tuple[Table, tuple[Line, ...]]:
    """Pods at a peak × research share × lost profit, by the memo's figures and by this pod's."""
    axis = Axis("peaks", "Peak", PEAKS)
    few, many = given["peak_low"], given["peak_high"]
    low, high = given["peak_share_low"], given["peak_share_high"]
    pods = Column("pods", "Pods", "pod", axis, Gathered((few, few, many, many)), show="count")
    share = Column("share", "Research share", "share", axis, Gathered((low, high, low, high)))
    ends = Gathered((pod.lost_low, pod.lost_high, pod.lost_low, pod.lost_high))
    said = Column("said", "Lost profit, memo", "USD/(pod·mo)", axis, ends)
    by_memo = axis.formula("by_memo", "Opportunity cost, memo", "USD/mo", pods * share * said)
    live = axis.formula(
        "live",
        "Opportunity cost, this pod",
        "USD/mo",
        pods * share * pod.lost,
        how="Pods × research share × lost profit of a research pod a month (Pod)",
    )
    table = Table(
        "What pods held for research at a peak forgo",
        axis,
        (pods, share, said, by_memo, live),
        note="The memo says $200-400k a month: only the fewest pods come to that.",
    )
    lines = tuple(
        figure(
            f"batch_opportunity_{end}{suffix}",
            f"{words}, {of}",
            "USD/mo",
            At(column, f"few_{end}"),
            how="The row of the table above",
        )
        for suffix, column, of in (
            ("", by_memo, "by the memo's lost profit"),
            ("_live", live, "by that of this pod"),
        )
        for end, words in (("low", "Lowest"), ("high", "Highest"))
    )
    return table, lines
