"""Keeps the garbage collector out of what a test counts."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collector_off"]


@contextmanager
def collector_off() -> Iterator[None]:
    """Turns the collector off inside.

    Otherwise it runs now and then, and with it the finalizers of other tests' objects and the callbacks of hypothesis.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
