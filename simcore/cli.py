"""The command line: parse, call, and explain what went wrong. Data to stdout, the rest to stderr.

A command's module is imported for its options only; what computes is imported when it runs.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final

from simcore.commands import (
    batch,
    calibrate,
    fit,
    ladder,
    policy,
    reserve,
    scale,
    tables,
    trace,
)
from simcore.commands.face import BAD_INPUT, FINDINGS, INTERNAL, OK
from simcore.faults import ParameterFaults

_COMMANDS: Final = (ladder, reserve, scale, trace, batch, policy, fit, calibrate, tables)
_EXTRAS: Final = MappingProxyType(
    {
        "numba": "simulation",
        "numpy": "simulation",
        "pandas": "fit",
        "pyarrow": "fit",
        "scipy": "fit",
        "sklearn": "fit",
    }
)
"""The extra that brings each package which a command may need."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 fine, 2 bad input, 3 internal."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return FINDINGS
    except Exception as error:
        if options.debug:
            raise
        return _explained(error)


def _explained(error: Exception) -> int:
    """Print one clear message for an error; returns its exit code."""
    missing = (isinstance(error, ModuleNotFoundError) and error.name) or ""
    if extra := _EXTRAS.get(missing):
        print(
            f"{missing} is not installed; this command needs the extra [{extra}]: "
            f"pip install 'compute-allocation[{extra}]'",
            file=sys.stderr,
        )
        return BAD_INPUT
    print(error, file=sys.stderr)
    if isinstance(error, ParameterFaults):
        return BAD_INPUT
    print(
        f"This is a fault of the program ({type(error).__name__}), not of your input. "
        "Run again with --debug for the details.",
        file=sys.stderr,
    )
    return INTERNAL


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simcore",
        description="Simulates the demand of N users for slots of an inference pod.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in _COMMANDS:
        module.add(commands)
    return parser
