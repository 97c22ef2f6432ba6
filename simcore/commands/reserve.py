"""`simcore reserve`: what to buy ahead and what on demand, and how often that is too little."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from simcore.commands.face import (
    Answer,
    Commands,
    Plain,
    command,
    emit,
    number,
    progress_of,
)
from simcore.commands.face import whole as whole_number
from simcore.commands.reserve_shown import check_row, demand_facts, draw, plan_row, shown

if TYPE_CHECKING:
    from simcore.buying import Demand
    from simcore.reserve import Terms

WINDOWS = (1.0, 10.0, 60.0, 300.0, 1800.0, 3600.0)
_JSON = """
Demand is that of --users of the preset, week by week with a seed each (one by one from
independent arrivals with --independent), or that of --trace, a CSV file with a header:
  --demand COLUMN            the units wanted from each time on (rows of one time add up)
  --hold COLUMN[=WEIGHT]     arrivals that hold one unit for COLUMN x WEIGHT seconds
  --work COLUMN[=WEIGHT]     arrivals with work, such as tokens, of which a unit does --throughput
                             a second; it is done in the --interval of seconds that it comes in
Several columns add up. Bad rows are left out, counted, and the first are shown.

The reserve of least cost is the newsvendor's: demand stays within it for 1 - reserved/on-demand
price of the time. Shares of windows count every window that fits, whatever second it starts in:
"average above" those whose mean demand exceeds the reserve (a limit such as tokens a minute),
"maximum above" those in which demand exceeds it at any time.

Each is given by laws and by replay of the demand. poisson: independent arrivals (M/G/infinity)
with the rate and holding times alone. normal, gamma: moments of the demand, windows by the
variance of their averages. z is replay minus law in standard errors; beyond 4 they disagree: the
law does not hold for this demand.

--json prints one object:
  {"source", "seed", "prices": {"reserved", "on_demand"}, "increment", "bad_rows",
   "demand": {"mean", "peak", "hours", "quantiles": {level: units}},
   "plans": [{"plan", "units", "cost", "error", "reserved_cost", "overflow_cost",
     "overflow_share", "spare_share", "time_within", "arrivals_within"}, ...],
   "units", "checks": [{"quantity", "window", "law", "analytic", "replay", "error", "z",
     "disagrees"}, ...]}
