"""The sections of the assumptions: which inputs there are, by name and kind."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from typing import Any, get_args, get_origin, get_type_hints

from workbook.assumptions.files import Data
from workbook.assumptions.groups import Question, Row, Section, Table
from workbook.assumptions.inputs import (
    Choice,
    Day,
    Input,
    Meta,
    Number,
    Text,
)


@dataclass(frozen=True, eq=False)
class Control(Section):
    """Inputs about the inputs."""

    as_of: Day
    stale_information: Choice


@dataclass(frozen=True, eq=False)
class InformationRow(Row):
    """An item of the memo's list of information needed, and how old it may be."""

    age_limit: Number


@dataclass(frozen=True, eq=False)
class Supply(Section):
    """Inputs of the supply of accelerator hours."""

    hours_per_year: Number


@dataclass(frozen=True, eq=False)
class FleetRow(Row):
    """A kind of chip: its provider, how many, and how many make one H100."""

    provider: Text
    chip: Text
    quantity: Number
    ratio: Number


@dataclass(frozen=True, eq=False)
class CommitmentRow(Row):
    """Spend committed to a provider, which buys hours of one chip of the fleet."""

    chip: Text
    commitment: Number
    compute_share: Number
    years: Number
    price: Number


@dataclass(frozen=True, eq=False)
class Training(Section):
    """Inputs of the hours needed to train the year's models."""

    h100_flops: Number
    mfu: Number
    reference_model: Choice
    flop_growth: Number
    growth_reading: Choice
    runs_per_year: Number
    variants_per_run: Number
    post_training_share: Number
    overhead: Number


@dataclass(frozen=True, eq=False)
class ModelRow(Row):
    """An industry model and the operations that trained it."""

    flop: Number


@dataclass(frozen=True, eq=False)
class Pricing(Section):
    """Readings of the pricing table."""

    share_reading: Choice


@dataclass(frozen=True, eq=False)
class PriceRow(Row):
    """A model on sale: release, class, share of tokens as printed, and list prices."""

    release: Day
    model_class: Choice
    printed_share: Number
    input: Number
    output: Number


@dataclass(frozen=True, eq=False)
class Throughput(Section):
    """Inputs of the tokens that an H100 produces."""

    resource_constraint: Number
    input_length: Number
    output_length: Number
    weighting: Choice


@dataclass(frozen=True, eq=False)
class SizeRow(Row):
    """A benchmarked model size, the class it stands for and that class's weight."""

    model_class: Choice
    system_rate: Number
    tensor_parallel: Number
    weight: Number


@dataclass(frozen=True, eq=False)
class Utilization(Section):
    """Inputs of the revenue of an inference hour."""

    inference: Number
    discount: Number


@dataclass(frozen=True, eq=False)
class LevelRow(Row):
    """One level of the utilization table."""

    utilization: Number


@dataclass(frozen=True, eq=False)
class Allocation(Section):
    """Inputs common to all scenarios."""

    revenue_target: Number
    p0: Number
    buffer: Number
    live_scenario: Choice


@dataclass(frozen=True, eq=False)
class ScenarioRow(Row):
    """One way to allocate: the initiative in P1 and the split of P2."""

    initiative: Choice
    p1: Number
    p2_split: Choice
    inference: Number
    training: Number
    research: Number


@dataclass(frozen=True, eq=False)
class Sensitivity(Section):
    """Inputs of the sensitivity analysis."""

    additional_run: Choice
    additional_run_uplift: Number
    step: Number
    swing: Number
    remainder_to_inference: Number


@dataclass(frozen=True, eq=False)
class CaseRow(Row):
    """One row of the sensitivity table: what differs from the recommendation."""

    revenue_target: Number
    revenue_per_hour: Number
    flop_growth: Number
    runs_per_year: Number
    additional_runs: Number
    research_share: Number
    hold: Choice


@dataclass(frozen=True, eq=False)
class Pod(Section):
    """Inputs of one inference pod: what it costs, serves and earns (memo 000)."""

    nodes: Number
    chips_per_node: Number
    cost: Number
    financed: Number
    term: Number
    discount: Number
    month_hours: Number
    hour_reading: Choice
    retail: Number
    chip_memory: Number
    weights_memory: Number
    kv_memory: Number
    slot_memory: Number
    input_rate: Number
    output_rate: Number
    request_tokens: Number
    input_price: Number
    output_price: Number
    realised_factor: Number
    price_reading: Choice
    production_utilization: Number
    research_utilization: Number
    lost_profit_low: Number
    lost_profit_high: Number
    user_requests: Number
    rate_limit: Number


