"""What a verification found, and how it is told: text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.audit.markdown import escaped
from workbook.engines import CellError, Value

STORED = "stored"
"""What stands for the file's own values among the engines."""

MOST_SHOWN = 20
"""Disagreements in a text for people; JSON has all of them."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A formula on which the file and the engines differ; *draw* counts draws from 1.

    *follows* says that a cell that it reads differs too, so the cause is likely there.
    """

    cell: str
    label: str
    unit: str
    formula: str
    values: Mapping[str, Value]
    draw: int | None = None
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for one file.

    *compared* formulas had at least two values to compare. *lacks* says what each engine lacks
    and in how many formulas; *unchecked* why formulas could not be checked by any; *refused* why
    an engine took no part. *missing* formulas have no stored value. *drawn* inputs took part in
    each of the *draws*.
    """

    file: Path
    formulas: int
    engines: tuple[str, ...]
    compared: int
    differing: tuple[Differing, ...]
    lacks: Mapping[str, Mapping[str, int]]
    unsupported: Mapping[str, int]
    unchecked: Mapping[str, int]
    refused: Mapping[str, str]
    missing: int = 0
    from_1904: bool = False
    changed: bool = False
    draws: int = 0
    drawn: int = 0
    seed: int = 0

    @property
    def causes(self) -> tuple[Differing, ...]:
        """What differs although nothing that it reads does; all that differs if there is none."""
        first = tuple(d for d in self.differing if not d.follows)
        return first or self.differing

    @property
    def sound(self) -> bool:
        """Whether every formula was checked, by every engine asked, and none differs."""
        return not (self.differing or self.unchecked or self.refused or self.missing)


def as_json(verdict: Verdict) -> dict[str, object]:
    """One object for scripts."""
    return {
        "file": str(verdict.file),
        "formulas": verdict.formulas,
        "engines": list(verdict.engines),
        "compared": verdict.compared,
        "disagreements": [_row(differing) for differing in verdict.differing],
        "unsupported": dict(verdict.unsupported),
        "lacks": {name: dict(words) for name, words in verdict.lacks.items()},
        "unchecked": dict(verdict.unchecked),
        "without_value": verdict.missing,
        "refused": dict(verdict.refused),
        "draws": verdict.draws,
        "inputs_drawn": verdict.drawn,
        "seed": verdict.seed,
        "sound": verdict.sound,
    }


def headline(verdict: Verdict) -> str:
    """The verdict in one line."""
    if not verdict.formulas:
        return "it has no formulas"
    parties = [] if verdict.changed else [STORED]
    parties += verdict.engines
    differing = len(verdict.differing)
    said = f"{verdict.compared} of {verdict.formulas} formulas compared ({', '.join(parties)})"
    drawn = f", {verdict.draws} draws of {verdict.drawn} inputs" if verdict.draws else ""
    found = f"{differing} differ{'s' if differing == 1 else ''}" if differing else "none differs"
    found = found if verdict.compared else "nothing could be compared"
    return f"{said}{drawn}: {found}"


def as_text(verdict: Verdict) -> str:
    """For a terminal."""
    lines = [f"{verdict.file}: {headline(verdict)}"]
    for differing in verdict.causes[:MOST_SHOWN]:
        lines += ["", f"{differing.cell}  {_titled(differing)}", f"  ={differing.formula}"]
        width = max(map(len, differing.values))
        lines += [f"  {name:<{width}}  {shown(v)}" for name, v in differing.values.items()]
    lines += _more(verdict)
    remarks = list(_remarks(verdict))
    return "\n".join(lines + ([""] if remarks else []) + remarks)


def as_markdown(verdict: Verdict) -> str:
    """For a comment on a change."""
    mark = "✅" if verdict.sound else "❌"
    lines = [f"### {mark} verify: {headline(verdict)}"]
    if verdict.differing:
        names = list(dict.fromkeys(name for d in verdict.differing for name in d.values))
        lines += ["", f"| cell | what | formula | {' | '.join(names)} |"]
        lines.append("|---" * (3 + len(names)) + "|")
        lines += [_table_row(d, names) for d in verdict.causes[:MOST_SHOWN]]
        lines += _more(verdict)
    remarks = [f"- {remark}" for remark in _remarks(verdict)]
    return "\n".join(lines + ([""] if remarks else []) + remarks)


def shown(value: Value) -> str:
    """A value as it is told to people: all its digits, text in quotes, nothing as ``(blank)``."""
    match value:
        case None:
            return "(blank)"
        case CellError(code=code):
            return code
        case str():
            return f'"{value}"'
        case bool():
            return str(value).upper()
    return f"{value:.15g}"


def plain(value: Value) -> float | str | bool | None:
    """A value as JSON has it; an error is its code."""
    return value.code if isinstance(value, CellError) else value


def _row(differing: Differing) -> dict[str, object]:
    row: dict[str, object] = {
        "cell": differing.cell,
        "label": differing.label,
        "unit": differing.unit,
        "formula": f"={differing.formula}",
        "values": {name: plain(value) for name, value in differing.values.items()},
    }
    row["follows"] = differing.follows
    return row if differing.draw is None else row | {"draw": differing.draw}


def _titled(differing: Differing) -> str:
    unit = f" ({differing.unit})" if differing.unit else ""
    drawn = f", draw {differing.draw}" if differing.draw else ""
    return f"{differing.label}{unit}{drawn}"


def _table_row(differing: Differing, names: Sequence[str]) -> str:
    found = (shown(differing.values[n]) if n in differing.values else "" for n in names)
    cells = (differing.cell, _titled(differing), f"`={differing.formula}`", *found)
    return f"| {' | '.join(map(escaped, cells))} |"


def _remarks(verdict: Verdict) -> Iterator[str]:
    for name, why in verdict.refused.items():
        yield f"{name} took no part: {why}"
    if verdict.from_1904:
        yield "this file counts days from 1904; engines that do not know of it give other dates"
    if verdict.missing:
        yield f"{_counted(verdict.missing)} without a stored value; recalculate and save the file"
    for reason, count in verdict.unchecked.items():
        yield f"{_counted(count)} not checked: {reason}"
    for name, words in verdict.lacks.items():
        listed = ", ".join(f"{word} ({_counted(count)})" for word, count in words.items())
        yield f"{name} lacks {listed}"


def _more(verdict: Verdict) -> list[str]:
    """What is not shown: more causes, and what reads a cell that differs."""
    causes, following = len(verdict.causes), len(verdict.differing) - len(verdict.causes)
    unseen = causes - MOST_SHOWN
    said = [f"and {unseen} more"] if unseen > 0 else []
    said += [f"{_counted(following)} that read{'s' if following == 1 else ''} them"] * (
        following > 0
    )
    return ["", f"{', '.join(said)}; --json lists all"] if said else []


def _counted(number: int) -> str:
    return f"{number} formula{'' if number == 1 else 's'}"
