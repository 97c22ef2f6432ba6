"""What can be typed into a file: settings that a person gives, and draws at random.

Both are held to the file's own rules, the data validations of its input cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TypeAlias

from workbook.a1 import serial
from workbook.audit.container import Refused
from workbook.audit.facts import Facts, Rule
from workbook.audit.graph import Graph
from workbook.audit.meaning import Meanings, Ruled
from workbook.engines import Cell, Settable, Value

Changes: TypeAlias = tuple[tuple[Cell, Settable], ...]

_NUMBERS = frozenset({"decimal", "whole", "date", "time"})
_APART_1904 = 1462
"""Days between the two epochs of dates."""

WIDE = 0.1
"""Share of the draws that may lie anywhere in the range; others lie near the typed value."""

LEFT_BLANK = 0.6
"""Share of the draws in which a blank cell stays blank."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a rule allows: numbers between two ends, or some words."""

    low: float = -math.inf
    high: float = math.inf
    options: tuple[str, ...] = ()


class Typist:
    """Knows what each input cell of a file takes."""

    def __init__(self, facts: Facts, graph: Graph, meanings: Meanings) -> None:
        self._facts = facts
        self._graph = graph
        self._meanings = meanings

    def settings(self, texts: Sequence[str]) -> Changes:
        """The changes that ``id=value`` texts ask for. Raises Refused, a line for each fault."""
        changes: dict[Cell, Settable] = {}
        faults: list[str] = []
        for text in texts:
            try:
                cell, value = self._setting(text)
                changes[cell] = value
            except ValueError as fault:
                faults.append(f"{text}: {fault}")
        if faults:
            raise Refused("\n".join(faults))
        return tuple(changes.items())

    def drawable(self) -> tuple[tuple[Ruled, Range], ...]:
        """The inputs whose rules say what to draw, each with its range."""
        entries = self._meanings.entries
        found = ((entry, self._range(entry.rule, entry.held.sheet)) for entry in entries)
        return tuple((entry, allowed) for entry, allowed in found if allowed is not None)

    def _setting(self, text: str) -> tuple[Cell, Settable]:
        key, mark, given = (part.strip() for part in text.partition("="))
        if not mark:
            raise ValueError("is no setting; write id=value, such as training.mfu=45%")
        held = self._meanings.find(key)
        if held is None:
            near = " or ".join(self._meanings.near(key))
            hint = f"did you mean {near}?" if near else "write it as it stands in the file"
            raise ValueError(f"no input has this id, name or cell; {hint}")
        if held.formula is not None:
            raise ValueError(f"{held.cell} holds a formula; only an input can be set")
        sheet = self._facts.sheet(held.sheet)
        rule = sheet.rule_of(held.row, held.column) if sheet else None
        allowed = self._range(rule, held.sheet) if rule else None
        return held.cell, self._value(given, rule, allowed)

    def _value(self, given: str, rule: Rule | None, allowed: Range | None) -> Settable:
        if not given:
            return None
        if rule is None or allowed is None:
            number = _number(given)
            return given if number is None else number
        if rule.kind == "list":
            begin = [option for option in allowed.options if option.startswith(given)]
            if given not in allowed.options and len(begin) != 1:
                raise ValueError(f"is not in the list: {' | '.join(allowed.options)}")
            return given if given in allowed.options else begin[0]
        number = self._day(given) if rule.kind == "date" else _number(given)
        if number is None:
            raise ValueError(
                f"needs a {'date, such as 2026-11-22' if rule.kind == 'date' else 'number'}"
            )
        if not allowed.low <= number <= allowed.high:
            share = allowed.low <= number / 100 <= allowed.high
            hint = f"; did you mean {given}%?" if share and number > 1 and "%" not in given else ""
            raise ValueError(f"is outside {allowed.low:.6g} to {allowed.high:.6g}{hint}")
        if rule.kind == "whole" and not number.is_integer():
            raise ValueError("needs a whole number")
        return number

    def _day(self, given: str) -> float | None:
        try:
            days = serial(date.fromisoformat(given))
        except ValueError:
            return None
        return float(days - (_APART_1904 if self._facts.from_1904 else 0))

    def _range(self, rule: Rule, home: str) -> Range | None:
        """What a rule allows; None where that hangs on other cells, or on the length of a text."""
        if rule.kind == "list":
            options = tuple(self._options(rule.low, home))
            return Range(options=options) if options else None
        if rule.kind not in _NUMBERS:
            return None
        low, high = _number(rule.low), _number(rule.high)
        match rule.operator:
            case "between" if low is not None and high is not None:
                return Range(low, high)
            case "greaterThan" | "greaterThanOrEqual" if low is not None:
                return Range(low=low)
            case "lessThan" | "lessThanOrEqual" if low is not None:
                return Range(high=low)
        return None

    def _options(self, source: str, home: str) -> Iterator[str]:
        if source.startswith('"'):
            yield from (word.strip() for word in source.strip('"').split(","))
            return
        for area in self._graph.read_by(source, home):
            for held in self._graph.held_in(area):
                if isinstance(held.value, str):
                    yield held.value


def draw(inputs: Sequence[tuple[Ruled, Range]], random: Random) -> Changes:
    """One value for each input: any of a list, most numbers near what is typed in now."""
    return tuple((entry.held.cell, _drawn(entry, allowed, random)) for entry, allowed in inputs)


def _drawn(entry: Ruled, allowed: Range, random: Random) -> Settable:
    typed = entry.held.value
    if allowed.options:
        return random.choice(allowed.options)
    if typed is None and entry.rule.blank and random.random() < LEFT_BLANK:
        return None
    value = _near(typed, allowed, random)
    if entry.rule.kind in ("whole", "date"):
        value = float(round(value))
    return min(max(value, allowed.low), allowed.high)


def _near(typed: Value, allowed: Range, random: Random) -> float:
    low, high = allowed.low, allowed.high
    bounded = math.isfinite(low) and math.isfinite(high)
    if bounded and random.random() < WIDE:
        return random.uniform(low, high)
    middle = typed if isinstance(typed, float) and typed else min(1.0, high / 3)
    return middle * math.exp(random.uniform(-1, 1))


def _number(text: str) -> float | None:
    share = text.endswith("%")
    try:
        number = float(text.rstrip("% ").replace("_", ""))
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return number / 100 if share else number
