"""Work in one thread: the arrays of a fit are small, and more threads would wait for each other."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Given = ParamSpec("Given")
Found = TypeVar("Found")


def one_thread(function: Callable[Given, Found]) -> Callable[Given, Found]:
    """Let the libraries behind numpy and scikit-learn use one thread during *function*."""

    @wraps(function)
    def alone(*given: Given.args, **named: Given.kwargs) -> Found:
        with threadpool_limits(1):
            return function(*given, **named)

    return alone
