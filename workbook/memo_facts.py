"""What the memos print, and where words and arithmetic differ: data in, typed facts out."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from workbook.paths import TEMPLATES

BILLION = 1_000_000_000
Status: TypeAlias = Literal[
    "exact", "approximate", "off", "inconsistent", "note", "input", "simulated"
]


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
class Quoted:
    """One number as memo 000 prints it, in words, with its *status* and *why*.

    *id* is the figure of the memo's own arithmetic, and *by* with *changes* the one that shows what
    is printed, from *low* up to but not including *high*. A list of assumptions has no id, and one
    that prints no figure to compare has no low and high.
    """

    location: str
    item: str
    printed: str
    low: float | None
    high: float | None
    status: Status
    id: str
    by: str
    changes: dict[str, float | str]
    why: str


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


@lru_cache(maxsize=4)
def quoted(path: Path = TEMPLATES / "memo_000_printed.csv") -> tuple[Quoted, ...]:
    """Every number of memo 000, which often prints about what its arithmetic gives."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_quoted(row) for row in csv.DictReader(file))


def quoted_beside(figure: str) -> str:
    """What memo 000 prints for a figure, to stand beside it; empty where it prints nothing."""
    for row in quoted():
        if row.id == figure:
            return f"{row.printed} · {row.status.replace('approximate', 'approx.')}"
    return ""


def _quoted(row: dict[str, str]) -> Quoted:
    low, high = _bounds(row["low"], row["high"] or row["low"], int(row["scale"]))
    status = row["status"]
    known: tuple[Status, ...] = get_args(Status)
    return Quoted(
        row["location"],
        row["item"],
        row["printed"],
        low,
        high,
        known[known.index(status)],  # a ValueError names what is not known
        row["id"],
        row["by"] or row["id"],
        _changes(row["set"]),
        row["why"],
    )


def _bounds(low: str, high: str, scale: int) -> tuple[float | None, float | None]:
    """The figures that show the digits printed: half a digit around one, or around two ends."""
    if not low:
        return None, None
    (first, half), (last, half_above) = read_figure(low), read_figure(high)
    return float((first - half) * scale), float((last + half_above) * scale)


def _changes(setting: str) -> dict[str, float | str]:
    if not setting:
        return {}
    name, text = setting.split("=")
    return {name: float(text) if text.replace(".", "").isdigit() else text}
