"""Pools: what is typed in for each resource pool, and the hours that it can count on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbook.assumptions import DataFile, Sharing
from workbook.book import Axis, Column, Entity, Gathered, Line, Margin, Table, entered
from workbook.data.pools import MEMO, ORGANISATIONS, Pool
from workbook.expr import (
    Expr,
    above,
    count_filled,
    count_where,
    highest,
    lowest,
    total,
    total_with,
    when,
    where_filled,
)
from workbook.tabs.entities import rows_of, typed_of
from workbook.tabs.supply import Supply

HOURS, SHARE = "H100e·h/yr", "share"
QUIET = "quiet_hours"
"""The number format that shows nothing for no hours: most rows of a form are not filled."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is typed in for each pool."""

    axis: Axis
    pool: Column
    organisation: Column
    workload: Column
    share: Column
    floor: Column
    lends: Column
    borrows: Column
    cohort: Column

    @property
    def table(self) -> Table:
        """The form as the tab shows it."""
        columns = (self.pool, self.organisation, self.workload, self.share, self.floor)
        limits = (self.lends, self.borrows, self.cohort)
        return Table(
            "Pools: type in the cream cells",
            self.axis,
            (*columns, *limits),
            note="Limits are shares of a pool’s guaranteed hours; blank sets none. A pool without "
            "a cohort neither lends nor borrows.",
        )


class Organisations(NamedTuple):
    """The hours of each organisation in the live scenario, and what its pools make of them."""

    axis: Axis
    p0_part: tuple[Line, ...]
    allotment: Column
    p0: Column
    shares: Column
    short: Column
    kept: Column
    p0_parts: Line
    unowned: Line
    table: Table


class Quotas(NamedTuple):
    """The hours that each pool can count on."""

    form: Form
    name: Column
    allotment: Column
    wanted: Column
    guaranteed: Column
    organisations: Organisations


def left(whole: Expr, taken: Expr, size: Expr, tolerance: Line) -> Expr:
    """What is left of *whole*; nothing where only rounding leaves something, against *size*."""
    return when(above(whole - taken, tolerance * size), whole - taken, 0)


def organisations_axis() -> Axis:
    """The organisations that the memo divides compute between."""
    entities = tuple(Entity(name.lower(), name) for name in ORGANISATIONS)
    return Axis("organisations", "Organisation", entities)


def build(
    file: DataFile[Pool],
    sharing: Sharing,
    supply: Supply,
    allotments: Mapping[str, Line],
    tolerance: Line,
) -> Quotas:
    """Guaranteed hours: an organisation's hours by shares, and no pool below its floor."""
    owners = organisations_axis()
    form = _form(file, owners.names)
    links = tuple(allotments[entity.key] for entity in owners.entities)
    allotment = Column("allotment", "Allotment, live scenario", HOURS, owners, Gathered(links))
    pool, floor = form.pool, highest(0, form.floor)
    name = form.axis.formula(
        "named", "Pool", "text", where_filled(pool, pool), how=None, strong=True
    )
    own = form.axis.formula(
        "allotment",
        "Organisation’s hours",
        HOURS,
        where_filled(pool, total_with(allotment, owners.names, form.organisation), 0),
        how="Allotment of the organisation in the live scenario",
        show=QUIET,
    )
    wanted = form.axis.formula(
        "wanted",
        "By share, or floor",
        HOURS,
        highest(form.share * own, floor),
        how="Share × its organisation’s hours, or the floor where that is more",
        show=QUIET,
    )
    organisations = _organisations(owners, form, allotment, wanted, sharing, supply, tolerance)
    kept = total_with(organisations.kept, owners.names, form.organisation)
    guaranteed = form.axis.formula(
        "guaranteed",
        "Guaranteed",
        HOURS,
        where_filled(pool, floor + (wanted - floor) * kept, 0),
        how="The floor, and beyond it the part that the organisation has hours for",
        show=QUIET,
        strong=True,
        memo=MEMO,
    )
    return Quotas(form, name, own, wanted, guaranteed, organisations)


