"""The list that the behaviours are on, and what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.scene import Scene

    Behaviour = Callable[[Scene], Awaitable[None]]

__all__ = ["BEHAVIOURS", "behaviour", "refusal_of"]

BEHAVIOURS: dict[str, Behaviour] = {}


def behaviour(function: Behaviour) -> Behaviour:
    """Puts a behaviour on the list."""
    BEHAVIOURS[function.__name__] = function
    return function


def refusal_of(call: Callable[[], object]) -> str:
    """Returns the words of the `ValueError` that a call raises."""
    try:
        call()
    except ValueError as error:
        return str(error)
    raise AssertionError("it was not refused")
