"""Rents: the price list, the commitments and the owned chips, each with its hours and its cost."""

from __future__ import annotations

from typing import NamedTuple

from workbook.assumptions import Assumptions
from workbook.book import Axis, Column
from workbook.data.prices import PRICES
from workbook.expr import (
    Expr,
    above,
    annuity,
    count_where,
    lookup,
    total_where,
    when,
    where_filled,
)
from workbook.tabs.entities import axis_of, column_of, rows_of, typed_of
from workbook.tabs.supply import Supply

HOURS, CHIP_HOURS, MONEY, SHARE = "H100e·h/yr", "chip·h/yr", "USD/yr", "share"
CHIP_PRICE, CHIP_YEAR = "USD/(chip·h)", "USD/(chip·yr)"
OWNED, OTHER_TERM = "Owned", "Another term"
SPARE_PRICES = 5
"""Blank rows below the price list, to be typed into."""


class Owned(NamedTuple):
    """Owned chips: what one costs a year, and all of them."""

    chip: Column
    quantity: Column
    utilization: Column
    cost: Column
    year: Column
    columns: tuple[Column, ...]
    breakdown: tuple[Column, ...]


class Listed(NamedTuple):
    """The price list: what each chip costs on each term."""

    chip: Column
    term: Column
    share: Column
    weighted: Column
    columns: tuple[Column, ...]


class Part(NamedTuple):
    """Hours and cost a year of some of the fleet, row by row, by term."""

    term: Column
    hours: Column
    cost: Column
    columns: tuple[Column, ...]


def owned_of(a: Assumptions, supply: Supply) -> Owned:
    """Total cost of ownership: annuity of the purchase, operations and power."""
    axis = axis_of(a.owned, "Owned capacity")
    keys = tuple(a.owned.columns)
    typed = {key: column_of(a.owned, axis, key) for key in keys}
    capital = axis.formula(
        "annuity",
        "Purchase and interest",
        CHIP_YEAR,
        annuity(typed["capital"], typed["life"], typed["capex"]),
        how="Level payment a year that pays off the purchase over its life at the cost of capital",
    )
    operations = axis.formula(
        "running", "Operations", CHIP_YEAR, typed["capex"] * typed["operations"]
    )
    power = axis.formula(
        "electricity",
        "Power",
        CHIP_YEAR,
        typed["power"] * typed["pue"] * typed["energy"] * supply.hours_a_year,
    )
    year = axis.formula(
        "year", "Cost of a chip a year", CHIP_YEAR, capital + operations + power, strong=True
    )
    all_chips = axis.formula("cost", "Cost a year", MONEY, year * typed["quantity"])
    return Owned(
        typed["chip"],
        typed["quantity"],
        typed["utilization"],
        all_chips,
        year,
        tuple(typed.values()),
        (capital, operations, power, year, all_chips),
    )


def beside_rent(owned: Owned, supply: Supply, rent: Expr) -> tuple[Column, ...]:
    """An owned chip beside a rented one of its kind; *rent* is the price of an hour."""
    axis = owned.chip.axis
    hour = axis.formula("hour", "Owned, an hour", CHIP_PRICE, owned.year / supply.hours_a_year)
    used = axis.formula("used_hour", "Owned, an hour in use", CHIP_PRICE, hour / owned.utilization)
    rented = axis.formula(
        "rent", "Rented, an hour", CHIP_PRICE, rent, how="Effective price of that chip, all terms"
    )
    even = axis.formula(
        "even",
        "Owning pays above",
        SHARE,
        when(above(rented, 0), hour / rented, 0),
        how="Utilization at which owning costs what renting just the hours in use does",
    )
    return hour, used, rented, even


def listed_of(a: Assumptions, chips: Column) -> Listed:
    """The price list with its two discounts; *chips* has the names that a chip may have."""
    file = a.data.of(PRICES)
    axis = rows_of(file, "Price", room=len(file.rows) + SPARE_PRICES)
    typed = {
        c.key: typed_of(file, axis, c.key, allowed=chips if c.key == "chip" else None)
        for c in PRICES.columns
    }
    chip, listed, contracted = typed["chip"], typed["listed"], typed["contracted"]
    negotiated = axis.formula(
        "negotiated",
        "Negotiated discount",
        SHARE,
        where_filled(chip, when(above(listed, 0), 1 - contracted / listed, 0)),
        how="1 − contracted ÷ list unit price",
    )
    committed = axis.formula(
        "committed",
        "Discount of the term",
        SHARE,
        where_filled(chip, when(above(contracted, 0), 1 - typed["effective"] / contracted, 0)),
        how="1 − effective ÷ contracted unit price",
    )
    weighted = axis.formula(
        "weighted",
        "Share × effective price",
        CHIP_PRICE,
        where_filled(chip, typed["share"] * typed["effective"]),
        how="Share of hours × effective unit price",
    )
    *first, source = typed.values()
    return Listed(
        typed["chip"],
        typed["term"],
        typed["share"],
        weighted,
        (*first, negotiated, committed, weighted, source),
    )


