"""websocket-client: `WebSocket.recv()`."""

from __future__ import annotations

import select

import websocket

from benchmarks.clients.base import NotOffered
from benchmarks.clients.blocking import Blocking

__all__ = ["WebsocketClient"]


class WebsocketClient(Blocking):
    """`recv()` and `send_binary()`; in a game's frame, it asks first whether there is anything.

    Without wsaccel, which nobody maintains any more.
    """

    send_binary = "send_binary"

    def _connect(self, url: str) -> websocket.WebSocket:
        options = {"context": self.context} if url.startswith("wss") else None
        # Its own check takes 130 ms a MiB. Without it recv() refuses broken text as well, when it makes the `str`.
        return websocket.create_connection(url, sslopt=options, enable_multithread=False, skip_utf8_validation=True)

    def open(self, url: str, *, compression: bool = False) -> None:
        if compression:
            raise NotOffered
        self._connection = self._connect(url)

    def close(self) -> None:
        self._connection.shutdown()

    def idle(self, count: int, *, inside: bool = False) -> None:
        connection = self._connection.sock
        for _ in range(count):
            select.select([connection], [], [], 0)

    def open_many(self, url: str, count: int) -> None:
        self._many += [self._connect(url) for _ in range(count)]

    def look_at_all(self) -> None:
        for connection in self._many:
            select.select([connection.sock], [], [], 0)
