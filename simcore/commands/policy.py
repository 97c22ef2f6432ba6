"""`simcore policy`: sign-ups week by week with what they need, and the options side by side."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from simcore.commands.face import (
    Answer,
    Commands,
    Plain,
    command,
    emit,
    jobs_of,
    number,
    progress_of,
    whole,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simcore.access import Policy, SignUps
    from simcore.options import Needs, Option
    from simcore.preset import Preset
    from simcore.waitlist import Histories, Week

_JSON = """
--json prints one object:
  {"preset", "policy", "seed", "rung", "measure", "level", "slots_per_pod",
   "rate_limit": {"requests_per_minute", "slots", "ceiling", "share_of_pod", "users_to_fill_a_pod",
                  "refused", "refused_without"},
   "most_equivalents", "options": [{"name", "slots", "pods", "pod_hours", "cost", "lost"}, ...],
   "check": {"replications", "largest_z"},
   "weeks": [{"week", "wanted", "admitted", "gave_up", "left", "waiting", "active", "active_low",
              "active_high", "equivalents", "slots", "pods", "slots_limited", "pods_limited"}, ...]}
Weeks are expected values, waiting and active those at the week's end; active_low and active_high
hold 90 % of simulated years, and largest_z is how far the simulation's means lie from the expected
ones, in standard errors (of some 300 comparisons). equivalents is active users times their weight;
slots and pods are what those need, and *_limited the same under the rate limit.
options are for the week with the most equivalents: pod_hours a week, cost as a share of the first
option's, and lost, the share of messages not served. A queue keeps all work: where the measure is
a share of time, its backlog may outlast the overload, and it may need more than as it is. Numbers
of slots are by simulation, at four numbers of users and straight on log scales between.
"""
_COUNTED = ("wanted", "admitted", "gave_up", "left", "waiting", "active")


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "rate limits, a sign-up cap with a waiting list, and cheaper service"
    made = command(commands, "policy", summary, _JSON, _policy)
    made.add_argument(
        "--policy",
        default="policy",
        metavar="FILE",
        help="policy, or the path of a TOML file of the same form (default: %(default)s)",
    )
    made.add_argument(
        "--level",
        type=number(0.5, 0.9999),
        metavar="SHARE",
        help="service level, such as 0.99 (default: the preset's)",
    )
    made.add_argument(
        "--rung",
        choices=("independent", "time of day", "seasonality", "correlation"),
        default="correlation",
        help="which correlates to count in (default: all of them)",
    )
    made.add_argument(
        "--weeks", type=whole(1, 520), default=52, help="weeks to follow (default: %(default)s)"
    )
    made.add_argument("--cap", type=whole(0, 100_000), metavar="N", help="sign-ups a week, at most")
    made.add_argument("--stay", type=number(0.1, 1000), metavar="WEEKS", help="mean stay")
    made.add_argument(
        "--rate", type=number(0.1, 10_000), metavar="N", help="requests a minute, at most"
    )
    made.add_argument(
        "--replications",
        type=whole(20, 10_000),
        default=400,
        help="simulated years of sign-ups (default: %(default)s)",
    )


def _policy(options: argparse.Namespace) -> int:
    import numpy as np

    from simcore.access import load_policy
    from simcore.behaviour import Rung
    from simcore.ladder import Run
    from simcore.options import needs_of, options_at, queued_needs
    from simcore.presets import load_preset
    from simcore.waitlist import expected_weeks, simulate_weeks

    preset = load_preset(options.preset)
    if options.level:
        preset = replace(preset, service=replace(preset.service, level=options.level))
    sign_ups, policy = load_policy(options.policy)
    asked = {"cap": options.cap, "stay": options.stay}
    sign_ups = replace(sign_ups, **{name: to for name, to in asked.items() if to is not None})
    if options.rate:
        policy = replace(policy, requests_per_minute=options.rate)
    rung = Rung(options.rung)
    signing, needing, queueing = np.random.SeedSequence(options.seed).spawn(3)
    run = Run(needing, jobs=jobs_of(options))
    tell = progress_of(options) or (lambda _done, _total: None)
    weeks = expected_weeks(sign_ups, options.weeks)
    histories = simulate_weeks(sign_ups, options.weeks, options.replications, signing)
    most = max(week.active for week in weeks) * sign_ups.equivalence
    tell(1, 4)
    found = needs_of(preset, rung, policy, most, run)
    tell(3, 4)
    queued = queued_needs(preset, rung, policy, most, replace(run, seed=queueing))
    tell(4, 4)
    chosen = options_at(found, queued, policy, preset, most)
    rows = _rows(weeks, histories, sign_ups, found, preset.service.slots)
    facts: dict[str, Plain] = {
        "preset": preset.name,
        "policy": options.policy,
        "seed": options.seed,
        "rung": str(rung),
        "measure": str(preset.service.measure),
        "level": preset.service.level,
        "slots_per_pod": preset.service.slots,
        "rate_limit": _rate_facts(preset, policy, found),
        "most_equivalents": round(most, 2),
        "options": [_option_row(option) for option in chosen],
        "check": {
            "replications": options.replications,
            "largest_z": round(_largest_z(weeks, histories), 2),
        },
    }
    text = _text(preset, policy, facts, rows, chosen)
    return emit(Answer(facts, "weeks", rows, text, lambda at: _draw(at, rows, chosen)), options)


def _rate_facts(preset: Preset, policy: Policy, found: Needs) -> dict[str, Plain]:
    from simcore.options import AS_IT_IS, RATE_LIMIT
    from simcore.policy import limited_behaviour, slots_at_limit, users_to_fill

    behaviour, slots = preset.behaviour, preset.service.slots
    rate = policy.requests_per_minute
    held = slots_at_limit(rate, behaviour.holding_mean)
    return {
        "requests_per_minute": rate,
        "slots": round(held, 3),
        "ceiling": limited_behaviour(behaviour, rate).ceiling,
        "share_of_pod": round(held / slots, 4),
        "users_to_fill_a_pod": round(users_to_fill(rate, behaviour.holding_mean, slots), 2),
        "refused": round(found.refused[RATE_LIMIT], 4),
        "refused_without": round(found.refused[AS_IT_IS], 4),
    }


def _largest_z(weeks: Sequence[Week], histories: Histories) -> float:
    """Return the largest distance of a simulated mean from the expected, in standard errors.

    Where nearly nothing is expected or varies, the simulation has no standard error to tell.
    """
    import numpy as np

    largest = 0.0
    for name in _COUNTED:
        simulated = getattr(histories, name)
        theory = np.array([getattr(week, name) for week in weeks])
        size = len(simulated)
        error = simulated.std(axis=0, ddof=1) / np.sqrt(size)
        told = (theory * size > 25) & (error * size > 5)  # noqa: PLR2004
        if told.any():
            away = np.abs(simulated.mean(axis=0) - theory)[told] / error[told]
            largest = max(largest, float(away.max()))
    return largest


def _rows(
    weeks: Sequence[Week],
    histories: Histories,
    sign_ups: SignUps,
    found: Needs,
    slots_per_pod: int,
) -> list[dict[str, Plain]]:
    import numpy as np

    low, high = np.quantile(histories.active, [0.05, 0.95], axis=0)
    rows = []
    for at, week in enumerate(weeks):
        equivalents = week.active * sign_ups.equivalence
        row: dict[str, Plain] = {"week": week.week}
        row |= {name: round(getattr(week, name), 3) for name in _COUNTED}
        row |= {
            "active_low": float(low[at]),
            "active_high": float(high[at]),
            "equivalents": round(equivalents, 3),
            "slots": round(found.as_it_is.at(equivalents), 3),
            "pods": found.as_it_is.pods(equivalents, slots_per_pod),
            "slots_limited": round(found.limited.at(equivalents), 3),
            "pods_limited": found.limited.pods(equivalents, slots_per_pod),
        }
        rows.append(row)
    return rows


def _option_row(option: Option) -> dict[str, Plain]:
    row = asdict(option)
    digits = {"slots": 3, "pod_hours": 1, "cost": 4, "lost": 4}
    return {key: round(to, digits[key]) if key in digits else to for key, to in row.items()}


def _text(
    preset: Preset,
    policy: Policy,
    facts: dict[str, Plain],
    rows: Sequence[dict[str, Plain]],
    chosen: Sequence[Option],
) -> str:
    limit = facts["rate_limit"]
    assert isinstance(limit, dict)
    held = f"{limit['slots']:.3g} slots, {limit['share_of_pod']:.0%} of a pod"
    thinned = f"{limit['refused']:.1%} of messages ({limit['refused_without']:.1%} without)"
    service = preset.service
    heads = "week  wanted  admitted  gave up    left  waiting  active  equivalents  slots  pods"
    lines = [
        f"{policy.requests_per_minute:g} requests a minute hold {held};",
        f"  as a ceiling of {limit['ceiling']} slots in flight it refuses {thinned}",
        f"{preset.name}, {service.level:.4g} by {service.measure}; week by week:",
        f"  {heads}  pods limited",
    ]
    step = max(1, len(rows) // 13)
    lines += [
        f"  {row['week']:>4}  {row['wanted']:>6.0f}  {row['admitted']:>8.0f}"
        f"  {row['gave_up']:>7.0f}  {row['left']:>6.0f}"
        f"  {row['waiting']:>7.0f}  {row['active']:>6.0f}  {row['equivalents']:>11.1f}"
        f"  {row['slots']:>5.0f}  {row['pods']:>4}  {row['pods_limited']:>12}"
        for row in [*rows[step - 1 : -1 : step], rows[-1]]
    ]
    lines.append(f"Options for {facts['most_equivalents']:.0f} equivalents:")
    lines += [
        f"  {option.name:<22}  {option.slots:>7.1f} slots  {option.pods:>4} pods  "
        f"{option.pod_hours:>8,.0f} pod-hours a week  cost {option.cost:>4.0%}  "
        f"lost {option.lost:.1%}"
        for option in chosen
    ]
    return "\n".join(lines)


def _draw(figure: Figure, rows: Sequence[dict[str, Plain]], chosen: Sequence[Option]) -> None:
    """Draw users and the waiting list, the pods they need, and the options' costs."""
    people, pods, costs = figure.subplots(1, 3)
    weeks = [int(str(row["week"])) for row in rows]

    def column(name: str) -> list[float]:
        return [float(str(row[name])) for row in rows]

    people.plot(weeks, column("active"), label="active")
    people.fill_between(weeks, column("active_low"), column("active_high"), alpha=0.3)
    people.plot(weeks, column("waiting"), label="waiting")
    people.set(title="Users", xlabel="week", ylabel="users (band: 90 % of years)")
    pods.step(weeks, column("pods"), where="mid", label="as it is")
    pods.step(weeks, column("pods_limited"), where="mid", label="rate limit")
    pods.set(title="Pods needed", xlabel="week", ylabel="pods")
    for axes in (people, pods):
        axes.set_ylim(bottom=0)
        axes.legend()
    costs.barh([option.name for option in chosen], [option.cost * 100 for option in chosen])
    costs.invert_yaxis()
    costs.set(title="Cost in the busiest week", xlabel="% of as it is")
