"""Comments on input cells, as notes of their inputs."""

from __future__ import annotations

import re

from workbook.assumptions import Assumptions, Input
from workbook.assumptions.choosing import DATA
from workbook.roundtrip.edited import Edited, Spot
from workbook.roundtrip.findings import Change
from workbook.roundtrip.gather import Gathered

LONGEST = 200
"""Characters of a note."""

_THREADED = re.compile(r"^\[Threaded comment\].*?Comment:\s*", re.DOTALL)
_AUTHOR = re.compile(r"^[^\n:]{1,60}:\n")


def notes_of(edited: Edited, now: Assumptions, gathered: Gathered) -> dict[str, Change]:
    """The note of each input whose cell has a comment that its note does not have yet."""
    comments = commented(edited)
    entries = {entry.id: entry for entry in now.inputs()}
    found = {}
    for input_id, spot in keepers(gathered).items():
        entry = entries.get(input_id)
        text = comments.get(spot)
        if text and not (entry and _has(entry, text)):
            old, new = (entry.note, _with(entry, text)) if entry else (None, text)
            found[input_id] = Change(f"{input_id}.note", str(spot), old, new, old)
    return found


def keepers(gathered: Gathered) -> dict[str, Spot]:
    """The cells whose comments can be kept, by the id of their input: those of new rows as well."""
    added = {
        f"{table}.{key}.{column}": spot
        for table, key in gathered.wanted.added
        for column, spot in gathered.lines[table, key].cells.items()
    }
    kept = {i: spot for i, spot in gathered.cells.items() if not i.startswith(f"{DATA}.")}
    return kept | added


def commented(edited: Edited) -> dict[Spot, str]:
    """Every comment of the workbook as one line, by its cell."""
    found = {}
    for sheet in edited.facts.sheets:
        for ref, comment in sheet.comments.items():
            held = sheet.at(ref)
            text = plain(comment)
            if held is not None and text:
                found[Spot(sheet.name, held.row, held.column)] = text
    return found


def plain(comment: str) -> str:
    r"""A comment's own words on one line, without the author and what a program adds.

    >>> plain("Ann Lee:\nfrom the June quote\n")
    'from the June quote'
    """
    own = _AUTHOR.sub("", _THREADED.sub("", comment.strip()))
    words = " ".join("".join(c if c.isprintable() else " " for c in own).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _has(entry: Input, text: str) -> bool:
    return entry.note == text or entry.note.endswith(f"; {text}")


def _with(entry: Input, text: str) -> str:
    """The note of an input with a comment behind it, where both fit."""
    both = f"{entry.note}; {text}"
    return both if len(both) <= LONGEST else text
