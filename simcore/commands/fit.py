"""`simcore fit`: from a trace of requests to a preset."""

from __future__ import annotations

import argparse
from pathlib import Path

from simcore.commands.face import Answer, Commands, command, emit, number

_JSON = """
FILE is CSV (also .gz) or Parquet with a row a request: (user or session, time[, tokens][,
duration in s]); or a row a window with its rate of requests a second. Columns are found by their
usual names, or given. Bad rows are left out, counted and told by line.

--json prints one object:
  {"file", "rows", "bad_rows", "faults": [...], "columns", "clock", "dates", "preset",
   "usage": {name: number},
   "gaps": {"are", "count", "zeros", "zeros_are", "families": [{"name", "bic", "distance",
            "components": [{"weight", "median_s", "log_sd"}], "shape", "scale_s"}, ...],
            "session_cut_s"},
   "dispersion": {seconds: variance over mean}, "hours": [24 weights], "notes", "beyond",
   "unknown": [what the trace cannot say, ...],
   "parameters": [{"parameter", "value", "error", "unit", "fitted", "how"}, ...]}
families stand best first by BIC; distance is the largest between the distributions (Kolmogorov).
error is a standard error, by leaving out days or blocks of time. A parameter that was not fitted
has the value of the base preset. --csv prints the parameters.
"""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "from a trace of requests to a preset, and what the trace cannot say"
    made = command(commands, "fit", summary, _JSON, _fit)
    made.add_argument("file", type=Path, metavar="FILE", help="CSV, .csv.gz or Parquet")
    for role, what in (
        ("time", "times"),
        ("user", "users; several columns are joined by +"),
        ("session", "sessions"),
        ("tokens", "output tokens"),
        ("duration", "durations"),
        ("rate", "rates, a second"),
    ):
        made.add_argument(f"--{role}", metavar="COLUMN", help=f"column of {what}")
    made.add_argument("--zone", metavar="ZONE", help="time zone of the users: Europe/Berlin")
    made.add_argument("--start", metavar="DATE", help="date and time from which times count")
    made.add_argument(
        "--speed",
        type=number(0.1, 100_000),
        metavar="TOKENS",
        help="tokens a second of one slot, by which tokens become holding times",
    )
    made.add_argument("--out", type=Path, metavar="FILE", help="write the preset as TOML")
    made.add_argument("--force", action="store_true", help="let --out replace a file")


def _fit(options: argparse.Namespace) -> int:
    import numpy as np

    from simcore.fitting import figure, report
    from simcore.fitting.columns import Role
    from simcore.fitting.fit import fit_trace
    from simcore.fitting.preset_file import in_the_way, preset_text, write_preset
    from simcore.fitting.trace import read_trace
    from simcore.presets import load_preset

    base = load_preset(options.preset)
    if options.out is not None and options.out.exists() and not options.force:
        raise in_the_way(options.out)
    given = {role: getattr(options, role) for role in Role if getattr(options, role)}
    trace = read_trace(options.file, given, options.zone, options.start)
    fit = fit_trace(trace, base.behaviour, np.random.SeedSequence(options.seed), options.speed)
    values = {name: getattr(base.behaviour, name) for name in type(base.behaviour).__slots__}
    answer = Answer(
        report.facts(fit, base.name),
        "parameters",
        report.rows(fit, values),
        report.text(fit, base.name),
        lambda at: figure.draw(at, fit),
    )
    code = emit(answer, options)
    # The report comes first: it says why, where there is nothing to write.
    if options.out is not None:
        text = preset_text(fit, base, options.out.stem)
        write_preset(text, options.out, force=options.force)
    return code