def _form(file: DataFile[Pool], organisations: Column) -> Form:
    axis = rows_of(file)

    def column(key: str, allowed: Column | None = None, show: str = "") -> Column:
        return typed_of(file, axis, key, allowed=allowed, show=show)

    return Form(
        axis,
        column("pool"),
        column("organisation", organisations),
        column("workload"),
        column("share"),
        column("floor"),
        column("lends"),
        column("borrows"),
        column("cohort"),
    )


def _organisations(
    axis: Axis,
    form: Form,
    allotment: Column,
    wanted: Column,
    sharing: Sharing,
    supply: Supply,
    tolerance: Line,
) -> Organisations:
    parts = tuple(
        entered(entry) for entry in (sharing.p0_inference, sharing.p0_training, sharing.p0_research)
    )
    part = Column("p0_part", "Part of P0", SHARE, axis, Gathered(parts))
    p0 = axis.formula(
        "p0",
        "P0 and SLA hours",
        HOURS,
        supply.p0_hours * part,
        how="P0 of all supply × the part on Inputs; stands apart, and is never lent nor taken",
        memo=MEMO,
    )
    own = (form.organisation, axis.names)
    shares = axis.formula(
        "shares", "Shares of its pools", SHARE, total_with(form.share, *own), how=None
    )
    floors = axis.formula(
        "floors", "Floors of its pools", HOURS, total_with(form.floor, *own), how=None
    )
    short = axis.formula(
        "short",
        "Floors beyond allotment",
        HOURS,
        left(floors, allotment, allotment, tolerance),
        how="Hours that floors promise and the organisation does not have; a check fails",
    )
    whole = axis.formula(
        "wanted",
        "By share, or floor",
        HOURS,
        total_with(wanted, *own),
        how="What the shares of its pools come to, or their floors where those are more",
    )
    beyond = axis.formula(
        "beyond",
        "Wanted beyond floors",
        HOURS,
        left(whole, floors, allotment, tolerance),
        how="By share, or floor − floors of its pools",
    )
    kept = axis.formula(
        "kept",
        "Part that there is",
        SHARE,
        when(above(beyond, 0), highest(0, lowest(1, (allotment - floors) / beyond)), 1),
        how="What is left of the allotment beside floors ÷ what is wanted beyond them, at most 1",
    )
    pooled = axis.formula(
        "pooled", "Guaranteed to pools", HOURS, floors + beyond * kept, strong=True
    )
    unpooled = axis.formula(
        "unpooled",
        "In no pool",
        HOURS,
        left(allotment, pooled, allotment, tolerance),
        how="Allotment − guaranteed to pools",
    )
    p0_parts = Line("pools_p0_parts", "P0 given to organisations", SHARE, total(part))
    pools = axis.formula("pools", "Its pools", "1", count_where(own), how=None)
    given = (allotment, part, p0, pools, shares, floors, short)
    columns = (*given, whole, beyond, kept, pooled, unpooled)
    sums = (
        (allotment, Line("pools_allotted_hours", "Hours allotted", HOURS, total(allotment))),
        (part, p0_parts),
        (p0, Line("pools_p0_hours", "P0 and SLA hours", HOURS, total(p0))),
        (pooled, Line("pools_pooled_hours", "Guaranteed to pools", HOURS, total(pooled))),
        (unpooled, Line("pools_unpooled_hours", "In no pool", HOURS, total(unpooled))),
    )
    table = Table("Organisations in the live scenario", axis, columns, margin=Margin("Total", sums))
    unowned = Line(
        "pools_unowned",
        "Pools without a name, or of no organisation",
        "1",
        count_filled(form.pool) - total(pools),
        how="Rows with a pool − pools of organisations",
    )
    return Organisations(axis, parts, allotment, p0, shares, short, kept, p0_parts, unowned, table)
