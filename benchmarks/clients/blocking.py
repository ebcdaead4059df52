"""What is alike in clients whose calls wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.clients.base import Client

if TYPE_CHECKING:
    import ssl

__all__ = ["Blocking"]


class Blocking(Client):
    """`recv()` takes a message. How a binary one is sent, and what is looked at in a game's frame, is each one's own.

    Attributes:
        send_binary: the name of the connection's method that sends a binary message.
    """

    send_binary = "send"

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self._connection: Any = None
        self._many: list[Any] = []

    def command(self, text: str) -> None:
        self._connection.send(text)

    def receive(self, count: int) -> None:
        receive = self._connection.recv
        for _ in range(count):
            receive()

    def send(self, payload: bytes, count: int, batch: int) -> None:
        send = getattr(self._connection, self.send_binary)
        for _ in range(count):
            send(payload)
        self._connection.recv()

    def echo(self, payload: bytes, count: int) -> list[float]:
        send, receive = getattr(self._connection, self.send_binary), self._connection.recv
        took = []
        for _ in range(count):
            start = time.perf_counter()
            send(payload)
            receive()
            took.append(time.perf_counter() - start)
        return took
