"""Mailbox: messages from other threads, which the owner's next `poll()` sends."""

from __future__ import annotations

from _thread import allocate_lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsclient.websocket.link import Limits

__all__ = ["Mailbox"]


class Mailbox:
    """Text and binary messages from any thread, up to a limit.

    Any thread may put a message in. Only the owner takes them, and never waits.

    Attributes:
        messages: each payload, True if it is text, and its target peer; the oldest first.
    """

    __slots__ = ("_lock", "_put_bytes", "_taken_bytes", "messages")

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, bool, int]] = []
        self._put_bytes = 0  # changed by the threads that put, one at a time
        self._taken_bytes = 0  # changed by the owner
        self._lock = allocate_lock()

    def put(self, payload: bytes, limits: Limits, *, is_text: bool, target: int = 0) -> None:
        """Puts a message in.

        Raises:
            BufferError: it exceeds these limits, together with the waiting messages.
        """
        size = len(payload)
        with self._lock:
            waiting, count = self._put_bytes - self._taken_bytes, len(self.messages)
            if waiting + size > limits.max_bytes or count >= limits.max_packets:
                wait = f"{waiting} bytes in {count} messages wait for poll()"
                raise BufferError(f"send_from_thread(): no room for {size} bytes, {wait}; see set_buffers()")
            self._put_bytes += size
            self.messages.append((payload, is_text, target))

    def take(self) -> None:
        """Removes the oldest message."""
        payload, *_ = self.messages.pop(0)
        self._taken_bytes += len(payload)
