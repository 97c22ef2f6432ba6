"""The hard limits of parameters: their units and the values for which a model is meant.

Parameters are frozen dataclasses. A field with limits holds a number, or a tuple of numbers; a
field without them is a choice from its own enumeration.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_type_hints

from simcore.faults import Fault

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Limits:
    """The unit of a parameter and the values for which the model is meant."""

    unit: str
    low: float
    high: float
    whole: bool = False


def limited(unit: str, low: float, high: float, *, whole: bool = False) -> Any:  # noqa: ANN401
    """Return a field with limits; Any, because dataclasses.field claims the field's own type."""
    return field(metadata={"limits": Limits(unit, low, high, whole)})


@cache
def limits_table(kind: "type[DataclassInstance]") -> Mapping[str, Limits]:
    """Return the limits of each numeric parameter of *kind*, in the order of its fields."""
    found = {item.name: item.metadata.get("limits") for item in fields(kind)}
    return MappingProxyType({name: limits for name, limits in found.items() if limits})


@cache
def list_names(kind: "type[DataclassInstance]") -> frozenset[str]:
    """Return the numeric parameters of *kind* that are tuples of numbers."""
    hints = get_type_hints(kind)
    return frozenset(name for name in limits_table(kind) if hints[name] == tuple[float, ...])


@cache
def choices_table(kind: "type[DataclassInstance]") -> Mapping[str, type[StrEnum]]:
    """Return the enumeration of each parameter of *kind* that is a choice."""
    hints = get_type_hints(kind)
    limits = limits_table(kind)
    return MappingProxyType(
        {item.name: hints[item.name] for item in fields(kind) if item.name not in limits}
    )


def limit_faults(made: "DataclassInstance", section: str) -> Iterator[Fault]:
    """Yield a fault for each parameter of *made* that is no number or outside its limits.

    *section* is the table of the parameters in files, which the faults' keys begin with.
    """
    for name, limits in limits_table(type(made)).items():
        found = getattr(made, name)
        allowed = f"{limits.low:g} to {limits.high:g} {limits.unit}"
        for number in found if isinstance(found, tuple) else (found,):
            if not isfinite(number) or not limits.low <= number <= limits.high:
                yield Fault("", f"{section}.{name}", f"{number} is outside {allowed}")
            elif limits.whole and number != int(number):
                yield Fault("", f"{section}.{name}", f"{number}, where a whole number is needed")
