"""Keeps the memory that large messages leave for the next ones.

A C library returns large blocks to the system as soon as they are free. When they are fetched again for the next
message, each page of 4 KiB causes a page fault. For a text of 1 MiB, that was two thirds of the total time. glibc keeps
freed blocks of up to twice the size of the largest one that it has ever returned. So it is made to return a large
block, which takes no memory because it was never touched.
"""

from __future__ import annotations

import contextlib

__all__ = ["keep_memory"]

# Bytes. The room is for one read. glibc does not handle larger blocks this way.
_ROOM_FOR_READS = 1024 * 1024
_LARGEST = 31 * 1024 * 1024

_largest_shown = 0


def keep_memory(size: int) -> None:
    """Makes the C library keep the memory of messages of that size.

    It then also keeps memory for messages up to 2.5 times as large. Does nothing if a message of that size has arrived
    before, or if the C library works differently.
    """
    global _largest_shown  # noqa: PLW0603 - there is one C library
    if size <= _largest_shown:
        return
    _largest_shown = size
    with contextlib.suppress(MemoryError):
        bytes(min(size + size // 4 + _ROOM_FOR_READS, _LARGEST))
