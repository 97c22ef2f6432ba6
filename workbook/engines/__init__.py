"""Spreadsheet engines by name; each is imported only when it is used."""

from importlib import import_module
from importlib.util import find_spec
from typing import cast

from workbook.engines.base import (
    Cell,
    CellError,
    Engine,
    EngineError,
    EngineMissing,
    Session,
    Settable,
    Value,
    agree,
)

__all__ = [
    "NAMES",
    "Cell",
    "CellError",
    "Engine",
    "EngineError",
    "EngineMissing",
    "Session",
    "Settable",
    "Value",
    "agree",
    "engine",
    "missing",
]

NAMES = ("formualizer", "ironcalc", "formulas", "libreoffice")
"""The engines, fastest first."""

_REMEDY = {
    "formualizer": "run `make build`",
    "ironcalc": "run `make build`",
    "formulas": "install the project with its `verify` extra",
}


def engine(name: str) -> Engine:
    """Give the engine *name*; EngineMissing, with the remedy, if it cannot be used here."""
    if reason := missing(name):
        raise EngineMissing(reason)
    return cast("Engine", import_module(f"{__name__}.{name}").ENGINE)


def missing(name: str) -> str | None:
    """Why the engine *name* cannot be used here and what to do, or None when it can."""
    if name not in NAMES:
        return f"there is no engine {name!r}; choose from {', '.join(NAMES)}"
    if name == "libreoffice":
        lacking: str | None = import_module(f"{__name__}.libreoffice").lacking()
        return lacking
    if find_spec(name) is None:
        return f"the package {name} is not installed; {_REMEDY[name]}"
    return None
