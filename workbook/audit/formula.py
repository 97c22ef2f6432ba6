"""The text of a formula taken apart: tokens, references to cells, functions; and moved elsewhere.

The text has no equals sign. Nothing is judged here: what cannot be told is a token of kind
``other``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from workbook.a1 import column_letters

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

Kind: TypeAlias = Literal[
    "text", "error", "reference", "function", "name", "number", "operator", "space", "other"
]

_SHEET = r"(?:'(?:[^']|'')+'|(?:\[\d+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?|\[\d+\])!"
_ROWCOL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_AREA = rf"{_ROWCOL}:{_ROWCOL}|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?\d{{1,7}}:\$?\d{{1,7}}"
_ERROR = r"\#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|FIELD!)"
_TOKEN = re.compile(
    rf"""
      (?P<operator><>|>=|<=|[-+*/^&=<>%(),;{{}}:@]|(?!{_ERROR})\#)
    | (?P<text>"(?:[^"]|"")*")
    | (?P<error>(?:{_SHEET})?{_ERROR})
    | (?P<reference>(?:{_SHEET})?(?:{_AREA}|{_ROWCOL})(?![\w.(\[!]))
    | (?P<function>(?:{_SHEET})?[^\W\d][\w.]*(?=\())
    | (?P<name>(?:{_SHEET})?[^\W\d][\w.\\?]*(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\])?|\[[^\[\]]*\])
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?)
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# Digits tell words apart only where a row is 0 or past the last one, which has seven of them.
_ALIKE = str.maketrans("23456789", "11111111")
_LARGE = re.compile(r"[0-9]{7}")
_CORNER = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,7})")
_PREFIX = re.compile(r"^(?:_xlfn\.|_xlws\.|_xludf\.)+", re.IGNORECASE)


class Token(NamedTuple):
    """One word of a formula."""

    kind: Kind
    text: str


class Corner(NamedTuple):
    """One corner of a reference, counted from 1; 0 where a whole column or row is meant."""

    row: int
    column: int
    fixed_row: bool
    fixed_column: bool

    @property
    def text(self) -> str:
        """The corner as a formula writes it."""
        letters = column_letters(self.column - 1) if self.column else ""
        figures = str(self.row) if self.row else ""
        left = "$" if self.fixed_column and letters else ""
        return f"{left}{letters}{'$' if self.fixed_row and figures else ''}{figures}"

    def moved(self, rows: int, columns: int) -> Corner | None:
        """The corner seen from *rows* below and *columns* to the right; None off the sheet."""
        row = self.row + rows if self.row and not self.fixed_row else self.row
        column = self.column + columns if self.column and not self.fixed_column else self.column
        inside = 0 <= row <= LAST_ROW and 0 <= column <= LAST_COLUMN
        kept = bool(row) == bool(self.row) and bool(column) == bool(self.column)
        return self._replace(row=row, column=column) if inside and kept else None

    def relative(self, row: int, column: int) -> str:
        """The corner in R1C1 style, as the cell in *row* and *column* sees it."""
        down = _step("R", self.row, row, fixed=self.fixed_row)
        right = _step("C", self.column, column, fixed=self.fixed_column)
        return down + right


@dataclass(frozen=True, slots=True)
class Reference:
    """Cells that a formula refers to; *sheet* is empty for its own, *book* for this file."""

    book: str
    sheet: str
    first: Corner
    last: Corner
    single: bool

    @property
    def rows(self) -> tuple[int, int]:
        """First and last row; the whole sheet for columns."""
        low, high = sorted((self.first.row, self.last.row))
        return (low, high) if low else (1, LAST_ROW)

    @property
    def columns(self) -> tuple[int, int]:
        """First and last column; the whole sheet for rows."""
        low, high = sorted((self.first.column, self.last.column))
        return (low, high) if low else (1, LAST_COLUMN)

    @property
    def whole(self) -> bool:
        """Whether whole columns or rows are meant."""
        return not (self.first.row and self.first.column)


@lru_cache(maxsize=65_536)
def tokens(formula: str) -> tuple[Token, ...]:
    """The words of a formula, in order; joined they are the formula.

    >>> [t.kind for t in tokens('SUM($A$1:A3)*rate&"%"')][:4]
    ['function', 'operator', 'reference', 'operator']
    """
    shape = formula if _LARGE.search(formula) else formula.translate(_ALIKE)
    return tuple([Token(kind, formula[first:last]) for kind, first, last in _spans(shape)])


