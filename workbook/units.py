"""The unit algebra: what a product, a quotient or a sum of quantities is measured in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

DIMENSIONLESS_NAMES = frozenset({"1", "share", "x", "log", "concentration"})
SYMBOLS = frozenset(
    {
        "USD",
        "h",
        "s",
        "min",
        "day",
        "mo",
        "yr",
        "chip",
        "node",
        "pod",
        "slot",
        "H100e",
        "FLOP",
        "tok",
        "Mtok",
        "GB",
        "kW",
        "req",
        "user",
        "text",
        "date",
        "flag",
    }
)


# Symbols joined by ·, in brackets where there are several after a /.
GRAMMAR = re.compile(r"(\w+(·\w+)*|\(\w+(·\w+)*\))(/(\w+|\(\w+(·\w+)*\)))*")


class UnitError(ValueError):
    """Quantities were combined that do not fit, or a unit's name is unknown."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of base symbols with whole powers, such as USD¹·H100e⁻¹·h⁻¹."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        return self._combined(other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return self._combined(other, -1)

    def _combined(self, other: Unit, sign: int) -> Unit:
        if self in (TEXT, FLAG, DATE) or other in (TEXT, FLAG, DATE):
            raise UnitError(f"cannot multiply or divide {self} and {other}")
        powers = dict(self.powers)
        for symbol, power in other.powers:
            powers[symbol] = powers.get(symbol, 0) + sign * power
        return Unit(tuple(sorted((s, p) for s, p in powers.items() if p)))

    def __str__(self) -> str:
        above = [_power(s, p) for s, p in self.powers if p > 0]
        below = [_power(s, -p) for s, p in self.powers if p < 0]
        top = "·".join(above) or "1"
        if not below:
            return top
        return f"{top}/{below[0]}" if len(below) == 1 else f"{top}/({'·'.join(below)})"


def _power(symbol: str, power: int) -> str:
    return symbol if power == 1 else f"{symbol}^{power}"


@lru_cache(maxsize=256)
def parse(text: str) -> Unit:
    """The unit that *text* names.

    ``·`` multiplies and ``/`` divides by what follows it, a symbol or one bracket of symbols;
    ``share``, ``x``, ``1`` and the like have no dimension.

    >>> str(parse("USD/(H100e·h)") * parse("H100e·h/yr"))
    'USD/yr'
    """
    if text == "choice":
        return TEXT
    if not GRAMMAR.fullmatch(text):
        raise UnitError(f"unreadable unit {text!r}; write it like USD/(H100e·h)")
    head, *below = (part.removeprefix("(").removesuffix(")") for part in text.split("/"))
    unit = _product(head)
    for part in below:
        unit = unit / _product(part)
    return unit


def _product(text: str) -> Unit:
    unit = Unit()
    for symbol in text.split("·"):
        if symbol not in SYMBOLS | DIMENSIONLESS_NAMES:
            raise UnitError(f"unknown unit {symbol!r}; known: {', '.join(sorted(SYMBOLS))}")
        if symbol in SYMBOLS:
            factor = Unit(((symbol, 1),))
            unit = unit * factor if unit.powers else factor
    return unit


NONE = Unit()
TEXT = Unit((("text", 1),))
FLAG = Unit((("flag", 1),))
DATE = Unit((("date", 1),))
DAY = Unit((("day", 1),))
