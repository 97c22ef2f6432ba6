"""What was changed in an edited workbook and is no input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.assumptions import Assumptions
from workbook.roundtrip.edited import Edited
from workbook.roundtrip.findings import Extra
from workbook.roundtrip.gather import Gathered

if TYPE_CHECKING:
    from workbook.roundtrip.importing import Request


def extras_of(
    edited: Edited, built: Assumptions | None, gathered: Gathered, request: Request
) -> list[Extra]:
    """Stub."""
    return []
