"""The allocation policy common to all scenarios: what is held back, and the revenue to serve."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Allocation
from workbook.book import Line, entered


class Policy(NamedTuple):
    """Lines that other tabs may use; all but the live scenario stand on Inputs."""

    revenue_target: Line
    p0: Line
    buffer: Line
    live: Line

    @property
    def entries(self) -> tuple[Line, ...]:
        """The lines that stand on Inputs."""
        return (self.revenue_target, self.p0, self.buffer)


def build(a: Allocation) -> Policy:
    """The policy lines."""
    return Policy(
        revenue_target=entered(a.revenue_target),
        p0=entered(a.p0),
        buffer=entered(a.buffer),
        live=entered(a.live_scenario),
    )
