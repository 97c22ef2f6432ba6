"""Batch: one experiment, a year of experiments, and what pods held for peaks forgo (memo 000)."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Line, Lines, Tab, entered
from workbook.demand_facts import Grid
from workbook.expr import above, highest, rounded, when
from workbook.tabs import forgone, peaks
from workbook.tabs.constants import Constants
from workbook.tabs.figures import figure
from workbook.tabs.guard import Guard
from workbook.tabs.pod import LABEL_WIDTH, Pod
from workbook.tabs.research import Research
from workbook.tabs.supply import Supply
from workbook.tabs.switches import Switch, switch


class Batch(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    switches: tuple[Switch, ...]
    requests: Line
    hours: Line
    pods: Line
    experiments: Line
    average_pods: Line
    peak_low: Line
    peak_high: Line
    inside: Line
    tab: Tab


class Readings(NamedTuple):
    """The memo's inconsistencies, each a switch."""

    permutations: Switch
    hours: Switch
    streams: Switch
    output: Switch

    @property
    def all(self) -> tuple[Switch, ...]:
        """All of them, in order."""
        return (self.permutations, self.hours, self.streams, self.output)


def build(
    a: Assumptions,
    found: Grid,
    guard: Guard,
    research: Research,
    constants: Constants,
    supply: Supply,
    pod: Pod,
) -> Batch:
    """The memo's experiment, forty-five of them a year, and their peaks; *found* has them."""
    given = {entry.id.removeprefix("batch."): entered(entry) for entry in a.batch.inputs()}
    b = a.batch
    readings = Readings(
        switch(b.permutations_reading),
        switch(b.hours_reading),
        switch(b.streams_reading),
        switch(b.output_reading),
    )
    given |= {s.line.key.removeprefix("batch_"): s.line for s in readings.all}
    run = _experiment(given, constants, readings)
    held = _pods(given, run, pod, readings)
    year = _year(given, run, held["pods"], supply, constants.range_ends)
    table, ends = forgone.build(given, pod)
    simulated = peaks.build(
        peaks.Given(
            hours=run["hours_exact"],
            deadline_share=research.deadline_share,
            pods=held["pods"],
            peaks=(given["peak_low"], given["peak_high"]),
            shares=(given["peak_share_low"], given["peak_share_high"]),
            opportunity=(given["memo_cost_low"], given["memo_cost_high"]),
        ),
        found,
        pod,
        constants,
    )
    state = guard.state_of("batch", "batch")
    tab = Tab(
        "Batch",
        "What a batch experiment takes and earns, and what pods held ready for peaks forgo",
        "pod",
        (
            Lines("State of the simulated tables", (state,)),
            Lines(
                "One experiment",
                tuple(run.values()),
                note="The last column has what memo 000 prints, and how it ties (see Memo).",
            ),
            Lines("Pods that it takes", tuple(held.values())),
            Lines("What it earns and costs", _returns(run, held, pod, constants)),
            Lines("A year of experiments", tuple(year.values())),
            table,
            Lines("Opportunity cost a month, fewest pods", ends),
            research.blocks[0],
            *simulated.results,
            *simulated.working[:-1],
            *research.blocks[1:],
            simulated.working[-1],
        ),
        grid="wide",
        label_width=LABEL_WIDTH,
    )
    return Batch(
        entries=tuple(given.values()),
        switches=readings.all,
        requests=run["requests"],
        hours=run["hours"],
        pods=held["pods"],
        experiments=year["experiments"],
        average_pods=year["average"],
        peak_low=given["peak_low"],
        peak_high=given["peak_high"],
        inside=simulated.inside,
        tab=tab,
    )


def _experiment(
    given: dict[str, Line], constants: Constants, readings: Readings
) -> dict[str, Line]:
    """Requests, tokens, hours and streams."""
    permutations = figure(
        "batch_permutation_count",
        "Permutations",
        "1",
        readings.permutations.pick(given["permutations_used"], given["permutations"]),
        how="As in the memo's arithmetic or in its words, by their reading on Inputs",
    )
    requests = figure("batch_requests", "Requests", "req", permutations * given["samples"])
    tokens = figure("batch_tokens", "Tokens", "tok", requests * given["request_tokens"])
    minutes = figure("batch_minutes", "Minutes", "min", tokens / given["rate_limit"], show="count")
    exact = figure(
        "batch_hours_exact", "Hours, not rounded", "h", minutes / constants.minutes_per_hour
    )
    whole = figure("batch_hours_whole", "… in whole hours", "h", rounded(exact, 0))
    hours = figure(
        "batch_hours",
        "Hours",
        "h",
        readings.hours.pick(when(above(whole, 0), whole, exact), exact),
        how="In whole hours, if any, or not rounded, by their reading on Inputs",
    )
    completions = figure(
        "batch_completions",
        "Completions a minute",
        "req/min",
        given["rate_limit"] / given["request_tokens"],
    )
    printed = figure(
        "batch_completions_printed",
        "… from the hours above",
        "req/min",
        requests / (hours * constants.minutes_per_hour),
    )
    completion = figure(
        "batch_completion",
        "Time of a completion",
        "min",
        readings.streams.pick(given["completion_time"], given["completion_time_implied"]),
        how="As stated, or as the printed streams imply, by the reading on Inputs",
    )
    streams = figure(
        "batch_streams",
        "Streams in parallel",
        "slot",
        completions * completion / constants.slot_holds,
        how="Little's law: completions a minute × time of one",
        strong=True,
    )
    return {
        "permutations": permutations,
        "requests": requests,
        "tokens": tokens,
        "minutes": minutes,
        "hours_exact": exact,
        "hours_whole": whole,
        "hours": hours,
        "completions": completions,
        "completions_printed": printed,
        "completion": completion,
        "streams": streams,
    }


