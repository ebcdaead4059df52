"""Real descriptors without a real network.

Each connection is one half of a socket pair.

It is for tests that open thousands of connections: ports cannot run out, and nothing is left in the system.
"""

from __future__ import annotations

import base64
import hashlib
import socket
from collections import deque
from typing import TYPE_CHECKING

from tests.support.fake_network import NO_PROXIES, addresses
from wsclient.transport.opening.attempt import Outside
from wsclient.transport.opening.resolver import Lookup, Resolved, Resolver

if TYPE_CHECKING:
    from wsclient.transport.opening.resolver import Question

__all__ = ["PairedNetwork", "agree", "read_request"]

_SERVER = ("192.0.2.1", 80)
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


class PairedNetwork:
    """Accepts every connection, whatever its name.

    Attributes:
        accepted: the servers' ends, non-blocking, in order; the taker's to close.
        outside: what a transport uses of the world.
    """

    def __init__(self) -> None:
        self.accepted: deque[socket.socket] = deque()
        self.outside = Outside(resolver=_Resolver(), environment=NO_PROXIES, socket_factory=self._connect)

    def _connect(self, _family: int, _kind: int) -> socket.socket:
        here, there = socket.socketpair()
        there.setblocking(False)
        self.accepted.append(there)
        return _Paired(fileno=here.detach())


class _Resolver(Resolver):
    """Finds every name at once. Keeps nothing, as `FakeResolver` does."""

    def start(self, question: Question) -> Lookup:
        return Lookup(Resolved(addresses(_SERVER[0])))


class _Paired(socket.socket):
    """Says of itself what a TCP socket would say."""

    def connect_ex(self, _address: object) -> int:
        return 0

    def getpeername(self) -> tuple[str, int]:
        return _SERVER

    def getsockname(self) -> tuple[str, int]:
        return ("198.51.100.7", 50_000)


def read_request(server: socket.socket) -> bytes:
    """Returns the client's request, which must have arrived completely."""
    request = server.recv(65536)
    assert request.endswith(b"\r\n\r\n"), request
    return request


def agree(server: socket.socket, behind: bytes = b"") -> None:
    """Answers the request, which must have arrived, so that the connection is open.

    Args:
        server: a server's end.
        behind: frames to send together with the reply.
    """
    key = read_request(server).partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
    server.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + behind
    )
