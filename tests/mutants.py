"""Mutations of files: of their bytes, and of the parts, texts, cells, rows and names of an xlsx."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from random import Random

Parts = dict[str, bytes]

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

CONTENTS = (
    b"", b"<v>0</v>", b"<v>-1</v>", b"<v>0.4</v>", b"<v>1e300</v>", b"<v>50</v>", b"<v>46100</v>",
    b"<v>46100.5</v>", b"<v></v>", b"<v>x</v>", b"<f>1+1</f><v>2</v>", b"<f></f>", b"<f>A1</f>",
    b'<f t="shared" si="0"/>', b'<f t="shared" ref="A1:A2" si="0">B1</f>',
    b"<is><t>1.234,56</t></is>",
    b"<is><t>0.5</t></is>", b"<is><t>=1+1</t></is>", b"<is><t> </t></is>", b"<is><t>TPU</t></is>",
    b"<is><t>2026-03-01</t></is>", b"<v>9e99</v>",
    b"<is><r><t>API </t></r><r><t>serving</t></r></is>",
)  # fmt: skip
TYPES = (b"", b' t="n"', b' t="s"', b' t="str"', b' t="b"', b' t="e"', b' t="inlineStr"', b' t="d"')
TARGETS = (
    b"#REF!", b"Inputs!$D$9", b"Inputs!$D$9:$D$12", b"Supply!#REF!", b"1", b'"x"', b"'No tab'!$A$1",
    b"[1]Inputs!$D$9", b"Supply!$B:$B", b"Inputs!D9", b"", b"SUM(Inputs!$D$9)",
)  # fmt: skip

_WORDS = re.compile(rb'"[^"<>]*"|>[^<>]+<')
_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_NUMBER = re.compile(rb'(<c r="[A-Z]+[0-9]+" s="[0-9]+"><v>)([0-9.]+)</v>')
_ROW = re.compile(rb'<row r="(\d+)".*?(?:</row>|/>)', re.DOTALL)
_NAME = re.compile(rb'<definedName name="([^"]*)"[^>]*>([^<]*)</definedName>')
_STRING = re.compile(rb"<si>.*?</si>", re.DOTALL)
_TYPED = re.compile(rb' t="[^"]*"')
_ID = re.compile(rb">([a-z_0-9]+(?:\.[a-z_0-9]+)+)<")


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


# --- the package as a whole ------------------------------------------------------------------


def parts_of(data: bytes) -> Parts:
    """The parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Parts) -> bytes:
    """The package of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


def package(data: bytes, random: Random) -> bytes:
    """The package mutated at one level, once to four times: bytes, parts, XML, cells, names."""
    if random.random() < 1 / 8:
        return mutated(data, random)
    parts = parts_of(data)
    change = random.choice(LEVELS)
    for _ in range(random.randint(1, 4)):
        change(parts, random)
    return packed(parts)


def _parts(parts: Parts, random: Random) -> None:
    """A part gone, emptied, cut short, named otherwise, or in the place of another."""
    one, other = random.choice(list(parts)), random.choice(list(parts))
    match random.randrange(6):
        case 0:
            del parts[one]
        case 1:
            parts[one] = b""
        case 2:
            parts[one] = parts[one][: random.randrange(len(parts[one]) + 1)]
        case 3:
            parts[random.choice((one.upper(), f"../{one}", f"/{one}", f"{one}.bak"))] = parts[one]
        case 4:
            parts[one], parts[other] = parts[other], parts[one]
        case _:
            parts[one] = mutated(parts[one], random)


def _xml(parts: Parts, random: Random) -> None:
    """One to twenty texts and attributes of a part changed: still XML, but another file."""
    name = random.choice(list(parts))
    part, found = parts[name], list(_WORDS.finditer(parts[name]))
    chosen = random.sample(found, min(len(found), random.randint(1, 20)))
    for match in sorted(chosen, key=lambda match: -match.start()):
        word = random.choice((*WORDS, random.choice(found)[0][1:-1]))
        part = part[: match.start() + 1] + word + part[match.end() - 1 :]
    parts[name] = part


# --- tabs ------------------------------------------------------------------------------------


def _sheet(parts: Parts, random: Random) -> str:
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    return random.choice(sheets or list(parts))


def _cells(parts: Parts, random: Random) -> None:
    """One to twelve cells that hold something hold something else, or what another cell holds."""
    name = _sheet(parts, random)
    found = [match for match in _CELL.finditer(parts[name]) if match[4] is not None]
    chosen = random.sample(found, min(len(found), random.randint(1, 12)))
    part = parts[name]
    for match in sorted(chosen, key=lambda match: -match.start()):
        other = random.choice(found)
        kind, content = random.choice(
            ((random.choice(TYPES), random.choice(CONTENTS)), (_type_of(other), other[4]))
        )
        if content.startswith(b"<is>"):
            kind = b' t="inlineStr"'
        cell = b'<c r="%s%s"%s%s>%s</c>' % (
            match[1], match[2], _TYPED.sub(b"", match[3]), kind, content,
        )  # fmt: skip
        part = part[: match.start()] + cell + part[match.end() :]
    parts[name] = part


def _type_of(cell: re.Match[bytes]) -> bytes:
    found = _TYPED.search(cell[3])
    return found[0] if found else b""


def _nudged(parts: Parts, random: Random) -> None:
    """One to six numbers of a tab a little larger or smaller, as a person would type them."""
    name = _sheet(parts, random)
    found = list(_NUMBER.finditer(parts[name]))
    chosen = random.sample(found, min(len(found), random.randint(1, 6)))
    part = parts[name]
    for match in sorted(chosen, key=lambda match: -match.start()):
        value = float(match[2]) * random.choice((0.98, 1.02, 1, 2))
        part = part[: match.start(2)] + b"%.12g" % value + part[match.end(2) :]
    parts[name] = part


def _rows(parts: Parts, random: Random) -> None:
    """Rows removed, swapped or doubled, or pushed down; names stay where they were."""
    name = _sheet(parts, random)
    found = list(_ROW.finditer(parts[name]))
    if not found:
        return
    part, at = parts[name], random.randrange(len(found))
    match, other = found[at], random.choice(found)
    match random.randrange(4):
        case 0:
            parts[name] = part[: match.start()] + part[match.end() :]
        case 1:
            shift = random.choice((-1, 1, 3))
            tail = b"".join(_moved(each[0], shift) for each in found[at:])
            parts[name] = part[: match.start()] + tail + part[found[-1].end() :]
        case 2:
            copy = _moved(match[0], int(found[-1][1]) + 1 - int(match[1]))
            parts[name] = part[: found[-1].end()] + copy + part[found[-1].end() :]
        case _:
            swap = int(other[1]) - int(match[1])
            first, second = sorted((match, other), key=lambda each: each.start())
            if first is not second:
                low, high = (_moved(second[0], -abs(swap)), _moved(first[0], abs(swap)))
                between = part[first.end() : second.start()]
                parts[name] = part[: first.start()] + low + between + high + part[second.end() :]


def _moved(row: bytes, shift: int) -> bytes:
    def number(match: re.Match[bytes]) -> bytes:
        return b'r="%s%d"' % (match[1], max(1, int(match[2]) + shift))

    return re.sub(rb'r="([A-Z]*)(\d+)"', number, row)


# --- names and the registry ------------------------------------------------------------------


def _names(parts: Parts, random: Random) -> None:
    """One to twenty names gone, doubled, pointing elsewhere, or in the place of each other."""
    part = parts.get("xl/workbook.xml", b"")
    found = list(_NAME.finditer(part))
    chosen = random.sample(found, min(len(found), random.randint(1, 20)))
    for match in sorted(chosen, key=lambda match: -match.start()):
        other = random.choice(found)
        new = random.choice((
            b"",
            match[0] * 2,
            match[0].replace(match[2], random.choice(TARGETS)),
            match[0].replace(match[2], other[2]),
            match[0].replace(match[1], other[1]),
            match[0].upper(),
        ))  # fmt: skip
        part = part[: match.start()] + new + part[match.end() :]
    parts["xl/workbook.xml"] = part


def _strings(parts: Parts, random: Random) -> None:
    """Ids, labels and heads changed: those of the registry of inputs, of rows and of tables."""
    name = "xl/sharedStrings.xml"
    part = parts.get(name, b"")
    found = list((_ID if random.random() < 1 / 2 else _STRING).finditer(part))
    chosen = random.sample(found, min(len(found), random.randint(1, 6)))
    for match in sorted(chosen, key=lambda match: -match.start()):
        other = random.choice(found)
        text = re.sub(rb"<[^>]*>|[<>]", b"", match[0])
        new = random.choice((text + b"x", b"", text.upper(), text[:-1], b"fleet.tpu.quantity"))
        inside = b"<si><t>%s</t></si>" % new if match[0].startswith(b"<si>") else b">%s<" % new
        part = part[: match.start()] + random.choice((inside, other[0])) + part[match.end() :]
    parts[name] = part


LEVELS: tuple[Callable[[Parts, Random], None], ...] = (
    _parts, _xml, _cells, _cells, _nudged, _nudged, _rows, _rows, _names, _strings,
)  # fmt: skip


# --- smaller books ---------------------------------------------------------------------------


def without_formulas(data: bytes) -> bytes:
    """The workbook without the cells that hold a formula or nothing, and without drawings."""
    return packed({
        name: _CELL.sub(_typed_only, part) if name.startswith("xl/worksheets/sheet") else part
        for name, part in parts_of(data).items()
        if not re.search(r"charts|drawings|worksheets/_rels", name)
    })  # fmt: skip


def _typed_only(cell: re.Match[bytes]) -> bytes:
    return cell[0] if cell[4] is not None and b"<f" not in cell[4] else b""


_FIGURES = ("Batch", "Demand", "Scaling", "Policy")
"""Tabs that hold few inputs among many figures."""

_IDLE = ("Memo", "Ranking", "Checks", "Pod")
"""Tabs that hold no input."""


def inputs_alone(data: bytes) -> bytes:
    """The same without tabs that hold no input, and without rows of nothing but figures."""
    parts = parts_of(without_formulas(data))
    book = parts["xl/workbook.xml"]
    places = [match[2].decode() for match in _NAME.finditer(book)]
    for sheet in _FIGURES:
        rows = {each.rpartition("$")[2] for each in places if each.startswith(f"{sheet}!")}
        name, kept = _part_of(parts, sheet), frozenset(row.encode() for row in rows)
        parts[name] = _ROW.sub(lambda row, k=kept: row[0] if row[1] in k else b"", parts[name])  # type: ignore[misc]
    for sheet in _IDLE:
        del parts[_part_of(parts, sheet)]
        book = re.sub(rb'<sheet name="%s"[^>]*/>' % sheet.encode(), b"", book)
    parts["xl/workbook.xml"] = book
    return packed(parts)


def _part_of(parts: Parts, sheet: str) -> str:
    book, links = parts["xl/workbook.xml"].decode(), parts["xl/_rels/workbook.xml.rels"].decode()
    [identity] = re.findall(rf'<sheet name="{sheet}"[^>]*r:id="(\w+)"', book)
    link = next(
        each for each in re.findall(r"<Relationship [^>]*>", links) if f'Id="{identity}"' in each
    )
    [target] = re.findall(r'Target="/?(?:xl/)?([^"]+)"', link)
    return f"xl/{target}"


def of_another_version(data: bytes) -> bytes:
    """The smallest, as if another version of the program had made it: its inputs alone count."""
    parts = parts_of(inputs_alone(data))
    name = "docProps/custom.xml"
    parts[name] = re.sub(
        rb'(name="Generator version"[^>]*>\s*<[^>]*>)[^<]*', rb"\g<1>0.0.1", parts[name]
    )
    return packed(parts)


BOOKS: dict[str, Callable[[bytes], bytes]] = {
    "typed.xlsx": without_formulas,
    "inputs.xlsx": inputs_alone,
    "older.xlsx": of_another_version,
}
