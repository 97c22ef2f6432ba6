"""Which column of a file is what: given by name, found by its usual names, or by its content."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from simcore.faults import Fault, ParameterFaults
from simcore.fitting.reading import Sheet
from simcore.fitting.stamps import looks_dated


class Role(StrEnum):
    """What a column can be to the fit."""

    TIME = "time"
    USER = "user"
    SESSION = "session"
    TOKENS = "tokens"
    DURATION = "duration"
    RATE = "rate"


NAMES: Final[Mapping[Role, tuple[str, ...]]] = MappingProxyType(
    {
        Role.TIME: (
            *("timestamp", "time", "datetime", "ts", "createdat", "created", "arrival"),
            *("arrivaltime", "arrivedat", "requesttime", "starttime", "startedat", "start"),
            *("sentat", "date", "t"),
        ),
        Role.USER: (
            *("user", "userid", "username", "uid", "account", "accountid", "customer"),
            *("customerid", "client", "clientid", "programmerid", "researcher", "person"),
            *("personid", "member", "author", "actor", "email"),
        ),
        Role.SESSION: (
            *("session", "sessionid", "conversation", "conversationid", "chat", "chatid"),
            *("thread", "threadid", "dialog", "dialogid"),
        ),
        Role.TOKENS: (
            *("outputtokens", "generatedtokens", "completiontokens", "responsetokens"),
            *("outputlength", "outputlen", "tokens", "tokencount", "numtokens"),
        ),
        Role.DURATION: ("duration", "latency", "holdingtime", "servicetime", "elapsed"),
        Role.RATE: ("rate", "rps", "qps", "requestrate", "requestspersecond"),
    }
)
"""The usual names of each column, the likeliest first, without capitals, blanks and units."""

_UNIT = re.compile(r"[_ (]+(ns|us|ms|msec|millis|s|sec|secs|seconds)\)?$")
_SAMPLE: Final = 200


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns found: of each role its indices in the sheet; a user may be several together."""

    of: Mapping[Role, tuple[int, ...]]
    notes: tuple[str, ...]

    def __contains__(self, role: Role) -> bool:
        """Return whether there is a column of this *role*."""
        return role in self.of


def plain_name(name: str) -> str:
    """Return a column's name as it is compared with the usual ones.

    >>> plain_name("Timestamp_ms"), plain_name("GeneratedTokens"), plain_name("user id")
    ('timestamp', 'generatedtokens', 'userid')
    """
    return re.sub(r"[^a-z0-9]", "", _UNIT.sub("", name.strip().lower()))


def find_columns(sheet: Sheet, given: Mapping[Role, str]) -> Columns:
    """Find the columns of *sheet*; those *given* by name (several joined by +) come first.

    Raises:
        ParameterFaults: no column of times, a name that is not there, or that stands twice.
    """
    faults: list[Fault] = []
    found: dict[Role, tuple[int, ...]] = {}
    for role, names in given.items():
        found[role] = tuple(_named(sheet, role, name, faults) for name in _parts(sheet, names))
    if faults:
        raise ParameterFaults(faults)
    plain = [plain_name(name) for name in sheet.header]
    for role, usual in NAMES.items():
        if role in found:
            continue
        taken = {index for indices in found.values() for index in indices}
        for name in usual:
            matching = [i for i, this in enumerate(plain) if this == name and i not in taken]
            if len({sheet.header[i] for i in matching}) < len(matching):
                faults.append(_twice(sheet, role, sheet.header[matching[0]]))
            if matching:
                found[role] = (matching[0],)
                break
    if faults:
        raise ParameterFaults(faults)
    return _by_content(sheet, found)


def _parts(sheet: Sheet, names: str) -> Sequence[str]:
    return [names] if names in sheet.header else [name.strip() for name in names.split("+")]


def _named(sheet: Sheet, role: Role, name: str, faults: list[Fault]) -> int:
    """Return the index of a column that was given, adding a fault where it is not one."""
    exact = [i for i, this in enumerate(sheet.header) if this == name]
    matching = exact or [
        i for i, this in enumerate(sheet.header) if this.casefold() == name.strip().casefold()
    ]
    if not matching:
        message = f'there is no column "{name}"; there are {_listed(sheet)}'
        faults.append(Fault(sheet.name, f"--{role}", message))
        return 0
    if len(matching) > 1:
        faults.append(_twice(sheet, role, name))
    return matching[0]


def _twice(sheet: Sheet, role: Role, name: str) -> Fault:
    return Fault(sheet.name, f"--{role}", f'the column "{name}" stands twice; rename one')


def _listed(sheet: Sheet) -> str:
    return ", ".join(f'"{name}"' for name in sheet.header)


def _by_content(sheet: Sheet, found: dict[Role, tuple[int, ...]]) -> Columns:
    """Add the times, and in a file without a header the users, by what the columns hold."""
    notes: list[str] = []
    if Role.TIME not in found:
        taken = {index for indices in found.values() for index in indices}
        dated = [
            i
            for i in range(len(sheet.header))
            if i not in taken and looks_dated([row[i].strip() for row in sheet.rows[:_SAMPLE]])
        ]
        if len(dated) != 1:
            message = f"name the column of times with --time; there are {_listed(sheet)}"
            raise ParameterFaults([Fault(sheet.name, "--time", message)])
        found[Role.TIME] = (dated[0],)
        notes.append(f'"{sheet.header[dated[0]]}" is taken as the time, by its content')
    return Columns(MappingProxyType(found), tuple(notes))