@dataclass(frozen=True, eq=False)
class Batch(Section):
    """Inputs of a batch experiment, a year of them, and their peaks (memo 000)."""

    permutations: Number
    permutations_used: Number
    permutations_reading: Choice
    samples: Number
    request_tokens: Number
    rate_limit: Number
    hours_reading: Choice
    completion_time: Number
    completion_time_implied: Number
    streams_reading: Choice
    output_share: Number
    output_reading: Choice
    researchers_low: Number
    researchers_high: Number
    runs_low: Number
    runs_high: Number
    peak_low: Number
    peak_high: Number
    peak_share_low: Number
    peak_share_high: Number
    memo_cost_low: Number
    memo_cost_high: Number


@dataclass(frozen=True, eq=False)
class Bridge(Section):
    """Inputs between the memos: pods counted as hours of the fleet."""

    chip_ratio: Number
    research_part: Number
    users: Number


@dataclass(frozen=True, eq=False)
class RungRow(Row):
    """One rung of memo 000's ladder: the users that a pod serves."""

    users_per_pod: Number


@dataclass(frozen=True, eq=False)
class OwnedRow(Row):
    """Chips of the fleet that are owned: what they cost to buy, to finance and to run."""

    chip: Text
    quantity: Number
    capex: Number
    life: Number
    capital: Number
    operations: Number
    power: Number
    pue: Number
    energy: Number
    utilization: Number


@dataclass(frozen=True, eq=False)
class Usage(Section):
    """Inputs of the reading of usage."""

    unused_limit: Number


@dataclass(frozen=True, eq=False)
class Outcomes(Section):
    """Inputs of the reading of outcomes."""

    headroom_limit: Number
    declines: Number


@dataclass(frozen=True, eq=False)
class Demand(Question):
    """What is asked of the simulated ladder: so many users, of which kind, held how often."""

    users: Number
    preset: Choice
    rung: Choice
    level: Choice


@dataclass(frozen=True, eq=False)
class Scaling(Question):
    """What is asked of the simulated tables of pods in operation, each by words of their rows."""

    preset: Choice
    users: Choice
    spin_up: Choice
    headroom: Choice
    retry: Choice
    zombie: Choice


@dataclass(frozen=True, eq=False)
class Access(Question):
    """What is asked of the simulated tables for the users of a policy."""

    preset: Choice
    level: Choice


@dataclass(frozen=True, eq=False)
class Policy(Section):
    """What a policy changes besides the rate limit, which is one of Pod's inputs."""

    stack_cut: Number


@dataclass(frozen=True, eq=False)
class SignUps(Section):
    """Who wants access week by week, who may have it, and how long they wait and stay."""

    cap: Number
    interest: Number
    growth: Number
    burst: Number
    burst_week: Number
    burst_weeks: Number
    patience: Number
    stay: Number
    starting: Number
    heavy_share: Number
    heavy_weight: Number
    light_weight: Number


@dataclass(frozen=True, eq=False)
class Research(Section):
    """Who runs batch experiments in the simulation, how many and when."""

    researchers: Number
    experiments_per_year: Number
    deadline_share: Number
    lead_days: Number
    lead_shape: Number
    shocks_per_year: Number
    copies_per_shock: Number
    shock_days: Number
    hours_cv: Number


@dataclass(frozen=True, eq=False)
class Sharing(Section):
    """How requests are ranked, and whose the hours of P0 are."""

    roi: Choice
    p0_inference: Number
    p0_training: Number
    p0_research: Number


@dataclass(frozen=True, eq=False)
class Plan(Section):
    """Inputs of the page for the allocation meeting."""

    last_day: Day


@dataclass(frozen=True, eq=False)
class LastPlanRow(Row):
    """What an organisation was allotted in the last plan, over all tiers."""

    hours: Number


@dataclass(frozen=True, eq=False)
class Parameters(Section):
    """The single numbers of a preset of the simulation; a file of its own gives them."""

    messages_per_day: Number
    messages_per_session: Number
    ceiling: Number
    holding_mean: Number
    holding_cv: Number
    short_share: Number
    short_gap: Number
    short_log_sd: Number
    long_gap: Number
    long_log_sd: Number
    night_floor: Number
    kappa: Number
    peak_hour: Number
    sigma: Number
    correlation: Number
    shared_sigma: Number
    memory_hours: Number
    level: Number
    slots: Number


