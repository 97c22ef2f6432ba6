"""Presets from TOML files."""

from types import MappingProxyType
from typing import Final

from simcore.behaviour import Behaviour
from simcore.documents import Document, document_path
from simcore.preset import Preset, Service

SHIPPED: Final = ("weekly-max", "time-share")
_SENTENCES: Final = ("reproduces", "contradicts")


def load_preset(name: str) -> Preset:
    """Read a preset by its shipped name or its path.

    Raises:
        ParameterFaults: every problem found, each with its file, line and key.
    """
    document = Document(document_path(name, SHIPPED, "preset"))
    root = document.root
    document.only(root, ("name", "title", *_SENTENCES, "behaviour", "service"), "")
    label, title = document.text(root, "name"), document.text(root, "title")
    reproduces, contradicts = (document.sentences(root, key) for key in _SENTENCES)
    behaviour = document.entries("behaviour", Behaviour)
    service = document.entries("service", Service)
    return Preset(
        name=label,
        title=title,
        reproduces=reproduces,
        contradicts=contradicts,
        behaviour=document.made("behaviour", Behaviour, behaviour),
        service=document.made("service", Service, service),
        entries=MappingProxyType({**behaviour, **service}),
    )
