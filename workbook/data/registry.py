"""All forms, in the order in which their files are read."""

from __future__ import annotations

from typing import Any

from workbook.data.form import Form

_ALL: tuple[Form[Any], ...] = ()

FORMS: dict[str, Form[Any]] = {form.key: form for form in _ALL}
"""Every form by key; one whose choices are listed in another comes after it."""
