"""The memo's numbers that both slices are made from, so that they write the same workbook."""

from typing import Final

HOURS_PER_YEAR: Final = 8760.0
# Chip, quantity, ratio; the B200 are bought, so their quantity is calculated.
CHIPS: Final[tuple[tuple[str, float | None, float], ...]] = (
    ("Trainium 2", 1e6, 1.5),
    ("TPU", 1e6, 4.0),
    ("B200", None, 1 / 3),
)
COMMITMENT: Final = 30e9
COMPUTE_SHARE: Final = 0.8
YEARS: Final = 5.0
PRICE: Final = 3.5

H100_FLOPS: Final = 990e12
SECONDS_PER_HOUR: Final = 3600.0
MFU: Final = 0.5
MODELS: Final = (
    ("GPT 5", 5e25),
    ("GPT 4", 2.1e25),
    ("GPT 4.5", 6.4e25),
    ("Sonnet 4", 5e25),
    ("Opus 4", 1.5e26),
    ("Sonnet 3.7", 3.4e25),
    ("Grok 2", 3e25),
    ("Grok 3", 4.6e26),
    ("Llama 3.1", 3.8e25),
)
REFERENCE: Final = "Opus 4"
GROWTH: Final = 4.0
RUNS: Final = 2.0
VARIANTS: Final = 3.0
POST_TRAINING_SHARE: Final = 0.2

REVENUE: Final = 18e9
REVENUE_PER_HOUR: Final = 7.47688657716
P0: Final = 0.10
P1: Final = 0.0
BUFFER: Final = 0.15
OVERHEAD: Final = 2.0

# What both must give, to tell that they are the same model.
RESEARCH_HOURS: Final = 4_545_912_971
