"""Mutated files: each one ends in a result or in a clear message, and nothing is half written.

Run by hand for long: python tests/mangle.py KIND COUNT [SEED], with KIND toml, csv or xlsx.
"""

from __future__ import annotations

import io
import re
import signal
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from edits import SET, built_at

from workbook.assumptions import load
from workbook.data import FORMS, read
from workbook.faults import InputFaults
from workbook.paths import TEMPLATES
from workbook.roundtrip.importing import Request, import_edited

PATIENCE = 120
"""Seconds after which one file counts as a hang."""

SNIPPETS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"=", b"[[", b"]", b'"', b"'''", b"\n", b"\r\n", b",",
    b";", b"nan", b"inf", b"-", b"1e999", b"9" * 400, b"true", b"<", b"&amp;", b"&x;", b"]]>",
    b"#REF!", b"{", b"}" * 50, b"[" * 200, b"..", b"schema = 2\n", b"removed = true\n", b"v2",
    b"\xc3\x28", b'<c r="A1"/>', b'r="XFE1"', b't="d"', b"<f>1+</f>", b"\xe2\x80\xae",
)  # fmt: skip


WORDS = (
    b"", b"0", b"-1", b"1e999", b"nan", b"0.5", b"99999999", b"TRUE", b"#REF!", b"A1", b"A1:A9",
    b"Supply!$A$1", b"'No tab'!A1", b"=1", b"v9", b"blank", b"s", b"e", b"b", b"str",
    b"training.mfu",
)  # fmt: skip
_WORDS = re.compile(rb'"[^"<>]*"|>[^<>]+<')


def mutated(data: bytes, random: Random) -> bytes:
    """The bytes with one to eight pieces cut, doubled, moved, flipped or put in."""
    out = bytearray(data)
    for _ in range(random.randint(1, 8)):
        at = random.randrange(len(out) + 1)
        size = min(random.choice((1, 1, 2, 5, 30, 400)), len(out) - at)
        match random.randrange(5):
            case 0:
                del out[at : at + size]
            case 1:
                out[at:at] = out[at : at + size]
            case 2:
                out[at : at + size] = bytes(random.randrange(256) for _ in range(size))
            case 3:
                out[at:at] = random.choice(SNIPPETS)
            case _:
                piece = bytes(out[at : at + size])
                del out[at : at + size]
                to = random.randrange(len(out) + 1)
                out[to:to] = piece
    return bytes(out)


def reworded(part: bytes, random: Random) -> bytes:
    """XML with one to twenty of its texts and attributes changed: still XML, but another file."""
    found = list(_WORDS.finditer(part))
    chosen = random.sample(found, min(len(found), random.randint(1, 20)))
    for match in sorted(chosen, key=lambda match: -match.start()):
        word = random.choice((*WORDS, random.choice(found)[0][1:-1]))
        part = part[: match.start() + 1] + word + part[match.end() - 1 :]
    return part


def mutated_package(data: bytes, random: Random) -> bytes:
    """The package with its bytes mutated, or with one to three parts mutated and packed anew."""
    if random.random() < 1 / 4:
        return mutated(data, random)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        chosen = random.sample(old.namelist(), random.randint(1, 3))
        for name in old.namelist():
            part = old.read(name)
            if name in chosen:
                part = random.choice((mutated, reworded, reworded, reworded))(part, random)
            new.writestr(name, part)
    return out.getvalue()


def toml(folder: Path, random: Random) -> str:
    """A mutated set of assumptions, loaded."""
    source = random.choice((SET, (TEMPLATES / "upside.toml").read_text()))
    path = folder / "set.toml"
    path.write_bytes(mutated(source.encode(), random))
    try:
        load([path])
    except InputFaults as faults:
        return "refused" if str(faults) else "silent"
    return "accepted"


def csv(folder: Path, random: Random) -> str:
    """A mutated data file, read."""
    form = random.choice(list(FORMS.values()))
    path = folder / "data.csv"
    source = TEMPLATES / f"{'prices' if form.key == 'chip_prices' else form.key}.csv"
    path.write_bytes(mutated(source.read_bytes(), random))
    try:
        read(form, path)
    except InputFaults as faults:
        return "refused" if str(faults) else "silent"
    return "accepted"


def xlsx(folder: Path, random: Random) -> str:
    """A mutated workbook, imported; what is refused leaves the set as it was."""
    book, into, path = folder / "book.xlsx", folder / "set.toml", folder / "mutated.xlsx"
    into.write_text(SET)
    if not book.exists():
        built_at(book, load([into]))
    path.write_bytes(mutated_package(book.read_bytes(), random))
    found = import_edited(Request(path, into))
    held_back = found.errors or found.conflicts or found.extras
    if held_back and (into.read_text() != SET or found.written):
        return "half written"
    if set(folder.iterdir()) > {book, into, path}:
        return "left something"
    return "refused" if held_back else "accepted"


KINDS: dict[str, Callable[[Path, Random], str]] = {"toml": toml, "csv": csv, "xlsx": xlsx}


def mangle(kind: str, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """The outcomes of *count* files, and what went wrong with which."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    signal.signal(signal.SIGALRM, _hang)
    with TemporaryDirectory() as name:
        for at in range(count):
            signal.alarm(PATIENCE)
            try:
                outcome = KINDS[kind](Path(name), Random(f"{kind} {seed} {at}"))  # noqa: S311
            except Exception as error:  # noqa: BLE001  whatever comes is what is looked for
                outcome = "error"
                wrong.append(f"{kind} {seed} {at}: {type(error).__name__}: {error}")
            finally:
                signal.alarm(0)
            outcomes[outcome] += 1
            if outcome not in ("accepted", "refused", "error"):
                wrong.append(f"{kind} {seed} {at}: {outcome}")
    return outcomes, wrong


def _hang(*_: object) -> None:
    raise TimeoutError("hangs")


if __name__ == "__main__":
    chosen, number, *rest = sys.argv[1:]
    results, failures = mangle(chosen, int(number), int(rest[0]) if rest else 1)
    sys.stdout.write(f"{chosen}: {dict(results)}\n" + "".join(f"  {line}\n" for line in failures))
    sys.exit(bool(failures))
