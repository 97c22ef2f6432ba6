"""A cache of tables on disk: by digest, checked whenever it is read, never trusted."""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from simcore.tables.table import Cell, Recipe, Table, digest_of

FOLDER: Final = Path(__file__).resolve().parents[2] / ".cache" / "tables"
"""Where tables are kept unless another folder is given."""


class Cache:
    """Tables in a folder, a file each, named by what they were computed from.

    The name holds the digest of the code as well: changed code finds nothing that other code made.
    """

    def __init__(self, folder: Path | None = FOLDER, shipped: Path | None = None) -> None:
        """Use *folder*, made when the first table is kept, or None to keep nothing.

        Tables that go with the project are looked for in *shipped* first, by their names.
        """
        self.folder = folder
        self.shipped = shipped

    def path(self, recipe: Recipe, seed: int) -> Path | None:
        """Return the file where a table is kept."""
        if self.folder is None:
            return None
        return self.folder / f"{recipe.name}-{recipe.digest(seed)[:16]}-{code_digest()[:8]}.json"

    def found(self, recipe: Recipe, seed: int) -> Table | None:
        """Return the table if it is there and whole, else nothing."""
        shipped = self.shipped and read_table(shipped_path(self.shipped, recipe), recipe, seed)
        if shipped:
            return shipped
        path = self.path(recipe, seed)
        return read_table(path, recipe, seed) if path else None

    def keep(self, recipe: Recipe, table: Table) -> None:
        """Keep a table; what cannot be written is done without."""
        path = self.path(recipe, table.seed)
        try:
            if path:
                write_table(path, table)
        except OSError:
            return


def shipped_path(folder: Path, recipe: Recipe) -> Path:
    """Return the file of a table in a folder of tables that go with the project."""
    return folder / f"{recipe.name}.json"


def read_table(path: Path, recipe: Recipe, seed: int) -> Table | None:
    """Return the table in a file, or nothing unless it is whole and just what *recipe* makes."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return parsed(content, recipe, seed)


def parsed(content: bytes, recipe: Recipe, seed: int) -> Table | None:
    """Return the table that the *content* of a file says, or nothing, as read_table does."""
    try:
        document = json.loads(content)
        table: Any = document["table"]
        if document["checksum"] != digest_of(table) or table["digest"] != recipe.digest(seed):
            return None
        rows: list[list[Cell]] = table["rows"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    made = recipe.table(rows, seed)
    return made if made.plain() == table else None


def write_table(path: Path, table: Table) -> None:
    """Write a table with its checksum; the file appears whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(suffix=".json", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text_of(table))
        Path(made).chmod(0o644)
        Path(made).replace(path)
    finally:
        Path(made).unlink(missing_ok=True)


def text_of(table: Table) -> str:
    """Return the document of a table, a row a line."""
    plain = table.plain()
    lines: Sequence[str] = [json.dumps(row) for row in plain.pop("rows")]
    head = json.dumps({"checksum": digest_of(table.plain())}, indent=1)[:-2]
    body = json.dumps(plain, indent=1)[:-2]
    return f'{head},\n"table": {body},\n "rows": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n}\n"


@cache
def code_digest() -> str:
    """Return the digest of this package's own source."""
    whole = hashlib.sha256()
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        whole.update(file.read_bytes())
    return whole.hexdigest()
