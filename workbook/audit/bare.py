"""The least xlsx that says what a workbook calculates, for engines: no cached value stands in it.

An engine that is given this file can hand back what it worked out, or nothing: the results that a
file stores, its styles, charts and links are left behind. What no engine can work out, such as a
link to another file, is held at its stored value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, assert_never

from workbook import frame
from workbook.audit.facts import Facts, Held, Name, SheetFacts
from workbook.audit.formula import Token, reference, tokens
from workbook.engines.base import Cell, CellError, Value
from workbook.frame import escaped

Standing: TypeAlias = Mapping[tuple[str, str], str]

# Characters that XML cannot hold; a formula has none of them.
_UNWRITABLE = {code: None for code in range(32) if code not in (9, 10, 13)}


def held_back(facts: Facts) -> dict[Cell, str]:
    """The formula cells that no engine can work out from this file alone, each with the reason."""
    reasons = ((held, _reason(held)) for held in facts.formulas())
    return {held.cell: reason for held, reason in reasons if reason}


def write(facts: Facts, path: Path) -> None:
    """Put the bare workbook of *facts* at *path*."""
    back, standing = held_back(facts), _standing(facts)
    rows = (_rows(sheet, back, standing) for sheet in facts.sheets)
    names = ((name.name, name.formula) for name in _loadable(facts))
    titles = [sheet.name for sheet in facts.sheets]
    frame.write(path, titles, rows, names, from_1904=facts.from_1904)


def _loadable(facts: Facts) -> Iterator[Name]:
    """The defined names that stand for something in this file, for every sheet."""
    for name in facts.names:
        if not (name.built_in or name.sheet or "[" in name.formula or "#REF!" in name.formula):
            yield name


def _standing(facts: Facts) -> Standing:
    """The cells that each name stands for, by the sheet that knows it, or none, and its name.

    One engine is slow with names, and one does not know those of a single sheet.
    """
    return {
        (name.sheet.casefold(), name.name.casefold()): name.formula
        for name in facts.names
        if not name.built_in and _is_fixed(name.formula)
    }


def _is_fixed(formula: str) -> bool:
    """Whether a name is one reference to cells of this file, the same wherever it is read."""
    found = tokens(formula)
    if len(found) != 1 or found[0].kind != "reference" or "!" not in formula:
        return False
    there = reference(formula)
    corners = (there.first, there.last)
    return not (there.book or there.whole) and all(c.fixed_row and c.fixed_column for c in corners)


def _reason(held: Held) -> str:
    assert held.formula is not None
    if held.array and ":" in held.array:
        return "array formula"
    for token in tokens(held.formula) if "[" in held.formula else ():
        if token.kind in ("reference", "name", "function", "error") and "[" in token.text:
            return "table reference" if _of_table(token.text) else "link to another file"
    return "" if held.formula else "data table"


def _of_table(text: str) -> bool:
    return "!" not in text


def _rows(sheet: SheetFacts, back: Mapping[Cell, str], standing: Standing) -> str:
    rows = (
        (row, [text for held in line if (text := _cell(held, back, standing)) is not None])
        for row, line in sheet.by_row.items()
    )
    return "".join(f'<row r="{row}">{"".join(texts)}</row>' for row, texts in rows if texts)


def _cell(held: Held, back: Mapping[Cell, str], standing: Standing) -> str | None:
    if held.formula is None or (back and held.cell in back):
        return _typed(held.ref, held.value)
    formula = escaped("".join(_word(token, held.sheet, standing) for token in tokens(held.formula)))
    if held.array:
        return f'<c r="{held.ref}"><f t="array" ref="{held.array}">{formula}</f></c>'
    return f'<c r="{held.ref}"><f>{formula}</f></c>'


def _typed(ref: str, value: Value) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
        case float():
            return f'<c r="{ref}"><v>{value!r}</v></c>'
        case str():
            text = escaped(value.translate(_UNWRITABLE))
            return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        case CellError(code=code):
            return f'<c r="{ref}" t="e"><v>{escaped(code)}</v></c>'
        case _:
            assert_never(value)


def _word(token: Token, home: str, standing: Standing) -> str:
    """A word as every engine reads it: ``1E9`` stops one of them."""
    if token.kind == "number":
        head, mark, power = token.text.upper().partition("E")
        return f"{head}E+{power}" if mark and power.isdigit() else token.text
    if token.kind == "name":
        where, _, name = token.text.casefold().rpartition("!")
        sheet = where.strip("'") or home.casefold()
        return standing.get((sheet, name)) or standing.get(("", name)) or token.text
    return token.text
