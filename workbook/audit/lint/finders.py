"""The shape of what finds faults, shared by all modules of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from workbook.audit.lint.rules import Hit
from workbook.audit.survey import Survey

Finder: TypeAlias = Callable[[Survey], Iterator[Hit]]
Finders: TypeAlias = tuple[tuple[str, Finder], ...]
"""Functions beside the rules that they stand for, by the beginnings of their ids."""
