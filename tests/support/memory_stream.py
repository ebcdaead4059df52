"""A stream that never leaves the program: what one end sends, the other receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.transport.stream.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MemoryStream"]


class MemoryStream(Stream):
    """One of two ends; `pair` makes both.

    Attributes:
        inbox: what has arrived and was not received.
        room: bytes that may still be sent; None for any number.
        max_send: bytes that one `send` takes; None for any number.
        max_receive: the most bytes that one `receive` returns; None for any number.
        calls: every `receive` and `send`, by name, in order.
        is_closed: whether `close` or `finish` was called.
        has_finished: whether it was `finish`.
    """

    def __init__(self) -> None:
        self.inbox = bytearray()
        self.room: int | None = None
        self.max_send: int | None = None
        self.max_receive: int | None = None
        self.calls: list[str] = []
        self.is_closed = False
        self.has_finished = False
        self.no_delay: bool | None = None
        self._peer: MemoryStream
        self._has_ended = False
        self._read_error: OSError | None = None
        self._write_error: OSError | None = None
        self._has_more = False

    @classmethod
    def pair(cls) -> tuple[MemoryStream, MemoryStream]:
        """Two ends of one stream."""
        one, other = cls(), cls()
        one._peer, other._peer = other, one
        return one, other

    def break_with(self, error: OSError, *, on: str = "both") -> None:
        """Has `receive` (once the inbox is empty), `send` or both fail from now on."""
        if on != "send":
            self._read_error = error
        if on != "receive":
            self._write_error = error

    def end(self) -> None:
        """Makes the other end receive the end of the stream after the data."""
        self._peer._has_ended = True

    @property
    def is_readable(self) -> Callable[[], object]:
        return lambda: bool(self.inbox or self._has_ended or self._read_error)

    @property
    def has_more(self) -> bool:
        return self._has_more

    @property
    def remote_address(self) -> tuple[str, int]:
        return ("192.0.2.1", 80)

    def receive(self, max_bytes: int) -> bytes | None:
        assert not self.is_closed, "received from a closed stream"
        self.calls.append("receive")
        self._has_more = False
        if self.inbox:
            size = min(max_bytes, self.max_receive or max_bytes)
            data = bytes(self.inbox[:size])
            del self.inbox[:size]
            self._has_more = len(data) == max_bytes
            return data
        if self._read_error:
            raise self._read_error
        return b"" if self._has_ended else None

    def send(self, data: bytes | memoryview) -> int:
        assert not self.is_closed, "sent to a closed stream"
        self.calls.append("send")
        if self._write_error:
            raise self._write_error
        limits = [limit for limit in (len(data), self.room, self.max_send) if limit is not None]
        size = min(limits)
        self._peer.inbox += data[:size]
        if self.room is not None:
            self.room -= size
        return size

    def flush(self) -> bool:
        return True

    def finish(self) -> None:
        self.has_finished = True
        self.end()
        self.close()

    def close(self) -> None:
        self.is_closed = True
        self.end()

    def set_no_delay(self, enabled: bool) -> None:
        self.no_delay = enabled
