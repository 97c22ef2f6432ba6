"""The safe reader: any xlsx into plain facts, or one clear refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree as ET

from workbook.audit import sheetpart
from workbook.audit.chartpart import chart
from workbook.audit.container import Container, Refused
from workbook.audit.facts import ChartFacts, Facts, Look, Name, SheetFacts, State
from workbook.audit.sheetpart import Cells, Claim, child, children, is_on, local, text_of
from workbook.audit.styles import looks
from workbook.engines.base import EngineError

__all__ = ["Refused", "read"]

_OUTSIDE = ("externalLink", "connections", "vbaProject", "customData", "oleObject", "ddeLink")
_STATES: dict[str, State] = {"hidden": "hidden", "veryHidden": "veryHidden"}

T = TypeVar("T")


def read(path: Path) -> Facts:
    """The workbook at *path*; nothing in it is run, followed or unpacked to disk.

    Raises Refused, with what was found and how to mend it, for a file that is missing, broken,
    encrypted, of another kind, or not safe to open.
    """
    return _Reader(Container(path)).read()


class _Reader:
    """One file being read."""

    def __init__(self, container: Container) -> None:
        self._file = container
        self._main = self._main_part()
        self._targets = {id_: target for id_, _, target in container.links(self._main)}
        self._parts = {kind: target for _, kind, target in container.links(self._main)}

    def read(self) -> Facts:
        """The whole workbook."""
        return self._guarded(self._main, self._book)

    def _book(self) -> Facts:
        root = self._file.xml(self._main)
        strings = self._whole("sharedStrings", _strings) or ()
        dressed = self._whole("styles", looks) or (Look(),)
        listed = list(children(child(root, "sheets"), "sheet"))
        if not listed:
            raise self._file.refusal("it has no sheet; save it again in the program it is from")
        sheets = [self._sheet(element, strings, dressed) for element in listed]
        view = child(child(root, "bookViews"), "workbookView")
        return Facts(
            path=self._file.path,
            sheets=tuple(sheets),
            names=tuple(_names(root, [element.get("name", "") for element in listed])),
            properties=dict(self._properties()),
            outside=tuple(self._outside()),
            from_1904=is_on(child(root, "workbookPr"), "date1904"),
            active=int(view.get("activeTab", "0")) if view is not None else 0,
        )

    def _main_part(self) -> str:
        for _, kind, target in self._file.links(""):
            if kind == "officeDocument":
                if target.endswith(".bin"):
                    raise self._file.refusal("it is a binary workbook (.xlsb); save it as .xlsx")
                root = local(self._file.xml(target))
                if root != "workbook":
                    raise self._file.refusal(f"it is no workbook but a {root}; name an xlsx")
                return target
        raise self._file.refusal("it is a zip, but no workbook; name an xlsx")

    def _sheet(
        self, element: ET.Element, strings: Sequence[str], dressed: Sequence[Look]
    ) -> SheetFacts:
        name = element.get("name", "")
        part = self._targets.get(_identity(element), "")
        state = _STATES.get(element.get("state", "visible"), "visible")
        return self._guarded(part, lambda: self._sheet_part(part, name, state, strings, dressed))

    def _sheet_part(
        self,
        part: str,
        name: str,
        state: State,
        strings: Sequence[str],
        dressed: Sequence[Look],
    ) -> SheetFacts:
        root = self._file.xml(part)
        protection = child(root, "sheetProtection")
        linked = list(self._file.links(part))
        return SheetFacts(
            name=name,
            state=state,
            claimed=sheetpart.check_claim(root),
            cells=Cells(name, strings, dressed).read(root),
            widths=tuple(sheetpart.widths(root)),
            hidden_rows=tuple(sheetpart.hidden_rows(root)),
            merged=tuple(sheetpart.merged(root)),
            rules=tuple(sheetpart.rules(root)),
            formats=tuple(sheetpart.formats(root)),
            charts=tuple(self._charts(linked)),
            comments=dict(self._comments(linked)),
            tables=tuple(target for _, kind, target in linked if kind == "table"),
            protected=is_on(protection, "sheet"),
            password=protection is not None
            and bool({"password", "hashValue"} & {*protection.keys()}),
            page=sheetpart.page(root),
        )

    def _charts(self, linked: Sequence[tuple[str, str, str]]) -> Iterator[ChartFacts]:
        for _, kind, drawing in linked:
            if kind == "drawing":
                for _, inner, target in self._file.links(drawing):
                    if inner == "chart":
                        yield chart(target, self._file.xml(target))

    def _comments(self, linked: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
        for _, kind, target in linked:
            if kind == "comments":
                root = self._file.xml(target)
                for comment in children(child(root, "commentList"), "comment"):
                    yield comment.get("ref", ""), text_of(child(comment, "text"))

    def _properties(self) -> Iterator[tuple[str, str]]:
        for _, kind, target in self._file.links(""):
            if kind in ("core-properties", "custom-properties"):
                for element in self._file.xml(target):
                    key = element.get("name") or local(element)
                    yield key, "".join(element.itertext())

    def _outside(self) -> Iterator[str]:
        for part in self._file.names:
            if not part.endswith(".rels"):
                continue
            folder, _, file = part.rpartition("_rels/")
            for _, kind, target in self._file.links(folder + file.removesuffix(".rels")):
                if kind in _OUTSIDE:
                    yield f"{kind} {target}"

    def _whole(self, kind: str, parse: Callable[[ET.Element], T]) -> T | None:
        part = self._parts.get(kind)
        if part is None:
            return None
        return self._guarded(part, lambda: parse(self._file.xml(part)))

    def _guarded(self, part: str, read: Callable[[], T]) -> T:
        try:
            return read()
        except Claim as fault:
            raise self._file.refusal(
                f"part {part!r}: {fault}, more than any program should make room for"
            ) from None
        except (ValueError, IndexError, KeyError, EngineError, AssertionError) as fault:
            raise self._file.refusal(
                f"part {part!r} is damaged ({fault}); save it again in the program it is from"
            ) from None


def _identity(element: ET.Element) -> str:
    """The id of a sheet's part, whichever namespace relationships have."""
    return next((v for k, v in element.items() if k.endswith("}id")), "")


def _strings(root: ET.Element) -> tuple[str, ...]:
    return tuple(text_of(item) for item in children(root, "si"))


def _names(root: ET.Element, sheets: Sequence[str]) -> Iterator[Name]:
    for element in children(child(root, "definedNames"), "definedName"):
        at = element.get("localSheetId")
        home = sheets[int(at)] if at is not None and int(at) < len(sheets) else ""
        hidden = is_on(element, "hidden")
        yield Name(element.get("name", ""), element.text or "", home, hidden)
