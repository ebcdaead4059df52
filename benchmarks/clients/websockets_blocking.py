"""websockets: `websockets.sync.client`, with a thread that receives."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from websockets.sync.client import connect

from benchmarks.clients.base import LIMIT, TO_FILL, Client

if TYPE_CHECKING:
    import ssl

    from websockets.sync.client import ClientConnection

__all__ = ["WebsocketsBlocking"]


class WebsocketsBlocking(Client):
    """`recv()` and `send()`; in a game's frame `recv(timeout=0)`."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self._many: list[ClientConnection] = []

    def command(self, text: str) -> None:
        self._connection.send(text)

    def receive(self, count: int) -> None:
        receive = self._connection.recv
        for _ in range(count):
            receive()

    def send(self, payload: bytes, count: int, batch: int) -> None:
        send = self._connection.send
        for _ in range(count):
            send(payload)
        self._connection.recv()

    def echo(self, payload: bytes, count: int) -> list[float]:
        send, receive = self._connection.send, self._connection.recv
        took = []
        for _ in range(count):
            start = time.perf_counter()
            send(payload)
            receive()
            took.append(time.perf_counter() - start)
        return took

    def _connect(self, url: str, *, compression: bool = False) -> ClientConnection:
        return connect(
            url,
            ssl=self.context if url.startswith("wss") else None,
            compression="deflate" if compression else None,
            max_size=LIMIT,
            proxy=None,
            ping_interval=None,
        )

    def open(self, url: str, *, compression: bool = False) -> None:
        self._connection = self._connect(url, compression=compression)

    def close(self) -> None:
        self._connection.socket.close()

    def idle(self, count: int, *, inside: bool = False) -> None:
        _idle(self._connection, count)

    def fill(self) -> None:
        time.sleep(TO_FILL)  # its thread does the work

    def open_many(self, url: str, count: int) -> None:
        self._many += [self._connect(url) for _ in range(count)]

    def look_at_all(self) -> None:
        for connection in self._many:
            _idle(connection, 1)


def _idle(connection: ClientConnection, count: int) -> None:
    receive = connection.recv
    for _ in range(count):
        with contextlib.suppress(TimeoutError):
            receive(timeout=0)
