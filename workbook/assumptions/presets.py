"""The presets of the demand simulation as inputs: numbers from their files, and our words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.assumptions.document import read
from workbook.assumptions.sections import KINDS
from workbook.assumptions.store import Given
from workbook.assumptions.taken import FROM_FILE, MEMO_DAY, basis_of
from workbook.paths import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path

    from workbook.assumptions.document import Document
    from workbook.assumptions.store import Store

PRESETS = {"weekly_max": "weekly-max", "time_share": "time-share"}
"""Section of the assumptions → name of the preset, which is its file's as well."""

SERVICE = ("level", "slots")
"""Parameters that a preset's file has under ``service``; it has the others under ``behaviour``."""

WORDS: dict[str, tuple[str, str]] = {
    "messages_per_day": ("Messages of a user a day", "req/(user·day)"),
    "messages_per_session": ("Messages of a session", "req"),
    "ceiling": ("Most slots of a user at once", "slot"),
    "holding_mean": ("Time that a message holds a slot", "min"),
    "holding_cv": ("Coefficient of variation of that time", "x"),
    "short_share": ("Share of shorter gaps", "share"),
    "short_gap": ("Shorter gap between messages", "min"),
    "short_log_sd": ("Spread of shorter gaps", "log"),
    "long_gap": ("Longer gap between messages", "min"),
    "long_log_sd": ("Spread of longer gaps", "log"),
    "night_floor": ("Use at the quietest hour", "share"),
    "kappa": ("Narrowness of the day’s peak", "concentration"),
    "peak_hour": ("Hour of the day’s peak", "h"),
    "sigma": ("Spread of the modulation", "log"),
    "correlation": ("Share of the modulation in common", "share"),
    "shared_sigma": ("Spread of the shared factor", "log"),
    "memory_hours": ("Memory of the modulation", "h"),
    "level": ("Service level of the preset", "share"),
    "slots": ("Slots of a pod in the simulation", "slot/pod"),
}
"""Label and unit of each parameter."""

_MEMO = "Memo 000, chat inference"


def preset_path(section: str) -> Path:
    """Return the file of the preset that a section of the assumptions holds."""
    return TEMPLATES / f"{PRESETS[section]}.toml"


def read_preset(section: str, store: Store) -> None:
    """Put the numbers of a preset in the store, as part of the baseline.

    What is no table of a number is passed over: the simulation reads the file first, and tells
    every fault of it. Raises InputFaults if it is not a readable TOML file.
    """
    path = preset_path(section)
    document, tree = read(path, path.name)
    for key in KINDS[section]:
        table = "service" if key in SERVICE else "behaviour"
        entry = tree.get(table)
        given = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(given, dict):
            label, unit = WORDS[key]
            whole = {"whole": True} if key in ("ceiling", "slots") else {}
            said = {name: given[name] for name in FROM_FILE if name in given}
            words = {"label": f"{label}, {PRESETS[section]}", "unit": unit, "note": label}
            known = {
                "as_of": MEMO_DAY,
                "basis": basis_of(str(said.get("source", ""))),
                "memo": _MEMO,
            }
            _add(store, (section, key), (table, key), document, words | known | whole | said)


def _add(
    store: Store,
    target: tuple[str, str],
    path: tuple[str, str],
    document: Document,
    attributes: dict[str, object],
) -> None:
    for name, value in attributes.items():
        store.add(target, name, Given(value, document, (*path, name), 0))
