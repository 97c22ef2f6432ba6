"""The kinds of input and their own rules: number, choice, day, text."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

KEY_PATTERN = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
_ID_PATTERN = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+$"
_LONGEST_TEXT = 60
_LONGEST_LABEL = 80


class Basis(StrEnum):
    """How an input came to be known."""

    PUBLISHED = "published"
    MEASURED = "measured"
    CALIBRATED = "calibrated"
    ASSUMED = "assumed"


def _printable(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("text", "is empty; write some text")
    if not text.isprintable():
        raise PydanticCustomError("text", "has a control character or a line break; remove it")
    return text


def _not_a_formula(text: str) -> str:
    if text[0] in "=+-@":
        start = text[0]
        message = "{found} starts with {start}, which a spreadsheet reads as a formula; reword it"
        raise PydanticCustomError("text", message, {"found": f'"{text}"', "start": start})
    return text


def _no_wildcard(text: str) -> str:
    # Excel's MATCH reads * ? and ~ in a text that it looks up as wildcards.
    if any(sign in text for sign in "*?~"):
        message = "{found} has one of * ? ~, which lookups read as wildcards; reword it"
        raise PydanticCustomError("text", message, {"found": f'"{text}"'})
    return text


Line = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Label = Annotated[str, Field(max_length=_LONGEST_LABEL), AfterValidator(_printable)]
SafeText = Annotated[
    str,
    Field(max_length=_LONGEST_TEXT),
    AfterValidator(_printable),
    AfterValidator(_not_a_formula),
    AfterValidator(_no_wildcard),
]
RowLabel = Annotated[Label, AfterValidator(_not_a_formula), AfterValidator(_no_wildcard)]


class Frozen(BaseModel):
    """A model that never changes, refuses unknown fields and converts nothing."""

    # validators are built when a model is first used: what imports only the types does not wait
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Input(Frozen):
    """One input with its provenance.

    *id* is dotted and unique in the assumptions (``training.mfu``). *note* says how the input is
    used, *memo* where it stands in the memo, *as_of* the date of the *source*.
    """

    id: Annotated[str, Field(pattern=_ID_PATTERN)]
    label: Line
    unit: str
    note: Line
    source: Line
    as_of: date
    basis: Annotated[Basis, Field(strict=False)]
    memo: Line

    @property
    def name(self) -> str:
        """Return the id as a defined name; its underscore keeps it from naming a cell."""
        return self.id.replace(".", "_")


def plain(value: float) -> str:
    """Return *value* as a person would type it.

    >>> plain(0.5), plain(1_000_000.0), plain(0.1 + 0.2)
    ('0.5', '1000000', '0.3')
    """
    return f"{value:.15g}"


class Number(Input):
    """A quantity in *unit*, within *low* to *high* (both included).

    *value* is None only for an *optional* number that is left blank. A *whole* number has no
    fraction. Shares are fractions of 1: 20 % is 0.2.
    """

    value: FiniteFloat | None
    low: FiniteFloat
    high: FiniteFloat
    whole: bool = False
    optional: bool = False

    @model_validator(mode="after")
    def _within(self) -> Number:
        if self.low > self.high:
            raise _reversed(plain(self.low), plain(self.high))
        if self.value is None:
            if not self.optional:
                raise PydanticCustomError("blank", "is blank; give a number")
        elif not self.low <= self.value <= self.high:
            raise PydanticCustomError("outside", "{text}", {"text": self._outside(self.value)})
        elif self.whole and self.value != int(self.value):
            text = f"{plain(self.value)} has a fraction; give a whole number"
            raise PydanticCustomError("fraction", "{text}", {"text": text})
        return self

    def _outside(self, value: float) -> str:
        allowed = f"{plain(self.low)} to {plain(self.high)}"
        if self.unit != "share":
            return f"{plain(value)} is outside {allowed}; give a value in that range ({self.unit})"
        if value > self.high and self.low <= value / 100 <= self.high:
            meant = f"Did you mean {plain(value / 100)} ({plain(value)} %)?"
            return f"{plain(value)} is outside {allowed}. {meant}"
        return f"{plain(value)} is outside {allowed}; give a fraction in that range (20 % is 0.2)"


def _reversed(low: str, high: str) -> PydanticCustomError:
    text = f"low {low} is above high {high}; swap them"
    return PydanticCustomError("reversed", "{text}", {"text": text})


class Choice(Input):
    """One of a closed list of texts."""

    unit: Literal["choice"] = "choice"
    value: str
    options: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _listed(self) -> Choice:
        if self.value not in self.options:
            allowed = ", ".join(f'"{option}"' for option in self.options)
            text = f'"{self.value}" is not a choice; write one of {allowed}'
            raise PydanticCustomError("choice", "{text}", {"text": text})
        return self


class Day(Input):
    """A calendar date within *low* to *high* (both included)."""

    unit: Literal["date"] = "date"
    value: date
    low: date
    high: date

    @model_validator(mode="after")
    def _within(self) -> Day:
        if self.low > self.high:
            raise _reversed(str(self.low), str(self.high))
        if not self.low <= self.value <= self.high:
            text = f"{self.value} is outside {self.low} to {self.high}; give a date in that range"
            raise PydanticCustomError("outside", "{text}", {"text": text})
        return self


class Text(Input):
    """A short text that no spreadsheet takes for a formula or a wildcard."""

    unit: Literal["text"] = "text"
    value: SafeText


class RowHead(Frozen):
    """The rules of a row's key and label."""

    key: Annotated[str, Field(pattern=KEY_PATTERN)]
    label: RowLabel


class ColumnInfo(Frozen):
    """The head of a column of a table of inputs."""

    key: str
    label: Label
    unit: str
    note: Line


class Meta(Frozen):
    """What the set of assumptions is called, what it is for and the document it follows."""

    title: Label
    purpose: Line
    document: Line
