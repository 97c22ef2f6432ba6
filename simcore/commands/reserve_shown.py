"""What `simcore reserve` found, as rows, as text and as a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simcore.commands.face import Plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simcore.buying import Demand, Plan
    from simcore.replay import Check
    from simcore.reserve import Terms

_LEVELS = (0.5, 0.9, 0.95, 0.99, 0.999)
"""Shares of time whose quantiles of demand are shown."""


def demand_facts(demand: Demand) -> dict[str, Plain]:
    """Return the demand's mean, peak and quantiles, in units."""
    import numpy as np

    quantiles = demand.whole.quantiles(np.array(_LEVELS))
    return {
        "mean": round(demand.whole.mean, 4),
        "peak": round(demand.whole.peak, 4),
        "hours": round(demand.whole.span / 3600, 4),
        "quantiles": {
            f"{level:g}": round(float(units), 4)
            for level, units in zip(_LEVELS, quantiles, strict=True)
        },
    }


def plan_row(plan: Plan) -> dict[str, Plain]:
    """Return a plan as a row: USD an hour, and shares."""
    split = plan.split
    return {
        "plan": plan.name,
        "units": round(split.units, 6),
        "cost": round(split.cost, 4),
        "error": None if plan.error is None else round(plan.error, 4),
        "reserved_cost": round(split.reserved_cost, 4),
        "overflow_cost": round(split.overflow_cost, 4),
        "overflow_share": round(split.overflow_share, 6),
        "spare_share": round(split.spare_share, 6),
        "time_within": round(plan.time_within, 6),
        "arrivals_within": None if plan.arrivals_within is None else round(plan.arrivals_within, 6),
    }


def check_row(check: Check) -> dict[str, Plain]:
    """Return a check as a row."""
    return {
        "quantity": check.quantity,
        "window": check.window,
        "law": check.law,
        "analytic": float(f"{check.analytic:.6g}"),
        "replay": float(f"{check.simulated:.6g}"),
        "error": None if check.error is None else float(f"{check.error:.3g}"),
        "z": None if check.z is None else round(check.z, 2),
        "disagrees": check.disagrees,
    }


def shown(facts: dict[str, Plain], found: Sequence[Plan], held: Sequence[Check]) -> str:
    """Return the answer as text for people."""
    demand = facts["demand"]
    assert isinstance(demand, dict)
    quantiles = ", ".join(f"{units:g} in {level}" for level, units in demand["quantiles"].items())
    of = f"mean {demand['mean']:.4g}, peak {demand['peak']:.4g}"
    lines = [f"{facts['source']}: {demand['hours']:,.1f} h of demand, {of}"]
    lines += [f"within {quantiles} of the time"]
    if facts["bad_rows"]:
        rows = facts["first_bad"]
        assert isinstance(rows, list)
        lines += [f"{facts['bad_rows']} bad rows left out:", *(f"  {row}" for row in rows)]
    lines += [
        "",
        f"{'plan':<14}{'units':>8}{'USD/h':>20}{'overflow':>10}{'spare':>8}{'in time':>9}",
    ]
    lines += [_plan_line(plan) for plan in found]
    lines += ["", f"A reserve of {facts['units']:g}: the replay, and laws with their distance in"]
    lines += ["standard errors (* beyond 4: the law does not hold here)", *_check_lines(held)]
    return "\n".join(lines)


def _plan_line(plan: Plan) -> str:
    split = plan.split
    error = "" if plan.error is None else f" ± {plan.error:.2f}"
    return (
        f"{plan.name:<14}{split.units:>8g}{f'{split.cost:.2f}{error}':>20}"
        f"{split.overflow_share:>10.2%}{split.spare_share:>8.1%}{plan.time_within:>9.2%}"
    )


def _check_lines(held: Sequence[Check]) -> list[str]:
    laws = list(dict.fromkeys(check.law for check in held))
    lines = [f"{'':<15}{'window':>7}{'replay':>21}" + "".join(f"{law:>20}" for law in laws)]
    for name, window in dict.fromkeys((check.quantity, check.window) for check in held):
        those = {c.law: c for c in held if (c.quantity, c.window) == (name, window)}
        first = next(iter(those.values()))
        error = "" if first.error is None else f" ± {first.error:.2g}"
        of = f"{window:g} s" if window else ""
        cells = [_cell(those[law]) if law in those else "" for law in laws]
        seen = f"{first.simulated:.4g}{error}"
        lines.append(f"{name:<15}{of:>7}{seen:>21}" + "".join(f"{cell:>20}" for cell in cells))
    return lines


def _cell(check: Check) -> str:
    z = "" if check.z is None else f" ({check.z:+.1f})"
    return f"{check.analytic:.4g}{z}{'*' if check.disagrees else ' '}"


def draw(figure: Figure, demand: Demand, terms: Terms) -> None:
    """Draw the cost over the reserve, and its parts."""
    import numpy as np

    from simcore.reserve import best_split, billed_path, split_at

    billed = billed_path(demand.whole, terms)
    top = terms.rounded_up(demand.whole.peak)
    count = max(round(top / terms.increment), 1)
    steps = np.unique(np.linspace(0, count, min(count, 200) + 1).astype(int))
    splits = [split_at(demand.whole, terms, k * terms.increment, billed) for k in steps]
    units = [split.units for split in splits]
    best = best_split(demand.whole, terms)
    axes = figure.subplots()
    axes.plot(units, [split.cost for split in splits], label="both")
    axes.plot(units, [split.reserved_cost for split in splits], label="reserved", linestyle="--")
    axes.plot(units, [split.overflow_cost for split in splits], label="on demand", linestyle=":")
    axes.plot([best.units], [best.cost], "o", label=f"least: {best.units:g} units")
    axes.set(xlabel="units reserved", ylabel="USD an hour", title="Cost of a reserve")
    axes.legend()
