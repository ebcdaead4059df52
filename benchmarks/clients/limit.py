"""The system calls alone, without a client: the lower limit in any language."""

from __future__ import annotations

import base64
import os
import select
import socket
import ssl
import time
from urllib.parse import urlsplit

from benchmarks.clients.base import FRAME, REST, Client, rest
from benchmarks.shapes import block

__all__ = ["Bare"]


class Bare(Client):
    """Reads and writes the same bytes without processing them."""

    _shape = ""
    _blocks = 0

    def open(self, url: str, *, compression: bool = False) -> None:
        parts = urlsplit(url)
        connection = socket.create_connection((parts.hostname, parts.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        if parts.scheme == "wss":
            connection = self.context.wrap_socket(connection, server_hostname=parts.hostname)
        self._socket = connection
        key = base64.b64encode(os.urandom(16))
        connection.sendall(
            b"GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n" % (parts.path.encode() or b"/", key)
        )
        reply = b""
        while b"\r\n\r\n" not in reply:
            reply += connection.recv(65536)
        connection.setblocking(False)
        self._poller = select.epoll() if hasattr(select, "epoll") else select.poll()
        self._poller.register(connection.fileno(), select.POLLIN)

    def close(self) -> None:
        self._socket.close()
        if hasattr(self._poller, "close"):
            self._poller.close()

    def command(self, text: str) -> None:
        if text.startswith("flood"):
            _, self._shape, blocks = text.split()
            self._blocks = int(blocks)
        self._write(_masked(text.encode(), 0x81))

    def receive(self, count: int) -> None:
        left = self._blocks * len(block(self._shape).data)
        while left:
            left -= len(self._read(65536 if left < 1 << 20 else 262144))

    def send(self, payload: bytes, count: int, batch: int) -> None:
        frame = _masked(payload, 0x82)
        for _ in range(count // batch):
            self._write(frame * batch)
        self._read(65536, FRAME)

    def echo(self, payload: bytes, count: int) -> list[float]:
        frame = _masked(payload, 0x82)
        took = []
        for _ in range(count):
            start = time.perf_counter()
            self._write(frame)
            while not self._poller.poll(0):
                pass
            self._socket.recv(65536)
            took.append(time.perf_counter() - start)
        return took

    def idle(self, count: int, *, inside: bool = False) -> None:
        poll = self._poller.poll
        for _ in range(count):
            poll(0, 1) if hasattr(select, "epoll") else poll(0)

    def _read(self, size: int, pause: float = REST) -> bytes:
        while True:
            try:
                return self._socket.recv(size)
            except (BlockingIOError, ssl.SSLWantReadError):
                rest(pause)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                rest()


def _masked(payload: bytes, first: int) -> bytes:
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    return head + bytes(4) + payload  # a key of zeros changes nothing
