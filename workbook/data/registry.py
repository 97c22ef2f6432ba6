"""All forms, in the order in which their files are read."""

from __future__ import annotations

from typing import Any

from workbook.data.form import Form
from workbook.data.outcomes import BENCHMARKS, MARGINS
from workbook.data.pools import POOLS
from workbook.data.prices import PRICES
from workbook.data.requests import REQUESTS
from workbook.data.usage import PEAKS, USAGE

_ALL: tuple[Form[Any], ...] = (
    PRICES,
    POOLS,
    REQUESTS,
    USAGE,
    PEAKS,
    BENCHMARKS,
    MARGINS,
)

FORMS: dict[str, Form[Any]] = {form.key: form for form in _ALL}
"""Every form by key; one whose choices are listed in another comes after it."""