def of_list(listed: Listed, rented: tuple[Column, Column, Column]) -> Part:
    """Hours and cost on each line of the price list; *rented* has each chip's name and hours."""
    axis = listed.chip.axis
    listed_price, contracted, effective = (
        next(c for c in listed.columns if c.key == key)
        for key in ("listed", "contracted", "effective")
    )
    names, h100e_hours, chip_hours = rented
    of_chip = axis.formula(
        "of_chip",
        "Part of the chip’s list",
        SHARE,
        where_filled(
            listed.chip,
            when(
                above(listed.share, 0),
                listed.share / total_where(listed.share, (listed.chip, listed.chip)),
                0,
            ),
        ),
        how="Share of hours ÷ the sum of the shares of that chip",
    )
    hours = axis.formula(
        "hours",
        "Hours",
        HOURS,
        where_filled(listed.chip, of_chip * total_where(h100e_hours, (names, listed.chip))),
        how="Part of the chip’s list × hours rented of that chip",
    )
    of_chips = axis.formula(
        "chip_hours",
        "Chip hours",
        CHIP_HOURS,
        where_filled(listed.chip, of_chip * total_where(chip_hours, (names, listed.chip))),
        how="Part of the chip’s list × chip hours rented of that chip",
    )
    cost = axis.formula(
        "cost",
        "Cost a year",
        MONEY,
        where_filled(listed.chip, of_chips * effective),
        how="Chip hours × effective unit price",
    )
    negotiated = axis.formula(
        "saved_negotiated",
        "Saved by negotiation",
        MONEY,
        where_filled(listed.chip, of_chips * (listed_price - contracted)),
        how="Chip hours × (list − contracted unit price)",
    )
    committed = axis.formula(
        "saved_committed",
        "Saved by the term",
        MONEY,
        where_filled(listed.chip, of_chips * (contracted - effective)),
        how="Chip hours × (contracted − effective unit price)",
    )
    columns = (of_chip, hours, of_chips, cost, negotiated, committed)
    return Part(listed.term, hours, cost, columns)


def of_commitments(supply: Supply, terms: Axis, lengths: Column) -> Part:
    """Hours and cost of the commitments on Supply; *lengths* has the years of each of *terms*."""
    deals, fleet = supply.commitments, supply.fleet
    axis = deals.axis
    term = axis.formula(
        "term",
        "Term",
        "text",
        when(
            above(count_where((lengths, deals.years)), 0),
            lookup(deals.years, lengths, terms.names),
            OTHER_TERM,
        ),
        how="The term of the price list that is as long",
    )
    ratio = axis.formula(
        "ratio",
        "H100e ratio of the chip",
        "chip/H100e",
        total_where(fleet.ratio, (fleet.chip, deals.chip)),
        how="As on Supply; nothing for a chip that the fleet lacks",
    )
    hours = axis.formula(
        "hours",
        "Hours",
        HOURS,
        when(above(ratio, 0), deals.chips * supply.hours_a_year / ratio, 0),
        how="Chips bought × hours a year ÷ H100e ratio",
    )
    cost = axis.formula(
        "cost",
        "Cost a year",
        MONEY,
        deals.commitment * deals.compute_share / deals.years,
        how="Commitment × compute share ÷ term: chips bought × hours × committed price",
    )
    return Part(term, hours, cost, (term, ratio, hours, cost))


def of_owned(owned: Owned, supply: Supply) -> Part:
    """Hours and cost of the owned chips."""
    fleet, axis = supply.fleet, owned.chip.axis
    term = axis.fixed("term", "Term", (OWNED,) * len(axis.entities), "muted")
    ratio = axis.formula(
        "ratio",
        "H100e ratio of the chip",
        "chip/H100e",
        total_where(fleet.ratio, (fleet.chip, owned.chip)),
        how="As on Supply; nothing for a chip that the fleet lacks",
    )
    hours = axis.formula(
        "hours",
        "Hours",
        HOURS,
        when(above(ratio, 0), owned.quantity * supply.hours_a_year / ratio, 0),
        how="Chips owned × hours a year ÷ H100e ratio",
    )
    return Part(term, hours, owned.cost, (term, ratio, hours))
