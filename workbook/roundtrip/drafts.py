"""The files that an import is to write, each as it is and as it is to be, all ready beforehand."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.assumptions import Assumptions
from workbook.assumptions.choosing import DATA
from workbook.assumptions.document import read
from workbook.paths import TEMPLATES
from workbook.roundtrip.csvfile import rewritten_csv
from workbook.roundtrip.datatables import rows_of
from workbook.roundtrip.findings import Unusable
from workbook.roundtrip.rowmerge import TypedRow

BOM = "\ufeff"
_LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """One file: its text now, empty where it is yet to be made, and then; *form* of a data file."""

    path: Path
    before: str
    after: str
    form: str = ""
    rows: tuple[TypedRow, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the file is to be written at all."""
        return self.before != self.after or (bool(self.form) and not self.path.exists())

    @property
    def diff(self) -> str:
        """The lines that change."""
        name = str(self.path)
        now, then = (text.splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(now, then, f"{name} (now)", f"{name} (then)"))

    @property
    def data(self) -> bytes:
        """What is to be written, with the byte-order mark that the file has."""
        marked = self.path.is_file() and self.path.read_bytes().startswith(BOM.encode())
        return ((BOM if marked else "") + self.after).encode()


def data_drafts(
    wanted: Mapping[str, tuple[TypedRow, ...]],
    now: Assumptions,
    sets: Sequence[Path],
    choices: Sequence[str],
) -> Iterator[tuple[Draft, bool]]:
    """The data files with their rows as typed, and whether the last of *sets* has to name it anew.

    A file that the last set names, or *choices* of the command line, is written itself. One that a
    set below names stays as it is: the rows go to a file of their own beside the last set.
    """
    for key, rows in wanted.items():
        path, own = _file_of(key, sets, choices)
        form, records = now.data.files[key].form, now.data.files[key].records
        text = path.read_bytes().decode("utf-8-sig")
        after = rewritten_csv(form, text, rows_of(records), [row.values for row in rows])
        if own:
            yield Draft(path, text, after, key, rows), False
        else:
            beside = _free(sets[-1].with_name(f"{sets[-1].stem}-{path.name}"))
            yield Draft(beside, "", after, key, rows), True


def said_of(draft: Draft, now: Assumptions, origin: str, *, dated: bool) -> dict[str, object]:
    """What a set says of a data file of its own: its name, its day unless *dated*, its source."""
    file = now.data.files[draft.form]
    said: dict[str, object] = {"file": draft.path.name}
    if not dated:
        said["as_of"] = file.as_of.value
    both = f"{file.source}; {origin[:1].lower()}{origin[1:]}"
    return said | {"source": both if len(both) <= _LONGEST_SOURCE else origin}


def _file_of(key: str, sets: Sequence[Path], choices: Sequence[str]) -> tuple[Path, bool]:
    """The file of a form, and whether it may be written.

    Raises Unusable for one that the last set names and that stands outside its folder.
    """
    for choice in reversed(choices):
        name, _, file = choice.partition("=")
        if name.strip() == key:
            return Path(file.strip()), True
    for path in (*reversed(sets), TEMPLATES / "memo.toml"):
        chosen = _chosen(path, key) if path.is_file() else None
        if chosen is not None:
            named, own = path.parent / chosen, path == sets[-1]
            if own and not named.resolve().is_relative_to(path.parent.resolve()):
                raise Unusable(
                    f"data.{key}: {named} stands outside the folder of {path}, so nothing is "
                    f"written there; name it with --data {key}={named}, or copy it into that folder"
                )
            return named, own
    raise KeyError(f"no set names a file for {key}")


def _chosen(path: Path, key: str) -> str | None:
    given = read(path, str(path))[1].get(DATA, {}).get(key)
    file = given.get("file") if isinstance(given, dict) else given
    return file if isinstance(file, str) else None


def _free(path: Path) -> Path:
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return free
