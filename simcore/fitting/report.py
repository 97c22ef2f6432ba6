"""What a fit says, as text for people and as plain data."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from simcore.behaviour import WEEKDAYS, Behaviour
from simcore.fitting.families import Family, distance
from simcore.fitting.findings import Estimate, Fit
from simcore.fitting.preset_file import rounded
from simcore.limits import limits_table

Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
SHOWN_FAULTS = 10
"""Bad rows that are told one by one; the rest are counted."""


def facts(fit: Fit, base: str) -> dict[str, Plain]:
    """Return what a fit says as plain data; *base* names the preset for the rest."""
    trace = fit.trace
    return {
        "file": trace.file,
        "rows": trace.rows,
        "bad_rows": trace.bad_rows,
        "faults": [str(fault) for fault in trace.faults[:SHOWN_FAULTS]],
        "columns": {str(role): name for role, name in trace.columns.items()},
        "clock": str(trace.clock),
        "dates": trace.dates(),
        "preset": base,
        "usage": {name: _short(value) for name, value in fit.usage.items()},
        "gaps": _gap_facts(fit),
        "dispersion": {f"{window:g}": _short(v) for window, v in fit.dispersion.items()},
        "hours": [_short(hour) for hour in fit.day.hours] if fit.day else None,
        "notes": [*trace.notes, *fit.remarks],
        "beyond": list(fit.beyond),
        "unknown": list(fit.unknown),
    }


def _gap_facts(fit: Fit) -> Plain:
    if fit.gaps is None:
        return None
    return {
        "are": fit.gaps_are,
        "count": len(fit.gaps.seconds),
        "zeros": fit.gaps.zeros,
        "zeros_are": "jittered" if fit.gaps.jittered else "dropped",
        "families": [_family_row(family, fit) for family in fit.families],
        "session_cut_s": _short(fit.sessions.cut) if fit.sessions and fit.sessions.cut else None,
    }


def _family_row(family: Family, fit: Fit) -> Plain:
    assert fit.gaps is not None
    return {
        "name": family.name,
        "bic": round(family.bic, 1),
        "distance": _short(distance(family, fit.gaps.seconds)),
        "components": [
            {"weight": _short(c.weight), "median_s": _short(c.median), "log_sd": _short(c.log_sd)}
            for c in family.components
        ],
        "shape": None if family.components else _short(family.shape),
        "scale_s": None if family.components else _short(family.scale),
    }


def rows(fit: Fit, base: Mapping[str, object]) -> list[dict[str, Plain]]:
    """Return each parameter of the behaviour as a row: its value, error, unit and origin.

    *base* has the values of those that are not fitted.
    """
    found: list[dict[str, Plain]] = []
    for name in Behaviour.__dataclass_fields__:
        estimate = fit.estimates.get(name)
        limits = limits_table(Behaviour).get(name)
        value = rounded(estimate.value) if estimate else base[name]
        found.append(
            {
                "parameter": name,
                "value": _plain(value),
                "error": _plain(estimate.error) if estimate else None,
                "unit": limits.unit if limits else "",
                "fitted": estimate is not None,
                "how": estimate.how if estimate else "base preset",
            }
        )
    return found


def _plain(value: object) -> Plain:
    """Return a value as JSON and CSV hold it; a list becomes one text, so that rows are flat."""
    match value:
        case tuple():
            return " ".join(f"{one:.5g}" for one in value)
        case float():
            return _short(value)
        case None:
            return None
        case _:
            return str(value)


def _short(value: float) -> float | None:
    return float(f"{value:.5g}") if isfinite(value) else None


def text(fit: Fit, base: str) -> str:
    """Return the report for people."""
    return "\n".join(_lines(fit, base))


def _lines(fit: Fit, base: str) -> Iterator[str]:
    trace = fit.trace
    yield f"{trace.file}: {trace.rows:,} rows, {trace.dates()}"
    used = ", ".join(f'{role} "{name}"' for role, name in trace.columns.items())
    yield f"  columns: {used}; {trace.clock}, ticks of {trace.resolution:g} s"
    if trace.bad_rows:
        yield f"  {trace.bad_rows:,} bad rows are left out:"
        yield from (f"    {fault}" for fault in trace.faults[:SHOWN_FAULTS])
        if (more := len(trace.faults) - SHOWN_FAULTS) > 0:
            yield f"    and {more:,} more"
    yield from _section("Notes", [*trace.notes, *fit.remarks])
    yield from _section("Usage", [f"{name}: {_figure(v)}" for name, v in fit.usage.items()])
    yield from _gap_lines(fit)
    yield from _day_lines(fit)
    if fit.dispersion:
        shown = ", ".join(f"{w:g} s {_figure(v)}" for w, v in fit.dispersion.items())
        yield from _section("Variance over mean of counts (1 is Poisson)", [shown])
    title = f"Fitted (the rest stays as in {base})"
    yield from _section(title, [_said(name, one) for name, one in fit.estimates.items()])
    yield from _section("Fitted, but outside the model's limits", fit.beyond)
    yield from _section("What this trace cannot say", fit.unknown)


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _figure(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:  # noqa: PLR2004  # whole in floating point
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004  # four digits


def _said(name: str, estimate: Estimate) -> str:
    limits = limits_table(Behaviour).get(name)
    value = rounded(estimate.value)
    match value:
        case tuple():
            shown = " ".join(f"{one:.3g}" for one in value)
        case float():
            shown = f"{value:.4g}"
        case _:
            shown = value
    error = f" ± {estimate.error:.2g}" if isinstance(estimate.error, float) else ""
    unit = f" {limits.unit}" if limits else ""
    return f"{name:<21}{shown}{error}{unit}   ({estimate.how})"


def _seconds(value: float) -> str:
    """Return a length of time in the unit that suits it.

    >>> _seconds(95.0), _seconds(7200.0)
    ('1.58 min', '2 h')
    """
    for unit, length in (("d", 86_400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if value >= length:
            return f"{value / length:.3g} {unit}"
    return f"{value:.3g} s"


def _share(weight: float) -> str:
    return f"{weight:.0%}" if weight >= 0.01 else f"{weight:.1%}"  # noqa: PLR2004  # one per cent


def _gap_lines(fit: Fit) -> Iterator[str]:
    if fit.gaps is None or not fit.families:
        return
    zeros, total = fit.gaps.zeros, fit.gaps.total
    what = "moved within the clock's tick" if fit.gaps.jittered else "dropped"
    lines = [f"{zeros:,} of {total:,} gaps are 0 ({zeros / max(total, 1):.1%}): {what}"]
    best = fit.families[0].bic
    for family in fit.families:
        shape = f"shape {family.shape:.3g}, scale {_seconds(family.scale)}"
        parts = ", ".join(
            f"{_share(c.weight)} {_seconds(c.median)} (log sd {c.log_sd:.2g})"
            for c in family.components
        )
        off = distance(family, fit.gaps.seconds)
        lines.append(
            f"{family.name:<12} BIC +{family.bic - best:<9,.1f} off by {off:.1%}  {parts or shape}"
        )
    if fit.sessions and fit.sessions.cut:
        lines.append(f"gaps above {_seconds(fit.sessions.cut)} begin a new session")
    yield from _section(f"Gaps {fit.gaps_are}, best law first", lines)


def _day_lines(fit: Fit) -> Iterator[str]:
    if fit.day:
        hours = fit.day.hours
        top = max(hours)
        of = "hour of the day" if fit.trace.dated else "hour since the start, by 24"
        lines = [f"{h:02}  {v:5.2f}  {'#' * round(30 * v / top)}" for h, v in enumerate(hours)]
        yield from _section(f"Weight by {of} (mean 1)", lines)
    if fit.weekdays:
        shown = ", ".join(f"{d} {v:.2f}" for d, v in zip(WEEKDAYS, fit.weekdays, strict=True))
        yield from _section("Weekdays (mean 1)", [shown])
