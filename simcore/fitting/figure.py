"""The drawing of a fit: gaps on a logarithmic axis with their laws, and the time of day."""

from typing import TYPE_CHECKING

import numpy as np

from simcore.fitting.daytime import bump
from simcore.fitting.findings import Fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BINS = 60


def draw(figure: "Figure", fit: Fit) -> None:
    """Draw what was fitted into *figure*."""
    left, right = figure.subplots(1, 2)
    figure.suptitle(fit.trace.file)
    _draw_gaps(left, fit)
    _draw_day(right, fit)


def _draw_gaps(axes: "Axes", fit: Fit) -> None:
    axes.set(title="Gaps", xlabel="seconds", ylabel="density of log gap")
    if fit.gaps is None or not fit.families:
        axes.text(0.5, 0.5, "not known", ha="center", transform=axes.transAxes)
        return
    logs = np.log(fit.gaps.seconds)
    edges = np.linspace(logs.min(), logs.max() + 1e-9, _BINS + 1)
    height, _ = np.histogram(logs, edges, density=True)
    axes.stairs(height, np.exp(edges), fill=True, alpha=0.3, label=f"{len(logs):,} gaps")
    grid = np.linspace(edges[0], edges[-1], 500)
    mixtures = [family for family in fit.families if family.components]
    others = [family for family in fit.families if not family.components]
    for family in (*mixtures[:1], *others):
        axes.plot(np.exp(grid), family.density(grid), label=family.name)
    axes.set(xscale="log", ylim=(0, 1.3 * float(height.max())))
    axes.legend()


def _draw_day(axes: "Axes", fit: Fit) -> None:
    since = "hour of the day" if fit.trace.dated else "hour since the start, by 24"
    axes.set(title="Time of day (mean 1)", xlabel=since, xlim=(0, 24))
    if fit.day is None:
        axes.text(0.5, 0.5, "not known", ha="center", transform=axes.transAxes)
        return
    day = fit.day
    axes.stairs(day.hours, np.arange(25), fill=True, alpha=0.3, label="observed")
    hour = np.linspace(0, 24, 289)
    curve = bump(day.kappa, day.peak_hour, day.floor, hour)
    axes.plot(hour, curve, label=f"von Mises, kappa {day.kappa:.3g}")
    axes.legend()
