"""How functions are compiled: once, cached on disk, without Python's lock."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile *function* on its first call; its type for callers stays what it says."""
    # The dispatcher is called as the function is, which its own type does not say.
    return cast("Function", njit(cache=True, nogil=True)(function))
