"""A connected TCP socket as a stream."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import TYPE_CHECKING, Final

from wsclient.transport.descriptor import Descriptor
from wsclient.transport.stream.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.transport.readiness import Readiness, Watch

__all__ = ["TcpStream"]

# Not now, but later. ENOBUFS: the system is short of buffers for a moment.
_LATER: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR, errno.ENOBUFS})

_USER_TIMEOUT: Final[int | None] = getattr(socket, "TCP_USER_TIMEOUT", None)

_DRAIN_READS: Final = 4
_DRAIN_SIZE: Final = 65536


class TcpStream(Stream):
    """A connected, non-blocking socket, owned by this object."""

    __slots__ = ("_descriptor", "_readiness", "_receive", "_remote_address", "_send", "_socket", "_watch", "has_more")

    #: True if the last read was full; a plain attribute, since each step asks for it
    has_more: bool

    def __init__(self, connected: socket.socket, readiness: Readiness) -> None:
        """Takes over the socket. If that fails, the socket is still the caller's.

        Raises:
            OSError: the connection has ended already, or it leads back to itself.
        """
        remote = connected.getpeername()
        # In rare cases, a connection to a port of this machine without a listener connects to itself.
        if connected.getsockname() == remote:
            raise OSError(errno.ECONNREFUSED, "connected to itself")
        # A Unix socket has a path for an address.
        self._remote_address = (remote, 0) if isinstance(remote, str) else (str(remote[0]), int(remote[1]))
        self._readiness = readiness
        self._watch: Watch | None = None
        self._descriptor = Descriptor(connected.fileno())
        self._socket = connected
        self._receive = connected.recv
        self._send = connected.send
        self.has_more = False

    @property
    def is_readable(self) -> Callable[[], object]:
        """Returns a callable that checks if the socket has data, an end or an error."""
        # A connection that a PollGroup watches never gets here, and saves a descriptor.
        if self._watch is None:
            self._watch = self._readiness.watch(self._descriptor.fileno)
        return self._watch.is_readable

    @property
    def descriptor(self) -> Descriptor:
        """Returns the descriptor of the socket."""
        return self._descriptor

    @property
    def remote_address(self) -> tuple[str, int]:
        """Returns the numeric address and port of the other side when it connected."""
        return self._remote_address

    def receive(self, max_bytes: int) -> bytes | None:
        """Reads once; see `Stream.receive`."""
        try:
            data = self._receive(max_bytes)
        except OSError as error:
            self.has_more = False
            if error.errno in _LATER:
                return None
            raise
        self.has_more = len(data) == max_bytes
        return data

    def send(self, data: bytes | memoryview) -> int:
        """Writes once; see `Stream.send`."""
        try:
            return self._send(data)
        except OSError as error:
            if error.errno in _LATER:
                return 0
            raise

    @property
    def plain_send(self) -> Callable[[bytes], int]:
        """The socket's; see `Stream.plain_send`."""
        return self._send

    def flush(self) -> bool:
        """Returns True: nothing is held, because `send` passes data to the system."""
        return True

    def finish(self) -> None:
        """Ends our direction (FIN), reads some of the received data, and closes."""
        # Closing a socket that holds unread data resets the connection, and a reset can overtake our Close frame
        # and make the peer discard it (RFC 6455 section 7.1.1 requires reading to the end for that reason). We do not
        # wait, but we read what has already arrived.
        with contextlib.suppress(OSError, MemoryError):
            self._socket.shutdown(socket.SHUT_WR)
            for _ in range(_DRAIN_READS):
                if not self._receive(_DRAIN_SIZE):
                    break
        self.close()

    def close(self) -> None:
        """Closes the socket."""
        if self._watch is not None:
            self._watch.close()
        try:  # noqa: SIM105 - `suppress` would be three calls more, for each connection
            self._socket.close()
        except OSError:
            pass

    def set_user_timeout(self, seconds: float) -> None:
        """Sets TCP_USER_TIMEOUT (RFC 5482), which only Linux has."""
        if _USER_TIMEOUT is None:
            return
        try:  # noqa: SIM105 - as above
            self._socket.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, round(seconds * 1000.0))
        except (OSError, OverflowError):
            pass

    def set_no_delay(self, enabled: bool) -> None:
        """Sets TCP_NODELAY."""
        try:  # noqa: SIM105 - as above
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, enabled)
        except OSError:
            pass
