"""Measures what a process holds: descriptors, threads and memory."""

from __future__ import annotations

import gc
import os
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import NamedTuple

__all__ = ["Holding", "holding", "resident_bytes"]

_DESCRIPTORS = Path("/proc/self/fd")
_STATM = Path("/proc/self/statm")


class Holding(NamedTuple):
    """At one moment. What the system does not tell is 0."""

    descriptors: int
    threads: int
    blocks: int  # that Python's allocator has given out: one or more for each object
    traced: int  # bytes, if tracemalloc is on, which makes everything four times slower
    resident: int  # bytes of real memory


def holding() -> Holding:
    """Counts, once all garbage is gone."""
    gc.collect()
    return Holding(
        descriptors=len(list(_DESCRIPTORS.iterdir())) if _DESCRIPTORS.exists() else 0,
        threads=threading.active_count(),
        blocks=sys.getallocatedblocks(),
        traced=tracemalloc.get_traced_memory()[0],
        resident=resident_bytes(),
    )


def resident_bytes() -> int:
    """Returns the real memory of this process; 0 if the system does not say."""
    if sys.platform == "win32" or not _STATM.exists():
        return 0
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
