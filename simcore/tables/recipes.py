"""The recipes of the workbook's tables: columns, grids and inputs, without what computes them.

They import no compiled code, so that asking whether a table is still right costs nothing.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from simcore.access import Policy, load_policy
from simcore.behaviour import Behaviour
from simcore.faults import Fault, ParameterFaults
from simcore.preset import Preset
from simcore.research import Research, load_batch
from simcore.tables.table import Column, Recipe

SEED: Final = 20250707
"""The seed of the workbook's tables, unless another is asked for: memo 000's day."""

LEVELS: Final = (0.90, 0.95, 0.99, 0.999)
"""Service levels of the ladder's tables."""

USER_GRID: Final = (
    5, 7, 10, 15, 20, 25, 35, 50, 75, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000,
    10_000, 100_000, 1_000_000,
)  # fmt: skip
"""Users of the ladder's tables: close enough to interpolate on logarithms within 1 %."""

BATCHES: Final = 320
LIMITED_BATCHES: Final = 160
WEEKS: Final = 32
WITHIN: Final = 0.02
LIMITED_WITHIN: Final = 0.05
"""Batches of weeks at most, and the half interval of 95 % at which a sample is large enough."""

SENT_USERS: Final = 8
SENT_BATCHES: Final = 96
SENT_WEEKS: Final = 32
"""Users, batches and weeks of the messages: the factor that users share decides the error."""

GAP_WEEKS: Final = 512
GAP_ENDS: Final = (0.05, 20_160.0)
"""Minutes: from 3 seconds to two weeks."""

GAP_CLASSES: Final = 44

LAWS: Final = ("3 lognormals", "lognormal", "Lomax", "Pareto")
"""Memo 000, chat inference: Pareto seems closest; then a mixture of three lognormals."""

SCALED_USERS: Final = (25, 50, 500)
SPIN_UPS: Final = (0.0, 1.0, 5.0)
"""Minutes: none, which streaming of weights comes near; and what loads from disk take."""

HEADROOMS: Final = (0.0, 0.2, 0.5)
COOL_DOWN: Final = 5.0
TRACED_USERS: Final = (25, 50, 500)
"""Memo 000, dynamic scaling: its sample traces."""

CASCADE_USERS: Final = (25, 50)
PATIENCE: Final = 2.0
RETRY_DELAY: Final = 1.0
RETRIES: Final = (0.0, 0.5, 0.9)
ZOMBIES: Final = (0.0, 0.5)
OPERATED_BATCHES: Final = 12
"""Independent batches of weeks: of fewer an interval of 95 % is far from 1.96 standard errors."""

SCALED_WEEKS: Final = (8, 4, 1)
"""Weeks of a batch, by numbers of users: the more users, the longer a week takes."""

STATIC_USERS: Final = 50
"""The most users for whom one static pod is looked at: of more, its queue never empties."""

CASCADE_WEEKS: Final = 4
TRACE_SPIN_UP, TRACE_HEADROOM = 1.0, 0.0
TRACE_BIN: Final = 30.0
"""Minutes of a sample week that are put together."""

HOURS: Final = (4.0, 13.3333, 48.0, 96.0, 144.0, 195.0)
"""Hours of an experiment: the memo's 13.3, and what its averages and peaks would take."""

DEADLINE_SHARES: Final = (0.0, 0.35, 0.7, 1.0)
PEAK_LEVELS: Final = (0.05, 0.5, 0.95)
BATCH_YEARS: Final = 4000

USERS: Final = Column("users", "users", "Users of the model", is_key=True)


def behaviour_inputs(behaviour: Behaviour) -> dict[str, str | int | float | tuple[float, ...]]:
    """Return every parameter of a behaviour by its dotted key."""
    values = {item.name: getattr(behaviour, item.name) for item in fields(behaviour)}
    return {
        f"behaviour.{name}": value if isinstance(value, int | float | tuple) else str(value)
        for name, value in values.items()
    }


def pod_inputs(preset: Preset) -> dict[str, str | int | float | tuple[float, ...]]:
    """Return what a pod of a preset's users is: their behaviour, and its slots."""
    return {**behaviour_inputs(preset.behaviour), "service.slots": preset.service.slots}


def _effort_inputs(batches: int, within: float) -> dict[str, int | float]:
    return {"effort.batches": batches, "effort.weeks": WEEKS, "effort.within": within}


def ladder_recipe(preset: Preset) -> Recipe:
    """Return the slots that N users need, by rung and service level."""
    return Recipe(
        kind="ladder",
        preset=preset,
        title=f"Slots that N users need, {preset.name}",
        method=1,
        columns=(
            Column("rung", "", "Correlates in the model, each with those before it", is_key=True),
            Column("level", "share", f"Service level: {preset.service.measure}", is_key=True),
            USERS,
            Column("slots", "slots", "Slots that hold them, between whole numbers"),
            Column("error", "slots", "Standard error of the slots"),
        ),
        inputs={
            **behaviour_inputs(preset.behaviour),
            "service.measure": str(preset.service.measure),
            "levels": LEVELS,
            "users": USER_GRID,
            **_effort_inputs(BATCHES, WITHIN),
        },
        weight=40.0,
    )


