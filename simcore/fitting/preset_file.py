"""A fitted preset as a TOML file: fitted values with their source, the others from the base."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from simcore.behaviour import Behaviour
from simcore.faults import Fault, ParameterFaults
from simcore.fitting.findings import Estimate, Fit, Value
from simcore.limits import limits_table
from simcore.preset import Entry, Preset, Service


def preset_text(fit: Fit, base: Preset, name: str) -> str:
    """Return the preset *name* as TOML: what was fitted, and the rest of *base*.

    A fitted value may take all that the model allows. Values have five digits.

    Raises:
        ParameterFaults: nothing was fitted.
    """
    if not fit.estimates:
        message = "says nothing that goes into a preset, so none is written"
        raise ParameterFaults([Fault(fit.trace.file, "", message)])
    trace = fit.trace
    origin = f"{trace.file} ({trace.rows:,} rows, {trace.dates()})"
    lines = [
        f"# Fitted by simcore fit to {_comment(origin)}.",
        f"# What the trace cannot say stands as in the preset {_comment(base.name)}.",
        "",
        f"name = {_text(name)}",
        f"title = {_text(f'Fitted to {trace.file}, with {base.name} for the rest')}",
        *_list("reproduces", [_said(key, one) for key, one in fit.estimates.items()]),
        *_list("contradicts", [*fit.unknown, *fit.beyond]),
    ]
    for section, kind in (("behaviour", Behaviour), ("service", Service)):
        for item in fields(kind):
            entry = base.entries[f"{section}.{item.name}"]
            estimate = fit.estimates.get(item.name) if kind is Behaviour else None
            lines += ["", f"[{section}.{item.name}]"]
            if estimate is None:
                lines += _kept(entry, base.name)
            else:
                lines += _fitted(item.name, estimate, origin)
    return "\n".join(lines) + "\n"


def _fitted(name: str, estimate: Estimate, origin: str) -> Iterator[str]:
    yield f"value = {_value(estimate.value)}"
    limits = limits_table(Behaviour).get(name)
    if limits is not None:
        yield from (
            f"unit = {_text(limits.unit)}",
            f"low = {limits.low:g}",
            f"high = {limits.high:g}",
        )
    yield f"source = {_text(f'Fitted to {origin}')}"
    yield f"note = {_text(_note(estimate))}"


def _note(estimate: Estimate) -> str:
    how = estimate.how[0].upper() + estimate.how[1:]
    match estimate.error:
        case float():
            return f"{how}; standard error {estimate.error:.2g}"
        case tuple():
            return f"{how}; standard errors {', '.join(f'{e:.2g}' for e in estimate.error)}"
        case None:
            return how


def _kept(entry: Entry, base: str) -> Iterator[str]:
    yield f"value = {_value(entry.value)}"
    if entry.low is not None and entry.high is not None:
        yield from (
            f"unit = {_text(entry.unit)}",
            f"low = {_number(entry.low)}",
            f"high = {_number(entry.high)}",
        )
    yield f"source = {_text(f'Not fitted; from preset {base}: {entry.source}')}"
    if entry.note:
        yield f"note = {_text(entry.note)}"


def _said(name: str, estimate: Estimate) -> str:
    return f"{name} = {_value(estimate.value)}: {_note(estimate)}"


def _list(name: str, texts: list[str]) -> Iterator[str]:
    yield f"{name} = ["
    yield from (f"    {_text(text)}," for text in texts)
    yield "]"


def rounded(value: Value) -> Value:
    """Return a value with five digits."""
    match value:
        case str():
            return value
        case tuple():
            return tuple(float(f"{one:.5g}") for one in value)
        case _:
            return float(f"{value:.5g}")


def _value(value: Value) -> str:
    match value:
        case str():
            return _text(value)
        case tuple():
            return f"[{', '.join(_number(one) for one in value)}]"
        case _:
            return _number(value)


def _number(value: float) -> str:
    short = float(f"{value:.5g}")
    return str(int(short)) if short.is_integer() else repr(short)


def _text(text: str) -> str:
    # TOML's basic strings are JSON's, but for the one control character that JSON leaves bare.
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def in_the_way(path: Path) -> ParameterFaults:
    """Return the exception of a file that would be replaced."""
    message = "there is such a file; give another name, or --force to replace it"
    return ParameterFaults([Fault(str(path), "--out", message)])


def write_preset(text: str, path: Path, *, force: bool = False) -> None:
    """Write a preset to *path*, which appears whole or not at all.

    Raises:
        ParameterFaults: there is such a file and *force* is not given, or it cannot be written.
    """
    if path.exists() and not force:
        raise in_the_way(path)
    try:
        handle, made = tempfile.mkstemp(suffix=".toml", dir=path.parent)
    except OSError as error:
        raise ParameterFaults([Fault(str(path), "--out", f"{error.strerror}")]) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except OSError as error:
        raise ParameterFaults([Fault(str(path), "--out", f"{error.strerror}")]) from error
    finally:
        Path(made).unlink(missing_ok=True)
