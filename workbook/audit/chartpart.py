"""One chart's XML as plain facts: kinds, titles and where each series reads."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from workbook.audit.facts import ChartFacts, Series
from workbook.audit.sheetpart import child, children, local

_AXES = ("catAx", "valAx", "dateAx", "serAx")


def chart(part: str, root: ET.Element) -> ChartFacts:
    """The chart in *root*, the XML of *part*; of a chart that Excel alone draws, nothing."""
    drawn = child(root, "chart")
    plot = child(drawn, "plotArea")
    groups = [] if plot is None else [g for g in plot if local(g).endswith("Chart")]
    axes = [] if plot is None else [a for a in plot if local(a) in _AXES]
    return ChartFacts(
        part=part,
        kinds=tuple(local(group) for group in groups),
        title=_title(drawn),
        axes=tuple(_title(axis) for axis in axes),
        series=tuple(one for group in groups for one in _series(group)),
    )


def _series(group: ET.Element) -> Iterator[Series]:
    for element in children(group, "ser"):
        categories = _formula(element, "cat") or _formula(element, "xVal")
        values = _formula(element, "val") or _formula(element, "yVal")
        yield Series(_formula(element, "tx") or _words(child(element, "tx")), categories, values)


def _title(parent: ET.Element | None) -> str:
    return _words(child(parent, "title"))


def _words(parent: ET.Element | None) -> str:
    """A title's own words, or the formula that it shows."""
    if parent is None:
        return ""
    texts = [e.text or "" for e in parent.iter() if local(e) in ("t", "v")]
    return next((e.text or "" for e in parent.iter() if local(e) == "f"), "") or "".join(texts)


def _formula(parent: ET.Element, tag: str) -> str:
    part = child(parent, tag)
    if part is None:
        return ""
    return next((e.text or "" for e in part.iter() if local(e) == "f"), "")