@lru_cache(maxsize=65_536)
def _spans(shape: str) -> tuple[tuple[Kind, int, int], ...]:
    """Where the words of every formula of this shape stand: the rows of a column have one."""
    return tuple([(_kind(m), *m.span()) for m in _TOKEN.finditer(shape)])


def references(formula: str) -> Iterator[Reference]:
    """The cells that a formula names, in order, without those behind its names."""
    for token in tokens(formula):
        if token.kind == "reference":
            yield reference(token.text)


@lru_cache(maxsize=65_536)
def reference(text: str) -> Reference:
    """What one token of kind ``reference`` refers to.

    >>> reference("'Data in'!$B$2:B4").rows
    (2, 4)
    """
    where, mark, area = text.rpartition("!")
    book, sheet = _place(where) if mark else ("", "")
    first, colon, last = area.partition(":")
    corner = _corner(first)
    return Reference(book, sheet, corner, _corner(last) if colon else corner, not colon)


@lru_cache(maxsize=65_536)
def functions(formula: str) -> frozenset[str]:
    """The functions that a formula calls, in capitals and without the prefix of later Excels.

    >>> sorted(functions('sum(A1)+_xlfn.XLOOKUP(1,B:B,C:C)'))
    ['SUM', 'XLOOKUP']
    """
    called = (t.text for t in tokens(formula) if t.kind == "function")
    return frozenset(_PREFIX.sub("", text.rpartition("!")[2]).upper() for text in called)


def names(formula: str) -> set[str]:
    """The names that a formula uses: not cells, functions, nor TRUE and FALSE."""
    found = {t.text for t in tokens(formula) if t.kind == "name"}
    return {name for name in found if name.upper() not in ("TRUE", "FALSE")}


def moved(formula: str, rows: int, columns: int) -> str:
    """The formula as it reads when it is filled *rows* down and *columns* to the right.

    >>> moved("A1*$B$1+SUM(C$2:C3)", 1, 1)
    'B2*$B$1+SUM(D$2:D4)'
    """
    return "".join(_moved(token, rows, columns) for token in tokens(formula))


def relative(formula: str, row: int, column: int) -> str:
    """The formula in R1C1 style, as it stands in *row* and *column*, both from 1.

    >>> relative("A1*$B$1", 2, 1)
    'R[-1]C*R1C2'
    """
    return "".join(
        _relative(token.text, row, column) if token.kind == "reference" else token.text
        for token in tokens(formula)
    )


def _kind(match: re.Match[str]) -> Kind:
    kind = match.lastgroup
    assert kind is not None
    return _reference_or_name(match[0]) if kind == "reference" else kind  # type: ignore[return-value]  # the group's name is a kind


def _reference_or_name(text: str) -> Kind:
    """``TAX2025`` has the shape of a cell, and ``XFE1`` lies past the sheet's edge."""
    area = text.rpartition("!")[2]
    inside = all(_on_sheet(_corner(part)) for part in area.split(":"))
    return "reference" if inside else "name"


def _on_sheet(corner: Corner) -> bool:
    there = corner.row or corner.column
    return bool(there) and corner.row <= LAST_ROW and corner.column <= LAST_COLUMN


def _place(where: str) -> tuple[str, str]:
    bare = where[1:-1].replace("''", "'") if where.startswith("'") else where
    if "[" in bare:
        book, _, sheet = bare.partition("[")[2].partition("]")
        return book or "?", sheet
    return "", bare


@lru_cache(maxsize=65_536)
def _corner(text: str) -> Corner:
    match = _CORNER.fullmatch(text)
    assert match is not None, text
    fixed_column, letters, fixed_row, figures = match.groups()
    if not letters and fixed_column and not fixed_row:
        fixed_column, fixed_row = "", "$"
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return Corner(int(figures or 0), column, bool(fixed_row), bool(fixed_column))


def _moved(token: Token, rows: int, columns: int) -> str:
    if token.kind != "reference":
        return token.text
    where, mark, area = token.text.rpartition("!")
    corners = [_corner(part).moved(rows, columns) for part in area.split(":")]
    return where + mark + _spelled(corners)


def _spelled(corners: Sequence[Corner | None]) -> str:
    there = [corner.text for corner in corners if corner is not None]
    return ":".join(there) if len(there) == len(corners) else "#REF!"


def _relative(text: str, row: int, column: int) -> str:
    where, mark, area = text.rpartition("!")
    corners = [_corner(part).relative(row, column) for part in area.split(":")]
    return where + mark + ":".join(corners)


def _step(letter: str, value: int, own: int, *, fixed: bool) -> str:
    if not value:
        return ""
    if fixed:
        return f"{letter}{value}"
    return letter if value == own else f"{letter}[{value - own}]"
