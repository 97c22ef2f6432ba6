"""Throughput: output and input tokens that an H100 hour serves."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Column, Line, Lines, Margin, Tab, Table, entered
from workbook.expr import total
from workbook.tabs.constants import Constants
from workbook.tabs.entities import axis_of, column_of
from workbook.tabs.switches import Switch, switch


class Throughput(NamedTuple):
    """Lines that other tabs may use."""

    entries: tuple[Line, ...]
    weighting: Switch
    model_class: Column
    token_share: Column
    weights: Line
    output_tokens: Line
    input_tokens: Line
    tab: Tab


def build(a: Assumptions, constants: Constants) -> Throughput:
    """Tokens an hour by class weights (memo 004, throughput table and assumptions 4)."""
    t = a.throughput
    constraint, input_length, output_length = (
        entered(e) for e in (t.resource_constraint, t.input_length, t.output_length)
    )
    weighting = switch(t.weighting)
    sizes = axis_of(a.sizes, "Model size")
    model_class, system, parallel, weight = (
        column_of(a.sizes, sizes, key)
        for key in ("model_class", "system_rate", "tensor_parallel", "weight")
    )
    rate = "tok/(H100e·s)"
    peak = sizes.formula("peak", "H100 output (Nvidia)", rate, system / parallel)
    served = sizes.formula("served", "H100 output (likely)", rate, peak * constraint)
    weighted = sizes.formula("weighted", "Weight × output", rate, weight * served)
    taken = sizes.formula("taken", "Weight ÷ output", "(H100e·s)/tok", weight / served)
    arithmetic = Line(
        "throughput_arithmetic",
        "Arithmetic mean: weights as shares of hours",
        rate,
        total(weighted),
    )
    harmonic = Line(
        "throughput_harmonic", "Harmonic mean: weights as shares of tokens", rate, 1 / total(taken)
    )
    token_share = sizes.formula(
        "token_share",
        "Share of tokens",
        "share",
        weighting.pick(weight, weight, weighted / arithmetic),
        how="Weight; where weights are read as shares of hours, weight × output ÷ their sum",
    )
    weights = Line("throughput_weights", "Total of the weights", "share", total(weight))
    per_second = Line(
        "output_tokens_per_second",
        "Weighted average output tokens per second",
        rate,
        weighting.pick(arithmetic, harmonic, arithmetic),
        how="The arithmetic or the harmonic mean, by the reading on Inputs",
        memo="Memo 004, throughput",
    )
    output = Line(
        "output_tokens_per_hour",
        "Output tokens per H100 hour",
        "tok/(H100e·h)",
        per_second * constants.seconds_per_hour,
        memo="Memo 004, throughput",
        strong=True,
        output=True,
    )
    inputs = Line(
        "input_tokens_per_hour",
        "Input tokens per H100 hour",
        "tok/(H100e·h)",
        output * input_length / output_length,
        memo="Memo 004, throughput",
        strong=True,
        output=True,
    )
    table = Table(
        "Output tokens per second by model size",
        sizes,
        (model_class, system, parallel, peak, served, weight, weighted, taken, token_share),
        margin=Margin("Total", ((weight, weights),)),
        note="Nvidia's output is that of the whole tensor-parallel group (TP): TensorRT-LLM 0.21, "
        "H100, FP8, 1,000 tokens in and 2,000 out.",
    )
    tab = Tab(
        "Throughput",
        "Tokens that an H100 hour serves, from Nvidia's figures and what is likely in practice",
        "capacity",
        (table, Lines("Weighted average", (arithmetic, harmonic, per_second, output, inputs))),
        grid="wide",
        label_width=290,
    )
    return Throughput(
        entries=(constraint, input_length, output_length, weighting.line),
        weighting=weighting,
        model_class=model_class,
        token_share=token_share,
        weights=weights,
        output_tokens=output,
        input_tokens=inputs,
        tab=tab,
    )
