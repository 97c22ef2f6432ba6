"""How an explanation is told: text, JSON and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbook.audit.explain import Explanation, Node
from workbook.audit.formula import relative
from workbook.audit.markdown import escaped
from workbook.audit.trial import Driver
from workbook.audit.verdict import plain
from workbook.audit.wording import with_unit
from workbook.engines.base import position

MOST_SHOWN = 15
"""Readers and drivers in a text for people; JSON has all of them."""

MOST_LINES = 60
"""Lines of a tree in a text for people, where no depth was asked for."""

_NOTHING = 5e-7
"""Elasticities below are told as none."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the tree, *level* steps from the cell asked for."""

    level: int
    text: str


def as_json(told: Explanation) -> dict[str, object]:
    """One nested object for scripts."""
    answer = _node(told.root)
    answer["file"] = str(told.file)
    answer["dependants"] = [_reader(node) for node in told.dependants]
    answer["dependants_in_all"] = told.downstream
    if told.settings:
        answer["what_if"] = list(told.settings)
    if told.drivers is not None:
        answer["drivers"] = [_driver(driver) for driver in told.drivers]
    answer["remarks"] = list(told.remarks)
    return answer


def as_text(told: Explanation) -> str:
    """For a terminal."""
    lines = [*_head(told), ""]
    if told.root.precedents:
        lines += ["What it comes from"]
        lines += [
            "  " * line.level + line.text for line in _tree(told.root.precedents, _last(told))
        ]
        lines += [""]
    if inputs := _inputs(told):
        lines += [f"Down to {len(inputs)} cells that are typed in"]
        lines += [f"  {text}" for text in inputs[:MOST_SHOWN]]
        lines += [*_more(len(inputs), "--depth 60 shows the whole tree"), ""]
    lines += [_readers_head(told)]
    readers = _readers(told.dependants)
    lines += [f"  {text}" for text in readers[:MOST_SHOWN]]
    lines += _more(len(readers))
    if told.drivers is not None:
        lines += ["", "What moves it: its change in % where the input grows by 1 %"]
        moving = [driver for driver in told.drivers if driver.elasticity != 0]
        lines += [_ranked(driver) for driver in moving[:MOST_SHOWN]]
        lines += _more(len(moving))
        lines += _unmoved(len(told.drivers) - len(moving))
    lines += ["", *told.remarks] if told.remarks else []
    return "\n".join(lines)


def as_markdown(told: Explanation) -> str:
    """For a comment."""
    title, *rest = _head(told)
    lines = [f"### {title}", "", *(f"{line.strip()}  " for line in rest)]
    if told.root.precedents:
        lines += ["", "**What it comes from**", ""]
        lines += [
            f"{'  ' * (line.level - 1)}- {escaped(line.text)}"
            for line in _tree(told.root.precedents, _last(told))
        ]
    if inputs := _inputs(told):
        lines += ["", f"**Down to {len(inputs)} cells that are typed in**", ""]
        lines += [f"- {escaped(text)}" for text in inputs[:MOST_SHOWN]]
        lines += [f"- {text.strip()}" for text in _more(len(inputs))]
    lines += ["", f"**{_readers_head(told)}**", ""]
    readers = _readers(told.dependants)
    lines += [f"- {escaped(text)}" for text in readers[:MOST_SHOWN]]
    lines += [f"- {text.strip()}" for text in _more(len(readers))]
    if told.drivers is not None:
        lines += ["", "| input | value | elasticity |", "|---|---|---|"]
        for driver in told.drivers[:MOST_SHOWN]:
            cells = (
                _called(driver),
                with_unit(driver.shown, driver.unit),
                _figure(driver.elasticity),
            )
            lines.append(f"| {' | '.join(map(escaped, cells))} |")
    return "\n".join([*lines, *(f"- {remark}" for remark in told.remarks)])


def _head(told: Explanation) -> list[str]:
    root = told.root
    known = ", ".join(part for part in (root.cell, root.name, root.id) if part)
    lines = [f"{root.label} [{known}]", f"  {_amount(root)}"]
    lines += [f"  ={root.formula}"] if root.formula else ["  typed in"]
    lines += [f"  {root.words}"] if root.words else []
    lines += [f"  Source: {root.source}"] if root.source else []
    return lines


def _tree(nodes: tuple[Node, ...], last: int, level: int = 1) -> Iterator[_Line]:
    """The lines of a tree down to the level *last*."""
    for node in nodes:
        shut = level == last and node.precedents
        below = f" (+ {sum(1 for _ in _all(node.precedents))} below)" if shut else ""
        yield _Line(level, f"{_titled(node)}{_aside(node)}{below}")
        if not shut:
            yield from _tree(node.precedents, last, level + 1)


