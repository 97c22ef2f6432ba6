"""How an explanation is told: text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbook.audit.explain import Explanation, Node
from workbook.audit.trial import Driver
from workbook.audit.verdict import escaped, plain
from workbook.audit.wording import with_unit

MOST_SHOWN = 15
"""Readers and drivers in a text for people; JSON has all of them."""

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
        lines += ["  " * line.level + line.text for line in _tree(told.root.precedents, 1)]
        lines += [""]
    lines += [_readers_head(told)]
    lines += [f"  {_titled(node)}" for node in told.dependants[:MOST_SHOWN]]
    lines += _more(len(told.dependants))
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
            for line in _tree(told.root.precedents, 1)
        ]
    lines += ["", f"**{_readers_head(told)}**", ""]
    lines += [f"- {escaped(_titled(node))}" for node in told.dependants[:MOST_SHOWN]]
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


def _tree(nodes: tuple[Node, ...], level: int) -> Iterator[_Line]:
    for node in nodes:
        yield _Line(level, f"{_titled(node)}{_aside(node)}")
        yield from _tree(node.precedents, level + 1)


def _titled(node: Node) -> str:
    amount = f": {_amount(node)}" if node.shown else ""
    return f"{node.label} [{node.name or node.cell}]{amount}"


def _amount(node: Node) -> str:
    if node.after_shown:
        return f"{node.shown} → {with_unit(node.after_shown, node.unit)}"
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


def _more(count: int) -> list[str]:
    unseen = count - MOST_SHOWN
    return [f"  and {unseen} more; --json lists all"] if unseen > 0 else []


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