def limited_recipe(preset: Preset, policy: Policy) -> Recipe:
    """Return the slots that N users need under the rate limit of a *policy*, on the last rung."""
    return Recipe(
        kind="limited",
        preset=preset,
        title=f"Slots that N users need under a rate limit, {preset.name}",
        method=1,
        columns=(
            Column("level", "share", f"Service level: {preset.service.measure}", is_key=True),
            USERS,
            Column("slots", "slots", "Slots that hold them, between whole numbers"),
            Column("error", "slots", "Standard error of the slots"),
            Column("refused", "share", "Messages of any user that the limit refuses"),
            Column("refused_before", "share", "… that a user's own ceiling refuses without it"),
        ),
        inputs={
            **behaviour_inputs(preset.behaviour),
            "policy.requests_per_minute": policy.requests_per_minute,
            "service.measure": str(preset.service.measure),
            "levels": LEVELS,
            "users": USER_GRID,
            **_effort_inputs(LIMITED_BATCHES, LIMITED_WITHIN),
        },
        weight=20.0,
    )


def messages_recipe(preset: Preset) -> Recipe:
    """Return the messages that a user sends a day, by rung, beside what modulation alone gives."""
    unit = "messages/day"
    return Recipe(
        kind="messages",
        preset=preset,
        title=f"Messages that a user sends a day, {preset.name}",
        method=1,
        columns=(
            Column("rung", "", "Correlates in the model, each with those before it", is_key=True),
            Column("sent", unit, "Messages sent, in the mean"),
            Column("error", unit, "Standard error of it"),
            Column("law", unit, "Mean of the modulated rate, had a user no ceiling"),
        ),
        inputs={
            **behaviour_inputs(preset.behaviour),
            "users": SENT_USERS,
            "batches": SENT_BATCHES,
            "weeks": SENT_WEEKS,
        },
        weight=4.0,
    )


def gaps_recipe(preset: Preset) -> Recipe:
    """Return the histogram of the gaps between one user's messages, with the laws fitted."""
    unit = "share/ln(min)"
    return Recipe(
        kind="gaps",
        preset=preset,
        title=f"Gaps between the messages of one user, {preset.name}",
        method=1,
        columns=(
            Column("from", "min", "Least gap of the class", is_key=True),
            Column("to", "min", "Greatest gap of the class", is_key=True),
            Column("seen", unit, "Share of gaps, over the class's width in logarithms"),
            Column("error", unit, "Standard error of it"),
            *(Column(law, unit, f"The law fitted: {law}") for law in LAWS),
        ),
        inputs={**behaviour_inputs(preset.behaviour), "weeks": GAP_WEEKS},
        weight=3.0,
    )


def laws_recipe(preset: Preset) -> Recipe:
    """Return how well each law fits the gaps."""
    return Recipe(
        kind="laws",
        preset=preset,
        title=f"Laws of the gaps by BIC, {preset.name}",
        method=1,
        columns=(
            Column("law", "", "The law fitted", is_key=True),
            Column("parameters", "parameters", "Numbers fitted"),
            Column("bic", "ratio", "BIC above the best law's: 10 and more is strong evidence"),
            Column("distance", "share", "Largest distance between the distributions"),
        ),
        inputs={**behaviour_inputs(preset.behaviour), "weeks": GAP_WEEKS},
        weight=0.5,
    )


def _numbers(key: str, unit: str, meaning: str) -> tuple[Column, Column]:
    return Column(key, unit, meaning), Column(f"{key}_error", unit, "Standard error of it")


def autoscale_recipe(preset: Preset) -> Recipe:
    """Return one static pod beside scaled pods, by users, spin-up and headroom."""
    return Recipe(
        kind="autoscale",
        preset=preset,
        title=f"Static and scaled pods, {preset.name}",
        method=1,
        columns=(
            USERS,
            Column(
                "run",
                "",
                "The need itself (its spells: above one pod), one static pod, or scaled",
                is_key=True,
            ),
            Column("spin_up", "min", "Minutes until a pod is ready", is_key=True),
            Column("headroom", "share", "Slots wanted beyond the need", is_key=True),
            *_numbers("pods", "pods", "Mean pods paid, which is the ratio to one static pod"),
            *_numbers("to_peak", "ratio", "Pods paid over static pods at each week's peak"),
            *_numbers("overload", "min/week", "Minutes with requests in the queue"),
            *_numbers("short", "episodes/week", "Overloads of at least 5 minutes"),
            *_numbers("long", "episodes/week", "Overloads of at least 30 minutes"),
            *_numbers("wait", "min", "Mean wait for a slot"),
            *_numbers("most", "pods", "Most pods at once in a week"),
            Column("weeks", "weeks", "Weeks simulated"),
        ),
        inputs={
            **pod_inputs(preset),
            "users": SCALED_USERS,
            "spin_up": SPIN_UPS,
            "headroom": HEADROOMS,
            "cool_down": COOL_DOWN,
            "batches": OPERATED_BATCHES,
            "weeks": SCALED_WEEKS,
            "static_users": STATIC_USERS,
        },
        weight=60.0,
    )


