"""Memory that large messages leave, kept for the next ones.

A C library returns large blocks to the system as soon as they are free. Fetched again for the next message, each page
of 4 KiB costs a fault: for a text of 1 MiB that was two thirds of the whole time. glibc keeps freed blocks of up to
twice the size of the largest that it ever returned. So it gets one to return, never touched, which takes no memory.
"""

from __future__ import annotations

import contextlib

__all__ = ["keep_memory"]

# Bytes. Room for what is read at a time, too; and glibc does not look at larger blocks.
_ROOM_FOR_READS = 1024 * 1024
_LARGEST = 31 * 1024 * 1024

_largest_shown = 0


def keep_memory(size: int) -> None:
    """Called when messages of that size arrive: the memory they leave is kept, up to two and a half times as much.

    Does nothing if others as large have come before, nor with a C library that works in another way.
    """
    global _largest_shown  # noqa: PLW0603 - there is one C library
    if size <= _largest_shown:
        return
    _largest_shown = size
    with contextlib.suppress(MemoryError):
        bytes(min(size + size // 4 + _ROOM_FOR_READS, _LARGEST))