def _pods(
    given: dict[str, Line], run: dict[str, Line], pod: Pod, readings: Readings
) -> dict[str, Line]:
    """Pods by slots, by input and by output; the experiment takes the most of them."""
    by_slots = figure("batch_pods_slots", "Pods by slots", "pod", run["streams"] / pod.slots)
    by_input = figure(
        "batch_pods_input", "Pods by input tokens", "pod", given["rate_limit"] / pod.input_rate
    )
    each = figure(
        "batch_output_each",
        "Output tokens of a completion, by these slots",
        "tok/req",
        by_slots * pod.output_rate / run["completions"],
        how="Pods by slots × output tokens a minute ÷ completions a minute",
    )
    wanted = figure(
        "batch_output_wanted",
        "Output tokens of a completion, by share",
        "tok/req",
        given["output_share"] * given["request_tokens"],
    )
    by_output = figure(
        "batch_pods_output",
        "Pods that this output would want",
        "pod",
        run["completions"] * wanted / pod.output_rate,
        how="Completions a minute × those tokens ÷ output tokens a minute of a pod",
    )
    share = figure(
        "batch_output_used",
        "Share of output that is used",
        "share",
        readings.output.pick(0, given["output_share"]),
        how="None, as the memo has it, or the share on Inputs, by the reading of the output",
    )
    used = figure(
        "batch_pods_output_used",
        "Pods by output tokens",
        "pod",
        given["rate_limit"] * share / pod.output_rate,
    )
    pods = figure(
        "batch_pods",
        "Pods that the experiment takes",
        "pod",
        highest(by_slots, by_input, used),
        how="The most of pods by slots, by input and by output",
        strong=True,
        output=True,
    )
    return {
        "slots": by_slots,
        "input": by_input,
        "each": each,
        "wanted": wanted,
        "output": by_output,
        "share": share,
        "used": used,
        "pods": pods,
    }


def _returns(
    run: dict[str, Line],
    held: dict[str, Line],
    pod: Pod,
    constants: Constants,
) -> tuple[Line, ...]:
    """Revenue at list price, direct cost, and what is left; then at the realised price."""
    price = figure(
        "batch_price",
        "List price of its tokens",
        "USD/Mtok",
        pod.input_price * (1 - held["share"]) + pod.output_price * held["share"],
        how="Input price × input share + output price × share of output used",
    )
    revenue = figure(
        "batch_revenue",
        "Revenue",
        "USD",
        run["tokens"] / constants.tokens_per_mtok * price,
        how="Tokens × list price",
        show="usd0",
    )
    cost = figure(
        "batch_cost",
        "Direct cost",
        "USD",
        run["hours"] * held["pods"] * pod.hour_cost,
        show="usd0",
    )
    profit = figure(
        "batch_profit",
        "Apparent profit",
        "USD",
        revenue - cost,
        show="usd0",
        strong=True,
        output=True,
    )
    realised = figure(
        "batch_revenue_realised",
        "Revenue at the realised price",
        "USD",
        revenue * pod.realised_factor,
        show="usd0",
    )
    left = figure(
        "batch_profit_realised",
        "Profit at the realised price",
        "USD",
        realised - cost,
        show="usd0",
    )
    return (price, revenue, cost, profit, realised, left)


def _year(
    given: dict[str, Line], run: dict[str, Line], pods: Line, supply: Supply, ends: Line
) -> dict[str, Line]:
    """How many experiments a year, and the pods that they keep busy on average."""
    fewest, most = (
        figure(
            f"batch_experiments_{end}",
            f"Experiments a year, {words}",
            "1/yr",
            given[f"researchers_{end}"] * given[f"runs_{end}"],
            show="count",
        )
        for end, words in (("low", "fewest"), ("high", "most"))
    )
    middle = figure(
        "batch_experiments",
        "Experiments a year, the middle of the two",
        "1/yr",
        (fewest + most) / ends,
        output=True,
    )
    researchers, runs = (
        (given[f"{key}_low"] + given[f"{key}_high"]) / ends for key in ("researchers", "runs")
    )
    product = figure(
        "batch_experiments_product",
        "… as middle researchers × middle experiments",
        "1/yr",
        researchers * runs,
        how="(Fewest + most researchers) ÷ 2 × (fewest + most experiments of each) ÷ 2",
    )
    busy = figure(
        "batch_pod_hours",
        "Pod hours a year",
        "pod·h/yr",
        middle * run["hours_exact"] * pods,
        how="Experiments × hours, not rounded × pods of an experiment",
    )
    average = figure(
        "batch_average_pods",
        "Pods for the average load",
        "pod",
        busy / supply.hours_a_year,
        how="Pod hours ÷ hours in a year: spread evenly, a small part of one pod",
        strong=True,
        output=True,
    )
    return {
        "low": fewest,
        "high": most,
        "experiments": middle,
        "product": product,
        "busy": busy,
        "average": average,
    }
