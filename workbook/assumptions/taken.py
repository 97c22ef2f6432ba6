"""Numbers that files of the simulation give: which input each one is, and our words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from workbook.assumptions.document import read
from workbook.assumptions.inputs import Basis
from workbook.assumptions.store import Given
from workbook.paths import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

    from workbook.assumptions.store import Store

TAKEN_FILES = ("policy", "batch")
"""The files, by name, that give inputs of more than one section or of a part of one."""

FROM_FILE = ("value", "low", "high", "source", "note")
MEMO_DAY = date(2025, 7, 7)
"""Memo 000's own."""

POLICY, BATCH = "Memo 000, near-term improvement", "Memo 000, batch inference"
IMPACT = "Memo 000, financial impact"


@dataclass(frozen=True, slots=True)
class Taken:
    """One input: what it is called, its unit here, where it stands in the memo, what it does."""

    target: tuple[str, str]
    label: str
    unit: str
    memo: str
    note: str
    whole: bool = False


def _sign_up(key: str, label: str, unit: str, note: str, *, whole: bool = False) -> Taken:
    return Taken(("sign_ups", key), label, unit, POLICY, note, whole)


def _research(key: str, label: str, unit: str, note: str, *, whole: bool = False) -> Taken:
    return Taken(("research", key), label, unit, IMPACT, note, whole)


def _run(key: str, label: str, unit: str, note: str) -> Taken:
    return Taken(("batch", key), label, unit, BATCH, note)


SIGN_UPS = (
    _sign_up("cap", "Sign-ups admitted, at most", "user/wk", "The others wait", whole=True),
    _sign_up("interest", "Sign-ups wanted in the first week", "user/wk", "Before any burst"),
    _sign_up("growth", "Growth of sign-ups wanted", "share", "Each week against the last"),
    _sign_up("burst", "Users of a burst", "user", "Beyond the usual interest, in all"),
    _sign_up("burst_week", "Weeks before the burst", "wk", "It begins after so many", whole=True),
    _sign_up("burst_weeks", "Mean delay of the burst", "wk", "Exponential, from its week on"),
    _sign_up("patience", "Mean patience on the waiting list", "wk", "Exponential; then they leave"),
    _sign_up("stay", "Mean stay of a user", "wk", "Exponential"),
    _sign_up("starting", "Users at the start", "user", "Before the first week", whole=True),
    _sign_up("heavy_share", "Heavy users among the new", "share", "The others are light"),
    _sign_up("heavy_weight", "Weight of a heavy user", "x", "Memo’s users that one counts for"),
    _sign_up("light_weight", "Weight of a light user", "x", "Memo’s users that one counts for"),
)
RATE_LIMIT = Taken(
    ("pod", "rate_limit"),
    "Rate limit of the chat track",
    "req/(user·min)",
    POLICY,
    "What one user at the limit takes of a pod",
)
STACK_CUT = Taken(
    ("policy", "stack_cut"),
    "Cost saved by a separate stack",
    "share",
    "Memo 000, long-term solution",
    "Off the cost of the same pods",
)
RUN = {
    "permutations": _run(
        "permutations_used",
        "Permutations, in the arithmetic",
        "1",
        "Times samples, the requests of one experiment, where the arithmetic is followed",
    ),
    "samples": _run(
        "samples",
        "Samples of each permutation",
        "req",
        "Times permutations, the requests of one experiment",
    ),
    "tokens_per_request": _run(
        "request_tokens", "Tokens of a request", "tok/req", "Input and output together"
    ),
    "tokens_per_minute": _run(
        "rate_limit",
        "Rate limit of a production account",
        "tok/min",
        "Divides the tokens to give the time of an experiment",
    ),
    "completion_minutes": _run(
        "completion_time",
        "Time of a completion, as stated",
        "min",
        "Times completions a minute, the streams in parallel",
    ),
}
RESEARCH = (
    _research("researchers", "Researchers of the simulation", "1", "In all", whole=True),
    _research("experiments_per_year", "Experiments of each a year", "1/yr", "Poisson"),
    _research("deadline_share", "Experiments that keep to deadlines", "share", "Others: any time"),
    _research("lead_days", "Mean lead before a deadline", "day", "Gamma, of the shape below"),
    _research("lead_shape", "Shape of the lead", "x", "1 is exponential; more is closer about it"),
    _research("shocks_per_year", "Viral trends a year", "1/yr", "On top of what is planned"),
    _research("copies_per_shock", "Experiments that a trend draws", "1", "Poisson"),
    _research("shock_days", "Mean delay of those", "day", "Exponential"),
    _research("hours_cv", "Coefficient of variation of hours", "x", "Lognormal"),
)
INPUTS: dict[str, dict[tuple[str, str], Taken]] = {
    "policy": {
        **{taken.target: taken for taken in SIGN_UPS},
        ("policy", "requests_per_minute"): RATE_LIMIT,
        ("policy", "stack_cut"): STACK_CUT,
    },
    "batch": {
        **{("experiment", key): taken for key, taken in RUN.items()},
        **{taken.target: taken for taken in RESEARCH},
    },
}
"""By file: the table and key of each number there, and the input that it is."""


def taken_path(name: str) -> Path:
    """Return the file with this name."""
    return TEMPLATES / f"{name}.toml"


def read_taken(name: str, store: Store) -> None:
    """Put the numbers that a file gives in the store, as part of the baseline.

    What is no table of a number is passed over: the simulation reads the file first, and tells
    every fault of it. Raises InputFaults if it is not a readable TOML file.
    """
    path = taken_path(name)
    document, tree = read(path, path.name)
    for (table, key), taken in INPUTS[name].items():
        entries = tree.get(table)
        given = entries.get(key) if isinstance(entries, dict) else None
        if isinstance(given, dict):
            said = {part: given[part] for part in FROM_FILE if part in given}
            known = {"label": taken.label, "unit": taken.unit, "note": taken.note}
            known |= {"memo": taken.memo}
            whole = {"whole": True} if taken.whole else {}
            about = {"as_of": MEMO_DAY, "basis": basis_of(str(said.get("source", "")))}
            for attribute, value in (said | known | whole | about).items():
                given_at = Given(value, document, (table, key, attribute), 0)
                store.add(taken.target, attribute, given_at)


def basis_of(source: str) -> str:
    """Return how a number came to be known, by the first word of its source."""
    return str(Basis.CALIBRATED if source.startswith("Fitted") else Basis.ASSUMED)
