"""The rules of lint: what each finds, how grave it is, and how to mend it.

The figures in the ids are those of the reviewer's list of machine checks, so they never change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from workbook.audit.ranges import Place

Severity: TypeAlias = Literal["error", "warning"]
Need: TypeAlias = Literal["", "registry", "checks", "stamps"]
"""What a file must say of itself for a rule to apply."""

NEEDS: dict[Need, str] = {
    "registry": "a table of inputs with the heads Input, Unit, As of and Source",
    "checks": "a table of checks with the heads Check, Applies and Failed",
    "stamps": "figures in the colour of those worked out when the file was made",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its *id* begins with the number of the machine check that it stands for."""

    id: str
    severity: Severity
    says: str
    remedy: str
    needs: Need = ""


class Hit(NamedTuple):
    """What a rule found: a cell, or where *place* is None whatever *where* names.

    Hits of one rule with the same *what* on one sheet are told together.
    """

    rule: str
    where: str
    place: Place | None = None
    what: str = ""


def _error(id_: str, says: str, remedy: str, needs: Need = "") -> Rule:
    return Rule(id_, "error", says, remedy, needs)


def _warning(id_: str, says: str, remedy: str, needs: Need = "") -> Rule:
    return Rule(id_, "warning", says, remedy, needs)


_RULES = (
    _error(
        "F01",
        "a number in a formula",
        "give it a cell with a label, a unit and a source, and refer to that",
    ),
    _error(
        "F02",
        "a formula that differs from its row or column",
        "fill the block's formula through it, or set the cell apart",
    ),
    _error(
        "F03",
        "a typed value among formulas",
        "put the formula back, or make the value an input of its own",
    ),
    _error(
        "F04a",
        "a formula in an input cell",
        "type the value, or move the formula to a calculation",
        "registry",
    ),
    _error("F04b", "a formula that can be typed over", "lock the cell"),
    _error("F04c", "an input that is locked", "unlock the cell", "registry"),
    _error("F04d", "a password", "protect the sheet without one: reviewers must see everything"),
    _error("F04e", "a sheet that is not protected", "protect it, without a password", "registry"),
    _error(
        "F05",
        "a colour that says something else than the cell is",
        "blue for inputs, black for calculations, green for a figure drawn from another sheet",
        "registry",
    ),
    _error(
        "F06",
        "an input that does not say where it is from",
        "give it a row among the inputs, with id, unit, source and date",
        "registry",
    ),
    _error(
        "F07a",
        "an input that accepts anything",
        "give the cell a validation that stops",
        "registry",
    ),
    _error("F07b", "a value outside what its cell accepts", "correct the value or the range"),
    _error("F08a", "a figure without a label", "write a label left of it or a head above it"),
    _error("F08b", "a figure without a unit", "write its unit where the others have theirs"),
    _warning("F09a", "a formula over 120 characters", "split it into lines with labels"),
    _warning("F09b", "IF nested more than once", "split it, or pick with CHOOSE or a table"),
    _error("F10a", "a volatile function", "use an input, such as a date that inputs are as of"),
    _error(
        "F10b",
        "a function that some programs lack or read otherwise",
        "use the functions on which spreadsheet programs agree",
    ),
    _error("F11a", "an error value", "correct the formula or its inputs"),
    _error("F11b", "a formula without its value", "recalculate and save the file"),
    _error("F11c", "a value that recalculation does not give", "recalculate and save the file"),
    _error("F12a", "a reference to cells that are gone", "refer to cells that exist"),
    _error("F12b", "a formula that depends on itself", "break the circle"),
    _error("F13a", "a link to another workbook", "bring the value in as an input with a source"),
    _error("F13b", "a connection to data", "bring the values in as inputs with a source"),
    _error("F13c", "code or an embedded object", "save the file as .xlsx without it"),
    _warning(
        "F14a",
        "a calculation that reads below it or to its right",
        "put what is read above or to the left",
    ),
    _warning("F14b", "a link to a link", "link to where the figure comes from"),
    _warning("F14c", "a reference to an empty cell", "refer to the cell that is meant"),
    _warning("F15a", "a sum that misses or adds a cell of its block", "sum the whole block"),
    _warning("F15b", "a reference to whole columns or rows", "refer to the block"),
    _warning("F16a", "an input that nothing uses", "use it or remove it", "registry"),
    _warning("F16b", "a calculation that nothing uses and no label names", "remove it"),
    _warning(
        "F17a", "IFERROR, which hides what went wrong", "test for what can go wrong, and check it"
    ),
    _warning("F17b", "ROUND in a calculation", "leave rounding to the number format"),
    _error("F18a", "a name that is not defined", "define it, or correct it"),
    _error("F18b", "a name that is defined twice", "keep one"),
    _error("F18c", "a name that reads as a cell or a value", "give it another word"),
    _error("F18d", "a name that nothing uses and that names no labelled figure", "remove it"),
    _error("F19", "something hidden that the first sheet does not tell of", "show it, or tell"),
    _error("F20a", "a check that is neither 0 nor 1", "let it be 0 passed, 1 failed", "checks"),
    _error("F20b", "a master check that is not the sum of the checks", "sum them all", "checks"),
    _error(
        "F20c",
        "a sheet that does not show the master check",
        "show its words above the first row of figures",
        "checks",
    ),
    _error(
        "F20d",
        "a header that does not say what those of other sheets say",
        "give it the formula of the others",
        "checks",
    ),
    _error("F21", "shares that do not sum to 100%", "correct the shares, or show what is left"),
    _error(
        "F22",
        "precomputed figures without a live test that they are still right",
        "compare the inputs they came from with those now, and let the master check read it",
        "stamps",
    ),
    _warning("F23a", "a number format that does not fit the unit", "use the unit's own format"),
    _warning("F23b", "a year with a thousands separator", "format it as 0"),
    _warning("F23c", "a number stored as text", "type the number"),
    _error(
        "F24",
        "a sheet that is not ready to print",
        "set frozen rows, a print area, titles to repeat, one page's width and a footer",
    ),
    _warning("F25a", "merged cells", "let text run over empty cells instead"),
    _warning("F25b", "a column too narrow for a figure", "widen it"),
    _error("F26", "a file that does not open at its beginning", "select A1 on the first sheet"),
    _error(
        "F27a",
        "a chart without a title, or an axis without one",
        "say what it shows, in which unit",
    ),
    _error(
        "F27b", "a chart that does not read live cells", "point its series at cells with figures"
    ),
    _error(
        "F28",
        "a file that does not say what made it",
        "write the generator's version and the digest of the assumptions, on the cover too",
        "registry",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _RULES}
"""Every rule by its id, in order."""


class NotJudged(Exception):
    """A rule could not be tried on this file; the message begins with its id and says why."""


class UnknownRule(ValueError):
    """A rule was asked for that there is not."""


def chosen(select: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    """The ids that are selected and not ignored; F04 stands for F04a, F04b and so on.

    Raises UnknownRule for what begins no id, and for a selection without any.
    """
    if not any(text.strip() for text in select or ("all",)):
        raise UnknownRule("no rule is selected; name some, such as F01,F04a")
    for text in (*select, *ignore):
        if not any(_means(text, id_) for id_ in RULES):
            raise UnknownRule(f"there is no rule {text!r}; rules are F01 to F28, such as F04a")
    return frozenset(
        id_
        for id_ in RULES
        if (not select or any(_means(text, id_) for text in select))
        and not any(_means(text, id_) for text in ignore)
    )


def _means(text: str, id_: str) -> bool:
    return id_ == text.strip() or id_.rstrip("abcde") == text.strip()
