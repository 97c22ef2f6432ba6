"""Settings of single inputs, written ``id=value``, into the store."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from workbook.assumptions.document import Document
from workbook.assumptions.entries import hint
from workbook.assumptions.inputs import Day, Input, Number
from workbook.assumptions.sections import KINDS, TABLES
from workbook.assumptions.store import ANY_ROW, Given, Store, Target
from workbook.data import FORMS
from workbook.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

ORIGIN = Document("--set")
"""What faults call the command line."""

_NUMBER = re.compile(r"[+-]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def apply(settings: Iterable[str], layer: int, store: Store) -> list[Fault]:
    """Add every setting to the store as *layer*; return the faults of those that cannot be."""
    kinds = dict(_targets(store))
    faults = []
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        target = tuple(name.split("."))
        if not equals or not name:
            faults.append(
                _fault(setting, "is not a setting; write id=value, such as training.mfu=0.45")
            )
        elif target not in kinds:
            known = [".".join(each) for each in kinds]
            faults.append(_fault(name, f"there is no such input; {_near(name, known)}"))
        else:
            unit = _unit(target, store)
            try:
                value = _value(kinds[target], unit, text)
            except ValueError as error:
                faults.append(_fault(name, str(error)))
            else:
                store.add(target, "value", Given(value, ORIGIN, target, layer))
    return faults


def _targets(store: Store) -> Iterable[tuple[Target, type[Input]]]:
    for name, kinds in KINDS.items():
        rows: list[Target] = [(name, row) for row in store.rows.get(name, {})]
        for start in rows if name in TABLES else [(name,)]:
            for key, kind in kinds.items():
                yield (*start, key), kind
    yield from ((("data", form, "as_of"), Day) for form in FORMS)


def _near(name: str, known: list[str]) -> str:
    near = hint(name, known)
    return near if near.startswith("did you mean") else "ids are section.input or table.row.column"


def _unit(target: Target, store: Store) -> str:
    column = (target[0], ANY_ROW, target[-1])
    given = store.last(column if target[0] in TABLES else target, "unit")
    return str(given.value) if given else ""


def _value(kind: type[Input], unit: str, text: str) -> object:
    """Return *text* as a value of its *kind*; ValueError says what is wrong with it."""
    if kind is Number and text:
        return _number(text, unit)
    if kind is Day:
        return _day(text)
    return text


def _number(text: str, unit: str) -> float:
    percent = text.endswith("%")
    digits = text.removesuffix("%").strip()
    if percent and unit != "share":
        raise ValueError(f'"{text}" is a percentage, and the unit is {unit}; write a number in it')
    if digits.lstrip("+-").lower() in ("nan", "inf", "infinity"):
        raise ValueError(f'"{text}" is not finite; write a finite number')
    if not _NUMBER.fullmatch(digits):
        raise ValueError(f'"{text}" is not a number; write it plainly, such as 1234.56 or 2e6')
    value = Decimal(digits)
    return float(value / 100 if percent else value)


def _day(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f'"{text}" is not a date; write one such as 2026-02-24')


def _fault(key: str, message: str) -> Fault:
    return Fault(ORIGIN.name, None, key, message)
