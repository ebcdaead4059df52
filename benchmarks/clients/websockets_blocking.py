"""websockets: `websockets.sync.client`, with a thread that receives."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from websockets.sync.client import connect

from benchmarks.clients.base import LIMIT, TO_FILL
from benchmarks.clients.blocking import Blocking

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

__all__ = ["WebsocketsBlocking"]


class WebsocketsBlocking(Blocking):
    """`recv()` and `send()`; in a game's frame `recv(timeout=0)`."""

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
        time.sleep(TO_FILL)  # its thread does it

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