Costs are USD an hour; error is a standard error. The checks are those of a reserve of "units".
arrivals_within is null where arrivals are not seen one by one, z where the replay is too short.
"""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "what to reserve and what to buy on demand, and the chance of overload in windows"
    made = command(commands, "reserve", summary, _JSON, _reserve)
    _add_source(made)
    made.add_argument(
        "--price", type=number(0, 1e6), default=1.75, metavar="USD",
        help="of a reserved unit for an hour (default: %(default)s, the memo's 35 a pod of 20)",
    )  # fmt: skip
    made.add_argument(
        "--on-demand", type=number(1e-9, 1e6), default=6.0, metavar="USD",
        help="price of a unit for an hour on demand (default: %(default)s, the memo's 120 a pod)",
    )  # fmt: skip
    made.add_argument(
        "--increment", type=number(1e-6, 1e6), default=1.0, metavar="UNITS",
        help="units that are reserved together, such as the 20 slots of a pod (default: 1)",
    )  # fmt: skip
    made.add_argument(
        "--whole", action="store_true", help="overflow too is bought in whole increments"
    )
    made.add_argument(
        "--quantum", type=number(0, 30 * 86_400), default=0.0, metavar="SECONDS",
        help="least time that overflow is bought for (default: what is used)",
    )  # fmt: skip
    made.add_argument(
        "--commitment", type=number(0, 5 * 8760), default=0.0, metavar="HOURS",
        help="time that a reserve is paid for in full (default: the demand's)",
    )  # fmt: skip
    made.add_argument(
        "--units", type=number(0, 1e6), action="append", default=[], metavar="UNITS",
        help="also judge this reserve, and check the first one given; may be given again",
    )  # fmt: skip
    made.add_argument(
        "--window", type=number(1, 3600), action="append", metavar="SECONDS",
        help="window of overload, 1 to 3600; may be given again (default: 1 s to 1 h)",
    )  # fmt: skip


def _add_source(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--users", type=whole_number(1, 1000), default=250, metavar="N",
        help="users of the preset (default: %(default)s)",
    )  # fmt: skip
    made.add_argument(
        "--rung",
        choices=("independent", "time of day", "seasonality", "correlation"),
        default="correlation",
        help="how much of the preset is in its users (default: all of it, %(default)s)",
    )
    made.add_argument(
        "--independent",
        action="store_true",
        help="take the users' messages as independent of each other, which gives exact laws",
    )
    made.add_argument(
        "--weeks", type=whole_number(4, 500), default=16,
        help="weeks of the preset to simulate, a seed each (default: %(default)s)",
    )  # fmt: skip
    made.add_argument("--trace", type=Path, metavar="FILE", help="CSV file, .gz if compressed")
    kinds = made.add_mutually_exclusive_group()
    for kind in ("demand", "hold", "work"):
        kinds.add_argument(
            f"--{kind}", type=_weighted, action="append", metavar="COLUMN[=WEIGHT]",
            help="what the rows of the trace mean: see below",
        )  # fmt: skip
    made.add_argument("--time", default="", metavar="COLUMN", help="the trace's times")
    made.add_argument(
        "--time-unit", choices=("ms", "s", "min", "h"), default="s",
        help="unit of times that are numbers (default: %(default)s)",
    )  # fmt: skip
    made.add_argument(
        "--base", type=number(0, 1e9), default=0.0, metavar="AMOUNT",
        help="added to what the columns of a row add up to (default: 0)",
    )  # fmt: skip
    made.add_argument(
        "--throughput", type=number(1e-9, 1e12), default=1.0, metavar="WORK",
        help="work that one unit does in a second (default: 1)",
    )  # fmt: skip
    made.add_argument(
        "--interval", type=number(0.001, 3600), default=1.0, metavar="SECONDS",
        help="time that work is done in (default: 1)",
    )  # fmt: skip


def _weighted(text: str) -> tuple[str, float]:
    """Read COLUMN or COLUMN=WEIGHT.

    >>> _weighted("output=4"), _weighted("a=b=2"), _weighted("units")
    (('output', 4.0), ('a=b', 2.0), ('units', 1.0))
    """
    name, equals, weight = text.rpartition("=")
    return (name, number(0, 1e12)(weight)) if equals else (text, 1.0)


def _reserve(options: argparse.Namespace) -> int:
    from simcore.buying import plans
    from simcore.replay import checks

    terms = _terms(options)
    demand, facts = _from_trace(options) if options.trace else _from_preset(options)
    found = plans(demand, terms, options.units)
    units = options.units[0] if options.units else found[0].split.units
    windows = sorted(set(options.window or WINDOWS))
    held = checks(demand.replay, demand.laws, units, windows)
    rows = [check_row(check) for check in held]
    facts |= {
        "prices": {"reserved": options.price, "on_demand": options.on_demand},
        "increment": options.increment,
        "demand": demand_facts(demand),
        "plans": [plan_row(plan) for plan in found],
        "units": units,
    }
    text = shown(facts, found, held)
    return emit(Answer(facts, "checks", rows, text, lambda at: draw(at, demand, terms)), options)


def _terms(options: argparse.Namespace) -> Terms:
    from simcore.reserve import Overflow, Terms

    return Terms(
        reserved=options.price,
        on_demand=options.on_demand,
        increment=options.increment,
        quantum=options.quantum,
        commitment=options.commitment,
        overflow=Overflow.WHOLE if options.whole else Overflow.METERED,
    )


def _from_trace(options: argparse.Namespace) -> tuple[Demand, dict[str, Plain]]:
    from simcore.buying import held_demand, level_demand, work_demand
    from simcore.demand_csv import Columns, read_rows
    from simcore.faults import Fault, ParameterFaults

    amounts = dict(options.demand or options.hold or options.work or [])
    if not amounts:
        raise ParameterFaults(
            [Fault("", "--trace", "say what its rows mean: --demand, --hold or --work COLUMN")]
        )
    columns = Columns(amounts, options.base, options.time, options.time_unit)
    rows = read_rows(options.trace, columns)
    if options.work:
        demand = work_demand(rows, options.throughput, options.interval)
    else:
        demand = held_demand(rows) if options.hold else level_demand(rows)
    facts: dict[str, Plain] = {
        "source": str(options.trace),
        "seed": options.seed,
        "rows": len(rows.times),
        "bad_rows": rows.bad,
        "first_bad": [str(fault) for fault in rows.first_bad],
    }
    return demand, facts


def _from_preset(options: argparse.Namespace) -> tuple[Demand, dict[str, Plain]]:
    import numpy as np

    from simcore.behaviour import Rung
    from simcore.preset_demand import preset_demand
    from simcore.presets import load_preset

    preset = load_preset(options.preset)
    behaviour = preset.behaviour.at(Rung(options.rung))
    demand = preset_demand(
        behaviour,
        options.users,
        options.weeks,
        np.random.SeedSequence(options.seed),
        independent=options.independent,
        progress=progress_of(options),
    )
    of = "independent messages" if options.independent else options.rung
    source = f"{preset.name}, {options.users} users, {of}"
    return demand, {"source": source, "seed": options.seed, "bad_rows": 0}
