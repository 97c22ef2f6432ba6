"""Whether an edited formula is still the one that was written, wherever its cells stand now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook.audit.formula import Reference, Token, reference, tokens
from workbook.roundtrip.moves import Lines


@dataclass(frozen=True, slots=True)
class Moved:
    """A tab as it is now: its name, and where its rows and columns stand."""

    name: str
    rows: Lines
    columns: Lines


def alike(built: str, now: str, home: str, tabs: Mapping[str, Moved]) -> bool:
    """Whether *now*, on the tab that was *home*, says what *built* said.

    Programs rewrite formulas when they save: case, spaces, quotation marks around tabs and dollar
    signs do not count. Both without an equals sign.
    """
    wanted, found = _words(built), _words(now)
    return len(wanted) == len(found) and all(
        _same(one, other, home, tabs) for one, other in zip(wanted, found, strict=True)
    )


def _words(formula: str) -> list[Token]:
    return [token for token in tokens(formula) if token.kind != "space"]


def _same(wanted: Token, found: Token, home: str, tabs: Mapping[str, Moved]) -> bool:
    if wanted.kind == "reference":
        return _same_cells(reference(wanted.text), found, home, tabs)
    if wanted.kind != found.kind:
        return False
    if wanted.kind == "number":
        return float(wanted.text) == float(found.text)
    if wanted.kind in ("name", "function"):
        return _bare(wanted.text) == _bare(found.text)
    return wanted.text == found.text


def _bare(text: str) -> str:
    return text.casefold().removeprefix("_xlfn.").removeprefix("_xlws.")


def _same_cells(wanted: Reference, found: Token, home: str, tabs: Mapping[str, Moved]) -> bool:
    tab = tabs.get(wanted.sheet or home)
    rows = tab.rows.between(*wanted.rows) if tab else None
    columns = tab.columns.between(*wanted.columns) if tab else None
    if tab is None or rows is None or columns is None:
        return found.kind == "error" and found.text.endswith("#REF!")
    if found.kind != "reference":
        return False
    now = reference(found.text)
    sheet = (now.sheet or tabs[home].name).casefold()
    return (
        not now.book
        and sheet == tab.name.casefold()
        and now.rows[0] == rows[0]
        and now.rows[1] in rows[1]
        and now.columns[0] == columns[0]
        and now.columns[1] in columns[1]
    )
