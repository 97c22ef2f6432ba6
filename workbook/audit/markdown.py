"""Text that Markdown takes as it is."""

from __future__ import annotations


def quoted(text: str) -> str:
    """Text without a meaning of its own in Markdown: ``a*b`` with a backslash before the star."""
    for sign in "\\`*_<>[]|":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def escaped(text: str) -> str:
    """Text that stays within its cell of a table: bars with a backslash, on one line."""
    return text.replace("|", "\\|").replace("\n", " ")
