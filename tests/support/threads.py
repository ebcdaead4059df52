"""Waiting for the library's threads, which nobody else ever does."""

from __future__ import annotations

import threading

__all__ = ["finish_lookups"]


def finish_lookups(seconds: float = 20.0) -> None:
    """Waits until no lookup is under way any more."""
    for thread in threading.enumerate():
        if thread.name.startswith("wsclient lookup"):
            thread.join(seconds)
            assert not thread.is_alive(), f"{thread.name} does not end"
