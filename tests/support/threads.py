"""Waits for the library's threads, which the library itself never does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["finish_lookups", "in_thread"]


def in_thread(call: Callable[[], object]) -> BaseException | None:
    """Calls something in another thread, and returns what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - for the test to look at
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


def finish_lookups(seconds: float = 20.0) -> None:
    """Waits until no lookup is under way any more."""
    for thread in threading.enumerate():
        if thread.name.startswith("wsclient lookup"):
            thread.join(seconds)
            assert not thread.is_alive(), f"{thread.name} does not end"
