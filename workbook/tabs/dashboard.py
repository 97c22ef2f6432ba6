"""Dashboard: the allocation on one page, for the scenario that is picked."""

from __future__ import annotations

from workbook.book import Card, Cards, Chart, Charts, Line, Selector, Series, Tab
from workbook.expr import Expr, joined, shown
from workbook.tabs.constants import Constants
from workbook.tabs.policy import Policy
from workbook.tabs.scenarios import Scenarios
from workbook.tabs.sensitivity import Sensitivity
from workbook.tabs.supply import Supply
from workbook.tabs.utilization import Utilization


def build(
    policy: Policy,
    constants: Constants,
    supply: Supply,
    utilization: Utilization,
    scenarios: Scenarios,
    sensitivity: Sensitivity,
) -> Tab:
    """The selector, six cards and four charts."""
    hint = joined(
        "‹ pick here: scenario ",
        shown(scenarios.live.place, "0", 0),
        " of ",
        f"{len(scenarios.axis.entities)}",
    )
    return Tab(
        "Dashboard",
        "The allocation on one page, for the scenario you pick",
        "start",
        (
            Selector(policy.live, hint),
            Cards(_cards(supply, utilization, scenarios, constants)),
            Charts(_charts(supply, utilization, scenarios, sensitivity, constants)),
        ),
        grid="dashboard",
    )


def _cards(
    supply: Supply, utilization: Utilization, scenarios: Scenarios, constants: Constants
) -> tuple[Card, ...]:
    live = scenarios.live

    def category(name: str, below: Expr) -> Card:
        return Card(name.title(), live.shares[name], "card_pct", below, name)

    def hours(name: str) -> Expr:
        return joined(constants.billions(live.hours[name]), " bn hours")

    return (
        Card(
            "Supply, H100e hours a year",
            supply.hours,
            "card_hours",
            joined(shown(supply.fleet.total_h100e, "#,##0", 0), " H100e, always on"),
            "supply",
        ),
        Card(
            "Serviceable revenue a year",
            live.revenue,
            "card_usd",
            joined("at ", utilization.words, " per inference hour"),
            "revenue",
        ),
        category("inference", hours("inference")),
        category("training", joined(constants.percent(live.covered), " of what is needed")),
        category("research", hours("research")),
        Card(
            "Held back",
            live.shares["p0"] + live.shares["buffer"],
            "card_pct",
            joined(
                "P0 ",
                constants.percent(live.shares["p0"]),
                " + buffer ",
                constants.percent(live.shares["buffer"]),
            ),
            "held",
        ),
    )


def _charts(
    supply: Supply,
    utilization: Utilization,
    scenarios: Scenarios,
    sensitivity: Sensitivity,
    constants: Constants,
) -> tuple[Chart, ...]:
    return (
        _allocation(scenarios),
        _supply(supply, scenarios.live.promised, constants),
        _swings(sensitivity, constants),
        _utilization(utilization, constants),
    )


def _allocation(scenarios: Scenarios) -> Chart:
    inference, training, research = scenarios.live.words.values()
    named = (
        ("p0", "P0", "label_light"),
        ("inference", "Inference", "label_light"),
        ("training", "Training", "label_dark"),
        ("research", "Research", "label_dark"),
        ("buffer", "Buffer", "label_dark"),
    )
    return Chart(
        kind="stacked_share",
        headline=joined("Live: ", inference, ", ", training, ", ", research),
        title="Share of supply by scenario, % (● is live)",
        series=tuple(
            Series(label, scenarios.shares[key], key, label_data=colour, labels="chart_pct")
            for key, label, colour in named
        ),
        categories=scenarios.heads,
        across_title="",
        value_title="Share of supply, %",
        value_show="chart_pct_axis",
        alt="Stacked bars: how each scenario divides supply between P0, inference, training, "
        "research and buffer",
    )


def _supply(supply: Supply, promised: Line, constants: Constants) -> Chart:
    steps = supply.steps
    bars = (
        Series("Foot", steps.foot, "muted", style="none"),
        Series("Chips", steps.chips, "inference", label_data="label_light", labels="chart_bn"),
        Series("Total", steps.total, "supply", label_data="label_light", labels="chart_bn"),
        Series("Held back", steps.held, "buffer", label_data="label_dark", labels="chart_bn"),
    )
    return Chart(
        kind="waterfall",
        headline=joined(
            constants.billions(supply.allocatable),
            " bn of ",
            supply.words,
            " can be allocated",
            promised,
        ),
        title="From supply to what can be allocated, bn H100e-hr a year",
        series=bars,
        categories=steps.table.axis.names,
        across_title="",
        value_title="bn H100e-hr a year",
        value_show="chart_bn",
        alt="Waterfall: hours of each provider's chips, total supply, less P0 and buffer, and "
        "what can be allocated",
    )


def _swings(sensitivity: Sensitivity, constants: Constants) -> Chart:
    swings = sensitivity.swings
    return Chart(
        kind="tornado",
        headline=joined(
            "Biggest swing at ±", constants.percent(sensitivity.swing), ": ", swings.first
        ),
        title="Recommendation: change of research hours as a driver moves, bn H100e-hr a year",
        series=(
            Series("Unfavourable", swings.worse, "down", label_data="ink", labels="chart_bn"),
            Series("Favourable", swings.better, "up", label_data="ink", labels="chart_bn"),
        ),
        categories=swings.name,
        across_title="",
        value_title="Change of research, bn H100e-hr a year",
        value_show="chart_bn",
        alt="Tornado: change of the recommendation’s research hours for each driver, largest first",
    )


def _utilization(utilization: Utilization, constants: Constants) -> Chart:
    level = utilization.level
    return Chart(
        kind="scatter",
        headline=joined(
            "At ",
            constants.percent(utilization.inference),
            " utilization an hour earns ",
            utilization.words,
        ),
        title="Revenue per H100e hour by utilization, $",
        series=(
            Series("At list price", utilization.list_revenue, "muted", level, "line"),
            Series("After discount", utilization.revenue, "inference", level, "line"),
            Series(
                "Live", utilization.per_hour, "supply", utilization.inference, "dot", labels="usd"
            ),
        ),
        categories=None,
        across_title="Utilization of the hour, %",
        value_title="$ per H100e hour",
        value_show="chart_usd",
        alt="Lines: revenue per H100 hour at list price and after discount, by utilization; "
        "a point marks the live inputs",
    )
