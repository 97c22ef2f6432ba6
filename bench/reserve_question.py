"""The question that both sides of the contest about reserved capacity are asked."""

from typing import Final

RESERVED: Final = 1.0
"""USD for a reserved unit and hour."""
ON_DEMAND: Final = 4.0
"""USD for a unit and hour on demand."""
THROUGHPUT: Final = 2_690.0
"""Weighted tokens that a unit does in a second."""
OUTPUT_WEIGHT: Final = 4.0
"""Input tokens that an output token weighs."""
WINDOWS: Final = (1.0, 5.0, 30.0)
"""Windows of overload in seconds: those that slosizer always answers."""
