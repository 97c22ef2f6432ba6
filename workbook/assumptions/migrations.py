"""Files of older schemas: what brings each one to the next, so that they still load.

A change of the shape of the files that older files do not fit raises ``SCHEMA`` by one, and adds
to ``MIGRATIONS``, under the version before, what turns a file of that version into one of the
next. Keys that are only added, and that no older file has, need neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

Tree = MutableMapping[str, Any]
"""The content of a file, as plain tables or as tables that keep their comments."""

SCHEMA = 1
"""The version of the shape of these files."""

MIGRATIONS: Mapping[int, Callable[[Tree], None]] = MappingProxyType({})
"""Version → what changes a file of that version, in place, into one of the next."""


def migrate(
    tree: Tree,
    migrations: Mapping[int, Callable[[Tree], None]] = MIGRATIONS,
    current: int = SCHEMA,
) -> None:
    """Bring a file to the *current* schema, in place; one that says no older schema is left alone.

    What remains wrong with its schema is told when its entries are read.
    """
    version = tree.get("schema")
    if not isinstance(version, int) or isinstance(version, bool):
        return
    while version < current and version in migrations:
        migrations[version](tree)
        version += 1
        tree["schema"] = int(version)