def cascade_recipe(preset: Preset) -> Recipe:
    """Return what impatience and retries do to one static pod."""
    return Recipe(
        kind="cascade",
        preset=preset,
        title=f"Impatience and retries on one pod, {preset.name}",
        method=1,
        columns=(
            USERS,
            Column("retry", "share", "Chance that a request given up comes back", is_key=True),
            Column(
                "zombie", "share", "Share of its slot time that is worked for nobody", is_key=True
            ),
            Column("gain", "ratio", "What one failure brings back"),
            *_numbers("attempts", "ratio", "Attempts a message"),
            *_numbers("lost", "share", "Messages given up for good"),
            *_numbers("overload", "min/week", "Minutes with requests in the queue"),
            *_numbers("long", "episodes/week", "Overloads of at least 30 minutes"),
            Column("weeks", "weeks", "Weeks simulated"),
        ),
        inputs={
            **pod_inputs(preset),
            "users": CASCADE_USERS,
            "patience": PATIENCE,
            "retry": RETRIES,
            "retry_delay": RETRY_DELAY,
            "zombie": ZOMBIES,
            "batches": OPERATED_BATCHES,
            "weeks": CASCADE_WEEKS,
        },
        weight=10.0,
    )


def traces_recipe(preset: Preset) -> Recipe:
    """Return a sample week of slots and pods at memo 000's numbers of users."""
    return Recipe(
        kind="traces",
        preset=preset,
        title=f"A sample week of slots and pods, {preset.name}",
        method=1,
        columns=(
            USERS,
            Column("hour", "h", "Start of the half hour, from Monday's midnight", is_key=True),
            Column("slots_mean", "slots", "Mean slots in use"),
            Column("slots_peak", "slots", "Highest slots in use"),
            Column("pods_needed", "pods", "Pods for the highest"),
            Column("pods_ready", "pods", "Mean pods ready, scaled"),
            Column("slots_ready", "slots", "Slots of the pods ready, in the mean"),
        ),
        inputs={
            **pod_inputs(preset),
            "users": TRACED_USERS,
            "spin_up": TRACE_SPIN_UP,
            "headroom": TRACE_HEADROOM,
            "cool_down": COOL_DOWN,
            "bin": TRACE_BIN,
        },
    )


def batch_recipe(research: Research) -> Recipe:
    """Return pods in use by the hours of an experiment and the share that keeps to deadlines.

    Raises:
        ParameterFaults: the *research* has no deadlines to keep to.
    """
    if not research.deadlines:
        message = "there are none, where a table by the share that keeps to them is made; give some"
        raise ParameterFaults([Fault("", "research.deadlines", message)])
    quantiles = tuple(
        Column(f"peak_{level * 100:g}", "pods", f"Annual peak not exceeded in {level:.0%} of years")
        for level in PEAK_LEVELS
    )
    return Recipe(
        kind="batch",
        preset=None,
        research=research,
        title="Pods that batch experiments hold",
        method=1,
        columns=(
            Column("hours", "h", "Mean length of an experiment", is_key=True),
            Column("deadline_share", "share", "Experiments that keep to deadlines", is_key=True),
            Column("mean", "pods", "Mean pods in use"),
            Column("mean_error", "pods", "Standard error of it"),
            Column("peak", "pods", "Mean of the annual peak"),
            Column("peak_error", "pods", "Standard error of it"),
            *quantiles,
        ),
        inputs={
            **{
                f"research.{item.name}": getattr(research, item.name)
                for item in fields(research)
                if item.name != "deadline_share"
            },
            "hours": HOURS,
            "deadline_share": DEADLINE_SHARES,
            "years": BATCH_YEARS,
        },
    )


def recipes(
    presets: Sequence[Preset], policy: Policy | None = None, research: Research | None = None
) -> tuple[Recipe, ...]:
    """Return the recipes of every table that these *presets* need, in order.

    *policy* and *research* are the shipped ones unless given.
    """
    policy = policy or load_policy()[1]
    research = research or load_batch()[1]
    return (
        *(recipe for preset in presets for recipe in _of_preset(preset, policy)),
        batch_recipe(research),
    )


def _of_preset(preset: Preset, policy: Policy) -> tuple[Recipe, ...]:
    return (
        ladder_recipe(preset),
        limited_recipe(preset, policy),
        messages_recipe(preset),
        gaps_recipe(preset),
        laws_recipe(preset),
        autoscale_recipe(preset),
        cascade_recipe(preset),
        traces_recipe(preset),
    )