@dataclass(frozen=True, eq=False)
class Assumptions:
    """Every input of the workbook, validated; one attribute a section, in the order of the file."""

    meta: Meta
    control: Control
    information: Table[InformationRow]
    supply: Supply
    fleet: Table[FleetRow]
    commitments: Table[CommitmentRow]
    training: Training
    models: Table[ModelRow]
    pricing: Pricing
    prices: Table[PriceRow]
    throughput: Throughput
    sizes: Table[SizeRow]
    utilization: Utilization
    levels: Table[LevelRow]
    allocation: Allocation
    scenarios: Table[ScenarioRow]
    sensitivity: Sensitivity
    cases: Table[CaseRow]
    pod: Pod
    batch: Batch
    bridge: Bridge
    ladder: Table[RungRow]
    owned: Table[OwnedRow]
    usage: Usage
    outcomes: Outcomes
    demand: Demand
    scaling: Scaling
    access: Access
    sharing: Sharing
    plan: Plan
    last_plan: Table[LastPlanRow]
    sign_ups: SignUps
    policy: Policy
    research: Research
    weekly_max: Parameters
    time_share: Parameters
    data: Data

    def inputs(self) -> tuple[Input, ...]:
        """Return all inputs in the order of the file."""
        parts = (getattr(self, field.name) for field in fields(self))
        return tuple(
            item
            for part in parts
            if isinstance(part, Section | Table | Data)
            for item in part.inputs()
        )

    def asked(self) -> frozenset[str]:
        """Return the ids of the inputs that are questions, not assumptions."""
        parts = (getattr(self, field.name) for field in fields(self))
        asked = (part for part in parts if isinstance(part, Question))
        return frozenset(item.id for part in asked for item in part.inputs())

    def input(self, input_id: str) -> Input:
        """Return the input with this dotted id; KeyError if there is none."""
        for item in self.inputs():
            if item.id == input_id:
                return item
        raise KeyError(f"no input has the id {input_id!r}")

    def tables(self) -> tuple[Table[Row], ...]:
        """Return the tables in the order of the file."""
        parts = (getattr(self, field.name) for field in fields(self))
        return tuple(part for part in parts if isinstance(part, Table))

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of all content: equal content gives equal digests."""
        content = {
            "meta": self.meta.model_dump(),
            "tables": [_outline(table) for table in self.tables()],
            "inputs": [item.model_dump(mode="json") for item in self.inputs()],
            "data": self.data.outline(),
        }
        text = json.dumps(content, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _outline(table: Table[Row]) -> dict[str, Any]:
    """Return what a table says beside its cells."""
    return {
        "key": table.key,
        "label": table.label,
        "rows": [(row.key, row.label) for row in table.rows],
        "columns": [column.model_dump() for column in table.columns.values()],
    }


OPTIONS_FROM_ROWS: dict[tuple[str, ...], str] = {
    ("training", "reference_model"): "models",
    ("allocation", "live_scenario"): "scenarios",
}
"""The choices whose options are the labels of a table's rows."""

NEEDED_ROWS: dict[str, frozenset[str]] = {
    "ladder": frozenset(("independent", "time_of_day", "seasonality", "correlation")),
    "last_plan": frozenset(("inference", "training", "research")),
}
"""The rows of tables that tabs name, and that a set of assumptions may therefore not remove."""

FILLED_TABLES = frozenset(("information", "fleet", "models", "prices", "sizes", "scenarios"))
"""The tables that tabs need at least one row of."""

_HINTS: dict[str, Any] = get_type_hints(Assumptions)

SECTIONS: dict[str, type[Section]] = {
    name: kind
    for name, kind in _HINTS.items()
    if isinstance(kind, type) and issubclass(kind, Section)
}
"""The sections of single inputs, by name, in order."""

TABLES: dict[str, type[Row]] = {
    name: get_args(kind)[0] for name, kind in _HINTS.items() if get_origin(kind) is Table
}
"""The tables and the class of their rows, by name, in order."""

KINDS: dict[str, dict[str, type[Input]]] = {
    name: {key: kind for key, kind in get_type_hints(cls).items() if issubclass(kind, Input)}
    for name, cls in (SECTIONS | TABLES).items()
}
"""The kind of every input of a section or of a table's row, by field, in order."""
