"""Parts of workbooks that a test file reads again and again, parsed once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import Element

import pytest

from workbook.audit.container import Container
from workbook.audit.facts import Held
from workbook.audit.sheetpart import Cells


@contextmanager
def parsed_once() -> Iterator[None]:
    """A part with the same bytes as before is not parsed again: most edits change one part."""
    trees: dict[bytes, Element] = {}
    sheets: dict[Hashable, dict[tuple[int, int], Held]] = {}
    parse, hold = Container.xml, Cells.read

    def xml(container: Container, name: str) -> Element:
        data = container.read(name)
        if data not in trees:
            trees[data] = parse(container, name)
        return trees[data]

    def cells(reader: Cells, root: Element) -> dict[tuple[int, int], Held]:
        key = (id(root), reader._sheet, tuple(reader._strings), tuple(reader._looks))
        if key not in sheets:
            sheets[key] = hold(reader, root)
        return sheets[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Container, "xml", xml)
        patch.setattr(Cells, "read", cells)
        yield
