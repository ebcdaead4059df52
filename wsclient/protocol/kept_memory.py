"""Keeps the memory that large messages leave for the next ones.

A C library returns large blocks to the system as soon as they are free. Fetched again for the next message, each page
of 4 KiB costs a fault: for a text of 1 MiB that was two thirds of the total time. glibc keeps freed blocks of up to
twice the size of the largest that it ever returned, so it is made to return one that was never touched and so takes no
memory.
"""

from __future__ import annotations

import contextlib

__all__ = ["keep_memory"]

# Bytes. Includes room for one read; glibc does not handle larger blocks this way.
_ROOM_FOR_READS = 1024 * 1024
_LARGEST = 31 * 1024 * 1024

_largest_shown = 0


def keep_memory(size: int) -> None:
    """Makes the C library keep memory for messages of that size, up to 2.5 times as much.

    Does nothing if a message as large arrived before, or if the C library works differently.
    """
    global _largest_shown  # noqa: PLW0603 - there is one C library
    if size <= _largest_shown:
        return
    _largest_shown = size
    with contextlib.suppress(MemoryError):
        bytes(min(size + size // 4 + _ROOM_FOR_READS, _LARGEST))
