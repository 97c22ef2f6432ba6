"""How each kind of cell looks: colours, sizes, widths and number formats from ``theme.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from workbook.paths import TEMPLATES

Property = str | int | bool


class Style(NamedTuple):
    """What a cell is (its role) and how its figure is shown; no colour and no font."""

    role: str
    show: str = "text"
    strong: bool = False
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """The tables of ``theme.toml``."""

    font: Mapping[str, int | str]
    colour: Mapping[str, str]
    data: Mapping[str, str]
    group: Mapping[str, str]
    numfmt: Mapping[str, str]
    unit_words: Mapping[str, str]
    unit_show: Mapping[str, str]
    width: Mapping[str, int]
    height: Mapping[str, int]
    page: Mapping[str, float]
    roles: Mapping[str, Mapping[str, Property]]

    def show_of(self, unit: str, show: str = "") -> str:
        """The key of the number format of a unit, unless *show* names another."""
        key = show or self.unit_show.get(unit, "")
        if key not in self.numfmt:
            raise KeyError(f"theme.toml has no number format {key!r} for unit {unit!r}")
        return key

    def words_of(self, unit: str, show: str = "") -> str:
        """What the unit column says: the scale of the number format belongs to it."""
        if not show and unit in self.unit_words:
            return self.unit_words[unit]
        return self.unit_words.get(self.show_of(unit, show), self.unit_words.get(unit, unit))

    def properties(self, style: Style) -> dict[str, Property]:
        """The style as format properties of the writer, colours resolved."""
        wanted = {"font": "", "size": "body"} | dict(self.roles[style.role])
        if style.strong:
            wanted["bold"] = True
        if style.fill:
            wanted["fill"] = style.fill
        if "align" not in wanted:
            wanted["align"] = "left" if style.show == "text" else "right"
            if style.show == "text" and "text_indent" in wanted:
                wanted["indent"] = wanted["text_indent"]
        wanted.pop("text_indent", None)
        properties: dict[str, Property] = {
            "font_name": str(self.font["family"]),
            "font_size": int(self.font[str(wanted.pop("size"))]),
            "font_color": self.paint(str(wanted.pop("font") or "ink")),
            "valign": "vcenter",
            "num_format": self.numfmt[style.show],
        }
        if "fill" in wanted:
            properties |= {"pattern": 1, "bg_color": self.paint(str(wanted.pop("fill")))}
        for side in ("top", "bottom", "left", "right", "border"):
            if f"{side}_colour" in wanted:
                properties[f"{side}_color"] = self.paint(str(wanted.pop(f"{side}_colour")))
        return properties | wanted

    def paint(self, name: str) -> str:
        """The colour called *name* among colours, data colours and groups."""
        for table in (self.colour, self.data, self.group):
            if name in table:
                return table[name]
        raise KeyError(f"theme.toml has no colour {name!r}")


@lru_cache(maxsize=4)
def load(path: Path = TEMPLATES / "theme.toml") -> Theme:
    """The theme in *path*."""
    table = tomllib.loads(path.read_text("utf-8"))
    return Theme(**{key: table[key] for key in Theme.__slots__})