def _all(nodes: tuple[Node, ...], level: int = 1) -> Iterator[tuple[int, Node]]:
    """Every node with its level."""
    for node in nodes:
        yield level, node
        yield from _all(node.precedents, level + 1)


def _last(told: Explanation) -> int:
    """The last level of the tree that is shown: all, or as many as fit."""
    levels = Counter(level for level, _ in _all(told.root.precedents))
    deepest, shown = max(levels, default=1), 0
    for level in range(1, deepest + 1):
        shown += levels[level]
        if shown > MOST_LINES and not told.whole:
            return max(1, level - 1)
    return deepest


def _inputs(told: Explanation) -> list[str]:
    """The typed cells at the ends of a tree that is not shown to its ends, each once."""
    if all(level <= _last(told) for level, _ in _all(told.root.precedents)):
        return []
    ends = (node for _, node in _all(told.root.precedents) if node.shown and not node.formula)
    return list(dict.fromkeys(f"{_titled(node)}{_aside(node)}" for node in ends))


def _readers(nodes: Sequence[Node]) -> list[str]:
    """The cells that read another, those with one formula as the first of them."""
    alike: dict[str, list[Node]] = {}
    for node in nodes:
        row, column = position(node.cell.rpartition("!")[2])
        alike.setdefault(relative(node.formula, row, column), []).append(node)
    return [
        _titled(group[0]) + (f", and {len(group) - 1} more like it" if len(group) > 1 else "")
        for group in alike.values()
    ]


def _titled(node: Node) -> str:
    amount = f": {_amount(node)}" if node.shown else ""
    return f"{node.label} [{node.name or node.cell}]{amount}"


def _amount(node: Node) -> str:
    if node.after_shown:
        before = with_unit(node.shown, "$") if node.unit.startswith("$") else node.shown
        return f"{before} → {with_unit(node.after_shown, node.unit)}"
    return with_unit(node.shown, node.unit)


def _aside(node: Node) -> str:
    if node.repeated:
        return " (see its other place)"
    more = f" ({node.more})" if node.more else ""
    if node.formula or not node.shown:
        return f" = {node.words}{more}" if node.words else more
    return f" ← {node.source or 'typed in'}"


def _readers_head(told: Explanation) -> str:
    if not told.downstream:
        return "Nothing reads it"
    return f"What reads it: {len(told.dependants)} directly, {told.downstream} in all"


def _more(count: int, how: str = "--json lists all") -> list[str]:
    unseen = count - MOST_SHOWN
    return [f"  and {unseen} more; {how}"] if unseen > 0 else []


def _unmoved(count: int) -> list[str]:
    return [f"  {count} other input{'' if count == 1 else 's'}: no change"] if count else []


def _ranked(driver: Driver) -> str:
    amount = with_unit(driver.shown, driver.unit)
    return f"  {_figure(driver.elasticity):>8}  {_called(driver)}: {amount}"


def _called(driver: Driver) -> str:
    return f"{driver.label} [{driver.id or driver.cell}]"


def _figure(elasticity: float | None) -> str:
    if elasticity is None:
        return "n/a"
    return "0" if abs(elasticity) < _NOTHING else f"{elasticity:+.3f}"


def _node(node: Node) -> dict[str, object]:
    told: dict[str, object] = {
        "name": node.name,
        "cell": node.cell,
        "id": node.id,
        "label": node.label,
        "value": plain(node.value),
        "shown": node.shown,
        "unit": node.unit,
        "scale": node.scale,
        "formula": f"={node.formula}" if node.formula else "",
        "words": node.words,
        "source": node.source,
        "precedents": [_node(precedent) for precedent in node.precedents],
    }
    if node.after_shown:
        told["after"] = plain(node.after)
    if node.repeated:
        told["repeated"] = True
    if node.more:
        told["more"] = node.more
    return told


def _reader(node: Node) -> dict[str, object]:
    keys = ("name", "cell", "id", "label", "value", "unit", "formula")
    whole = _node(node)
    return {key: whole[key] for key in keys}


def _driver(driver: Driver) -> dict[str, object]:
    return {
        "cell": driver.cell,
        "id": driver.id,
        "label": driver.label,
        "shown": driver.shown,
        "unit": driver.unit,
        "elasticity": driver.elasticity,
    }
