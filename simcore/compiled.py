"""How functions are compiled: once, cached on disk, without Python's lock."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile *function* on its first call; its type for callers stays what it says."""
    # The dispatcher is called as the function is, which its own type does not say.
    return cast("Function", njit(cache=True, nogil=True)(function))


def lean(function: Function) -> Function:
    """Compile a *function* that makes no array and keeps none: its callers hold what it is given.

    Arrays are then not counted in and out, which takes as long as a dozen messages of a user.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}  # no type has the last
    return cast("Function", njit(**options)(function))
