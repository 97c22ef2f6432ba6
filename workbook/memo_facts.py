"""What memo 004 prints, and where its words and its arithmetic differ: data in, typed facts out."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from workbook.paths import TEMPLATES

BILLION = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Printed:
    """One number as the memo prints it, and the *id* of the figure that reproduces it.

    *value* is in the figure's own unit; *half* is half a unit of its last printed digit.
    """

    location: str
    item: str
    value: float
    half: float
    show: str
    id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One place where words and arithmetic differ: *changes* make the other reading."""

    key: str
    label: str
    memo: str
    other: str
    changes: dict[str, float | str]
    measure: str


def printed(path: Path = TEMPLATES / "memo_printed.csv") -> tuple[Printed, ...]:
    """Every printed number of the memo that its arithmetic reproduces."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_printed(row) for row in csv.DictReader(file))


def _printed(row: dict[str, str]) -> Printed:
    text, scale = row["printed"], int(row["scale"])
    value, half = read_figure(text)
    return Printed(
        row["location"],
        row["item"],
        float(value * scale),
        float(half * scale),
        _show(text, scale),
        row["id"],
    )


def read_figure(text: str) -> tuple[Decimal, Decimal]:
    """A printed figure as a number, with half a unit of its last digit.

    >>> read_figure("$5.57"), read_figure("10%")
    ((Decimal('5.57'), Decimal('0.005')), (Decimal('0.10'), Decimal('0.005')))
    """
    number = Decimal(text.removeprefix("$").removesuffix("%").replace(",", ""))
    exponent = number.as_tuple().exponent
    half = Decimal("0.5").scaleb(exponent if isinstance(exponent, int) else 0)
    if text.endswith("%"):
        return number.scaleb(-2), half.scaleb(-2)
    return number, half


def _show(text: str, scale: int) -> str:
    if scale == BILLION:
        return "usd1_bn" if text.startswith("$") else "hours3_bn"
    if text.endswith("%"):
        return "pct0"
    if "E" in text:
        return "flop3"
    if text.startswith("$"):
        return "usd" if "." in text else "usd0"
    return "decimal" if "." in text else "whole"


def readings(path: Path = TEMPLATES / "memo_readings.toml") -> tuple[Reading, ...]:
    """The readings of the memo that can be argued."""
    table = tomllib.loads(path.read_text("utf-8"))
    return tuple(
        Reading(key, r["label"], r["memo"], r["other"], r["set"], r["measure"])
        for key, r in table.items()
    )
