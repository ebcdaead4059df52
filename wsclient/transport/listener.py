"""Listener: accepts connections on a port, and never waits."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import TYPE_CHECKING, Final

from wsclient.transport.descriptor import Descriptor
from wsclient.transport.readiness import Readiness
from wsclient.transport.stream.tcp_stream import TcpStream

if TYPE_CHECKING:
    from wsclient.transport.lingering import Lingering

__all__ = ["AcceptedStream", "Listener"]

_IPV4_MAPPED: Final = "::ffff:"  # how a socket of both families writes an IPv4 address (RFC 4291 section 2.5.5.2)
_BACKLOG: Final = 1024  # connections that the system keeps until they are accepted

# The errors of `accept` after which the next connection may be fine (accept(2)): this one is gone already.
_GONE: Final = frozenset(
    {
        errno.ECONNABORTED,
        errno.EPROTO,
        errno.ENETDOWN,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EINTR,
        errno.ENOTCONN,
    }
)


class Listener:
    """Listens on a port of this machine.

    Attributes:
        port: its number.
        descriptor: becomes ready when a connection can be accepted.
    """

    def __init__(self, address: str, port: int, readiness: Readiness | None = None) -> None:
        """Begins to listen.

        Args:
            address: numeric, IPv4 or IPv6; "*" for all addresses of this machine, of both families if it has them.
            port: 0 for a free one.
            readiness: watches the accepted connections.

        Raises:
            OSError: the port is taken, the address is not one of this machine, or the program lacks the right.
        """
        self._readiness = readiness or Readiness()
        self._socket = _listening(address, port)
        self.port: int = self._socket.getsockname()[1]
        self.descriptor: Final = Descriptor(self._socket.fileno())

    def accept(self, lingering: Lingering) -> AcceptedStream | None:
        """Returns the next connection; None if there is none now.

        Raises:
            OSError: no descriptor or no memory is left; the connection stays in the queue.
        """
        while True:
            try:
                connected, _ = self._socket.accept()
            except BlockingIOError:
                return None
            except OSError as error:
                if error.errno in _GONE:
                    continue
                raise
            try:
                connected.setblocking(False)
                stream = AcceptedStream(connected, self._readiness, lingering)
            except OSError:  # gone already
                connected.close()
                continue
            stream.set_no_delay(True)
            return stream

    def close(self) -> None:
        """Stops listening. May be called twice."""
        self._socket.close()


class AcceptedStream(TcpStream):
    """An accepted connection, which lingers at its end.

    So no reset overtakes the last data sent.
    """

    __slots__ = ("_lingering",)

    def __init__(self, connected: socket.socket, readiness: Readiness, lingering: Lingering) -> None:
        super().__init__(connected, readiness)
        host, port = self._remote_address
        self._remote_address = (host.removeprefix(_IPV4_MAPPED) if "." in host else host, port)
        self._lingering = lingering

    def finish(self) -> None:
        """Ends our direction (FIN). `Lingering` reads the rest for a while."""
        # Its descriptor is passed on, not a copy of it: while a copy is open, epoll keeps watching a closed one.
        ended = self._socket
        with contextlib.suppress(OSError):
            ended.shutdown(socket.SHUT_WR)
            self._lingering.add(socket.socket(ended.family, ended.type, ended.proto, ended.detach()))
        self.close()


def _listening(address: str, port: int) -> socket.socket:
    families = [socket.AF_INET6] if ":" in address else [socket.AF_INET]
    host = address
    if address == "*":
        families = [socket.AF_INET6, socket.AF_INET] if socket.has_dualstack_ipv6() else [socket.AF_INET]
        host = ""
    refused: OSError | None = None
    for family in families:
        try:
            return _bound(family, host, port, is_dual=len(families) > 1 and family == socket.AF_INET6)
        except OSError as error:
            refused = error
            if error.errno != errno.EAFNOSUPPORT:
                break
    assert refused is not None  # noqa: S101 - there is a family at least
    raise refused


def _bound(family: int, host: str, port: int, *, is_dual: bool) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, because SO_REUSEADDR lets two programs share a port there
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_dual:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.bind((host, port))
        made.listen(_BACKLOG)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made
