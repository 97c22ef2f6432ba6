"""From given attributes to one validated model, or to faults in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from workbook.faults import Fault, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from workbook.assumptions.document import Document, Keys
    from workbook.assumptions.store import Given

M = TypeVar("M", bound=BaseModel)

_A_NUMBER = "a number; write it plainly and without quotes, such as 1234.56"
_A_DATE = "a date; write it without quotes or time, such as 2026-02-24"
_WANTED = {
    "float_type": _A_NUMBER,
    "finite_number": "finite; write a finite number",
    "string_type": "text; write it in quotes",
    "date_type": _A_DATE,
    "date_from_datetime_inexact": _A_DATE,
    "bool_type": "true or false; write one of them",
    "tuple_type": 'a list; write texts in square brackets, such as ["A", "B"]',
}
_PLACE_OF = {"reversed": "low"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model belongs when one of its attributes was never given.

    *key* is its dotted id, *path* its keys in the *document* that should have it.
    """

    document: Document
    key: str
    path: Keys

    def fault(self, message: str, attribute: str = "") -> Fault:
        """Return a fault of the model or of one *attribute*."""
        path = (*self.path, attribute) if attribute else self.path
        return self.document.fault(path, self.name(attribute), message)

    def name(self, attribute: str) -> str:
        """Return the dotted key of an attribute; that of the value is the id."""
        return self.key if attribute in ("", "value") else f"{self.key}.{attribute}"


def validated(
    model: type[M],
    given: Mapping[str, Given],
    known: Mapping[str, object],
    place: Place,
    faults: list[Fault],
) -> M | None:
    """Return the model of what is *given*, with what is *known* put over it.

    Returns None, and adds to *faults*, if it breaks a rule of the model.
    """
    values = {name: each.value for name, each in given.items()} | dict(known)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_url=False)
        faults.extend(_fault(detail, given, place) for detail in details)
        return None


def _fault(detail: ErrorDetails, given: Mapping[str, Given], place: Place) -> Fault:
    attribute = _PLACE_OF.get(detail["type"]) or str((*detail["loc"], "value")[0])
    message = _message(detail)
    if origin := given.get(attribute):
        return origin.fault(place.name(attribute), message)
    return place.fault(message, attribute)


def _message(detail: ErrorDetails) -> str:
    kind, found = detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "missing":
        return "is missing; add it"
    if wanted := _WANTED.get(kind):
        return f"{shown(found)} is not {wanted}"
    if "expected" in context:
        return f"{shown(found)} is not allowed; write {context['expected']}"
    if kind == "string_too_long":
        return f"has {len(found)} characters, where {context['max_length']} are allowed; shorten it"
    return detail["msg"]
