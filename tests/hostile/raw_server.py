"""A server that may do anything, in the thread of the test.

It sends any bytes in any pieces, half-closes, resets or stays silent.

It shares no code with the client, so that it cannot share its mistakes.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import socket
import struct
from abc import ABC, abstractmethod
from itertools import chain
from typing import TYPE_CHECKING

from tests.hostile.wire import CLOSE, ClientFrame, ClientFrames
from tests.support.tls import ServerTlsStream

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

    from tests.support.memory_stream import MemoryStream

__all__ = ["MemoryEnd", "RawServer", "ServerEnd", "SocketEnd", "TlsEnd"]

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


class ServerEnd(ABC):
    """The server's end of one connection."""

    @abstractmethod
    def receive(self) -> bytes | None:
        """Returns what has arrived; None if nothing has, b"" at any kind of end."""

    @abstractmethod
    def send(self, data: memoryview) -> int:
        """Gives away what fits.

        Raises:
            OSError: the client is gone.
        """

    @abstractmethod
    def end(self) -> None:
        """Half-closes by a FIN after the data sent."""

    @abstractmethod
    def reset(self) -> None:
        """RST."""

    @abstractmethod
    def close(self) -> None:
        """Lets go."""


WINDOW = 256 * 1024  # bytes that a network in memory holds, as TCP's window would; arbitrary


class MemoryEnd(ServerEnd):
    """Over a `MemoryStream`."""

    def __init__(self, stream: MemoryStream) -> None:
        self.stream = stream

    def receive(self) -> bytes | None:
        return self.stream.receive(65536)

    def send(self, data: memoryview) -> int:
        return self.stream.send(data[: WINDOW - len(self.stream._peer.inbox)])

    def end(self) -> None:
        self.stream.end()

    def reset(self) -> None:
        self.stream._peer.break_with(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))

    def close(self) -> None:
        self.stream.close()


class TlsEnd(MemoryEnd):
    """Over a `MemoryStream`, under TLS."""

    def __init__(self, stream: MemoryStream, context: ssl.SSLContext) -> None:
        super().__init__(stream)
        self._secured = ServerTlsStream(stream, context)
        self._is_ready = False

    def receive(self) -> bytes | None:
        try:
            self._is_ready = self._is_ready or self._secured.handshake()
            self._secured.flush()
            return self._secured.receive(65536) if self._is_ready else None
        except OSError:
            return b""

    def send(self, data: memoryview) -> int:
        sent = self._secured.send(data)
        self._secured.flush()
        return sent


class SocketEnd(ServerEnd):
    """Over a real socket."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self.socket = connected

    def receive(self) -> bytes | None:
        try:
            return self.socket.recv(65536)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def send(self, data: memoryview) -> int:
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0

    def end(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.socket.close()


class RawServer:
    """One connection, as a server sees it. Nothing happens but in `step`.

    Attributes:
        end: the way to the client.
        request: the client's whole request; b"" before.
        frames: the data that it sent after that.
        sent, received: bytes so far.
        piece: bytes that one `step` sends at most; None for what fits.
        is_deaf: whether what the client sends is left in the network.
        has_ended: whether the client has hung up.
        is_gone: whether this end is closed altogether.
    """

    def __init__(self, end: ServerEnd) -> None:
        self.end = end
        self.request = b""
        self.frames: list[ClientFrame] = []
        self.sent = 0
        self.received = 0
        self.piece: int | None = None
        self.is_deaf = False
        self.has_ended = False
        self._head = bytearray()
        self._reader = ClientFrames()
        self._unsent = memoryview(b"")
        self._source: Iterator[bytes] = iter(())
        self._ends_behind = False
        self.is_gone = False

    @property
    def key(self) -> str:
        """The request's Sec-WebSocket-Key."""
        lines = self.request.decode("latin-1").split("\r\n")
        return next(line.partition(": ")[2] for line in lines if line.lower().startswith("sec-websocket-key:"))

    @property
    def accept_key(self) -> str:
        """Returns the required answer to a key (RFC 6455 section 4.2.2)."""
        return base64.b64encode(hashlib.sha1((self.key + GUID).encode()).digest()).decode()

    def agreement(self, *more: str, **changed: str | None) -> bytes:
        """The reply that opens a connection, or one that is wrong in one place.

        Args:
            more: lines to add.
            changed: other lines instead of `status`, `upgrade`, `connection` or `accept`; None leaves one out.
        """
        lines: dict[str, str | None] = {
            "status": "HTTP/1.1 101 Switching Protocols",
            "upgrade": "Upgrade: websocket",
            "connection": "Connection: Upgrade",
            "accept": f"Sec-WebSocket-Accept: {self.accept_key}",
        }
        assert changed.keys() <= lines.keys()
        lines |= changed
        return "\r\n".join([*filter(None, lines.values()), *more, "", ""]).encode("latin-1")

    def send(self, *data: bytes) -> None:
        """Sends bytes as they are, from the next `step` on."""
        self._unsent = memoryview(b"".join([bytes(self._unsent), *data]) if self._unsent else b"".join(data))

    def send_from(self, source: Iterable[bytes]) -> None:
        """Sends these pieces after those passed to `send`.

        Each is taken when there is room. There may be no end to them.
        """
        self._source = chain(self._source, source)

    def end_behind(self) -> None:
        """Half-closes as soon as everything has left."""
        self._ends_behind = True

    def reset(self) -> None:
        """Resets the connection now."""
        self.is_gone = True
        self.end.reset()

    def step(self) -> None:
        """Reads what has arrived, and writes what fits."""
        if self.is_gone:
            return
        if not self.is_deaf and not self.has_ended:
            self._read()
        self._write()

    @property
    def has_unsent(self) -> bool:
        """Whether bytes given to `send` wait for room."""
        return bool(self._unsent)

    @property
    def close_codes(self) -> list[int | None]:
        """Of the Close frames that the client sent; None for one without."""
        return [each.close_code for each in self.frames if each.opcode == CLOSE]

    @property
    def messages(self) -> list[bytes]:
        """The payloads of the data frames that the client sent."""
        return [each.payload for each in self.frames if each.opcode < CLOSE]

    def close(self) -> None:
        """Lets go."""
        self.is_gone = True
        self.end.close()

    def _read(self) -> None:
        while (data := self.end.receive()) is not None:
            if not data:
                self.has_ended = True
                return
            self.received += len(data)
            if self.request:
                self.frames += self._reader.read(data)
                continue
            self._head += data
            head, blank, behind = bytes(self._head).partition(b"\r\n\r\n")
            if blank:
                self.request = head + blank
                self.frames += self._reader.read(behind)

    def _write(self) -> None:
        room = self.piece
        while room is None or room > 0:
            if not self._unsent:
                self._unsent = memoryview(next(self._source, b""))
            if not self._unsent:
                break
            try:
                sent = self.end.send(self._unsent[:room])
            except OSError:
                self.has_ended = True
                return
            if not sent:
                return
            self.sent += sent
            self._unsent = self._unsent[sent:]
            room = None if room is None else room - sent
        if self._ends_behind and not self._unsent:
            self._ends_behind = False
            self.end.end()
