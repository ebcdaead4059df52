"""A stream of bytes in memory: what one end sends, the other receives."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from wsclient.transport.stream.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CLIENT_ADDRESS", "SERVER_ADDRESS", "MemoryStream"]

# Addresses reserved for documentation (RFC 5737).
CLIENT_ADDRESS: Final = ("198.51.100.7", 50_000)
SERVER_ADDRESS: Final = ("192.0.2.1", 80)


class _Pipe:
    """One direction of a stream.

    Attributes:
        arriving: the times and the data; b"" is the end of the stream.
        is_read: True if the other end can still receive.
    """

    __slots__ = ("arriving", "is_read")

    def __init__(self) -> None:
        self.arriving: deque[tuple[float, bytes]] = deque()
        self.is_read: bool = True


class MemoryStream(Stream):
    """One of two ends of a stream; `pair` creates both.

    Attributes:
        delay: seconds until data sent from then on arrives at the other end.
    """

    __slots__ = ("_address", "_clock", "_inbox", "_outbox", "delay")

    def __init__(
        self, clock: Callable[[], float], address: tuple[str, int], delay: float, *, inbox: _Pipe, outbox: _Pipe
    ) -> None:
        self.delay: float = delay
        self._clock = clock
        self._address = address
        self._inbox = inbox
        self._outbox = outbox

    @classmethod
    def pair(
        cls, clock: Callable[[], float], *, client: tuple[str, int], server: tuple[str, int], delay: float = 0.0
    ) -> tuple[MemoryStream, MemoryStream]:
        """Returns the client's end and the server's.

        Args:
            clock: the clock, in seconds.
            client: the client's address, as the server sees it.
            server: the server's, as the client sees it.
            delay: seconds, each way.
        """
        up, down = _Pipe(), _Pipe()
        return cls(clock, server, delay, inbox=down, outbox=up), cls(clock, client, delay, inbox=up, outbox=down)

    @property
    def is_readable(self) -> Callable[[], object]:
        """Returns a callable that reports whether something has arrived."""
        return self._has_arrived

    @property
    def has_more(self) -> bool:
        """Returns False, because asking for more costs nothing here."""
        return False

    def receive(self, max_bytes: int) -> bytes | None:
        """Returns received data; see `Stream.receive`."""
        if not self._has_arrived():
            return None
        arriving = self._inbox.arriving
        when, data = arriving[0]
        if data:  # the end of the stream stays
            arriving.popleft()
        if len(data) > max_bytes:
            arriving.appendleft((when, data[max_bytes:]))
        return data[:max_bytes]

    def send(self, data: bytes | memoryview) -> int:
        """Sends all of the data.

        Raises:
            BrokenPipeError: one of the ends was closed.
        """
        if not (self._inbox.is_read and self._outbox.is_read):
            raise BrokenPipeError("one of the ends was closed")
        if data:
            self._outbox.arriving.append((self._clock() + self.delay, bytes(data)))
        return len(data)

    def flush(self) -> bool:
        """Returns True, because all data have been sent."""
        return True

    def finish(self) -> None:
        """Ends the stream. The other end first receives the data sent before."""
        self.close()

    def close(self) -> None:
        """Ends the stream. The other end first receives the data sent before."""
        if self._inbox.is_read:
            self._inbox.is_read = False
            self._outbox.arriving.append((self._clock() + self.delay, b""))

    @property
    def remote_address(self) -> tuple[str, int]:
        """The address of the other side."""
        return self._address

    def set_no_delay(self, enabled: bool) -> None:
        """Does nothing, because data are always sent immediately."""

    def _has_arrived(self) -> bool:
        arriving = self._inbox.arriving
        return bool(arriving) and arriving[0][0] <= self._clock()
