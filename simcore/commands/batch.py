"""`simcore batch`: the pods that batch experiments hold over a year, and the year's peaks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from simcore.commands.face import (
    Answer,
    Commands,
    Plain,
    command,
    emit,
    jobs_of,
    number,
    progress_of,
    whole,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simcore.batch import Years
    from simcore.experiment import Experiment
    from simcore.research import Batch, Research

_JSON = """
--json prints one object:
  {"batch", "seed", "years",
   "experiment": {"requests", "tokens", "hours", "completions_per_minute", "streams", "pods",
                  "pod_hours"},
   "experiments_a_year", "hours_for_one_pod",
   "lengths": [{"hours", "pods_each", "mean", "mean_error", "little", "time_p50", "time_p95",
                "time_p99", "peak_mean", "peak_mean_error", "peak_p5", "peak_p50", "peak_p95",
                "peak_p5_low", "peak_p5_high", ...}, ...]}
A row stands for each mean length of an experiment: the experiment's own, or those of --hours.
mean is pods in use, with its standard error, and little the same by Little's law. time_pXX is the
pods that suffice for XX % of the time. peak_pXX is a quantile of the annual peak in pods, with the
ends of its 95 % Monte Carlo interval. hours_for_one_pod is the length at which one pod is in use in
the mean, or null without experiments.
"""
_LEVELS = (5, 50, 95)
_TIME_LEVELS = (50, 95, 99)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "pods that batch experiments hold over a year, and the annual peaks"
    made = command(commands, "batch", summary, _JSON, _batch, without=("preset",))
    made.add_argument(
        "--batch",
        default="batch",
        metavar="FILE",
        help="batch, or the path of a TOML file of the same form (default: %(default)s)",
    )
    made.add_argument(
        "--hours",
        action="append",
        type=number(0.01, 1000),
        metavar="H",
        help="mean length of an experiment (default: from its rate limit); may be given again",
    )
    made.add_argument(
        "--researchers", type=whole(0, 500), metavar="N", help="how many run experiments"
    )
    made.add_argument(
        "--deadline-share",
        type=number(0, 1),
        metavar="SHARE",
        help="share of experiments that start before deadlines",
    )
    made.add_argument(
        "--shocks", type=number(0, 20), metavar="N", help="viral shocks a year, which draw copies"
    )
    made.add_argument(
        "--years",
        type=whole(200, 100_000),
        default=4000,
        help="years to simulate, about (default: %(default)s)",
    )


def _batch(options: argparse.Namespace) -> int:
    import numpy as np

    from simcore.batch import simulate_years
    from simcore.research import HOURS_A_YEAR, batch_of, load_batch

    experiment, research = load_batch(options.batch)
    research = _changed(research, options)
    first = batch_of(experiment, research)
    batches = [replace(first, hours=hours) for hours in options.hours or [experiment.hours]]
    seed = np.random.SeedSequence(options.seed)
    jobs, progress = jobs_of(options), progress_of(options)
    found = [
        (batch, simulate_years(batch, options.years, seed, jobs=jobs, progress=progress))
        for batch in batches
    ]
    a_pod_hour = research.starts_a_year * first.pods_each
    facts: dict[str, Plain] = {
        "batch": options.batch,
        "seed": options.seed,
        "years": found[0][1].peaks.size,
        "experiment": _experiment_facts(experiment),
        "experiments_a_year": research.starts_a_year,
        "hours_for_one_pod": round(HOURS_A_YEAR / a_pod_hour, 1) if a_pod_hour else None,
    }
    rows = [_row(batch, years) for batch, years in found]
    text = _text(experiment, research, rows)
    return emit(Answer(facts, "lengths", rows, text, lambda at: _draw(at, found)), options)


def _changed(research: Research, options: argparse.Namespace) -> Research:
    """Return *research* with what the options say instead."""
    asked = {
        "researchers": options.researchers,
        "deadline_share": options.deadline_share,
        "shocks_per_year": options.shocks,
    }
    return replace(research, **{name: to for name, to in asked.items() if to is not None})


def _experiment_facts(experiment: Experiment) -> dict[str, Plain]:
    return {
        "requests": experiment.requests,
        "tokens": experiment.tokens,
        "hours": round(experiment.hours, 3),
        "completions_per_minute": round(experiment.completions_per_minute, 3),
        "streams": round(experiment.streams, 3),
        "pods": round(experiment.pods, 4),
        "pod_hours": round(experiment.pod_hours, 3),
    }


def _row(batch: Batch, years: Years) -> dict[str, Plain]:
    mean, error = years.mean()
    peak, peak_error = years.mean_peak()
    row: dict[str, Plain] = {
        "hours": round(batch.hours, 3),
        "pods_each": batch.pods_each,
        "mean": round(mean, 5),
        "mean_error": round(error, 5),
        "little": round(batch.mean_pods, 5),
        **{f"time_p{level}": years.time_quantile(level / 100) for level in _TIME_LEVELS},
        "peak_mean": round(peak, 3),
        "peak_mean_error": round(peak_error, 3),
    }
    quantiles = {level: years.peak_quantile(level / 100) for level in _LEVELS}
    row |= {f"peak_p{level}": found[0] for level, found in quantiles.items()}
    for level, (_, low, high) in quantiles.items():
        row |= {f"peak_p{level}_low": low, f"peak_p{level}_high": high}
    return row


def _pods(number: float) -> str:
    return f"{number:.3g} pod" if number == 1 else f"{number:.3g} pods"


def _text(experiment: Experiment, research: Research, rows: Sequence[dict[str, Plain]]) -> str:
    size = f"{experiment.requests:,} requests, {experiment.tokens / 1e6:,.4g}m tokens"
    lines = [
        f"One experiment: {size}, {experiment.hours:.3g} h at its rate limit,",
        f"  {experiment.streams:.3g} streams, the slots of {_pods(experiment.pods)}",
        f"{research.starts_a_year:,.4g} experiments a year; pods in use, and the annual peak:",
        f"  {'hours':>7}  {'mean':>17}  {'50/95/99 % of time':>18}  {'peak 5/50/95 %':>14}",
    ]
    for row in rows:
        time = "/".join(str(row[f"time_p{level}"]) for level in _TIME_LEVELS)
        peak = "/".join(str(row[f"peak_p{level}"]) for level in _LEVELS)
        mean = f"{row['mean']:.4f} ± {row['mean_error']:.4f}"
        lines.append(f"  {row['hours']:>7.1f}  {mean:>17}  {time:>18}  {peak:>14}")
    return "\n".join([*lines, "± is a Monte Carlo standard error; no uncertainty of parameters."])


def _draw(figure: Figure, found: Sequence[tuple[Batch, Years]]) -> None:
    """Draw the course of the mean over the year, and the annual peaks."""
    import numpy as np

    from simcore.season import expected_course

    course, peaks = figure.subplots(1, 2)
    for batch, years in found:
        label = f"{batch.hours:.3g} h"
        mean = expected_course(batch) * batch.pods_each
        course.plot(np.arange(mean.size) / 24, mean, label=label)
        counts = np.bincount(years.peaks.ravel())
        at = np.arange(counts.size) * batch.pods_each
        peaks.plot(at, counts / counts.sum(), marker="o", label=label)
    course.set(title="Mean over the year", xlabel="day of the year", ylabel="pods in use")
    peaks.set(title="Annual peak", xlabel="pods in use at the peak", ylabel="share of years")
    peaks.xaxis.get_major_locator().set_params(integer=True)
    for axes in (course, peaks):
        axes.set_ylim(bottom=0)
        axes.legend(title="length")
