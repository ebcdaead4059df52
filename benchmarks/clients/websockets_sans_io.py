"""websockets: `ClientProtocol`, without I/O.

Its non-blocking socket is read once per frame.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from benchmarks.clients.base import FRAME, LIMIT, Client, longest_of, rest

__all__ = ["WebsocketsSansIo"]


class WebsocketsSansIo(Client):
    """The loop around the protocol."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self._many: list[WebsocketsSansIo] = []

    def open(self, url: str, *, compression: bool = False) -> None:
        parts = urlsplit(url)
        connection = socket.create_connection((parts.hostname, parts.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        if parts.scheme == "wss":
            connection = self.context.wrap_socket(connection, server_hostname=parts.hostname)
        self._socket = connection
        extensions = [ClientPerMessageDeflateFactory()] if compression else None
        self._protocol = ClientProtocol(parse_uri(url), extensions=extensions, max_size=LIMIT)
        self._protocol.send_request(self._protocol.connect())
        self._parts: list[bytes] = []
        self._is_open = False
        connection.sendall(self._outgoing())
        while not self._is_open:
            self._take(connection.recv(65536))
        connection.setblocking(False)

    def close(self) -> None:
        self._socket.close()

    def command(self, text: str) -> None:
        self._queue(text)
        self._flush()

    def poll(self) -> int:
        """Polls once, as in a frame of a game; returns the number of messages."""
        if not select.select([self._socket], [], [], 0)[0]:
            return 0
        count = 0
        while True:
            try:
                data = self._socket.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError):
                return count
            count += self._take(data)
            if len(data) < 16384:  # TLS returns at most one record at once
                return count

    def receive(self, count: int) -> None:
        while count > 0:
            arrived = self.poll()
            count -= arrived
            if not arrived:
                rest()

    def send(self, payload: bytes, count: int, batch: int) -> None:
        for _ in range(count // batch):
            for _ in range(batch):
                self._queue(payload)
            self._flush()
        while not self.poll():
            rest(FRAME)

    def echo(self, payload: bytes, count: int) -> list[float]:
        took = []
        for _ in range(count):
            start = time.perf_counter()
            self._queue(payload)
            self._flush()
            while not self.poll():
                pass
            took.append(time.perf_counter() - start)
        return took

    def idle(self, count: int, *, inside: bool = False) -> None:
        for _ in range(count):
            self.poll()

    def longest_poll(self, count: int, budget: float) -> tuple[float, float]:
        return longest_of(self.poll, lambda arrived: arrived, count)

    def open_many(self, url: str, count: int) -> None:
        for _ in range(count):
            other = WebsocketsSansIo(self.context)
            other.open(url)
            self._many.append(other)

    def look_at_all(self) -> None:
        for other in self._many:
            other.poll()

    def _flush(self) -> None:
        view = memoryview(self._outgoing())
        while view:
            try:
                view = view[self._socket.send(view) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                rest()

    def _take(self, data: bytes) -> int:
        """Decodes the data and creates all messages; returns their number."""
        self._protocol.receive_data(data)
        count = 0
        for event in self._protocol.events_received():
            if not isinstance(event, Frame):
                self._is_open = True
            elif event.fin and event.opcode is Opcode.BINARY:
                count += 1
            elif event.fin and event.opcode is Opcode.TEXT:
                bytes(event.data).decode()
                count += 1
            else:
                count += self._join(event)
        return count

    def _queue(self, payload: bytes | str) -> None:
        if isinstance(payload, str):
            self._protocol.send_text(payload.encode())
        else:
            self._protocol.send_binary(payload)

    def _outgoing(self) -> bytes:
        return b"".join(self._protocol.data_to_send())

    def _join(self, part: Frame) -> int:
        self._parts.append(bytes(part.data))
        if not part.fin:
            return 0
        b"".join(self._parts)
        self._parts.clear()
        return 1
