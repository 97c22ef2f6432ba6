"""Rules between inputs: shares that sum, chips and classes that match, capacity to divide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbook.assumptions.inputs import Input, Number, plain

if TYPE_CHECKING:
    from workbook.assumptions.groups import Table
    from workbook.assumptions.sections import (
        Allocation,
        CommitmentRow,
        FleetRow,
        OwnedRow,
        PriceRow,
        ScenarioRow,
        Sharing,
        SizeRow,
    )

_TOLERANCE = 1e-9
Broken = tuple[tuple[Input, ...], str]
"""The inputs that break a rule together, and what is wrong."""


def broken(parts: Mapping[str, Any]) -> Iterator[Broken]:
    """Yield every broken rule among the sections in *parts*; absent sections are passed over."""
    rules = (
        (("sizes",), _weights),
        (("sizes", "prices"), _classes),
        (("fleet",), _distinct_chips),
        (("fleet", "commitments"), _known_chips),
        (("fleet", "owned"), _owned_chips),
        (("fleet", "commitments"), _some_capacity),
        (("scenarios",), _split_shares),
        (("allocation", "scenarios"), _tiers),
        (("sharing",), _p0_parts),
    )
    for names, rule in rules:
        if all(name in parts for name in names):
            yield from rule(*(parts[name] for name in names))


def _sum(numbers: Iterable[Number]) -> float:
    return sum(number.value or 0.0 for number in numbers)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _weights(sizes: Table[SizeRow]) -> Iterator[Broken]:
    weights = tuple(row.weight for row in sizes.rows)
    total = _sum(weights)
    if abs(total - 1) > _TOLERANCE:
        names = ", ".join(weight.id for weight in weights)
        yield weights, f"weights sum to {plain(total)}, not to 1; change {names}"


def _classes(sizes: Table[SizeRow], prices: Table[PriceRow]) -> Iterator[Broken]:
    by_class: dict[str, list[Input]] = {}
    for size in sizes.rows:
        by_class.setdefault(size.model_class.value, []).append(size.model_class)
    for name, same in by_class.items():
        if len(same) > 1:
            yield tuple(same), f'two sizes stand for "{name}"; give each its own class'
            return
    priced = {row.model_class.value for row in prices.rows}
    for name, same in by_class.items():
        if name not in priced:
            message = f'no price has the class "{name}", which sizes give a weight; add one'
            yield (*same, *(row.model_class for row in prices.rows)), message


def _distinct_chips(fleet: Table[FleetRow]) -> Iterator[Broken]:
    seen: dict[str, FleetRow] = {}
    for row in fleet.rows:
        first = seen.setdefault(row.chip.value.casefold(), row)
        if first is not row:
            message = f'"{row.chip.value}" is the chip of {first.key} and {row.key}; rename one'
            yield (first.chip, row.chip), message


def _known_chips(fleet: Table[FleetRow], commitments: Table[CommitmentRow]) -> Iterator[Broken]:
    chips = [row.chip.value for row in fleet.rows]
    for row in commitments.rows:
        if row.chip.value not in chips:
            message = f'"{row.chip.value}" is not in the fleet; write one of {_listed(chips)}'
            yield (row.chip,), message


def _owned_chips(fleet: Table[FleetRow], owned: Table[OwnedRow]) -> Iterator[Broken]:
    chips = {row.chip.value: row.quantity for row in fleet.rows}
    for row in owned.rows:
        held = chips.get(row.chip.value)
        if held is None:
            message = f'"{row.chip.value}" is not in the fleet; write one of {_listed(chips)}'
            yield (row.chip,), message
        elif _sum([row.quantity]) > _sum([held]):
            most = plain(_sum([held]))
            message = f"{plain(_sum([row.quantity]))} chips are owned of {most} on hand"
            yield (row.quantity, held), f"{message}; give at most {most}, or raise {held.id}"


def _some_capacity(fleet: Table[FleetRow], commitments: Table[CommitmentRow]) -> Iterator[Broken]:
    owned = tuple(row.quantity for row in fleet.rows)
    spent = tuple(each for row in commitments.rows for each in (row.commitment, row.compute_share))
    bought = (
        (row.commitment.value or 0.0) * (row.compute_share.value or 0.0) for row in commitments.rows
    )
    if _sum(owned) + sum(bought) <= 0:
        yield owned + spent, "the fleet has no capacity at all; give some chips"


def _split_shares(scenarios: Table[ScenarioRow]) -> Iterator[Broken]:
    for row in scenarios.rows:
        shares = (row.inference, row.training, row.research)
        total = _sum(shares)
        if row.p2_split.value == "By shares" and abs(total - 1) > _TOLERANCE:
            message = f"inference, training and research sum to {plain(total)}; make it 1"
            yield (*shares, row.p2_split), message


def _tiers(allocation: Allocation, scenarios: Table[ScenarioRow]) -> Iterator[Broken]:
    kept = (allocation.p0, allocation.buffer)
    if _sum(kept) > 1 + _TOLERANCE:
        yield kept, f"P0 and the buffer take {plain(_sum(kept))} of supply; make it at most 1"
        return
    for row in scenarios.rows:
        tiers = (*kept, row.p1)
        if _sum(tiers) > 1 + _TOLERANCE:
            total = plain(_sum(tiers))
            yield tiers, f"P0, the buffer and P1 of {row.key} take {total}; make it at most 1"


def _p0_parts(sharing: Sharing) -> Iterator[Broken]:
    parts = (sharing.p0_inference, sharing.p0_training, sharing.p0_research)
    if abs(_sum(parts) - 1) > _TOLERANCE:
        names = ", ".join(part.id for part in parts)
        yield parts, f"parts of P0 sum to {plain(_sum(parts))}, not to 1; change {names}"
